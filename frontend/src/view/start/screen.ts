/** The file of the start page. */

import { screens } from "../../screens";
import css from "../../style/start.css";
import { Start } from "./start";

screens.start = { css, Show: Start };
