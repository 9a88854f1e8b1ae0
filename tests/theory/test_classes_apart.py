"""Classes that a node tells apart by hand: every own sum the largest, and no other as large."""

import numpy as np
import pytest

from nodescope.theory.newton import all_right

THREE = np.eye(3)


@pytest.mark.parametrize(
    ("sums", "goal", "right"),
    [
        ([[5.0, 1.0, -2.0], [0.0, 0.5, 0.0], [-3.0, -2.0, -1.0]], THREE, True),
        ([[5.0, 5.0, -2.0], [0.0, 0.5, 0.0], [-3.0, -2.0, -1.0]], THREE, False),  # as large as its own
        ([[5.0, 6.0, -2.0], [0.0, 0.5, 0.0], [-3.0, -2.0, -1.0]], THREE, False),
        ([[1e-300], [-1e-300]], [[1.0], [0.0]], True),
        ([[0.0], [-1.0]], [[1.0], [0.0]], False),
        ([[-1.0], [1.0]], [[1.0], [0.0]], False),
    ],
)
def test_all_are_right(sums, goal, right):
    assert all_right(np.array(sums), np.array(goal)) is right
