/** The whole view of one run. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Model } from "../model";
import { count, distinct, short } from "../numbers";
import { ErrorCurve, Gauge, Parabola } from "./charts";
import { Current } from "./context";
import { Contour } from "./contour";
import { Change, Controls } from "./controls";
import { Exactly } from "./exactly";
import { Examples } from "./examples";
import { Headline, Subline } from "./headline";
import { keys, type Walk } from "./keys";
import { Loop } from "./loop";
import { NetworkInside } from "./network";
import { ExampleRows, InputRows } from "./rows";
import { isNearStall, Stall, StallWords } from "./stall";
import { Verdict } from "./verdict";

const BEATS = 7;

export function App({ model }: { model: Model }) {
  const [speed, setSpeed] = useState(4),
    beat = usePlay(model, speed),
    root = useRef<HTMLElement>(null);
  return (
    <Current.Provider value={model}>
      <main ref={root} class="ns" onKeyDown={(event) => keys(event, walk(model, root.current!))}>
        <Headline />
        <Subline />
        <div class="grid">
          <Inside beat={beat} model={model} />
          <div class="steer">
            <Controls speed={speed} setSpeed={setSpeed} />
            <Jumps model={model} />
            <Change />
          </div>
          <Pictures model={model} />
          <Verdict />
        </div>
        <Status model={model} />
      </main>
    </Current.Provider>
  );
}

function Inside({ beat, model }: { beat: number; model: Model }) {
  const { recipe } = model.replay.value,
    now = model.now.value;
  if (recipe.layers) {
    return (
      <section class="card inside" aria-labelledby="ns-inside">
        <h2 id="ns-inside">Inside the network</h2>
        <NetworkInside />
        <Exactly />
      </section>
    );
  }
  const one = recipe.d === 1 && recipe.k === 1 && !recipe.bias && recipe.rule === "plain";
  const best = recipe.goal[now.examples[0] ?? 0] / recipe.input[now.examples[0] ?? 0];
  const stalls = one && recipe.n === 1 && isNearStall(now.weight[0], best);
  return (
    <section class="card inside" aria-labelledby="ns-inside">
      <h2 id="ns-inside">Inside the node</h2>
      {recipe.k > 1 && <NodeChoice model={model} />}
      {one && now.examples.length === 1 ? (
        <>
          <Loop beat={beat} />
          <LoopList model={model} />
        </>
      ) : (
        <InputRows />
      )}
      {(recipe.n > 1 || recipe.k > 1) && <ExampleRows />}
      {one && now.examples.length === 1 && <WholeStep model={model} />}
      {one && now.examples.length === 1 && (
        <p class="soft centred">mse {short(now.mse)}: the area of the square whose side is the gap</p>
      )}
      {stalls && (
        <div class="last-bits">
          <h3>The last bits</h3>
          <Stall />
          <StallWords />
        </div>
      )}
      <Exactly />
    </section>
  );
}

function NodeChoice({ model }: { model: Model }) {
  const names = model.replay.value.recipe.goal_names;
  return (
    <label>
      Node{" "}
      <select
        value={model.output.value}
        onChange={(e) => {
          model.output.value = Number(e.currentTarget.value);
        }}
      >
        {names.map((name, j) => (
          <option value={j} key={j}>
            {name.slice(0, 40)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Pictures({ model }: { model: Model }) {
  const { recipe } = model.replay.value;
  return (
    <div class="right">
      {!recipe.layers && recipe.d === 1 && recipe.k === 1 && !recipe.bias && (
        <section class="card" aria-labelledby="ns-parabola">
          <h2 id="ns-parabola">Error for every weight</h2>
          <Parabola />
        </section>
      )}
      {!recipe.layers && model.replay.value.engine.width > 1 && (
        <section class="card" aria-labelledby="ns-contour">
          <h2 id="ns-contour">Error over two weights</h2>
          <Contour />
        </section>
      )}
      {recipe.n > 1 && (
        <section class="card" aria-labelledby="ns-examples">
          <h2 id="ns-examples">Error of each example</h2>
          <Examples />
        </section>
      )}
      <section class="card" aria-labelledby="ns-gauge">
        <h2 id="ns-gauge">Alpha against its limit</h2>
        <Gauge />
      </section>
      <section class="card" aria-labelledby="ns-error">
        <h2 id="ns-error">Error, step by step</h2>
        <ErrorCurve />
      </section>
    </div>
  );
}

/** The loop as a list, for narrow pages where the picture's text would be too small. */
function LoopList({ model }: { model: Model }) {
  const now = model.now.value,
    { recipe } = model.replay.value,
    example = now.examples[0] ?? 0;
  const values = [
    recipe.input[example],
    now.weight[0],
    now.prediction[0],
    recipe.goal[example],
    now.delta[0],
    now.weighted_delta[0],
    now.alpha_delta[0],
    now.new_weight[0],
  ];
  const texts = distinct(values),
    names = ["input", "weight", "prediction", "goal", "delta", "weighted delta", "alpha delta", "new weight"];
  const colours = ["t-go", "t-w", "t-go", "t-goal", "t-fix", "t-fix", "t-fix", "t-w"];
  return (
    <ol class="loop-list">
      {names.map((name, i) => (
        <li key={name}>
          <span>{name}</span>
          <b class={colours[i]}>{texts[i]}</b>
        </li>
      ))}
    </ol>
  );
}

function WholeStep({ model }: { model: Model }) {
  const now = model.now.value,
    { recipe } = model.replay.value,
    example = now.examples[0] ?? 0;
  const alpha = recipe.alphas ? recipe.alphas[now.step] : recipe.alpha;
  const values = [now.new_weight[0], now.weight[0], alpha, recipe.input[example], recipe.goal[example]];
  const [next, weight, a, x, goal] = distinct(values).map((text) => (/ [−+] /.test(text) ? `(${text})` : text));
  return (
    <p class="line">
      the whole step: <b class="t-w">{next}</b> = <b class="t-w">{weight}</b> − {a} ×{" "}
      <span class="t-fix">
        (
        <span class="t-go">
          {x} × {weight}
        </span>{" "}
        − <span class="t-goal">{goal}</span>)
      </span>{" "}
      × {x}
    </p>
  );
}

/** Places worth going to. */
function Jumps({ model }: { model: Model }) {
  return (
    <p class="jumps">
      Go to:{" "}
      {model.places.value.map(({ name, step }) => (
        <button type="button" key={name} onClick={() => model.go(step)}>
          {name} <span class="soft">{count(step)}</span>
        </button>
      ))}
    </p>
  );
}

/** One polite status line, told when stepping rests, never during play. */
function Status({ model }: { model: Model }) {
  const [text, setText] = useState(""),
    step = model.step.value,
    alpha = model.replay.value.recipe.alpha,
    playing = model.playing.value;
  useEffect(() => {
    if (playing) return undefined;
    const timer = setTimeout(() => {
      const now = model.now.value;
      const one = now.weight.length === 1,
        goal = model.replay.value.recipe.goal[now.examples[0] ?? 0];
      const [weight, next] = distinct([now.weight[0], now.new_weight[0], goal], 8);
      setText(`Step ${now.step}. mse ${short(now.mse)}.${one ? ` Weight ${weight}, new weight ${next}.` : ""}`);
    }, 300);
    return () => clearTimeout(timer);
  }, [step, alpha, playing]);
  return (
    <p class="sr" role="status">
      {text}
    </p>
  );
}

/** Play: by beats where it is slow, by whole steps where it is fast. Gives the beat, −1 where none is shown. */
function usePlay(model: Model, speed: number): number {
  const [beat, setBeat] = useState(-1),
    playing = model.playing.value;
  useEffect(() => {
    if (!playing) {
      setBeat(-1);
      return undefined;
    }
    const slow = speed < 1;
    let at = 0;
    const timer = setInterval(
      () => {
        if (model.step.value >= model.lastStep) {
          model.playing.value = false;
          return;
        }
        if (!slow) {
          model.go(model.step.value + 1);
          return;
        }
        setBeat(at);
        if (at === BEATS) {
          at = -1;
          setBeat(-1);
          model.go(model.step.value + 1);
        }
        at++;
      },
      slow ? 300 : 1000 / speed,
    );
    return () => clearInterval(timer);
  }, [playing, speed]);
  return beat;
}

function walk(model: Model, root: HTMLElement): Walk {
  return {
    at: model.step.value,
    last: model.lastStep,
    go: (step) => model.go(step),
    play: () => {
      model.playing.value = !model.playing.value;
    },
    more: { a: () => root.querySelector<HTMLInputElement>("#ns-alpha")?.focus() },
  };
}
