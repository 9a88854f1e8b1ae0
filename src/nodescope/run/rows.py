"""The rows of a table that a recipe is made of: all in memory, or read as they are needed."""

import math
from typing import TYPE_CHECKING, Any

from nodescope.data.examples import Examples
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import reading
    from nodescope.data.parts import deciding
    from nodescope.data.parts import reading as streaming
else:
    reading = Later("nodescope.data.reading")
    deciding = Later("nodescope.data.parts.deciding")
    streaming = Later("nodescope.data.parts.reading")


def read(given: dict[str, Any], plain: dict[str, Any], told: dict[str, Any]) -> Examples:
    """The table's examples: all in memory, or read as they are needed."""
    known = given["fingerprint"] is not None
    found = deciding.to_stream(given["data"], plain["memory"], plain["window"], told["reading"], known)
    if found is None:
        return reading.read_examples(given["data"], **told)
    pieces, budget = found
    examples = streaming.stream_examples(pieces, memory=budget, **told)
    if plain["memory"] == "auto" and budget < math.inf:
        plain["memory"] = int(budget)
    if plain["order"] == "shuffled":
        plain["window"] = deciding.window_of(examples.input, plain["window"], budget)
    elif plain["window"] is not None:
        raise InputError('window mixes rows in drawn order: give order="shuffled" too, or leave window out')
    if plain["method"].name == "steps":
        batch = len(examples.input) if plain["batch"] == "all" else min(plain["batch"], len(examples.input))
        deciding.refuse_large_batch(batch, examples.input.shape[1] + examples.goal.shape[1], budget)
    return examples
