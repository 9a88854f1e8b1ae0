/** Error of every example at the weights before the step, those of the step picked out; the whole of it as a table below. */

import { useContext } from "preact/hooks";
import { count, exact, short } from "../numbers";
import { Current } from "./context";
import { clip } from "./rows";

const WIDE = 420,
  LEFT = 14,
  RIGHT = 406,
  BASE = 112,
  TOP = 12;
/** Bars at most: of more examples each bar shows the largest error of a stretch of them. */
const BARS = 98;
const ROWS = 200;

export function Examples() {
  const model = useContext(Current),
    replay = model.replay.value,
    { recipe } = replay,
    { n, k } = recipe,
    now = model.now.value;
  const predictions = replay.engine.predict(replay.stateAt(now.step)),
    of = new Set(now.examples);
  const deltas = Array.from({ length: n * k }, (_, at) => predictions[at] - recipe.goal[at]);
  const errors = Array.from({ length: n }, (_, e) =>
    deltas.slice(e * k, e * k + k).reduce((sum, delta) => sum + (delta * delta) / k, 0),
  );
  const stretch = Math.ceil(n / BARS),
    bars = Array.from({ length: Math.ceil(n / stretch) }, (_, b) => b * stretch);
  const finite = errors.filter(Number.isFinite),
    most = Math.max(...bars.map((b) => largest(errors, b, stretch)).filter(Number.isFinite), Number.MIN_VALUE);
  const room = (RIGHT - LEFT) / bars.length,
    worst = errors.indexOf(Math.max(...finite, 0));
  const high = (error: number) => (Number.isFinite(error) ? (error / most) * (BASE - TOP) : BASE - TOP);
  const picked = now.examples.slice(0, 4).join(", ") + (now.examples.length > 4 ? " …" : "");
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDE} 136`}
        role="img"
        aria-label={`Squared error of each of ${count(n)} examples before the step. Largest: example ${worst}, ${short(errors[worst])}. The step looks at ${n === now.examples.length ? "all" : picked}.`}
      >
        <path d={`M${LEFT} ${BASE}H${RIGHT}`} class="rule" />
        {bars.map((first, b) => {
          const error = largest(errors, first, stretch),
            mine = Array.from({ length: Math.min(stretch, n - first) }, (_, i) => first + i).some((e) => of.has(e));
          return (
            <rect
              key={first}
              x={LEFT + b * room + room * 0.1}
              width={room * 0.8}
              y={BASE - high(error)}
              height={Math.max(high(error), 0.5)}
              class={mine ? "fill-fix" : "other"}
            />
          );
        })}
        <text class="lab" x={LEFT} y="131">
          example 0
        </text>
        <text class="lab m t-fix" x="210" y="131">
          this step: {n === now.examples.length ? "all" : picked}
        </text>
        <text class="lab e" x={RIGHT} y="131">
          {count(n - 1)}
        </text>
      </svg>
      {stretch > 1 && <p class="soft small">Each bar is the largest of {stretch} examples.</p>}
      <details>
        <summary>Every example</summary>
        <div class="scroll" tabIndex={0} role="group" aria-label="Every example before the step">
          <table class="rows">
            <caption>
              before step {count(now.step)}
              {n * k > ROWS ? `; the first ${ROWS} of ${count(n * k)} rows` : ""}
            </caption>
            <thead>
              <tr>
                {["example", ...(k > 1 ? ["node"] : []), "prediction", "goal", "delta"].map((h) => (
                  <th scope="col" key={h}>
                    {h}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {deltas.slice(0, ROWS).map((delta, at) => (
                <tr key={at}>
                  <th scope="row">
                    {Math.floor(at / k)}
                    {of.has(Math.floor(at / k)) ? " (this step)" : ""}
                  </th>
                  {k > 1 && (
                    <td>
                      <bdi>{clip(recipe.goal_names[at % k])}</bdi>
                    </td>
                  )}
                  <td>{exact(predictions[at])}</td>
                  <td>{exact(recipe.goal[at])}</td>
                  <td>{exact(delta)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

function largest(errors: number[], from: number, count: number): number {
  return errors.slice(from, from + count).reduce((most, error) => (Number.isNaN(error) ? Infinity : Math.max(most, error)), 0);
}
