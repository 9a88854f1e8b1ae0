/** The error for every weight of a node that has one: the whole way it went, faded with age, and a weight that can be dragged. */

import { useContext, useMemo, useState } from "preact/hooks";
import type { Model } from "../../model";
import { distinct, exact, short } from "../../numbers";
import { evenTicks } from "../../ticks";
import { lowestOf, type Passed, passedOf, swings } from "../../way";
import { Chip, Foot, type Frame, Upright, useFrame } from "../chart";
import { Num } from "../figures";
import { Card } from "../parts";
import { Current } from "./context";

const HIGH: [number, number] = [236, 196];
/** How much wider than the way the bowl is. */
const ROOM = 1.3;
const PARTS = Array.from({ length: 61 }, (_, i) => (i - 30) / 30);

/** What is drawn, and from numbers to places. */
interface Drawn {
  frame: Frame;
  way: Passed[];
  best: number;
  span: number;
  /** mse at the lowest point, and at the edges. */
  low: number;
  top: number;
  x: (weight: number) => number;
  y: (weight: number) => number;
}

export function BowlCard() {
  const model = useContext(Current);
  const replay = model.replay.value;
  const { here } = model.walk;
  const away = model.limits.value?.regime === "diverges" || replay.facts.ending === "DIVERGED";
  const [box, frame] = useFrame(...HIGH);
  const way = useMemo(() => passedOf(replay, here, away), [replay, here, away]);
  const drawn = drawnOf(model, way, frame);
  return (
    <Card id="ns-parabola" title="Error for every weight" beside={drawn && <Chip>{shownWords(way, replay.steps)}</Chip>}>
      <div ref={box}>
        {drawn ? <Bowl drawn={drawn} /> : <p class="soft">The weight is beyond all numbers: there is no picture of where it is.</p>}
      </div>
      <WhatIf />
    </Card>
  );
}

function shownWords(way: Passed[], steps: number): string {
  const far = way.length && way[way.length - 1].step - way[0].step + 1 > way.length;
  return way.length >= steps || far ? "the whole way" : `${way.length} steps of the way`;
}

function drawnOf(model: Model, way: Passed[], frame: Frame): Drawn | null {
  const replay = model.replay.value;
  const [weight, next] = [model.now.value.weight[0], model.now.value.new_weight[0]];
  const best = lowestOf(replay) ?? weight;
  const reach = [...way.map((p) => p.weight), weight, next].reduce((most, w) => Math.max(most, Math.abs(w - best)), 0);
  const span = reach * ROOM || Math.abs(best) || 1;
  const state = replay.stateAt(0);
  const mse = (at: number): number => {
    state[0] = at;
    return replay.engine.mse(state);
  };
  const [low, top] = [mse(best), mse(best + span)];
  if (![reach, span, best - span, best + span, low, top, next].every(Number.isFinite)) return null;
  const { left, right, bottom, top: upper } = frame;
  const x = (w: number): number => (left + right) / 2 + ((w - best) / span) * ((right - left) / 2 - 8);
  const y = (w: number): number => bottom - ((w - best) / span) ** 2 * (bottom - upper);
  return { frame, way, best, span, low, top, x, y };
}

function Bowl({ drawn }: { drawn: Drawn }) {
  const model = useContext(Current);
  const { frame, best, span, low, top, x, y } = drawn;
  const [focused, setFocused] = useState(false);
  const [weight, next] = [model.now.value.weight[0], model.now.value.new_weight[0]];
  const held = heldOf(model) ?? weight;
  const [tw, tn, tb] = distinct([weight, next, best]);
  const said = `Error for every weight: lowest at weight ${tb}. This step moves the weight from ${tw} to ${tn}.`;
  const shape = PARTS.map((part) => `${x(best + part * span).toFixed(1)} ${y(best + part * span).toFixed(1)}`).join("L");
  const up = (error: number): number => frame.bottom - ((error - low) / (top - low || 1)) * (frame.bottom - frame.top);
  const drag = (event: PointerEvent & { currentTarget: Element }): void => {
    if (!(event.buttons & 1)) return;
    const place = event.currentTarget.getBoundingClientRect();
    const half = (frame.right - frame.left) / 2 - 8;
    hold(model, best + ((event.clientX - place.left - (frame.left + frame.right) / 2) / half) * span, span);
  };
  return (
    <>
      <svg
        class="drag"
        viewBox={`0 0 ${frame.wide} ${frame.high}`}
        role="img"
        aria-label={said}
        onPointerDown={drag}
        onPointerMove={drag}
      >
        <rect x="0" y="0" width={frame.wide} height={frame.high} class="nothing" />
        <Upright frame={frame} name="error (mse)" ticks={evenTicks(low, top, 4)} place={up} />
        <Foot frame={frame} name="weight" ticks={evenTicks(best - span, best + span, frame.wide < 340 ? 4 : 6)} place={x} />
        <path d={`M${shape}`} class="curve" />
        <path d={`M${x(best).toFixed(1)} ${frame.top + 4}V${frame.bottom}`} class="goal-line" />
        <text class="t-goal strong" x={x(best) + 9} y={frame.top + 14}>
          {goalWord(model)} {tb}
        </text>
        <Way drawn={drawn} here={model.walk.step} />
        <path d={`M${x(best).toFixed(1)} ${frame.bottom - 7}l7 7l-7 7l-7-7z`} class="fill-goal" />
        <Ring drawn={drawn} held={held} weight={weight} text={held === weight ? tw : short(held)} focused={focused} />
      </svg>
      <input
        id="ns-weight"
        class="sr"
        type="range"
        aria-label="weight: what if, from this step on"
        min={best - span}
        max={best + span}
        step={span / 50}
        value={held}
        aria-valuetext={short(held)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onInput={(e) => hold(model, Number(e.currentTarget.value), span)}
      />
    </>
  );
}

/** The goal where the weight is the prediction; else the weight whose error is least. */
function goalWord({ replay }: Model): string {
  const { n, input } = replay.value.recipe;
  return n === 1 && input[0] === 1 ? "goal" : "lowest";
}

/** The weight that the reader put in the place of the step's own. */
function heldOf({ future, walk }: Model): number | null {
  const there = future.value;
  return there?.from === walk.here && there.start.length === 1 ? there.start[0] : null;
}

/** What if the weight were another from here on; with as many digits as a drag can tell apart. */
function hold(model: Model, weight: number, span: number): void {
  const unit = 10 ** Math.floor(Math.log10(span / 100));
  const tidy = Number((Math.round(weight / unit) * unit).toPrecision(12));
  if (Number.isFinite(tidy)) model.whatIf(`weight ${exact(tidy)}`, {}, [tidy]);
}

/** Weights passed, filled and fading with age; those to come hollow; chords where it swings. */
function Way({ drawn: { way, best, x, y }, here }: { drawn: Drawn; here: number }) {
  const chords = swings(way, best);
  const at = ({ weight }: Passed): string => `${x(weight).toFixed(1)} ${y(weight).toFixed(1)}`;
  const [past, later] = [way.filter(({ step }) => step <= here), way.filter(({ step }) => step >= here)];
  const age = (step: number): number => Math.max(0.45, 1 - 0.55 * ((here - step) / Math.max(1, here - way[0].step)));
  return (
    <>
      {chords && past.length > 1 && <path d={`M${past.map(at).join("L")}`} class="chord" />}
      {chords && later.length > 1 && <path d={`M${later.map(at).join("L")}`} class="chord later" />}
      {way.map((p) =>
        p.step < here ? (
          <circle key={p.step} cx={x(p.weight)} cy={y(p.weight)} r="4" class="dot-w" opacity={age(p.step).toFixed(2)} />
        ) : (
          p.step > here && <circle key={p.step} cx={x(p.weight)} cy={y(p.weight)} r="3.5" class="to-come" />
        ),
      )}
    </>
  );
}

interface RingProps {
  drawn: Drawn;
  held: number;
  weight: number;
  text: string;
  focused: boolean;
}

function Ring({ drawn: { frame, way, best, x, y }, held, weight, text, focused }: RingProps) {
  const [cx, cy] = [x(held), y(held)];
  const swinging = swings(way, best);
  const near = !swinging && Math.abs(cx - x(best)) < 60;
  const left = held <= best && !near && cx > frame.left + 66;
  const beside = left ? cx - 18 : cx + 18;
  const ty = Math.max(frame.top + 34, Math.min(cy + (near ? -14 : 20), frame.bottom - 10));
  return (
    <>
      <path d={`M${cx} ${frame.bottom}V${cy}`} class="drop" />
      {held !== weight && <circle cx={x(weight)} cy={y(weight)} r="6" class="ring-w" />}
      <circle cx={cx} cy={cy} r={focused ? 16 : 13} class={`halo ${focused ? "focused" : ""}`} />
      <path d={`M${cx - 18} ${cy}l5-4v8zM${cx + 18} ${cy}l-5-4v8z`} class="fill-w" />
      <circle cx={cx} cy={cy} r="7" class="dot-w" />
      <text class={`t-w strong ${left ? "e" : ""}`} x={beside} y={ty} data-value={exact(held)}>
        {held === weight ? text : `what if ${text}`}
      </text>
    </>
  );
}

/** Where it would end from the weight that was put there, and the way back. */
function WhatIf() {
  const model = useContext(Current);
  const future = model.future.value;
  const held = heldOf(model);
  if (!future || held === null) return null;
  const [start, end] = distinct([held, future.weight[0], lowestOf(model.replay.value) ?? held]);
  return (
    <p class="small">
      From <Num x={held} text={start} tone="w" /> it comes to <Num x={future.weight[0]} text={end} tone="w" /> in{" "}
      {future.steps - future.from} steps.{" "}
      <button
        type="button"
        class="small-button"
        onClick={() => {
          model.future.value = null;
        }}
      >
        Let go
      </button>
    </p>
  );
}
