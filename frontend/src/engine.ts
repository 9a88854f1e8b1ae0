/** The C core as WebAssembly: the only arithmetic of steps in the page. Its structs and words are core.h's. */

import type { Recipe } from "./scene";

export const WENT = 0,
  DIVERGED = 1,
  MSE_REACHED = 2,
  UNCHANGED = 3,
  REPEATED = 4,
  FULL = 5;

interface Exports {
  ns_walk(
    problem: number,
    cursor: number,
    state: number,
    saved: number,
    checkpoints: number,
    scratch: number,
    drawn: number,
    steps: bigint,
    columns: number,
  ): bigint;
  ns_mse(problem: number, weights: number, scratch: number): number;
  ns_predict(problem: number, weights: number, scratch: number, predictions: number): void;
  ns_scratch(problem: number): bigint;
  __heap_base: WebAssembly.Global;
}

export type Core = WebAssembly.Module;

/** Numbers of consecutive steps, a row per step. */
export interface Window {
  start: number;
  rows: number;
  weight: Float64Array;
  weighted_delta: Float64Array;
  alpha_delta: Float64Array;
  new_weight: Float64Array;
  /** Of a network only; sums, predictions and deltas are of all nodes, first layer first. */
  sum: Float64Array;
  prediction: Float64Array;
  delta: Float64Array;
  mse: Float64Array;
  example: BigInt64Array;
}

export interface Cursor {
  step: number;
  lastMoved: number;
  lastChanged: number;
  stopping: number;
  watching: number;
  power: number;
  length: number;
  spacing: number;
  kept: number;
  capacity: number;
}

const CURSOR: (keyof Cursor)[] = [
  "step",
  "lastMoved",
  "lastChanged",
  "stopping",
  "watching",
  "power",
  "length",
  "spacing",
  "kept",
  "capacity",
];
const PROBLEM_BYTES = 208,
  LAYER_BYTES = 32,
  ALPHAS_AT = 92,
  ALPHA_AT = 104,
  SETTINGS_AT = 112,
  UNTIL_AT = 160,
  LAYERS_AT = 168;
const COLUMNS = 10,
  SPANS_AT = 40,
  COLUMNS_BYTES = 72,
  SETTINGS = 6;
/** Places of columns in core.h's ns_columns. */
const SUM = 5,
  PREDICTION = 6,
  DELTA = 7,
  MSE = 8,
  EXAMPLE = 9;

export function freshCursor(step: number): Cursor {
  return { step, lastMoved: -1, lastChanged: -1, stopping: 0, watching: 0, power: 1, length: 0, spacing: 1, kept: 0, capacity: 0 };
}

/** A problem in a memory of its own. */
export class Engine {
  readonly width: number;
  readonly size: number;
  /** Nodes of all layers. */
  readonly nodes: number;
  readonly stateLength: number;
  readonly stepsPerEpoch: number;
  private memory = new WebAssembly.Memory({ initial: 2 });
  private core: Exports;
  private top: number;
  private problem: number;
  private cursorAt: number;
  private stateAt: number;
  private savedAt: number;
  private scratchAt: number;
  private drawnAt: number;
  private columnsAt: number;
  private floor: number;

  constructor(
    module: Core,
    readonly recipe: Recipe,
  ) {
    const { n, d, k, batch, bias, layers } = recipe;
    this.width = d + (bias ? 1 : 0);
    this.size = layers ? layers.reduce((sum, l) => sum + l.outputs * (l.inputs + (l.bias ? 1 : 0)), 0) : k * this.width;
    this.nodes = layers ? layers.reduce((sum, l) => sum + l.outputs, 0) : k;
    this.stateLength = this.size * (1 + recipe.memories) + recipe.clocks;
    this.stepsPerEpoch = Math.ceil(n / batch);
    this.core = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as unknown as Exports;
    this.top = this.core.__heap_base.value as number;
    this.problem = this.take(PROBLEM_BYTES);
    this.cursorAt = this.take(8 * CURSOR.length);
    this.stateAt = this.take(8 * this.stateLength);
    this.savedAt = this.take(8 * this.stateLength);
    this.drawnAt = this.take(8 * batch);
    this.columnsAt = this.take(COLUMNS_BYTES);
    this.writeProblem();
    this.scratchAt = this.take(8 * Number(this.core.ns_scratch(this.problem)));
    this.floor = this.top;
  }

  /** Room at the top of memory; everything above `floor` is given back before each window. */
  private take(bytes: number): number {
    const at = this.top;
    this.top = (at + bytes + 15) & ~15;
    const short = this.top - this.memory.buffer.byteLength;
    if (short > 0) this.memory.grow(Math.ceil(short / 65536));
    return at;
  }

  private put(values: ArrayLike<number>): number {
    const at = this.take(8 * values.length);
    new Float64Array(this.memory.buffer, at, values.length).set(values);
    return at;
  }

  private writeProblem(): void {
    const r = this.recipe;
    const input = this.put(r.input),
      goal = this.put(r.goal);
    const frozen = r.frozen ? this.take(r.frozen.length) : 0;
    if (r.frozen) new Uint8Array(this.memory.buffer, frozen, r.frozen.length).set(r.frozen.map(Number));
    const alphas = r.alphas ? this.put(r.alphas) : 0;
    const layers = r.layers ?? [],
      layer = this.take(LAYER_BYTES * layers.length);
    const shapes = new DataView(this.memory.buffer, layer, LAYER_BYTES * layers.length);
    layers.forEach((l, at) =>
      [l.inputs, l.outputs, Number(l.bias), l.code].forEach((value, i) =>
        shapes.setBigInt64(LAYER_BYTES * at + 8 * i, BigInt(value), true),
      ),
    );
    const view = new DataView(this.memory.buffer, this.problem, PROBLEM_BYTES);
    const whole = [r.n, r.d, r.k, r.batch, Number(r.bias), Number(r.sums), Number(r.lanes), Number(r.shuffled), r.rule_code];
    whole.forEach((value, i) => view.setBigInt64(8 * i, BigInt(value), true));
    view.setBigUint64(72, BigInt(r.seed), true);
    [input, goal, frozen, alphas].forEach((pointer, i) => view.setUint32(80 + 4 * i, pointer, true));
    view.setBigInt64(96, 0n, true);
    view.setFloat64(ALPHA_AT, r.alpha, true);
    for (let i = 0; i < SETTINGS; i++) view.setFloat64(SETTINGS_AT + 8 * i, r.settings[i] ?? 0, true);
    view.setFloat64(UNTIL_AT, r.until_mse ?? -1, true);
    view.setBigInt64(LAYERS_AT, BigInt(layers.length), true);
    view.setUint32(LAYERS_AT + 8, layer, true);
    [Number(r.sequential), r.loss.code].forEach((value, i) => view.setBigInt64(LAYERS_AT + 16 + 8 * i, BigInt(value), true));
    view.setFloat64(LAYERS_AT + 32, r.loss.threshold, true);
  }

  /** The state before step 0. */
  firstState(): Float64Array {
    const r = this.recipe,
      state = new Float64Array(this.stateLength);
    state.set(r.start);
    r.first_memory.forEach((value, m) => state.fill(value, this.size * (1 + m), this.size * (2 + m)));
    state.fill(1, this.size * (1 + r.memories));
    return state;
  }

  /** Go at most `steps` steps, changing `state` and `cursor`; `checkpoints` are kept where they are given. */
  walk(state: Float64Array, cursor: Cursor, steps: number, checkpoints?: Float64Array, saved?: Float64Array): number {
    this.top = this.floor;
    const kept = checkpoints ? this.put(checkpoints) : 0;
    const why = this.call(state, cursor, steps, kept, saved, 0);
    if (checkpoints) checkpoints.set(new Float64Array(this.memory.buffer, kept, checkpoints.length));
    return why;
  }

  /** Every number of `rows` steps from a state. */
  window(state: Float64Array, start: number, rows: number): Window {
    const { batch, layers } = this.recipe,
      perExample = batch * this.nodes;
    const sizes = [this.size, this.size, this.size, this.size, 0, layers ? perExample : 0, perExample, perExample, 1, batch];
    return this.record(state.slice(), start, rows, sizes);
  }

  /** mse of `rows` steps, each over its own examples; `state` goes along. */
  mses(state: Float64Array, start: number, rows: number): Float64Array {
    const window = this.record(state, start, rows, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    return window.mse.subarray(0, window.rows);
  }

  /** Deltas of `rows` steps of one example each; `state` goes along. */
  deltas(state: Float64Array, start: number, rows: number): Float64Array {
    const window = this.record(state, start, rows, [0, 0, 0, 0, 0, 0, 0, this.recipe.batch * this.recipe.k, 0, 0]);
    return window.delta.subarray(0, window.rows * this.recipe.batch * this.recipe.k);
  }

  /** Go `rows` steps and write the columns that have a size; `state` goes along. */
  private record(state: Float64Array, start: number, rows: number, sizes: number[]): Window {
    this.top = this.floor;
    const at = sizes.map((size) => (size ? this.take(8 * size * rows) : 0));
    for (const i of [SUM, PREDICTION, DELTA]) if (sizes[i]) new Float64Array(this.memory.buffer, at[i], sizes[i] * rows).fill(NaN);
    if (sizes[EXAMPLE]) new BigInt64Array(this.memory.buffer, at[EXAMPLE], sizes[EXAMPLE] * rows).fill(-1n);
    new Uint32Array(this.memory.buffer, this.columnsAt, COLUMNS).set(at);
    new BigInt64Array(this.memory.buffer, this.columnsAt + SPANS_AT, 4).set([0n, BigInt(this.size), 0n, BigInt(this.nodes)]);
    const cursor = freshCursor(start);
    this.call(state, cursor, rows, 0, undefined, this.columnsAt);
    const column = (i: number) => new Float64Array(this.memory.buffer, at[i], sizes[i] * rows).slice();
    return {
      start,
      rows: cursor.step - start,
      weight: column(0),
      weighted_delta: column(1),
      alpha_delta: column(2),
      new_weight: column(3),
      sum: column(SUM),
      prediction: column(PREDICTION),
      delta: column(DELTA),
      mse: column(MSE),
      example: new BigInt64Array(this.memory.buffer, at[EXAMPLE], sizes[EXAMPLE] * rows).slice(),
    };
  }

  /** Mean squared error of a state's weights over all examples. */
  mse(state: Float64Array): number {
    new Float64Array(this.memory.buffer, this.stateAt, this.stateLength).set(state);
    return this.core.ns_mse(this.problem, this.stateAt, this.scratchAt);
  }

  /** Predictions (n, k) of a state's weights for all examples. */
  predict(state: Float64Array): Float64Array {
    this.top = this.floor;
    const { n, k } = this.recipe,
      at = this.take(8 * n * k);
    new Float64Array(this.memory.buffer, this.stateAt, this.stateLength).set(state);
    this.core.ns_predict(this.problem, this.stateAt, this.scratchAt, at);
    return new Float64Array(this.memory.buffer, at, n * k).slice();
  }

  private call(
    state: Float64Array,
    cursor: Cursor,
    steps: number,
    kept: number,
    saved: Float64Array | undefined,
    columns: number,
  ): number {
    const bytes = this.memory.buffer;
    new Float64Array(bytes, this.stateAt, this.stateLength).set(state);
    if (saved) new Float64Array(bytes, this.savedAt, this.stateLength).set(saved);
    const view = new BigInt64Array(bytes, this.cursorAt, CURSOR.length);
    CURSOR.forEach((name, i) => {
      view[i] = BigInt(cursor[name]);
    });
    const why = this.core.ns_walk(
      this.problem,
      this.cursorAt,
      this.stateAt,
      saved ? this.savedAt : 0,
      kept,
      this.scratchAt,
      this.drawnAt,
      BigInt(steps),
      columns,
    );
    CURSOR.forEach((name, i) => {
      cursor[name] = Number(view[i]);
    });
    state.set(new Float64Array(bytes, this.stateAt, this.stateLength));
    if (saved) saved.set(new Float64Array(bytes, this.savedAt, this.stateLength));
    return Number(why);
  }

  /** Bytes of the problem's schedule are read in place: where it ends, so does the run. */
  get scheduled(): boolean {
    return new DataView(this.memory.buffer, this.problem, PROBLEM_BYTES).getUint32(ALPHAS_AT, true) !== 0;
  }
}
