/** The file of networks. */

import type { Engine } from "../../engine";
import { screens } from "../../screens";
import css from "../../style/network.css";
import { Film } from "./film";
import { NetworkInside } from "./inside";
import { nearLimit, nearStart } from "./near";
import { openOnTheWorst } from "./opening";
import { NodeSide } from "./side";

const near = (engine: Engine, weights?: Float64Array) => (weights ? nearLimit(engine, weights) : nearStart(engine));

screens.network = { css, near, Inside: NetworkInside, Side: NodeSide, Film, open: openOnTheWorst };
