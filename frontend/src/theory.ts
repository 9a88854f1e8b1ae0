/** What alpha means for one example, as Python's forecast says it; anything wider waits for Python. */

import { isLinear } from "./layers";
import { count, number } from "./numbers";
import type { Facts, Recipe, Scene } from "./scene";

export interface Limits {
  /** Alpha up to which it is stable, and the one that does it in one step (all examples in a step). */
  limit: number;
  oneStep: number;
  regime: string;
  factor: number;
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

/** Limits of a recipe: worked out for one example; for other recipes Python's, where only alpha was changed since. */
export function limitsOf(recipe: Recipe, scene: Scene): Limits | null {
  if (isOneExample(recipe)) {
    const square = squares(recipe);
    const factor = 1 - recipe.alpha * square;
    return { limit: 2 / square, oneStep: 1 / square, factor, regime: regimeOf(recipe.alpha * square) };
  }
  const limit = number(scene.forecast.limit);
  const sameData = recipe.input === scene.recipe.input && recipe.batch === scene.recipe.batch && recipe.rule === scene.recipe.rule;
  if (!Number.isFinite(limit) || !sameData || recipe.rule !== "plain") return null;
  const known = recipe.alpha === scene.recipe.alpha;
  return {
    limit,
    oneStep: limit / 2,
    factor: known ? number(scene.forecast.factor) : NaN,
    regime: known ? scene.forecast.regime : recipe.alpha < 0 || recipe.alpha > limit ? "diverges" : "stable",
  };
}

function regimeOf(product: number): string {
  if (product === 0) return "frozen";
  if (product < 0 || product > 2) return "diverges";
  if (product === 2) return "marginal";
  return product < 1 ? "converges" : product === 1 ? "one step" : "oscillates";
}

/** How the run of a changed recipe ended, in a sentence. */
export function endingSentence({ ending, steps, settled_after, cycle }: Facts): string {
  if (ending === "SETTLED" && !settled_after) return "Settled from the start.";
  if (ending === "SETTLED") return `Settled after ${count(settled_after ?? 0)} steps: no weight will ever change again.`;
  if (ending === "CYCLING" && cycle)
    return `Cycling: from step ${count(cycle[0])} on the weights repeat every ${count(cycle[1])} steps.`;
  if (ending === "DIVERGED") return `Diverged: at step ${count(steps - 1)} a new weight is no longer finite.`;
  if (ending === "MSE_REACHED") return `The mean squared error asked for is reached after ${count(steps)} steps.`;
  return `${count(steps)} steps used.`;
}
