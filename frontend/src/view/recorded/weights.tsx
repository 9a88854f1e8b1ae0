/** The weights of an observed node: those that the step moved most, its bias, and the input values of one example. */

import { useContext } from "preact/hooks";
import type { LayerNumbers, Numbers } from "../../recorded";
import { Choice } from "../parts";
import { type WeightRow, WeightTable } from "../weights";
import { Observed } from "./context";

/** Examples whose numbers are shown, and weights that are told one by one. */
export const EXAMPLES = 8;
const SHOWN = 12;
export const UPDATE = ["weight", "weighted_delta", "alpha_delta", "new_weight"] as const;
export const OF_BIAS = {
  weight: "bias",
  weighted_delta: "bias_weighted_delta",
  alpha_delta: "bias_delta",
  new_weight: "new_bias",
} as const;

/** Inputs of the examples shown, where they are there: a row an example, a column a weight. */
export function inputsOf({ input, weight }: LayerNumbers): Numbers | undefined {
  return input && input.rows > 0 && input.wide === weight?.wide ? input : undefined;
}

function rowsOf(numbers: LayerNumbers, node: number, example: number): WeightRow[] {
  const input = inputsOf(numbers);
  return Array.from({ length: numbers.weight?.wide ?? 0 }, (_, i) => ({
    name: String(i),
    i,
    value: input && example < input.rows ? input.at(example, i) : undefined,
    ...Object.fromEntries(UPDATE.map((name) => [name, numbers[name]?.at(node, i)])),
  }));
}

function biasOf(numbers: LayerNumbers, node: number): WeightRow[] {
  if (!numbers.bias) return [];
  const update = Object.fromEntries(UPDATE.map((name) => [name, numbers[OF_BIAS[name]]?.at(node)]));
  return [{ name: "bias", i: -1, bias: true, value: 1, ...update }];
}

export function Weights({ numbers, node }: { numbers: LayerNumbers; node: number }) {
  const model = useContext(Observed);
  const examples = Math.min(EXAMPLES, inputsOf(numbers)?.rows ?? 0);
  const example = Math.min(model.example.value, Math.max(0, examples - 1));
  const rows = [...rowsOf(numbers, node, example), ...biasOf(numbers, node)];
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
      <WeightTable
        rows={rows}
        columns={examples ? ["value", ...UPDATE] : [...UPDATE]}
        caption="every weight, and what the step did to it"
        shown={SHOWN}
      />
    </div>
  );
}
