/** Examples as dots: their goals and predictions at the step in view, the one that is picked out, and where they stand. */

import { type Dot, dotsOf } from "../../cloud";
import type { Model } from "../../model";
import type { Frame } from "../chart";
import { chosenOf } from "./chosen";

/** Room around the dots, a part of what they span. */
const ROOM = 0.06;

export function dotsNow({ replay, predictions, open }: Model): Dot[] {
  const { recipe } = replay.value;
  return dotsOf(recipe.goal, predictions.value, recipe.k, open.value.node);
}

/** The example picked out among all: chosen by hand, else of this step the farthest off. */
export function pickedOf(model: Model, dots: Dot[]): Dot {
  return dots[model.example.value ?? chosenOf(model).example] ?? dots[0];
}

export function rangeWith(values: number[]): [number, number] {
  const seen = values.filter(Number.isFinite);
  if (!seen.length) return [0, 1];
  const [low, high] = [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))];
  const room = (high - low) * ROOM || Math.abs(high) * ROOM || 1;
  return [low - room, high + room];
}

/** From numbers to places in a frame; what is not finite stands at the top. */
export function placesIn(frame: Frame, [x0, x1]: [number, number], [y0, y1]: [number, number]) {
  const { left, right, top, bottom } = frame;
  const inside = (y: number): number => Math.max(top - 8, Math.min(bottom, y));
  const part = (value: number, low: number, high: number): number => value / (high - low) - low / (high - low);
  return {
    x: (value: number): number => left + part(value, x0, x1) * (right - left),
    y: (value: number): number => (Number.isFinite(value) ? inside(bottom - part(value, y0, y1) * (bottom - top)) : top),
  };
}
