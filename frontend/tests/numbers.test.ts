/** Numbers as text: Python's repr to the letter; and two different numbers of one picture never share a text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clip,
  counted,
  distinct,
  double,
  doublesOf,
  elided,
  exact,
  isWhole,
  magnitude,
  most,
  number,
  ordinal,
  short,
} from "../src/numbers";

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

test("short has few digits and a real minus sign; thousands are whole, very small and large numbers have a power of ten", () => {
  const told = [0.5, -0.2, 0.30000000000000004, 1234.5678, 999.96, -1e-20, 5.551115123125783e-17, 1.7e308, 0, -0, Infinity, NaN];
  const texts = ["0.5", "−0.2", "0.3", "1,235", "1,000", "−10⁻²⁰", "5.55 × 10⁻¹⁷", "1.7 × 10³⁰⁸", "0", "−0", "∞", "NaN"];
  assert.deepEqual(
    told.map((x) => short(x)),
    texts,
  );
  const whole = [true, true, false, false, false, true, false, true, true, true, true, true];
  assert.deepEqual(
    told.map((x, i) => isWhole(texts[i], x)),
    whole,
  );
});

test("all digits are the number itself, and isWhole knows it; a text that leaves some out is not", () => {
  for (const x of [0.1 + 0.2, 1e-300 / 3, 2 / 3, 123456.789, 1e22, 5e-324, -1.7976931348623157e308])
    assert.ok(isWhole(short(x, 17), x), short(x, 17));
  assert.ok(!isWhole("0.59…94", 0.5999999999999994));
  assert.equal(elided("0.5999999999999994"), "0.59…94");
  assert.equal(elided("10,000.5"), "10,000.5");
  assert.equal(elided("−0.1818181818181825"), "−0.181…825");
  assert.equal(elided("5.551115123125783 × 10⁻¹⁷"), "5.551…783 × 10⁻¹⁷");
});

test("two different numbers both grow until they differ; equal ones share", () => {
  assert.deepEqual(distinct([0.6, 0.5999999999999994]), ["0.6", "0.59…94"]);
  assert.deepEqual(distinct([0.5999999999999994, 0.5999999999999993, 0.6]), ["0.59…94", "0.59…93", "0.6"]);
  assert.deepEqual(distinct([0.25, 0.25, 0.5]), ["0.25", "0.25", "0.5"]);
  assert.deepEqual(distinct([0.123456, 0.123457, 0.123456]), ["0.123456", "0.123457", "0.123456"]);
  assert.equal(new Set(distinct([0.6000000001, 0.60000000000001])).size, 2);
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
      assert.equal(seen.get(text) ?? near[i], near[i], JSON.stringify(near));
      seen.set(text, near[i]);
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
