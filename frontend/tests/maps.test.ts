/** What nodes compute over points of our own, beside answers by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../src/engine";
import { fieldOf, levelLine, mapPoints, over, scaleOf, smallPoints, spanOf } from "../src/maps";
import { core, node } from "./given";

const PLANE = node({ d: 2, n: 4, batch: 4, start: [2, -1], input: [0, 0, 0, 1, 1, 0, 1, 1], goal: [0, 1, 1, 0] });

test("an input's span has a quarter of room on both sides", () => {
  assert.deepEqual(spanOf(PLANE, 0), [-0.25, 1.25]);
  assert.deepEqual(spanOf(node({ input: [4] }), 0), [3, 5]);
  assert.deepEqual(spanOf(node({ input: [0] }), 0), [-1, 1]);
});

test("a map begins at its upper left, in the middle of a cell", () => {
  const points = mapPoints({ a: 0, b: 1, x: [0, 2], y: [0, 4], around: [0, 0] }, 2);
  assert.deepEqual(points.input, [0.5, 3, 1.5, 3, 0.5, 1, 1.5, 1]);
});

test("inputs that are not shown are as in the example", () => {
  const recipe = node({ d: 3, n: 2, batch: 1, start: [1, 1, 1], input: [0, 7, 0, 1, 8, 1], goal: [0, 0] });
  const points = mapPoints(fieldOf(recipe, 0, 2, 1), 2);
  assert.deepEqual(
    [1, 4, 7, 10].map((i) => points.input[i]),
    [8, 8, 8, 8],
  );
});

test("the core gives what the weights say at every point, whatever the run is set to", () => {
  const run = {
    ...PLANE,
    rule: "adam",
    rule_code: 5,
    settings: [0.9, 0.999, 1e-8],
    memories: 2,
    clocks: 2,
    first_memory: [0, 0],
    alphas: [0.1],
    batch: 1,
  };
  const points = smallPoints(PLANE);
  const engine = over(core, run, points.input);
  const values = engine.forward(new Engine(core, run).firstState());
  assert.equal(values.length, 24 * 24);
  values.forEach((value, p) => assert.equal(value, 2 * points.input[2 * p] - points.input[2 * p + 1]));
  assert.deepEqual(engine.predict(engine.firstState()), values);
});

test("hidden nodes stand before the outputs, point by point", () => {
  const layers = [
    { inputs: 2, outputs: 2, bias: false, activation: "relu", code: 1 },
    { inputs: 2, outputs: 1, bias: false, activation: "identity", code: 0 },
  ];
  const recipe = { ...PLANE, layers, start: [1, 0, 0, -1, 1, 10] };
  const values = over(core, recipe, [3, -2, -1, 5]).forward(new Float64Array(recipe.start));
  assert.deepEqual(Array.from(values), [3, 2, 23, 0, 0, 0]);
});

test("a level is crossed where it is, and nowhere on a flat map", () => {
  const side = 4;
  const across = Array.from({ length: side * side }, (_, p) => p % side);
  for (const [x0, , x1] of levelLine(across, side, 1.5)) assert.deepEqual([x0, x1], [0.5, 0.5]);
  assert.equal(levelLine(across, side, 1.5).length, 3);
  assert.deepEqual(
    levelLine(
      across.map(() => 1),
      side,
      1.5,
    ),
    [],
  );
  assert.deepEqual(levelLine(across, side, NaN), []);
});

test("scales: those of the activation, else what the values span", () => {
  assert.deepEqual(scaleOf(3, [0.1]), { low: -1, high: 1, middle: 0 });
  assert.deepEqual(scaleOf(0, [2, NaN, 6, Infinity]), { low: 2, high: 6, middle: 4 });
  assert.deepEqual(scaleOf(1, [5, 5]), { low: 4, high: 6, middle: NaN });
});
