"""Forecasts held against exact fractions, NumPy's eigenvalues, a naive product of an epoch, and runs that were really made."""

import math
from fractions import Fraction

import numpy as np
import pytest
from conftest import cases

import nodescope as ns
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.before.foretelling import forecast

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}


def test_the_seed():
    foretold = forecast(**SEED, alpha=0.1)
    assert (foretold.limit, foretold.factor, foretold.regime) == (2.0, 0.9, "converges")
    assert (foretold.final_weight, foretold.settles_at, foretold.least_mse) == (0.5999999999999994, 317, 0.0)
    assert foretold.steps_to(1e-6) == ns.descend(**SEED, alpha=0.1, until_mse=1e-6).steps == 51
    assert foretold.steps_to(0.0) is None
    assert "it stops before" in foretold.why_not(0.0)


@pytest.mark.parametrize(("alpha", "short"), [(0.001, 499), (0.01, 49), (0.1, 5), (0.5, 1), (0.7, 0)])
def test_the_brake_has_a_price(alpha: float, short: int):
    """It stops about 0.5/alpha doubles short of the goal."""
    weight = forecast(**SEED, alpha=alpha).final_weight
    assert round((0.6 - weight) / math.ulp(0.6)) == short


def test_alpha_1e_12_is_answered_without_the_run():
    foretold = forecast(**SEED, alpha=1e-12)
    stops, update = foretold.final_weight, 1e-12 * (foretold.final_weight - 0.6)
    assert stops - update == stops
    nearer_start = math.nextafter(stops, 0)
    assert nearer_start - 1e-12 * (nearer_start - 0.6) != nearer_start
    assert 8.0e12 < foretold.settles_at < 8.2e12
    assert not foretold.settles_exactly


REGIMES = {0.0: "frozen", 0.5: "converges", 1.0: "one step", 1.5: "oscillates", 2.0: "marginal"}
REGIMES |= {2.0000000000000004: "diverges", -0.1: "diverges"}


@pytest.mark.parametrize("alpha", REGIMES)
@pytest.mark.parametrize("x", [1.0, -1.0])
def test_regimes_at_their_edges(alpha: float, x: float):
    assert forecast(weight=0.4, input=x, goal=0.6, alpha=alpha).regime == REGIMES[alpha]


def _random_node(rng: np.random.Generator) -> dict[str, float]:
    x, goal, weight = (float(rng.normal() * 10 ** rng.uniform(-6, 6)) for _ in range(3))
    product = rng.choice([rng.uniform(0.0005, 2.5), 0.0005 * 5000 ** rng.uniform(), 2 - 10 ** rng.uniform(-4, 0)])
    alpha = product / x / x
    kind = int(rng.integers(50))
    if kind == 0:
        goal = 0.0
    elif kind == 1:
        alpha = -alpha
    elif kind == 2:
        x, alpha = 10.0 ** rng.uniform(150, 300), rng.choice([1e-300, 1e-5, 5e-324])
    elif kind == 3:
        x, alpha = 10.0 ** rng.uniform(-300, -150), rng.choice([1e300, 1e5, 0.1])
    elif kind == 4:
        x = rng.choice([1.0, 2.0, 0.5, -4.0])
        alpha = rng.choice([0.0, 1.0, 2.0]) / x / x
    elif kind == 5:
        x = 0.0
    return {"weight": weight, "input": float(x), "goal": goal, "alpha": float(alpha)}


def _regime(alpha: float, x: float) -> str:
    product = Fraction(alpha) * Fraction(x) ** 2
    if product == 0:
        return "frozen"
    if not 0 < product <= 2:
        return "diverges"
    return "converges" if product < 1 else "one step" if product == 1 else "marginal" if product == 2 else "oscillates"


def test_random_nodes_to_the_last_bit():
    """2,000 nodes (long: 10,000): the regime always, the final weight never wrong, the settling step within 2 % or 2 steps."""
    rng = np.random.default_rng(20)
    unknown = settled = 0
    for _ in range(cases(10_000)):
        node = _random_node(rng)
        foretold = forecast(**node)
        assert foretold.regime == _regime(node["alpha"], node["input"]), node
        run = ns.descend(**node, steps=1_000_000)
        if run.ending is not ns.Ending.SETTLED:
            continue
        settled += 1
        if foretold.final_weight is None:
            unknown += node["goal"] != 0.0
            assert foretold.final_weight_reason
            continue
        assert foretold.final_weight == run.weight, node
        assert abs(foretold.settles_at - run.settled_after) <= max(2, 0.02 * run.settled_after), node
    assert unknown <= settled / 100


def test_several_inputs_are_exact_where_they_are_short():
    rng = np.random.default_rng(21)
    exact = settled = 0
    for _ in range(cases(400)):
        d = int(rng.integers(2, 6))
        x, weight = rng.normal(size=d), rng.normal(size=d)
        recipe = {"weight": weight, "input": x, "goal": float(rng.normal()), "alpha": float(rng.uniform(0.01, 1.9) / (x @ x))}
        run, foretold = ns.descend(**recipe), forecast(**recipe)
        if run.ending is ns.Ending.SETTLED:
            settled += 1
            exact += foretold.final_weight is not None and foretold.final_weight.tobytes() == run.weight.tobytes()
            assert foretold.settles_at == run.settled_after
    print(f"several inputs: exact in {exact} of {settled}")
    assert exact == settled > 0


def _full_batch(rng: np.random.Generator) -> dict[str, object]:
    n, d = int(rng.integers(2, 30)), int(rng.integers(1, 8))
    x = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-2, 2, size=d) ** rng.integers(0, 2)
    return {"input": x, "goal": rng.normal(size=n) * 10 ** rng.uniform(-2, 2), "batch": "all", "bias": bool(rng.integers(2))}


def test_full_batches_against_eigenvalues_and_runs():
    """200 recipes, or 1,000: limit 2/λmax, and steps to an mse within 1 step or 0.1 %."""
    rng = np.random.default_rng(22)
    for _ in range(cases(1000)):
        recipe = _full_batch(rng)
        x = recipe["input"]
        live = np.column_stack([x, np.ones(len(x))]) if recipe["bias"] else x
        largest = np.linalg.eigvalsh(live.T @ live / len(x))[-1]
        alpha = float(rng.uniform(0.05, 1.95) / largest)
        foretold = forecast(**recipe, alpha=alpha)
        assert foretold.limit == pytest.approx(2 / largest, rel=1e-9)
        _check_steps(foretold, recipe | {"alpha": alpha}, float(rng.uniform(0.01, 0.9)))


def _check_steps(foretold: Forecast, recipe: dict[str, object], part: float) -> None:
    start = Forecast(foretold.recipe).system.bowl
    target = start.rest + part * start.missing
    steps = foretold.steps_to(target)
    most = 20_000
    run = ns.descend(**recipe, until_mse=target, steps=most)
    if run.ending is ns.Ending.MSE_REACHED:
        assert steps is not None, recipe
        assert abs(steps - run.steps) <= max(1, 0.001 * run.steps), recipe
    else:
        assert steps is None or steps > 0.999 * most - 1, recipe


def _naive_radius(x: np.ndarray, alpha: float, batch: int) -> float:
    product = np.eye(x.shape[1])
    for start in range(0, len(x), batch):
        rows = x[start : start + batch]
        product = (np.eye(x.shape[1]) - alpha * rows.T @ rows / len(rows)) @ product
    return float(np.abs(np.linalg.eigvals(product)).max())


def test_one_at_a_time_against_a_naive_product():
    rng = np.random.default_rng(23)
    for _ in range(60):
        d = int(rng.integers(1, 5))
        n, batch = int(rng.integers(d + 1, 15)), int(rng.integers(1, 4))
        x = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1, 1)
        if batch >= n:
            continue
        foretold = forecast(input=x, goal=rng.normal(size=n), batch=batch, alpha=0.01)
        limit = foretold.limit
        assert _naive_radius(x, 0.999999 * limit, batch) < 1 < _naive_radius(x, 1.000001 * limit, batch)
        below = [_naive_radius(x, alpha, batch) for alpha in np.linspace(0.001, 0.999, 200) * limit]
        assert max(below) < 1, (x, batch)


def test_islands_of_inputs_1_and_3():
    foretold = forecast(input=[1, 3], goal=[1, 2], alpha=0.1)
    # |(1 − a)(1 − 9a)| = 1: 9a² − 10a = 0 and 9a² − 10a + 2 = 0
    assert foretold.limit == pytest.approx((10 - math.sqrt(28)) / 18, rel=1e-11)
    ((low, high),) = foretold.islands
    assert low == pytest.approx((10 + math.sqrt(28)) / 18, rel=1e-11)
    assert high == pytest.approx(10 / 9, rel=1e-11)
    inside = ns.descend(input=[1, 3], goal=[1, 2], alpha=1.0, epochs=50)
    between = ns.descend(input=[1, 3], goal=[1, 2], alpha=0.5, epochs=50)
    assert inside.mse < 1e3 < between.mse


def test_one_at_a_time_ends_in_the_cycle_foretold():
    rng = np.random.default_rng(24)
    for order in range(20):
        x, goal = rng.normal(size=(6, 2)), rng.normal(size=6)
        foretold = forecast(input=x, goal=goal, alpha=0.1, batch=1 + order % 3)
        run = ns.descend(input=x, goal=goal, alpha=0.1, batch=1 + order % 3, epochs=500)
        assert run.mse == pytest.approx(foretold.system.epoch_path.mse(500), rel=1e-9)
        ended = ns.descend(input=x, goal=goal, alpha=0.1, batch=1 + order % 3, epochs=50_000)
        assert ended.mse == pytest.approx(foretold.cycle_mse, rel=1e-9)
        mses = np.array([foretold.system.epoch_path.mse(epoch) for epoch in range(300)])
        target = float(mses[7:].max()) * (1 + 1e-12)
        last_above = np.flatnonzero(mses > target).max(initial=-1)
        assert foretold.steps_to(target) == (last_above + 1) * run.recipe.steps_per_epoch


@pytest.mark.parametrize("rule", ["momentum", "nesterov"])
def test_momentum_limit_and_way(rule: str):
    rng = np.random.default_rng(25)
    for _ in range(cases(40)):
        x, goal, m = rng.normal(size=(8, 3)), rng.normal(size=8), float(rng.uniform(0.0, 0.95))
        recipe = {"input": x, "goal": goal, "batch": "all", "rule": {"name": rule, "momentum": m}}
        limit = forecast(**recipe, alpha=0.1).limit
        ends = [ns.descend(**recipe, alpha=factor * limit, steps=4000).mse for factor in (0.99, 1.01)]
        assert ends[0] < 10 * ns.descend(**recipe, alpha=0.1, steps=0).mse < ends[1]
        alpha = float(rng.uniform(0.05, 0.95)) * limit
        predicted = forecast(**recipe, alpha=alpha).system.descent.mse(np.arange(30))
        recorded = ns.descend(**recipe, alpha=alpha, steps=30).trace[:]["mse"]
        assert np.allclose(predicted, recorded, rtol=1e-7)


def test_drawn_orders_get_bounds():
    recipe = {"input": [[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]], "goal": [1, 2, 3], "order": "shuffled"}
    low, high = forecast(**recipe, alpha=0.1).limit_bounds
    assert low == pytest.approx(0.5)
    assert low < high < 2.1
    assert forecast(**recipe, alpha=0.2).regime == "converges"
    assert forecast(**recipe, alpha=0.4).regime == "unknown"
    assert "stable for certain" in forecast(**recipe, alpha=0.4).regime_reason
    assert forecast(**recipe, alpha=0.4).stable is True
    assert forecast(**recipe, alpha=2.2).regime == "diverges"


@pytest.mark.parametrize("extra", [{"rule": "adam", "alpha": 0.1}, {"alpha": [0.1, 0.2]}, {"rule": "momentum", "alpha": 0.1}])
def test_what_is_not_known_says_so(extra: dict[str, object]):
    foretold = forecast(input=[1, 2, 3], goal=[1, 2, 3], **extra)
    assert foretold.regime == "unknown"
    assert foretold.regime_reason
    assert foretold.steps_to(0.1) is None
    assert foretold.why_not(0.1)
    assert foretold.final_weight is None


def test_frozen_weights_and_bias():
    foretold = forecast(weight=[1.0, 5.0], input=[3.0, 100.0], goal=0.0, alpha=0.1, frozen=[False, True])
    assert foretold.limit == pytest.approx(2 / 9)
    assert forecast(**SEED, alpha=0.1, bias=True).limit == 1.0
    assert forecast(**SEED, alpha=0.1, bias=True, freeze_bias=True).limit == 2.0
    nothing = forecast(**SEED, alpha=0.1, frozen=True)
    assert (nothing.regime, nothing.limit, nothing.factor, nothing.settles_at) == ("frozen", math.inf, 1.0, 0)
    two = forecast(weight=[[1.0, 1.0], [1.0, 1.0]], input=[[1.0, 0.0], [0.0, 3.0]], goal=[[0, 0], [0, 0]], batch="all", alpha=0.1,
                   frozen=[[False, True], [True, False]])  # fmt: skip
    assert two.limit == pytest.approx(2 / 4.5)
    assert sorted(two.factors) == pytest.approx([1 - 0.45, 1 - 0.05])


def test_bad_input_gets_the_errors_of_descend():
    for bad in ({"input": 1}, {**SEED, "alpha": math.nan}, {**SEED, "goal": [1, 2]}, {**SEED, "batch": 0}):
        with pytest.raises(ns.InputError) as ours:
            forecast(**bad)
        with pytest.raises(ns.InputError) as theirs:
            ns.descend(**bad)
        assert str(ours.value) == str(theirs.value)


def test_squares_beyond_the_doubles():
    assert forecast(weight=1, input=1e200, goal=0, alpha=1e-300).regime == "diverges"
    assert forecast(weight=1, input=1e200, goal=0, alpha=1e-300).limit == 0.0
    small = forecast(weight=1, input=1e-200, goal=1, alpha=0.1)
    assert (small.regime, small.factor, small.limit) == ("converges", 1.0, math.inf)


def test_what_passes_the_goal_on_the_way_is_told_beside_a_slow_direction():
    """By hand: curvatures 1 and 1/4 on average, alpha 1.5: factors −0.5 and 0.625; at 0.8 both are above 0."""
    both = {"weight": [0.0, 0.0], "input": [[2**0.5, 0.0], [0.0, 2**-0.5]], "goal": [1.0, 1.0], "batch": "all"}
    foretold = ns.forecast(**both, alpha=1.5)
    assert foretold.regime == "converges"
    assert foretold.comes_back == pytest.approx(0.5)
    assert str(foretold).startswith(
        "Converges. Each step makes up 0.375 of what is missing. Part of it passes the goal and comes back"
    )
    assert "comes back" not in str(ns.forecast(**both, alpha=0.8))


def test_a_pair_of_roots_is_on_the_other_side_after_half_a_turn():
    """Momentum 0.81 has roots of size 0.9; at an angle of a quarter turn, √0.81·i, two steps leave 0.9² on the other side."""
    slow, fast = 1e-3, (1 + 0.81) / 1.0
    x = [[(2 * fast) ** 0.5, 0.0], [0.0, (2 * slow) ** 0.5]]
    rule = {"name": "momentum", "momentum": 0.81}
    foretold = ns.forecast(weight=[0.0, 0.0], input=x, goal=[1.0, 1.0], batch="all", rule=rule, alpha=1.0)
    assert foretold.regime == "converges"
    assert foretold.comes_back == pytest.approx(0.81, rel=1e-6)


@pytest.mark.parametrize("apart", [-1e-15, 0.0, 1e-15])
def test_of_two_equally_large_factors_the_one_that_turns_is_told(apart):
    """Curvatures 1/2 and 2: at alpha 0.8 what is missing is multiplied by 0.6 along one and by −0.6 along the other."""
    foretold = ns.forecast(input=[[1, 0], [0, 2]], goal=[1, 1], weight=[0, 0], alpha=0.8 * (1 + apart), batch="all")
    assert foretold.factor == pytest.approx(-0.6)
    assert foretold.regime == "oscillates"
