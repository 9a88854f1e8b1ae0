/** What the run that is on screen does, in a sentence, and why in another: the table's words over what is known of it. */

import { count } from "./numbers";
import type { Replay } from "./replay";
import type { Facts } from "./told/facts";
import { say } from "./told/say";
import type { Phrase } from "./words";

export interface Story {
  head: Phrase;
  why: Phrase;
}

export function storyOf(facts: Facts): Story {
  return { head: say("head", facts), why: [...say("why", facts), further(facts.replay)] };
}

/** A page goes so far; Python goes on. */
function further({ facts, recipe }: Replay): string {
  if (facts.ending !== "STEPS_USED" || recipe.alphas || facts.steps >= (recipe.steps ?? Infinity)) return "";
  if (recipe.steps === null && facts.sentence) return "";
  return ` The page goes no further by itself: Python goes ${recipe.steps ? `all ${count(recipe.steps)}` : "on"}.`;
}
