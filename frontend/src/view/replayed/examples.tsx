/** Examples as tables: those of the step, and every one at the weights before it, those of the step picked out. */

import { useContext } from "preact/hooks";
import { nodeCount, outputsOf } from "../../layers";
import { clip, count, distinct, exact, short } from "../../numbers";
import { Fold, Table } from "../parts";
import { Current } from "./context";

/** Rows of the step, outputs of each, and rows of all. */
const SHOWN = 8;
const ROWS = 200;

interface Row {
  example: string;
  output: number;
  /** Prediction, goal, delta. */
  texts: string[];
}

function ExampleTable({ rows, label, caption }: { rows: Row[]; label: string; caption: string }) {
  const { recipe } = useContext(Current).replay.value;
  const several = recipe.k > 1;
  return (
    <Table label={label} caption={caption} heads={["example", ...(several ? ["node"] : []), "prediction", "goal", "delta"]}>
      <tbody>
        {rows.map(({ example, output, texts }) => (
          <tr key={`${example} ${output}`}>
            <th scope="row">{example}</th>
            {several && (
              <td>
                <bdi>{clip(recipe.goal_names[output])}</bdi>
              </td>
            )}
            {["t-go", "t-goal", "t-fix"].map((colour, i) => (
              <td class={colour} key={colour}>
                {texts[i]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** The examples that the step looks at. */
export function StepExamples() {
  return <Fold name="Examples of this step, as a table">{() => <OfStep />}</Fold>;
}

function OfStep() {
  const model = useContext(Current);
  const { recipe, engine } = model.replay.value;
  const { examples, step, delta } = model.now.value;
  const shown = examples.slice(0, SHOWN);
  const rows = shown.flatMap((example, b) =>
    Array.from(outputsOf(recipe, model.now.value, b).slice(0, SHOWN), (prediction, output) => {
      const [p, g] = distinct([prediction, recipe.goal[example * recipe.k + output]], 6);
      const place = (b + 1) * nodeCount(recipe) - recipe.k + output;
      return { example: String(example), output, texts: [p, g, short(delta[place], 6)] };
    }),
  );
  const of = shown.length < examples.length ? `: ${shown.length} of ${count(examples.length)}` : "";
  const epoch = count(Math.floor(step / engine.stepsPerEpoch));
  const caption = `epoch ${epoch}, example${examples.length > 1 ? "s" : ""} of this step${of}`;
  return <ExampleTable rows={rows} label="Examples of the step" caption={caption} />;
}

/** Every example as a table. */
export function Every() {
  return <Fold name="Every example">{() => <All />}</Fold>;
}

function All() {
  const model = useContext(Current);
  const replay = model.replay.value;
  const { goal, k } = replay.recipe;
  const predictions = model.predictions.value;
  const { examples, step } = model.now.value;
  const rows = Array.from(predictions.slice(0, ROWS), (prediction, at) => {
    const example = Math.floor(at / k);
    const name = `${example}${examples.includes(example) ? " (this step)" : ""}`;
    return { example: name, output: at % k, texts: [prediction, goal[at], prediction - goal[at]].map(exact) };
  });
  const of = predictions.length > ROWS ? `; the first ${ROWS} of ${count(predictions.length)} rows` : "";
  return <ExampleTable rows={rows} label="Every example before the step" caption={`before step ${count(step)}${of}`} />;
}
