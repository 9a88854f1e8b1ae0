/* Where fields of core.h’s structs stand in WebAssembly’s memory: `node layout.mjs` writes src/layout.ts, `--check` compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const HEADER = "../src/nodescope/arithmetic/core.h";
const OUT = "src/layout.ts";
const KINDS = { int64_t: "whole", uint64_t: "whole", double: "real" };
/** Bytes of a field, and what its place is a multiple of: a pointer of wasm32 takes half of what a number takes. */
const SIZES = { whole: 8, real: 8, pointer: 4 };

/** The structs and the enums of a header: fields with their places, words with their numbers. */
export function parse(header) {
  const code = header.replace(/\/\*[\s\S]*?\*\//g, " ");
  const structs = [...code.matchAll(/typedef\s+struct\s*\{([^}]*)\}\s*ns_(\w+)\s*;/g)].map(([, body, name]) =>
    structOf(name, body),
  );
  const words = [...code.matchAll(/\benum\s*\{([^}]*)\}/g)].flatMap(([, body]) => wordsOf(body));
  if (!structs.length) throw new Error("no `typedef struct { … } ns_NAME;` in the header: is it core.h?");
  return { structs, words };
}

function structOf(name, body) {
  const fields = [];
  let at = 0;
  for (const declaration of body.split(";").map((text) => text.trim().replace(/\s+/g, " "))) {
    for (const { kind, count, field } of declaration ? fieldsOf(name, declaration) : []) {
      at = Math.ceil(at / SIZES[kind]) * SIZES[kind];
      fields.push({ field, at, kind, count });
      at += SIZES[kind] * count;
    }
  }
  const widest = Math.max(...fields.map(({ kind }) => SIZES[kind]));
  return { name, fields, bytes: Math.ceil(at / widest) * widest };
}

function fieldsOf(struct, declaration) {
  const [, type, names] = /^(?:const )?(\w+) ?(.*)$/.exec(declaration) ?? [];
  return (names ?? "").split(",").map((text) => {
    const [, star, field, count] = /^ ?(\*?) ?(\w+)(?:\[(\d+)\])?$/.exec(text) ?? [];
    const kind = star ? "pointer" : KINDS[type];
    if (!field || !kind)
      throw new Error(
        `layout.mjs cannot read \`${declaration}\` of ns_${struct}: fields are int64_t, uint64_t, double or pointers`,
      );
    return { field, kind, count: Number(count ?? 1) };
  });
}

function wordsOf(body) {
  return body.split(",").map((text, number) => {
    const [, word] = /^\s*NS_(\w+)\s*$/.exec(text) ?? [];
    if (!word) throw new Error(`layout.mjs cannot read \`${text.trim()}\` of an enum: words are NS_NAME, counted from 0`);
    return { word, number };
  });
}

/** The module that the page reads them from. */
export function written({ structs, words }) {
  const field = ({ field, at, kind, count }) => `    ${field}: { at: ${at}, kind: "${kind}", count: ${count} },\n`;
  const struct = ({ name, bytes, fields }) =>
    `\nexport const ${name} = {\n  bytes: ${bytes},\n  fields: {\n${fields.map(field).join("")}  },\n} as const;\n`;
  return [
    "/** core.h's structs in WebAssembly's memory, and its words' numbers. Made by layout.mjs: not to be edited. */\n\n",
    ...words.map(({ word, number }) => `export const ${word} = ${number};\n`),
    ...structs.map(struct),
  ].join("");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = written(parse(readFileSync(HEADER, "utf8")));
  if (!process.argv.includes("--check")) writeFileSync(OUT, text);
  else if (readFileSync(OUT, "utf8") !== text) {
    console.error(`${OUT} is not what core.h says: make frontend writes it anew`);
    process.exit(1);
  }
}
