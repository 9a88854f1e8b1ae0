/** A large layer: a cell for each node, as dark as its number for the chosen example; a click opens one. */

import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { nodeCount, offsets } from "../../layers";
import { most } from "../../numbers";
import { Current } from "../replayed/context";
import { theme } from "../theme";
import { coloursOf } from "./colours";
import { type Column, nodeAt } from "./layout";
import { Seen } from "./seen";

export function Cells({ column }: { column: Column }) {
  const model = useContext(Current);
  const { show, choose } = useContext(Seen);
  const place = useRef<HTMLCanvasElement>(null);
  const { at, nodes, across, size } = column;
  const values = useValues(column);
  const open = at === model.open.value.layer + 1 ? model.open.value.node : -1;
  const painted = theme.value;
  useLayoutEffect(() => {
    if (place.current) paint(place.current, column, values, open);
  }, [column, values, open, painted]);
  const click = (event: MouseEvent & { currentTarget: Element }): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    if (at) choose({ layer: at - 1, node: nodeAt(column, event.clientX - left, event.clientY - top) });
  };
  const what = at ? (show === "back" ? "deltas" : "predictions") : "values";
  return (
    <canvas
      ref={place}
      class={`heat cells ${at ? "can" : ""} ${show === "back" && at ? "of-delta" : ""}`}
      role="img"
      aria-label={`${nodes} ${at ? "nodes" : "inputs"}: their ${what}, dark where large`}
      style={{ width: `${across * size}px`, height: `${Math.ceil(nodes / across) * size}px` }}
      onClick={click}
    />
  );
}

/** Numbers of the column's nodes for the chosen example: what each gives, or the delta that came back to it. */
function useValues({ at, nodes }: Column): ArrayLike<number> {
  const { replay, now } = useContext(Current);
  const { b, example, show } = useContext(Seen);
  const { recipe } = replay.value;
  if (at === 0) return recipe.input.slice(example * nodes, (example + 1) * nodes);
  const first = b * nodeCount(recipe) + offsets(recipe)[at - 1].node;
  return now.value[show === "back" ? "delta" : "prediction"].subarray(first, first + nodes);
}

function paint(canvas: HTMLCanvasElement, { across, size, nodes }: Column, values: ArrayLike<number>, open: number): void {
  const on = canvas.getContext("2d");
  if (!on) return;
  const sharp = Math.min(2, devicePixelRatio || 1);
  canvas.width = across * size * sharp;
  canvas.height = Math.ceil(nodes / across) * size * sharp;
  on.scale(sharp, sharp);
  const {
    ink,
    ramp: [pale, , dark],
  } = coloursOf(canvas);
  const largest = most(values) || 1;
  const gap = size > 5 ? 1 : 0;
  for (let i = 0; i < nodes; i++) {
    const part = Number.isFinite(values[i]) ? Math.abs(values[i]) / largest : 1;
    on.fillStyle = `rgb(${pale.map((from, c) => Math.round(from + part * (dark[c] - from))).join()})`;
    on.fillRect((i % across) * size, Math.floor(i / across) * size, size - gap, size - gap);
  }
  if (open < 0) return;
  on.strokeStyle = ink;
  on.lineWidth = 2;
  on.strokeRect((open % across) * size, Math.floor(open / across) * size, size - gap, size - gap);
}
