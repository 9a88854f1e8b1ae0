/** Layers of a recipe: where the numbers of their nodes stand in a step's flat arrays. A plain node is one layer. */

import { IDENTITY, SQUARED } from "./layout";
import { clip } from "./numbers";
import type { Step } from "./replay";
import type { Layer, Recipe } from "./scene";

export interface Place {
  layer: number;
  node: number;
}

/** Numbers of one node in one step, for one of its examples. */
export interface NodeNumbers {
  input: number[];
  weight: number[];
  weighted_delta: number[];
  alpha_delta: number[];
  new_weight: number[];
  sum: number;
  prediction: number;
  delta: number;
  /** Deltas that it feeds; none for an output. */
  fed: number;
}

/** Weights of each of a layer's nodes, its bias among them, last. */
export function widthOf(layer: Layer): number {
  return layer.inputs + Number(layer.bias);
}

export function nodeCount({ layers }: Recipe): number {
  return layers.reduce((sum, layer) => sum + layer.outputs, 0);
}

export function weightCount({ layers }: Recipe): number {
  return layers.reduce((sum, layer) => sum + layer.outputs * widthOf(layer), 0);
}

/** Whether the rule is given the weighted deltas as they are, and alpha as it is. */
export function isBare({ penalty, clip: longest, factors }: Recipe): boolean {
  return !penalty.l2 && !penalty.l1 && longest < 0 && !factors;
}

/** Whether the error alone is a bowl that steps go down: one layer without an activation, squares, and nothing that joins them. */
export function isLinear(recipe: Recipe): boolean {
  const { layers, loss } = recipe;
  return layers.length === 1 && layers[0].code === IDENTITY && loss.code === SQUARED && isBare(recipe);
}

/** Whether all that is learned is one number times the input. */
export function hasOneWeight(recipe: Recipe): boolean {
  return isLinear(recipe) && weightCount(recipe) === 1 && !recipe.layers[0].bias;
}

/** Number of a layer's first node among all, and of its first weight. */
export function offsets({ layers }: Recipe): { node: number; weight: number }[] {
  let node = 0;
  let weight = 0;
  return layers.map((layer) => {
    const at = { node, weight };
    node += layer.outputs;
    weight += layer.outputs * widthOf(layer);
    return at;
  });
}

/** Number of a node's first weight among all. */
export function firstWeight(recipe: Recipe, { layer, node }: Place): number {
  return offsets(recipe)[layer].weight + node * widthOf(recipe.layers[layer]);
}

/** What a layer is given, for the step's example `b`; a bias is an input of 1, last. */
export function inputsOf(recipe: Recipe, step: Step, layer: number, b: number): number[] {
  const { d } = recipe;
  const bias = recipe.layers[layer].bias ? [1] : [];
  if (layer === 0) return [...recipe.input.slice(step.examples[b] * d, (step.examples[b] + 1) * d), ...bias];
  const first = offsets(recipe)[layer - 1].node + b * nodeCount(recipe);
  return [...step.prediction.slice(first, first + recipe.layers[layer].inputs), ...bias];
}

export function numbersOf(recipe: Recipe, step: Step, at: Place, b: number): NodeNumbers {
  const from = firstWeight(recipe, at);
  const place = b * nodeCount(recipe) + offsets(recipe)[at.layer].node + at.node;
  const row = (numbers: Float64Array): number[] => Array.from(numbers.slice(from, from + widthOf(recipe.layers[at.layer])));
  return {
    input: inputsOf(recipe, step, at.layer, b),
    weight: row(step.weight),
    weighted_delta: row(step.weighted_delta),
    alpha_delta: row(step.alpha_delta),
    new_weight: row(step.new_weight),
    sum: step.sum[place],
    prediction: step.prediction[place],
    delta: step.delta[place],
    fed: recipe.layers[at.layer + 1]?.outputs ?? 0,
  };
}

/** Predictions (k) of the last layer for the step's example `b`. */
export function outputsOf(recipe: Recipe, step: Step, b: number): Float64Array {
  const end = (b + 1) * nodeCount(recipe);
  return step.prediction.slice(end - recipe.k, end);
}

/** Of all nodes of a recipe of one layer, or of one of several. */
export function nodeName(recipe: Recipe, { layer, node }: Place): string {
  if (recipe.layers.length > 1) return `layer ${layer}, node ${node}`;
  return recipe.k > 1 ? recipe.goal_names[node] : "";
}

export function inputName(recipe: Recipe, layer: number, i: number): string {
  if (i === recipe.layers[layer].inputs) return "bias";
  return layer ? `from node ${i}` : nameOr(recipe.input_names, i, "input");
}

/** A name that somebody gave; where they are only counted, what they are. */
export function nameOr(names: string[], i: number, what: string): string {
  if (names[i] !== String(i)) return names[i];
  return names.length > 1 ? `${what} ${i}` : what;
}

/** What is said of a weight in a picture, by its number among all: nothing where there is no other. */
export function weightName(recipe: Recipe, number: number): string {
  if (weightCount(recipe) === 1) return "";
  const layer = offsets(recipe).findLastIndex(({ weight }) => weight <= number);
  const width = widthOf(recipe.layers[layer]);
  const from = number - offsets(recipe)[layer].weight;
  return joined(nodeName(recipe, { layer, node: Math.floor(from / width) }), inputName(recipe, layer, from % width));
}

/** Names one after another, long ones cut. */
export function joined(...names: string[]): string {
  return names
    .filter(Boolean)
    .map((name) => clip(name))
    .join(", ");
}
