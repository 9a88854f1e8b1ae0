/** The error for every weight of a node that has one: a parabola, with the weight before the step and after it. */

import { useContext } from "preact/hooks";
import { distinct } from "../../numbers";
import type { Recipe } from "../../scene";
import { Current } from "./context";

/** Around its lowest point every parabola has this one shape: no large squares are needed to draw it. */
const SHAPE = Array.from({ length: 61 }, (_, i) => (i - 30) / 30).map((part) => `${xOf(part).toFixed(1)} ${yOf(part).toFixed(1)}`);

function xOf(part: number): number {
  return 210 + part * 180;
}

function yOf(part: number): number {
  return 170 - part ** 2 * 140;
}

export function Parabola() {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const [weight, next] = [model.now.value.weight[0], model.now.value.new_weight[0]];
  const best = lowest(recipe) ?? weight;
  const away = Math.max(Math.abs(weight - best) || 0, Math.abs(next - best) || 0);
  const reach = Math.max(Math.abs(recipe.start[0] - best), away, Number.MIN_VALUE);
  if (!Number.isFinite(reach * 2)) return <p class="soft">The weight is beyond all numbers: there is no picture of where it is.</p>;
  const span = Math.max(away * 1.5, reach * 0.02) || 1;
  const place = (w: number) => ({ cx: xOf((w - best) / span), cy: yOf((w - best) / span) });
  const here = place(weight);
  const [tw, tn, tb] = distinct([weight, next, best]);
  const left = weight <= best;
  const said = `Error for every weight: lowest at weight ${tb}. This step moves the weight from ${tw} to ${tn}.`;
  return (
    <svg viewBox="0 0 420 206" role="img" aria-label={said}>
      <path d="M24 170H396" class="rule" />
      <path d={`M${SHAPE.join("L")}`} class="curve" />
      <path d={`M${xOf(0)} 162v16`} class="goal-mark" />
      <text class="m t-goal" x="210" y="198">
        {tb}
      </text>
      <path d={`M${here.cx} 170V${here.cy}`} class="drop" />
      <circle {...here} r="7" class="dot-w" />
      {next !== weight && <circle {...place(next)} r="6" class="ring-w" />}
      <text class={`t-w strong ${left ? "" : "e"}`} x={left ? 24 : 396} y="20">
        {tw} → {tn}
      </text>
    </svg>
  );
}

/** Where mse = a w² + b w + something that no weight changes is least; null where it is flat. */
function lowest({ input, goal, n }: Recipe): number | null {
  const a = input.reduce((sum, x) => sum + x * x, 0) / n;
  const b = input.reduce((sum, x, i) => sum - 2 * x * goal[i], 0) / n;
  return a > 0 ? -b / (2 * a) : null;
}
