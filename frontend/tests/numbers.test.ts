/** Numbers as text: Python's repr to the letter; and two different numbers of one picture never share a text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clip, counted, distinct, double, doublesOf, exact, magnitude, most, number, ordinal, short } from "../src/numbers";

/** What Python 3 prints for repr(x). */
const REPR: [number, string][] = [
  [0.1, "0.1"],
  [-0, "-0.0"],
  [0, "0.0"],
  [1, "1.0"],
  [1e16, "1e+16"],
  [123456789012345680, "1.2345678901234568e+17"],
  [2 ** 53, "9007199254740992.0"],
  [1e-4, "0.0001"],
  [1e-5, "1e-05"],
  [5e-324, "5e-324"],
  [-1.7976931348623157e308, "-1.7976931348623157e+308"],
  [0.5999999999999994, "0.5999999999999994"],
  [2 / 3, "0.6666666666666666"],
  [100, "100.0"],
  [NaN, "nan"],
  [Infinity, "inf"],
  [-Infinity, "-inf"],
];

test("exact is Python's repr", () => {
  for (const [x, text] of REPR) assert.equal(exact(x), text);
});

test("short has few digits, says that it left some out, and has a real minus sign", () => {
  const told = [0.5, -0.2, 0.30000000000000004, 1234.5678, -1e-20, 5.551115123125783e-17, Infinity, NaN];
  assert.deepEqual(
    told.map((x) => short(x)),
    ["0.5", "−0.2", "≈0.3", "≈1235", "−1e−20", "≈5.551e−17", "∞", "NaN"],
  );
});

test("numbers that the first digits do not tell apart are told by what is between them", () => {
  assert.deepEqual(distinct([0.6, 0.5999999999999994]), ["0.6", "0.6 − 5.6e−16"]);
  assert.deepEqual(distinct([0.25, 0.25, 0.5]), ["0.25", "0.25", "0.5"]);
  assert.deepEqual(
    distinct([0.123456, 0.123457]),
    ["≈0.123456", "≈0.123457"].map((text) => text.slice(1)),
  );
});

test("of random numbers near each other no two share a text", () => {
  let state = 1;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let round = 0; round < 500; round++) {
    const near = Array.from({ length: 6 }, () => 0.6 + Math.round(random() * 3) * 10 ** -Math.floor(random() * 17));
    const seen = new Map<string, number>();
    distinct(near).forEach((text, i) => {
      const bare = text.replace("≈", "");
      assert.equal(seen.get(bare) ?? near[i], near[i], JSON.stringify(near));
      seen.set(bare, near[i]);
    });
  }
});

test("neighbouring doubles differ by one in their order, through zero too", () => {
  assert.equal(ordinal(0.6) - ordinal(0.5999999999999994), 5n);
  assert.equal(double(ordinal(1) + 1n), 1 + 2 ** -52);
  assert.equal(ordinal(5e-324) - ordinal(-5e-324), 2n);
  for (const x of [0, 1, -1, 0.6, -1e308, 5e-324]) assert.equal(double(ordinal(x)), x);
});

test("numbers that JSON has no word for", () => {
  assert.deepEqual(
    [number("Infinity"), number("-Infinity"), number("NaN"), number(null), number(2)],
    [Infinity, -Infinity, NaN, NaN, 2],
  );
});

test("base64 of doubles, the largest of some, and texts", () => {
  assert.deepEqual(Array.from(doublesOf("AAAAAAAA8D8AAAAAAAAAwA==")), [1, -2]);
  assert.equal(most([1, -3, NaN, Infinity]), 3);
  assert.deepEqual([magnitude(-2), magnitude(NaN), magnitude()], [2, Infinity, 0]);
  assert.deepEqual([counted(1, "step"), counted(2000, "step")], ["1 step", "2,000 steps"]);
  assert.deepEqual([clip("abc", 3), clip("abcd", 3)], ["abc", "ab…"]);
});
