import { createContext } from "preact";
import type { Model } from "../model";

export const Current = createContext<Model>(null as unknown as Model);
