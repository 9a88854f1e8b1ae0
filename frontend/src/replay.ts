/** A run in the page: gone through once with checkpoints, then any step found again from the nearest one. */

import { type Core, DIVERGED, Engine, FULL, freshCursor, MSE_REACHED, REPEATED, UNCHANGED, WENT, type Window } from "./engine";
import type { Facts, Recipe, Scene } from "./scene";

/** Steps that the page goes by itself before it says that Python must. */
export const MOST_STEPS = 2_000_000;
/** Pieces that a way is gone in, and states found on it that are remembered, at most. */
const PIECES = 8,
  MOST_FOUND = 128,
  FOUND_NUMBERS = 4e6;
const FIRST_SPACING = 256,
  MOST_KEPT = 4096,
  DEFAULT_STEPS = 1_000_000,
  BLOCK = 65_536;

export interface Step {
  step: number;
  weight: Float64Array;
  weighted_delta: Float64Array;
  alpha_delta: Float64Array;
  new_weight: Float64Array;
  /** (examples, nodes); of a network all its nodes, and sums are a network's only. */
  sum: Float64Array;
  prediction: Float64Array;
  delta: Float64Array;
  mse: number;
  examples: number[];
}

export class Replay {
  readonly engine: Engine;
  readonly recipe: Recipe;
  /** States found lately: going on is shorter from there than from a kept one. */
  private found = new Map<number, Float64Array>();

  private constructor(
    core: Core,
    recipe: Recipe,
    readonly facts: Facts,
    private spacing: number,
    private states: Float64Array[],
    private lastState: Float64Array,
  ) {
    this.recipe = recipe;
    this.engine = new Engine(core, recipe);
  }

  /** Python's run: its facts, and its checkpoints where the way is too long for a page. */
  static ofScene(core: Core, scene: Scene): Replay {
    if (!scene.checkpoints) {
      const own = Replay.run(core, scene.recipe, scene.run.last_step);
      return new Replay(core, scene.recipe, scene.run, own.spacing, own.states, own.lastState);
    }
    const all = new Float64Array(Uint8Array.from(atob(scene.checkpoints.states), (c) => c.charCodeAt(0)).buffer);
    const length = new Engine(core, scene.recipe).stateLength;
    const states = Array.from({ length: all.length / length }, (_, i) => all.slice(i * length, (i + 1) * length));
    const last = states.pop()!;
    return new Replay(core, scene.recipe, scene.run, scene.checkpoints.spacing, states, last);
  }

  /** A run of this page's own: ends where Python's would, or after `most` steps. */
  static run(core: Core, recipe: Recipe, most = MOST_STEPS): Replay {
    const engine = new Engine(core, recipe),
      cursor = freshCursor(0),
      state = engine.firstState(),
      saved = state.slice();
    const asked = Math.min(recipe.steps ?? DEFAULT_STEPS, recipe.alphas?.length ?? Infinity),
      until = Math.min(asked, most);
    let capacity = 64,
      kept = new Float64Array(capacity * engine.stateLength);
    cursor.spacing = FIRST_SPACING;
    cursor.capacity = capacity;
    cursor.stopping = 1;
    cursor.watching = Number(!recipe.alphas && (!recipe.shuffled || engine.stepsPerEpoch === 1));
    const mixes = recipe.shuffled && recipe.batch > 1 && recipe.batch < recipe.n;
    let why = WENT;
    while (cursor.step < until) {
      why = engine.walk(state, cursor, Math.min(BLOCK, until - cursor.step), kept, saved);
      if (why === FULL && capacity < MOST_KEPT) {
        const wider = new Float64Array(2 * kept.length);
        wider.set(kept);
        kept = wider;
        cursor.capacity = capacity *= 2;
      } else if (why === FULL) {
        for (let i = 0; 2 * i < capacity; i++)
          kept.copyWithin(i * engine.stateLength, 2 * i * engine.stateLength, (2 * i + 1) * engine.stateLength);
        cursor.kept = capacity / 2;
        cursor.spacing *= 2;
      } else if (why !== WENT && !(why === UNCHANGED && mixes)) break;
    }
    const states = Array.from({ length: cursor.kept }, (_, i) => kept.slice(i * engine.stateLength, (i + 1) * engine.stateLength));
    const facts: Facts = {
      ending: "STEPS_USED",
      sentence: "",
      steps: cursor.step,
      last_step: cursor.step,
      settled_after: null,
      cycle: null,
    };
    const replay = new Replay(core, recipe, facts, cursor.spacing, states, state);
    replay.conclude(why, cursor.lastMoved, cursor.length * engine.stepsPerEpoch, asked, until);
    return replay;
  }

  private conclude(why: number, lastMoved: number, period: number, asked: number, until: number): void {
    const facts = this.facts,
      whole = this.recipe.steps !== null;
    if (why === DIVERGED) facts.ending = "DIVERGED";
    if (why === MSE_REACHED) facts.ending = "MSE_REACHED";
    if (why === UNCHANGED && facts.steps < until) facts.ending = "SETTLED";
    if (why === REPEATED) {
      const first = this.firstOfCycle(period);
      if (lastMoved < first) facts.ending = "SETTLED";
      else {
        facts.ending = "CYCLING";
        facts.cycle = [first, period];
        facts.steps = whole ? asked : first + period;
      }
    }
    if (facts.ending === "SETTLED") {
      facts.settled_after = lastMoved + 1;
      if (whole) facts.steps = asked;
    }
  }

  /** Once a state comes back a period later it always will: bisection. */
  private firstOfCycle(period: number): number {
    let low = 0,
      high = this.facts.last_step - period;
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
    if (step >= this.facts.last_step) return this.lastState.slice();
    const i = Math.min(Math.floor(step / this.spacing), this.states.length - 1);
    let from = i * this.spacing,
      state = this.states[i];
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
    if (this.found.size > Math.max(4, Math.min(MOST_FOUND, FOUND_NUMBERS / state.length)))
      this.found.delete(this.found.keys().next().value!);
  }

  /** Numbers of consecutive steps; of steps after settling or in a cycle too. */
  window(start: number, rows: number): Window {
    return this.engine.window(this.stateAt(start), start, Math.max(0, Math.min(rows, this.steps - start)));
  }

  at(step: number): Step {
    const w = this.window(step, 1),
      count = Array.from(w.example).filter((e) => e >= 0n).length,
      k = this.engine.nodes;
    return {
      step,
      weight: w.weight,
      weighted_delta: w.weighted_delta,
      alpha_delta: w.alpha_delta,
      new_weight: w.new_weight,
      sum: w.sum.slice(0, count * k),
      prediction: w.prediction.slice(0, count * k),
      delta: w.delta.slice(0, count * k),
      mse: w.mse[0],
      examples: Array.from(w.example.slice(0, count), Number),
    };
  }

  mseAt(step: number): number {
    return this.engine.mse(this.stateAt(step));
  }
}

function same(a: Float64Array, b: Float64Array): boolean {
  const x = new BigUint64Array(a.buffer, a.byteOffset, a.length),
    y = new BigUint64Array(b.buffer, b.byteOffset, b.length);
  return x.every((value, i) => value === y[i]);
}
