/** What the run that is on screen does, in a sentence, and why in another. Each number is one of the core's, of this very run. */

import { hasOneWeight, weightCount } from "./layers";
import { CROSS_ENTROPY } from "./layout";
import { classOf } from "./maps";
import { count, most, number } from "./numbers";
import type { Replay } from "./replay";
import type { Scene } from "./scene";
import { type Limits, limitsOf } from "./theory";
import { figure, type Phrase, steps, stepWords } from "./words";

export interface Story {
  head: Phrase;
  why: Phrase;
}

/** Goals up to which the farthest is told; of more, how far off they are as a rule. */
const FEW = 20;
/** A part of the error that nobody would notice. */
const AS_GOOD = 1e-3;
const DIVERGES = { word: "diverges", tone: "fix" } as const;

/** What is told of a run: its start and its end, as the core has them. */
interface Told {
  replay: Replay;
  limits: Limits | null;
  /** mse over all examples at the first and at the last weights. */
  first: number;
  last: number;
  /** How far the farthest prediction is from its goal at the end. */
  far: number;
  /** Least mse of any weights; 0 where it is not known. */
  least: number;
}

export function storyOf(replay: Replay, scene: Scene): Story {
  const told = toldOf(replay, scene);
  if (!replay.steps) return { head: ["No step was made."], why: [] };
  const story = grows(told)
    ? diverging(told)
    : hasOneWeight(replay.recipe) && replay.recipe.n === 1
      ? ofOneWeight(told)
      : ofMany(told);
  return { head: [...stopped(replay), ...story.head], why: [...story.why, further(replay)] };
}

/** A page goes so far; Python goes on. */
function further({ facts, recipe }: Replay): string {
  if (facts.ending !== "STEPS_USED" || recipe.alphas || facts.steps >= (recipe.steps ?? Infinity)) return "";
  if (recipe.steps === null && facts.sentence) return "";
  return ` The page goes no further by itself: Python goes ${recipe.steps ? `all ${count(recipe.steps)}` : "on"}.`;
}

function toldOf(replay: Replay, scene: Scene): Told {
  const { engine, recipe } = replay;
  const [from, to] = [replay.stateAt(0), replay.stateAt(replay.steps)];
  const sameData = recipe.input === scene.recipe.input && recipe.goal === scene.recipe.goal;
  const least = sameData ? number(scene.forecast.least_mse) : 0;
  return {
    replay,
    limits: limitsOf(recipe, scene),
    first: engine.mse(from),
    last: engine.mse(to),
    far: most(engine.predict(to).map((prediction, i) => prediction - recipe.goal[i])),
    least: least > 0 && Number.isFinite(least) ? least : 0,
  };
}

/** Whether it ran away: to a number that is not finite, or on its way there by what is known of its alpha. */
function grows({ replay, limits, first, last }: Told): boolean {
  return replay.facts.ending === "DIVERGED" || (limits?.regime === "diverges" && !(last <= first));
}

function diverging({ replay, limits }: Told): Story {
  const { recipe, facts } = replay;
  const alone = hasOneWeight(recipe) && recipe.n === 1;
  const start: Phrase = recipe.alphas ? ["It "] : ["At alpha ", figure(recipe.alpha), " it "];
  const how = alone ? ": every step lands farther from the goal." : ": the error grows without end.";
  const holds: Phrase = limits && recipe.alpha > 0 ? [" An alpha below ", figure(limits.limit), " holds."] : [];
  const ends = facts.ending === "DIVERGED" ? ` At step ${count(facts.steps - 1)} a number is no longer finite.` : "";
  return { head: [...start, DIVERGES, how], why: [...whatAStepDoes(replay, limits), ...holds, ends] };
}

function whatAStepDoes({ recipe }: Replay, limits: Limits | null): Phrase {
  return limits ? stepWords(limits, recipe.alpha) : [];
}

/** Who ended it, where that was no end of its own. */
function stopped({ facts }: Replay): Phrase {
  if (facts.ending === "INTERRUPTED") return [`Stopped by you after ${steps(facts.steps)}. `];
  return facts.ending === "TIME_USED" ? [`Its time was used up after ${steps(facts.steps)}. `] : [];
}

function ofOneWeight(told: Told): Story {
  const { replay, limits, far } = told;
  const { facts } = replay;
  const [weight] = replay.stateAt(replay.steps);
  const does = whatAStepDoes(replay, limits);
  const aim = aimOf(told, weight);
  if (limits?.regime === "frozen")
    return { head: ["Nothing moves: the weight stays at ", figure(weight, "w"), "."], why: [...aim, whyFrozen(replay)] };
  if (facts.ending === "SETTLED" && far === 0) return { head: atTheGoal(facts.settled_after ?? 0), why: [...aim, ...does] };
  if (facts.ending === "SETTLED") return stopsShort(told, weight, [...aim, ...does]);
  if (facts.ending === "CYCLING") return toAndFro(told, [...aim, ...does]);
  if (facts.ending === "MSE_REACHED") return asked(told);
  const left: Phrase = ["It is still on its way: ", figure(far, "fix"), ` left after ${steps(replay.steps)}.`];
  return { head: left, why: [...aim, ...does] };
}

function aimOf({ replay }: Told, weight: number): Phrase {
  const { goal, input } = replay.recipe;
  if (input[0] === 1 || !Number.isFinite(weight)) return ["The goal is ", figure(goal[0], "goal"), ". "];
  const [prediction] = replay.engine.predict(replay.stateAt(replay.steps));
  return ["Its prediction is ", figure(prediction, "go"), ", the goal ", figure(goal[0], "goal"), ". "];
}

function whyFrozen({ recipe }: Replay): string {
  if (recipe.alpha === 0) return "Alpha is 0: every step is 0 long.";
  return recipe.frozen?.[0] ? "The weight is frozen." : "Its input is 0, so the weight has no say in the prediction.";
}

function atTheGoal(after: number): Phrase {
  return after ? [`It reaches the goal exactly after ${steps(after)}.`] : ["It is at the goal from the start."];
}

function stopsShort({ replay }: Told, weight: number, why: Phrase): Story {
  const after = replay.facts.settled_after ?? 0;
  const small = `from step ${count(after)} on the correction is too small to change the weight.`;
  return { head: ["It stops at ", figure(weight, "w", true), " and stays there."], why: [...joined(why), small] };
}

/** A phrase whose last sentence goes on. */
function joined(phrase: Phrase): Phrase {
  const last = phrase[phrase.length - 1];
  return typeof last === "string" && last.endsWith(".") ? [...phrase.slice(0, -1), `${last.slice(0, -1)}; `] : [...phrase, " "];
}

function toAndFro({ replay }: Told, why: Phrase): Story {
  const [first, period] = replay.facts.cycle ?? [0, 0];
  const [a, b] = [first, first + 1].map((step) => replay.stateAt(step)[0]);
  const again = ` From step ${count(first)} on the same weights come again and again.`;
  if (period === 2)
    return { head: ["It goes to and fro between ", figure(a, "w"), " and ", figure(b, "w"), " for ever."], why: [...why, again] };
  return { head: [`It goes round the same ${count(period)} weights for ever.`], why: [...why, again] };
}

function asked({ replay, last }: Told): Story {
  const why: Phrase = ["The error (mse) is ", figure(last, "fix"), "; ", figure(replay.recipe.until_mse ?? 0), " was asked for."];
  return { head: [`It is as close as was asked after ${steps(replay.steps)}.`], why };
}

/** Several inputs, examples or outputs, or a network. */
function ofMany(told: Told): Story {
  const { facts, recipe } = told.replay;
  const why: Phrase = [...whatAStepDoes(told.replay, told.limits), ...leastWords(told)];
  const after = facts.settled_after ?? 0;
  const alone = recipe.n * recipe.k === 1;
  if (facts.ending === "MSE_REACHED") return asked(told);
  if (facts.ending === "CYCLING")
    return { head: ["It goes round the same steps for ever", ...offWords(told)], why: [...roundWords(told), ...why] };
  if (facts.ending === "SETTLED" && told.last === 0 && told.far === 0)
    return { head: alone ? atTheGoal(after) : [`Every prediction is exactly its goal after ${steps(after)}.`], why };
  if (facts.ending === "SETTLED" && alone)
    return { head: ["It stops ", figure(told.far, "fix"), " short of the goal and stays there."], why: [...why, settled(after)] };
  if (facts.ending === "SETTLED")
    return { head: [`It settles after ${steps(after)}`, ...offWords(told)], why: [...why, " No weight changes any more."] };
  return { head: [`After ${steps(facts.steps)} `, ...soFar(told)], why };
}

function settled(after: number): string {
  return ` No weight changes after step ${count(after)}.`;
}

function roundWords({ replay }: Told): Phrase {
  const [first, period] = replay.facts.cycle ?? [0, 0];
  return [`From step ${count(first)} on the weights repeat every ${steps(period)}. `];
}

function offWords(told: Told): Phrase {
  const { last, replay } = told;
  if (replay.recipe.loss.code === CROSS_ENTROPY) return ["; ", ...rightWords(told)];
  return [", off by about ", figure(Math.sqrt(last), "fix"), "."];
}

/** How many examples get their own class: the likeliest is said. */
function rightWords({ replay }: Told): Phrase {
  const { n, k, goal } = replay.recipe;
  const told = replay.engine.predict(replay.stateAt(replay.steps));
  const is = (numbers: ArrayLike<number>, s: number): number => (k === 1 ? Number(numbers[s] > 0.5) : classOf(numbers, k, s));
  let right = 0;
  for (let s = 0; s < n; s++) right += Number(is(told, s) === is(goal, s));
  return [right === n ? `all ${count(n)} examples get their class.` : `${count(right)} of ${count(n)} examples get their class.`];
}

/** Where a run stands that has no end of its own. */
function soFar(told: Told): Phrase {
  const { replay, first, last, far } = told;
  const { n, k } = replay.recipe;
  if (replay.recipe.loss.code === CROSS_ENTROPY) return rightWords(told);
  const off = figure(Math.sqrt(last), "fix");
  if (last > first)
    return ["it is farther off than at the start: about ", off, " instead of ", figure(Math.sqrt(first), "fix"), "."];
  if (n * k === 1) return [figure(far, "fix"), " of the way to the goal is left."];
  return n * k > FEW ? ["it is off by about ", off, "."] : ["every prediction is within ", figure(far, "fix"), " of its goal."];
}

function leastWords({ least, last, replay }: Told): Phrase {
  if (!least || weightCount(replay.recipe) === 0 || replay.recipe.n === 1) return [];
  if (Math.abs(Math.sqrt(last) - Math.sqrt(least)) < AS_GOOD * Math.sqrt(least)) return [" No weights come noticeably closer."];
  return [" No weights come closer than about ", figure(Math.sqrt(least)), "."];
}
