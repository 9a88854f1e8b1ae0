/** How good a fit is with the weights at hand: predictions of rows in the table's units, and what they are off by. */

import type { Engine } from "../../engine";
import { classOf, over } from "../../maps";
import type { Model } from "../../model";
import type { Replay } from "../../replay";
import type { Fit, Recipe, Scale } from "../../scene";

/** Rows of one kind: seen or unseen. */
export interface Rows {
  n: number;
  /** (n, d) in the table's units, (n, k) goals and predictions too. */
  input: ArrayLike<number>;
  goal: Float64Array;
  prediction: Float64Array;
}

/** Epochs that are looked at, and multiplications that they may cost. */
const EPOCHS = 60;
const WORK = 2e7;

/** Numbers times their unit, and their centre on top. */
export function undone(numbers: ArrayLike<number>, scale: Scale | null): Float64Array {
  const own = Float64Array.from(numbers);
  if (!scale) return own;
  const { centre, unit } = scale;
  return own.map((x, i) => x * unit[i % unit.length] + centre[i % unit.length]);
}

/** What leads from weights to predictions of unseen rows; null where there are none. */
export function unseenEngine(model: Model, recipe: Recipe, fit: Fit): Engine | null {
  return fit.unseen.input.length ? over(model.core, recipe, fit.unseen.input) : null;
}

/** Root of the mean square of what one goal's predictions are off by. */
export function rmse({ goal, prediction }: Pick<Rows, "goal" | "prediction">, k: number, j: number): number {
  let sum = 0;
  for (let i = j; i < goal.length; i += k) sum += (prediction[i] - goal[i]) ** 2;
  return Math.sqrt(sum / (goal.length / k));
}

/** 1 − what is left of the goals' spread; NaN where they have none. */
export function r2(rows: Rows, k: number, j: number): number {
  const goals = rows.goal.filter((_, i) => i % k === j);
  const mean = goals.reduce((sum, g) => sum + g, 0) / goals.length;
  const spread = goals.reduce((sum, g) => sum + (g - mean) ** 2, 0);
  return spread > 0 ? 1 - (rmse(rows, k, j) ** 2 * goals.length) / spread : NaN;
}

/** How many standard errors the squared errors of two sets of predictions lie apart; below 0 the first are smaller. */
export function standardErrors({ goal, prediction }: Rows, other: ArrayLike<number>, k: number, j: number): number {
  const apart: number[] = [];
  for (let i = j; i < goal.length; i += k) apart.push((prediction[i] - goal[i]) ** 2 - (other[i] - goal[i]) ** 2);
  const mean = apart.reduce((sum, x) => sum + x, 0) / apart.length;
  const spread = Math.sqrt(apart.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (apart.length - 1) / apart.length);
  return apart.length > 1 && spread > 0 ? mean / spread : 0;
}

/** Weights (k, d) and biases (k) that give the same predictions in the table's units, of one linear layer. */
export function inTableUnits(recipe: Recipe, fit: Fit, state: ArrayLike<number>): { weight: number[]; bias: number[] } {
  const { d, k } = recipe;
  const { bias: has } = recipe.layers[0];
  const width = d + Number(has);
  const goal = fit.goal_scaling;
  const weight: number[] = [];
  const bias: number[] = [];
  for (let j = 0; j < k; j++) {
    const times = goal ? goal.unit[j] : 1;
    let moved = 0;
    for (let i = 0; i < d; i++) {
      const w = state[j * width + i] / (fit.scaling?.unit[i] ?? 1);
      moved += w * (fit.scaling?.centre[i] ?? 0);
      weight.push(w * times);
    }
    bias.push(((has ? state[j * width + d] : 0) - moved) * times + (goal ? goal.centre[j] : 0));
  }
  return { weight, bias };
}

/** Predictions (n, k) of weights in the table's units. */
export function byHand({ weight, bias }: { weight: number[]; bias: number[] }, input: ArrayLike<number>, d: number): Float64Array {
  const k = bias.length;
  return Float64Array.from({ length: (input.length / d) * k }, (_, at) => {
    const [row, j] = [Math.floor(at / k), at % k];
    let sum = 0;
    for (let i = 0; i < d; i++) sum += weight[j * d + i] * input[row * d + i];
    return sum + bias[j];
  });
}

/** A point of the error over epochs. */
export interface EpochPoint {
  epoch: number;
  seen: number;
  unseen: number;
}

/** What a quality is at so many epochs: of numbers the RMSE of a goal, of classes the part that is taken for another. */
export function overEpochs(
  replay: Replay,
  unseen: Engine | null,
  quality: (of: Engine, told: Float64Array) => number,
): EpochPoint[] {
  const { engine, steps } = replay;
  const epochs = Math.max(1, Math.floor(steps / engine.stepsPerEpoch));
  const rows = replay.recipe.n + (unseen?.recipe.n ?? 0);
  const points = Math.max(4, Math.min(EPOCHS, Math.floor(WORK / (rows * engine.size))));
  const every = Math.max(1, Math.ceil(epochs / points));
  const at = Array.from({ length: Math.floor(epochs / every) + 1 }, (_, i) => i * every);
  if (at[at.length - 1] < epochs) at.push(epochs);
  return at.map((epoch) => {
    const state = replay.stateAt(Math.min(steps, epoch * engine.stepsPerEpoch));
    const told = unseen ? quality(unseen, unseen.predict(state.subarray(0, engine.size))) : NaN;
    return { epoch, seen: quality(engine, engine.predict(state)), unseen: told };
  });
}

/** The class that is said and the class that is, by number, of each row: of one output the second from a half on. */
export function classesOf(numbers: ArrayLike<number>, k: number): number[] {
  return Array.from({ length: numbers.length / k }, (_, s) => (k === 1 ? Number(numbers[s] > 0.5) : classOf(numbers, k, s)));
}

/** The part of the rows whose class is said. */
export function accuracy(goal: ArrayLike<number>, prediction: ArrayLike<number>, k: number): number {
  const [is, said] = [classesOf(goal, k), classesOf(prediction, k)];
  return is.filter((one, s) => one === said[s]).length / is.length;
}

/** Rows are what is, columns what is said. */
export function confusion(goal: ArrayLike<number>, prediction: ArrayLike<number>, k: number, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const said = classesOf(prediction, k);
  classesOf(goal, k).forEach((is, s) => {
    table[is][said[s]]++;
  });
  return table;
}

const UNITS = "g kg mg t mm cm m km in ft mi s ms min h l ml usd eur gbp w kw kwh v a hz pa bar k".split(" ");

/** A column's name in words, and its unit where it ends in one: body_mass_g is "body mass" in g. */
export function nameAndUnit(column: string): { name: string; unit: string } {
  const parts = column.split(/[_\s]+/);
  const last = parts[parts.length - 1];
  if (parts.length > 1 && UNITS.includes(last.toLowerCase().replace(/[()[\]]/g, "")))
    return { name: parts.slice(0, -1).join(" "), unit: last.replace(/[()[\]]/g, "") };
  return { name: parts.join(" "), unit: "" };
}
