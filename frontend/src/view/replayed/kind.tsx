/** A run that the page replays: a node or a network, which differ in what is inside. */

import { useContext, useState } from "preact/hooks";
import { usefulEnd } from "../../curve";
import { hasOneWeight, isLinear } from "../../layers";
import type { Model } from "../../model";
import { count, distinct, short } from "../../numbers";
import { placesOf } from "../../places";
import { screens } from "../../screens";
import { type Section, say } from "../../told/say";
import { oneLine, type Phrase, spoken } from "../../words";
import { toggleDigits } from "../digits";
import type { Host, Judged, Kind } from "../kind";
import { Shell } from "../shell";
import { Verdict } from "../verdict";
import { AlphaCard } from "./alpha";
import { useAnew } from "./anew";
import { Beside } from "./beside";
import { Change } from "./change";
import { Current, Out, Python } from "./context";
import { Head } from "./headline";
import { NodeInside } from "./node";
import { useRest } from "./rest";

const SPEEDS = [
  { text: "beat by beat", rate: 0.5, beats: 7 },
  { text: "4 steps a second", rate: 4 },
  { text: "60 steps a second", rate: 60 },
];

/** So many times the useful part a run is long before the slider leaves the rest out. */
const FAR = 20;

export function Replayed({ model, host }: { model: Model; host: Host }) {
  const [view, setView] = useState(0);
  useState(() => model.scene.recipe.layers.length > 1 && screens.network?.open(model));
  const run = kindOf(model);
  const result = model.scene.fit && screens.fit?.kind(model, run);
  const views = result ? { names: ["Result", "Inside a step"], shown: view, show: setView } : undefined;
  return (
    <Current.Provider value={model}>
      <Python.Provider value={host.again}>
        <Out.Provider value={host.ways}>
          <Shell kind={{ ...(result && view === 0 ? result : run), views }} host={host} />
        </Out.Provider>
      </Python.Provider>
    </Current.Provider>
  );
}

/** Letters for what can be moved in the picture of one weight. */
const HELD = {
  w: { id: "ns-weight", name: "weight, what if" },
  g: { id: "ns-goal", name: "goal" },
  i: { id: "ns-input", name: "input" },
};

/** What the shell is told of a replayed run; the same for one beside another. */
export function kindOf(model: Model): Kind {
  const { walk } = model;
  return {
    walk,
    title: model.scene.title,
    arrangement: isLinear(model.scene.recipe) ? "node" : "network",
    Head,
    Inside: isLinear(model.scene.recipe) ? InsideNode : InsideNetwork,
    Beside,
    Below,
    speeds: SPEEDS,
    unit: "step",
    spoken: (place) => `step ${place} of ${walk.last}`,
    letters: {
      a: { id: "ns-alpha", name: "alpha" },
      ...(hasOneWeight(model.scene.recipe) ? HELD : {}),
      d: { press: toggleDigits, name: "all digits" },
    },
    jumps: (all) => {
      const places = all ? placesOf(model.replay.value, model.curve.value, all) : model.places.value;
      return places.map(({ name, step, mark }) => ({ name, place: step, at: count(step), mark }));
    },
    reach: () => (walk.last > FAR * usefulEnd(model.replay.value) ? usefulEnd(model.replay.value) : walk.last),
    status: () => statusOf(model),
  };
}

function InsideNode({ beat }: { beat: number }) {
  return (
    <>
      <NodeInside beat={beat} />
      <AlphaCard />
    </>
  );
}

function InsideNetwork({ beat }: { beat: number }) {
  const Network = screens.network?.Inside;
  return (
    <>
      {Network && <Network beat={beat} />}
      <AlphaCard />
    </>
  );
}

function Below() {
  const model = useContext(Current);
  const anew = useAnew(model, useContext(Python));
  const atRest = useRest(model.replay.value);
  return (
    <>
      <Change />
      <Verdict judged={anew ?? judgedOf(model, atRest)} />
    </>
  );
}

/** What is told at rest: of a changed run what it does now, and the step. */
function statusOf({ now, replay, changed, story }: Model): string {
  const { step, mse, weight, new_weight, examples } = now.value;
  const goal = replay.value.recipe.goal[examples[0] ?? 0];
  const [from, to] = distinct([weight[0], new_weight[0], goal], 8);
  const head = changed.value ? `${spoken(story.value.head, ({ value }) => short(value))} ` : "";
  return `${head}Step ${step}. mse ${short(mse)}.${weight.length === 1 ? ` Weight ${from}, new weight ${to}.` : ""}`;
}

/** What was judged of the run as Python made it; of one that was changed, what the table of words says of it at once. */
function judgedOf({ changed, scene, facts }: Model, atRest: boolean): Judged {
  const { verdict, forecast, findings, proof, python } = scene;
  if (!changed.value) return { verdict, foretold: forecast.sentence, findings, proof, python };
  const live = facts.value;
  const text = (phrase: Phrase): string => oneLine(spoken(phrase, ({ value }) => short(value)));
  const told = (section: Section): string => text(say(section, live));
  return {
    verdict: live.is_judged ? told("verdict") : text(screens.judged?.verdict(live, atRest) ?? []),
    foretold: live.limits?.live ? told("forecast") : live.is_near_told ? told("foretold of a network") : "",
    findings: [],
  };
}
