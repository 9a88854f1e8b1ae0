/** What keys do, every place worth going to, and how numbers are written: opened by "?". */

import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { letters } from "./keys";
import type { Kind } from "./kind";
import { Check } from "./parts";

export function Help({ kind }: { kind: Kind }) {
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
    <details class="help" ref={place} onKeyDown={close}>
      <summary id="ns-help" aria-label="Help: keys and places">
        ?
      </summary>
      <div class="sheet">
        <Keys kind={kind} />
        <p class="jumps">
          Go to:{" "}
          {kind.jumps().map(({ name, place: to, at }) => (
            <button type="button" key={name} onClick={() => kind.walk.go(to)}>
              {name} <span class="soft">{at}</span>
            </button>
          ))}
        </p>
        <p class="small">
          <b>Strong</b> digits are the whole number, light ones leave some out: look at a number for all of them, or click to copy.
        </p>
        {kind.note && <p class="small">{kind.note}</p>}
      </div>
    </details>
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
