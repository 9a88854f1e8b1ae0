/** How what a network's steps make smaller curves at given weights: its Hessian times a direction, exactly (theory/network.py in
 * Python; Pearlmutter 1994), from what the core gives for every node. */

import { type Core, Engine } from "../../engine";
import { nodeCount, offsets, widthOf } from "../../layers";
import { CROSS_ENTROPY, GELU, HUBER, IDENTITY, LEAKY_RELU, PLAIN, RELU, SIGMOID, SOFTMAX, SOFTPLUS, TANH } from "../../layout";
import type { Recipe } from "../../scene";
import { largestEigenvalue } from "./eigenvalue";

/** Slope of leaky relu below 0. */
const LEAK = 0.01;
/** The most that the curvature of cross-entropy over the sums is, of one output and of several. */
const STEEPEST = [0.25, 0.5];

/** What nodes give for all examples, and how that bends. */
export class Surface {
  private readonly nodes: number;
  private readonly at: { node: number; weight: number }[];
  private readonly prediction: Float64Array;
  private readonly delta: Float64Array;
  private readonly slope: Float64Array;
  private readonly bend: Float64Array;

  constructor(
    core: Core,
    private readonly recipe: Recipe,
    private readonly weights: Float64Array,
  ) {
    const { n, layers } = recipe;
    this.nodes = nodeCount(recipe);
    this.at = offsets(recipe);
    const { sum, prediction, delta } = allAtOnce(core, recipe).window(weights, 0, 1);
    this.prediction = prediction;
    this.delta = delta;
    this.slope = new Float64Array(n * this.nodes);
    this.bend = new Float64Array(n * this.nodes);
    for (const [l, { code, outputs }] of layers.entries())
      for (let s = 0; s < n; s++)
        for (let j = 0; j < outputs; j++) {
          const i = s * this.nodes + this.at[l].node + j;
          [this.slope[i], this.bend[i]] = bendOf(code, sum[i], prediction[i]);
        }
  }

  /** Each weight's own part: 0 where it is frozen, else the root of what its alpha is multiplied by. */
  private get roots(): Float64Array {
    const { frozen, factors } = this.recipe;
    return this.weights.map((_, i) => (frozen?.[i] ? 0 : Math.sqrt(factors?.[i] ?? 1)));
  }

  sharpness(): number {
    const { roots } = this;
    return largestEigenvalue((v) => this.times(v.map((x, i) => x * roots[i])).map((x, i) => x * roots[i]), roots);
  }

  /** What the layer is given for an example. */
  private given(l: number, s: number, i: number): number {
    return l ? this.prediction[s * this.nodes + this.at[l - 1].node + i] : this.recipe.input[s * this.recipe.d + i];
  }

  /** The Hessian times a direction. */
  private times(v: Float64Array): Float64Array {
    const { n, layers, loss, sums, batch, goal, k, penalty } = this.recipe;
    const { weights, nodes, at, prediction, delta, slope, bend } = this;
    const [ofSum, ofNode] = [new Float64Array(n * nodes), new Float64Array(n * nodes)];
    const moved = (l: number, s: number, i: number): number => (l ? ofNode[s * nodes + at[l - 1].node + i] : 0);
    for (const [l, layer] of layers.entries())
      for (let s = 0; s < n; s++) {
        const first = s * nodes + at[l].node;
        for (let j = 0; j < layer.outputs; j++) {
          const w = at[l].weight + j * widthOf(layer);
          let sum = layer.bias ? v[w + layer.inputs] : 0;
          for (let i = 0; i < layer.inputs; i++) sum += this.given(l, s, i) * v[w + i] + moved(l, s, i) * weights[w + i];
          ofSum[first + j] = sum;
        }
        let mean = 0;
        if (layer.code === SOFTMAX) for (let j = 0; j < layer.outputs; j++) mean += prediction[first + j] * ofSum[first + j];
        for (let j = first; j < first + layer.outputs; j++)
          ofNode[j] = layer.code === SOFTMAX ? prediction[j] * (ofSum[j] - mean) : ofSum[j] * slope[j];
      }
    const out = new Float64Array(weights.length);
    const isError = loss.code === CROSS_ENTROPY;
    for (let s = 0; s < n; s++) {
      let back: number[] = [];
      let turned: number[] = [];
      for (let j = 0; j < k; j++) {
        const end = (s + 1) * nodes - k + j;
        const error = prediction[end] - goal[s * k + j];
        const bent = loss.code !== HUBER || Math.abs(error) <= loss.threshold;
        back.push(bent ? error : Math.sign(error) * loss.threshold);
        turned.push(bent ? ofNode[end] : 0);
      }
      for (let l = layers.length - 1; l >= 0; l--) {
        const { outputs, inputs, bias } = layers[l];
        const first = s * nodes + at[l].node;
        const before: [number[], number[]] = [new Array(inputs).fill(0), new Array(inputs).fill(0)];
        for (let j = 0; j < outputs; j++) {
          const i0 = first + j;
          const own = isError && l === layers.length - 1;
          const turn = own ? turned[j] : turned[j] * slope[i0] + back[j] * bend[i0] * ofSum[i0];
          const w = at[l].weight + j * (inputs + Number(bias));
          for (let i = 0; i < inputs; i++) {
            out[w + i] += turn * this.given(l, s, i) + delta[i0] * moved(l, s, i);
            before[0][i] += delta[i0] * weights[w + i];
            before[1][i] += turn * weights[w + i] + delta[i0] * v[w + i];
          }
          if (bias) out[w + inputs] += turn;
        }
        [back, turned] = before;
      }
    }
    const scale = (sums ? batch : 1) / n;
    for (let i = 0; i < out.length; i++) out[i] *= scale;
    if (penalty.l2) this.eachPenalised((i) => (out[i] += penalty.l2 * v[i]));
    return out;
  }

  private eachPenalised(join: (weight: number) => void): void {
    for (const [l, { outputs, inputs, bias }] of this.recipe.layers.entries())
      for (let j = 0; j < outputs; j++)
        for (let i = 0; i < inputs + Number(bias && this.recipe.penalty.bias); i++)
          join(this.at[l].weight + j * (inputs + Number(bias)) + i);
  }

  /** Largest |∂prediction/∂weights|², summed over the outputs, of any one example: what |x|² is to a single node. */
  steepest(): number {
    const { n, k, layers, loss, penalty, factors } = this.recipe;
    const { nodes, at, slope, weights } = this;
    const flat = loss.code === CROSS_ENTROPY ? Math.sqrt(STEEPEST[Number(k > 1)]) : 0;
    let most = 0;
    for (let s = 0; s < n; s++) {
      let total = 0;
      for (let output = 0; output < k; output++) {
        let deltas = Array.from({ length: k }, (_, j) => (j === output ? flat || slope[(s + 1) * nodes - k + j] : 0));
        for (let l = layers.length - 1; l >= 0; l--) {
          const { inputs, bias } = layers[l];
          let size = Number(bias);
          for (let i = 0; i < inputs; i++) size += this.given(l, s, i) ** 2;
          total += deltas.reduce((sum, delta) => sum + delta * delta, 0) * size;
          const before = new Array<number>(inputs).fill(0);
          for (const [j, delta] of deltas.entries())
            for (let i = 0; i < inputs; i++) before[i] += delta * weights[at[l].weight + j * (inputs + Number(bias)) + i];
          deltas = l ? before.map((delta, i) => delta * slope[s * nodes + at[l - 1].node + i]) : [];
        }
      }
      most = Math.max(most, total);
    }
    return (most + penalty.l2) * (factors ? Math.max(...factors) : 1);
  }
}

const engines = new WeakMap<number[], Engine>();

/** The core over all examples in one step, with nothing that would change its deltas; made once for some examples. */
function allAtOnce(core: Core, recipe: Recipe): Engine {
  const before = engines.get(recipe.input);
  if (before?.recipe.goal === recipe.goal && before.recipe.layers === recipe.layers) return before;
  const engine = engineOf(core, recipe);
  engines.set(recipe.input, engine);
  return engine;
}

function engineOf(core: Core, recipe: Recipe): Engine {
  const still = { alpha: 0, alphas: null, until_mse: null, frozen: null, shuffled: false, sequential: false, batch: recipe.n };
  const bare = { penalty: { l2: 0, l1: 0, bias: false }, clip: -1, factors: null, part: 0 };
  const plain = { rule_code: PLAIN, settings: [], memories: 0, clocks: 0, first_memory: [] };
  return new Engine(core, { ...recipe, ...still, ...bare, ...plain });
}

/** Slope of an activation at a sum, and how that changes. */
function bendOf(code: number, sum: number, value: number): [number, number] {
  if (code === RELU) return [Number(sum > 0), 0];
  if (code === LEAKY_RELU) return [sum > 0 ? 1 : LEAK, 0];
  if (code === TANH) return [1 - value * value, -2 * value * (1 - value * value)];
  if (code === SIGMOID) return [value * (1 - value), value * (1 - value) * (1 - 2 * value)];
  if (code === SOFTPLUS) return [-Math.expm1(-value), -Math.expm1(-value) * Math.exp(-value)];
  if (code === GELU) {
    const normal = Math.exp(-0.5 * sum * sum) / Math.sqrt(2 * Math.PI);
    return [(sum ? value / sum : 0.5) + sum * normal, normal * (2 - sum * sum)];
  }
  return [Number(code === IDENTITY || code === SOFTMAX), 0];
}
