/** What the view of an observed run is looking at; its losses, and a layer in a few numbers. */

import { computed, signal } from "@preact/signals";
import type { Point } from "../../curve";
import type { Place } from "../../layers";
import { number } from "../../numbers";
import { type LayerNumbers, Numbers, type RecordedLayer, type RecordedScene, read } from "../../recorded";
import { Walk } from "../../walk";

/** So much further than its trouble a run is drawn that has no loss after it. */
const BEYOND = 1.05;

/** The loss over the run, as lowest and highest of each stretch of steps. */
export interface Losses {
  points: Point[];
  stretch: number;
  first: number;
  last: number;
  missing: number;
}

function lossesOf({ stretch, low, high, first, last, missing }: RecordedScene["losses"]): Losses {
  const least = new Numbers(low);
  const most = high ? new Numbers(high) : least;
  return {
    points: Array.from(least.all, (value, i) => ({ step: i * stretch, low: value, high: most.all[i] })),
    stretch,
    first: number(first),
    last: number(last),
    missing,
  };
}

export class Recording {
  readonly losses: Losses;
  readonly walk: Walk;
  /** A layer, and a node by its place among those shown of it. */
  readonly open = signal<Place>({ layer: 0, node: 0 });
  readonly example = signal(0);
  readonly now;

  constructor(readonly scene: RecordedScene) {
    const { records } = scene;
    const steps = records.map(({ step }) => step);
    this.losses = lossesOf(scene.losses);
    this.walk = new Walk(() => records.length, steps);
    const { trouble } = scene;
    if (trouble) this.walk.go(this.walk.before(Math.max(0, trouble.step - 1))); // the last whole step before it
    this.now = computed(() => (records.length ? read(records[this.walk.here]) : null));
  }

  /** The last step that is drawn: of a run whose losses are no numbers after its trouble, a little after that. */
  get end(): number {
    const { steps, trouble } = this.scene;
    const after = trouble && this.losses.points.every(({ step, low }) => step <= trouble.step || !Number.isFinite(low));
    const last = after ? Math.min(steps - 1, Math.ceil(trouble.step * BEYOND)) : steps - 1;
    return Math.max(1, last, trouble?.step ?? 0, this.walk.stepAt(this.walk.last));
  }
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
