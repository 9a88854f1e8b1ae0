/** The step as a loop: forward on top, the correction below, ending in the weight. One weight, one example. */

import { useContext } from "preact/hooks";
import { distinct, exact } from "../numbers";
import { Current } from "./context";

const RULER = { top: 44, bottom: 250, x: 652 },
  BAR = 60;

export function Loop({ beat }: { beat: number }) {
  const model = useContext(Current),
    now = model.now.value,
    recipe = model.replay.value.recipe;
  const example = now.examples[0] ?? 0,
    x = recipe.input[example],
    goal = recipe.goal[example];
  const alpha = recipe.alphas ? recipe.alphas[now.step] : recipe.alpha;
  const weight = now.weight[0],
    prediction = now.prediction[0],
    delta = now.delta[0];
  const numbers = [
    x,
    weight,
    prediction,
    goal,
    delta,
    now.weighted_delta[0],
    alpha,
    now.alpha_delta[0],
    now.new_weight[0],
    now.mse,
  ];
  const [tx, tw, tp, tg, td, twd, ta, tad, tn, tm] = distinct(numbers);
  const place = ruler([0, goal, prediction]),
    gap = Math.abs(place(prediction) - place(goal));
  const bars = lengths([delta, now.weighted_delta[0], now.alpha_delta[0]], gap);
  const side = Math.min(64, Math.max(3, gap));
  const on = (i: number) => (beat === i ? "beat" : undefined);
  const said = `Input ${tx} times weight ${tw} gives prediction ${tp}. Goal ${tg}. Delta ${td}. Weighted delta ${twd}. Alpha delta ${tad}. New weight ${tn}.`;
  return (
    <svg class="loop" viewBox="0 0 780 436" role="img" aria-label={said}>
      <defs>
        {["go", "fix", "w"].map((colour) => (
          <marker
            id={`ns-${colour}`}
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="5"
            markerHeight="5"
            orient="auto-start-reverse"
          >
            <path d="M0 0L10 5L0 10z" class={`fill-${colour}`} />
          </marker>
        ))}
      </defs>
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
        <Big x={62} y={140} room={72} text={tx} value={x} />
      </g>
      <g class={on(1)}>
        <rect x="178" y="86" width="124" height="88" rx="16" class="box-w thick" />
        <text class="lab m" x="240" y="74">
          × weight
        </text>
        <Big x={240} y={141} room={112} text={tw} value={weight} colour="t-w" />
      </g>
      <g class={on(2)}>
        <circle cx="442" cy="130" r="64" class="box-go thick" />
        <text class="lab m" x="442" y="54">
          prediction
        </text>
        <Big x={442} y={136} room={112} text={tp} value={prediction} />
        <text class="eq m" x="442" y="166">
          {brief(tx, "input")} × {brief(tw, "weight")}
        </text>
      </g>
      <g class={on(3)}>
        <path d={`M${RULER.x} ${RULER.top - 6}V${RULER.bottom + 6}`} class="rule" />
        <path d={`M${RULER.x - 6} ${place(0)}h12`} class="rule" />
        <text class="eq e" x={RULER.x - 12} y={place(0) + (prediction >= 0 ? 18 : -8)}>
          0
        </text>
        <rect x={RULER.x - side - 3} y={Math.min(place(goal), place(prediction))} width={side} height={side} class="box-fix thin" />
        <path d={`M508 130H560V${place(prediction)}H${RULER.x + 6}`} class="wire plain" />
        <path d={`M${RULER.x} ${place(goal) - 11}l11 11l-11 11l-11-11z`} class="fill-goal" />
        <path d={`M${RULER.x} ${place(prediction)}V${place(goal)}`} class="gap" />
        {side >= 52 && (
          <text
            class="m strong"
            x={RULER.x - side / 2 - 3}
            y={Math.min(place(goal), place(prediction)) + side / 2 + 5}
            data-value={exact(now.mse)}
          >
            {tm}
          </text>
        )}
        <Labels goal={place(goal)} prediction={place(prediction)} texts={[`goal ${tg}`, tp.replace(/ ([−+]) /, "$1")]} />
      </g>
      <text class="lab t-fix" x="186" y="286">
        back: correct the weight
      </text>
      <path class="back" d={`M${RULER.x} 262V300`} marker-end="url(#ns-fix)" />
      <path class="back" d="M584 340H512" marker-end="url(#ns-fix)" />
      <path class="back" d="M388 340H322" marker-end="url(#ns-fix)" />
      <Pill
        x={650}
        width={132}
        name="delta"
        text={td}
        value={delta}
        sum={`${brief(tp, "prediction")} − ${brief(tg, "goal")}`}
        bar={bars[0]}
        on={on(3)}
      />
      <Pill
        x={450}
        width={124}
        name="weighted delta"
        text={twd}
        value={now.weighted_delta[0]}
        sum={`${brief(td, "delta")} × input ${brief(tx, "")}`}
        bar={bars[1]}
        on={on(4)}
      />
      <Pill
        x={252}
        width={136}
        name="alpha delta"
        text={tad}
        value={now.alpha_delta[0]}
        sum={`${brief(twd, "weighted")} × alpha ${brief(ta, "")}`}
        bar={bars[2]}
        on={on(5)}
      />
      <path d="M184 340H120C96 340 80 330 80 306V268" class="back" marker-end="url(#ns-fix)" />
      <g class={on(6)}>
        <rect x="14" y="196" width="132" height="68" rx="16" class="box-w" />
        <Big x={80} y={239} room={118} text={tn} value={now.new_weight[0]} colour="t-w" />
        <path d="M146 228H240V178" class="to-weight" marker-end="url(#ns-w)" />
        <text class="lab" x="156" y="218">
          new weight
        </text>
        <text class="eq" x="156" y="250">
          {brief(tw, "weight")} − ({brief(tad, "alpha delta")})
        </text>
      </g>
    </svg>
  );
}

interface PillProps {
  x: number;
  width: number;
  name: string;
  text: string;
  value: number;
  sum: string;
  bar: number;
  on?: string;
}

function Pill({ x, width, name, text, value, sum, bar, on }: PillProps) {
  return (
    <g class={on}>
      <rect x={x - width / 2} y="302" width={width} height="76" rx="38" class="box-fix" />
      <Big x={x} y={344} room={width - 18} text={text} value={value} most={29} />
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
  text: string;
  value: number;
  colour?: string;
  most?: number;
}

/** A number as large as its place allows; "0.6 − 5.6e−16" in two lines. */
function Big({ x, y, room, text, value, colour = "", most = 36 }: BigProps) {
  const [, head, tail] = /^(.+?) ([−+] .+)$/.exec(text) ?? [null, text, ""];
  const size = Math.min(most, Math.max(12, (room / Math.max(3, head.length)) * 1.58)),
    small = Math.min(15, Math.max(12, (room / Math.max(1, tail.length)) * 1.7));
  return (
    <text
      class={`num m ${colour}`}
      x={x}
      y={tail ? y - 8 : y}
      style={{ fontSize: `${size}px` }}
      data-value={exact(value)}
      data-text={text}
    >
      {head}
      {tail && (
        <tspan x={x} dy="17" style={{ fontSize: `${small}px` }}>
          {tail}
        </tspan>
      )}
    </text>
  );
}

/** Goal and prediction beside the ruler, kept apart where they would meet. */
function Labels({ goal, prediction, texts }: { goal: number; prediction: number; texts: string[] }) {
  const above = goal <= prediction,
    apart = Math.max(0, 20 - Math.abs(goal - prediction));
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
  const finite = values.filter(Number.isFinite),
    low = Math.min(...finite, 0),
    high = Math.max(...finite, 0),
    span = high - low || 1;
  const top = RULER.top + 22,
    bottom = RULER.bottom - 12;
  return (value) =>
    Number.isFinite(value) ? bottom - ((value - low) / span) * (bottom - top) : value > 0 ? RULER.top : RULER.bottom;
}

/** One scale for the bars under delta, weighted delta and alpha delta: that alpha is a brake is seen. */
function lengths(values: number[], gap: number): number[] {
  const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 0),
    longest = Math.min(BAR * 1.4, Math.max(gap, BAR));
  return values.map((value) => (largest && Number.isFinite(value) ? Math.max(2, (Math.abs(value) / largest) * longest) : 2));
}

/** For the small sums under the numbers: a long one is named, its digits stand above. */
function brief(text: string, name: string): string {
  return text.length > 9 ? name : text;
}
