/** Back, play, next; step and alpha with a slider and a typed number; what the reader may change. */

import { useContext, useState } from "preact/hooks";
import { exact, short } from "../numbers";
import { Current } from "./context";

export function Controls({ speed, setSpeed }: { speed: number; setSpeed: (speed: number) => void }) {
  const model = useContext(Current),
    step = Math.min(model.step.value, model.lastStep),
    last = model.lastStep;
  const { recipe } = model.replay.value,
    limits = model.limits.value;
  const end =
    limits && Number.isFinite(limits.limit) && limits.limit > 0
      ? limits.limit * 1.2
      : Math.max(1e-300, Math.abs(model.scene.recipe.alpha) * 4);
  return (
    <>
      <div class="bar">
        <div class="buttons">
          <button type="button" onClick={() => model.go(step - 1)} aria-disabled={step === 0}>
            Back
          </button>
          <button
            type="button"
            class="play"
            aria-pressed={model.playing.value}
            onClick={() => {
              model.playing.value = !model.playing.value;
            }}
          >
            {model.playing.value ? "Pause" : "Play"}
          </button>
          <button type="button" onClick={() => model.go(step + 1)} aria-disabled={step === last}>
            Next
          </button>
        </div>
        <div class="slide">
          <label for="ns-step">Step</label>
          <input
            id="ns-step"
            type="range"
            min="0"
            max={last}
            value={step}
            aria-valuetext={`step ${step} of ${last}`}
            onInput={(e) => model.go(Number(e.currentTarget.value))}
          />
          <NumberBox label="step, typed" text={String(step)} set={(typed) => model.go(typed)} />
        </div>
        <div class="slide">
          <label for="ns-alpha">Alpha</label>
          <input
            id="ns-alpha"
            type="range"
            min="0"
            max={end}
            step={end / 240}
            value={recipe.alpha}
            disabled={!!recipe.alphas}
            aria-valuetext={`${short(recipe.alpha)}${limits ? `, limit ${short(limits.limit)}` : ""}`}
            onInput={(e) => model.change({ alpha: Number(e.currentTarget.value) })}
          />
          <NumberBox
            label="alpha, typed"
            text={exact(recipe.alpha)}
            disabled={!!recipe.alphas}
            set={(alpha) => model.change({ alpha })}
          />
        </div>
      </div>
      <p class="keys">
        <kbd>←</kbd> <kbd>→</kbd> one step, <kbd>Page Up</kbd> <kbd>Page Down</kbd> ten, <kbd>space</kbd> play, <kbd>Home</kbd>{" "}
        <kbd>End</kbd> first and last, <kbd>A</kbd> alpha{" "}
        <label class="speed">
          speed{" "}
          <select value={speed} onChange={(e) => setSpeed(Number(e.currentTarget.value))}>
            <option value={0.5}>beat by beat</option>
            <option value={4}>4 steps a second</option>
            <option value={60}>60 steps a second</option>
          </select>
        </label>
      </p>
    </>
  );
}

interface BoxProps {
  label?: string;
  text: string;
  disabled?: boolean;
  set: (value: number) => void;
}

/** A typed number. Enter is looked for itself: a notebook may keep the browser from taking it for a change. */
function NumberBox({ label, text, disabled, set }: BoxProps) {
  const take = (box: HTMLInputElement) => {
    const value = Number(box.value);
    if (box.value.trim() && Number.isFinite(value) && box.value !== text) set(value);
  };
  return (
    <input
      type="number"
      step="any"
      value={text}
      disabled={disabled}
      aria-label={label}
      onChange={(e) => take(e.currentTarget)}
      onKeyDown={(e) => {
        if (e.key === "Enter") take(e.currentTarget);
      }}
    />
  );
}

export function Change() {
  const model = useContext(Current),
    { recipe } = model.replay.value,
    [from, setFrom] = useState(false);
  const small = recipe.n * recipe.d <= 12 && recipe.k === 1 && recipe.n * recipe.d > 0;
  const width = recipe.d + (recipe.bias ? 1 : 0);
  const weightsHere = from ? Array.from(model.now.value.weight) : recipe.start;
  const apply = (what: string, part: object, weights?: number[]) => {
    if (from) model.whatIf(what, part, weights && stateWith(model.replay.value.stateAt(model.step.value), weights));
    else model.change(part);
  };
  const swap = (list: number[], i: number, value: number) => list.map((old, j) => (j === i ? value : old));
  return (
    <details class="change">
      <summary>Change something{model.changed.value ? " (changed)" : ""}</summary>
      <fieldset>
        <legend>When</legend>
        <label>
          <input type="radio" name="ns-when" checked={!from} onChange={() => setFrom(false)} /> from the start
        </label>
        <label>
          <input type="radio" name="ns-when" checked={from} onChange={() => setFrom(true)} /> what if, from step {model.step.value}{" "}
          on
        </label>
      </fieldset>
      <div class="fields">
        {from && <Field name="alpha" value={recipe.alpha} set={(v) => apply(`alpha ${exact(v)}`, { alpha: v })} />}
        {width <= 12 &&
          recipe.k === 1 &&
          !recipe.layers &&
          weightsHere.map((w, i) => (
            <Field
              key={`w${i}`}
              name={i === recipe.d ? "bias" : width > 1 ? `weight ${i}` : "weight"}
              value={w}
              set={(v) =>
                from ? apply(`weight ${exact(v)}`, {}, swap(weightsHere, i, v)) : apply("", { start: swap(recipe.start, i, v) })
              }
            />
          ))}
        {small &&
          recipe.input.map((x, i) => (
            <Field
              key={`x${i}`}
              name={recipe.input.length > 1 ? `input ${i}` : "input"}
              value={x}
              set={(v) => apply(`input ${exact(v)}`, { input: swap(recipe.input, i, v) })}
            />
          ))}
        {small &&
          recipe.goal.map((g, i) => (
            <Field
              key={`g${i}`}
              name={recipe.goal.length > 1 ? `goal ${i}` : "goal"}
              value={g}
              set={(v) => apply(`goal ${exact(v)}`, { goal: swap(recipe.goal, i, v) })}
            />
          ))}
        {!from && (
          <Field
            name="steps"
            value={recipe.steps ?? model.replay.value.steps}
            set={(v) => model.change({ steps: Math.max(0, Math.min(2_000_000, Math.round(v))) })}
          />
        )}
        {!from && recipe.n > 1 && (
          <Field
            name="batch"
            value={recipe.batch}
            set={(v) => model.change({ batch: Math.max(1, Math.min(recipe.n, Math.round(v))) })}
          />
        )}
      </div>
      {model.changed.value && (
        <button type="button" onClick={() => model.reset()}>
          Back to the run as it was
        </button>
      )}
      <Futures />
    </details>
  );
}

function stateWith(state: Float64Array, weights: number[]): Float64Array {
  state.set(weights);
  return state;
}

function Field({ name, value, set }: { name: string; value: number; set: (value: number) => void }) {
  return (
    <label>
      {name} <NumberBox text={exact(value).replace(/\.0$/, "")} set={set} />
    </label>
  );
}

/** Both futures side by side, after the same number of steps. */
function Futures() {
  const model = useContext(Current),
    future = model.future.value,
    replay = model.replay.value;
  if (!future) return null;
  const state = replay.stateAt(Math.min(future.steps, replay.steps)),
    size = replay.engine.size;
  const rows = [
    ["as it happened", state.slice(0, size), replay.engine.mse(state)],
    [future.what, future.weight, future.mse],
  ] as const;
  return (
    <table class="rows" aria-live="polite">
      <caption>
        from step {future.from} on, two futures after {future.steps} steps (the second is dotted in the curve)
      </caption>
      <thead>
        <tr>
          <th scope="col">future</th>
          <th scope="col">weight</th>
          <th scope="col">mse</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([what, weight, mse]) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>
              {Array.from(weight).slice(0, 4).map(exact).join(", ")}
              {size > 4 ? ", …" : ""}
            </td>
            <td>{exact(mse)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
