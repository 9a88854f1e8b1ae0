/** A run in the page: gone through once with checkpoints, then any step found again from the nearest one. */

import { type Core, type Cursor, Engine, freshCursor, type Window } from "./engine";
import { DIVERGED, FULL, MSE_REACHED, REPEATED, UNCHANGED, WENT } from "./layout";
import { doublesOf } from "./numbers";
import type { Facts, Recipe, Scene } from "./scene";

/** Steps that the page goes by itself before it says that Python must. */
export const MOST_STEPS = 2_000_000;
/** Pieces that a way is gone in, and states found on it that are remembered, at most. */
const PIECES = 8;
const MOST_FOUND = 1024;
const FOUND_NUMBERS = 4e6;
/** A way begins with room for FIRST_KEPT states and gets more as it goes on: up to MOST_KEPT states or KEPT_NUMBERS numbers, and
 * of a large network up to LEAST_KEPT states. So a short way is kept whole, and no step of it is gone twice. */
const FIRST_KEPT = 64;
const LEAST_KEPT = 8;
const MOST_KEPT = 4096;
const KEPT_NUMBERS = 4e6;
const DEFAULT_STEPS = 1_000_000;
const BLOCK = 65_536;
/** First steps of a way whose mse is kept: a curve needs them, and to write them down costs less than to go there again. */
const MSES = 4 * BLOCK;

export interface Step {
  step: number;
  weight: Float64Array;
  weighted_delta: Float64Array;
  alpha_delta: Float64Array;
  new_weight: Float64Array;
  /** (examples, nodes), nodes of all layers. */
  sum: Float64Array;
  prediction: Float64Array;
  delta: Float64Array;
  mse: number;
  /** How long all weighted deltas together were, where they are clipped. */
  norm: number;
  examples: number[];
}

/** States of every spacing-th step, one after another, and the last one: from the nearest any other is found again. */
interface Kept {
  spacing: number;
  states: Float64Array;
  last: Float64Array;
}

/** A way gone through once, why it ended, and the mse of its first steps where each sees all examples. */
interface Gone extends Kept {
  why: number;
  cursor: Cursor;
  mses: number[];
}

export class Replay {
  readonly recipe: Recipe;
  /** States found lately: going on is shorter from there than from a kept one. */
  private found = new Map<number, Float64Array>();

  private constructor(
    readonly engine: Engine,
    readonly facts: Facts,
    private readonly kept: Kept & { mses?: number[] },
  ) {
    this.recipe = engine.recipe;
  }

  /** Python's run: its facts, and its checkpoints where the way is too long for a page. */
  static ofScene(core: Core, scene: Scene): Replay {
    const { recipe, run, checkpoints } = scene;
    const engine = new Engine(core, recipe);
    if (!checkpoints) return new Replay(engine, run, goThrough(engine, run.last_step));
    const all = doublesOf(checkpoints.states);
    const end = all.length - engine.stateLength;
    return new Replay(engine, run, { spacing: checkpoints.spacing, states: all.subarray(0, end), last: all.subarray(end) });
  }

  /** A run of this page's own: ends where Python's would, or after `most` steps. `before`: an engine that may do for it. */
  static run(core: Core, recipe: Recipe, most = MOST_STEPS, before?: Engine): Replay {
    const asked = Math.min(recipe.steps ?? DEFAULT_STEPS, recipe.alphas?.length ?? Infinity);
    const until = Math.min(asked, most);
    const engine = new Engine(core, recipe, before);
    const gone = goThrough(engine, until);
    const facts = { sentence: "", steps: gone.cursor.step, last_step: gone.cursor.step, settled_after: null, cycle: null };
    const replay = new Replay(engine, { ending: "STEPS_USED", ...facts }, gone);
    replay.conclude(gone, asked);
    return replay;
  }

  private conclude({ why, cursor }: Gone, asked: number): void {
    if (why === DIVERGED) this.facts.ending = "DIVERGED";
    else if (why === MSE_REACHED || (why === WENT && this.isLow(asked))) this.facts.ending = "MSE_REACHED";
    else if (why === UNCHANGED) this.settled(cursor.last_moved, asked);
    else if (why === REPEATED) this.repeated(cursor, asked);
  }

  /** Whether the weights after the last step that was asked for have the error asked for, as the next step would find. */
  private isLow(asked: number): boolean {
    const { facts, recipe, engine } = this;
    if (recipe.until_mse === null || engine.stepsPerEpoch > 1 || facts.steps < asked) return false;
    return engine.mse(this.kept.last) <= recipe.until_mse;
  }

  private settled(lastMoved: number, asked: number): void {
    const { facts, recipe } = this;
    facts.ending = "SETTLED";
    facts.settled_after = lastMoved + 1;
    if (recipe.steps !== null) facts.steps = asked;
  }

  /** A state came back: no weight moved since, or they go round. */
  private repeated({ last_moved, length }: Cursor, asked: number): void {
    const { facts, recipe } = this;
    const period = length * this.engine.stepsPerEpoch;
    const first = this.firstOfCycle(period);
    if (last_moved < first) this.settled(last_moved, asked);
    else {
      facts.ending = "CYCLING";
      facts.cycle = [first, period];
      facts.steps = recipe.steps === null ? first + period : asked;
    }
  }

  /** Once a state comes back a period later it always will: bisection. */
  private firstOfCycle(period: number): number {
    let low = 0;
    let high = this.facts.last_step - period;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (same(this.computed(middle), this.computed(middle + period))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  get steps(): number {
    return this.facts.steps;
  }

  /** The state after so many updates. */
  stateAt(step: number): Float64Array {
    return this.computed(this.earlier(step));
  }

  /** The computed step that has the same state and the same place in the data. */
  private earlier(step: number): number {
    const { last_step, cycle } = this.facts;
    if (step <= last_step) return step;
    if (cycle) return cycle[0] + ((step - cycle[0]) % cycle[1]);
    return last_step;
  }

  private computed(step: number): Float64Array {
    if (step >= this.facts.last_step) return this.kept.last.slice();
    const { spacing, states } = this.kept;
    const { stateLength } = this.engine;
    const i = Math.min(Math.floor(step / spacing), states.length / stateLength - 1);
    let from = i * spacing;
    let state = states.subarray(i * stateLength, (i + 1) * stateLength);
    if (from === step) return state.slice();
    for (const [known, there] of this.found) if (known <= step && known > from) [from, state] = [known, there];
    state = state.slice();
    const pieces = Math.max(1, Math.ceil((step - from) / PIECES));
    for (let at = from; at < step; ) {
      const go = Math.min(pieces, step - at);
      this.engine.walk(state, freshCursor(at), go);
      at += go;
      this.remember(at, state);
    }
    return state;
  }

  private remember(step: number, state: Float64Array): void {
    this.found.set(step, state.slice());
    const [oldest] = this.found.keys();
    if (this.found.size > Math.max(4, Math.min(MOST_FOUND, FOUND_NUMBERS / state.length))) this.found.delete(oldest);
  }

  /** Numbers of consecutive steps; of steps after settling or in a cycle too. */
  window(start: number, rows: number): Window {
    return this.engine.window(this.stateAt(start), start, Math.max(0, Math.min(rows, this.steps - start)));
  }

  /** mse of consecutive computed steps, each over its own examples. */
  mses(start: number, rows: number): number[] | Float64Array {
    const known = this.kept.mses?.slice(start, start + rows);
    return known?.length === rows ? known : this.engine.mses(this.stateAt(start), start, rows);
  }

  at(step: number): Step {
    const { start: _, rows: __, example, sum, prediction, delta, mse, norm, ...ofWeights } = this.window(step, 1);
    const examples = Array.from(example, Number).filter((number) => number >= 0);
    const seen = (numbers: Float64Array): Float64Array => numbers.slice(0, examples.length * this.engine.nodes);
    return {
      step,
      ...ofWeights,
      sum: seen(sum),
      prediction: seen(prediction),
      delta: seen(delta),
      mse: mse[0],
      norm: norm[0],
      examples,
    };
  }
}

/** Go until the run ends by itself or `until` steps are made, keeping states as evenly as there is room. */
function goThrough(engine: Engine, until: number): Gone {
  const { recipe, stateLength } = engine;
  const state = engine.firstState();
  const saved = state.slice();
  const watching = Number(!recipe.alphas && (!recipe.shuffled || engine.stepsPerEpoch === 1));
  const most = Math.max(LEAST_KEPT, Math.min(MOST_KEPT, Math.floor(KEPT_NUMBERS / stateLength)));
  const cursor = { ...freshCursor(0), spacing: 1, capacity: Math.min(FIRST_KEPT, most), stopping: 1, watching };
  // a shuffled batch that changed nothing may be followed by one that does
  const mixes = recipe.shuffled && recipe.batch > 1 && recipe.batch < recipe.n;
  let checkpoints = new Float64Array(cursor.capacity * stateLength);
  const mses: number[] = [];
  let why = WENT as number;
  while (cursor.step < until) {
    const written = engine.stepsPerEpoch === 1 && cursor.step < MSES ? mses : undefined;
    why = engine.walk(state, cursor, Math.min(BLOCK, until - cursor.step), { checkpoints, saved, mses: written });
    if (why === FULL) checkpoints = roomier(checkpoints, cursor, most);
    else if (why !== WENT && !(why === UNCHANGED && mixes)) break;
  }
  if (why === FULL || (why === UNCHANGED && mixes)) why = WENT;
  const states = checkpoints.subarray(0, cursor.kept * stateLength);
  return { why, cursor, mses, spacing: cursor.spacing, states, last: state };
}

/** More room for kept states, or where that is as much as there is every second of them. */
function roomier(kept: Float64Array<ArrayBuffer>, cursor: Cursor, most: number): Float64Array<ArrayBuffer> {
  const length = kept.length / cursor.capacity;
  if (cursor.capacity < most) {
    cursor.capacity = Math.min(most, 4 * cursor.capacity);
    const wider = new Float64Array(length * cursor.capacity);
    wider.set(kept);
    return wider;
  }
  for (let i = 0; 2 * i < cursor.kept; i++) kept.copyWithin(i * length, 2 * i * length, (2 * i + 1) * length);
  cursor.kept = Math.ceil(cursor.kept / 2);
  cursor.spacing *= 2;
  return kept;
}

function same(a: Float64Array, b: Float64Array): boolean {
  const x = new BigUint64Array(a.buffer, a.byteOffset, a.length);
  const y = new BigUint64Array(b.buffer, b.byteOffset, b.length);
  return x.every((value, i) => value === y[i]);
}
