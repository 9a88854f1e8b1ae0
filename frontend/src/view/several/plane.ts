/** The error over two chosen weights of a node, the others held where they are: a bowl, whose level lines are ellipses. */

import { firstWeight, widthOf } from "../../layers";
import type { Replay } from "../../replay";

export type Pair = [number, number];

/** Weights `i` and `j` of a node of the one layer. */
export interface Plane {
  node: number;
  i: number;
  j: number;
}

export interface Bowl {
  /** The node's error is least at `lowest`, and rises from there along its two axes. */
  lowest: Pair;
  axes: [Pair, Pair];
  rises: Pair;
}

/** Means over the examples of products of the plane's two inputs, and of each with the delta. */
interface Moments {
  xx: number;
  xy: number;
  yy: number;
  gx: number;
  gy: number;
}

/** Part of the steepest rise below which a direction is called flat. */
const FLAT = 1e-12;

/** Numbers of the plane's two weights among all. */
export function weightsOf(replay: Replay, { node, i, j }: Plane): Pair {
  const first = firstWeight(replay.recipe, { layer: 0, node });
  return [first + i, first + j];
}

/** The bowl over a plane, from the state before a step; null where a number is not finite. */
export function bowlOf(replay: Replay, state: Float64Array, plane: Plane): Bowl | null {
  const m = momentsOf(replay, state, plane);
  const middle = (m.xx + m.yy) / 2;
  const apart = Math.hypot((m.xx - m.yy) / 2, m.xy);
  const steep = middle + apart;
  const flat = Math.max(0, middle - apart);
  const angle = 0.5 * Math.atan2(2 * m.xy, m.xx - m.yy);
  const u: Pair = [Math.cos(angle), Math.sin(angle)];
  const v: Pair = [-u[1], u[0]];
  const along = (axis: Pair, rise: number): number =>
    rise > steep * FLAT && rise > 0 ? (axis[0] * m.gx + axis[1] * m.gy) / rise : 0;
  const [a, b] = [along(u, steep), along(v, flat)];
  const [x, y] = weightsOf(replay, plane).map((number) => state[number]);
  const lowest: Pair = [x - a * u[0] - b * v[0], y - a * u[1] - b * v[1]];
  if (![...lowest, steep].every(Number.isFinite)) return null;
  return { lowest, axes: [u, v], rises: [steep, flat > steep * FLAT ? flat : 0] };
}

function momentsOf(replay: Replay, state: Float64Array, { node, i, j }: Plane): Moments {
  const { n, d, k, input, goal } = replay.recipe;
  const predictions = replay.engine.predict(state);
  const inputOf = (example: number, at: number): number => (at === d ? 1 : input[example * d + at]);
  const sums = { xx: 0, xy: 0, yy: 0, gx: 0, gy: 0 };
  for (let e = 0; e < n; e++) {
    const [x, y] = [inputOf(e, i), inputOf(e, j)];
    const delta = predictions[e * k + node] - goal[e * k + node];
    sums.xx += (x * x) / n;
    sums.xy += (x * y) / n;
    sums.yy += (y * y) / n;
    sums.gx += (x * delta) / n;
    sums.gy += (y * delta) / n;
  }
  return sums;
}

/** Two weights after each of some steps. */
export type Way = Pair[];

/** The way of a plane's two weights over steps [from, to], at most `most` points of it. */
export function wayOf(replay: Replay, plane: Plane, [from, to]: Pair, most: number): Way {
  const stride = Math.max(1, Math.ceil((to - from) / most));
  const numbers = weightsOf(replay, plane);
  const way: Way = [];
  for (let step = from; step <= to; step += stride) {
    const state = replay.stateAt(step);
    const [x, y] = numbers.map((number) => state[number]);
    if (!Number.isFinite(x) || !Number.isFinite(y)) break;
    way.push([x, y]);
  }
  return way;
}

/** The two weights of a node that the whole run moved furthest. */
export function furthest(replay: Replay, node: number): Pair {
  const width = widthOf(replay.recipe.layers[0]);
  const [base] = weightsOf(replay, { node, i: 0, j: 0 });
  const [first, last] = [replay.stateAt(0), replay.stateAt(Math.max(0, replay.steps - 1))];
  const moved = Array.from({ length: width }, (_, i) => Math.abs(last[base + i] - first[base + i]) || 0);
  const [a, b] = moved.map((_, i) => i).sort((one, other) => moved[other] - moved[one]);
  return [Math.min(a, b), Math.max(a, b)];
}
