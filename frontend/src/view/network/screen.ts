/** The file of networks. */

import type { Core } from "../../engine";
import type { Recipe } from "../../scene";
import { screens } from "../../screens";
import css from "../../style/network.css";
import { Film } from "./film";
import { NetworkInside } from "./inside";
import { nearLimit, nearStart } from "./near";
import { openOnTheWorst } from "./opening";
import { NodeSide } from "./side";

const near = (core: Core, recipe: Recipe, weights?: Float64Array) =>
  weights ? nearLimit(core, recipe, weights) : nearStart(core, recipe);

screens.network = { css, near, Inside: NetworkInside, Side: NodeSide, Film, open: openOnTheWorst };
