/** The open node of an observed run: its forward numbers and deltas, its weights and what the step did to them. */

import { useContext } from "preact/hooks";
import { clip, count } from "../../numbers";
import { type LayerNumbers, type Now, nodeName, type Quantity } from "../../recorded";
import { Cell, textsOf } from "../cells";
import { Exactly } from "../exactly";
import type { ExactRow } from "../kind";
import { Card, Choice, Table } from "../parts";
import { Observed } from "./context";
import { nodesShown } from "./layers";
import type { Recording } from "./recording";
import { EXAMPLES, inputsOf, OF_BIAS, UPDATE, Weights } from "./weights";

const FORWARD = ["sum", "prediction", "delta"] as const;
const COLOURS = ["t-go", "t-go", "t-fix"];

export function OpenNode() {
  const model = useContext(Observed);
  const { layers } = model.scene;
  const { layer, node } = model.open.value;
  const now = model.now.value;
  const told = layers[layer];
  if (!now || !told) return null;
  const numbers = now.layers[layer] ?? {};
  const caption = (
    <>
      step {now.step}, layer {layer} (<bdi>{clip(told.name)}</bdi>), node {told.shown[node]}
    </>
  );
  return (
    <Card id="ns-node" title="Node" place="node-card">
      <Choices model={model} />
      <div class="pairs">
        <Forward numbers={numbers} node={node} />
        <Weights numbers={numbers} node={node} />
      </div>
      <Exactly
        rows={() => rowsOf(now, numbers, node, model.example.value)}
        caption={caption}
        python={`run.trace[${now.step}].layers[${layer}]`}
      />
    </Card>
  );
}

function Choices({ model: { scene, open } }: { model: Recording }) {
  const { layer, node } = open.value;
  const told = scene.layers[layer];
  const set = (place: { layer: number; node: number }) => {
    open.value = place;
  };
  return (
    <div class="choices">
      <Choice
        text="Layer"
        label="layer opened"
        value={layer}
        names={scene.layers.map(({ name }, l) => `${l} (${clip(name)})`)}
        set={(chosen) => set({ layer: chosen, node: 0 })}
      />{" "}
      <Choice
        text="Node"
        label="node opened"
        value={node}
        names={told.shown.map((number) => nodeName(told, number))}
        set={(chosen) => set({ layer, node: chosen })}
      />
      {told.shown.length < told.nodes && <span>{nodesShown(told)} nodes were kept</span>}
    </div>
  );
}

function Forward({ numbers, node }: { numbers: LayerNumbers; node: number }) {
  const { example } = useContext(Observed);
  const all = FORWARD.map((name) => numbers[name]?.column(node) ?? []);
  const kept = Math.max(...all.map((column) => column.length));
  const shown = Math.min(EXAMPLES, kept);
  if (!kept) return <p class="soft">Its sum, prediction and delta were not seen at this step.</p>;
  const texts = textsOf(all.flatMap((column) => Array.from({ length: shown }, (_, b) => column[b])));
  const some = kept > shown ? `: ${shown} of the ${count(kept)} examples kept` : "";
  return (
    <Table
      label="Forward numbers of the node"
      caption={`forward, and the delta that came back${some}`}
      heads={["example", ...FORWARD]}
    >
      <tbody>
        {Array.from({ length: shown }, (_, b) => (
          <tr key={b} class={b === example.value ? "chosen" : ""}>
            <th scope="row">{b}</th>
            {FORWARD.map((name, i) => (
              <Cell key={name} text={texts[i * shown + b]} colour={COLOURS[i]} of={all[i][b]} />
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Every number of the open node: of the step, of the examples shown, of its bias and its weights. */
function rowsOf(now: Now, numbers: LayerNumbers, node: number, example: number): ExactRow[] {
  const row = (name: Quantity, of: string, value: number): ExactRow => [name.replaceAll("_", " "), of, value];
  const forward = FORWARD.flatMap((name) =>
    (numbers[name]?.column(node, EXAMPLES) ?? []).map((value, b) => row(name, `example ${b}`, value)),
  );
  const bias = UPDATE.flatMap((name) => {
    const column = numbers[OF_BIAS[name]];
    return column ? [row(OF_BIAS[name], "", column.at(node))] : [];
  });
  const inputs = (inputsOf(numbers)?.row(example) ?? []).map((value, i) => row("input", `example ${example}, input ${i}`, value));
  const weights = UPDATE.flatMap((name) => (numbers[name]?.row(node) ?? []).map((value, i) => row(name, `input ${i}`, value)));
  return [["loss", "", now.loss], ["alpha", "", now.alpha], ...forward, ...bias, ...inputs, ...weights];
}
