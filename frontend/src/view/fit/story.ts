/** The result of a fit in a sentence, and beside what. */

import { count, short } from "../../numbers";
import { figure, type Phrase } from "../../words";
import { type FitNow, leastSquaresOf } from "./now";
import { accuracy, rmse, standardErrors } from "./quality";

/** Standard errors from which a difference is more than chance. */
export const CLEAR = 2;

export function resultOf(now: FitNow): { head: Phrase; why: Phrase } {
  return now.fit.classes ? ofClasses(now) : ofNumbers(now);
}

function where({ unseen }: FitNow): string {
  return unseen ? " on rows it never saw." : " on the rows it learned from.";
}

function learned({ seen, unseen, fit }: FitNow): string {
  if (!unseen) return `Learned from ${count(seen.n)} rows; how good it is on others, these do not tell.`;
  return `Learned from ${count(seen.n)} rows, judged on ${count(unseen.n)} others${
    fit.chosen ? ", which also chose its epoch: on new rows it may be a little farther off" : ""
  }.`;
}

function ofNumbers(now: FitNow): { head: Phrase; why: Phrase } {
  const { judged, replay, j, unit, fit } = now;
  const { k } = replay.recipe;
  const off = rmse(judged, k, j);
  const head: Phrase = ["Off by about ", figure(off, "fix"), `${unit}${where(now)}`];
  if (!fit.beside) return { head, why: [learned(now)] };
  const part = now.unseen ? "unseen" : "seen";
  const [least, mean] = [fit.beside.least_squares[part]?.[j] ?? NaN, fit.beside.mean[part]?.[j] ?? NaN];
  const apart = standardErrors(judged, leastSquaresOf(now) ?? [], k, j);
  const how =
    Math.abs(apart) < CLEAR || Math.abs(off - least) < 1e-6 * least ? "As good as" : apart < 0 ? "Better than" : "Not as good as";
  // two numbers that only far digits tell apart would both get all of these digits
  const beside: Phrase = short(least) === short(off) ? [] : [" (", figure(least), `${unit})`];
  return {
    head,
    why: [`${how} least squares`, ...beside, `; always guessing the mean is off by `, figure(mean), `${unit}. ${learned(now)}`],
  };
}

function ofClasses(now: FitNow): { head: Phrase; why: Phrase } {
  const { judged, replay, fit } = now;
  const right = Math.round(accuracy(judged.goal, judged.prediction, replay.recipe.k) * judged.n);
  const { always } = fit;
  const often = always?.[now.unseen ? "unseen" : "seen"] ?? NaN;
  const beside: Phrase = always
    ? [`Always saying ${always.class} is right for `, figure(Math.round(often * judged.n)), `. ${learned(now)}`]
    : [learned(now)];
  return {
    head: ["Right for ", figure(right, "go"), ` of ${count(judged.n)} rows${now.unseen ? " it never saw." : " it learned from."}`],
    why: beside,
  };
}
