/** The file of observed runs. */

import { screens } from "../../screens";
import css from "../../style/observed.css";
import { ObservedRun } from "./kind";

screens.observed = { css, Show: ObservedRun };
