/** The weights in the table's units, and how far each moves the answer over what is usual; of a network that alone. */

import { useContext, useMemo } from "preact/hooks";
import { over } from "../../maps";
import { clip, count, distinct, exact, most } from "../../numbers";
import { Chip } from "../chart";
import { Card } from "../parts";
import { Current } from "../replayed/context";
import { amount, type FitNow, isSum, tableWeights, useFit } from "./now";
import { nameAndUnit, undone } from "./quality";

/** Inputs that are shown; of more those that move most. */
const SHOWN = 6;

/** Of each input its mean and usual spread over the seen rows. */
export function usualOf({ seen, replay }: FitNow): { mean: number; spread: number }[] {
  const { d } = replay.recipe;
  return Array.from({ length: d }, (_, i) => {
    let [sum, squares] = [0, 0];
    for (let s = 0; s < seen.n; s++) sum += seen.input[s * d + i];
    const mean = sum / seen.n;
    for (let s = 0; s < seen.n; s++) squares += (seen.input[s * d + i] - mean) ** 2;
    return { mean, spread: Math.sqrt(squares / seen.n) };
  });
}

interface Row {
  i: number;
  /** What it moves the answer by over its usual spread, and what least squares would. */
  moves: number;
  least: number | null;
  weight: number | null;
}

export function Weights() {
  const model = useContext(Current);
  const now = useFit();
  const rows = useMemo(() => (now ? rowsOf(model.core, now) : []), [now]);
  if (!now) return null;
  const { replay, fit, unit } = now;
  const { recipe } = replay;
  const shown = [...rows].sort((a, b) => Math.abs(b.moves) - Math.abs(a.moves) || 0).slice(0, SHOWN);
  const longest = most(shown.flatMap(({ moves, least }) => [moves, least ?? 0])) || 1;
  const linear = isSum(recipe);
  const bias = tableWeights(now)?.bias[now.j];
  const usual = usualOf(now);
  return (
    <Card
      id="ns-weights"
      title={linear ? "Weights, in the table's units" : "What each input moves"}
      beside={
        linear && fit.beside ? <Chip>| least squares</Chip> : fit.classes && <Chip>probability of {clip(ofClass(now), 16)}</Chip>
      }
    >
      <div class="table-weights">
        {shown.map((row) => (
          <Line key={row.i} row={row} now={now} longest={longest} spread={usual[row.i].spread} />
        ))}
        {rows.length > shown.length && <p class="soft">{count(rows.length - shown.length)} others move less.</p>}
        {bias !== undefined && (
          <p class="bias">
            <span class="soft">bias, where all inputs are 0</span>
            <b class="t-w" data-value={exact(bias)}>
              {amount(bias, unit)}
            </b>
          </p>
        )}
      </div>
    </Card>
  );
}

/** The class whose probability the output is. */
function ofClass({ fit, j, replay }: FitNow): string {
  return fit.classes?.[replay.recipe.k === 1 ? 1 : j] ?? "";
}

function Line({ row, now, longest, spread }: { row: Row; now: FitNow; longest: number; spread: number }) {
  const { name, unit } = nameAndUnit(now.replay.recipe.input_names[row.i]);
  const part = (value: number): number => (34 * Math.abs(value)) / longest;
  const per = row.weight === null ? null : `${amount(row.weight, now.unit)}${unit ? ` per ${unit}` : " each"}`;
  const [spreadText] = distinct([spread], 3);
  const below = row.moves < 0;
  const beyond = row.least === null ? 0 : Math.max(0, part(row.least) - part(row.moves));
  return (
    <div>
      <b>
        <bdi>{clip(name, 30)}</bdi>
      </b>
      {per && (
        <span class="t-w per" data-value={exact(row.weight ?? 0)}>
          {per}
        </span>
      )}
      <span class="bar-lane">
        <i class={below ? "below" : ""} style={{ width: `${part(row.moves).toFixed(1)}%` }} />
        {row.least !== null && <em aria-hidden="true" style={{ left: `${part(row.least)}%` }} />}
        <span class="soft" style={{ paddingLeft: `${beyond.toFixed(1)}%` }} data-value={exact(row.moves)}>
          {amount(row.moves, now.unit)} per usual spread ({spreadText}
          {unit && ` ${unit}`})
        </span>
      </span>
    </div>
  );
}

/** Of a node weight × spread; of a network half of what the answer differs between a spread below and above the mean. */
function rowsOf(core: Parameters<typeof over>[0], now: FitNow): Row[] {
  const { replay, fit, j, state } = now;
  const { d, k } = replay.recipe;
  const usual = usualOf(now);
  const own = tableWeights(now);
  if (own) {
    const least = fit.beside?.least_squares;
    return usual.map(({ spread }, i) => ({
      i,
      moves: own.weight[j * d + i] * spread,
      least: least?.unique ? least.weight[j * d + i] * spread : null,
      weight: own.weight[j * d + i],
    }));
  }
  const points = usual.flatMap((_, i) =>
    [1, -1].map((sign) => usual.map(({ mean, spread }, at) => (at === i ? mean + sign * spread : mean))),
  );
  const scaled = points.flatMap((point) =>
    point.map((x, i) => (fit.scaling ? (x - fit.scaling.centre[i]) / fit.scaling.unit[i] : x)),
  );
  const engine = over(core, replay.recipe, scaled);
  const told = undone(engine.predict(state.subarray(0, engine.size)), fit.goal_scaling);
  return usual.map((_, i) => ({ i, moves: (told[2 * i * k + j] - told[(2 * i + 1) * k + j]) / 2, least: null, weight: null }));
}
