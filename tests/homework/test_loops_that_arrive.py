"""Sheets of loops that have arrived: what they print at the end is the noise of their last digits."""

import pytest
from homework.check import judged


@pytest.mark.parametrize(("layout", "seed"), [("lines of a loop, epochs from 1", 20), ("Prediction: delta:", 25)])
def test_a_loop_that_has_arrived_prints_the_noise_of_its_last_digits(layout, seed):
    """Its loss is 6e-29 where another order of additions gives 5e-29: no sign of another convention beside a loss of 2.5 above."""
    assert judged("full derivative", layout, 17, seed) == ("right", "")
