/** The example that is looked at: the one chosen by hand where the step sees it, else the one of the step that is farthest off. */

import { nodeCount, offsets } from "../../layers";
import type { Model } from "../../model";
import { magnitude } from "../../numbers";

/** Its number, and its place among those of the step. */
export interface Chosen {
  example: number;
  place: number;
}

export function chosenOf({ replay, now, open, example }: Model): Chosen {
  const { recipe } = replay.value;
  const { examples } = now.value;
  const wanted = examples.indexOf(example.value ?? -1);
  if (wanted >= 0) return { example: examples[wanted], place: wanted };
  const first = offsets(recipe)[open.value.layer].node + open.value.node;
  let place = 0;
  let largest = -1;
  examples.forEach((_, b) => {
    const off = magnitude(now.value.delta[b * nodeCount(recipe) + first]);
    if (off > largest) [place, largest] = [b, off];
  });
  return { example: examples[place] ?? 0, place };
}
