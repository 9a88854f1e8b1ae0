/** Two runs that are gone through together. */

import { createContext } from "preact";
import type { Model } from "../../model";
import type { BothScene } from "../../scene";
import type { Walk } from "../../walk";

export interface Pair {
  scene: BothScene;
  a: Model;
  b: Model;
  /** As far as either goes. */
  walk: Walk;
}

export const Together = createContext<Pair>(null as unknown as Pair);
