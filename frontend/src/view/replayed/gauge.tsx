/** Alpha against its limit. */

import { useContext } from "preact/hooks";
import { distinct } from "../../numbers";
import { Current } from "./context";

export function Gauge() {
  const model = useContext(Current);
  const limits = model.limits.value;
  const { alpha } = model.replay.value.recipe;
  if (!limits || !Number.isFinite(limits.limit) || limits.limit <= 0) return <p class="soft">{model.scene.forecast.sentence}</p>;
  const { limit, turn } = limits;
  const end = limit * 1.2;
  const x = (a: number) => 14 + (Math.max(0, Math.min(a, end)) / end) * 392;
  const [ta, tl, to] = distinct([alpha, limit, turn || limit]);
  const at = x(alpha);
  const flip = at > 250;
  return (
    <svg viewBox="0 0 420 110" role="img" aria-label={`Alpha ${ta}. Stable up to the limit ${tl}. Regime: ${limits.regime}.`}>
      <rect x="14" y="46" width={x(limit) - 14} height="12" rx="6" class="box-go thin" />
      <rect x={x(limit)} y="46" width={x(end) - x(limit)} height="12" rx="6" class="box-fix thin" />
      {turn && <path d={`M${x(turn)} 42v20`} class="ink" />}
      <path d={`M${x(limit)} 38v28`} class="ink" />
      {turn && (
        <text class="m eq" x={x(turn)} y="80">
          {to}
        </text>
      )}
      <text class="m strong" x={x(limit)} y="82">
        limit {tl}
      </text>
      <text class="lab m" x={x(limit * 0.25)} y="104">
        converges
      </text>
      <text class="lab m" x={x(limit * 0.75)} y="104">
        oscillates
      </text>
      <text class="lab e t-fix" x="414" y="104">
        diverges
      </text>
      <path d={`M${at} 43l-8-13h16z`} class="needle" />
      <text class={`strong ${flip ? "e" : ""}`} x={flip ? at - 13 : at + 13} y="36">
        alpha {ta}
      </text>
    </svg>
  );
}
