/** Where numbers of a curve stand in its picture, and the shape of a curve. */

import type { Point } from "../curve";

export type Range = [low: number, high: number];

/** The smallest and the largest error of a curve that are finite; on an even scale from 0 on, on one of powers those above 0. */
export function rangeOf(points: Point[], log: boolean): Range {
  let [low, high] = log ? [Infinity, 0] : [0, -Infinity];
  const take = (error: number): void => {
    if (!Number.isFinite(error) || (log && error <= 0)) return;
    low = Math.min(low, error);
    high = Math.max(high, error);
  };
  for (const point of points) {
    take(point.low);
    take(point.high);
  }
  return low <= high ? [low, high] : log ? [0.1, 1] : [0, 1];
}

/** From an error to its height between `top` and `bottom`. Infinity stands at the top, and where it is logarithmic what is not
 * above 0 at the foot. Numbers are divided by the largest first: differences of large ones would leave what a double can hold. */
export function scaleOf([low, high]: Range, log: boolean, [top, bottom]: [number, number]): (error: number) => number {
  const largest = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const f = log ? Math.log10 : (e: number): number => e / largest;
  const span = f(high) - f(low) || 1;
  return (error) => {
    if (error === Infinity || Number.isNaN(error)) return top;
    if (error === -Infinity || (log && error <= 0)) return bottom;
    return Math.max(top, Math.min(bottom, bottom - ((f(error) - f(low)) / span) * (bottom - top)));
  };
}

/** Lowest to highest of each stretch as one filled shape; what is not finite pins at the top. */
export function band(points: Point[], x: (step: number) => number, y: (error: number) => number, end: number): string {
  const seen = points.filter((p) => p.step <= end && !Number.isNaN(p.low));
  if (!seen.length) return "";
  const tenth = (place: number): number => Math.round(10 * place) / 10;
  const at = (step: number, error: number): string => `${tenth(x(step))} ${tenth(y(error))}`;
  const back = seen.map((p) => at(p.step, p.low)).reverse();
  return `M${seen.map((p) => at(p.step, p.high)).join("L")}L${back.join("L")}Z`;
}
