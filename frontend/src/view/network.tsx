/** A network: its nodes as cards in columns, edges by weight; forward and back as two beats; any node opened below. */

import { useContext, useState } from "preact/hooks";
import type { Model } from "../model";
import { inputsOf, nodeCount, numbersOf, offsets, type Place } from "../network";
import { count, distinct, exact, short } from "../numbers";
import { Current } from "./context";
import { clip } from "./rows";

const WIDE = 760,
  HIGH = 430,
  TOP = 34,
  BOTTOM = 420;
/** Nodes of a column that are drawn as cards with their numbers; of more, as cells. */
const CARDS = 10;
/** Edges that are drawn all at once; of more, only those of the node that is open. */
const EDGES = 600;
const ROWS = 12;

type Beat = "forward" | "back";

export function NetworkInside() {
  const model = useContext(Current),
    { recipe } = model.replay.value,
    now = model.now.value,
    last = recipe.layers!.length - 1;
  const [beat, setBeat] = useState<Beat>("forward"),
    [b, setExample] = useState(0),
    open = model.open.value;
  const example = Math.min(b, now.examples.length - 1);
  const choose = (place: Place) => {
    model.open.value = place;
  };
  const nodes = recipe.layers![open.layer].outputs;
  return (
    <>
      <div class="choices">
        <label>
          Layer{" "}
          <select
            aria-label="layer opened"
            value={open.layer}
            onChange={(e) => choose({ layer: Number(e.currentTarget.value), node: 0 })}
          >
            {recipe.layers!.map((layer, l) => (
              <option value={l} key={l}>
                {l} ({layer.outputs} × {layer.activation}
                {l === last ? ", output" : ""})
              </option>
            ))}
          </select>
        </label>{" "}
        <label>
          Node{" "}
          <select
            aria-label="node opened"
            value={open.node}
            onChange={(e) => choose({ layer: open.layer, node: Number(e.currentTarget.value) })}
          >
            {Array.from({ length: nodes }, (_, j) => (
              <option value={j} key={j}>
                {open.layer === last ? clip(recipe.goal_names[j]) : j}
              </option>
            ))}
          </select>
        </label>{" "}
        {now.examples.length > 1 && (
          <label>
            Example{" "}
            <select aria-label="example shown" value={example} onChange={(e) => setExample(Number(e.currentTarget.value))}>
              {now.examples.slice(0, 200).map((number, i) => (
                <option value={i} key={i}>
                  {number}
                </option>
              ))}
            </select>
          </label>
        )}{" "}
        <label>
          <input type="radio" name="ns-beat" checked={beat === "forward"} onChange={() => setBeat("forward")} /> forward:
          predictions
        </label>{" "}
        <label>
          <input type="radio" name="ns-beat" checked={beat === "back"} onChange={() => setBeat("back")} /> back: deltas
        </label>
      </div>
      <Picture beat={beat} example={example} choose={choose} />
      <OpenNode example={example} />
    </>
  );
}

interface PictureProps {
  beat: Beat;
  example: number;
  choose: (place: Place) => void;
}

function Picture({ beat, example, choose }: PictureProps) {
  const model = useContext(Current),
    { recipe } = model.replay.value,
    now = model.now.value,
    layers = recipe.layers!,
    open = model.open.value;
  const at = offsets(recipe),
    all = nodeCount(recipe),
    columns = [recipe.d, ...layers.map((layer) => layer.outputs)];
  const x = (column: number) => 56 + (column * (WIDE - 112)) / (columns.length - 1);
  const y = (column: number, i: number) => TOP + ((i + 0.5) * (BOTTOM - TOP)) / columns[column];
  const values = (column: number) => {
    if (column === 0) return inputsOf(recipe, now, 0, example);
    const from = example * all + at[column - 1].node,
      numbers = beat === "forward" ? now.prediction : now.delta;
    return Array.from(numbers.slice(from, from + columns[column]));
  };
  const edges = columns.slice(1).reduce((sum, n, i) => sum + n * columns[i], 0);
  const heaviest = Math.max(...Array.from(now.weight, (w) => (Number.isFinite(w) ? Math.abs(w) : 0)), Number.MIN_VALUE);
  const state = (layer: number, node: number) =>
    model.changed.value ? "" : (model.scene.nodes.find((n) => n.layer === layer && n.node === node)?.state ?? "");
  const said = `Network of ${columns.join(", ")} nodes; ${beat === "forward" ? "predictions" : "deltas"} at step ${now.step}. Open: layer ${open.layer}, node ${open.node}.`;
  return (
    <svg class={`network ${beat}`} viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={said}>
      {layers.map((layer, l) =>
        Array.from({ length: layer.outputs }, (_, j) =>
          Array.from({ length: layer.inputs }, (_, i) => {
            const mine = open.layer === l && open.node === j;
            if (!mine && edges > EDGES) return null;
            const weight = now.weight[at[l].weight + j * (layer.inputs + (layer.bias ? 1 : 0)) + i],
              size = Number.isFinite(weight) ? Math.abs(weight) / heaviest : 1;
            return (
              <path
                key={`${l}.${j}.${i}`}
                d={`M${x(l) + 34} ${y(l, i)}C${x(l) + 80} ${y(l, i)} ${x(l + 1) - 80} ${y(l + 1, j)} ${x(l + 1) - 34} ${y(l + 1, j)}`}
                class={`edge ${mine ? "mine" : ""} ${weight < 0 ? "negative" : ""}`}
                stroke-width={(0.4 + 5 * size).toFixed(2)}
              />
            );
          }),
        ),
      )}
      {columns.map((n, column) => {
        const numbers = values(column),
          largest = Math.max(...numbers.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)), Number.MIN_VALUE);
        const high = Math.min(46, ((BOTTOM - TOP) / n) * 0.82),
          card = n <= CARDS;
        return (
          <g key={column}>
            <text class="lab m" x={x(column)} y="20">
              {column === 0 ? "inputs" : column === columns.length - 1 ? "output" : `layer ${column - 1}`}
            </text>
            {numbers.map((value, j) => {
              const layer = column - 1,
                mine = layer === open.layer && j === open.node,
                kind = column === 0 ? "go" : beat === "forward" ? "go" : "fix";
              const flag = column ? state(layer, j) : "",
                shade = Number.isFinite(value) ? Math.abs(value) / largest : 1;
              return (
                <g key={j} class={`node ${column ? "can" : ""}`} onClick={column ? () => choose({ layer, node: j }) : undefined}>
                  <rect
                    x={x(column) - 34}
                    y={y(column, j) - high / 2}
                    width="68"
                    height={high}
                    rx={Math.min(8, high / 3)}
                    class={`box-${kind} ${mine ? "thick open" : "thin"} ${flag}`}
                  />
                  {!card && (
                    <rect
                      x={x(column) - 34}
                      y={y(column, j) - high / 2}
                      width={68 * shade}
                      height={high}
                      class={`fill-${kind}`}
                      opacity="0.55"
                    />
                  )}
                  {card && (
                    <text class="m" x={x(column)} y={y(column, j) + (high > 30 ? 0 : 5)} data-value={exact(value)}>
                      {short(value, 3)}
                    </text>
                  )}
                  {card && high > 30 && (
                    <path d={`M${x(column) - 24 * shade} ${y(column, j) + 12}h${48 * shade}`} class={`bar-${kind}`} />
                  )}
                </g>
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

/** The open node as its own arithmetic: a row for each input, the sum, the activation; the delta, and what the update does. */
function OpenNode({ example }: { example: number }) {
  const model = useContext(Current),
    { recipe } = model.replay.value,
    now = model.now.value,
    open = model.open.value;
  const n = numbersOf(recipe, now, open, example),
    shape = recipe.layers![open.layer],
    output = open.layer === recipe.layers!.length - 1;
  const name = (i: number) => (i === shape.inputs ? "bias" : open.layer ? `from node ${i}` : clip(recipe.input_names[i]));
  const all = n.weight.map((weight, i) => ({
    i,
    x: i === shape.inputs ? 1 : n.input[i],
    weight,
    product: weight * (i === shape.inputs ? 1 : n.input[i]),
  }));
  const ranked = [...all].sort((a, b) => Math.abs(n.alpha_delta[b.i]) - Math.abs(n.alpha_delta[a.i]) || 0);
  const top = ranked.slice(0, all.length > ROWS ? ROWS - 1 : ROWS).sort((a, b) => a.i - b.i),
    rest = ranked.slice(top.length);
  const goal = recipe.goal[now.examples[example] * recipe.k + open.node],
    state = model.changed.value ? "" : model.scene.nodes.find((s) => s.layer === open.layer && s.node === open.node)?.state;
  const [p, g] = distinct([n.prediction, output ? goal : n.prediction], 6);
  return (
    <section aria-labelledby="ns-open">
      <h3 id="ns-open">
        Layer {open.layer}, node {open.node}
        {output && recipe.k > 1 ? ` (${clip(recipe.goal_names[open.node])})` : ""}
        {state ? `: ${state} at the end` : ""}
      </h3>
      <p class="line">
        sum <b class="t-go">{short(n.sum, 6)}</b> → {n.activation} → prediction <b class="t-go">{p}</b>
        {output ? (
          <>
            {" "}
            beside goal <b class="t-goal">{g}</b>
          </>
        ) : null}
        ; delta <b class="t-fix">{short(n.delta, 6)}</b>
        {n.fed.length > 0 && <span class="soft"> = (sum of {count(n.fed.length)} deltas it feeds × weight) × slope</span>}
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="Weights of the open node">
        <table class="rows">
          <caption>
            example {now.examples[example]}
            {now.examples.length > 1 ? `; weighted deltas are over all ${count(now.examples.length)} of the step` : ""}
          </caption>
          <thead>
            <tr>
              {["input", "value", "weight", "product", "weighted delta", "alpha delta", "new weight"].map((h) => (
                <th scope="col" key={h}>
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {top.map(({ i, x, weight, product }) => (
              <tr key={i}>
                <th scope="row">
                  <bdi class="name">{name(i)}</bdi>
                </th>
                {distinct([x, weight, product, n.weighted_delta[i]]).map((text, j) => (
                  <td key={j} class={j === 1 ? "t-w" : j === 3 ? "t-fix" : ""}>
                    {text}
                  </td>
                ))}
                <td class="t-fix">{short(n.alpha_delta[i])}</td>
                <td class="t-w">{distinct([weight, n.new_weight[i]])[1]}</td>
              </tr>
            ))}
            {rest.length > 0 && (
              <tr class="rest">
                <th scope="row">{count(rest.length)} others</th>
                <td colSpan={2} />
                <td>{short(rest.reduce((sum, row) => sum + row.product, 0))}</td>
                <td colSpan={3} />
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">sum</th>
              <td colSpan={2} />
              <td class="t-go strong" title={exact(n.sum)}>
                {short(n.sum, 6)}
              </td>
              <td colSpan={3} />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

/** Every number of the open node, for the table of exact ones. */
export function exactRows(model: Model): [string, string, number][] {
  const { recipe } = model.replay.value,
    now = model.now.value,
    open = model.open.value,
    shape = recipe.layers![open.layer],
    rows: [string, string, number][] = [];
  const who = `layer ${open.layer}, node ${open.node}`,
    name = (i: number) => (i === shape.inputs ? "bias" : `input ${i}`);
  now.examples.slice(0, 50).forEach((example, b) => {
    const n = numbersOf(recipe, now, open, b);
    for (const quantity of ["sum", "prediction", "delta"] as const)
      rows.push([quantity, `${who}, example ${example}`, n[quantity]]);
  });
  const n = numbersOf(recipe, now, open, 0);
  rows.push(["mse", "", now.mse]);
  for (const quantity of ["weight", "weighted_delta", "alpha_delta", "new_weight"] as const)
    n[quantity].forEach((value, i) => rows.push([quantity.replace("_", " "), `${who}, ${name(i)}`, value]));
  return rows;
}
