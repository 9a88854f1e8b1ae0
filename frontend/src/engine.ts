/** The C core as WebAssembly: the only arithmetic of steps in the page. Its structs and words are core.h's (layout.ts). */

import { nodeCount, weightCount } from "./layers";
import * as core from "./layout";
import { Memory } from "./memory";
import { problemOf } from "./problem";
import type { Recipe } from "./scene";
import { readWhole, write } from "./structs";

/** Addresses, but for the steps. */
interface Exports {
  ns_walk(problem: number, cursor: number, where: number, steps: bigint): bigint;
  ns_mse(problem: number, weights: number, scratch: number, team: number): number;
  ns_predict(problem: number, weights: number, scratch: number, from: bigint, count: bigint, predictions: number): void;
  ns_scratch(problem: number): bigint;
  ns_directions(columns: number, cols: bigint, rows: bigint): bigint;
  ns_sharpness(problem: number, weights: number, scratch: number): number;
  ns_steepest(problem: number, weights: number, scratch: number): number;
  ns_curvature_scratch(problem: number): bigint;
  __heap_base: WebAssembly.Global;
}

export type Core = WebAssembly.Module;
export type Cursor = Record<keyof typeof core.cursor.fields, number>;

/** Numbers of consecutive steps, a row per step. */
export interface Window {
  start: number;
  rows: number;
  weight: Float64Array;
  weighted_delta: Float64Array;
  alpha_delta: Float64Array;
  new_weight: Float64Array;
  /** Of all nodes, first layer first, for each example. */
  sum: Float64Array;
  prediction: Float64Array;
  delta: Float64Array;
  mse: Float64Array;
  /** How long all weighted deltas together were, where they are clipped. */
  norm: Float64Array;
  example: BigInt64Array;
}

/** Numbers that each step has of a column; none: not wanted. */
type Sizes = Partial<Record<Exclude<keyof Window, "start" | "rows">, number>>;

const OF_NODES = ["sum", "prediction", "delta"] as const;
const COLUMNS = ["weight", "weighted_delta", "alpha_delta", "new_weight", ...OF_NODES, "mse", "norm", "example"] as const;
/** Columns that nobody wants. */
const NOWHERE = Object.fromEntries(COLUMNS.map((name) => [name, 0])) as Record<(typeof COLUMNS)[number], number>;

/** What a walk is given besides state and cursor. */
interface Given {
  checkpoints?: Float64Array;
  saved?: Float64Array;
  columns?: number;
  /** To it the mse of each step is added, each over its own examples. */
  mses?: number[];
}

export function freshCursor(step: number): Cursor {
  const none = { stopping: 0, watching: 0, power: 1, length: 0, spacing: 1, kept: 0, capacity: 0 };
  return { step, last_moved: -1, last_changed: -1, ...none };
}

/** What a problem has in WebAssembly's memory, and where; and what was worked out of it. */
interface Held {
  found: Map<string, unknown>;
  memory: Memory;
  core: Exports;
  problem: number;
  at: Record<"cursor" | "where" | "state" | "saved" | "drawn" | "columns" | "scratch" | "alphas", number>;
}

/** What of a recipe the core is told anew with every call, or never. */
const TOLD_ANEW = ["alpha", "steps"];

/** A problem in a memory of its own, or in that of an engine before it where only alpha is another. */
export class Engine {
  /** Weights and nodes of all layers. */
  readonly size: number;
  readonly nodes: number;
  readonly stateLength: number;
  readonly stepsPerEpoch: number;
  private readonly held: Held;

  constructor(
    readonly module: Core,
    readonly recipe: Recipe,
    before?: Engine,
  ) {
    this.size = weightCount(recipe);
    this.nodes = nodeCount(recipe);
    this.stateLength = this.size * (1 + recipe.memories) + recipe.clocks;
    this.stepsPerEpoch = Math.ceil(recipe.n / recipe.batch);
    this.held = before && isAlike(before.recipe, recipe) ? before.held : this.made();
  }

  private made(): Held {
    const { module, recipe } = this;
    const memory = new Memory();
    const exports = new WebAssembly.Instance(module, { env: { memory: memory.wasm } }).exports as unknown as Exports;
    memory.keep(exports.__heap_base.value as number);
    const problem = problemOf(recipe, memory);
    const [state, saved] = [memory.take(8 * this.stateLength), memory.take(8 * this.stateLength)];
    const scratch = memory.take(8 * Number(exports.ns_scratch(problem)));
    const [cursor, columns, where] = [core.cursor, core.columns, core.where].map(({ bytes }) => memory.take(bytes));
    const drawn = memory.take(8 * recipe.batch);
    const alphas = recipe.alphas ? memory.put(recipe.alphas) : 0;
    memory.keep();
    return {
      found: new Map(),
      memory,
      core: exports,
      problem,
      at: { cursor, where, state, saved, drawn, columns, scratch, alphas },
    };
  }

  /** Something that alpha and the steps have no part in: worked out once, as long as nothing else is another. */
  once<T>(name: string, make: () => T): T {
    const { found } = this.held;
    if (!found.has(name)) found.set(name, make());
    return found.get(name) as T;
  }

  /** The state before step 0. */
  firstState(): Float64Array {
    const { start, first_memory, memories } = this.recipe;
    const state = new Float64Array(this.stateLength);
    state.set(start);
    first_memory.forEach((value, m) => state.fill(value, this.size * (1 + m), this.size * (2 + m)));
    state.fill(1, this.size * (1 + memories));
    return state;
  }

  /** Go at most `steps` steps, changing `state` and `cursor`; `checkpoints` are kept where they are given. */
  walk(state: Float64Array, cursor: Cursor, steps: number, given: Given = {}): number {
    const { memory } = this.held;
    memory.clear();
    if (!given.mses) return this.call(state, cursor, steps, given);
    const mse = memory.take(8 * steps);
    const before = cursor.step;
    const why = this.call(state, cursor, steps, { ...given, columns: this.columnsAt({ mse }, { size: 0, nodes: 0 }) });
    for (const each of memory.doubles(mse, cursor.step - before)) given.mses.push(each);
    return why;
  }

  /** Every number of `rows` steps from a state. */
  window(state: Float64Array, start: number, rows: number): Window {
    const { size, nodes, recipe } = this;
    const ofNodes = recipe.batch * nodes;
    const ofWeights = { weight: size, weighted_delta: size, alpha_delta: size, new_weight: size };
    const sizes = { ...ofWeights, sum: ofNodes, prediction: ofNodes, delta: ofNodes, mse: 1, norm: 1, example: recipe.batch };
    return this.record(state.slice(), start, rows, sizes);
  }

  /** mse of `rows` steps, each over its own examples; `state` goes along. */
  mses(state: Float64Array, start: number, rows: number): Float64Array {
    const window = this.record(state, start, rows, { mse: 1 });
    return window.mse.subarray(0, window.rows);
  }

  /** Deltas of all nodes in `rows` steps, for each example; `state` goes along. */
  deltas(state: Float64Array, start: number, rows: number): Float64Array {
    const size = this.recipe.batch * this.nodes;
    const window = this.record(state, start, rows, { delta: size });
    return window.delta.subarray(0, window.rows * size);
  }

  /** Go `rows` steps and write the columns that have a size; `state` goes along. */
  private record(state: Float64Array, start: number, rows: number, sizes: Sizes): Window {
    const { memory } = this.held;
    memory.clear();
    const count = (name: keyof Sizes): number => (sizes[name] ?? 0) * rows;
    const at = (name: keyof Sizes): number => (count(name) ? memory.take(8 * count(name)) : 0);
    const places = { ...NOWHERE };
    for (const name of COLUMNS) places[name] = at(name);
    const column = (name: keyof Sizes): Float64Array<ArrayBuffer> => memory.doubles(places[name], count(name));
    const examples = (): BigInt64Array<ArrayBuffer> => memory.wholes(places.example, count("example"));
    for (const name of OF_NODES) column(name).fill(NaN); // a short batch leaves its tail alone
    examples().fill(-1n);
    const cursor = freshCursor(start);
    this.call(state, cursor, rows, { columns: this.columnsAt(places) });
    const read = Object.fromEntries(COLUMNS.map((name) => [name, column(name).slice()]));
    return { ...(read as unknown as Window), start, rows: cursor.step - start, example: examples().slice() };
  }

  /** Tell the core where columns are to be written, and for how many weights and nodes; gives back where it is told so. */
  private columnsAt(places: Sizes, { size, nodes } = { size: this.size, nodes: this.nodes }): number {
    const { memory, at } = this.held;
    const all = { memory: 0, first_weight: 0, weights: size, first_node: 0, nodes };
    write(memory.bytes, at.columns, core.columns, { ...NOWHERE, ...places, ...all });
    return at.columns;
  }

  /** Mean squared error of a state's weights over all examples. */
  mse(state: Float64Array): number {
    const { memory, core: c, problem, at } = this.held;
    memory.doubles(at.state, this.stateLength).set(state);
    return c.ns_mse(problem, at.state, at.scratch, 0);
  }

  /** Predictions (n, k) of a state's weights for all examples. */
  predict(state: Float64Array): Float64Array {
    const { n, k } = this.recipe;
    const { memory, core: c, problem, at } = this.held;
    memory.clear();
    const to = memory.take(8 * n * k);
    memory.doubles(at.state, this.stateLength).set(state);
    c.ns_predict(problem, at.state, at.scratch, 0n, BigInt(n), to);
    return memory.doubles(to, n * k).slice();
  }

  /** What each node (n, nodes) gives for all examples, of a problem whose steps see them all. */
  forward(state: Float64Array): Float64Array {
    const going = state.slice(0, this.stateLength);
    return this.record(going, 0, 1, { prediction: this.recipe.batch * this.nodes }).prediction;
  }

  /** Columns of so many rows turned until all are at right angles: what is as long as it is is a direction of what they span. */
  directions(columns: Float64Array[], rows: number): Float64Array[] {
    const { memory } = this.held;
    memory.clear();
    const at = memory.take(8 * rows * columns.length);
    for (const [i, column] of columns.entries()) memory.doubles(at + 8 * rows * i, rows).set(column);
    this.held.core.ns_directions(at, BigInt(columns.length), BigInt(rows));
    return columns.map((_, i) => memory.doubles(at + 8 * rows * i, rows).slice());
  }

  /** How what the steps make smaller curves most at some weights; and at most, where a step sees one example. */
  curvature(weights: Float64Array): { sharpness: number; steepest: number } {
    const { memory, core: c, problem } = this.held;
    memory.clear();
    const at = memory.put(weights.subarray(0, this.size));
    const scratch = memory.take(8 * Number(c.ns_curvature_scratch(problem)));
    return { sharpness: c.ns_sharpness(problem, at, scratch), steepest: c.ns_steepest(problem, at, scratch) };
  }

  /** Of all examples, a row each: how slopes of its nodes bend, their predictions, slopes and deltas, one after another. */
  looked(weights: Float64Array): Float64Array {
    const { memory, core: c, problem } = this.held;
    memory.clear();
    const at = memory.put(weights.subarray(0, this.size));
    const scratch = memory.take(8 * Number(c.ns_curvature_scratch(problem)));
    c.ns_steepest(problem, at, scratch);
    return memory.doubles(scratch, 4 * this.nodes * this.recipe.n).slice();
  }

  private call(state: Float64Array, cursor: Cursor, steps: number, { checkpoints, saved, columns }: Given): number {
    const { memory, at, problem, core: c } = this.held;
    memory.doubles(problem + core.problem.fields.alpha.at, 1)[0] = this.recipe.alpha;
    const kept = checkpoints ? memory.put(checkpoints) : 0;
    memory.doubles(at.state, this.stateLength).set(state);
    if (saved) memory.doubles(at.saved, this.stateLength).set(saved);
    write(memory.bytes, at.cursor, core.cursor, cursor);
    const { state: stateAt, scratch, drawn, alphas } = at;
    const given = { saved: saved ? at.saved : 0, checkpoints: kept, columns: columns ?? 0 };
    write(memory.bytes, at.where, core.where, { state: stateAt, scratch, drawn, alphas, alphas_from: 0, team: 0, ...given });
    const why = c.ns_walk(problem, at.cursor, at.where, BigInt(steps));
    Object.assign(cursor, readWhole(memory.bytes, at.cursor, core.cursor));
    state.set(memory.doubles(at.state, this.stateLength));
    saved?.set(memory.doubles(at.saved, this.stateLength));
    checkpoints?.set(memory.doubles(kept, checkpoints.length));
    return Number(why);
  }
}

/** Whether one problem in memory can be that of both. */
function isAlike(one: Recipe, other: Recipe): boolean {
  return (Object.keys(other) as (keyof Recipe)[]).every((name) => TOLD_ANEW.includes(name) || one[name] === other[name]);
}
