/** A step's change of the error, split among weights: worked out by hand, and what is left over shrinks as a square. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { IDENTITY, TANH } from "../src/layout";
import { Replay } from "../src/replay";
import { splitOf } from "../src/view/network/split";
import { chain, core, node } from "./given";

const near = (found: number, known: number): void => assert.ok(Math.abs(found - known) < 1e-12, `${found}, not ${known}`);

test("weights 2 and 3, input 1, goal 5: each weight's own part, and the rest, by hand", () => {
  // delta 1; slopes of the mse 2 × 3 and 2 × 2; alpha deltas 0.03 and 0.02; 1.97 × 2.98 = 5.8706
  const replay = Replay.run(core, chain("identity", IDENTITY, { alpha: 0.01, steps: 1 }));
  const split = splitOf(replay, replay.at(0), { layer: 0, node: 0 });
  assert.ok(split);
  near(split.before, 1);
  near(split.after, 0.8706 ** 2);
  assert.equal(split.own.length, 1);
  near(split.own[0], -0.18);
  near(split.others, -0.08);
  near(split.rest, 0.8706 ** 2 - 1 + 0.26);
});

test("the rest shrinks as the square of alpha, and all of it adds up, summed or averaged", () => {
  for (const sums of [false, true]) {
    const rests = [1e-3, 1e-4].map((alpha) => {
      const layers = chain("tanh", TANH).layers;
      const of = { layers, start: [0.5, 0.7], n: 3, batch: 3, input: [1, -2, 0.5], goal: [1, 0, 2], steps: 1, alpha, sums };
      const replay = Replay.run(core, node(of));
      const split = splitOf(replay, replay.at(0), { layer: 1, node: 0 });
      assert.ok(split);
      near(split.own.reduce((a, b) => a + b, 0) + split.others + split.rest, split.after - split.before);
      return split.rest;
    });
    assert.ok(Math.abs(rests[0] / rests[1] - 100) < 2, `${rests}`);
  }
});

test("where weighted deltas are no slope of the mse nothing is split", () => {
  const replay = Replay.run(core, chain("tanh", TANH, { loss: { code: 3, threshold: 1 }, steps: 1 }));
  assert.equal(splitOf(replay, replay.at(0), { layer: 0, node: 0 }), null);
});
