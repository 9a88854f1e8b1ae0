"""What a step is taken on, and how its examples are added up: moments in the place of rows, and batches in parts."""

from typing import TYPE_CHECKING, Any

import numpy as np

from nodescope.arithmetic.checks import refuse_not_finite, shown
from nodescope.data.examples import Examples
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.setting import Method

if TYPE_CHECKING:
    from nodescope.theory import moments
    from nodescope.workers.door import Door
else:
    moments = Later("nodescope.theory.moments")


def refuse_parts(plain: dict[str, Any], *, in_layers: bool) -> None:
    """Where there is nothing to be added up in parts, or where layers want each other's sums first."""
    if plain["parts"] is None:
        return
    said = f"parts is {plain['parts']:,}"
    if plain["batch"] == 1:
        raise InputError(f'{said}, which is how a batch is added up, and batch is 1: give batch="all", or leave parts out')
    if plain["method"].name == "moments":
        raise InputError(f'{said}, which cuts a batch of rows, and method="moments" takes its steps on few examples: leave one out')
    if in_layers and plain["update_order"] == "sequential":
        raise InputError(
            f'{said}, and update_order="sequential" makes each layer\'s sums only when the next layer is updated: leave one out'
        )


def refuse_other_than_moments(plain: dict[str, Any]) -> None:
    """Steps see nothing but the moments only where they see all rows, and their squared errors' mean."""
    if plain["batch"] != "all":
        raise InputError(f'method="moments" takes all rows in a step; give batch="all", not batch={shown(plain["batch"])}')
    if plain["reduction"] != "mean":
        raise InputError('method="moments" goes with reduction="mean": the moments are means; give alpha times the number of rows')
    if plain["loss"].name != "squared":
        raise InputError(f'method="moments" goes with loss="squared", not with {plain["loss"].name!r}: other losses see each row')


def moments_of(examples: Examples, door: "Door | None" = None) -> tuple[Examples, Method]:
    """The examples that have the moments of the seen rows, in their place.

    Raises
    ------
    InputError
        There are hardly more rows than they would be; or a number is not finite, or too large to be squared.
    """
    n, few = len(examples.input), 1 + examples.input.shape[1] + examples.goal.shape[1]
    if n < few:
        raise InputError(
            f'method="moments" puts {few} examples in the place of {n:,} rows; leave it out, the rows themselves are fewer'
        )
    x, goal = moments.taken(examples.input, examples.goal, door)
    if not (np.isfinite(x).all() and np.isfinite(goal).all()):
        refuse_not_finite("input", examples.input)
        refuse_not_finite("goal", examples.goal)
        raise InputError("inputs or goals are too large to be squared; scale them to numbers near 1")
    return examples.with_seen(x, goal), Method("moments", n)
