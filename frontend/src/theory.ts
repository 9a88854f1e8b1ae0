/** What alpha means for a step: its limit, and what is left of what is missing. Of one example, and of examples taken together, it
 * follows from the recipe at hand; anything else is what Python foretold, while the data stays the same. */

import type { Engine } from "./engine";
import { isLinear } from "./layers";
import { number } from "./numbers";
import type { Recipe, Scene } from "./scene";
import { type Bowl, bowlOf } from "./told/bowl";
import { productOf } from "./told/exactly";
import { SAME } from "./told/numbers";

export interface Limits {
  /** Alpha up to which it is stable. */
  limit: number;
  /** Alpha from which it oscillates; NaN where nobody knows. Of one direction it does it in one step there. */
  turn: number;
  regime: string;
  /** What is missing is multiplied by, signed; the largest of all directions. NaN where it is not known. */
  factor: number;
  /** What a step makes up, where it converges. */
  gain: number;
  /** What is left on the other side of the goal where a direction first passes it, as a part of its start. */
  comesBack: number;
  /** Whether there are several directions with factors of their own. */
  several: boolean;
  /** Whether all of it follows from the recipe at hand. */
  live: boolean;
}

/** Directions whose strengths differ by no more than this part are one. */
const ALIKE = 1e-9;

/** Inputs of one example whose weights can move; a bias counts as an input of 1. */
export function movable({ d, frozen, input, layers }: Recipe): number[] {
  const all = layers[0].bias ? [...input.slice(0, d), 1] : input.slice(0, d);
  return all.filter((_, i) => !frozen?.[i]);
}

/** Whether a step is alpha × what the layer's own bowl says: plain steps that see all examples. */
export function isTogether(recipe: Recipe): boolean {
  const seesAll = recipe.batch >= recipe.n;
  return isLinear(recipe) && seesAll && recipe.rule === "plain" && !recipe.alphas;
}

/** Limits of a recipe, or null where nobody knows them. */
export function limitsOf(engine: Engine, recipe: Recipe, scene: Scene): Limits | null {
  if (isTogether(recipe) && recipe.n === 1 && (recipe.k === 1 || !recipe.frozen)) return ofOne(recipe);
  if (isTogether(recipe) && !recipe.frozen) return ofBowl(recipe, bowlOf(engine, recipe));
  if (recipe.alpha === 0 && !recipe.alphas) return FROZEN;
  return isSameData(recipe, scene.recipe) && !recipe.alphas ? asForetold(recipe, scene) : null;
}

const FROZEN = { limit: NaN, turn: NaN, regime: "frozen", factor: NaN, gain: NaN, comesBack: 0, several: false, live: false };

function isSameData(recipe: Recipe, other: Recipe): boolean {
  return recipe.input === other.input && recipe.batch === other.batch && recipe.rule === other.rule;
}

/** One example: told without rounding on which side of its limit alpha lies. */
function ofOne(recipe: Recipe): Limits {
  const inputs = movable(recipe);
  const square = productOf(1, inputs).product;
  const { product, factor, sign } = productOf(recipe.alpha, inputs);
  const at = { limit: 2 / square, turn: 1 / square, comesBack: 0, several: false, live: true };
  if (!square) return { ...at, regime: "frozen", factor: 1, gain: NaN };
  return { ...at, regime: recipe.alpha === 0 ? "frozen" : exactRegime(sign), factor, gain: product };
}

function exactRegime(sign: (beside: number) => number): string {
  if (sign(0) < 0 || sign(2) > 0) return "diverges";
  if (sign(2) === 0) return "marginal";
  return sign(1) === 0 ? "one step" : sign(1) < 0 ? "converges" : "oscillates";
}

/** Examples together: each direction's factor is 1 − alpha × its curvature. */
function ofBowl(recipe: Recipe, bowl: Bowl): Limits {
  const times = recipe.sums ? recipe.n : 1;
  const { eigenvalues } = bowl;
  if (!eigenvalues.length)
    return { limit: Infinity, turn: NaN, regime: "frozen", factor: 1, gain: NaN, comesBack: 0, several: false, live: true };
  const [steep, flat] = [eigenvalues[0], eigenvalues[eigenvalues.length - 1]];
  const factors = eigenvalues.map((value) => 1 - recipe.alpha * times * value);
  const size = Math.max(...factors.map(Math.abs));
  const turns = factors.some((factor) => factor < 0 && -factor >= size * (1 - SAME));
  const regime = recipe.alpha === 0 ? "frozen" : regimeOf(size, turns);
  return {
    limit: 2 / (steep * times),
    turn: 2 / ((steep + flat) * times),
    regime,
    factor: turns ? -size : size,
    gain: recipe.alpha * times * flat,
    comesBack: regime === "converges" ? Math.max(0, ...factors.map((factor) => -factor)) : 0,
    several: steep > flat * (1 + ALIKE),
    live: true,
  };
}

function regimeOf(size: number, turns: boolean): string {
  if (!(size <= 1 + SAME)) return "diverges";
  if (size <= SAME) return "one step";
  if (!turns) return "converges";
  return size < 1 - SAME ? "oscillates" : "marginal";
}

function asForetold({ alpha }: Recipe, { recipe, forecast }: Scene): Limits | null {
  const limit = number(forecast.limit);
  if (!Number.isFinite(limit)) return null;
  const rest = { limit, turn: NaN, comesBack: 0, several: true, live: false };
  const factor = number(forecast.factor);
  if (alpha === recipe.alpha) return { ...rest, factor, gain: 1 - factor, regime: forecast.regime };
  const regime = alpha === 0 ? "frozen" : alpha < 0 || alpha > limit ? "diverges" : alpha === limit ? "marginal" : "stable";
  return { ...rest, factor: NaN, gain: NaN, regime };
}
