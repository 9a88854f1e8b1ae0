"""Two runs side by side: which is better and by how much, what their recipes differ in, where they part.

Better means better on rows that neither has seen.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nodescope.data.examples import Examples
from nodescope.diagnosis.checks.parting import Parting, parting
from nodescope.errors import InputError
from nodescope.run.given_run import refuse_no_run
from nodescope.run.offers import Faced
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.theory.likelihood import example_losses

CLEAR = 2.0
"""Standard errors of the mean difference of squared errors, from which one is better and it is not chance."""
ROUNDING = 1e-13
"""Of the largest goal."""
LONGEST = 60
FEW = 4
"""So many numbers of a list are told."""


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
        The mean squared errors that are compared, in the goal's units; of classes the log losses.
    standard_errors : float
        Their difference ÷ its standard error over the rows.
    differences : dict
        Keyword of the recipe: (a's value, b's value).
    endings : (str, str)
        How each of them ended.
    of_classes : bool
        Whether log losses are compared.
    parts : Parting or str
        The first step, and the weight, where runs that start alike part; else why there is none.
    shared : dict
        Keywords that both recipes have alike, where they were not left as they are by default.

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
    of_classes: bool = False
    parts: Parting | str = ""
    shared: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Which is better, by how much, and how sure that is."""
        by_root = not self.of_classes
        one, other = (math.sqrt(value) if by_root else value for value in (self.a, self.b))
        what = "off by about" if by_root else "with a log loss of"
        sure = f"{abs(self.standard_errors):.2g} standard errors"
        beyond = [not math.isfinite(value) for value in (self.a, self.b)]
        if all(beyond):
            return "Neither is better: the errors of both are beyond all numbers."
        if self.better is None:
            told = f"a is {what} {one:.4g}, b {what if self.of_classes else 'by'} {other:.4g} on {self.judged_by}"
            return f"Neither is clearly better: {told}; their difference is {sure}."
        best, rest = (one, other) if self.better == "a" else (other, one)
        beside = "b" if self.better == "a" else "a"
        if any(beyond):
            return f"{self.better} is better: {what} {best:.4g} on {self.judged_by}; the error of {beside} is beyond all numbers."
        less = f"{100 * (1 - best / rest):.2g}"
        clear = f"; the difference is {sure}" if math.isfinite(self.standard_errors) else ""
        return f"{self.better} is better: {what} {best:.4g} on {self.judged_by}, {less} % less than {beside} ({rest:.4g}){clear}."

    @property
    def told_differences(self) -> list[tuple[str, str, str]]:
        """Keywords that differ with both values in words: many numbers are counted."""
        return [(name, _short(one), _short(other)) for name, (one, other) in self.differences.items()]

    @property
    def told_shared(self) -> list[tuple[str, str]]:
        """Keywords that are alike, with their values in words."""
        return [(name, _short(value)) for name, value in self.shared.items()]

    def __str__(self) -> str:
        rows = [f"  {name}: {one} | {other}" for name, one, other in self.told_differences]
        ended = f"  ended: {self.endings[0]} | {self.endings[1]}"
        parts = self.parts.sentence if isinstance(self.parts, Parting) else self.parts
        return "\n".join([self.sentence, ended, *(rows or ["  the same recipe"]), *([f"  {parts}"] if parts else [])])

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
    if not same_goals(a, b):
        raise InputError(
            "the two runs did not learn the same goals from the same rows, so their errors cannot be held beside each other: "
            "give both the same table, goal, holdout and seed"
        )
    by_unseen = len(a.recipe.examples.unseen_goal) > 0
    of_classes = a.recipe.loss.tells_classes and b.recipe.loss.tells_classes
    one, other = ((_log_losses if of_classes else _squares)(run, by_unseen) for run in (a, b))
    sigmas = _standard_errors(one, other)
    better = None if np.isnan(sigmas) or abs(sigmas) < CLEAR else "b" if sigmas > 0 else "a"
    rows = (
        f"{len(one):,} rows that neither has seen"
        if by_unseen
        else f"the {len(one):,} examples learned from (no rows were kept unseen)"
    )
    if not by_unseen and len(one) == 1:
        rows = "the one example learned from"
    endings = (a.ending.name, b.ending.name)
    differences, shared = _differences(a.recipe, b.recipe)
    means = float(one.mean()), float(other.mean())
    return Comparison(better, rows, *means, sigmas, differences, endings, of_classes, parting(a, b), shared)


def same_goals(a: Run, b: Run) -> bool:
    """Whether two runs learned the same goals, and kept the same ones unseen."""
    return all(_same(_goals(a, name), _goals(b, name)) for name in ("goal", "unseen_goal"))


def _standard_errors(one: Any, other: Any) -> float:
    """The mean difference of the rows' errors ÷ its standard error; one that is beyond all numbers is the larger of the two."""
    with np.errstate(all="ignore"):
        finite = [math.isfinite(errors.mean()) for errors in (one, other)]
        if not all(finite):
            return math.inf if finite[1] else -math.inf if finite[0] else math.nan
        apart = one - other
        mean, spread = float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(len(apart))) if len(apart) > 1 else 0.0
        return mean / spread if spread > 0 else math.copysign(math.inf, mean) if mean else 0.0


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


def _log_losses(run: Run, unseen: bool) -> Any:
    """Log loss of each row."""
    examples, problem = run.recipe.examples, run.recipe.problem
    x, goal = (examples.unseen_input, examples.unseen_goal) if unseen else (examples.input, examples.goal)
    rows = replace(problem, input=np.ascontiguousarray(x), goal=np.ascontiguousarray(goal), batch=1, native=None)
    with np.errstate(all="ignore"):
        return example_losses(rows, run.network.flat())


def _differences(a: Recipe, b: Recipe) -> tuple[dict[str, tuple[Any, Any]], dict[str, Any]]:
    """Keywords that differ, with both values; and those that are alike."""
    one, other = a.keywords(), b.keywords()
    names = [*one, *(name for name in other if name not in one)]
    differ = {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}
    return differ, {name: value for name, value in one.items() if name not in differ and value is not None}


def _told(value: Any) -> str:
    """A value in words: of many numbers how many they are, and of a mapping each part."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_told(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)) and value:
        shape = (
            np.shape(value) if not isinstance(value[0], (list, tuple)) or len({len(row) for row in value}) == 1 else (len(value),)
        )
        if len(shape) > 1 or len(value) > FEW:
            return f"{' × '.join(map(str, shape))} {'values' if isinstance(value[0], str) else 'numbers'}"
    return str(value)


def _short(value: Any) -> str:
    if isinstance(value, dict) and "activations" in value:
        value = f"{'-'.join(str(len(block)) for block in value['weights'])} nodes, {', '.join(value['activations'])}"
    text = "default" if value is None else _told(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
