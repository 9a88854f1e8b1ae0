"""Two runs side by side: what their recipes differ in, and which is better. Better means better on rows that neither has seen."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodescope.data import Examples
from nodescope.errors import InputError
from nodescope.run.given_run import refuse_no_run
from nodescope.run.offers import Faced
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

CLEAR = 2.0
"""Standard errors of the mean difference of squared errors, from which one is better and it is not chance."""
ROUNDING = 1e-13
"""Of the largest goal."""
LONGEST = 60


@dataclass(frozen=True, eq=False)
class Comparison(Faced):
    """What `compare` gives back.

    Attributes
    ----------
    better : "a", "b" or None
        On rows kept unseen, where both have the same; else on the examples themselves, which `judged_by` says. None where the
        difference is within what chance makes.
    judged_by : str
    a, b : float
        The mean squared errors that are compared, in the goal's units.
    standard_errors : float
        Their difference ÷ its standard error over the rows.
    differences : dict
        Keyword of the recipe: (a's value, b's value).
    endings : (str, str)
        How each of them ended.

    Examples
    --------
    >>> import nodescope as ns
    >>> slow, fast = (ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=20) for alpha in (0.1, 0.5))
    >>> found = ns.compare(slow, fast)
    >>> found.better, found.differences
    ('b', {'alpha': (0.1, 0.5)})
    """

    better: str | None
    judged_by: str
    a: float
    b: float
    standard_errors: float
    differences: dict[str, tuple[Any, Any]]
    endings: tuple[str, str]

    @property
    def sentence(self) -> str:
        told = f"a {self.a:.6g}, b {self.b:.6g} on {self.judged_by}"
        if self.better is None:
            return f"Neither is clearly better: mse {told}; their difference is {abs(self.standard_errors):.2g} standard errors."
        sure = f"; the difference is {abs(self.standard_errors):.2g} standard errors" if math.isfinite(self.standard_errors) else ""
        return f"{self.better} is better: mse {told}{sure}."

    def __str__(self) -> str:
        rows = [f"  {name}: {_short(one)} | {_short(other)}" for name, (one, other) in self.differences.items()]
        return "\n".join([self.sentence, f"  ended: {self.endings[0]} | {self.endings[1]}", *(rows or ["  the same recipe"])])

    __repr__ = __str__


def compare(a: Run, b: Run) -> Comparison:
    """Which of two runs is better, and what their recipes differ in.

    Both must have learned the same goals from the same rows (their inputs, standardising, network, rule … may differ). Where
    rows were kept unseen, and the same ones, these decide; else the examples that were learned from do, and the answer says so.

    Parameters
    ----------
    a, b : Run
        Made now, or loaded.

    Returns
    -------
    Comparison
        Which is better, judged by what, and the keywords that differ.

    Raises
    ------
    InputError
        They have other goals, or other rows unseen.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> slow, fast = (descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=20) for alpha in (0.1, 0.5))
    >>> compare(slow, fast).better
    'b'
    """
    refuse_no_run(a, "a")
    refuse_no_run(b, "b")
    seen, unseen = (_same(_goals(a, name), _goals(b, name)) for name in ("goal", "unseen_goal"))
    if not seen or not unseen:
        raise InputError(
            "the two runs did not learn the same goals from the same rows, so their errors cannot be held beside each other: "
            "give both the same table, goal, holdout and seed"
        )
    by_unseen = len(a.recipe.examples.unseen_goal) > 0
    one, other = (_squares(run, by_unseen) for run in (a, b))
    with np.errstate(all="ignore"):
        apart = one - other
        spread = float(apart.std(ddof=1) / np.sqrt(len(apart))) if len(apart) > 1 else 0.0
        mean = float(apart.mean())
        sigmas = mean / spread if spread > 0 else float(np.sign(mean) * np.inf) if mean else 0.0
    better = None if np.isnan(sigmas) or abs(sigmas) < CLEAR else "b" if sigmas > 0 else "a"
    rows = (
        f"{len(one):,} rows that neither has seen"
        if by_unseen
        else f"the {len(one):,} examples learned from (no rows were kept unseen)"
    )
    if not by_unseen and len(one) == 1:
        rows = "the one example learned from"
    endings = (a.ending.name, b.ending.name)
    return Comparison(better, rows, float(one.mean()), float(other.mean()), sigmas, _differences(a.recipe, b.recipe), endings)


def _same(one: Any, other: Any) -> bool:
    """Goals that one of the two has scaled come back with a rounding."""
    return one.shape == other.shape and np.allclose(one, other, rtol=ROUNDING, atol=ROUNDING * np.abs(one).max(initial=0.0))


def _goals(run: Run, name: str) -> Any:
    """Goals of a run in the units of its table."""
    examples: Examples = run.recipe.examples
    return examples.in_own_units(getattr(examples, name))


def _squares(run: Run, unseen: bool) -> Any:
    """Mean squared error of each row."""
    examples = run.recipe.examples
    x, name = (examples.unseen_input, "unseen_goal") if unseen else (examples.input, "goal")
    with np.errstate(all="ignore"):
        told = examples.in_own_units(run.predictions(x))
        return ((told - _goals(run, name)) ** 2).mean(axis=1)


def _differences(a: Recipe, b: Recipe) -> dict[str, tuple[Any, Any]]:
    one, other = a.keywords(), b.keywords()
    names = [*one, *(name for name in other if name not in one)]
    return {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}


def _short(value: Any) -> str:
    if isinstance(value, dict) and "activations" in value:
        value = f"{'-'.join(str(len(block)) for block in value['weights'])} nodes, {', '.join(value['activations'])}"
    text = "default" if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
