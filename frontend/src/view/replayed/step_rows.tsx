/** The arithmetic of a step of one weight in full: each number, what it is of, and its digits. */

import { useContext } from "preact/hooks";
import { exact } from "../../numbers";
import { allDigits } from "../digits";
import { weigh } from "../figures";
import { Current } from "./context";
import { type OneStep, oneStepOf, type Told } from "./one_step";

interface Line {
  name: string;
  how: string;
  of: keyof OneStep;
  tone: string;
}

function linesOf({ input, goal, alpha }: OneStep): Line[] {
  const line = (name: string, how: string, of: keyof OneStep, tone: string): Line => ({ name, how, of, tone });
  return [
    line("weight", "before the step", "weight", "w"),
    line("prediction", `weight × input ${input.text}`, "prediction", "go"),
    line("delta", `prediction − goal ${goal.text}`, "delta", "fix"),
    line("weighted delta", `delta × input ${input.text}`, "weighted", "fix"),
    line("alpha delta", `weighted delta × alpha ${alpha.text}`, "alphaDelta", "fix"),
    line("new weight", "weight − alpha delta", "next", "w"),
  ];
}

export function StepRows({ whole }: { whole?: boolean }) {
  const of = oneStepOf(useContext(Current));
  const all = whole || allDigits.value;
  return (
    <table class="step-rows">
      <caption class="sr">The step, number by number</caption>
      <tbody>
        {linesOf(of).map(({ name, how, of: which, tone }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="soft">{how}</td>
            <Digits told={of[which]} tone={tone} all={all} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Digits({ told: { value, text }, tone, all }: { told: Told; tone: string; all: boolean }) {
  const shown = all ? exact(value).replace("-", "−") : text;
  return (
    <td class={`t-${tone} ${all ? "exact x" : weigh(text, value)}`} data-value={exact(value)}>
      {shown}
    </td>
  );
}
