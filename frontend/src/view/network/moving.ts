/** Whether the hand is on its way: maps of many points are made of fewer then. All numbers and words are those of the moment. */

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Current } from "../replayed/context";

/** Milliseconds within which two changes are one move of the hand. */
const QUICK = 120;

/** Whether alpha or the step changed just before it changed last. */
export function useMoving(): boolean {
  const state = useContext(Current).state.value;
  const [, drawAgain] = useState({});
  const hand = useRef({ state, when: -QUICK, moving: false }).current;
  if (hand.state !== state) {
    const when = performance.now();
    Object.assign(hand, { state, when, moving: when - hand.when < QUICK });
  }
  useEffect(() => {
    const rest = setTimeout(() => {
      if (hand.moving) drawAgain({});
      hand.moving = false;
    }, QUICK);
    return () => clearTimeout(rest);
  }, [hand, state]);
  return hand.moving;
}
