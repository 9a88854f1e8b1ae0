/** What all parts of a network's picture look at: one example of the step, and what each node computes. */

import { createContext } from "preact";
import type { Place } from "../../layers";
import type { Points } from "../../maps";

export type Show = "forward" | "back" | "both";

export interface Look {
  /** The example's number, and its place among those of the step. */
  example: number;
  b: number;
  show: Show;
  small: Points;
  /** (points, nodes), of the weights before the step. */
  values: Float64Array;
  choose: (place: Place) => void;
}

export const Seen = createContext<Look>({
  example: 0,
  b: 0,
  show: "both",
  small: { kind: "line", wide: 0, input: [] },
  values: new Float64Array(),
  choose: () => undefined,
});
