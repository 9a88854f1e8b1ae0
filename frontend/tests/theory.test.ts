/** What alpha means for one example: limit 2/Σx², one step 1/Σx². What the page does not know Python says, or nobody. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../src/engine";
import { HUBER } from "../src/layout";
import type { Recipe, Scene } from "../src/scene";
import { type Limits, limitsOf as limitsBy, movable } from "../src/theory";
import { chain, core, node, sceneAround } from "./given";

function limitsOf(recipe: Recipe, scene: Scene): Limits | null {
  return limitsBy(new Engine(core, recipe), recipe, scene);
}

function regimeOf(alpha: number, input = [1]): string | undefined {
  const recipe = node({ alpha, input, d: input.length, start: input.map(() => 0.5) });
  return limitsOf(recipe, sceneAround(recipe))?.regime;
}

test("the seed's limit is 2, one step 1, and each step leaves 0.9", () => {
  const limits = limitsOf(node(), sceneAround(node()));
  const how = { gain: 0.1, comesBack: 0, several: false, live: true };
  assert.deepEqual(limits, { limit: 2, turn: 1, factor: 0.9, regime: "converges", ...how });
});

test("larger inputs have a smaller limit; a bias counts as an input of 1, what is frozen not at all", () => {
  const recipe = { d: 2, input: [3, 4], start: [0, 0, 0], bias: true };
  assert.deepEqual(movable(node(recipe)), [3, 4, 1]);
  assert.deepEqual(movable(node({ ...recipe, frozen: [true, false, true] })), [4]);
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
  const how = { gain: 0.25, comesBack: 0, several: true, live: false };
  assert.deepEqual(limitsOf(recipe, scene), { limit: 0.5, turn: NaN, factor: 0.75, regime: "converges", ...how });
  const faster = limitsOf({ ...recipe, alpha: 0.6 }, scene);
  assert.deepEqual([faster?.regime, faster?.factor], ["diverges", NaN]);
  assert.equal(limitsOf({ ...recipe, input: [2, 2] }, scene), null);
  assert.equal(limitsOf({ ...recipe, rule: "adam" }, scene), null);
  assert.equal(limitsOf({ ...recipe, shuffled: true, batch: 1, input: [1, 3] }, scene), null);
});

test("of a network or another loss nothing is worked out here", () => {
  for (const recipe of [chain("relu", 1), node({ loss: { code: HUBER, threshold: 1 } })])
    assert.equal(limitsOf(recipe, sceneAround(recipe)), null);
});

test("of examples taken together the curvatures of the inputs at hand tell where it turns, whatever alpha is", () => {
  const recipe = node({ n: 2, batch: 2, d: 2, start: [0, 0], input: [4, 0, 0, 2], goal: [1, 2] });
  const told = [0.05, 0.2, 0.25, 0.3].map((alpha) => limitsOf({ ...recipe, alpha }, sceneAround(recipe)));
  const near = told.map((limits) => [limits?.regime, Number(limits?.factor.toFixed(12))]);
  assert.deepEqual(near, [
    ["converges", 0.9],
    ["oscillates", -0.6],
    ["marginal", -1],
    ["diverges", -1.4],
  ]);
  assert.deepEqual([told[0]?.limit, told[0]?.turn, told[0]?.several], [0.25, 0.2, true]);
  assert.equal(limitsOf({ ...recipe, sums: true }, sceneAround(recipe))?.limit, 0.125);
});

test("one example is told without rounding: 0.2 × 5 is a little more than 1", () => {
  assert.equal(regimeOf(0.2, [1, 2]), "oscillates");
  assert.equal(regimeOf(0.4, [1, 2]), "diverges");
  assert.equal(regimeOf(0.25, [2, 2]), "marginal");
});
