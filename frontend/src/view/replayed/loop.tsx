/** The step as a loop: forward on top, the correction below, ending in the weight. One weight, one example. */

import { useContext } from "preact/hooks";
import { exact } from "../../numbers";
import { weigh } from "../figures";
import { Current } from "./context";
import { type OneStep, oneStepOf, type Told } from "./one_step";

const RULER = { top: 44, bottom: 250, x: 652 };
const BAR = 60;
const COLOURS = ["go", "fix", "w"];

interface PartProps {
  of: OneStep;
  /** Class of a part, by its beat. */
  on: (beat: number) => string | undefined;
}

export function Loop({ beat }: { beat: number }) {
  const of = oneStepOf(useContext(Current));
  const on = (part: number) => (beat === part ? "beat" : undefined);
  const { input, weight, prediction, goal, delta, weighted, alphaDelta, next } = of;
  const forward = `Input ${input.text} times weight ${weight.text} gives prediction ${prediction.text}. Goal ${goal.text}.`;
  const back = `Delta ${delta.text}. Weighted delta ${weighted.text}. Alpha delta ${alphaDelta.text}. New weight ${next.text}.`;
  return (
    <svg class="loop" viewBox="0 0 780 436" role="img" aria-label={`${forward} ${back}`}>
      <defs>
        {COLOURS.map((colour) => (
          <Arrow colour={colour} key={colour} />
        ))}
      </defs>
      <Forward of={of} on={on} />
      <Gap of={of} on={on} />
      <Back of={of} on={on} />
      <NewWeight of={of} on={on} />
    </svg>
  );
}

function Arrow({ colour }: { colour: string }) {
  return (
    <marker id={`ns-${colour}`} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="5" markerHeight="5" orient="auto-start-reverse">
      <path d="M0 0L10 5L0 10z" class={`fill-${colour}`} />
    </marker>
  );
}

function Forward({ of, on }: PartProps) {
  return (
    <>
      <text class="lab t-go" x="4" y="22">
        forward: make a prediction
      </text>
      <path class="wire" d="M106 130H176" marker-end="url(#ns-go)" />
      <path class="wire" d="M302 130H376" marker-end="url(#ns-go)" />
      <g class={on(0)}>
        <circle cx="62" cy="130" r="44" class="box-go" />
        <text class="lab m" x="62" y="74">
          input
        </text>
        <Big x={62} y={140} room={72} of={of.input} />
      </g>
      <g class={on(1)}>
        <rect x="178" y="86" width="124" height="88" rx="16" class="box-w thick" />
        <text class="lab m" x="240" y="74">
          × weight
        </text>
        <Big x={240} y={141} room={112} of={of.weight} colour="t-w" />
      </g>
      <g class={on(2)}>
        <circle cx="442" cy="130" r="64" class="box-go thick" />
        <text class="lab m" x="442" y="54">
          prediction
        </text>
        <Big x={442} y={136} room={112} of={of.prediction} />
        <text class="eq m" x="442" y="166">
          {brief(of.input, "input")} × {brief(of.weight, "weight")}
        </text>
      </g>
    </>
  );
}

/** The prediction beside the goal, and the square whose side is the gap. */
function Gap({ of: { prediction, goal, mse }, on }: PartProps) {
  const place = ruler([0, goal.value, prediction.value]);
  const [there, here] = [place(goal.value), place(prediction.value)];
  const side = Math.min(64, Math.max(3, Math.abs(here - there)));
  const top = Math.min(there, here);
  return (
    <g class={on(3)}>
      <path d={`M${RULER.x} ${RULER.top - 6}V${RULER.bottom + 6}`} class="rule" />
      <path d={`M${RULER.x - 6} ${place(0)}h12`} class="rule" />
      <text class="eq e" x={RULER.x - 12} y={place(0) + (prediction.value >= 0 ? 18 : -8)}>
        0
      </text>
      <rect x={RULER.x - side - 3} y={top} width={side} height={side} class="box-fix thin" />
      <path d={`M508 130H560V${here}H${RULER.x + 6}`} class="wire plain" />
      <path d={`M${RULER.x} ${there - 11}l11 11l-11 11l-11-11z`} class="fill-goal" />
      <path d={`M${RULER.x} ${here}V${there}`} class="gap" />
      {side >= 52 && (
        <text class="m strong" x={RULER.x - side / 2 - 3} y={top + side / 2 + 5} data-value={exact(mse.value)}>
          {mse.text}
        </text>
      )}
      <Labels goal={there} prediction={here} texts={[`goal ${goal.text}`, prediction.text]} />
    </g>
  );
}

function Back({ of, on }: PartProps) {
  const { prediction, goal, delta, weighted, alphaDelta } = of;
  const place = ruler([0, goal.value, prediction.value]);
  const bars = lengths([delta.value, weighted.value, alphaDelta.value], Math.abs(place(prediction.value) - place(goal.value)));
  const sums = [
    `${brief(prediction, "prediction")} − ${brief(goal, "goal")}`,
    `${brief(delta, "delta")} × input ${brief(of.input, "")}`,
    `${brief(weighted, "weighted")} × alpha ${brief(of.alpha, "")}`,
  ];
  return (
    <>
      <text class="lab t-fix" x="186" y="286">
        back: correct the weight
      </text>
      <path class="back" d={`M${RULER.x} 262V300`} marker-end="url(#ns-fix)" />
      <path class="back" d="M584 340H512" marker-end="url(#ns-fix)" />
      <path class="back" d="M388 340H322" marker-end="url(#ns-fix)" />
      <Pill x={650} width={132} name="delta" of={delta} sum={sums[0]} bar={bars[0]} on={on(3)} />
      <Pill x={450} width={124} name="weighted delta" of={weighted} sum={sums[1]} bar={bars[1]} on={on(4)} />
      <Pill x={252} width={136} name="alpha delta" of={alphaDelta} sum={sums[2]} bar={bars[2]} on={on(5)} />
      <path d="M184 340H120C96 340 80 330 80 306V268" class="back" marker-end="url(#ns-fix)" />
    </>
  );
}

function NewWeight({ of, on }: PartProps) {
  return (
    <g class={on(6)}>
      <rect x="14" y="196" width="132" height="68" rx="16" class="box-w" />
      <Big x={80} y={239} room={118} of={of.next} colour="t-w" />
      <path d="M146 228H240V178" class="to-weight" marker-end="url(#ns-w)" />
      <text class="lab" x="156" y="218">
        new weight
      </text>
      <text class="eq" x="156" y="250">
        {brief(of.weight, "weight")} − ({brief(of.alphaDelta, "alpha delta")})
      </text>
    </g>
  );
}

interface PillProps {
  x: number;
  width: number;
  name: string;
  of: Told;
  sum: string;
  bar: number;
  on?: string;
}

function Pill({ x, width, name, of, sum, bar, on }: PillProps) {
  return (
    <g class={on}>
      <rect x={x - width / 2} y="302" width={width} height="76" rx="38" class="box-fix" />
      <Big x={x} y={344} room={width - 18} of={of} most={24} />
      <path d={`M${x - bar / 2} 362h${bar}`} class="gap" />
      <text class="lab m" x={x} y="402">
        {name}
      </text>
      <text class="eq m" x={x} y="424">
        {sum}
      </text>
    </g>
  );
}

interface BigProps {
  x: number;
  y: number;
  room: number;
  of: Told;
  colour?: string;
  most?: number;
}

/** A number as large as its place allows. */
function Big({ x, y, room, of: { text, value }, colour = "", most = 30 }: BigProps) {
  const size = Math.min(most, Math.max(14, (room / Math.max(3, text.length)) * 1.6));
  return (
    <text
      class={`num m ${colour} ${weigh(text, value)}`}
      x={x}
      y={y}
      style={{ fontSize: `${size}px` }}
      data-value={exact(value)}
      data-text={text}
    >
      {text}
    </text>
  );
}

/** Goal and prediction beside the ruler, kept apart where they would meet. */
function Labels({ goal, prediction, texts }: { goal: number; prediction: number; texts: string[] }) {
  const above = goal <= prediction;
  const apart = Math.max(0, 20 - Math.abs(goal - prediction));
  const y = (at: number, up: boolean) => at + 5 + (up ? -apart / 2 : apart / 2);
  return (
    <>
      <text x={RULER.x + 20} y={y(goal, above)} class="t-goal strong">
        {texts[0]}
      </text>
      <text x={RULER.x + 20} y={y(prediction, !above)} class="t-go strong">
        {texts[1]}
      </text>
    </>
  );
}

/** From a number to its height beside the ruler. */
function ruler(values: number[]): (value: number) => number {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite, 0);
  const high = Math.max(...finite, 0);
  const span = high - low || 1;
  const top = RULER.top + 22;
  const bottom = RULER.bottom - 12;
  return (value) =>
    Number.isFinite(value) ? bottom - ((value - low) / span) * (bottom - top) : value > 0 ? RULER.top : RULER.bottom;
}

/** One scale for the bars under delta, weighted delta and alpha delta: that alpha is a brake is seen. */
function lengths(values: number[], gap: number): number[] {
  const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 0);
  const longest = Math.min(BAR * 1.4, Math.max(gap, BAR));
  return values.map((value) => (largest && Number.isFinite(value) ? Math.max(2, (Math.abs(value) / largest) * longest) : 2));
}

/** For the small sums under the numbers: a long one is named, its digits stand above. */
function brief({ text }: Told, name: string): string {
  return text.length > 9 ? name : text;
}
