/** Where the numbers of layers and nodes stand, and what is asked of the problem and never of the way it was written. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  firstWeight,
  hasOneWeight,
  inputName,
  isLinear,
  nodeName,
  numbersOf,
  offsets,
  weightCount,
  weightName,
} from "../src/layers";
import { HUBER, IDENTITY, TANH } from "../src/layout";
import { Replay } from "../src/replay";
import type { Layer } from "../src/scene";
import { chain, core, node } from "./given";

const LAYERS: Layer[] = [
  { inputs: 2, outputs: 3, bias: true, activation: "tanh", code: TANH },
  { inputs: 3, outputs: 1, bias: true, activation: "identity", code: IDENTITY },
];

function network() {
  const start = Array.from({ length: 13 }, (_, i) => (i + 1) / 10);
  return node({ layers: LAYERS, d: 2, start, input: [1, -1], input_names: ["wide", "high"], steps: 3 });
}

test("linear is one layer without an activation, and squares", () => {
  const linear = [node(), node({ k: 2, bias: true }), chain("tanh", TANH), node({ loss: { code: HUBER, threshold: 1 } })].map(
    isLinear,
  );
  assert.deepEqual(linear, [true, true, false, false]);
  assert.equal(hasOneWeight(node({ d: 0, bias: true })), false);
  assert.deepEqual([node(), node({ bias: true }), node({ d: 2 }), node({ k: 2 })].map(hasOneWeight), [true, false, false, false]);
});

test("blocks of weights stand one after another, nodes too", () => {
  const recipe = network();
  assert.equal(weightCount(recipe), 13);
  assert.deepEqual(offsets(recipe), [
    { node: 0, weight: 0 },
    { node: 3, weight: 9 },
  ]);
  assert.equal(firstWeight(recipe, { layer: 0, node: 2 }), 6);
});

test("numbers of a node are those of its own arithmetic", () => {
  const recipe = network();
  const step = Replay.run(core, recipe).at(0);
  const hidden = [0, 1, 2].map((j) => numbersOf(recipe, step, { layer: 0, node: j }, 0));
  const output = numbersOf(recipe, step, { layer: 1, node: 0 }, 0);
  assert.deepEqual(hidden[1].weight, [0.4, 0.5, 0.6]);
  assert.deepEqual(hidden[1].input, [1, -1, 1]);
  assert.ok(Math.abs(hidden[1].sum - 0.5) < 1e-12);
  assert.deepEqual(output.input, [...hidden.map(({ prediction }) => prediction), 1]);
  assert.deepEqual([hidden[1].fed, output.fed], [1, 0]);
  assert.ok(Math.abs(hidden[2].delta - output.delta * 1.2 * (1 - hidden[2].prediction ** 2)) < 1e-12);
});

test("names of nodes, inputs and weights", () => {
  const recipe = network();
  assert.deepEqual(
    [0, 1, 2].map((i) => inputName(recipe, 0, i)),
    ["wide", "high", "bias"],
  );
  assert.equal(inputName(recipe, 1, 0), "from node 0");
  assert.equal(nodeName(recipe, { layer: 1, node: 0 }), "layer 1, node 0");
  assert.equal(weightName(recipe, 4), "layer 0, node 1, high");
  assert.equal(weightName(recipe, 12), "layer 1, node 0, bias");
  assert.equal(weightName(node(), 0), "");
});
