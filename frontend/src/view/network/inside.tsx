/** Inside a network: what each node computes, its links, forward and back for one example, and the output with all examples. */

import { useContext, useMemo, useRef, useState } from "preact/hooks";
import type { Place } from "../../layers";
import { over, smallPoints } from "../../maps";
import type { Model } from "../../model";
import { clip, short } from "../../numbers";
import type { Recipe } from "../../scene";
import { Card, Choice, Segments, useLow, useWidth } from "../parts";
import { Current } from "../replayed/context";
import { NodeChoice } from "../replayed/inside";
import { StepSentence } from "../replayed/sentence";
import { Columns } from "./columns";
import { Goals, shortInputs } from "./goals";
import { type Layout, layoutOf, OUT, OUTPUT, TILES } from "./layout";
import { Links } from "./links";
import { EXAMPLES, placeShown } from "./opening";
import { type Look, Seen, type Show } from "./seen";
import { SurfaceCard } from "./surface";

const SHOWS: Show[] = ["forward", "back", "both"];

export function NetworkInside({ beat }: { beat: number }) {
  const model = useContext(Current);
  const [chosen, setShow] = useState<Show>("both");
  const show = beat < 0 ? chosen : beat < 4 ? "forward" : "back";
  const look = useLook(model, show);
  return (
    <Seen.Provider value={look}>
      <Card id="ns-inside" title={<StepSentence />} beside={<Shows show={chosen} setShow={setShow} />} place="inside">
        <Controls />
        <Picture />
        <Legend />
      </Card>
    </Seen.Provider>
  );
}

/** What everything in the picture looks at; the core is asked once a step what each node computes. */
function useLook(model: Model, show: Show): Look {
  const replay = model.replay.value;
  const { recipe } = replay;
  const state = model.state.value;
  const b = placeShown(model);
  const tiles = recipe.layers.some(({ outputs }) => outputs <= TILES);
  const asked = useMemo(() => {
    const small = smallPoints(recipe);
    return { small, engine: over(model.core, recipe, tiles ? small.input : small.input.slice(0, recipe.d)) };
  }, [recipe.input, recipe.goal, recipe.layers]);
  const values = useMemo(() => asked.engine.forward(state), [asked, state]);
  const choose = (place: Place): void => {
    model.open.value = place;
  };
  return { example: model.now.value.examples[b] ?? 0, b, show, small: asked.small, values, choose };
}

function Shows({ show, setShow }: { show: Show; setShow: (show: Show) => void }) {
  return <Segments label="Show" name="ns-beat" names={SHOWS} value={SHOWS.indexOf(show)} set={(i) => setShow(SHOWS[i])} />;
}

/** The example and the node, as lists: the same as a click on a row or a tile. */
function Controls() {
  const model = useContext(Current);
  const { b, choose } = useContext(Seen);
  const { recipe } = model.replay.value;
  const { examples } = model.now.value;
  const name = (example: number): string => {
    const goal = recipe.k === 1 ? ` → goal ${short(recipe.goal[example])}` : "";
    const inputs = shortInputs(recipe, example);
    return inputs === null ? `${example}${goal}` : `${example}: inputs ${inputs}${goal}`;
  };
  return (
    <div class="choices">
      {examples.length > 1 && (
        <Choice
          text="Example"
          label="example shown"
          value={b}
          names={examples.slice(0, EXAMPLES).map(name)}
          set={(place) => {
            model.example.value = examples[place];
          }}
        />
      )}
      <Choice
        text="Layer"
        label="layer opened"
        value={model.open.value.layer}
        names={layerNames(recipe)}
        set={(layer) => choose({ layer, node: 0 })}
      />
      <NodeChoice label="node opened" names={nodeNames(recipe, model.open.value.layer)} />
    </div>
  );
}

function layerNames({ layers }: Recipe): string[] {
  const place = (l: number): string => (l === layers.length - 1 ? ", output" : "");
  return layers.map(({ outputs, activation }, l) => `${l} (${outputs} × ${activation}${place(l)})`);
}

function nodeNames({ layers, goal_names }: Recipe, layer: number): string[] {
  const last = layer === layers.length - 1;
  return Array.from({ length: layers[layer].outputs }, (_, j) => (last ? clip(goal_names[j], 20) : String(j)));
}

function Picture() {
  const model = useContext(Current);
  const { choose } = useContext(Seen);
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box);
  const { recipe } = model.replay.value;
  const layout = layoutOf(recipe, wide, useLow(), model.open.value.layer);
  const { layer, node } = model.open.value;
  const sizes = [recipe.d, ...recipe.layers.map(({ outputs }) => outputs)].join(", ");
  return (
    <div ref={box} class={`network-box ${layout.narrow ? "stacked" : ""}`}>
      {layout.narrow && <OtherLayers model={model} choose={choose} />}
      <div
        class="tiles"
        role="group"
        aria-label={`Network of ${sizes} nodes. Open: layer ${layer}, node ${node}.`}
        style={{ height: `${layout.high}px` }}
        onKeyDown={(e) => walkTiles(e, model, choose)}
      >
        <svg class="links" viewBox={`0 0 ${wide} ${layout.high}`} aria-hidden="true">
          <Links layout={layout} />
        </svg>
        <Columns layout={layout} />
        {!layout.narrow && <Output layout={layout} />}
      </div>
      {layout.narrow && (
        <div class="output">
          <SurfaceCard size={OUT} />
          <Goals />
        </div>
      )}
    </div>
  );
}

function Output({ layout: { wide, out, outTop, ends } }: { layout: Layout }) {
  const model = useContext(Current);
  const { layer } = model.open.value;
  const last = model.replay.value.recipe.layers.length - 1;
  return (
    <div class={`output ${ends && layer === last ? "on" : ""}`} style={{ left: `${wide - OUTPUT}px`, top: `${outTop}px` }}>
      {ends ? (
        <button
          type="button"
          class="column-button"
          aria-pressed={layer === last}
          onClick={() => {
            model.open.value = { layer: last, node: 0 };
          }}
        >
          output{model.replay.value.recipe.d === 2 ? ", over both inputs" : ""}
        </button>
      ) : (
        <span class="soft tiny">the output, over the inputs</span>
      )}
      <SurfaceCard size={out} />
      <Goals />
    </div>
  );
}

/** On a narrow screen one layer is shown at a time. */
function OtherLayers({ model, choose }: { model: Model; choose: (place: Place) => void }) {
  const { layer } = model.open.value;
  const last = model.replay.value.recipe.layers.length - 1;
  const go = (to: number): void => choose({ layer: Math.max(0, Math.min(last, to)), node: 0 });
  return (
    <div class="choices">
      <button type="button" aria-disabled={layer === 0} onClick={() => go(layer - 1)}>
        ◀ layer before
      </button>
      <button type="button" aria-disabled={layer === last} onClick={() => go(layer + 1)}>
        layer after ▶
      </button>
    </div>
  );
}

const MOVES: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Arrow keys go from tile to tile, across layers and along one. */
function walkTiles(event: KeyboardEvent & { currentTarget: HTMLElement }, model: Model, choose: (place: Place) => void): void {
  const move = MOVES[event.key];
  const { layers, k } = model.replay.value.recipe;
  if (!move || !(event.target as Element).classList.contains("tile")) return;
  const { layer, node } = model.open.value;
  const to = Math.max(0, Math.min(layers.length - (k === 1 ? 2 : 1), layer + move[0]));
  choose({ layer: to, node: Math.max(0, Math.min(layers[to].outputs - 1, node + move[1])) });
  event.preventDefault();
  event.stopPropagation();
  const { currentTarget } = event;
  requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>(".tile.on")?.focus());
}

function Legend() {
  const { recipe } = useContext(Current).replay.value;
  const { small } = useContext(Seen);
  const maps = {
    map: "map: dark high, line the middle, ○ the example",
    line: "curve: over the input",
    examples: "dots: examples by their goals",
  };
  const tiles = recipe.layers.some(({ outputs }, l) => outputs <= TILES && (l < recipe.layers.length - 1 || recipe.k > 1));
  return (
    <p class="legend soft" aria-hidden="true">
      <span>
        <i class="line-w" /> weight above 0
      </span>
      <span>
        <i class="line-w below" /> below 0 (width: size)
      </span>
      <span>
        <b class="t-go">0.52</b> prediction, <b class="t-fix">0.01</b> delta below
      </span>
      <span>{tiles ? maps[small.kind] : "cells: dark where large"}</span>
    </p>
  );
}
