"""How a run goes in blocks: how long each is, what is asked between them, and how many steps there are at most."""

import itertools
import signal
import threading

import numpy as np
import pytest

import nodescope as ns
from nodescope.arithmetic.problem import FARTHEST, Outcome
from nodescope.run.descent import DEFAULT_STEPS, Descent, _ending_of, go, interruptible, next_size
from nodescope.run.making import make_recipe

SEED = {"weight": 0.4, "input": 1.0, "goal": 0.6, "alpha": 0.1}
X = np.arange(12.0).reshape(6, 2) % 5 - 1
SIX = {"input": X, "goal": X @ [2.0, -1.0] + 0.5, "alpha": 0.01}


@pytest.mark.parametrize(("size", "seconds", "after"), [
    (64, 0.03, 64), (64, 0.015, 128), (64, 0.06, 32), (64, 0.001, 512), (64, 0.0, 512), (64, 30.0, 1), (1, 0.001, 8),
    (10**9, 0.02, 1_500_000_000),
])  # fmt: skip
def test_a_block_is_as_long_as_fills_thirty_milliseconds_and_at_most_eight_times_the_last(size: int, seconds: float, after: int):
    assert next_size(size, seconds) == pytest.approx(after, rel=1e-9)


def blocks(monkeypatch, recipe, **more) -> list[int]:
    """Steps that were asked for, block by block, on a machine where each takes 30 milliseconds."""
    asked, real = [], Descent.block
    monkeypatch.setattr(Descent, "block", lambda self, steps: asked.append(steps) or real(self, steps))
    monkeypatch.setattr("nodescope.run.descent.next_size", lambda size, _seconds: size)
    go(recipe, **more)
    return asked


@pytest.mark.parametrize(("keywords", "size"), [
    (SEED | {"alpha": 1e-9, "steps": 10_000}, 4096), (SEED | {"alpha": [1e-9] * 200, "steps": 200}, 64),
    (SIX | {"alpha": 1e-9, "batch": "all", "steps": 400}, 341),
    (SIX | {"alpha": 1e-9, "bias": True, "batch": 2, "steps": 700}, 682),
    (SIX | {"input": np.ones((6, 80)), "batch": 3, "steps": 130, "alpha": 1e-9}, 64),
    (SIX | {"alpha": 1e-9, "keep": "best", "batch": 2, "epochs": 3}, 3), (SEED | {"steps": 7}, 7),
])  # fmt: skip
def test_the_first_block_is_of_64_steps_or_4096_products(monkeypatch, keywords: dict, size: int):
    """By hand: 4096 ÷ (weights × examples of a step), of a schedule 64; where the error is looked at, to the end of the epoch."""
    assert blocks(monkeypatch, make_recipe(**keywords))[0] == size


def test_between_blocks_it_is_told_how_far_it_is():
    told, kept = [], []
    recipe = make_recipe(**SIX, keep="best", batch=2, epochs=3)
    go(recipe, progress=lambda *of: told.append(of), keep=lambda descent: kept.append(descent.cursor.step))
    assert [of[:2] for of in told] == [(3, 9), (6, 9), (9, 9)]
    assert kept == [3, 6, 9]
    assert all(0 < before[2] <= after[2] < 30 for before, after in itertools.pairwise(told))


@pytest.mark.parametrize(("keywords", "asked"), [
    ({"steps": 7}, 7), ({}, DEFAULT_STEPS), ({"alpha": [0.1] * 9}, 9), ({"alpha": [0.1] * 9, "steps": 4}, 4),
    ({"alpha": lambda _t: 0.1}, DEFAULT_STEPS),
    ({"epochs": 5}, 5),
])  # fmt: skip
def test_how_many_steps_there_are_at_most(keywords: dict, asked: int):
    assert Descent.start(make_recipe(**SEED | keywords)).steps_asked == asked


def test_the_error_is_looked_at_where_an_epoch_ends():
    plain, looking = (Descent.start(make_recipe(**SIX, batch=4, keep=keep)) for keep in ("last", "best"))
    assert (plain.to_look, plain.looks()) == (FARTHEST, False)
    seen = []
    for step in range(5):
        looking.cursor.step = step
        seen.append((looking.to_look, looking.looks()))
    assert seen == [(2, True), (1, False), (2, True), (1, False), (2, True)]


@pytest.mark.parametrize(("keywords", "watching"), [
    ({}, 1), ({"order": "shuffled"}, 0), ({"order": "shuffled", "batch": "all"}, 1), ({"alpha": [0.1] * 3}, 0),
])  # fmt: skip
def test_states_are_compared_where_a_step_depends_on_nothing_else(keywords: dict, watching: int):
    descent = Descent.start(make_recipe(**SIX | keywords))
    descent.block(1)
    assert (descent.cursor.watching, descent.cursor.stopping) == (watching, 1)


@pytest.mark.parametrize(("outcome", "ending"), [
    (Outcome.DIVERGED, ns.Ending.DIVERGED), (Outcome.MSE_REACHED, ns.Ending.MSE_REACHED), (Outcome.REPEATED, ns.Ending.CYCLING),
    (Outcome.UNCHANGED, ns.Ending.SETTLED),
])  # fmt: skip
def test_what_an_outcome_means(outcome: Outcome, ending: ns.Ending):
    assert _ending_of(Descent.start(make_recipe(**SIX)), outcome) is ending


@pytest.mark.parametrize("batch", [1, 2, "all"])
def test_an_epoch_that_moved_nothing_ends_a_drawn_order_where_no_other_moves_a_weight(batch: object):
    """Another draw of two examples would move weights that are far from the best ones; one at a time, or all, were all seen."""
    descent = Descent.start(make_recipe(**SIX, order="shuffled", batch=batch))
    assert _ending_of(descent, Outcome.UNCHANGED) is (None if batch == 2 else ns.Ending.SETTLED)


def test_ctrl_c_is_asked_for_in_the_main_thread_alone(ctrl_c):
    descent = Descent.start(make_recipe(**SEED))
    before = signal.getsignal(signal.SIGINT)
    with interruptible(descent):
        assert signal.getsignal(signal.SIGINT) is not before
        signal.raise_signal(signal.SIGINT)
        assert descent.stop_asked.is_set()
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before
    seen = []

    def elsewhere() -> None:
        with interruptible(Descent.start(make_recipe(**SEED))):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before]
    ctrl_c(signal.SIG_IGN)
    with interruptible(descent):
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
