"""A certificate is given to every healthy run and to no other: changed anywhere by one bit, the change is found and named."""

import contextlib
import copy
import dataclasses
import math
import os
import signal
import sqlite3
import struct
import threading

import numpy as np
import pytest
from conftest import cases
from hypothesis import given, settings
from hypothesis import strategies as st

import nodescope as ns
from nodescope.arithmetic import walk as plain
from nodescope.diagnosis.checks.verify import Mismatch, verify
from nodescope.run.replay import Cycle

RULES = ["plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]


def seed_run(**more):
    return ns.descend(**{"weight": 0.4, "input": 1.0, "goal": 0.6, "alpha": 0.1, "steps": 325, **more})


def several(rule="plain", **more):
    rng = np.random.default_rng(4)
    keywords = {"weight": rng.normal(size=(2, 3)), "input": rng.normal(size=(7, 3)), "goal": rng.normal(size=(7, 2)), "rule": rule}
    return ns.descend(**{**keywords, "alpha": 0.01, "bias": True, "batch": 2, "order": "shuffled", "steps": 600, **more})


def flip(array, index, bit=0):
    """Change one bit of one number in place."""
    array.reshape(-1).view(np.uint64)[index] ^= np.uint64(1 << bit)


@st.composite
def recipes(draw):
    """Random ones, every kind of rule, order, batch, freezing and stop; a fifth with numbers that overflow or vanish."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, d, k = (int(rng.integers(1, most)) for most in (7, 6, 4))
    size = 10.0 ** rng.choice([0, 0, 0, 0, 150, -150])
    digits = int(rng.integers(0, 6))
    keywords = {
        "weight": rng.normal(size=(k, d)).round(digits), "input": rng.normal(size=(n, d)).round(digits) * size,
        "goal": rng.normal(size=(n, k)).round(digits), "alpha": float(10 ** rng.uniform(-4, 0.7)),
        "steps": int(rng.choice([0, 1, 40, 300])), "batch": [1, 2, 3, "all"][rng.integers(4)],
        "order": ["given", "shuffled"][rng.integers(2)], "seed": int(rng.integers(2**60)), "rule": RULES[rng.integers(6)],
        "reduction": ["mean", "sum"][rng.integers(2)], "summation": ["left-to-right", "lanes"][rng.integers(2)],
    }  # fmt: skip
    if rng.integers(2):
        keywords |= {"bias": rng.normal(size=k), "freeze_bias": bool(rng.integers(2))}
    if rng.integers(2):
        keywords["frozen"] = rng.integers(2, size=(k, d)).astype(bool)
    if rng.integers(3) == 0:
        keywords["until_mse"] = float(10 ** rng.uniform(-4, 1))
    if rng.integers(4) == 0:
        keywords["alpha"] = (keywords["alpha"] / (1 + np.arange(keywords["steps"] + 1))).tolist()
    return keywords


@settings(max_examples=cases(600))
@given(recipes())
def test_every_healthy_run_passes_and_every_changed_state_is_found(keywords):
    run = ns.descend(**keywords)
    certificate = verify(run)
    assert certificate.passed, certificate
    assert certificate.complete
    assert certificate.first_difference is None
    assert sum(map(len, certificate.checked.steps)) == run.steps
    assert certificate.checked.updates == run.replay.last_step
    flip(run.replay.last_state, keywords["seed"] % run.replay.last_state.size, keywords["seed"] % 64)
    changed = verify(run)
    assert not changed.passed
    assert changed.first_difference.step == run.replay.last_step


def test_long_settled_and_cycling_runs():
    for run in (seed_run(steps=10**9), seed_run(alpha=1.5, steps=None), several(steps=20_000), several("adam", steps=3000)):
        certificate = verify(run, most_steps=None if run.recipe.d == 1 else 200)
        assert certificate.passed, certificate
    # weights that stand still while the rule's memory goes round, and an end at each of the other reasons
    for run in (
        seed_run(until_mse=1e-4),
        seed_run(alpha=2.5, steps=None),
        seed_run(alpha=0.0),
        seed_run(steps=0),
        seed_run(input=0.0),
    ):
        assert verify(run).passed, run.sentence


@pytest.mark.parametrize("rule", RULES)
def test_a_changed_bit_of_any_checkpoint_is_found_where_it_is(rule):
    run = several(rule)
    spacing, states = run.replay.checkpoints.spacing, run.replay.checkpoints.states
    assert len(states) >= 5
    names = {"weight": 6, "bias": 2}
    for row in range(len(states)):
        for place in range(0, states.shape[1], 5):
            flip(states[row], place, bit=(7 * row + place) % 64)
            found = verify(run, most_steps=0).first_difference
            assert found.step == row * spacing, (row, place)
            if place < sum(names.values()):
                assert found.node == place // 4
                assert found.quantity == ("bias" if place % 4 == 3 else f"weight[{place % 4}]")
            elif place < run.recipe.problem.size * (1 + len(run.recipe.rule.memories)):
                assert any(memory in found.quantity for memory in run.recipe.rule.memories)
            else:
                assert found.quantity.startswith("clock")
            flip(states[row], place, bit=(7 * row + place) % 64)
    assert verify(run, most_steps=0).passed


def test_ulps_and_the_sentence():
    run = seed_run()
    state = run.replay.checkpoints.states[1]
    expected = float(state[0])
    state[0] = math.nextafter(math.nextafter(expected, 1.0), 1.0)
    certificate = verify(run)
    assert certificate.first_difference == Mismatch(256, 0, "weight", expected, float(state[0]), 2)
    assert f"step 256, node 0, weight: recomputing gives {expected!r}, the run has {float(state[0])!r} (2 ulps apart)" in str(
        certificate
    )


def test_ulps_across_zero():
    run = ns.descend(weight=[-5e-324, 1.0], input=[0.0, 1.0], goal=0.0, alpha=0.1, steps=3)
    run.replay.last_state[0] = 1e-323
    assert verify(run).first_difference == Mismatch(3, 0, "weight[0]", -5e-324, 1e-323, 3)


@pytest.mark.parametrize("seed", range(8))
def test_an_epoch_that_changes_nothing_is_no_end_where_the_next_one_mixes_other_examples(seed):
    run = ns.descend(
        weight=0.0, input=[1.0] * 4, goal=[1.0, -1.0, 1.0, -1.0], alpha=0.1, batch=2, order="shuffled", seed=seed, steps=60
    )
    assert run.ending is ns.Ending.STEPS_USED
    assert verify(run).passed


@pytest.mark.parametrize("name", ["input", "goal"])
def test_examples_changed_since(name):
    run = several()
    for index in range(getattr(run.recipe.examples, name).size):
        flip(getattr(run.recipe.examples, name), index, bit=40)
        assert not verify(run, most_steps=0).passed, index
        flip(getattr(run.recipe.examples, name), index, bit=40)
    assert verify(run).passed


def changed(run, **fields):
    """A copy of the run with some of its facts changed."""
    other = dataclasses.replace(run, replay=copy.copy(run.replay))
    for name, value in fields.items():
        target, _, field = name.rpartition("__")
        setattr(getattr(other, target) if target else other, field, value)
    return other


SETTLED, CYCLING = {}, {"alpha": 1.5, "steps": 500}
USED = {"steps": 300, "alpha": 0.01}


@pytest.mark.parametrize(
    ("keywords", "fields", "named"),
    [
        (SETTLED, {"settled_after": 316}, "settled_after"),
        (SETTLED, {"settled_after": None}, "settled_after"),
        (SETTLED, {"settled_after": 316, "computed": 316, "replay__last_moved": 315}, "last_moved"),
        (SETTLED, {"steps": 326}, "steps"),
        (SETTLED, {"computed": 318}, "computed"),
        (SETTLED, {"ending": ns.Ending.STEPS_USED}, "ending"),
        (SETTLED, {"ending": ns.Ending.CYCLING}, "ending"),
        (SETTLED, {"ending": ns.Ending.DIVERGED}, "ending"),
        (SETTLED, {"replay__settled": False}, "settled"),
        (SETTLED, {"replay__last_changed": 300}, "last_changed"),
        (SETTLED, {"cycle": Cycle(3, 1)}, "cycle"),
        (SETTLED, {"replay__last_step": 317}, "ending"),
        (SETTLED, {"replay__last_step": 319}, "ending"),
        (CYCLING, {"cycle": Cycle(51, 2)}, "cycle"),
        (CYCLING, {"replay__cycle": Cycle(51, 2), "cycle": Cycle(51, 2)}, "cycle"),
        (CYCLING, {"replay__cycle": Cycle(49, 2), "cycle": Cycle(49, 2)}, "cycle"),
        (CYCLING, {"replay__cycle": Cycle(50, 4), "cycle": Cycle(50, 4)}, "cycle"),
        (CYCLING, {"replay__cycle": Cycle(50, 3), "cycle": Cycle(50, 3)}, "cycle"),
        (CYCLING, {"replay__cycle": Cycle(-1, 0), "cycle": Cycle(-1, 0)}, "cycle"),
        (CYCLING, {"replay__cycle": None, "cycle": None}, "ending"),
        (CYCLING, {"ending": ns.Ending.SETTLED, "settled_after": 50}, "ending"),
        (CYCLING, {"steps": 501}, "steps"),
        (USED, {"ending": ns.Ending.INTERRUPTED}, "ending"),
        (USED, {"ending": ns.Ending.TIME_USED}, "ending"),
        (USED, {"ending": ns.Ending.MSE_REACHED}, "ending"),
        (USED, {"ending": ns.Ending.SETTLED, "settled_after": 300}, "ending"),
        (USED, {"steps": 299}, "steps"),
        ({"until_mse": 1e-4}, {"ending": ns.Ending.STEPS_USED}, "ending"),
        ({"alpha": 2.5, "steps": None}, {"ending": ns.Ending.STEPS_USED}, "ending"),
        ({"alpha": 2.5, "steps": None}, {"replay__last_step": 400, "steps": 400, "computed": 400}, "checkpoint"),
    ],
)
def test_recorded_facts(keywords, fields, named):
    run = seed_run(**keywords)
    assert verify(run).passed
    certificate = verify(changed(run, **fields))
    assert not certificate.passed
    assert certificate.first_difference.quantity == named
    assert named in certificate.sentence


def test_recipes_changed_since():
    for field, value in (("alpha", 0.1 + 2**-52), ("reduction", "sum"), ("order", "given"), ("seed", 1), ("batch", 3)):
        run = several()
        object.__setattr__(run.recipe, field, value)
        assert not verify(run, most_steps=0).passed, field
        run = several()
        run.recipe = dataclasses.replace(run.recipe, **{field: value})
        assert verify(run).first_difference.quantity == "recipe", field
    run = seed_run()
    run.recipe.problem.alpha = 0.2
    assert verify(run).first_difference == Mismatch(0, None, "alpha", 0.1, 0.2)
    run = seed_run()
    flip(run.recipe.weight.reshape(-1), 0)
    assert verify(run).first_difference.step == 0


def test_schedules_changed_since():
    run = several(alpha=lambda t: 0.1 / (1 + t))
    assert verify(run).passed
    flip(run.recipe.schedule.values, 500, bit=30)
    assert verify(run, most_steps=0).first_difference.step == 512


def test_numbers_that_were_kept_after_the_run():
    run = seed_run()
    assert run.mse > 0
    run.__dict__["mse"] = math.nextafter(run.mse, 1.0)
    assert verify(run).first_difference.quantity == "mse"
    run = seed_run()
    flip(run._final, 0)
    assert verify(run).first_difference.quantity == "weight"


def test_a_core_that_calculates_wrongly_is_seen_by_the_definition(monkeypatch):
    """The other half of the certificate: what only the plain engine can tell."""
    run = several()
    honest = plain.walk

    def walk(problem, cursor, state, steps, **more):
        outcome = honest(problem, cursor, state, steps, **more)
        columns = more["columns"]
        if cursor.step - steps <= 437 < cursor.step:
            flip(columns.alpha_delta[437 - (cursor.step - steps)], 6)
        return outcome

    monkeypatch.setattr("nodescope.diagnosis.checks.recomputed.plain.walk", walk)
    found = verify(run, most_steps=600).first_difference
    assert found[:3] == (437, 1, "alpha_delta[2]")
    assert found.ulps == 1


@pytest.mark.parametrize("column", ["prediction", "delta", "mse", "example", "input", "goal", "step", "alpha", "bias_delta"])
def test_every_column_of_the_trace_is_compared(monkeypatch, column):
    run = several()
    read = type(run.trace[0:1]).read

    def wrong(window, *names):
        columns = read(window, *names)
        place = 55 - window.start
        if 0 <= place < len(window):
            columns[column] = columns[column].copy()
            flip(columns[column][place : place + 1].view(np.float64), 0)
        return columns

    monkeypatch.setattr(type(run.trace[0:1]), "read", wrong)
    found = verify(run).first_difference
    assert found.step == 55
    assert found.quantity.startswith(column)


def tampered_file(path, change):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        change(connection)
        connection.commit()
    return ns.load(path)


def test_saved_files(tmp_path):
    def alter(table, key, value, blob):
        def change(connection):
            (old,) = connection.execute(f"SELECT {blob} FROM {table} WHERE {key} = ?", (value,)).fetchone()
            new = (
                bytes([old[0] ^ 1]) + old[1:]
                if isinstance(old, bytes)
                else old.replace('"settled_after": 317', '"settled_after": 318')
            )
            assert new != old
            connection.execute(f"UPDATE {table} SET {blob} = ? WHERE {key} = ?", (new, value))

        return change

    changes = [
        alter("checkpoint", "step", 0, "state"), alter("checkpoint", "step", 256, "state"), alter("array", "name", "state", "data"),
        alter("array", "name", "weight", "data"), alter("array", "name", "input", "data"), alter("array", "name", "goal", "data"),
        alter("header", "key", "ending", "value"),
    ]  # fmt: skip
    for i, change in enumerate(changes):
        path = tmp_path / f"{i}.nodescope"
        ns.save(seed_run(), path)
        assert verify(ns.load(path)).passed
        with contextlib.suppress(ns.InputError, ns.FileError):
            assert not verify(tampered_file(path, change)).passed, i


def test_resumed_and_interrupted_runs(tmp_path):
    path = tmp_path / "a.nodescope"
    ns.save(seed_run(alpha=1.5, steps=40), path)
    assert verify(ns.resume(path, steps=1000)).passed
    ns.save(several(steps=13), path, overwrite=True)
    assert verify(ns.resume(path, steps=333)).passed
    run = ns.descend(weight=[0.4, 0.2], input=[1, 2.0], goal=0.6, alpha=1e-9, steps=10**9, time_limit=0.05)
    assert run.ending is ns.Ending.TIME_USED
    assert verify(run, most_steps=50).passed


def test_a_time_limit_says_how_far_it_got():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=1e-7, steps=10**7)
    certificate = verify(run, most_steps=40, time_limit=0.002)
    assert certificate.passed
    assert not certificate.complete
    assert certificate.checked.updates < certificate.checked.of == run.steps
    assert certificate.sentence.startswith("Verified as far as the time allowed")
    assert f"of {run.steps:,} updates" in certificate.sentence
    assert sum(map(len, certificate.checked.steps)) <= 40
    assert verify(run, most_steps=0, time_limit=0).checked.steps == ()


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_leaves_the_run_as_it_was():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=1e-8, steps=2 * 10**7)
    states = run.replay.checkpoints.states.tobytes()
    press = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
    press.start()

    def until_pressed() -> None:
        verify(run)
        press.join()  # where it was done before that

    with pytest.raises(KeyboardInterrupt):
        until_pressed()
    assert run.replay.checkpoints.states.tobytes() == states
    assert struct.pack("<d", run.trace[-1].new_weight) == struct.pack("<d", run.weight)


def test_words_for_bad_keywords():
    with pytest.raises(ns.InputError, match="most_steps"):
        verify(seed_run(), most_steps=-1)
    with pytest.raises(ns.InputError, match="time_limit"):
        verify(seed_run(), time_limit=-1.0)


def test_a_recipe_of_equal_numbers_is_the_same_recipe():
    """Numbers are held beside each other, not the places where they are kept."""
    run = several()
    run.replay.recipe = copy.deepcopy(run.recipe)
    assert verify(run).passed
    flip(run.replay.recipe.examples.goal, 3)
    assert verify(run).first_difference.quantity in ("goal", "recipe")
