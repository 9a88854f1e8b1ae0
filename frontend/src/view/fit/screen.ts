/** The file of results: fits to tables, and to classes. */

import { screens } from "../../screens";
import css from "../../style/fit.css";
import { resultKind } from "./kind";

screens.fit = { css, kind: resultKind };
