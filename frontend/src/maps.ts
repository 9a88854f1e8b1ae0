/** What nodes compute over two inputs, or over one, or over the examples: forward passes of the core on points of our own. */

import { type Core, Engine } from "./engine";
import { IDENTITY, PLAIN, SIGMOID, SOFTMAX, TANH } from "./layout";
import { most } from "./numbers";
import type { Recipe } from "./scene";

/** Points along each side of a map, and multiplications that one may cost. */
export const SIDE = 24;
const FINE = 44;
const WORK = 6e6;
/** Points of a line over one input, and examples of a line over examples. */
const ALONG = 48;
/** Part of what the data spans that is shown around it. */
const ROOM = 0.25;

export type Range = [low: number, high: number];

/** A rectangle over two inputs; the others are as `around` has them. */
export interface Field {
  a: number;
  b: number;
  x: Range;
  y: Range;
  around: number[];
}

/** Inputs that the core is asked about, `wide` in a row. */
export interface Points {
  kind: "map" | "line" | "examples";
  wide: number;
  input: number[];
}

/** Spans of inputs that were looked for. */
const spans = new WeakMap<number[], Range[]>();

/** What an input spans, with room around it. */
export function spanOf(recipe: Recipe, i: number): Range {
  const known = spans.get(recipe.input) ?? [];
  spans.set(recipe.input, known);
  known[i] ??= spanLookedFor(recipe, i);
  return known[i];
}

function spanLookedFor({ input, d, n }: Recipe, i: number): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let s = 0; s < n; s++) {
    low = Math.min(low, input[s * d + i]);
    high = Math.max(high, input[s * d + i]);
  }
  const room = (high - low) * ROOM || Math.abs(high) * ROOM || 1;
  return [low - room, high + room];
}

export function fieldOf(recipe: Recipe, a: number, b: number, example: number): Field {
  const { d, input } = recipe;
  return { a, b, x: spanOf(recipe, a), y: spanOf(recipe, b), around: input.slice(example * d, (example + 1) * d) };
}

/** A map's points, from its upper left corner on, each in the middle of its cell. */
export function mapPoints({ a, b, x, y, around }: Field, side: number): Points {
  const at = ([low, high]: Range, i: number): number => low + ((i + 0.5) / side) * (high - low);
  const input: number[] = [];
  for (let row = side - 1; row >= 0; row--)
    for (let i = 0; i < side; i++) {
      const point = around.slice();
      point[a] = at(x, i);
      point[b] = at(y, row);
      input.push(...point);
    }
  return { kind: "map", wide: side, input };
}

/** As many points a side as the network's size leaves time for. */
export function sideOf(size: number): number {
  return Math.max(12, Math.min(FINE, Math.floor(Math.sqrt(WORK / size))));
}

/** What a small picture of each node is drawn over: both inputs of two, the one of one, else examples by their goals. */
export function smallPoints(recipe: Recipe): Points {
  const { d, input } = recipe;
  if (d === 2) return mapPoints(fieldOf(recipe, 0, 1, 0), SIDE);
  if (d === 1) return linePoints(spanOf(recipe, 0));
  const order = byGoal(recipe);
  const every = Math.max(1, order.length / ALONG);
  const chosen = Array.from({ length: Math.min(ALONG, order.length) }, (_, i) => order[Math.floor(i * every)]);
  return { kind: "examples", wide: chosen.length, input: chosen.flatMap((s) => input.slice(s * d, (s + 1) * d)) };
}

export function linePoints([low, high]: Range): Points {
  return { kind: "line", wide: ALONG, input: Array.from({ length: ALONG }, (_, i) => low + (i / (ALONG - 1)) * (high - low)) };
}

/** Examples by their goals: of several outputs by the one that is largest. */
function byGoal({ n, k, goal }: Recipe): number[] {
  const key = Array.from({ length: n }, (_, s) => (k === 1 ? goal[s] : classOf(goal, k, s)));
  return key.map((_, s) => s).sort((a, b) => key[a] - key[b] || a - b);
}

/** Which of an example's k numbers is the largest. */
export function classOf(numbers: ArrayLike<number>, k: number, s: number): number {
  let best = 0;
  for (let j = 1; j < k; j++) if (numbers[s * k + j] > numbers[s * k + best]) best = j;
  return best;
}

/** The core over points: it only goes forward, so that nothing but the layers matters. */
export function over(core: Core, recipe: Recipe, input: number[]): Engine {
  const n = input.length / recipe.d;
  const still = { alpha: 0, alphas: null, until_mse: null, frozen: null, shuffled: false, sequential: false };
  const bare = { penalty: { l2: 0, l1: 0, bias: false }, clip: -1, factors: null };
  const plain = { rule_code: PLAIN, settings: [], memories: 0, clocks: 0, first_memory: [] };
  return new Engine(core, { ...recipe, ...still, ...bare, ...plain, n, batch: n, input, goal: new Array(n * recipe.k).fill(0) });
}

/** Lowest and highest that a node's pictures show, and the middle that is drawn as a line. */
export interface Scale {
  low: number;
  high: number;
  middle: number;
}

/** What an activation can give; where that is no bounded range, what `values` span. */
export function scaleOf(code: number, values: ArrayLike<number>): Scale {
  if (code === TANH) return { low: -1, high: 1, middle: 0 };
  if (code === SIGMOID || code === SOFTMAX) return { low: 0, high: 1, middle: 0.5 };
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  if (!(low < high)) return { low: (low || 0) - 1, high: (high || 0) + 1, middle: NaN };
  return { low, high, middle: code === IDENTITY ? (low + high) / 2 : low + (high - low) / 2 };
}

/** The scale of an output: its goals', where it could be anything. */
export function outputScale({ layers, goal, loss }: Recipe, values: ArrayLike<number>): Scale {
  const { code } = layers[layers.length - 1];
  if (loss.code === 3) return { low: 0, high: 1, middle: 0.5 };
  const told = scaleOf(code, most(goal) ? goal : values);
  return code === TANH ? told : Number.isNaN(told.middle) ? scaleOf(code, values) : told;
}

/** Where a value stands between the lowest and the highest. */
export function partOf({ low, high }: Scale, value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(0, Math.min(1, (value - low) / (high - low)));
}

export type Cut = [x0: number, y0: number, x1: number, y1: number];

/** Where a map passes through a level: pieces of a line, in parts of the map's width and height from its upper left corner. */
export function levelLine(values: ArrayLike<number>, side: number, level: number): Cut[] {
  const cuts: Cut[] = [];
  const at = (row: number, i: number): number => values[row * side + i] - level;
  for (let row = 0; row + 1 < side; row++)
    for (let i = 0; i + 1 < side; i++) {
      const corners: Corners = [at(row, i), at(row, i + 1), at(row + 1, i + 1), at(row + 1, i)];
      const [a, b, c, d] = corners;
      if (a < 0 === b < 0 && b < 0 === c < 0 && c < 0 === d < 0) continue; // most cells are passed by
      const met = crossings(corners).map(([x, y]) => [(i + x + 0.5) / side, (row + y + 0.5) / side]);
      for (let m = 0; m + 1 < met.length; m += 2) cuts.push([...met[m], ...met[m + 1]] as Cut);
    }
  return cuts;
}

/** What a cell's corners are above a level, from the upper left one on, clockwise. */
type Corners = [number, number, number, number];

/** Where the four edges of a cell are crossed. */
function crossings([a, b, c, d]: Corners): [number, number][] {
  const met: [number, number][] = [];
  const crossed = (from: number, to: number): boolean => from < 0 !== to < 0 && Number.isFinite(from - to);
  if (crossed(a, b)) met.push([a / (a - b), 0]);
  if (crossed(b, c)) met.push([1, b / (b - c)]);
  if (crossed(d, c)) met.push([d / (d - c), 1]);
  if (crossed(a, d)) met.push([0, a / (a - d)]);
  return met;
}
