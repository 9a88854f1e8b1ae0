/** The error of one layer as a bowl over its weights: how strong its directions are, and how much of a residual lies in each
 * (theory/bowl.py in Python). The directions are the core's; nothing here squares the condition number. */

import type { Engine } from "../engine";
import type { Recipe } from "../scene";

const EPSILON = 2 ** -52;
/** Part of a residual, times √(width + k), that working in doubles alone leaves over. */
const ROUNDING = 16 * EPSILON;

/** Columns of numbers, one after another. */
export interface Columns {
  rows: number;
  columns: Float64Array[];
}

export class Bowl {
  /** Eigenvalues of the inputs' second moment, the largest first, of the directions that are there. */
  readonly eigenvalues: number[];
  private readonly left: Float64Array[];
  private readonly all: Float64Array[];
  private readonly width: number;

  constructor(engine: Engine, { rows, columns }: Columns) {
    this.width = columns.length;
    const { lengths, left } = spanned(engine, rows, columns);
    this.eigenvalues = lengths.map((length) => (length * length) / rows);
    this.left = left;
    const sized = columns.filter((column) => column.some(Boolean)).map((column) => over(column, largestOf(column)));
    this.all = spanned(engine, rows, sized).left;
  }

  get condition(): number {
    return this.eigenvalues.length ? this.eigenvalues[0] / this.eigenvalues[this.eigenvalues.length - 1] : NaN;
  }

  /** Part of the mse that lies in each direction, of a residual (n, k). */
  amounts(residual: Float64Array, k: number): number[] {
    const n = residual.length / k;
    if (!residual.every(Number.isFinite)) return this.eigenvalues.map(() => Infinity);
    const floor = this.floor(residual, k);
    return this.left.map((direction) => {
      let square = 0;
      for (let j = 0; j < k; j++) square += along(direction, residual, j, k) ** 2;
      return square > floor ? square / (n * k) : 0;
    });
  }

  /** The mse that no weights beat, of a residual of any weights. */
  least(residual: Float64Array, k: number): number {
    if (!residual.every(Number.isFinite)) return Infinity;
    const rest = residual.slice();
    for (let again = 0; again < 2; again++) {
      for (let j = 0; j < k; j++) {
        const parts = this.all.map((direction) => along(direction, rest, j, k));
        for (const [which, direction] of this.all.entries())
          for (let i = 0; i < direction.length; i++) rest[i * k + j] -= direction[i] * parts[which];
      }
    }
    const left = squared(rest);
    return left > this.floor(residual, k) ? left / residual.length : 0;
  }

  private floor(residual: Float64Array, k: number): number {
    return (ROUNDING * Math.sqrt(this.width + k)) ** 2 * squared(residual);
  }
}

/** Unit columns at right angles, and how long what they stand for is; the longest first, without those that are nothing. */
function spanned(engine: Engine, rows: number, columns: Float64Array[]): { lengths: number[]; left: Float64Array[] } {
  const turned = engine.directions(columns, rows);
  const found = turned.map((column) => ({ length: Math.sqrt(squared(column)), column })).sort((a, b) => b.length - a.length);
  const least = (found[0]?.length ?? 0) * Math.max(rows, columns.length) * EPSILON;
  const there = found.filter(({ length }) => length > least);
  return { lengths: there.map(({ length }) => length), left: there.map(({ length, column }) => over(column, length)) };
}

function over(column: Float64Array, size: number): Float64Array {
  return column.map((value) => value / size);
}

function largestOf(column: Float64Array): number {
  return column.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function along(direction: Float64Array, residual: Float64Array, j: number, k: number): number {
  let sum = 0;
  for (let i = 0; i < direction.length; i++) sum += direction[i] * residual[i * k + j];
  return sum;
}

export function squared(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] * numbers[i];
  return sum;
}

/** The inputs of a layer as columns, a bias as an input of 1. */
export function columnsOf({ n, d, input, layers }: Recipe, biased = layers[0].bias): Columns {
  const columns = Array.from({ length: d }, (_, i) => Float64Array.from({ length: n }, (__, s) => input[s * d + i]));
  return { rows: n, columns: biased ? [...columns, new Float64Array(n).fill(1)] : columns };
}

const known = new WeakMap<number[], Map<boolean, Bowl>>();

/** The bowl over a recipe's inputs, found once. */
export function bowlOf(engine: Engine, recipe: Recipe, biased = recipe.layers[0].bias): Bowl {
  const of = known.get(recipe.input) ?? new Map<boolean, Bowl>();
  known.set(recipe.input, of);
  const bowl = of.get(biased) ?? new Bowl(engine, columnsOf(recipe, biased));
  of.set(biased, bowl);
  return bowl;
}
