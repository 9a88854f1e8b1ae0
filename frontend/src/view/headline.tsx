/** What the step in view does, in a sentence with its three numbers; at the end the verdict. */

import { useContext } from "preact/hooks";
import { count, distinct, short } from "../numbers";
import { endingSentence } from "../theory";
import { Current } from "./context";

export function Headline() {
  const model = useContext(Current),
    now = model.now.value,
    { recipe, facts } = model.replay.value;
  const single = !recipe.layers && recipe.d === 1 && recipe.k === 1 && !recipe.bias && now.examples.length === 1;
  if (!facts.steps) return <h1>No step was made.</h1>;
  if (!single) return <Several />;
  const [delta, move, next] = distinct([
    Math.abs(now.delta[0]),
    Math.abs(now.new_weight[0] - now.weight[0]),
    now.new_weight[0],
    recipe.goal[now.examples[0]],
  ]);
  if (!Number.isFinite(now.new_weight[0])) return <h1>Here a number is no longer finite: the run is over.</h1>;
  if (now.delta[0] === 0) return <h1>The prediction is the goal: nothing to correct.</h1>;
  const side = now.delta[0] < 0 ? "low" : "high",
    way = now.new_weight[0] > now.weight[0] ? "up" : "down";
  if (now.new_weight[0] === now.weight[0])
    return (
      <h1>
        Too {side} by <b class="t-fix">{delta}</b>, but the weight stays at <b class="t-w">{next}</b>.
      </h1>
    );
  return (
    <h1>
      Too {side} by <b class="t-fix">{delta}</b>, so the weight goes {way} by <b class="t-fix">{move}</b>, to{" "}
      <b class="t-w">{next}</b>.
    </h1>
  );
}

/** Several inputs, examples or nodes: what is missing, and how far the weights go. */
function Several() {
  const model = useContext(Current),
    now = model.now.value,
    { recipe } = model.replay.value;
  const moves = Array.from(now.weight, (weight, i) => Math.abs(now.new_weight[i] - weight)),
    most = Math.max(...moves);
  if (!moves.every(Number.isFinite)) return <h1>Here a number is no longer finite: the run is over.</h1>;
  const moved =
    most === 0 ? (
      "no weight moves"
    ) : (
      <>
        the weights move by up to <b class="t-w">{short(most)}</b>
      </>
    );
  if (recipe.k > 1 || recipe.layers || now.examples.length > 1)
    return (
      <h1>
        The mse is <b class="t-fix">{short(now.mse, 6)}</b>: {moved}.
      </h1>
    );
  const delta = now.delta[0],
    which = recipe.n > 1 ? `Example ${now.examples[0]} is` : "The prediction is";
  if (delta === 0) return <h1>{which} right: nothing to correct.</h1>;
  return (
    <h1>
      {which} too {delta < 0 ? "low" : "high"} by <b class="t-fix">{short(Math.abs(delta))}</b>: {moved}.
    </h1>
  );
}

export function Subline() {
  const model = useContext(Current),
    { facts } = model.replay.value,
    limits = model.limits.value,
    step = model.now.value.step;
  const regime =
    limits && Number.isFinite(limits.limit)
      ? ` Alpha is ${short((model.replay.value.recipe.alpha / limits.limit) * 100, 3)} % of its limit: it ${words(limits.regime)}.`
      : "";
  const ending = model.changed.value ? endingSentence(facts.ending, facts.steps, facts.settled_after, facts.cycle) : facts.sentence;
  const asked = model.replay.value.recipe.steps ?? 0,
    cut = model.changed.value && facts.ending === "STEPS_USED" && facts.steps < asked;
  const rest = cut ? ` That is as far as the page goes by itself: Python goes all ${count(asked)}.` : "";
  return (
    <p class="sub">
      Step {count(step)} of {count(facts.steps)}.{regime} {ending}
      {rest}
    </p>
  );
}

function words(regime: string): string {
  return (
    { "one step": "does it in one step", frozen: "cannot move", stable: "is stable", unknown: "may do anything" }[regime] ?? regime
  );
}
