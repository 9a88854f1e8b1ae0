"""What the C core reads and writes lives as long as its call, whatever other threads do meanwhile.

The core runs without the interpreter's lock. Its scratch memory was once freed before the call that used it: of 2,223
predictions that two threads made of one network, 190 were wrong, and the mse of a wide one crashed the process.
"""

import dataclasses
import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nodescope as ns
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor

THREADS = 8


@pytest.fixture(autouse=True)
def compiled():
    if engine().name != "compiled":
        pytest.skip("there is no C core here")


def in_threads(call, times):
    """What so many calls gave, made by several threads at once that free memory between calls."""

    def one(number):
        result = call(number)
        np.full(200, np.nan)  # whoever is still reading freed memory reads this
        return result

    with ThreadPoolExecutor(THREADS) as pool:
        return [*pool.map(one, range(times))]


def problem_of(sizes, n=7, **changed):
    random = np.random.default_rng(5)
    x, goal = random.normal(size=(n, sizes[0])), random.normal(size=(n, sizes[-1]))
    recipe = ns.descend(network=ns.network(sizes, seed=3), input=x, goal=goal, alpha=0.01, steps=0).recipe
    return dataclasses.replace(recipe.problem, native=None, **changed), recipe.start_weights()


def test_predictions_and_errors_of_one_problem():
    problem, weights = problem_of([3, 8, 1], n=40)
    prediction, mse = engine().predict(problem, weights).tobytes(), engine().mse(problem, weights)
    assert {p.tobytes() for p in in_threads(lambda _: engine().predict(problem, weights), 3000)} == {prediction}
    assert set(in_threads(lambda _: engine().mse(problem, weights), 3000)) == {mse}


def test_a_wide_network_whose_scratch_is_megabytes():
    problem, weights = problem_of([3000, 2000, 1], n=2)
    mse = engine().mse(problem, weights)
    for _ in range(3):
        gc.collect()
        assert engine().mse(problem, weights) == mse


def test_walks_of_one_problem_over_alphas_of_their_own():
    problem, weights = problem_of([2, 4, 1], n=5)

    def walked(number):
        alphas = np.full(60 + number % 7, 0.01 * (1 + number % 3))
        state = problem.first_state(weights)
        engine().walk(problem, Cursor.at(0), state, len(alphas), alphas=alphas)
        return number % 7, number % 3, state.tobytes()

    alone = {walked(number) for number in range(21)}
    assert set(in_threads(walked, 2100)) == alone
    assert len(alone) == 21


def test_runs_and_traces():
    keywords = {"network": {"sizes": [2, 3, 1], "seed": 1}, "input": np.eye(2), "goal": [1.0, 0.0], "alpha": 0.1, "steps": 200}
    run = ns.descend(**keywords)
    rows = run.trace[50:150].layers[0]["weight"].tobytes()
    assert {r.trace[50:150].layers[0]["weight"].tobytes() for r in in_threads(lambda _: ns.descend(**keywords), 100)} == {rows}
    assert set(in_threads(lambda _: run.trace[50:150].layers[0]["weight"].tobytes(), 300)) == {rows}


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError, match="is no array"):
        engine()._mse.argtypes[1].from_param(4096)
