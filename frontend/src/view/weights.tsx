/** The weights of one node: a row for each of its inputs, and what the step did to them. */

import { useState } from "preact/hooks";
import { clip, count, magnitude, most, short } from "../numbers";
import { Cell, NOT_SEEN, textsOf } from "./cells";
import { Table } from "./parts";

/** Rows up to which all are shown; of more, only those that move most. */
const ALL = 13;

export type Column = "value" | "weight" | "product" | "weighted_delta" | "alpha_delta" | "new_weight";

const COLOURS: Record<Column, string> = {
  value: "",
  weight: "t-w",
  product: "",
  weighted_delta: "t-fix",
  alpha_delta: "t-fix",
  new_weight: "t-w",
};

/** A weight by its number among the inputs; a column that is not here was not seen. */
export interface WeightRow extends Partial<Record<Column, number>> {
  i: number;
  name: string;
  /** A bias is always shown, last. */
  bias?: boolean;
  frozen?: boolean;
}

interface Props {
  rows: WeightRow[];
  columns: Column[];
  caption: string;
  /** How many of many are shown. */
  shown: number;
  /** What the products add up to, and its name. */
  total?: { name: string; value: number };
}

export function WeightTable({ rows, columns, caption, shown, total }: Props) {
  const [search, setSearch] = useState("");
  const many = rows.length > ALL;
  const found = rows.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  const { top, rest } = ranked(found, many ? shown : rows.length);
  const range = rangeOf(rest.map(({ alpha_delta }) => alpha_delta));
  const texts = textsOf([...top.flatMap((row) => columns.map((name) => row[name])), ...range]);
  const longest = most(top.map(({ alpha_delta }) => alpha_delta ?? 0)) || 1;
  const told = rest.length && !search ? `${caption}: the ${shown} with the largest alpha delta` : caption;
  return (
    <>
      {many && (
        <label class="search">
          Find an input <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
        </label>
      )}
      <Table label="Weights of the node" caption={told} heads={["input", ...columns.map((name) => name.replace("_", " "))]}>
        <tbody>
          {top.map((row, r) => (
            <Line key={row.i} row={row} columns={columns} texts={texts.slice(r * columns.length)} longest={longest} />
          ))}
          {rest.length > 0 && !search && <Rest rows={rest} columns={columns} range={texts.slice(texts.length - range.length)} />}
        </tbody>
        {total && <Total {...total} columns={columns} />}
      </Table>
      {many && <Strip rows={rows} />}
    </>
  );
}

/** The rows that moved most, in their order, and the others. */
function ranked(rows: WeightRow[], shown: number): { top: WeightRow[]; rest: WeightRow[] } {
  const size = (row: WeightRow): number => magnitude(row.alpha_delta ?? row.weighted_delta ?? row.weight);
  const order = rows.filter(({ bias }) => !bias).sort((a, b) => size(b) - size(a) || 0);
  const few = new Set(order.slice(0, shown));
  return { top: rows.filter((row) => row.bias || few.has(row)), rest: order.slice(shown) };
}

function Line({ row, columns, texts, longest }: { row: WeightRow; columns: Column[]; texts: string[]; longest: number }) {
  const long = Math.min(1, magnitude(row.alpha_delta) / longest);
  return (
    <tr>
      <th scope="row">
        <bdi class="name">{clip(row.name)}</bdi>
        {row.frozen ? " (frozen)" : ""}
      </th>
      {columns.map((name, i) => (
        <Cell key={name} text={texts[i]} colour={COLOURS[name]} of={row[name]} bar={name === "alpha_delta" ? long : undefined} />
      ))}
    </tr>
  );
}

function Rest({ rows, columns, range }: { rows: WeightRow[]; columns: Column[]; range: string[] }) {
  const sum = short(rows.reduce((total, { product }) => total + (product ?? 0), 0));
  const between = range.length ? [...new Set(range)].join(" … ") : NOT_SEEN;
  const told: Partial<Record<Column, string>> = { product: sum, alpha_delta: between };
  return (
    <tr class="rest">
      <th scope="row">{count(rows.length)} others</th>
      {columns.map((name) => (
        <td key={name}>{told[name]}</td>
      ))}
    </tr>
  );
}

function Total({ name, value, columns }: { name: string; value: number; columns: Column[] }) {
  return (
    <tfoot>
      <tr>
        <th scope="row">{name}</th>
        {columns.map((column) =>
          column === "product" ? <Cell key={column} text={short(value, 6)} colour="t-go strong" of={value} /> : <td key={column} />,
        )}
      </tr>
    </tfoot>
  );
}

/** Smallest and largest of what was seen. */
function rangeOf(values: (number | undefined)[]): number[] {
  const seen = values.filter((x) => x !== undefined);
  return seen.length ? [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))] : [];
}

/** One cell per input, the alpha delta as its shade; arrow keys walk it. */
export function Strip({ rows }: { rows: Pick<WeightRow, "name" | "alpha_delta">[] }) {
  const [at, setAt] = useState(0);
  const n = rows.length;
  const here = Math.min(at, n - 1);
  const deltas = rows.map(({ alpha_delta }) => alpha_delta ?? 0);
  const largest = most(deltas) || 1;
  const name = clip(rows[here].name);
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
        {deltas.map((delta, i) => {
          const shade = 0.08 + 0.92 * Math.min(1, magnitude(delta) / largest);
          return <rect key={i} x={i} y="0" width="1" height="12" class={delta < 0 ? "fill-go" : "fill-fix"} opacity={shade} />;
        })}
        <rect x={here} y="0" width="1" height="12" class="outline" />
      </svg>
      <label>
        Input{" "}
        <input
          type="range"
          min="0"
          max={n - 1}
          value={here}
          aria-valuetext={`${name}: alpha delta ${short(deltas[here])}`}
          onInput={(e) => setAt(Number(e.currentTarget.value))}
        />
        <span class="v" aria-hidden="true">
          <bdi>{name}</bdi>: {short(deltas[here])}
        </span>
      </label>
    </div>
  );
}
