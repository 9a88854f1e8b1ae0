/** Keys that walk the steps: arrows, Page Up and Down, Home, End, space; those of what has the focus stay its own. */

import type { Walk } from "../walk";

const MOVES: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 };

/** `lead` goes where a letter leads, and says whether it leads anywhere. */
export function keys(event: KeyboardEvent, walk: Walk, lead: (letter: string) => boolean): void {
  const { key } = event;
  const target = event.target as HTMLElement;
  if (event.altKey || event.ctrlKey || event.metaKey || ownKeys(target, key)) return;
  if (key in MOVES) walk.go(walk.here + MOVES[key]);
  else if (key === "Home") walk.go(0);
  else if (key === "End") walk.go(walk.last);
  else if (key === " " && !["BUTTON", "SUMMARY"].includes(target.tagName)) walk.play();
  else if (!lead(key.toLowerCase())) return;
  event.preventDefault();
}

/** Whether a key is that of what has the focus. */
function ownKeys(target: HTMLElement, key: string): boolean {
  if (target.tagName === "SELECT" || target.tagName === "TEXTAREA") return true;
  // on the slider of the steps they are the same keys: a native one's Page Up would go a tenth of the run
  if (target.tagName === "INPUT") return (target as HTMLInputElement).type !== "checkbox" && target.id !== "ns-step";
  // a table that is wider than its place is scrolled by the same arrows
  return target.classList.contains("scroll") && target.scrollWidth > target.clientWidth && key.startsWith("Arrow");
}
