/** The replayed run that the parts of its view look at. */

import { createContext } from "preact";
import type { Model } from "../../model";
import type { Again, Ways } from "../kind";

export const Current = createContext<Model>(null as unknown as Model);

/** Python, where it is there. */
export const Python = createContext<Again | undefined>(undefined);

/** Ways out of the run, where there are any. */
export const Out = createContext<Ways | undefined>(undefined);
