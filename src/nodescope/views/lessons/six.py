"""The six lessons. Each answer is found by running it, so that no text can promise what the arithmetic does not do."""

import math
from typing import Any

from nodescope.diagnosis.after.verdict import diagnose
from nodescope.diagnosis.before.foretelling import forecast
from nodescope.diagnosis.homework.grade import grade
from nodescope.diagnosis.homework.grades import ClassList
from nodescope.run.descend import descend
from nodescope.run.run import Run
from nodescope.views.lessons.lesson import Answered, Lesson, Number, columns

_SEED: dict[str, Any] = {"weight": 0.4, "input": 1, "goal": 0.6}
_PRINTED = [0.44, 0.472, 0.4976]


def _steps(run: Run, *steps: int) -> tuple[str, ...]:
    rows = [("step", "weight", "delta", "new weight")]
    for t in steps:
        step = run.trace[t]
        rows.append((f"{t:,}", repr(step.weight), repr(step.delta), repr(step.new_weight)))
    return columns(rows)


def _stalls() -> Answered:
    run = descend(**_SEED, alpha=0.1, steps=1000)
    right = 0 if run.weight == 0.6 else 1 if run.weight < 0.6 else 2
    why = next(finding.text for finding in diagnose(run).findings if finding.name == "rounding floor")
    return Answered(right, _steps(run, 0, 1, 100, 315, 316, 317, 999), f"A computer has only so many numbers: {why}")


def _overshoots() -> Answered:
    run = descend(**_SEED, alpha=1.8, steps=40)
    foretold = forecast(**_SEED, alpha=1.8)
    right = {"converges": 0, "oscillates": 1, "diverges": 2}[foretold.regime]
    why = (
        "Each step moves the prediction by alpha × delta × input × input, which is 1.8 times what is missing: it lands on the "
        f"other side of the goal, 0.8 as far off. {foretold.sentence}"
    )
    return Answered(right, _steps(run, 0, 1, 2, 3, 39), why)


def _largest_alpha() -> Answered:
    limit = forecast(weight=0.4, input=2, goal=0.6, alpha=0.1).limit
    assert limit is not None
    rows = [("alpha", "weight after 50 steps")]
    for alpha in (0.4, 0.49, 0.5, 0.51):
        rows.append((repr(alpha), repr(descend(weight=0.4, input=2, goal=0.6, alpha=alpha, steps=50).weight)))
    why = (
        "The input counts twice: the weight is multiplied by it on the way forward, the delta on the way back. So a step moves the "
        "prediction by alpha × 2 × 2 × delta. It lands as far beyond the goal as it was before it where alpha is "
        f"2 / (2 × 2) = {limit!r}."
    )
    return Answered([2.0, 1.0, 0.5].index(limit), columns(rows), why)


def _pigs() -> Run:
    return descend(weight=[0.4, 0.4, 0.4], input=[0, 1, 2], inputs=["straw", "sticks", "stone"], goal=0.6, alpha=0.1, steps=20)


def _cancelling() -> Run:
    return descend(weight=2, input=[1, -1], goal=[0, 0], alpha=0.1, batch="all", steps=20)


def _three_pigs() -> Answered:
    run = _pigs()
    moves = [abs(float(move)) for move in run.trace[0].alpha_delta]
    rows = [("pig", "input", "weight", "alpha delta", "new weight")]
    first = run.trace[0]
    for i, pig in enumerate(("straw", "sticks", "stone")):
        rows.append((pig, repr(float(first.input[i])), "0.4", repr(float(first.alpha_delta[i])), repr(float(first.new_weight[i]))))
    why = (
        "They share one delta, but each weight's own step is alpha × delta × its own input. The pig with input 0 had no part in "
        "the prediction, so it gets no part of the correction; the one with input 2 gets twice that of the one with input 1."
    )
    return Answered(moves.index(max(moves)) if len(set(moves)) > 1 else 3, columns(rows), why)


def _squares() -> Answered:
    first = _cancelling().trace[0]
    rows = [("example", "prediction", "goal", "delta", "delta × delta")]
    for s in range(2):
        delta = float(first.delta[s])
        rows.append((str(s), repr(float(first.prediction[s])), "0.0", repr(delta), repr(delta * delta)))
    mean = math.fsum(float(delta) for delta in first.delta) / 2
    why = (
        f"The deltas are 2 and -2, and their mean is {mean!r}, as if nothing were wrong. Squares cannot cancel: "
        f"their mean is {first.mse!r}. What goes back does not cancel either: each delta is multiplied by its own input first."
    )
    return Answered([0.0, 2.0, 4.0].index(first.mse), columns(rows), why)


def _own_loop() -> Answered:
    graded = grade(_PRINTED, **_SEED, alpha=0.1)
    assert not isinstance(graded, ClassList)
    right = {"right": 0, "full derivative": 1, "wrong sign": 2}[graded.convention or ""]
    run = descend(**_SEED, alpha=0.1, steps=3)
    rows = [("step", "printed", "right")]
    rows += [(str(t), repr(printed), repr(run.trace[t].new_weight)) for t, printed in enumerate(_PRINTED)]
    return Answered(right, columns(rows), str(graded))


def _short_of(answered: Answered) -> float:
    """How many numbers that a computer can hold the weight stops beside 0.6: below 0 short of it."""
    last = float(answered.seen[-1].split()[-1])
    return round((last - 0.6) / math.ulp(math.nextafter(0.6, 0)))


def _away(numbers: float) -> str:
    count, side = abs(round(numbers)), "below" if numbers < 0 else "above"
    return f"{count} number{'' if count == 1 else 's'} {side} 0.6" if count else "0.6 exactly"


def _plain(number: float) -> str:
    return f"{number:g}"


_NODE = "weight 0.4, input 1, goal 0.6"
LESSONS = (
    Lesson(
        "stalls", "Does it arrive?",
        (f"One node: {_NODE}, alpha 0.1.", "Each step: prediction = weight × input; delta = prediction − goal;",
         "weight = weight − alpha × delta × input."),
        "Where is the weight after 1,000 steps?",
        ("at 0.6 exactly", "a hair below 0.6, and it stays there", "a hair above 0.6, and it stays there"), _stalls,
        "nodescope forecast --weight 0.4 --input 1 --goal 0.6 --alpha 0.7",
        lambda: descend(**_SEED, alpha=0.1, steps=1000), has_picture=True,
        number=Number("how many numbers beside 0.6 it stops", -8, 8, 1, 0, _away, _short_of),
    ),
    Lesson(
        "overshoots", "Hardly any brake",
        (f"The same node: {_NODE}. Now alpha is 1.8.",),
        "What does the weight do?",
        ("it comes nearer from below, faster than at 0.1", "it jumps to and fro over the goal, and comes nearer",
         "it jumps to and fro over the goal, and gets farther away"), _overshoots,
        "nodescope run --weight 0.4 --input 1 --goal 0.6 --alpha 2.1 --steps 20",
        lambda: descend(**_SEED, alpha=1.8, steps=40),
    ),
    Lesson(
        "largest-alpha", "The largest alpha",
        ("A node with weight 0.4, goal 0.6, and an input of 2.", "With an input of 1 it gets nowhere from alpha 2 on."),
        "From which alpha on does it get nowhere now?",
        ("2, as before", "1, half of it", "0.5, a quarter of it"), _largest_alpha,
        "nodescope forecast --weight 0.4 --input 3 --goal 0.6 --alpha 0.1",
        lambda: descend(weight=0.4, input=2, goal=0.6, alpha=0.1, steps=50),
        number=Number("alpha", 0, 2.5, 0.05, 2, _plain, lambda answered: (2.0, 1.0, 0.5)[answered.right]),
    ),
    Lesson(
        "three-pigs", "Three pigs, one node",
        ("Three inputs: straw 0, sticks 1, stone 2. All three weights are 0.4.",
         "The predictions add up; the goal is 0.6, alpha 0.1."),
        "Whose weight moves most in the first step?",
        ("straw's", "sticks'", "stone's", "all alike"), _three_pigs,
        "nodescope run examples/three_little_pigs.toml", _pigs,
    ),
    Lesson(
        "squares", "Why squares?",
        ("One weight of 2 and two examples: input 1, goal 0; input -1, goal 0.",),
        "What is the mean squared error?",
        ("0: the one is too high by as much as the other is too low", "2", "4"), _squares,
        "nodescope run examples/why_squares.toml", _cancelling,
        number=Number("the mean squared error", 0, 5, 0.1, 0, _plain, lambda answered: (0.0, 2.0, 4.0)[answered.right]),
    ),
    Lesson(
        "own-loop", "Your own loop",
        (f"Somebody's loop for {_NODE}, alpha 0.1 printed these weights:", "0.44   0.472   0.4976"),
        "Is it right?",
        ("yes", "no: each step is twice as large as it should be", "no: it goes the wrong way"), _own_loop,
        "nodescope grade examples/sheet.csv --weight 0.4 --input 1 --goal 0.6 --alpha 0.1",
        lambda: descend(**_SEED, alpha=0.1, steps=3),
    ),
)  # fmt: skip
