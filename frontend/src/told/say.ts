/** What a section of the table of words says of some facts: a sentence in parts, so that a number in it can be looked at. */

import { count, exact, general } from "../numbers";
import { figure, type Phrase, share, steps, type Tone } from "../words";
import type { Facts } from "./facts";
import type { NETWORK } from "./network/words";
import { TABLE } from "./table";

export type Section = keyof typeof TABLE | keyof typeof NETWORK;

/** A fact written in a sentence, a section's sentence, or words in a colour. */
export type Part =
  | string
  | { word: string; tone: Tone }
  | { section: string; goesOn?: boolean }
  | { fact: keyof Facts; how?: keyof typeof HOW; tone?: Tone };

export type Row<F = Facts> = [when: (facts: F) => boolean, say: Part[]];

/** Rows of each section: of the table, and of screens whose words join it. */
const sections: Record<string, Row[]> = { ...TABLE };

/** Words over facts of their own: whoever asks for one of these sections gives such facts. */
export function join<F extends Facts>(words: Record<string, Row<F>[]>): void {
  Object.assign(sections, words);
}

/** The sentence of the first condition that holds. */
export function say(section: Section, facts: Facts): Phrase {
  const row = sections[section]?.find(([when]) => when(facts));
  return row ? row[1].flatMap((of) => told(of, facts)) : [];
}

function told(of: Part, facts: Facts): Phrase {
  if (typeof of === "string" || "word" in of) return [of];
  if ("fact" in of)
    return [HOW[of.how ?? "read"]((DERIVED.has(of.fact) ? settled(facts[of.fact]) : facts[of.fact]) as never, of.tone)];
  const said = say(of.section as Section, facts);
  return of.goesOn ? goingOn(said) : said;
}

/** Facts that rest on singular values, which are known to about so many digits. */
const DERIVED = new Set<keyof Facts>(["gain", "limit", "rms_least", "least_mse", "condition", "turns"]);
const SURE = 12;

/** A number without its last digits, which depend on who worked it out: a half is then a half for all. */
function settled(value: unknown): number {
  return Number((value as number).toPrecision(SURE));
}

/** A phrase whose last sentence goes on. */
function goingOn(phrase: Phrase): Phrase {
  const last = phrase[phrase.length - 1];
  return typeof last === "string" && last.endsWith(".") ? [...phrase.slice(0, -1), `${last.slice(0, -1)}; `] : [...phrase, " "];
}

/** How a fact is written, by the name that the table has for it. */
const HOW = {
  read: (value: number, tone?: Tone) => figure(value, tone),
  all: (value: number, tone?: Tone) => figure(value, tone, true),
  part: (value: number) => share(value),
  steps,
  count,
  g6: (value: number) => general(value, 6),
  g4: (value: number) => general(value, 4),
  g3: (value: number) => general(value, 3),
  near,
  weights,
  word: (text: string) => text,
};

/** Six digits; as 1 ± something where it is so near 1 that they would not show it. */
function near(value: number): string {
  const apart = Math.abs(1 - value);
  return apart > 0 && apart < 1e-4 ? `(1 ${value < 1 ? "−" : "+"} ${general(apart, 3)})` : general(settled(value), 6);
}

function weights(values: number | number[]): string {
  if (typeof values === "number") return exact(values);
  const more = values.length > 4 ? `, … ${count(values.length - 4)} more` : "";
  return `[${values.slice(0, 4).map(exact).join(", ")}${more}]`;
}
