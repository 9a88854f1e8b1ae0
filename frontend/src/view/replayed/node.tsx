/** Inside a node: of one weight the step as a loop, of several a row for each input; at the end of its way the last bits. */

import { useContext } from "preact/hooks";
import { hasOneWeight } from "../../layers";
import type { Model } from "../../model";
import { clip } from "../../numbers";
import { Card } from "../parts";
import { Current } from "./context";
import { StepExamples } from "./examples";
import { NodeChoice, StepExactly } from "./inside";
import { Loop } from "./loop";
import { type OneStep, oneStepOf } from "./one_step";
import { isNearStall, Stall, StallWords } from "./stall";
import { Weights } from "./weights";

export function NodeInside({ beat }: { beat: number }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const { k, n } = recipe;
  const loops = hasOneWeight(recipe) && recipe.rule === "plain" && model.now.value.examples.length === 1;
  return (
    <Card id="ns-inside" title="Inside the node" place="inside">
      {k > 1 && <NodeChoice label="Node" names={recipe.goal_names.map((name) => clip(name))} />}
      {loops ? <Loop beat={beat} /> : <Weights of={model.open.value} example={0} total="prediction" />}
      {loops && <LoopList />}
      {(n > 1 || k > 1) && <StepExamples />}
      {loops && <WholeStep />}
      {loops && n === 1 && stalls(model) && <LastBits />}
      <StepExactly nodes={Array.from({ length: k }, (_, node) => ({ layer: 0, node }))} />
    </Card>
  );
}

function stalls({ now, replay }: Model): boolean {
  const { goal, input } = replay.value.recipe;
  return isNearStall(now.value.weight[0], goal[0] / input[0]);
}

function LastBits() {
  return (
    <div class="last-bits">
      <h3>The last bits</h3>
      <Stall />
      <StallWords />
    </div>
  );
}

const LINES: [keyof OneStep, string, string][] = [
  ["input", "input", "t-go"],
  ["weight", "weight", "t-w"],
  ["prediction", "prediction", "t-go"],
  ["goal", "goal", "t-goal"],
  ["delta", "delta", "t-fix"],
  ["weighted", "weighted delta", "t-fix"],
  ["alphaDelta", "alpha delta", "t-fix"],
  ["next", "new weight", "t-w"],
];

/** The loop as a list, for narrow pages where the picture's text would be too small. */
function LoopList() {
  const of = oneStepOf(useContext(Current));
  return (
    <ol class="loop-list">
      {LINES.map(([which, name, colour]) => (
        <li key={which}>
          <span>{name}</span>
          <b class={colour}>{of[which].text}</b>
        </li>
      ))}
    </ol>
  );
}

function WholeStep() {
  const of = oneStepOf(useContext(Current));
  const text = (name: keyof OneStep) => (/ [−+] /.test(of[name].text) ? `(${of[name].text})` : of[name].text);
  const [weight, x] = [text("weight"), text("input")];
  return (
    <>
      <p class="line">
        the whole step: <b class="t-w">{text("next")}</b> = <b class="t-w">{weight}</b> − {text("alpha")} ×{" "}
        <span class="t-fix">
          (
          <span class="t-go">
            {x} × {weight}
          </span>{" "}
          − <span class="t-goal">{text("goal")}</span>)
        </span>{" "}
        × {x}
      </p>
      <p class="soft centred">mse {of.mse.text}: the area of the square whose side is the gap</p>
    </>
  );
}
