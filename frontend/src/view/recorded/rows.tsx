/** What went on in each layer over the steps: size of delta, alpha delta beside weight, share of nodes that are off, as shades. */

import { useContext, useMemo, useRef } from "preact/hooks";
import { clip, count, exact, short } from "../../numbers";
import { Numbers } from "../../recorded";
import { NOT_SEEN } from "../cells";
import { Card, Fold, Table, useWidth } from "../parts";
import { Observed } from "./context";
import { leftOf } from "./losses";
import type { Recording } from "./recording";

/** Columns of shades at most; a row's height; where names have room. */
const COLUMNS = 160;
const HIGH = 18;
const RIGHT = 16;
const LAYERS = 24;
/** Rows of the table, at most. */
const ROWS = 40;

interface Kind {
  name: string;
  tone: string;
  log: boolean;
}

/** In the order of the columns that Python writes. */
const KINDS: Kind[] = [
  { name: "delta coming back, by layer", tone: "fix", log: true },
  { name: "alpha delta ÷ weight", tone: "w", log: true },
  { name: "share of nodes that are off", tone: "soft", log: false },
];

/** A recorded step, and the three numbers of each layer. */
interface Told {
  step: number;
  layers: number[][];
}

/** Of many records every so-manieth. */
function toldOf({ scene }: Recording): Told[] {
  const { step, layers } = scene.went;
  const columns = layers.map((column) => new Numbers(column));
  const every = Math.ceil(step.length / COLUMNS);
  return step
    .map((number, i) => ({ step: number, layers: columns.map((column) => column.row(i)) }))
    .filter((_, i) => i % every === 0 || i === step.length - 1);
}

export function Rows() {
  const model = useContext(Observed);
  const told = useMemo(() => toldOf(model), [model]);
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box);
  const { layers } = model.scene;
  const none = told.every(({ layers: of }) => of.every((numbers) => !numbers.some((x) => x > 0)));
  if (told.length < 2 || none || layers.length > LAYERS) return null;
  return (
    <Card id="ns-rows" title="What went on in each layer" place="layer-rows">
      <div ref={box}>
        {KINDS.map((kind, which) => (
          <OneKind key={kind.name} kind={kind} which={which} told={told} wide={wide} />
        ))}
      </div>
      <Fold name="As a table">{() => <AsTables told={told} />}</Fold>
    </Card>
  );
}

/** The same as numbers, a row a step. */
function AsTables({ told }: { told: Told[] }) {
  const { layers } = useContext(Observed).scene;
  const every = Math.ceil(told.length / ROWS);
  const few = told.filter((_, t) => t % every === 0 || t === told.length - 1);
  const heads = ["step", ...layers.map(({ name }, l) => `${l} (${clip(name, 11)})`)];
  return (
    <>
      {KINDS.map(({ name }, which) => (
        <Table key={name} label={name} caption={name} heads={heads}>
          <tbody>
            {few.map(({ step, layers: of }) => (
              <tr key={step}>
                <th scope="row">{count(step)}</th>
                {of.map((numbers, l) => (
                  <td key={heads[l + 1]}>{Number.isNaN(numbers[which]) ? NOT_SEEN : exact(numbers[which])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      ))}
    </>
  );
}

function OneKind({ kind, which, told, wide }: { kind: Kind; which: number; told: Told[]; wide: number }) {
  const model = useContext(Observed);
  const { layers } = model.scene;
  const { walk, end } = model;
  const table = told.map(({ layers: of }) => of.map((numbers) => numbers[which]));
  const seen = table.flat().filter((x) => Number.isFinite(x) && (!kind.log || x > 0));
  const [low, high] = [seen.reduce((a, b) => Math.min(a, b), Infinity), seen.reduce((a, b) => Math.max(a, b), 0)];
  const left = leftOf(wide);
  const x = (step: number): number => left + (step / end) * (wide - RIGHT - left);
  const cells = useMemo(() => cellsOf(told, table, { log: kind.log, low, high, x, end }), [told, kind, wide]);
  if (!seen.length || !(high > 0)) return null;
  const go = (event: PointerEvent & { currentTarget: Element }): void => {
    if (!event.buttons && event.type === "pointermove") return;
    const place = event.currentTarget.getBoundingClientRect();
    walk.go(walk.near(((event.clientX - place.left - left) / (wide - RIGHT - left)) * end));
  };
  const range = kind.log ? `pale ${short(low, 2)} · dark ${short(high, 2)}` : `pale 0 · dark ${short(high, 2)}`;
  const tall = 24 + layers.length * HIGH;
  const here = x(walk.step);
  return (
    <svg
      class="drag"
      viewBox={`0 0 ${wide} ${tall}`}
      role="img"
      aria-label={`${kind.name}: a row a layer, a column a step; ${range}.`}
      onPointerDown={go}
      onPointerMove={go}
    >
      <rect x="0" y="0" width={wide} height={tall} class="nothing" />
      <text class="ax heads" x="0" y="15">
        {kind.name}
      </text>
      {left > 40 && (
        <text class="ax e" x={wide - RIGHT} y="15">
          {range}
        </text>
      )}
      {left > 40 &&
        layers.map(({ name }, l) => (
          <text class="ax" key={name} x="0" y={22 + l * HIGH + 13}>
            {l} ({clip(name, 11)})
          </text>
        ))}
      <g class={`shades-${kind.tone}`}>{cells}</g>
      <path d={`M${here} 20V${tall}`} class="cursor" />
    </svg>
  );
}

interface Scale {
  log: boolean;
  low: number;
  high: number;
  x: (step: number) => number;
  end: number;
}

type Cells = ReturnType<typeof cellOf>[];

/** A cell reaches to the next step that is told. */
function cellsOf(told: Told[], table: number[][], { log, low, high, x, end }: Scale): Cells {
  const f = (value: number): number => (log ? Math.log(value / low) / (Math.log(high / low) || 1) : value / high);
  return table.flatMap((row, t) =>
    row.map((value, l) => {
      const to = x(Math.min(end, told[t + 1]?.step ?? told[t].step + 1));
      const part = Number.isNaN(value) || (log && !(value > 0)) ? 0 : Number.isFinite(value) ? f(value) : 1;
      return cellOf(`${t} ${l}`, [x(told[t].step), 22 + l * HIGH, to], part);
    }),
  );
}

function cellOf(key: string, [from, top, to]: number[], part: number) {
  return (
    <rect
      key={key}
      x={from.toFixed(1)}
      y={top}
      width={Math.max(0.5, to - from).toFixed(1)}
      height={HIGH - 2}
      fill-opacity={(0.06 + 0.94 * Math.max(0, Math.min(1, part))).toFixed(2)}
    />
  );
}
