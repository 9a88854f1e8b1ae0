/** Where the nodes of a network stand in its picture: columns of tiles; of a large layer cells, as a square where it is one. */

import type { Place } from "../../layers";
import type { Recipe } from "../../scene";

/** Nodes of a column that are tiles; of more, cells. */
export const TILES = 10;
const TILE = 44;
const PITCH = 55;
/** Room beside a tile for its numbers, and what has to be left for the links. */
const NUMBERS = 76;
const LINKS = 44;
/** Room for an input's value and name. */
const WORDS = 112;
const CELL = 14;
const CELLS_HIGH = 32;
/** Room for the output's picture, and above all columns for their names. */
export const OUTPUT = 240;
export const OUT = 196;
const OUT_LOW = 150;
/** Room for a full column. */
const TALL = 450;
const LOW = 320;
export const ABOVE = 26;
/** Pictures narrower than this show one layer at a time. */
const NARROW = 560;

export interface Column {
  /** 0: the inputs; else the layer before it. */
  at: number;
  nodes: number;
  left: number;
  /** Where its links start. */
  right: number;
  top: number;
  /** Side of a tile or a cell, and from one to the next. */
  size: number;
  pitch: number;
  /** Cells in a row; 0: tiles, one below the other. */
  across: number;
  /** Whether numbers have room beside the tiles. */
  numbers: boolean;
}

export interface Layout {
  wide: number;
  high: number;
  columns: Column[];
  /** Whether the last layer's one node is the output's own picture. */
  ends: boolean;
  narrow: boolean;
  /** Side of the output's picture, and where that begins. */
  out: number;
  outTop: number;
}

/** Heights of what stands around the output's picture: its name, what it is over, its legend, a goal. */
const NAME = 28;
const CHOICES = 42;
const LEGEND = 50;
const LINE = 20;
const GOAL = 25;

/** Goals that are shown at most: fewer in a low view that has the choice of two inputs above them, so that alpha stays in sight. */
export function mostGoals({ d }: Recipe, low: boolean): number {
  return low && d > 2 ? 2 : 5;
}

/** The columns in view for a picture so wide; `low` where there is little height. */
export function layoutOf(recipe: Recipe, wide: number, low: boolean, open: number): Layout {
  const { d, k, layers } = recipe;
  const all = [d, ...layers.map(({ outputs }) => outputs)];
  const narrow = wide < NARROW;
  const ends = k === 1 && !narrow;
  const shown = narrow ? [open, open + 1] : all.map((_, at) => at).filter((at) => !ends || at < all.length - 1);
  const out = low && !narrow ? OUT_LOW : OUT;
  const below = out + NAME + outputRoom(recipe, mostGoals(recipe, low));
  const high = Math.max(Math.min(low ? LOW : TALL, Math.max(...shown.map((at) => heightOf(all[at])))), narrow ? 0 : below - ABOVE);
  const room = wide - (narrow ? 0 : OUTPUT);
  const each = room / shown.length;
  const columns = shown.map((at, c) => columnOf(recipe, [at, all[at]], [c * each, each], high));
  const outTop = Math.max(0, Math.min((high + ABOVE) * 0.36 - out / 2 - NAME, high + ABOVE - below));
  return { wide, high: high + ABOVE, columns, ends, narrow, out, outTop };
}

/** Room below and above the output's picture. */
function outputRoom({ d, n, k }: Recipe, most: number): number {
  const rows = k === 1 ? n : k;
  return LEGEND + (k > 1 ? LINE : 0) + (d > 2 ? CHOICES : 0) + Math.min(rows, most) * GOAL + (rows > most ? GOAL : 0);
}

function heightOf(nodes: number): number {
  return nodes > TILES ? CELLS_HIGH * CELL : nodes * PITCH;
}

function columnOf({ d }: Recipe, [at, nodes]: [number, number], [left, room]: [number, number], high: number): Column {
  if (nodes > TILES) return folded(at, nodes, [left, room], high);
  const pitch = Math.min(at ? PITCH : 3 * PITCH, high / nodes);
  const size = Math.min(TILE, Math.floor(pitch * 0.8));
  const numbers = at > 0 && room > size + NUMBERS + LINKS;
  const top = ABOVE + (high - pitch * nodes) / 2;
  return {
    at,
    nodes,
    left,
    right: left + (at || d === 2 ? size : 0) + (numbers ? NUMBERS : at ? 4 : d === 2 ? 58 : WORDS),
    top,
    size,
    pitch,
    across: 0,
    numbers,
  };
}

/** Cells: a square where their number is one, as pictures are; else columns of at most 32. */
function folded(at: number, nodes: number, [left, room]: [number, number], high: number): Column {
  const root = Math.sqrt(nodes);
  const across = Number.isInteger(root) && root > 8 ? root : Math.ceil(nodes / CELLS_HIGH);
  const down = Math.ceil(nodes / across);
  const size = Math.max(2, Math.min(CELL, Math.floor((room - LINKS) / across), Math.floor(high / down)));
  const top = ABOVE + (high - down * size) / 2;
  return { at, nodes, left, right: left + across * size + 4, top, size, pitch: size, across, numbers: false };
}

/** Upper left corner of a node's tile or cell. */
export function cornerOf(column: Column, node: number): [x: number, y: number] {
  const { left, top, pitch, across, size } = column;
  if (across) return [left + (node % across) * size, top + Math.floor(node / across) * size];
  return [left, top + node * pitch + (pitch - size) / 2];
}

/** The node of a folded column at a point of it. */
export function nodeAt({ across, size, nodes }: Column, x: number, y: number): number {
  return Math.max(0, Math.min(nodes - 1, Math.floor(y / size) * across + Math.min(across - 1, Math.floor(x / size))));
}

/** From where to where a link goes: from a node of the column before to one of a layer. */
export function linkOf(
  { columns, ends, wide, out, outTop }: Layout,
  to: Place,
  from: number,
): [number, number, number, number] | null {
  const source = columns.find(({ at }) => at === to.layer);
  const target = columns.find(({ at }) => at === to.layer + 1);
  if (!source || (!target && !ends)) return null;
  const y0 = cornerOf(source, from)[1] + source.size / 2;
  if (!target) return [source.right, y0, wide - OUTPUT - 4, outTop + NAME + out / 2];
  const [x1, y1] = cornerOf(target, to.node);
  return [source.right, y0, target.across ? target.left - 2 : x1 - 2, y1 + target.size / 2];
}
