/** What is known of a run on screen, by the names of the table of words; each is worked out when a condition asks for it. */

import { hasOneWeight, isLinear, weightCount } from "../layers";
import { CROSS_ENTROPY } from "../layout";
import { classOf } from "../maps";
import { most, number } from "../numbers";
import type { Replay } from "../replay";
import type { Scene } from "../scene";
import { type NearLimit, screens } from "../screens";
import { type Limits, limitsOf } from "../theory";
import { bowlOf } from "./bowl";
import { Foretold } from "./foretold";
import { Judged } from "./judged";

/** Digits to which the largest curvature of a network's error is known (foretold_facts.py has the same). */
const CURVATURE_DIGITS = 6;

/** A run's start and end as the core has them, and what follows from its recipe. */
export class Facts {
  private readonly kept = new Map<string, unknown>();
  private readonly ahead: Foretold;
  private readonly after: Judged;

  /** `at` is where alpha is held against what is stable near by; the start, unless another state is given. */
  constructor(
    readonly replay: Replay,
    readonly scene: Scene,
    readonly limits: Limits | null = limitsOf(replay.engine, replay.recipe, scene),
    private readonly at?: Float64Array,
  ) {
    this.ahead = new Foretold(replay, limits);
    this.after = new Judged(this);
  }

  /** A number that is worked out once. */
  once<T>(name: string, make: () => T): T {
    if (!this.kept.has(name)) this.kept.set(name, make());
    return this.kept.get(name) as T;
  }

  // ---- the run ----

  get steps(): number {
    return this.replay.steps;
  }
  get ending(): string {
    return this.replay.facts.ending;
  }
  get settled_after(): number {
    return this.replay.facts.settled_after ?? -1;
  }
  get last_step(): number {
    return this.steps - 1;
  }
  get cycle_first(): number {
    return this.replay.facts.cycle?.[0] ?? -1;
  }
  get period(): number {
    return this.replay.facts.cycle?.[1] ?? 0;
  }
  get until_mse(): number {
    return this.replay.recipe.until_mse ?? NaN;
  }
  get scheduled(): boolean {
    return !!this.replay.recipe.alphas;
  }
  get one(): boolean {
    return hasOneWeight(this.replay.recipe) && this.rows === 1;
  }
  get alone(): boolean {
    return this.predictions === 1;
  }
  get predictions(): number {
    return this.rows * this.replay.recipe.k;
  }
  get rows(): number {
    return this.replay.recipe.n;
  }
  get batch(): number {
    return this.replay.recipe.batch;
  }
  get alpha(): number {
    return this.replay.recipe.alpha;
  }
  get input(): number {
    return this.replay.recipe.input[0];
  }
  get goal(): number {
    return this.replay.recipe.goal[0];
  }
  get bound(): boolean {
    return !!this.replay.recipe.frozen?.[0];
  }

  // ---- its start and its end ----

  get from(): Float64Array {
    return this.once("from", () => this.replay.stateAt(0));
  }
  get to(): Float64Array {
    return this.once("to", () => this.replay.stateAt(this.steps));
  }
  /** Prediction − goal of all examples at the start, and at the end. */
  get missed_first(): Float64Array {
    return this.replay.engine.once("missed first", () => this.missedBy(this.from));
  }
  get missed_last(): Float64Array {
    return this.once("missed last", () => this.missedBy(this.to));
  }
  private missedBy(state: Float64Array): Float64Array {
    return this.replay.engine.predict(state).map((prediction, i) => prediction - this.replay.recipe.goal[i]);
  }
  get first(): number {
    return this.replay.engine.once("first", () => this.replay.engine.mse(this.from));
  }
  get last(): number {
    return this.once("last", () => this.replay.engine.mse(this.to));
  }
  get far(): number {
    return this.once("far", () => most(this.missed_last));
  }
  get rms(): number {
    return Math.sqrt(this.last);
  }
  get rms_first(): number {
    return Math.sqrt(this.first);
  }
  get weight(): number {
    return this.to[0];
  }
  get prediction(): number {
    return this.replay.engine.predict(this.to)[0];
  }
  get a(): number {
    return this.replay.stateAt(this.cycle_first)[0];
  }
  get b(): number {
    return this.replay.stateAt(this.cycle_first + 1)[0];
  }
  get grows(): boolean {
    return this.ending === "DIVERGED" || (this.regime === "diverges" && !(this.last <= this.first));
  }
  get classes(): boolean {
    return this.replay.recipe.loss.code === CROSS_ENTROPY;
  }
  /** How many examples get their own class: the likeliest is said. */
  get right(): number {
    const { n, k, goal } = this.replay.recipe;
    const told = this.replay.engine.predict(this.to);
    const is = (numbers: ArrayLike<number>, s: number): number => (k === 1 ? Number(numbers[s] > 0.5) : classOf(numbers, k, s));
    return Array.from({ length: n }, (_, s) => is(told, s) === is(goal, s)).filter(Boolean).length;
  }

  // ---- the least that any weights leave ----

  /** Least mse of any weights, worth telling of several examples; 0 where it is not known. */
  get least(): number {
    const { recipe } = this.replay;
    if (this.rows === 1 || weightCount(recipe) === 0) return 0;
    const least = isLinear(recipe) && !recipe.frozen ? this.least_mse : this.foretoldLeast();
    return least > 0 && Number.isFinite(least) ? least : 0;
  }
  private foretoldLeast(): number {
    const { recipe } = this.replay;
    const same = recipe.input === this.scene.recipe.input && recipe.goal === this.scene.recipe.goal;
    return same ? number(this.scene.forecast.least_mse) : 0;
  }
  get least_mse(): number {
    const { engine, recipe } = this.replay;
    return engine.once("least", () => bowlOf(engine, recipe).least(this.missed_first, recipe.k));
  }
  get rms_least(): number {
    return Math.sqrt(this.least);
  }

  // ---- what alpha does ----

  get known(): boolean {
    return Number.isFinite(this.limit);
  }
  get limit(): number {
    return this.limits?.limit ?? NaN;
  }
  get regime(): string {
    return this.limits?.regime ?? "";
  }
  get factor(): number {
    return this.limits?.factor ?? NaN;
  }
  get size(): number {
    return Math.abs(this.factor);
  }
  get gain(): number {
    return this.limits?.gain ?? NaN;
  }
  get several(): boolean {
    return !!this.limits?.several;
  }
  get comes_back(): number {
    return this.limits?.comesBack ?? 0;
  }
  get tells_step(): boolean {
    return !Number.isNaN(this.factor);
  }
  get per(): string {
    return this.limits?.live || this.batch >= this.rows ? "step" : "epoch";
  }
  readonly turns_each_time = true;
  readonly foretold = true;
  readonly bounded = false;
  readonly islands = "";
  readonly surely_not_above = Infinity;
  readonly reason = "";
  readonly cycle_mse = -1;

  // ---- of a network: alpha beside the largest that is stable near some weights ----

  /** null: no theory knows it; undefined: it takes longer than a page has. */
  get near(): NearLimit | null | undefined {
    return this.once("near", () => screens.network?.near(this.replay.engine, this.at));
  }
  get near_limit(): number {
    return this.near?.limit ?? NaN;
  }
  get near_ratio(): number {
    return Number((this.alpha / this.near_limit).toPrecision(CURVATURE_DIGITS));
  }
  get near_alone(): number {
    return this.near?.alone ?? NaN;
  }
  readonly end_reason = "theory sees only the place where a network stands, and its error is no simple bowl";
  /** Whether the page knows as much of it as Python. */
  get is_near_told(): boolean {
    return this.replay.recipe.layers.length > 1 && (this.alpha === 0 || this.near !== undefined);
  }

  // ---- where it leads ----

  get can_move(): boolean {
    return this.limits?.live ? this.limits.limit < Infinity : true;
  }
  get condition(): number {
    return bowlOf(this.replay.engine, this.replay.recipe).condition;
  }
  get turns(): number {
    return (this.condition + 1) / 2;
  }
  readonly breaks_at_start = false;
  get breaks_at(): number {
    return ["converges", "one step", "oscillates", "marginal"].includes(this.regime) && this.rows === 1 ? this.diverges_at : -1;
  }
  get settles_at(): number {
    return this.ahead.settles_at;
  }
  readonly settles_exactly = true;
  get ends_at(): number | number[] {
    return this.ahead.ends_at;
  }
  get diverges_at(): number {
    return this.ahead.diverges_at;
  }
  get repeats(): number {
    return this.ahead.repeats;
  }
  readonly blurred = false;
  get walked(): number {
    return this.ahead.walked;
  }

  // ---- the verdict ----

  get stable(): boolean {
    return this.regime !== "diverges";
  }
  get zero_input(): boolean {
    return this.after.zero_input;
  }
  get missed(): boolean {
    return this.after.missed;
  }
  get marginal(): boolean {
    return this.after.marginal;
  }
  get converged(): boolean {
    return this.after.converged;
  }
  get scaling_helps(): boolean {
    return this.after.scaling_helps;
  }
  get slow(): boolean {
    return this.after.on_the_way && this.after.slow;
  }
  get on_the_way(): boolean {
    return this.after.on_the_way;
  }
  get severe(): boolean {
    return this.after.severe;
  }
  get guessing(): boolean {
    return this.after.guessing;
  }
  /** Whether the table's verdict speaks of runs like this. */
  get is_judged(): boolean {
    return this.after.is_known;
  }
}
