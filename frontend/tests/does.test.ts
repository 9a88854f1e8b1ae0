/** What is said of a hidden node: weights set by hand, so that what it must say is known. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RELU, TANH } from "../src/layout";
import { short } from "../src/numbers";
import type { Recipe } from "../src/scene";
import { brieflyDoes, doesOf, givenBy } from "../src/view/network/does";
import { spoken } from "../src/words";
import { core, node } from "./given";

/** One hidden layer of two nodes with biases over two inputs, and an output; XOR's examples. */
function corners(code: number, start: number[], more: Partial<Recipe> = {}): Recipe {
  const hidden = { inputs: 2, outputs: 2, bias: true, activation: "", code };
  const output = { inputs: 2, outputs: 1, bias: true, activation: "identity", code: 0 };
  const examples = { n: 4, d: 2, input: [0, 0, 0, 1, 1, 0, 1, 1], goal: [0, 1, 1, 0], input_names: ["0", "1"] };
  return node({ layers: [hidden, output], start, batch: 4, ...examples, ...more });
}

/** Without the blanks that keep a name in one line. */
const whole = (text: string): string => text.replaceAll("\u00a0", " ");

function told(recipe: Recipe, at: number): { plain: string; exactly: string; brief: string } {
  const state = Float64Array.from(recipe.start);
  const given = givenBy(core, recipe, state);
  const place = { layer: 0, node: at };
  const does = doesOf(recipe, given, state, place);
  assert.ok(does);
  const text = (phrase: typeof does.plain): string => whole(spoken(phrase, ({ value }) => short(value, 3)));
  return { plain: text(does.plain), exactly: text(does.exactly), brief: whole(brieflyDoes(recipe, given, place)) };
}

test("a node that is on for one corner alone, and what it does to the output", () => {
  const recipe = corners(TANH, [5, -5, -2.5, 5, 5, -2.5, 1.5, -2, 0]);
  const { plain, exactly, brief } = told(recipe, 0);
  assert.equal(brief, "on for (1, 0), off for the others");
  assert.equal(plain, "It is on (near 1) for (1, 0), and off (near −1) for the others. The higher it is, the higher the output.");
  assert.equal(exactly, "On: 0.987. Off: −1 to −0.987. Weight to it: 1.5.");
  assert.match(told(recipe, 1).plain, /^It is off .* for \(0, 0\), and on .* for the others\. .* the lower the output\.$/);
});

test("between its bounds it is high and low; a cut one is on and off where it cuts the others", () => {
  assert.equal(
    told(corners(TANH, [0.5, 0, 0, 0, 0, 0, 1, 1, 0]), 0).brief,
    "high for (1, 0) and (1, 1), low for (0, 0) and (0, 1)",
  );
  const cut = told(corners(RELU, [1, 1, -1, 1, 1, 0, 0, 1, 0]), 0);
  assert.equal(cut.brief, "on for (1, 1), off for the others");
  assert.equal(told(corners(RELU, [1, 1, -1, 1, 1, 0, 0, 1, 0]), 1).brief, "high for (1, 1), low for the others");
  assert.match(cut.plain, /off \(0\) for .*\. Nothing that follows hears of it/);
});

test("a node that tells no examples apart is told as that, and an output not at all", () => {
  const recipe = corners(TANH, [0.01, 0, 3, 0, 0, 0, 1, 1, 0]);
  assert.equal(told(recipe, 0).plain, "It hardly tells all 4 examples apart: it is on (near 1) for all of them.");
  const state = Float64Array.from(recipe.start);
  assert.equal(doesOf(recipe, givenBy(core, recipe, state), state, { layer: 1, node: 0 }), null);
  assert.equal(brieflyDoes(recipe, givenBy(core, recipe, state), { layer: 1, node: 0 }), "");
});

test("of many examples it is counted: by an input that parts them, by their goals, by what it goes up with", () => {
  const rows = Array.from({ length: 20 }, (_, i) => [i / 20, (i * 7) % 3]);
  const goal = rows.map(([x]) => Number(x > 0.42));
  const more = { n: 20, batch: 20, input: rows.flat(), goal, input_names: ["size", "age"] };
  const { plain, brief } = told(corners(TANH, [20, 0, -10, 0, 0, 0, -1, 1, 0], more), 0);
  assert.equal(brief, "high for 10 of 20 examples, low for 10 of 20 examples");
  assert.match(plain, /high for 10 of 20 examples, where size is above 0\.45 \(all of goal 1\)/);
  assert.match(plain, /low for 10 of 20 examples, where size is below 0\.5 \(9 of goal 0\)/);
  assert.match(plain, /It goes up with size\. The higher it is, the lower the output\.$/);
});

test("one that feeds a layer names its largest link, and a number that is none is not told", () => {
  const layer = (inputs: number, outputs: number) => ({ inputs, outputs, bias: false, activation: "tanh", code: TANH });
  const layers = [layer(1, 1), layer(1, 2), layer(2, 1)];
  const recipe = node({ layers, start: [2, 0.5, -3, 1, 1], n: 2, batch: 2, input: [-1, 1], goal: [0, 1] });
  const { plain } = told(recipe, 0);
  assert.match(plain, /for input 1, and .* for input −1\. The higher it is, the lower node 1 of layer 1, most of all\.$/);
  const state = Float64Array.of(NaN, 0.5, -3, 1, 1);
  assert.equal(doesOf(recipe, givenBy(core, recipe, state), state, { layer: 0, node: 0 }), null);
});
