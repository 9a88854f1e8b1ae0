/** The output as it was at some steps of the run, side by side; each leads to its step. */

import { useContext, useMemo } from "preact/hooks";
import { usefulEnd } from "../../curve";
import { outputScale, SIDE } from "../../maps";
import { count } from "../../numbers";
import { Current } from "../replayed/context";
import { Heat } from "./heat";
import { placeShown } from "./opening";
import { Seen } from "./seen";
import { surfaceOf, useSurface } from "./surface";

const FRAMES = 6;
const SIZE = 52;

/** The first step and the last, and between them steps ever farther apart: most is learned early. */
function stepsOf(end: number): number[] {
  const all = Array.from({ length: FRAMES - 1 }, (_, i) => Math.round(end ** ((i + 1) / (FRAMES - 1))));
  return [...new Set([0, ...all])].filter((step) => step <= end);
}

export function Film() {
  const model = useContext(Current);
  const b = placeShown(model);
  const look = { ...useContext(Seen), example: model.now.value.examples[b] ?? 0 };
  return (
    <Seen.Provider value={look}>
      <Frames />
    </Seen.Provider>
  );
}

function Frames() {
  const model = useContext(Current);
  const replay = model.replay.value;
  const surface = useSurface(SIDE);
  const frames = useMemo(() => {
    const steps = stepsOf(Math.min(usefulEnd(replay), replay.steps) - 1);
    return steps.map((step) => ({ step, values: surfaceOf(surface, replay.stateAt(step)) }));
  }, [replay, surface.engine, surface.node]);
  const scale = outputScale(replay.recipe, frames[frames.length - 1].values);
  const { step } = model.walk;
  const now = frames.findLastIndex((frame) => frame.step <= step);
  return (
    <div class="film" role="group" aria-label="The output as it was">
      {frames.map((frame, i) => (
        <button
          type="button"
          key={i}
          class={i === now ? "on" : ""}
          aria-label={`go to step ${count(frame.step)}`}
          aria-current={frame.step === step ? "step" : undefined}
          onClick={() => model.walk.go(frame.step)}
        >
          <Heat values={frame.values} points={surface.points} scale={scale} wide={SIZE} high={SIZE} />
          <span>{count(frame.step)}</span>
        </button>
      ))}
    </div>
  );
}
