/** Examples as dots: which of many are drawn, always with those that are farthest off. */

import { magnitude } from "./numbers";

/** Dots at most, and how many of the farthest off are among them. */
const DOTS = 400;
const FARTHEST = 20;

/** An example of one output: what is right, what is told, and how far that is off. */
export interface Dot {
  example: number;
  goal: number;
  prediction: number;
  delta: number;
}

/** Every example for the output `node` of `k`. */
export function dotsOf(goal: ArrayLike<number>, predictions: ArrayLike<number>, k: number, node: number): Dot[] {
  return Array.from({ length: predictions.length / k }, (_, example) => {
    const at = example * k + node;
    return { example, goal: goal[at], prediction: predictions[at], delta: predictions[at] - goal[at] };
  });
}

/** Farthest off first; equal ones as they come. */
export function bySize(dots: Dot[]): Dot[] {
  return [...dots].sort((a, b) => magnitude(b.delta) - magnitude(a.delta) || a.example - b.example);
}

/** The dots drawn: all of a few, of many every so-manieth and the farthest off, and those in `always`. */
export function drawnOf(dots: Dot[], always: number[]): Dot[] {
  if (dots.length <= DOTS) return dots;
  const every = Math.ceil(dots.length / DOTS);
  const kept = new Set([
    ...bySize(dots)
      .slice(0, FARTHEST)
      .map(({ example }) => example),
    ...always,
  ]);
  return dots.filter((dot, i) => i % every === 0 || kept.has(dot.example));
}
