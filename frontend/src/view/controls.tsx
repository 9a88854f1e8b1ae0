/** Back, play, next; the step as a slider and a typed number; places worth going to; keys and speed. */

import { Fragment } from "preact";
import type { Walk } from "../walk";
import type { Kind, Speed } from "./kind";
import { NumberBox } from "./parts";

interface Props {
  kind: Kind;
  speed: Speed;
  setSpeed: (speed: Speed) => void;
}

export function Controls({ kind, speed, setSpeed }: Props) {
  const { walk, Dials, Change, Here } = kind;
  const jumps = kind.jumps();
  if (!jumps.length)
    return (
      <div class="steer">
        <p class="soft">No step was recorded: there is nothing to walk through.</p>
      </div>
    );
  return (
    <div class="steer">
      <div class="dials">
        <Buttons walk={walk} />
        <div class="slide">
          <label for="ns-step">Step</label>
          <input
            id="ns-step"
            type="range"
            min="0"
            max={walk.last}
            value={walk.here}
            aria-valuetext={kind.spoken(walk.here)}
            onInput={(e) => walk.go(Number(e.currentTarget.value))}
          />
          <NumberBox label="step, typed" text={() => String(walk.step)} set={(typed) => walk.go(walk.near(typed))} />
        </div>
        {Dials && <Dials />}
      </div>
      {Here && <Here />}
      <Keys kind={kind} speed={speed} setSpeed={setSpeed} />
      <p class="jumps">
        Go to:{" "}
        {jumps.map(({ name, place, at }) => (
          <button type="button" key={name} onClick={() => walk.go(place)}>
            {name} <span class="soft">{at}</span>
          </button>
        ))}
      </p>
      {Change && <Change />}
    </div>
  );
}

function Buttons({ walk }: { walk: Walk }) {
  const { here, last } = walk;
  return (
    <div class="buttons">
      <button type="button" onClick={() => walk.go(here - 1)} aria-disabled={here === 0}>
        Back
      </button>
      <button type="button" class="play" aria-pressed={walk.playing.value} onClick={() => walk.play()}>
        {walk.playing.value ? "Pause" : "Play"}
      </button>
      <button type="button" onClick={() => walk.go(here + 1)} aria-disabled={here === last}>
        Next
      </button>
    </div>
  );
}

/** Keys, and what they do. */
function keysOf({ unit, letters }: Kind): [string[], string][] {
  const further = Object.entries(letters).map(([letter, { name }]): [string[], string] => [[letter.toUpperCase()], name]);
  const moves: [string[], string][] = [
    [["←", "→"], `one ${unit}`],
    [["Page Up", "Page Down"], "ten"],
    [["space"], "play"],
    [["Home", "End"], "first and last"],
  ];
  return [...moves, ...further];
}

function Keys({ kind, speed, setSpeed }: Props) {
  return (
    <p class="keys">
      {keysOf(kind).map(([names, what], i) => (
        <span key={what}>
          {i > 0 && ", "}
          {names.map((name) => (
            <Fragment key={name}>
              <kbd>{name}</kbd>{" "}
            </Fragment>
          ))}
          {what}
        </span>
      ))}{" "}
      <label class="speed">
        speed{" "}
        <select value={speed.text} onChange={(e) => setSpeed(kind.speeds[e.currentTarget.selectedIndex])}>
          {kind.speeds.map(({ text }) => (
            <option value={text} key={text}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {kind.note && ` ${kind.note}`}
    </p>
  );
}
