"""The drawn order: published vectors, permutations for every n, fair, and the same in C as in Python."""

from collections import Counter
from math import factorial

import numpy as np
import pytest

from nodescope.arithmetic.core import WIDEST, engine
from nodescope.arithmetic.order import epoch_keys, example_at, positions, splitmix64


def test_splitmix64_gives_its_published_numbers():
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert splitmix64(1234567, 5) == published


def test_our_own_vectors():
    assert positions(10, 0, 0).tolist() == VECTORS[0]
    assert positions(10, 7, 3).tolist() == VECTORS[1]
    assert positions(1_000_003, 2**64 - 1, 12, 999_999, 4).tolist() == VECTORS[2]


@pytest.mark.parametrize("n", [*range(1, 130), 1000, 4096, 4097])
def test_every_epoch_is_a_permutation(n):
    for epoch in (0, 1, 2**63):
        assert sorted(positions(n, 5, epoch).tolist()) == list(range(n))


def test_any_position_alone_and_in_c():
    for n, seed, epoch in ((1, 0, 0), (2, 3, 4), (37, 2**64 - 1, 9), (1000, 8, 2**40)):
        whole, keys = positions(n, seed, epoch).tolist(), epoch_keys(seed, epoch)
        assert [example_at(p, n, keys) for p in range(n)] == whole
        assert engine().order(n, seed, epoch, 0, n).tolist() == whole
        assert positions(n, seed, epoch, n // 2, 1).tolist() == whole[n // 2 : n // 2 + 1]


@pytest.mark.parametrize("width", [2, 4, 8])
def test_many_positions_on_every_width(width: int):
    if engine().name != "compiled" or engine().cap_width(width) != width:
        pytest.skip(f"no registers of {width} doubles here")
    rng = np.random.default_rng(width)
    try:
        for n in (1, 2, 3, 37, 63, 64, 65, 1000, 4096, 4097, 2**21, 2**32 + 1, 2**62 - 57, 2**62):
            for count in (0, 1, 7, 31, 32, 33, 63, 64, 65, 200):
                start, seed, epoch = (int(rng.integers(0, most)) for most in (max(1, n - count), 2**63, 2**40))
                some = min(count, n - start)
                assert engine().order(n, seed, epoch, start, some).tolist() == positions(n, seed, epoch, start, some).tolist()
    finally:
        engine().cap_width(WIDEST)


@pytest.mark.parametrize(("n", "limit"), [(2, 15.1), (3, 25.7), (4, 58.3), (5, 187.0)])
def test_all_orders_are_equally_likely(n, limit):
    """Chi-square over n! orders; the limits are exceeded by chance once in ten thousand (n − 1 … n! − 1 degrees)."""
    epochs = 60 * factorial(n)
    seen = Counter(tuple(positions(n, 11, epoch).tolist()) for epoch in range(epochs))
    assert len(seen) == factorial(n)
    assert sum((count - 60) ** 2 / 60 for count in seen.values()) < limit


VECTORS = [[5, 2, 7, 9, 0, 4, 3, 8, 1, 6], [0, 9, 7, 5, 8, 3, 1, 2, 6, 4], [91803, 991744, 939642, 800227]]
