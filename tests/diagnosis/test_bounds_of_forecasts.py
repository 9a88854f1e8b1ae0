"""How a run will behave, from the numbers that decide it, at both sides of their bounds; and what is said of columns."""

import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.before import inspected, regime
from nodescope.diagnosis.before.inspected import Alphas
from nodescope.diagnosis.before.numbers import Foretold
from nodescope.diagnosis.before.of_classes import PARTED, logistic_regime
from nodescope.diagnosis.before.of_penalties import joined_regime

# ---- how it goes, from the factors of its directions ----

NAMED = [
    # roots, the regime, its factors, whether it turns each time, what a step makes up
    ([0.5, 0.25], "converges", [0.5, 0.25], False, 0.5), ([0.25, -0.5], "oscillates", [-0.5, 0.25], True, 0.0),
    ([0.5, -0.5], "oscillates", [-0.5, 0.5], True, 0.0), ([0.5j, 0.25], "oscillates", [0.5, 0.25], False, 0.0),
    ([-0.3 + 0.4j, 0.25], "oscillates", [-0.5, 0.25], False, 0.0), ([-0.5 + 1e-9j], "oscillates", [-0.5], True, 0.0),
    ([-0.5 + 4e-8j], "oscillates", [-0.5], True, 0.0), ([-0.5 + 6e-8j], "oscillates", [-0.5], False, 0.0),
    ([-1.0, 0.5], "marginal", [-1.0, 0.5], True, 0.0), ([-1 + 0.5e-12], "marginal", [-1.0], True, 0.0),
    ([-1 + 1.5e-12], "oscillates", [-1.0], True, 0.0), ([-1 - 0.5e-12], "marginal", [-1.0], True, 0.0),
    ([-1 - 1.5e-12], "diverges", [-1.0], False, 0.0), ([1.5, 0.5], "diverges", [1.5, 0.5], False, 0.0),
    ([0.0], "one step", [0.0], False, 0.0), ([0.5e-12], "one step", [0.0], False, 0.0), ([1.5e-12], "converges", [0.0], False, 1.0),
    ([0.5, -0.5 * (1 - 0.5e-12)], "oscillates", [-0.5, 0.5], True, 0.0),
    ([0.5, -0.5 * (1 - 2e-12)], "converges", [0.5, -0.5], False, 0.5), ([math.nan], "diverges", [math.nan], False, 0.0),
    ([1 + 1e-12], "converges", [1.0], False, 0.0), ([1e-12], "one step", [0.0], False, 0.0),
    ([-(1 - 1e-12)], "marginal", [-1.0], True, 0.0), ([0.5, -0.5 * (1 - 1e-12)], "oscillates", [-0.5, 0.5], True, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("roots", "name", "factors", "turns", "gain"), NAMED, ids=range(len(NAMED)))
def test_regimes_of_several_examples(roots: list[complex], name: str, factors: list[float], turns: bool, gain: float):
    told = regime._named(np.array(roots, dtype=np.complex128))
    assert (told.name, told.turns_each_time) == (name, turns)
    assert told.factors is not None
    assert told.factors.tolist() == pytest.approx(factors, abs=1e-11, nan_ok=True)
    assert told.gain == pytest.approx(gain, abs=1e-11)


def test_what_comes_back_on_the_other_side():
    """A root of 0.5 turns half round in two steps at a right angle: a quarter is left."""
    told = [
        regime._named(np.array(roots)).comes_back for roots in ([0.9, 0.5j], [0.9 + 0j, 0.5], [0.9, -0.5 + 0j], [0.9, 0.5j, 0.8])
    ]
    assert told == pytest.approx([0.25, 0.0, 0.5, 0.25])


def test_regimes_of_one_example():
    """By alpha × |x|²."""
    names = {-1: "diverges", 0: "converges", 0.5: "converges", 1: "one step", 1.5: "oscillates", 2: "marginal", 2.5: "diverges"}
    assert {product: regime._exact_name(Fraction(product)) for product in names} == names


@pytest.mark.parametrize(
    ("alpha", "name", "factors", "turns", "gain", "beyond"),
    [
        (0.45, "oscillates", [-0.8, 0.55], True, 1.8, 0.8), (0.2, "converges", [0.8, 0.2], False, 0.2, 0.0),
        (0.5, "marginal", [-1.0, 0.5], True, 2.0, 1.0), (0.55, "diverges", [-1.2, 0.45], True, 2.2, 1.2),
    ],
)  # fmt: skip
def test_one_example_of_two_nodes(alpha: float, name: str, factors: list[float], turns: bool, gain: float, beyond: float):
    """One moves its weight of the input 1, the other that of 2."""
    of = ns.forecast(
        input=[[1.0, 2.0]], goal=[[1.0, 1.0]], alpha=alpha, frozen=[[True, False], [False, True]], weight=[[0.0] * 2] * 2
    )
    told = regime.regime_of(of.system)
    assert (told.name, told.turns_each_time, told.gain, told.comes_back) == pytest.approx((name, turns, gain, beyond))
    assert told.factors is not None
    assert told.factors.tolist() == pytest.approx(factors)


@pytest.mark.parametrize(("x", "alpha", "factor"), [(1.0, 1.5, -0.5), (1.0, 1.0, 0.0), (0.0, 1.0, None)])
def test_one_example_of_one_node(x: float, alpha: float, factor: float | None):
    """What is missing is not said to come back: it does at each step."""
    told = regime.regime_of(ns.forecast(weight=0.4, input=x, goal=0.6, alpha=alpha).system)
    assert told.factors is not None
    assert told.factors.tolist() == ([] if factor is None else [factor])
    assert (told.turns_each_time, told.comes_back) == (alpha > 1, 0.0)


@pytest.mark.parametrize(
    ("alpha", "name", "says"),
    [
        (-0.1, "diverges", ""), (0.0, "converges", ""), (0.5, "converges", ""),
        (0.6, "unknown", ", though it is stable for certain"),
        (1.0, "unknown", ", and whether it is stable depends on that"), (2.0, "unknown", " depends on that"), (2.1, "diverges", ""),
    ],
)  # fmt: skip
def test_where_only_bounds_are_known(alpha: float, name: str, says: str):
    for order, why in (("shuffled", "the order is drawn"), ("given", "there are too many examples for their product")):
        recipe: Any = SimpleNamespace(alpha=alpha, order=order)
        told, reason = regime.between_bounds(recipe, (1.0, 2.0))
        assert told == name
        assert reason.startswith(why) if says else not reason
        assert reason.endswith(says)
        assert regime.between_bounds(recipe, None) == ("diverges", "")


SURE = "alpha is above 2, below which it is surely stable; whether it holds is not known: "


@pytest.mark.parametrize(
    ("alpha", "known", "told"),
    [
        (-0.1, {}, ("diverges", "")), (-0.1, {"clip": 1.0}, ("unknown", "alpha is below 0, and clipping keeps its steps short")),
        (0.0, {}, ("converges", "")), (0.5, {}, ("converges", "")), (1.0, {}, ("converges", "")), (1.5, {}, ("oscillates", "")),
        (1.5, {"rule": "momentum"}, ("converges", "")), (1.5, {"exact": False}, ("converges", "")), (2.0, {}, ("marginal", "")),
        (2.1, {}, ("diverges", "")), (2.0, {"exact": False}, ("unknown", SURE + "it depends on the order of the examples")),
        (2.1, {"exact": False, "clip": 1.0}, ("unknown", SURE + "clipping keeps its steps short")),
        (0.5, {"sure": None, "rule": "adam"}, ("unknown", "adam makes its steps longer or shorter by what it has seen on the way")),
    ],
)  # fmt: skip
def test_regimes_of_penalties(alpha: float, known: dict[str, Any], told: tuple[str, str]):
    recipe = SimpleNamespace(alpha=alpha, clip=known.get("clip"), rule=SimpleNamespace(name=known.get("rule", "plain")))
    of: Any = SimpleNamespace(
        recipe=recipe, joined_limit=known.get("sure", 2.0), limit_is_exact=known.get("exact", True), steepest=1.0
    )
    assert joined_regime(of) == told


@pytest.mark.parametrize(
    ("alpha", "sure", "attained", "told"),
    [
        (-0.1, 2.0, True, ("diverges", "")), (0.0, 2.0, True, ("converges", "")), (2.0, 2.0, True, ("converges", "")),
        (2.0, 2.0, None, ("converges", "")), (2.0, 2.0, False, ("unknown", PARTED)),
        (2.1, 2.0, True, ("unknown", "alpha is above 2, below which it is surely stable; whether it holds depends on the weights")),
        (0.1, None, True, ("unknown", "adam makes its steps longer or shorter by what it has seen on the way")),
    ],
)  # fmt: skip
def test_regimes_of_classes(alpha: float, sure: float | None, attained: bool | None, told: tuple[str, str]):
    lowest = None if attained is None else SimpleNamespace(attained=attained)
    recipe = SimpleNamespace(alpha=alpha, rule=SimpleNamespace(name="adam"))
    of: Any = SimpleNamespace(recipe=recipe, sure_limit=sure, lowest=lowest)
    assert logistic_regime(of) == told


def test_steps_that_a_forecast_makes():
    """Fewer of wide nodes."""

    def allowed(regime: str, size: int) -> int:
        of: Any = SimpleNamespace(regime=regime, recipe=SimpleNamespace(problem=SimpleNamespace(size=size)))
        return int(Foretold.steps_allowed.fget(of))  # type: ignore[attr-defined]

    assert [allowed("converges", size) for size in (1, 8, 16, 1000)] == [2**17, 2**17, 2**16, 4096]
    assert [allowed(name, 16) for name in ("oscillates", "marginal", "diverges", "one step")] == [500_000] * 3 + [2**16]


# ---- a table before it is used ----


def column(name: str, deviation: float | None) -> Any:
    return SimpleNamespace(name=name, deviation=deviation)


def test_scales_that_are_far_apart():
    def told(*deviations: float | None) -> list[str]:
        columns = [column("abc"[i], deviation) for i, deviation in enumerate(deviations)]
        seen: Any = SimpleNamespace(columns=columns)
        return inspected._scale(seen)

    assert told(1.0, 10.0) == ["Scales are far apart: deviation 1 of 'a', 10 of 'b'; standardise=True puts them on one."]
    assert told(20.0, 0.0, 1.0) == ["Scales are far apart: deviation 1 of 'c', 20 of 'a'; standardise=True puts them on one."]
    assert told(1.0, 9.99) == told(1.0) == told(1.0, None) == told(1.0, math.inf) == told(0.0, 5.0) == []


def test_columns_that_say_the_same():
    same, near = "'a' and 'b' say the same: leave one out.", "go together (correlation 1): their weights"
    assert [inspected._pair("a", "b", size) == same for size in (1.0, -1.0, 1 - 5e-13, 1 - 1.5e-12)] == [True, True, True, False]
    assert near in inspected._pair("a", "b", 1 - 1.5e-12)


def test_limits_and_counts_in_words():
    told = [inspected._limits(Alphas(0.5, 0.25, condition)).partition("; ")[2] for condition in (math.inf, 1.0, 12.34, 12345.0)]
    assert told == [
        "no alpha moves every direction", "about 1 step at best", "about 12.3 steps at best", "about 1.23e+04 steps at best",
    ]  # fmt: skip
    assert inspected._limits(Alphas(0.5, 0.25, 2.0)).startswith("stable below 0.5 with all examples a step, 0.25 with one; ")
    assert [inspected.counted(count, "row") for count in (0, 1, 2, 1000)] == ["0 rows", "1 row", "2 rows", "1,000 rows"]
    assert [inspected._short(value) for value in (None, "2020", 1 / 3)] == ["", "2020", "0.333333"]
