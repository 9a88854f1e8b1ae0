"""A run in a file: the same bits, the same facts; what is not a whole run file is refused in one sentence."""

import sqlite3

import numpy as np
import pytest
from conftest import PLAIN
from sealing import seal

import nodescope as ns
from nodescope.run.file import content, runfile
from nodescope.run.making import make_recipe
from nodescope.run.toml import parse_recipe

RNG = np.random.default_rng(2)
X, G = RNG.normal(size=(11, 3)), RNG.normal(size=(11, 2))
RECIPES = [
    {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 10**9},
    {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 1.5, "steps": 10**9},
    {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 2.1 if PLAIN else 2.01, "steps": 10**9},
    {"weight": -0.0, "input": 5e-324, "goal": 1e300, "alpha": 1e-300, "steps": 3},
    {"input": X, "goal": G, "epochs": 30, "bias": True, "frozen": np.eye(2, 3, dtype=bool), "batch": 4},
    {"input": X, "goal": G, "epochs": 30, "order": "shuffled", "seed": 9, "summation": "lanes", "reduction": "sum", "alpha": 0.01},
    {"input": X, "goal": G[:, 0], "steps": 77, "rule": {"name": "adam", "beta1": 0.8}, "alpha": 0.01, "until_mse": 1e-9},
    {"input": X, "goal": G[:, 0], "steps": 5, "alpha": [0.1, 0.2, 0.3, 0.2, 0.1], "bias": 0.5, "freeze_bias": True},
]


def same(a, b):
    assert (a.ending, a.steps, a.computed, a.settled_after, a.cycle) == (b.ending, b.steps, b.computed, b.settled_after, b.cycle)
    assert np.array(a.weight).tobytes() == np.array(b.weight).tobytes()
    assert a.recipe == b.recipe
    start = max(0, a.steps - 20)
    for name, column in a.trace[start : a.steps].read().items():
        assert column.tobytes() == b.trace[start : a.steps][name].tobytes()


@pytest.mark.parametrize("keywords", RECIPES)
def test_saved_and_loaded(keywords, tmp_path):
    run = ns.descend(**keywords)
    ns.save(run, tmp_path / "a.nodescope")
    same(run, ns.load(tmp_path / "a.nodescope"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.nodescope"]


@pytest.mark.parametrize("keywords", RECIPES)
def test_written_as_it_goes(keywords, tmp_path, monkeypatch):
    monkeypatch.setattr(runfile, "SECONDS_BETWEEN_COMMITS", 0.0)
    run = ns.descend(**keywords, out=tmp_path / "a.nodescope")
    same(run, ns.load(tmp_path / "a.nodescope"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.nodescope"]


@pytest.mark.parametrize("keywords", RECIPES)
def test_toml_and_back(keywords):
    recipe = make_recipe(**keywords)
    again = make_recipe(**parse_recipe(recipe.to_toml()))
    assert again.start_weights().tobytes() == recipe.start_weights().tobytes()
    assert again.examples.input.tobytes() == recipe.examples.input.tobytes()
    assert again == recipe
    same(ns.descend(**keywords), ns.descend(**parse_recipe(recipe.to_toml())))


@pytest.mark.parametrize("order", ["given", "shuffled"])
def test_resumed_in_the_middle_of_an_epoch_it_is_as_if_never_interrupted(order, tmp_path):
    keywords = {"input": X, "goal": G, "order": order, "batch": 2, "rule": "momentum", "alpha": 0.01}
    whole = ns.descend(**keywords, steps=1000)
    ns.descend(**keywords, steps=333, out=tmp_path / "a.nodescope")
    resumed = ns.resume(tmp_path / "a.nodescope", steps=1000)
    assert resumed.weight.tobytes() == whole.weight.tobytes()
    assert resumed.trace[:]["delta"].tobytes() == whole.trace[:]["delta"].tobytes()
    same(resumed, ns.load(tmp_path / "a.nodescope"))


ENDED = {
    "steps used": ({"weight": 0.4, "input": [1, 2], "goal": [0.6, 5], "alpha": 1e-3, "steps": 300}, 300),
    "time used": ({"weight": 0.4, "input": [1, 2], "goal": [0.6, 5], "alpha": 1e-12, "time_limit": 0.02}, None),
    "settled": ({"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 325}, 325),
    "diverged": ({"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 2.5}, 1754),
    "mse reached": ({"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "until_mse": 0.01}, 7),
}


@pytest.mark.parametrize("kind", ENDED)
def test_going_on_to_fewer_steps_than_there_are_is_refused_and_changes_nothing(kind, tmp_path):
    """Story: of a run that had settled or diverged, -1 steps and "5" were taken without a word."""
    path, (keywords, known) = tmp_path / "a.nodescope", ENDED[kind]
    made = ns.descend(**keywords, out=path).steps
    assert known in (None, made)
    content = path.read_bytes()
    said = rf"a\.nodescope has {made:,} steps already, and {made - 1:,} are asked for in all: ask for more, or leave it as it is"
    with pytest.raises(ns.InputError, match=said):
        ns.resume(path, steps=made - 1)
    with pytest.raises(ns.InputError, match=r"has .* steps already, and 0 are asked for"):
        ns.resume(path, epochs=0)
    for name in ("steps", "epochs"):
        for wrong in (-1, 2.5, "5", True, 10**30):
            with pytest.raises(ns.InputError, match=f"{name} is "):
                ns.resume(path, **{name: wrong})
    assert path.read_bytes() == content
    assert ns.resume(path, steps=made).steps == made
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_saved_run_that_goes_on_knows_when_it_last_moved(tmp_path):
    keywords = {"weight": 2.0, "input": [1, 2, 3], "goal": [2, 4, 6], "alpha": 0.1}
    ns.save(ns.descend(**keywords, steps=2), tmp_path / "a.nodescope")
    resumed = ns.resume(tmp_path / "a.nodescope", steps=30)
    assert (resumed.ending, resumed.settled_after) == (ns.Ending.SETTLED, 0)


def test_a_file_without_an_ending_is_as_far_as_it_was_kept(tmp_path):
    path = tmp_path / "a.nodescope"
    run = ns.descend(**RECIPES[4], out=path)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM header WHERE key = 'ending'")
        seal(connection)
    connection.close()
    loaded = ns.load(path)
    assert (loaded.ending, loaded.steps) == (ns.Ending.INTERRUPTED, run.replay.last_step)


def test_large_arrays_go_by_fingerprint(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "EMBED_UP_TO", 100)
    run = ns.descend(input=X, goal=G, steps=20)
    ns.save(run, tmp_path / "a.nodescope")
    with pytest.raises(ns.InputError, match="too large to go into the file"):
        ns.load(tmp_path / "a.nodescope")
    with pytest.raises(ns.InputError, match="not those that the run was made with"):
        ns.load(tmp_path / "a.nodescope", data=(X + 1, G))
    same(run, ns.load(tmp_path / "a.nodescope", data=(X, G)))


def test_files_that_are_no_run(tmp_path):
    good = tmp_path / "good.nodescope"
    ns.save(ns.descend(**RECIPES[4]), good)
    foreign, short, newer, torn = (tmp_path / name for name in ("text", "short", "newer", "torn"))
    foreign.write_text("not a run " * 100)
    short.write_bytes(good.read_bytes()[:50])
    newer.write_bytes(good.read_bytes())
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    whole = good.read_bytes()
    torn.write_bytes(whole[: len(whole) // 2])
    for path, words in (
        (foreign, "not a nodescope run file"),
        (short, "not a nodescope run file"),
        (newer, "newer nodescope"),
        (torn, "damaged"),
        (tmp_path / "absent", "cannot be read"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(ns.FileError, match=words):
            ns.load(path)


def test_checkpoints_that_do_not_fit_are_damage(tmp_path):
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(**RECIPES[4]), path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE checkpoint SET state = x'00' WHERE step = 0")
    connection.commit()
    connection.close()
    with pytest.raises(ns.FileError, match="damaged"):
        ns.load(path)


def test_nowhere_to_write(tmp_path):
    for out in (tmp_path / "no" / "a", tmp_path):
        with pytest.raises(ns.FileError, match="cannot be written"):
            ns.descend(**RECIPES[0], out=out)
        with pytest.raises(ns.FileError, match="cannot be written"):
            ns.save(ns.descend(**RECIPES[0]), out)
    assert list(tmp_path.iterdir()) == []
