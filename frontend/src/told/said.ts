/** The words for what a run did and why, of words.txt. Made by words.mjs: not to be edited. */

import { AS_GOOD, FEW } from "./numbers";
import type { Row } from "./say";

export const SAID = {
  head: [
    [(f) => f.steps === 0, ["No step was made."]],
    [() => true, [{ section: "stopped" }, { section: "story" }]],
  ],
  stopped: [
    [(f) => f.ending === "INTERRUPTED", ["Stopped by you after ", { fact: "steps", how: "steps" }, ". "]],
    [(f) => f.ending === "TIME_USED", ["Its time was used up after ", { fact: "steps", how: "steps" }, ". "]],
  ],
  story: [
    [
      (f) => f.grows && f.one && !f.scheduled,
      ["At alpha ", { fact: "alpha" }, " it ", { word: "diverges", tone: "fix" }, ": every step lands farther from the goal."],
    ],
    [
      (f) => f.grows && !f.scheduled,
      ["At alpha ", { fact: "alpha" }, " it ", { word: "diverges", tone: "fix" }, ": the error grows without end."],
    ],
    [(f) => f.grows && f.one, ["It ", { word: "diverges", tone: "fix" }, ": every step lands farther from the goal."]],
    [(f) => f.grows, ["It ", { word: "diverges", tone: "fix" }, ": the error grows without end."]],
    [(f) => f.one && f.regime === "frozen", ["Nothing moves: the weight stays at ", { fact: "weight", tone: "w" }, "."]],
    [(f) => f.alone && f.ending === "SETTLED" && f.far === 0 && f.settled_after === 0, ["It is at the goal from the start."]],
    [
      (f) => f.alone && f.ending === "SETTLED" && f.far === 0,
      ["It reaches the goal exactly after ", { fact: "settled_after", how: "steps" }, "."],
    ],
    [(f) => f.one && f.ending === "SETTLED", ["It stops at ", { fact: "weight", how: "all", tone: "w" }, " and stays there."]],
    [
      (f) => f.one && f.ending === "CYCLING" && f.period === 2,
      ["It goes to and fro between ", { fact: "a", tone: "w" }, " and ", { fact: "b", tone: "w" }, " for ever."],
    ],
    [(f) => f.one && f.ending === "CYCLING", ["It goes round the same ", { fact: "period", how: "count" }, " weights for ever."]],
    [(f) => f.ending === "MSE_REACHED", ["It is as close as was asked after ", { fact: "steps", how: "steps" }, "."]],
    [
      (f) => f.one,
      ["It is still on its way: ", { fact: "far", tone: "fix" }, " left after ", { fact: "steps", how: "steps" }, "."],
    ],
    [(f) => f.ending === "CYCLING", ["It goes round the same steps for ever", { section: "off" }]],
    [
      (f) => f.ending === "SETTLED" && f.last === 0 && f.far === 0,
      ["Every prediction is exactly its goal after ", { fact: "settled_after", how: "steps" }, "."],
    ],
    [(f) => f.ending === "SETTLED" && f.alone, ["It stops ", { fact: "far", tone: "fix" }, " short of the goal and stays there."]],
    [(f) => f.ending === "SETTLED", ["It settles after ", { fact: "settled_after", how: "steps" }, { section: "off" }]],
    [() => true, ["After ", { fact: "steps", how: "steps" }, " ", { section: "so far" }]],
  ],
  off: [
    [(f) => f.classes, ["; ", { section: "right" }]],
    [() => true, [", off by about ", { fact: "rms", tone: "fix" }, "."]],
  ],
  right: [
    [(f) => f.right === f.rows, ["all ", { fact: "rows", how: "count" }, " examples get their class."]],
    [() => true, [{ fact: "right", how: "count" }, " of ", { fact: "rows", how: "count" }, " examples get their class."]],
  ],
  "so far": [
    [(f) => f.classes, [{ section: "right" }]],
    [
      (f) => f.last > f.first,
      [
        "it is farther off than at the start: about ",
        { fact: "rms", tone: "fix" },
        " instead of ",
        { fact: "rms_first", tone: "fix" },
        ".",
      ],
    ],
    [(f) => f.alone, [{ fact: "far", tone: "fix" }, " of the way to the goal is left."]],
    [(f) => f.predictions > FEW, ["it is off by about ", { fact: "rms", tone: "fix" }, "."]],
    [() => true, ["every prediction is within ", { fact: "far", tone: "fix" }, " of its goal."]],
  ],
  why: [
    [(f) => f.steps === 0, []],
    [(f) => f.grows, [{ section: "step" }, { section: "holds" }, { section: "ends" }]],
    [(f) => f.one && f.regime === "frozen", [{ section: "aim" }, { section: "frozen" }]],
    [(f) => f.one && f.ending === "SETTLED" && f.far === 0, [{ section: "aim" }, { section: "step" }]],
    [
      (f) => f.one && f.ending === "SETTLED" && f.tells_step,
      [
        { section: "aim" },
        { section: "step", goesOn: true },
        "from step ",
        { fact: "settled_after", how: "count" },
        " on the correction is too small to change the weight.",
      ],
    ],
    [
      (f) => f.one && f.ending === "SETTLED",
      [
        { section: "aim" },
        "From step ",
        { fact: "settled_after", how: "count" },
        " on the correction is too small to change the weight.",
      ],
    ],
    [
      (f) => f.one && f.ending === "CYCLING",
      [
        { section: "aim" },
        { section: "step" },
        " From step ",
        { fact: "cycle_first", how: "count" },
        " on the same weights come again and again.",
      ],
    ],
    [
      (f) => f.ending === "MSE_REACHED",
      ["The error (mse) is ", { fact: "last", tone: "fix" }, "; ", { fact: "until_mse" }, " was asked for."],
    ],
    [(f) => f.one, [{ section: "aim" }, { section: "step" }]],
    [
      (f) => f.ending === "CYCLING",
      [
        "From step ",
        { fact: "cycle_first", how: "count" },
        " on the weights repeat every ",
        { fact: "period", how: "steps" },
        ". ",
        { section: "step" },
        { section: "least" },
      ],
    ],
    [(f) => f.ending === "SETTLED" && f.last === 0 && f.far === 0, [{ section: "step" }, { section: "least" }]],
    [
      (f) => f.ending === "SETTLED" && f.alone,
      [{ section: "step" }, { section: "least" }, " No weight changes after step ", { fact: "settled_after", how: "count" }, "."],
    ],
    [(f) => f.ending === "SETTLED", [{ section: "step" }, { section: "least" }, " No weight changes any more."]],
    [() => true, [{ section: "step" }, { section: "least" }]],
  ],
  holds: [[(f) => f.known && f.alpha > 0, [" An alpha below ", { fact: "limit" }, " holds."]]],
  ends: [[(f) => f.ending === "DIVERGED", [" At step ", { fact: "last_step", how: "count" }, " a number is no longer finite."]]],
  aim: [
    [(f) => f.input === 1, ["The goal is ", { fact: "goal", tone: "goal" }, ". "]],
    [() => true, ["Its prediction is ", { fact: "prediction", tone: "go" }, ", the goal ", { fact: "goal", tone: "goal" }, ". "]],
  ],
  frozen: [
    [(f) => f.alpha === 0, ["Alpha is 0: every step is 0 long."]],
    [(f) => f.bound, ["The weight is frozen."]],
    [() => true, ["Its input is 0, so the weight has no say in the prediction."]],
  ],
  least: [
    [(f) => f.least > 0 && f.rms - f.rms_least < AS_GOOD * f.rms_least, [" No weights come noticeably closer."]],
    [(f) => f.least > 0, [" No weights come closer than about ", { fact: "rms_least" }, "."]],
  ],
} satisfies Record<string, Row[]>;
