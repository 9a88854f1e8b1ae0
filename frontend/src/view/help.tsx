/** What opens over the page: by "?" what keys do, every place worth going to, and how numbers are written. */

import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { letters } from "./keys";
import type { Kind } from "./kind";
import { Check } from "./parts";

/** What opens over the page, and closes by Escape or a click elsewhere; told how, it makes what is in it when it opens. */
export function Popup(props: {
  name: string;
  id?: string;
  label?: string;
  children: ComponentChildren | (() => ComponentChildren);
}) {
  const { name, id, label, children } = props;
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const away = (event: Event): void => {
      if (place.current && !event.composedPath().includes(place.current)) place.current.open = false;
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  const close = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !place.current) return;
    place.current.open = false;
    place.current.querySelector("summary")?.focus();
  };
  return (
    <details class="help" ref={place} onKeyDown={close} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary id={id} aria-label={label}>
        {name}
      </summary>
      <div class="sheet">{typeof children === "function" ? open && children() : children}</div>
    </details>
  );
}

export function Help({ kind }: { kind: Kind }) {
  return (
    <Popup name="?" id="ns-help" label="Help: keys and places">
      {() => <Sheet kind={kind} />}
    </Popup>
  );
}

function Sheet({ kind }: { kind: Kind }) {
  return (
    <>
      <Keys kind={kind} />
      <p class="jumps">
        Go to:{" "}
        {kind.jumps(true).map(({ name, place: to, at }) => (
          <button type="button" key={name} onClick={() => kind.walk.go(to)}>
            {name} <span class="soft">{at}</span>
          </button>
        ))}
      </p>
      <p class="small">
        <b>Strong</b> digits are the whole number, light ones leave some out: look at a number for all of them, or click to copy.
      </p>
      {kind.note && <p class="small">{kind.note}</p>}
    </>
  );
}

/** Keys, and what they do. */
function keysOf({ unit, letters: own }: Kind): [string[], string][] {
  const further = Object.entries(own).map(([letter, { name }]): [string[], string] => [[letter.toUpperCase()], name]);
  return [
    [["space"], "play"],
    [["←", "→"], `one ${unit}`],
    [["Page Up", "Page Down"], "ten back, ten on"],
    [["Home", "End"], "first and last"],
    ...further,
    [["?"], "this list"],
  ];
}

function Keys({ kind }: { kind: Kind }) {
  return (
    <>
      <dl class="keys">
        {keysOf(kind).map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <Fragment key={name}>
                  <kbd>{name}</kbd>{" "}
                </Fragment>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Check
        text="letters are keys"
        checked={letters.value}
        set={(on) => {
          letters.value = on;
        }}
      />
    </>
  );
}
