/** What the step in view does, in a sentence with its numbers: the title of the card that shows it. */

import { useContext } from "preact/hooks";
import { hasOneWeight, outputsOf } from "../../layers";
import type { Model } from "../../model";
import { count, double, most, ordinal } from "../../numbers";
import { figure, type Phrase } from "../../words";
import { written } from "../figures";
import { Current } from "./context";

export function StepSentence() {
  const model = useContext(Current);
  const { step } = model.now.value;
  return <>{written([`Step ${count(step)}: `, ...sentenceOf(model)])[0]}</>;
}

function sentenceOf(model: Model): Phrase {
  const { recipe, facts } = model.replay.value;
  const { examples, weight, new_weight } = model.now.value;
  if (!facts.steps) return ["no step was made."];
  if (![...weight, ...new_weight].every(Number.isFinite)) return ["here a number is no longer finite: the run is over."];
  const its = examples.length > 1 ? `${count(examples.length)} examples` : "example";
  const seen = examples.length < recipe.n ? ` on its ${its}` : "";
  if (recipe.k > 1 || examples.length > 1)
    return [`the error (mse)${seen} is `, figure(model.now.value.mse, "fix"), ": ", ...moved(model)];
  const prediction = outputsOf(recipe, model.now.value, 0)[0];
  const miss = prediction - recipe.goal[examples[0]];
  const which = recipe.n > 1 ? `for example ${examples[0]} it guesses ` : "it guesses ";
  const guess: Phrase = [which, figure(prediction, "go")];
  if (miss === 0) return [...guess, ", which is the goal: nothing to correct."];
  const still = stuck(model);
  if (still) return still;
  const off: Phrase = [...guess, ", which is ", figure(Math.abs(miss), "fix"), ` too ${miss < 0 ? "low" : "high"}. `];
  return [...off, ...(hasOneWeight(recipe) ? movedOne(model) : capital(moved(model)))];
}

/** A correction that is too small for the weight. */
function stuck({ now, replay }: Model): Phrase | null {
  const [weight, next, correction] = [now.value.weight[0], now.value.new_weight[0], Math.abs(now.value.alpha_delta[0])];
  if (!hasOneWeight(replay.value.recipe) || weight !== next || correction === 0) return null;
  const part = correction / Math.abs(double(ordinal(weight) + (now.value.alpha_delta[0] < 0 ? 1n : -1n)) - weight);
  const half = part === 0.5 ? "half" : part < 0.5 ? "less than half" : "more than half";
  return ["the correction is ", figure(correction, "fix"), `, ${half} the distance to the next number: the weight stays.`];
}

function movedOne({ now }: Model): Phrase {
  const [from, to] = [now.value.weight[0], now.value.new_weight[0]];
  if (from === to) return ["But the weight stays where it is."];
  return [`So the weight goes ${to > from ? "up" : "down"} by `, figure(Math.abs(now.value.alpha_delta[0]), "fix"), "."];
}

/** How far the weights go. */
function moved({ now }: Model): Phrase {
  const { weight, new_weight } = now.value;
  const furthest = most(weight.map((from, i) => new_weight[i] - from));
  return furthest === 0 ? ["no weight moves."] : ["the weights move by up to ", figure(furthest, "w"), "."];
}

function capital([first, ...rest]: Phrase): Phrase {
  return typeof first === "string" ? [first[0].toUpperCase() + first.slice(1), ...rest] : [first, ...rest];
}
