/** Recipes for the tests, as Python writes them, and the core that they run on. */

import bytes from "../build/core.wasm";
import type { Layer, Recipe, Scene } from "../src/scene";

export const core = new WebAssembly.Module(await bytes);

/** The node that it began with: weight 0.4, input 1, goal 0.6, alpha 0.1. */
const SEED: Omit<Recipe, "layers"> = {
  n: 1,
  d: 1,
  k: 1,
  bare: true,
  batch: 1,
  sequential: false,
  loss: { code: 0, threshold: 1 },
  sums: false,
  lanes: false,
  part: 0,
  shuffled: false,
  seed: "0",
  rule: "plain",
  rule_code: 0,
  settings: [],
  memories: 0,
  clocks: 0,
  first_memory: [],
  alpha: 0.1,
  alphas: null,
  until_mse: null,
  frozen: null,
  penalty: { l2: 0, l1: 0, bias: false },
  clip: -1,
  factors: null,
  start: [0.4],
  input: [1],
  goal: [0.6],
  input_names: ["0"],
  goal_names: ["0"],
  steps: null,
};

/** A recipe of linear nodes, with a bias or without; or of the layers given. */
export function node({ bias = false, ...more }: Partial<Recipe> & { bias?: boolean } = {}): Recipe {
  const { d, k } = { ...SEED, ...more };
  return { ...SEED, layers: [{ inputs: d, outputs: k, bias, activation: "identity", code: 0 }], ...more };
}

/** One input, one hidden node, one output, no biases: weights 2 and 3, input 1, goal 5. */
export function chain(activation: string, code: number, more: Partial<Recipe> = {}): Recipe {
  const hidden: Layer = { inputs: 1, outputs: 1, bias: false, activation, code };
  const output: Layer = { inputs: 1, outputs: 1, bias: false, activation: "identity", code: 0 };
  return node({ layers: [hidden, output], start: [2, 3], input: [1], goal: [5], ...more });
}

/** A scene around a recipe: what the page asks of one besides. */
export function sceneAround(recipe: Recipe, more: Partial<Scene> = {}): Scene {
  const forecast = {
    regime: "unknown",
    limit: null,
    factor: null,
    curvatures: null,
    least_mse: null,
    cycle_mse: null,
    sentence: "",
  };
  const run = { ending: "STEPS_USED", sentence: "", steps: 0, last_step: 0, settled_after: null, cycle: null };
  const judged = { verdict: "", findings: [], nodes: [], proof: [], checkpoints: null, overview: null, python: "", fit: null };
  return { format: 1, title: "", recipe, run, forecast, ...judged, ...more };
}

export function bitsOf(x: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16);
}
