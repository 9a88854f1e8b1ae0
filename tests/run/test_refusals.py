"""What cannot be run is refused with what was seen, what is allowed, and nothing lost."""

import subprocess
import sys

import numpy as np
import pytest
from conftest import PLAIN

import nodescope as ns

GOOD = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 3}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": [1, 2], "input": [1, 2, 3]}, ["(2,)", "(3,)", "weight (k, d)"]),
        ({"weight": [[1, 2]], "input": [1, 2], "goal": [1, 2]}, ["(1, 2)", "goal (2,)"]),
        ({"input": [], "goal": []}, ["no examples"]),
        ({"input": "one"}, ["data="]),
        ({"goal": "six"}, ["goal", "'six'"]),
        ({"weight": [[1, 2], [3]]}, ["weight", "rectangle"]),
        ({"input": float("nan")}, ["input is nan", "finite"]),
        ({"input": [1, 2], "goal": [1, float("inf")]}, ["goal[1] is inf"]),
        ({"weight": float("-inf")}, ["weight is -inf"]),
        ({"alpha": "fast"}, ["alpha", "'fast'", "auto"]),
        ({"alpha": None}, ["alpha", "None"]),
        ({"alpha": True}, ["alpha", "True"]),
        ({"alpha": float("nan")}, ["alpha", "nan"]),
        ({"alpha": [0.1, 0.1]}, ["2 values", "3 steps"]),
        ({"steps": -1}, ["steps", "-1", "at least 0"]),
        ({"steps": 1.5}, ["steps", "1.5", "whole"]),
        ({"epochs": 2}, ["steps=3", "epochs=2"]),
        ({"batch": 0}, ["batch", "0"]),
        ({"batch": "some"}, ["batch", "'some'", '"all"']),
        ({"order": "random"}, ["order", "'random'", "'shuffled'"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"rule": "adm"}, ["rule", "'adm'", "did you mean 'adam'"]),
        ({"rule": {"name": "adam", "betta": 1}}, ["'adam'", "'betta'", "beta1"]),
        ({"rule": {"name": "momentum", "momentum": 1.0}}, ["momentum", "1.0", "below 1"]),
        ({"frozen": [True, False]}, ["frozen", "(2,)", "scalar"]),
        ({"bias": [1, 2]}, ["bias", "(2,)"]),
        ({"until_mse": -1}, ["until_mse", "-1"]),
        ({"reduction": "max"}, ["reduction", "'max'", "'sum'"]),
        ({"missing": "drop"}, ["missing", "data="]),
        ({"input": None}, ["input is not given"]),
        ({"input": 2**53 + 1}, ["input", "double"]),
    ],
)
def test_refused_with_what_was_seen(change, words):
    with pytest.raises(ns.InputError) as refused:
        ns.descend(**{**GOOD, **change})
    for word in words:
        assert word in str(refused.value)


def test_descend_takes_keywords_only():
    with pytest.raises(TypeError):
        ns.descend(0.4, 1, 0.6)


@pytest.mark.skipif(PLAIN, reason="a million products: the compiled run has them")
def test_nan_deep_in_a_large_array_is_bad_data_not_divergence():
    x, g = np.ones((2**18, 5)), np.ones(2**18)
    x[200_000, 3] = np.nan
    with pytest.raises(ns.InputError, match=r"input\[200000\]\[3\] is nan"):
        ns.descend(input=x, goal=g, alpha=0.01, epochs=1, batch=2**16)


def test_an_array_changed_after_the_run_is_noticed():
    x, g = np.linspace(0, 1, 12).reshape(4, 3), np.arange(4.0)
    run = ns.descend(input=x, goal=g, alpha=0.1, steps=50)
    window = run.trace[10:20]
    before = window["delta"].copy()
    x[2, 1] = 7.0
    for read in (lambda: window["delta"], lambda: run.trace[0], lambda: run.trace[10:20]["mse"]):
        with pytest.raises(ns.DataChanged, match="changed since the run"):
            read()
    x[2, 1] = np.linspace(0, 1, 12).reshape(4, 3)[2, 1]
    assert window["delta"].tolist() == before.tolist()


def test_a_recipe_with_an_unknown_key(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("weight = 1\nstepps = 3\n")
    with pytest.raises(ns.InputError, match="unknown key 'stepps'; did you mean 'steps'"):
        ns.read_recipe(path)
    path.write_text("weight = = 1")
    with pytest.raises(ns.InputError, match="not a TOML recipe"):
        ns.read_recipe(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ns.InputError, match="UTF-8"):
        ns.read_recipe(path)


def test_unknown_columns_and_steps():
    trace = ns.descend(**GOOD).trace
    with pytest.raises(ns.InputError, match="did you mean 'new_weight'"):
        trace[:]["newweight"]
    with pytest.raises(IndexError, match="3 steps"):
        trace[3]
    assert trace[-1].step == 2
    assert trace[::2]["step"].tolist() == [0, 2]
    assert len(trace[5:2]) == 0


def test_another_engine_is_refused():
    code = "import nodescope as ns; ns.descend(weight=0.4, input=1, goal=0.6)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"NODESCOPE_ENGINE": "warp"}, capture_output=True, text=True, check=False
    )
    assert "'warp'" in done.stderr
