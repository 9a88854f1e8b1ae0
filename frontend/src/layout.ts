/** core.h's structs in WebAssembly's memory, and its words' numbers. Made by layout.mjs: not to be edited. */

export const PLAIN = 0;
export const MOMENTUM = 1;
export const NESTEROV = 2;
export const ADAGRAD = 3;
export const RMSPROP = 4;
export const ADAM = 5;
export const ADAMW = 6;
export const IDENTITY = 0;
export const RELU = 1;
export const LEAKY_RELU = 2;
export const TANH = 3;
export const SIGMOID = 4;
export const SOFTPLUS = 5;
export const GELU = 6;
export const SOFTMAX = 7;
export const STEP = 8;
export const SQUARED = 0;
export const HUBER = 1;
export const ABSOLUTE = 2;
export const CROSS_ENTROPY = 3;
export const HINGE = 4;
export const PERCEPTRON = 5;
export const WENT = 0;
export const DIVERGED = 1;
export const MSE_REACHED = 2;
export const UNCHANGED = 3;
export const REPEATED = 4;
export const FULL = 5;
export const NOT_IEEE = 6;

export const layer = {
  bytes: 48,
  fields: {
    inputs: { at: 0, kind: "whole", count: 1 },
    outputs: { at: 8, kind: "whole", count: 1 },
    has_bias: { at: 16, kind: "whole", count: 1 },
    activation: { at: 24, kind: "whole", count: 1 },
    first_weight: { at: 32, kind: "whole", count: 1 },
    first_node: { at: 40, kind: "whole", count: 1 },
  },
} as const;

export const problem = {
  bytes: 240,
  fields: {
    examples: { at: 0, kind: "whole", count: 1 },
    inputs: { at: 8, kind: "whole", count: 1 },
    outputs: { at: 16, kind: "whole", count: 1 },
    batch: { at: 24, kind: "whole", count: 1 },
    sums: { at: 32, kind: "whole", count: 1 },
    lanes: { at: 40, kind: "whole", count: 1 },
    shuffled: { at: 48, kind: "whole", count: 1 },
    rule: { at: 56, kind: "whole", count: 1 },
    seed: { at: 64, kind: "whole", count: 1 },
    input: { at: 72, kind: "pointer", count: 1 },
    narrow: { at: 76, kind: "pointer", count: 1 },
    goal: { at: 80, kind: "pointer", count: 1 },
    frozen: { at: 84, kind: "pointer", count: 1 },
    alpha: { at: 88, kind: "real", count: 1 },
    setting: { at: 96, kind: "real", count: 6 },
    until_mse: { at: 144, kind: "real", count: 1 },
    layers: { at: 152, kind: "whole", count: 1 },
    layer: { at: 160, kind: "pointer", count: 1 },
    sequential: { at: 168, kind: "whole", count: 1 },
    loss: { at: 176, kind: "whole", count: 1 },
    threshold: { at: 184, kind: "real", count: 1 },
    l2: { at: 192, kind: "real", count: 1 },
    l1: { at: 200, kind: "real", count: 1 },
    penalises_bias: { at: 208, kind: "whole", count: 1 },
    clip: { at: 216, kind: "real", count: 1 },
    factor: { at: 224, kind: "pointer", count: 1 },
    part: { at: 232, kind: "whole", count: 1 },
  },
} as const;

export const cursor = {
  bytes: 80,
  fields: {
    step: { at: 0, kind: "whole", count: 1 },
    last_moved: { at: 8, kind: "whole", count: 1 },
    last_changed: { at: 16, kind: "whole", count: 1 },
    stopping: { at: 24, kind: "whole", count: 1 },
    watching: { at: 32, kind: "whole", count: 1 },
    power: { at: 40, kind: "whole", count: 1 },
    length: { at: 48, kind: "whole", count: 1 },
    spacing: { at: 56, kind: "whole", count: 1 },
    kept: { at: 64, kind: "whole", count: 1 },
    capacity: { at: 72, kind: "whole", count: 1 },
  },
} as const;

export const columns = {
  bytes: 80,
  fields: {
    weight: { at: 0, kind: "pointer", count: 1 },
    weighted_delta: { at: 4, kind: "pointer", count: 1 },
    alpha_delta: { at: 8, kind: "pointer", count: 1 },
    new_weight: { at: 12, kind: "pointer", count: 1 },
    memory: { at: 16, kind: "pointer", count: 1 },
    sum: { at: 20, kind: "pointer", count: 1 },
    prediction: { at: 24, kind: "pointer", count: 1 },
    delta: { at: 28, kind: "pointer", count: 1 },
    mse: { at: 32, kind: "pointer", count: 1 },
    norm: { at: 36, kind: "pointer", count: 1 },
    example: { at: 40, kind: "pointer", count: 1 },
    first_weight: { at: 48, kind: "whole", count: 1 },
    weights: { at: 56, kind: "whole", count: 1 },
    first_node: { at: 64, kind: "whole", count: 1 },
    nodes: { at: 72, kind: "whole", count: 1 },
  },
} as const;

export const team = {
  bytes: 40,
  fields: {
    helpers: { at: 0, kind: "whole", count: 1 },
    rooms: { at: 8, kind: "pointer", count: 1 },
    left: { at: 16, kind: "whole", count: 1 },
    done: { at: 24, kind: "whole", count: 1 },
    job: { at: 32, kind: "pointer", count: 1 },
  },
} as const;

export const where = {
  bytes: 40,
  fields: {
    state: { at: 0, kind: "pointer", count: 1 },
    saved: { at: 4, kind: "pointer", count: 1 },
    checkpoints: { at: 8, kind: "pointer", count: 1 },
    scratch: { at: 12, kind: "pointer", count: 1 },
    drawn: { at: 16, kind: "pointer", count: 1 },
    alphas: { at: 20, kind: "pointer", count: 1 },
    alphas_from: { at: 24, kind: "whole", count: 1 },
    columns: { at: 32, kind: "pointer", count: 1 },
    team: { at: 36, kind: "pointer", count: 1 },
  },
} as const;

export const sweep = {
  bytes: 40,
  fields: {
    problem: { at: 0, kind: "pointer", count: 1 },
    epochs: { at: 8, kind: "whole", count: 1 },
    alpha: { at: 16, kind: "pointer", count: 1 },
    state: { at: 20, kind: "pointer", count: 1 },
    outcome: { at: 24, kind: "pointer", count: 1 },
    step: { at: 28, kind: "pointer", count: 1 },
    period: { at: 32, kind: "pointer", count: 1 },
  },
} as const;
