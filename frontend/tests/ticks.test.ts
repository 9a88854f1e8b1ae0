/** Marks of an axis: few, round, and within it; powers of ten where they are far apart. And the bar of alpha. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { barOf, isFine, triesOf, whyLimit } from "../src/alpha_bar";
import { Replay } from "../src/replay";
import { limitsOf } from "../src/theory";
import { evenTicks, powerTicks } from "../src/ticks";
import { Facts } from "../src/told/facts";
import { say } from "../src/told/say";
import { spoken } from "../src/words";
import { core, node, sceneAround } from "./given";

test("even ticks are round and within", () => {
  assert.deepEqual(evenTicks(0, 324, 4), [0, 100, 200, 300]);
  assert.deepEqual(evenTicks(0.34, 0.86, 6), [0.4, 0.5, 0.6, 0.7, 0.8]);
  assert.deepEqual(evenTicks(0, 0.0676, 4), [0, 0.02, 0.04, 0.06]);
  assert.deepEqual([evenTicks(2, 2), evenTicks(0, Infinity)], [[2], [0]]);
});

test("ticks of powers", () => {
  assert.deepEqual(powerTicks(3e-31, 0.04), [1e-30, 1e-20, 1e-10]);
  assert.deepEqual(powerTicks(0.5, 2000), [1, 10, 100, 1000]);
  assert.deepEqual(powerTicks(2, 5), [2, 3, 4, 5]);
});

const SEED = { limit: 2, turn: 1, factor: 0.9, gain: 0.1, comesBack: 0, regime: "converges", several: false, live: true };

test("zones of the bar end where alpha turns, and where it no longer holds", () => {
  const { end, zones, ticks } = barOf(SEED, 0.1, false);
  assert.equal(end, 2.5);
  assert.deepEqual(
    zones.map(({ to, fate }) => [to, fate]),
    [
      [1, "converges"],
      [2, "oscillates"],
      [Infinity, "diverges"],
    ],
  );
  assert.deepEqual(
    ticks.map(({ at }) => at),
    [1, 2],
  );
  assert.deepEqual(barOf(null, 0.1, false).end, 0.4);
  assert.deepEqual([isFine(SEED, 0.001), isFine(SEED, 0.1), barOf(SEED, 0.001, true).end], [true, false, 0.02]);
  assert.deepEqual(triesOf(SEED, 0.1, 0.1), [0.01, 0.5, 1, 1.5, 1.9, 2.05]);
  assert.deepEqual(triesOf(SEED, 0.1, 2.05), [0.01, 0.1, 0.5, 1, 1.5, 1.9]);
});

test("what a step does to what is missing, in words", () => {
  const said = (more: object, alpha = 0.1): string => {
    const recipe = node({ alpha, steps: 0 });
    const facts = new Facts(Replay.run(core, recipe), sceneAround(recipe), { ...SEED, ...more });
    return spoken(say("step", facts), ({ value }) => String(value));
  };
  assert.equal(said({}), "Each step makes up a tenth of what is missing.");
  assert.equal(said({ factor: 0.5, gain: 0.5 }), "Each step halves what is missing.");
  assert.equal(said({ factor: 0.75, gain: 0.25, several: true }), "Each step makes up at least a quarter of what is missing.");
  assert.equal(
    said({ factor: -0.5, regime: "oscillates" }),
    "Each step overshoots and leaves 0.5 of what was missing, on the other side.",
  );
  assert.equal(said({ factor: -1.5, regime: "diverges" }), "Each step overshoots and ends 1.5 times as far off on the other side.");
  assert.equal(said({ factor: 1.5, regime: "diverges" }, -0.5), "Below 0 each step goes away from the goal.");
  assert.equal(said({ factor: NaN, regime: "stable" }), "");
});

test("why the limit of one example is what it is, its numbers put in", () => {
  const why = (more: Parameters<typeof node>[0]): string => {
    const recipe = node(more);
    const { engine } = Replay.run(core, { ...recipe, steps: 0 });
    return whyLimit(recipe, limitsOf(engine, recipe, sceneAround(recipe)));
  };
  const pigs = { d: 3, start: [0.4, 0.4, 0.4], input: [0, 1, 2] };
  const sum = "The limit is 2 divided by the sum of the squares of";
  assert.equal(why(pigs), `${sum} the inputs: 2 ÷ (0² + 1² + 2²) = 2 ÷ 5 = 0.4.`);
  assert.equal(why({ input: [-2] }), "The limit is 2 divided by the square of the input: 2 ÷ (−2)² = 0.5.");
  const biased = { input: [3], bias: true, start: [0.4, 0] };
  assert.equal(why(biased), `${sum} the inputs, the bias counting as 1: 2 ÷ (3² + 1²) = 2 ÷ 10 = 0.2.`);
  const many = { d: 8, start: new Array(8).fill(0), input: new Array(8).fill(0.5) };
  assert.equal(why(many), `${sum} 8 inputs: 2 ÷ 2 = 1.`);
  assert.equal(
    why({ ...pigs, frozen: [false, false, true] }),
    `${sum} the inputs whose weights may move: 2 ÷ (0² + 1²) = 2 ÷ 1 = 2.`,
  );
  for (const none of [{}, { input: [0] }, { ...pigs, rule: "adam" }, { n: 2, batch: 2, input: [2, 3], goal: [1, 2] }])
    assert.equal(why(none), "");
});
