/** What a network is opened on: the example that is farthest off, the hidden node that gets most of the blame for it, and of
 * several inputs the two that count most. */

import { nodeCount, offsets, outputsOf, type Place, widthOf } from "../../layers";
import { spanOf } from "../../maps";
import type { Model } from "../../model";
import { magnitude } from "../../numbers";

/** Examples of a step that are looked at. */
export const EXAMPLES = 200;

/** Choose them, once: later steps keep to them. */
export function openOnTheWorst(model: Model): void {
  const { recipe } = model.replay.value;
  if (recipe.layers.length < 2) return;
  const b = farthestOff(model);
  model.example.value = model.now.value.examples[b] ?? null;
  model.open.value = mostBlamed(model, recipe.layers.length - 2, b);
  if (recipe.d > 2) model.axes.value = inputsThatCount(model);
}

/** The two inputs whose weights, times how far the input varies, are largest together at the end. */
function inputsThatCount({ replay }: Model): [number, number] {
  const { recipe, steps } = replay.value;
  const [{ outputs }] = recipe.layers;
  const width = widthOf(recipe.layers[0]);
  const weights = replay.value.stateAt(steps);
  const says = Array.from({ length: recipe.d }, (_, i) => {
    const [low, high] = spanOf(recipe, i);
    let sum = 0;
    for (let j = 0; j < outputs; j++) sum += Math.abs(weights[j * width + i]) || 0;
    return sum * (high - low);
  });
  const [a, b] = says.map((_, i) => i).sort((i, j) => says[j] - says[i]);
  return [Math.min(a, b), Math.max(a, b)];
}

/** The place of the chosen example among those of the step; where the step does not see it, of the one farthest off. */
export function placeShown(model: Model): number {
  const wanted = model.now.value.examples.indexOf(model.example.value ?? -1);
  return wanted >= 0 ? wanted : farthestOff(model);
}

/** The example of the step whose outputs are farthest from their goals together. */
function farthestOff({ replay, now }: Model): number {
  const { recipe } = replay.value;
  const { k, goal } = recipe;
  const off = now.value.examples.slice(0, EXAMPLES).map((example, b) => {
    const told = outputsOf(recipe, now.value, b);
    return goal.slice(example * k, (example + 1) * k).reduce((sum, right, j) => sum + Math.abs(told[j] - right), 0);
  });
  return Math.max(0, off.indexOf(off.reduce((a, b) => Math.max(a, b), -Infinity)));
}

/** The node of a layer with the largest delta. */
export function mostBlamed({ replay, now }: Model, layer: number, b: number): Place {
  const { recipe } = replay.value;
  const first = b * nodeCount(recipe) + offsets(recipe)[layer].node;
  const deltas = Array.from(now.value.delta.slice(first, first + recipe.layers[layer].outputs), magnitude);
  return { layer, node: Math.max(0, deltas.indexOf(Math.max(...deltas, 0))) };
}
