/** Every number of the step, exactly, one click away; and a window of the trace. */

import { useContext } from "preact/hooks";
import type { Model } from "../model";
import { exact } from "../numbers";
import { Current } from "./context";
import { exactRows } from "./network";
import { clip } from "./rows";

const MOST = 200;

export function Exactly() {
  const model = useContext(Current),
    now = model.now.value,
    { recipe } = model.replay.value;
  const rows = recipe.layers ? exactRows(model) : exactRowsOfNodes(model);
  return (
    <details class="exactly">
      <summary>Every number, exactly</summary>
      <div class="scroll" tabIndex={0} role="group" aria-label="Every number of the step">
        <table class="rows">
          <caption>step {now.step}</caption>
          <thead>
            <tr>
              <th scope="col">number</th>
              <th scope="col">of</th>
              <th scope="col">value</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map(([name, of, value], i) => (
              <tr key={i}>
                <th scope="row">{name}</th>
                <td>
                  <bdi>{of}</bdi>
                </td>
                <td class="exact" data-quantity={name} data-of={of}>
                  {exact(value)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > MOST && (
          <p class="soft">
            {rows.length - MOST} more: read them in Python with run.trace[{now.step}].
          </p>
        )}
      </div>
    </details>
  );
}

/** Of plain nodes: everything. */
function exactRowsOfNodes(model: Model): [string, string, number][] {
  const now = model.now.value,
    { recipe } = model.replay.value;
  const width = recipe.d + (recipe.bias ? 1 : 0),
    rows: [string, string, number][] = [];
  const label = (i: number) => {
    const node = recipe.k > 1 ? `${clip(recipe.goal_names[Math.floor(i / width)])}, ` : "",
      at = i % width;
    return width === 1 && recipe.k === 1 ? "" : `${node}${at === recipe.d ? "bias" : clip(recipe.input_names[at])}`;
  };
  now.examples.forEach((example, b) => {
    const of = recipe.n > 1 ? `example ${example}` : "";
    for (let i = 0; i < recipe.d; i++)
      rows.push([
        "input",
        [of, recipe.d > 1 ? clip(recipe.input_names[i]) : ""].filter(Boolean).join(", "),
        recipe.input[example * recipe.d + i],
      ]);
    for (let j = 0; j < recipe.k; j++) {
      const who = [of, recipe.k > 1 ? clip(recipe.goal_names[j]) : ""].filter(Boolean).join(", ");
      rows.push(
        ["prediction", who, now.prediction[b * recipe.k + j]],
        ["goal", who, recipe.goal[example * recipe.k + j]],
        ["delta", who, now.delta[b * recipe.k + j]],
      );
    }
  });
  rows.push(["mse", "", now.mse]);
  for (const name of ["weight", "weighted_delta", "alpha_delta", "new_weight"] as const)
    now[name].forEach((value, i) => rows.push([name.replace("_", " "), label(i), value]));
  return rows;
}
