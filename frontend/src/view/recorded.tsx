/** The whole view of a run that was observed in another program: its recorded steps, walked; nothing is run again. */

import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, distinct, exact, short } from "../numbers";
import { type LayerNumbers, type Now, type Quantity, type RecordedLayer, type Recording, summaryOf } from "../recorded";
import { band } from "./charts";
import { keys } from "./keys";
import { clip } from "./rows";

const Seen = createContext<Recording>(null as unknown as Recording);
/** Examples whose numbers are shown, weights that are told one by one, rows of exact numbers. */
const EXAMPLES = 8,
  ROWS = 12,
  MOST = 200;
/** Letters of somebody's sentence that are shown. */
const HEADLINE = 400,
  SENTENCE = 2000;
const NOT_SEEN = "not seen";

export function RecordedApp({ model }: { model: Recording }) {
  const [speed, setSpeed] = useState(4);
  usePlay(model, speed);
  const walk = () => ({ at: model.at.value, last: model.last, go: (at: number) => model.go(at), play: () => play(model) });
  return (
    <Seen.Provider value={model}>
      <main class="ns" onKeyDown={(event) => keys(event, walk())}>
        <h1>{clipped(model.scene.verdict, HEADLINE)}</h1>
        <Subline />
        <div class="grid observed">
          <section class="card losses" aria-labelledby="ns-loss">
            <h2 id="ns-loss">Loss, step by step</h2>
            <LossCurve />
          </section>
          <div class="steer">
            <Controls speed={speed} setSpeed={setSpeed} />
          </div>
          <Verdict />
          <Layers />
          <Node />
        </div>
        <Status />
      </main>
    </Seen.Provider>
  );
}

function Subline() {
  const { scene } = useContext(Seen),
    here = scene.records.length;
  const which =
    here === scene.recorded
      ? here === scene.steps
        ? "every one recorded"
        : `${count(here)} of them recorded`
      : `${count(scene.recorded)} of them recorded, and ${count(here)} of those in this page`;
  return (
    <>
      <p class="sub">
        Recorded in {scene.program}: nothing can be run again here. Optimizer {scene.optimizer}. {count(scene.steps)} step
        {scene.steps === 1 ? "" : "s"}, {which}.
      </p>
      {scene.notes.length > 0 && (
        <ul class="notes">
          {scene.notes.map((note) => (
            <li key={note}>{clipped(note, SENTENCE)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

const HIGH = 200,
  X0 = 16,
  Y0 = 26,
  Y1 = 168;

function LossCurve() {
  const model = useContext(Seen),
    { points, stretch, first, last, missing } = model.losses,
    { trouble, records } = model.scene,
    { end } = model;
  const positive = useMemo(() => points.every((p) => !(p.low <= 0)), [points]);
  const [log, setLog] = useState(positive),
    box = useRef<HTMLDivElement>(null),
    wide = useWidth(box);
  const x1 = wide - X0,
    x = (step: number) => X0 + (step / end) * (x1 - X0),
    y = useMemo(() => heights(points, log), [points, log]);
  const path = useMemo(() => band(points, x, y, end), [points, y, wide]),
    now = model.now.value;
  const [tf, tl, th] = distinct([first, last, now?.loss ?? NaN]);
  const point = (event: PointerEvent & { currentTarget: Element }) => {
    if (!event.buttons && event.type === "pointermove") return;
    const place = event.currentTarget.getBoundingClientRect();
    model.go(model.near(((((event.clientX - place.left) / place.width) * wide - X0) / (x1 - X0)) * end));
  };
  if (!points.some((p) => !Number.isNaN(p.low)))
    return (
      <div ref={box}>
        <p class="soft">No loss was seen.</p>
      </div>
    );
  const said = `Loss over the steps: from ${tf} to ${tl}.${now ? ` At step ${now.step} it is ${th}.` : ""}${trouble ? ` The trouble is at step ${trouble.step}.` : ""}`;
  const flip = trouble && x(trouble.step) > wide / 2;
  return (
    <div ref={box}>
      <svg class="drag" viewBox={`0 0 ${wide} ${HIGH}`} role="img" aria-label={said} onPointerDown={point} onPointerMove={point}>
        <rect x="0" y="0" width={wide} height={HIGH} class="nothing" />
        <path d={`M${X0} ${Y1}H${x1}`} class="rule" />
        {records.length <= 150 && (
          <path d={records.map((record) => `M${x(record.step).toFixed(1)} ${Y1}v6`).join("")} class="tick" />
        )}
        <path d={path} class="error" />
        {Number.isFinite(first) && <circle cx={x(0)} cy={y(first)} r="5" class="ring-w" />}
        {trouble && (
          <>
            <path d={`M${x(trouble.step)} ${Y0 - 4}V${Y1}`} class="half" />
            <path d={`M${x(trouble.step)} ${Y0 - 16}l7 7l-7 7l-7 -7z`} class="fill-fix" />
            <text class={`t-fix ${flip ? "e" : ""}`} x={x(trouble.step) + (flip ? -12 : 12)} y={Y0 - 4}>
              trouble: step {count(trouble.step)}
            </text>
          </>
        )}
        {now && <path d={`M${x(now.step)} ${Y0}V${Y1}`} class="cursor" />}
        {now && Number.isFinite(now.loss) && <circle cx={x(now.step)} cy={y(now.loss)} r="5" class="dot-w" />}
        <text class="lab" x={X0} y={HIGH - 6}>
          step 0: {tf}
        </text>
        <text class="lab e" x={x1} y={HIGH - 6}>
          {count(Math.max(0, model.scene.steps - 1))}: {tl}
        </text>
      </svg>
      {stretch > 1 && <p class="soft small">Each point is {count(stretch)} steps: their lowest and highest loss.</p>}
      {missing > 0 && (
        <p class="soft small">
          {count(missing)} step{missing === 1 ? " has" : "s have"} no number: not seen, or NaN.
        </p>
      )}
      <label class="check">
        <input type="checkbox" checked={log} onChange={() => setLog(!log)} /> logarithmic
      </label>
    </div>
  );
}

/** How wide an element is, so that letters in a picture stay as large as those around it. */
function useWidth(box: { current: HTMLElement | null }): number {
  const [wide, setWide] = useState(640);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWide(Math.max(200, Math.round(entry.contentRect.width))));
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  return wide;
}

/** Where a loss stands; infinity at the top, and where it is logarithmic what is not above 0 at the foot. */
function heights(points: { low: number; high: number }[], log: boolean): (loss: number) => number {
  const values = points.flatMap((p) => [p.low, p.high]).filter((loss) => Number.isFinite(loss) && (!log || loss > 0));
  const largest = values.reduce((most, loss) => Math.max(most, Math.abs(loss)), 0) || 1;
  const f = log ? Math.log10 : (loss: number) => loss / largest;
  const all = log ? values.map(f) : [0, ...values.map(f)];
  const low = all.reduce((a, b) => Math.min(a, b), Infinity),
    span = all.reduce((a, b) => Math.max(a, b), -Infinity) - low || 1;
  return (loss) => {
    if (loss === Infinity) return Y0;
    if (loss === -Infinity || (log && loss <= 0) || !all.length) return Y1;
    return Y1 - ((f(loss) - low) / span) * (Y1 - Y0);
  };
}

function play(model: Recording): void {
  if (!model.playing.value && model.at.value === model.last) model.go(0);
  model.playing.value = !model.playing.value;
}

function usePlay(model: Recording, speed: number): void {
  const playing = model.playing.value;
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => {
      model.go(model.at.value + 1);
      if (model.at.value === model.last) model.playing.value = false;
    }, 1000 / speed);
    return () => clearInterval(timer);
  }, [playing, speed]);
}

function Controls({ speed, setSpeed }: { speed: number; setSpeed: (speed: number) => void }) {
  const model = useContext(Seen),
    now = model.now.value,
    at = model.at.value,
    { last, scene } = model;
  if (!now) return <p class="soft">No step was recorded: there is nothing to walk through.</p>;
  const [loss, alpha] = distinct([now.loss, now.alpha], 6);
  return (
    <>
      <div class="bar">
        <div class="buttons">
          <button type="button" onClick={() => model.go(at - 1)} aria-disabled={at === 0}>
            Back
          </button>
          <button type="button" class="play" aria-pressed={model.playing.value} onClick={() => play(model)}>
            {model.playing.value ? "Pause" : "Play"}
          </button>
          <button type="button" onClick={() => model.go(at + 1)} aria-disabled={at === last}>
            Next
          </button>
        </div>
        <div class="slide">
          <label for="ns-step">Step</label>
          <input
            id="ns-step"
            type="range"
            min="0"
            max={last}
            value={at}
            aria-valuetext={`step ${now.step}, ${at + 1} of ${last + 1} recorded`}
            onInput={(e) => model.go(Number(e.currentTarget.value))}
          />
          <StepBox />
        </div>
      </div>
      <p class="here">
        Step <b>{count(now.step)}</b>: loss <b class="t-fix">{loss}</b>, alpha <b>{alpha}</b>
      </p>
      <p class="jumps">
        Go to:{" "}
        {places(model).map(({ name, step }) => (
          <button type="button" key={name} onClick={() => model.go(model.before(step))}>
            {name} <span class="soft">{stepOf(model, step)}</span>
          </button>
        ))}
      </p>
      <p class="keys">
        <kbd>←</kbd> <kbd>→</kbd> one recorded step, <kbd>Page Up</kbd> <kbd>Page Down</kbd> ten, <kbd>space</kbd> play,{" "}
        <kbd>Home</kbd> <kbd>End</kbd> first and last
      </p>
      <p class="keys">
        <label class="speed">
          Speed{" "}
          <select value={speed} onChange={(e) => setSpeed(Number(e.currentTarget.value))}>
            <option value={1}>1 a second</option>
            <option value={4}>4 a second</option>
            <option value={30}>30 a second</option>
          </select>
        </label>
        {scene.records.length < scene.steps && " The steps between are not in this page."}
      </p>
    </>
  );
}

/** A typed step: the recorded one nearest to it. Enter is looked for itself: a notebook may keep the browser from taking it for a change. */
function StepBox() {
  const model = useContext(Seen),
    step = model.now.value!.step;
  const take = (box: HTMLInputElement) => {
    if (box.value.trim() && Number.isFinite(Number(box.value))) model.go(model.near(Number(box.value)));
    box.value = String(model.now.value!.step);
  };
  return (
    <input
      type="number"
      value={step}
      aria-label="step, typed"
      onChange={(e) => take(e.currentTarget)}
      onKeyDown={(e) => {
        if (e.key === "Enter") take(e.currentTarget);
      }}
    />
  );
}

function places({ scene, last }: Recording): { name: string; step: number }[] {
  const told = scene.trouble ? [{ name: "the trouble", step: scene.trouble.step }] : [];
  return [{ name: "first", step: 0 }, ...told, { name: "last", step: scene.records[last].step }];
}

function stepOf(model: Recording, step: number): string {
  const there = model.scene.records[model.before(step)].step;
  return there === step ? count(step) : `${count(step)}, recorded last before it: ${count(there)}`;
}

function Layers() {
  const model = useContext(Seen),
    { layers } = model.scene,
    now = model.now.value;
  if (!now || !layers.length) return null;
  const all = layers.map((told, l) => summaryOf(told, now.layers[l] ?? {}));
  const delta = texts(all.map((s) => s.delta)),
    weighted = texts(all.map((s) => s.weighted)),
    moved = texts(all.map(({ alpha, weight }) => (alpha === undefined || weight === undefined ? undefined : alpha / weight)));
  const open = (l: number, button: HTMLElement) => {
    model.open(l);
    button.closest(".grid")?.querySelector("#ns-node")?.scrollIntoView({ block: "nearest" });
  };
  return (
    <section class="card layers" aria-labelledby="ns-layers">
      <h2 id="ns-layers">Layers at step {count(now.step)}</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label="Layers">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">kind</th>
              <th scope="col">activation</th>
              <th scope="col">nodes shown</th>
              <th scope="col">delta, root mean square</th>
              <th scope="col">largest weighted delta</th>
              <th scope="col">largest alpha delta ÷ largest weight</th>
              <th scope="col">shown nodes at 0 for all examples</th>
            </tr>
          </thead>
          <tbody>
            {layers.map((told, l) => (
              <tr key={l} class={l === model.layer.value ? "chosen" : ""}>
                <th scope="row">
                  <button
                    type="button"
                    class="open-layer"
                    aria-pressed={l === model.layer.value}
                    onClick={(e) => open(l, e.currentTarget)}
                  >
                    layer {l} (<bdi>{clip(told.name)}</bdi>)
                  </button>
                </th>
                <td>{told.kind}</td>
                <td>{told.activation || "none seen"}</td>
                <td>{nodesShown(told)}</td>
                <Cell text={delta[l]} colour="t-fix" of={all[l].delta} />
                <Cell text={weighted[l]} colour="t-fix" of={all[l].weighted} />
                <td class="t-w">
                  {told.kept_from
                    ? `cannot move: ${told.kept_from}`
                    : all[l].alpha === 0 && all[l].weight === 0
                      ? "0 ÷ 0"
                      : moved[l]}
                </td>
                <td>{offShare(told, all[l].off)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Short texts of a column, of which two different numbers never share one. */
function texts(values: (number | undefined)[]): string[] {
  const told = distinct(values.filter((x) => x !== undefined));
  return values.map((x) => (x === undefined ? NOT_SEEN : told.shift()!));
}

/** A number's short text, and what it stands for. */
function Cell({ text, colour = "", of }: { text: string; colour?: string; of?: number }) {
  return of === undefined ? (
    <td class="soft">{text}</td>
  ) : (
    <td class={colour} data-value={exact(of)}>
      {text}
    </td>
  );
}

function nodesShown({ shown, nodes }: RecordedLayer): string {
  return shown.length === nodes ? `all ${count(nodes)}` : `${count(shown.length)} of ${count(nodes)}`;
}

function offShare({ activation, shown }: RecordedLayer, off?: number): string {
  if (activation !== "relu") return "–";
  return off === undefined ? NOT_SEEN : `${Math.round((off / shown.length) * 100)} % (${count(off)} of ${count(shown.length)})`;
}

/** One row of the open node's weights, or its bias. */
interface WeightRow {
  name: string;
  value?: number;
  weight?: number;
  weighted_delta?: number;
  alpha_delta?: number;
  new_weight?: number;
}
const UPDATE = ["weight", "weighted_delta", "alpha_delta", "new_weight"] as const;
const OF_BIAS = {
  weight: "bias",
  weighted_delta: "bias_weighted_delta",
  alpha_delta: "bias_delta",
  new_weight: "new_bias",
} as const;

function Node() {
  const model = useContext(Seen),
    { layers } = model.scene,
    now = model.now.value,
    l = model.layer.value,
    told = layers[l];
  if (!now || !told) return null;
  const numbers = now.layers[l] ?? {},
    node = Math.min(model.node.value, told.shown.length - 1);
  return (
    <section class="card node-card" aria-labelledby="ns-node">
      <h2 id="ns-node">Node</h2>
      <div class="choices">
        <label>
          Layer{" "}
          <select aria-label="layer opened" value={l} onChange={(e) => model.open(Number(e.currentTarget.value))}>
            {layers.map((layer, i) => (
              <option value={i} key={i}>
                {i} ({clip(layer.name)})
              </option>
            ))}
          </select>
        </label>{" "}
        <label>
          Node{" "}
          <select
            aria-label="node opened"
            value={node}
            onChange={(e) => {
              model.node.value = Number(e.currentTarget.value);
            }}
          >
            {told.shown.map((number, i) => (
              <option value={i} key={number}>
                {number}
              </option>
            ))}
          </select>
        </label>
        {told.shown.length < told.nodes && <span>{nodesShown(told)} nodes were kept</span>}
      </div>
      <div class="pairs">
        <Forward numbers={numbers} node={node} />
        <Weights numbers={numbers} node={node} />
      </div>
      <Exactly numbers={numbers} node={node} />
    </section>
  );
}

interface NodeProps {
  numbers: LayerNumbers;
  node: number;
}

function Forward({ numbers, node }: NodeProps) {
  const model = useContext(Seen),
    names = ["sum", "prediction", "delta"] as const,
    all = names.map((name) => numbers[name]?.column(node));
  const kept = Math.max(...all.map((column) => column?.length ?? 0)),
    shown = Math.min(EXAMPLES, kept);
  if (!kept) return <p class="soft">Its sum, prediction and delta were not seen at this step.</p>;
  const told = texts(names.flatMap((_, i) => Array.from({ length: shown }, (_, b) => all[i]?.[b]))),
    colours = ["t-go", "t-go", "t-fix"];
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Forward numbers of the node">
      <table class="rows">
        <caption>
          forward, and the delta that came back{kept > shown ? `: ${shown} of the ${count(kept)} examples kept` : ""}
        </caption>
        <thead>
          <tr>
            {["example", ...names].map((h) => (
              <th scope="col" key={h}>
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: shown }, (_, b) => (
            <tr key={b} class={b === model.example.value ? "chosen" : ""}>
              <th scope="row">{b}</th>
              {names.map((name, i) => (
                <Cell key={name} text={told[i * shown + b]} colour={colours[i]} of={all[i]?.[b]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Inputs of the examples shown, where they are there: a row an example, a column a weight. */
function inputsOf(numbers: LayerNumbers) {
  const { input, weight } = numbers;
  return input && input.rows > 0 && input.wide === weight?.wide ? input : undefined;
}

function weightRows(numbers: LayerNumbers, node: number, example: number): WeightRow[] {
  const input = inputsOf(numbers),
    wide = numbers.weight?.wide ?? 0;
  return Array.from({ length: wide }, (_, i) => ({
    name: String(i),
    value: input && example < input.rows ? input.at(example, i) : undefined,
    ...Object.fromEntries(UPDATE.map((name) => [name, numbers[name]?.at(node, i)])),
  }));
}

function biasRow(numbers: LayerNumbers, node: number): WeightRow | null {
  if (!numbers.bias) return null;
  return { name: "bias", value: 1, ...Object.fromEntries(UPDATE.map((name) => [name, numbers[OF_BIAS[name]]?.at(node)])) };
}

function Weights({ numbers, node }: NodeProps) {
  const model = useContext(Seen),
    examples = Math.min(EXAMPLES, inputsOf(numbers)?.rows ?? 0),
    example = Math.min(model.example.value, Math.max(0, examples - 1));
  const all = weightRows(numbers, node, example),
    bias = biasRow(numbers, node),
    size = (row: WeightRow) => magnitude(row.alpha_delta ?? row.weighted_delta ?? row.weight);
  if (!all.length && !bias) return <p class="soft">Its weights were not seen at this step.</p>;
  const ranked = [...all].sort((a, b) => size(b) - size(a)),
    top = ranked.slice(0, all.length > ROWS + 1 ? ROWS : ROWS + 1).sort((a, b) => Number(a.name) - Number(b.name));
  const rows = bias ? [...top, bias] : top,
    rest = ranked.slice(top.length),
    columns = examples ? (["value", ...UPDATE] as const) : UPDATE;
  const others = rangeOf(rest.map((row) => row.alpha_delta)),
    told = texts([...rows.flatMap((row) => columns.map((name) => row[name])), ...others]),
    colours: Partial<Record<keyof WeightRow, string>> = {
      weight: "t-w",
      new_weight: "t-w",
      alpha_delta: "t-fix",
      weighted_delta: "t-fix",
    };
  return (
    <div>
      {examples > 1 && (
        <p class="choices">
          <label>
            Input values of example{" "}
            <select
              aria-label="example shown"
              value={example}
              onChange={(e) => {
                model.example.value = Number(e.currentTarget.value);
              }}
            >
              {Array.from({ length: examples }, (_, i) => (
                <option value={i} key={i}>
                  {i}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      <div class="scroll" tabIndex={0} role="group" aria-label="Weights of the node">
        <table class="rows">
          <caption>
            {rest.length ? `the ${ROWS} weights with the largest alpha delta` : "every weight, and what the step did to it"}
          </caption>
          <thead>
            <tr>
              {["input", ...columns].map((h) => (
                <th scope="col" key={h}>
                  {h.replace("_", " ")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {columns.map((name, i) => (
                  <Cell key={name} text={told[r * columns.length + i]} colour={colours[name]} of={row[name]} />
                ))}
              </tr>
            ))}
            {rest.length > 0 && (
              <tr class="rest">
                <th scope="row">{count(rest.length)} others</th>
                {columns.map((name) => (
                  <td key={name}>
                    {name !== "alpha_delta" ? "" : others.length ? [...new Set(told.slice(-2))].join(" … ") : NOT_SEEN}
                  </td>
                ))}
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Smallest and largest. */
function rangeOf(values: (number | undefined)[]): number[] {
  const seen = values.filter((x) => x !== undefined);
  return seen.length ? [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))] : [];
}

/** What is not a number first: it is what one looks for. */
function magnitude(x = 0): number {
  return Number.isNaN(x) ? Infinity : Math.abs(x);
}

function Exactly({ numbers, node }: NodeProps) {
  const model = useContext(Seen),
    now = model.now.value!,
    l = model.layer.value,
    told = model.scene.layers[l];
  const [shown, setShown] = useState(false),
    rows = shown ? exactRows(now, numbers, node, model.example.value) : [];
  return (
    <details class="exactly" onToggle={(e) => setShown(e.currentTarget.open)}>
      <summary>Every number of it, exactly</summary>
      {shown && (
        <div class="scroll" tabIndex={0} role="group" aria-label="Every number of the node">
          <table class="rows">
            <caption>
              step {now.step}, layer {l} (<bdi>{clip(told.name)}</bdi>), node {told.shown[node]}
            </caption>
            <thead>
              <tr>
                <th scope="col">number</th>
                <th scope="col">of</th>
                <th scope="col">value</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, MOST).map(([name, of, value]) => (
                <tr key={`${name} ${of}`}>
                  <th scope="row">{name}</th>
                  <td>{of}</td>
                  <td class="exact" data-quantity={name} data-of={of}>
                    {exact(value)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > MOST && (
            <p class="soft">
              {count(rows.length - MOST)} more: read them in Python with run.trace[{now.step}].layers[{l}].
            </p>
          )}
        </div>
      )}
    </details>
  );
}

/** Every number of the open node: of the step, of the examples shown, of its bias and its weights. */
function exactRows(now: Now, numbers: LayerNumbers, node: number, example: number): [string, string, number][] {
  const rows: [string, string, number][] = [
    ["loss", "", now.loss],
    ["alpha", "", now.alpha],
  ];
  const add = (name: Quantity, of: string, value?: number) => {
    if (value !== undefined) rows.push([name.replaceAll("_", " "), of, value]);
  };
  for (const name of ["sum", "prediction", "delta"] as const)
    numbers[name]?.column(node, EXAMPLES).forEach((value, b) => add(name, `example ${b}`, value));
  for (const name of UPDATE) add(OF_BIAS[name], "", numbers[OF_BIAS[name]]?.at(node));
  inputsOf(numbers)
    ?.row(example)
    .forEach((value, i) => add("input", `example ${example}, input ${i}`, value));
  for (const name of UPDATE) numbers[name]?.row(node).forEach((value, i) => add(name, `input ${i}`, value));
  return rows;
}

function Verdict() {
  const model = useContext(Seen),
    { scene } = model;
  return (
    <section class="card verdict" aria-labelledby="ns-verdict">
      <h2 id="ns-verdict">Verdict</h2>
      {scene.verdict.length > HEADLINE && <p>{clipped(scene.verdict, SENTENCE)}</p>}
      <ul class="findings">
        {scene.findings.map((f, i) => (
          <li key={i} class={f.severity}>
            <b>
              {f.severity}: {f.name}
            </b>
            <p>{clipped(f.text, SENTENCE)}</p>
            {f.remedy && (
              <p>
                <span class="soft">Remedy:</span> {clipped(f.remedy, SENTENCE)}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One polite status line, told when walking rests, never during play. */
function Status() {
  const model = useContext(Seen),
    [text, setText] = useState(""),
    at = model.at.value,
    layer = model.layer.value,
    node = model.node.value,
    playing = model.playing.value;
  useEffect(() => {
    if (playing) return undefined;
    const timer = setTimeout(() => {
      const now = model.now.value,
        told = model.scene.layers[layer];
      if (now)
        setText(
          `Step ${now.step}. Loss ${short(now.loss)}.${told ? ` Open: layer ${layer} (${clip(told.name)}), node ${told.shown[node]}.` : ""}`,
        );
    }, 300);
    return () => clearTimeout(timer);
  }, [at, layer, node, playing]);
  return (
    <p class="sr" role="status">
      {text}
    </p>
  );
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
