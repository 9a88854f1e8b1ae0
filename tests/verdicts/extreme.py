"""Inputs, goals and weights of any finite size, denormals too: a forecast, a run and its verdict; no exception, no warning.

Healthy is said of no run that broke off, or whose mse no double holds; and "solved" of none whose predictions are not their goals.
"""

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from verdicts.generated import Rng

import nodescope as ns

Made = dict[str, Any]


def a_size(rng: Rng, kind: str) -> float:
    """A power of ten."""
    low, high = {"tiny": (-300, -100), "huge": (100, 300), "denormal": (-323, -300), "at the end": (295, 308), "near 1": (-3, 3)}[
        kind
    ]
    return float(10.0 ** rng.uniform(low, high))


SIZES = ("tiny", "huge", "denormal", "at the end", "near 1")


@np.errstate(all="ignore")
def _made(rng: Rng, kind: str) -> Made:
    n, d = int(rng.choice([1, 1, 2, 3, 6])), int(rng.integers(1, 4))
    sizes = [a_size(rng, kind), *(a_size(rng, str(rng.choice(SIZES))) for _ in range(2))]
    rng.shuffle(sizes)
    x, weight, goal = (rng.normal(size=shape) * size for shape, size in zip(((n, d), (d,), (n,)), sizes, strict=True))
    largest = float(np.abs(x).max())
    alpha = min(0.5 / largest / largest / d, 1e308) if 1e-154 < largest < 1e154 else a_size(rng, str(rng.choice(SIZES)))
    clipped = {name: np.clip(array, -1.7e308, 1.7e308) for name, array in (("input", x), ("weight", weight), ("goal", goal))}
    more = {"rule": str(rng.choice(["plain", "plain", "momentum", "adam"])), "batch": ["all", 1][rng.integers(2)]}
    return clipped | more | {"alpha": alpha, "steps": int(rng.choice([0, 3, 40, 300]))}


def wrong_in(recipe: Made) -> list[str]:
    """What is raised or warned of, and what is said that is not so."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            said = str(ns.forecast(**recipe))
            run = ns.descend(**recipe)
            found = ns.diagnose(run)
            text = str(found)
    except Exception as raised:  # any at all is what is looked for
        return [f"missed: {type(raised).__name__}: {raised}"]
    wrong = [] if said and text else ["missed: a sentence"]
    wrong += ["false alarm: withheld"] if found.withheld else []
    if found.headline.startswith("Healthy"):
        wrong += ["missed: it broke off"] if run.ending is ns.Ending.DIVERGED else []
        wrong += ["missed: the mse is not finite"] if not math.isfinite(run.mse) and "overflow" not in found else []
    return wrong + (["false alarm: solved"] if "solved" in found and not _at_goals(recipe, run) else [])


@np.errstate(all="ignore")
def _at_goals(recipe: Made, run: ns.Run) -> bool:
    """Whether predictions are goals, products added one by one from the left."""
    products = recipe["input"] * run.weight
    total = products[:, 0]
    for i in range(1, products.shape[1]):
        total = total + products[:, i]
    return bool(np.array_equal(total, recipe["goal"]))


def generate(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """So many, with numbers of each size in turn."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        kind = SIZES[i % len(SIZES)]
        yield f"numbers {kind}" if kind != "near 1" else "any numbers", _made(rng, kind)
