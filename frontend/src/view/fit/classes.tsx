/** Who is taken for whom, and how likely the right class was said to be. */

import { clip, count } from "../../numbers";
import { evenTicks } from "../../ticks";
import { Chip, Foot, Upright, useFrame } from "../chart";
import { Card } from "../parts";
import { type FitNow, useFit } from "./now";
import { confusion } from "./quality";

/** Classes whose numbers have room in the table. */
const TOLD = 8;
const HIGH: [number, number] = [316, 300];
const BINS = 10;

export function Confusion() {
  const now = useFit();
  if (!now?.fit.classes) return null;
  const { judged, replay, fit, unseen } = now;
  const names = fit.classes ?? [];
  const table = confusion(judged.goal, judged.prediction, replay.recipe.k, names.length);
  return (
    <Card id="ns-confusion" title="Who is taken for whom" beside={<Chip>{unseen ? "unseen rows" : "seen rows"}</Chip>}>
      <div class="scroll" tabIndex={0} role="group" aria-label="Who is taken for whom">
        <table class={`confusion ${names.length > TOLD ? "many" : ""}`}>
          <caption>is ↓, said →</caption>
          <thead>
            <tr>
              <td />
              {names.map((name) => (
                <th scope="col" key={name}>
                  <bdi>{clip(name, 10)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.map((row, is) => (
              <Row key={names[is]} name={names[is]} row={row} is={is} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** A row's cells are as dark as their part of it; what is right is blue, what is wrong orange. */
function Row({ name, row, is }: { name: string; row: number[]; is: number }) {
  const all = row.reduce((sum, many) => sum + many, 0) || 1;
  return (
    <tr>
      <th scope="row">
        <bdi>{clip(name, 12)}</bdi>
      </th>
      {row.map((many, said) => {
        const part = many / all;
        const colour = said === is ? "var(--go)" : "var(--fix)";
        const style = { background: `color-mix(in srgb, ${colour} ${Math.round(40 * part)}%, var(--card))` };
        return (
          <td key={said} style={style} title={`${name}: ${count(many)} of ${count(all)}`}>
            {many ? count(many) : ""}
          </td>
        );
      })}
    </tr>
  );
}

export function Probabilities() {
  const now = useFit();
  const [box, frame] = useFrame(...HIGH);
  if (!now?.fit.classes) return null;
  const parts = partsOf(now);
  const counts = Array.from({ length: BINS }, (_, b) => parts.filter((p) => Math.min(BINS - 1, Math.floor(p * BINS)) === b).length);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const x = (p: number): number => frame.left + p * (frame.right - frame.left);
  const y = (many: number): number => frame.bottom - (many / most) * (frame.bottom - frame.top);
  const sure = parts.filter((p) => p > 0.9).length;
  const said = `How likely the right class was said to be: above 0.9 for ${count(sure)} of ${count(parts.length)} rows.`;
  return (
    <Card id="ns-likely" title="How likely the right class was said to be" beside={<Chip>{count(sure)} rows above 0.9</Chip>}>
      <div ref={box}>
        <svg viewBox={`0 0 ${frame.wide} ${frame.high}`} role="img" aria-label={said}>
          <Upright frame={frame} name="rows" ticks={evenTicks(0, most, 4).filter(Number.isInteger)} place={y} />
          <Foot frame={frame} name="probability" ticks={[0, 0.25, 0.5, 0.75, 1]} place={x} />
          {counts.map((many, b) => (
            <rect
              key={b}
              x={x(b / BINS) + 1}
              y={y(many)}
              width={(frame.right - frame.left) / BINS - 2}
              height={frame.bottom - y(many)}
              class={b < BINS / 2 ? "many" : "fill-go"}
            />
          ))}
        </svg>
      </div>
    </Card>
  );
}

/** The probability that each row's own class was given. */
function partsOf({ judged, replay }: FitNow): number[] {
  const { k } = replay.recipe;
  const { goal, prediction } = judged;
  return Array.from({ length: judged.n }, (_, s) => {
    if (k === 1) return goal[s] > 0.5 ? prediction[s] : 1 - prediction[s];
    let part = 0;
    for (let j = 0; j < k; j++) if (goal[s * k + j] > 0.5) part = prediction[s * k + j];
    return part;
  });
}
