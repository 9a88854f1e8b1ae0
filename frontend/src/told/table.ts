/** All words of words.txt but those of networks alone. Made by words.mjs: not to be edited. */

import { BESIDE, HOPELESS, ILL_CONDITIONED, LARGEST, SAME, SEEN } from "./numbers";
import { SAID } from "./said";
import type { Row } from "./say";

export const TABLE = {
  ...SAID,
  step: [
    [(f) => f.regime === "frozen", ["Nothing moves."]],
    [(f) => f.regime === "one step" && f.per === "step", ["One step makes up all that is missing."]],
    [(f) => f.regime === "one step", ["One epoch makes up all that is missing."]],
    [(f) => f.regime === "marginal", ["Each ", { fact: "per", how: "word" }, " lands as far off on the other side."]],
    [(f) => f.regime === "diverges" && f.alpha < 0, ["Below 0 each ", { fact: "per", how: "word" }, " goes away from the goal."]],
    [(f) => !f.tells_step, []],
    [
      (f) => f.regime === "diverges" && f.size - 1 < BESIDE,
      [
        "Each ",
        { fact: "per", how: "word" },
        " overshoots and ends ",
        { fact: "size", how: "near" },
        " times as far off on the other side.",
      ],
    ],
    [
      (f) => f.regime === "diverges",
      ["Each ", { fact: "per", how: "word" }, " overshoots and ends ", { fact: "size" }, " times as far off on the other side."],
    ],
    [
      (f) => f.regime === "oscillates" && 1 - f.size < BESIDE,
      [
        "Each ",
        { fact: "per", how: "word" },
        " overshoots and leaves ",
        { fact: "size", how: "near" },
        " of what was missing, on the other side.",
      ],
    ],
    [
      (f) => f.regime === "oscillates",
      [
        "Each ",
        { fact: "per", how: "word" },
        " overshoots and leaves ",
        { fact: "size" },
        " of what was missing, on the other side.",
      ],
    ],
    [
      (f) => f.gain - 0.5 < SAME && 0.5 - f.gain < SAME && !f.several,
      ["Each ", { fact: "per", how: "word" }, " halves what is missing."],
    ],
    [
      (f) => f.several,
      ["Each ", { fact: "per", how: "word" }, " makes up at least ", { fact: "gain", how: "part" }, " of what is missing."],
    ],
    [() => true, ["Each ", { fact: "per", how: "word" }, " makes up ", { fact: "gain", how: "part" }, " of what is missing."]],
  ],
  fate: [
    [(f) => f.regime === "converges", [{ word: "converges", tone: "go" }]],
    [(f) => f.regime === "one step", [{ word: "converges in one step", tone: "go" }]],
    [(f) => f.regime === "oscillates", [{ word: "oscillates, then converges", tone: "go" }]],
    [(f) => f.regime === "marginal", ["marginal"]],
    [(f) => f.regime === "frozen", ["does not move"]],
    [(f) => f.regime === "diverges", [{ word: "diverges", tone: "fix" }]],
    [(f) => f.regime === "stable", [{ word: "below its limit", tone: "go" }]],
  ],
  forecast: [
    [
      (f) => f.breaks_at_start,
      [
        "Breaks off at the start: its first numbers are beyond 1.8 × 10³⁰⁸, the largest number that ",
        "a computer can hold. ",
        { section: "limit" },
      ],
    ],
    [
      (f) => f.breaks_at >= 0,
      [
        "Breaks off: at step ",
        { fact: "breaks_at", how: "count" },
        " a number is beyond 1.8 × 10³⁰⁸, the largest number that a computer can hold. ",
        { section: "limit" },
      ],
    ],
    [() => true, [{ section: "behaviour" }, " ", { section: "limit" }, " ", { section: "end" }]],
  ],
  behaviour: [
    [(f) => f.regime === "unknown", ["Where it leads is not known: ", { fact: "reason", how: "word" }, "."]],
    [(f) => f.regime === "frozen" && f.can_move, ["Nothing moves: alpha is 0."]],
    [(f) => f.regime === "frozen", ["Nothing moves: no weight that may move has an input other than 0."]],
    [
      (f) => f.regime === "converges" && f.comes_back > SEEN,
      ["Converges. ", { section: "makes up" }, " Part of it passes the goal and comes back on the way."],
    ],
    [(f) => f.regime === "converges", ["Converges. ", { section: "makes up" }]],
    [
      (f) => f.regime === "one step",
      ["Converges at once: one ", { fact: "per", how: "word" }, ", and nothing is missing any more."],
    ],
    [
      (f) => f.regime === "oscillates" && f.turns_each_time,
      [
        "Oscillates, then converges. Each ",
        { fact: "per", how: "word" },
        " passes the goal and leaves ",
        { fact: "size", how: "near" },
        " of what was missing, on its other side.",
      ],
    ],
    [
      (f) => f.regime === "oscillates",
      [
        "Oscillates, then converges. It passes the goal again and again; in the long run each ",
        { fact: "per", how: "word" },
        " leaves ",
        { fact: "size", how: "near" },
        " of what was missing.",
      ],
    ],
    [
      (f) => f.regime === "marginal",
      [
        "Neither converges nor diverges: each ",
        { fact: "per", how: "word" },
        " passes the goal and misses it by as much as before.",
      ],
    ],
    [(f) => f.regime === "diverges" && !f.tells_step, ["Diverges: the error grows whatever the order."]],
    [
      (f) => f.regime === "diverges" && f.factor < 0 && f.size > LARGEST,
      [
        "Diverges: every ",
        { fact: "per", how: "word" },
        " leads farther from the goal. Each ",
        { fact: "per", how: "word" },
        " passes the goal and lands more than any number, on its other side.",
      ],
    ],
    [
      (f) => f.regime === "diverges" && f.size > LARGEST,
      [
        "Diverges: every ",
        { fact: "per", how: "word" },
        " leads farther from the goal. Each ",
        { fact: "per", how: "word" },
        " leads more than any number.",
      ],
    ],
    [
      (f) => f.regime === "diverges" && f.factor < 0,
      [
        "Diverges: every ",
        { fact: "per", how: "word" },
        " leads farther from the goal. Each ",
        { fact: "per", how: "word" },
        " passes the goal and lands ",
        { fact: "size", how: "near" },
        " times as far away, on its other side.",
      ],
    ],
    [
      (f) => f.regime === "diverges",
      [
        "Diverges: every ",
        { fact: "per", how: "word" },
        " leads farther from the goal. Each ",
        { fact: "per", how: "word" },
        " leads ",
        { fact: "size", how: "near" },
        " times as far away.",
      ],
    ],
  ],
  "makes up": [
    [
      (f) => f.tells_step,
      ["Each ", { fact: "per", how: "word" }, " makes up ", { fact: "gain", how: "g6" }, " of what is missing."],
    ],
    [() => true, ["Every single step makes the error of its own example smaller."]],
  ],
  limit: [
    [(f) => !f.known, []],
    [(f) => f.limit === 0, ["No alpha that a computer can hold is small enough: the squares of the inputs are too ", "large."]],
    [(f) => f.bounded && f.surely_not_above > LARGEST, ["Stable for certain up to alpha ", { fact: "limit", how: "g6" }, "."]],
    [
      (f) => f.bounded,
      [
        "Stable for certain up to alpha ",
        { fact: "limit", how: "g6" },
        ", for certain not above ",
        { fact: "surely_not_above", how: "g6" },
        ".",
      ],
    ],
    [() => true, ["Stable up to alpha ", { fact: "limit", how: "g6" }, { fact: "islands", how: "word" }, "."]],
  ],
  end: [
    [(f) => f.rows > 1 && !(f.can_move && f.foretold), []],
    [
      (f) => f.rows > 1 && f.condition > HOPELESS,
      [
        "Hopeless for gradient descent: the inputs' condition number is ",
        { fact: "condition", how: "g3" },
        ", so that at the best alpha the weakest direction takes about ",
        { fact: "turns", how: "g3" },
        " steps to fall to a third.",
      ],
    ],
    [
      (f) => f.rows > 1 && f.cycle_mse >= 0 && f.batch === 1,
      [
        "One at a time it ends in a cycle around an mse of ",
        { fact: "cycle_mse", how: "g6" },
        "; the least is ",
        { fact: "least_mse", how: "g6" },
        ".",
      ],
    ],
    [
      (f) => f.rows > 1 && f.cycle_mse >= 0,
      [
        { fact: "batch", how: "count" },
        " at a time it ends in a cycle around an mse of ",
        { fact: "cycle_mse", how: "g6" },
        "; the least is ",
        { fact: "least_mse", how: "g6" },
        ".",
      ],
    ],
    [(f) => f.rows > 1 && f.least_mse === 0, ["The best weights leave no error."]],
    [(f) => f.rows > 1, ["The best weights leave a mean squared error of ", { fact: "least_mse", how: "g6" }, "."]],
    [(f) => f.settles_at === 0, ["It is settled from the start: no step moves a weight."]],
    [
      (f) => f.settles_at > 0 && f.settles_exactly,
      ["It stops at ", { fact: "ends_at", how: "weights" }, " after ", { fact: "settles_at", how: "steps" }, " and stays there."],
    ],
    [
      (f) => f.settles_at > 0,
      [
        "It stops at ",
        { fact: "ends_at", how: "weights" },
        " after about ",
        { fact: "settles_at", how: "steps" },
        " and stays there.",
      ],
    ],
    [
      (f) => f.diverges_at >= 0,
      [
        "At step ",
        { fact: "diverges_at", how: "count" },
        " a number is beyond 1.8 × 10³⁰⁸, the largest number that a computer can hold.",
      ],
    ],
    [(f) => f.regime === "unknown", []],
    [(f) => f.repeats > 0, ["It ends in a cycle of ", { fact: "repeats", how: "count" }, " steps."]],
    [(f) => f.blurred, ["Rounding on the way blurs the place where it stops."]],
    [(f) => f.walked > 0, ["It has not settled within ", { fact: "walked", how: "count" }, " steps, as many as a forecast makes."]],
  ],
  "foretold of a network": [
    [(f) => f.alpha === 0, ["Nothing moves: alpha is 0."]],
    [(f) => f.near_limit > LARGEST, ["At the start no alpha is too large: nothing there curves up. ", { section: "not known" }]],
    [
      (f) => f.near_limit > 0,
      [
        "At the start it ",
        { section: "near word" },
        ": alpha is ",
        { fact: "near_ratio", how: "g3" },
        " times the largest that is stable there, ",
        { fact: "near_limit", how: "g4" },
        { section: "near alone" },
        ". ",
        { section: "not known" },
      ],
    ],
    [() => true, [{ section: "not known" }]],
  ],
  "near word": [
    [(f) => f.near_ratio < 0, ["diverges"]],
    [(f) => f.near_ratio < 0.5, ["converges"]],
    [(f) => f.near_ratio > 1, ["diverges"]],
    [() => true, ["oscillates"]],
  ],
  "near alone": [
    [(f) => f.batch === f.rows, []],
    [(f) => f.near_alone > LARGEST, [", were all examples in a step"]],
    [() => true, [", were all examples in a step; that of the steepest example alone is ", { fact: "near_alone", how: "g4" }]],
  ],
  "not known": [[() => true, ["Where it leads is not known: ", { fact: "end_reason", how: "word" }, "."]]],
  "near here": [
    [(f) => !(f.near_limit > 0), []],
    [(f) => f.near_limit > LARGEST, [{ word: "any alpha holds here", tone: "go" }, ": nothing curves up."]],
    [(f) => f.near_ratio < 0, [{ word: "goes up", tone: "fix" }, ": an alpha below 0 makes the error larger."]],
    [
      (f) => f.near_ratio > 1,
      [{ word: "may jump", tone: "fix" }, ": at this step alphas above ", { fact: "near_limit" }, " are unstable."],
    ],
    [
      (f) => f.near_ratio < 0.5,
      [{ word: "settles down", tone: "go" }, ": at this step alphas up to ", { fact: "near_limit" }, " are stable."],
    ],
    [
      () => true,
      [{ word: "swings, and holds", tone: "go" }, ": at this step alphas up to ", { fact: "near_limit" }, " are stable."],
    ],
  ],
  verdict: [
    [(f) => f.alpha < 0 && f.can_move, ["Alpha is below 0, so each step makes the error larger."]],
    [(f) => f.ending === "DIVERGED" && f.stable, ["The numbers are too large for a computer, though alpha is right."]],
    [(f) => f.alpha === 0, ["Alpha is 0, so no weight moves."]],
    [
      (f) => f.can_move && f.last !== 0 && !f.stable && !f.marginal,
      ["Alpha is too large: each step overshoots further, so the error grows."],
    ],
    [(f) => f.zero_input && !f.can_move, ["An input is 0 in every example, so its weight cannot learn."]],
    [(f) => f.last === 0 && f.far > 0 && f.missed, ["The errors are too small for a computer to square: scale the numbers."]],
    [(f) => f.zero_input, ["An input is 0 in every example, so its weight cannot learn."]],
    [(f) => f.marginal, ["Alpha is exactly at its limit: the error goes to and fro and never shrinks."]],
    [
      (f) => f.condition > ILL_CONDITIONED && !f.converged && f.scaling_helps,
      ["The inputs differ so much in size that no one alpha suits them all."],
    ],
    [
      (f) => f.condition > ILL_CONDITIONED && !f.converged,
      ["Some inputs nearly repeat each other, so their weights are hardly told apart."],
    ],
    [(f) => f.slow, ["It is on its way, but far too slow."]],
    [(f) => f.severe, ["It stopped early: the steps became too small to change any weight."]],
    [(f) => f.guessing, ["No weights do better than always saying the mean of the goals."]],
    [(f) => f.steps === 0 && !f.converged, ["Nothing can be told: no step was made."]],
    [(f) => f.on_the_way, ["Healthy: nothing is wrong, but it was stopped on its way."]],
    [() => true, ["Healthy: nothing is wrong."]],
  ],
} satisfies Record<string, Row[]>;
