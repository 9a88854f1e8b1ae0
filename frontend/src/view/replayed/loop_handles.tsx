/** Goal and input of the loop under the hand: dragged up and down in the picture, or moved with the arrow keys. */

import { useContext, useRef, useState } from "preact/hooks";
import type { Model } from "../../model";
import { exact, short } from "../../numbers";
import { Current } from "./context";
import type { Places } from "./loop_places";

type Name = "goal" | "input";
const TONES: Record<Name, string> = { goal: "goal", input: "go" };
/** Pixels that a drag of a number's own size takes, where nothing is missing to take a scale from. */
const OWN_SIZE = 60;
/** Steps of the arrow keys on each side of where the number was. */
const FAR = 500;

export interface Held {
  focused: Name | null;
  focus: (name: Name | null) => void;
}

export function useHeld(): Held {
  const [focused, focus] = useState<Name | null>(null);
  return { focused, focus };
}

/** Another goal or input from the start, with as many digits as a drag can tell apart. */
function set(model: Model, name: Name, value: number, fine: number): void {
  const unit = 10 ** Math.floor(Math.log10(fine));
  const tidy = Number((Math.round(value / unit) * unit).toPrecision(12));
  if (Number.isFinite(tidy) && tidy !== model.replay.value.recipe[name][0]) model.change({ [name]: [tidy] });
}

interface GripProps {
  name: Name;
  x: number;
  y: number;
  /** Half of what is taken hold of. */
  reach: number;
  /** What a pixel is worth, where the picture has a scale for it. */
  pixel?: number;
  held: Held;
}

/** What is taken hold of in the picture: up is more. */
function Grip({ name, x, y, reach, pixel, held }: GripProps) {
  const model = useContext(Current);
  const from = useRef({ y: 0, value: 0, pixel: 1 });
  const value = model.replay.value.recipe[name][0];
  const worth = pixel && Number.isFinite(pixel) && pixel > 0 ? pixel : (Math.abs(value) || 1) / OWN_SIZE;
  const mark = reach + 3;
  return (
    <g class={`grip ${held.focused === name ? "focused" : ""}`}>
      <circle
        cx={x}
        cy={y}
        r={reach + 10}
        onPointerDown={(e) => {
          if (!(e.buttons & 1)) return;
          e.currentTarget.setPointerCapture(e.pointerId);
          from.current = { y: e.clientY, value, pixel: worth };
        }}
        onPointerMove={(e) => {
          if (!e.currentTarget.hasPointerCapture(e.pointerId)) return;
          const { y: start, value: was, pixel: each } = from.current;
          set(model, name, was + (start - e.clientY) * each, each);
        }}
      />
      <path d={`M${x - 5} ${y - mark}l5-6l5 6zM${x - 5} ${y + mark}l5 6l5-6z`} class={`fill-${TONES[name]}`} />
    </g>
  );
}

/** Goal and input, to be taken hold of; `there` is where the goal stands on its ruler, `long` from a number to its length. */
export function Grips({ at, there, long, held }: { at: Places; there: number; long: (value: number) => number; held: Held }) {
  return (
    <>
      <Grip name="input" x={at.input} y={at.forward} reach={28} held={held} />
      <Grip name="goal" x={at.ruler} y={there} reach={10} pixel={1 / long(1)} held={held} />
    </>
  );
}

/** The same for keys and for the ear. */
export function Sliders({ held }: { held: Held }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  return (
    <>
      {(["input", "goal"] as const).map((name) => {
        const value = recipe[name][0];
        const unit = 10 ** (Math.floor(Math.log10(Math.abs(model.scene.recipe[name][0]) || 1)) - 1);
        return (
          <input
            key={name}
            id={`ns-${name}`}
            class="sr"
            type="range"
            aria-label={`${name}, from the start`}
            min={value - FAR * unit}
            max={value + FAR * unit}
            step={unit}
            value={value}
            aria-valuetext={short(value)}
            title={exact(value)}
            onFocus={() => held.focus(name)}
            onBlur={() => held.focus(null)}
            onInput={(e) => set(model, name, Number(e.currentTarget.value), unit)}
          />
        );
      })}
    </>
  );
}
