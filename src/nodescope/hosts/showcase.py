"""The six runs that the start page opens on: each has a name, a question, a picture drawn from the run itself, and its recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.hosts import drawings
from nodescope.run.descend import descend
from nodescope.run.run import Run

FIRST = 26
"""Steps that a picture of a weight's way shows."""
CELLS = 18
DOTS = 90
SEED: dict[str, Any] = {"weight": 0.4, "input": 1, "goal": 0.6, "steps": 325}
HOUSES = ("straw", "sticks", "stone")
"""What the three pigs build with."""
PENGUINS = ("flipper_length_mm", "bill_length_mm", "bill_depth_mm")


@dataclass(frozen=True)
class Shown:
    """A run of the start page.

    Attributes
    ----------
    name : str
        In its address.
    title, question : str
    make : callable
    draw : callable
        The picture of the run.
    """

    name: str
    title: str
    question: str
    make: Callable[[], Run]
    draw: Callable[[Run], str]


def _way(run: Run) -> str:
    return drawings.way(run.trace[0:FIRST]["weight"].ravel().tolist(), 0.6)


def _pigs(run: Run) -> str:
    step = run.trace[0]
    return drawings.shares((np.asarray(step.weight) * np.asarray(step.input)).ravel().tolist(), 0.6)


def _xor() -> Run:
    network = {"sizes": [2, 4, 1], "activation": "tanh", "initial": "glorot", "seed": 1}
    return descend(
        input=[[0, 0], [0, 1], [1, 0], [1, 1]], goal=[0, 1, 1, 0], alpha=0.5, batch="all", until_mse=1e-6, network=network
    )


def _surface(run: Run) -> str:
    across = np.linspace(-0.2, 1.2, CELLS)
    grid = np.array([[x, y] for y in across[::-1] for x in across])
    values = np.asarray(run.predict(grid)).reshape(CELLS, CELLS)
    marks = [((x + 0.2) / 1.4, (y + 0.2) / 1.4, x != y) for x in (0, 1) for y in (0, 1)]
    return drawings.surface(values, marks)


def penguins() -> Path:
    """The table of penguins that comes with the page."""
    return Path(str(files("nodescope.hosts").joinpath("static", "penguins.csv")))


def _penguins() -> Run:
    table: dict[str, Any] = {"data": str(penguins()), "inputs": list(PENGUINS), "goal": "body_mass_g", "missing": "drop"}
    return descend(**table, holdout=0.2, standardise=True, alpha=0.001, epochs=50)


def _cloud(run: Run) -> str:
    examples = run.recipe.examples
    every = max(1, len(examples.goal) // DOTS)
    told = run.predictions(np.ascontiguousarray(examples.input, dtype=float))
    return drawings.cloud(np.asarray(examples.goal).ravel()[::every], told.ravel()[::every])


SHOWN = {
    shown.name: shown
    for shown in (
        Shown("stalls", "It stalls", "0.5999999999999994 instead of 0.6. For ever?", lambda: descend(**SEED, alpha=0.1), _way),
        Shown("oscillates", "It oscillates", "Alpha 1.8: past the goal, and back.", lambda: descend(**SEED, alpha=1.8), _way),
        Shown("diverges", "It diverges", "Alpha 2.05: every step is too long.", lambda: descend(**SEED, alpha=2.05), _way),
        Shown(
            "pigs",
            "Three little pigs",
            "Several inputs: who gets the blame?",
            lambda: descend(weight=[0.4, 0.4, 0.4], input=[0, 1, 2], inputs=HOUSES, goal=0.6, alpha=0.1),
            _pigs,
        ),
        Shown("xor", "XOR", "A small network, every node of it.", _xor, _surface),
        Shown("penguins", "Penguins", "A table: how good is it on new rows?", _penguins, _cloud),
    )
}


@cache
def made(name: str) -> Run:
    """One of them, made once."""
    return SHOWN[name].make()


@cache
def picture(name: str) -> str:
    """Its picture, drawn once."""
    return SHOWN[name].draw(made(name))
