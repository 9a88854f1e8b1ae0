/** alpha × |x|² without rounding: it decides on which side of a limit an alpha lies (theory/exact.py in Python). */

const view = new DataView(new ArrayBuffer(8));
const FRACTION = 52;
/** Digits in binary that a double has room for, and a few. */
const ENOUGH = 64;

/** A whole number × 2^exponent. */
interface Exact {
  whole: bigint;
  exponent: number;
}

function exactly(x: number): Exact {
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  const power = Number(bits >> BigInt(FRACTION));
  const fraction = bits & ((1n << BigInt(FRACTION)) - 1n);
  const whole = power ? fraction | (1n << BigInt(FRACTION)) : fraction;
  return { whole: x < 0 ? -whole : whole, exponent: Math.max(1, power) - 1023 - FRACTION };
}

function times(a: Exact, b: Exact): Exact {
  return { whole: a.whole * b.whole, exponent: a.exponent + b.exponent };
}

function plus(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const at = (of: Exact): bigint => of.whole << BigInt(of.exponent - exponent);
  return { whole: at(a) + at(b), exponent };
}

/** The nearest double. */
function nearest({ whole, exponent }: Exact): number {
  const size = whole < 0n ? -whole : whole;
  const over = Math.max(0, size.toString(2).length - ENOUGH);
  const kept = size >> BigInt(over);
  const rounded = kept << BigInt(over) === size ? kept : kept | 1n; // what is cut off still decides where it would be a half
  const value = scaled(Number(rounded), exponent + over);
  return whole < 0n ? -value : value;
}

function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

export interface Product {
  /** alpha × |x|², and 1 less it, each as the nearest double. */
  product: number;
  factor: number;
  /** Where it lies: below 0, between 0 and 1, …, each told exactly. */
  sign: (beside: number) => number;
}

export function productOf(alpha: number, inputs: number[]): Product {
  const squares = inputs.map((x) => times(exactly(x), exactly(x))).reduce(plus, { whole: 0n, exponent: 0 });
  const product = times(exactly(alpha), squares);
  const less = (beside: number): Exact => plus({ whole: BigInt(beside), exponent: 0 }, { ...product, whole: -product.whole });
  const sign = (beside: number): number => {
    const { whole } = less(beside);
    return whole < 0n ? 1 : whole > 0n ? -1 : 0;
  };
  return { product: nearest(product), factor: nearest(less(1)), sign };
}
