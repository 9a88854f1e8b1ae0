/** The error over two chosen weights, with the way the run took through it. */

import { useContext, useMemo, useState } from "preact/hooks";
import { usefulEnd } from "../../curve";
import { inputName, widthOf } from "../../layers";
import { clip, count, distinct, exact } from "../../numbers";
import type { Replay } from "../../replay";
import { evenTicks } from "../../ticks";
import { Foot, type Frame, Upright, useFrame } from "../chart";
import { Card, Check, Fold } from "../parts";
import { Current } from "../replayed/context";
import { type Bowl, bowlOf, furthest, type Pair, type Plane, type Way, wayOf, weightsOf } from "./plane";

const HIGH: [number, number] = [250, 200];
/** Points of the way that are drawn. */
const POINTS = 400;
/** Room that a letter takes. */
const LETTER = 7.8;
/** Room that a line of words needs. */
const LINE = 18;
const LEVELS = [0.02, 0.08, 0.2, 0.4, 0.7, 1, 1.6, 2.6, 4.5];

/** What is drawn: the whole way and that of the epoch in view, this step's two places, the bowl. */
interface Drawn {
  bowl: Bowl;
  way: Way;
  round: Way | null;
  here: Pair;
  next: Pair;
}

export function ContourCard() {
  const model = useContext(Current);
  const replay = model.replay.value;
  const { node } = model.open.value;
  const [chosen, setChosen] = useState<Pair | null>(null);
  const [near, setNear] = useState(false);
  const pair = useMemo(() => furthest(replay, node), [replay, node]);
  const [i, j] = chosen ?? pair;
  const plane = useMemo(() => ({ node, i, j }), [node, i, j]);
  const drawn = useDrawn(plane);
  const names = Array.from({ length: widthOf(replay.recipe.layers[0]) }, (_, at) => clip(inputName(replay.recipe, 0, at)));
  const choices = names.length > 2 && (
    <span class="pair">
      <Weight label="across" mark="→" value={i} names={names} set={(v) => setChosen([v, j === v ? i : j])} />{" "}
      <Weight label="up" mark="↑" value={j} names={names} set={(v) => setChosen([i === v ? j : i, v])} />
    </span>
  );
  return (
    <Card id="ns-contour" title="Error over two weights" beside={choices}>
      {drawn ? (
        <Picture drawn={drawn} near={near} names={[names[i], names[j]]} />
      ) : (
        <p class="soft">The weights are beyond all numbers: there is no picture of where they are.</p>
      )}
      <Fold name="What is drawn">
        {() => (
          <>
            <p class="soft small">{wordsOf(replay, model.walk.step)}</p>
            <Check text={`closer: this ${drawn?.round ? "epoch" : "step"} and the lowest point`} checked={near} set={setNear} />
          </>
        )}
      </Fold>
    </Card>
  );
}

function useDrawn(plane: Plane): Drawn | null {
  const model = useContext(Current);
  const replay = model.replay.value;
  const { stepsPerEpoch } = replay.engine;
  const first = Math.floor(model.walk.step / stepsPerEpoch) * stepsPerEpoch;
  const way = useMemo(() => wayOf(replay, plane, [0, Math.min(usefulEnd(replay), replay.steps)], POINTS), [replay, plane]);
  const round = useMemo(
    () => (stepsPerEpoch > 1 ? wayOf(replay, plane, [first, Math.min(replay.steps, first + stepsPerEpoch)], POINTS) : null),
    [replay, plane, first, stepsPerEpoch],
  );
  const bowl = bowlOf(replay, replay.stateAt(model.walk.step), plane);
  const numbers = weightsOf(replay, plane);
  const of = (weights: Float64Array): Pair => [weights[numbers[0]], weights[numbers[1]]];
  const [here, next] = [of(model.now.value.weight), of(model.now.value.new_weight)];
  return bowl && [...here, ...next].every(Number.isFinite) ? { bowl, way, round, here, next } : null;
}

function wordsOf({ recipe, engine }: Replay, step: number): string {
  const held = widthOf(recipe.layers[0]) > 2 ? ", the other weights held as they are at this step" : "";
  const level = `Level lines of ${recipe.k > 1 ? "this node's error" : "the error"}${held}; the cross is its lowest point.`;
  if (engine.stepsPerEpoch === 1) return level;
  const pulled = recipe.batch === 1 ? "its one example" : `its ${recipe.batch} examples`;
  const epoch = Math.floor(step / engine.stepsPerEpoch);
  return `${level} The thick way is epoch ${epoch}: ${count(engine.stepsPerEpoch)} steps, each pulled by ${pulled} only.`;
}

function Picture({ drawn, near, names }: { drawn: Drawn; near: boolean; names: [string, string] }) {
  const { bowl, way, round, here, next } = drawn;
  const [box, frame] = useFrame(...HIGH);
  const { left, right, top, bottom } = frame;
  const view = viewOf([...(near ? (round ?? []) : way), here, next, bowl.lowest], frame);
  const place = ([x, y]: Pair): Pair => [view.x(x), view.y(y)];
  const [tx, tlx] = distinct([here[0], bowl.lowest[0]]);
  const [ty, tly] = distinct([here[1], bowl.lowest[1]]);
  const [low, from, to] = [bowl.lowest, here, next].map(place);
  const [lowY, hereY] = low[1] < from[1] ? feet(low[1], from[1], frame) : feet(from[1], low[1], frame).reverse();
  const where = `lowest at ${tlx} and ${tly}. Before this step they are ${tx} and ${ty}.`;
  return (
    <div ref={box}>
      <svg
        viewBox={`0 0 ${frame.wide} ${frame.high}`}
        role="img"
        aria-label={`Error of the node over ${names.join(" and ")}: ${where}`}
      >
        <clipPath id="ns-plane">
          <rect x={left} y={top} width={right - left} height={bottom - top} />
        </clipPath>
        <g clip-path="url(#ns-plane)">
          <rect x={left} y={top} width={right - left} height={bottom - top} class="plane" />
          {LEVELS.map((level) => (
            <Level key={level} at={low} bowl={bowl} across={(Math.sqrt(level) * (right - left)) / 4} />
          ))}
          <path d={line(way.map(place))} class="way" />
          {round && <path d={line(round.map(place))} class="round" />}
          <path d={`M${low[0] - 7} ${low[1]}h14m-7 -7v14`} class="goal-mark" />
          <path d={`M${from.join(" ")}L${to.join(" ")}`} class="move" />
          <circle cx={to[0]} cy={to[1]} r="5" class="ring-w" />
          <circle cx={from[0]} cy={from[1]} r="6" class="dot-w" />
        </g>
        <Upright frame={frame} name={axisOf(names[1])} ticks={evenTicks(view.up[0], view.up[1], 4)} place={view.y} />
        <Foot frame={frame} name={axisOf(names[0])} ticks={evenTicks(view.across[0], view.across[1], 4)} place={view.x} />
        <Beside x={low[0]} y={lowY} frame={frame} tone="goal" text={`lowest: ${tlx}, ${tly}`} of={bowl.lowest} />
        <Beside x={from[0]} y={hereY} frame={frame} tone="w" text={`${tx}, ${ty}`} of={here} />
      </svg>
    </div>
  );
}

function axisOf(name: string): string {
  return name === "bias" ? name : `weight of ${name}`;
}

/** Where texts stand of which one belongs above the other: over the upper place and under the lower one, a line apart at least. */
function feet(upper: number, lower: number, { top, bottom }: Frame): Pair {
  const first = Math.max(top + 14, Math.min(bottom - 6 - LINE, upper - 8));
  return [first, Math.max(first + LINE, Math.min(bottom - 6, lower + 18))];
}

/** Two weights as text, beside their place, on the side that has room. */
function Beside(props: { x: number; y: number; frame: Frame; tone: string; text: string; of: Pair }) {
  const { x, y, frame, tone, text, of } = props;
  const long = text.length * LETTER;
  const beside = x + 12 + long > frame.right ? x - 12 - long : x + 12;
  return (
    <text class={`over strong t-${tone}`} x={Math.max(frame.left + 4, beside)} y={y} data-value={of.map(exact).join(", ")}>
      {text}
    </text>
  );
}

function Weight(props: { label: string; mark: string; value: number; names: string[]; set: (v: number) => void }) {
  const { label, mark, value, names, set } = props;
  return (
    <select aria-label={`weight drawn ${label}`} value={String(value)} onChange={(e) => set(Number(e.currentTarget.value))}>
      {names.map((name, i) => (
        <option value={String(i)} key={i}>
          {name} {mark}
        </option>
      ))}
    </select>
  );
}

interface View {
  x: (weight: number) => number;
  y: (weight: number) => number;
  across: Pair;
  up: Pair;
}

/** From weights to their place, and what is in view. One scale for both, so that an ellipse's shape tells how unlike its directions
 * are. */
function viewOf(points: Way, { left, right, top, bottom }: Frame): View {
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const middle = (v: number[]): number => (Math.min(...v) + Math.max(...v)) / 2;
  const half = (v: number[]): number => ((Math.max(...v) - Math.min(...v)) / 2) * 1.15;
  const [wide, high] = [(right - left) / 2, (bottom - top) / 2];
  const fitted = Math.min(wide / half(xs), high / half(ys));
  const scale = Number.isFinite(fitted) && fitted > 0 ? fitted : wide;
  const [x, y] = [middle(xs), middle(ys)];
  return {
    x: (weight) => left + wide + (weight - x) * scale,
    y: (weight) => top + high - (weight - y) * scale,
    across: [x - wide / scale, x + wide / scale],
    up: [y - high / scale, y + high / scale],
  };
}

/** One level line, so many pixels across its steep axis: an ellipse; where the other direction hardly matters, nearly two lines. */
function Level({ at, bowl, across }: { at: Pair; bowl: Bowl; across: number }) {
  const [u] = bowl.axes;
  const turn = (-Math.atan2(u[1], u[0]) * 180) / Math.PI;
  const along = bowl.rises[1] > 0 ? Math.min(1e5, across * Math.sqrt(bowl.rises[0] / bowl.rises[1])) : 1e5;
  return <ellipse cx={at[0]} cy={at[1]} rx={across} ry={along} transform={`rotate(${turn} ${at[0]} ${at[1]})`} class="level" />;
}

function line(places: Way): string {
  return places.length ? `M${places.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}` : "";
}
