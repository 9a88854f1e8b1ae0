/** What the view is looking at: the run, the step, what the reader changed, and the run before that as a ghost. */

import { batch, computed, type Signal, signal } from "@preact/signals";
import { type Curve, curveOf, detailOf, type Point, STRETCHES, usefulEnd } from "./curve";
import { type Core, type Engine, freshCursor } from "./engine";
import type { Place } from "./layers";
import { placesOf } from "./places";
import { Replay } from "./replay";
import type { Recipe, Scene } from "./scene";
import { storyOf } from "./story";
import { Facts } from "./told/facts";
import { Walk } from "./walk";

export interface Future {
  from: number;
  what: string;
  curve: Point[];
  steps: number;
  /** The weights that it begins and ends with. */
  start: number[];
  weight: number[];
  mse: number;
}

/** Live runs are this long at most, and take so many multiplications, so that a drag stays at 60 frames a second. */
const LIVE = 200_000;
const LIVE_WORK = 4e7;

function liveSteps(replay: Replay): number {
  return Math.max(50, Math.min(LIVE, Math.floor(LIVE_WORK / (replay.recipe.batch * replay.engine.size * 3))));
}

export class Model {
  readonly original: Replay;
  readonly replay;
  readonly ghost = signal<Curve | null>(null);
  readonly walk: Walk;
  /** Whether the error is drawn by powers of ten; null: where it needs it. */
  readonly log = signal<boolean | null>(null);
  /** The node that is looked at. */
  readonly open: Signal<Place>;
  /** Two inputs of a network that its output is shown over. */
  readonly axes: Signal<[number, number]>;
  /** The example that was chosen by hand; null: the one that is farthest off. */
  readonly example: Signal<number | null>;
  readonly future = signal<Future | null>(null);
  readonly changed;
  /** What is known of this run, for whatever is said of it. */
  readonly facts;
  readonly limits;
  /** The same facts with alpha held against what is stable near the step in view. */
  readonly here;
  /** What this run does, in words. */
  readonly story;
  readonly curve;
  /** The steps around the one in view, each looked at; null where the curve shows each already. */
  readonly detail;
  readonly places;
  readonly now;
  /** The state before the step in view, the predictions (n, k) of its weights for all examples, and their mse. */
  readonly state;
  readonly predictions;
  readonly error;

  /** `along`: a run whose step this one is at, too; and whose node, inputs and example, where both have the same. */
  constructor(
    readonly core: Core,
    readonly scene: Scene,
    along?: Model,
  ) {
    const same = along && isAlike(along.scene.recipe, scene.recipe) ? along : undefined;
    this.open = same?.open ?? signal({ layer: 0, node: 0 });
    this.axes = same?.axes ?? signal([0, 1]);
    this.example = same?.example ?? signal(null);
    this.original = Replay.ofScene(core, scene);
    this.replay = signal(this.original);
    this.walk = new Walk(() => this.replay.value.steps, undefined, along?.walk);
    this.changed = computed(() => this.replay.value !== this.original);
    this.facts = computed(() => new Facts(this.replay.value, scene));
    this.limits = computed(() => this.facts.value.limits);
    this.here = computed(() => new Facts(this.replay.value, scene, this.limits.value, this.state.value));
    this.story = computed(() => storyOf(this.facts.value));
    this.curve = computed(() => curveOf(this.replay.value, scene));
    this.detail = computed(() => detailOf(this.replay.value, this.curve.value, this.walk.here));
    this.places = computed(() => placesOf(this.replay.value, this.curve.value));
    this.now = computed(() => this.replay.value.at(this.walk.here));
    this.state = computed(() => this.replay.value.stateAt(this.walk.step));
    this.predictions = computed(() => this.replay.value.engine.predict(this.state.value));
    this.error = computed(() => this.replay.value.engine.mse(this.state.value));
  }

  /** What an address asks for behind its #: another alpha. */
  asked(address: string): void {
    const alpha = Number.parseFloat(new URLSearchParams(address.slice(1)).get("alpha") ?? "");
    if (Number.isFinite(alpha) && !this.scene.recipe.alphas) this.change({ alpha });
  }

  /** Run again with something changed; the run before stays as a ghost. */
  change(part: Partial<Recipe>): void {
    const before = this.replay.value;
    const recipe = { ...before.recipe, ...part };
    batch(() => {
      if (!this.changed.value) this.ghost.value = this.curve.value;
      this.replay.value = Replay.run(this.core, recipe, liveSteps(before), before.engine);
      this.future.value = null;
      this.walk.go(this.walk.here);
    });
  }

  reset(): void {
    batch(() => {
      this.replay.value = this.original;
      this.ghost.value = null;
      this.future.value = null;
      this.walk.go(this.walk.here);
    });
  }

  /** What if, from the step in view on, something were different: its future beside the one that happened. */
  whatIf(what: string, part: Partial<Recipe>, weights: number[] = []): void {
    const from = this.walk.here;
    const before = this.replay.value;
    const recipe = { ...before.recipe, ...part };
    const { engine } = Replay.run(this.core, { ...recipe, steps: 0 }, 0, before.engine);
    const state = before.stateAt(from);
    state.set(weights);
    const steps = Math.max(1, Math.min(liveSteps(before), usefulEnd(before) - from));
    const start = Array.from(state.slice(0, engine.size));
    const curve = curveFrom(engine, state, from, steps);
    const last = curve[curve.length - 1];
    const weight = Array.from(state.slice(0, engine.size));
    this.future.value = { from, what, curve, steps: last.step, start, weight, mse: engine.mse(state) };
  }
}

/** Whether layers are as large, and examples as many. */
function isAlike(one: Recipe, other: Recipe): boolean {
  const sizes = ({ n, d, layers }: Recipe) => [n, d, ...layers.map(({ outputs }) => outputs)].join();
  return sizes(one) === sizes(other);
}

/** The error over `steps` steps from a state, which goes along; a point at each end of at most STRETCHES stretches. */
function curveFrom(engine: Engine, state: Float64Array, from: number, steps: number): Point[] {
  const cursor = freshCursor(from);
  const stride = Math.max(1, Math.ceil(steps / STRETCHES));
  const errors = [engine.mse(state)];
  const points: Point[] = [];
  while (cursor.step < from + steps) {
    const at = cursor.step;
    const block = Math.min(stride, from + steps - at);
    engine.walk(state, cursor, block);
    errors.push(engine.mse(state));
    const pair = errors.slice(-2);
    points.push({ step: at, low: Math.min(...pair), high: Math.max(...pair) });
    if (cursor.step < at + block) break;
  }
  return [...points, { step: cursor.step, low: errors[errors.length - 1], high: errors[errors.length - 1] }];
}
