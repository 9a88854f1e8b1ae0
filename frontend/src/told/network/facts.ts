/** What the conditions of a network's verdict ask of its run, by the names of words.txt (diagnosis/after in Python). */

import { weightCount } from "../../layers";
import { ABSOLUTE, CROSS_ENTROPY, GELU, HUBER, RELU, SIGMOID, SOFTPLUS, SQUARED, TANH } from "../../layout";
import type { Replay } from "../../replay";
import type { Scene } from "../../scene";
import type { Limits } from "../../theory";
import { Facts } from "../facts";
import { spreadOf } from "../judged";
import * as table from "../numbers";
import { entropyOf, logLoss } from "./classes";
import { type LayerAt, Moment } from "./moment";
import { largest, laterQuarters, median, scatter, spaced } from "./spaced";
import { type Still, stillOf } from "./still";
import { largestGroup } from "./twins";

/** Moments of which all numbers are looked at; and more at which only the error is, fewer where that costs more. */
const MOMENTS = 9;
const ERRORS = [5, 65];
const WORK = 2e8;
/** Examples of which Python looks at all, and unseen rows from which on it concludes something. */
const MOST_EXAMPLES = 2048;
const NUMBERED = 512;
const ENOUGH_UNSEEN = 10;
const LOSSES = [SQUARED, HUBER, ABSOLUTE, CROSS_ENTROPY];
const RESCALES = ["adagrad", "rmsprop", "adam", "adamw"];
/** What an activation never leaves, where it is bounded. */
const LEAST: Record<number, number> = { [RELU]: 0, [TANH]: -1, [SIGMOID]: 0, [SOFTPLUS]: 0, [GELU]: -0.17 };
const MOST: Record<number, number> = { [TANH]: 1, [SIGMOID]: 1 };

export class NetworkFacts extends Facts {
  /** `atRest`: there is time to look at the whole way, and not at its start and end alone. */
  constructor(
    replay: Replay,
    scene: Scene,
    limits: Limits | null,
    private readonly atRest: boolean,
  ) {
    super(replay, scene, limits);
  }

  private get recipe() {
    return this.replay.recipe;
  }

  /** Whether what is asked below is all that Python asks. */
  get is_told(): boolean {
    const { scene, recipe, steps } = this;
    const unseen = (scene.fit?.unseen.goal.length ?? 0) / recipe.k;
    const usual = recipe.layers.length > 1 && recipe.n <= MOST_EXAMPLES && recipe.clip < 0 && unseen < ENOUGH_UNSEEN;
    return this.atRest && usual && steps > 0 && this.has_error;
  }
  private get has_error(): boolean {
    const { loss, penalty } = this.recipe;
    return LOSSES.includes(loss.code) && !(this.classes && (penalty.l1 || penalty.l2));
  }

  // ---- alpha ----

  private get alphas(): number[] {
    const { alphas, alpha } = this.recipe;
    return alphas ? alphas.slice(0, Math.max(1, this.steps)) : [alpha];
  }
  get lowest_alpha(): number {
    return -largest(this.alphas.map((alpha) => -alpha));
  }
  get highest_alpha(): number {
    return largest(this.alphas);
  }
  /** Alpha of the last step as a part of the largest. */
  private get faded(): number {
    const sizes = this.alphas.map(Math.abs);
    const most = largest(sizes);
    return most > 0 ? sizes[sizes.length - 1] / most : 1;
  }
  override get can_move(): boolean {
    return !this.all_frozen;
  }
  get all_frozen(): boolean {
    return !!this.recipe.frozen?.every(Boolean);
  }

  // ---- the error ----

  private errorOf(state: Float64Array): number {
    const { engine } = this.replay;
    return this.classes ? logLoss(engine, state) : engine.mse(state);
  }
  override get first(): number {
    return this.once("error at first", () => this.errorOf(this.from));
  }
  override get last(): number {
    return this.once("error at last", () => this.errorOf(this.to));
  }
  get finite(): boolean {
    return this.ending !== "DIVERGED" && Number.isFinite(this.last);
  }
  get solved(): boolean {
    return this.last === 0 && !this.missed_last.some((off) => off !== 0);
  }
  private get spread(): number {
    const { goal, k } = this.recipe;
    return this.once("spread", () => (this.classes ? entropyOf(goal, k) : spreadOf(goal, k)));
  }
  get share_left(): number {
    const of = this.spread > 0 ? this.spread : this.first;
    return of > 0 ? this.last / of : 0;
  }
  override get converged(): boolean {
    if (this.ending === "MSE_REACHED" || this.solved) return true;
    return !(Number.isFinite(this.first) && !Number.isFinite(this.last)) && this.share_left <= table.FIT;
  }

  /** The error at evenly spaced steps, the start and the end among them. */
  private get errors(): number[] {
    return this.once("errors", () => {
      const many = Math.floor(WORK / Math.max(1, this.rows * weightCount(this.recipe)));
      const steps = spaced(this.steps, Math.max(ERRORS[0], Math.min(ERRORS[1], many)));
      return steps.map((step) => this.errorOf(this.replay.stateAt(step)));
    });
  }

  private get goes_up(): boolean {
    return this.has_error && this.highest_alpha > 0 && this.can_move && this.last !== 0 && this.steps > 0 && !this.converged;
  }
  /** Predictions of saturated nodes are bounded: they stand at a wrong end, and do not diverge. */
  private get bounded_end(): boolean {
    return this.outermost.allSaturated;
  }
  get grew(): boolean {
    return this.goes_up && !(this.last <= this.first + Math.abs(this.first)) && !this.bounded_end;
  }
  get lost(): boolean {
    const known = this.errors.filter((error) => !Number.isNaN(error));
    const lowest = this.errors.some(Number.isFinite) ? Math.min(...known) : Infinity;
    const bad = lowest > 0 && !(this.last <= table.LOST * lowest) && this.last > 2 * (this.spread > 0 ? this.spread : this.first);
    return this.goes_up && bad && !this.comes_down && !this.bounded_end;
  }
  private get comes_down(): boolean {
    const [third, last] = laterQuarters(this.errors).map((part) => Math.max(...part));
    return last < table.STILL_AS_HIGH * third;
  }
  get got_worse(): boolean {
    return this.goes_up && !(this.last <= table.WORSE * this.first) && this.share_left >= 1 && !this.bounded_end;
  }
  get too_large(): boolean {
    return !Number.isFinite(this.first) && !Number.isFinite(this.last) && this.misses;
  }
  get too_small(): boolean {
    return this.last === 0 && !this.solved && this.misses;
  }
  private get misses(): boolean {
    const [first, last] = [this.missed_first, this.missed_last].map((missed) => largest(missed.map(Math.abs)));
    return !(last <= table.MISSED * Math.max(first, largest(this.recipe.goal.map(Math.abs))));
  }

  // ---- all numbers at some moments ----

  private moment(step: number): Moment {
    return this.once(`moment ${step}`, () => new Moment(this.replay.engine, this.replay.stateAt(step)));
  }
  private get moments(): Moment[] {
    return spaced(this.last_step, MOMENTS).map((step) => this.moment(step));
  }
  private get beginning(): LayerAt[] {
    return this.moment(0).layers;
  }
  /** At the last step, and an epoch before: what is said of a node has to hold at both. */
  private get now(): LayerAt[] {
    return this.moment(this.last_step).layers;
  }
  private get before(): LayerAt[] {
    return this.moment(Math.max(0, this.last_step - this.replay.engine.stepsPerEpoch)).layers;
  }
  private get outermost(): LayerAt {
    return this.now[this.now.length - 1];
  }

  /** The largest part of a layer whose nodes are so, and the layer. */
  private worst(nodesOf: (layer: LayerAt) => number[]): { part: number; layer: LayerAt } {
    const { before, now } = this;
    const found = now.map((layer, l) => {
      const earlier = nodesOf(before[l]);
      return { part: nodesOf(layer).filter((j) => earlier.includes(j)).length / layer.nodes, layer };
    });
    return found.reduce((worst, one) => (one.part > worst.part ? one : worst));
  }
  get dead_part(): number {
    return this.worst((layer) => layer.dead).part;
  }
  get flat_part(): number {
    return this.worst((layer) => layer.saturated).part;
  }
  /** Whether hardly anything goes through that layer, or comes out of it. */
  get flat_wholly(): boolean {
    const { layer } = this.worst(({ saturated }) => saturated);
    return layer.allSaturated && (layer !== this.outermost || layer.nodes === 1);
  }

  /** Part of what is still wrong that examples hold for which a whole hidden layer is off. */
  get silent_share(): number {
    if (this.converged || !this.finite) return 0;
    const { now, before, outermost } = this;
    const errors = this.moment(this.last_step).examples.map(() => 0);
    for (let j = 0; j < outermost.nodes; j++) for (const [s, delta] of outermost.deltasOf(j).entries()) errors[s] += delta * delta;
    for (const [l, layer] of now.slice(0, -1).entries()) {
      const earlier = this.rows <= NUMBERED ? before[l].off : null;
      const off = layer.off.map((is, s) => is && (earlier?.[s] ?? true));
      const share = sum(errors.filter((_, s) => off[s])) / (sum(errors) || 1);
      if (!off.every(Boolean) && share > table.MOST_OF_IT && share * this.share_left >= table.WORTH_TELLING) return share;
    }
    return 0;
  }

  /** Part of the goals' rows that the last activation cannot give, and the mse that this leaves at least. */
  get goals_outside(): number {
    const { k } = this.recipe;
    const { beyond } = this;
    return beyond.filter((_, i) => i % k === 0 && beyond.slice(i, i + k).some((off) => off > 0)).length / this.rows;
  }
  get least_outside(): number {
    return sum(this.beyond.map((off) => off * off)) / this.beyond.length;
  }
  private get beyond(): number[] {
    const { layers, goal } = this.recipe;
    const { code } = layers[layers.length - 1];
    return goal.map((right) => Math.max(right - (MOST[code] ?? Infinity), 0) + Math.max((LEAST[code] ?? -Infinity) - right, 0));
  }

  /** Part of a hidden layer whose nodes begin alike and end alike. */
  get alike_part(): number {
    const parts = this.now.slice(0, -1).map((layer, l) => {
      const group = largestGroup(layer.nodes, [this.beginning, this.now], l);
      return group > 1 ? group / layer.nodes : 0;
    });
    return parts.find(Boolean) ?? 0;
  }

  // ---- what comes back to the first layer ----

  /** First layer's deltas ÷ the last layer's at each moment, where there are any. */
  private get ratios(): { ratio: number; cut: boolean }[] {
    return this.once("ratios", () =>
      this.moments.flatMap(({ layers }) => {
        const sizes = layers.map(({ deltas }) => Math.sqrt(sum(deltas.map((delta) => delta * delta)) / deltas.length));
        const end = sizes[sizes.length - 1];
        return end > 0 && sizes.every(Number.isFinite) ? [{ ratio: sizes[0] / end, cut: isCut(layers) }] : [];
      }),
    );
  }
  get grows_back(): number {
    return Math.max(0, ...this.ratios.map(({ ratio }) => ratio));
  }
  get reaches_first(): number {
    const ratios = this.ratios.filter(({ cut }) => !cut).map(({ ratio }) => ratio);
    if (!ratios.length || isCut(this.now)) return 1;
    const typical = median(ratios);
    if (!(typical < ratios[0])) return ratios[0];
    return ratios.reduce((best, ratio) => (Math.abs(ratio - typical) < Math.abs(best - typical) ? ratio : best));
  }

  // ---- what does not move ----

  /** "all", "layer" or "": what stands still though it should not; and why. */
  get still(): string {
    return this.stands.which;
  }
  get why_still(): string {
    return this.stands.why;
  }
  private get stands(): Still {
    return this.once("still", () => {
      const last = this.recipe.alphas?.[this.last_step] ?? this.recipe.alpha;
      if (this.converged || last === 0) return { which: "", why: "" };
      return stillOf(this.replay, this.now, this.faded < table.FADED);
    });
  }

  // ---- how fast ----

  get unlike(): boolean {
    const { d, input } = this.recipe;
    const squares = Array.from({ length: d }, (_, i) => sum(input.filter((__, at) => at % d === i).map((x) => x * x)));
    const sizes = squares.map((square) => Math.sqrt(square / this.rows)).filter((size) => size > 0);
    const most = Math.max(0, ...sizes);
    return most / Math.min(...sizes) > table.UNLIKE || most > table.UNLIKE;
  }

  private get may_be_slow(): boolean {
    const alpha = this.recipe.alphas?.[0] ?? this.recipe.alpha;
    return !this.converged && this.finite && alpha > 0 && this.ending !== "SETTLED" && this.ending !== "CYCLING";
  }
  private get rescales(): boolean {
    return RESCALES.includes(this.recipe.rule);
  }
  /** Whether it is slow where alpha is far below what is stable at the start. */
  get slow_below(): boolean {
    if (!this.may_be_slow || this.rescales || this.recipe.loss.code === ABSOLUTE) return false;
    const { first, last, classes, share_left, beginning } = this;
    const unlearned = last > (classes ? 0.9 : 0.5) * first || (!classes && share_left > 0.5);
    const flat = beginning.some(({ saturated, nodes }) => 2 * saturated.length >= nodes);
    const small = beginning.some(({ all, nodes }) => !(meanSquare(all) * (all.length / nodes) >= table.SMALL_WEIGHTS ** 2));
    return unlearned && last <= first && !flat && !small;
  }
  get knows_limit(): boolean {
    return !!this.near;
  }
  get hardly_moved(): boolean {
    if (!this.may_be_slow || !this.rescales) return false;
    const end = this.now.map(({ all }) => all);
    const moved = this.beginning.map(({ all }, l) => {
      const most = largest(all.map(Math.abs));
      return largest(all.map((weight, i) => Math.abs(end[l][i] - weight))) / (most || 1);
    });
    const most = Math.max(...moved);
    return 0 < most && most < table.FAR_BELOW && this.last > 0.9 * this.first && this.first > 0 && this.steps >= 8;
  }

  get frequencies_do(): boolean {
    const { classes, spread, finite, last, rows, steps } = this;
    return (
      classes &&
      spread > 0 &&
      finite &&
      last >= table.FREQUENCIES * spread &&
      rows >= 20 &&
      steps >= this.replay.engine.stepsPerEpoch
    );
  }

  /** "stood", "guessing" or "": an error that has stopped falling, or goes up and down where always saying the mean is no worse. */
  get plateau(): string {
    if (this.converged || !this.finite || this.steps < 20 || this.share_left < 0.5 || this.classes) return "";
    const quarters = laterQuarters(this.errors);
    const [third, last] = quarters.map(median);
    const change = third > 0 ? 1 - last / third : 0;
    if (Math.max(...quarters.map(scatter)) / (third || 1) > table.STOOD)
      return change < table.FALLING && this.spread > 0 && last >= this.spread ? "guessing" : "";
    return change > table.STOOD || !this.outermost.deltas.some(Boolean) ? "" : "stood";
  }

  get still_falling(): boolean {
    const over = ["MSE_REACHED", "SETTLED", "CYCLING"].includes(this.ending);
    if (over || !this.finite || this.steps < 8 || this.share_left < table.DONE ** 2 || !(this.last < this.first)) return false;
    const { errors } = this;
    const before = median(errors.slice(Math.floor(errors.length * 0.7), Math.floor(errors.length * 0.8)));
    return (before > 0 ? 1 - this.last / before : 0) > table.FALLING;
  }
}

/** Whether no delta can reach the first layer at all, for another reason: a layer that is off, or weights of 0. */
function isCut(layers: LayerAt[]): boolean {
  return layers.some(({ allDead }) => allDead) || layers.slice(1).some(({ all }) => !all.some(Boolean));
}

function meanSquare(values: number[]): number {
  return sum(values.map((value) => value * value)) / values.length;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
