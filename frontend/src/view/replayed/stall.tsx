/** The last bits: weight and goal among the neighbouring doubles, and where the update would land between two of them. */

import { useContext } from "preact/hooks";
import type { Model } from "../../model";
import { counted, double, exact, ordinal, short } from "../../numbers";
import { Current } from "./context";

const NEAR = 12n;
const WIDE = 700;
const LEFT = 40;

/** Whether weight and goal are so near that only neighbouring doubles tell them apart. */
export function isNearStall(weight: number, best: number): boolean {
  if (!Number.isFinite(weight) || !Number.isFinite(best) || weight === best) return false;
  const apart = ordinal(weight) - ordinal(best);
  return (apart < 0n ? -apart : apart) <= 4096n;
}

interface LastBits {
  weight: number;
  best: number;
  update: number;
  /** Doubles from the weight to the best one, and whether they go up or down. */
  size: bigint;
  way: bigint;
  /** To the neighbouring double, and how much of that the update is. */
  gap: number;
  part: number;
  stays: boolean;
}

function lastBitsOf({ now, replay }: Model): LastBits {
  const { recipe } = replay.value;
  const [weight, update] = [now.value.weight[0], Math.abs(now.value.alpha_delta[0])];
  const best = recipe.goal[0] / recipe.input[0];
  const apart = ordinal(best) - ordinal(weight);
  const way = apart < 0n ? -1n : 1n;
  const gap = Math.abs(double(ordinal(weight) + way) - weight);
  return { weight, best, update, size: apart * way, way, gap, part: update / gap, stays: now.value.new_weight[0] === weight };
}

function whyOf({ stays, part, weight }: LastBits): string {
  if (!stays) return "The update is more than half the gap: the weight moves.";
  if (part !== 0.5) return "The update is less than half the gap: it rounds to nothing.";
  const even = ordinal(weight) % 2n === 0n ? ", which is the weight it already has" : "";
  return `The update is exactly half the gap; the tie goes to the even number${even}.`;
}

export function Stall() {
  const bits = lastBitsOf(useContext(Current));
  const { weight, best, size, part } = bits;
  const near = size <= NEAR;
  const shown = Number(near ? size : NEAR);
  const unit = WIDE / (shown + 3);
  const x = (k: number) => LEFT + (k + 1) * unit;
  const ticks = Array.from({ length: shown + 3 }, (_, i) => i - 1);
  const apart = `Weight ${exact(weight)} is ${size} doubles short of ${exact(best)}.`;
  const label = `${apart} The update is ${short(part)} of the gap to the next double. ${whyOf(bits)}`;
  return (
    <svg viewBox="0 0 780 150" role="img" aria-label={label} class="stall">
      <path d={`M${LEFT} 70H${LEFT + WIDE}`} class="rule" />
      {ticks.map((k) => (
        <path d={`M${x(k)} 62v16`} class="tick" key={k} />
      ))}
      <path d={`M${x(0.5)} 56v28`} class="half" />
      <text class="lab m" x={x(0.5)} y="104">
        half-way
      </text>
      <path d={`M${x(0)} 70h${Math.max(2, Math.min(part, shown + 1) * unit)}`} class="gap" />
      <circle cx={x(0)} cy="70" r="9" class="dot-w" />
      <text x={x(0)} y="40" class="m t-w strong">
        weight {exact(weight)}
      </text>
      {near && <path d={`M${x(shown)} 58l12 12l-12 12l-12-12z`} class="fill-goal" />}
      <text x={near ? Math.min(x(shown), LEFT + WIDE - 60) : LEFT + WIDE} y="128" class="e t-goal strong">
        {near ? `goal’s weight ${exact(best)}` : `goal’s weight ${exact(best)} lies ${size} doubles on`}
      </text>
    </svg>
  );
}

export function StallWords() {
  const { size, update, gap, part, stays } = lastBitsOf(useContext(Current));
  const half = part === 0.5 ? "exactly half" : `${part < 0.5 ? "less" : "more"} than half`;
  const rounds =
    part === 0.5
      ? ", and the tie goes to the even number, which is the weight it already has: it stays"
      : ": it rounds to nothing, and the weight stays";
  return (
    <p>
      Each mark is a double; there is no number between two of them. The weight is {counted(Number(size), "double")} short. The next
      update, {exact(update)}, is {half} the gap of {exact(gap)}
      {stays ? `${rounds} for ever.` : ": the weight moves."}
    </p>
  );
}
