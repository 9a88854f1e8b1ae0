/** Layers whose weights have stood as they are for an epoch, though something is left to learn, and why. */

import { offsets, weightCount } from "../../layers";
import type { Replay } from "../../replay";
import type { LayerAt } from "./moment";

export interface Still {
  which: "all" | "layer" | "";
  why: string;
}

/** Reasons that are no trouble by themselves. */
const MEANT = ["frozen", "bottom"];
const LEAST_STOOD = 3;

export function stillOf(replay: Replay, layers: LayerAt[], faded: boolean): Still {
  const still = layers.filter(({ number }) => isUnmoved(replay, number));
  const why = still.length ? reasonOf(replay, layers, still[0].number, faded) : "";
  if (!still.length || MEANT.includes(why)) return { which: "", why: "" };
  return { which: still.length === layers.length ? "all" : "layer", why };
}

function placeOf({ recipe }: Replay, number: number): [number, number] {
  return [offsets(recipe)[number].weight, offsets(recipe)[number + 1]?.weight ?? weightCount(recipe)];
}

function isUnmoved(replay: Replay, number: number): boolean {
  const epoch = replay.engine.stepsPerEpoch;
  const [from, to] = placeOf(replay, number);
  const end = replay.stateAt(replay.steps).subarray(from, to);
  const back = new Set([1, 2, LEAST_STOOD, Math.ceil(epoch / 2), epoch].map((steps) => Math.max(0, replay.steps - steps)));
  return [...back].every((step) => {
    const before = replay.stateAt(step).subarray(from, to);
    return end.every((weight, i) => weight === before[i]);
  });
}

/** The first of the reasons that holds, looking from the layer to the output. */
function reasonOf(replay: Replay, layers: LayerAt[], number: number, faded: boolean): string {
  const layer = layers[number];
  if (replay.recipe.frozen?.slice(...placeOf(replay, number)).every(Boolean)) return "frozen";
  if (layer.cancels) return "bottom";
  if (layer.hasNothing) return "no input";
  for (const later of layers.slice(number)) {
    if (later.allDead) return "dead";
    if (later.allSaturated) return "saturated";
    if (later !== layer && !later.all.some(Boolean)) return "zeros";
  }
  if (faded) return "faded";
  return layers[layers.length - 1].deltas.some(Boolean) ? "underflow" : "solved";
}
