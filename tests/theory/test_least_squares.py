"""Least squares against a case solved by hand and exact fractions on ill-conditioned columns."""

from fractions import Fraction

import numpy as np

from nodescope.theory.least_squares import least_squares


def exact(rows: list[list[float]], goals: list[float]) -> list[float]:
    """Normal equations with an intercept, in fractions: no rounding at all until the end."""
    a = [[*map(Fraction, row), Fraction(1)] for row in rows]
    n = len(a[0])
    m = [
        [sum(r[i] * r[j] for r in a) for j in range(n)] + [sum(r[i] * Fraction(g) for r, g in zip(a, goals, strict=True))]
        for i in range(n)
    ]
    for i in range(n):
        pivot = next(r for r in range(i, n) if m[r][i])
        m[i], m[pivot] = m[pivot], m[i]
        m[i] = [v / m[i][i] for v in m[i]]
        for r in range(n):
            if r != i:
                m[r] = [v - m[r][i] * w for v, w in zip(m[r], m[i], strict=True)]
    return [float(row[-1]) for row in m]


def test_by_hand() -> None:
    found = least_squares(np.array([[1.0], [2.0]]), np.array([[1.0], [1.0]]), intercept=False)
    np.testing.assert_allclose(found.weight, [[0.6]], rtol=1e-15)
    assert (found.bias, found.rank) == (None, 1)


def test_ill_conditioned_columns_against_fractions() -> None:
    drawn = np.random.default_rng(1)
    year = np.arange(1947.0, 1963.0)
    x = np.column_stack(
        [
            year,
            1e5 + 2e4 * (year - 1947) + drawn.normal(size=16),
            8 + year * 0.1 + 1e-3 * drawn.normal(size=16),
        ]
    )
    goal = drawn.normal(size=16) + year
    want = exact(x.tolist(), goal.tolist())
    found = least_squares(x, goal[:, None])
    assert found.bias is not None
    np.testing.assert_allclose([*found.weight[0], found.bias[0]], want, rtol=1e-9)


def test_repeated_column_shares_the_weight() -> None:
    x = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    found = least_squares(x, np.array([[0.0], [2.0], [4.0]]))
    assert found.rank == 1
    np.testing.assert_allclose(found.weight, [[1.0, 1.0]], rtol=1e-14)


def test_a_constant_column_is_the_intercepts_where_there_is_one_and_a_column_like_others_where_there_is_none() -> None:
    x, goal = np.column_stack([np.full(4, 0.1), [0.0, 1.0, 2.0, 3.0]]), np.array([[1.0], [3.0], [5.0], [7.0]])
    alone = least_squares(x, goal, intercept=False)
    np.testing.assert_allclose(alone.weight, [[10.0, 2.0]], rtol=1e-13)
    assert (alone.bias, alone.rank) == (None, 2)
    beside = least_squares(x, goal)
    assert beside.bias is not None
    assert beside.weight[0, 0] == 0.0
    np.testing.assert_allclose([beside.weight[0, 1], beside.bias[0]], [2.0, 1.0], rtol=1e-13)
    assert beside.rank == 1


def test_columns_of_any_size_count_alike() -> None:
    x = np.column_stack([[0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1e-200, 1e-200]])
    found = least_squares(x, np.array([[1.0], [2.0], [1.5], [2.5]]))
    assert found.rank == 2
    assert found.bias is not None
    np.testing.assert_allclose(found.weight * [1.0, 1e-200], [[1.0, 0.5]], rtol=1e-13)
    np.testing.assert_allclose(found.bias, [1.0], rtol=1e-13)
