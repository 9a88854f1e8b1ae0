"""How cost grows with steps, rows, inputs, nodes and runs: over four decades and more each, as a figure whose slopes are named.

A slope of 1 means that twice as much takes twice as long. It is that of the upper two decades, where a call's own cost is little.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import nodescope as ns

FIGURE = Path(__file__).parents[2] / "docs" / "growth.svg"
TURNS = 3
DECADES_OF_SLOPE = 2.0


@dataclass(frozen=True)
class Growth:
    """What was measured of one kind of size.

    Attributes
    ----------
    of : str
    what : str
        What stays the same while it grows.
    sizes, seconds : list of numbers, one for each size
    """

    of: str
    what: str
    sizes: list[int]
    seconds: list[float]

    @property
    def slope(self) -> float:
        """Of the logarithms, least squares over the upper decades."""
        x, y = np.log10(self.sizes), np.log10(self.seconds)
        upper = x >= x[-1] - DECADES_OF_SLOPE
        return float(np.polyfit(x[upper], y[upper], 1)[0])


def _node(steps: int) -> Callable[[], object]:
    return lambda: ns.descend(weight=0.4, input=1.0, goal=0.6, alpha=1e-9, steps=steps)


def _rows(rows: int) -> Callable[[], object]:
    random = np.random.default_rng(0)
    x, goal = random.normal(size=(rows, 10)), random.normal(size=rows)
    return lambda: ns.descend(input=x, goal=goal, alpha=1e-4, epochs=1)


def _inputs(inputs: int) -> Callable[[], object]:
    random = np.random.default_rng(0)
    x, goal = random.normal(size=(16, inputs)), random.normal(size=16)
    return lambda: ns.descend(input=x, goal=goal, alpha=1e-9, batch="all", epochs=10)


def _nodes(nodes: int) -> Callable[[], object]:
    random = np.random.default_rng(0)
    x, goal = random.normal(size=(256, 8)), random.normal(size=256)
    layers = {"sizes": [8, nodes, 1], "activation": "relu", "seed": 0}
    return lambda: ns.descend(input=x, goal=goal, alpha=1e-6, batch=32, epochs=1, network=layers)


def _runs(runs: int) -> Callable[[], object]:
    alphas = np.linspace(1e-9, 1e-8, runs)
    return lambda: ns.sweep(weight=0.4, input=1.0, goal=0.6, alpha=alphas, steps=100)


KINDS: list[tuple[str, str, Callable[[int], Callable[[], object]], int]] = [
    ("steps", "one node that never settles", _node, 9),
    ("rows", "one epoch, 10 inputs, one example a step", _rows, 6),
    ("inputs", "16 examples, 10 full batches", _inputs, 6),
    ("nodes", "8 inputs, one hidden layer, 256 rows in batches of 32", _nodes, 5),
    ("runs", "a sweep of one node over alpha, 100 steps a run", _runs, 6),
]
"""Name, what stays, what is called, and the power of ten that it goes up to."""


def measured() -> list[Growth]:
    """All of them, two sizes a decade from 10 on, the least of a few turns each."""
    return [_measured(of, what, make, last) for of, what, make, last in KINDS]


def _measured(of: str, what: str, make: Callable[[int], Callable[[], object]], last: int) -> Growth:
    sizes = [round(10 ** (half / 2)) for half in range(2, 2 * last + 1)]
    return Growth(of, what, sizes, [_seconds(make(size)) for size in sizes])


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TURNS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def draw(grown: list[Growth], target: Path = FIGURE) -> None:
    """The figure, a panel each; its file says nothing of when it was made, so that the same numbers give the same bytes."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with matplotlib.rc_context({"svg.hashsalt": "growth", "font.size": 9, "svg.fonttype": "none"}):
        figure, panels = pyplot.subplots(1, len(grown), figsize=(13, 2.9), sharey=True, layout="constrained")
        for panel, of in zip(panels, grown, strict=True):
            panel.loglog(of.sizes, of.seconds, "o-", color="#00694d", markersize=3, linewidth=1)
            panel.set_title(f"{of.of}: slope {of.slope:.2f}", fontsize=10)
            panel.set_xlabel(of.of)
            panel.grid(True, which="major", linewidth=0.3)
        panels[0].set_ylabel("seconds of processor time")
        figure.savefig(target, metadata={"Date": None, "Creator": None})


def told(grown: list[Growth]) -> str:
    """Slopes as text for the documentation."""
    head = "\n## How cost grows\n\n![How cost grows with steps, rows, inputs, nodes and runs](growth.svg)\n\n"
    table = "| what grows | what stays | from, to | at the largest | slope |\n|---|---|---|---|---|\n"
    rows = (
        f"| {of.of} | {of.what} | {of.sizes[0]:,} to {of.sizes[-1]:,} | {of.seconds[-1]:.3g} s | {of.slope:.2f} |\n" for of in grown
    )
    note = "\nThe slope is that of the upper two decades; below them a call's own time shows, which is why the lines begin flat.\n"
    return head + table + "".join(rows) + note
