"""Every keyword, over every kind of recipe: it changes what is done, is refused by name, or there is a reason why nothing changes.

What is expected is written down beforehand, keyword by keyword; a keyword that is new has to be added here.
"""

from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.settings import recipe_keys
from nodescope.views.values import as_json, forecast_values

pytestmark = pytest.mark.filterwarnings("ignore")
Recipe = dict[str, Any]
RNG = np.random.default_rng(3)
X = RNG.normal(size=(6, 12))
Y = X @ np.linspace(-1, 1, 12) + 0.5 + 0.1 * RNG.normal(size=6)
COLUMNS = {f"x{i}": X[:, i] for i in range(12)} | {"y": Y}
GAP = COLUMNS | {"x0": np.where(np.arange(6) == 2, np.nan, X[:, 0])}
LAYERS = ns.network([12, 3, 1], seed=1)
RUNNING: Recipe = {"input": X, "goal": Y, "alpha": 0.02, "epochs": 4}
NODE: Recipe = {"weight": np.full(12, 0.1), **RUNNING}
TABLE: Recipe = {"data": COLUMNS, "goal": "y", "alpha": 0.02, "epochs": 4}

KINDS: dict[str, Recipe] = {
    "node": NODE,
    "node with a bias": {**NODE, "bias": 0.3},
    "node, drawn in twos": {**NODE, "batch": 2, "order": "shuffled"},
    "node, all at once": {**NODE, "batch": "all"},
    "node on a schedule": {**NODE, "alpha": ns.schedule("steps", start=0.03, every=5, factor=0.5)},
    "one example": {"weight": np.full(12, 0.1), "input": X[0], "goal": 0.6, "alpha": 0.02, "steps": 20},
    "one weight": {"weight": 0.4, "input": 1.5, "goal": 0.9, "alpha": 0.1, "steps": 20},
    "layer": {**NODE, "weight": np.full((2, 12), 0.1), "goal": np.column_stack([Y, -Y])},
    "network": {"network": LAYERS, **RUNNING},
    "network drawn by descend": {"network": {"hidden": [3]}, **RUNNING},
    "network without biases": {"network": ns.network([12, 3, 1], seed=1, bias=False), **RUNNING},
    "network of one layer": {"network": ns.network([12, 1], seed=1), **RUNNING},
    "table": TABLE,
    "table with layers": {**TABLE, "network": {"hidden": [3]}},
}
NETWORKS = {"network", "network drawn by descend", "network without biases", "network of one layer", "table with layers"}
TABLES = {"table", "table with layers"}
ONE = {"one example", "one weight"}
DRAWN = {"node, drawn in twos", "network drawn by descend", "table with layers"}
WITHOUT_BIAS = {*KINDS} - {"node with a bias", "table"} - NETWORKS
EVERYWHERE = {*KINDS}

OTHER: Recipe = {
    "standardise": True, "missing": "drop", "holdout": 0.4, "fingerprint": "0" * 64, "alpha": 0.01, "steps": 7, "epochs": 2,
    "until_mse": 1e3, "time_limit": 0.0,
    "tolerance": {"change": 0.9, "patience": 1}, "keep": "best", "batch": 3, "parts": 2, "seed": 5, "rule": "momentum",
    "bias": True, "freeze_bias": True,
    "reduction": "sum", "summation": "lanes", "update_order": "sequential", "loss": "absolute", "classes": ["a", "b"],
    "inputs": ["x1", "x2"], "indicator": True, "categories": "one-hot", "unknown": "ignore", "dates": ["year"],
    "delimiter": ";", "decimal": ",", "thousands": "'", "encoding": "latin-1", "header": False, "method": "moments",
    "penalty": {"l2": 0.5}, "clip": 0.01,
    "memory": "1 MB", "window": 4,
}  # fmt: skip
"""A value that is not the default. Of weight, frozen and order it depends on the recipe."""
THEMSELVES = ("network", "input", "goal", "data")
"""What a recipe is about: the kinds are made of them."""

REFUSED: dict[str, set[str]] = {
    "weight": NETWORKS,  # a network has its own
    "bias": NETWORKS,
    "inputs": EVERYWHERE - TABLES,
    "missing": EVERYWHERE - TABLES,
    "holdout": EVERYWHERE - TABLES,
    "classes": EVERYWHERE,  # they go with cross-entropy
    "fingerprint": EVERYWHERE,  # no examples have this one
    "freeze_bias": WITHOUT_BIAS,
    "update_order": EVERYWHERE - NETWORKS,  # weights have one layer
    **dict.fromkeys(("categories", "unknown", "dates"), EVERYWHERE - TABLES),
    **dict.fromkeys(("delimiter", "decimal", "thousands", "encoding", "header"), EVERYWHERE),  # none is a file
    "indicator": EVERYWHERE,  # no gap is filled
    "parts": EVERYWHERE - {"node, drawn in twos", "node, all at once"},  # they are of a batch
    **dict.fromkeys(("memory", "window"), EVERYWHERE),  # none is read from files: all rows are there
    "method": EVERYWHERE,  # moments are of many examples, all in a step
}
SAME: dict[str, set[str]] = {
    "batch": ONE,  # of one example there is one batch
    "order": ONE | {"node, all at once"},  # and one order; a batch adds its examples in ascending order, however drawn
    "keep": EVERYWHERE,  # the error falls: the last weights are the best
    "seed": EVERYWHERE - DRAWN,  # nothing is drawn
    "reduction": EVERYWHERE - {"node, drawn in twos", "node, all at once"},  # the mean of one example is its sum
    "summation": {"one weight"},  # one product
    "parts": {"node, drawn in twos"},  # two examples are one part
    "missing": TABLES,  # every cell is there
    **dict.fromkeys(("categories", "unknown", "dates"), TABLES),  # every column is numbers
    "freeze_bias": {"network without biases"},  # layers may have biases or not
    "update_order": {"network of one layer"},  # layers may be one, which has one order
    "bias": {"table"},  # a table's node has one
}


def other(keyword: str, recipe: Recipe) -> Any:
    layers = 1 if "network" not in recipe else 2
    if keyword == "weight":
        return np.full(12, 0.2) if "weight" not in recipe else np.asarray(recipe["weight"]) + 0.1
    if keyword == "order":
        return "given" if recipe.get("order") == "shuffled" else "shuffled"
    if keyword == "alpha_factors":
        one_layer = isinstance(recipe.get("network"), ns.Network) and len(recipe["network"].weights) == 1
        return 0.5 if layers == 1 else [0.5] if one_layer else [0.5, None]
    if keyword == "frozen":
        if layers == 2:
            one_layer = isinstance(recipe["network"], ns.Network) and len(recipe["network"].weights) == 1
            return [True] if one_layer else [True, None]
        shape = np.shape(recipe.get("weight", np.zeros(12)))
        return np.arange(np.prod(shape, dtype=int)).reshape(shape) == 0
    return OTHER[keyword]


def with_other(keyword: str, recipe: Recipe) -> Recipe:
    changed = {**recipe, keyword: other(keyword, recipe)}
    for passes in {"steps": ("epochs",), "epochs": ("steps",)}.get(keyword, ()):
        changed.pop(passes, None)
    return changed


def expected(keyword: str, kind: str, same: dict[str, set[str]]) -> str:
    if kind in REFUSED.get(keyword, ()):
        return f"refused, naming {keyword}"
    return "the same" if kind in same.get(keyword, ()) else "changes"


def outcome(keyword: str, recipe: Recipe, done: Any) -> str:
    """What becomes of a recipe with another value of the keyword."""
    try:
        changed = done(**with_other(keyword, recipe))
    except ns.InputError as error:
        return f"refused, naming {keyword}" if keyword in str(error) else f"refused: {error}"
    return "changes" if changed != done(**recipe) else "the same"


def run(**settings: Any) -> tuple[Any, ...]:
    """All that a run leaves."""
    made = ns.descend(**settings)
    return made.network.flat().tobytes(), made.steps, made.ending, repr(made.score)


def foretold(**settings: Any) -> str:
    return as_json(forecast_values(ns.forecast(**settings), 1e-3))


CHANGEABLE = [key for key in recipe_keys() if key not in THEMSELVES]


@pytest.mark.parametrize("kind", KINDS)
def test_a_run(kind: str):
    found = {keyword: outcome(keyword, KINDS[kind], run) for keyword in CHANGEABLE}
    assert found == {keyword: expected(keyword, kind, SAME) for keyword in CHANGEABLE}


CURVED = NETWORKS - {"network of one layer"}
OF_A_FORECAST: dict[str, set[str]] = SAME | {
    **dict.fromkeys(
        ("steps", "epochs", "until_mse", "time_limit", "tolerance"), EVERYWHERE
    ),  # it tells where it leads when let run
    "seed": EVERYWHERE - {"network drawn by descend", "table with layers"},  # bounds hold for every order that may be drawn
    "order": SAME["order"] | CURVED,  # near the start weights all examples count alike
    "weight": {"node, drawn in twos", "node on a schedule"},  # no theory says how its way goes on from there
    "alpha": {"node, drawn in twos"},  # both are below what is stable for certain
    "batch": ONE | CURVED,
    "clip": CURVED,  # near the start weights nothing is long
    "parts": EVERYWHERE,
    "summation": EVERYWHERE - {"one example"},  # of several examples theory has no last bits
    "update_order": NETWORKS,  # theory of one step's slope: the weights as they are
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_forecast(kind: str):
    found = {keyword: outcome(keyword, KINDS[kind], foretold) for keyword in CHANGEABLE}
    assert found == {keyword: expected(keyword, kind, OF_A_FORECAST) for keyword in CHANGEABLE}


GRADED = ("weight", "alpha", "batch", "order", "rule", "bias", "frozen", "reduction")
"""What decides the numbers of a sheet."""


@pytest.mark.parametrize("keyword", GRADED)
def test_a_grade(keyword: str):
    """A sheet printed by a recipe with the keyword is right of that recipe, and not of the one without."""
    base = KINDS["node, drawn in twos"] | {"epochs": 2}
    changed = with_other(keyword, base)
    sheet = ns.descend(**changed).trace[:]["new_weight"].tolist()
    assert ns.grade(sheet, **changed).correct
    assert not ns.grade(sheet, **base).correct


def test_a_grade_of_a_bias_that_is_frozen():
    base = {"weight": 0.4, "input": [1.0, 2.0], "goal": [0.6, 1.0], "alpha": 0.1, "steps": 4, "bias": 0.3}
    run = ns.descend(**base, freeze_bias=True)
    sheet = {name: run.trace[:][name].tolist() for name in ("new_weight", "new_bias")}
    assert ns.grade(sheet, **base, freeze_bias=True).correct
    assert not ns.grade(sheet, **base).correct


@pytest.mark.parametrize("keyword", ["freeze_bias", "update_order", "missing", "inputs", "holdout"])
@pytest.mark.parametrize("ask", [ns.forecast, ns.bisect_alpha, lambda **settings: ns.grade([0.1], **settings)])
def test_what_a_run_refuses_is_refused_everywhere(keyword: str, ask: Any):
    recipe = with_other(keyword, {"weight": 0.4, "input": 1, "goal": 0.6})
    with pytest.raises(ns.InputError, match=keyword):
        ask(**recipe)


BISECTED = {
    "batch": "all", "rule": "momentum", "bias": True, "reduction": "sum", "frozen": np.arange(3) == 1, "input": X[:, :3] * 2,
    "standardise": True,
}  # fmt: skip


@pytest.mark.parametrize("keyword", BISECTED)
def test_a_boundary_found_by_running(keyword: str):
    base = {"weight": np.zeros(3), "input": X[:, :3] + 1, "goal": Y, "batch": 2, **({"batch": "all"} if keyword == "rule" else {})}
    assert ns.bisect_alpha(**{**base, keyword: BISECTED[keyword]}).alpha != pytest.approx(ns.bisect_alpha(**base).alpha, rel=1e-3)


# ---- a network's own keywords ----

DRAWING = {"activation": "relu", "output_activation": "tanh", "initial": "he", "bias": False, "seed": 4}


@pytest.mark.parametrize("keyword", DRAWING)
def test_how_weights_are_drawn(keyword: str):
    def drawn(**given: Any) -> tuple[Any, ...]:
        made = ns.network([3, 4, 2], **given)
        return made.flat().tobytes(), made.activations

    assert drawn(**{keyword: DRAWING[keyword]}) != drawn()
    with pytest.raises(ns.InputError, match=f"{keyword}= goes with sizes"):
        ns.network(weights=[[[0.5]]], **{keyword: DRAWING[keyword]})


def test_an_activation_that_no_layer_would_have():
    with pytest.raises(ns.InputError, match=r"activation='sigmoid' is for hidden layers.*output_activation='sigmoid'"):
        ns.network([2, 1], activation="sigmoid")
    assert [a.name for a in ns.network([2, 1], output_activation="sigmoid").activations] == ["sigmoid"]
    assert [a.name for a in ns.network([2, 1], activation="sigmoid", output_activation="sigmoid").activations] == ["sigmoid"]
    assert [a.name for a in ns.network([2, 3, 1]).activations] == ["tanh", "identity"]


def test_a_place_that_is_not_named_is_not_written_over():
    with pytest.raises(ns.InputError, match="overwrite=True replaces the run that is at out"):
        ns.descend(weight=0.4, input=1, goal=0.6, overwrite=True)
