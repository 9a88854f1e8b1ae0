"""RMSE and R² by hand, on seen and unseen rows, beside least squares and the mean."""

import math

import numpy as np
import pytest

from nodescope.data.reading import read_examples
from nodescope.run.score import linear, score


def test_by_hand() -> None:
    examples = read_examples({"a": [0.0, 1.0, 2.0], "b": [1.0, 3.0, 5.0]}, goal="b")
    assert examples.source is not None
    found = score(examples.source, examples, linear(np.array([[2.0]]), np.array([0.0])))
    assert (found.seen.rmse, found.seen.r2) == (1.0, 1 - 3 / 8)
    assert found.unseen is None
    assert found.mean.seen.rmse == pytest.approx(math.sqrt(8 / 3), rel=1e-15)
    assert found.mean.seen.r2 == 0.0
    assert found.least_squares.weight == pytest.approx([2.0])
    assert found.least_squares.bias == pytest.approx(1.0)
    assert len(repr(found).splitlines()) == 4


def test_constant_goals_have_no_r2_and_scaled_weights_come_back() -> None:
    table = {"a": [10.0, 20.0, 30.0], "b": [1.0, 1.0, 1.0], "c": [1.0, 3.0, 5.0]}
    examples = read_examples(table, inputs=["a"], goal=["b", "c"], standardise=True)
    assert examples.source is not None
    found = score(examples.source, examples, linear(np.zeros((2, 1)), np.array([1.0, 3.0])))
    assert np.isnan(found.seen.r2[0])
    assert found.seen.r2[1] == 0.0
    np.testing.assert_allclose(found.least_squares.weight, [[0.0], [0.2]], atol=1e-15)
    np.testing.assert_allclose(found.least_squares.bias, [1.0, -1.0], atol=1e-14)
