/** The view of one run, of whatever kind: head, controls, pictures, verdict; walked by buttons, keys and by itself. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Walk } from "../walk";
import { Controls } from "./controls";
import { useDigits } from "./digits";
import { keys } from "./keys";
import type { Kind, Speed } from "./kind";
import { Verdict } from "./verdict";

/** Milliseconds of a beat, and of rest after which the status is told. */
const BEAT = 300;
const REST = 300;

export function Shell({ kind }: { kind: Kind }) {
  const { walk, Head, Inside, Beside } = kind;
  const [speed, setSpeed] = useState(kind.speeds[1]);
  const beat = usePlay(walk, speed);
  const root = useRef<HTMLElement>(null);
  const lead = (letter: string): boolean => {
    const place = root.current?.querySelector<HTMLElement>(`#${kind.letters[letter]?.id ?? "ns-none"}`);
    place?.focus();
    return !!place;
  };
  const { handlers, bubble } = useDigits();
  return (
    <main ref={root} class="ns" {...handlers} onKeyDown={(event) => keys(event, walk, lead)}>
      <Head />
      <div class={`grid ${kind.arrangement}`}>
        <Inside beat={beat} />
        <Controls kind={kind} speed={speed} setSpeed={setSpeed} />
        <Beside />
        <Verdict judged={kind.judged()} />
      </div>
      <Status kind={kind} />
      {bubble}
    </main>
  );
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
function usePlay(walk: Walk, { rate, beats }: Speed): number {
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
