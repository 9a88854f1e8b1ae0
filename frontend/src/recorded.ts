/** A run that was observed: the document that Python writes of it (views/recorded_scene.py), and what the view is looking at. */

import { computed, signal } from "@preact/signals";
import type { Point } from "./curve";
import { number } from "./numbers";
import type { Finding, Num } from "./scene";

/** Rows and columns of little-endian doubles in base64. */
export interface Column {
  shape: number[];
  numbers: string;
}

export type Quantity =
  | "input"
  | "weight"
  | "bias"
  | "sum"
  | "prediction"
  | "delta"
  | "weighted_delta"
  | "alpha_delta"
  | "new_weight"
  | "bias_weighted_delta"
  | "bias_delta"
  | "new_bias";

export interface RecordedLayer {
  /** What its program calls it. */
  name: string;
  kind: string;
  inputs: number;
  nodes: number;
  /** Numbers of the nodes whose columns are here. */
  shown: number[];
  /** "" where it was not seen. */
  activation: string;
  /** Why its weights cannot move; "" where they can. */
  kept_from: string;
}

export interface RecordedStep {
  step: number;
  loss: Num;
  alpha: Num;
  /** Of each layer what was seen of it; inputs of the first examples only. */
  layers: Partial<Record<Quantity, Column>>[];
}

export interface RecordedScene {
  format: 1;
  kind: "recorded";
  title: string;
  program: string;
  optimizer: string;
  sentence: string;
  verdict: string;
  findings: (Finding & { step: number | null })[];
  notes: string[];
  layers: RecordedLayer[];
  /** Updates that were made. */
  steps: number;
  trouble: { step: number; text: string } | null;
  /** Of each step, `high` being null; or lowest and highest of each stretch, and of the first and last step. `missing` steps have none. */
  losses: { stretch: number; low: Column; high: Column | null; first: Num | null; last: Num | null; missing: number };
  stride: number;
  /** Steps that were recorded; `records` are those of them that a page has room for. */
  recorded: number;
  records: RecordedStep[];
}

export function isRecorded(scene: object): scene is RecordedScene {
  return (scene as { kind?: string }).kind === "recorded";
}

/** A column's numbers, (rows, wide): an example or a node a row. */
export class Numbers {
  readonly rows: number;
  readonly wide: number;
  readonly all: Float64Array;

  constructor(column: Column) {
    const text = atob(column.numbers),
      bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    this.all = new Float64Array(bytes.buffer);
    this.rows = column.shape[0] ?? 1;
    this.wide = column.shape[1] ?? 1;
  }

  at(row: number, i = 0): number {
    return this.all[row * this.wide + i];
  }

  row(row: number): number[] {
    return Array.from(this.all.subarray(row * this.wide, (row + 1) * this.wide));
  }

  column(i: number, rows = this.rows): number[] {
    return Array.from({ length: Math.min(rows, this.rows) }, (_, row) => this.at(row, i));
  }
}

export type LayerNumbers = Partial<Record<Quantity, Numbers>>;

/** A recorded step, its columns read. */
export interface Now {
  step: number;
  loss: number;
  alpha: number;
  layers: LayerNumbers[];
}

function read(record: RecordedStep): Now {
  const layers = record.layers.map(
    (layer) => Object.fromEntries(Object.entries(layer).map(([name, column]) => [name, new Numbers(column)])) as LayerNumbers,
  );
  return { step: record.step, loss: number(record.loss), alpha: number(record.alpha), layers };
}

/** A layer at a step in a few numbers; undefined where it was not seen. */
export interface Summary {
  delta?: number;
  weighted?: number;
  alpha?: number;
  weight?: number;
  /** Shown nodes of a relu layer that give 0 for all examples kept. */
  off?: number;
}

export function summaryOf(told: RecordedLayer, layer: LayerNumbers): Summary {
  return {
    delta: rootMeanSquare(layer.delta),
    weighted: largest(layer.weighted_delta),
    alpha: largest(layer.alpha_delta),
    weight: largest(layer.weight),
    off: told.activation === "relu" ? nodesAtZero(layer.prediction) : undefined,
  };
}

function largest(numbers?: Numbers): number | undefined {
  if (!numbers?.all.length) return undefined;
  return numbers.all.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

/** Of numbers divided by the largest of them: squares of large or small ones would leave what a double can hold. */
function rootMeanSquare(numbers?: Numbers): number | undefined {
  const most = largest(numbers);
  if (!numbers || most === undefined || most === 0 || !Number.isFinite(most)) return most;
  return most * Math.sqrt(numbers.all.reduce((sum, x) => sum + (x / most) * (x / most), 0) / numbers.all.length);
}

function nodesAtZero(prediction?: Numbers): number | undefined {
  if (!prediction?.all.length) return undefined;
  return Array.from({ length: prediction.wide }, (_, j) => prediction.column(j).every((x) => x === 0)).filter(Boolean).length;
}

/** The loss over the run, as lowest and highest of each stretch of steps. */
export interface Losses {
  points: Point[];
  stretch: number;
  first: number;
  last: number;
  missing: number;
}

function lossesOf({ stretch, low, high, first, last, missing }: RecordedScene["losses"]): Losses {
  const least = new Numbers(low),
    most = high ? new Numbers(high) : least;
  return {
    points: Array.from(least.all, (value, i) => ({ step: i * stretch, low: value, high: most.all[i] })),
    stretch,
    first: number(first),
    last: number(last),
    missing,
  };
}

/** What the view is looking at: a record by its place among those that are here, and a node by its place among those shown. */
export class Recording {
  readonly losses: Losses;
  readonly at = signal(0);
  readonly playing = signal(false);
  readonly layer = signal(0);
  readonly node = signal(0);
  readonly example = signal(0);
  readonly now;

  constructor(readonly scene: RecordedScene) {
    this.losses = lossesOf(scene.losses);
    this.now = computed(() => (scene.records.length ? read(scene.records[this.at.value]) : null));
  }

  /** Place of the last record. */
  get last(): number {
    return Math.max(0, this.scene.records.length - 1);
  }

  /** The last step that anything is known of. */
  get end(): number {
    const { records, steps, trouble } = this.scene;
    return Math.max(1, steps - 1, trouble?.step ?? 0, records[this.last]?.step ?? 0);
  }

  go(place: number): void {
    this.at.value = Math.max(0, Math.min(this.last, Math.round(place)));
  }

  /** Place of the record nearest to a step. */
  near(step: number): number {
    const { records } = this.scene;
    return records.reduce(
      (best, record, place) => (Math.abs(record.step - step) < Math.abs(records[best].step - step) ? place : best),
      0,
    );
  }

  /** Place of the last record at a step or before it. */
  before(step: number): number {
    return Math.max(
      0,
      this.scene.records.findLastIndex((record) => record.step <= step),
    );
  }

  open(layer: number): void {
    this.layer.value = layer;
    this.node.value = 0;
  }
}
