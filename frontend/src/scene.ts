/** The one document that every host shows. Python writes it (views/scene.py); numbers that JSON has no word for are strings. */

export type Num = number | "NaN" | "Infinity" | "-Infinity";

export interface Layer {
  inputs: number;
  outputs: number;
  bias: boolean;
  activation: string;
  /** core.h's number of it. */
  code: number;
}

export interface Recipe {
  n: number;
  d: number;
  k: number;
  /** Whether its one weight was given as a bare number. */
  bare: boolean;
  batch: number;
  layers: Layer[];
  sequential: boolean;
  loss: { code: number; threshold: number };
  sums: boolean;
  lanes: boolean;
  /** Examples of a batch that are added up by themselves; 0: all of it. */
  part: number;
  shuffled: boolean;
  /** A 64-bit whole number in decimal. */
  seed: string;
  rule: string;
  rule_code: number;
  settings: number[];
  memories: number;
  clocks: number;
  first_memory: number[];
  alpha: number;
  alphas: number[] | null;
  until_mse: number | null;
  frozen: boolean[] | null;
  /** l2 × weight + l1 × its sign join each weighted delta; those of biases only where `bias` is set. */
  penalty: { l2: number; l1: number; bias: boolean };
  /** The most that all weighted deltas together may be long; negative: any length. */
  clip: number;
  /** What alpha is multiplied by for each weight. */
  factors: number[] | null;
  /** (outputs, width) of each layer, biases last, one block after another. */
  start: number[];
  /** (n, d) and (n, k). */
  input: number[];
  goal: number[];
  input_names: string[];
  goal_names: string[];
  /** Steps asked for; null: until it ends by itself. */
  steps: number | null;
}

export interface Facts {
  ending: string;
  sentence: string;
  steps: number;
  last_step: number;
  settled_after: number | null;
  cycle: [number, number] | null;
}

export interface Forecast {
  regime: string;
  limit: Num | null;
  factor: Num | null;
  /** Largest and smallest curvature of the error over the weights, all examples together: what a step does is 1 − alpha × each. */
  curvatures: [Num, Num] | null;
  /** Least mse of any weights, and the mse that one-at-a-time descent goes round at; null where it is not known. */
  least_mse: Num | null;
  cycle_mse: Num | null;
  sentence: string;
}

export interface Finding {
  name: string;
  severity: "note" | "warning" | "fault";
  text: string;
  remedy: string;
}

/** What Python says of a node of a network at the last step. */
export interface NodeState {
  layer: number;
  node: number;
  state: string;
}

export interface Proof {
  step: number;
  quantity: string;
  predicted: Num;
  recorded: Num;
  relation: string;
  agrees: boolean;
}

/** Lowest and highest mse of the steps looked at in each of many stretches of a run too long to be done again in the page. */
export interface Overview {
  stretch: number;
  looked_at: number;
  low: Num[];
  high: Num[];
}

export interface Scene {
  format: 1;
  title: string;
  recipe: Recipe;
  run: Facts;
  forecast: Forecast;
  verdict: string;
  findings: Finding[];
  nodes: NodeState[];
  proof: Proof[];
  /** States of every spacing-th step, base64 of little-endian doubles. */
  checkpoints: { spacing: number; states: string } | null;
  overview: Overview | null;
  python: string;
  /** What is fitted, and what it is held beside; null where that is no table and no classes. */
  fit: Fit | null;
}

/** Centre and unit of each input or goal: own number = scaled × unit + centre. */
export interface Scale {
  centre: number[];
  unit: number[];
}

/** What another set of weights reaches: RMSE of each goal, weights (k, d) and biases (k) in the table's units. */
export interface Baseline {
  seen: number[];
  unseen: number[] | null;
  weight: number[];
  bias: number[];
  unique: boolean;
}

export interface Fit {
  where: string | null;
  unseen: { input: number[]; goal: number[] };
  /** Whether the unseen rows chose how far it went: they then speak for it a little. */
  chosen: boolean;
  /** Numbers of the unseen rows in the table, the first being 1. */
  unseen_rows: number[];
  scaling: Scale | null;
  goal_scaling: Scale | null;
  classes: string[] | null;
  beside: { least_squares: Baseline; mean: Baseline } | null;
  always: { class: string; seen: number; unseen: number | null; log_loss: Num } | null;
}

/** Two runs that are gone through at the same step. */
export interface BothScene {
  kind: "both";
  a: Scene;
  /** Of recipe and fit there is only what differs from the first. */
  b: Scene;
  names: [string, string];
  /** The first step that leads to different weights, where there is one; and that in a sentence. */
  parting: { step: number | null; sentence: string };
  /** Steps of a moment of the overview. */
  moment: number;
  /** The step to begin at. */
  first: number;
}

/** Any document that a host shows has a word for its kind, but the first kind that there was. */
export function isBoth(scene: object): scene is BothScene {
  return "kind" in scene && scene.kind === "both";
}
