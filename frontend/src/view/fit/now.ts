/** The fit as it is on screen: its rows with their predictions, for the run of this moment, whatever was changed in it. */

import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { Engine } from "../../engine";
import { IDENTITY } from "../../layout";
import type { Model } from "../../model";
import { short } from "../../numbers";
import type { Replay } from "../../replay";
import type { Fit, Recipe } from "../../scene";
import { Current } from "../replayed/context";
import { byHand, inTableUnits, nameAndUnit, type Rows, undone, unseenEngine } from "./quality";

export interface FitNow {
  fit: Fit;
  replay: Replay;
  /** The output that is looked at. */
  j: number;
  /** Its name in words, and its unit with a space before it. */
  name: string;
  unit: string;
  seen: Rows;
  unseen: Rows | null;
  /** The rows that it is judged on. */
  judged: Rows;
  forUnseen: Engine | null;
  /** The last weights. */
  state: Float64Array;
}

export const Output = createContext(0);

export function useFit(): FitNow | null {
  const model = useContext(Current);
  const j = useContext(Output);
  const replay = model.replay.value;
  const { fit } = model.scene;
  const forUnseen = useMemo(() => (fit ? unseenEngine(model, replay.recipe, fit) : null), [replay.recipe.layers, fit]);
  return useMemo(() => (fit ? fitNow(fit, replay, forUnseen, j) : null), [fit, replay, forUnseen, j]);
}

export function fitOf(model: Model): FitNow | null {
  const { fit } = model.scene;
  const replay = model.replay.value;
  return fit ? fitNow(fit, replay, unseenEngine(model, replay.recipe, fit), 0) : null;
}

function fitNow(fit: Fit, replay: Replay, forUnseen: Engine | null, j: number): FitNow {
  const { recipe, engine } = replay;
  const state = replay.stateAt(replay.steps);
  const own = (goals: ArrayLike<number>): Float64Array => undone(goals, fit.goal_scaling);
  const rows = (input: ArrayLike<number>, goal: ArrayLike<number>, prediction: Float64Array): Rows => ({
    n: goal.length / recipe.k,
    input: undone(input, fit.scaling),
    goal: own(goal),
    prediction: own(prediction),
  });
  const seen = rows(recipe.input, recipe.goal, engine.predict(state));
  const unseen = forUnseen ? rows(fit.unseen.input, fit.unseen.goal, forUnseen.predict(state.subarray(0, forUnseen.size))) : null;
  const { name, unit } = nameAndUnit(recipe.goal_names[j] ?? "");
  return { fit, replay, j, name, unit: unit && ` ${unit}`, seen, unseen, judged: unseen ?? seen, forUnseen, state };
}

/** What least squares says of the rows that it is judged on. */
export function leastSquaresOf({ fit, judged, replay }: FitNow): Float64Array | null {
  const { beside } = fit;
  return beside ? byHand(beside.least_squares, judged.input, replay.recipe.d) : null;
}

/** Whether it is a node that only adds up, whatever joins its weighted deltas. */
export function isSum({ layers }: Recipe): boolean {
  return layers.length === 1 && layers[0].code === IDENTITY;
}

/** Weights and biases in the table's units, of a node. */
export function tableWeights({ replay, fit, state }: FitNow): { weight: number[]; bias: number[] } | null {
  return isSum(replay.recipe) ? inTableUnits(replay.recipe, fit, state) : null;
}

/** A number of goals with three digits at least and its unit. */
export function amount(value: number, unit: string): string {
  return `${short(value, Math.abs(value) >= 100 ? 4 : 3)}${unit}`;
}
