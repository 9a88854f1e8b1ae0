"""Where a step left the doubles: its first number that is not finite, in the order in which a step computes."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.views.explanation.step_numbers import LayerShown, StepNumbers
from nodescope.views.numbers import short
from nodescope.views.rule_formulas import spoken


class _Block(NamedTuple):
    """Numbers of a layer: for each example and node, or for each node and weight."""

    name: str
    layer: LayerShown
    numbers: Floats
    per_weight: bool


def first_not_finite(step: StepNumbers) -> str | None:
    """A sentence about it; None where all are finite."""
    for block in _forward(step):
        if (place := _place(block.numbers)) is not None:
            return _told(step, block, place)
    if not np.isfinite(step.mse):
        return _sentence("mse", step.mse, "; that alone ends nothing")
    for block in _back(step):
        if (place := _place(block.numbers)) is not None:
            return _told(step, block, place)
    return None


def _forward(step: StepNumbers) -> Iterator[_Block]:
    """To the deltas of the outputs."""
    for layer in step.layers:
        if not layer.shape.is_identity:
            yield _Block("sum", layer, layer.sum, False)
        yield _Block("prediction", layer, layer.prediction, False)
    yield _Block("delta", step.last, step.last.delta, False)


def _back(step: StepNumbers) -> Iterator[_Block]:
    """From there to the new weights."""
    for layer in reversed(step.layers[:-1]):
        yield _Block("delta", layer, layer.delta, False)
    for layer in reversed(step.layers):
        yield _Block("weighted delta", layer, layer.weighted_delta, True)
        yield from (_Block(spoken(name), layer, numbers, True) for name, numbers in layer.memory.items())
        yield _Block("alpha delta", layer, layer.alpha_delta, True)
        yield _Block("new weight", layer, layer.new_weight, True)


def _place(numbers: Floats) -> tuple[int, int] | None:
    places = np.argwhere(~np.isfinite(numbers))
    return (int(places[0][0]), int(places[0][1])) if len(places) else None


def _told(step: StepNumbers, block: _Block, place: tuple[int, int]) -> str:
    first, second = place
    at = {"j": first, "i": second} if block.per_weight else {"j": second, "s": first}
    return _sentence(step.of(block.name, block.layer, **at), float(block.numbers[place]), "")


def _sentence(name: str, value: float, ends: str) -> str:
    return f"The first number here that is not finite is the {name}: {short(value)}. Doubles end at about 1.8e308{ends}."
