/** The engine gives known numbers, bit for bit: the compiled core is called with the right structs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, freshCursor } from "../src/engine";
import { ADAM, HUBER, IDENTITY, RELU, TANH } from "../src/layout";
import { Memory } from "../src/memory";
import { bitsOf, chain, core, node } from "./given";

/** What the program that it began with prints. */
const PRINTED = [
  0.42000000000000004, 0.43800000000000006, 0.45420000000000005, 0.46878000000000003, 0.48190200000000005, 0.49371180000000003,
  0.50434062, 0.513906558, 0.5225159022, 0.53026431198,
];

function windowOf(recipe: ReturnType<typeof node>, rows: number) {
  const engine = new Engine(core, recipe);
  return engine.window(engine.firstState(), 0, rows);
}

test("the first ten new weights are the printed ones", () => {
  assert.deepEqual(Array.from(windowOf(node(), 10).new_weight), PRINTED);
});

test("every number of the first step", () => {
  const { weight, prediction, delta, weighted_delta, alpha_delta, mse, sum, example } = windowOf(node(), 1);
  const told = [weight, sum, prediction, delta, weighted_delta, alpha_delta, mse].map(([value]) => value);
  const delta0 = 0.4 - 0.6;
  assert.deepEqual(told, [0.4, 0.4, 0.4, delta0, delta0, 0.1 * delta0, delta0 * delta0]);
  assert.deepEqual(Array.from(example), [0n]);
});

test("317 steps lead to the last bits, five doubles short of 0.6", () => {
  const engine = new Engine(core, node());
  const state = engine.firstState();
  engine.walk(state, freshCursor(0), 316);
  assert.notEqual(state[0], 0.5999999999999994);
  engine.walk(state, freshCursor(316), 1);
  assert.equal(state[0], 0.5999999999999994);
  assert.equal(bitsOf(state[0]), "3fe333333333332e");
  assert.equal(bitsOf(0.6), "3fe3333333333333");
  engine.walk(state, freshCursor(317), 100_000);
  assert.equal(state[0], 0.5999999999999994);
});

test("a bias is the weight of an input of 1, and a frozen weight stays", () => {
  const both = windowOf(node({ bias: true, start: [0.5, 0.25], input: [2], goal: [0] }), 1);
  assert.deepEqual(Array.from(both.weighted_delta), [2.5, 1.25]);
  const frozen = windowOf(node({ bias: true, start: [0.5, 0.25], input: [2], goal: [0], frozen: [true, false] }), 1);
  assert.deepEqual(Array.from(frozen.new_weight), [0.5, 0.25 - 0.1 * 1.25]);
});

test("a schedule gives each step its alpha", () => {
  const { alpha_delta } = windowOf(node({ alphas: [0.5, 0.25], start: [0], goal: [1] }), 2);
  assert.deepEqual(Array.from(alpha_delta), [-0.5, -0.125]);
});

test("deltas come back through a network's weights, of before the step or of after it", () => {
  const both = windowOf(chain("relu", RELU), 1);
  assert.deepEqual(Array.from(both.sum), [2, 6]);
  assert.deepEqual(Array.from(both.prediction), [2, 6]);
  assert.deepEqual(Array.from(both.delta), [3, 1]);
  assert.deepEqual(Array.from(both.new_weight), [2 - 0.1 * 3, 3 - 0.1 * 2]);
  const sequential = windowOf(chain("relu", RELU, { sequential: true }), 1);
  assert.deepEqual(Array.from(sequential.delta), [3 - 0.1 * 2, 1]);
});

test("an activation's slope, and Huber's threshold", () => {
  const [hidden] = windowOf(chain("tanh", TANH, { start: [0, 3] }), 1).delta;
  assert.equal(hidden, -15); // (0 − 5) × 3 × slope 1 at 0
  const far = windowOf(chain("identity", IDENTITY, { loss: { code: HUBER, threshold: 0.25 } }), 1);
  assert.equal(far.delta[1], 0.25);
});

test("a batch is averaged or summed, and its examples are told", () => {
  const batch = { n: 2, batch: 2, start: [1], input: [1, 3], goal: [0, 0] };
  const mean = windowOf(node(batch), 1);
  assert.deepEqual(Array.from(mean.example), [0n, 1n]);
  assert.equal(mean.weighted_delta[0], 5);
  assert.equal(windowOf(node({ ...batch, sums: true }), 1).weighted_delta[0], 10);
  assert.equal(mean.mse[0], 5);
});

test("a short last batch leaves no numbers behind", () => {
  const { example, delta } = windowOf(node({ n: 3, batch: 2, input: [1, 1, 1], goal: [0, 0, 0] }), 2);
  assert.deepEqual(Array.from(example), [0n, 1n, 2n, -1n]);
  assert.ok(Number.isNaN(delta[3]));
});

test("what is above the floor is given back, what is below stays", () => {
  const memory = new Memory();
  memory.take(100);
  memory.keep();
  const at = memory.put([1, 2, 3]);
  memory.clear();
  assert.equal(memory.take(1_000_000), at);
  assert.ok(memory.bytes.byteLength > at + 1_000_000);
});

test("memory is given back: a window after many large ones is the same", () => {
  const engine = new Engine(core, node());
  const first = engine.window(engine.firstState(), 0, 3);
  for (let i = 0; i < 20; i++) engine.window(engine.firstState(), 0, 50_000);
  assert.deepEqual(engine.window(engine.firstState(), 0, 3), first);
});

test("mse, predictions and deltas of a state", () => {
  const engine = new Engine(core, node({ n: 2, input: [1, 2], goal: [1, 1] }));
  const state = Float64Array.of(2);
  assert.deepEqual(Array.from(engine.predict(state)), [2, 4]);
  assert.equal(engine.mse(state), 5);
  assert.deepEqual(Array.from(engine.deltas(state.slice(), 0, 1)), [1]);
});

test("a rule's memory begins as it says", () => {
  const momentum = { rule: "momentum", rule_code: 1, settings: [0.5], memories: 1, first_memory: [0] };
  const { new_weight } = windowOf(node({ ...momentum, start: [0], goal: [1], alpha: 0.25 }), 2);
  assert.deepEqual(Array.from(new_weight), [0.25, 0.25 + 0.25 * (0.5 + 0.75)]);
});

test("Adam's clocks begin at 1: the first step is alpha long, whatever the delta", () => {
  const adam = { rule: "adam", rule_code: ADAM, settings: [0.9, 0.999, 1e-8, 0, 1], memories: 2, clocks: 2, first_memory: [0, 0] };
  const [next] = windowOf(node(adam), 1).new_weight;
  assert.ok(Math.abs(next - 0.5) < 1e-6);
});

test("two epochs of a shuffled order whose seed has all 64 bits", () => {
  const data = { n: 5, input: [1, 2, 3, 4, 5], goal: [2, 1, 4, 3, 6], shuffled: true, seed: "11400714819323198485" };
  assert.deepEqual(Array.from(windowOf(node(data), 10).example, Number), [1, 2, 4, 0, 3, 0, 3, 4, 1, 2]);
});

test("a penalty, clipping and a weight's own alpha join the weighted delta on its way", () => {
  const recipe = node({ penalty: { l2: 0.5, l1: 0.25, bias: false }, clip: 0.125, factors: [0.5] });
  const { weighted_delta, alpha_delta, norm } = windowOf(recipe, 1);
  const delta = 0.4 - 0.6;
  const given = delta + (0.5 * 0.4 + 0.25);
  assert.deepEqual([weighted_delta[0], norm[0]], [delta, Math.sqrt(given * given)]);
  assert.equal(alpha_delta[0], 0.1 * 0.5 * (given * (0.125 / norm[0])));
});
