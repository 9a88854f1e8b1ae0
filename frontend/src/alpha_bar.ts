/** The bar of alpha: its zones, how far it goes, and alphas worth trying, each with another fate. */

import { counted, short } from "./numbers";
import type { Recipe } from "./scene";
import { isTogether, type Limits, movable } from "./theory";

export interface Zone {
  /** Where it ends. */
  to: number;
  fate: "converges" | "oscillates" | "diverges" | "stable" | "unknown";
  text: string;
  /** Where there is no room for that. */
  brief: string;
}

export interface Bar {
  end: number;
  zones: Zone[];
  /** Numbers under the bar. */
  ticks: { at: number; text: string }[];
}

const BEYOND = 1.25;
/** So many times the alpha that was asked for is the end of a network's bar. */
const AROUND = 3;
/** Part of the limit below which an alpha is told finer. */
const FINE = 0.01;
/** Part of the bar between two numbers under it. */
const TICKS_APART = 0.14;
const TRIES = [0.005, 0.25, 0.5, 0.75, 0.95, 1.025];
const TIMES = [0.1, 0.3, 1, 3, 10, 30];

/** The bar for a recipe's alpha; of one whose limits nobody knows it goes to four times the alpha that was asked for. */
export function barOf(limits: Limits | null, asked: number, finer: boolean): Bar {
  const limit = limits?.limit ?? NaN;
  if (!limits || !(limit > 0 && Number.isFinite(limit)))
    return { end: Math.max(Math.abs(asked) * 4, 1e-300), zones: [zone(Infinity, "unknown", "found by running it")], ticks: [] };
  const end = finer ? limit * FINE : limit * BEYOND;
  const known = Number.isFinite(limits.turn);
  const start = known
    ? [zone(limits.turn, "converges", "converges"), zone(limit, "oscillates", "oscillates, then converges", "oscillates")]
    : [zone(limit, "stable", "below the limit")];
  const turn = limits.several ? "turns" : "one step";
  const apart = known && limit - limits.turn > TICKS_APART * end;
  const ticks = [...(apart ? [{ at: limits.turn, text: turn }] : []), { at: limit, text: "limit" }];
  return { end, zones: [...start, zone(Infinity, "diverges", "diverges")], ticks: ticks.filter(({ at }) => at <= end) };
}

/** The bar of a network's alpha: where it stands beside the limit near the step in view, which moves as steps go by. How far the
 * bar goes does not, so that alpha stays under the hand. */
export function barNear(limit: number, asked: number): Bar {
  if (!(limit > 0 && Number.isFinite(limit))) return barOf(null, asked, false);
  const end = Math.abs(asked) * AROUND || limit * BEYOND;
  const zones = [zone(limit / 2, "converges", "below"), zone(limit, "oscillates", "near"), zone(Infinity, "diverges", "over")];
  return { end, zones, ticks: limit <= end / BEYOND ? [{ at: limit, text: "limit" }] : [] };
}

function zone(to: number, fate: Zone["fate"], text: string, brief = text): Zone {
  return { to, fate, text, brief };
}

/** Squares that are written out. */
const WRITTEN_OUT = 6;

/** Why the limit of one example is what it is, its numbers put in; nothing where its input is 1, or where it is no such number. */
export function whyLimit(recipe: Recipe, limits: Limits | null): string {
  const inputs = movable(recipe);
  const limit = limits?.live && recipe.n === 1 && isTogether(recipe) ? limits.limit : NaN;
  if (!(limit < Infinity) || (inputs.length === 1 && inputs[0] ** 2 === 1)) return "";
  const square = (x: number): string => (x < 0 ? `(${short(x)})²` : `${short(x)}²`);
  const sum = short(inputs.reduce((total, x) => total + x * x, 0));
  if (inputs.length === 1) return `The limit is 2 divided by the square of the input: 2 ÷ ${square(inputs[0])} = ${short(limit)}.`;
  const bound = recipe.frozen?.some(Boolean) ? " whose weights may move" : "";
  const bias = `${bound}${recipe.layers[0].bias ? ", the bias counting as 1" : ""}`;
  const few = inputs.length <= WRITTEN_OUT;
  const squares = few ? `(${inputs.map(square).join(" + ")}) = 2 ÷ ${sum}` : sum;
  const which = few ? "the inputs" : counted(inputs.length, "input");
  return `The limit is 2 divided by the sum of the squares of ${which}${bias}: 2 ÷ ${squares} = ${short(limit)}.`;
}

/** Whether alpha is so small beside its limit that the bar cannot tell it from 0. */
export function isFine(limits: Limits | null, alpha: number): boolean {
  return !!limits && alpha > 0 && alpha < FINE * limits.limit;
}

/** Alphas worth trying; not those that are there already. */
export function triesOf(limits: Limits | null, asked: number, now: number): number[] {
  const limit = limits?.limit ?? NaN;
  const known = limit > 0 && Number.isFinite(limit);
  const parts = known
    ? TRIES.map((part) => (part === 0.5 && limits?.turn ? limits.turn : part * limit))
    : TIMES.map((part) => part * asked);
  const all = [asked, ...parts.map((alpha) => Number(alpha.toPrecision(3)))].filter((alpha) => alpha > 0 && alpha !== now);
  return [...new Set(all)].sort((a, b) => a - b).slice(0, 6);
}

/** An alpha that a key leads to, without the digits that adding left. */
export function tidy(alpha: number): number {
  return Number(alpha.toPrecision(12));
}
