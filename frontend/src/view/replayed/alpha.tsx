/** Alpha under the hand: the bar is the slider, its zones tell what follows; a box takes any number; some are worth a try. */

import { useContext, useState } from "preact/hooks";
import { type Bar, barNear, barOf, isFine, tidy, triesOf, whyLimit, type Zone } from "../../alpha_bar";
import { hasOneWeight } from "../../layers";
import type { Model } from "../../model";
import { count, counted, distinct, exact, ordinal, short } from "../../numbers";
import type { Replay } from "../../replay";
import { say } from "../../told/say";
import { oneLine, type Phrase, spoken, steps } from "../../words";
import { written } from "../figures";
import { NumberBox, PartRole } from "../parts";
import { Current } from "./context";

/** Numbers between weight and goal that are worth counting. */
const MANY = 1000;

/** Shares of the bar that have room for a zone's long text, and for its brief one. */
const ROOM_FOR_LONG = 0.18;
const ROOM_FOR_BRIEF = 0.12;

export function AlphaCard() {
  const model = useContext(Current);
  const { alpha, alphas } = model.replay.value.recipe;
  const [finer, setFiner] = useState(false);
  const asked = model.scene.recipe.alpha;
  const bar = isNetwork(model) ? barNear(model.here.value.near_limit, asked) : barOf(model.limits.value, asked, finer);
  const change = (value: number): void => model.change({ alpha: value });
  const why = whyLimit(model.replay.value.recipe, model.limits.value);
  return (
    <section class="card alpha" role={useContext(PartRole)} aria-label="Alpha, the learning rate">
      <div class="say">
        <label for="ns-alpha-box" title="the learning rate">
          alpha
        </label>
        <NumberBox
          label="alpha, typed"
          id="ns-alpha-box"
          what="alpha"
          text={() => exact(model.replay.value.recipe.alpha).replace(/\.0$/, "")}
          disabled={!!alphas}
          set={change}
        />
        <p>{alphas ? "Alpha follows a schedule: it cannot be moved here." : written(statusOf(model))[0]}</p>
        {(finer || isFine(model.limits.value, alpha)) && (
          <button type="button" class="small-button" aria-pressed={finer} onClick={() => setFiner(!finer)}>
            {finer ? "whole bar" : "finer"}
          </button>
        )}
      </div>
      <Slider bar={bar} alpha={alpha} disabled={!!alphas} change={change} />
      <Ticks bar={bar} />
      {why && <p class="soft small">{why}</p>}
      {!alphas && <Try change={change} />}
    </section>
  );
}

/** What alpha does: as foretold where it is known, else as the run went. */
function statusOf(model: Model): Phrase {
  const { facts, here, replay } = model;
  const near = isNetwork(model) ? say("near here", here.value) : [];
  if (near.length) return near;
  const fate = say("fate", facts.value);
  if (!fate.length) return [{ word: asItWent(replay.value.facts.ending), tone: "" }, ", found by running it."];
  const does = say("step", facts.value);
  return [...fate, does.length ? ". " : ".", ...does];
}

function isNetwork({ scene }: Model): boolean {
  return scene.recipe.layers.length > 1;
}

function asItWent(ending: string): string {
  return { DIVERGED: "diverges", SETTLED: "settles", CYCLING: "goes round" }[ending] ?? "holds so far";
}

interface SliderProps {
  bar: Bar;
  alpha: number;
  disabled: boolean;
  change: (alpha: number) => void;
}

function Slider({ bar, alpha, disabled, change }: SliderProps) {
  const model = useContext(Current);
  const { end, zones } = bar;
  const limits = model.limits.value;
  const fate = spoken(say("fate", model.facts.value), ({ value }) => short(value));
  const near = isNetwork(model) ? oneLine(spoken(statusOf(model), ({ value }) => short(value))) : "";
  const told = near ? `, ${near}` : limits ? `, ${fate || "found by running it"}, limit ${short(limits.limit)}` : "";
  return (
    <div class="zone">
      <div class="track" aria-hidden="true">
        {zones.map((zone, i) => (
          <ZoneOf
            key={zone.fate}
            zone={zone}
            from={Math.min(zones[i - 1]?.to ?? 0, end) / end}
            to={Math.min(zone.to, end) / end}
            at={alpha / end}
          />
        ))}
      </div>
      <input
        id="ns-alpha"
        type="range"
        aria-label="alpha"
        min="0"
        max={end}
        step="any"
        value={alpha}
        disabled={disabled}
        aria-valuetext={`${short(alpha)}${told}`}
        onInput={(e) => change(rounded(Number(e.currentTarget.value), end))}
        onKeyDown={(e) => {
          const to = moved(e, alpha, end);
          if (to === null) return;
          e.preventDefault();
          e.stopPropagation();
          change(to);
        }}
      />
    </div>
  );
}

/** A zone, as wide as its share of the bar, with as much text as it has room for on the wider side of the handle. */
function ZoneOf({ zone: { fate, text, brief }, from, to, at }: { zone: Zone; from: number; to: number; at: number }) {
  const [before, after] = at > from && at < to ? [at - from, to - at] : [0, 0];
  const covered = Math.min(before, after);
  const share = to - from - covered;
  const pad = covered && { [before < after ? "paddingLeft" : "paddingRight"]: `calc(${100 * covered}% + 10px)` };
  return (
    <span class={fate} style={{ width: `${100 * (to - from)}%`, ...pad }}>
      {share > ROOM_FOR_LONG && <i class="long">{text}</i>}
      {share > ROOM_FOR_BRIEF && <i class={share > ROOM_FOR_LONG ? "brief" : ""}>{brief}</i>}
    </span>
  );
}

/** A dragged alpha has as many digits as the bar can tell apart. */
function rounded(alpha: number, end: number): number {
  const unit = 10 ** Math.floor(Math.log10(end / 1000));
  return tidy(Math.round(alpha / unit) * unit);
}

const MOVES: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 };

/** Where a key on the bar leads: a hundredth of the limit, a thousandth with Shift, a tenth by page. */
function moved({ key, shiftKey }: KeyboardEvent, alpha: number, end: number): number | null {
  if (key === "Home") return 0;
  if (key === "End") return tidy(end);
  if (!(key in MOVES)) return null;
  return tidy(Math.max(0, Math.min(end, alpha + (MOVES[key] * (end / 1.25)) / (shiftKey ? 1000 : 100))));
}

function Ticks({ bar: { ticks, end } }: { bar: Bar }) {
  const texts = distinct(ticks.map(({ at }) => at));
  return (
    <div class="ticks" aria-hidden="true">
      <span style={{ left: "0%" }} class="left">
        0
      </span>
      {ticks.map(({ at, text }, i) => (
        <span key={text} style={{ left: `${(100 * at) / end}%` }}>
          {text === "limit" ? (
            <b>limit {texts[i]}</b>
          ) : (
            <>
              <b>{texts[i]}</b> {text}
            </>
          )}
        </span>
      ))}
    </div>
  );
}

function Try({ change }: { change: (alpha: number) => void }) {
  const model = useContext(Current);
  const asked = model.scene.recipe.alpha;
  const { alpha } = model.replay.value.recipe;
  const onlyAlpha = model.changed.value && alpha !== asked;
  return (
    <div class="try">
      <span>Try</span>
      {triesOf(model.limits.value, asked, alpha).map((value) => (
        <button
          type="button"
          class="small-button"
          key={value}
          aria-label={`try alpha ${short(value)}`}
          onClick={() => change(value)}
        >
          {short(value)}
        </button>
      ))}
      <span class="end">
        {onlyAlpha ? (
          <button type="button" class="small-button" onClick={() => model.reset()}>
            Back to alpha {short(asked)}
          </button>
        ) : (
          endWords(model)
        )}
      </span>
    </div>
  );
}

/** How the run ends, in a few words. */
function endWords({ replay }: Model): string {
  const { facts } = replay.value;
  const after = facts.settled_after;
  if (facts.ending === "CYCLING" && facts.cycle) return `goes round from step ${count(facts.cycle[0])} on`;
  if (facts.ending === "DIVERGED") return `ends at step ${count(facts.steps - 1)}`;
  if (facts.ending !== "SETTLED" || !after) return "";
  return `settles after ${steps(after)}${shortBy(replay.value)}`;
}

/** How many doubles lie between the last weight and the goal, where they are one kind of number. */
function shortBy(replay: Replay): string {
  const { recipe } = replay;
  if (!hasOneWeight(recipe) || recipe.n > 1 || recipe.input[0] !== 1) return "";
  const apart = Number(ordinal(recipe.goal[0]) - ordinal(replay.stateAt(replay.steps)[0]));
  return apart && Math.abs(apart) < MANY ? `, ${counted(Math.abs(apart), "number")} short of ${short(recipe.goal[0])}` : "";
}
