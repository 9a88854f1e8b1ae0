"""Runs of one node over one example, side by side in the core: the same outcomes as run by run, a thousand times as fast.

Every run ends as `descend` ends it, because the core's sweep is what a walk makes of it. Of a run that settled the last update that
moved a weight is the one before the last step made. One that cycles is walked on to where it would stand after all its steps.
The verdict's word follows from the closed form of one example; where that is not clear by a wide margin, the run is diagnosed.

r rows, d inputs.
"""

import math

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Outcome, Problem
from nodescope.arithmetic.runs import Swept
from nodescope.diagnosis.after.about_progress import A_LOOK, MANY_TIMES
from nodescope.diagnosis.after.linear import DONE, LAST_BITS, MARGINAL, ROUNDED
from nodescope.diagnosis.sweeps.grid import Grid
from nodescope.diagnosis.sweeps.outcomes import ENDINGS, OUTCOME, Rows, Words, outcome
from nodescope.errors import InputError
from nodescope.run.descend import descend
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe

Floats = NDArray[np.float64]
MOST_INPUTS = 16
"""Wider nodes the core runs one by one."""
SWEPT = {"alpha", "weight", "seed"}
CLEAR = 1e-6
"""Relative distance from a threshold at which closed form and measured numbers cannot fall on different sides of it."""
LEAST_PRODUCT = 1e-12
"""alpha·‖x‖² below which 1 − alpha·‖x‖² has too few digits to tell how many steps are missing."""
ROUNDING = 4e-16
"""Of 1 − alpha·‖x‖², and so, over alpha·‖x‖², relatively, of the steps that are missing."""
LEAST, MOST = 1e-100, 1e100
"""Sizes of numbers whose squares and products are far from the ends of the doubles."""
_ENDING = {
    Outcome.WENT: Ending.STEPS_USED, Outcome.DIVERGED: Ending.DIVERGED, Outcome.UNCHANGED: Ending.SETTLED,
    Outcome.REPEATED: Ending.CYCLING,
}  # fmt: skip


def goes_side_by_side(grid: Grid) -> bool:
    """Whether the core can run a sweep's rows side by side."""
    axes = {axis.name: axis for axis in grid.axes}
    numbers = all(axis.numeric for name, axis in axes.items() if name == "alpha")
    if not set(axes) <= SWEPT or not numbers or grid.fixed.get("time_limit") is not None:
        return False
    recipe = grid.first
    problem = recipe.problem
    plain = problem.is_linear and recipe.rule.name == "plain" and recipe.frozen is None and not problem.lanes
    one = problem.n == problem.k == 1 and problem.d <= MOST_INPUTS and recipe.source is None and not recipe.in_layers
    alone = recipe.until_mse is None and recipe.schedule is None and recipe.examples.scaling is None
    return plain and one and alone and bool(problem.input.all())


def outcomes_side_by_side(grid: Grid, start: int, stop: int, words: Words) -> Rows:
    """Rows `start` … `stop` − 1.

    Raises
    ------
    InputError
        An alpha or a weight is not finite.
    """
    recipe, problem = grid.first, grid.first.problem
    alphas, states = _numbers(grid, start, stop)
    asked = recipe.asked_steps
    assert asked is not None
    swept = engine().sweep(problem, alphas, states, asked)
    _go_on_in_cycles(problem, alphas, swept, asked)
    with np.errstate(all="ignore"):
        first, last = residuals(problem, states), residuals(problem, swept.states)
        rows = np.zeros(stop - start, OUTCOME)
        for out, ending in _ENDING.items():
            rows["ending"][swept.outcomes == out] = ENDINGS.index(ending)
        settled = swept.outcomes == Outcome.UNCHANGED
        rows["steps"] = np.where(swept.outcomes == Outcome.DIVERGED, swept.steps, asked)
        rows["settled_after"] = np.where(settled, swept.steps - 1, -1)
        rows["mse"] = np.where(np.isnan(last * last), np.nan, last * last)
        rows["unseen_rmse"] = np.nan
        rows["word"] = _words(recipe, alphas, first, last, rows, words)
    for place in np.flatnonzero(rows["word"] == UNCLEAR):
        rows[place] = outcome(descend(**grid.keywords(start + int(place))), words)
    return rows


def _numbers(grid: Grid, start: int, stop: int) -> tuple[Floats, Floats]:
    """Alphas (r,) and states (r, size) of some rows."""
    recipe, places = grid.first, grid.places_of(start, stop)
    values = {axis.name: axis.values for axis in grid.axes}
    alphas = np.full(stop - start, recipe.alpha)
    states = np.tile(recipe.start_weights(), (stop - start, 1))
    if "alpha" in places:
        alphas = np.ascontiguousarray(values["alpha"][places["alpha"]], dtype=np.float64)
    if "weight" in places:
        states[:, : recipe.d] = values["weight"][places["weight"]].reshape(stop - start, recipe.d)
    for name, wrong in (("alpha", ~np.isfinite(alphas)), ("weight", ~np.isfinite(states).all(axis=1))):
        if wrong.any():
            row = start + int(np.argmax(wrong))
            raise InputError(f"row {row:,} of the sweep ({grid.text(row)}): {name} must be finite")
    return alphas, states


def _go_on_in_cycles(problem: Problem, alphas: Floats, swept: Swept, asked: int) -> None:
    """Take runs that cycle to where they stand after all steps."""
    cycling = np.flatnonzero(swept.outcomes == Outcome.REPEATED)
    more = (asked - swept.steps[cycling]) % swept.periods[cycling]
    for steps in np.unique(more[more > 0]):
        these = cycling[more == steps]
        swept.states[these] = engine().sweep(problem, alphas[these], swept.states[these], int(steps)).states


def residuals(problem: Problem, states: Floats) -> Floats:
    """Prediction − goal of the one example at many weights, (r,), in the order of a step: left to right, the bias last."""
    x = problem.input[0]
    sums = states[:, 0] * x[0]
    for i in range(1, problem.d):
        sums += states[:, i] * x[i]
    if states.shape[1] > problem.d:
        sums += states[:, problem.d]
    return np.asarray(sums - problem.goal[0, 0])


UNCLEAR = np.iinfo(np.uint16).max


def _words(recipe: Recipe, alphas: Floats, first: Floats, last: Floats, rows: Rows, words: Words) -> NDArray[np.uint16]:
    """The word of each row, `UNCLEAR` where it has to be diagnosed; what closed forms say of one example (`after/linear.py`)."""
    problem, steps = recipe.problem, recipe.asked_steps or 0
    square = float(problem.input[0] @ problem.input[0]) + (problem.size > problem.d)
    goal = abs(float(problem.goal[0, 0]))
    product, found = alphas * square, np.full(len(rows), UNCLEAR, dtype=np.uint16)
    factor = 1.0 - product
    size, before, after = np.abs(factor), np.abs(first), np.abs(last)
    if not LEAST < square < MOST or not (goal == 0 or LEAST < goal < MOST) or steps == 0:
        return found
    usual = (before > LEAST) & (before < MOST)
    stable = usual & (product > LEAST_PRODUCT) & ((factor > 0) | (size < 1 - 2 * MARGINAL)) & (after < MOST)
    at_stake = np.minimum(before, goal) if goal > 0 else before
    done = np.maximum(DONE * at_stake, math.sqrt(ROUNDED) * goal)
    there = (after < done * (1 - CLEAR)) & ((after > LEAST) | (after == 0))
    settled = rows["ending"] != ENDINGS.index(Ending.STEPS_USED)
    as_near = after < (1 - CLEAR) * np.maximum(LAST_BITS * at_stake, math.sqrt(ROUNDED) * goal)
    shrinks = np.where(factor > 0, np.log1p(-np.minimum(product, 1.0)), np.log(size))
    missing = np.log(done / before) / np.where(stable, shrinks, -1.0) - steps
    enough, clear = MANY_TIMES * max(A_LOOK, steps), CLEAR + ROUNDING / product
    on_the_way = ~settled & (after > done * (1 + CLEAR))
    moving = usual & ((alphas < 0) | (size > 1 + 2 * MARGINAL)) & (after > LEAST)
    for word, holds in (
        ("alpha is zero", alphas == 0),
        ("wrong sign", moving & (alphas < 0) & ~np.isinf(alphas)),
        ("diverges", (moving | (usual & ~np.isfinite(last) & (size > 1 + 2 * MARGINAL))) & (alphas > 0)),
        ("nothing wrong", stable & there & np.where(settled, as_near, True)),
        ("nothing wrong", stable & on_the_way & (missing < enough * (1 - clear) - 2)),
        ("slow convergence", stable & on_the_way & (missing > enough * (1 + clear) + 2)),
    ):
        if holds.any():
            found[holds] = words.number(word)
    return found
