"""Drawings of two runs beside each other, as SVG: both errors on one axis, predictions against truth, weights beside each other.

Run A is a line with discs, run B a dashed one with squares, so that neither rests on its colour. Classes are those of start.css.
"""

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.checks.beside import NAMES, Beside, Lead, told_apart
from nodescope.hosts.axes import Axis, ends_of, even_marks, named
from nodescope.views.numbers import plain_text

WIDE_APART = {"RMSE": 8.0, "log loss": 8.0, "mse": 1000.0}
"""An error that spans more is drawn by powers."""
MARKS = 10
"""So many discs or squares stand on a curve."""
SHADED = 3
"""Of runs that change places oftener it is not drawn who is ahead."""
LEAST_NAMED = 62.0
"""A stretch that is narrower has no room for who is ahead in it."""
LINE = 17.0
"""Two texts under each other are so far apart."""
LETTER = 8.0
"""A letter is about so wide."""


class Sheet(NamedTuple):
    """Room of a drawing, and the frame of its values in it."""

    wide: float
    high: float
    left: float
    top: float
    right: float
    bottom: float


WIDE, NARROW = Sheet(800, 268, 66, 24, 716, 224), Sheet(340, 270, 56, 24, 282, 226)
SQUARE, LANES = Sheet(372, 196, 54, 24, 348, 154), Sheet(372, 0, 116, 6, 352, 0)


def drawing(sheet: Sheet, said: str, body: str, kind: str = "") -> str:
    """An SVG that says in a sentence what is in it."""
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {sheet.wide:.0f} {sheet.high:.0f}" role="img" '
        f'aria-label="{escape(plain_text(said))}">{body}</svg>'
    )


def text(words: str, x: float, y: float, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(plain_text(words))}</text>'


def frame(sheet: Sheet, across: Axis, up: Axis, names: tuple[str, str]) -> str:
    """Both axes with their marks and names."""
    rows = "".join(
        f'<path class="rule" d="M{sheet.left} {up.at(mark):.1f}H{sheet.right}"/>'
        + text(named(mark), sheet.left - 8, up.at(mark) + 4, "e")
        for mark in up.marks
    )
    foot = "".join(
        f'<path class="axis" d="M{across.at(mark):.1f} {sheet.bottom}v5"/>'
        + text(named(mark), across.at(mark), sheet.bottom + 20, "m")
        for mark in even_marks(across.low, across.high)
    )
    base = f'<path class="axis" d="M{sheet.left} {sheet.bottom}H{sheet.right}"/>'
    ends = text(names[1], max(0.0, sheet.left - 8), 12) + text(names[0], sheet.right, sheet.bottom + 36, "e")
    return f"{rows}{foot}{base}{ends}"


def mark(which: str, x: float, y: float, size: float = 4.2) -> str:
    """A disc of run a, a square of run b."""
    if which == "a":
        return f'<circle class="fill-a" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
    return f'<rect class="fill-b" x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}"/>'


class Curves(NamedTuple):
    """What the picture of both errors needs besides the runs.

    Attributes
    ----------
    unseen : bool
        Errors on unseen rows, or on those learned from.
    unit : str
        Of the goal, with a space before it, or "".
    mean : float or None
        What always saying the mean is off by.
    """

    unseen: bool
    unit: str
    mean: float | None


def curves(beside: Beside, asked: Curves, sheet: Sheet, kind: str, over: str) -> str:
    """Both errors over time, who is ahead, and where one passes the other; `over` is drawn on them."""
    errors = [way.errors(asked.unseen) for way in beside.ways]
    values = [value for each in errors for value in each.values()]
    low, high, by_powers = ends_of(values + ([asked.mean] if asked.mean else []), WIDE_APART[beside.what])
    sheet = _beside_its_names(sheet, errors)
    across = _over_moments(beside, sheet)
    up = Axis(low, high, sheet.bottom, sheet.top, by_powers)
    leads = beside.leads(asked.unseen)
    what = f"{beside.what}{' on unseen rows' if asked.unseen else ''}{',' + asked.unit if asked.unit else ''}"
    body = [
        _shaded(leads, across, sheet),
        frame(sheet, across, up, (beside.unit, what)),
        _ahead(leads, across, sheet),
        _mean(asked, up, sheet),
        *(_curve(each, which, across, up) for each, which in zip(errors, "ab", strict=True)),
        _crossing(leads, errors, across, up, beside.unit),
        over,
        _names(errors, across, up, sheet),
    ]
    return drawing(sheet, _said(beside, errors, asked), "".join(body), kind)


def _said(beside: Beside, errors: Sequence[dict[int, float]], asked: Curves) -> str:
    where = "on unseen rows" if asked.unseen else "on the rows learned from" if beside.by_epoch else "over the steps"
    parts = []
    for which, each in zip("ab", errors, strict=True):
        first, *_, last = (*each.values(), list(each.values())[-1])
        one, other = told_apart(first, last)
        parts.append(f"{NAMES[which]} from {one} to {other}{asked.unit}")
    return f"{beside.what} {where}: {', '.join(parts)}."


def _stretches(leads: list[Lead], across: Axis, sheet: Sheet) -> list[tuple[Lead, float, float]]:
    """From where to where each is ahead."""
    if not leads or len(leads) > SHADED:
        return []
    ends = [*(across.at(0 if i == 0 else lead.at) for i, lead in enumerate(leads)), sheet.right]
    return [(lead, start, end) for lead, (start, end) in zip(leads, pairwise(ends), strict=True)]


def _shaded(leads: list[Lead], across: Axis, sheet: Sheet) -> str:
    stretches = _stretches(leads, across, sheet)
    return "".join(
        f'<rect class="shade" x="{start:.1f}" y="{sheet.top}" width="{end - start:.1f}" height="{sheet.bottom - sheet.top}"/>'
        for _, start, end in (stretches[::2] if len(stretches) > 1 else [])
    )


def _ahead(leads: list[Lead], across: Axis, sheet: Sheet) -> str:
    return "".join(
        text(f"{NAMES[lead.who]} ahead", (start + end) / 2, sheet.top + 18, f"m strong told-{lead.who} over")
        for lead, start, end in _stretches(leads, across, sheet)
        if end - start > LEAST_NAMED
    )


def _mean(asked: Curves, up: Axis, sheet: Sheet) -> str:
    if asked.mean is None:
        return ""
    y = up.at(asked.mean)
    told = text(f"always the mean {told_apart(asked.mean, asked.mean)[0]}", sheet.right, y - 6, "e over")
    return f'<path class="dotted" d="M{sheet.left} {y:.1f}H{sheet.right}"/>{told}'


def _curve(errors: dict[int, float], which: str, across: Axis, up: Axis) -> str:
    shown = [(across.at(at), up.at(value)) for at, value in errors.items() if math.isfinite(value)]
    if not shown:
        return ""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in shown)
    every = max(1, -(-len(shown) // MARKS))
    dots = "".join(mark(which, x, y) for x, y in shown[::every])
    return f'<path class="of-{which}" d="M{path}"/>{dots}'


def _crossing(leads: list[Lead], errors: Sequence[dict[int, float]], across: Axis, up: Axis, unit: str) -> str:
    if len(leads) != 2:
        return ""
    at, who = leads[1]
    x, y = across.at(at), up.at(errors["ab".index(who)][at])
    told = f"{unit} {at:,}: {NAMES[who]} passes {NAMES[leads[0].who]}"
    near_end = x > (across.start + across.end) / 2
    words = text(told, x - 10 if near_end else x + 12, y - 14, f"{'e ' if near_end else ''}strong over")
    return f'<path class="dashed" d="M{x:.1f} {up.end}V{up.start}"/><circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="7"/>{words}'


def cursor(at: int, beside: Beside, unseen: bool, sheet: Sheet) -> str:
    """Where a moment is on their curves."""
    if not 0 < at < beside.last:
        return ""
    sheet = _beside_its_names(sheet, [way.errors(unseen) for way in beside.ways])
    return f'<path class="cursor" d="M{_over_moments(beside, sheet).at(at):.1f} {sheet.top}V{sheet.bottom}"/>'


def _beside_its_names(sheet: Sheet, errors: Sequence[dict[int, float]]) -> Sheet:
    """The room that is left of what stands at the curves' ends."""
    return sheet._replace(right=sheet.wide - max(len(number) for number in _ends(errors)) * LETTER - 34)


def _over_moments(beside: Beside, sheet: Sheet) -> Axis:
    return Axis(0, max(beside.last, 1), sheet.left, sheet.right)


def _ends(errors: Sequence[dict[int, float]]) -> tuple[str, str]:
    """What both are off by at the end."""
    one, other = (list(each.values())[-1] for each in errors)
    return told_apart(one, other)


def _names(errors: Sequence[dict[int, float]], across: Axis, up: Axis, sheet: Sheet) -> str:
    """Beside each end its run and its error, the smaller below; not on each other."""
    ends, told = [list(each.items())[-1] for each in errors], _ends(errors)
    places = [[across.at(at) + 8, up.at(value) + 5] if math.isfinite(value) else [across.at(at) + 8, up.end] for at, value in ends]
    apart = places[1][1] - places[0][1]
    if abs(places[0][0] - places[1][0]) < sheet.wide / 4 and abs(apart) < LINE:
        more = (LINE - abs(apart)) / 2
        above = 0 if apart > 0 or (apart == 0 and ends[0][1] >= ends[1][1]) else 1
        places[above][1] -= more
        places[1 - above][1] += more
    parts = []
    for which, number, (x, y) in zip("ab", told, places, strict=True):
        parts.append(text(f"{NAMES[which]} {number}", x, min(y, sheet.bottom - 2), f"strong told-{which} over"))
    return "".join(parts)


class Points(NamedTuple):
    """Predictions of some rows beside what is true, of one goal."""

    goal: Floats
    told: Floats
    off: float


def scatter(which: str, points: Points, ends: tuple[float, float], unit: str, most: int) -> tuple[str, str]:
    """How far off it is, in words; and predicted against true: on the line it is right."""
    sheet = SQUARE
    across, up = Axis(*ends, sheet.left, sheet.right), Axis(*ends, sheet.bottom, sheet.top)
    every = max(1, -(-len(points.goal) // most))
    shown = zip(points.goal[::every].tolist(), points.told[::every].tolist(), strict=True)
    dots = "".join(f"M{across.at(goal):.1f} {up.at(told):.1f}h0" for goal, told in shown if math.isfinite(told))
    with np.errstate(all="ignore"):
        mean = float((points.told - points.goal).mean())
    side = "high" if mean > 0 else "low"
    off, beside = (told_apart(value, value)[0] for value in (points.off, abs(mean)))
    said = f"{off}{unit} off; {beside}{unit} too {side} on average"
    line = f'<path class="dashed goal" d="M{sheet.left} {up.at(across.low):.1f}L{sheet.right} {up.at(across.high):.1f}"/>'
    names = ("true" + ("," + unit if unit else ""), "predicted" + ("," + unit if unit else ""))
    drawn = f'{frame(sheet, across, up, names)}{line}<path class="dots-{which}" d="{dots}"/>'
    return said, drawing(sheet, f"Predicted against true, {NAMES[which]}: {said}.", drawn)


class Lane(NamedTuple):
    """An input: what each run's weight moves the answer by over its usual spread, and what least squares would."""

    name: str
    a: float
    b: float
    least: float | None


def weights(lanes: Sequence[Lane], unit: str) -> str:
    """A lane for each input: a disc, a square, and a tick for least squares."""
    high = 34.0 * len(lanes) + 10
    sheet = LANES._replace(high=high + 44, bottom=high)
    numbers = [number for lane in lanes for number in (lane.a, lane.b, lane.least or 0.0) if math.isfinite(number)]
    low, top = min(0.0, *numbers), max(0.0, *numbers)
    edge = (top - low or 1.0) * 0.06
    across = Axis(low - edge, top + edge, sheet.left, sheet.right)
    grid = "".join(
        f'<path class="rule" d="M{across.at(at):.1f} 4V{high}"/>' + text(named(at), across.at(at), high + 18, "m")
        for at in even_marks(across.low, across.high, 4)
    )
    rows = "".join(_lane(lane, 22 + 34.0 * i, across) for i, lane in enumerate(lanes))
    said = "; ".join(f"{lane.name}: A {named(lane.a)}, B {named(lane.b)}" for lane in lanes)
    body = f"{grid}{rows}{text('per usual spread' + ((',' + unit) if unit else ''), sheet.right, high + 36, 'e')}"
    return drawing(sheet, f"What each input moves the answer by. {said}.", body)


def _lane(lane: Lane, y: float, across: Axis) -> str:
    a, b = across.at(lane.a), across.at(lane.b)
    tick = "" if lane.least is None else f'<path class="tick" d="M{across.at(lane.least):.1f} {y - 11:.1f}v22"/>'
    between = f'<path class="axis" d="M{a:.1f} {y:.1f}H{b:.1f}"/>'
    name = lane.name if len(lane.name) <= 15 else lane.name[:14] + "…"
    return f"{text(name, 0, y + 5, 'lane')}{between}{tick}{mark('b', b, y, 5.5)}{mark('a', a, y, 5.5)}"
