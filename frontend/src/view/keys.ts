/** Keys that walk the steps: arrows, Page Up and Down, Home, End, space; those of what has the focus stay its own. */

export interface Walk {
  at: number;
  last: number;
  go: (at: number) => void;
  play: () => void;
  /** Further letters, and what they do. */
  more?: Record<string, () => void>;
}

export function keys(event: KeyboardEvent, { at, last, go, play, more = {} }: Walk): void {
  const target = event.target as HTMLElement,
    tag = target.tagName;
  if (event.altKey || event.ctrlKey || event.metaKey || tag === "SELECT" || tag === "TEXTAREA") return;
  // on the slider of the steps they are the same keys: a native one's Page Up would go a tenth of the run
  const typing = tag === "INPUT" && (target as HTMLInputElement).type !== "checkbox" && target.id !== "ns-step",
    pressing = tag === "BUTTON" || tag === "SUMMARY";
  const move: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 };
  // a table that is wider than its place is scrolled by the same arrows
  const scrolls = target.classList.contains("scroll") && target.scrollWidth > target.clientWidth && event.key.startsWith("Arrow");
  if (typing || scrolls) return;
  if (event.key in move) go(at + move[event.key]);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(last);
  else if (event.key === " " && !pressing) play();
  else if (event.key.toLowerCase() in more) more[event.key.toLowerCase()]();
  else return;
  event.preventDefault();
}
