/** The loss over an observed run, with its trouble; a click or a drag goes to the recorded step nearest to it. */

import { useContext, useMemo, useRef, useState } from "preact/hooks";
import { count, distinct, short } from "../../numbers";
import { evenTicks, powerTicks } from "../../ticks";
import { Card, Check, useWidth } from "../parts";
import { band, rangeOf, scaleOf } from "../scale";
import { Observed } from "./context";

const HIGH = 170;
const EDGE = 16;
const NAMES = 118;
const ROOM_FOR_NAMES = 520;
const HEIGHTS: [number, number] = [26, 138];
const [Y0, Y1] = HEIGHTS;
/** Recorded steps that are marked one by one. */
const TICKS = 150;

/** Where steps begin: beside the names of layers, where there is room for them. */
export function leftOf(wide: number): number {
  return wide > ROOM_FOR_NAMES ? NAMES : EDGE;
}

export function Losses() {
  const { points, stretch, missing } = useContext(Observed).losses;
  const [log, setLog] = useState(() => points.every((p) => !(p.low <= 0)));
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box);
  const seen = points.some((p) => !Number.isNaN(p.low));
  return (
    <Card id="ns-loss" title="Loss, step by step" place="losses">
      <div ref={box}>
        {seen ? <Curve log={log} wide={wide} /> : <p class="soft">No loss was seen.</p>}
        {seen && stretch > 1 && <p class="soft small">Each point is {count(stretch)} steps: their lowest and highest loss.</p>}
        {seen && missing > 0 && <Missing missing={missing} />}
        {seen && <Check text="logarithmic" checked={log} set={setLog} />}
      </div>
    </Card>
  );
}

function Missing({ missing }: { missing: number }) {
  return (
    <p class="soft small">
      {count(missing)} step{missing === 1 ? " has" : "s have"} no number: not seen, or NaN.
    </p>
  );
}

function Curve({ log, wide }: { log: boolean; wide: number }) {
  const model = useContext(Observed);
  const { walk, end, scene, losses } = model;
  const X0 = leftOf(wide);
  const x1 = wide - EDGE;
  const y = useMemo(() => scaleOf(rangeOf(losses.points, log), log, HEIGHTS), [losses, log]);
  const ticks = ticksOf(rangeOf(losses.points, log), log);
  const x = (step: number) => X0 + (step / end) * (x1 - X0);
  const path = useMemo(() => band(losses.points, x, y, end), [losses, y, wide, end]);
  const go = (event: PointerEvent & { currentTarget: Element }) => {
    if (!event.buttons && event.type === "pointermove") return;
    const place = event.currentTarget.getBoundingClientRect();
    const part = (((event.clientX - place.left) / place.width) * wide - X0) / (x1 - X0);
    walk.go(walk.near(part * end));
  };
  const now = model.now.value;
  const [tf, tl, th] = distinct([losses.first, losses.last, now?.loss ?? NaN]);
  const here = now ? ` At step ${now.step} it is ${th}.` : "";
  const trouble = scene.trouble ? ` The trouble is at step ${scene.trouble.step}.` : "";
  const said = `Loss over the steps: from ${tf} to ${tl}.${here}${trouble}`;
  return (
    <svg class="drag" viewBox={`0 0 ${wide} ${HIGH}`} role="img" aria-label={said} onPointerDown={go} onPointerMove={go}>
      <rect x="0" y="0" width={wide} height={HIGH} class="nothing" />
      {ticks.map((tick) => (
        <Tick key={tick} tick={tick} at={y(tick)} from={X0} to={x1} />
      ))}
      {scene.trouble && <path d={`M${x(scene.trouble.step)} ${Y0}H${x1}V${Y1}H${x(scene.trouble.step)}z`} class="not-finite" />}
      <path d={`M${X0} ${Y1}H${x1}`} class="rule" />
      {scene.records.length <= TICKS && (
        <path d={scene.records.map(({ step }) => `M${x(step).toFixed(1)} ${Y1}v6`).join("")} class="tick" />
      )}
      <path d={path} class="error" />
      {Number.isFinite(losses.first) && <circle cx={x(0)} cy={y(losses.first)} r="5" class="ring-w" />}
      {scene.trouble && <Trouble step={scene.trouble.step} at={x(scene.trouble.step)} flip={x(scene.trouble.step) > wide / 2} />}
      {now && <path d={`M${x(now.step)} ${Y0}V${Y1}`} class="cursor" />}
      {now && Number.isFinite(now.loss) && <circle cx={x(now.step)} cy={y(now.loss)} r="5" class="dot-w" />}
      <text class="lab" x={X0} y={HIGH - 6}>
        step 0: {tf}
      </text>
      <text class="lab e" x={x1} y={HIGH - 6}>
        {end < scene.steps - 1 && "… "}
        {count(Math.max(0, scene.steps - 1))}: {tl}
      </text>
    </svg>
  );
}

function ticksOf([low, high]: [number, number], log: boolean): number[] {
  return (log ? powerTicks(low, high, 4) : evenTicks(low, high, 4)).filter(Number.isFinite);
}

function Tick({ tick, at, from, to }: { tick: number; at: number; from: number; to: number }) {
  return (
    <>
      <path d={`M${from} ${at.toFixed(1)}H${to}`} class="rule" />
      {from === NAMES && (
        <text class="ax e" x={from - 8} y={at + 4}>
          {short(tick)}
        </text>
      )}
    </>
  );
}

function Trouble({ step, at, flip }: { step: number; at: number; flip: boolean }) {
  return (
    <>
      <path d={`M${at} ${Y0 - 4}V${Y1}`} class="half" />
      <path d={`M${at} ${Y0 - 16}l7 7l-7 7l-7 -7z`} class="fill-fix" />
      <text class={`t-fix ${flip ? "e" : ""}`} x={at + (flip ? -12 : 12)} y={Y0 - 4}>
        trouble: step {count(step)}
      </text>
    </>
  );
}
