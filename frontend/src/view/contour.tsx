/** The error over two chosen weights, with the way the run took through it. */

import { useContext, useMemo, useState } from "preact/hooks";
import { usefulEnd } from "../curve";
import { count, distinct, exact } from "../numbers";
import { type Bowl, bowlOf, furthest, type Way, wayOf } from "../plane";
import { Current } from "./context";
import { clip } from "./rows";

const WIDE = 420,
  HIGH = 300,
  LEFT = 14,
  RIGHT = 406,
  TOP = 12,
  BOTTOM = 252;
/** Points of the way that are drawn. */
const POINTS = 400;
const LEVELS = [0.02, 0.08, 0.2, 0.4, 0.7, 1, 1.6, 2.6, 4.5];

export function Contour() {
  const model = useContext(Current),
    replay = model.replay.value,
    { recipe } = replay,
    width = replay.engine.width;
  const node = Math.min(model.output.value, recipe.k - 1),
    base = node * width,
    perEpoch = replay.engine.stepsPerEpoch;
  const [chosen, setChosen] = useState<[number, number] | null>(null),
    [near, setNear] = useState(false);
  const pair = useMemo(() => furthest(replay, node), [replay, node]),
    [i, j] = chosen ?? pair;
  const way = useMemo(
    () => wayOf(replay, 0, Math.min(usefulEnd(replay), replay.steps), POINTS, base + i, base + j),
    [replay, base, i, j],
  );
  const step = Math.min(model.step.value, model.lastStep),
    epoch = Math.floor(step / perEpoch);
  const round = useMemo(
    () => wayOf(replay, epoch * perEpoch, Math.min(replay.steps, (epoch + 1) * perEpoch), POINTS, base + i, base + j),
    [replay, epoch, base, i, j],
  );
  const state = replay.stateAt(step),
    bowl = bowlOf(replay, state, node, i, j),
    name = (at: number) => (at === recipe.d ? "bias" : clip(recipe.input_names[at]));
  const now = model.now.value,
    here = [now.weight[base + i], now.weight[base + j]],
    next = [now.new_weight[base + i], now.new_weight[base + j]];
  const several = perEpoch > 1;
  if (!bowl || ![...here, ...next].every(Number.isFinite))
    return <p class="soft">The weights are beyond all numbers: there is no picture of where they are.</p>;
  const box = frame(near ? round : way, [here, next, bowl.lowest], near ? round : null);
  const x = (v: number) => (LEFT + RIGHT) / 2 + (v - box.x) * box.scale,
    y = (v: number) => (TOP + BOTTOM) / 2 - (v - box.y) * box.scale;
  const [tx, ty, tlx, tly] = [...distinct([here[0], bowl.lowest[0]]), ...distinct([here[1], bowl.lowest[1]])].map(
    (_, at, all) => all[[0, 2, 1, 3][at]],
  );
  const said = `Error of the node over ${name(i)} and ${name(j)}: lowest at ${tlx} and ${tly}. Before this step they are ${tx} and ${ty}.`;
  const choose = (place: 0 | 1, value: number) => setChosen(place ? [i === value ? j : i, value] : [value, j === value ? i : j]);
  return (
    <>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={said}>
        <clipPath id="ns-plane">
          <rect x={LEFT} y={TOP} width={RIGHT - LEFT} height={BOTTOM - TOP} rx="8" />
        </clipPath>
        <g clip-path="url(#ns-plane)">
          <rect x={LEFT} y={TOP} width={RIGHT - LEFT} height={BOTTOM - TOP} class="plane" />
          {LEVELS.map((level) => (
            <Level
              key={level}
              at={[x(bowl.lowest[0]), y(bowl.lowest[1])]}
              bowl={bowl}
              across={(Math.sqrt(level) * (RIGHT - LEFT)) / 4}
            />
          ))}
          <path d={line(way, x, y)} class="way" />
          {several && <path d={line(round, x, y)} class="round" />}
          <path d={`M${x(bowl.lowest[0]) - 7} ${y(bowl.lowest[1])}h14m-7 -7v14`} class="goal-mark" />
          <path d={`M${x(here[0])} ${y(here[1])}L${x(next[0])} ${y(next[1])}`} class="move" />
          <circle cx={x(next[0])} cy={y(next[1])} r="5" class="ring-w" />
          <circle cx={x(here[0])} cy={y(here[1])} r="6" class="dot-w" />
        </g>
        <text class="lab" x={LEFT} y="272">
          → <tspan class="name-x">{name(i)}</tspan>{" "}
          <tspan class="t-w strong" data-value={exact(here[0])}>
            {tx}
          </tspan>
          , lowest{" "}
          <tspan class="t-goal" data-value={exact(bowl.lowest[0])}>
            {tlx}
          </tspan>
        </text>
        <text class="lab" x={LEFT} y="293">
          ↑ <tspan class="name-y">{name(j)}</tspan>{" "}
          <tspan class="t-w strong" data-value={exact(here[1])}>
            {ty}
          </tspan>
          , lowest{" "}
          <tspan class="t-goal" data-value={exact(bowl.lowest[1])}>
            {tly}
          </tspan>
        </text>
      </svg>
      {width > 2 && (
        <p class="pair">
          <Choice label="across" value={i} set={(v) => choose(0, v)} all={width} name={name} />{" "}
          <Choice label="up" value={j} set={(v) => choose(1, v)} all={width} name={name} />
        </p>
      )}
      <p class="soft small">
        Level lines of {recipe.k > 1 ? "this node's error" : "the error"}
        {width > 2 ? ", the other weights held as they are at this step" : ""}; the cross is its lowest point.
        {several
          ? ` The thick way is epoch ${epoch}: ${count(perEpoch)} steps, each pulled by ${recipe.batch === 1 ? "its one example" : `its ${recipe.batch} examples`} only.`
          : ""}
      </p>
      <label class="check">
        <input type="checkbox" checked={near} onChange={() => setNear(!near)} /> closer: {several ? "this epoch" : "this step"} and
        the lowest point
      </label>
    </>
  );
}

function Choice({
  label,
  value,
  set,
  all,
  name,
}: {
  label: string;
  value: number;
  set: (v: number) => void;
  all: number;
  name: (i: number) => string;
}) {
  return (
    <>
      <span aria-hidden="true">{label} </span>
      <select aria-label={`weight drawn ${label}`} value={value} onChange={(e) => set(Number(e.currentTarget.value))}>
        {Array.from({ length: all }, (_, i) => (
          <option value={i} key={i}>
            {name(i)}
          </option>
        ))}
      </select>
    </>
  );
}

interface Frame {
  x: number;
  y: number;
  scale: number;
}

/** One scale for both weights, so that an ellipse's shape tells how unlike its directions are. */
function frame(way: Way, points: number[][], only: Way | null): Frame {
  const xs = [...(only ?? way).x, ...points.map((p) => p[0])],
    ys = [...(only ?? way).y, ...points.map((p) => p[1])];
  const middle = (v: number[]) => (Math.min(...v) + Math.max(...v)) / 2,
    half = (v: number[]) => (Math.max(...v) - Math.min(...v)) / 2;
  const wide = half(xs),
    high = half(ys),
    scale = Math.min((RIGHT - LEFT) / 2 / (wide * 1.15), (BOTTOM - TOP) / 2 / (high * 1.15));
  const fits = Number.isFinite(scale) && scale > 0;
  return { x: middle(xs), y: middle(ys), scale: fits ? scale : (RIGHT - LEFT) / 2 };
}

interface LevelProps {
  at: number[];
  bowl: Bowl;
  across: number;
}

/** One level line, so many pixels across its steep axis: an ellipse; where the other direction does not matter, nearly two lines. */
function Level({ at, bowl, across }: LevelProps) {
  const [u] = bowl.axes,
    turn = (-Math.atan2(u[1], u[0]) * 180) / Math.PI;
  const along = bowl.rises[1] > 0 ? Math.min(1e5, across * Math.sqrt(bowl.rises[0] / bowl.rises[1])) : 1e5;
  return <ellipse cx={at[0]} cy={at[1]} rx={across} ry={along} transform={`rotate(${turn} ${at[0]} ${at[1]})`} class="level" />;
}

function line(way: Way, x: (v: number) => number, y: (v: number) => number): string {
  return way.steps.length ? `M${way.x.map((v, at) => `${x(v).toFixed(2)} ${y(way.y[at]).toFixed(2)}`).join("L")}` : "";
}
