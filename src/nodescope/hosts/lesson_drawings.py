"""What a lesson shows before the guess: a picture of the run's start that gives nothing of its answer away.

Where a number is guessed the picture has an axis at its foot, from `LEFT` to `RIGHT`, under which the mark is moved: a slider of
the browser's own, which hands and keys know.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from nodescope.hosts.axes import Axis, named
from nodescope.hosts.compare_drawings import Sheet, drawing, text
from nodescope.run.run import Run
from nodescope.views.lessons.lesson import Lesson, Number

LEFT, RIGHT = 40.0, 480.0
"""Of 500: 8 % and 96 %, as start.css has them."""
HALF = 8
"""Numbers beside 0.6 that are drawn on each side."""
PRINTED = (0.44, 0.472, 0.4976)
NAMES = ("straw", "sticks", "stone")


def picture_of(lesson: Lesson) -> str:
    """The lesson's picture as SVG."""
    return PICTURES[lesson.name](lesson)


def _start(lesson: Lesson) -> Run:
    """Its run, of which only the first step is looked at."""
    return lesson.run()


def _sheet(high: float, foot: float = 34) -> Sheet:
    return Sheet(500, high, LEFT, 28, RIGHT, high - foot)


ONE_NAME = 50.0
"""Room at the foot where the axis has a name as well."""


def _foot(axis: Axis, sheet: Sheet, marks: list[float]) -> str:
    """An axis at the foot."""
    ticks = "".join(
        f'<path class="axis" d="M{axis.at(mark):.1f} {sheet.bottom}v6"/>' + text(named(mark), axis.at(mark), sheet.bottom + 22, "m")
        for mark in marks
    )
    return f'<path class="axis" d="M{sheet.left} {sheet.bottom}H{sheet.right}"/>{ticks}'


def _ruler(_lesson: Lesson) -> str:
    """The numbers that a computer can hold around 0.6, as a ruler."""
    sheet = _sheet(170)
    axis = Axis(-HALF, HALF, sheet.left, sheet.right)
    ticks = "".join(
        f'<path class="axis" d="M{axis.at(n):.1f} {sheet.bottom - (26 if n == 0 else 12)}V{sheet.bottom}"/>'
        for n in range(-HALF, HALF + 1)
    )
    names = "".join(text(words, axis.at(n), sheet.bottom + 22, "m") for n, words in ((-5, "5 below"), (0, "0.6"), (5, "5 above")))
    goal = f'<path class="fill-goal" d="M{axis.at(0):.1f} {sheet.bottom - 52}l9 9l-9 9l-9 -9z"/>'
    body = [
        text("numbers that a computer can hold, one a tick", 250, 22, "m"),
        text("it comes from 0.4", sheet.left, 54),
        f'<path class="w-line" d="M{sheet.left + 158} 49h46l-7 -5m7 5l-7 5"/>',
        text("goal 0.6", axis.at(0), sheet.bottom - 60, "m strong told-goal"),
        goal,
        ticks,
        names,
        f'<path class="axis" d="M{sheet.left} {sheet.bottom}H{sheet.right}"/>',
    ]
    return drawing(
        sheet, "A ruler: 0.6 in the middle, and the eight next numbers that a computer can hold on each side.", "".join(body)
    )


def _bowl(lesson: Lesson) -> str:
    """The error for every weight, where it starts, and the goal."""
    first = _start(lesson).trace[0]
    start, goal = float(np.ravel(first["weight"])[0]), 0.6
    sheet = _sheet(250, ONE_NAME)
    across = Axis(goal - 0.4, goal + 0.4, sheet.left, sheet.right)
    up = Axis(0, 0.4**2, sheet.bottom, sheet.top)
    weights = np.linspace(across.low, across.high, 61)
    path = "L".join(f"{across.at(w):.1f} {up.at((w - goal) ** 2):.1f}" for w in weights.tolist())
    x, y = across.at(start), up.at((start - goal) ** 2)
    body = [
        text("error (mse)", 0, 14),
        _foot(across, sheet, [0.2, 0.4, 0.6, 0.8, 1.0]),
        f'<path class="line" d="M{path}"/><path class="dashed goal" d="M{across.at(goal):.1f} {sheet.top}V{sheet.bottom}"/>',
        text("goal 0.6", across.at(goal) + 8, sheet.top + 12, "strong told-goal"),
        f'<path class="w-dots" d="M{x:.1f} {y:.1f}V{sheet.bottom}"/><circle class="fill-w" cx="{x:.1f}" cy="{y:.1f}" r="7"/>',
        text(f"start {named(start)}", x + 14, y + 2, "strong told-w"),
        text("weight", RIGHT, sheet.bottom + 42, "e"),
    ]
    return drawing(
        sheet, f"The error for every weight is a bowl; the weight starts at {named(start)}, the goal is 0.6.", "".join(body)
    )


def _alphas(lesson: Lesson) -> str:
    """Alpha from 0 on, and where an input of 1 has its limit."""
    number = _number(lesson)
    sheet = _sheet(150)
    axis = Axis(number.low, number.high, sheet.left, sheet.right)
    body = [
        text("alpha; with an input of 1 it gets nowhere from 2 on", 250, 22, "m"),
        f'<path class="dashed" d="M{axis.at(2):.1f} 36V{sheet.bottom}"/>',
        text("input 1: 2", axis.at(2) - 8, 56, "e strong"),
        _foot(axis, sheet, [0, 0.5, 1, 1.5, 2, 2.5]),
    ]
    return drawing(sheet, "Alpha from 0 to 2.5. With an input of 1 it gets nowhere from 2 on.", "".join(body))


def _pigs(lesson: Lesson) -> str:
    """What each pig brings to the prediction, and the goal."""
    first = _start(lesson).trace[0]
    brought = (np.ravel(first["weight"]) * np.ravel(first["input"])).tolist()
    ends = [0.0, *np.cumsum(brought).tolist()]
    sheet = _sheet(240)
    across = Axis(0, 1.8, sheet.left + 40, sheet.right)
    rows = []
    for i, (name, (low, high)) in enumerate(zip(NAMES, pairwise(ends), strict=True)):
        wide, y = max(across.at(high) - across.at(low), 2), 40 + 44 * i
        rows.append(f'<rect class="p-bar" x="{across.at(low):.1f}" y="{y}" height="30" width="{wide:.1f}"/>')
        rows.append(text(name, 0, y + 20) + text(f"0.4 × {i} = {named(high - low)}", across.at(high) + 8, y + 20, "over"))
    told = f"together {named(round(ends[-1], 12))}: {named(round(ends[-1] - 0.6, 12))} too high"
    body = [
        f'<path class="dashed goal" d="M{across.at(0.6):.1f} 30V{sheet.bottom}"/>',
        *rows,
        text("goal 0.6", across.at(0.6), 22, "m strong told-goal"),
        text(told, across.at(0.6) + 10, 192, "told-fix strong"),
        _foot(across, sheet._replace(left=across.start), [0, 0.4, 0.8, 1.2]),
    ]
    return drawing(sheet, "Straw brings 0, sticks 0.4, stone 0.8: together 1.2, which is 0.6 above the goal of 0.6.", "".join(body))


def _two(lesson: Lesson) -> str:
    """Two examples, too high and too low by as much, over an axis of errors."""
    first = _start(lesson).trace[0]
    deltas = np.ravel(first["delta"]).tolist()
    number = _number(lesson)
    sheet = _sheet(230)
    axis = Axis(number.low, number.high, sheet.left, sheet.right)
    middle = 84.0
    bars = "".join(
        f'<path class="miss" d="M{100 + 180 * i} {middle}V{middle - 24 * delta:.1f}"/>'
        + text(
            f"example {i}: {named(abs(delta))} too {'high' if delta > 0 else 'low'}",
            112 + 180 * i,
            middle - 12 * delta + 5,
            "told-fix",
        )
        for i, delta in enumerate(deltas)
    )
    goal = f'<path class="dashed goal" d="M{sheet.left} {middle}H{sheet.right}"/>' + text(
        "goal 0", sheet.left, middle - 8, "strong told-goal"
    )
    foot = _foot(axis, sheet, [0, 1, 2, 3, 4, 5]) + text("the mean squared error is", sheet.left, sheet.bottom - 14)
    return drawing(
        sheet, "One example is 2 too high, the other 2 too low. Below, an axis for the mean squared error.", f"{goal}{bars}{foot}"
    )


def _printed(_lesson: Lesson) -> str:
    """What somebody's loop printed, step by step, and the goal."""
    sheet = _sheet(250, ONE_NAME)
    across, up = Axis(0, 3.4, sheet.left, sheet.right), Axis(0.36, 0.62, sheet.bottom, sheet.top)
    values = (0.4, *PRINTED)
    dots = "".join(
        f'<circle class="fill-w" cx="{across.at(i):.1f}" cy="{up.at(value):.1f}" r="6"/>'
        + text(named(value), across.at(i) + 8, up.at(value) - 12, "told-w")
        for i, value in enumerate(values)
    )
    line = "L".join(f"{across.at(i):.1f} {up.at(value):.1f}" for i, value in enumerate(values))
    body = [
        f'<path class="dashed goal" d="M{sheet.left} {up.at(0.6):.1f}H{sheet.right}"/>',
        text("goal 0.6", sheet.right, up.at(0.6) - 8, "e strong told-goal"),
        f'<path class="w-line" d="M{line}"/>{dots}',
        _foot(across, sheet, [0, 1, 2, 3]),
        text("steps made", sheet.right, sheet.bottom + 42, "e"),
    ]
    return drawing(sheet, "Printed after each of three steps from 0.4: 0.44, 0.472, 0.4976. The goal is 0.6.", "".join(body))


def _number(lesson: Lesson) -> Number:
    assert lesson.number is not None
    return lesson.number


PICTURES: dict[str, Callable[[Lesson], str]] = {
    "stalls": _ruler,
    "overshoots": _bowl,
    "largest-alpha": _alphas,
    "three-pigs": _pigs,
    "squares": _two,
    "own-loop": _printed,
}
