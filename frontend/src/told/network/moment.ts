/** All numbers of a network at one step, over many examples: what its verdict looks at (diagnosis/after/snapshot.py in Python). */

import type { Engine } from "../../engine";
import { offsets, widthOf } from "../../layers";
import { CROSS_ENTROPY, RELU, SIGMOID, TANH } from "../../layout";
import type { Layer } from "../../scene";
import { CANCELLED, FLAT_END, NEARLY_ALL } from "../numbers";
import { largest } from "./spaced";

/** Of more examples evenly spaced ones are looked at. */
const MOST_EXAMPLES = 512;
/** Where the core has what of a node, for an example. */
const VALUE = 1;
const SLOPE = 2;
const DELTA = 3;
/** The greatest slope of activations that have flat ends. */
const GREATEST: Record<number, number> = { [TANH]: 1, [SIGMOID]: 0.25 };
/** Nodes of these are off where they give no more than that. */
const OFF: Record<number, number> = { [RELU]: 0, [SIGMOID]: FLAT_END };

export class Moment {
  readonly examples: number[];
  readonly layers: LayerAt[] = [];
  private readonly rows: Float64Array;

  constructor(
    readonly engine: Engine,
    readonly state: Float64Array,
  ) {
    const { n, layers } = engine.recipe;
    const stride = Math.max(1, Math.ceil(n / MOST_EXAMPLES));
    this.examples = Array.from({ length: Math.ceil(n / stride) }, (_, i) => i * stride);
    this.rows = engine.looked(state);
    for (const [l, layer] of layers.entries()) this.layers.push(new LayerAt(this, layer, l));
  }

  /** A number of a node for each example. */
  of(what: number, node: number): number[] {
    const { nodes } = this.engine;
    return this.examples.map((s) => this.rows[(4 * s + what) * nodes + node]);
  }
}

export class LayerAt {
  readonly nodes: number;
  /** Numbers of its nodes that are off for every example; and of those on the flat ends of their curve for nearly every one. */
  readonly dead: number[];
  readonly saturated: number[];
  private readonly first: { node: number; weight: number };

  constructor(
    private readonly moment: Moment,
    private readonly layer: Layer,
    readonly number: number,
  ) {
    this.nodes = layer.outputs;
    this.first = offsets(moment.engine.recipe)[number];
    const numbers = Array.from({ length: this.nodes }, (_, j) => j);
    const greatest = GREATEST[layer.code];
    this.dead = greatest ? [] : numbers.filter((j) => this.slopes(j).every((slope) => slope === 0) && this.isFinite(j));
    this.saturated = greatest ? numbers.filter((j) => this.isFlat(j, greatest)) : [];
  }

  get allDead(): boolean {
    return this.dead.length === this.nodes;
  }
  get allSaturated(): boolean {
    return this.saturated.length === this.nodes;
  }

  /** A node's weights, its bias last where it has one. */
  weights(j: number): Float64Array {
    const from = this.first.weight + j * widthOf(this.layer);
    return this.moment.state.subarray(from, from + widthOf(this.layer));
  }

  /** Weights of all its nodes, without biases. */
  get all(): number[] {
    return this.every((j) => Array.from(this.weights(j).subarray(0, this.layer.inputs)));
  }

  get deltas(): number[] {
    return this.every((j) => this.deltasOf(j));
  }
  values(j: number): number[] {
    return this.moment.of(VALUE, this.first.node + j);
  }
  deltasOf(j: number): number[] {
    return this.moment.of(DELTA, this.first.node + j);
  }
  /** Deltas of the log loss have no slope in them, so nothing is lost where its nodes are sure. */
  slopes(j: number): number[] {
    const { recipe } = this.moment.engine;
    const sure = recipe.loss.code === CROSS_ENTROPY && this.number === recipe.layers.length - 1;
    return sure ? this.moment.examples.map(() => 1) : this.moment.of(SLOPE, this.first.node + j);
  }

  private every(of: (j: number) => number[]): number[] {
    return Array.from({ length: this.nodes }, (_, j) => of(j)).flat();
  }

  private isFlat(j: number, greatest: number): boolean {
    const slopes = this.slopes(j);
    return slopes.filter((slope) => slope <= FLAT_END * greatest).length / slopes.length >= NEARLY_ALL;
  }

  /** What input i of the layer is, for each example. */
  private given(i: number): number[] {
    const { moment, number } = this;
    const { d, input } = moment.engine.recipe;
    return number ? moment.layers[number - 1].values(i) : moment.examples.map((s) => input[s * d + i]);
  }
  private get inputs(): number[][] {
    return Array.from({ length: this.layer.inputs }, (_, i) => this.given(i));
  }

  private isFinite(j: number): boolean {
    const weights = this.weights(j);
    const sums = this.moment.examples.map(() => (this.layer.bias ? weights[this.layer.inputs] : 0));
    for (const [i, given] of this.inputs.entries()) for (const [s, x] of given.entries()) sums[s] += weights[i] * x;
    return sums.every(Number.isFinite);
  }

  /** Whether all its inputs are 0 and it has no bias. */
  get hasNothing(): boolean {
    return !this.layer.bias && !this.inputs.flat().some(Boolean);
  }

  /** Whether weighted deltas that are something for each example are nothing for all together. */
  get cancels(): boolean {
    const sums = this.inputs.flatMap((given) =>
      Array.from({ length: this.nodes }, (_, j) => {
        const parts = this.deltasOf(j).map((delta, s) => delta * given[s]);
        return [parts.reduce((sum, part) => sum + Math.abs(part), 0), Math.abs(parts.reduce((sum, part) => sum + part, 0))];
      }),
    );
    const most = largest(sums.map(([each]) => each));
    return sums.some(([each]) => each) && sums.every(([, together]) => together <= CANCELLED * most);
  }

  /** For which examples every node gives next to nothing and passes nothing back. */
  get off(): boolean[] {
    const { code } = this.layer;
    const flat = FLAT_END * (GREATEST[code] ?? 1);
    const off = this.moment.examples.map(() => code in OFF);
    for (let j = 0; code in OFF && j < this.nodes; j++) {
      const [values, slopes] = [this.values(j), this.slopes(j)];
      for (const s of off.keys()) off[s] &&= Math.abs(values[s]) <= OFF[code] && slopes[s] <= flat;
    }
    return off;
  }
}
