/** The error of goals that are classes: the log loss (theory/likelihood.py in Python). */

import { Engine } from "../../engine";
import { IDENTITY, SQUARED } from "../../layout";
import { classOf } from "../../maps";

/** Over all examples, from the sums of the outputs: of sure ones the predictions do not tell it. */
export function logLoss(engine: Engine, state: Float64Array): number {
  const { n, k, goal } = engine.recipe;
  const sums = engine.once("sums", () => ofSums(engine)).predict(state);
  let total = 0;
  for (let s = 0; s < n; s++) total += k === 1 ? softplus(goal[s] === 1 ? -sums[s] : sums[s]) : ofSeveral(sums, k, s, goal);
  return total / n;
}

/** The same network without its last activation. */
function ofSums({ module, recipe }: Engine): Engine {
  const { layers, loss } = recipe;
  const last = { ...layers[layers.length - 1], code: IDENTITY };
  return new Engine(module, { ...recipe, layers: [...layers.slice(0, -1), last], loss: { ...loss, code: SQUARED } });
}

function ofSeveral(sums: Float64Array, k: number, s: number, goal: number[]): number {
  const own = sums[s * k + classOf(goal, k, s)];
  const beyond = Array.from({ length: k }, (_, j) => sums[s * k + j] - own);
  const most = Math.max(...beyond);
  return most + Math.log(beyond.reduce((sum, one) => sum + Math.exp(one - most), 0));
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The log loss of always giving each class its share, in nats. */
export function entropyOf(goal: number[], k: number): number {
  const n = goal.length / k;
  const shares = Array.from({ length: k }, (_, j) => goal.reduce((sum, is, i) => (i % k === j ? sum + is : sum), 0) / n);
  const all = k === 1 ? [shares[0], 1 - shares[0]] : shares;
  return all.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}
