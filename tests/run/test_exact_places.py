"""What a run allows, keeps and looks at, at both sides of the line."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import nodescope as ns
from nodescope.run import trace, watch
from nodescope.run.descent import Descent, go
from nodescope.run.event_files import _single
from nodescope.run.setting import as_memory
from nodescope.run.settled import _stays


def test_seeds_have_64_bits():
    assert ns.network([1, 1], seed=2**64 - 1).weights[0].shape == (1, 1)
    with pytest.raises(ns.InputError, match="seed"):
        ns.network([1, 1], seed=2**64)


@pytest.mark.parametrize(("reduction", "size", "part", "stays"), [
    ("mean", 4, 2.0**-55, True), ("mean", 4, 2.0**-53, False), ("sum", 2, 2.0**-55, True), ("sum", 4, 2.0**-55, False),
    ("sum", 3, 2.0**-56, True), ("sum", 2, 0.75 * 2.0**-54, False), ("sum", 3, 0.4 * 2.0**-54, False),
    ("sum", 2, 0.4 * 2.0**-54, True),
    ("mean", 3, 1.1 * 2.0**-54, False), ("mean", 3, 0.9 * 2.0**-54, True),
])  # fmt: skip
def test_a_weight_stays_where_the_batch_of_one_product_moves_it_by_less_than_half_a_double(reduction, size, part, stays):
    """By hand: below 1 doubles are 2⁻⁵³ apart, and 1 − 2⁻⁵⁴ is rounded to the even one, which is 1."""
    recipe = SimpleNamespace(reduction=reduction, alpha=1.0, frozen_block=None)
    assert _stays(recipe, np.array([1.0]), np.array([part]), size, 0) is stays


def test_a_frozen_weight_stays():
    recipe = SimpleNamespace(reduction="sum", alpha=1.0, frozen_block=np.array([[False, True]]))
    assert [_stays(recipe, np.array([1.0]), np.array([1.0]), 1, i) for i in (0, 1)] == [False, True]


def test_what_does_not_fit_into_single_precision_is_infinite_there():
    largest = float(np.finfo(np.float32).max)
    assert (_single(largest), _single(-largest), _single(0.1)) == (largest, -largest, 0.1)
    assert (_single(math.nextafter(largest, math.inf)), _single(-1e300)) == (math.inf, -math.inf)
    assert math.isnan(_single(math.nan))


@pytest.mark.parametrize(("error", "waited"), [(0.5, 1), (0.4999999, 0), (0.7, 1)])
def test_an_error_improves_where_it_is_less_than_the_tolerance_asks(monkeypatch, error: float, waited: int):
    """By hand: half of 1 is ½, and ½ itself is not less."""
    monkeypatch.setattr(watch, "mean_loss", lambda *_: error)
    look = watch.Watch(SimpleNamespace(penalty=None), watch.Tolerance(0.5, patience=2), reference=1.0)
    assert look.look(7, np.zeros(1)) is False
    assert (look.waited, look.best, look.best_step) == (waited, error, 7)
    assert look.look(8, np.zeros(1)) is (waited == 1)
    assert look.best_step == 7


def test_seconds_go_on_where_a_run_goes_on():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=3)
    assert 0.0 <= run.seconds < 5.0
    before = Descent.start(run.recipe)
    before.seconds = 100.0
    again = go(run.recipe, before)
    assert 100.0 <= again.seconds < 105.0


@pytest.mark.parametrize(("told", "size"), [
    (1000, 1000), ("1000", 1000), ("7 b", 7), ("2 KB", 2000), ("3mb", 3_000_000), ("1.5 GB", 1_500_000_000),
    ("2 KiB", 2048),
    ("1 MiB", 2**20),
    ("0.5 gib", 2**29), (" Auto ", "auto"), ("all", "all"),
])  # fmt: skip
def test_memory_in_words(told: object, size: object):
    assert as_memory(told) == size


@pytest.mark.parametrize("told", ["1 ib", "much", "-1 MB", "1 TB", 0, "0 MB", 1.5, True, None])
def test_what_is_no_memory(told: object):
    with pytest.raises(ns.InputError, match="memory is"):
        as_memory(told)


@pytest.mark.parametrize(("names", "numbers"), [
    (("delta",), 2), (("weight",), 3), (("input",), 6), (("weight", "delta"), 6), (("mse", "input"), 12),
    (("new_weight", "step", "input"), 18),
])  # fmt: skip
def test_columns_that_would_fill_the_memory_are_refused(monkeypatch, names: tuple[str, ...], numbers: int):
    """Of three steps over two examples of three inputs: eight bytes a number, each column taken for as wide as the widest."""
    run = ns.descend(weight=[0.0, 0.0, 0.0], input=np.ones((4, 3)), goal=np.ones(4), alpha=0.1, batch=2, steps=9)
    monkeypatch.setattr(trace, "MOST_BYTES", 8 * numbers * 3)
    assert set(run.trace[0:3].read(*names)) == set(names)
    monkeypatch.setattr(trace, "MOST_BYTES", 8 * numbers * 3 - 1)
    with pytest.raises(ns.InputError, match=r"3 steps of .* would fill more than"):
        run.trace[0:3].read(*names)
