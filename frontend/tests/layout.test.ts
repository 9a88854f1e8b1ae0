/** Places of fields are what a C compiler gives them in WebAssembly's memory; what cannot be read is said. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, written } from "../layout.mjs";
import { clang } from "../wasm.mjs";

const HEADER = "../src/nodescope/arithmetic/core.h";

test("clang has every field where layout.ts says", () => {
  const { structs } = parse(readFileSync(HEADER, "utf8"));
  const asserted = structs.flatMap(({ name, bytes, fields }) => [
    `_Static_assert(sizeof(ns_${name}) == ${bytes}, "ns_${name}");`,
    ...fields.map(({ field, at }) => `_Static_assert(__builtin_offsetof(ns_${name}, ${field}) == ${at}, "ns_${name}.${field}");`),
  ]);
  assert.ok(asserted.length > 50);
  const input = ['#include "core.h"', ...asserted].join("\n");
  const flags = ["--target=wasm32", "-ffreestanding", "-fsyntax-only", "-I../src/nodescope/arithmetic", "-xc", "-"];
  execFileSync(clang, flags, { input, stdio: ["pipe", "inherit", "inherit"] });
});

test("layout.ts is what core.h says", () => {
  assert.equal(readFileSync("src/layout.ts", "utf8"), written(parse(readFileSync(HEADER, "utf8"))));
});

test("pointers take half, and a number after them begins at its own size", () => {
  const { structs } = parse(
    "typedef struct { const double *a, *b, *c; int64_t x; /* one; two */ double y[3]; uint8_t *z; } ns_some;",
  );
  const [{ name, bytes, fields }] = structs;
  assert.deepEqual([name, bytes], ["some", 56]);
  assert.deepEqual(
    fields.map(({ at }) => at),
    [0, 4, 8, 16, 24, 48],
  );
});

test("what it does not know it names", () => {
  assert.throws(() => parse("typedef struct { int count; } ns_some;"), /`int count` of ns_some/);
  assert.throws(() => parse("typedef struct { double x; } ns_some; enum { NS_A = 3 };"), /`NS_A = 3` of an enum/);
  assert.throws(() => parse("int x;"), /is it core\.h\?/);
});
