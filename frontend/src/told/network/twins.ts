/** Nodes of a layer whose weights in and out have the same bits: they get the same deltas, and stay alike. */

import type { LayerAt } from "./moment";

/** How many nodes of a layer are alike at each of some moments, at most. */
export function largestGroup(nodes: number, moments: LayerAt[][], l: number): number {
  const groups = new Map<string, number>();
  for (let j = 0; j < nodes; j++) {
    const around = moments.flatMap((layers) => {
      const out = Array.from({ length: layers[l + 1].nodes }, (_, next) => layers[l + 1].weights(next)[j]);
      return [...layers[l].weights(j), ...out];
    });
    const key = around.map((weight) => (Object.is(weight, -0) ? "-0" : weight)).join();
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  return Math.max(...groups.values());
}
