/** What is said of a hidden node: weights set by hand, so that what it must say is known. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CROSS_ENTROPY, RELU, SOFTMAX, TANH } from "../src/layout";
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

function silent(recipe: Recipe, place = { layer: 0, node: 0 }): void {
  const state = Float64Array.from(recipe.start);
  const given = givenBy(core, recipe, state);
  assert.equal(doesOf(recipe, given, state, place), null);
  assert.equal(brieflyDoes(recipe, given, place), "");
}

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
  assert.equal(told(recipe, 0).plain, "It gives nearly the same for all 4 examples: it is on (near 1).");
  assert.equal(told(recipe, 0).brief, "nearly the same for all 4 examples");
  silent(recipe, { layer: 1, node: 0 });
});

test("one example is told apart from none", () => {
  silent(corners(TANH, [5, -5, -2.5, 5, 5, -2.5, 1.5, -2, 0], { n: 1, batch: 1, input: [0, 1], goal: [1] }));
});

test("of many examples some are looked at, and it is said of how many; of too few of them nothing is said", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [i / 1000, 0]);
  const more = { n: 1000, batch: 1, input: rows.flat(), goal: rows.map(([x]) => Number(x > 0.4475)) };
  const { plain, brief } = told(corners(TANH, [20, 0, -8.95, 0, 0, 0, 1, 1, 0], more), 0);
  assert.equal(brief, "low for 90 of 200 examples looked at (of 1,000), high for 110 of 200 examples looked at (of 1,000)");
  assert.match(
    plain,
    /^It is low for 90 of 200 examples looked at \(of 1,000\), where input 0 is below 0\.45 \(all have goal 0\), and/,
  );
  const still = told(corners(TANH, [20, 0, -8.95, 0, 0, 0, 1, 1, 0], more), 1);
  assert.equal(still.brief, "nearly the same for all 200 examples looked at (of 1,000)");

  const wide = (d: number) =>
    corners(
      TANH,
      Array.from({ length: 2 * d + 5 }, (_, i) => Math.sin(i) / 100),
      {
        layers: [
          { inputs: d, outputs: 2, bias: true, activation: "tanh", code: TANH },
          { inputs: 2, outputs: 1, bias: true, activation: "identity", code: 0 },
        ],
        ...{ n: 9, batch: 1, d, input: Array.from({ length: 9 * d }, (_, i) => Math.sin(i * i)), goal: new Array(9).fill(0) },
        input_names: Array.from({ length: d }, (_, i) => `${i}`),
      },
    );
  silent(wide(70_000)); // of 140,005 weights 7 of 9 examples may be looked at
  assert.match(told(wide(60_000), 0).brief, /of 8 examples looked at \(of 9\)/);
});

test("an example is named by its inputs where they are short, else by its number, and that as an example", () => {
  const start = [5, 5, -2.5, 5, 5, -7.5, 1.5, -2, 0];
  const long = { input: [0.25, 0.75, 0, 0.125, 1, 0.25, 0.75, 0.625] };
  assert.equal(told(corners(TANH, start, long), 0).brief, "off for example 1, on for the others");
  assert.equal(
    told(corners(TANH, [0, 5, -2.5, ...start.slice(3)], long), 0).brief,
    "high for examples 0 and 3, low for examples 1 and 2",
  );
  const layer = (inputs: number) => ({ inputs, outputs: 1, bias: false, activation: "tanh", code: TANH });
  const of = (d: number, input: number[]) =>
    told(
      node({
        layers: [layer(d), layer(1)],
        start: [...new Array(d).fill(1), 1],
        n: input.length / d,
        batch: 1,
        d,
        input,
        goal: [0, 0, 0],
      }),
      0,
    );
  assert.equal(of(1, [3, -3, 3]).brief, "off for input −3, on for the others");
  assert.equal(of(1, [3, -0.000123456, 3]).brief, "low for example 1, on for the others");
  assert.equal(of(3, [1, 1, 1, 1, 1, 1, -1, -1, -1]).brief, "off for example 2, on for the others");
});

test("of many examples it is counted: by an input that parts them, by their goals, by what it goes up with", () => {
  const rows = Array.from({ length: 20 }, (_, i) => [i / 20, (i * 7) % 3]);
  const goal = rows.map(([x]) => Number(x > 0.42));
  const more = { n: 20, batch: 20, input: rows.flat(), goal, input_names: ["size", "age"] };
  const { plain, brief } = told(corners(TANH, [20, 0, -10, 0, 0, 0, -1, 1, 0], more), 0);
  assert.equal(brief, "high for 10 of 20 examples, low for 10 of 20 examples");
  assert.match(plain, /high for 10 of 20 examples, where size is above 0\.45 \(all have goal 1\)/);
  assert.match(plain, /low for 10 of 20 examples, where size is below 0\.5 \(9 have goal 0\)/);
  assert.match(plain, /It goes up with size\. The higher it is, the lower the output\.$/);
});

test("of several outputs the one that its largest weight leads to is named, and goals that are classes", () => {
  const rows = Array.from({ length: 12 }, (_, i) => [i / 12, 0]);
  const output = { inputs: 2, outputs: 2, bias: true, activation: "softmax", code: SOFTMAX };
  const hidden = { inputs: 2, outputs: 2, bias: true, activation: "tanh", code: TANH };
  const goal = rows.flatMap(([x]) => (x > 0.46 ? [0.1, 0.9] : [0.9, 0.1]));
  const more = { n: 12, k: 2, batch: 1, input: rows.flat(), goal, loss: { code: CROSS_ENTROPY, threshold: 1 } };
  const start = [20, 0, -10, 0, 0, 0, -3, 1, 0, 2, 1, 0];
  const of = (goal_names: string[]) => told(corners(TANH, start, { ...more, layers: [hidden, output], goal_names }), 0).plain;
  assert.match(of(["red", "blue"]), /is below 0\.5 \(all have goal red\)/);
  assert.match(of(["red", "blue"]), /Of all that it feeds, it moves red most: the higher it is, the lower that one\.$/);
  assert.match(of(["0", "1"]), /it moves output 0 most/);
});

test("one that feeds a layer names its largest link, and a number that is none is not told", () => {
  const layer = (inputs: number, outputs: number) => ({ inputs, outputs, bias: false, activation: "tanh", code: TANH });
  const layers = [layer(1, 1), layer(1, 2), layer(2, 1)];
  const recipe = node({ layers, start: [2, 0.5, -3, 1, 1], n: 2, batch: 2, input: [-1, 1], goal: [0, 1] });
  const { plain } = told(recipe, 0);
  assert.match(plain, /for input 1, and .* for input −1\. Of all that it feeds, it moves node 1 of layer 1 most: /);
  assert.match(plain, / most: the higher it is, the lower that one\.$/);
  silent({ ...recipe, start: [NaN, 0.5, -3, 1, 1] });
});
