"""The start page's network builder: small sets to learn, and what was typed about the layers, as `descend`'s keywords."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import InputError
from nodescope.hosts import caps
from nodescope.hosts.forms import Form, Keywords, field
from nodescope.hosts.typed import one_or_each_step

Set = tuple[NDArray[np.float64], NDArray[np.float64]]


def _corners() -> Set:
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([0, 1, 1, 0], float)


def _ring() -> Set:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    return np.concatenate([0.3 * circle, circle]), np.repeat([1.0, 0.0], 24)


def _halves() -> Set:
    turn = np.linspace(0, np.pi, 24)
    upper = np.column_stack([np.cos(turn), np.sin(turn)])
    return np.concatenate([upper, np.array([1, 0.4]) - upper]), np.repeat([0.0, 1.0], 24)


def _wave() -> Set:
    x = np.linspace(-2, 2, 41)
    return x[:, None], np.sin(2 * x)


SETS: dict[str, tuple[str, Callable[[], Set]]] = {
    "corners": ("XOR: four corners, 0 or 1", _corners),
    "ring": ("a ring around a heap", _ring),
    "halves": ("two half moons", _halves),
    "wave": ("a wave of one input", _wave),
}


def of_network(form: Form) -> tuple[str, Keywords]:
    """The run's name and its keywords."""
    name = field(form, "set", "corners")
    if name not in SETS:
        raise InputError(f"there is no set {name[:60]!r} to learn; choose one of {', '.join(SETS)}")
    inputs, goal = SETS[name][1]()
    hidden = field(form, "hidden", "8")
    try:
        sizes = [int(part) for part in hidden.split(",")]
    except ValueError as error:
        raise InputError(f"hidden nodes are {hidden[:60]!r}; give a whole number for each layer, such as 8,8") from error
    layers = [inputs.shape[1], *sizes, 1]
    if sum((a + 1) * b for a, b in pairwise(layers)) > caps.MOST_WEIGHTS:
        raise InputError(f"hidden nodes are {hidden[:60]!r}: too many weights; this page takes at most {caps.MOST_WEIGHTS:,}")
    alpha, typed = field(form, "alpha", "auto") or "auto", field(form, "steps", "1000")
    if not typed:
        raise InputError("steps is empty; type a whole number, such as 1000")
    steps = one_or_each_step("steps", typed)
    if isinstance(steps, int | float) and steps > caps.MOST_STEPS:
        raise InputError(f"steps is too many; this page makes at most {caps.MOST_STEPS:,}")
    network = {"hidden": sizes, "activation": field(form, "activation", "tanh")}
    keywords = {"input": inputs, "goal": goal, "network": network, "batch": "all", "steps": steps}
    keywords["alpha"] = alpha if alpha == "auto" else one_or_each_step("alpha", alpha)
    return f"{SETS[name][0].partition(':')[0]}, {'-'.join(map(str, layers))}", keywords
