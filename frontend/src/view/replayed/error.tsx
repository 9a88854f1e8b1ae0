/** The error, step by step: of the whole run, with the step in view; as a table; and each step around the one in view. */

import { useContext } from "preact/hooks";
import type { Curve, Point } from "../../curve";
import type { Model } from "../../model";
import { count, distinct, exact, number, short } from "../../numbers";
import { screens } from "../../screens";
import { evenTicks, powerTicks } from "../../ticks";
import { Foot, type Frame, Upright, useFrame } from "../chart";
import { Card, Fold, Segments, Table } from "../parts";
import { band, rangeOf, scaleOf } from "../scale";
import { Current } from "./context";

const HIGH: [number, number] = [214, 178];
const WITH_FILM: [number, number] = [144, 116];
/** Room above the curve for what is told of it. */
const ABOVE = 16;
/** From so many times the smallest error to the largest on, powers of ten are drawn. */
const WIDE_APART = 1000;
const ROWS = 200;
/** Room that a letter takes. */
const LETTER = 8;
const SMALL_LETTER = 7.2;
/** Room that a line of words needs. */
const LINE = 16;

export function ErrorCard({ film }: { film?: boolean }) {
  const model = useContext(Current);
  const log = logOf(model);
  const Film = screens.network?.Film;
  const choose = (chosen: number): void => {
    model.log.value = chosen === 1;
  };
  const scale = <Segments label="Scale of the error" name="ns-log" names={["linear", "log"]} value={Number(log)} set={choose} />;
  return (
    <Card id="ns-error" title={film ? "Error, and the output as it was" : "Error, step by step"} beside={scale}>
      <Whole log={log} high={film ? WITH_FILM : HIGH} />
      {film && Film && <Film />}
      <Words />
      <div class="folds">
        <Fold name="As a table">{() => <Rows />}</Fold>
        <Detail log={log} />
      </div>
    </Card>
  );
}

function logOf({ log, curve }: Model): boolean {
  if (log.value !== null) return log.value;
  const [low, high] = rangeOf(curve.value.points, true);
  return high / low > WIDE_APART;
}

/** The steps and errors of a chart, and where they stand. */
interface Axes {
  frame: Frame;
  x: (step: number) => number;
  y: (error: number) => number;
}

function Whole({ log, high }: { log: boolean; high: [number, number] }) {
  const model = useContext(Current);
  const [box, frame] = useFrame(...high);
  const { walk } = model;
  const { points } = model.curve.value;
  const future = model.future.value?.curve ?? [];
  const ghost = model.ghost.value?.points ?? [];
  const least = leastOf(model);
  const end = Math.max(1, ...points.map((p) => p.step), ...future.map((p) => p.step));
  const shown = [
    ...points,
    ...ghost.filter((p) => p.step <= end),
    ...future,
    ...(least ? [{ step: 0, low: least, high: least }] : []),
  ];
  const range = rangeOf(shown, log);
  const y = scaleOf(range, log, [frame.top + ABOVE, frame.bottom]);
  const x = (step: number) => frame.left + (Math.min(step, end) / end) * (frame.right - frame.left);
  const go = (event: PointerEvent & { currentTarget: Element }): void => {
    if (!(event.buttons & 1)) return;
    const place = event.currentTarget.getBoundingClientRect();
    walk.go(((event.clientX - place.left - frame.left) / (frame.right - frame.left)) * end);
  };
  const ticks = log ? powerTicks(range[0], range[1]) : evenTicks(range[0], range[1], 4);
  const [tf, tl] = distinct([points[0]?.high ?? NaN, points[points.length - 1]?.low ?? NaN]);
  const said = `mse over the steps: from ${tf} to ${tl}. At step ${walk.step} it is ${short(model.error.value)}.`;
  return (
    <div ref={box}>
      <svg
        class="drag"
        viewBox={`0 0 ${frame.wide} ${frame.high}`}
        role="img"
        aria-label={said}
        onPointerDown={go}
        onPointerMove={go}
      >
        <rect x="0" y="0" width={frame.wide} height={frame.high} class="nothing" />
        <Upright frame={frame} name="error (mse)" ticks={ticks} place={y} />
        <Foot frame={frame} name="step" ticks={stepTicks(end)} place={x} whole />
        {least && <path d={`M${frame.left} ${y(least)}H${frame.right}`} class="least" />}
        <path d={band(ghost, x, y, end)} class="ghost" />
        <path d={band(points, x, y, end)} class="error" />
        <path d={band(future, x, y, end)} class="future" />
        <Cursor axes={{ frame, x, y }} end={end} />
      </svg>
    </div>
  );
}

function stepTicks(end: number): number[] {
  return evenTicks(0, end, 4).filter(Number.isInteger);
}

/** The step in view with its error, and what ends the run. */
function Cursor({ axes, end }: { axes: Axes; end: number }) {
  const { frame, x, y } = axes;
  const model = useContext(Current);
  const { step } = model.walk;
  const error = model.error.value;
  const [cx, cy] = [x(step), y(error)];
  const text = `step ${count(step)}: ${short(error)}`;
  const told = placeOf(text, [cx, cy], axes, model);
  return (
    <>
      <Mark axes={axes} told={told} />
      {step <= end && (
        <>
          <path d={`M${cx} ${frame.top}V${frame.bottom}`} class="cursor" />
          <circle cx={cx} cy={cy} r="6" class="fill-fix" />
          <text class="t-fix strong" x={told.from} y={told.y} data-value={exact(error)}>
            {text}
          </text>
        </>
      )}
    </>
  );
}

/** From where to where a text goes, and its foot. */
interface Told {
  from: number;
  to: number;
  y: number;
}

/** Beside the step, on the side that has room, and above the curve. */
function placeOf(text: string, [cx, cy]: [number, number], { frame, x, y }: Axes, { curve }: Model): Told {
  const long = text.length * LETTER;
  const right = cx + 10 + long < frame.right;
  const from = right ? cx + 10 : Math.max(4, cx - 10 - long);
  const over = curve.value.points.filter((p) => x(p.step) > from - 10 && x(p.step) < from + long);
  const up = over.reduce((least, p) => Math.min(least, y(p.high)), cy) - 9;
  return { from, to: from + long, y: Math.max(frame.top + 4, up) };
}

/** What ends the run; its words keep away from those of the step. */
function Mark({ axes: { frame, x, y }, told }: { axes: Axes; told: Told }) {
  const model = useContext(Current);
  const mark = markOf(model);
  if (!mark) return null;
  const at = x(mark.step);
  const long = mark.text.length * SMALL_LETTER;
  const left = at - 6 - long > frame.left;
  const [from, to] = left ? [at - 6 - long, at - 6] : [at + 6, at + 6 + long];
  const near = model.curve.value.points.filter((p) => x(p.step) > from - LINE && x(p.step) < to + LINE).map((p) => y(p.high));
  const onWords = (foot: number): boolean => told.from < to && told.to > from && Math.abs(told.y - foot) < LINE;
  const onCurve = (foot: number): boolean => Math.min(...near) < foot + 6 && Math.max(...near) > foot - LINE;
  const rows = [frame.top + 14, frame.top + 14 + LINE, frame.bottom - 12].filter((foot) => !onWords(foot));
  return (
    <>
      <path d={`M${at} ${frame.top}V${frame.bottom}`} class="half soft-line" />
      <text class={`ax ${left ? "e" : ""}`} x={left ? to : from} y={rows.find((foot) => !onCurve(foot)) ?? rows[0]}>
        {mark.text}
      </text>
    </>
  );
}

function markOf({ replay }: Model): { step: number; text: string } | null {
  const { ending, settled_after, cycle, steps } = replay.value.facts;
  if (ending === "SETTLED" && settled_after)
    return { step: settled_after, text: `${count(settled_after)}: nothing moves any more` };
  if (ending === "CYCLING" && cycle) return { step: cycle[0], text: `${count(cycle[0])}: it repeats` };
  return ending === "DIVERGED" ? { step: steps - 1, text: `${count(steps - 1)}: not finite` } : null;
}

/** What lines besides the run's own mean, and what a point stands for. */
function Words() {
  const model = useContext(Current);
  const curve = model.curve.value;
  const least = leastOf(model);
  const lines = [
    model.ghost.value && `Dotted: ${ghostWords(model)}, as it was before.`,
    model.future.value && `Dotted blue: what if, ${model.future.value.what}.`,
    curve.stretch > 1 && stretchWords(curve),
    least && `Dashed: ${short(least)}, the least error that any weights have.`,
  ].filter(Boolean);
  return lines.length ? <p class="soft small">{lines.join(" ")}</p> : null;
}

function ghostWords({ replay, original }: Model): string {
  const { alpha } = original.recipe;
  return replay.value.recipe.alpha === alpha ? "the run" : `alpha ${short(alpha)}`;
}

function stretchWords({ stretch, lookedAt }: Curve): string {
  const some = `lowest and highest of the ${lookedAt} steps looked at in it`;
  return `Each point is ${count(stretch)} steps: ${lookedAt >= stretch ? "its lowest and highest error" : some}.`;
}

/** Least mse of any weights, where Python foretold it and the data is still the same; a sum for which 0 is nothing to draw. */
function leastOf({ replay, scene }: Model): number | null {
  const { recipe } = replay.value;
  const least = number(scene.forecast.least_mse);
  const same = recipe.input === scene.recipe.input && recipe.goal === scene.recipe.goal;
  return same && recipe.n > 1 && least > 0 && Number.isFinite(least) ? least : null;
}

/** The same as a table. */
function Rows() {
  const { curve } = useContext(Current);
  const { points, stretch } = curve.value;
  const every = Math.ceil(points.length / ROWS);
  const shown = points.filter((_, i) => i % every === 0);
  const heads = stretch > 1 ? ["step", "lowest error (mse)", "highest"] : ["step", "error (mse)"];
  return (
    <Table label="Error over the steps" heads={heads}>
      <tbody>
        {shown.map(({ step, low, high }) => (
          <tr key={step}>
            <th scope="row">{count(step)}</th>
            <td>{exact(low)}</td>
            {stretch > 1 && <td>{exact(high)}</td>}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** The steps around the one in view, each a dot of its own. */
function Detail({ log }: { log: boolean }) {
  if (useContext(Current).curve.value.stretch === 1) return null;
  return <Fold name="Every step around this one">{() => <Around log={log} />}</Fold>;
}

function Around({ log }: { log: boolean }) {
  const model = useContext(Current);
  const [box, frame] = useFrame(...HIGH);
  const points = model.detail.value?.points ?? [];
  const [first, last] = [points[0], points[points.length - 1]];
  const range = rangeOf(points, log);
  const y = scaleOf(range, log, [frame.top + ABOVE, frame.bottom]);
  const x = (step: number) =>
    frame.left + ((step - first.step) / Math.max(1, last.step - first.step)) * (frame.right - frame.left - 8);
  const [tf, tl] = distinct([first.low, last.low]);
  const said = `mse of every step from ${first.step} to ${last.step}: from ${tf} to ${tl}.`;
  const look = ({ step }: Point) => (step === model.walk.step ? { r: 5, class: "dot-w" } : { r: 2.2, class: "fill-fix" });
  return (
    <div ref={box}>
      <svg viewBox={`0 0 ${frame.wide} ${frame.high}`} role="img" aria-label={said}>
        <Upright
          frame={frame}
          name="error (mse)"
          ticks={log ? powerTicks(range[0], range[1]) : evenTicks(range[0], range[1], 4)}
          place={y}
        />
        <Foot frame={frame} name="step" ticks={evenTicks(first.step, last.step, 4).filter(Number.isInteger)} place={x} whole />
        {points.map((p) => (
          <circle key={p.step} cx={x(p.step)} cy={y(p.low)} {...look(p)} />
        ))}
      </svg>
    </div>
  );
}
