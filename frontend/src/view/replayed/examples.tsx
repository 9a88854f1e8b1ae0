/** Examples: those of the step, and the error of every one at the weights before it, those of the step picked out. */

import { useContext } from "preact/hooks";
import { nodeCount, outputsOf } from "../../layers";
import { clip, count, counted, distinct, exact, most, short } from "../../numbers";
import type { Recipe } from "../../scene";
import { Table } from "../parts";
import { Current } from "./context";

const WIDE = 420;
const LEFT = 14;
const RIGHT = 406;
const BASE = 112;
const TOP = 12;
/** Bars at most: of more examples each bar shows the largest error of a stretch of them. */
const BARS = 98;
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

/** The error of every example. */
export function Examples() {
  const model = useContext(Current);
  const replay = model.replay.value;
  const { recipe } = replay;
  const predictions = replay.engine.predict(replay.stateAt(model.walk.step));
  const errors = errorsOf(recipe, predictions);
  const stretch = Math.ceil(recipe.n / BARS);
  return (
    <>
      <Bars errors={errors} stretch={stretch} />
      {stretch > 1 && <p class="soft small">Each bar is the largest of {stretch} examples.</p>}
      <Every predictions={predictions} />
    </>
  );
}

/** Squared error of each example, the mean over its outputs. */
function errorsOf({ n, k, goal }: Recipe, predictions: Float64Array): number[] {
  const square = (at: number): number => (predictions[at] - goal[at]) ** 2 / k;
  return Array.from({ length: n }, (_, e) => Array.from({ length: k }, (_, j) => square(e * k + j)).reduce((a, b) => a + b));
}

function Bars({ errors, stretch }: { errors: number[]; stretch: number }) {
  const { examples } = useContext(Current).now.value;
  const n = errors.length;
  const bars = Array.from({ length: Math.ceil(n / stretch) }, (_, b) => errors.slice(b * stretch, (b + 1) * stretch));
  const mine = new Set(examples.map((example) => Math.floor(example / stretch)));
  const room = (RIGHT - LEFT) / bars.length;
  const highest = most(errors) || 1;
  const high = (error: number): number => (Number.isFinite(error) ? (error / highest) * (BASE - TOP) : BASE - TOP);
  const some = examples.slice(0, 4).join(", ") + (examples.length > 4 ? " …" : "");
  const picked = n === examples.length ? "all" : some;
  const worst = Math.max(0, errors.indexOf(most(errors)));
  const largest = `Largest: example ${worst}, ${short(errors[worst])}.`;
  const said = `Squared error of each of ${counted(n, "example")} before the step. ${largest} The step looks at ${picked}.`;
  return (
    <svg viewBox={`0 0 ${WIDE} 136`} role="img" aria-label={said}>
      <path d={`M${LEFT} ${BASE}H${RIGHT}`} class="rule" />
      {bars.map((of, b) => {
        const up = high(of.every(Number.isFinite) ? most(of) : Infinity);
        const place = { x: LEFT + (b + 0.1) * room, width: room * 0.8, y: BASE - up, height: Math.max(up, 0.5) };
        return <rect key={b} {...place} class={mine.has(b) ? "fill-fix" : "other"} />;
      })}
      <text class="lab" x={LEFT} y="131">
        example 0
      </text>
      <text class="lab m t-fix" x="210" y="131">
        this step: {picked}
      </text>
      <text class="lab e" x={RIGHT} y="131">
        {count(n - 1)}
      </text>
    </svg>
  );
}

function Every({ predictions }: { predictions: Float64Array }) {
  const model = useContext(Current);
  const { goal, k } = model.replay.value.recipe;
  const { examples, step } = model.now.value;
  const rows = Array.from(predictions.slice(0, ROWS), (prediction, at) => {
    const example = Math.floor(at / k);
    const name = `${example}${examples.includes(example) ? " (this step)" : ""}`;
    return { example: name, output: at % k, texts: [prediction, goal[at], prediction - goal[at]].map(exact) };
  });
  const of = predictions.length > ROWS ? `; the first ${ROWS} of ${count(predictions.length)} rows` : "";
  return (
    <details>
      <summary>Every example</summary>
      <ExampleTable rows={rows} label="Every example before the step" caption={`before step ${count(step)}${of}`} />
    </details>
  );
}
