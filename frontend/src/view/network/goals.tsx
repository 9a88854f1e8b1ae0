/** Goals beside outputs: of one output an example a row, those farthest off; of several the outputs of the chosen example. */

import { useContext } from "preact/hooks";
import { bySize, dotsOf } from "../../cloud";
import type { Model } from "../../model";
import { clip, exact, short } from "../../numbers";
import type { Recipe } from "../../scene";
import { useLow } from "../parts";
import { Current } from "../replayed/context";
import { mostGoals } from "./layout";
import { Seen } from "./seen";

interface Row {
  name: string;
  goal: number;
  prediction: number;
  chosen: boolean;
  /** An example that the row leads to. */
  example?: number;
}

export function Goals() {
  const model = useContext(Current);
  const { example } = useContext(Seen);
  const { recipe } = model.replay.value;
  const told = model.predictions.value;
  const most = mostGoals(recipe, useLow());
  const rows = recipe.k === 1 ? exampleRows(recipe, told, example, most) : outputRows(recipe, told, example, most);
  const values = rows.flatMap(({ goal, prediction }) => [goal, prediction]).filter(Number.isFinite);
  const all =
    recipe.k === 1
      ? [...values, Math.min(...recipe.goal.slice(0, 1000)), Math.max(...recipe.goal.slice(0, 1000))]
      : [...values, 0, 1];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const place = (value: number): string =>
    Number.isFinite(value) ? `${(4 + (92 * (value - low)) / (high - low || 1)).toFixed(1)}%` : "98%";
  const rest = recipe.k === 1 ? recipe.n - rows.length : recipe.k - rows.length;
  return (
    <div class="goals">
      <p class="soft tiny">{recipe.k === 1 ? "goal beside output" : `outputs for example ${example}`}</p>
      {rows.map((row) => (
        <Line key={row.name} row={row} place={place} model={model} />
      ))}
      {rest > 0 && (
        <p class="soft tiny">{recipe.k === 1 ? `${rest} others are not so far off` : `${rest} other outputs are lower`}</p>
      )}
    </div>
  );
}

function exampleRows(recipe: Recipe, told: Float64Array, chosen: number, most: number): Row[] {
  const dots = dotsOf(recipe.goal, told, 1, 0);
  const few = dots.length <= most ? dots : [dots[chosen], ...bySize(dots).filter((dot) => dot.example !== chosen)].slice(0, most);
  return few.map(({ example, goal, prediction }) => ({
    name: exampleName(recipe, example),
    goal,
    prediction,
    chosen: example === chosen,
    example,
  }));
}

/** An example by its inputs where they are short, else by its number. */
const exampleName = (recipe: Recipe, example: number): string => shortInputs(recipe, example) ?? `${example}`;

/** The inputs of an example where they are few and short; else null. */
export function shortInputs({ d, input }: Recipe, example: number): string | null {
  if (d > 2) return null;
  const text = input
    .slice(example * d, (example + 1) * d)
    .map((x) => short(x, 3))
    .join(", ");
  return text.length < 9 ? text : null;
}

function outputRows(recipe: Recipe, told: Float64Array, example: number, most: number): Row[] {
  const { k, goal, goal_names } = recipe;
  const rows = Array.from({ length: k }, (_, j) => ({
    name: clip(goal_names[j], 9),
    goal: goal[example * k + j],
    prediction: told[example * k + j],
    chosen: goal[example * k + j] === 1,
  }));
  if (k <= most) return rows;
  const size = (row: Row): number => (row.chosen ? Infinity : row.prediction);
  return [...rows].sort((a, b) => size(b) - size(a)).slice(0, most);
}

function Line({
  row: { name, goal, prediction, chosen, example },
  place,
  model,
}: {
  row: Row;
  place: (x: number) => string;
  model: Model;
}) {
  const [from, to] = [place(goal), place(prediction)];
  const text = (
    <>
      <span class="name">{name}</span>
      <span class="lane" aria-hidden="true">
        <i class="gap" style={{ left: `min(${from}, ${to})`, right: `calc(100% - max(${from}, ${to}))` }} />
        <i class={`diamond ${goal > 0.5 ? "" : "hollow"}`} style={{ left: from }} />
        <i class="dot" style={{ left: to }} />
      </span>
      <span class="sr">: output </span>
      <span class="t-go" data-value={exact(prediction)}>
        {short(prediction, 3)}
      </span>
      <span class="sr">, goal {short(goal)}</span>
    </>
  );
  const choose = (): void => {
    model.example.value = example ?? null;
  };
  if (example === undefined || !model.now.value.examples.includes(example))
    return <p class={`line ${chosen ? "chosen" : ""}`}>{text}</p>;
  return (
    <button type="button" class={`line ${chosen ? "chosen" : ""}`} aria-pressed={chosen} onClick={choose}>
      {text}
    </button>
  );
}
