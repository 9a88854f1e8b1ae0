/** The colours of maps, as the style sheet has them: looked up once a theme, since asking makes the browser lay out the page. */

import { theme } from "../theme";

export interface Colours {
  ink: string;
  /** From the lowest number to the highest, and the middle one as it is written. */
  ramp: number[][];
  line: string;
}

const known = new Map<string, Colours>();

export function coloursOf(canvas: HTMLCanvasElement): Colours {
  const key = `${theme.value} ${canvas.className}`;
  const found = known.get(key) ?? lookedUp(canvas);
  known.set(key, found);
  return found;
}

function lookedUp(canvas: HTMLCanvasElement): Colours {
  const { outlineColor, backgroundColor, color, caretColor } = getComputedStyle(canvas);
  return { ink: outlineColor, ramp: [backgroundColor, color, caretColor].map(channels), line: color };
}

/** Red, green and blue of a colour that the browser worked out. */
function channels(colour: string): number[] {
  const found = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  return colour.startsWith("color(") ? found.slice(0, 3).map((part) => part * 255) : found.slice(0, 3);
}
