/** A run that was observed in another program: its recorded steps, walked; nothing is run again. */

import { useContext, useState } from "preact/hooks";
import { clip, count, counted, distinct, short } from "../../numbers";
import type { RecordedScene } from "../../recorded";
import type { Host, Judged, Jump, Kind } from "../kind";
import { Shell } from "../shell";
import { Verdict } from "../verdict";
import { Observed } from "./context";
import { Layers } from "./layers";
import { Losses } from "./losses";
import { OpenNode } from "./node";
import { Recording } from "./recording";
import { Rows } from "./rows";
import { Strip } from "./strip";

/** Letters of somebody's sentence that are shown. */
const HEADLINE = 400;
const NOTE = 2000;
const SPEEDS = [
  { text: "1 a second", rate: 1 },
  { text: "4 a second", rate: 4 },
  { text: "30 a second", rate: 30 },
];

export function ObservedRun({ scene, host }: { scene: RecordedScene; host: Host }) {
  const [model] = useState(() => new Recording(scene));
  return (
    <Observed.Provider value={model}>
      <Shell kind={kindOf(model)} host={host} />
    </Observed.Provider>
  );
}

function kindOf(model: Recording): Kind {
  const { walk, scene } = model;
  return {
    walk,
    title: scene.title,
    arrangement: "observed",
    Head,
    Inside,
    Beside,
    Below,
    speeds: SPEEDS,
    unit: "recorded step",
    spoken: (place) => `step ${walk.stepAt(place)}, ${place + 1} of ${walk.last + 1} recorded`,
    note: scene.records.length < scene.steps ? "The steps between are not in this page." : "",
    letters: {},
    jumps: () => jumpsOf(model),
    status: () => statusOf(model),
  };
}

function Inside() {
  return (
    <>
      <Strip />
      <Losses />
      <Rows />
      <Here />
    </>
  );
}

function Beside() {
  return <Verdict judged={judgedOf(useContext(Observed))} />;
}

function Below() {
  return (
    <>
      <Layers />
      <OpenNode />
    </>
  );
}

function Head() {
  const { scene } = useContext(Observed);
  const { headline, program, optimizer, steps, notes } = scene;
  return (
    <div class="head">
      <h1>{clip(headline, HEADLINE)}</h1>
      <p class="sub">
        Recorded in {program}: nothing can be run again here. Optimizer {optimizer}. {counted(steps, "step")}, {keptWords(scene)}.
      </p>
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{clip(note, NOTE)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function keptWords({ records, recorded, steps }: Recording["scene"]): string {
  const here = records.length;
  if (here < recorded) return `${count(recorded)} of them recorded, and ${count(here)} of those in this page`;
  return here === steps ? "every one recorded" : `${count(here)} of them recorded`;
}

function Here() {
  const now = useContext(Observed).now.value;
  const [loss, alpha] = distinct([now?.loss ?? NaN, now?.alpha ?? NaN], 6);
  return (
    <p class="here">
      Step <b>{count(now?.step ?? 0)}</b>: loss <b class="t-fix">{loss}</b>, alpha <b>{alpha}</b>
    </p>
  );
}

function jumpsOf({ scene, walk }: Recording): Jump[] {
  if (!scene.records.length) return [];
  const trouble = scene.trouble ? [{ name: "the trouble", step: scene.trouble.step }] : [];
  const jumps = [{ name: "first", step: 0 }, ...trouble, { name: "last", step: walk.stepAt(walk.last) }];
  return jumps.map(({ name, step }) => {
    const place = walk.before(step);
    const there = walk.stepAt(place);
    return {
      name,
      mark: name,
      place,
      at: there === step ? count(step) : `${count(step)}, recorded last before it: ${count(there)}`,
    };
  });
}

function statusOf({ now, open, scene }: Recording): string {
  const { layer, node } = open.value;
  const told = scene.layers[layer];
  const opened = told ? ` Open: layer ${layer} (${clip(told.name)}), node ${told.shown[node]}.` : "";
  return now.value ? `Step ${now.value.step}. Loss ${short(now.value.loss)}.${opened}` : "";
}

/** The verdict is the headline and what the findings say: neither stands twice. */
function judgedOf({ scene }: Recording): Judged {
  return { verdict: "", findings: scene.findings };
}
