/** What is told of a run: each way to end has its sentence, and its numbers are the core's. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { exact } from "../src/numbers";
import { Replay } from "../src/replay";
import type { Recipe } from "../src/scene";
import { storyOf } from "../src/story";
import { Facts } from "../src/told/facts";
import { spoken } from "../src/words";
import { core, node, sceneAround } from "./given";

function told(more: Partial<Recipe> = {}): [string, string] {
  const recipe = node({ steps: 325, ...more });
  const { head, why } = storyOf(new Facts(Replay.run(core, recipe), sceneAround(recipe)));
  const write = ({ value }: { value: number }): string => exact(value);
  return [spoken(head, write), spoken(why, write)];
}

test("the seed stops short, and why", () => {
  assert.deepEqual(told(), [
    "It stops at 0.5999999999999994 and stays there.",
    "The goal is 0.6. Each step makes up a tenth of what is missing; " +
      "from step 317 on the correction is too small to change the weight.",
  ]);
});

test("alpha under the hand: each fate has its sentence", () => {
  assert.match(told({ alpha: 1 })[0], /^It reaches the goal exactly after 1 step\.$/);
  assert.match(told({ alpha: 1 })[1], /One step makes up all that is missing\./);
  assert.match(told({ alpha: 0.01 })[0], /^It is still on its way: 0\.00\d+ left after 325 steps\.$/);
  assert.match(told({ alpha: 2, goal: [1], start: [0] })[0], /^It goes to and fro between 0\.0 and 2\.0 for ever\.$/);
  assert.equal(told({ alpha: 2.05 })[0], "At alpha 2.05 it diverges: every step lands farther from the goal.");
  assert.match(told({ alpha: 2.5, steps: null })[1], /An alpha below 2\.0 holds\. At step \d,?\d+ a number is no longer finite\.$/);
  assert.match(told({ alpha: -0.1 })[1], /^Below 0 each step goes away from the goal\./);
  assert.equal(told({ alpha: 0 })[0], "Nothing moves: the weight stays at 0.4.");
  assert.match(told({ input: [0] })[1], /Its input is 0/);
});

test("of several examples it tells how far off they are", () => {
  const many = { n: 2, batch: 2, input: [1, 1], goal: [1, 3], start: [0] };
  assert.equal(told({ ...many, alpha: 0.1, steps: 3 })[0], "After 3 steps every prediction is within 2.458 of its goal.");
  assert.match(told({ ...many, alpha: 3, steps: 30 })[0], /^At alpha 3\.0 it diverges: the error grows without end\.$/);
  assert.match(told({ ...many, alpha: 1 })[0], /^It settles after 1 step, off by about 1\.0\.$/);
  assert.equal(told({ steps: 0 })[0], "No step was made.");
});
