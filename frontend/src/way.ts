/** The weights that a run of one weight passes, as many as are drawn, and how wide a bowl shows them. */

import { usefulEnd } from "./curve";
import type { Replay } from "./replay";

/** Weights drawn at most; of a run that runs away only those around the step in view. */
export const MOST = 60;
const BEFORE = 13;
const AFTER = 4;

export interface Passed {
  step: number;
  weight: number;
}

/** A run's weights: all where they are few, else the first ones, or those up to the step in view and a few on. */
export function passedOf(replay: Replay, here: number, away: boolean): Passed[] {
  const end = Math.min(usefulEnd(replay), replay.steps);
  if (away) return passed(replay, Math.max(0, here - BEFORE), Math.min(end, here + AFTER), 1);
  if (end < MOST || here < MOST * 0.75) return passed(replay, 0, Math.min(end, MOST - 1), 1);
  return passed(replay, 0, end, Math.ceil(end / (MOST - 1)));
}

function passed(replay: Replay, from: number, to: number, stride: number): Passed[] {
  const count = Math.floor((to - from) / stride) + 1;
  const all = Array.from({ length: count }, (_, i) => ({ step: from + i * stride, weight: replay.stateAt(from + i * stride)[0] }));
  return all.filter(({ weight }) => Number.isFinite(weight));
}

/** Where the mse is least: of mse = a w² + b w + c, whose a and b the inputs and goals give; null where it is flat. */
export function lowestOf({ recipe }: Replay): number | null {
  const { input, goal, n } = recipe;
  const a = input.reduce((sum, x) => sum + x * x, 0) / n;
  const b = input.reduce((sum, x, i) => sum - 2 * x * goal[i], 0) / n;
  return a > 0 ? -b / (2 * a) : null;
}

/** Whether one weight after another lies on the other side of the best. */
export function swings(way: Passed[], best: number): boolean {
  return way.length > 1 && way.slice(1, 4).some(({ weight }, i) => (weight - best) * (way[i].weight - best) < 0);
}
