/** What each input brings to a node's sum, as bars one after another, and what each weight gets of the blame. */

import { firstWeight, inputName, numbersOf, type Place } from "./layers";
import { magnitude, most } from "./numbers";
import type { Step } from "./replay";
import type { Recipe } from "./scene";

/** Inputs up to which all are shown; of more only those whose weights move most, and how many of them. */
export const ALL = 13;
export const SHOWN = 8;

export interface Share {
  /** Its number among the node's weights. */
  i: number;
  name: string;
  bias: boolean;
  frozen: boolean;
  value: number;
  weight: number;
  /** value × weight. */
  product: number;
  weighted_delta: number;
  alpha_delta: number;
  new_weight: number;
}

/** What some inputs bring together. */
export interface Others {
  many: number;
  product: number;
  /** Smallest and largest of their alpha deltas. */
  range: [number, number];
}

export interface Shares {
  shown: Share[];
  others: Others | null;
  /** Where each bar starts and ends, those of `shown` with the others' before the bias. */
  bars: [number, number][];
  sum: number;
}

export function sharesOf(recipe: Recipe, step: Step, place: Place, example: number): Share[] {
  const first = firstWeight(recipe, place);
  const of = numbersOf(recipe, step, place, example);
  return of.weight.map((weight, i) => ({
    i,
    name: inputName(recipe, place.layer, i),
    bias: i === recipe.layers[place.layer].inputs,
    frozen: recipe.frozen?.[first + i] ?? false,
    value: of.input[i],
    weight,
    product: weight * of.input[i],
    weighted_delta: of.weighted_delta[i],
    alpha_delta: of.alpha_delta[i],
    new_weight: of.new_weight[i],
  }));
}

/** Those that move most, in their order, the others together, and the bars of all of them. */
export function stacked(all: Share[], search = ""): Omit<Shares, "sum"> {
  const wanted = search ? all.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())) : all;
  const order = wanted.filter(({ bias }) => !bias).sort((a, b) => magnitude(b.alpha_delta) - magnitude(a.alpha_delta) || 0);
  const few = new Set(all.length > ALL ? order.slice(0, SHOWN) : order);
  const shown = wanted.filter((share) => share.bias || few.has(share));
  const rest = search ? [] : order.slice(few.size);
  const others = rest.length ? together(rest) : null;
  return { shown, others, bars: barsOf(shown, others) };
}

function together(rest: Share[]): Others {
  const moves = rest.map(({ alpha_delta }) => alpha_delta);
  const range: [number, number] = [moves.reduce((a, b) => Math.min(a, b)), moves.reduce((a, b) => Math.max(a, b))];
  return { many: rest.length, product: rest.reduce((sum, { product }) => sum + product, 0), range };
}

function barsOf(shown: Share[], others: Others | null): [number, number][] {
  let at = 0;
  const bar = (product: number): [number, number] => {
    const from = at;
    at += product;
    return [from, at];
  };
  const inputs = shown.filter(({ bias }) => !bias).map(({ product }) => bar(product));
  const rest = others ? [bar(others.product)] : [];
  return [...inputs, ...rest, ...shown.filter(({ bias }) => bias).map(({ product }) => bar(product))];
}

/** From a number to its place in percent, so that all of them have room. */
export function percentOf(values: number[]): (value: number) => number {
  const seen = [0, ...values].filter(Number.isFinite);
  const [low, high] = [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))];
  const span = high - low || 1;
  return (value) => (Number.isFinite(value) ? 2 + (96 * (value - low)) / span : 98);
}

/** Parts of the largest, for bars of one scale. */
export function partsOf(values: number[]): (value: number) => number {
  const largest = most(values) || 1;
  return (value) => Math.min(1, magnitude(value) / largest);
}
