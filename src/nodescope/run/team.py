"""Steps of a run whose parts are added up by others (`on=`): each holds its rows, and is told the weights of every step."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from nodescope.arithmetic import apart
from nodescope.arithmetic.apart import Stretch, Sums
from nodescope.arithmetic.problem import Cursor, Floats, Outcome, Problem
from nodescope.arithmetic.rows import streams
from nodescope.errors import InputError
from nodescope.run.recipe import Recipe
from nodescope.workers.door import Door, as_it_is, not_its
from nodescope.workers.opened import opened

EACH = 2
"""Stretches of a step for each who makes them, where it has so many parts."""
LARGE = 1 << 18
"""Bytes of weights that are sent once a step rather than with each of its stretches."""


def refuse_nothing_to_share(recipe: Recipe) -> None:
    """Where steps have nothing that others could make.

    Raises
    ------
    InputError
        They see one example, or add up their examples in one part.
    """
    if recipe.method.name == "moments":
        return
    if recipe.batch_size == 1:
        raise InputError(
            "on= shares the parts of a step, and here each step sees one example and waits for the one before it, so that others "
            'cannot help; give batch="all" (or a large batch) with parts=65536, or of a linear node method="moments"'
        )
    if recipe.parts is None:
        raise InputError(
            "on= shares the parts of a step, and parts is not given: give parts=65536, so many rows each; they are in the recipe, "
            "so that the bits are the same wherever it runs"
        )


def of(door: Door, recipe: Recipe) -> "Team | None":
    """Who shares the steps of a recipe; nobody where they are taken on its moments, which others have made.

    Raises
    ------
    InputError
        The steps see one example, or add up their examples in one part.
    """
    refuse_nothing_to_share(recipe)
    return None if recipe.method.name == "moments" else Team(door, recipe.problem)


@contextmanager
def sharing(on: Any, recipe: Recipe) -> Iterator["Team | None"]:
    """The same, of whoever `on` means."""
    refuse_nothing_to_share(recipe)
    with opened(on) as door:
        yield of(door, recipe)


class Team:
    """Those behind a door, and what they hold of a problem.

    Parameters
    ----------
    door : Door
    problem : Problem
    """

    def __init__(self, door: Door, problem: Problem) -> None:
        self._door, self._problem = door, problem
        self._among = EACH * door.at_once
        self._rows: dict[tuple[int, int], Any] = {}
        self._whole = door.hold(as_it_is, problem) if streams(problem) or apart.is_drawn(problem) else None

    def walk(self, problem: Problem, cursor: Cursor, state: Floats, steps: int, **settings: Any) -> Outcome:
        """As an engine does."""
        return apart.walk(self._look, self._among, problem, cursor, state, steps, **settings)

    def _look(self, some: Sequence[Stretch], weights: Floats) -> list[Sums]:
        told = self._door.hold(as_it_is, weights.copy()) if weights.nbytes > LARGE else weights.copy()
        if apart.is_drawn(self._problem):
            given = self._door.map(sums_of, [(self._whole, *stretch, told) for stretch in some])
        else:
            given = self._door.map(apart.sums_over, [(self._held(stretch), told) for stretch in some])
        return [self._checked(next(given, None), stretch) for stretch in some]

    def _held(self, stretch: Stretch) -> Any:
        """The rows of a stretch, which are the same ones in every epoch."""
        place = stretch.step % self._problem.steps_per_epoch, stretch.start
        if place not in self._rows:
            if self._whole is not None:
                self._rows[place] = self._door.hold(rows_of, self._whole, *stretch)
            else:
                self._rows[place] = self._door.hold(as_it_is, apart.rows_of(self._problem, stretch))
        return self._rows[place]

    def _checked(self, given: Any, stretch: Stretch) -> Sums:
        if isinstance(given, tuple) and len(given) == 2:
            sums, overflowed = given
            fits = isinstance(sums, np.ndarray) and sums.shape == (self._problem.size + 1,) and sums.dtype == np.float64
            if fits and isinstance(overflowed, bool):
                return sums, overflowed
        raise not_its(given, f"examples {stretch.start:,} to {stretch.stop:,} of step {stretch.step:,}")


def rows_of(problem: Problem, step: int, start: int, stop: int) -> Problem:
    """The problem over a stretch's examples alone, read where the task is done."""
    return apart.rows_of(problem, Stretch(step, start, stop))


def sums_of(problem: Problem, step: int, start: int, stop: int, weights: Floats) -> Sums:
    """What a stretch adds up to whose examples are drawn anew in every epoch."""
    return apart.sums_over(rows_of(problem, step, start, stop), weights)
