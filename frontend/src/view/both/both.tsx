/** Two runs side by side, gone through at the same step, and how far apart they are there. */

import { useContext, useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Core } from "../../engine";
import { Model } from "../../model";
import type { BothScene, Scene } from "../../scene";
import { screens } from "../../screens";
import { fill } from "../../shadow";
import { Walk } from "../../walk";
import { toggleDigits, useDigits } from "../digits";
import type { Host, Kind } from "../kind";
import { PartRole } from "../parts";
import { Current } from "../replayed/context";
import { kindOf } from "../replayed/kind";
import { Shell } from "../shell";
import { type Pair, Together } from "./context";
import { Head, jumpsOf, statusOf } from "./told";

/** The address behind its #, of a step. */
const AT_STEP = /^#step-(\d{1,15})$/;

export function Both({ core, scene, host }: { core: Core; scene: BothScene; host: Host }) {
  const pair = useMemo(() => pairOf(core, scene), [core, scene]);
  useEffect(() => followAddress(pair), [pair]);
  return (
    <Together.Provider value={pair}>
      <Shell kind={kindOfBoth(pair)} host={{ ...host, bare: "top" }} />
    </Together.Provider>
  );
}

function pairOf(core: Core, scene: BothScene): Pair {
  const a = new Model(core, scene.a);
  const b = new Model(core, whole(scene), a);
  const walk = new Walk(() => Math.max(a.walk.last, b.walk.last) + 1, undefined, a.walk);
  walk.go(scene.first);
  for (const model of [b, a]) screens.network?.open(model);
  return { scene, a, b, walk };
}

/** The second run, with all that is as in the first. */
function whole({ a, b }: BothScene): Scene {
  return { ...b, recipe: { ...a.recipe, ...b.recipe }, fit: b.fit && { ...a.fit, ...b.fit } };
}

/** The page that both stand in may ask for a step, and is told the moment of the one in view. */
function followAddress({ walk, scene }: Pair): () => void {
  const go = (): void => {
    const asked = AT_STEP.exec(location.hash);
    if (asked) walk.go(Number(asked[1]));
  };
  const tell = (): void => {
    const moment = Math.ceil(walk.here / scene.moment);
    document.dispatchEvent(new CustomEvent("both at a moment", { detail: moment }));
  };
  go();
  addEventListener("hashchange", go);
  const silent = walk.place.subscribe(tell);
  return () => {
    removeEventListener("hashchange", go);
    silent();
  };
}

function kindOfBoth(pair: Pair): Kind {
  const { a, b, walk } = pair;
  const kinds = [kindOf(a), kindOf(b)];
  return {
    walk,
    title: "Two runs at the same step",
    arrangement: "both",
    Head,
    Inside: Two,
    Beside: Nothing,
    Below: Nothing,
    speeds: kinds[0].speeds,
    unit: "step",
    spoken: (place) => `step ${place} of ${walk.last}`,
    letters: { d: { press: toggleDigits, name: "all digits" } },
    jumps: (all) => jumpsOf(pair, kinds, all),
    reach: () => Math.max(...kinds.map(({ reach }) => reach?.() ?? 0)),
    status: () => statusOf(pair),
  };
}

function Nothing() {
  return null;
}

function Two({ beat }: { beat: number }) {
  const { a, b, scene } = useContext(Together);
  return (
    <div class="two">
      <Side letter="A" sign="●" name={scene.names[0]} model={a} beat={beat} />
      <Side letter="B" sign="■" name={scene.names[1]} model={b} beat={beat} />
    </div>
  );
}

interface SideProps {
  letter: string;
  sign: string;
  name: string;
  model: Model;
  beat: number;
}

/** One of the two. Names of its parts are its own, so it has a place of its own. */
function Side({ letter, sign, name, model, beat }: SideProps) {
  const place = useRef<HTMLDivElement>(null);
  const ended = useContext(Together).walk.here > model.walk.last;
  useLayoutEffect(() => {
    if (place.current) fill(place.current, <Alone model={model} beat={beat} />);
  });
  const id = `ns-run-${letter}`;
  return (
    <section class={`of-${letter.toLowerCase()}`} aria-labelledby={id}>
      <h2 id={id}>
        <b>
          <span aria-hidden="true">{sign}</span> {letter}
        </b>
        , {name}
        {ended && <span class="soft"> · its last step, {model.walk.last}</span>}
      </h2>
      <div class="side" ref={place} />
    </section>
  );
}

function Alone({ model, beat }: { model: Model; beat: number }) {
  const { Inside, Beside, arrangement } = useMemo(() => kindOf(model), [model]);
  const { handlers, bubble } = useDigits();
  return (
    <Current.Provider value={model}>
      <PartRole.Provider value="group">
        <div class="ns" {...handlers}>
          <div class={`grid ${arrangement}`}>
            <div class="left">
              <Inside beat={beat} />
            </div>
            <div class="right">
              <Beside />
            </div>
          </div>
          {bubble}
        </div>
      </PartRole.Provider>
    </Current.Provider>
  );
}
