/** Going from step to step, whether all of them are there or only some. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Walk } from "../src/walk";

test("one does not leave the run, even where it becomes shorter", () => {
  let count = 10;
  const walk = new Walk(() => count);
  walk.go(99);
  assert.equal(walk.here, 9);
  count = 4;
  assert.equal(walk.here, 3);
  walk.go(-5);
  assert.equal(walk.here, 0);
  count = 0;
  assert.deepEqual([walk.last, walk.here, walk.step], [0, 0, 0]);
});

test("of recorded steps the nearest is found, and the last before one", () => {
  const walk = new Walk(() => 4, [0, 5, 10, 60]);
  assert.deepEqual(
    [23, 34, 36, 1000].map((step) => walk.near(step)),
    [2, 2, 3, 3],
  );
  assert.deepEqual(
    [0, 9, 10, 59].map((step) => walk.before(step)),
    [0, 1, 2, 2],
  );
  walk.go(3);
  assert.equal(walk.step, 60);
});

test("it plays to the end, stops there, and begins anew", () => {
  const walk = new Walk(() => 3);
  walk.play();
  walk.next();
  assert.equal(walk.playing.value, true);
  walk.next();
  assert.deepEqual([walk.here, walk.playing.value], [2, false]);
  walk.play();
  assert.deepEqual([walk.here, walk.playing.value], [0, true]);
});
