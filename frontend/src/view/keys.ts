/** Keys that walk the steps: arrows, Page Up and Down, Home, End, space; those of what has the focus stay its own. */

import { signal } from "@preact/signals";
import type { Walk } from "../walk";

const MOVES: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
/** What the space bar presses or opens itself. */
const PRESSED = ["BUTTON", "SUMMARY", "A"];

/** Whether single letters lead somewhere: whoever speaks to the computer may have them off. */
export const letters = signal(true);

/** `lead` goes where a letter leads, and says whether it leads anywhere. */
export function keys(event: KeyboardEvent, walk: Walk, lead: (letter: string) => boolean): void {
  const { key } = event;
  // what has the focus may be in a view within this one, which tells only itself
  const target = event.composedPath()[0] as HTMLElement;
  if (event.altKey || event.ctrlKey || event.metaKey || ownKeys(target, key)) return;
  if (key in MOVES) walk.go(walk.here + MOVES[key]);
  else if (key === "Home") walk.go(0);
  else if (key === "End") walk.go(walk.last);
  else if (key === " " && !PRESSED.includes(target.tagName)) walk.play();
  else if (key.length > 1 || !letters.value || !lead(key.toLowerCase())) return;
  event.preventDefault();
}

/** Kinds of fields that have no keys of their own but the space bar. */
const TICKED = ["checkbox", "radio"];

/** Whether a key is that of what has the focus. */
function ownKeys(target: HTMLElement, key: string): boolean {
  if (["SELECT", "TEXTAREA"].includes(target.tagName) || target.getAttribute("role") === "slider") return true;
  if (target.tagName === "INPUT") {
    const { type, id } = target as HTMLInputElement;
    if (TICKED.includes(type)) return key === " " || (type === "radio" && key.startsWith("Arrow"));
    // on the slider of the steps they are the same keys: a native one's Page Up would go a tenth of the run
    return id !== "ns-step" && !(type === "range" && key.length === 1);
  }
  // a table that is wider than its place is scrolled by the same arrows
  return target.classList.contains("scroll") && target.scrollWidth > target.clientWidth && key.startsWith("Arrow");
}
