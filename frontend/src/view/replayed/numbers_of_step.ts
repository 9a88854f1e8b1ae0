/** Every number of a step, for the table of exact ones: of one node, or of several of a layer. */

import { inputName, inputsOf, isLinear, joined, nodeName, numbersOf, type Place, widthOf } from "../../layers";
import type { Step } from "../../replay";
import type { Recipe } from "../../scene";
import type { ExactRow } from "../kind";

/** Examples that stand before the weights; the others come after them. */
const FIRST = 20;
const OF_WEIGHTS = ["weight", "weighted_delta", "alpha_delta", "new_weight"] as const;

export function rowsOf(recipe: Recipe, step: Step, nodes: Place[]): ExactRow[] {
  const examples = step.examples.map((_, b) => [...ofInputs(recipe, step, nodes[0].layer, b), ...ofNodes(recipe, step, nodes, b)]);
  const [first, others] = [examples.slice(0, FIRST).flat(), examples.slice(FIRST).flat()];
  return [["mse", "", step.mse], ...ofClipping(recipe, step), ...first, ...ofWeights(recipe, step, nodes), ...others];
}

function ofClipping({ clip }: Recipe, { norm }: Step): ExactRow[] {
  if (clip < 0) return [];
  return [
    ["gradient norm", "", norm],
    ["clip factor", "", norm > clip ? clip / norm : 1],
  ];
}

function exampleName({ n }: Recipe, { examples }: Step, b: number): string {
  return n > 1 ? `example ${examples[b]}` : "";
}

function ofInputs(recipe: Recipe, step: Step, layer: number, b: number): ExactRow[] {
  const { inputs } = recipe.layers[layer];
  const name = (i: number): string => (inputs > 1 ? inputName(recipe, layer, i) : "");
  const values = inputsOf(recipe, step, layer, b).slice(0, inputs);
  return values.map((value, i) => ["input", joined(exampleName(recipe, step, b), name(i)), value]);
}

function ofNodes(recipe: Recipe, step: Step, nodes: Place[], b: number): ExactRow[] {
  return nodes.flatMap((place) => {
    const { sum, prediction, delta } = numbersOf(recipe, step, place, b);
    const goal = recipe.goal[step.examples[b] * recipe.k + place.node];
    const told: [string, number][] = [
      ["sum", sum],
      ["prediction", prediction],
      ["goal", goal],
      ["delta", delta],
    ];
    const hidden = place.layer < recipe.layers.length - 1;
    // a hidden node has no goal; without an activation the sum is the prediction
    const needless = [hidden && "goal", isLinear(recipe) && "sum"];
    const who = joined(nodeName(recipe, place), exampleName(recipe, step, b));
    return told.filter(([name]) => !needless.includes(name)).map(([name, value]): ExactRow => [name, who, value]);
  });
}

function ofWeights(recipe: Recipe, step: Step, nodes: Place[]): ExactRow[] {
  const [{ layer }] = nodes;
  const alone = widthOf(recipe.layers[layer]) === 1;
  const name = (i: number): string => (alone ? "" : inputName(recipe, layer, i));
  const numbers = nodes.map((place) => ({ who: nodeName(recipe, place), ...numbersOf(recipe, step, place, 0) }));
  const rows = OF_WEIGHTS.flatMap((quantity) =>
    numbers.flatMap((of) => of[quantity].map((value, i): ExactRow => [quantity.replace("_", " "), joined(of.who, name(i)), value])),
  );
  const { l2, l1, bias } = recipe.penalty;
  if (!l2 && !l1) return rows;
  const counted = bias ? widthOf(recipe.layers[layer]) : recipe.layers[layer].inputs;
  const added = (weight: number): number => l2 * weight + l1 * (weight > 0 ? 1 : weight < 0 ? -1 : 0);
  const ofPenalty = ({ who, weight }: (typeof numbers)[number]): ExactRow[] =>
    weight.slice(0, counted).map((value, i) => ["penalty delta", joined(who, name(i)), added(value)]);
  return [...rows, ...numbers.flatMap(ofPenalty)];
}
