/** Python's whole judgement of a changed run, where Python is there: it follows the page's own words, which say the same. */

import { useEffect, useState } from "preact/hooks";
import type { Model } from "../../model";
import type { Replay } from "../../replay";
import type { Recipe } from "../../scene";
import type { Again, JudgedAnew } from "../kind";

/** Milliseconds of rest after which it is asked for. */
const REST = 120;
const CHANGED = ["alpha", "start", "input", "goal", "steps", "batch"] as const;

/** What Python says of the run on screen; null until it has said so, and of a run that was not changed. */
export function useAnew(model: Model, again: Again | undefined): JudgedAnew | null {
  const [told, setTold] = useState<{ of: Replay; anew: JudgedAnew } | null>(null);
  const replay = model.replay.value;
  const asks = again && model.changed.value && isWhole(replay);
  useEffect(() => {
    if (!asks) return undefined;
    const timer = setTimeout(() => {
      void again(changedIn(replay.recipe, model.scene.recipe)).then(
        (anew) => setTold({ of: replay, anew }),
        () => undefined, // it is the page's words that stay
      );
    }, REST);
    return () => clearTimeout(timer);
  }, [asks, again, replay, model]);
  return told?.of === replay ? told.anew : null;
}

/** Whether the page went as far as Python would. */
function isWhole({ facts, recipe }: Replay): boolean {
  return facts.ending !== "STEPS_USED" || facts.steps === recipe.steps;
}

function changedIn(recipe: Recipe, from: Recipe): Partial<Recipe> {
  return Object.fromEntries(CHANGED.filter((name) => recipe[name] !== from[name]).map((name) => [name, recipe[name]]));
}
