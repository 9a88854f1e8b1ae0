/** The start page's live part: the promise, a step in four sentences, and one node that plays once, its alpha under the hand. */

import { useContext, useEffect } from "preact/hooks";
import type { Model } from "../../model";
import { count } from "../../numbers";
import { say } from "../../told/say";
import { figure, type Phrase } from "../../words";
import { Buttons } from "../dock";
import { written } from "../figures";
import type { Ways } from "../kind";
import { AlphaCard } from "../replayed/alpha";
import { BowlCard } from "../replayed/bowl";
import { Current } from "../replayed/context";
import { usePlay } from "../shell";
import { Top } from "../top";

/** Slow enough to be read along. */
const SLOW = { text: "", rate: 2 };
const INPUTS = ["pointerdown", "keydown", "wheel"] as const;

export function Start({ model, ways }: { model: Model; ways?: Ways }) {
  usePlay(model.walk, SLOW);
  useEffect(() => playOnce(model), [model]);
  return (
    <Current.Provider value={model}>
      <div class="ns start">
        <Top title="on this machine only" host={{ alone: true, ways }} />
        <div class="grid">
          <Words />
          <div class="right">
            <BowlCard />
            <AlphaCard />
            <Steps />
          </div>
        </div>
      </div>
    </Current.Provider>
  );
}

/** It plays by itself until anything is touched; never where motion is not wanted. */
function playOnce({ walk }: Model): (() => void) | undefined {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return undefined;
  const stop = (event: Event): void => {
    leave();
    const target = event.composedPath()[0] as Element; // the button stops it itself
    if (!target.closest?.(".play")) walk.playing.value = false;
  };
  const leave = (): void => INPUTS.forEach((kind) => void document.removeEventListener(kind, stop, true));
  for (const kind of INPUTS) document.addEventListener(kind, stop, true);
  walk.play();
  return leave;
}

function Words() {
  const model = useContext(Current);
  return (
    <div class="promise">
      <h1>See one number learn, and be told what goes wrong and why.</h1>
      <p class="soft">
        A program that learns has numbers it may change, its weights. Here is one. It guesses, sees how far off it is, and corrects
        a part of that. Over and over.
      </p>
      <ol>
        {written(...sentences(model)).map((sentence, i) => (
          <li key={i}>{sentence}</li>
        ))}
      </ol>
      <p class="soft small">Drag alpha, how big a part it corrects, and see what it does.</p>
    </div>
  );
}

/** A step in four sentences, and what alpha means for it. */
function sentences({ now, facts }: Model): Phrase[] {
  const { prediction, delta, alpha_delta, new_weight } = now.value;
  const off = delta[0];
  const miss: Phrase = off
    ? ["That is ", figure(Math.abs(off), "fix"), ` too ${off < 0 ? "low" : "high"}.`]
    : ["That is the goal: nothing is missing."];
  const correct: Phrase = ["It corrects alpha × ", figure(Math.abs(off)), " = ", figure(Math.abs(alpha_delta[0]), "fix"), "."];
  const does = say("step", facts.value);
  return [
    ["It guesses ", figure(prediction[0], "go"), "."],
    miss,
    [...correct, " ", ...does],
    ["Its weight is now ", figure(new_weight[0], "w"), ". Again."],
  ];
}

/** The run that opens has the alpha that is under the hand here. */
function Steps() {
  const { walk, replay, changed } = useContext(Current);
  const to = changed.value ? `#alpha=${replay.value.recipe.alpha}` : "";
  return (
    <div class="dock" role="group" aria-label="Steps">
      <Buttons walk={walk} />
      <div class="steps">
        <input
          type="range"
          aria-label="Step"
          min="0"
          max={walk.last}
          value={walk.here}
          style={{ "--part": `${(100 * walk.here) / Math.max(1, walk.last)}%` }}
          onInput={(e) => walk.go(Number(e.currentTarget.value))}
        />
        <div class="marks" aria-hidden="true">
          <span class="left">step {count(walk.here)}</span>
        </div>
      </div>
      <a href={`/example/stalls${to}`}>Open this node</a>
    </div>
  );
}
