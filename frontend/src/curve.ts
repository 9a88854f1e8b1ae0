/** The error over a run: lowest and highest mse of many stretches of steps, and every step around the one in view. */

import { freshCursor } from "./engine";
import { number } from "./numbers";
import type { Replay } from "./replay";
import type { Scene } from "./scene";

/** Lowest and highest mse of the steps looked at from `step` on, up to the next point. */
export interface Point {
  step: number;
  low: number;
  high: number;
}

export interface Curve {
  points: Point[];
  /** Steps between two points. */
  stretch: number;
  /** Steps looked at in each stretch: all of them, or a few where all would take too long. */
  lookedAt: number;
}

/** About one for each pixel of the curve. */
export const STRETCHES = 388;
/** Steps before and after the one in view that the detail shows. */
const AROUND = 40;
const BLOCK = 8192;
const SOME = 4;
/** Multiplications that a curve may cost where mse over all examples has to be worked out for itself. */
const MOST_WORK = 2e7;
const DETAIL_WORK = 4e6;
const MOST_CALLS = 20_000;

/** Steps worth a curve: until it settles or has gone once round its cycle, and a little more. */
export function usefulEnd(replay: Replay): number {
  const { settled_after, cycle, steps } = replay.facts;
  const done = settled_after ?? (cycle ? cycle[0] + cycle[1] : steps);
  return Math.max(1, Math.min(steps, Math.ceil(done * 1.05) + 2));
}

export function curveOf(replay: Replay, scene: Scene): Curve {
  if (scene.overview && replay.facts === scene.run) {
    const { stretch, looked_at, low, high } = scene.overview;
    return {
      points: low.map((value, i) => ({ step: i * stretch, low: number(value), high: number(high[i]) })),
      stretch,
      lookedAt: looked_at,
    };
  }
  return stretches(replay, 0, usefulEnd(replay), STRETCHES);
}

/** Each step around `step`, fewer where the error takes long to work out; null where the whole curve shows each step already. */
export function detailOf(replay: Replay, whole: Curve, step: number): Curve | null {
  if (whole.stretch === 1) return null;
  const around = Math.max(4, Math.min(AROUND, Math.floor(DETAIL_WORK / (replay.recipe.n * replay.engine.size))));
  const from = Math.max(0, Math.min(step - around, replay.steps - 2 * around - 1));
  return stretches(replay, from, Math.min(replay.steps, from + 2 * around + 1), 2 * around + 1);
}

/** mse over all examples before each step of [from, to), as at most about `most` points. */
function stretches(replay: Replay, from: number, to: number, most: number): Curve {
  const { n } = replay.recipe;
  const count = to - from;
  const stretch = Math.max(1, Math.ceil(count / most));
  const each = count <= MOST_CALLS && count * n * replay.engine.size <= MOST_WORK;
  if (seesAll(replay)) return { points: fromSteps(replay, from, to, stretch), stretch, lookedAt: stretch };
  const lookedAt = each ? stretch : Math.min(stretch, SOME);
  const points: Point[] = [];
  for (let step = from; step < to; step += stretch) points.push(looked(replay, step, Math.min(to, step + stretch), lookedAt));
  return { points, stretch, lookedAt };
}

/** Whether a step's own mse is that over all examples. */
export function seesAll(replay: Replay): boolean {
  return replay.recipe.batch >= replay.recipe.n;
}

/** The points from the mse that each step has written down itself. */
function fromSteps(replay: Replay, from: number, to: number, stretch: number): Point[] {
  const points: Point[] = [];
  const rows = Math.max(stretch, BLOCK - (BLOCK % stretch));
  const computed = Math.min(to, Math.max(from + 1, replay.facts.last_step));
  for (let start = from; start < computed; start += rows) {
    const mses = replay.mses(start, Math.min(rows, computed - start));
    for (let i = 0; i < mses.length; i += stretch) points.push(point(start + i, mses.slice(i, i + stretch)));
    if (mses.length < Math.min(rows, computed - start)) break;
  }
  for (let step = from + points.length * stretch; step < to; step += stretch)
    points.push(looked(replay, step, Math.min(to, step + stretch), 2));
  return points;
}

/** A stretch of which the first so many steps are looked at. */
function looked(replay: Replay, start: number, end: number, count: number): Point {
  const state = replay.stateAt(start);
  const cursor = freshCursor(start);
  const mses: number[] = [];
  for (let step = start; step < Math.min(end, start + count); step++) {
    mses.push(replay.engine.mse(state));
    replay.engine.walk(state, cursor, 1);
  }
  return point(start, mses);
}

function point(step: number, mses: ArrayLike<number>): Point {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < mses.length; i++) {
    const mse = Number.isNaN(mses[i]) ? Infinity : mses[i];
    low = Math.min(low, mse);
    high = Math.max(high, mse);
  }
  return { step, low, high };
}
