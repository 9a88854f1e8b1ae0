/** The last bits: weight and goal among the neighbouring doubles, and where the update would land between two of them. */

import { useContext, useRef } from "preact/hooks";
import type { Model } from "../../model";
import { counted, distinct, double, exact, ordinal, short } from "../../numbers";
import { useWidth } from "../parts";
import { Current } from "./context";

const NEAR = 12n;
const HIGH = 122;
const MIDDLE = 66;
const EDGE = 10;
/** Room that a mark's text takes. */
const LABEL = 66;

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
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box);
  const bits = lastBitsOf(useContext(Current));
  const { weight, best, size, part } = bits;
  const apart = `Weight ${exact(weight)} is ${size} doubles short of ${exact(best)}.`;
  const label = `${apart} The update is ${short(part)} of the gap to the next double. ${whyOf(bits)}`;
  return (
    <div ref={box}>
      <svg viewBox={`0 0 ${wide} ${HIGH}`} role="img" aria-label={label} class="stall">
        <Ruler bits={bits} wide={wide} />
      </svg>
    </div>
  );
}

/** Doubles as marks at equal distances, the weight among them, the goal where it is near enough. */
function Ruler({ bits, wide }: { bits: LastBits; wide: number }) {
  const { weight, best, size, part, way } = bits;
  const near = size <= NEAR;
  const shown = Number(near ? size : NEAR);
  const unit = (wide - 2 * EDGE) / (shown + 2);
  const x = (k: number) => EDGE + (k + 1) * unit;
  const end = near ? x(shown) : wide - EDGE;
  const marks = Array.from({ length: shown + 3 }, (_, i) => i - 1);
  const texts = distinct(marks.map((k) => double(ordinal(weight) + BigInt(k) * way)));
  /** Beside the goal, and at the edges, a mark has no text. */
  const told = (k: number): boolean =>
    x(k) > LABEL / 2 && x(k) < wide - LABEL / 2 && (k > shown ? x(k) - end : end - x(k)) > (near ? LABEL : 200);
  const every = Math.ceil(LABEL / unit);
  return (
    <>
      <path d={`M0 ${MIDDLE}H${wide}`} class="rule" />
      {marks.map((k, i) => (
        <g key={k}>
          <path d={`M${x(k)} ${MIDDLE - 8}v16`} class="tick" />
          {k % every === 0 && told(k) && (
            <text class="ax m" x={x(k)} y={MIDDLE + 29}>
              {texts[i]}
            </text>
          )}
        </g>
      ))}
      <path d={`M${x(0.5)} ${MIDDLE - 16}v32`} class="half" />
      <text class="ax m" x={x(0.5)} y={MIDDLE + 47}>
        half way
      </text>
      <path d={`M${x(0)} ${MIDDLE}h${Math.max(2, Math.min(part, shown + 1) * unit)}`} class="gap" />
      <circle cx={x(0)} cy={MIDDLE} r="9" class="dot-w" />
      <text x={Math.max(0, x(0) - 60)} y="16" class="t-w strong">
        the weight
      </text>
      <text x={Math.max(0, x(0) - 60)} y="34" class="t-w x" data-value={exact(weight)}>
        {exact(weight).replace("-", "−")}
      </text>
      {near && <path d={`M${end} ${MIDDLE - 11}l11 11l-11 11l-11-11z`} class="fill-goal" />}
      <text x={near ? Math.min(end, wide - 34) : end} y={MIDDLE + 29} class={`${near ? "m" : "e"} t-goal strong`}>
        {near ? `goal ${exact(best)}` : `goal ${short(best)}, ${size} numbers on`}
      </text>
    </>
  );
}

export function StallWords() {
  const { size, part, stays } = lastBitsOf(useContext(Current));
  const away = counted(Number(size), "number");
  const half = part === 0.5 ? "exactly half" : `${part < 0.5 ? "less" : "more"} than half`;
  const rounds =
    part === 0.5
      ? ", and a tie goes to the even number, which is the weight itself: nothing moves, now or ever"
      : ": it rounds to nothing, and the weight stays for ever";
  return (
    <p class="small">
      Each mark is a number that a computer can hold, with none between two of them; the weight is {away} short. The correction
      reaches {half} way to the next one{stays ? rounds : ": the weight moves"}.
    </p>
  );
}
