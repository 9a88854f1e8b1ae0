/** The file of several inputs and several examples. */

import { screens } from "../../screens";
import { ContourCard } from "./contour";
import { LineThroughData } from "./line";
import { ScatterCard } from "./scatter";

screens.several = { css: "", Contour: ContourCard, Line: LineThroughData, Scatter: ScatterCard };
