/** A network drawn: its nodes as cards in columns, edges by weight; what they predict, or the deltas that came back. */

import { useContext } from "preact/hooks";
import { firstWeight, inputsOf, nodeCount, offsets, type Place } from "../../layers";
import type { Model } from "../../model";
import { exact, most, short } from "../../numbers";
import type { Step } from "../../replay";
import type { Recipe } from "../../scene";
import { Current } from "./context";

const WIDE = 760;
const HIGH = 430;
const TOP = 34;
const BOTTOM = 420;
/** Half a card. */
const HALF = 34;
/** Nodes of a column that are drawn as cards with their numbers; of more, as cells. */
const CARDS = 10;
/** Edges that are drawn all at once; of more, only those of the node that is open. */
const EDGES = 600;

export type Beat = "forward" | "back";

interface Props {
  beat: Beat;
  /** Its place among those of the step. */
  example: number;
  choose: (place: Place) => void;
}

/** Where columns of nodes stand, inputs first. */
class Grid {
  readonly columns: number[];

  constructor({ d, layers }: Recipe) {
    this.columns = [d, ...layers.map((layer) => layer.outputs)];
  }

  x(column: number): number {
    return 56 + (column * (WIDE - 112)) / (this.columns.length - 1);
  }

  y(column: number, node: number): number {
    return TOP + ((node + 0.5) * (BOTTOM - TOP)) / this.columns[column];
  }

  name(column: number): string {
    if (column === 0) return "inputs";
    return column === this.columns.length - 1 ? "output" : `layer ${column - 1}`;
  }

  /** A column's cards are so high. */
  high(column: number): number {
    return Math.min(46, ((BOTTOM - TOP) / this.columns[column]) * 0.82);
  }
}

export function NetworkPicture({ beat, example, choose }: Props) {
  const model = useContext(Current);
  const grid = new Grid(model.replay.value.recipe);
  const { layer, node } = model.open.value;
  const what = `${beat === "forward" ? "predictions" : "deltas"} at step ${model.now.value.step}`;
  const said = `Network of ${grid.columns.join(", ")} nodes; ${what}. Open: layer ${layer}, node ${node}.`;
  return (
    <svg class="network" viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={said}>
      <Edges grid={grid} />
      {grid.columns.map((_, column) => (
        <Column key={column} grid={grid} column={column} beat={beat} example={example} choose={choose} />
      ))}
    </svg>
  );
}

function Edges({ grid }: { grid: Grid }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const { weight } = model.now.value;
  const open = model.open.value;
  const all = recipe.layers.flatMap(({ outputs }, layer) => Array.from({ length: outputs }, (_, node) => ({ layer, node })));
  const edges = recipe.layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const heaviest = most(weight) || 1;
  return (
    <>
      {(edges > EDGES ? [open] : all).map((to) => (
        <EdgesTo key={`${to.layer}.${to.node}`} grid={grid} to={to} weight={weight} heaviest={heaviest} />
      ))}
    </>
  );
}

function EdgesTo({ grid, to, weight, heaviest }: { grid: Grid; to: Place; weight: Float64Array; heaviest: number }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const { layer, node } = to;
  const mine = isOpen(model, to) ? "mine" : "";
  const first = firstWeight(recipe, to);
  const [x0, x1, y1] = [grid.x(layer), grid.x(layer + 1), grid.y(layer + 1, node)];
  return (
    <>
      {Array.from(weight.slice(first, first + recipe.layers[layer].inputs), (value, i) => {
        const y0 = grid.y(layer, i);
        const size = Number.isFinite(value) ? Math.abs(value) / heaviest : 1;
        const path = `M${x0 + HALF} ${y0}C${x0 + 80} ${y0} ${x1 - 80} ${y1} ${x1 - HALF} ${y1}`;
        return (
          <path key={i} d={path} class={`edge ${mine} ${value < 0 ? "negative" : ""}`} stroke-width={(0.4 + 5 * size).toFixed(2)} />
        );
      })}
    </>
  );
}

function Column({ grid, column, beat, example, choose }: Props & { grid: Grid; column: number }) {
  const model = useContext(Current);
  const values = valuesOf(model, column, beat, example);
  const largest = most(values) || 1;
  return (
    <g>
      <text class="lab m" x={grid.x(column)} y="20">
        {grid.name(column)}
      </text>
      {values.map((value, node) => (
        <NodeCard
          key={node}
          grid={grid}
          place={{ layer: column - 1, node }}
          colour={column && beat === "back" ? "fix" : "go"}
          value={value}
          shade={Number.isFinite(value) ? Math.abs(value) / largest : 1}
          choose={choose}
        />
      ))}
    </g>
  );
}

/** What a column shows of the step's example: the inputs, or what its nodes predict, or their deltas. */
function valuesOf({ now, replay }: Model, column: number, beat: Beat, example: number): number[] {
  const { recipe } = replay.value;
  const step: Step = now.value;
  if (column === 0) return inputsOf(recipe, step, 0, example).slice(0, recipe.d);
  const from = example * nodeCount(recipe) + offsets(recipe)[column - 1].node;
  return Array.from((beat === "forward" ? step.prediction : step.delta).slice(from, from + recipe.layers[column - 1].outputs));
}

interface NodeProps {
  grid: Grid;
  /** Of an input the layer is −1. */
  place: Place;
  colour: "go" | "fix";
  value: number;
  /** Its size beside the largest of its column. */
  shade: number;
  choose: (place: Place) => void;
}

function NodeCard({ grid, place, colour, value, shade, choose }: NodeProps) {
  const model = useContext(Current);
  const column = place.layer + 1;
  const high = grid.high(column);
  const [x, y] = [grid.x(column), grid.y(column, place.node)];
  const box = { x: x - HALF, y: y - high / 2, height: high };
  const look = isOpen(model, place) ? "thick open" : "thin";
  return (
    <g class={column ? "node can" : "node"} onClick={column ? () => choose(place) : undefined}>
      <rect {...box} width={2 * HALF} rx={Math.min(8, high / 3)} class={`box-${colour} ${look} ${stateOf(model, place)}`} />
      {grid.columns[column] > CARDS ? (
        <rect {...box} width={2 * HALF * shade} class={`fill-${colour}`} opacity="0.55" />
      ) : (
        <text class="m" x={x} y={y + (high > 30 ? 0 : 5)} data-value={exact(value)}>
          {short(value, 3)}
        </text>
      )}
      {grid.columns[column] <= CARDS && high > 30 && (
        <path d={`M${x - 24 * shade} ${y + 12}h${48 * shade}`} class={`bar-${colour}`} />
      )}
    </g>
  );
}

function isOpen({ open }: Model, { layer, node }: Place): boolean {
  return open.value.layer === layer && open.value.node === node;
}

/** What Python said of a node at the last step: "" where nothing, or where the run is another now. */
export function stateOf({ changed, scene }: Model, { layer, node }: Place): string {
  const told = scene.nodes.find((state) => state.layer === layer && state.node === node);
  return changed.value ? "" : (told?.state ?? "");
}
