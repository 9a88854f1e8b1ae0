/** Inside a node: of one weight the step as a loop, of several a row for each input; at the end of its way the last bits. */

import { useContext } from "preact/hooks";
import { hasOneWeight } from "../../layers";
import type { Model } from "../../model";
import { clip } from "../../numbers";
import { screens } from "../../screens";
import { allDigits, DigitsSwitch } from "../digits";
import { Num } from "../figures";
import { Card, Fold } from "../parts";
import { Current } from "./context";
import { Contributions } from "./contributions";
import { StepExamples } from "./examples";
import { NodeChoice, StepExactly } from "./inside";
import { Loop } from "./loop";
import { type OneStep, oneStepOf, type Told } from "./one_step";
import { StepSentence } from "./sentence";
import { isNearStall, Stall, StallWords } from "./stall";
import { StepRows } from "./step_rows";

export function NodeInside({ beat }: { beat: number }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const { k, n } = recipe;
  const loops = hasOneWeight(recipe) && recipe.rule === "plain" && model.now.value.examples.length === 1;
  const shown = loops && !stays(model);
  const Line = screens.several?.Line;
  return (
    <Card id="ns-inside" title={<StepSentence />} beside={shown && <DigitsSwitch />} place="inside">
      {k > 1 && <NodeChoice label="Node" names={recipe.goal_names.map((name) => clip(name))} />}
      {Line && recipe.d === 1 && n > 1 && <Line />}
      {loops && n === 1 && <OneWeight beat={beat} />}
      {loops && n > 1 && <StepRows />}
      {!loops && (recipe.d === 1 && n > 1 ? <Folded /> : <Contributions />)}
      <div class="foot">
        {shown && n === 1 && <WholeStep />}
        {(n > 1 || k > 1) && <StepExamples />}
        <StepExactly nodes={Array.from({ length: k }, (_, node) => ({ layer: 0, node }))} />
      </div>
    </Card>
  );
}

/** The loop; where the reader wants all digits, or where nothing moves but the last bits tell why, the same step in rows. */
function OneWeight({ beat }: { beat: number }) {
  const model = useContext(Current);
  if (stays(model))
    return (
      <>
        <LastBits />
        <StepRows whole />
      </>
    );
  return (
    <>
      {!allDigits.value && <Loop beat={beat} />}
      <div class={allDigits.value ? "" : "narrow"}>
        <StepRows />
      </div>
      {isNear(model) && <LastBits />}
    </>
  );
}

/** Whether the weight stays where it is, and only the last bits tell why. */
function stays(model: Model): boolean {
  const { weight, new_weight } = model.now.value;
  return isNear(model) && weight[0] === new_weight[0];
}

function isNear({ now, replay }: Model): boolean {
  const { goal, input, n, rule } = replay.value.recipe;
  return hasOneWeight(replay.value.recipe) && n === 1 && rule === "plain" && isNearStall(now.value.weight[0], goal[0] / input[0]);
}

function LastBits() {
  return (
    <div class="last-bits">
      <Stall />
      <StallWords />
    </div>
  );
}

/** Of one input the line says most; what it is made of is folded. */
function Folded() {
  return <Fold name="Inside the node, for one example">{() => <Contributions />}</Fold>;
}

function WholeStep() {
  const of = oneStepOf(useContext(Current));
  const number = ({ value, text }: Told, tone = "") => <Num x={value} text={text} tone={tone} />;
  const part = (name: keyof OneStep, tone = "") => number(of[name], tone);
  return (
    <p class="line">
      {part("next", "w")} = {part("weight", "w")} − {part("alpha")} × (
      <span class="t-go">
        {part("input", "go")} × {part("weight", "go")}
      </span>{" "}
      − {part("goal", "goal")}) × {part("input")}
    </p>
  );
}
