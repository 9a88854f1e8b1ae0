/** The observed run that the parts of its view look at. */

import { createContext } from "preact";
import type { Recording } from "./recording";

export const Observed = createContext<Recording>(null as unknown as Recording);
