/** The replayed run that the parts of its view look at. */

import { createContext } from "preact";
import type { Model } from "../../model";

export const Current = createContext<Model>(null as unknown as Model);
