/** Inside a node of several inputs: what each brings, as bars that add up to the prediction, and back each weight's share. */

import type { ComponentChildren } from "preact";
import { useContext, useState } from "preact/hooks";
import { numbersOf } from "../../layers";
import { IDENTITY, SQUARED } from "../../layout";
import type { Model } from "../../model";
import { clip, count, counted, distinct, short } from "../../numbers";
import { ALL, type Others, partsOf, percentOf, type Share, sharesOf, stacked } from "../../shares";
import { Num } from "../figures";
import { Strip } from "../weights";
import { chosenOf } from "./chosen";
import { Current } from "./context";

/** Parts of a bar's place that have room for its number. */
const ROOM = 14;

/** What is told of the node's numbers, with texts of which two different numbers never share one. */
interface Told {
  text: (value: number) => string;
  place: (value: number) => number;
  /** null where the sum is no prediction. */
  goal: number | null;
  sum: number;
  delta: number;
}

/** `example` is its place among those of the step; without it the chosen one's, or that which is farthest off. */
export function Contributions({ example: given }: { example?: number }) {
  const model = useContext(Current);
  const [search, setSearch] = useState("");
  const { recipe } = model.replay.value;
  const b = given ?? chosenOf(model).place;
  const example = model.now.value.examples[b];
  const all = sharesOf(recipe, model.now.value, model.open.value, b);
  const { shown, others, bars } = stacked(all, search);
  const told = toldOf(model, b, shown, bars);
  const rows = [...shown.filter(({ bias }) => !bias), ...(others ? [others] : []), ...shown.filter(({ bias }) => bias)];
  return (
    <>
      {all.length > ALL && (
        <label class="search">
          Find an input <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
        </label>
      )}
      <div class={`shares ${rows.length > 4 ? "dense" : ""}`}>
        <Forward rows={rows} bars={bars} told={told} whole={!search} />
        <Back rows={rows} told={told} />
      </div>
      <WhoseShares chosen={example} />
      {all.length > ALL && <Strip rows={all} />}
    </>
  );
}

/** Of which examples the two sides are, where they are not of one. */
function WhoseShares({ chosen }: { chosen: number }) {
  const { replay, now } = useContext(Current);
  const many = now.value.examples.length;
  if (many === 1) return null;
  const how = replay.value.recipe.sums ? "added up over" : "the mean over";
  return (
    <p class="soft small">
      Forward is example {chosen}, back is {how} {counted(many, "example")} of the step.
    </p>
  );
}

function toldOf(model: Model, b: number, shown: Share[], bars: [number, number][]): Told {
  const { recipe } = model.replay.value;
  const { layer } = model.open.value;
  const digits = recipe.layers[layer].inputs > ALL ? 2 : 3;
  const { sum, delta } = numbersOf(recipe, model.now.value, model.open.value, b);
  const aims = layer === recipe.layers.length - 1 && recipe.layers[layer].code === IDENTITY && recipe.loss.code === SQUARED;
  const goal = aims ? goalOf(model, b) : null;
  const values = shown.flatMap((s) => [s.value, s.weight, s.product, s.weighted_delta, s.alpha_delta, s.new_weight]);
  const numbers = [...values, goal ?? 0, sum, delta];
  const texts = new Map(distinct(numbers, digits).map((text, i) => [numbers[i], text]));
  return {
    text: (value) => texts.get(value) ?? short(value),
    place: percentOf([...bars.flat(), goal ?? 0, sum]),
    goal,
    sum,
    delta,
  };
}

function goalOf({ replay, now, open }: Model, b: number): number {
  const { recipe } = replay.value;
  return recipe.goal[(now.value.examples[b] ?? 0) * recipe.k + open.value.node];
}

type Row = Share | Others;

function isShare(row: Row): row is Share {
  return "name" in row;
}

function Name({ row }: { row: Row }) {
  if (!isShare(row)) return <th scope="row">{count(row.many)} others</th>;
  return (
    <th scope="row">
      <bdi class="name">{clip(row.name)}</bdi>
      {row.frozen ? " (frozen)" : ""}
    </th>
  );
}

function Forward({ rows, bars, told, whole }: { rows: Row[]; bars: [number, number][]; told: Told; whole: boolean }) {
  return (
    <table class="rows share">
      <caption class="t-go">forward: what each input brings</caption>
      <thead>
        <tr>
          {["input", "value", "× weight", "= contribution"].map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, r) => (
          <tr key={isShare(row) ? row.i : "others"} class={isShare(row) ? "" : "rest"}>
            <Name row={row} />
            <td>{isShare(row) && <Num x={row.value} text={told.text(row.value)} />}</td>
            <td>{isShare(row) && <Boxed x={row.weight} told={told} />}</td>
            <Bar told={told} from={bars[r][0]} to={bars[r][1]}>
              {isShare(row) && row.value === 0 ? <span class="soft">brings 0</span> : <Product x={row.product} told={told} />}
            </Bar>
          </tr>
        ))}
      </tbody>
      {whole && <Foot told={told} />}
    </table>
  );
}

function Product({ x, told }: { x: number; told: Told }) {
  return <Num x={x} text={told.text(x)} tone="go" />;
}

function Boxed({ x, told }: { x: number; told: Told }) {
  return (
    <span class="boxed">
      <Num x={x} text={told.text(x)} tone="w" />
    </span>
  );
}

/** A bar between two numbers, with its text in it, or beside it where it is short; the goal as a line through all of them. */
function Bar(props: { told: Told; from: number; to: number; kind?: string; children: ComponentChildren }) {
  const { told, from, to, kind = "", children } = props;
  const [left, right] = [told.place(from), told.place(to)].sort((a, b) => a - b);
  const wide = right - left;
  const beside = right > 72 ? { right: `calc(${100 - left}% + 8px)` } : { left: `calc(${right}% + 8px)` };
  const inside = wide > ROOM ? { left: `${left}%`, width: `${wide}%`, textAlign: "center" } : beside;
  const under = right > 50 ? { right: `${100 - right}%` } : { left: `${left}%` };
  return (
    <td class="lane">
      {told.goal !== null && <i class="goal-at" style={{ left: `${told.place(told.goal)}%` }} />}
      <i class={`bar-of ${kind}`} style={{ left: `${left}%`, width: `max(2px, ${wide}%)` }} />
      <span style={kind === "gap" ? under : inside}>{children}</span>
    </td>
  );
}

function Foot({ told }: { told: Told }) {
  const { goal, sum, delta } = told;
  const side = delta > 0 ? ": too high" : delta < 0 ? ": too low" : ": exactly right";
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={3} class="t-go">
          together: the {goal === null ? "sum" : "prediction"}
        </th>
        <Bar told={told} from={0} to={sum} kind="whole">
          <Product x={sum} told={told} />
        </Bar>
      </tr>
      {goal !== null && (
        <tr>
          <th scope="row" colSpan={3} class="t-goal">
            goal <Num x={goal} text={told.text(goal)} tone="goal" />
          </th>
          <Bar told={told} from={goal} to={sum} kind="gap">
            <span class="t-fix">
              delta <Num x={delta} text={told.text(delta)} tone="fix" />
              {side}
            </span>
          </Bar>
        </tr>
      )}
    </tfoot>
  );
}

function Back({ rows, told }: { rows: Row[]; told: Told }) {
  const { replay } = useContext(Current);
  const { rule } = replay.value.recipe;
  const seen = rows.filter(isShare);
  const part = partsOf(seen.flatMap((s) => [s.weighted_delta, s.alpha_delta]));
  const heads = ["delta × input", rule === "plain" ? "× alpha" : `${rule} step`, "new weight"];
  return (
    <table class="rows share back-share">
      <caption class="t-fix">back: each weight's share</caption>
      <thead>
        <tr>
          {["input", ...heads].map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={isShare(row) ? row.i : "others"}>
            <Name row={row} />
            {isShare(row) ? (
              <>
                <Blame x={row.weighted_delta} told={told} part={part(row.weighted_delta)} />
                <Blame x={row.alpha_delta} told={told} part={part(row.alpha_delta)} />
                <td>
                  <Boxed x={row.new_weight} told={told} />
                </td>
              </>
            ) : (
              <td colSpan={3} class="soft">
                alpha deltas from {short(row.range[0])} to {short(row.range[1])}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Blame({ x, told, part }: { x: number; told: Told; part: number }) {
  return (
    <td class="blame">
      <i style={{ "--part": part }} class={x === 0 ? "none" : ""} />
      <Num x={x} text={told.text(x)} tone="fix" />
    </td>
  );
}
