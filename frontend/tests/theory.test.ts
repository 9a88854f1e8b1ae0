/** What alpha means for one example: limit 2/Σx², one step 1/Σx². What the page does not know Python says, or nobody. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { HUBER } from "../src/layout";
import { limitsOf, squares } from "../src/theory";
import { chain, node, sceneAround } from "./given";

function regimeOf(alpha: number, input = [1]): string | undefined {
  const recipe = node({ alpha, input, d: input.length, start: input.map(() => 0.5) });
  return limitsOf(recipe, sceneAround(recipe))?.regime;
}

test("the seed's limit is 2, one step 1, and each step leaves 0.9", () => {
  const limits = limitsOf(node(), sceneAround(node()));
  assert.deepEqual(limits, { limit: 2, turn: 1, factor: 0.9, regime: "converges", several: false });
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
  assert.deepEqual(limitsOf(recipe, scene), { limit: 0.5, turn: NaN, factor: 0.75, regime: "converges", several: true });
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

test("of examples taken together the curvatures tell where it turns, whatever alpha is", () => {
  const recipe = node({ n: 2, batch: 2, input: [1, 3], goal: [1, 2] });
  const scene = sceneAround(recipe, { forecast: { ...sceneAround(recipe).forecast, curvatures: [8, 2] } });
  const told = [0.05, 0.2, 0.25, 0.3].map((alpha) => limitsOf({ ...recipe, alpha }, scene));
  assert.deepEqual(
    told.map((limits) => [limits?.regime, limits?.factor]),
    [
      ["converges", 0.9],
      ["oscillates", 1 - 0.2 * 8],
      ["marginal", -1],
      ["diverges", 1 - 0.3 * 8],
    ],
  );
  assert.deepEqual([told[0]?.limit, told[0]?.turn, told[0]?.several], [0.25, 0.2, true]);
});
