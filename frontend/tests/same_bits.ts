/** Recipes on standard input, a line each, walked by the page's core: what came of each as a line, its numbers as bits. */

import { createInterface } from "node:readline";
import { Engine, freshCursor } from "../src/engine";
import type { Recipe } from "../src/scene";
import { core } from "./given";

const bits = (numbers: Float64Array): string => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("hex");

for await (const line of createInterface({ input: process.stdin })) {
  const { recipe, steps } = JSON.parse(line) as { recipe: Recipe; steps: number };
  const engine = new Engine(core, recipe);
  const [state, cursor] = [engine.firstState(), freshCursor(0)];
  const written = engine.window(state, 0, steps);
  const outcome = engine.walk(state, cursor, steps);
  const told = [outcome, cursor.step, cursor.last_moved, bits(state), bits(engine.predict(state))];
  console.log(JSON.stringify([...told, bits(Float64Array.of(engine.mse(state))), bits(written.mse.slice(0, cursor.step))]));
}
