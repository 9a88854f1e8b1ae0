"""The pictures beside the step: error for every weight or over two of them, alpha against its limit, error step by step."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.views.picture.loop import LoopNumbers
from nodescope.views.picture.marks import Mark, Outline, Piece, Words, circle, ellipse, polyline
from nodescope.views.picture.texts import distinct

WIDTH = 420.0
LEVELS = (0.02, 0.08, 0.2, 0.4, 0.7, 1.0, 1.6, 2.6, 4.5)
POINTS = 400
_PLANE = (14.0, 12.0, 406.0, 252.0)
_CURVE = (16.0, 12.0, 404.0, 122.0)


def parabola(recipe: Recipe, n: LoopNumbers) -> Iterator[Mark]:
    """mse over all examples for every weight of a node with one (420 × 206)."""
    x, goal = recipe.problem.input.ravel(), recipe.problem.goal.ravel()
    with np.errstate(all="ignore"):
        best = float(x @ goal / (x @ x)) if (x @ x) > 0 else n.weight
        span = (
            max(abs(n.weight - best) * 1.5, abs(n.new_weight - best) * 1.5, abs(float(recipe.start_weights()[0]) - best) * 0.02)
            or 1.0
        )
    if not math.isfinite(span * 2):
        yield Words("The weight is beyond all numbers: there is no picture of where it is.", 0, 24, "soft", 14)
        return

    def across(weight: float) -> float:
        return 210 + (weight - best) / span * 180

    def up(weight: float) -> float:
        return 170 - ((weight - best) / span) ** 2 * 140

    weight, new, lowest = distinct([n.weight, n.new_weight, best])
    yield polyline([(24, 170), (396, 170)], "rule line")
    yield polyline([(210 + i * 6, 170 - (i / 30) ** 2 * 140) for i in range(-30, 31)], "soft line")
    yield polyline([(across(best), 162), (across(best), 178)], "goal line")
    yield Words(lowest, 210, 198, "goal", anchor="middle", value=best)
    yield polyline([(across(n.weight), 170), (across(n.weight), up(n.weight))], "w thin dashed")
    yield circle(across(n.weight), up(n.weight), 7, "w fill")
    if n.new_weight != n.weight:
        yield circle(across(n.new_weight), up(n.new_weight), 6, "w ring")
    left = n.weight <= best
    yield Words(f"{weight} → {new}", 24 if left else 396, 20, "w", 15, "start" if left else "end", True)


def plane(run: Run, step: int, which: int = 0) -> Iterator[Mark]:
    """Level lines of a node's error over the two weights that moved furthest, and the run's way (420 × 300)."""
    recipe, problem = run.recipe, run.recipe.problem
    states = np.array([problem.blocks(run.replay.state_at(t))[0][which] for t in _steps(run)])
    moved = np.nan_to_num(np.abs(states[-1] - states[0]), nan=0.0)
    i, j = sorted(np.argsort(-moved, kind="stable")[:2].tolist())
    here, after = (problem.blocks(run.replay.state_at(t))[0][which] for t in (step, min(step + 1, run.steps)))
    inputs = np.column_stack([problem.input, np.ones(recipe.n)]) if problem.layers[0].has_bias else problem.input
    with np.errstate(all="ignore"):
        pair, delta = inputs[:, [i, j]], inputs @ here - problem.goal[:, which]
        bowl, slope = pair.T @ pair / recipe.n, pair.T @ delta / recipe.n
    if not all(np.all(np.isfinite(part)) for part in (bowl, slope, after)):
        yield Words("The weights are beyond all numbers: there is no picture of where they are.", 0, 24, "soft", 14)
        return
    rises, axes = np.linalg.eigh(bowl)
    lowest = here[[i, j]] - np.linalg.lstsq(bowl, slope, rcond=1e-12)[0]
    way = states[np.all(np.isfinite(states), axis=1)][:, [i, j]]
    seen = np.vstack([way, here[[i, j]], after[[i, j]], lowest])
    middle, half = (seen.min(0) + seen.max(0)) / 2, (seen.max(0) - seen.min(0)) / 2
    left, top, right, bottom = _PLANE
    with np.errstate(all="ignore"):
        scale = float(np.min(np.array([right - left, bottom - top]) / 2 / (half * 1.15)))
    if not 0 < scale < math.inf:
        scale = (right - left) / 2

    def to(point: Any) -> tuple[float, float]:
        return (left + right) / 2 + (point[0] - middle[0]) * scale, (top + bottom) / 2 - (point[1] - middle[1]) * scale

    yield polyline([(left, top), (right, top), (right, bottom), (left, bottom)], "page fill", closed=True)
    for level in LEVELS if rises[1] > 0 else ():
        # in pixels: how far along each axis the error has risen as much as along the steep one by a part of the picture
        wide = math.sqrt(level) * (right - left) / 4
        arms = [min(1e4, wide * math.sqrt(rises[1] / rise)) if rise > rises[1] * 1e-12 else 1e4 for rise in rises]
        u, v = ((axes[0, a] * arms[a], -axes[1, a] * arms[a]) for a in (0, 1))
        yield replace(ellipse(to(lowest), u, v, "rule thin"), within=_PLANE)
    yield replace(polyline(map(to, way), "soft thin"), within=_PLANE)
    (ax, ay), (bx, by), (lx, ly) = to(here[[i, j]]), to(after[[i, j]]), to(lowest)
    yield polyline([(lx - 7, ly), (lx + 7, ly)], "goal line")
    yield polyline([(lx, ly - 7), (lx, ly + 7)], "goal line")
    yield circle(bx, by, 5, "w ring")
    yield circle(ax, ay, 6, "w fill")
    names = [*recipe.input_names, "bias"]
    for at, arrow, y, place in ((i, "→", 272, 0), (j, "↑", 293, 1)):
        now, low = distinct([float(here[at]), float(lowest[place])])
        yield Words(f"{arrow} {names[at][:24]} {now}, lowest {low}", left, y, "soft", 14)


def gauge(forecast: Forecast, alpha: float) -> Iterator[Mark]:
    """Alpha between 0 and its limit (420 × 110)."""
    limit = forecast.limit
    if limit is None or not math.isfinite(limit) or limit <= 0:
        yield Words("Alpha has no limit that is known here.", 0, 30, "soft", 14)
        return
    end = limit * 1.2

    def x(a: float) -> float:
        return 14 + max(0.0, min(a, end)) / end * 392

    told, told_limit, half = distinct([alpha, limit, limit / 2])
    yield polyline([(14, 52), (x(limit), 52)], "go thick")
    yield polyline([(x(limit), 52), (x(end), 52)], "fix thick")
    for at in (limit / 2, limit):
        yield polyline([(x(at), 42), (x(at), 62)], "ink thin")
    yield Words(half, x(limit / 2), 80, "soft", 14, "middle", value=limit / 2)
    yield Words(f"limit {told_limit}", x(limit), 82, "ink", 15, "middle", True, limit)
    yield Words("converges", x(limit / 4), 104, "soft", 14, "middle")
    yield Words("oscillates", x(limit * 3 / 4), 104, "soft", 14, "middle")
    yield Words("diverges", 414, 104, "fix", 14, "end")
    at = x(alpha)
    yield polyline([(at, 44), (at - 8, 31), (at + 8, 31)], "ink fill", closed=True)
    yield Words(f"alpha {told}", at - 13 if at > 250 else at + 13, 36, "ink", 15, "end" if at > 250 else "start", True, alpha)


@dataclass(frozen=True)
class Curve:
    """mse over all examples before some steps."""

    steps: Sequence[int]
    mses: Sequence[float]


def curve_of(run: Run) -> Curve:
    """The error at evenly spaced steps, two beside each other so that a swing shows."""
    steps = _steps(run)
    problem = run.recipe.problem
    return Curve(steps, [engine().mse(problem, problem.weights(run.replay.state_at(t))) for t in steps])


def _steps(run: Run) -> list[int]:
    end = run.steps if run.settled_after is None else min(run.steps, run.settled_after + 2)
    if run.cycle is not None:
        end = min(end, run.cycle.first + run.cycle.period + 2)
    stride = max(1, -(-end // (POINTS // 2)))
    return sorted({t for start in range(0, end + 1, stride) for t in (start, min(start + 1, end))})


def error_curve(curve: Curve, step: int, here: float) -> Iterator[Mark]:
    """The error over the steps, logarithmic where it is above 0 (420 × 150)."""
    left, top, right, bottom = _CURVE
    logs = [math.log10(e) for e in curve.mses if e > 0 and math.isfinite(e)]
    low, high = (min(logs), max(logs)) if logs else (0.0, 1.0)
    end = max(curve.steps[-1], 1)

    def to(t: float, e: float) -> tuple[float, float]:
        y = (
            top
            if not math.isfinite(e)
            else bottom
            if e <= 0
            else bottom - (math.log10(e) - low) / ((high - low) or 1.0) * (bottom - top)
        )
        return left + t / end * (right - left), max(top, min(bottom, y))

    yield polyline([(left, bottom), (right, bottom)], "rule line")
    yield Outline(
        tuple(Piece("L" if i else "M", (to(t, e),)) for i, (t, e) in enumerate(zip(curve.steps, curve.mses, strict=True))),
        "fix thin",
    )
    if step <= end:
        yield polyline([(to(step, here)[0], top), (to(step, here)[0], bottom)], "ink thin")
    first, last = distinct([curve.mses[0], curve.mses[-1]])
    yield Words(f"step 0: {first}", left, 144, "soft", 14, value=curve.mses[0])
    yield Words(f"{end:,}: {last}", right, 144, "soft", 14, "end", value=curve.mses[-1])
