/** Numbers in sentences are written as Python writes them, and the directions that sentences rest on are LAPACK's. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../src/engine";
import { general } from "../src/numbers";
import type { Replay } from "../src/replay";
import type { Scene } from "../src/scene";
import { Bowl, columnsOf } from "../src/told/bowl";
import { NetworkFacts } from "../src/told/network/facts";
import { core, node } from "./given";

test("six digits as Python's g: halves go to the even digit, small and large ones get a power", () => {
  const told = [0.1, 2, 1e-5, 123456789, 0.001953125, 0.1 + 0.2, 1234565.5, 0, -0.25, 100000, 999999.5].map((x) => general(x, 6));
  const python = ["0.1", "2", "1e-05", "1.23457e+08", "0.00195312", "0.3", "1.23457e+06", "0", "-0.25", "100000", "1e+06"];
  assert.deepEqual(told, python);
  assert.equal(general(0.5, 3), "0.5");
});

test("a bowl's curvatures, what lies in each direction, and what no weights take off", () => {
  const recipe = node({ n: 3, d: 2, batch: 3, start: [0, 0], input: [3, 0, 0, 1, 0, 0], goal: [3, 1, 2] });
  const bowl = new Bowl(new Engine(core, recipe), columnsOf(recipe));
  assert.deepEqual(bowl.eigenvalues, [3, 1 / 3]);
  const missed = Float64Array.of(-3, -1, -2);
  assert.deepEqual(bowl.amounts(missed, 1), [3, 1 / 3]);
  assert.equal(bowl.least(missed, 1), 4 / 3);
});

test("a schedule of a million steps has its least and largest alpha", () => {
  const alphas = Array.from({ length: 1e6 }, (_, t) => 1 - t / 1e6);
  const replay = { recipe: { alphas }, steps: 1e6 } as unknown as Replay;
  const facts = new NetworkFacts(replay, {} as Scene, null, true);
  assert.deepEqual([facts.lowest_alpha, facts.highest_alpha], [1 - 999999 / 1e6, 1]);
});
