/** Where the numbers of a network's layers and nodes stand in a step's flat arrays. */

import type { Step } from "./replay";
import type { Recipe } from "./scene";

export interface Place {
  layer: number;
  node: number;
}

/** Numbers of one node in one step, for one of its examples. */
export interface NodeNumbers {
  activation: string;
  input: number[];
  weight: number[];
  weighted_delta: number[];
  alpha_delta: number[];
  new_weight: number[];
  sum: number;
  prediction: number;
  delta: number;
  /** What its delta is made of: deltas that it feeds, and the weights they come back through; none for an output. */
  fed: { delta: number; weight: number }[];
}

/** Number of a layer's first node among all, and of its first weight. */
export function offsets(recipe: Recipe): { node: number; weight: number }[] {
  let node = 0,
    weight = 0;
  return recipe.layers!.map((layer) => {
    const at = { node, weight };
    node += layer.outputs;
    weight += layer.outputs * (layer.inputs + (layer.bias ? 1 : 0));
    return at;
  });
}

export function nodeCount(recipe: Recipe): number {
  return recipe.layers!.reduce((sum, layer) => sum + layer.outputs, 0);
}

/** What a layer is given, for the step's example `b`. */
export function inputsOf(recipe: Recipe, step: Step, layer: number, b: number): number[] {
  const { d } = recipe;
  if (layer === 0) return recipe.input.slice(step.examples[b] * d, (step.examples[b] + 1) * d);
  const first = offsets(recipe)[layer - 1].node + b * nodeCount(recipe);
  return Array.from(step.prediction.slice(first, first + recipe.layers![layer].inputs));
}

export function numbersOf(recipe: Recipe, step: Step, { layer, node }: Place, b: number): NodeNumbers {
  const shape = recipe.layers![layer],
    at = offsets(recipe),
    width = shape.inputs + (shape.bias ? 1 : 0),
    all = nodeCount(recipe);
  const from = at[layer].weight + node * width,
    place = b * all + at[layer].node + node;
  const row = (numbers: Float64Array) => Array.from(numbers.slice(from, from + width));
  const next = recipe.layers![layer + 1],
    nextWidth = next ? next.inputs + (next.bias ? 1 : 0) : 0;
  const through = recipe.sequential ? step.new_weight : step.weight;
  const fed = next
    ? Array.from({ length: next.outputs }, (_, j) => ({
        delta: step.delta[b * all + at[layer + 1].node + j],
        weight: through[at[layer + 1].weight + j * nextWidth + node],
      }))
    : [];
  return {
    activation: shape.activation,
    input: inputsOf(recipe, step, layer, b),
    weight: row(step.weight),
    weighted_delta: row(step.weighted_delta),
    alpha_delta: row(step.alpha_delta),
    new_weight: row(step.new_weight),
    sum: step.sum[place],
    prediction: step.prediction[place],
    delta: step.delta[place],
    fed,
  };
}
