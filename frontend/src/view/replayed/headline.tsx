/** What the run on screen does, in a sentence, and why; it changes with whatever is changed under the hand. */

import { useContext } from "preact/hooks";
import { written } from "../figures";
import { Current } from "./context";

export function Head() {
  const { head, why } = useContext(Current).story.value;
  const [sentence, reason] = written(head, why);
  return (
    <div class="head">
      <h1>{sentence}</h1>
      <p class="sub">{reason}</p>
    </div>
  );
}
