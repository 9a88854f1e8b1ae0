/** The ten numbers of a step of one weight and one example, with texts of which two different numbers never share one. */

import type { Model } from "../../model";
import { distinct } from "../../numbers";

export interface Told {
  value: number;
  text: string;
}

const NAMES = ["input", "weight", "prediction", "goal", "delta", "weighted", "alpha", "alphaDelta", "next", "mse"] as const;

export type OneStep = Record<(typeof NAMES)[number], Told>;

export function oneStepOf({ now, replay }: Model): OneStep {
  const { recipe } = replay.value;
  const { examples, step, weight, prediction, delta, weighted_delta, alpha_delta, new_weight, mse } = now.value;
  const example = examples[0] ?? 0;
  const forward = [recipe.input[example], weight[0], prediction[0], recipe.goal[example], delta[0]];
  const back = [weighted_delta[0], recipe.alphas?.[step] ?? recipe.alpha, alpha_delta[0], new_weight[0], mse];
  const values = [...forward, ...back];
  const texts = distinct(values);
  return Object.fromEntries(NAMES.map((name, i) => [name, { value: values[i], text: texts[i] }])) as OneStep;
}
