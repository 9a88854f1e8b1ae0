/** Runs on standard input, a line each: one that is shown, and what is changed of it under the hand. What is said of the run that
 * this makes is a line of the answer: see tests/laws/test_words.py. */

import { createInterface } from "node:readline";
import { exact as exactly, short } from "../src/numbers";
import { Replay } from "../src/replay";
import type { Recipe, Scene } from "../src/scene";
import { screens } from "../src/screens";
import { Facts } from "../src/told/facts";
import "../src/told/network/screen";
import { type Section, say } from "../src/told/say";
import { nearStart } from "../src/view/network/near";
import { oneLine, type Phrase, spoken } from "../src/words";
import { core } from "./given";

screens.network = { near: nearStart } as typeof screens.network; // its pictures are of no use here

for await (const line of createInterface({ input: process.stdin })) {
  const { scene, recipe } = JSON.parse(line) as { scene: Scene; recipe: Partial<Recipe> };
  const changed = { ...scene.recipe, ...recipe };
  const facts = new Facts(Replay.run(core, changed), scene);
  const text = (phrase: Phrase): string => oneLine(spoken(phrase, (of) => (of.all ? exactly(of.value) : short(of.value))));
  const told = (section: Section): string => text(say(section, facts));
  const words: Record<string, string | null> = { head: told("head"), why: told("why"), step: told("step"), fate: told("fate") };
  if (scene.recipe.layers.length > 1) {
    words.network = facts.is_near_told ? told("foretold of a network") : null;
    words.judged = text(screens.judged?.verdict(facts, true) ?? []);
  }
  const live = { forecast: facts.limits?.live ? told("forecast") : null, verdict: facts.is_judged ? told("verdict") : null };
  console.log(JSON.stringify({ ...words, ...live, regime: facts.regime, ending: facts.ending, steps: facts.steps }));
}
