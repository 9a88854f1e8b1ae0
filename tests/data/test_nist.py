"""NIST's reference data: exact fractions give the certified values, and gradient descent on them behaves as foretold."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import PLAIN, ROOT

import nodescope as ns
from nodescope.theory.least_squares import least_squares, lowest

FOLDER = ROOT / "examples" / "nist"

# model: degree of the polynomial (None: the columns as they are); certified coefficients; certified residual standard deviation
CERTIFIED = {
    "norris": (1, ["-0.262323073774029", "1.00211681802045"], "0.884796396144373"),
    "pontius": (2, ["0.673565789473684E-03", "0.732059160401003E-06", "-0.316081871345029E-14"], "0.205177424076185E-03"),
    "longley": (
        None,
        ["-3482258.63459582", "15.0618722713733", "-0.358191792925910E-01", "-2.02022980381683", "-1.03322686717359",
         "-0.511041056535807E-01", "1829.15146461355"],
        "304.854073561965",
    ),
    "wampler1": (5, ["1"] * 6, "0"),
    "wampler2": (5, ["1", "0.1", "0.01", "0.001", "0.0001", "0.00001"], "0"),
    "wampler3": (5, ["1"] * 6, "2360.14502379268"),
    "wampler4": (5, ["1"] * 6, "236014.502379268"),
    "wampler5": (5, ["1"] * 6, "23601450.2379268"),
    "filip": (
        10,
        ["-1467.48961422980", "-2772.17959193342", "-2316.37108160893", "-1127.97394098372", "-354.478233703349",
         "-75.1242017393757", "-10.8753180355343", "-1.06221498588947", "-0.670191154593408E-01", "-0.246781078275479E-02",
         "-0.402962525080404E-04"],
        "0.334801051324544E-02",
    ),
}  # fmt: skip
SOLVABLE = [name for name in CERTIFIED if name != "filip"]


def _columns(name: str) -> dict[str, list[Fraction]]:
    with (FOLDER / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = {head: [Fraction(row[head]) for row in rows] for head in rows[0]}
    degree = CERTIFIED[name][0]
    if degree is not None:
        x = columns.pop("x")
        columns |= {f"x{power}": [value**power for value in x] for power in range(1, degree + 1)}
    return columns


def _solved(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss, exactly."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next(r for r in range(i, len(rows)) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(len(rows)):
            if r != i and rows[r][i] != 0:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]


@pytest.mark.parametrize("name", CERTIFIED)
def test_certified_values_come_out_in_exact_fractions(name: str):
    columns = _columns(name)
    y = columns.pop("y")
    design = [[Fraction(1)] * len(y), *columns.values()]
    normal = [[sum(a * b for a, b in zip(left, right, strict=True)) for right in design] for left in design]
    found = _solved(normal, [sum(a * b for a, b in zip(column, y, strict=True)) for column in design])
    _, coefficients, deviation = CERTIFIED[name]
    for value, certified in zip(found, coefficients, strict=True):
        assert float(value) == pytest.approx(float(certified), rel=2e-14)
    residual = [sum(c * column[i] for c, column in zip(found, design, strict=True)) - y[i] for i in range(len(y))]
    variance = sum(r * r for r in residual) / (len(y) - len(design)) if float(deviation) else sum(r * r for r in residual)
    assert float(variance) ** 0.5 == pytest.approx(float(deviation), rel=2e-14)


def _table(name: str) -> dict[str, np.ndarray]:
    return {head: np.array([float(value) for value in column]) for head, column in _columns(name).items()}


def _recipe(name: str) -> dict[str, object]:
    return {"data": _table(name), "goal": "y", "standardise": True, "batch": "all"}


@pytest.mark.parametrize("name", SOLVABLE)
def test_standardised_they_behave_as_foretold(name: str):
    recipe = _recipe(name)
    foretold = ns.forecast(**recipe)
    x = foretold.recipe.examples.input
    full = np.column_stack([x, np.ones(len(x))])
    assert foretold.limit == pytest.approx(2 / np.linalg.eigvalsh(full.T @ full / len(x))[-1], rel=1e-9)
    certified = float(CERTIFIED[name][2]) ** 2 * (len(x) - x.shape[1] - 1) / len(x)
    scale = float((foretold.recipe.examples.goal**2).mean())
    assert foretold.least_mse == pytest.approx(certified, rel=1e-6, abs=1e-20 * scale)
    for alpha in (0.5 * foretold.limit, 1.05 * foretold.limit):
        found = ns.diagnose(ns.descend(**recipe, alpha=alpha, steps=50 if PLAIN else 3000))
        assert not found.withheld, found
        assert len(found.proof) >= 4
        assert ("diverges" in found) == (alpha > foretold.limit)
    half = foretold.system.bowl.rest + 0.25 * foretold.system.bowl.missing
    steps = foretold.steps_to(half)
    run = ns.descend(**recipe, until_mse=half, steps=50 if PLAIN else 1_000_000)
    assert PLAIN or abs(steps - run.steps) <= max(1, 0.001 * run.steps)


def test_filip_is_hopeless_and_says_why():
    foretold = ns.forecast(**_recipe("filip"))
    assert foretold.condition > 1e12
    assert "Hopeless for gradient descent: the inputs' condition number is" in foretold.sentence
    found = ns.diagnose(ns.descend(**_recipe("filip"), steps=50 if PLAIN else 2000))
    assert "ill-conditioned" in found
    assert not found.withheld
    assert found.proof[0].predicted == pytest.approx(found.proof[0].recorded, rel=1e-13)  # no part of the error is lost


def test_the_readme_names_every_file():
    text = (FOLDER / "README.md").read_text()
    assert all(Path(path).stem.rstrip("2345") in text for path in FOLDER.glob("*.csv"))


BESIDE = {
    "norris": 11.5, "pontius": 12.5, "longley": 13.0, "wampler1": 9.2, "wampler2": 13.0, "wampler3": 9.2, "wampler4": 8.0,
    "wampler5": 6.0, "filip": 7.0,
}  # fmt: skip
"""Digits of the worst coefficient that least squares has at least; NumPy's, of the same columns, has 0 of Filip's."""


def _digits(found: list[float], certified: list[str]) -> float:
    return min(
        -math.log10(max(1e-16, abs(value - float(true)) / abs(float(true)))) for value, true in zip(found, certified, strict=True)
    )


@pytest.mark.parametrize("name", BESIDE)
def test_digits_of_least_squares_beside_numpy(name: str):
    table = _table(name)
    y, x, certified = table.pop("y"), np.column_stack(list(table.values())), CERTIFIED[name][1]
    found = least_squares(x, y[:, None])
    ours = _digits([float(found.bias[0]), *found.weight[0].tolist()], certified)
    numpy = _digits(np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0].tolist(), certified)
    assert found.rank == x.shape[1]
    assert ours >= BESIDE[name]
    assert ours >= numpy - 0.5


def test_least_squares_of_fewer_directions_than_inputs_has_the_least_norm():
    """Two inputs that are the same share the weight; so do more inputs than rows."""
    x = np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0], [7.0, 7.0]])
    found = least_squares(x, 3.0 * x[:, :1] + 1.0)
    assert found.rank == 1
    np.testing.assert_allclose(found.weight, [[1.5, 1.5]], rtol=1e-12)
    wide, rank = lowest(np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), np.array([[5.0], [6.0]]))
    assert rank == 2
    np.testing.assert_allclose(wide, [[5.0], [3.0], [0.0]], atol=1e-12)


@pytest.mark.parametrize("size", [1e-290, 1e-160, 1.0, 1e160, 1e306])
def test_least_squares_of_huge_and_tiny_numbers(size: float):
    """Squares of such numbers are no doubles; the weights are."""
    x = np.arange(40.0)[:, None] + 1.0
    for inputs, goals, weight in ((x * size / 64, x, 64 / size), (x, x * size / 64, size / 64)):
        found, rank = lowest(inputs, goals)
        assert rank == 1
        np.testing.assert_allclose(found, [[weight]], rtol=1e-12)
