"""What a fit decides of tables as they come, with each of its words: columns, loss, rule, alpha, epochs; and what it says then."""

import datetime
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from said.documents import attributes, given
from said.runs import SEED

import nodescope as ns
from nodescope.run.fit import fit_with
from nodescope.run.fit_plan import plan

Made = tuple[str, Callable[[], Any]]
_RNG = np.random.default_rng(SEED)
N = 60
A, B = _RNG.normal(size=N), _RNG.uniform(0, 1000, size=N)
NOISE = _RNG.normal(size=N)
DAYS = [datetime.date(2024, 1 + i % 12, 1 + i % 28) for i in range(N)]
BASE: dict[str, Any] = {"a": A, "b": B, "y": 3 * A - 0.01 * B + NOISE}


def _first(rows: int) -> dict[str, Any]:
    return {name: column[:rows] for name, column in BASE.items()}


COLUMNS: dict[str, Any] = {
    "numbers as text": [f"{value:.3f}" for value in A], "numbers but for one": [*(f"{v:.2f}" for v in A[1:]), "none of it"],
    "as many numbers as words": [f"{v:.2f}" if i % 2 else f"w{i % 6}" for i, v in enumerate(A)],
    "more numbers than words": [f"{v:.2f}" if i % 2 or i == 0 else f"w{i % 6}" for i, v in enumerate(A)],
    "units": [f"{v:.1f} kg" for v in B], "commas": [f"{v:.3f}".replace(".", ",") for v in A],
    "groups": [f"{v * 1000:,.2f}" for v in B],
    "dates as text": [str(day) for day in DAYS], "dates": DAYS, "one value": [2.5] * N, "one word": ["same"] * N,
    "nothing": [None] * N,
    "one and gaps": [2.5, None] * (N // 2), "word and gaps": ["w", None] * (N // 2), "few words": [f"w{i % 3}" for i in range(N)],
    "50 words": [f"w{i % 50}" for i in range(N)], "51 words": [f"w{i % 51}" for i in range(N)], "a copy": A.copy(),
    "gaps": np.where(A > 1, np.nan, A),
    "words with gaps": [None if i % 7 == 0 else f"w{i % 3}" for i in range(N)], "lists": [[1.0]] * N,
    "booleans": [i % 3 == 0 for i in range(N)],
}  # fmt: skip
"""In a table beside two columns of numbers."""
GOALS: dict[str, Any] = {
    "two numbers": [i % 2 for i in range(N)], "two odd numbers": [3 * (i % 2) - 7 for i in range(N)],
    "halves": [i % 2 / 2 for i in range(N)],
    "three counted": [i % 3 for i in range(N)], "three from 1": [1 + i % 3 for i in range(N)],
    "ten counted": [i % 10 for i in range(N)],
    "eleven counted": [i % 11 for i in range(N)], "one number": [4.0] * N, "words": [f"w{i % 2}" for i in range(N)],
    "gaps": [None, 1.0, 2.5] * 20,
    "half differ": [f"w{i % 30}" for i in range(N)], "more than half differ": [f"w{i % 31}" for i in range(N)],
    "seven words": [f"w{i % 7}" for i in range(N)], "six words": [f"w{i % 6}" for i in range(N)],
    "booleans": [i % 3 == 0 for i in range(N)],
}  # fmt: skip
ASKED: list[dict[str, Any]] = [
    {"hidden": 4}, {"hidden": [4, 2]}, {"hidden": "auto"}, {"hidden": "many"}, {"hidden": 0}, {"hidden": []}, {"hidden": [2.5]},
    {"hidden": np.array([3])}, {"hidden": np.array(3)}, {"inputs": "a"}, {"inputs": ["b", "a"]}, {"inputs": []},
    {"inputs": ["c"]},
    {"inputs": ["a", "y"]}, {"goal": "why"}, {"goal": ["y", "b"]}, {"goal": []}, {"goal": True}, {"goal": 1},
    {"loss": "huber"}, {"loss": "hubber"},
    {"holdout": 0}, {"holdout": 0.5}, {"holdout": 1}, {"seed": 5}, {"seed": -1}, {"standardise": "min-max"},
    {"standardise": False},
    {"penalty": 0.5}, {"penalty": 0}, {"missing": "drop"}, {"missing": "refuse"}, {"indicator": True}, {"activation": "tanh",
    "hidden": 3},
    {"way": {"alpha": 0.1, "epochs": 3}}, {"way": {"rule": "adam"}, "hidden": 3}, {"categories": "refuse"}, {"unknown": "refuse"},
    {"dates": ["month"]}, {"delimiter": ";"}, {"classes": [0, 1]},
]  # fmt: skip
SPREAD: dict[str, Any] = {
    "alike": {"a": A, "b": B, "y": A}, "hardly apart": {"a": A, "b": A + 1e-4 * NOISE, "y": A}, "apart by nothing": {"a": A,
    "b": A + 1e-9 * NOISE, "y": A},
    "49 rows": _first(49), "50 rows": _first(50), "2 rows": _first(2), "1 row": _first(1),
    "classes": {"a": A, "b": B, "y": (A > 0).astype(int)}, "many inputs": {**{f"c{i}": _RNG.normal(size=N) for i in range(9)},
    "y": A},
}  # fmt: skip
TOLD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "useless": ({"a": A, "y": NOISE}, {}), "useless classes": ({"a": A, "y": [f"w{i % 2}" for i in range(N)]}, {}),
    "two goals": (BASE, {"goal": ["y", "b"]}),
    "without unseen rows": (BASE, {"holdout": 0}), "classes without unseen rows": (SPREAD["classes"], {"holdout": 0}),
    "hinge": (SPREAD["classes"], {"loss": "hinge"}), "useless hinge": ({"a": NOISE, "y": [0, 0, 0, 1] * 15}, {"loss": "hinge"}),
    "left unfinished": (BASE, {"way": {"alpha": 1e-4, "epochs": 2}}), "a network unfinished": (BASE, {"way": {"alpha": 1e-4,
    "epochs": 2}, "hidden": 2}),
    "many rows a weight": ({"a": np.tile(A, 10), "y": np.tile(2 * A, 10) + _RNG.normal(size=600)}, {}),
    "words": (BASE | {"few": COLUMNS["few words"]},
    {}),
    "gaps filled": (BASE | {"gaps": COLUMNS["gaps"]}, {}), "gaps dropped": (BASE | {"gaps": COLUMNS["gaps"]},
    {"missing": "drop"}),
    "all rows a step": (BASE, {"hidden": 2, "way": {"alpha": 0.1, "epochs": 3, "batch": "all"}}), "seven words": ({"a": A,
    "y": GOALS["seven words"]}, {}),
    "beyond numbers": ({"a": A, "y": 1e307 * A}, {}), "right for all": ({"a": A, "y": np.where(A > 0, "more", "less")}, {}),
    "on its way": (BASE, {"way": {"alpha": 0.003, "epochs": 10}}),
    "nearly there": (BASE, {"way": {"alpha": 0.01, "epochs": 20}}),
    "an epoch": (BASE, {"way": {"alpha": 0.01, "epochs": 1}}),
}  # fmt: skip


def fits() -> Iterator[Made]:
    """Plans, which cost no step, and some fits."""
    for name, column in COLUMNS.items():
        yield f"made: a column, {name}", lambda column=column: planned(BASE | {"it": column}, goal="y")
        yield f"made: that column, {name}", lambda column=column: planned(BASE | {"it": column}, goal="y", inputs=["a", "it"])
    yield (
        "made: dates asked for",
        lambda: [
            planned(BASE | {"it": COLUMNS[name]}, goal="y", dates=["month"]) for name in ("dates", "dates as text", "few words")
        ],
    )
    for name, column in GOALS.items():
        yield f"made: a goal, {name}", lambda column=column: planned({"a": A, "b": B, "y": column}, goal="y")
    for number, asked in enumerate(ASKED):
        yield f"made: a plan, {number} {', '.join(asked)}", lambda asked=asked: planned(BASE, **{"goal": "y"} | asked)
    for name, table in SPREAD.items():
        yield f"made: a way, {name}", lambda table=table: planned(table, goal="y")
    for name, (table, asked) in TOLD.items():
        yield f"made: told, {name}", lambda table=table, asked=asked: told(table, **{"goal": "y"} | asked)


def planned(table: dict[str, Any], **asked: Any) -> Any:
    """Columns and keywords, and the recipes that come of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            made = plan(table, **asked)
            recipes = list(made.recipes())
        except ns.NodescopeError as error:
            return str(error)
    keywords = {name: value for name, value in made.keywords.items() if name != "data"}
    return {
        "columns": attributes(made.columns), "keywords": keywords, "sizes": list(made.sizes), "hidden": made.hidden,
        "recipes": [
            {**recipe.plain_settings(), "alpha": recipe.alpha, "n": recipe.n, "names": list(recipe.input_names), "k": recipe.k}
            for recipe in recipes
        ],
    }  # fmt: skip


def told(table: dict[str, Any], **asked: Any) -> Any:
    def said() -> Any:
        fit = fit_with(None, table, **asked)
        return [repr(fit), fit.answer, list(fit.decided), fit.advice, repr(fit.run.score), attributes(fit.run.score)]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return given(said)
