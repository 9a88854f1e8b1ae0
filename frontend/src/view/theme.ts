/** Counts the changes of the colours: what is drawn on a canvas has to be drawn anew. */

import { signal } from "@preact/signals";

export const theme = signal(0);

export function repaint(): void {
  theme.value++;
}
