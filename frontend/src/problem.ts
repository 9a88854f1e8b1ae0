/** A recipe as core.h's ns_problem: the one place where the page writes it. */

import { offsets } from "./layers";
import * as core from "./layout";
import type { Memory } from "./memory";
import type { Recipe } from "./scene";
import { write } from "./structs";

/** Address of the problem, whose arrays stand in the same memory. */
export function problemOf(recipe: Recipe, memory: Memory): number {
  const arrays = {
    input: memory.put(recipe.input),
    goal: memory.put(recipe.goal),
    narrow: 0,
    frozen: recipe.frozen ? memory.putBytes(recipe.frozen.map(Number)) : 0,
    layer: layersOf(recipe, memory),
    factor: recipe.factors ? memory.put(recipe.factors) : 0,
  };
  const at = memory.take(core.problem.bytes);
  write(memory.bytes, at, core.problem, {
    ...arrays,
    examples: recipe.n,
    inputs: recipe.d,
    outputs: recipe.k,
    batch: recipe.batch,
    sums: recipe.sums,
    lanes: recipe.lanes,
    shuffled: recipe.shuffled,
    rule: recipe.rule_code,
    seed: BigInt(recipe.seed),
    alpha: recipe.alpha,
    setting: recipe.settings,
    until_mse: recipe.until_mse ?? -1,
    layers: recipe.layers.length,
    sequential: recipe.sequential,
    loss: recipe.loss.code,
    threshold: recipe.loss.threshold,
    l2: recipe.penalty.l2,
    l1: recipe.penalty.l1,
    penalises_bias: recipe.penalty.bias,
    clip: recipe.clip,
    part: recipe.part,
  });
  return at;
}

function layersOf(recipe: Recipe, memory: Memory): number {
  const at = memory.take(core.layer.bytes * recipe.layers.length);
  const places = offsets(recipe);
  recipe.layers.forEach(({ inputs, outputs, bias, code }, l) => {
    const first = { first_weight: places[l].weight, first_node: places[l].node };
    write(memory.bytes, at + core.layer.bytes * l, core.layer, { inputs, outputs, has_bias: bias, activation: code, ...first });
  });
  return at;
}
