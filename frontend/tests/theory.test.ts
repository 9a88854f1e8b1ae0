/** What alpha means for one example: limit 2/Σx², one step 1/Σx². What the page does not know Python says, or nobody. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { HUBER } from "../src/layout";
import { endingSentence, limitsOf, squares } from "../src/theory";
import { chain, node, sceneAround } from "./given";

function regimeOf(alpha: number, input = [1]): string | undefined {
  const recipe = node({ alpha, input, d: input.length, start: input.map(() => 0.5) });
  return limitsOf(recipe, sceneAround(recipe))?.regime;
}

test("the seed's limit is 2, one step 1, and each step leaves 0.9", () => {
  const limits = limitsOf(node(), sceneAround(node()));
  assert.deepEqual(limits, { limit: 2, oneStep: 1, factor: 0.9, regime: "converges" });
});

test("larger inputs have a smaller limit; a bias counts as an input of 1, what is frozen not at all", () => {
  const recipe = { d: 2, input: [3, 4], start: [0, 0, 0], bias: true };
  assert.equal(squares(node(recipe)), 26);
  assert.equal(squares(node({ ...recipe, frozen: [true, false, true] })), 16);
  assert.equal(limitsOf(node(recipe), sceneAround(node(recipe)))?.limit, 2 / 26);
});

test("regimes on both sides of one step and of the limit", () => {
  const told = [0.5, 1, 1.5, 2, 2.5, -0.1, 0].map((alpha) => regimeOf(alpha));
  assert.deepEqual(told, ["converges", "one step", "oscillates", "marginal", "diverges", "diverges", "frozen"]);
  assert.equal(regimeOf(0.25, [2]), "one step");
});

test("where a step's map is not that of one example, Python's limit is taken while data and rule are the same", () => {
  const recipe = node({ n: 2, input: [1, 2], goal: [1, 2] });
  const scene = sceneAround(recipe, {
    forecast: { ...sceneAround(recipe).forecast, limit: 0.5, factor: 0.75, regime: "converges" },
  });
  assert.deepEqual(limitsOf(recipe, scene), { limit: 0.5, oneStep: 0.25, factor: 0.75, regime: "converges" });
  const faster = limitsOf({ ...recipe, alpha: 0.6 }, scene);
  assert.deepEqual([faster?.regime, faster?.factor], ["diverges", NaN]);
  assert.equal(limitsOf({ ...recipe, input: [2, 2] }, scene), null);
  assert.equal(limitsOf({ ...recipe, rule: "adam" }, scene), null);
  assert.equal(limitsOf({ ...recipe, batch: 2 }, scene), null);
});

test("of a network or another loss nothing is worked out here", () => {
  for (const recipe of [chain("relu", 1), node({ loss: { code: HUBER, threshold: 1 } })])
    assert.equal(limitsOf(recipe, sceneAround(recipe)), null);
});

test("endings in a sentence", () => {
  const facts = { ending: "SETTLED", sentence: "", steps: 1000, last_step: 1000, settled_after: 317, cycle: null };
  assert.equal(endingSentence(facts), "Settled after 317 steps: no weight will ever change again.");
  assert.equal(endingSentence({ ...facts, settled_after: 0 }), "Settled from the start.");
  const cycling = { ...facts, ending: "CYCLING", cycle: [1200, 2] as [number, number] };
  assert.equal(endingSentence(cycling), "Cycling: from step 1,200 on the weights repeat every 2 steps.");
  assert.equal(endingSentence({ ...facts, ending: "DIVERGED" }), "Diverged: at step 999 a new weight is no longer finite.");
});
