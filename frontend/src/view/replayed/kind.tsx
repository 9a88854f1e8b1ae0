/** A run that the page replays: a node or a network, which differ in what is inside. */

import { isLinear } from "../../layers";
import type { Model } from "../../model";
import { count, distinct, short } from "../../numbers";
import type { Judged, Kind } from "../kind";
import { Shell } from "../shell";
import { Beside } from "./beside";
import { Current } from "./context";
import { Alpha, Change } from "./dials";
import { Head } from "./headline";
import { NetworkInside } from "./network";
import { NodeInside } from "./node";

const SPEEDS = [
  { text: "beat by beat", rate: 0.5, beats: 7 },
  { text: "4 steps a second", rate: 4 },
  { text: "60 steps a second", rate: 60 },
];

export function Replayed({ model }: { model: Model }) {
  return (
    <Current.Provider value={model}>
      <Shell kind={kindOf(model)} />
    </Current.Provider>
  );
}

function kindOf(model: Model): Kind {
  const { walk } = model;
  return {
    walk,
    arrangement: "",
    Head,
    Inside: isLinear(model.scene.recipe) ? NodeInside : NetworkInside,
    Dials: Alpha,
    Change,
    Beside,
    speeds: SPEEDS,
    unit: "step",
    spoken: (place) => `step ${place} of ${walk.last}`,
    letters: { a: { id: "ns-alpha", name: "alpha" } },
    jumps: () => model.places.value.map(({ name, step }) => ({ name, place: step, at: count(step) })),
    status: () => statusOf(model),
    judged: () => judgedOf(model),
  };
}

function statusOf({ now, replay }: Model): string {
  const { step, mse, weight, new_weight, examples } = now.value;
  const goal = replay.value.recipe.goal[examples[0] ?? 0];
  const [from, to] = distinct([weight[0], new_weight[0], goal], 8);
  return `Step ${step}. mse ${short(mse)}.${weight.length === 1 ? ` Weight ${from}, new weight ${to}.` : ""}`;
}

function judgedOf({ changed, scene }: Model): Judged {
  const { verdict, forecast, findings, proof, python } = scene;
  return { changed: changed.value, verdict, foretold: forecast.sentence, findings, proof, python };
}
