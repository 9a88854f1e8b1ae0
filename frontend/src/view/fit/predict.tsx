/** A row that is typed, and the answer while it is. */

import { useContext, useState } from "preact/hooks";
import { over } from "../../maps";
import { clip, count, exact, short } from "../../numbers";
import { Card, NumberBox } from "../parts";
import { Current, Out } from "../replayed/context";
import { Links } from "../top";
import { amount, type FitNow, useFit } from "./now";
import { nameAndUnit, undone } from "./quality";
import { usualOf } from "./weights";

/** Fields that are shown; inputs beyond are as usual. */
const FIELDS = 9;
const CLASSES = 5;
/** Rounding in the spread of what is 0 or 1. */
const TINY = 1e-6;
/** Letters of the verdict that are told below it. */
const VERDICT = 160;

export function Predict() {
  const model = useContext(Current);
  const now = useFit();
  const ways = useContext(Out);
  const [typed, setTyped] = useState<Record<number, number | undefined>>({});
  if (!now) return null;
  const { replay, fit, state, unit } = now;
  const { recipe } = replay;
  const usual = usualOf(now);
  const row = usual.map((of, i) => typed[i] ?? typical(of));
  const fields = fieldsOf(recipe.input_names, usual);
  const rest = fields.slice(FIELDS).flatMap(([, at]) => at).length;
  const scaled = row.map((x, i) => (fit.scaling ? (x - fit.scaling.centre[i]) / fit.scaling.unit[i] : x));
  const engine = over(model.core, recipe, scaled);
  const told = undone(engine.predict(state.subarray(0, engine.size)), fit.goal_scaling);
  return (
    <Card id="ns-predict" title="Predict a row">
      <div class="typed-row">
        {fields
          .slice(0, FIELDS)
          .map(([column, at]) =>
            at.length > 1 ? (
              <OneOf
                key={column}
                column={column}
                values={at.map((i) => recipe.input_names[i].slice(column.length + 1))}
                set={(chosen) => setTyped({ ...typed, ...Object.fromEntries(at.map((i, c) => [i, chosen?.(c)])) })}
              />
            ) : (
              <Field key={column} column={column} value={row[at[0]]} set={(x) => setTyped({ ...typed, [at[0]]: x })} />
            ),
          )}
      </div>
      {rest > 0 && <p class="soft small">The {count(rest)} other inputs are as they are on average.</p>}
      {fit.classes ? <Likely now={now} told={told} /> : <Numbers now={now} told={told} unit={unit} />}
      {ways && (
        <p class="ways-on">
          <Links ways={ways.fit} />
        </p>
      )}
      {!model.changed.value && <p class="small soft">{clip(model.scene.verdict, VERDICT)}</p>}
    </Card>
  );
}

/** A usual value, no finer than its input varies: a year stays a year. */
function typical({ mean, spread }: { mean: number; spread: number }): number {
  const places = Math.ceil(-Math.log10(spread / 5));
  return places >= 0 && places < 20 ? Number(mean.toFixed(places)) : Number(mean.toPrecision(4));
}

/** Columns with the inputs that they are: a category that was opened up, `column=value` of which each is 0 or 1, is one. */
function fieldsOf(names: string[], usual: ReturnType<typeof usualOf>): [string, number[]][] {
  const columns = new Map<string, number[]>();
  names.forEach((name, i) => {
    const { mean, spread } = usual[i];
    const end = Math.abs(spread * spread - mean * (1 - mean)) < TINY ? name.indexOf("=") : 0;
    const column = end > 0 ? name.slice(0, end + 1) : name;
    columns.set(column, [...(columns.get(column) ?? []), i]);
  });
  return [...columns].map(([column, at]) => [at.length > 1 ? column.slice(0, -1) : names[at[0]], at]);
}

/** A category's value, chosen among those that were seen. */
function OneOf(props: { column: string; values: string[]; set: (chosen?: (c: number) => number) => void }) {
  const { column, values, set } = props;
  const choose = (typed: string): void => set(typed ? (c) => Number(c === Number(typed)) : undefined);
  return (
    <label>
      <span>{clip(column, 24)}</span>
      <select onChange={(e) => choose(e.currentTarget.value)}>
        <option value="">as on average</option>
        {values.map((value, c) => (
          <option key={value} value={String(c)}>
            {clip(value, 24)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Field({ column, value, set }: { column: string; value: number; set: (value: number) => void }) {
  const { name, unit } = nameAndUnit(column);
  const label = unit ? `${clip(name, 24)}, ${unit}` : clip(name, 24);
  return (
    <label>
      <span>{label}</span>
      <NumberBox label={label} what={clip(name, 24)} text={() => exact(value).replace(/\.0$/, "")} set={set} live />
    </label>
  );
}

function Numbers({ now, told, unit }: { now: FitNow; told: Float64Array; unit: string }) {
  const { goal_names } = now.replay.recipe;
  return (
    <p class="answer" aria-live="polite">
      {Array.from(told, (value, j) => (
        <span key={goal_names[j]}>
          <span class="soft">
            <bdi>{clip(nameAndUnit(goal_names[j]).name, 20)}</bdi>{" "}
          </span>
          <b class="t-go" data-value={exact(value)}>
            {amount(value, j === now.j ? unit : "")}
          </b>{" "}
        </span>
      ))}
    </p>
  );
}

/** The likeliest classes with how likely they are. */
function Likely({ now, told }: { now: FitNow; told: Float64Array }) {
  const names = now.fit.classes ?? [];
  const parts = told.length === 1 ? [1 - told[0], told[0]] : Array.from(told);
  const order = parts.map((_, c) => c).sort((a, b) => parts[b] - parts[a]);
  return (
    <div class="likely" aria-live="polite">
      <p class="answer">
        <b class="t-go">
          <bdi>{clip(names[order[0]] ?? "", 30)}</bdi>
        </b>
      </p>
      {order.slice(0, CLASSES).map((c) => (
        <p key={c}>
          <span>
            <bdi>{clip(names[c] ?? "", 16)}</bdi>
          </span>
          <span class="bar-lane" aria-hidden="true">
            <i style={{ width: `${(100 * parts[c]).toFixed(1)}%` }} />
          </span>
          <span data-value={exact(parts[c])}>{short(100 * parts[c], 3)} %</span>
        </p>
      ))}
    </div>
  );
}
