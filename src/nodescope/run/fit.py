"""`fit`: a fit of a table that is good without being told how, every choice of it in the recipe."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import listed, shown, whole
from nodescope.arithmetic.problem import Floats
from nodescope.data.open import open_table
from nodescope.errors import InputError
from nodescope.run.descent import Descent, Progress, go
from nodescope.run.ending import Ending
from nodescope.run.fit_choices import FEW, UNSEEN, choose_columns, choose_loss, table_keywords, with_a_good_way, with_a_penalty
from nodescope.run.fit_words import advice, answer, decided, left_out
from nodescope.run.making import make_recipe
from nodescope.run.offers import Faced
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.theory.likelihood import example_losses, mean_loss

AUTO: tuple[tuple[int, ...], ...] = ((), (16,), (64,), (32, 32))
"""What `hidden="auto"` tries, judged on the rows kept unseen."""


CLEAR = 2.0
"""Standard errors from which a difference is more than chance."""
MUCH = 1e-3
"""A part of the error that a tenth of the steps has to take off, so that more of them are worth while."""
AT_HAND = 5 * 10**7
"""A table of at most so many numbers is read once, and kept until the fit is over."""


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
    standardise, categories, unknown, dates, indicator, delimiter, decimal, thousands, encoding, header : optional
        As `descend` takes them. Text of few different values becomes categories unless `categories` says otherwise; columns of
        dates are left out unless `dates` says what becomes of them.
    penalty : number or mapping, optional
        As `descend` takes it. A node that tells classes has l2 = 1 ÷ rows unless given, so that classes that can be parted have a
        lowest point; 0 is none.

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


def fit_with(
    progress: Progress | None, data: Any, *, goal: Any, inputs: Any, hidden: Any, loss: Any, missing: Any, holdout: Any, seed: int,
    standardise: Any = True, categories: Any = None, unknown: Any = "ignore", dates: Any = None, indicator: Any = False,
    penalty: Any = None, **reading: Any,
) -> Fit:  # fmt: skip
    """`fit` that tells how far it is."""
    table = open_table(data, reading).at_hand(AT_HAND)
    goals = _names("goal", goal)
    inputs = None if inputs is None else _names("inputs", inputs)
    both = [name for name in goals if name in (inputs or ())]
    if both:
        raise InputError(f"{table.where}: the column {shown(both[0])} is both goal and input; take it out of inputs")
    _refuse_unknown(table.names, [*goals, *(inputs or ())], table.where)
    chosen = choose_loss(table, str(goals[0])) if loss is None and len(goals) == 1 else loss or "squared"
    wanted = None if inputs is None else [str(name) for name in inputs]
    columns = choose_columns(table, [str(name) for name in goals], wanted, categories=categories, dates=dates)
    if not columns.inputs:
        raise InputError(f"{table.where}: no column is left to predict from{left_out(columns)}")
    unseen = (UNSEEN if columns.rows >= FEW else 0.0) if holdout is None else holdout
    keywords = {
        "data": table, "goal": goal, "inputs": list(columns.inputs), "loss": chosen, "standardise": standardise, "seed": seed,
        "keep": "best", "holdout": unseen, "dates": dates, "indicator": indicator, "penalty": penalty, **reading,
        **table_keywords(columns, missing, categories, unknown),
    }  # fmt: skip
    if isinstance(hidden, str) and hidden != "auto":
        raise InputError(f'hidden is {shown(hidden)}; it may be "auto", or the nodes of each hidden layer, such as [8, 8]')
    tried = [_run(keywords, layers, progress) for layers in (AUTO if isinstance(hidden, str) else [_layers(hidden)])]
    run = min(tried, key=_error)
    return Fit(run, answer(run), decided(run, columns, tried), advice(run, hidden, _improves(run)))


def _layers(hidden: Any) -> tuple[int, ...]:
    if hidden is None:
        return ()
    several = hidden if isinstance(hidden, (list, tuple)) or (isinstance(hidden, np.ndarray) and hidden.ndim) else [hidden]
    return tuple(whole("hidden", nodes, least=1, words='"auto", a list with the nodes of each layer,') for nodes in several)


def _names(keyword: str, value: Any) -> list[Any]:
    """Names of columns: one, or several; of an array's columns their numbers."""
    one = isinstance(value, (str, int)) and not isinstance(value, bool)
    return [
        name if isinstance(name, str) else whole(keyword, name, most=2**31, words="a column's name")
        for name in ([value] if one else listed(keyword, value, "the names of columns"))
    ]


def _run(keywords: dict[str, Any], layers: tuple[int, ...], progress: Progress | None) -> Run:
    of_layers = {"network": {"hidden": list(layers), "activation": "relu", "seed": keywords["seed"]}, "order": "shuffled"}
    recipe = make_recipe(**keywords, alpha=1.0, epochs=1, **(of_layers if layers else {}))
    if keywords["penalty"] is None:
        recipe = with_a_penalty(recipe)
    recipe = with_a_good_way(recipe)
    return go(recipe, progress=progress) if layers else _one_layer(recipe, progress)


def _one_layer(recipe: Recipe, progress: Progress | None) -> Run:
    """The whole way, unless an epoch on it was clearly better.

    Which epoch is best on a few unseen rows is chance as a rule. A node has one lowest point, which needs no luck: it is left only
    where the errors of the unseen rows were smaller by more than twice the standard error of their mean difference (Breiman,
    Friedman, Olshen, Stone 1984, "Classification and regression trees", section 3.4.3, has one; the best of many epochs is chosen
    by these very rows, so that one is nearly always there).
    """
    descent = Descent.start(recipe)
    if len(recipe.examples.unseen_goal):
        descent.watch = replace(recipe, keep="best").watch()
    run, watch = go(recipe, descent, progress=progress), descent.watch
    if watch is None or run.ending in (Ending.DIVERGED, Ending.INTERRUPTED) or not 0 < watch.best_step < run.steps:
        return run
    gained = _unseen_losses(run, run.steps) - _unseen_losses(run, watch.best_step)
    sure = float(gained.std(ddof=1)) / math.sqrt(len(gained)) if len(gained) > 1 else 0.0
    clearly = float(gained.mean()) > CLEAR * sure
    return go(replace(recipe, keep="best"), progress=progress) if clearly else run


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


def _refuse_unknown(names: Sequence[str], wanted: Sequence[object], where: str) -> None:
    for name in wanted:
        if str(name) not in names:
            near = get_close_matches(str(name), names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"the columns are {', '.join(map(repr, names[:10]))}"
            raise InputError(f"{where} has no column {shown(name)}; {hint}")
