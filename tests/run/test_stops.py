"""How runs stop when they are told to: mse reached, time, Ctrl-C; and what is proved of drawn orders and schedules."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.descend import descend_with

RNG = np.random.default_rng(1)
X, G = RNG.normal(size=(12, 3)), RNG.normal(size=12)


def test_mse_is_reached_before_the_update_that_would_follow():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, until_mse=1e-3, steps=10**6)
    weights = [0.4]
    while (weights[-1] - 0.6) * (weights[-1] - 0.6) > 1e-3:
        weights.append(weights[-1] - 0.1 * (weights[-1] - 0.6))
    assert (run.ending, run.steps, run.weight) == (ns.Ending.MSE_REACHED, len(weights) - 1, weights[-1])


def test_mse_reached_comes_before_steps_used_and_at_the_very_start():
    exactly = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, until_mse=1e-3).steps
    assert ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, until_mse=1e-3, steps=exactly).ending is ns.Ending.MSE_REACHED
    assert ns.descend(weight=0.6, input=1, goal=0.6, alpha=0.1, until_mse=0).steps == 0


def test_mse_over_batches_is_looked_at_when_an_epoch_ends():
    run = ns.descend(input=X, goal=G, alpha=0.05, until_mse=0.9 * float((G * G).mean()), epochs=500)
    assert run.ending is ns.Ending.MSE_REACHED
    assert run.steps % 12 == 0
    assert run.mse <= run.recipe.until_mse


def test_time_limit_keeps_everything():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=1e-9, steps=10**12, time_limit=0.05)
    assert run.ending is ns.Ending.TIME_USED
    assert 0 < run.steps < 10**12
    assert run.trace[run.steps - 1].new_weight == run.weight


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_it_as_interrupted_with_everything_kept():
    def interrupt(*_):
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    run = descend_with(interrupt, weight=0.4, input=1, goal=0.6, alpha=1e-9, steps=10**12)
    assert run.ending is ns.Ending.INTERRUPTED
    assert run.trace[run.steps - 1].new_weight == run.weight
    assert signal.getsignal(signal.SIGINT) is before


def test_where_ctrl_c_is_ignored_it_stays_ignored(ctrl_c):
    """A script that starts a run in the background ignores it for all that it starts: `make test &`."""
    ctrl_c(signal.SIG_IGN)
    run = descend_with(lambda *_: signal.raise_signal(signal.SIGINT), weight=0.4, input=1, goal=0.6, alpha=0.1, steps=10)
    assert (run.ending, run.steps) == (ns.Ending.STEPS_USED, 10)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def test_another_thread_can_run_too():
    runs = []
    thread = threading.Thread(target=lambda: runs.append(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1)))
    thread.start()
    thread.join()
    assert runs[0].weight == 0.5999999999999994


def test_a_quiet_epoch_of_drawn_batches_is_no_proof_but_solved_goals_are():
    solved = ns.descend(weight=2.0, input=[1, 2, 3, 4], goal=[2, 4, 6, 8], alpha=0.1, batch=2, order="shuffled", steps=100)
    assert (solved.ending, solved.settled_after) == (ns.Ending.SETTLED, 0)
    # examples 0 and 1 cancel, and so do 2 and 3; examples 0 and 2 together do not
    goals = [1.0, -1.0, 1.0, -1.0]
    run = ns.descend(weight=0.0, input=[1, 1, 1, 1], goal=goals, alpha=0.1, batch=2, order="shuffled", seed=2, steps=200)
    quiet = [e for e in range(100) if not (run.trace[2 * e : 2 * e + 2]["alpha_delta"]).any()]
    assert run.ending is ns.Ending.STEPS_USED
    assert quiet == [0, 1]
    assert run.weight != 0.0


def test_with_a_schedule_only_an_update_of_exactly_nothing_is_settled():
    values = [0.0] * 10 + [0.1] * 10
    paused = ns.descend(weight=0.4, input=1, goal=0.6, alpha=values, steps=20)
    assert paused.ending is ns.Ending.STEPS_USED
    assert paused.trace[:]["alpha"].tolist() == values
    assert paused.trace[:]["weight"][:11].tolist() == [0.4] * 11
    assert paused.weight != 0.4
    solved = ns.descend(weight=0.6, input=1, goal=0.6, alpha=values, steps=20)
    assert (solved.ending, solved.settled_after) == (ns.Ending.SETTLED, 0)


def test_alpha_as_a_function_is_asked_once_a_step():
    asked = []

    def alpha(step):
        asked.append(step)
        return 1.0 / (step + 2)

    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=50)
    run.trace[:].read()
    assert asked[:50] == list(range(50))
    assert len(asked) == len(set(asked))


def test_alpha_as_a_function_is_not_asked_for_steps_far_beyond_the_end():
    asked = []
    run = ns.descend(
        weight=0.4, input=1, goal=0.6, alpha=lambda step: asked.append(step) or 0.1, until_mse=1e-3, steps=10**6,
    )  # fmt: skip
    assert (run.ending, run.steps) == (ns.Ending.MSE_REACHED, 18)
    assert len(asked) <= 64


def test_automatic_alpha():
    assert ns.descend(weight=0, input=[3, 1], goal=[1, 1], steps=1).recipe.alpha == 1 / 9
    assert ns.descend(weight=0, input=[3, 1], goal=[1, 1], bias=True, steps=1).recipe.alpha == 1 / 10
    two = ns.descend(weight=[0, 0], input=[[2, 0], [0, 1]], goal=[1, 1], batch="all", steps=1).recipe.alpha
    assert two == pytest.approx(2 / (2.0 + 0.5), rel=1e-14)
    assert ns.descend(weight=[0, 0], input=[[3, 1]], goal=[1], frozen=[True, False], steps=1).recipe.alpha == 1.0


def test_a_run_of_a_billion_steps_that_settles_costs_nothing():
    began = time.perf_counter()
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=10**9)
    assert run.computed == 317
    assert time.perf_counter() - began < 60
