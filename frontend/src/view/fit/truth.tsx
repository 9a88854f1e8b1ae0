/** Predicted against true, and what each was missed by: unseen rows dark, seen pale, the band of ± RMSE, the furthest off named. */

import { count, magnitude, short } from "../../numbers";
import { evenTicks } from "../../ticks";
import { Chip, Foot, type Frame, Upright, useFrame } from "../chart";
import { Card } from "../parts";
import { placesIn, rangeWith } from "../replayed/dots";
import { amount, type FitNow, useFit } from "./now";
import { type Rows, rmse } from "./quality";

const HIGH: [number, number] = [316, 300];
const DRAWN = 500;
const BINS = 9;

interface Miss {
  row: number;
  goal: number;
  prediction: number;
  miss: number;
}

function missesOf(rows: Rows, k: number, j: number): Miss[] {
  return Array.from({ length: rows.n }, (_, row) => {
    const [goal, prediction] = [rows.goal[row * k + j], rows.prediction[row * k + j]];
    return { row, goal, prediction, miss: prediction - goal };
  });
}

/** Every so-manieth of many, and those farthest off. */
function few(misses: Miss[]): Miss[] {
  const every = Math.ceil(misses.length / DRAWN);
  if (every <= 1) return misses;
  const far = new Set([...misses].sort((a, b) => magnitude(b.miss) - magnitude(a.miss)).slice(0, 20));
  return misses.filter((miss, i) => i % every === 0 || far.has(miss));
}

function furthest(misses: Miss[]): Miss | undefined {
  return misses.reduce<Miss | undefined>(
    (most, miss) => (magnitude(miss.miss) > magnitude(most?.miss ?? 0) ? miss : most),
    undefined,
  );
}

export function Truth() {
  const now = useFit();
  const [box, frame] = useFrame(...HIGH);
  if (!now) return null;
  const { replay, j, seen, unseen, judged, unit } = now;
  const { k } = replay.recipe;
  const off = rmse(judged, k, j);
  const [dark, pale] = unseen ? [missesOf(unseen, k, j), missesOf(seen, k, j)] : [missesOf(seen, k, j), []];
  const range = rangeWith([...dark, ...pale].flatMap(({ goal, prediction }) => [goal, prediction]));
  const { x, y } = placesIn(frame, range, range);
  const most = furthest(dark);
  const said = `Predicted against true for ${count(judged.n)} rows; on the dashed line a prediction is right.`;
  return (
    <Card id="ns-truth" title="Predicted against true" beside={<Chip>band: ± {amount(off, unit)}</Chip>}>
      <div ref={box}>
        <svg viewBox={`0 0 ${frame.wide} ${frame.high}`} role="img" aria-label={said}>
          <Upright frame={frame} name={`predicted${unit && `,${unit}`}`} ticks={evenTicks(...range, 4)} place={y} />
          <Foot frame={frame} name={`true ${now.name}${unit && `,${unit}`}`} ticks={evenTicks(...range, 4)} place={x} />
          <path d={bandAlong(range, off, x, y)} class="band" />
          <path d={`M${x(range[0])} ${y(range[0])}L${x(range[1])} ${y(range[1])}`} class="right-line" />
          {few(pale).map(({ row, goal, prediction }) => (
            <circle key={`s${row}`} cx={x(goal)} cy={y(prediction)} r="2" class="pale" />
          ))}
          {few(dark).map(({ row, goal, prediction }) => (
            <circle key={row} cx={x(goal)} cy={y(prediction)} r="3.6" class="fill-go" />
          ))}
          {most && <Furthest frame={frame} at={[x(most.goal), y(most.prediction)]} text={furthestWords(now, most)} />}
        </svg>
        <p class="soft tiny">
          <b class="t-go">●</b> {count(judged.n)} {unseen ? "unseen" : "seen"}
          {unseen && (
            <>
              {" · "}
              <span class="small-dot">●</span> {count(seen.n)} seen (small)
            </>
          )}
        </p>
      </div>
    </Card>
  );
}

function furthestWords({ unit, fit, unseen }: FitNow, { miss, row }: Miss): string {
  const name = unseen && fit.unseen_rows[row] ? `row ${fit.unseen_rows[row]}` : "furthest off";
  return `${name}: ${amount(Math.abs(miss), unit)} too ${miss > 0 ? "high" : "low"}`;
}

/** Room that a letter takes. */
const LETTER = 7.6;

function Furthest({ frame, at: [x, y], text }: { frame: Frame; at: [number, number]; text: string }) {
  const from = Math.max(frame.left, Math.min(x - 20, frame.right - text.length * LETTER));
  const up = y > (frame.top + frame.bottom) / 2 ? frame.bottom - 8 : frame.top + 14;
  return (
    <>
      <path d={`M${x} ${y}V${up + (up < y ? 4 : -12)}`} class="stem" />
      <circle cx={x} cy={y} r="7" class="ring-fix" />
      <text class="ax over told-fix" x={from} y={up}>
        {text}
      </text>
    </>
  );
}

function bandAlong([low, high]: [number, number], off: number, x: (v: number) => number, y: (v: number) => number): string {
  if (!Number.isFinite(off)) return "";
  return `M${x(low)} ${y(low + off)}L${x(high)} ${y(high + off)}L${x(high)} ${y(high - off)}L${x(low)} ${y(low - off)}Z`;
}

export function Missed() {
  const now = useFit();
  const [box, whole] = useFrame(...HIGH);
  if (!now) return null;
  const { replay, j, judged, unit } = now;
  const misses = missesOf(judged, replay.recipe.k, j);
  const frame = { ...whole, right: whole.right - 74 };
  const off = rmse(judged, replay.recipe.k, j);
  const mean = misses.reduce((sum, { miss }) => sum + miss, 0) / misses.length;
  const across = rangeWith(misses.map(({ prediction }) => prediction));
  const reach = rangeWith([...misses.map(({ miss }) => miss), off, -off]);
  const up: [number, number] = [-Math.max(-reach[0], reach[1]), Math.max(-reach[0], reach[1])];
  const { x, y } = placesIn(frame, across, up);
  const average = `${amount(Math.abs(mean), unit)} too ${mean > 0 ? "high" : "low"} on average`;
  return (
    <Card id="ns-missed" title="What it missed by" beside={<Chip>{average}</Chip>}>
      <div ref={box}>
        <svg
          viewBox={`0 0 ${frame.wide} ${frame.high}`}
          role="img"
          aria-label={`What ${count(judged.n)} rows were missed by: ${average}.`}
        >
          <path d={`M${frame.left} ${y(off)}H${frame.right}V${y(-off)}H${frame.left}Z`} class="band" />
          <Upright frame={frame} name={`too high${unit && `,${unit}`}`} ticks={evenTicks(...up, 4)} place={y} />
          <Foot frame={frame} name={`predicted${unit && `,${unit}`}`} ticks={evenTicks(...across, 3)} place={x} />
          <path d={`M${frame.left} ${y(0)}H${frame.right}`} class="right-line" />
          {few(misses).map(({ row, prediction, miss }) => (
            <g key={row}>
              <path d={`M${x(prediction)} ${y(0)}V${y(miss)}`} class="stem pale-stem" />
              <circle cx={x(prediction)} cy={y(miss)} r="3.2" class="fill-go" />
            </g>
          ))}
          <Counts misses={misses} up={up} y={y} left={frame.right + 14} wide={54} />
        </svg>
      </div>
    </Card>
  );
}

/** How many rows were missed by how much. */
function Counts(props: { misses: Miss[]; up: [number, number]; y: (miss: number) => number; left: number; wide: number }) {
  const { misses, up, y, left, wide } = props;
  const step = (up[1] - up[0]) / BINS;
  const counts = Array.from({ length: BINS }, (_, b) => {
    const low = up[0] + b * step;
    return misses.filter(({ miss }) => miss >= low && (miss < low + step || b === BINS - 1)).length;
  });
  const largest = counts.reduce((a, b) => Math.max(a, b), 1);
  return (
    <>
      {counts.map((many, b) => {
        const top = y(up[0] + (b + 1) * step);
        const high = y(up[0] + b * step) - top;
        if (!many) return null;
        const long = Math.max(1, (many / largest) * (wide - 24));
        return (
          <g key={b}>
            <rect x={left} y={top + 1} width={long} height={Math.max(1, high - 2)} class="many" />
            <text class="ax" x={left + long + 4} y={top + high / 2 + 4.5}>
              {short(many)}
            </text>
          </g>
        );
      })}
    </>
  );
}
