/** The nodes of a network's picture: tiles with what each computes, or the cells of a large layer; arrow keys walk them. */

import { useContext } from "preact/hooks";
import { nodeCount, offsets, type Place } from "../../layers";
import { mapPoints, type Points, type Scale, scaleOf, spanOf } from "../../maps";
import { clip, exact, magnitude, most, short } from "../../numbers";
import type { Step } from "../../replay";
import type { Recipe } from "../../scene";
import { Current } from "../replayed/context";
import { Cells } from "./cells";
import { brieflyDoes, givenBy } from "./does";
import { Heat } from "./heat";
import { type Column, cornerOf, type Layout } from "./layout";
import { Seen, type Show } from "./seen";
import { stateOf } from "./states";

export function Columns({ layout }: { layout: Layout }) {
  return (
    <>
      {layout.columns.map((column) => (
        <OneColumn key={column.at} column={column} />
      ))}
    </>
  );
}

function OneColumn({ column }: { column: Column }) {
  const { recipe } = useContext(Current).replay.value;
  const { at, nodes, left, across, top } = column;
  return (
    <>
      <span class="column-name" style={{ left: `${left}px` }}>
        {columnName(recipe, at)}
      </span>
      {across > 0 ? (
        <div class="place" style={{ left: `${left}px`, top: `${top}px` }}>
          <Cells column={column} />
        </div>
      ) : (
        Array.from({ length: nodes }, (_, node) =>
          at ? <Tile key={node} column={column} place={{ layer: at - 1, node }} /> : <Input key={node} column={column} i={node} />,
        )
      )}
    </>
  );
}

function columnName({ d, layers }: Recipe, at: number): string {
  if (at === 0) return d > 1 ? `${d} inputs` : "input";
  const { outputs, activation } = layers[at - 1];
  if (at === layers.length) return outputs > 1 ? `${outputs} outputs` : "output";
  return `layer ${at - 1}: ${outputs} ${activation}`;
}

/** An input: its value, and over two inputs what it looks like itself. */
function Input({ column, i }: { column: Column; i: number }) {
  const { replay } = useContext(Current);
  const { example } = useContext(Seen);
  const { d, input, input_names } = replay.value.recipe;
  const value = input[example * d + i];
  const [x, y] = cornerOf(column, i);
  const { size } = column;
  return (
    <div class={`place tile input ${d === 2 ? "" : "wordy"}`} style={{ left: `${x}px`, top: `${y}px` }}>
      {d === 2 && <InputMap i={i} size={size} />}
      <span class="beside t-go" data-value={exact(value)}>
        {short(value, 3)}
      </span>
      <span class={`name ${d === 2 ? "under" : "soft"}`}>
        {clip(input_names[i] === String(i) ? `input ${i}` : input_names[i], 12)}
      </span>
    </div>
  );
}

function InputMap({ i, size }: { i: number; size: number }) {
  const { recipe } = useContext(Current).replay.value;
  const span = spanOf(recipe, i);
  const points = mapPoints({ a: 0, b: 1, x: [0, 1], y: [0, 1], around: [0, 0] }, 2);
  const values = [0, 1, 2, 3].map((p) => points.input[2 * p + i]);
  return (
    <span data-span={span.join(" ")}>
      <Heat values={values} points={points} scale={{ low: 0.25, high: 0.75, middle: NaN }} wide={size} high={size} />
    </span>
  );
}

/** What a tile tells: its node's numbers for the chosen example. */
interface TileNumbers {
  prediction: number;
  delta: number;
  /** The delta as a part of the largest of its layer. */
  part: number;
}

function numbersAt(recipe: Recipe, now: Step, { layer, node }: Place, b: number): TileNumbers {
  const first = b * nodeCount(recipe) + offsets(recipe)[layer].node;
  const largest = most(now.delta.subarray(first, first + recipe.layers[layer].outputs)) || 1;
  const delta = now.delta[first + node];
  return { prediction: now.prediction[first + node], delta, part: Math.min(1, magnitude(delta) / largest) };
}

function Tile({ column, place }: { column: Column; place: Place }) {
  const model = useContext(Current);
  const { b, show, choose } = useContext(Seen);
  const { recipe } = model.replay.value;
  const of = numbersAt(recipe, model.now.value, place, b);
  const [x, y] = cornerOf(column, place.node);
  const open = model.open.value.layer === place.layer && model.open.value.node === place.node;
  const state = stateOf(model, place);
  const numbers = `prediction ${short(of.prediction)}, delta ${short(of.delta)}`;
  const now = model.state.value;
  const does = brieflyDoes(recipe, givenBy(model.core, recipe, now), place);
  const said = [`layer ${place.layer}, node ${place.node}: ${numbers}`, state, does].filter(Boolean).join(", ");
  return (
    <button
      type="button"
      class={`place tile ${open ? "on" : ""} ${state.split(" ")[0]}`}
      style={{ left: `${x}px`, top: `${y}px` }}
      aria-pressed={open}
      tabIndex={open ? 0 : -1}
      onClick={() => choose(place)}
    >
      <span class="sr">{said}</span>
      <TileMap place={place} size={column.size} />
      {column.numbers && <Numbers of={of} show={show} />}
    </button>
  );
}

function Numbers({ of: { prediction, delta, part }, show }: { of: TileNumbers; show: Show }) {
  return (
    <span class="numbers" aria-hidden="true">
      {show !== "back" && <span class="t-go">{short(prediction, 3)}</span>}
      {show !== "forward" && <span class="t-fix">{short(delta, 2)}</span>}
      {show !== "forward" && <i class="bar" style={{ width: `${Math.max(1, 44 * part).toFixed(1)}px` }} />}
    </span>
  );
}

/** What a node computes, with a ring where the chosen example is. */
function TileMap({ place: { layer, node }, size }: { place: Place; size: number }) {
  const { replay } = useContext(Current);
  const { small, values, example } = useContext(Seen);
  const { recipe } = replay.value;
  const nodes = nodeCount(recipe);
  const at = offsets(recipe)[layer].node + node;
  const mine = Array.from({ length: values.length / nodes }, (_, p) => values[p * nodes + at]);
  const scale: Scale = scaleOf(recipe.layers[layer].code, mine);
  return (
    <span class="map">
      <Heat values={mine} points={small} scale={scale} wide={size} high={size} />
      {small.kind === "map" && <Ring points={small} example={example} size={size} />}
    </span>
  );
}

function Ring({ example, size }: { points: Points; example: number; size: number }) {
  const { recipe } = useContext(Current).replay.value;
  const part = [0, 1].map((i) => {
    const [low, high] = spanOf(recipe, i);
    return (recipe.input[example * 2 + i] - low) / (high - low);
  });
  return <i class="ring" style={{ left: `${part[0] * size}px`, top: `${(1 - part[1]) * size}px` }} />;
}
