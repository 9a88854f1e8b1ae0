/** The file of networks. */

import { screens } from "../../screens";
import css from "../../style/network.css";
import { Film } from "./film";
import { NetworkInside } from "./inside";
import { nearLimit } from "./near";
import { openOnTheWorst } from "./opening";
import { NodeSide } from "./side";

screens.network = { css, near: nearLimit, Inside: NetworkInside, Side: NodeSide, Film, open: openOnTheWorst };
