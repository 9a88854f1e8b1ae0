/** How far off it is, beside what costs nothing to know: thick on the rows that it is judged on, thin on those it learned from. */

import { distinct, exact, short } from "../../numbers";
import { Chip } from "../chart";
import { Card } from "../parts";
import { amount, type FitNow, leastSquaresOf, useFit } from "./now";
import { accuracy, r2, rmse, standardErrors } from "./quality";
import { CLEAR } from "./story";

/** Digits of numbers that fewer would not tell apart. */
const MORE = 6;

interface Bar {
  name: string;
  unseen: number | null;
  seen: number;
  own?: boolean;
}

export function HowFar() {
  const now = useFit();
  if (!now) return null;
  const classes = !!now.fit.classes;
  const bars = classes ? rightBars(now) : farBars(now);
  const { judged, replay, j } = now;
  const chip = classes ? "part of the rows" : `RMSE · R² ${short(r2(judged, replay.recipe.k, j), 2)}`;
  const title = `${classes ? "How often it is right" : "How far off"}${now.unseen ? ", on unseen rows" : ""}`;
  return (
    <Card id="ns-far" title={title} beside={<Chip>{chip}</Chip>}>
      <Bars bars={bars} right={classes} text={(value) => (classes ? `${short(100 * value, 3)} %` : amount(value, now.unit))} />
      {!classes && <Chance now={now} />}
    </Card>
  );
}

function own({ replay }: FitNow): string {
  return replay.recipe.layers.length === 1 ? "this node" : "this network";
}

function farBars(now: FitNow): Bar[] {
  const { seen, unseen, replay, j, fit } = now;
  const { k } = replay.recipe;
  const beside = fit.beside;
  const fitted = { name: own(now), unseen: unseen && rmse(unseen, k, j), seen: rmse(seen, k, j), own: true };
  if (!beside) return [fitted];
  const bar = (name: string, of: typeof beside.mean): Bar => ({ name, unseen: of.unseen?.[j] ?? null, seen: of.seen[j] });
  return [fitted, bar("least squares", beside.least_squares), bar("always the mean", beside.mean)];
}

function rightBars(now: FitNow): Bar[] {
  const { seen, unseen, replay, fit } = now;
  const { k } = replay.recipe;
  const of = (rows: typeof seen): number => accuracy(rows.goal, rows.prediction, k);
  const fitted = { name: own(now), unseen: unseen && of(unseen), seen: of(seen), own: true };
  const { always } = fit;
  return always ? [fitted, { name: `always ${always.class}`, unseen: always.unseen, seen: always.seen }] : [fitted];
}

function Bars({ bars, text, right }: { bars: Bar[]; text: (value: number) => string; right: boolean }) {
  const all = bars.flatMap(({ seen, unseen }) => [seen, unseen ?? 0]).filter(Number.isFinite);
  const longest = all.reduce((a, b) => Math.max(a, b), 0) || 1;
  const wide = (value: number): string => `${(Number.isFinite(value) ? (60 * value) / longest : 60).toFixed(1)}%`;
  const shown = bars.map(({ unseen, seen }) => unseen ?? seen);
  const told = (digits: number): number => new Set(shown.map((value) => short(value, digits))).size;
  // where more digits tell them apart they are told, but not so many that nobody reads them
  const more = told(MORE) > new Set(shown.map(text)).size;
  return (
    <div class={`far ${right ? "right" : ""}`}>
      {bars.map(({ name, seen, unseen, own }, i) => (
        <div key={name} class={own ? "own" : ""}>
          <span class="name">{name}</span>
          <span class="thick">
            <i style={{ width: wide(shown[i]) }} />
            <data value={exact(shown[i])} data-value={exact(shown[i])}>
              {more ? short(shown[i], MORE) : text(shown[i])}
            </data>
          </span>
          {unseen !== null && (
            <span class="thin">
              <i style={{ width: wide(seen) }} />
              <span class="soft" data-value={exact(seen)}>
                {text(seen)} on seen rows
              </span>
            </span>
          )}
        </div>
      ))}
    </div>
  );
}

/** Whether the distance to least squares may be chance. */
function Chance({ now }: { now: FitNow }) {
  const { judged, replay, j } = now;
  const other = leastSquaresOf(now);
  if (!other || judged.n < 2) return null;
  const apart = Math.abs(standardErrors(judged, other, replay.recipe.k, j));
  const [own, least] = [rmse(judged, replay.recipe.k, j), rmse({ ...judged, prediction: other }, replay.recipe.k, j)];
  if (Math.abs(own - least) < 1e-6 * least) return <p class="soft">It is where least squares is.</p>;
  const told = `${short(apart, 2)} standard errors`;
  const [a, b] = distinct([own, least], 3);
  const says = apart < CLEAR ? "may well be chance" : now.fit.chosen ? "is far apart" : "is more than chance";
  return (
    <p class="soft">
      {a} against {b} {`${says} (${told}).`}
    </p>
  );
}
