/** The largest alphas that are stable near some weights of a network, for small moves (theory/limits.py in Python). */

import type { Engine } from "../../engine";
import { CROSS_ENTROPY, HUBER, SQUARED } from "../../layout";
import type { Recipe } from "../../scene";
import type { NearLimit } from "../../screens";

/** Weights times examples up to which it is worked out at the start, which is looked at once, and at a step, which steps go by. */
const AT_START = 1e5;
const AT_STEP = 4e3;
/** Examples of which Python looks at all. */
const MOST_EXAMPLES = 2048;
/** Nodes that are flatter than this leaves them have slopes that few digits of their values tell. */
const LEAST = 1e-12;
const CURVED = [SQUARED, HUBER, CROSS_ENTROPY];

const known = new WeakMap<number[], { of: Recipe; found: NearLimit | null | undefined }>();

/** Near the start: as long as only alpha changes it is the same. null: no theory knows one; undefined: it takes too long here. */
export function nearStart(engine: Engine): NearLimit | null | undefined {
  const { recipe } = engine;
  const before = known.get(recipe.start);
  const same = (["input", "goal", "batch", "rule", "alphas"] as const).every((name) => before?.of[name] === recipe[name]);
  if (before && same) return before.found;
  const found = nearLimit(engine, Float64Array.from(recipe.start), AT_START);
  known.set(recipe.start, { of: recipe, found });
  return found;
}

/** Near the weights of a step. */
export function nearLimit(engine: Engine, weights: Float64Array, most = AT_STEP): NearLimit | null | undefined {
  const { recipe, size } = engine;
  const times = limitTimesCurvature(recipe);
  if (!times || !CURVED.includes(recipe.loss.code) || recipe.alphas) return null;
  if (recipe.n > MOST_EXAMPLES || recipe.n * size > most) return undefined;
  const { sharpness, steepest } = engine.curvature(weights);
  const limit = (curvature: number): number => (curvature > 0 ? times / curvature : Number.isNaN(curvature) ? NaN : Infinity);
  const near = limit(sharpness);
  const alone = recipe.batch < recipe.n ? limit(steepest) : Infinity;
  return [near, alone].every(isUsual) ? { limit: near, alone } : undefined;
}

/** Whether rounding leaves enough of a limit to be told; else it is Python's to tell. */
function isUsual(limit: number): boolean {
  return limit === Infinity || (limit > LEAST && limit < 1 / LEAST);
}

/** Largest stable alpha × curvature of a rule; 0 where it rescales its steps. */
function limitTimesCurvature({ rule, settings: [momentum] }: Recipe): number {
  if (rule === "plain") return 2;
  if (rule === "momentum") return 2 * (1 + momentum);
  return rule === "nesterov" ? (2 * (1 + momentum)) / (1 + 2 * momentum) : 0;
}
