/** What a hidden node does, in a sentence: for which examples it is on and for which off, and which way it pushes what it feeds. */

import type { Core, Engine } from "../../engine";
import { firstWeight, nameOr, nodeCount, offsets, type Place } from "../../layers";
import { CROSS_ENTROPY, LEAKY_RELU, RELU, SIGMOID, TANH } from "../../layout";
import { over } from "../../maps";
import { clip, count, short } from "../../numbers";
import type { Recipe } from "../../scene";
import { figure, type Phrase } from "../../words";
import { exampleName } from "./goals";

/** Examples that are looked at, and multiplications that it may cost. */
const LOOKED_AT = 200;
const WORK = 1e6;
/** Examples up to which those of the smaller group are named one by one. */
const NAMED = 8;
const UNBROKEN = "\u00a0";
/** How near a bound of its activation a node is on, or off. */
const NEAR = 0.1;
/** What it gives spans less than this part of its size where it tells no examples apart. */
const SPAN = 0.05;
/** Correlation with an input from which on it is told. */
const FOLLOWS = 0.5;
const LETTERS = 16;

/** What all nodes give for some examples. */
export interface Given {
  examples: number[];
  /** (examples, nodes) */
  values: Float64Array;
}

export interface Does {
  /** Plain words; then the numbers that they rest on. */
  plain: Phrase;
  exactly: Phrase;
}

interface Asked {
  examples: number[];
  engine: Engine;
}

const asked = new WeakMap<number[], Asked>();
const given = new WeakMap<Float64Array, Given>();

/** What all nodes give with the weights of a state: for all examples, or for some that lie evenly among many. */
export function givenBy(core: Core, recipe: Recipe, state: Float64Array): Given {
  const of = asked.get(recipe.input) ?? ask(core, recipe);
  asked.set(recipe.input, of);
  const found = given.get(state) ?? { examples: of.examples, values: of.engine.forward(state) };
  given.set(state, found);
  return found;
}

function ask(core: Core, recipe: Recipe): Asked {
  const { n, d, input, start } = recipe;
  const most = Math.max(1, Math.min(n, LOOKED_AT, Math.floor(WORK / start.length)));
  const examples = Array.from({ length: most }, (_, i) => Math.floor((i * n) / most));
  return {
    examples,
    engine: over(
      core,
      recipe,
      examples.flatMap((s) => input.slice(s * d, (s + 1) * d)),
    ),
  };
}

/** Examples for which a node gives something, from the lowest to the highest. */
interface Group {
  word: string;
  /** What the word means, where that is a number. */
  near: string;
  examples: number[];
  low: number;
  high: number;
}

/** Words for a hidden node; null of an output, which has goals instead, and where a number is not finite. */
export function doesOf(recipe: Recipe, given: Given, weights: ArrayLike<number>, place: Place): Does | null {
  const { examples } = given;
  const own = ownOf(recipe, given, place);
  if (!own) return null;
  const pushes = pushOf(recipe, weights, place);
  const groups = groupsOf(examples, own, recipe.layers[place.layer].code);
  if (groups.length === 1) return alike(groups[0], pushes.exactly);
  const told = groups.flatMap((group, i): Phrase => {
    const { word, near } = group;
    return [i ? ", and " : "It is ", strong(word), `${near} for ${namesOf(recipe, group, examples)}`];
  });
  const follows = examples.length > NAMED ? followed(recipe, examples, own) : "";
  return {
    plain: [...told, `. ${follows}${pushes.plain}`],
    exactly: [...groups.flatMap((group) => [...range(group), " "]), ...pushes.exactly],
  };
}

/** The same in a few words. */
export function brieflyDoes(recipe: Recipe, given: Given, place: Place): string {
  const own = ownOf(recipe, given, place);
  if (!own) return "";
  const { examples } = given;
  const groups = groupsOf(examples, own, recipe.layers[place.layer].code);
  if (groups.length === 1) return `nearly the same for ${allOf(examples)}`;
  return groups.map((group) => `${group.word} for ${namedOrCounted(recipe, group, examples)}`).join(", ");
}

/** What a hidden node gives for the examples. */
function ownOf(recipe: Recipe, { examples, values }: Given, { layer, node }: Place): number[] | null {
  if (layer === recipe.layers.length - 1) return null;
  const [nodes, at] = [nodeCount(recipe), offsets(recipe)[layer].node + node];
  const own = examples.map((_, s) => values[s * nodes + at]);
  return own.every(Number.isFinite) ? own : null;
}

const strong = (word: string): Phrase[number] => ({ word, tone: "" });

/** The upper half of what it gives, and the lower, the one with fewer examples first; one group where it tells none apart. */
function groupsOf(examples: number[], own: number[], code: number): Group[] {
  const [low, high] = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))];
  const [off, on] = boundsOf(code);
  const size = Number.isFinite(on) ? on - off : Math.max(Math.abs(low), Math.abs(high));
  const group = (which: (value: number) => boolean, upper: boolean, below = low): Group => {
    const mine = own.filter(which);
    const ends = { low: Math.min(...mine), high: Math.max(...mine) };
    return { ...wordFor(ends, upper, code, below), examples: examples.filter((_, s) => which(own[s])), ...ends };
  };
  if (high - low <= SPAN * size) return [group(() => true, low > (on + off) / 2)];
  const middle = low + (high - low) / 2;
  const lower = group((value) => value <= middle, false);
  const both = [group((value) => value > middle, true, lower.high), lower];
  return both[0].examples.length > both[1].examples.length ? both.reverse() : both;
}

/** Lowest and highest that an activation can give. */
function boundsOf(code: number): [number, number] {
  if (code === TANH) return [-1, 1];
  return code === SIGMOID ? [0, 1] : [code === RELU ? 0 : -Infinity, Infinity];
}

/** On or off where it is near what its activation can give at most or least; else high or low. `below`: the lower ones' most. */
function wordFor(
  { low, high }: { low: number; high: number },
  upper: boolean,
  code: number,
  below: number,
): { word: string; near: string } {
  const [off, on] = boundsOf(code);
  const cut = code === RELU || code === LEAKY_RELU;
  if (cut && upper) return { word: below <= 0 ? "on" : "high", near: "" };
  if (cut && high <= 0) return { word: "off", near: code === RELU ? " (0)" : "" };
  if (upper && low >= on - NEAR) return { word: "on", near: ` (near ${short(on)})` };
  if (!upper && high <= off + NEAR) return { word: "off", near: ` (near ${short(off)})` };
  return { word: upper ? "high" : "low", near: "" };
}

const allOf = (examples: number[]): string => `all ${count(examples.length)} examples`;

function alike(all: Group, exactly: Phrase): Does {
  const many = allOf(all.examples);
  const state = ["on", "off"].includes(all.word) ? `: it is ${all.word}${all.near} for all of them` : "";
  return {
    plain: [`It hardly tells ${many} apart${state}.`],
    exactly: [...range({ ...all, word: "it gives" }), " ", ...exactly],
  };
}

function range({ word, low, high }: Group): Phrase {
  const name = `${word[0].toUpperCase()}${word.slice(1)}`;
  if (short(low) === short(high)) return [`${name}: `, figure(low, "go"), "."];
  return [`${name}: `, figure(low, "go"), " to ", figure(high, "go"), "."];
}

/** The examples of a group; where they are many, what else they have in common. */
function namesOf(recipe: Recipe, group: Group, all: number[]): string {
  const names = namedOrCounted(recipe, group, all);
  const { examples } = group;
  return all.length <= NAMED ? names : `${names}${parted(recipe, examples, all)}${aimed(recipe, examples, all)}`;
}

/** Each where they are few, else how many. */
function namedOrCounted(recipe: Recipe, group: Group, all: number[]): string {
  const { examples } = group;
  const { d, input_names } = recipe;
  if (all.length > NAMED) return `${count(examples.length)} of ${count(all.length)} examples`;
  if (examples.length > all.length / 2) return "the others";
  const names = examples.map((s) => (d === 2 ? `(${exampleName(recipe, s).replace(" ", UNBROKEN)})` : exampleName(recipe, s)));
  const [last, ...others] = names.reverse();
  const told = others.length ? `${others.reverse().join(", ")} and ${last}` : last;
  return d === 2 ? told : `${d === 1 ? nameOr(input_names, 0, "input") : "example"} ${told}`;
}

/** By which input alone they are told from the others. */
function parted({ d, input, input_names }: Recipe, mine: number[], all: number[]): string {
  const inside = new Set(mine);
  for (let i = 0; i < d; i++) {
    let [low, high, least, most] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const s of all) {
      const x = input[s * d + i];
      if (inside.has(s)) [low, high] = [Math.min(low, x), Math.max(high, x)];
      else [least, most] = [Math.min(least, x), Math.max(most, x)];
    }
    const name = clip(nameOr(input_names, i, "input"), LETTERS);
    if (low > most) return `, where ${name} is above ${short(most)}`;
    if (high < least) return `, where ${name} is below ${short(least)}`;
  }
  return "";
}

/** How many of them share a goal, where goals are classes or one of two numbers. */
function aimed({ k, goal, goal_names, loss }: Recipe, mine: number[], all: number[]): string {
  const of = (s: number): number => (k === 1 ? goal[s] : goal.slice(s * k, (s + 1) * k).indexOf(1));
  const kinds = [...new Set(all.map(of))];
  if (k === 1 ? kinds.length !== 2 : loss.code !== CROSS_ENTROPY) return "";
  const many = kinds.map((kind) => mine.filter((s) => of(s) === kind).length);
  const most = Math.max(...many);
  const kind = kinds[many.indexOf(most)];
  const name = k === 1 ? `goal ${short(kind)}` : clip(goal_names[kind], LETTERS);
  return ` (${most === mine.length ? "all" : count(most)} of ${name})`;
}

/** The inputs that it goes up and down with. */
function followed({ d, input, input_names }: Recipe, examples: number[], own: number[]): string {
  const found = Array.from({ length: d }, (_, i) => ({
    i,
    r: correlation(
      examples.map((s) => input[s * d + i]),
      own,
    ),
  }));
  const few = found
    .filter(({ r }) => Math.abs(r) >= FOLLOWS)
    .sort((a, b) => Math.abs(b.r) - Math.abs(a.r))
    .slice(0, 2);
  const told = few.map(({ i, r }) => `${r > 0 ? "up" : "down"} with ${clip(nameOr(input_names, i, "input"), LETTERS)}`);
  return told.length ? `It goes ${told.join(" and ")}. ` : "";
}

function correlation(a: number[], b: number[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [of, and] = [mean(a), mean(b)];
  let [both, square, other] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - of) * (b[i] - and);
    square += (a[i] - of) ** 2;
    other += (b[i] - and) ** 2;
  }
  return both / Math.sqrt(square * other) || 0;
}

/** Which way it pushes what it feeds: the output, of several those that it speaks for and against, of a layer its largest link. */
function pushOf(recipe: Recipe, weights: ArrayLike<number>, { layer, node }: Place): { plain: string; exactly: Phrase } {
  const next = layer + 1;
  const { outputs } = recipe.layers[next];
  const links = Array.from({ length: outputs }, (_, j) => weights[firstWeight(recipe, { layer: next, node: j }) + node]);
  const largest = links.reduce((best, weight, j) => (Math.abs(weight) > Math.abs(links[best]) ? j : best), 0);
  const weight = links[largest];
  const last = next === recipe.layers.length - 1;
  const name = !last ? `node ${largest} of layer ${next}` : outputs > 1 ? clip(recipe.goal_names[largest], LETTERS) : "the output";
  const exactly: Phrase = ["Weight to it: ", figure(weight, "w"), "."];
  if (!weight) return { plain: "Nothing that follows hears of it: its weights there are 0.", exactly };
  const way = weight > 0 ? "higher" : "lower";
  return { plain: `The higher it is, the ${way} ${name}${last && outputs === 1 ? "" : ", most of all"}.`, exactly };
}
