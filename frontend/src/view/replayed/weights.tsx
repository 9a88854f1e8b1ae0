/** The weights of a replayed node, for one example of the step. */

import { useContext } from "preact/hooks";
import { firstWeight, inputName, numbersOf, type Place } from "../../layers";
import { count } from "../../numbers";
import type { Step } from "../../replay";
import type { Recipe } from "../../scene";
import { type Column, type WeightRow, WeightTable } from "../weights";
import { Current } from "./context";

const COLUMNS: Column[] = ["value", "weight", "product", "weighted_delta", "alpha_delta", "new_weight"];
const SHOWN = 8;

/** `example` is its place among those of the step, `total` what the products add up to. */
export function Weights({ of, example, total }: { of: Place; example: number; total: string }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const now = model.now.value;
  const { sum } = numbersOf(recipe, now, of, example);
  const caption = captionOf(recipe, now, example);
  const rows = rowsOf(recipe, now, of, example);
  return <WeightTable rows={rows} columns={COLUMNS} caption={caption} shown={SHOWN} total={{ name: total, value: sum }} />;
}

function rowsOf(recipe: Recipe, step: Step, of: Place, example: number): WeightRow[] {
  const n = numbersOf(recipe, step, of, example);
  const first = firstWeight(recipe, of);
  return n.weight.map((weight, i) => ({
    i,
    name: inputName(recipe, of.layer, i),
    bias: i === recipe.layers[of.layer].inputs,
    frozen: recipe.frozen?.[first + i],
    value: n.input[i],
    weight,
    product: weight * n.input[i],
    weighted_delta: n.weighted_delta[i],
    alpha_delta: n.alpha_delta[i],
    new_weight: n.new_weight[i],
  }));
}

function captionOf({ n }: Recipe, { examples }: Step, example: number): string {
  if (n === 1) return "every input, and what the step does to its weight";
  const all = examples.length > 1 ? `; weighted deltas are over all ${count(examples.length)} of the step` : "";
  return `example ${examples[example]}${all}`;
}
