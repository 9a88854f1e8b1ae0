"""What is told of alpha: step, place, numbers, sentence and remedy, written down, and read."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import told
from diagnosis.test_bounds_of_alpha import BOUNDS, EDGE, bowl, errors

from nodescope.run.ending import Ending

CHANGED: dict[str, dict[str, dict[str, Any]]] = {
    "below 0": {
        "from the start": {"alphas": np.array([-0.1])},
        "no limit": {"linear": bowl(forecast=SimpleNamespace(limit=math.inf, per="step", islands=[]))},
        "of layers": {"is_linear": False},
    },
    "zero": {"of layers": {"is_linear": False}},
    "beyond its limit": {
        "diverged": {"run.ending": Ending.DIVERGED},
        "no factor": {"linear": bowl(factor=None)},
        "at its limit": {"alphas": np.array([2.0])},
        "no limit": {"linear": bowl(forecast=SimpleNamespace(limit=math.inf, per="epoch", islands=[]))},
    },
    "marginal": {"marginal": {"linear": bowl(marginal=True, missing_end=1.0)}},
    "grew": {
        "below its limit": {"local_limit": lambda _: 0.5},
        "one at a time": {"whole_batch": False},
        "rescales": {"rescales": True},
        "from 0": errors(0.0, 1.0, 2.0, 3.0),
        "from below 0": errors(-1.0, 1.0, 2.0, 3.0),
    },
    "at the edge": {"in swings": EDGE | errors(3.0, 3.5, 2.0, 2.5, 1.0), "without": EDGE | errors(3.0, 2.0, 2.0, 1.0)},
    "against its limit": {"one at a time": {"whole_batch": False}},
}  # fmt: skip
"""What else is told, where some facts are others."""
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("below 0", "as it is"): (
        1, "alpha", 1.5, -1.5,
        "from step 1 on alpha is below 0 (-0.1): each step goes up the error instead of down, without ever "
        "overshooting (as a += in place of the -= would make it).",
        "Take alpha above 0, below 2.",
    ),
    ("below 0", "from the start"): (
        0, "alpha", 1.5, -1.5,
        "alpha is -0.1: each step goes up the error instead of down, without ever overshooting (as a += in place "
        "of the -= would make it).",
        "Take alpha above 0, below 2.",
    ),
    ("below 0", "no limit"): (
        1, "alpha", 1.5, -1.5,
        "from step 1 on alpha is below 0 (-0.1): each step goes up the error instead of down, without ever "
        "overshooting (as a += in place of the -= would make it).",
        "Take alpha above 0.",
    ),
    ("below 0", "of layers"): (
        1, "alpha", -0.1, None,
        "from step 1 on alpha is below 0 (-0.1): each step goes up the error instead of down, without ever "
        "overshooting (as a += in place of the -= would make it).",
        "Take alpha above 0.",
    ),
    ("zero", "as it is"): (
        0, "alpha", 0.0, 0.0,
        "alpha is 0 at every step: the brake is fully on, and nothing moves.",
        "Half the limit, 1, is a good alpha.",
    ),
    ("zero", "of layers"): (
        0, "alpha", 0.0, 0.0,
        "alpha is 0 at every step: the brake is fully on, and nothing moves.",
        "Take alpha above 0.",
    ),
    ("overflow", "as it is"): (
        3, "", 5.0, -1.5,
        "at step 3 a product is beyond the largest double, although alpha is stable: the numbers are too large.",
        "Scale inputs and goals to numbers near 1.",
    ),
    ("beyond its limit", "as it is"): (
        0, "alpha", 1.5, -1.5,
        "alpha 2.5 is above its limit 2; each step multiplies the missing error by -1.5.",
        "An alpha below 2 holds.",
    ),
    ("beyond its limit", "diverged"): (
        0, "alpha", 1.5, -1.5,
        "alpha 2.5 is above its limit 2; each step multiplies the missing error by -1.5, until at step 3 a number "
        "is no longer finite.",
        "An alpha below 2 holds.",
    ),
    ("beyond its limit", "no factor"): (
        0, "alpha", 1.5, None,
        "alpha 2.5 is above its limit 2.",
        "An alpha below 2 holds.",
    ),
    ("beyond its limit", "at its limit"): (
        0, "alpha", 1.5, -1.5,
        "alpha 2 is too large; each step multiplies the missing error by -1.5.",
        "An alpha below 2 holds.",
    ),
    ("beyond its limit", "no limit"): (
        0, "alpha", 1.5, -1.5,
        "alpha 2.5 is too large; each epoch multiplies the missing error by -1.5.",
        "Take a smaller alpha.",
    ),
    ("marginal", "marginal"): (
        0, "alpha", 0.5, -1.5,
        "alpha 2.5 is at its limit 2: each step turns the missing error round and leaves it as large as it was.",
        "Half the limit, 1, is a good alpha.",
    ),
    ("oscillates", "as it is"): (
        0, "alpha", 1.5, -0.5,
        "alpha is past the point where a single step would do: each one overshoots and leaves 0.5 of the missing "
        "error, the other way round.",
        "",
    ),
    ("grew", "as it is"): (
        30, "alpha", 3.0, 1.25,
        "the error is 3 times what it was at the start: at the start alpha is 1.25 times the local limit 0.4.",
        "An alpha below 0.2, half the local limit.",
    ),
    ("grew", "below its limit"): (
        30, "alpha", 3.0, 1.0,
        "the error is 3 times what it was at the start: at the start alpha is 1 times the local limit 0.5.",
        "Take a smaller alpha.",
    ),
    ("grew", "one at a time"): (
        30, "alpha", 3.0, 2.5,
        "the error is 3 times what it was at the start: at the start alpha is 2.5 times the local limit 0.2.",
        "An alpha below 0.1, half the local limit.",
    ),
    ("grew", "rescales"): (
        30, "alpha", 3.0, 0.0,
        "the error is 3 times what it was at the start.",
        "Take a smaller alpha.",
    ),
    ("grew", "from 0"): (
        30, "alpha", math.inf, 1.25,
        "the error grew from 0 to 3: at the start alpha is 1.25 times the local limit 0.4.",
        "An alpha below 0.2, half the local limit.",
    ),
    ("grew", "from below 0"): (
        30, "alpha", -3.0, 1.25,
        "the error grew from -1 to 3: at the start alpha is 1.25 times the local limit 0.4.",
        "An alpha below 0.2, half the local limit.",
    ),
    ("worse", "as it is"): (
        30, "alpha", 1.11, 1.25,
        "the error is 1.11 times what it was at the start: at the start alpha is 1.25 times the local limit 0.4.",
        "An alpha below 0.2, half the local limit.",
    ),
    ("lost", "as it is"): (
        30, "alpha", 10.5, 1.25,
        "the error is 10.5 times what it was at step 10: at the start alpha is 1.25 times the local limit 0.4.",
        "An alpha below 0.2, half the local limit.",
    ),
    ("at the edge", "as it is"): (
        30, "", 1.25, 1.0,
        "alpha is 1.25 times its local limit 2/λmax = 0.4 at the end: the sharpness has grown until it hovers "
        "there, and the error falls with rises on the way (1 of 3 stretches looked at).",
        "",
    ),
    ("at the edge", "in swings"): (
        30, "", 1.25, 1.0,
        "alpha is 1.25 times its local limit 2/λmax = 0.4 at the end: the sharpness has grown until it hovers "
        "there, and the error falls with rises on the way (2 of 4 stretches looked at).",
        "",
    ),
    ("at the edge", "without"): (
        30, "", 1.25, 1.0,
        "alpha is 1.25 times its local limit 2/λmax = 0.4 at the end: the sharpness has grown until it hovers there.",
        "",
    ),
    ("against its limit", "as it is"): (
        30, "layer 1", 0.5, 0.4,
        "at the end alpha is 1.25 times the local limit 0.4 (diverges, locally); layer 1 sets it.",
        "",
    ),
    ("against its limit", "one at a time"): (
        30, "layer 1", 0.5, 0.4,
        "at the end alpha is 1.25 times the local limit 0.4 of all examples together, and 2.5 times that of the "
        "steepest example alone, 0.2 (diverges there, locally); layer 1 sets it.",
        "",
    ),
}  # fmt: skip
"""Its step, place and numbers, what is said, and the remedy."""


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_told(name: str):
    finding, base, _ = BOUNDS[name]
    assert told(name, finding, base, CHANGED) == {key: answer for key, answer in TOLD.items() if key[0] == name}
