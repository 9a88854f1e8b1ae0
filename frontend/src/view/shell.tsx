/** The view of one run, of whatever kind: what it does, inside a step, what follows, and the steps, walked by hand or by itself. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Walk } from "../walk";
import { useDigits } from "./digits";
import { Dock } from "./dock";
import { keys } from "./keys";
import type { Host, Kind, Speed } from "./kind";
import { PartRole } from "./parts";
import { Top } from "./top";

const NO_SPEED: Speed = { text: "", rate: 1 };

/** Milliseconds of a beat, and of rest after which the status is told. */
const BEAT = 300;
const REST = 300;

export function Shell({ kind, host }: { kind: Kind; host: Host }) {
  const { walk, Head, Inside, Beside, Below } = kind;
  const [speed, setSpeed] = useState<Speed | undefined>(kind.speeds[1]);
  const beat = usePlay(walk, speed ?? NO_SPEED);
  const root = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent): void => keys(event, walk, (letter) => lead(kind, letter, root.current));
  useKeysOfThePage(host.alone, press);
  const { handlers, bubble } = useDigits();
  const whole = { ref: root, class: `ns ${host.alone ? "alone" : ""}`, ...handlers, onKeyDown: press };
  const parts = (
    <>
      {!host.bare && <Top title={kind.title} host={host} views={kind.views} />}
      {host.bare !== "all" && <Head />}
      <div class={`grid ${kind.arrangement}`}>
        <div class="left">
          <Inside beat={beat} />
        </div>
        <div class="right">
          <Beside />
        </div>
      </div>
      {kind.speeds.length > 0 && <Dock kind={kind} speed={speed ?? kind.speeds[1]} setSpeed={setSpeed} />}
      {host.bare !== "all" && (
        <div class="below">
          <Below />
        </div>
      )}
      <Status kind={kind} />
      {bubble}
    </>
  );
  if (host.alone) return <main {...whole}>{parts}</main>;
  // a page has one main part: where the view stands in somebody's page, that is theirs
  return (
    <PartRole.Provider value="group">
      <div {...whole} role="group" aria-label={kind.title}>
        {parts}
      </div>
    </PartRole.Provider>
  );
}

/** Go where a letter leads; whether it leads anywhere. */
function lead({ letters }: Kind, letter: string, root: HTMLElement | null): boolean {
  if (letter === "?") {
    const help = root?.querySelector<HTMLElement>("#ns-help");
    help?.click();
    help?.focus();
  }
  const to = letters[letter];
  to?.press?.();
  const place = to?.id ? root?.querySelector<HTMLElement>(`#${to.id}`) : null;
  place?.focus();
  return letter === "?" || !!to?.press || !!place;
}

/** Keys work as long as nothing has the focus, too, where the page holds nothing else. */
function useKeysOfThePage(alone: boolean, press: (event: KeyboardEvent) => void): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    if (!alone) return undefined;
    const listen = (event: KeyboardEvent): void => {
      if (event.target === document.body) latest.current(event);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [alone]);
}

/** One polite status line, told when walking rests, never during play. */
function Status({ kind }: { kind: Kind }) {
  const [told, setTold] = useState("");
  const playing = kind.walk.playing.value;
  const text = kind.status();
  useEffect(() => {
    if (playing) return undefined;
    const timer = setTimeout(() => setTold(text), REST);
    return () => clearTimeout(timer);
  }, [text, playing]);
  return (
    <p class="sr" role="status">
      {told}
    </p>
  );
}

/** Go on by itself: by whole steps, or by beats where it is slow. Gives the beat, −1 where none is shown. */
export function usePlay(walk: Walk, { rate, beats }: Speed): number {
  const [beat, setBeat] = useState(-1);
  const playing = walk.playing.value;
  useEffect(() => {
    setBeat(-1);
    if (!playing) return undefined;
    let at = 0;
    const tick = (): void => {
      const whole = !beats || at === beats;
      if (whole) walk.next();
      setBeat(whole ? -1 : at);
      at = whole ? 0 : at + 1;
    };
    const timer = setInterval(tick, beats ? BEAT : 1000 / rate);
    return () => clearInterval(timer);
  }, [walk, playing, rate, beats]);
  return beat;
}
