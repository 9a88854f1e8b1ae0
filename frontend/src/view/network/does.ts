/** What a hidden node does, in a sentence: for which examples it is on and for which off, and which way it pushes what it feeds. */

import type { Core, Engine } from "../../engine";
import { firstWeight, nameOr, nodeCount, offsets, type Place } from "../../layers";
import { CROSS_ENTROPY, LEAKY_RELU, RELU, SIGMOID, TANH } from "../../layout";
import { classOf, over } from "../../maps";
import { clip, count, short } from "../../numbers";
import type { Recipe } from "../../scene";
import { figure, type Phrase } from "../../words";
import { shortInputs } from "./goals";

/** Examples that are looked at, and multiplications that it may cost. */
const LOOKED_AT = 200;
const WORK = 1e6;
/** Examples that must be looked at before anything is said of many. */
const ENOUGH = 8;
/** Examples that a recipe has at most where those of the smaller group are named one by one. */
const NAMED = 8;
const UNBROKEN = "\u00a0";
/** How near a bound of its activation a node is on, or off. */
const NEAR = 0.1;
/** What it gives spans less than this part of its size where it tells no examples apart. */
const SPAN = 0.05;
/** Correlation with an input from which on it is told. */
const FOLLOWS = 0.5;
const LETTERS = 16;

/** What all nodes give for the examples that are looked at, of the `n` that there are. */
export interface Given {
  n: number;
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

const askedOf = new WeakMap<number[], Asked>();
const givenWith = new WeakMap<Float64Array, Given>();

/** What all nodes give with the weights of a state: for all examples, or for some that lie evenly among many. */
export function givenBy(core: Core, recipe: Recipe, state: Float64Array): Given {
  const { examples, engine } = askedOf.get(recipe.input) ?? ask(core, recipe);
  askedOf.set(recipe.input, { examples, engine });
  const found = givenWith.get(state) ?? { n: recipe.n, examples, values: engine.forward(state) };
  givenWith.set(state, found);
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

/** Words for a hidden node; null where `valuesOf` has nothing to tell of. */
export function doesOf(recipe: Recipe, given: Given, weights: ArrayLike<number>, place: Place): Does | null {
  const { n, examples } = given;
  const own = valuesOf(recipe, given, place);
  if (!own) return null;
  const pushes = pushOf(recipe, weights, place);
  const groups = groupsOf(examples, own, recipe.layers[place.layer].code);
  if (groups.length === 1) return hardlyDiffers(given, groups[0], pushes.exactly);
  const told = groups.flatMap((group, i): Phrase => {
    const { word, near } = group;
    return [i ? ", and " : "It is ", strong(word), `${near} for ${namesOf(recipe, given, group)}`];
  });
  const follows = n > NAMED ? inputsFollowed(recipe, examples, own) : "";
  return {
    plain: [...told, `. ${follows}${pushes.plain}`],
    exactly: [...groups.flatMap((group) => [...range(group), " "]), ...pushes.exactly],
  };
}

/** The same in a few words. */
export function brieflyDoes(recipe: Recipe, given: Given, place: Place): string {
  const own = valuesOf(recipe, given, place);
  if (!own) return "";
  const groups = groupsOf(given.examples, own, recipe.layers[place.layer].code);
  if (groups.length === 1) return `nearly the same for all ${lookedAt(given)}`;
  return groups.map((group) => `${group.word} for ${namedOrCounted(recipe, given, group)}`).join(", ");
}

/** What a hidden node gives for the examples; null of an output, which has goals instead, where one example is all or few of many
 * are looked at, and where a number is not finite. */
function valuesOf(recipe: Recipe, { n, examples, values }: Given, { layer, node }: Place): number[] | null {
  if (layer === recipe.layers.length - 1 || examples.length < Math.max(2, Math.min(n, ENOUGH))) return null;
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

/** How many examples are looked at, and of how many where that is not all. */
const lookedAt = ({ n, examples }: Given): string =>
  `${count(examples.length)} examples${examples.length < n ? ` looked at (of ${count(n)})` : ""}`;

function hardlyDiffers(given: Given, all: Group, exactly: Phrase): Does {
  const state = ["on", "off"].includes(all.word) ? `: it is ${all.word}${all.near}` : "";
  return {
    plain: [`It gives nearly the same for all ${lookedAt(given)}${state}.`],
    exactly: [...range({ ...all, word: "it gives" }), " ", ...exactly],
  };
}

function range({ word, low, high }: Group): Phrase {
  const name = `${word[0].toUpperCase()}${word.slice(1)}`;
  if (short(low) === short(high)) return [`${name}: `, figure(low, "go"), "."];
  return [`${name}: `, figure(low, "go"), " to ", figure(high, "go"), "."];
}

/** The examples of a group; where they are many, what else they have in common. */
function namesOf(recipe: Recipe, given: Given, group: Group): string {
  const names = namedOrCounted(recipe, given, group);
  const [mine, all] = [group.examples, given.examples];
  return given.n <= NAMED ? names : `${names}${partingInput(recipe, mine, all)}${sharedGoal(recipe, mine, all)}`;
}

/** Each where they are few, else how many. */
function namedOrCounted(recipe: Recipe, given: Given, { examples }: Group): string {
  if (given.n > NAMED) return `${count(examples.length)} of ${lookedAt(given)}`;
  return examples.length > given.n / 2 ? "the others" : named(recipe, given, examples);
}

/** By their inputs where those of all examples are short, else by their numbers. */
function named(recipe: Recipe, { examples: all }: Given, mine: number[]): string {
  const { d, input_names } = recipe;
  if (all.some((s) => shortInputs(recipe, s) === null)) return `example${mine.length > 1 ? "s" : ""} ${joined(mine.map(String))}`;
  const inputs = mine.map((s) => shortInputs(recipe, s) ?? "");
  if (d === 1) return `${clip(nameOr(input_names, 0, "input"), LETTERS)} ${joined(inputs)}`;
  return joined(inputs.map((text) => `(${text.replace(" ", UNBROKEN)})`));
}

const joined = (names: string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}` : names[0];

/** By which input alone they are told from the others. */
function partingInput({ d, input, input_names }: Recipe, mine: number[], all: number[]): string {
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
function sharedGoal({ k, goal, goal_names, loss }: Recipe, mine: number[], all: number[]): string {
  const of = (s: number): number => (k === 1 ? goal[s] : classOf(goal, k, s));
  const kinds = [...new Set(all.map(of))];
  if (k === 1 ? kinds.length !== 2 : loss.code !== CROSS_ENTROPY) return "";
  const many = kinds.map((kind) => mine.filter((s) => of(s) === kind).length);
  const most = Math.max(...many);
  const kind = kinds[many.indexOf(most)];
  const name = k === 1 ? short(kind) : clip(goal_names[kind], LETTERS);
  const who = mine.length === 1 ? "it" : most === mine.length ? "all" : count(most);
  return ` (${who} ${most === 1 ? "has" : "have"} goal ${name})`;
}

/** The inputs that it goes up and down with. */
function inputsFollowed({ d, input, input_names }: Recipe, examples: number[], own: number[]): string {
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

const outputName = ({ k, goal_names }: Recipe, j: number): string =>
  k > 1 ? clip(nameOr(goal_names, j, "output"), LETTERS) : "the output";

/** Which way it pushes what it feeds: the one node that follows, or of several the one that its largest weight leads to. */
function pushOf(recipe: Recipe, weights: ArrayLike<number>, { layer, node }: Place): { plain: string; exactly: Phrase } {
  const next = layer + 1;
  const { outputs } = recipe.layers[next];
  const links = Array.from({ length: outputs }, (_, j) => weights[firstWeight(recipe, { layer: next, node: j }) + node]);
  const largest = links.reduce((best, weight, j) => (Math.abs(weight) > Math.abs(links[best]) ? j : best), 0);
  const weight = links[largest];
  const name = next < recipe.layers.length - 1 ? `node ${largest} of layer ${next}` : outputName(recipe, largest);
  const exactly: Phrase = ["Weight to it: ", figure(weight, "w"), "."];
  if (!weight) return { plain: "Nothing that follows hears of it: its weights there are 0.", exactly };
  const way = weight > 0 ? "higher" : "lower";
  if (outputs === 1) return { plain: `The higher it is, the ${way} ${name}.`, exactly };
  return { plain: `Of all that it feeds, it moves ${name} most: the higher it is, the ${way} that one.`, exactly };
}
