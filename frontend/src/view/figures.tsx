/** Numbers on screen: the weight of the type tells whether a text is the whole number; every digit is one hover or click away. */

import type { ComponentChildren } from "preact";
import { distinct, exact, isWhole, short } from "../numbers";
import type { Figure, Phrase } from "../words";

/** Class that tells exactness by its weight. */
export function weigh(text: string, x: number): string {
  return isWhole(text, x) ? "x" : "r";
}

export function Num({ x, text = short(x), tone = "" }: { x: number; text?: string; tone?: string }) {
  return (
    <data class={`${weigh(text, x)} ${tone && `t-${tone}`}`} value={exact(x)} data-value={exact(x)}>
      {text}
    </data>
  );
}

/** Sentences that stand together: two different numbers in them never share a text. */
export function written(...phrases: Phrase[]): ComponentChildren[] {
  const texts = textsOf(phrases);
  return phrases.map((phrase) => phrase.map((of) => wordOf(of, texts)));
}

/** The texts of all numbers of some phrases. */
export function textsOf(phrases: Phrase[]): Map<Figure, string> {
  const figures = phrases.flat().filter((of): of is Figure => typeof of === "object" && "value" in of);
  const brief = distinct(figures.map(({ value }) => value));
  return new Map(figures.map((of, i) => [of, of.all ? short(of.value, 17) : brief[i]]));
}

function wordOf(of: Phrase[number], texts: Map<Figure, string>): ComponentChildren {
  if (typeof of === "string") return of;
  if ("word" in of) return <b class={`t-${of.tone}`}>{of.word}</b>;
  return <Num x={of.value} text={texts.get(of)} tone={of.tone} />;
}
