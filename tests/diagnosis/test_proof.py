"""The proof of a verdict: rounding alone withholds none, a change does, and a line says what its two numbers have in common."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.after.proof import Row, made_again
from nodescope.theory.doubled import add, as_pair, exact_product, multiply, quotient
from nodescope.theory.epoch import Epoch
from nodescope.theory.epoch_rounding import carried_roundings


def strongly_non_normal(half: int = 50, alpha: float = 0.002, epochs: int = 99, slope: float = 20.0, intercept: float = 5.0):
    """Inputs −half … half − 1, so large that a step lengthens its own example's error fourfold, though the epoch is stable."""
    x = np.arange(-float(half), float(half))
    start = {"weight": [0.5], "bias": -0.3}
    return ns.descend(input=x[:, None], goal=slope * x + intercept, alpha=alpha, epochs=epochs, **start)


def in_exact_arithmetic(half: int, alpha: float, epochs: int, slope: float, intercept: float) -> float:
    """The same with fractions, rounded to 200 bits after each epoch: the mse."""
    weight, bias, rate = Fraction(1, 2), Fraction(-0.3), Fraction(alpha)
    for _ in range(epochs):
        for x in range(-half, half):
            delta = weight * x + bias - (Fraction(slope) * x + Fraction(intercept))
            weight, bias = weight - rate * delta * x, bias - rate * delta
            weight, bias = (Fraction(round(v * 2**200), 2**200) for v in (weight, bias))
    squares = [(weight * x + bias - (Fraction(slope) * x + Fraction(intercept))) ** 2 for x in range(-half, half)]
    return float(sum(squares) / len(squares))


def test_a_prediction_keeps_its_digits_where_steps_lengthen_errors():
    run = strongly_non_normal()
    found = ns.diagnose(run)
    true = in_exact_arithmetic(50, 0.002, 99, 20.0, 5.0)
    assert all(row.agrees for row in found.proof)
    assert found.proof[-2].predicted == pytest.approx(true, rel=1e-6)
    assert run.mse == pytest.approx(true, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.0016, 0.0018, 0.0022, 0.0025])
def test_none_of_them_is_withheld(alpha: float):
    assert not ns.diagnose(strongly_non_normal(alpha=alpha, slope=-3.0, intercept=400.0)).withheld


def test_a_changed_state_is_told_from_a_prediction_that_is_off():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=100)
    assert made_again(run.recipe, 100) == run.mse
    changed = dataclasses.replace(run, replay=dataclasses.replace(run.replay, last_state=run.replay.last_state + 1e-3))
    found = ns.diagnose(changed)
    assert found.withheld
    assert f"Its recipe gives {run.mse!r} there: the run was changed" in found.verdict
    off = Row(3, "mse", 1.0, 2.0, "about", False, "The recorded number is right by the definition: …")
    assert not off.withholds


def test_a_line_says_what_its_numbers_have_in_common():
    def line(predicted: float, recorded: float) -> str:
        return str(Row(7, "mse", predicted, recorded, "about", True, uncertain=4e-31))

    assert line(0.25, 0.25).endswith("recorded 0.25, exactly as predicted")
    assert line(0.1234567, 0.1234568).endswith(": the same to 6 digits")
    assert line(3.08e-31, 7.24e-32).endswith(": apart by no more than rounding may do, 4e-31")
    assert "≈" not in str(ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)))


def test_pairs_of_doubles_against_fractions():
    rng = np.random.default_rng(5)
    for a, b, c in rng.normal(size=(200, 3)) * 10.0 ** rng.uniform(-8, 8, size=(200, 3)):
        pair = add(multiply(as_pair(np.array(a)), as_pair(np.array(b))), as_pair(np.array(c)))
        exact = Fraction(a) * Fraction(b) + Fraction(c)
        size = abs(Fraction(a) * Fraction(b)) + abs(Fraction(c))
        assert abs(Fraction(float(pair[0])) + Fraction(float(pair[1])) - exact) <= size * Fraction(2) ** -100
        high, low = exact_product(np.array(a), np.array(b))
        assert Fraction(float(high)) + Fraction(float(low)) == Fraction(a) * Fraction(b)
    high, low = quotient(0.1, 3)
    assert abs(Fraction(float(high)) + Fraction(float(low)) - Fraction(0.1) / 3) < Fraction(2) ** -105


@pytest.mark.parametrize(
    ("half", "alpha", "slope", "intercept", "share"),
    [(50, 0.002, 20.0, 5.0, 0.25), (30, 0.006, -3.0, 40.0, 0.01), (12, 0.02, 1.0, 9.0, 0.01)],
)
def test_the_bound_covers_what_rounding_does(half: int, alpha: float, slope: float, intercept: float, share: float):
    """The recorded mse and the predicted one are both within it of exact arithmetic; and it is a small part of either.

    Of the first, whose steps lengthen errors most, it is a fifth: what rounding may do at the worst, a thousand times what it did.
    """
    run = strongly_non_normal(half, alpha, 60, slope, intercept)
    row = next(row for row in reversed(ns.diagnose(run).proof) if row.relation == "about")
    true = in_exact_arithmetic(half, alpha, row.step // (2 * half), slope, intercept)
    assert max(abs(row.recorded - true), abs(row.predicted - true)) <= row.uncertain
    assert row.uncertain < share * true or true < 1e-20


def test_an_epoch_that_lengthens_nothing_multiplies_no_rounding():

    epoch = Epoch(np.array([[1.0], [0.5]]), 1, True)
    assert carried_roundings(epoch, 2.0, np.zeros((1, 1)), np.ones((2, 1))) == 0.0
    # by hand: 1 − 3·1 = −2 and 1 − 3/4 = 1/4; S = ¼ and 1; weights 0, 3, 3 − 1.5·(1.5 − 1) = 2.25
    expected = (0.25 * ((1 + 3) * 0 + 3) + 1 * ((1 + 0.75) * 3 + 2.25)) * np.sqrt((1 + 0.25) / 2) * 5
    assert carried_roundings(epoch, 3.0, np.zeros((1, 1)), np.ones((2, 1))) == pytest.approx(expected)


def test_a_start_so_far_away_that_its_rounding_hides_the_least_error_withholds_nothing():
    """The least mse is what is left of the start's errors, which are ten million times as large: it has their rounding."""
    far = {"input": [[0.8216], [0.3304], [-1.3032]], "goal": [0.9054, 0.4464, -0.537], "weight": [4087146636.7158575]}
    found = ns.diagnose(ns.descend(**far, batch="all", alpha=1.0876, steps=200))
    assert (found.withheld, found.findings[0].name) == (False, "nothing wrong")


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        (1.0, "mse recorded 1.0, exactly as predicted"),
        (1.0005, "mse recorded 1.0005, predicted 1.0: the same to 3 digits"),
        (1.002, "mse recorded 1.002, predicted 1.0: apart by no more than rounding may do, 0.01"),
        (1.0 + 2**-40, f"mse recorded {1.0 + 2**-40!r}, predicted 1.0: the same to 12 digits"),
    ],
)
def test_numbers_are_the_same_from_three_digits_on(recorded: float, told: str) -> None:
    assert str(Row(1234, "mse", 1.0, recorded, "about", agrees=True, uncertain=0.01)) == f"step 1,234: {told}"
