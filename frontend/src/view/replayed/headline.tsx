/** What the run on screen does, in a sentence, and why; it changes with whatever is changed under the hand. */

import { useContext } from "preact/hooks";
import type { Model } from "../../model";
import { written } from "../figures";
import { Current } from "./context";
import { isNearStall } from "./stall";

export function Head() {
  const model = useContext(Current);
  const { head, why } = model.story.value;
  const [sentence, reason] = written(head, why);
  const stall = stallOf(model);
  return (
    <div class="head">
      <h1>{sentence}</h1>
      <p class="sub">
        {reason}
        {stall !== null && (
          <button type="button" class="as-link" onClick={() => model.walk.go(stall)}>
            Why just there?
          </button>
        )}
      </p>
    </div>
  );
}

/** The step where one weight stands still short of its goal: its last bits tell why. */
function stallOf({ facts, walk }: Model): number | null {
  const { one, ending, far, weight, goal, input, replay } = facts.value;
  const after = replay.facts.settled_after;
  const stalls = one && ending === "SETTLED" && far > 0 && replay.recipe.rule === "plain" && isNearStall(weight, goal / input);
  return stalls && after && walk.here !== after ? after : null;
}
