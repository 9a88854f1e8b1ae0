/** One row at the foot: back, play, next; the steps as a slider with marks; the step as a typed number; speed; and what keys do. */

import { count } from "../numbers";
import type { Walk } from "../walk";
import { Help } from "./help";
import type { Jump, Kind, Speed } from "./kind";
import { NumberBox } from "./parts";

/** Marks under the slider, and how much of it lies between two. */
const MARKS = 3;
const APART = 0.2;

export interface DockProps {
  kind: Kind;
  speed: Speed;
  setSpeed: (speed: Speed) => void;
}

export function Dock({ kind, speed, setSpeed }: DockProps) {
  const { walk } = kind;
  if (!kind.jumps().length)
    return (
      <div class="dock">
        <p class="soft">No step was recorded: there is nothing to walk through.</p>
      </div>
    );
  return (
    <div class="dock" role="group" aria-label="Steps">
      <Buttons walk={walk} />
      <Steps kind={kind} />
      <label class="typed">
        <span aria-hidden="true">Step</span>
        <NumberBox
          label="step, typed"
          what="step"
          text={() => String(walk.step)}
          set={(typed) => walk.go(walk.near(Math.round(typed)))}
        />
        <span class="of">of {count(walk.stepAt(walk.last))}</span>
      </label>
      <label class="speed">
        Speed
        <select value={speed.text} onChange={(e) => setSpeed(kind.speeds[e.currentTarget.selectedIndex])}>
          {kind.speeds.map(({ text }) => (
            <option value={text} key={text}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <Help kind={kind} />
    </div>
  );
}

/** A press of the pointer leaves the focus where it was: so the space bar plays, and does not press the last button again. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

export function Buttons({ walk }: { walk: Walk }) {
  const { here, last } = walk;
  const playing = walk.playing.value;
  return (
    <div class="buttons" onMouseDown={keepFocus}>
      <button type="button" aria-label="First" onClick={() => walk.go(0)} aria-disabled={here === 0}>
        <span aria-hidden="true">|◀</span>
      </button>
      <button type="button" onClick={() => walk.go(here - 1)} aria-disabled={here === 0}>
        <span aria-hidden="true">◀</span> Back
      </button>
      <button type="button" class="play" onClick={() => walk.play()}>
        <span aria-hidden="true">{playing ? "❚❚" : "▶"}</span> {playing ? "Pause" : "Play"}
      </button>
      <button type="button" onClick={() => walk.go(here + 1)} aria-disabled={here === last}>
        Next <span aria-hidden="true">▶</span>
      </button>
    </div>
  );
}

function Steps({ kind }: { kind: Kind }) {
  const { walk } = kind;
  const end = Math.max(1, Math.min(walk.last, kind.reach?.() ?? walk.last));
  const marks = marksOf(kind.jumps(), end);
  return (
    <div class="steps">
      <input
        id="ns-step"
        type="range"
        aria-label="Step"
        min="0"
        max={end}
        value={Math.min(walk.here, end)}
        list="ns-places"
        style={{ "--part": `${(100 * Math.min(walk.here, end)) / end}%` }}
        aria-valuetext={kind.spoken(walk.here)}
        onInput={(e) => walk.go(Number(e.currentTarget.value))}
      />
      <datalist id="ns-places">
        {kind.jumps().map(({ name, place }) => (
          <option key={name} value={String(place)} />
        ))}
      </datalist>
      <div class="marks" aria-hidden="true">
        {marks.map(({ mark, place }) => (
          <button
            type="button"
            tabIndex={-1}
            key={mark}
            class={sideOf(place / end)}
            style={{ left: `${(100 * Math.min(place, end)) / end}%` }}
            onMouseDown={keepFocus}
            onClick={() => walk.go(place)}
          >
            {mark}
          </button>
        ))}
        {end < walk.last && <span class="right up">and so on to {count(walk.stepAt(walk.last))}</span>}
      </div>
    </div>
  );
}

/** Marks that have room beside one another: the first, then from the end. */
function marksOf(jumps: Jump[], end: number): Jump[] {
  const chosen: Jump[] = [];
  const [first, ...others] = jumps.filter(({ mark }) => mark);
  for (const jump of [first, ...others.reverse()].filter(Boolean)) {
    const near = chosen.some(({ place }) => Math.abs(Math.min(place, end) - Math.min(jump.place, end)) < APART * end);
    if (!near && chosen.length < MARKS) chosen.push(jump);
  }
  return chosen;
}

function sideOf(part: number): string {
  return part < 0.1 ? "left" : part > 0.9 ? "right" : "";
}
