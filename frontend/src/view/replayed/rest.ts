/** Whether there is time for what takes long: a while after the run became another one, or at once where it takes none. */

import { useEffect, useState } from "preact/hooks";
import type { Replay } from "../../replay";

/** Milliseconds; and examples times weights up to which all takes less than a frame leaves. */
const REST = 120;
const SMALL = 2e4;

export function useRest(replay: Replay): boolean {
  const [rested, setRested] = useState<Replay | null>(null);
  const small = replay.recipe.n * replay.engine.size <= SMALL;
  useEffect(() => {
    if (small) return undefined;
    const timer = setTimeout(() => setRested(replay), REST);
    return () => clearTimeout(timer);
  }, [replay, small]);
  return small || rested === replay;
}
