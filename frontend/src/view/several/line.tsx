/** Examples of one input, and the line through them that the node is: as it is at this step, as it was, and as it will be. */

import { useContext } from "preact/hooks";
import { type Dot, drawnOf } from "../../cloud";
import { usefulEnd } from "../../curve";
import { firstWeight, inputName, nameOr } from "../../layers";
import type { Model } from "../../model";
import { clip, count, distinct } from "../../numbers";
import type { Scale } from "../../scene";
import { evenTicks } from "../../ticks";
import { Foot, type Frame, Upright, useFrame } from "../chart";
import { Current } from "../replayed/context";
import { dotsNow, pickedOf, placesIn, rangeWith } from "../replayed/dots";

const HIGH: [number, number] = [340, 260];
/** Misses drawn at most, and lines before and after. */
const MISSES = 90;
const LINES = 7;
/** Room at the right for what the lines are called. */
const NAMES = 88;
/** Heights between names of lines that can be read. */
const APART = 17;

/** The node's line after so many steps: weight × input + bias. */
interface Line {
  step: number;
  weight: number;
  bias: number;
}

function lineAt({ replay, open }: Model, step: number): Line {
  const { recipe } = replay.value;
  const first = firstWeight(recipe, open.value);
  const state = replay.value.stateAt(step);
  return { step, weight: state[first], bias: recipe.layers[0].bias ? state[first + 1] : 0 };
}

/** Steps whose lines are drawn beside the one in view: the start, the end, and doublings between. */
export function stepsOfLines(here: number, end: number): number[] {
  const steps = new Set([0, end]);
  for (let far = 1; far < end && steps.size < LINES; far *= 2) {
    if (here + far < end) steps.add(here + far);
    if (here - far > 0 && far > 2) steps.add(here - far);
  }
  steps.delete(here);
  return [...steps].sort((a, b) => a - b);
}

export function LineThroughData() {
  const model = useContext(Current);
  const [box, wide] = useFrame(...HIGH);
  const { recipe } = model.replay.value;
  const frame = { ...wide, right: wide.right - NAMES };
  const { step } = model.walk;
  const dots = dotsNow(model);
  const picked = pickedOf(model, dots);
  const now = lineAt(model, step);
  const lines = stepsOfLines(step, usefulEnd(model.replay.value)).map((at) => lineAt(model, at));
  const inputs = rangeWith(recipe.input);
  const { x, y } = placesIn(frame, inputs, rangeWith(dots.flatMap(({ goal, prediction }) => [goal, prediction])));
  const told = rangeWith(dots.flatMap(({ goal, prediction }) => [goal, prediction]));
  const { scaling, goal_scaling } = model.scene.fit ?? { scaling: null, goal_scaling: null };
  const across = unitsOf(scaling, 0);
  const up = unitsOf(goal_scaling, model.open.value.node);
  const [w, b] = distinct([now.weight, now.bias]);
  const through = recipe.layers[0].bias ? ` and bias ${b}` : "";
  const said = `${count(recipe.n)} examples and the node's line: weight ${w}${through}.`;
  const mine = model.now.value.examples;
  const pulled = mine.length < recipe.n ? mine : missesOf(recipe.n);
  return (
    <div ref={box}>
      <svg viewBox={`0 0 ${frame.wide} ${frame.high}`} role="img" aria-label={said}>
        <clipPath id="ns-line">
          <rect x={frame.left} y={frame.top - 8} width={frame.right - frame.left} height={frame.bottom - frame.top + 8} />
        </clipPath>
        <Upright
          frame={frame}
          name={clip(nameOr(recipe.goal_names, model.open.value.node, "goal"))}
          ticks={evenTicks(...ends(told, up.own), 4)}
          place={(value) => y(up.held(value))}
        />
        <Foot
          frame={frame}
          name={clip(inputName(recipe, 0, 0))}
          ticks={evenTicks(...ends(inputs, across.own), 6)}
          place={(value) => x(across.held(value))}
        />
        <g clip-path="url(#ns-line)">
          {pulled.map((e) => (
            <path
              key={e}
              d={`M${x(recipe.input[e]).toFixed(1)} ${y(dots[e].goal).toFixed(1)}V${y(dots[e].prediction).toFixed(1)}`}
              class="pull"
            />
          ))}
          {lines.map((line) => (
            <Drawn
              key={line.step}
              line={line}
              places={{ x, y }}
              ends={inputs}
              kind={line.step < step ? "line-was" : "line-comes"}
            />
          ))}
          <Drawn line={now} places={{ x, y }} ends={inputs} kind="line-now" />
        </g>
        <Dots
          dots={drawnOf(dots, [picked.example])}
          picked={picked}
          x={(dot) => x(recipe.input[dot.example])}
          y={(dot) => y(dot.goal)}
        />
        <Names lines={[...lines, now]} frame={frame} end={inputs[1]} y={y} last={usefulEnd(model.replay.value)} />
      </svg>
    </div>
  );
}

/** Between numbers as they are held and as the table has them: an axis has the table's. */
interface Units {
  own: (held: number) => number;
  held: (own: number) => number;
}

function unitsOf(scale: Scale | null, i: number): Units {
  const unit = scale?.unit[i] ?? 1;
  const centre = scale?.centre[i] ?? 0;
  return { own: (held) => held * unit + centre, held: (own) => (own - centre) / unit };
}

function ends([low, high]: [number, number], own: (held: number) => number): [number, number] {
  return [own(low), own(high)];
}

/** Every so-manieth example, so that its miss can be seen among the others. */
function missesOf(n: number): number[] {
  const every = Math.ceil(n / MISSES);
  return Array.from({ length: Math.ceil(n / every) }, (_, i) => i * every);
}

interface Places {
  x: (value: number) => number;
  y: (value: number) => number;
}

function heightOf({ weight, bias }: Line, input: number): number {
  return weight * input + bias;
}

function Drawn({ line, places, ends, kind }: { line: Line; places: Places; ends: [number, number]; kind: string }) {
  const [from, to] = ends.map((input) => `${places.x(input).toFixed(1)} ${places.y(heightOf(line, input)).toFixed(1)}`);
  return <path d={`M${from}L${to}`} class={kind} />;
}

function Dots({ dots, picked, x, y }: { dots: Dot[]; picked: Dot; x: (dot: Dot) => number; y: (dot: Dot) => number }) {
  const model = useContext(Current);
  const choose = (example: number): void => {
    model.example.value = example;
  };
  return (
    <>
      {dots.map((dot) => (
        <circle key={dot.example} cx={x(dot)} cy={y(dot)} r="4" class="dot-goal" onClick={() => choose(dot.example)} />
      ))}
      <circle cx={x(picked)} cy={y(picked)} r="8" class="ring-goal" />
    </>
  );
}

/** What the lines are called, at their right ends, as many as there is room for. */
function Names(props: { lines: Line[]; frame: Frame; end: number; y: (value: number) => number; last: number }) {
  const { lines, frame, end, y, last } = props;
  const taken: number[] = [];
  const names = [...lines].reverse().flatMap((line, i) => {
    const at = y(heightOf(line, end));
    if (!Number.isFinite(at) || taken.some((other) => Math.abs(other - at) < APART)) return [];
    taken.push(at);
    const text = i === 0 ? `step ${count(line.step)}: now` : line.step === last ? "where it ends" : `step ${count(line.step)}`;
    return [{ text, at, step: line.step, now: i === 0 }];
  });
  return (
    <>
      {names.map(({ text, at, step, now }) => (
        <text key={step} class={`ax t-w ${now ? "strong" : ""}`} x={frame.right + 6} y={at + 4}>
          {text}
        </text>
      ))}
    </>
  );
}
