/** What the view is looking at: the run, the step, what the reader changed, and the run before that as a ghost. */

import { batch, computed, signal } from "@preact/signals";
import { type Curve, curveOf, detailOf, type Point, STRETCHES, usefulEnd } from "./curve";
import type { Core } from "./engine";
import { freshCursor } from "./engine";
import type { Place } from "./network";
import { placesOf } from "./places";
import { Replay } from "./replay";
import type { Recipe, Scene } from "./scene";
import { limitsOf } from "./theory";

export interface Future {
  from: number;
  what: string;
  recipe: Recipe;
  curve: Point[];
  steps: number;
  weight: number[];
  mse: number;
}

/** Live runs are this long at most, and take so many multiplications, so that a drag stays at 60 frames a second. */
const LIVE = 200_000,
  LIVE_WORK = 4e7;

function liveSteps(replay: Replay): number {
  return Math.max(50, Math.min(LIVE, Math.floor(LIVE_WORK / (replay.recipe.batch * replay.engine.size * 3))));
}

export class Model {
  readonly original: Replay;
  readonly replay;
  readonly ghost = signal<Curve | null>(null);
  readonly step = signal(0);
  readonly playing = signal(false);
  readonly log = signal(true);
  readonly output = signal(0);
  /** The node of a network that is open. */
  readonly open = signal<Place>({ layer: 0, node: 0 });
  readonly future = signal<Future | null>(null);
  readonly changed;
  readonly limits;
  readonly curve;
  /** The steps around the one in view, each looked at; null where the curve shows each already. */
  readonly detail;
  readonly places;
  readonly now;

  constructor(
    private core: Core,
    readonly scene: Scene,
  ) {
    this.original = Replay.ofScene(core, scene);
    this.replay = signal(this.original);
    this.changed = computed(() => this.replay.value !== this.original);
    this.limits = computed(() => limitsOf(this.replay.value.recipe, scene));
    this.curve = computed(() => curveOf(this.replay.value, scene));
    this.detail = computed(() => detailOf(this.replay.value, this.curve.value, Math.min(this.step.value, this.lastStep)));
    this.places = computed(() => placesOf(this.replay.value, this.curve.value));
    this.now = computed(() => this.replay.value.at(Math.min(this.step.value, this.lastStep)));
  }

  /** Index of the last step; of a run of none it is 0. */
  get lastStep(): number {
    return Math.max(0, this.replay.value.steps - 1);
  }

  go(step: number): void {
    this.step.value = Math.max(0, Math.min(this.lastStep, Math.round(step)));
  }

  /** Run again with something changed; the run before stays as a ghost. */
  change(part: Partial<Recipe>): void {
    const before = this.replay.value;
    const recipe = { ...before.recipe, ...part };
    batch(() => {
      if (!this.changed.value) this.ghost.value = this.curve.value;
      this.replay.value = Replay.run(this.core, recipe, liveSteps(before));
      this.future.value = null;
      this.step.value = Math.min(this.step.value, this.lastStep);
    });
  }

  reset(): void {
    batch(() => {
      this.replay.value = this.original;
      this.ghost.value = null;
      this.future.value = null;
      this.step.value = Math.min(this.step.value, this.lastStep);
    });
  }

  /** What if, from the step in view on, something were different: its future beside the one that happened. */
  whatIf(what: string, part: Partial<Recipe>, weights?: Float64Array): void {
    const from = this.step.value,
      before = this.replay.value,
      recipe = { ...before.recipe, ...part };
    const steps = Math.max(1, Math.min(liveSteps(before), usefulEnd(before) - from));
    const other = Replay.run(this.core, { ...recipe, steps: 0 }),
      engine = other.engine;
    const state = before.stateAt(from),
      curve: Point[] = [];
    if (weights) state.set(weights);
    const cursor = freshCursor(from),
      stride = Math.max(1, Math.ceil(steps / STRETCHES));
    let last = engine.mse(state),
      walked = 0;
    while (walked < steps) {
      const block = Math.min(stride, steps - walked),
        at = cursor.step;
      const next = (engine.walk(state, cursor, block), engine.mse(state));
      curve.push({ step: at, low: Math.min(last, next), high: Math.max(last, next) });
      last = next;
      walked += block;
      if (cursor.step < at + block) break;
    }
    this.future.value = {
      from,
      what,
      recipe,
      curve,
      steps: cursor.step,
      weight: Array.from(state.slice(0, engine.size)),
      mse: last,
    };
  }
}
