/** A run that was observed: the document that Python writes of it (views/recorded_scene.py), and its columns read. */

import { doublesOf, number, singlesOf } from "./numbers";
import type { Finding, Num } from "./scene";

/** Rows and columns of little-endian doubles in base64, or of single precision where the training had no more. */
export interface Column {
  shape: number[];
  single?: true;
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
  /** Of a recurrent layer: the names of its gates, each with as many of the nodes, in their order. */
  gates?: string[];
}

/** A node's number; of a gate also which, and of which unit. */
export function nodeName({ gates, nodes }: RecordedLayer, node: number): string {
  if (!gates) return String(node);
  const units = nodes / gates.length;
  return `${node}: ${gates[Math.floor(node / units)]} gate of unit ${node % units}`;
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
  headline: string;
  verdict: string;
  findings: (Finding & { step: number | null })[];
  notes: string[];
  layers: RecordedLayer[];
  /** Updates that were made. */
  steps: number;
  trouble: { step: number; text: string; layer: number | null; where: string } | null;
  /** Of each step, `high` being null; or lowest and highest of each stretch, and of the first and last; `missing` have none. */
  losses: { stretch: number; low: Column; high: Column | null; first: Num | null; last: Num | null; missing: number };
  stride: number;
  /** Of every recorded step: size of delta, alpha delta ÷ weight, share of nodes that are off; a column (records, 3) a layer. */
  went: { step: number[]; layers: Column[] };
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
    this.all = column.single ? singlesOf(column.numbers) : doublesOf(column.numbers);
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

export function read(record: RecordedStep): Now {
  const columns = (layer: RecordedStep["layers"][number]): LayerNumbers =>
    Object.fromEntries(Object.entries(layer).map(([name, column]) => [name, new Numbers(column)]));
  const layers = record.layers.map(columns);
  return { step: record.step, loss: number(record.loss), alpha: number(record.alpha), layers };
}
