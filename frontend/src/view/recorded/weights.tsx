/** The weights of an observed node: those that the step moved most, its bias, and the input values of one example. */

import { useContext } from "preact/hooks";
import { count, magnitude } from "../../numbers";
import type { LayerNumbers, Numbers } from "../../recorded";
import { Choice, Table } from "../parts";
import { Observed } from "./context";
import { Cell, NOT_SEEN, textsOf } from "./layers";

/** Examples whose numbers are shown, and weights that are told one by one. */
export const EXAMPLES = 8;
const ROWS = 12;
export const UPDATE = ["weight", "weighted_delta", "alpha_delta", "new_weight"] as const;
export const OF_BIAS = {
  weight: "bias",
  weighted_delta: "bias_weighted_delta",
  alpha_delta: "bias_delta",
  new_weight: "new_bias",
} as const;
const COLOURS: Partial<Record<Column, string>> = {
  weight: "t-w",
  new_weight: "t-w",
  alpha_delta: "t-fix",
  weighted_delta: "t-fix",
};

type Column = "value" | (typeof UPDATE)[number];

/** A weight, or the bias, by its number among the inputs. */
interface Row extends Partial<Record<Column, number>> {
  name: string;
  i: number;
}

/** Inputs of the examples shown, where they are there: a row an example, a column a weight. */
export function inputsOf({ input, weight }: LayerNumbers): Numbers | undefined {
  return input && input.rows > 0 && input.wide === weight?.wide ? input : undefined;
}

function rowsOf(numbers: LayerNumbers, node: number, example: number): Row[] {
  const input = inputsOf(numbers);
  return Array.from({ length: numbers.weight?.wide ?? 0 }, (_, i) => ({
    name: String(i),
    i,
    value: input && example < input.rows ? input.at(example, i) : undefined,
    ...Object.fromEntries(UPDATE.map((name) => [name, numbers[name]?.at(node, i)])),
  }));
}

function biasOf(numbers: LayerNumbers, node: number): Row[] {
  if (!numbers.bias) return [];
  const update = Object.fromEntries(UPDATE.map((name) => [name, numbers[OF_BIAS[name]]?.at(node)]));
  return [{ name: "bias", i: Infinity, value: 1, ...update }];
}

/** The rows that moved most, in their order, and the others. */
function ranked(rows: Row[]): { top: Row[]; rest: Row[] } {
  const size = ({ alpha_delta, weighted_delta, weight }: Row): number => magnitude(alpha_delta ?? weighted_delta ?? weight);
  const order = [...rows].sort((a, b) => size(b) - size(a) || 0);
  const shown = rows.length > ROWS + 1 ? ROWS : ROWS + 1; // one other alone is told itself
  return { top: order.slice(0, shown).sort((a, b) => a.i - b.i), rest: order.slice(shown) };
}

export function Weights({ numbers, node }: { numbers: LayerNumbers; node: number }) {
  const model = useContext(Observed);
  const examples = Math.min(EXAMPLES, inputsOf(numbers)?.rows ?? 0);
  const example = Math.min(model.example.value, Math.max(0, examples - 1));
  const { top, rest } = ranked(rowsOf(numbers, node, example));
  const rows = [...top, ...biasOf(numbers, node)];
  if (!rows.length) return <p class="soft">Its weights were not seen at this step.</p>;
  const set = (chosen: number) => {
    model.example.value = chosen;
  };
  return (
    <div>
      {examples > 1 && (
        <p class="choices">
          <Choice
            text="Input values of example"
            label="example shown"
            value={example}
            names={Array.from({ length: examples }, (_, i) => String(i))}
            set={set}
          />
        </p>
      )}
      <WeightTable rows={rows} rest={rest} columns={examples ? ["value", ...UPDATE] : [...UPDATE]} />
    </div>
  );
}

function WeightTable({ rows, rest, columns }: { rows: Row[]; rest: Row[]; columns: Column[] }) {
  const range = rangeOf(rest.map(({ alpha_delta }) => alpha_delta));
  const texts = textsOf([...rows.flatMap((row) => columns.map((name) => row[name])), ...range]);
  const most = `the ${ROWS} weights with the largest alpha delta`;
  return (
    <Table
      label="Weights of the node"
      caption={rest.length ? most : "every weight, and what the step did to it"}
      heads={["input", ...columns.map((name) => name.replace("_", " "))]}
    >
      <tbody>
        {rows.map((row, r) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            {columns.map((name, i) => (
              <Cell key={name} text={texts[r * columns.length + i]} colour={COLOURS[name]} of={row[name]} />
            ))}
          </tr>
        ))}
        {rest.length > 0 && (
          <tr class="rest">
            <th scope="row">{count(rest.length)} others</th>
            {columns.map((name) => (
              <td key={name}>{name === "alpha_delta" && rangeWords(texts.slice(texts.length - range.length))}</td>
            ))}
          </tr>
        )}
      </tbody>
    </Table>
  );
}

/** Smallest and largest. */
function rangeOf(values: (number | undefined)[]): number[] {
  const seen = values.filter((x) => x !== undefined);
  return seen.length ? [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))] : [];
}

function rangeWords(texts: string[]): string {
  return texts.length ? [...new Set(texts)].join(" … ") : NOT_SEEN;
}
