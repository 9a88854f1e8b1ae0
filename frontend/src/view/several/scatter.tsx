/** Prediction against goal, an example a dot: on the line it is right. One is picked out, by hand or as the farthest off. */

import { useContext, useState } from "preact/hooks";
import { bySize, type Dot, drawnOf } from "../../cloud";
import { nameOr } from "../../layers";
import { clip, count, distinct, short } from "../../numbers";
import { evenTicks } from "../../ticks";
import { Chip, Foot, type Frame, Upright, useFrame } from "../chart";
import { Card } from "../parts";
import { Current } from "../replayed/context";
import { dotsNow, pickedOf, placesIn, rangeWith } from "../replayed/dots";
import { Every } from "../replayed/examples";

const HIGH: [number, number] = [236, 200];
/** How wide a letter is at most. */
const LETTER = 7.5;

export function ScatterCard() {
  const model = useContext(Current);
  const dots = dotsNow(model);
  const picked = pickedOf(model, dots);
  const drawn = drawnOf(dots, [picked.example]);
  const { recipe } = model.replay.value;
  const of = recipe.k > 1 ? `, ${clip(nameOr(recipe.goal_names, model.open.value.node, "node"), 20)}` : "";
  const chip = drawn.length < dots.length ? `${count(drawn.length)} of ${count(dots.length)} examples` : "each dot an example";
  return (
    <Card id="ns-examples" title={`Prediction against goal${of}`} beside={<Chip>{chip}</Chip>}>
      <Scatter dots={dots} drawn={drawn} picked={picked} />
      <Every />
    </Card>
  );
}

function Scatter({ dots, drawn, picked }: { dots: Dot[]; drawn: Dot[]; picked: Dot }) {
  const model = useContext(Current);
  const [box, frame] = useFrame(...HIGH);
  const goals = rangeWith(dots.map(({ goal }) => goal));
  const told = rangeWith(dots.flatMap(({ goal, prediction }) => [goal, prediction]));
  const { x, y } = placesIn(frame, goals, told);
  const mine = new Set(model.now.value.examples);
  const [p, g] = distinct([picked.prediction, picked.goal]);
  const said = `Prediction against goal of ${count(dots.length)} examples. Example ${picked.example}: prediction ${p}, goal ${g}.`;
  const choose = (event: MouseEvent & { currentTarget: Element }): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const far = (dot: Dot): number => Math.hypot(x(dot.goal) - event.clientX + left, y(dot.prediction) - event.clientY + top);
    model.example.value = drawn.reduce((best, dot) => (far(dot) < far(best) ? dot : best)).example;
  };
  return (
    <div ref={box}>
      <svg class="can" viewBox={`0 0 ${frame.wide} ${frame.high}`} role="img" aria-label={said} onClick={choose}>
        <rect x="0" y="0" width={frame.wide} height={frame.high} class="nothing" />
        <Upright frame={frame} name="prediction" ticks={evenTicks(...told, 4)} place={y} />
        <Foot frame={frame} name="goal" ticks={evenTicks(...goals, 4)} place={x} />
        <path
          d={`M${x(goals[0]).toFixed(1)} ${y(goals[0]).toFixed(1)}L${x(goals[1]).toFixed(1)} ${y(goals[1]).toFixed(1)}`}
          class="right-line"
        />
        {drawn.map((dot) => (
          <circle
            key={dot.example}
            cx={x(dot.goal)}
            cy={y(dot.prediction)}
            r="4"
            class={mine.has(dot.example) ? "dot-now" : "dot-other"}
          />
        ))}
        <Picked frame={frame} dot={picked} x={x(picked.goal)} y={[y(picked.prediction), y(picked.goal)]} />
      </svg>
      <Pick dots={dots} picked={picked} />
    </div>
  );
}

function Picked({ frame, dot, x, y: [at, right] }: { frame: Frame; dot: Dot; x: number; y: [number, number] }) {
  const text = `example ${dot.example}: delta ${short(dot.delta)}`;
  const wide = text.length * LETTER;
  const from = x + 9 + wide < frame.right ? x + 9 : Math.max(frame.left, x - 12 - wide);
  const below = at > right && at + 20 < frame.bottom - 6;
  const up = Math.max(frame.top + 12, at + (below ? 20 : -12));
  return (
    <>
      <path d={`M${x.toFixed(1)} ${at.toFixed(1)}V${right.toFixed(1)}`} class="gap" />
      <circle cx={x} cy={at} r="6" class="ring-go" />
      <text class="ax over t-fix" x={from} y={up}>
        {text}
      </text>
    </>
  );
}

/** The same by keys: arrows walk the examples by the size of their miss. */
function Pick({ dots, picked }: { dots: Dot[]; picked: Dot }) {
  const model = useContext(Current);
  const [focused, setFocused] = useState(false);
  const order = bySize(dots);
  const at = order.findIndex(({ example }) => example === picked.example);
  const rank = at ? `number ${at + 1} by size` : "the farthest off";
  return (
    <label class={`soft small pick ${focused ? "on" : ""}`}>
      <input
        id="ns-example"
        class="sr"
        type="range"
        aria-label="example, by the size of its miss"
        min="0"
        max={order.length - 1}
        value={at}
        aria-valuetext={`example ${picked.example}, delta ${short(picked.delta)}, ${rank}`}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onInput={(e) => {
          model.example.value = order[Number(e.currentTarget.value)].example;
        }}
      />
      <span aria-hidden="true">{focused ? "← → walk the examples by the size of their miss" : "Click a dot to look at it."}</span>
    </label>
  );
}
