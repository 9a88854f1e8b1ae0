"""Numbers in sentences, at reading length: what stands there is known by hand."""

import math

import pytest

from nodescope.diagnosis.live.say import near, read, steps


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (-0.0, "−0"), (0.24581234, "0.2458"), (-0.24581234, "−0.2458"), (1.0, "1"), (12.3456, "12.35"),
        (999.96, "1,000"),
        (999.94, "999.9"), (1000.0, "1,000"), (1234.4, "1,234"), (1234.5, "1,235"), (123456.4, "123,456"), (999999.4, "999,999"),
        (1e6, "10⁶"), (1234567.0, "1.23 × 10⁶"), (1e-4, "0.0001"), (1.2346e-4, "0.0001235"), (9.9994e-5, "0.0001"),
        (9.876e-5, "9.88 × 10⁻⁵"),
        (5.5511151231257827e-17, "5.55 × 10⁻¹⁷"), (2e-300, "2 × 10⁻³⁰⁰"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_a_number_at_reading_length(number, text):
    assert read(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.0, "1"), (1 - 3e-5, "(1 − 3e-05)"), (1 + 3e-5, "(1 + 3e-05)"), (1.001, "1.001"), (0.9, "0.9"), (0.12345678, "0.123457")],
)
def test_a_factor_so_near_1_that_six_digits_would_not_show_it(number, text):
    assert near(number) == text


def test_one_step_is_one():
    assert [steps(count) for count in (0, 1, 2, 1000)] == ["0 steps", "1 step", "2 steps", "1,000 steps"]
