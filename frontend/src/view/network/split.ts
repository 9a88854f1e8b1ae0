/** What a step changes of the error on its own examples, split: to first order each weight's own part, as if the others stayed
 * where they are and the error were a plane, and what its curvature makes of all of them together. */

import type { Engine } from "../../engine";
import { firstWeight, isBare, type Place, widthOf } from "../../layers";
import { SQUARED } from "../../layout";
import type { Replay, Step } from "../../replay";

export interface Split {
  /** The mse of the step's examples with the weights before it, and with those after. */
  before: number;
  after: number;
  /** Of the node's own weights, in their order; and of all others together. */
  own: number[];
  others: number;
  /** The change less all of these. */
  rest: number;
}

/** null where the weighted deltas are not the slope of the mse. */
export function splitOf({ recipe, engine }: Replay, step: Step, place: Place): Split | null {
  if (recipe.loss.code !== SQUARED || recipe.sequential || !isBare(recipe)) return null;
  const { weight, new_weight, weighted_delta, alpha_delta, examples } = step;
  const each = -2 / recipe.k / (recipe.sums ? examples.length : 1);
  const parts = Array.from(alpha_delta, (moved, i) => each * weighted_delta[i] * moved);
  const first = firstWeight(recipe, place);
  const own = parts.slice(first, first + widthOf(recipe.layers[place.layer]));
  const all = sum(parts);
  const [before, after] = [weight, new_weight].map((weights) => errorOf(engine, weights, examples));
  return { before, after, own, others: all - sum(own), rest: after - before - all };
}

/** The mse over some examples. */
function errorOf(engine: Engine, weights: Float64Array, examples: number[]): number {
  const { k, goal } = engine.recipe;
  const told = engine.predict(weights);
  const squares = examples.map((s) => sum(Array.from({ length: k }, (_, j) => (told[s * k + j] - goal[s * k + j]) ** 2)));
  return sum(squares) / (k * examples.length);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
