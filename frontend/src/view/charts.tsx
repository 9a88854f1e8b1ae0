/** The pictures on the right: error for every weight, alpha against its limit, error step by step. */

import { useContext, useRef } from "preact/hooks";
import type { Curve, Point } from "../curve";
import type { Model } from "../model";
import { count, distinct, number, short } from "../numbers";
import { Current } from "./context";

/** The parabola of a single weight: mse over all examples. */
export function Parabola() {
  const model = useContext(Current),
    { recipe } = model.replay.value,
    now = model.now.value;
  const { a, b } = parabola(recipe.input, recipe.goal);
  const weight = now.weight[0],
    next = now.new_weight[0],
    best = a > 0 ? -b / (2 * a) : weight;
  const start = recipe.start[0],
    reach = Math.max(Math.abs(start - best), Math.abs(weight - best) || 0, Math.abs(next - best) || 0, Number.MIN_VALUE);
  const finite = Number.isFinite(reach * 2);
  const span = finite ? Math.max(Math.abs(weight - best) * 1.5, reach * 0.02, Math.abs(next - best) * 1.5) || 1 : 1;
  // around its lowest point every parabola has this one shape: no large squares are needed to draw it
  const part = (w: number) => (w - best) / span,
    x = (w: number) => 210 + part(w) * 180,
    y = (w: number) => 170 - part(w) ** 2 * 140;
  const curve = Array.from({ length: 61 }, (_, i) => (i - 30) / 30).map(
    (p) => `${(210 + p * 180).toFixed(1)} ${(170 - p * p * 140).toFixed(1)}`,
  );
  const [tw, tn, tb] = distinct([weight, next, best]);
  if (!finite) return <p class="soft">The weight is beyond all numbers: there is no picture of where it is.</p>;
  const side = weight <= best;
  return (
    <svg
      viewBox="0 0 420 206"
      role="img"
      aria-label={`Error for every weight: lowest at weight ${tb}. This step moves the weight from ${tw} to ${tn}.`}
    >
      <path d="M24 170H396" class="rule" />
      <path d={`M${curve.join("L")}`} class="curve" />
      <path d={`M${x(best)} 162v16`} class="goal-mark" />
      <text class="m t-goal" x="210" y="198">
        {tb}
      </text>
      <path d={`M${x(weight)} 170V${y(weight)}`} class="drop" />
      <circle cx={x(weight)} cy={y(weight)} r="7" class="dot-w" />
      {next !== weight && <circle cx={x(next)} cy={y(next)} r="6" class="ring-w" />}
      <text class={`t-w strong ${side ? "" : "e"}`} x={side ? 24 : 396} y="20">
        {tw} → {tn}
      </text>
    </svg>
  );
}

/** mse = a w² + b w + something that no weight changes. */
function parabola(input: number[], goal: number[]): { a: number; b: number } {
  const n = input.length,
    sum = (f: (i: number) => number) => input.reduce((total, _, i) => total + f(i), 0) / n;
  return { a: sum((i) => input[i] * input[i]), b: sum((i) => -2 * input[i] * goal[i]) };
}

export function Gauge() {
  const model = useContext(Current),
    limits = model.limits.value,
    { alpha } = model.replay.value.recipe;
  if (!limits || !Number.isFinite(limits.limit) || limits.limit <= 0) return <p class="soft">{model.scene.forecast.sentence}</p>;
  const { limit, oneStep } = limits,
    end = limit * 1.2,
    x = (a: number) => 14 + (Math.max(0, Math.min(a, end)) / end) * 392;
  const [ta, tl, to] = distinct([alpha, limit, oneStep]);
  const at = x(alpha),
    flip = at > 250;
  return (
    <svg viewBox="0 0 420 110" role="img" aria-label={`Alpha ${ta}. Stable up to the limit ${tl}. Regime: ${limits.regime}.`}>
      <rect x="14" y="46" width={x(limit) - 14} height="12" rx="6" class="box-go thin" />
      <rect x={x(limit)} y="46" width={x(end) - x(limit)} height="12" rx="6" class="box-fix thin" />
      <path d={`M${x(oneStep)} 42v20M${x(limit)} 38v28`} class="ink" />
      <text class="m eq" x={x(oneStep)} y="80">
        {to}
      </text>
      <text class="m strong" x={x(limit)} y="82">
        limit {tl}
      </text>
      <text class="lab m" x={x(limit * 0.25)} y="104">
        creeps
      </text>
      <text class="lab m" x={x(limit * 0.75)} y="104">
        swings
      </text>
      <text class="lab e t-fix" x="414" y="104">
        runs away
      </text>
      <path d={`M${at} 43l-8-13h16z`} class="needle" />
      <text class={`strong ${flip ? "e" : ""}`} x={flip ? at - 13 : at + 13} y="36">
        alpha {ta}
      </text>
    </svg>
  );
}

const WIDE = 420,
  HIGH = 150,
  X0 = 16,
  X1 = 404,
  Y0 = 12,
  Y1 = 122;

export function ErrorCurve() {
  const model = useContext(Current),
    curve = model.curve.value,
    log = model.log.value,
    future = model.future.value,
    least = leastOf(model);
  const all = [...curve.points, ...(model.ghost.value?.points ?? []), ...(future?.curve ?? [])];
  const end = Math.max(...curve.points.map((p) => p.step), ...(future?.curve.map((p) => p.step) ?? []), 1);
  const y = scaleOf(least ? [...all, { step: 0, low: least, high: least }] : all, log),
    x = (step: number) => X0 + (step / end) * (X1 - X0);
  const step = model.step.value,
    here = model.now.value.mse,
    svg = useRef<SVGSVGElement>(null);
  const first = curve.points[0]?.high ?? NaN,
    last = curve.points[curve.points.length - 1]?.low ?? NaN,
    [tf, tl] = distinct([first, last]);
  const click = (event: MouseEvent) => {
    const box = svg.current!.getBoundingClientRect();
    model.go(((((event.clientX - box.left) / box.width) * WIDE - X0) / (X1 - X0)) * end);
  };
  return (
    <>
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDE} ${HIGH}`}
        role="img"
        aria-label={`mse over the steps: from ${tf} to ${tl}. At step ${step} it is ${short(here)}.`}
        onClick={click}
      >
        <path d={`M${X0} ${Y1}H${X1}`} class="rule" />
        {least && <path d={`M${X0} ${y(least)}H${X1}`} class="least" />}
        {model.ghost.value && <path d={band(model.ghost.value.points, x, y, end)} class="ghost" />}
        <path d={band(curve.points, x, y, end)} class="error" />
        {future && <path d={band(future.curve, x, y, end)} class="future" />}
        {step <= end && <path d={`M${x(step)} ${Y0}V${Y1}`} class="cursor" />}
        <text class="lab" x={X0} y="144">
          step 0: {tf}
        </text>
        <text class="lab e" x={X1} y="144">
          {count(end)}: {tl}
        </text>
      </svg>
      {curve.stretch > 1 && <p class="soft small">{stretchWords(curve)}</p>}
      {least && <p class="soft small">Dashed: {short(least)}, the least error that any weights have.</p>}
      <label class="check">
        <input
          type="checkbox"
          checked={log}
          onChange={() => {
            model.log.value = !log;
          }}
        />{" "}
        logarithmic
      </label>
      <Detail />
    </>
  );
}

function stretchWords({ stretch, lookedAt }: Curve): string {
  const looked =
    lookedAt >= stretch ? "its lowest and highest error" : `lowest and highest of the ${lookedAt} steps looked at in it`;
  return `Each point is ${count(stretch)} steps: ${looked}.`;
}

/** Least mse of any weights, where Python foretold it and the data is still the same; a sum for which 0 is nothing to draw. */
function leastOf(model: Model): number | null {
  const { recipe } = model.replay.value,
    least = number(model.scene.forecast.least_mse);
  const same = recipe.input === model.scene.recipe.input && recipe.goal === model.scene.recipe.goal;
  return same && recipe.n > 1 && least > 0 && Number.isFinite(least) ? least : null;
}

/** The steps around the one in view, each a dot of its own. */
function Detail() {
  const model = useContext(Current),
    detail = model.detail.value,
    step = model.now.value.step;
  if (!detail || !detail.points.length) return null;
  const { points } = detail,
    from = points[0].step,
    to = points[points.length - 1].step,
    y = scaleOf(points, model.log.value);
  const x = (at: number) => X0 + ((at - from) / Math.max(1, to - from)) * (X1 - X0);
  const [tf, tl] = distinct([points[0].low, points[points.length - 1].low]);
  return (
    <>
      <h3>Every step around this one</h3>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={`mse of every step from ${from} to ${to}: from ${tf} to ${tl}.`}>
        <path d={`M${X0} ${Y1}H${X1}`} class="rule" />
        {points.map((p) => (
          <circle
            key={p.step}
            cx={x(p.step)}
            cy={y(p.low)}
            r={p.step === step ? 5 : 2.2}
            class={p.step === step ? "dot-w" : "fill-fix"}
          />
        ))}
        <text class="lab" x={X0} y="144">
          step {count(from)}: {tf}
        </text>
        <text class="lab e" x={X1} y="144">
          {count(to)}: {tl}
        </text>
      </svg>
    </>
  );
}

/** Lowest to highest of each stretch as one filled shape; what is not finite pins at the top. */
export function band(points: Point[], x: (s: number) => number, y: (e: number) => number, end: number): string {
  const seen = points.filter((p) => p.step <= end && !Number.isNaN(p.low));
  if (!seen.length) return "";
  const at = (p: Point, e: number) => `${x(p.step).toFixed(1)} ${y(e).toFixed(1)}`;
  return `M${seen.map((p) => at(p, p.high)).join("L")}L${seen
    .slice()
    .reverse()
    .map((p) => at(p, p.low))
    .join("L")}Z`;
}

function scaleOf(points: Point[], log: boolean): (e: number) => number {
  const values = points.flatMap((p) => [p.low, p.high]).filter((e) => Number.isFinite(e) && (!log || e > 0));
  const f = log ? Math.log10 : (e: number) => e;
  const low = log ? Math.min(...values.map(f)) : 0,
    high = Math.max(...values.map(f)),
    span = high - low || 1;
  return (e) => {
    if (!Number.isFinite(e)) return Y0;
    if (log && e <= 0) return Y1;
    return Math.max(Y0, Math.min(Y1, Y1 - ((f(e) - low) / span) * (Y1 - Y0)));
  };
}
