/** What a network gives over two inputs, with the examples where they lie; over one input a curve; and goals beside outputs. */

import { useContext, useMemo } from "preact/hooks";
import type { Engine } from "../../engine";
import { nameOr } from "../../layers";
import {
  classOf,
  type Field,
  fieldOf,
  linePoints,
  mapPoints,
  outputScale,
  over,
  type Points,
  partOf,
  type Scale,
  sideOf,
  spanOf,
} from "../../maps";
import type { Model } from "../../model";
import { clip, short } from "../../numbers";
import type { Recipe } from "../../scene";
import { Choice } from "../parts";
import { Current } from "../replayed/context";
import { Heat } from "./heat";
import { useMoving } from "./moving";
import { Seen } from "./seen";

/** The first of the marks below, as text. */
const SIGNS = "◆●■▲";
/** Examples that are drawn on it. */
const DRAWN = 240;

/** The output's picture over some points: what is asked of the core, and what it answers. */
export interface Surface {
  points: Points;
  engine: Engine;
  field: Field | null;
  node: number;
}

/** The output that is shown: the open node where it is one, else that of the example's class. */
export function outputShown({ replay, open }: Model, example: number): number {
  const { k, layers, goal } = replay.value.recipe;
  if (open.value.layer === layers.length - 1) return open.value.node;
  return classOf(goal, k, example);
}

/** A surface of so many points a side, half as many while the hand moves; it is made anew only where data, layers or the chosen
 * inputs change. */
export function useSurface(most: number): Surface {
  const model = useContext(Current);
  const { example } = useContext(Seen);
  const { recipe, engine } = model.replay.value;
  const [a, b] = model.axes.value;
  const around = recipe.d > 2 ? example : 0;
  const side = Math.min(most, sideOf(engine.size)) / (useMoving() ? 2 : 1);
  const made = useMemo(() => new Map<number, Omit<Surface, "node">>(), [recipe.input, recipe.layers, a, b, around]);
  const asked = made.get(side) ?? askedOf(model, around, Math.round(side));
  made.set(side, asked);
  return { ...asked, node: outputShown(model, example) };
}

function askedOf({ core, replay, axes }: Model, around: number, side: number): Omit<Surface, "node"> {
  const { recipe } = replay.value;
  const [a, b] = axes.value;
  const field = recipe.d > 1 ? fieldOf(recipe, a, b, around) : null;
  const points = field ? mapPoints(field, side) : linePoints(spanOf(recipe, 0));
  return { points, field, engine: over(core, recipe, points.input) };
}

/** The values of a surface with the weights of a state, one output's. */
export function surfaceOf({ engine, node }: Surface, state: Float64Array): Float64Array {
  const { k } = engine.recipe;
  const all = engine.predict(state.subarray(0, engine.size));
  return k === 1 ? all : Float64Array.from({ length: all.length / k }, (_, p) => all[p * k + node]);
}

export function SurfaceCard({ size }: { size: number }) {
  const model = useContext(Current);
  const surface = useSurface(44);
  const replay = model.replay.value;
  const { recipe } = replay;
  const state = model.state.value;
  const values = useMemo(() => surfaceOf(surface, state), [surface.engine, surface.node, state]);
  const scale = outputScale(recipe, values);
  return (
    <div class="surface">
      {recipe.d > 2 && <ChosenInputs recipe={recipe} />}
      <div class="map" style={{ width: `${size}px`, height: `${size}px` }}>
        <Heat values={values} points={surface.points} scale={scale} wide={size} high={size} />
        <Examples surface={surface} scale={scale} size={size} />
      </div>
      <Legend surface={surface} scale={scale} />
      {recipe.k > 1 && <Classes recipe={recipe} />}
    </div>
  );
}

/** Which two of several inputs are shown; the others are as in the chosen example. */
function ChosenInputs({ recipe }: { recipe: Recipe }) {
  const model = useContext(Current);
  const [a, b] = model.axes.value;
  const names = recipe.input_names.map((_, i) => clip(nameOr(recipe.input_names, i, "input"), 16));
  const set = (axes: [number, number]): void => {
    model.axes.value = axes;
  };
  return (
    <div class="axes">
      <Choice text="→" label="input across" value={a} names={names} set={(i) => set([i, b])} />
      <Choice text="↑" label="input up" value={b} names={names} set={(i) => set([a, i])} />
    </div>
  );
}

/** Marks of the classes, each with a shape and a colour of its own; of numbers filled where the goal is high. */
const MARKS = [
  "M0-7L7 0L0 7L-7 0Z",
  "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1-6 0Z",
  "M-5-5H5V5H-5Z",
  "M0-6.5L6.5 5H-6.5Z",
  "M0 6.5L6.5-5H-6.5Z",
];

function Examples({ surface, scale, size }: { surface: Surface; scale: Scale; size: number }) {
  const model = useContext(Current);
  const { example } = useContext(Seen);
  const { recipe } = model.replay.value;
  const place = placeIn(surface, recipe, scale, size);
  const every = Math.max(1, Math.ceil(recipe.n / DRAWN));
  const shown = Array.from({ length: recipe.n }, (_, s) => s).filter((s) => s % every === 0 || s === example);
  const far = recipe.d > 2;
  const said = `What it gives over ${surface.field ? "two inputs" : "its input"}, with ${shown.length} examples.`;
  return (
    <svg class="examples" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={said}>
      {shown.map((s) => {
        const [x, y] = place(s);
        const kind = kindOf(recipe, scale, s);
        const small = shown.length > 60 ? 0.5 : shown.length > 12 ? 0.75 : 1;
        return (
          <path
            key={s}
            d={MARKS[kind.mark]}
            transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${small})`}
            class={`mark m${kind.colour} ${kind.filled ? "" : "hollow"} ${far && s !== example ? "far" : ""}`}
          />
        );
      })}
      <circle cx={place(example)[0]} cy={place(example)[1]} r="12" class="ink" />
    </svg>
  );
}

/** Where an example lies in the picture. */
function placeIn({ field }: Surface, recipe: Recipe, scale: Scale, size: number): (s: number) => [number, number] {
  const { d, k, input, goal } = recipe;
  const part = (value: number, [low, high]: [number, number]): number => Math.max(0, Math.min(1, (value - low) / (high - low)));
  if (!field)
    return (s) => [3 + part(input[s], spanOf(recipe, 0)) * (size - 6), size - 3 - partOf(scale, goal[s * k]) * (size - 6)];
  const { a, b, x, y } = field;
  return (s) => [part(input[s * d + a], x) * size, size - part(input[s * d + b], y) * size];
}

/** How an example is marked: by its class, or by whether its goal is above the middle. */
function kindOf({ k, goal, loss }: Recipe, { middle }: Scale, s: number): { mark: number; colour: number; filled: boolean } {
  if (k === 1) return { mark: 0, colour: 0, filled: goal[s] > (loss.code === 3 ? 0.5 : middle) };
  const is = classOf(goal, k, s);
  return { mark: is % MARKS.length, colour: is % MARKS.length, filled: Math.floor(is / MARKS.length) % 2 === 0 };
}

function Legend({ surface, scale }: { surface: Surface; scale: Scale }) {
  const { recipe } = useContext(Current).replay.value;
  const of = recipe.k > 1 ? ` ${clip(recipe.goal_names[surface.node], 16)} at` : "";
  if (!surface.field) return <p class="soft tiny">curve: what it gives; marks: the goals</p>;
  return (
    <p class="soft tiny">
      line: output{of} {short(scale.middle, 3)}
      {recipe.k === 1 && <HighAndLow recipe={recipe} />}
    </p>
  );
}

/** The marks of the first classes. */
function Classes({ recipe: { goal_names } }: { recipe: Recipe }) {
  return <p class="soft tiny">{goal_names.slice(0, SIGNS.length).map((name, c) => `${SIGNS[c]} ${clip(name, 7)} `)}</p>;
}

function HighAndLow({ recipe: { goal } }: { recipe: Recipe }) {
  const low = goal.reduce((a, b) => Math.min(a, b));
  const high = goal.reduce((a, b) => Math.max(a, b));
  const two = goal.every((g) => g === low || g === high);
  return (
    <>
      {" "}
      · <b class="t-goal">◆</b> goal {two ? short(high) : "high"} <b class="t-goal">◇</b> {two ? short(low) : "low"}
    </>
  );
}
