/** The file of verdicts of networks: their words, and what these ask. */

import { screens } from "../../screens";
import { join, say } from "../say";
import { NetworkFacts } from "./facts";
import { NETWORK } from "./words";

join(NETWORK);
screens.judged = {
  css: "",
  verdict: ({ replay, scene, limits }, atRest) => say("verdict of a network", new NetworkFacts(replay, scene, limits, atRest)),
};
