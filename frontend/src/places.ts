/** Places of a run worth going to, each found exactly where every step can be looked at. */

import { type Curve, seesAll } from "./curve";
import { count } from "./numbers";
import type { Replay } from "./replay";

export interface Place {
  name: string;
  step: number;
  /** What it is called where room is short; none: it is not marked. */
  mark?: string;
}

const BLOCK = 4096;
/** Steps in which a first swing is looked for: a long run would open half as fast for four times as many. */
const FAR = 50_000;
/** Weights gone through in looking, over all steps. */
const FAR_WORK = 2e7;

/** `all`: with the first swing, which of a long run takes longer to find than all the others. */
export function placesOf(replay: Replay, curve: Curve, all = false): Place[] {
  const { facts } = replay;
  const last = Math.max(0, facts.steps - 1);
  const start = curve.points[0]?.high ?? NaN;
  const places: (Place | null)[] = [
    { name: "start", step: 0, mark: "start" },
    placed("error below a tenth", below(replay, curve, start * 0.01)),
    placed("below a thousandth", below(replay, curve, start * 1e-6), "error a millionth"),
    largest(curve, start),
    all ? swing(replay) : null,
  ];
  if (facts.settled_after)
    places.push({ name: "last move", step: facts.settled_after - 1 }, placed("settled", facts.settled_after, "settled"));
  if (facts.cycle) places.push(placed("cycle begins", facts.cycle[0], "repeats"));
  if (facts.ending === "DIVERGED") places.push(placed("first number not finite", last, "not finite"));
  places.push({ name: "end", step: last });
  return places.filter((place): place is Place => place !== null && place.step <= last);
}

/** A place that is none of its own at the start. */
function placed(name: string, step: number, mark?: string): Place | null {
  if (step === 0) return null;
  return mark ? { name, step, mark: `${count(step)}: ${mark}` } : { name, step };
}

/** First step before which the mse is below a bound; 0 where there is none. */
function below(replay: Replay, curve: Curve, bound: number): number {
  const found = curve.points.find((p) => p.low < bound && p.step + curve.stretch > 1);
  if (!found || !(bound > 0)) return 0;
  if (!seesAll(replay)) return found.step;
  const back = Math.max(0, found.step - curve.stretch);
  const mses = replay.mses(back, 2 * curve.stretch);
  const at = mses.findIndex((mse) => mse < bound);
  return at < 0 ? 0 : back + at;
}

function largest(curve: Curve, start: number): Place | null {
  const most = curve.points.reduce((best, p) => (p.high > best.high ? p : best), curve.points[0]);
  return most && most.step > 0 && most.high > start ? { name: "largest error", step: most.step } : null;
}

/** First step whose delta has another sign than the one before it: looked for where there is one output and one example. */
function swing(replay: Replay): Place | null {
  const { n, k } = replay.recipe;
  const { size, nodes } = replay.engine;
  const end = Math.min(FAR, replay.facts.last_step, Math.floor(FAR_WORK / size));
  if (n > 1 || k > 1) return null;
  const state = replay.stateAt(0);
  let sign = 0;
  for (let start = 0; start < end; start += BLOCK) {
    const deltas = replay.engine.deltas(state, start, Math.min(BLOCK, end - start));
    for (let i = nodes - 1; i < deltas.length; i += nodes) {
      const now = Math.sign(deltas[i]);
      if (sign && now && now !== sign) return { name: "first swing", step: start + (i + 1) / nodes - 1 };
      sign = now || sign;
    }
    if (!deltas.length) break;
  }
  return null;
}
