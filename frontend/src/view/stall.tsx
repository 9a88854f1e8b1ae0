/** The last bits: weight and goal among the neighbouring doubles, and where the update would land between two of them. */

import { useContext } from "preact/hooks";
import { double, exact, ordinal, short } from "../numbers";
import { Current } from "./context";

const NEAR = 12n,
  WIDE = 700,
  LEFT = 40;

/** Whether weight and goal are so near that only neighbouring doubles tell them apart. */
export function isNearStall(weight: number, best: number): boolean {
  if (!Number.isFinite(weight) || !Number.isFinite(best) || weight === best) return false;
  const apart = ordinal(weight) - ordinal(best);
  return (apart < 0n ? -apart : apart) <= 4096n;
}

export function Stall() {
  const model = useContext(Current),
    now = model.now.value,
    recipe = model.replay.value.recipe;
  const weight = now.weight[0],
    best = recipe.goal[0] / recipe.input[0],
    update = now.alpha_delta[0];
  const from = ordinal(weight),
    to = ordinal(best),
    apart = to - from,
    size = apart < 0n ? -apart : apart,
    way = apart < 0n ? -1n : 1n;
  const shown = size > NEAR ? NEAR : size,
    gap = Math.abs(double(from + way) - weight),
    part = Math.abs(update) / gap;
  const unit = WIDE / Number(shown + 3n),
    x = (k: number) => LEFT + (k + 1) * unit;
  const ticks = Array.from({ length: Number(shown) + 3 }, (_, i) => i - 1);
  const stays = now.new_weight[0] === weight;
  const why = !stays
    ? "The update is more than half the gap: the weight moves."
    : part === 0.5
      ? `The update is exactly half the gap; the tie goes to the even number${from % 2n === 0n ? ", which is the weight it already has" : ""}.`
      : "The update is less than half the gap: it rounds to nothing.";
  const label = `Weight ${exact(weight)} is ${size} doubles short of ${exact(best)}. The update is ${short(part)} of the gap to the next double. ${why}`;
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
      <path d={`M${x(0)} 70h${Math.max(2, Math.min(part, Number(shown) + 1) * unit)}`} class="gap" />
      <circle cx={x(0)} cy="70" r="9" class="dot-w" />
      <text x={x(0)} y="40" class="m t-w strong">
        weight {exact(weight)}
      </text>
      {size <= NEAR && <path d={`M${x(Number(size))} 58l12 12l-12 12l-12-12z`} class="fill-goal" />}
      <text x={size <= NEAR ? Math.min(x(Number(size)), LEFT + WIDE - 60) : LEFT + WIDE} y="128" class="e t-goal strong">
        {size <= NEAR ? `goal’s weight ${exact(best)}` : `goal’s weight ${exact(best)} lies ${size} doubles on`}
      </text>
    </svg>
  );
}

export function StallWords() {
  const model = useContext(Current),
    now = model.now.value,
    recipe = model.replay.value.recipe;
  const weight = now.weight[0],
    best = recipe.goal[0] / recipe.input[0],
    from = ordinal(weight);
  const way = best > weight ? 1n : -1n,
    gap = Math.abs(double(from + way) - weight),
    update = Math.abs(now.alpha_delta[0]);
  const size = (ordinal(best) - from) * way;
  const stays = now.new_weight[0] === weight;
  return (
    <p>
      Each mark is a double; there is no number between two of them. The weight is {String(size)}{" "}
      {size === 1n ? "double" : "doubles"} short. The next update, {exact(update)}, is{" "}
      {update === gap / 2 ? "exactly half" : update < gap / 2 ? "less than half" : "more than half"} the gap of {exact(gap)}
      {stays
        ? update === gap / 2
          ? ", and the tie goes to the even number, which is the weight it already has: it stays for ever."
          : ": it rounds to nothing, and the weight stays for ever."
        : ": the weight moves."}
    </p>
  );
}
