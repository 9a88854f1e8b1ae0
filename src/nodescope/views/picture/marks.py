"""What a picture consists of: lines and areas made of straight and curved pieces, and words. Every writer knows only these two."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

Point = tuple[float, float]
_ROUND = 4 / 3 * (math.sqrt(2) - 1)
"""A curve's handles stand there so that four of them look like a circle: off by 0.03 % of the radius."""


@dataclass(frozen=True)
class Piece:
    """One piece of an outline: M to start, L straight on, C curved (two handles, then the end), Z closed."""

    kind: str
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Outline:
    """A line or an area; `style` names its colours and width."""

    pieces: tuple[Piece, ...]
    style: str
    within: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom of what is seen of it; None: all of it."""


@dataclass(frozen=True)
class Words:
    """Text at a place; `anchor` is start, middle or end."""

    text: str
    x: float
    y: float
    style: str = "ink"
    size: float = 15
    anchor: str = "start"
    strong: bool = False
    value: float | None = None
    """The exact number that the text shows."""


Mark = Outline | Words


@dataclass(frozen=True)
class Picture:
    """Marks on a ground of so many pixels, and what they show in a sentence."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    title: str
    says: str


def polyline(points: Iterable[Point], style: str, *, closed: bool = False) -> Outline:
    """Straight on from point to point."""
    pieces = [Piece("L" if i else "M", (point,)) for i, point in enumerate(points)]
    return Outline((*pieces, *([Piece("Z")] if closed else [])), style)


def circle(x: float, y: float, radius: float, style: str) -> Outline:
    return ellipse((x, y), (radius, 0), (0, radius), style)


def ellipse(at: Point, u: Point, v: Point, style: str) -> Outline:
    """An ellipse whose half axes are the arrows u and v."""

    def place(a: float, b: float) -> Point:
        return at[0] + a * u[0] + b * v[0], at[1] + a * u[1] + b * v[1]

    k = _ROUND
    corners = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]
    pieces = [Piece("M", (place(1, 0),))]
    for (a, b), (c, d) in pairwise(corners):
        pieces.append(Piece("C", (place(a + k * c, b + k * d), place(c + k * a, d + k * b), place(c, d))))
    return Outline((*pieces, Piece("Z")), style)


def box(x: float, y: float, width: float, height: float, style: str, radius: float = 0) -> Outline:
    """A rectangle, its corners rounded."""
    r, k = min(radius, width / 2, height / 2), 1 - _ROUND
    right, bottom = x + width, y + height
    if r <= 0:
        return polyline([(x, y), (right, y), (right, bottom), (x, bottom)], style, closed=True)
    pieces = [Piece("M", ((x + r, y),))]
    turns = [
        ((right - r, y), (right - r * k, y), (right, y + r * k), (right, y + r)),
        ((right, bottom - r), (right, bottom - r * k), (right - r * k, bottom), (right - r, bottom)),
        ((x + r, bottom), (x + r * k, bottom), (x, bottom - r * k), (x, bottom - r)),
        ((x, y + r), (x, y + r * k), (x + r * k, y), (x + r, y)),
    ]
    for straight, one, two, end in turns:
        pieces += [Piece("L", (straight,)), Piece("C", (one, two, end))]
    return Outline((*pieces, Piece("Z")), style)


def diamond(x: float, y: float, reach: float, style: str) -> Outline:
    return polyline([(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)], style, closed=True)


def arrow(points: list[Point], style: str) -> list[Outline]:
    """A line with a head at its end."""
    (x0, y0), (x, y) = points[-2:]
    length = math.hypot(x - x0, y - y0) or 1
    ux, uy = (x - x0) / length, (y - y0) / length
    head = [(x, y), (x - 12 * ux - 6 * uy, y - 12 * uy + 6 * ux), (x - 12 * ux + 6 * uy, y - 12 * uy - 6 * ux)]
    colour = style.removesuffix(" dashed").removesuffix(" line")
    return [polyline([*points[:-1], (x - 9 * ux, y - 9 * uy)], style), polyline(head, f"{colour} fill", closed=True)]


def moved(marks: Iterable[Mark], dx: float, dy: float, scale: float = 1) -> Iterator[Mark]:
    """The marks at another place, larger or smaller."""

    def to(point: Point) -> Point:
        return dx + scale * point[0], dy + scale * point[1]

    for mark in marks:
        if isinstance(mark, Words):
            x, y = to((mark.x, mark.y))
            yield replace(mark, x=x, y=y, size=mark.size * scale)
            continue
        seen = mark.within
        within = None if seen is None else (*to((seen[0], seen[1])), *to((seen[2], seen[3])))
        yield Outline(tuple(Piece(p.kind, tuple(map(to, p.points))) for p in mark.pieces), mark.style, within)
