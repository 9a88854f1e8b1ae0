"""What a fit is going to do, decided before any step: columns, keywords, and a recipe for each size of network that is tried.

Requirement: one place for the good defaults. `ns.fit`, `nodescope fit` and the local page's form all ask here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import closest, listed, shown, whole
from nodescope.data.open import open_table
from nodescope.errors import InputError
from nodescope.run.fit_choices import (
    FEW,
    UNSEEN,
    Columns,
    choose_columns,
    choose_loss,
    table_keywords,
    with_a_good_way,
    with_a_penalty,
)  # fmt: skip
from nodescope.run.fit_words import left_out
from nodescope.run.making import make_recipe
from nodescope.run.recipe import Recipe

AUTO: tuple[tuple[int, ...], ...] = ((), (16,), (64,), (32, 32))
"""What `hidden="auto"` tries, judged on the rows kept unseen."""
AT_HAND = 5 * 10**7
"""A table of at most so many numbers is read once, and kept until the fit is over."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What is going to be done.

    Attributes
    ----------
    columns : Columns
    keywords : dict
        Of `descend`: what is read, what is made smaller, and how gaps and scales are dealt with.
    hidden : "auto", or the nodes of each hidden layer
    sizes : tuple of (tuple of int)
        Nodes of the hidden layers, of each network that is tried; () is a node.
    activation : str
        Of the hidden layers.
    way : dict
        Rule, alpha, epochs, batch as a person wants them, in the place of what is chosen; empty where nothing is said.
    """

    columns: Columns
    keywords: Mapping[str, Any]
    hidden: Any
    sizes: tuple[tuple[int, ...], ...]
    activation: str = "relu"
    way: Mapping[str, Any] = field(default_factory=dict)

    def recipes(self) -> Iterator[Recipe]:
        """One for each size, made when it is asked for."""
        return map(self._recipe, self.sizes)

    def _recipe(self, layers: tuple[int, ...]) -> Recipe:
        seed = self.keywords["seed"]
        of_layers = {"network": {"hidden": list(layers), "activation": self.activation, "seed": seed}, "order": "shuffled"}
        way = {"alpha": 1.0, "epochs": 1} | dict(self.way)
        recipe = make_recipe(**{**self.keywords, **way, **(of_layers if layers else {})})
        if self.keywords["penalty"] is None:
            recipe = with_a_penalty(recipe)
        return recipe if self.way else with_a_good_way(recipe)


def plan(
    data: Any, *, goal: Any, inputs: Any = None, hidden: Any = None, loss: Any = None, missing: Any = None, holdout: Any = None,
    seed: int = 0, standardise: Any = True, categories: Any = None, unknown: Any = "ignore", dates: Any = None,
    indicator: Any = False, penalty: Any = None, classes: Any = None, activation: str = "relu",
    way: Mapping[str, Any] | None = None, **reading: Any,
) -> Plan:  # fmt: skip
    """Decide what was left open.

    Raises
    ------
    InputError
        No such column, none left to predict from, or values that cannot be read.
    """
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
        "keep": "best", "holdout": unseen, "dates": dates, "indicator": indicator, "penalty": penalty, "classes": classes,
        **reading, **table_keywords(columns, missing, categories, unknown),
    }  # fmt: skip
    if isinstance(hidden, str) and hidden != "auto":
        raise InputError(f'hidden is {shown(hidden)}; it may be "auto", or the nodes of each hidden layer, such as [8, 8]')
    sizes = AUTO if isinstance(hidden, str) else (_layers(hidden),)
    return Plan(columns, keywords, hidden if isinstance(hidden, str) else sizes[0], sizes, activation, way or {})


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


def _refuse_unknown(names: Sequence[str], wanted: Sequence[object], where: str) -> None:
    for name in wanted:
        if str(name) not in names:
            near = closest(str(name), names)
            hint = f"did you mean {near!r}?" if near is not None else f"the columns are {', '.join(map(repr, names[:10]))}"
            raise InputError(f"{where} has no column {shown(name)}; {hint}")
