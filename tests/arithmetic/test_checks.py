"""Whatever is given as a number, a word or a list is one, or is refused in one short line that shows it."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from nodescope.arithmetic.checks import choice, listed, number, whole, yes_or_no
from nodescope.errors import InputError

NUMBERS = (
    0.5,
    np.float32(0.5),
    np.float64(0.5),
    np.float16(0.5),
    np.longdouble(0.5),
    np.array(0.5),
    Fraction(1, 2),
    Decimal("0.5"),
)


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_each_kind_of_number_is_one(value):
    assert (number("x", value), type(number("x", value))) == (0.5, float)


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.uint8(3), np.float32(3), np.array(3)], ids=repr)
def test_each_kind_of_whole_number_is_one(value):
    assert (whole("x", value), type(whole("x", value))) == (3, int)


@pytest.mark.parametrize(
    ("refuse", "message"),
    [
        (lambda: number("x", math.nan), "x is nan; it must be finite"),
        (lambda: number("x", np.float32("inf")), "x is inf; it must be finite"),
        (lambda: number("x", 10**400), f"x is 1{'0' * 58}…, too large for a double; it must be finite"),
        (lambda: number("x", 10**5000), "x is int of too many digits to show, too large for a double; it must be finite"),
        (lambda: number("x", Decimal("sNaN")), "x is Decimal('sNaN'); it must be finite"),
        (lambda: number("x", Decimal("1e999")), "x is Decimal('1E+999'), too large for a double; it must be finite"),
        (lambda: number("x", -1, least=0), "x is -1; it must be finite and at least 0"),
        (lambda: number("x", 0, above=0), "x is 0; it must be finite and above 0"),
        (lambda: number("x", 1, least=0, below=1), "x is 1; it must be at least 0 and below 1"),
        (lambda: number("x", True), "x is True; it must be a number"),
        (lambda: number("x", np.bool_(True)), "x is True; it must be a number"),
        (lambda: number("x", 1j, words="a word"), "x is 1j; it must be a word"),
        (lambda: number("x", np.eye(2)), "x is an array of shape (2, 2) and type float64; it must be a number"),
        (lambda: whole("x", 10**5000), "x is int of too many digits to show; it must be at most 4611686018427387904"),
        (lambda: whole("x", 2.5), "x is 2.5; it must be a whole number"),
        (lambda: choice("x", "adm", "adam", "b"), "x is 'adm'; it may be 'adam' or 'b'; did you mean 'adam'?"),
        (lambda: choice("x", ["adam"], "adam"), "x is ['adam']; it may be 'adam'"),
        (lambda: yes_or_no("x", 1), "x is 1; it may be True or False"),
        (lambda: yes_or_no("x", np.zeros(2, bool)), "x is an array of shape (2,) and type bool; it may be True or False"),
        (lambda: listed("x", 5, "a block per layer"), "x is 5; it must be a list: a block per layer"),
        (lambda: listed("x", "ab", "of numbers"), "x is 'ab'; it must be a list: of numbers"),
        (lambda: listed("x", np.array(3), "of numbers"), "x is an array without axes (3); it must be a list: of numbers"),
        (lambda: listed("x", {}, "of numbers"), "x is {}; it must be a list: of numbers"),
    ],
)
def test_what_is_none_is_refused_in_one_short_line(refuse, message):
    with pytest.raises(InputError) as refused:
        refuse()
    assert str(refused.value) == message
