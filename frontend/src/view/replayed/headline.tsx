/** What the step in view does, in a sentence with its numbers; below it where alpha stands and how the run ends. */

import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { hasOneWeight, outputsOf } from "../../layers";
import type { Model } from "../../model";
import { count, distinct, most, short } from "../../numbers";
import { endingSentence } from "../../theory";
import { Current } from "./context";

export function Head() {
  return (
    <>
      <h1>
        <Sentence />
      </h1>
      <Subline />
    </>
  );
}

function Sentence() {
  const model = useContext(Current);
  const { recipe, facts } = model.replay.value;
  const { examples, weight, new_weight } = model.now.value;
  if (!facts.steps) return <>No step was made.</>;
  if (![...weight, ...new_weight].every(Number.isFinite)) return <>Here a number is no longer finite: the run is over.</>;
  if (recipe.k > 1 || examples.length > 1) return <Several />;
  return hasOneWeight(recipe) ? <OneWeight miss={missOf(model)} /> : <OneExample miss={missOf(model)} />;
}

/** How far the prediction is from the goal of the step's one example. */
function missOf({ replay, now }: Model): number {
  const { recipe } = replay.value;
  return outputsOf(recipe, now.value, 0)[0] - recipe.goal[now.value.examples[0]];
}

function OneWeight({ miss }: { miss: number }) {
  const model = useContext(Current);
  const { weight, new_weight, examples } = model.now.value;
  const [from, to, goal] = [weight[0], new_weight[0], model.replay.value.recipe.goal[examples[0]]];
  const [far, move, next] = distinct([Math.abs(miss), Math.abs(to - from), to, goal]);
  const side = miss < 0 ? "low" : "high";
  const there = <b class="t-w">{next}</b>;
  const way = to > from ? "up" : "down";
  if (miss === 0) return <>The prediction is the goal: nothing to correct.</>;
  if (to === from)
    return (
      <>
        Too {side} by <b class="t-fix">{far}</b>, but the weight stays at {there}.
      </>
    );
  return (
    <>
      Too {side} by <b class="t-fix">{far}</b>, so the weight goes {way} by <b class="t-fix">{move}</b>, to {there}.
    </>
  );
}

function OneExample({ miss }: { miss: number }) {
  const model = useContext(Current);
  const which = model.replay.value.recipe.n > 1 ? `Example ${model.now.value.examples[0]} is` : "The prediction is";
  if (miss === 0) return <>{which} right: nothing to correct.</>;
  return (
    <>
      {which} too {miss < 0 ? "low" : "high"} by <b class="t-fix">{short(Math.abs(miss))}</b>: <Moved />.
    </>
  );
}

/** Several examples or outputs: what is missing in all. */
function Several(): ComponentChildren {
  const { mse } = useContext(Current).now.value;
  return (
    <>
      The mse is <b class="t-fix">{short(mse, 6)}</b>: <Moved />.
    </>
  );
}

/** How far the weights go. */
function Moved() {
  const { weight, new_weight } = useContext(Current).now.value;
  const furthest = most(weight.map((from, i) => new_weight[i] - from));
  if (furthest === 0) return <>no weight moves</>;
  return (
    <>
      the weights move by up to <b class="t-w">{short(furthest)}</b>
    </>
  );
}

function Subline() {
  const model = useContext(Current);
  const { steps } = model.replay.value;
  return (
    <p class="sub">
      Step {count(model.walk.step)} of {count(steps)}.{alphaWords(model)} {endingWords(model)}
    </p>
  );
}

const REGIMES: Record<string, string> = {
  "one step": "does it in one step",
  frozen: "cannot move",
  stable: "is stable",
  unknown: "may do anything",
  marginal: "neither converges nor diverges",
};

function alphaWords({ limits, replay }: Model): string {
  const told = limits.value;
  if (!told || !Number.isFinite(told.limit)) return "";
  const part = short((replay.value.recipe.alpha / told.limit) * 100, 3);
  return ` Alpha is ${part} % of its limit: it ${REGIMES[told.regime] ?? told.regime}.`;
}

function endingWords({ changed, replay }: Model): string {
  const { facts, recipe } = replay.value;
  if (!changed.value) return facts.sentence;
  const asked = recipe.steps ?? 0;
  const cut = facts.ending === "STEPS_USED" && facts.steps < asked;
  const rest = cut ? ` That is as far as the page goes by itself: Python goes all ${count(asked)}.` : "";
  return endingSentence(facts) + rest;
}
