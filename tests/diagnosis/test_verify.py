"""A run that was made is verified; one that was changed anywhere is not."""

import dataclasses
import math
import sqlite3

import numpy as np
import pytest
from conftest import PLAIN
from hypothesis import given, settings
from hypothesis import strategies as st

import nodescope as ns
from nodescope.diagnosis.verify import verify
from nodescope.run.replay import Cycle

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}
SLOW = {**SEED, "alpha": 1e-5, "steps": 300 if PLAIN else 5000}


def _rows(order: str = "given", **more: object) -> ns.Run:
    rng = np.random.default_rng(0)
    recipe = {"input": rng.normal(size=(7, 3)), "goal": rng.normal(size=(7, 2)), "bias": True, "alpha": 0.01, "order": order}
    return ns.descend(**recipe | {"epochs": 20, "batch": 2} | more)


@pytest.mark.parametrize(
    "recipe",
    [
        {"alpha": 0.1, "steps": 325},
        {"alpha": 0.1, "steps": 10**9},
        {"alpha": 1.5},
        {"alpha": 2.5},
        {"alpha": 0.1, "until_mse": 1e-6},
        {"alpha": [0.1, 0.2, 0.3]},
        {"alpha": 0.1, "frozen": True},
        {"alpha": 0.1, "steps": 0},
        {"alpha": 0.1, "rule": "adam", "steps": 50},
    ],
    ids=str,
)
def test_what_was_made_is_verified(recipe: dict[str, object]):
    certificate = verify(ns.descend(**SEED, **recipe))
    assert certificate.passed, certificate
    assert certificate.walked == certificate.of_steps == sum(stop - start for start, stop in certificate.windows)


@given(
    batch=st.sampled_from([1, 2, 3, "all"]),
    order=st.sampled_from(["given", "shuffled"]),
    rule=st.sampled_from(["plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]),
    reduction=st.sampled_from(["mean", "sum"]),
    summation=st.sampled_from(["left-to-right", "lanes"]),
)
@settings(max_examples=5 if PLAIN else 60)
def test_all_kinds_of_recipes_are_verified(batch, order, rule, reduction, summation):
    run = _rows(order, batch=batch, rule=rule, reduction=reduction, summation=summation)
    assert verify(run).passed, verify(run)


def test_a_long_run_says_what_was_looked_at():
    run = ns.descend(**SEED, alpha=1e-7, steps=2000 if PLAIN else 300_000)
    certificate = verify(run)
    assert certificate.passed
    assert PLAIN or 0 < sum(stop - start for start, stop in certificate.windows) < certificate.of_steps
    cut = verify(run, time_limit=0.0)
    assert cut.passed
    assert "before the time was used" in cut.sentence


def _one_ulp(value: float) -> float:
    return math.nextafter(value, math.inf)


def test_one_bit_of_any_kept_state():
    run = ns.descend(**SLOW)
    states = run.replay.checkpoints.states
    for i in range(len(states)):
        good = states[i, 0]
        states[i, 0] = _one_ulp(good)
        found = verify(run).first_difference
        assert found is not None
        assert (found.step, found.node, found.quantity, found.ulps) == (i * run.replay.checkpoints.spacing, 0, "weight", 1)
        assert found.expected == good
        states[i, 0] = good
    assert verify(run).passed


def test_the_last_state_names_node_and_input():
    run = _rows()
    state = run.replay.last_state
    state[5] = _one_ulp(state[5])
    found = verify(run).first_difference
    assert (found.step, found.node, found.quantity) == (run.steps, 1, "weight[1]")


@pytest.mark.parametrize("array", ["input", "goal"])
def test_a_number_of_the_data(array: str):
    run = _rows()
    numbers = getattr(run.recipe.examples, array)
    numbers[4, 1] = numbers[4, 1] + 1e-9
    assert not verify(run).passed


@pytest.mark.parametrize(
    "change",
    [
        {"alpha": 0.1000001},
        {"weight": np.array(0.4000001)},
        {"freeze_bias": False, "reduction": "sum", "alpha": 0.2},
        {"rule": ns.descend(**SEED, rule="momentum", alpha=0.1, steps=1).recipe.rule},
    ],
    ids=str,
)
def test_a_changed_recipe(change: dict[str, object]):
    run = ns.descend(**SEED, alpha=0.1, steps=325)
    assert not verify(dataclasses.replace(run, recipe=dataclasses.replace(run.recipe, **change))).passed


@pytest.mark.parametrize(
    ("recipe", "change"),
    [
        ({"alpha": 0.1}, {"settled_after": 316}),
        ({"alpha": 0.1}, {"settled_after": 318}),
        ({"alpha": 0.1}, {"settled_after": None}),
        ({"alpha": 0.1}, {"steps": 400}),
        ({"alpha": 0.1}, {"ending": ns.Ending.CYCLING}),
        ({"alpha": 0.1}, {"ending": ns.Ending.DIVERGED}),
        ({"alpha": 1.5}, {"cycle": Cycle(51, 2)}),
        ({"alpha": 1.5}, {"cycle": Cycle(50, 3)}),
        ({"alpha": 1.5}, {"cycle": Cycle(49, 2)}),
        ({"alpha": 2.5}, {"ending": ns.Ending.STEPS_USED}),
        ({"alpha": 0.1, "steps": 100}, {"steps": 99}),
        ({"alpha": 0.1, "steps": 100}, {"ending": ns.Ending.MSE_REACHED}),
    ],
    ids=str,
)
def test_a_changed_fact(recipe: dict[str, object], change: dict[str, object]):
    run = ns.descend(**SEED, **recipe)
    assert verify(run).passed
    found = verify(dataclasses.replace(run, **change)).first_difference
    assert found is not None
    assert found.quantity in ("settled_after", "cycle", "ending", "steps", "mse", "new_weight"), found


def test_a_changed_mse():
    run = ns.descend(**SEED, alpha=0.1)
    run.__dict__["mse"] = _one_ulp(run.mse)
    found = verify(run).first_difference
    assert (found.quantity, found.ulps) == ("mse", 1)


def test_a_changed_file(tmp_path):
    path = tmp_path / "run.nodescope"
    ns.save(ns.descend(**SLOW), path)
    with sqlite3.connect(path) as file:
        rows = file.execute("SELECT rowid, * FROM checkpoint").fetchall()
        name = [c[1] for c in file.execute("PRAGMA table_info(checkpoint)")][-1]
        blob = bytearray(rows[0][-1])
        blob[0] ^= 1
        file.execute(f"UPDATE checkpoint SET {name} = ? WHERE rowid = ?", (bytes(blob), rows[0][0]))
    try:
        loaded = ns.load(path)
    except ns.FileError:
        return
    assert not verify(loaded).passed
