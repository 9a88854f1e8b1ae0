/** What the shell asks a run, because runs of different kinds answer differently: a replayed node or network, or one observed. */

import type { FunctionComponent } from "preact";
import type { Finding, Proof, Recipe } from "../scene";
import type { Walk } from "../walk";

/** A speed of going on by itself: steps a second, or beats of a step, shown one after another. */
export interface Speed {
  text: string;
  rate: number;
  beats?: number;
}

/** Words, and the address that they lead to. */
export type Way = [text: string, to: string];

/** Ways out of a run: in the bar at the top, files of it, and what follows a fit. */
export interface Ways {
  bar: Way[];
  files: Way[];
  fit: Way[];
}

/** What the place that shows a run can do. */
export interface Host {
  /** Where all runs are. */
  home?: string;
  /** What can be done with the run there; nothing where it is a file or a notebook's. */
  ways?: Ways;
  /** "top" where the page has a bar of its own, "all" where it tells nothing beforehand either: no headline, no verdict. */
  bare?: string;
  /** Python, where it is there: its whole judgement of the run with something changed. */
  again?: Again;
  /** Whether the view has the page for itself: then its keys work wherever the focus is, and its dock stays in sight. */
  alone: boolean;
}

/** What Python says of a changed run; rejected where it does not judge it. */
export type Again = (changed: Partial<Recipe>) => Promise<JudgedAnew>;

export interface JudgedAnew {
  verdict: string;
  foretold: string;
  findings: Finding[];
  proof: Proof[];
}

export interface Jump {
  name: string;
  /** What stands under the slider, where it is worth a mark. */
  mark?: string;
  place: number;
  /** Its step, in words. */
  at: string;
}

/** What was judged of the run. */
export interface Judged {
  /** "" where the headline says it already. */
  verdict: string;
  foretold?: string;
  findings: Finding[];
  proof?: Proof[];
  python?: string;
}

/** A number by its name, what it is of, and itself. */
export type ExactRow = [name: string, of: string, value: number];

/** Views of one run, of which one is shown. */
export interface Views {
  names: string[];
  shown: number;
  show: (view: number) => void;
}

export interface Kind {
  walk: Walk;
  title: string;
  views?: Views;
  /** Class of the grid that places its parts. */
  arrangement: string;
  /** What it is, and which step is in view. */
  Head: FunctionComponent;
  /** What happens inside the step in view; `beat` is the part of it to pick out, −1 for none. */
  Inside: FunctionComponent<{ beat: number }>;
  /** What follows from it. */
  Beside: FunctionComponent;
  /** What is long, technical or seldom asked for. */
  Below: FunctionComponent;
  /** None where there are no steps to walk. */
  speeds: Speed[];
  /** What one step is called, a place in words, and what is to be said about the steps. */
  unit: string;
  spoken: (place: number) => string;
  note?: string;
  /** Letters that lead somewhere: the id that takes the focus or does it, and its name. */
  letters: Record<string, { id?: string; press?: () => void; name: string }>;
  /** Places worth going to; `all`: those, too, that take long to find. */
  jumps: (all?: boolean) => Jump[];
  /** The last place worth a slider's room. */
  reach?: () => number;
  status: () => string;
}
