/** Sentences as parts, so that a number in them can be looked at. What they say, and when, stands in the table of words. */

import { count } from "./numbers";

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
export function share(value: number): string | Figure {
  return NAMED.find(([known]) => Math.abs(known - value) < SAME)?.[1] ?? figure(value);
}

/** A phrase as plain text, numbers as `write` tells them. */
export function spoken(phrase: Phrase, write: (of: Figure) => string): string {
  return phrase.map((of) => (typeof of === "string" ? of : "word" in of ? of.word : write(of))).join("");
}

/** Sentences that follow each other, also where one of them says nothing. */
export function oneLine(text: string): string {
  return text.replace(/ +/g, " ").trim();
}

export function steps(many: number): string {
  return `${count(many)} step${many === 1 ? "" : "s"}`;
}
