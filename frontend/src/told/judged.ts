/** What the verdict's conditions ask of a run of one layer whose steps see all examples (diagnosis/after in Python). */

import type { Recipe } from "../scene";
import { isTogether, type Limits } from "../theory";
import { Bowl, bowlOf, type Columns, columnsOf, squared } from "./bowl";
import type { Facts } from "./facts";
import { largest } from "./network/spaced";
import * as table from "./numbers";

const STOPPED = ["STEPS_USED", "TIME_USED", "INTERRUPTED", "TOLERANCE"];
/** Inputs beyond these are scaled before anything is said of them: by Python. */
const SIZES = [1e-100, 1e100];
/** Rows kept unseen from which on something is concluded of them. */
const ENOUGH_UNSEEN = 10;
/** Part of its largest number by which an input varies at least. */
const VARIES = 1e-13;
const ALIKE = 1e-9;

export class Judged {
  constructor(private readonly facts: Facts) {}

  private get recipe(): Recipe {
    return this.facts.replay.recipe;
  }

  private get limits(): Limits | null {
    return this.facts.limits;
  }

  get is_known(): boolean {
    const { facts, recipe } = this;
    const { k, frozen, input, goal } = recipe;
    const unseen = (facts.scene.fit?.unseen.goal.length ?? 0) / k;
    const usual = facts.replay.engine.once("usual", () => input.every(isUsual) && goal.every(isUsual));
    return isTogether(recipe) && !frozen && unseen < ENOUGH_UNSEEN && usual && Number.isFinite(facts.first);
  }

  get zero_input(): boolean {
    const { d, input } = this.recipe;
    return Array.from({ length: d }, (_, i) => i).some((i) => input.every((x, at) => at % d !== i || x === 0));
  }

  get missed(): boolean {
    const { goal } = this.recipe;
    const size = Math.max(largest(this.facts.missed_first.map(Math.abs)), largest(goal.map(Math.abs)));
    return !(this.facts.far <= table.MISSED * size);
  }

  // ---- the directions, and what is left along each ----

  private get bowl(): Bowl {
    return bowlOf(this.facts.replay.engine, this.recipe);
  }

  /** Mean square of what is missing along each direction at the start and at the end, and of what the goals need. */
  private get along(): { before: number[]; now: number[]; stake: number[]; done: number[] } {
    return this.facts.once("along", () => {
      const { bowl, facts, recipe, power } = this;
      const amounts = (missed: Float64Array): number[] => bowl.amounts(missed, recipe.k);
      const now = amounts(facts.missed_last);
      const [before, needed] = facts.replay.engine.once("amounts", () =>
        [facts.missed_first, Float64Array.from(recipe.goal, (goal) => -goal)].map(amounts),
      );
      const stake = before.map((amount, r) =>
        power > 0 ? Math.min(amount, Math.max(needed[r], table.LEAST_GOAL * power)) : amount,
      );
      const floor = Math.max((table.STANDARD_ERROR * facts.least_mse) / recipe.n, table.ROUNDED * power);
      return { before, now, stake, done: stake.map((amount) => Math.max(table.DONE ** 2 * amount, floor)) };
    });
  }

  /** Mean square of the goals. */
  private get power(): number {
    return squared(Float64Array.from(this.recipe.goal)) / this.recipe.goal.length;
  }

  get converged(): boolean {
    const { facts } = this;
    if (facts.ending === "MSE_REACHED" || (facts.last === 0 && facts.far === 0)) return true;
    const { now, done } = this.along;
    return now.every((amount, r) => amount <= done[r]);
  }

  get severe(): boolean {
    const { facts } = this;
    if (facts.ending !== "SETTLED" || !facts.can_move || facts.alpha === 0 || facts.last === 0) return false;
    const { now, stake } = this.along;
    return now.some((amount, r) => amount > Math.max(table.LAST_BITS ** 2 * stake[r], table.ROUNDED * this.power));
  }

  // ---- how fast ----

  /** What a step leaves along each direction. */
  private get factors(): number[] {
    const times = this.recipe.sums ? this.recipe.n : 1;
    return this.bowl.eigenvalues.map((value) => 1 - this.recipe.alpha * times * value);
  }

  get marginal(): boolean {
    const { limits } = this;
    const { before, now } = this.along;
    const [start, end] = [sum(before), sum(now)].map(Math.sqrt);
    if (!limits || this.facts.regime === "frozen" || !(Math.abs(1 + limits.factor) <= table.MARGINAL) || !(start > 0)) return false;
    const fastest = this.bowl.condition > 1 + ALIKE && this.recipe.alpha <= limits.turn * (1 + ALIKE);
    const there = sum(before.filter((_, r) => Math.abs(1 + this.factors[r]) <= table.MARGINAL));
    return !fastest && there >= 0.5 * sum(before) && end / start >= 0.1 && end / start <= 10;
  }

  /** Whether it was stopped before it was there, on a way that leads there. */
  get on_the_way(): boolean {
    const { facts } = this;
    const stopped = STOPPED.includes(facts.ending) && facts.stable && !this.converged && !this.marginal;
    return stopped && facts.can_move && facts.alpha !== 0;
  }

  /** Whether many times the steps made are missing. */
  get slow(): boolean {
    const { steps } = this.facts;
    const { before, done } = this.along;
    const until = table.MANY_TIMES * Math.max(table.A_LOOK, steps) + steps;
    return this.factors.some((factor, r) => before[r] > 0 && !((Math.abs(factor) ** until) ** 2 * before[r] <= done[r]));
  }

  // ---- inputs and goals ----

  get scaling_helps(): boolean {
    const { engine } = this.facts.replay;
    const { condition } = this.bowl;
    const scaled = engine.once(
      "scaled",
      () => new Bowl(engine, standardised(columnsOf(this.recipe, false), this.biased)).condition,
    );
    return scaled <= Math.min(table.ILL_CONDITIONED, condition / 2) || condition > 2 * scaled;
  }

  private get biased(): boolean {
    return this.recipe.layers[0].bias;
  }

  /** Whether no weights are better than always saying the mean of the goals, and something would be. */
  get guessing(): boolean {
    const { facts, recipe } = this;
    const { n, d, k, input, goal } = recipe;
    const { can_move, ending, last, least_mse: least } = facts;
    if (n < 2 || !can_move || !(least > table.SAME * this.power) || ending === "DIVERGED" || !Number.isFinite(last)) return false;
    const spread = spreadOf(goal, k);
    if (!(spread > 0 && least >= table.GUESSING * spread) || input.every((x, i) => x === input[i % d])) return false;
    return this.biased || bowlOf(facts.replay.engine, recipe, true).least(facts.missed_first, k) < 0.1 * least;
  }
}

function isUsual(x: number): boolean {
  return x === 0 || (Math.abs(x) > SIZES[0] && Math.abs(x) < SIZES[1]);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}

/** Mean over the goals of their variance. */
export function spreadOf(goal: number[], k: number): number {
  const n = goal.length / k;
  const means = Array.from({ length: k }, (_, j) => sum(goal.filter((__, i) => i % k === j)) / n);
  return sum(goal.map((value, i) => (value - means[i % k]) ** 2)) / goal.length;
}

/** Inputs that vary at mean 0 and deviation 1 (with a bias) or mean square 1 (without), and the bias. */
function standardised({ rows, columns }: Columns, biased: boolean): Columns {
  const scaled = columns.flatMap((column) => {
    const mean = biased ? sum(Array.from(column)) / rows : 0;
    const moved = column.map((x) => x - mean);
    const scale = Math.sqrt(squared(moved) / rows);
    const largest = column.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return scale > VARIES * largest ? [moved.map((x) => x / scale)] : [];
  });
  return { rows, columns: biased ? [...scaled, new Float64Array(rows).fill(1)] : scaled };
}
