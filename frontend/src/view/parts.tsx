/** Small parts that several cards are made of. */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import { clip } from "../numbers";

interface BoxProps {
  label?: string;
  id?: string;
  /** What it is a number of, for whoever typed none. */
  what: string;
  /** What stands in it, asked for anew after something was typed: a number may be refused or another be taken. */
  text: () => string;
  disabled?: boolean;
  /** What was typed stays: it asks something, and sets nothing. */
  stays?: boolean;
  /** Each key counts at once, where what is there is a number. */
  live?: boolean;
  set: (value: number) => void;
}

/** A typed number; what is none is refused in words. Enter is looked for itself: a notebook may keep the browser from taking it
 * for a change. */
export function NumberBox({ label, id, what, text, disabled, stays, live, set }: BoxProps) {
  const [refused, setRefused] = useState("");
  const take = (box: HTMLInputElement): void => {
    const typed = box.value.trim().replace("−", "-").replaceAll(",", "");
    const value = Number(typed);
    const taken = typed !== "" && Number.isFinite(value);
    setRefused(taken || box.value === text() ? "" : refusal(typed, value, `${what} stays ${text()}`));
    if (taken && typed !== text()) set(value);
    if (!stays || !taken) box.value = text();
  };
  return (
    <span class="box">
      <input
        type="text"
        inputMode="decimal"
        autocomplete="off"
        id={id}
        value={text()}
        disabled={disabled}
        aria-label={label}
        onInput={(e) => {
          const typed = Number(e.currentTarget.value.replace("−", "-").replaceAll(",", "") || NaN);
          if (live && Number.isFinite(typed)) set(typed);
        }}
        onChange={(e) => take(e.currentTarget)}
        onKeyDown={(e) => {
          if (e.key === "Enter") take(e.currentTarget);
        }}
        onBlur={() => setRefused("")}
      />
      {refused && (
        <span class="refused" role="alert">
          {refused}
        </span>
      )}
    </span>
  );
}

function refusal(typed: string, value: number, stays: string): string {
  if (typed === "") return `Nothing was typed: ${stays}.`;
  const told = clip(typed, 20);
  return `${told} is ${Number.isNaN(value) ? "no number" : "beyond the numbers that a computer can hold"}: ${stays}.`;
}

/** A choice among numbered things. */
export function Choice(props: { label: string; value: number; names: string[]; set: (value: number) => void; text?: string }) {
  const { label, value, names, set, text } = props;
  return (
    <label>
      {text && `${text} `}
      <select aria-label={label} value={String(value)} onChange={(e) => set(Number(e.currentTarget.value))}>
        {names.map((name, i) => (
          <option value={String(i)} key={i}>
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
      <table class="rows" aria-label={caption ? undefined : label}>
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

/** What a part of the view is to a screen reader: a landmark of the page, but a group where the page is somebody else's. */
export const PartRole = createContext<"region" | "group">("region");

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
    <section class={`card ${place}`} role={useContext(PartRole)} aria-labelledby={id}>
      <div class="title">
        <h2 id={id}>{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

/** A part that is opened by hand. What is in it is made while it is open, or from then on where it `keeps` what was typed: what
 * nobody sees would be worked out anew with every move of alpha. */
export function Fold(props: { name: ComponentChildren; kind?: string; keeps?: boolean; children: () => ComponentChildren }) {
  const { name, kind, keeps, children } = props;
  const [open, setOpen] = useState(false);
  const toggled = (is: boolean): void => setOpen(is || (!!keeps && open));
  return (
    <details class={kind} onToggle={(e) => toggled(e.currentTarget.open)}>
      <summary>{name}</summary>
      {open && children()}
    </details>
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

/** A choice among two or three words, side by side. */
export function Segments(props: { label: string; name: string; names: string[]; value: number; set: (chosen: number) => void }) {
  const { label, name, names, value, set } = props;
  return (
    <fieldset class="seg">
      <legend class="sr">{label}</legend>
      {names.map((text, i) => (
        <label key={text} class={i === value ? "on" : ""}>
          <input type="radio" name={name} class="sr" checked={i === value} onChange={() => set(i)} />
          {text}
        </label>
      ))}
    </fieldset>
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

/** Heights up to which everything is drawn lower: a projector's. */
const LOW = "(max-height: 780px)";

export function useLow(): boolean {
  const [low, setLow] = useState(() => matchMedia(LOW).matches);
  useLayoutEffect(() => {
    const query = matchMedia(LOW);
    const watch = (): void => setLow(query.matches);
    query.addEventListener("change", watch);
    return () => query.removeEventListener("change", watch);
  }, []);
  return low;
}
