/** The error, step by step: of the whole run, and of each step around the one in view. */

import { useContext } from "preact/hooks";
import type { Curve, Point } from "../../curve";
import type { Model } from "../../model";
import { count, distinct, number, short } from "../../numbers";
import { Check } from "../parts";
import { band, scaleOf } from "../scale";
import { Current } from "./context";

const WIDE = 420;
const HIGH = 150;
const X0 = 16;
const X1 = 404;
const HEIGHTS: [number, number] = [12, 122];
const [Y0, Y1] = HEIGHTS;

export function ErrorCurve() {
  const model = useContext(Current);
  const curve = model.curve.value;
  const least = leastOf(model);
  return (
    <>
      <Whole least={least} />
      {curve.stretch > 1 && <p class="soft small">{stretchWords(curve)}</p>}
      {least && <p class="soft small">Dashed: {short(least)}, the least error that any weights have.</p>}
      <Check
        text="logarithmic"
        checked={model.log.value}
        set={(log) => {
          model.log.value = log;
        }}
      />
      <Detail />
    </>
  );
}

function Whole({ least }: { least: number | null }) {
  const model = useContext(Current);
  const { walk } = model;
  const { points } = model.curve.value;
  const future = model.future.value?.curve ?? [];
  const ghost = model.ghost.value?.points ?? [];
  const lowest = least ? [{ step: 0, low: least, high: least }] : [];
  const end = Math.max(1, ...points.map((p) => p.step), ...future.map((p) => p.step));
  const y = scaleOf([...points, ...ghost, ...future, ...lowest], model.log.value, HEIGHTS);
  const x = (step: number) => X0 + (step / end) * (X1 - X0);
  const [tf, tl] = distinct([points[0]?.high ?? NaN, points[points.length - 1]?.low ?? NaN]);
  const click = (event: MouseEvent & { currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    walk.go(((((event.clientX - box.left) / box.width) * WIDE - X0) / (X1 - X0)) * end);
  };
  const said = `mse over the steps: from ${tf} to ${tl}. At step ${walk.step} it is ${short(model.now.value.mse)}.`;
  return (
    <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={said} onClick={click}>
      <path d={`M${X0} ${Y1}H${X1}`} class="rule" />
      {least && <path d={`M${X0} ${y(least)}H${X1}`} class="least" />}
      <path d={band(ghost, x, y, end)} class="ghost" />
      <path d={band(points, x, y, end)} class="error" />
      <path d={band(future, x, y, end)} class="future" />
      {walk.step <= end && <path d={`M${x(walk.step)} ${Y0}V${Y1}`} class="cursor" />}
      <Ends texts={[`step 0: ${tf}`, `${count(end)}: ${tl}`]} />
    </svg>
  );
}

/** What the first and the last number of a curve are. */
function Ends({ texts }: { texts: [string, string] }) {
  return (
    <>
      <text class="lab" x={X0} y="144">
        {texts[0]}
      </text>
      <text class="lab e" x={X1} y="144">
        {texts[1]}
      </text>
    </>
  );
}

function stretchWords({ stretch, lookedAt }: Curve): string {
  const some = `lowest and highest of the ${lookedAt} steps looked at in it`;
  return `Each point is ${count(stretch)} steps: ${lookedAt >= stretch ? "its lowest and highest error" : some}.`;
}

/** Least mse of any weights, where Python foretold it and the data is still the same; a sum for which 0 is nothing to draw. */
function leastOf({ replay, scene }: Model): number | null {
  const { recipe } = replay.value;
  const least = number(scene.forecast.least_mse);
  const same = recipe.input === scene.recipe.input && recipe.goal === scene.recipe.goal;
  return same && recipe.n > 1 && least > 0 && Number.isFinite(least) ? least : null;
}

/** The steps around the one in view, each a dot of its own. */
function Detail() {
  const model = useContext(Current);
  const points = model.detail.value?.points ?? [];
  if (!points.length) return null;
  const [first, last] = [points[0], points[points.length - 1]];
  const y = scaleOf(points, model.log.value, HEIGHTS);
  const x = (step: number) => X0 + ((step - first.step) / Math.max(1, last.step - first.step)) * (X1 - X0);
  const [tf, tl] = distinct([first.low, last.low]);
  const said = `mse of every step from ${first.step} to ${last.step}: from ${tf} to ${tl}.`;
  const look = ({ step }: Point) => (step === model.walk.step ? { r: 5, class: "dot-w" } : { r: 2.2, class: "fill-fix" });
  return (
    <>
      <h3>Every step around this one</h3>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={said}>
        <path d={`M${X0} ${Y1}H${X1}`} class="rule" />
        {points.map((p) => (
          <circle key={p.step} cx={x(p.step)} cy={y(p.low)} {...look(p)} />
        ))}
        <Ends texts={[`step ${count(first.step)}: ${tf}`, `${count(last.step)}: ${tl}`]} />
      </svg>
    </>
  );
}
