/** What alpha does, in sentences that need no calculus; and sentences as parts, so that a number in them can be looked at. */

import { count } from "./numbers";
import type { Limits } from "./theory";

export type Tone = "" | "go" | "fix" | "w" | "goal";

/** A number in a sentence; `all`: with every digit. */
export interface Figure {
  value: number;
  tone: Tone;
  all?: boolean;
}

/** A word in the colour of what it speaks of. */
export interface Word {
  word: string;
  tone: Tone;
}

export type Phrase = (string | Figure | Word)[];

export function figure(value: number, tone: Tone = "", all = false): Figure {
  return { value, tone, all };
}

/** Parts of what is missing that have a name. */
const NAMED: [number, string][] = [
  [0.5, "half"],
  [1 / 3, "a third"],
  [0.25, "a quarter"],
  [0.2, "a fifth"],
  [0.1, "a tenth"],
  [0.01, "a hundredth"],
  [0.001, "a thousandth"],
  [0.75, "three quarters"],
  [2 / 3, "two thirds"],
];
const SAME = 1e-12;

/** "a tenth" where a part has a name, else its number. */
function part(value: number): string | Figure {
  return NAMED.find(([known]) => Math.abs(known - value) < SAME)?.[1] ?? figure(value);
}

/** What a step does to what is missing; nothing where nobody foretold it. */
export function stepWords({ regime, factor, several }: Limits, alpha: number): Phrase {
  if (regime === "frozen") return ["Nothing moves."];
  if (regime === "one step") return ["One step makes up all that is missing."];
  if (regime === "marginal") return ["Each step lands as far off on the other side."];
  if (regime === "diverges" && alpha < 0) return ["Below 0 each step goes away from the goal."];
  if (Number.isNaN(factor)) return [];
  if (regime === "diverges")
    return ["Each step overshoots and ends ", figure(Math.abs(factor)), " times as far off on the other side."];
  if (factor < 0) return ["Each step overshoots and leaves ", figure(-factor), " of what was missing, on the other side."];
  if (factor === 0.5 && !several) return ["Each step halves what is missing."];
  return [`Each step makes up ${several ? "at least " : ""}`, part(1 - factor), " of what is missing."];
}

/** What alpha does in a word or two, with its colour. */
export function fateOf({ regime }: Limits): Word {
  const tone = regime === "diverges" ? "fix" : regime === "frozen" || regime === "marginal" ? "" : "go";
  return { word: FATES[regime] ?? regime, tone };
}

const FATES: Record<string, string> = {
  "one step": "converges in one step",
  oscillates: "oscillates, then converges",
  marginal: "marginal",
  frozen: "does not move",
  stable: "below its limit",
};

/** A phrase as plain text, numbers as `write` tells them. */
export function spoken(phrase: Phrase, write: (of: Figure) => string): string {
  return phrase.map((of) => (typeof of === "string" ? of : "word" in of ? of.word : write(of))).join("");
}

export function steps(many: number): string {
  return `${count(many)} step${many === 1 ? "" : "s"}`;
}
