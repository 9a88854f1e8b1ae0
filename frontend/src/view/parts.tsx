/** Small parts that several cards are made of. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

interface BoxProps {
  label?: string;
  /** What stands in it, asked for anew after something was typed: a number may be refused or another be taken. */
  text: () => string;
  disabled?: boolean;
  /** What was typed stays: it asks something, and sets nothing. */
  stays?: boolean;
  set: (value: number) => void;
}

/** A typed number. Enter is looked for itself: a notebook may keep the browser from taking it for a change. */
export function NumberBox({ label, text, disabled, stays, set }: BoxProps) {
  const take = (box: HTMLInputElement): void => {
    const value = Number(box.value);
    if (box.value.trim() && Number.isFinite(value) && box.value !== text()) set(value);
    if (!stays) box.value = text();
  };
  return (
    <input
      type="number"
      step="any"
      value={text()}
      disabled={disabled}
      aria-label={label}
      onChange={(e) => take(e.currentTarget)}
      onKeyDown={(e) => {
        if (e.key === "Enter") take(e.currentTarget);
      }}
    />
  );
}

/** A choice among numbered things. */
export function Choice(props: { label: string; value: number; names: string[]; set: (value: number) => void; text?: string }) {
  const { label, value, names, set, text } = props;
  return (
    <label>
      {text && `${text} `}
      <select aria-label={label} value={value} onChange={(e) => set(Number(e.currentTarget.value))}>
        {names.map((name, i) => (
          <option value={i} key={i}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TableProps {
  /** What it holds, for a screen reader. */
  label: string;
  caption?: ComponentChildren;
  heads: string[];
  children: ComponentChildren;
}

/** A table of numbers that scrolls where it is wider or longer than its place. */
export function Table({ label, caption, heads, children }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="rows">
        {caption && <caption>{caption}</caption>}
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        {children}
      </table>
    </div>
  );
}

/** A part of the view with its heading. */
export function Card(props: {
  id: string;
  title: ComponentChildren;
  /** What stands beside the title. */
  beside?: ComponentChildren;
  place?: string;
  children: ComponentChildren;
}) {
  const { id, title, beside, place = "", children } = props;
  return (
    <section class={`card ${place}`} aria-labelledby={id}>
      <div class="title">
        <h2 id={id}>{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

export function Check(props: { text: string; checked: boolean; set: (checked: boolean) => void }) {
  const { text, checked, set } = props;
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={() => set(!checked)} /> {text}
    </label>
  );
}

/** How wide an element is, so that letters in a picture stay as large as those around it. */
export function useWidth(box: { current: HTMLElement | null }): number {
  const [wide, setWide] = useState(640);
  useLayoutEffect(() => {
    if (!box.current) return undefined;
    const watch = new ResizeObserver(([entry]) => setWide(Math.max(200, Math.round(entry.contentRect.width))));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [box]);
  return wide;
}
