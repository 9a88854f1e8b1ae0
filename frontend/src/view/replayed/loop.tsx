/** The step as a loop: forward on top, the correction below, ending in the weight. One weight, one example. */

import type { ComponentChildren } from "preact";
import { useContext, useRef } from "preact/hooks";
import { exact } from "../../numbers";
import { weigh } from "../figures";
import { useLow, useWidth } from "../parts";
import { Current } from "./context";
import { Grips, Sliders, useHeld } from "./loop_handles";
import { type Places, placesOf, scaleOf } from "./loop_places";
import { type OneStep, oneStepOf, type Told } from "./one_step";

const COLOURS = ["go", "fix", "w"];
/** Letters from which a number in a small sum is called by its name: its digits stand above. */
const LONG = 9;

interface PartProps {
  of: OneStep;
  at: Places;
  /** Class of a part, by its beat. */
  on: (beat: number) => string | undefined;
  /** From a number to its length. */
  long: (value: number) => number;
}

export function Loop({ beat }: { beat: number }) {
  const model = useContext(Current);
  const box = useRef<HTMLDivElement>(null);
  const at = placesOf(useWidth(box), useLow());
  const of = oneStepOf(model);
  const { input, weight, prediction, goal, delta, weighted, alphaDelta, next } = of;
  const first = model.replay.value.recipe.start[0] * input.value - goal.value;
  const long = scaleOf(first, [delta.value, weighted.value, alphaDelta.value], at.gap);
  const held = useHeld();
  const side = long(delta.value);
  const there = delta.value > 0 ? at.forward + side : at.forward - side;
  const part = { of, at, long, on: (place: number) => (beat === place ? "beat" : undefined) };
  const forward = `Input ${input.text} times weight ${weight.text} gives prediction ${prediction.text}. Goal ${goal.text}.`;
  const back = `Delta ${delta.text}. Weighted delta ${weighted.text}. Alpha delta ${alphaDelta.text}. New weight ${next.text}.`;
  return (
    <div ref={box} class="loop-box">
      <svg class="loop" viewBox={`0 0 ${at.wide} ${at.high}`} role="img" aria-label={`${forward} ${back}`}>
        <defs>
          {COLOURS.map((colour) => (
            <Arrow colour={colour} key={colour} />
          ))}
        </defs>
        <Forward {...part} />
        <Gap {...part} />
        <Back {...part} />
        <NewWeight {...part} />
        <Grips at={at} there={there} long={long} held={held} />
      </svg>
      <Sliders held={held} />
    </div>
  );
}

function Arrow({ colour }: { colour: string }) {
  return (
    <marker id={`ns-${colour}`} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="11" {...MARKER}>
      <path d="M0 1L10 5L0 9z" class={`fill-${colour}`} />
    </marker>
  );
}

const MARKER = { orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" };

function Forward({ of, at, on }: PartProps) {
  const y = at.forward;
  const [half, up] = at.box;
  return (
    <>
      <text class="lab t-go strong" x="4" y="14">
        forward: make a guess
      </text>
      <path class="wire" d={`M${at.input + at.input_r} ${y}H${at.weight - half - 3}`} marker-end="url(#ns-go)" />
      <path class="wire" d={`M${at.weight + half} ${y}H${at.prediction - at.circle - 3}`} marker-end="url(#ns-go)" />
      <g class={on(0)}>
        <circle cx={at.input} cy={y} r={at.input_r} class="box-go" />
        <Label x={at.input} y={y + 57}>
          input
        </Label>
        <Big x={at.input} y={y} room={62} of={of.input} most={at.big} />
      </g>
      <g class={on(1)}>
        <rect x={at.weight - half} y={y - up} width={2 * half} height={2 * up} rx="12" class="box-w" />
        <Label x={at.weight} y={y - up - 10}>
          × weight
        </Label>
        <Big x={at.weight} y={y} room={2 * half - 10} of={of.weight} colour="t-w" most={at.big} />
      </g>
      <g class={on(2)}>
        <circle cx={at.prediction} cy={y} r={at.circle} class="box-go" />
        <Label x={at.prediction} y={y - at.circle - 8}>
          prediction
        </Label>
        <Big x={at.prediction} y={y - at.circle * 0.08} room={2 * at.circle - 12} of={of.prediction} colour="t-go" most={at.big} />
        <text class="eq m" x={at.prediction} y={y + at.circle * 0.5}>
          {brief(of.input, "input")} × {brief(of.weight, "weight")}
        </text>
      </g>
    </>
  );
}

/** The prediction beside the goal, and the square whose side is the gap. */
function Gap({ of: { goal, delta, mse }, at, on, long }: PartProps) {
  const [x, y] = [at.ruler, at.forward];
  const side = long(delta.value);
  const there = delta.value > 0 ? y + side : y - side;
  const top = Math.min(y, there);
  const beside = at.tight ? x + 12 : Math.min(x + side + 17, at.wide - 146);
  const above = Math.abs(there - y) < 14;
  return (
    <g class={on(3)}>
      <path d={`M${x} ${y - at.gap - 16}V${y + Math.min(at.gap, 48)}`} class="rule" />
      <rect x={x + 7} y={top} width={side} height={side} class="box-fix" />
      <path d={`M${at.prediction + at.circle} ${y}H${x + 2}`} class="wire" />
      <path d={`M${x} ${y}V${there}`} class="gap" />
      <path d={`M${x} ${there - 10}l10 10l-10 10l-10-10z`} class="fill-goal" />
      <text class="t-goal strong e" x={x - 16} y={above ? y - 14 : there + 5}>
        goal {goal.text}
      </text>
      <text
        class={`t-fix ${weigh(mse.text, mse.value)}`}
        x={beside}
        y={at.tight ? top - 8 : top + side / 2 - 2}
        data-value={exact(mse.value)}
      >
        error {mse.text}
      </text>
      {!at.tight && (
        <text class="eq" x={beside} y={top + side / 2 + 16}>
          the area of the square
        </text>
      )}
    </g>
  );
}

function Back({ of, at, on, long }: PartProps) {
  const { prediction, goal, delta, weighted, alphaDelta } = of;
  const [half, up] = at.pill;
  const sums = [
    `${brief(prediction, "prediction")} − ${brief(goal, "goal")}`,
    `${brief(delta, "delta")} × ${at.tight ? brief(of.input, "input") : `input ${brief(of.input, "")}`}`,
    `${brief(weighted, "weighted")} × ${at.tight ? brief(of.alpha, "alpha") : `alpha ${brief(of.alpha, "")}`}`,
  ];
  const to = (from: number, end: number): string => `M${from - half} ${at.back}H${end + 3}`;
  const below = delta.value > 0 ? Math.max(44, long(delta.value) + 14) : 44;
  return (
    <>
      <text class="lab t-fix strong m" x={(at.alphaDelta + at.weighted) / 2} y={at.back - up - 10}>
        back: correct the weight
      </text>
      <path class="back" d={`M${at.ruler} ${at.forward + below}V${at.back - up - 3}`} marker-end="url(#ns-fix)" />
      <path class="back" d={to(at.ruler, at.weighted + half)} marker-end="url(#ns-fix)" />
      <path class="back" d={to(at.weighted, at.alphaDelta + half)} marker-end="url(#ns-fix)" />
      <Pill
        at={at}
        x={at.ruler}
        name={at.tight ? "delta" : "delta: how far off"}
        of={delta}
        sum={sums[0]}
        bar={long(delta.value)}
        on={on(3)}
      />
      <Pill at={at} x={at.weighted} name="weighted delta" of={weighted} sum={sums[1]} bar={long(weighted.value)} on={on(4)} />
      <Pill at={at} x={at.alphaDelta} name="alpha delta" of={alphaDelta} sum={sums[2]} bar={long(alphaDelta.value)} on={on(5)} />
      <path class="back" d={to(at.alphaDelta, at.next + at.box[0])} marker-end="url(#ns-fix)" />
    </>
  );
}

function NewWeight({ of, at, on }: PartProps) {
  const [half, up] = [at.box[0], at.pill[1] + 2];
  const bend = at.back - up - 22;
  const way = `M${at.next} ${at.back - up}V${bend + 10}q0 -10 10 -10H${at.weight - 10}q10 0 10 -10V${at.forward + at.box[1] + 3}`;
  return (
    <g class={on(6)}>
      <rect x={at.next - half} y={at.back - up} width={2 * half} height={2 * up} rx="12" class="box-w" />
      <Big x={at.next} y={at.back} room={2 * half - 10} of={of.next} colour="t-w" most={at.big} />
      <path d={way} class="to-weight" marker-end="url(#ns-w)" />
      <Label x={at.next} y={at.back + up + 17}>
        new weight
      </Label>
      <text class="eq m" x={at.next} y={at.back + up + 35}>
        {brief(of.weight, "weight")} − ({brief(of.alphaDelta, "alpha delta")})
      </text>
    </g>
  );
}

interface PillProps {
  at: Places;
  x: number;
  name: string;
  of: Told;
  sum: string;
  bar: number;
  on?: string;
}

function Pill({ at, x, name, of, sum, bar, on }: PillProps) {
  const [half, up] = at.pill;
  const y = at.back;
  return (
    <g class={on}>
      <rect x={x - half} y={y - up} width={2 * half} height={2 * up} rx={up} class="box-fix" />
      <Big x={x} y={y - 3} room={2 * half - 18} of={of} most={at.mid} colour="t-fix" />
      {bar > 0 && <path d={`M${x - Math.max(bar, 2) / 2} ${y + up - 13}h${Math.max(bar, 2)}`} class="bar-fix" />}
      <Label x={x} y={y + up + 19}>
        {name}
      </Label>
      <text class="eq m" x={x} y={y + up + 37}>
        {sum}
      </text>
    </g>
  );
}

function Label({ x, y, children }: { x: number; y: number; children: ComponentChildren }) {
  return (
    <text class="lab m" x={x} y={y}>
      {children}
    </text>
  );
}

interface BigProps {
  x: number;
  /** The middle of its letters. */
  y: number;
  room: number;
  of: Told;
  colour?: string;
  most: number;
}

/** A number as large as its place allows. */
function Big({ x, y, room, of: { text, value }, colour = "", most }: BigProps) {
  const size = Math.min(most, Math.max(13, (room / Math.max(3, text.length)) * 1.6));
  return (
    <text
      class={`num m ${colour} ${weigh(text, value)}`}
      x={x}
      y={y + size * 0.35}
      style={{ fontSize: `${size}px` }}
      data-value={exact(value)}
      data-text={text}
    >
      {text}
    </text>
  );
}

/** For the small sums under the numbers: a long one is named, its digits stand above. */
function brief({ text }: Told, name: string): string {
  return text.length > LONG ? name : text;
}
