/** Inside a network: the picture of its nodes, forward and back as two beats, and the node that is open as its own arithmetic. */

import { useContext, useState } from "preact/hooks";
import { numbersOf, outputsOf, type Place } from "../../layers";
import type { Model } from "../../model";
import { clip, counted, distinct, short } from "../../numbers";
import { Card, Choice } from "../parts";
import { Current } from "./context";
import { Contributions } from "./contributions";
import { NodeChoice, StepExactly } from "./inside";
import { JoinedWords } from "./joined";
import { type Beat, NetworkPicture, stateOf } from "./picture";
import { StepSentence } from "./sentence";

/** Examples of a step that can be chosen. */
const EXAMPLES = 200;

export function NetworkInside() {
  const model = useContext(Current);
  const [beat, setBeat] = useState<Beat>("forward");
  const [chosen, setExample] = useState(() => farthestOff(model));
  const { examples } = model.now.value;
  const example = Math.max(0, Math.min(chosen, examples.length - 1));
  const choose = (place: Place) => {
    model.open.value = place;
  };
  return (
    <Card id="ns-inside" title={<StepSentence />} place="inside">
      <div class="choices">
        <Choice
          text="Layer"
          label="layer opened"
          value={model.open.value.layer}
          names={layerNames(model)}
          set={(layer) => choose({ layer, node: 0 })}
        />{" "}
        <NodeChoice label="node opened" names={nodeNames(model)} />{" "}
        {examples.length > 1 && (
          <Choice
            text="Example"
            label="example shown"
            value={example}
            names={examples.slice(0, EXAMPLES).map(String)}
            set={setExample}
          />
        )}{" "}
        <label>
          <input type="radio" name="ns-beat" checked={beat === "forward"} onChange={() => setBeat("forward")} /> forward:
          predictions
        </label>{" "}
        <label>
          <input type="radio" name="ns-beat" checked={beat === "back"} onChange={() => setBeat("back")} /> back: deltas
        </label>
      </div>
      <NetworkPicture beat={beat} example={example} choose={choose} />
      <OpenNode example={example} />
      <StepExactly nodes={[model.open.value]} />
    </Card>
  );
}

/** The example of the step whose outputs are farthest from their goals together: what there is to see is there. */
function farthestOff({ replay, now }: Model): number {
  const { recipe } = replay.value;
  const { examples } = now.value;
  const off = examples.slice(0, EXAMPLES).map((example, b) => {
    const goals = recipe.goal.slice(example * recipe.k, (example + 1) * recipe.k);
    return goals.reduce((sum, goal, j) => sum + Math.abs(outputsOf(recipe, now.value, b)[j] - goal), 0);
  });
  return Math.max(0, off.indexOf(off.reduce((a, b) => Math.max(a, b), -Infinity)));
}

function layerNames({ replay }: Model): string[] {
  const { layers } = replay.value.recipe;
  const place = (l: number): string => (l === layers.length - 1 ? ", output" : "");
  return layers.map(({ outputs, activation }, l) => `${l} (${outputs} × ${activation}${place(l)})`);
}

function nodeNames({ replay, open }: Model): string[] {
  const { layers, goal_names } = replay.value.recipe;
  const { layer } = open.value;
  const last = layer === layers.length - 1;
  return Array.from({ length: layers[layer].outputs }, (_, j) => (last ? clip(goal_names[j]) : String(j)));
}

/** The open node as its own arithmetic: the sum, the activation, the delta; its weights, and what the update does. */
function OpenNode({ example }: { example: number }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const { layer, node } = model.open.value;
  const { sum, prediction, delta, fed } = numbersOf(recipe, model.now.value, { layer, node }, example);
  const goal = fed ? prediction : goalOf(model, example, node);
  const [told, toldGoal] = distinct([prediction, goal], 6);
  const name = !fed && recipe.k > 1 ? ` (${clip(recipe.goal_names[node])})` : "";
  const state = stateOf(model, { layer, node });
  return (
    <section aria-labelledby="ns-open">
      <h3 id="ns-open">
        Layer {layer}, node {node}
        {name}
        {state && `: ${state} at the end`}
      </h3>
      <p class="line">
        sum <b class="t-go">{short(sum, 6)}</b> → {recipe.layers[layer].activation} → prediction <b class="t-go">{told}</b>
        {!fed && (
          <>
            {" "}
            beside goal <b class="t-goal">{toldGoal}</b>
          </>
        )}
        ; delta <b class="t-fix">{short(delta, 6)}</b>
        {fed > 0 && <span class="soft"> = (sum of {counted(fed, "delta")} it feeds × weight) × slope</span>}
      </p>
      <Contributions example={example} />
      <JoinedWords />
    </section>
  );
}

function goalOf({ replay, now }: Model, example: number, node: number): number {
  const { recipe } = replay.value;
  return recipe.goal[now.value.examples[example] * recipe.k + node];
}
