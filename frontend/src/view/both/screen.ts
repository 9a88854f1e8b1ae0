/** The file of two runs that are gone through together. */

import { screens } from "../../screens";
import css from "../../style/both.css";
import { Both } from "./both";

screens.both = { css, Show: Both };
