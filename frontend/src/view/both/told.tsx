/** What is told of two runs at a step: how far apart they are there, and where they part. */

import { useContext } from "preact/hooks";
import { hasOneWeight } from "../../layers";
import { count, short } from "../../numbers";
import { figure, type Phrase, spoken } from "../../words";
import { written } from "../figures";
import type { Jump, Kind } from "../kind";
import { type Pair, Together } from "./context";

export function Head() {
  const pair = useContext(Together);
  return (
    <div class="head">
      <h1>{written(apartOf(pair), goalsOf(pair))[0]}</h1>
      <p class="sub">{pair.scene.parting.sentence}</p>
    </div>
  );
}

function apartOf({ a, b, walk }: Pair): Phrase {
  const [one, other] = [a, b].map(({ state, replay }) => state.value.slice(0, replay.value.engine.size));
  const start = `Step ${count(walk.here)}: `;
  if (one.length === other.length && one.every((weight, i) => Object.is(weight, other[i])))
    return [`${start}both have the same weights, to the last bit.`];
  if (one.length === 1 && other.length === 1 && [a, b].every(({ replay }) => hasOneWeight(replay.value.recipe))) {
    const apart = figure(Math.abs(one[0] - other[0]));
    return [`${start}the weight is `, figure(one[0], "w"), " in A and ", figure(other[0], "w"), " in B, ", apart, " apart."];
  }
  return [`${start}the error is `, figure(a.error.value, "fix"), " in A and ", figure(b.error.value, "fix"), " in B."];
}

/** Goals of one weight: numbers beside them do not look the same. */
function goalsOf({ a, b }: Pair): Phrase {
  return [a, b].filter(({ scene }) => hasOneWeight(scene.recipe)).map(({ scene }) => figure(scene.recipe.goal[0]));
}

export function statusOf(pair: Pair): string {
  return spoken(apartOf(pair), ({ value }) => short(value));
}

/** Where they part comes last: it is the place that has room for a mark before the others. */
export function jumpsOf({ scene, walk }: Pair, kinds: Kind[], all?: boolean): Jump[] {
  const { step } = scene.parting;
  const own = kinds.flatMap(({ jumps }, i) => {
    const letter = "AB"[i];
    return jumps(all)
      .filter(({ place }) => place > 0)
      .map((jump) => ({ ...jump, name: `${letter}: ${jump.name}`, mark: jump.mark && `${letter} ${jump.mark}` }));
  });
  const apart = `${count(step ?? 0)}: they part`;
  const start = { name: "start", mark: step === 0 ? apart : "start", place: 0, at: "0" };
  const parting = step ? [{ name: "they part", mark: apart, place: step, at: count(step) }] : [];
  return [start, ...own, ...parting].filter(({ place }) => place <= walk.last);
}
