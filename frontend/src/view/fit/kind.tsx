/** The result of a fit: how good it is on rows that it never saw, where it is wrong, what it has learned, and a row to try. */

import { useContext, useMemo, useState } from "preact/hooks";
import type { Model } from "../../model";
import { clip, short } from "../../numbers";
import { spoken } from "../../words";
import { written } from "../figures";
import type { Kind } from "../kind";
import { Choice } from "../parts";
import { Current } from "../replayed/context";
import { Head as AsItRan } from "../replayed/headline";
import { Confusion, Probabilities } from "./classes";
import { Epochs } from "./epochs";
import { HowFar } from "./how_far";
import { fitOf, Output, useFit } from "./now";
import { Predict } from "./predict";
import { resultOf } from "./story";
import { Missed, Truth } from "./truth";
import { Weights } from "./weights";

/** Another kind of view of the same run. */
export function resultKind(model: Model, run: Kind): Kind {
  return { ...run, arrangement: "fit", Head, Inside, Beside: Nothing, speeds: [], status: () => statusOf(model) };
}

function Nothing() {
  return null;
}

function Head() {
  const now = useFit();
  const [head, why] = useMemo(() => {
    const told = now && resultOf(now);
    return told ? written(told.head, told.why) : [];
  }, [now]);
  if (!now || !Number.isFinite(now.judged.prediction[0])) return <AsItRan />;
  return (
    <div class="head">
      <h1>{head}</h1>
      <p class="sub">{why}</p>
    </div>
  );
}

function statusOf(model: Model): string {
  const now = fitOf(model);
  return now ? spoken(resultOf(now).head, ({ value }) => short(value)) : "";
}

function Inside() {
  const { replay, scene } = useContext(Current);
  const [j, setJ] = useState(0);
  const { recipe } = replay.value;
  const classes = !!scene.fit?.classes;
  const names = recipe.goal_names.map((name) => clip(name, 24));
  return (
    <Output.Provider value={classes ? 0 : j}>
      {recipe.k > 1 && !classes && <Choice text="Goal" label="goal shown" value={j} names={names} set={setJ} />}
      <div class="fit-cards">
        <HowFar />
        {classes ? <Confusion /> : <Truth />}
        {classes ? <Probabilities /> : <Missed />}
        <Weights />
        <Epochs />
        <Predict />
      </div>
    </Output.Provider>
  );
}
