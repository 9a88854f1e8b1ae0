"""`fit`: a fit of a table that is good without being told how, every choice of it in the recipe."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.run.descent import Descent, Progress, go
from nodescope.run.ending import Ending
from nodescope.run.fit_plan import Plan, plan
from nodescope.run.fit_words import advice, answer, decided
from nodescope.run.offers import Faced
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.theory.likelihood import example_losses, mean_loss

Begin = Callable[[Recipe], Descent]

CLEAR = 2.0
"""Standard errors from which a difference is more than chance."""
MUCH = 1e-3
"""A part of the error that a tenth of the steps has to take off, so that more of them are worth while."""


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Faced):
    """What `fit` gives back.

    Attributes
    ----------
    run : Run
        The run that was made, with every number of it.
    answer : str
        How far off it is, beside what costs nothing to know.
    decided : tuple of str
        What was decided: goal, columns, rows, scale, and the way down.
    advice : str
        What to do next.

    Examples
    --------
    >>> import nodescope as ns
    >>> table = {"rooms": [2, 3, 4, 5, 6, 7], "price": [110, 140, 175, 205, 240, 270]}
    >>> print(ns.fit(table, goal="price").answer)
    Off by about 1.2 on the rows that it learned from; least squares: 1.2; guessing the mean: 55.
    """

    run: Run
    answer: str
    decided: tuple[str, ...]
    advice: str

    def predict(self, table: Any) -> Any:
        """Predictions for the rows of a table with the same columns.

        Parameters
        ----------
        table : table
            As `fit` takes it.

        Returns
        -------
        (m,) or (m, k)
            In the goal's units, or its classes.

        Examples
        --------
        >>> import nodescope as ns
        >>> fitted = ns.fit({"rooms": [2, 3, 4, 5, 6, 7], "price": [110, 140, 175, 205, 240, 270]}, goal="price")
        >>> fitted.predict({"rooms": [8]}).round(-1).tolist()
        [300.0]
        """
        return self.run.predict(table)

    def to_toml(self) -> str:
        """The recipe as TOML: `nodescope run` makes the same run of it again.

        Returns
        -------
        str
            Its keys are the keywords of `descend`.

        Examples
        --------
        >>> import nodescope as ns
        >>> fitted = ns.fit({"rooms": [2, 3, 4, 5, 6, 7], "price": [110, 140, 175, 205, 240, 270]}, goal="price")
        >>> "order" in fitted.to_toml(), 'batch = "all"' in fitted.to_toml()
        (False, True)
        """
        return self.run.recipe.to_toml()

    def told(self) -> dict[str, Any]:
        """What it says, for machines.

        Returns
        -------
        dict
            Answer, decided and advice.

        Examples
        --------
        >>> import nodescope as ns
        >>> list(ns.fit({"rooms": [2, 3, 4, 5, 6, 7], "price": [110, 140, 175, 205, 240, 270]}, goal="price").told())
        ['answer', 'decided', 'advice']
        """
        return {"answer": self.answer, "decided": self.decided, "advice": self.advice}

    def __repr__(self) -> str:
        return "\n".join([self.answer, *(f"  {line}" for line in self.decided), self.advice])


def fit(
    data: Any,
    *,
    goal: str | Sequence[str],
    inputs: Sequence[str] | None = None,
    hidden: Sequence[int] | int | str | None = None,
    loss: str | None = None,
    missing: str | None = None,
    holdout: float | None = None,
    seed: int = 0,
    standardise: Any = True,
    categories: Any = None,
    unknown: str = "ignore",
    dates: Sequence[str] | None = None,
    indicator: Any = False,
    penalty: Any = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Fit:
    """Fit a table well without being told how: `descend` with choices that suit it, all of them in the recipe.

    Inputs are standardised; a fifth of the rows is kept unseen (of each class alike), where there are 50 or more; columns that tell
    nothing are left out. A node goes down to its lowest point by Nesterov's rule over all rows at once; an epoch on the way is kept
    in its place only where the unseen rows were clearly better off. A network goes by Adam, is stopped when the unseen rows stop
    improving, and its best epoch is kept.

    Parameters
    ----------
    data : table
        A path (of a file, a folder of files, or with * in it), a data frame, an Arrow stream or a mapping of columns.
    goal : str, or list of str
        The column to predict, or columns of numbers.
    inputs : list of str, optional
        Columns to predict from; all that may tell something unless given.
    hidden : int, list of int or "auto", optional
        Nodes of each hidden layer; a node without any unless given. "auto" tries a few and takes what does best on the unseen rows.
    loss : {"squared", "huber", "absolute", "cross-entropy"}, optional
        Cross-entropy for a goal of text, of two values or of the numbers of classes, else the squared error, unless given.
    missing : str, optional
        What to do with gaps among the inputs, as `descend` takes it.
    holdout : float, optional
        The part of the rows that is kept unseen.
    seed : int
        What is drawn by chance follows from it.
    standardise, categories, unknown, dates, indicator : optional
        As `descend` takes them. Text of few different values becomes categories unless `categories` says otherwise; columns of
        dates are left out unless `dates` says what becomes of them.
    penalty : number or mapping, optional
        As `descend` takes it. A node that tells classes has l2 = 1 ÷ rows unless given, so that classes that can be parted have a
        lowest point; 0 is none.
    delimiter, decimal, thousands, encoding, header : optional
        How the file is written, as `descend` takes them.

    Returns
    -------
    Fit
        The run, what was decided, and how good it is.

    Raises
    ------
    InputError
        No such column, no rows, or values that cannot be read; the message names what was seen and the remedy.

    Examples
    --------
    >>> import nodescope as ns
    >>> sizes = {"size": [1, 2, 3, 4, 5, 6, 7, 8], "ripe": ["no", "no", "no", "yes", "no", "yes", "yes", "yes"]}
    >>> print(ns.fit(sizes, goal="ripe").answer)
    Right for about 75 % of the rows that it learned from; always saying 'no': 50 %.
    """
    return fit_with(
        None, data, goal=goal, inputs=inputs, hidden=hidden, loss=loss, missing=missing, holdout=holdout, seed=seed,
        standardise=standardise, categories=categories, unknown=unknown, dates=dates, indicator=indicator, penalty=penalty,
        delimiter=delimiter, decimal=decimal, thousands=thousands, encoding=encoding, header=header,
    )  # fmt: skip


def fit_with(progress: Progress | None, data: Any, **keywords: Any) -> Fit:
    """`fit` that tells how far it is."""
    return carried_out(plan(data, **keywords), progress)


def carried_out(of: Plan, progress: Progress | None = None, begin: Begin = Descent.start) -> Fit:
    """The runs of a plan, and the best of them.

    Parameters
    ----------
    progress : function, optional
        It is told how far each run is.
    begin : function
        From a recipe to the descent that goes down it, for who wants to stop it.
    """
    tried = [_run(of, recipe, progress, begin) for recipe in of.recipes()]
    run = min(tried, key=_error)
    return Fit(run, answer(run), decided(run, of.columns, tried), advice(run, of.hidden, _improves(run)))


def _run(of: Plan, recipe: Recipe, progress: Progress | None, begin: Begin) -> Run:
    chosen = not of.way and len(recipe.problem.layers) == 1
    return _one_layer(recipe, progress, begin) if chosen else go(recipe, begin(recipe), progress=progress)


def _one_layer(recipe: Recipe, progress: Progress | None, begin: Begin) -> Run:
    """The whole way, unless an epoch on it was clearly better.

    Which epoch is best on a few unseen rows is chance as a rule. A node has one lowest point, which needs no luck: it is left only
    where the errors of the unseen rows were smaller by more than twice the standard error of their mean difference (Breiman,
    Friedman, Olshen, Stone 1984, "Classification and regression trees", section 3.4.3, has one; the best of many epochs is chosen
    by these very rows, so that one is nearly always there).
    """
    descent = begin(recipe)
    if len(recipe.examples.unseen_goal):
        descent.watch = replace(recipe, keep="best").watch()
    run, watch = go(recipe, descent, progress=progress), descent.watch
    if watch is None or run.ending in (Ending.DIVERGED, Ending.INTERRUPTED) or not 0 < watch.best_step < run.steps:
        return run
    gained = _unseen_losses(run, run.steps) - _unseen_losses(run, watch.best_step)
    sure = float(gained.std(ddof=1)) / math.sqrt(len(gained)) if len(gained) > 1 else 0.0
    clearly = float(gained.mean()) > CLEAR * sure
    cut = replace(recipe, keep="best")
    return go(cut, begin(cut), progress=progress) if clearly else run


def _unseen_losses(run: Run, step: int) -> Floats:
    """What each row counts for that was kept unseen, after so many updates."""
    examples, problem = run.recipe.examples, run.recipe.problem
    x, goal = np.ascontiguousarray(examples.unseen_input), np.ascontiguousarray(examples.unseen_goal)
    rows = replace(problem, input=x, goal=goal, batch=1, frozen=None, native=None)
    with np.errstate(all="ignore"):
        return example_losses(rows, problem.weights(run.replay.state_at(step)))


def _error(run: Run) -> float:
    """What runs are compared by: the error on the unseen rows where there are any, else on the seen."""
    watch = replace(run.recipe, keep="best").watch()
    assert watch is not None
    watch.look(0, run.recipe.problem.weights(run.replay.state_at(run.steps)))
    return watch.best


def _improves(run: Run) -> bool:
    """Whether it was still on its way when its steps were used: of a node, whether the last tenth of them still took much off."""
    if run.ending is not Ending.STEPS_USED or run.gone is not None:
        return False
    problem = run.recipe.problem
    if len(problem.layers) > 1:
        return True
    before, after = (mean_loss(problem, problem.weights(run.replay.state_at(step))) for step in (run.steps * 9 // 10, run.steps))
    return before - after > MUCH * before
