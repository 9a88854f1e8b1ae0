/** Numbers in tables: short texts of which two different numbers never share one, and what was not seen. */

import { distinct, exact } from "../numbers";
import { weigh } from "./figures";

export const NOT_SEEN = "not seen";

/** Short texts of a table's numbers; undefined: not seen. */
export function textsOf(values: (number | undefined)[]): string[] {
  const told = distinct(values.filter((x) => x !== undefined));
  return values.map((x) => (x === undefined ? NOT_SEEN : (told.shift() ?? "")));
}

/** A number's short text, and what it stands for; `bar` is its size beside the largest. */
export function Cell({ text, colour = "", of, bar }: { text: string; colour?: string; of?: number; bar?: number }) {
  if (of === undefined) return <td class="soft">{text}</td>;
  return (
    <td class={`${colour} ${weigh(text, of)}`} data-value={exact(of)}>
      {bar !== undefined && <span class="bar" style={{ width: `${bar * 48}px` }} />}
      {text}
    </td>
  );
}
