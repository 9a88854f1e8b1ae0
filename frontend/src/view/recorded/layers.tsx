/** The layers of an observed run at the step in view, each in a few numbers; a button opens one. */

import { useContext } from "preact/hooks";
import { clip, count } from "../../numbers";
import type { RecordedLayer } from "../../recorded";
import { Cell, NOT_SEEN, textsOf } from "../cells";
import { Card, Table } from "../parts";
import { Observed } from "./context";
import { type Summary, summaryOf } from "./recording";

const HEADS = [
  "layer",
  "kind",
  "activation",
  "nodes shown",
  "delta, root mean square",
  "largest weighted delta",
  "largest alpha delta ÷ largest weight",
  "shown nodes at 0 for all examples",
];

export function Layers() {
  const model = useContext(Observed);
  const { layers } = model.scene;
  const now = model.now.value;
  if (!now || !layers.length) return null;
  const all = layers.map((told, l) => summaryOf(told, now.layers[l] ?? {}));
  const delta = textsOf(all.map((s) => s.delta));
  const weighted = textsOf(all.map((s) => s.weighted));
  const moved = textsOf(all.map(({ alpha, weight }) => (alpha === undefined || weight === undefined ? undefined : alpha / weight)));
  return (
    <Card id="ns-layers" title={`Layers at step ${count(now.step)}`} place="layers">
      <Table label={`Layers at step ${count(now.step)}`} heads={HEADS}>
        <tbody>
          {layers.map((_, l) => (
            <Line key={l} layer={l} of={all[l]} delta={delta[l]} weighted={weighted[l]} moved={moved[l]} />
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

function Line(props: { layer: number; of: Summary; delta: string; weighted: string; moved: string }) {
  const { layer, of, delta, weighted, moved } = props;
  const model = useContext(Observed);
  const told = model.scene.layers[layer];
  const open = model.open.value.layer === layer;
  const choose = (button: HTMLElement) => {
    model.open.value = { layer, node: 0 };
    button.closest(".grid")?.querySelector("#ns-node")?.scrollIntoView({ block: "nearest" });
  };
  return (
    <tr class={open ? "chosen" : ""}>
      <th scope="row">
        <button type="button" class="open-layer" aria-pressed={open} onClick={(e) => choose(e.currentTarget)}>
          layer {layer} (<bdi>{clip(told.name)}</bdi>)
        </button>
      </th>
      <td>{told.kind}</td>
      <td>{told.activation || (told.gates ? "gates" : "none seen")}</td>
      <td>{nodesShown(told)}</td>
      <Cell text={delta} colour="t-fix" of={of.delta} />
      <Cell text={weighted} colour="t-fix" of={of.weighted} />
      <td class="t-w">{movedWords(told, of, moved)}</td>
      <td>{offShare(told, of.off)}</td>
    </tr>
  );
}

function movedWords({ kept_from }: RecordedLayer, { alpha, weight }: Summary, moved: string): string {
  if (kept_from) return `cannot move: ${kept_from}`;
  return alpha === 0 && weight === 0 ? "0 ÷ 0" : moved;
}

export function nodesShown({ shown, nodes }: RecordedLayer): string {
  return shown.length === nodes ? `all ${count(nodes)}` : `${count(shown.length)} of ${count(nodes)}`;
}

function offShare({ activation, shown }: RecordedLayer, off?: number): string {
  if (activation !== "relu") return "–";
  return off === undefined ? NOT_SEEN : `${Math.round((off / shown.length) * 100)} % (${count(off)} of ${count(shown.length)})`;
}
