/** Every digit of a number: under the pointer in a bubble, copied by a click; or all of a card at once, which is remembered. */

import { signal } from "@preact/signals";
import type { HTMLAttributes, VNode } from "preact";
import { useState } from "preact/hooks";
import { Segments } from "./parts";

const KEPT = "nodescope digits";

function remembered(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a page in a frame of its own may have no memory
  }
}

export const allDigits = signal(remembered() === "all");

function set(all: boolean): void {
  allDigits.value = all;
  try {
    localStorage.setItem(KEPT, all ? "all" : "short");
  } catch {
    // then it holds until the page is left
  }
}

export function toggleDigits(): void {
  set(!allDigits.value);
}

export function DigitsSwitch() {
  const choose = (chosen: number): void => set(chosen === 1);
  return <Segments label="Digits" name="ns-digits" names={["short", "all digits"]} value={Number(allDigits.value)} set={choose} />;
}

interface Seen {
  text: string;
  x: number;
  y: number;
  copied?: boolean;
}

export interface Bubble {
  handlers: Pick<HTMLAttributes<HTMLElement>, "onPointerOver" | "onPointerOut" | "onClick">;
  bubble: VNode | null;
}

/** What shows the digits of the number under the pointer, for the element that holds all numbers. */
export function useDigits(): Bubble {
  const [seen, setSeen] = useState<Seen | null>(null);
  const look = (event: MouseEvent): Seen | null => {
    const number = (event.target as Element).closest<HTMLElement>("[data-value]");
    if (!number || number.textContent === number.dataset.value) return null;
    const { left, top, width } = number.getBoundingClientRect();
    return { text: number.dataset.value ?? "", x: left + width / 2, y: top };
  };
  const copy = async (event: MouseEvent): Promise<void> => {
    const found = look(event);
    if (!found || (event.target as Element).closest(".can, button")) return;
    setSeen(found);
    try {
      await navigator.clipboard.writeText(found.text);
      setSeen({ ...found, copied: true });
    } catch {
      // what cannot be copied can still be read
    }
  };
  const handlers = {
    onPointerOver: (event: PointerEvent) => setSeen(look(event)),
    onPointerOut: () => setSeen(null),
    onClick: (event: MouseEvent) => void copy(event),
  };
  const bubble = seen && (
    <div class="digits" aria-hidden="true" style={{ left: `${seen.x}px`, top: `${seen.y}px` }}>
      {seen.text}
      {seen.copied && <span> copied</span>}
    </div>
  );
  return { handlers, bubble };
}
