/** What else the reader may change: from the start, or from the step in view on. */

import { useContext, useState } from "preact/hooks";
import { weightName } from "../../layers";
import type { Model } from "../../model";
import { exact } from "../../numbers";
import type { Recipe } from "../../scene";
import { Fold, NumberBox, Table } from "../parts";
import { Current } from "./context";

/** Numbers that are few enough for a field each, and steps that a page goes. */
const FIELDS = 12;
const MOST_STEPS = 2_000_000;

export function Change() {
  const model = useContext(Current);
  return (
    <Fold name={`Change something${model.changed.value ? " (changed)" : ""}`} kind="change" keeps>
      {() => <Fields />}
    </Fold>
  );
}

function Fields() {
  const model = useContext(Current);
  const [later, setLater] = useState(false);
  return (
    <>
      <fieldset>
        <legend>When</legend>
        <label>
          <input type="radio" name="ns-when" checked={!later} onChange={() => setLater(false)} /> from the start
        </label>
        <label>
          <input type="radio" name="ns-when" checked={later} onChange={() => setLater(true)} />
          {` what if, from step ${model.walk.step} on`}
        </label>
      </fieldset>
      <div class="fields">
        {fieldsOf(model, later).map(({ name, value, set }) => (
          <label key={name}>
            {name} <NumberBox what={name} text={() => exact(value).replace(/\.0$/, "")} stays={later} set={set} />
          </label>
        ))}
      </div>
      {model.changed.value && (
        <button type="button" onClick={() => model.reset()}>
          Back to the run as it was
        </button>
      )}
      <Futures />
    </>
  );
}

interface Field {
  name: string;
  value: number;
  set: (value: number) => void;
}

function fieldsOf(model: Model, later: boolean): Field[] {
  const { recipe } = model.replay.value;
  const apply = (what: string, part: Partial<Recipe>): void => (later ? model.whatIf(what, part) : model.change(part));
  const alpha = { name: "alpha", value: recipe.alpha, set: (v: number) => apply(`alpha ${exact(v)}`, { alpha: v }) };
  const data = [...ofData(recipe, "input", apply), ...ofData(recipe, "goal", apply)];
  return later ? [alpha, ...ofWeights(model, later), ...data] : [...ofWeights(model, later), ...data, ...ofLength(model)];
}

function ofWeights(model: Model, later: boolean): Field[] {
  const { recipe, engine } = model.replay.value;
  const weights = later ? Array.from(model.now.value.weight) : recipe.start;
  if (engine.size > FIELDS) return [];
  return weights.map((value, i) => {
    const name = ["weight", weightName(recipe, i)].filter(Boolean).join(" of ");
    const set = (v: number): void => {
      const others = weights.with(i, v);
      if (later) model.whatIf(`${name} ${exact(v)}`, {}, others);
      else model.change({ start: others });
    };
    return { name, value, set };
  });
}

function ofData(recipe: Recipe, of: "input" | "goal", apply: (what: string, part: Partial<Recipe>) => void): Field[] {
  const numbers = recipe[of];
  if (recipe.n * recipe.d > FIELDS || recipe.k > 1) return [];
  return numbers.map((value, i) => ({
    name: numbers.length > 1 ? `${of} ${i}` : of,
    value,
    set: (v) => apply(`${of} ${exact(v)}`, { [of]: numbers.with(i, v) }),
  }));
}

function ofLength(model: Model): Field[] {
  const { recipe, steps } = model.replay.value;
  const whole = (least: number, largest: number, v: number): number => Math.max(least, Math.min(largest, Math.round(v)));
  const length = {
    name: "steps",
    value: recipe.steps ?? steps,
    set: (v: number) => model.change({ steps: whole(0, MOST_STEPS, v) }),
  };
  const batch = { name: "batch", value: recipe.batch, set: (v: number) => model.change({ batch: whole(1, recipe.n, v) }) };
  return recipe.n > 1 ? [length, batch] : [length];
}

/** Both futures side by side, after the same number of steps. */
function Futures() {
  const model = useContext(Current);
  const future = model.future.value;
  const replay = model.replay.value;
  if (!future) return null;
  const { size } = replay.engine;
  const state = replay.stateAt(Math.min(future.steps, replay.steps));
  const happened = { what: "as it happened", weight: Array.from(state.slice(0, size)), mse: replay.engine.mse(state) };
  const caption = `from step ${future.from} on, two futures after ${future.steps} steps (the second is dotted in the curve)`;
  return (
    <div aria-live="polite">
      <Table label="Two futures" caption={caption} heads={["future", "weight", "mse"]}>
        <tbody>
          {[happened, future].map(({ what, weight, mse }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>
                {weight.slice(0, 4).map(exact).join(", ")}
                {size > 4 ? ", …" : ""}
              </td>
              <td>{exact(mse)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
