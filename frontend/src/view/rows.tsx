/** Several inputs, outputs or examples: a row per input into a summed prediction, and a row per example of the step. */

import { useContext, useState } from "preact/hooks";
import { count, distinct, exact, short } from "../numbers";
import { Current } from "./context";

const SHOWN = 8;

export function InputRows() {
  const model = useContext(Current),
    now = model.now.value,
    recipe = model.replay.value.recipe;
  const [search, setSearch] = useState("");
  const width = recipe.d + (recipe.bias ? 1 : 0),
    node = Math.min(model.output.value, recipe.k - 1),
    base = node * width;
  const example = now.examples[0] ?? 0;
  const name = (i: number) => (i === recipe.d ? "bias" : recipe.input_names[i]);
  const all = Array.from({ length: width }, (_, i) => {
    const x = i === recipe.d ? 1 : recipe.input[example * recipe.d + i];
    return {
      i,
      x,
      weight: now.weight[base + i],
      product: now.weight[base + i] * x,
      wd: now.weighted_delta[base + i],
      ad: now.alpha_delta[base + i],
      next: now.new_weight[base + i],
    };
  });
  const found = search ? all.filter((row) => name(row.i).toLowerCase().includes(search.toLowerCase())) : all;
  const ranked = [...found].sort((a, b) => magnitude(b.ad) - magnitude(a.ad));
  const top = ranked.slice(0, width > 12 || search ? SHOWN : width).sort((a, b) => a.i - b.i);
  const rest = search ? [] : ranked.slice(top.length);
  const prediction = now.prediction[node],
    several = now.examples.length > 1;
  const longest = Math.max(...top.map((row) => magnitude(row.ad)), Number.MIN_VALUE);
  return (
    <>
      {width > 12 && (
        <label class="search">
          Find an input <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
        </label>
      )}
      <div class="scroll" tabIndex={0} role="group" aria-label="Weights of the node">
        <table class="rows">
          <caption>
            {several
              ? `example ${example} of the step's ${count(now.examples.length)}; weighted deltas are over all of them`
              : recipe.n > 1
                ? `example ${example}`
                : "every input, and what the step does to its weight"}
          </caption>
          <thead>
            <tr>
              {["input", "value", "weight", "product", "weighted delta", "alpha delta", "new weight"].map((h) => (
                <th scope="col" key={h}>
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {top.map((row) => (
              <tr key={row.i}>
                <th scope="row">
                  <bdi class="name">{clip(name(row.i))}</bdi>
                  {recipe.frozen?.[base + row.i] ? " (frozen)" : ""}
                </th>
                {distinctRow([row.x, row.weight, row.product, row.wd]).map((text, j) => (
                  <td key={j} class={j === 1 ? "t-w" : j === 3 ? "t-fix" : ""}>
                    {text}
                  </td>
                ))}
                <td class="t-fix">
                  <span class="bar" style={{ width: `${(magnitude(row.ad) / longest) * 48}px` }} />
                  {short(row.ad)}
                </td>
                <td class="t-w">{distinct([row.weight, row.next])[1]}</td>
              </tr>
            ))}
            {rest.length > 0 && (
              <tr class="rest">
                <th scope="row">{count(rest.length)} others</th>
                <td colSpan={2} />
                <td>{short(rest.reduce((total, row) => total + row.product, 0))}</td>
                <td />
                <td>
                  {short(Math.min(...rest.map((r) => r.ad)))} … {short(Math.max(...rest.map((r) => r.ad)))}
                </td>
                <td />
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">prediction</th>
              <td colSpan={2} />
              <td class="t-go strong" title={exact(prediction)}>
                {short(prediction, 6)}
              </td>
              <td colSpan={3} />
            </tr>
          </tfoot>
        </table>
      </div>
      {width > 12 && <Strip values={all.map((row) => row.ad)} name={name} />}
    </>
  );
}

/** One cell per input, the alpha delta as its shade; arrow keys walk it. */
function Strip({ values, name }: { values: number[]; name: (i: number) => string }) {
  const [at, setAt] = useState(0);
  const largest = Math.max(...values.map(magnitude), Number.MIN_VALUE),
    n = values.length;
  const here = Math.min(at, n - 1);
  return (
    <div class="strip">
      <svg
        viewBox={`0 0 ${n} 12`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Alpha deltas of all ${n} inputs`}
        onClick={(e) => {
          const box = e.currentTarget.getBoundingClientRect();
          setAt(Math.floor(((e.clientX - box.left) / box.width) * n));
        }}
      >
        {values.map((v, i) => (
          <rect
            key={i}
            x={i}
            y="0"
            width="1"
            height="12"
            class={v < 0 ? "fill-go" : "fill-fix"}
            opacity={0.08 + 0.92 * (magnitude(v) / largest)}
          />
        ))}
        <rect x={here} y="0" width="1" height="12" class="outline" />
      </svg>
      <label>
        Input{" "}
        <input
          type="range"
          min="0"
          max={n - 1}
          value={here}
          aria-valuetext={`${clip(name(here))}: alpha delta ${short(values[here])}`}
          onInput={(e) => setAt(Number(e.currentTarget.value))}
        />
        <span class="v" aria-hidden="true">
          <bdi>{clip(name(here))}</bdi>: {short(values[here])}
        </span>
      </label>
    </div>
  );
}

export function ExampleRows() {
  const model = useContext(Current),
    now = model.now.value,
    recipe = model.replay.value.recipe,
    { k } = recipe;
  const shown = now.examples.slice(0, SHOWN);
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Examples of the step">
      <table class="rows">
        <caption>
          epoch {count(Math.floor(now.step / model.replay.value.engine.stepsPerEpoch))}, example{now.examples.length > 1 ? "s" : ""}{" "}
          of this step
          {now.examples.length > shown.length ? `: ${shown.length} of ${count(now.examples.length)}` : ""}
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
          {shown.flatMap((example, b) =>
            Array.from({ length: Math.min(k, SHOWN) }, (_, j) => {
              const goal = recipe.goal[example * k + j],
                prediction = now.prediction[b * k + j];
              const [p, g] = distinct([prediction, goal], 6);
              return (
                <tr key={`${b}.${j}`}>
                  <th scope="row">{example}</th>
                  {k > 1 && (
                    <td>
                      <bdi>{clip(recipe.goal_names[j])}</bdi>
                    </td>
                  )}
                  <td class="t-go">{p}</td>
                  <td class="t-goal">{g}</td>
                  <td class="t-fix">{short(now.delta[b * k + j], 6)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** For pictures: a long name is cut, the whole of it stays in the data. */
export function clip(name: string): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name;
}

function distinctRow(values: number[]): string[] {
  return distinct(values, 4);
}

function magnitude(x: number): number {
  return Number.isFinite(x) ? Math.abs(x) : Number.isNaN(x) ? 0 : Number.MAX_VALUE;
}
