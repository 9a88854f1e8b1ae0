/** The open node's own arithmetic: forward value × weight = what it brings, added up; back the delta; and alpha deltas. */

import { useContext } from "preact/hooks";
import { firstWeight, type NodeNumbers, numbersOf, offsets, type Place } from "../../layers";
import type { Model } from "../../model";
import { clip, count, distinct, exact, magnitude, short } from "../../numbers";
import { partsOf, type Share, sharesOf } from "../../shares";
import type { Phrase } from "../../words";
import { Num, written } from "../figures";
import { Card, Fold } from "../parts";
import { Current } from "../replayed/context";
import { Contributions } from "../replayed/contributions";
import { StepExactly } from "../replayed/inside";
import { JoinedWords } from "../replayed/joined";
import { Blame } from "./blame";
import { brieflyDoes, doesOf, givenBy } from "./does";
import { mostBlamed, placeShown } from "./opening";
import { stateOf } from "./states";

/** Inputs that are told one by one; of more, those that bring most. */
const ROWS = 10;
const SHOWN = 8;

export function NodeSide() {
  const model = useContext(Current);
  const { recipe } = model.replay.value;
  const b = placeShown(model);
  const { layer, node } = model.open.value;
  const of = numbersOf(recipe, model.now.value, { layer, node }, b);
  const state = stateOf(model, { layer, node });
  const last = layer === recipe.layers.length - 1;
  const name = last && recipe.k > 1 ? ` (${clip(recipe.goal_names[node], 20)})` : "";
  const blamed = mostBlamed(model, layer, b).node === node && recipe.layers[layer].outputs > 1 && of.delta !== 0;
  const chip = state ? `${state} at the end` : blamed ? "most of the blame in its layer" : "";
  return (
    <Card id="ns-open" title={`Layer ${layer}, node ${node}${name}`} beside={chip && <span class="chip">{chip}</span>} place="side">
      <WhatItDoes model={model} />
      <Both model={model} of={of} b={b} />
      <Rows model={model} b={b} of={of} />
      <JoinedWords />
      <div class="folds">
        <Fold name="Each weight's share">{() => <Contributions example={b} />}</Fold>
        <Fold name="Who changes the error">{() => <Blame />}</Fold>
        <StepExactly nodes={[model.open.value]} />
      </div>
    </Card>
  );
}

/** A sentence's numbers at three digits, so that it stays in its line. */
const briefly = (of: Phrase[number]) =>
  typeof of === "object" && "value" in of ? <Num x={of.value} text={short(of.value, 3)} tone={of.tone} /> : (of as string);

/** What a hidden node does with the weights in view, and with those of the end. */
function WhatItDoes({ model }: { model: Model }) {
  const { recipe } = model.replay.value;
  const place = model.open.value;
  const [state, end] = [model.state.value, model.facts.value.to];
  const [given, later] = [state, end].map((weights) => givenBy(model.core, recipe, weights));
  const now = doesOf(recipe, given, state, place);
  if (!now) return null;
  const [does, willDo] = [given, later].map((of) => brieflyDoes(recipe, of, place));
  const [plain] = written(now.plain);
  return (
    <div class="does">
      <p>{plain}</p>
      <p class="soft">{now.exactly.map(briefly)}</p>
      {willDo !== does && <p>After the last step: {willDo}.</p>}
    </div>
  );
}

function Both({ model, of, b }: { model: Model; of: NodeNumbers; b: number }) {
  const { recipe } = model.replay.value;
  const { activation } = recipe.layers[model.open.value.layer];
  const plain = activation === "identity";
  return (
    <div class="both">
      <p>
        <b class="t-go">forward</b> {plain ? "the sum" : `${activation}(sum)`} = <Num x={of.prediction} tone="go" />
      </p>
      <p>
        <b class="t-fix">back</b> <Back model={model} of={of} b={b} /> = <Num x={of.delta} tone="fix" />
      </p>
    </div>
  );
}

/** Where the delta comes from: of an output its goal, of a hidden node the deltas that it feeds. */
function Back({ model, of, b }: { model: Model; of: NodeNumbers; b: number }) {
  const { recipe } = model.replay.value;
  const { layer, node } = model.open.value;
  if (!of.fed) {
    const goal = recipe.goal[(model.now.value.examples[b] ?? 0) * recipe.k + node];
    const [p, g] = distinct([of.prediction, goal]);
    const slope = slopeOf(of.delta, of.prediction - goal);
    return (
      <>
        (<Num x={of.prediction} text={p} tone="go" /> − goal <Num x={goal} text={g} tone="goal" />)
        {slope === null || slope === 1 ? "" : ` × slope ${short(slope, 3)}`}
      </>
    );
  }
  const fed = fedBy(model, { layer, node }, b);
  const sum = fed.reduce((total, { delta, weight }) => total + delta * weight, 0);
  const slope = slopeOf(of.delta, sum);
  return (
    <>
      {fed.length === 1 ? (
        <>
          <Num x={fed[0].delta} text={short(fed[0].delta, 3)} tone="fix" /> ×{" "}
          <Num x={fed[0].weight} text={short(fed[0].weight, 3)} tone="w" />
        </>
      ) : (
        <>
          {count(fed.length)} deltas × weights <Num x={sum} text={short(sum, 3)} tone="fix" />
        </>
      )}
      {slope === null ? "" : ` × slope ${short(slope, 3)}`}
    </>
  );
}

/** The slope that the core took, as far as it can be read from what came of it. */
function slopeOf(delta: number, before: number): number | null {
  const slope = delta / before;
  return Number.isFinite(slope) ? Number(slope.toPrecision(6)) : null;
}

function fedBy({ replay, now }: Model, { layer, node }: Place, b: number): { delta: number; weight: number }[] {
  const { recipe } = replay.value;
  const nodes = recipe.layers.reduce((sum, { outputs }) => sum + outputs, 0);
  const first = b * nodes + offsets(recipe)[layer + 1].node;
  return Array.from({ length: recipe.layers[layer + 1].outputs }, (_, j) => ({
    delta: now.value.delta[first + j],
    weight: now.value.weight[firstWeight(recipe, { layer: layer + 1, node: j }) + node],
  }));
}

function Rows({ model, b, of }: { model: Model; b: number; of: NodeNumbers }) {
  const all = sharesOf(model.replay.value.recipe, model.now.value, model.open.value, b);
  const few = all.length > ROWS ? largest(all) : all;
  const rest = all.filter((share) => !few.includes(share));
  const brings = partsOf(few.map(({ product }) => product));
  const moves = partsOf(few.map(({ alpha_delta }) => alpha_delta));
  return (
    <table class="side-rows">
      <caption class="sr">What each input brings to the sum, and what its weight gets</caption>
      <thead>
        <tr>
          <th scope="col">from</th>
          <th scope="col">value × weight</th>
          <th scope="col" colSpan={2}>
            = brings
          </th>
          <th scope="col" colSpan={2}>
            alpha delta
          </th>
        </tr>
      </thead>
      <tbody>
        {few.map((share) => (
          <Row key={share.i} share={share} brings={brings(share.product)} moves={moves(share.alpha_delta)} />
        ))}
        {rest.length > 0 && (
          <tr class="rest">
            <th scope="row">{count(rest.length)} others</th>
            <td colSpan={2} />
            <td>
              {short(
                rest.reduce((sum, { product }) => sum + product, 0),
                2,
              )}
            </td>
            <td colSpan={2} />
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">sum</th>
          <td colSpan={2} />
          <td class="t-go strong" data-value={exact(of.sum)}>
            {short(of.sum)}
          </td>
          <td colSpan={2} />
        </tr>
      </tfoot>
    </table>
  );
}

function largest(all: Share[]): Share[] {
  const order = all.filter(({ bias }) => !bias).sort((a, b) => magnitude(b.product) - magnitude(a.product) || 0);
  const few = new Set(order.slice(0, SHOWN));
  return all.filter((share) => share.bias || few.has(share));
}

function Row({ share, brings, moves }: { share: Share; brings: number; moves: number }) {
  const { name, value, weight, product, alpha_delta, frozen } = share;
  return (
    <tr>
      <th scope="row">
        <bdi>{clip(name.replace("from ", ""), 14)}</bdi>
        {frozen && " ❄"}
        {frozen && <span class="sr"> frozen</span>}
      </th>
      <td>
        <span data-value={exact(value)}>{short(value, 2)}</span> × <span data-value={exact(weight)}>{short(weight, 2)}</span>
      </td>
      <td class="lane" aria-hidden="true">
        <i class={`bring ${product < 0 ? "below" : ""}`} style={{ width: `${(50 * brings).toFixed(1)}%` }} />
      </td>
      <td class="t-go" data-value={exact(product)}>
        {short(product, 2)}
      </td>
      <td class="lane narrow-lane" aria-hidden="true">
        <i class="move" style={{ width: `${(100 * moves).toFixed(1)}%` }} />
      </td>
      <td class="t-fix" data-value={exact(alpha_delta)}>
        {short(alpha_delta, 2)}
      </td>
    </tr>
  );
}
