/** Weights as links: as wide as they are large, solid above 0, dashed below; strong only at the node that is open. */

import { useContext } from "preact/hooks";
import { firstWeight, offsets, type Place, widthOf } from "../../layers";
import type { Model } from "../../model";
import { most } from "../../numbers";
import { Current } from "../replayed/context";
import { type Layout, linkOf, TILES } from "./layout";

/** Links that are drawn each as it is; of more, only those of the open node, and of these the largest. */
const EACH = 300;
const LARGEST = 12;
const WIDEST = 5;

interface Link {
  to: Place;
  from: number;
  weight: number;
}

export function Links({ layout }: { layout: Layout }) {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const many = recipe.layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0) > EACH;
  const mine = ofNode(model);
  const large = new Set(many ? largest(mine) : mine);
  return (
    <>
      {many && <path d={mine.map((link) => shape(layout, link)).join("")} class="link fan" />}
      {!many && recipe.layers.map((_, layer) => <Faint key={layer} layout={layout} layer={layer} />)}
      {[...large].map((link) => (
        <One key={`${link.to.layer}.${link.to.node}.${link.from}`} layout={layout} link={link} strong />
      ))}
    </>
  );
}

/** All links between two layers but those of the open node. */
function Faint({ layout, layer }: { layout: Layout; layer: number }) {
  const model = useContext(Current);
  const { layers } = model.replay.value.recipe;
  const { open } = model;
  const links = Array.from({ length: layers[layer].outputs }, (_, node) => into(model, { layer, node })).flat();
  const others = links.filter(({ to, from }) => !isMine(open.value, to, from));
  return (
    <>
      {others.map((link) => (
        <One key={`${link.to.node}.${link.from}`} layout={layout} link={link} />
      ))}
    </>
  );
}

function One({ layout, link, strong }: { layout: Layout; link: Link; strong?: boolean }) {
  const model = useContext(Current);
  const { layer } = link.to;
  const largest = heaviestOf(model, layer);
  const size = Number.isFinite(link.weight) ? Math.abs(link.weight) / (largest || 1) : 1;
  const sign = link.weight < 0 ? "negative" : "";
  const wide = Math.max(0.5, WIDEST * size).toFixed(2);
  return <path d={shape(layout, link)} class={`link ${sign} ${strong ? "mine" : ""}`} stroke-width={wide} />;
}

/** The largest weight of a layer, looked for once a step. */
function heaviestOf({ replay, now }: Model, layer: number): number {
  const { recipe } = replay.value;
  const { weight } = now.value;
  const known = heaviest.get(weight) ?? [];
  heaviest.set(weight, known);
  const first = offsets(recipe)[layer].weight;
  known[layer] ??= most(weight.subarray(first, first + recipe.layers[layer].outputs * widthOf(recipe.layers[layer])));
  return known[layer];
}

const heaviest = new WeakMap<Float64Array, number[]>();

function shape(layout: Layout, { to, from }: Link): string {
  const ends = linkOf(layout, to, from);
  if (!ends) return "";
  const [x0, y0, x1, y1] = ends.map((at) => Math.round(at));
  const bend = Math.round((x1 - x0) / 2);
  return `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
}

/** The weights of a node's inputs; a bias comes from nowhere. */
function into({ replay, now }: Model, to: Place): Link[] {
  const { recipe } = replay.value;
  const first = firstWeight(recipe, to);
  return Array.from({ length: recipe.layers[to.layer].inputs }, (_, from) => ({
    to,
    from,
    weight: now.value.weight[first + from],
  }));
}

function isMine(open: Place, to: Place, from: number): boolean {
  return (to.layer === open.layer && to.node === open.node) || (to.layer === open.layer + 1 && from === open.node);
}

/** Into the open node, and out of it. */
function ofNode(model: Model): Link[] {
  const open = model.open.value;
  const next = model.replay.value.recipe.layers[open.layer + 1];
  const out = Array.from({ length: next?.outputs ?? 0 }, (_, node) => into(model, { layer: open.layer + 1, node })[open.node]);
  return [...into(model, open), ...out];
}

function largest(links: Link[]): Link[] {
  const size = ({ weight }: Link): number => (Number.isNaN(weight) ? Infinity : Math.abs(weight));
  return links.length > TILES ? [...links].sort((a, b) => size(b) - size(a)).slice(0, LARGEST) : links;
}
