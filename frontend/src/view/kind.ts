/** What the shell asks a run, because runs of different kinds answer differently: a replayed node or network, or one observed. */

import type { FunctionComponent } from "preact";
import type { Finding, Proof } from "../scene";
import type { Walk } from "../walk";

/** A speed of going on by itself: steps a second, or beats of a step, shown one after another. */
export interface Speed {
  text: string;
  rate: number;
  beats?: number;
}

export interface Jump {
  name: string;
  place: number;
  /** Its step, in words. */
  at: string;
}

/** What was judged of the run. */
export interface Judged {
  /** Whether what is in view is no longer the run that was judged: then what was said of it is not shown. */
  changed: boolean;
  /** "" where the headline says it already. */
  verdict: string;
  foretold?: string;
  findings: Finding[];
  proof?: Proof[];
  python?: string;
}

/** A number by its name, what it is of, and itself. */
export type ExactRow = [name: string, of: string, value: number];

export interface Kind {
  walk: Walk;
  /** Class of the grid that places its parts. */
  arrangement: string;
  /** What it is, and which step is in view. */
  Head: FunctionComponent;
  /** What the controls stand under; `beat` is the part of the step to pick out, −1 for none. */
  Inside: FunctionComponent<{ beat: number }>;
  /** What further can be set beside the step, and changed below it. */
  Dials?: FunctionComponent;
  Change?: FunctionComponent;
  /** The step in view in a line, where Inside does not say it. */
  Here?: FunctionComponent;
  Beside: FunctionComponent;
  speeds: Speed[];
  /** What one step is called, a place in words, and what is to be said about the steps. */
  unit: string;
  spoken: (place: number) => string;
  note?: string;
  /** Letters that lead somewhere: the id that takes the focus, and its name. */
  letters: Record<string, { id: string; name: string }>;
  jumps: () => Jump[];
  status: () => string;
  judged: () => Judged;
}
