/** Where numbers of a curve stand in its picture, and the shape of a curve. */

import type { Point } from "../curve";

/** From an error to its height between `top` and `bottom`. Infinity stands at the top, and where it is logarithmic what is not
 * above 0 at the foot. Numbers are divided by the largest first: differences of large ones would leave what a double can hold. */
export function scaleOf(points: Point[], log: boolean, [top, bottom]: [number, number]): (error: number) => number {
  const values = points.flatMap((p) => [p.low, p.high]).filter((e) => Number.isFinite(e) && (!log || e > 0));
  const largest = values.reduce((most, e) => Math.max(most, Math.abs(e)), 0) || 1;
  const f = log ? Math.log10 : (e: number): number => e / largest;
  const all = log ? values.map(f) : [0, ...values.map(f)];
  const low = all.reduce((a, b) => Math.min(a, b), Infinity);
  const span = all.reduce((a, b) => Math.max(a, b), -Infinity) - low || 1;
  return (error) => {
    if (error === Infinity || Number.isNaN(error)) return top;
    if (error === -Infinity || (log && error <= 0) || !all.length) return bottom;
    return Math.max(top, Math.min(bottom, bottom - ((f(error) - low) / span) * (bottom - top)));
  };
}

/** Lowest to highest of each stretch as one filled shape; what is not finite pins at the top. */
export function band(points: Point[], x: (step: number) => number, y: (error: number) => number, end: number): string {
  const seen = points.filter((p) => p.step <= end && !Number.isNaN(p.low));
  if (!seen.length) return "";
  const at = (step: number, error: number): string => `${x(step).toFixed(1)} ${y(error).toFixed(1)}`;
  const back = [...seen].reverse().map((p) => at(p.step, p.low));
  return `M${seen.map((p) => at(p.step, p.high)).join("L")}L${back.join("L")}Z`;
}
