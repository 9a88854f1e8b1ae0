/** Where the parts of the loop stand, in pixels as shown: letters are never drawn smaller than they are. */

import { most } from "../../numbers";

export interface Places {
  wide: number;
  high: number;
  /** Middle of the way forward, and of the way back. */
  forward: number;
  back: number;
  /** Middles of columns. */
  input: number;
  weight: number;
  prediction: number;
  ruler: number;
  next: number;
  alphaDelta: number;
  weighted: number;
  /** Half sizes. */
  circle: number;
  box: [number, number];
  pill: [number, number];
  /** The longest gap between prediction and goal, and the largest letters. */
  gap: number;
  big: number;
  mid: number;
  /** Whether shapes are smaller, and what stands under them shorter, since there is little room. */
  tight: boolean;
  /** Half the size of the input. */
  input_r: number;
}

const TALL = { high: 336, forward: 106, back: 264, circle: 56, box: [58, 37], pill: [60, 28], gap: 64, big: 27, mid: 20 };
const LOW = { high: 264, forward: 84, back: 198, circle: 46, box: [54, 29], pill: [58, 25], gap: 44, big: 24, mid: 19 };

/** Widths from which on everything has its full size. */
const ROOMY = 660;

export function placesOf(wide: number, low: boolean): Places {
  const { box, pill, circle, gap, ...rest } = low ? LOW : TALL;
  const tight = wide < ROOMY;
  const at = (part: number): number => Math.round(part * wide);
  const size = (full: number): number => (tight ? Math.round((full * wide) / ROOMY) : full);
  const forward = { input: size(44), weight: at(0.26), prediction: at(0.485), ruler: at(tight ? 0.74 : 0.7) };
  const back = { next: Math.max(64, at(0.125)), alphaDelta: at(tight ? 0.33 : 0.325), weighted: at(tight ? 0.535 : 0.513) };
  const sizes = { circle: size(circle), gap: size(gap), input_r: size(38) };
  return { wide, ...rest, ...sizes, ...forward, ...back, tight, box: [size(box[0]), box[1]], pill: [size(pill[0]), pill[1]] };
}

/** Longest bar under a number. */
const BAR = 92;

/** One scale for the gap, the side of the error's square and the bars: that alpha is a brake is seen, and that the gap shrinks.
 * `first` is the gap that the run began with; from larger numbers on the scale shrinks. */
export function scaleOf(first: number, numbers: number[], longest: number): (value: number) => number {
  const [gap] = numbers;
  const widest = Math.max(Math.abs(gap) / longest, Math.abs(first) / longest || 0, most(numbers) / BAR);
  return (value) => (widest > 0 && Number.isFinite(value) && Number.isFinite(widest) ? Math.abs(value) / widest : 0);
}
