/** The error over epochs, on unseen rows and on seen ones: where it beats the mean, where 1 % is left, and which epoch is best. */

import { useMemo } from "preact/hooks";
import { count, short } from "../../numbers";
import { evenTicks, powerTicks } from "../../ticks";
import { Chip, Foot, Upright, useFrame } from "../chart";
import { Card } from "../parts";
import { scaleOf } from "../scale";
import { amount, type FitNow, useFit } from "./now";
import { accuracy, type EpochPoint, overEpochs, rmse, undone } from "./quality";

const HIGH: [number, number] = [220, 216];
const WIDE_APART = 20;
/** Marks nearer than this would have their words on each other. */
const NEAR = 90;

export interface Told {
  points: EpochPoint[];
  best: EpochPoint;
  beats: EpochPoint | null;
  near: EpochPoint | null;
}

export function useEpochs(now: FitNow | null): Told | null {
  return useMemo(() => (now ? toldOf(now) : null), [now]);
}

function toldOf(now: FitNow): Told {
  const { replay, forUnseen, fit, j } = now;
  const { k } = replay.recipe;
  const own = (numbers: ArrayLike<number>): Float64Array => undone(numbers, fit.goal_scaling);
  const points = overEpochs(replay, forUnseen, (of, told) => {
    const goal = of === forUnseen ? fit.unseen.goal : replay.recipe.goal;
    return fit.classes ? 1 - accuracy(goal, told, k) : rmse({ goal: own(goal), prediction: own(told) }, k, j);
  });
  const judged = (point: EpochPoint): number => (forUnseen ? point.unseen : point.seen);
  const best = points.reduce((least, point) => (judged(point) < judged(least) ? point : least), points[0]);
  const mean = meanOf(now);
  const last = judged(points[points.length - 1]);
  const beats = points.find((point) => judged(point) < mean) ?? null;
  const near = points.find((point) => judged(point) <= 1.01 * last) ?? null;
  return { points, best, beats: beats?.epoch ? beats : null, near: near?.epoch ? near : null };
}

/** What the answer that costs nothing is off by. */
function meanOf({ fit, unseen, j }: FitNow): number {
  if (fit.always) return 1 - (unseen ? (fit.always.unseen ?? NaN) : fit.always.seen);
  const mean = fit.beside?.mean;
  return (unseen ? mean?.unseen?.[j] : mean?.seen[j]) ?? NaN;
}

export function Epochs() {
  const now = useFit();
  const told = useEpochs(now);
  const [box, frame] = useFrame(...HIGH);
  if (!now || !told) return null;
  const { points, best, beats } = told;
  const { unseen, unit, fit } = now;
  const mean = meanOf(now);
  const values = [...points.flatMap(({ seen, unseen }) => [seen, unseen]), mean].filter((v) => Number.isFinite(v) && v > 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = !fit.classes && high / low > WIDE_APART;
  const end = points[points.length - 1].epoch;
  const x = (epoch: number): number => frame.left + (epoch / Math.max(1, end)) * (frame.right - frame.left);
  const y = scaleOf([log ? low : 0, high], log, [frame.top + 10, frame.bottom]);
  const line = (of: (point: EpochPoint) => number): string =>
    `M${points
      .filter((p) => Number.isFinite(of(p)))
      .map((p) => `${x(p.epoch).toFixed(1)} ${y(of(p)).toFixed(1)}`)
      .join("L")}`;
  const name = fit.classes ? "part that is wrong" : `RMSE${unit && `,${unit}`}`;
  const chip = unseen ? "solid unseen, dashed seen" : "on the rows it learned from";
  const at = unseen ? best.unseen : best.seen;
  const isNear = !!beats && Math.abs(x(best.epoch) - x(beats.epoch)) < NEAR;
  const said = `${name} over ${count(end)} epochs: best at epoch ${count(best.epoch)}, ${amount(at, fit.classes ? "" : unit)}.`;
  return (
    <Card id="ns-epochs" title="Error over epochs" beside={<Chip>{chip}</Chip>}>
      <div ref={box}>
        <svg viewBox={`0 0 ${frame.wide} ${frame.high}`} role="img" aria-label={said}>
          <Upright frame={frame} name={name} ticks={log ? powerTicks(low, high) : evenTicks(0, high, 4)} place={y} />
          <Foot frame={frame} name="epoch" ticks={evenTicks(0, end, 4).filter(Number.isInteger)} place={x} whole />
          {Number.isFinite(mean) && (
            <>
              <path d={`M${frame.left} ${y(mean)}H${frame.right}`} class="half soft-line" />
              <text class="ax e over" x={frame.right} y={y(mean) - 6}>
                {fit.always ? `always ${fit.always.class}` : "always the mean"}
              </text>
            </>
          )}
          {unseen && <path d={line((p) => p.seen)} class="seen-line" />}
          <path d={line((p) => (unseen ? p.unseen : p.seen))} class="error-line" />
          {beats && beats !== best && (
            <Mark x={x(beats.epoch)} y={y(unseen ? beats.unseen : beats.seen)} text={`${count(beats.epoch)}: beats it`} />
          )}
          <Mark x={x(best.epoch)} y={y(at)} text={best.epoch === end ? "" : `best: ${count(best.epoch)}`} below={isNear} />
        </svg>
      </div>
      <p class="soft small">{words(told, end, fit.classes ? "" : unit)}</p>
    </Card>
  );
}

function Mark({ x, y, text, below }: { x: number; y: number; text: string; below?: boolean }) {
  return (
    <>
      <circle cx={x} cy={y} r="5" class="fill-fix" />
      <text class="ax over told-fix" x={x + 9} y={below ? y - 28 : y - 7}>
        {text}
      </text>
    </>
  );
}

function words({ best, near, points }: Told, end: number, unit: string): string {
  const judged = Number.isFinite(best.unseen) ? best.unseen : best.seen;
  const which =
    best.epoch === end ? `The best epoch is the last, ${count(end)}` : `The best epoch is ${count(best.epoch)} of ${count(end)}`;
  const gap = points.length > 1 ? points[1].epoch - points[0].epoch : 1;
  const looked = gap > 1 ? `, of every ${short(gap)} looked at` : "";
  const done = near && near.epoch < best.epoch ? ` ${count(near.epoch)} would have done.` : "";
  return `${which}${looked}: ${amount(judged, unit)}.${done}`;
}
