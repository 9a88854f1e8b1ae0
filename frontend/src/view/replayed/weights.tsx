/** The weights of one node: a row for each of its inputs, into the sum, and what the step does to them. */

import { useContext, useState } from "preact/hooks";
import { firstWeight, inputName, type NodeNumbers, numbersOf, type Place } from "../../layers";
import { clip, count, distinct, exact, magnitude, most, short } from "../../numbers";
import type { Step } from "../../replay";
import type { Recipe } from "../../scene";
import { Table } from "../parts";
import { Current } from "./context";

/** Rows of a node that has more inputs than are shown all at once: those that move most. */
const SHOWN = 8;
const ALL = 12;
const HEADS = ["input", "value", "weight", "product", "weighted delta", "alpha delta", "new weight"];
const COLOURS = ["", "t-w", "", "t-fix"];
/** Width of the longest bar. */
const BAR = 48;

interface Row {
  i: number;
  name: string;
  frozen: boolean;
  x: number;
  weight: number;
  product: number;
  weighted: number;
  alpha: number;
  next: number;
}

/** `example` is its place among those of the step. */
export function Weights({ of, example, total }: { of: Place; example: number; total: string }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const now = model.now.value;
  const [search, setSearch] = useState("");
  const numbers = numbersOf(recipe, now, of, example);
  const first = firstWeight(recipe, of);
  const all = numbers.weight.map((_, i) => rowOf(numbers, i, inputName(recipe, of.layer, i), !!recipe.frozen?.[first + i]));
  const many = all.length > ALL;
  return (
    <>
      {many && (
        <label class="search">
          Find an input <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
        </label>
      )}
      <Table label="Weights of the node" caption={captionOf(recipe, now, example)} heads={HEADS}>
        <Body all={all} search={search} />
        <tfoot>
          <tr>
            <th scope="row">{total}</th>
            <td colSpan={2} />
            <td class="t-go strong" title={exact(numbers.sum)}>
              {short(numbers.sum, 6)}
            </td>
            <td colSpan={3} />
          </tr>
        </tfoot>
      </Table>
      {many && <Strip rows={all} />}
    </>
  );
}

function captionOf({ n }: Recipe, { examples }: Step, example: number): string {
  if (n === 1) return "every input, and what the step does to its weight";
  const all = examples.length > 1 ? `; weighted deltas are over all ${count(examples.length)} of the step` : "";
  return `example ${examples[example]}${all}`;
}

function rowOf(n: NodeNumbers, i: number, name: string, frozen: boolean): Row {
  const [x, weight] = [n.input[i], n.weight[i]];
  const moves = { weighted: n.weighted_delta[i], alpha: n.alpha_delta[i], next: n.new_weight[i] };
  return { i, name, frozen, x, weight, product: weight * x, ...moves };
}

function Body({ all, search }: { all: Row[]; search: string }) {
  const found = all.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  const ranked = [...found].sort((a, b) => magnitude(b.alpha) - magnitude(a.alpha) || 0);
  const few = new Set(ranked.slice(0, all.length > ALL ? SHOWN : ALL));
  const rest = search ? [] : ranked.slice(few.size);
  const longest = most([...few].map(({ alpha }) => alpha)) || 1;
  return (
    <tbody>
      {found
        .filter((row) => few.has(row))
        .map((row) => (
          <Line key={row.i} row={row} longest={longest} />
        ))}
      {rest.length > 0 && <Rest rows={rest} />}
    </tbody>
  );
}

function Line({ row, longest }: { row: Row; longest: number }) {
  const texts = distinct([row.x, row.weight, row.product, row.weighted]);
  const long = Number.isFinite(row.alpha) ? Math.abs(row.alpha) / longest : Number(!Number.isNaN(row.alpha));
  return (
    <tr>
      <th scope="row">
        <bdi class="name">{clip(row.name)}</bdi>
        {row.frozen ? " (frozen)" : ""}
      </th>
      {texts.map((text, i) => (
        <td key={i} class={COLOURS[i]}>
          {text}
        </td>
      ))}
      <td class="t-fix">
        <span class="bar" style={{ width: `${long * BAR}px` }} />
        {short(row.alpha)}
      </td>
      <td class="t-w">{distinct([row.weight, row.next])[1]}</td>
    </tr>
  );
}

function Rest({ rows }: { rows: Row[] }) {
  const moves = rows.map(({ alpha }) => alpha);
  return (
    <tr class="rest">
      <th scope="row">{count(rows.length)} others</th>
      <td colSpan={2} />
      <td>{short(rows.reduce((total, { product }) => total + product, 0))}</td>
      <td />
      <td>
        {short(moves.reduce((a, b) => Math.min(a, b)))} … {short(moves.reduce((a, b) => Math.max(a, b)))}
      </td>
      <td />
    </tr>
  );
}

/** One cell per input, the alpha delta as its shade; arrow keys walk it. */
function Strip({ rows }: { rows: Row[] }) {
  const [at, setAt] = useState(0);
  const n = rows.length;
  const here = Math.min(at, n - 1);
  const largest = most(rows.map(({ alpha }) => alpha)) || 1;
  const said = `${clip(rows[here].name)}: alpha delta ${short(rows[here].alpha)}`;
  const shade = (alpha: number) => 0.08 + 0.92 * (Number.isFinite(alpha) ? Math.abs(alpha) / largest : 1);
  const click = (event: MouseEvent & { currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.floor(((event.clientX - box.left) / box.width) * n));
  };
  return (
    <div class="strip">
      <svg
        viewBox={`0 0 ${n} 12`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Alpha deltas of all ${n} inputs`}
        onClick={click}
      >
        {rows.map(({ alpha }, i) => (
          <rect key={i} x={i} y="0" width="1" height="12" class={alpha < 0 ? "fill-go" : "fill-fix"} opacity={shade(alpha)} />
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
          aria-valuetext={said}
          onInput={(e) => setAt(Number(e.currentTarget.value))}
        />
        <span class="v" aria-hidden="true">
          <bdi>{clip(rows[here].name)}</bdi>: {short(rows[here].alpha)}
        </span>
      </label>
    </div>
  );
}
