"""Steps on a few examples with the moments of many: the same way to rounding, whatever parts the rows came in."""

import csv
import dataclasses
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from conftest import PLAIN, ROOT, cases

import nodescope as ns
from nodescope.arithmetic.core import engine
from nodescope.theory.moments import examples_of, taken
from nodescope.theory.triangles import LEAF, Triangles


def table(rng: np.random.Generator, n: int, d: int, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(n, d)) * 10 ** rng.uniform(-1, 1, size=d) + rng.normal(size=d)
    return x, x @ rng.normal(size=(d, k)) + 0.3 * rng.normal(size=(n, k)) + 2


def in_parts(rows: np.ndarray, size: int) -> np.ndarray:
    triangles = Triangles(rows.shape[1])
    for start in range(0, len(rows), size):
        triangles.add(rows[start : start + size])
    return triangles.whole()


def test_the_same_bits_in_whatever_parts_the_rows_come():
    rng = np.random.default_rng(0)
    for n in [1, 5, 63, *([] if PLAIN else [LEAF - 1, LEAF, LEAF + 1, 5 * LEAF, 7 * LEAF + 3])]:
        rows = rng.normal(size=(n, 5))
        whole = in_parts(rows, n)
        assert all(
            in_parts(rows, size).tobytes() == whole.tobytes() for size in (1, 7, 100, 1000, LEAF, 2048, 10**6) if size <= 2 * n
        )
        np.testing.assert_allclose(whole.T @ whole, rows.T @ rows, rtol=1e-11, atol=1e-11)


@pytest.mark.skipif(PLAIN, reason="what a vector holds is no matter of plain Python")
def test_the_same_bits_on_every_width_of_a_vector():
    rows, of = np.random.default_rng(1).normal(size=(5000, 11)), set()
    try:
        for width in (2, 4, 8):
            engine().cap_width(width)
            of.add(in_parts(rows, 777).tobytes())
    finally:
        engine().cap_width(8)
    assert len(of) == 1


def test_the_few_examples_have_the_means_and_mean_products_of_the_many():
    rng = np.random.default_rng(2)
    for _ in range(cases(40, 3)):
        n, d, k = int(rng.integers(20, 60 if PLAIN else 3000)), int(rng.integers(1, 6)), int(rng.integers(1, 3))
        x, goal = table(rng, n, d, k)
        few_x, few_goal = taken(x, goal)
        many, few = np.column_stack([np.ones(n), x, goal]), np.column_stack([np.ones(1 + d + k), few_x, few_goal])
        exact = [[float(sum((Fraction(a) * Fraction(b) for a, b in zip(many[:, i], many[:, j], strict=True)), Fraction(0)) / n)
                  for j in range(many.shape[1])] for i in range(many.shape[1])] if n < 100 else many.T @ many / n  # fmt: skip
        np.testing.assert_allclose(few.T @ few / len(few), exact, rtol=1e-11, atol=1e-11)


def test_steps_on_the_moments_are_within_the_bound_of_steps_on_the_rows():
    rng = np.random.default_rng(3)
    for trial in range(cases(100, 3)):
        n, d = int(rng.integers(10, 40 if PLAIN else 2000)), int(rng.integers(1, 5))
        x, goal = table(rng, n, d)
        x = x if trial % 4 else np.column_stack([x, x[:, 0]])  # two columns alike: a direction without a slope
        settings = {
            "input": x,
            "goal": goal[:, 0],
            "batch": "all",
            "bias": bool(trial % 2) or None,
            "steps": int(rng.choice([1, 30, 300])),
        }
        alpha = ns.forecast(**settings, alpha=0.1).limit * rng.choice([0.1, 0.5, 0.95, 1.05])
        rows, few = (ns.descend(**settings, alpha=alpha, method=method) for method in ("steps", "moments"))
        away = np.linalg.norm([*(few.weight - rows.weight), (few.bias or 0.0) - (rows.bias or 0.0)])
        assert away <= few.row_difference, (trial, away, few.row_difference)
        assert few.row_difference < 1e-3 * max(1.0, float(np.abs(rows.weight).max()))
        assert few.mse == pytest.approx(rows.mse, rel=1e-6)
        assert rows.row_difference == 0.0
        assert f"with the moments of {n:,} rows" in few.method_sentence
        assert few.method_sentence in repr(few)
        assert few.ending is rows.ending or "SETTLED" in (few.ending.name, rows.ending.name)


def exact_steps(x: np.ndarray, goal: np.ndarray, start: np.ndarray, alpha: float, steps: int) -> list[mpmath.mpf]:
    """Full-batch steps with fifty digits: weight −= alpha × (mean of input × inputs × weight − mean of input × goal)."""
    with mpmath.workdps(50):
        n, columns, goals = (
            len(x),
            [[mpmath.mpf(v) for v in column] for column in x.T.tolist()],
            [mpmath.mpf(g) for g in goal.tolist()],
        )
        products = [[mpmath.fdot(zip(a, b, strict=True)) / n for b in columns] for a in columns]
        of_goal = [mpmath.fdot(zip(a, goals, strict=True)) / n for a in columns]
        weights = [mpmath.mpf(w) for w in start.tolist()]
        for _ in range(steps):
            slopes = [mpmath.fdot(zip(row, weights, strict=True)) - g for row, g in zip(products, of_goal, strict=True)]
            weights = [w - mpmath.mpf(alpha) * slope for w, slope in zip(weights, slopes, strict=True)]
        return weights


def hard_table(rng: np.random.Generator, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of inputs that are usual, far from 0, powers of one another, alike, of sizes far apart, or nearly alike."""
    n = int(rng.integers(8, 400))
    t, noise = rng.uniform(-1, 1, size=n), rng.normal(size=n)
    x = [
        rng.normal(size=(n, 3)),
        rng.normal(size=(n, 2)) + 1e6,
        np.column_stack([t**p for p in range(1, 7)]),
        np.column_stack([t, t, noise]),
        rng.normal(size=(n, 3)) * [1e-5, 1.0, 1e5],
        np.column_stack([t, t + 1e-9 * noise]),
    ][kind]
    return x, x @ rng.normal(size=x.shape[1]) + rng.normal() * noise + rng.normal()


@pytest.mark.parametrize("kind", range(6))
def test_both_ways_are_within_the_bound_of_steps_with_fifty_digits(kind: int):
    rng = np.random.default_rng(kind)
    for trial in range(cases(100)):
        x, goal = hard_table(rng, kind)
        start, steps = rng.normal(size=x.shape[1]), int(rng.choice([1, 10, 200]))
        settings = {"input": x, "goal": goal, "weight": start, "batch": "all", "steps": steps}
        alpha = ns.forecast(**settings, alpha=0.1).limit * rng.choice([0.01, 0.5, 0.99, 1.0, 1.02, 1.3])
        exact = exact_steps(x, goal, start, alpha, steps)
        few, rows = (ns.descend(**settings, alpha=alpha, method=method) for method in ("moments", "steps"))
        if few.ending.name == "DIVERGED" or rows.ending.name == "DIVERGED":
            continue
        for run in (few, rows):
            away = mpmath.norm([w - mpmath.mpf(own) for w, own in zip(exact, run.weight.tolist(), strict=True)])
            assert away <= few.row_difference, (trial, run.recipe.method.name, float(away), few.row_difference)
        largest = max(1.0, float(mpmath.norm(exact)), float(np.abs(start).max()))
        assert few.row_difference < 1e-6 * steps * (1e7 if kind == 1 else 1.0) * largest, (trial, few.row_difference)


def test_forecast_verdict_and_boundary_are_those_of_the_rows():
    x, goal = table(np.random.default_rng(4), 400, 3)
    for share in (0.01, 0.5, 1.2):
        settings = {"input": x, "goal": goal[:, 0], "batch": "all", "bias": True, "steps": 200}
        alpha = share * ns.forecast(**settings, alpha=0.1).limit
        rows, few = ({**settings, "alpha": alpha, "method": method} for method in ("steps", "moments"))
        foretold, of_few = ns.forecast(**rows), ns.forecast(**few)
        assert (of_few.limit, of_few.factor, of_few.least_mse) == pytest.approx(
            (foretold.limit, foretold.factor, foretold.least_mse)
        )
        run = ns.descend(**few)
        judged, of_rows = ns.diagnose(run), ns.diagnose(ns.descend(**rows))
        assert [finding.name for finding in judged.findings] == [finding.name for finding in of_rows.findings]
        assert not judged.withheld
        assert ns.verify(run).passed
        del few["alpha"]
        if share == 0.5:
            assert ns.bisect_alpha(**few).alpha == pytest.approx(foretold.limit, rel=1e-4)


def columns(n: int = 300) -> dict[str, list[float]]:
    x, goal = table(np.random.default_rng(5), n, 2)
    return {"a": x[:, 0].tolist(), "b": x[:, 1].tolist(), "y": goal[:, 0].tolist()}


def test_a_table_standardised_with_rows_unseen(tmp_path: Path):
    path, data = tmp_path / "t.csv", columns()
    path.write_text("\n".join([",".join(data), *(",".join(map(repr, row)) for row in zip(*data.values(), strict=True))]))
    settings = {"data": path, "goal": "y", "holdout": 0.2, "standardise": True, "batch": "all", "alpha": 0.3, "epochs": 100}
    rows, few = ns.descend(**settings), ns.descend(**settings, method="moments", out=tmp_path / "r.nodescope")
    assert (few.recipe.n, few.recipe.rows) == (4, 240)
    for name in ("seen", "unseen"):
        for of in ("score", "least_squares", "mean"):
            a, b = (getattr(run.score if of == "score" else getattr(run.score, of), name) for run in (rows, few))
            assert (b.rmse, b.r2) == pytest.approx((a.rmse, a.r2), rel=1e-6)
    np.testing.assert_allclose(few.predict(path), rows.predict(path), rtol=1e-9)
    kept = ns.load(tmp_path / "r.nodescope")
    assert (kept.weight.tobytes(), kept.recipe, kept.method_sentence) == (few.weight.tobytes(), few.recipe, few.method_sentence)
    (tmp_path / "r.toml").write_text(few.recipe.to_toml())
    again = ns.descend(**ns.read_recipe(tmp_path / "r.toml"))
    assert (again.weight.tobytes(), again.recipe) == (few.weight.tobytes(), few.recipe)


def test_a_recipe_of_arrays_reads_back(tmp_path: Path):
    x, goal = table(np.random.default_rng(6), 50, 2)
    run = ns.descend(input=x, goal=goal[:, 0], batch="all", alpha=0.01, steps=20, method="moments")
    (tmp_path / "r.toml").write_text(run.recipe.to_toml())
    again = ns.descend(**ns.read_recipe(tmp_path / "r.toml"))
    assert (again.weight.tobytes(), again.recipe, again.recipe.rows) == (run.weight.tobytes(), run.recipe, 50)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"batch": 1}, 'takes all rows in a step; give batch="all", not batch=1'),
        ({"reduction": "sum"}, 'goes with reduction="mean"'),
        ({"loss": "huber"}, "other losses see each row"),
        ({"network": {"hidden": [2]}}, "no activation and no hidden layers"),
        ({"input": [[1.0, 2.0]], "goal": [1.0]}, "puts 4 examples in the place of 1 rows"),
        ({"method": "moment"}, "did you mean 'moments'"),
        ({"method": {"name": "steps", "rows": 3}}, 'rows of method go with "moments"'),
        ({"input": np.full((9, 1), 1e200), "goal": np.ones(9)}, "too large to be squared"),
    ],
)
def test_what_does_not_go_with_moments_is_refused(settings: dict[str, object], says: str):
    given = {"input": np.arange(9.0), "goal": np.arange(9.0), "batch": "all", "method": "moments"} | settings
    if np.ndim(given["input"]) == 1 and "network" in given:
        given["input"] = np.arange(9.0).reshape(9, 1)
    with pytest.raises(ns.InputError, match=says.replace("(", r"\(")):
        ns.descend(**given)


def solved(triangle: np.ndarray, d: int) -> np.ndarray:
    """Least squares by back substitution: what the triangle of (inputs, goal) is for."""
    weights = np.zeros(d)
    for i in reversed(range(d)):
        weights[i] = (triangle[i, d] - triangle[i, i + 1 : d] @ weights[i + 1 :]) / triangle[i, i]
    return weights


def digits(found: np.ndarray, certified: list[str]) -> float:
    wrong = [abs(Fraction(float(a)) / Fraction(b) - 1) for a, b in zip(found, certified, strict=True)]
    return float(min(15.0, *(15.0 if w == 0 else -np.log10(float(w)) for w in wrong)))


NIST = {
    "norris": (1, ["-0.262323073774029", "1.00211681802045"], 12.0),
    "longley": (
        None,
        ["-3482258.63459582", "15.0618722713733", "-0.0358191792925910", "-2.02022980381683", "-1.03322686717359",
         "-0.0511041056535807", "1829.15146461355"],
        11.0,
    ),
    "wampler1": (5, ["1"] * 6, 7.5),
}  # fmt: skip


@pytest.mark.parametrize("name", NIST)
def test_digits_of_nist(name: str):
    """The triangle keeps the digits that XᵀX loses: it squares the condition number."""
    degree, certified, least = NIST[name]
    with (ROOT / "examples" / "nist" / f"{name}.csv").open(newline="") as file:
        read = np.array([[float(cell) for cell in row.values()] for row in csv.DictReader(file)])
        file.seek(0)
        names = next(csv.reader(file))
    goal = names.index("y")
    others = np.delete(read, goal, axis=1)
    x = np.column_stack([others[:, 0] ** p for p in range(degree + 1)]) if degree else np.column_stack([np.ones(len(read)), others])
    rows = np.column_stack([x, read[:, goal]])
    d = x.shape[1]
    product = x.T @ x
    told = {
        "triangle": digits(solved(in_parts(rows, 7), d), certified),
        "XᵀX": digits(np.linalg.solve(product, x.T @ read[:, goal]), certified),
        "lstsq": digits(np.linalg.lstsq(x, read[:, goal], rcond=None)[0], certified),
    }
    assert told["triangle"] > least, told
    assert told["triangle"] > told["XᵀX"], told


def test_the_turn_keeps_the_ones():
    """The column of ones of the few is ones again: else the bias would not be a bias."""
    rng = np.random.default_rng(7)
    rows = np.column_stack([np.ones(200), np.ones(200), rng.normal(size=200)])
    examples = examples_of(in_parts(rows, 200), 200)
    np.testing.assert_allclose(examples[:, 0], 1.0, rtol=1e-13)


def test_a_sweep_on_moments_is_a_sweep():
    data = columns()
    swept = ns.sweep(data=data, goal="y", batch="all", method="moments", alpha=[0.01, 0.1], epochs=30, holdout=0.2)
    assert [run.recipe.rows for run in swept] == [240, 240]
    assert dataclasses.replace(swept[0].recipe, alpha=0.1) == swept[1].recipe
