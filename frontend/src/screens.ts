/** Screens that not every run needs: each is a file of its own, which adds itself here before anything is shown. */

import type { FunctionComponent } from "preact";
import type { Core, Engine } from "./engine";
import type { Model } from "./model";
import type { RecordedScene } from "./recorded";
import type { BothScene } from "./scene";
import type { Facts } from "./told/facts";
import type { Host, Kind, Ways } from "./view/kind";
import type { Phrase } from "./words";

/** The largest alpha that is stable near some weights of a network: all examples in a step, and the steepest alone. */
export interface NearLimit {
  limit: number;
  alone: number;
}

export interface Screens {
  network?: {
    css: string;
    near: (engine: Engine, weights?: Float64Array) => NearLimit | null | undefined;
    Inside: FunctionComponent<{ beat: number }>;
    Side: FunctionComponent;
    Film: FunctionComponent;
    open: (model: Model) => void;
  };
  /** The verdict of a network; `atRest`: with all that takes time. */
  judged?: { css: string; verdict: (facts: Facts, atRest: boolean) => Phrase };
  several?: { css: string; Contour: FunctionComponent; Line: FunctionComponent; Scatter: FunctionComponent };
  fit?: { css: string; kind: (model: Model, run: Kind) => Kind };
  start?: { css: string; Show: FunctionComponent<{ model: Model; ways?: Ways }> };
  both?: { css: string; Show: FunctionComponent<{ core: Core; scene: BothScene; host: Host }> };
  observed?: { css: string; Show: FunctionComponent<{ scene: RecordedScene; host: Host }> };
}

export const screens: Screens = {};
