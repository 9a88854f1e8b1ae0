"""Inputs, goals and weights of any finite size, denormals too: an answer or one sentence, never an exception from inside."""

import contextlib
import math

import numpy as np
import pytest
from conftest import cases

import nodescope as ns
from nodescope.views.values import FORECAST, as_json, forecast_values

RECIPES = cases(4_000)
SIZES = [1e-300, 1e-160, 1e-100, 1.0, 1e100, 1e160, 1e300]


def a_size(rng: np.random.Generator) -> float:
    kind = rng.integers(6)
    ranges = [(-300, 300), (-323, -300), (295, 308), (-3, 3)]
    return 10.0 ** rng.uniform(*ranges[kind]) if kind < 4 else float(kind == 4)


def an_extreme_recipe(rng: np.random.Generator) -> dict[str, object]:
    n, d, k = int(rng.choice([1, 1, 2, 3, 6])), int(rng.integers(1, 4)), int(rng.integers(1, 3))
    units = [a_size(rng) for _ in range(d)] if rng.random() < 0.3 else [a_size(rng)] * d
    arrays = {"input": rng.normal(size=(n, d)), "weight": rng.normal(size=(k, d)), "goal": rng.normal(size=(n, k))}
    scaled = {"input": arrays["input"] * units, "weight": arrays["weight"] * a_size(rng), "goal": arrays["goal"] * a_size(rng)}
    recipe = {name: np.clip(array, -1.7e308, 1.7e308) for name, array in scaled.items()}
    frozen = {"frozen": rng.random((k, d)) < 0.5} if rng.random() < 0.1 else {}
    choices = {
        "rule": ["plain", "plain", "momentum", "nesterov", "adam"],
        "batch": [1, 2, "all"],
        "order": ["given", "given", "shuffled"],
        "reduction": ["mean", "sum"],
        "bias": [True, None],
    }
    return recipe | frozen | {name: some[rng.integers(len(some))] for name, some in choices.items()}


def ask_everything(foretold: ns.Forecast) -> None:
    assert set(forecast_values(foretold, 1.0)) > set(FORECAST)
    assert as_json(forecast_values(foretold))
    assert foretold._repr_html_()
    for mse in (0.0, 1e-300, 1.0, 1e300):
        assert (foretold.steps_to(mse) is None) == bool(foretold.why_not(mse))


@pytest.mark.timeout(1200)
@np.errstate(over="ignore", under="ignore")
def test_forecasts_of_any_finite_numbers():
    rng = np.random.default_rng(41)
    for _ in range(RECIPES):
        recipe = an_extreme_recipe(rng)
        ask_everything(ns.forecast(**recipe, alpha=float(rng.choice([0.1, a_size(rng), -1.0]))))
        with contextlib.suppress(ns.InputError):  # the squares of the inputs are too large or too small for doubles
            ask_everything(ns.forecast(**recipe, alpha="auto"))


@np.errstate(over="ignore", under="ignore")
def test_bisections_of_any_finite_numbers():
    rng = np.random.default_rng(42)
    for _ in range(RECIPES // 16):
        recipe = an_extreme_recipe(rng) | {"order": "given"}
        found = ns.bisect_alpha(**recipe)
        assert found.sentence
        if found.forecast is not None and 1e-290 < found.forecast < 1e290 and recipe["batch"] == "all":
            assert found.alpha == pytest.approx(found.forecast, rel=1e-5), recipe


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov"])
@pytest.mark.parametrize("batch", ["all", 1, 2])
def test_units_change_nothing_but_the_limit(size: float, rule: str, batch: object):
    """The same inputs in other units, and an alpha that fits them: the same factors; the limit by the square of the unit."""
    unit, x = 2.0 ** round(math.log2(size)), np.array([[1.0, 2.0], [2.0, -1.0], [0.5, 3.0]])
    small = {"input": x, "goal": [1.0, 2.0, 3.0], "rule": rule, "batch": batch}
    plain = ns.forecast(**small, alpha=0.05)
    with np.errstate(over="ignore", under="ignore"):
        alpha = min(float(np.ldexp(0.05, -2 * round(math.log2(unit)))), 1e308)
    scaled = ns.forecast(**small | {"input": x * unit}, alpha=alpha)
    assert scaled.condition == pytest.approx(plain.condition, rel=1e-12)
    assert scaled.least_mse == pytest.approx(plain.least_mse, rel=1e-9)
    if plain.limit is None:
        return
    with np.errstate(over="ignore", under="ignore"):
        assert scaled.limit == pytest.approx(float(np.float64(plain.limit) / unit / unit), rel=1e-9)
    if 1e-300 < alpha < 1e300:
        assert scaled.factors == pytest.approx(plain.factors, rel=1e-9)
        assert scaled.steps_to(plain.least_mse + 0.5) == plain.steps_to(plain.least_mse + 0.5)
        assert scaled.regime == plain.regime


def test_goals_whose_squares_no_double_holds():
    """Their mse is infinite, as a run's is; what a step does to them is the same as ever."""
    foretold = ns.forecast(input=[1.0, 2.0], goal=[1e300, 3e300], batch="all", alpha=0.1)
    assert (foretold.regime, foretold.least_mse, foretold.limit) == ("converges", math.inf, pytest.approx(0.8))
    beyond = ns.forecast(input=[1e200, 1.0], goal=[1e300, 1.0], batch="all", alpha=1e-320)
    assert str(beyond).startswith("Diverges") or "largest number that a computer can hold" in str(beyond)


def test_a_forecast_of_goals_whose_squares_no_double_holds_is_told_without_a_warning():
    assert str(ns.forecast(input=[[1.0], [2.0]], goal=[1e200, 2e200], batch=1, alpha=0.1))


@pytest.mark.timeout(600)
@np.errstate(over="ignore", under="ignore")
def test_verdicts_of_any_finite_numbers():
    """No exception and no warning; a run that broke off, or whose squares no double holds, is never simply called healthy."""
    rng = np.random.default_rng(43)
    for _ in range(RECIPES // 5):
        alpha, steps = float(rng.choice([0.1, a_size(rng), -1.0])), int(rng.choice([0, 1, 3, 40, 300]))
        recipe = an_extreme_recipe(rng) | {"alpha": alpha, "steps": steps}
        run = ns.descend(**recipe)
        found = ns.diagnose(run)
        assert str(found)
        assert not found.withheld, recipe
        if found.headline.startswith("Healthy"):
            assert run.ending is not ns.Ending.DIVERGED, recipe
            assert math.isfinite(run.mse) or "overflow" in found, recipe
        if "solved" in found:
            assert np.array_equal(predicted(recipe, run), recipe["goal"]), recipe


def test_an_error_that_grew_beyond_all_doubles_in_one_step_is_not_healthy():
    """All examples have inputs so large that what may be left along their direction is beyond all doubles, as what is left is."""
    far = {"input": [[-1.3e295], [1.2e296], [4.6e295]], "goal": [-2.3e-317, 2.5e-317, 1.4e-317], "weight": [0.0]}
    run = ns.descend(**far, rule="nesterov", reduction="sum", alpha=1.0, steps=1)
    assert (run.ending, run.mse) == (ns.Ending.STEPS_USED, math.inf)
    assert ns.diagnose(run).findings[0].name == "diverges"


@np.errstate(all="ignore")
def predicted(recipe: dict[str, object], run: ns.Run) -> np.ndarray:
    """By NumPy, product by product as a person adds them."""
    products = np.asarray(run.weight)[None] * np.asarray(recipe["input"])[:, None, :]
    total = products[..., 0]
    for i in range(1, products.shape[-1]):
        total = total + products[..., i]
    return total if run.bias is None else total + np.asarray(run.bias)


@pytest.mark.parametrize(
    ("recipe", "name", "severity"),
    [
        ({"input": 5e-324, "goal": 1e300, "alpha": 1e-300, "steps": 3}, "overflow", "warning"),
        ({"input": 1.0, "goal": 1e200, "alpha": 0.1, "steps": 3}, "overflow", "warning"),
        ({"input": 1.0, "goal": 1e200, "alpha": 0.1}, "overflow", "note"),
        ({"input": 1.0, "goal": 1e-200, "alpha": 0.1, "steps": 3}, "underflow", "warning"),
        ({"input": 1.0, "goal": 1e-200, "alpha": 0.1}, "underflow", "note"),
        ({"input": 1.0, "goal": 1e-200, "alpha": 1.0}, "solved", "note"),
    ],
)
def test_an_mse_that_no_double_holds_says_nothing(recipe: dict[str, float], name: str, severity: str):
    found = {finding.name: finding.severity for finding in ns.diagnose(ns.descend(weight=0.0, **recipe)).findings}
    assert found.get(name) == severity
    assert ("solved" in found) == (name == "solved")


def test_a_run_that_broke_off_is_never_healthy():
    """A drawn order whose alpha lies where no bound decides: it diverged all the same."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 3))
    run = ns.descend(input=x, goal=x.sum(axis=1), order="shuffled", alpha=1.3, steps=200_000)
    assert run.ending is ns.Ending.DIVERGED
    assert ns.diagnose(run).findings[0].name == "non-finite"
