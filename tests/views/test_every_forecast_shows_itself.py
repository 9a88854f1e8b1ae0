"""A forecast has a text, HTML and JSON, whatever it is of."""

import json

import pytest

import nodescope as ns
from nodescope.views.values import FORECAST, as_json, forecast_values

LINE = {"input": [[1.0, 2.0], [0.5, -1.0], [2.0, 1.0]], "goal": [1.0, 2.0, 3.0]}
RECIPES = {
    "one weight": {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1},
    "frozen": {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.0},
    "several examples": {**LINE, "alpha": 0.1},
    "all at once": {**LINE, "alpha": 0.1, "batch": "all", "rule": "nesterov"},
    "drawn": {**LINE, "alpha": 0.3, "order": "shuffled"},
    "rescaled": {**LINE, "alpha": 0.1, "rule": "adam"},
    "schedule": {**LINE, "alpha": [0.1, 0.2]},
    "one layer": {**LINE, "network": ns.network([2, 1]), "alpha": 0.1},
    "one tanh layer": {**LINE, "network": ns.network([2, 1], output_activation="tanh"), "alpha": 0.1},
    "network": {**LINE, "network": ns.network([2, 3, 1]), "alpha": 0.1, "batch": "all"},
    "network, one at a time": {**LINE, "network": ns.network([2, 3, 1]), "alpha": 0.1, "rule": "momentum"},
    "network, rescaled": {**LINE, "network": ns.network([2, 3, 1]), "rule": "adam"},
    "network, absolute": {**LINE, "network": ns.network([2, 3, 1]), "alpha": 0.1, "loss": "absolute"},
    "network, nothing to do": {**LINE, "network": ns.network([2, 3, 1]), "alpha": 0.0},
}


@pytest.mark.parametrize("name", RECIPES)
def test_it_shows_itself(name: str):
    foretold = ns.forecast(**RECIPES[name])
    assert str(foretold) == repr(foretold) == foretold.sentence
    assert foretold.sentence.split(" in ")[0] in foretold._repr_html_().replace("&#x27;", "'")
    values = json.loads(as_json(forecast_values(foretold, 0.1)))
    assert set(values) >= {*FORECAST, "steps_to", "why_not"}
    assert foretold.reason or foretold.final_weight is not None


@pytest.mark.parametrize("name", RECIPES)
def test_the_first_sentence_is_short_and_plain(name: str):
    first = ns.forecast(**RECIPES[name]).sentence.split(". ")[0].split(": ")[0]
    assert len(first.split()) <= 15
    for word in ("factor", "regime", "missing error", "creeps", "swings", "runs away", "doubles", "≈"):
        assert word not in first.lower()


def test_a_network_has_a_local_limit_and_no_more():
    foretold = ns.forecast(**RECIPES["network"])
    assert foretold.local_limit > 0
    absent = ("limit", "factor", "factors", "best_alpha", "condition", "least_mse", "final_weight", "settles_at", "stable")
    assert [getattr(foretold, name) for name in absent] == [None] * len(absent)
    assert foretold.steps_to(0.1) is None
    assert "no simple bowl" in foretold.why_not(0.1)
