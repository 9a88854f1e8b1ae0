/** What joins the weighted deltas on their way to the rule, in a sentence or two; nothing where nothing does. */

import { useContext } from "preact/hooks";
import { isBare } from "../../layers";
import type { Model } from "../../model";
import { figure, type Phrase } from "../../words";
import { written } from "../figures";
import { Current } from "./context";

export function JoinedWords() {
  const model = useContext(Current);
  if (isBare(model.replay.value.recipe)) return null;
  const phrases = [ofPenalty(model), ofClipping(model), ofFactors(model)].filter((phrase) => phrase.length);
  return <p class="line">{written(phrases.flatMap((phrase) => [...phrase, " "]))[0]}</p>;
}

function ofPenalty({ replay }: Model): Phrase {
  const { l2, l1, bias } = replay.value.recipe.penalty;
  const square: Phrase = l2 ? [figure(l2), " × weight"] : [];
  const size: Phrase = l1 ? [figure(l1), " × its sign"] : [];
  if (!l2 && !l1) return [];
  const both: Phrase = l2 && l1 ? [...square, " + ", ...size] : [...square, ...size];
  return ["The penalty adds ", ...both, ` to each weighted delta${bias ? "" : ", biases left alone"}.`];
}

function ofClipping({ replay, now }: Model): Phrase {
  const { clip } = replay.value.recipe;
  if (clip < 0) return [];
  const long: Phrase = ["All weighted deltas together are ", figure(now.value.norm, "fix"), " long: "];
  return now.value.norm > clip
    ? [...long, "they are shortened to ", figure(clip), "."]
    : [...long, "no more than clip, ", figure(clip), "."];
}

function ofFactors({ replay }: Model): Phrase {
  return replay.value.recipe.factors ? ["Each weight has an alpha of its own."] : [];
}
