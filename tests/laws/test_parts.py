"""Law: a batch in parts has the bits of its order of additions, whoever makes the parts: one thread or four, compiled or plain."""

import dataclasses
import math
import threading

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import PLAIN, cases
from random_parts import problem_of

import nodescope as ns
from nodescope.arithmetic import threads
from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Cursor, LayerShape, Outcome, Problem
from nodescope.arithmetic.rules import as_rule
from nodescope.cli import cli

compiled_only = pytest.mark.skipif(PLAIN, reason="plain Python makes its parts one after another")


@pytest.fixture
def on_threads(monkeypatch):
    """Have so many threads make parts, however little there is to do; gives the setting of their number."""

    def so_many(count: int) -> None:
        monkeypatch.setattr(threads, "WORTH", 1)
        monkeypatch.setenv(threads.THREADS, str(count))

    return so_many


BIG = 2.0**53
"""BIG + 1 is BIG: what is added to it one by one is lost, what is added together first is not."""


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        (None, BIG),  # ((((BIG + 1) + 1) + 1) + 1)
        (1, BIG + 4.0),  # ((BIG + 1) + (1 + 1)) + 1: BIG + 2 + 1 lies between two numbers, and BIG + 4 is the even one
        (2, BIG + 4.0),  # the same
        (3, BIG + 2.0),  # (BIG + 1 + 1) + (1 + 1)
        (4, BIG),  # (BIG + 1 + 1 + 1) + 1
        (5, BIG),
    ],
)
def test_by_hand(parts, total):
    """Five examples whose delta × input are BIG and four ones, of a weight of 1."""
    x, goal = [2.0**27, 1.0, 1.0, 1.0, 1.0], [2.0**27 - 2.0**26, 0.0, 0.0, 0.0, 0.0]
    run = ns.descend(weight=1.0, input=x, goal=goal, alpha=0.0, steps=1, batch="all", reduction="sum", parts=parts)
    assert run.trace[0].weighted_delta == total
    assert run.trace[0].mse * 5 == 2.0**52 + 4.0


def test_parts_of_all_examples_are_none():
    rng = np.random.default_rng(0)
    recipe = {"input": rng.normal(size=(40, 3)), "goal": rng.normal(size=40), "alpha": 0.1, "batch": "all", "steps": 30}
    whole, same, other = (ns.descend(**recipe, parts=parts) for parts in (None, 40, 7))
    assert whole.weight.tobytes() == same.weight.tobytes()
    assert whole.weight.tobytes() != other.weight.tobytes()
    assert np.allclose(whole.weight, other.weight, rtol=1e-12)


def walked(on, problem: Problem, weights: np.ndarray, steps: int, columns: Columns | None = None) -> tuple:
    cursor, state = Cursor.at(0), problem.first_state(weights)
    cursor.stopping, cursor.watching = 1, 1
    with np.errstate(all="ignore"):
        outcome = on.walk(problem, cursor, state, steps, saved=state.copy(), columns=columns)
    written = b"" if columns is None else b"".join(
        getattr(columns, name)[: cursor.step].tobytes() for name in ("weighted_delta", "prediction", "delta", "mse", "example")
    )  # fmt: skip
    return outcome, cursor.step, cursor.last_moved, state.tobytes(), written


@compiled_only
def test_any_number_of_threads_and_the_definition(on_threads):
    rng, outcomes = np.random.default_rng(7), set()
    for trial in range(cases(600)):
        problem, steps = problem_of(rng, trial), int(rng.integers(1, 7))
        weights = rng.normal(size=problem.size)
        results = []
        for count in (1, 2, 4):
            on_threads(count)
            columns = Columns.for_steps(problem, steps, ("weighted_delta", "prediction", "delta", "mse", "example"))
            results += [walked(engine(), problem, weights, steps), walked(engine(), problem, weights, steps, columns)]
            mse, predictions = engine().mse(problem, weights), engine().predict(problem, weights)
            results.append((np.float64(mse).tobytes(), predictions.tobytes()))
        assert results[:3] == results[3:6] == results[6:], trial
        assert results[0][:4] == results[1][:4], trial
        if problem.n * problem.size * steps < 20000:
            assert walked(plain, problem, weights, steps)[:4] == results[0][:4], trial
            with np.errstate(all="ignore"):
                assert np.float64(plain.mse(problem, weights)).tobytes() == results[2][0], trial
        outcomes.add(results[0][0])
    assert Outcome.DIVERGED in outcomes


@compiled_only
def test_whole_runs_on_one_thread_and_on_three(on_threads):
    """Descent, trace, until an mse, keep best: where parts are made is nobody's business."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3000, 5))
    recipe = {
        "data": {**{f"x{i}": x[:, i] for i in range(5)}, "y": np.tanh(x.sum(axis=1)) + 0.1 * rng.normal(size=3000)}, "goal": "y",
        "network": {"hidden": [6]}, "alpha": 0.05, "batch": 1000, "parts": 128, "epochs": 30, "holdout": 0.2, "keep": "best",
        "order": "shuffled",
    }  # fmt: skip
    runs = []
    for count in (1, 3):
        on_threads(count)
        run = ns.descend(**recipe)
        runs.append((run.network.flat().tobytes(), run.steps, run.mse, run.trace[7]["mse"], repr(run.score), run.verify().passed))
    assert runs[0] == runs[1]
    assert runs[0][-1]


@compiled_only
def test_threads_are_there_only_where_there_is_work(monkeypatch):
    started = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread) or 1 / 0)
    monkeypatch.setenv(threads.THREADS, "2")
    rng = np.random.default_rng(0)
    recipe = {"goal": rng.normal(size=40), "alpha": 0.1, "batch": "all", "steps": 3, "parts": 8}
    ns.descend(input=rng.normal(size=(40, 3)), **recipe)
    assert not started
    large = np.zeros((2**17, 64))
    with pytest.raises(ZeroDivisionError):
        ns.descend(input=large, goal=np.zeros(len(large)), alpha=0.1, batch="all", steps=1, parts=4096)
    with pytest.raises(ZeroDivisionError):
        engine().predict(
            Problem(large, np.zeros((2**17, 1)), as_rule("plain"), 0.1, (LayerShape(64, 1, False, ACTIVATIONS["identity"]),)),
            np.zeros(64),
        )


@compiled_only
def test_a_machine_without_more_threads_goes_on_with_one(monkeypatch, on_threads):
    problem = dataclasses.replace(problem_of(np.random.default_rng(1), 1), until_mse=-1.0)
    weights = np.zeros(problem.size)
    alone = walked(engine(), problem, weights, 3), engine().predict(problem, weights).tobytes()

    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    on_threads(4)
    monkeypatch.setattr(threading.Thread, "start", none_left)
    assert (walked(engine(), problem, weights, 3), engine().predict(problem, weights).tobytes()) == alone


@pytest.mark.parametrize("said", ["0", "two", "-1", "65", "1.5"])
def test_a_number_of_threads_that_is_none(monkeypatch, said):
    monkeypatch.setenv(threads.THREADS, said)
    with pytest.raises(ns.NodescopeError, match=r"NODESCOPE_THREADS is .*it may be a whole number from 1 to 64"):
        threads.asked()


X = [[1.0, 0.5], [-0.25, 2.0], [1.5, -1.0], [0.5, 0.25], [2.0, 1.0]]
G = [1.0, -0.5, 2.0, 0.25, 1.5]
NODE = {"input": X, "goal": G, "alpha": 0.05, "batch": "all", "steps": 40, "parts": 2}


def test_it_is_kept_and_told(tmp_path):
    run = ns.descend(**NODE)
    assert run.recipe.parts == 2
    assert "parts = 2" in run.recipe.to_toml()
    assert "Each batch is added in parts of 2, and the parts' sums in pairs." in repr(run)
    (tmp_path / "recipe.toml").write_text(run.recipe.to_toml())
    run.save(tmp_path / "run.nodescope")
    again = ns.load(tmp_path / "run.nodescope")
    assert again.recipe == run.recipe
    assert again.verify().passed
    gone_on = ns.resume(tmp_path / "run.nodescope", steps=90)
    assert gone_on.weight.tobytes() == ns.descend(**NODE | {"steps": 90}).weight.tobytes()
    page = run.export(fragment=True)
    assert "batches added in parts of 2" in page
    told = CliRunner().invoke(cli, ["run", str(tmp_path / "recipe.toml"), "--parts", "3", "--json"])
    assert told.exit_code == 0
    assert str(ns.descend(**NODE | {"parts": 3}).weight[0]) in told.output
    plainly = CliRunner().invoke(cli, ["run", str(tmp_path / "recipe.toml")])
    assert "Each batch is added in parts of 2" in plainly.output


@pytest.mark.parametrize("parts", [1, 2])
def test_an_explanation_says_in_what_order(parts):
    run = ns.descend(**NODE | {"input": X[:3], "goal": G[:3], "parts": parts})
    lines = [line for line in run.explain(4).lines if line.name.startswith("weighted delta")]
    assert len(lines) == 2
    for line in lines:
        assert math.isclose(eval(line.exactly), line.value, rel_tol=0.0)  # the order that it is made in, to the bit
        assert f"in parts of {parts}" in line.words
    assert (") + (" in lines[0].exactly) is True


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"parts": 0}, "parts is 0; it must be"),
        ({"parts": 2.5}, "parts is 2.5"),
        ({"parts": "all"}, "parts is 'all'"),
        ({"parts": 2, "batch": 1}, 'parts is 2, which is how a batch is added up, and batch is 1: give batch="all"'),
        ({"parts": 2, "method": "moments"}, "parts is 2.*leave one out"),
        (
            {"parts": 2, "network": ns.network([2, 2, 1], seed=1), "update_order": "sequential"},
            'parts is 2, and update_order="sequential"',
        ),
        ({"chunk_size": 2}, "did you mean 'parts'"),
    ],
)
def test_what_does_not_go_together(keywords, said):
    with pytest.raises(ns.InputError, match=said):
        ns.descend(**NODE | keywords)


def test_a_grade_follows_the_parts():
    run = ns.descend(**NODE | {"alpha": 0.1, "parts": 2})
    sheet = run.trace[:]["new_weight"].tolist()
    assert ns.grade(sheet, **NODE | {"alpha": 0.1}).correct
