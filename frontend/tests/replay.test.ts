/** A run in the page ends where it must, and any of its steps is found again to the bit. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, freshCursor } from "../src/engine";
import { TANH } from "../src/layout";
import { Replay } from "../src/replay";
import type { Recipe } from "../src/scene";
import { chain, core, node, sceneAround } from "./given";

/** The state after so many steps, gone straight through. */
function straight(recipe: Recipe, steps: number): Float64Array {
  const engine = new Engine(core, recipe);
  const state = engine.firstState();
  engine.walk(state, freshCursor(0), steps);
  return state;
}

test("the seed stalls at 0.5999999999999994 after 317 steps", () => {
  const { facts, ...replay } = Replay.run(core, node());
  assert.equal(facts.ending, "SETTLED");
  assert.equal(facts.settled_after, 317);
  assert.equal(facts.cycle, null);
  assert.ok(replay);
  const again = Replay.run(core, node());
  assert.equal(again.stateAt(316)[0], straight(node(), 316)[0]);
  assert.equal(again.stateAt(317)[0], 0.5999999999999994);
  assert.equal(again.at(316).new_weight[0], 0.5999999999999994);
});

test("asked for a billion steps it has them, and the last is the 318th", () => {
  const replay = Replay.run(core, node({ steps: 10 ** 9 }));
  assert.equal(replay.steps, 10 ** 9);
  assert.equal(replay.facts.settled_after, 317);
  const last = replay.at(10 ** 9 - 1);
  assert.deepEqual([last.step, last.weight[0], last.new_weight[0]], [10 ** 9 - 1, 0.5999999999999994, 0.5999999999999994]);
});

test("alpha twice the limit's half goes to and fro for ever", () => {
  const recipe = node({ start: [0], goal: [1], alpha: 2, steps: 1001 });
  const { facts, ...replay } = Replay.run(core, recipe);
  assert.ok(replay);
  assert.deepEqual([facts.ending, facts.cycle, facts.steps], ["CYCLING", [0, 2], 1001]);
  const found = Replay.run(core, recipe);
  assert.deepEqual([found.stateAt(999)[0], found.stateAt(1000)[0]], [2, 0]);
});

test("a cycle that is reached after some steps begins where the weight first comes back", () => {
  const weights = [0.4];
  while (weights.indexOf(weights[weights.length - 1]) === weights.length - 1) {
    const weight = weights[weights.length - 1];
    weights.push(weight - 1.5 * (weight - 0.6));
  }
  const first = weights.indexOf(weights[weights.length - 1]);
  assert.ok(first > 10);
  const { facts } = Replay.run(core, node({ alpha: 1.5 }));
  assert.deepEqual([facts.ending, facts.cycle], ["CYCLING", [first, weights.length - 1 - first]]);
});

test("one that doubles its miss leaves what a double can hold at step 1023", () => {
  const { facts } = Replay.run(core, node({ start: [0], goal: [1], alpha: 3 }));
  assert.deepEqual([facts.ending, facts.steps], ["DIVERGED", 1024]);
});

test("an error asked for ends the run", () => {
  // the miss is halved each step: 1, 1/2, 1/4; its square is below 0.1 before step 2
  const { facts } = Replay.run(core, node({ start: [0], goal: [1], alpha: 0.5, until_mse: 0.1 }));
  assert.deepEqual([facts.ending, facts.steps], ["MSE_REACHED", 2]);
});

test("steps used, and a schedule that ends", () => {
  assert.equal(Replay.run(core, node({ steps: 5 })).facts.ending, "STEPS_USED");
  assert.equal(Replay.run(core, node({ alphas: [0.5, 0.25, 0.1] })).steps, 3);
  assert.equal(Replay.run(core, node({ steps: 0 })).steps, 0);
});

test("any step of a run that kept more states than there is room for", () => {
  const recipe = node({ alpha: 1e-7, steps: 1_500_000 });
  const replay = Replay.run(core, recipe);
  for (const step of [1_499_999, 7, 1_234_567, 256, 1_048_577]) assert.deepEqual(replay.stateAt(step), straight(recipe, step));
});

test("any step of a momentum over shuffled batches", () => {
  const rule = { rule: "momentum", rule_code: 1, settings: [0.5], memories: 1, first_memory: [0] };
  const data = { n: 5, batch: 2, input: [1, 2, 3, 4, 5], goal: [2, 1, 4, 3, 6], shuffled: true, seed: "11400714819323198485" };
  const recipe = node({ ...rule, ...data, alpha: 0.01, steps: 900 });
  const replay = Replay.run(core, recipe);
  for (const step of [899, 300, 257, 0, 640]) assert.deepEqual(replay.stateAt(step), straight(recipe, step));
});

test("a scene's kept states are where the page goes on from", () => {
  const recipe = node({ alpha: 1e-3, steps: 1000 });
  const kept = [0, 500, 1000].flatMap((step) => Array.from(straight(recipe, step)));
  const states = btoa(String.fromCharCode(...new Uint8Array(Float64Array.from(kept).buffer)));
  const run = { ending: "STEPS_USED", sentence: "", steps: 1000, last_step: 1000, settled_after: null, cycle: null };
  const replay = Replay.ofScene(core, sceneAround(recipe, { run, checkpoints: { spacing: 500, states } }));
  for (const step of [0, 499, 500, 777, 1000]) assert.deepEqual(replay.stateAt(step), straight(recipe, step));
});

test("errors that are written down on the way are those of the steps, and its states are kept", () => {
  const data = { n: 3, d: 1, batch: 3, input: [1, -0.5, 0.25], goal: [0.5, 1, -1], steps: 5000 };
  for (const recipe of [
    chain("tanh", TANH, { ...data, alpha: 0.05 }),
    node({ ...data, alpha: 0.01, start: [3] }),
    node({ steps: 300 }),
  ]) {
    const replay = Replay.run(core, recipe);
    const made = replay.facts.last_step;
    const { mse } = new Engine(core, recipe).window(straight(recipe, 0), 0, made);
    assert.deepEqual(Float64Array.from(replay.mses(0, made)), mse);
    assert.deepEqual(Float64Array.from(replay.mses(made - 40, 20)), mse.slice(made - 40, made - 20));
    for (const step of [1, 63, 64, 65, made - 1]) assert.deepEqual(replay.stateAt(step), straight(recipe, step));
  }
});

test("with 4,801 weights any of 10,000 steps is at most 16 from a kept one", () => {
  const d = 4801;
  const [input, start] = [Array.from({ length: d }, (_, i) => Math.cos(i) / 100), Array.from({ length: d }, () => 0)];
  const replay = Replay.run(core, node({ d, input, start, input_names: input.map(String), alpha: 1e-6, steps: 10_000 }));
  const { engine } = replay;
  const walk = engine.walk.bind(engine);
  let gone = 0;
  engine.walk = (state, cursor, steps, given) => {
    gone += steps;
    return walk(state, cursor, steps, given);
  };
  for (const step of [63, 1055, 5055, 9983]) {
    const before = gone;
    replay.stateAt(step);
    assert.ok(gone - before <= 16, `${gone - before} steps to step ${step}`);
  }
});
