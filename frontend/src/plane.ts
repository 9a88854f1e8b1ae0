/** The error over two chosen weights of a node, the others held where they are: a bowl, whose level lines are ellipses. */

import type { Replay } from "./replay";

export interface Bowl {
  /** the node's error is least at `lowest`, and rises from there along its two axes. */
  lowest: [number, number];
  axes: [[number, number], [number, number]];
  rises: [number, number];
}

/** Value of input `i` of an example; a bias is an input fixed at 1, last. */
function inputOf(replay: Replay, example: number, i: number): number {
  const { d, input } = replay.recipe;
  return i === d ? 1 : input[example * d + i];
}

/** The bowl of node `node` over its weights `i` and `j`, from the state before a step; null where a number is not finite. */
export function bowlOf(replay: Replay, state: Float64Array, node: number, i: number, j: number): Bowl | null {
  const { n, k, goal } = replay.recipe,
    width = replay.engine.width,
    predictions = replay.engine.predict(state);
  let xx = 0,
    xy = 0,
    yy = 0,
    gx = 0,
    gy = 0;
  for (let e = 0; e < n; e++) {
    const x = inputOf(replay, e, i),
      y = inputOf(replay, e, j),
      delta = predictions[e * k + node] - goal[e * k + node];
    xx += (x * x) / n;
    xy += (x * y) / n;
    yy += (y * y) / n;
    gx += (x * delta) / n;
    gy += (y * delta) / n;
  }
  const middle = (xx + yy) / 2,
    apart = Math.hypot((xx - yy) / 2, xy),
    steep = middle + apart,
    flat = Math.max(0, middle - apart);
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy),
    u: [number, number] = [Math.cos(angle), Math.sin(angle)],
    v: [number, number] = [-u[1], u[0]];
  const along = (axis: [number, number], rise: number) =>
    rise > steep * 1e-12 && rise > 0 ? (axis[0] * gx + axis[1] * gy) / rise : 0;
  const a = along(u, steep),
    b = along(v, flat),
    here = [state[node * width + i], state[node * width + j]];
  const lowest: [number, number] = [here[0] - a * u[0] - b * v[0], here[1] - a * u[1] - b * v[1]];
  return [...lowest, steep].every(Number.isFinite)
    ? { lowest, axes: [u, v], rises: [steep, flat > steep * 1e-12 ? flat : 0] }
    : null;
}

/** Two weights after each of some steps. */
export interface Way {
  steps: number[];
  x: number[];
  y: number[];
}

/** The way of two weights over steps [from, to], at most `most` points of it. */
export function wayOf(replay: Replay, from: number, to: number, most: number, i: number, j: number): Way {
  const stride = Math.max(1, Math.ceil((to - from) / most)),
    way: Way = { steps: [], x: [], y: [] };
  for (let step = from; step <= to; step += stride) {
    const state = replay.stateAt(step);
    if (!Number.isFinite(state[i]) || !Number.isFinite(state[j])) break;
    way.steps.push(step);
    way.x.push(state[i]);
    way.y.push(state[j]);
  }
  return way;
}

/** The two weights of a node that the whole run moved furthest. */
export function furthest(replay: Replay, node: number): [number, number] {
  const width = replay.engine.width,
    first = replay.stateAt(0),
    last = replay.stateAt(Math.max(0, replay.steps - 1)),
    base = node * width;
  const moved = Array.from({ length: width }, (_, i) => Math.abs(last[base + i] - first[base + i]) || 0);
  const order = moved.map((_, i) => i).sort((a, b) => moved[b] - moved[a]);
  return [Math.min(order[0], order[1]), Math.max(order[0], order[1])];
}
