/** What alpha means for a step: its limit, and what is left of what is missing. Of one example it is worked out here, of examples
 * taken together from the curvatures that Python gave; anything else is what Python foretold, while the data stays the same. */

import { isLinear } from "./layers";
import { number } from "./numbers";
import type { Recipe, Scene } from "./scene";

export interface Limits {
  /** Alpha up to which it is stable. */
  limit: number;
  /** Alpha from which it oscillates; NaN where nobody knows. Of one direction it does it in one step there. */
  turn: number;
  regime: string;
  /** What is missing is multiplied by, signed; the largest of all directions. NaN where it is not known. */
  factor: number;
  /** Whether there are several directions with factors of their own. */
  several: boolean;
}

/** Sum of squares of the inputs whose weights can move; a bias counts as an input of 1. */
export function squares(recipe: Recipe): number {
  const { d, frozen } = recipe;
  const { bias } = recipe.layers[0];
  let total = 0;
  for (let i = 0; i < d; i++) if (!frozen?.[i]) total += recipe.input[i] * recipe.input[i];
  return total + (bias && !frozen?.[d] ? 1 : 0);
}

function isOneExample(recipe: Recipe): boolean {
  return isLinear(recipe) && recipe.n === 1 && recipe.rule === "plain" && !recipe.alphas && (recipe.k === 1 || !recipe.frozen);
}

/** Limits of a recipe, or null where nobody knows them. */
export function limitsOf(recipe: Recipe, scene: Scene): Limits | null {
  if (isOneExample(recipe)) return ofCurvatures(recipe.alpha, squares(recipe), squares(recipe));
  if (!isSameData(recipe, scene.recipe) || recipe.alphas) return null;
  const { curvatures } = scene.forecast;
  if (curvatures) return ofCurvatures(recipe.alpha, number(curvatures[0]), number(curvatures[1]));
  return asForetold(recipe, scene);
}

function isSameData(recipe: Recipe, other: Recipe): boolean {
  return recipe.input === other.input && recipe.batch === other.batch && recipe.rule === other.rule;
}

/** Each direction's factor is 1 − alpha × its curvature. */
function ofCurvatures(alpha: number, steep: number, flat: number): Limits {
  const [fast, slow] = [alpha * steep, alpha * flat];
  const factor = Math.abs(1 - fast) > Math.abs(1 - slow) ? 1 - fast : 1 - slow;
  const limits = { limit: 2 / steep, turn: 2 / (steep + flat), factor, several: steep !== flat };
  return { ...limits, regime: regimeOf(fast, factor) };
}

function regimeOf(product: number, factor: number): string {
  if (product === 0) return "frozen";
  if (product < 0 || product > 2) return "diverges";
  if (product === 2) return "marginal";
  return factor > 0 ? "converges" : factor === 0 ? "one step" : "oscillates";
}

function asForetold({ alpha }: Recipe, { recipe, forecast }: Scene): Limits | null {
  const limit = number(forecast.limit);
  if (!Number.isFinite(limit)) return null;
  if (alpha === recipe.alpha) return { limit, turn: NaN, factor: number(forecast.factor), regime: forecast.regime, several: true };
  const regime = alpha === 0 ? "frozen" : alpha < 0 || alpha > limit ? "diverges" : alpha === limit ? "marginal" : "stable";
  return { limit, turn: NaN, factor: NaN, regime, several: true };
}
