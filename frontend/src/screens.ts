/** Screens that not every run needs: each is a file of its own, which adds itself here before anything is shown. */

import type { FunctionComponent } from "preact";
import type { Model } from "./model";
import type { RecordedScene } from "./recorded";
import type { Host, Kind, Ways } from "./view/kind";

export interface Screens {
  network?: {
    css: string;
    Inside: FunctionComponent<{ beat: number }>;
    Side: FunctionComponent;
    Film: FunctionComponent;
    open: (model: Model) => void;
  };
  fit?: { css: string; kind: (model: Model, run: Kind) => Kind };
  start?: { css: string; Show: FunctionComponent<{ model: Model; ways?: Ways }> };
  observed?: { css: string; Show: FunctionComponent<{ scene: RecordedScene; host: Host }> };
}

export const screens: Screens = {};
