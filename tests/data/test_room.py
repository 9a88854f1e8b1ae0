"""Memory that is lent again: never while anybody looks into it, and always where nobody does."""

import gc
from typing import Any

import numpy as np

from nodescope.data.parts.room import Room


def test_it_is_lent_again_when_the_last_view_is_gone() -> None:
    room = Room()
    first = room(1000)
    at, view = first.ctypes.data, first.reshape(10, 100)[2:4, ::2].T
    del first
    assert not np.shares_memory(room(1000), view)
    del view
    gc.collect()
    assert any(room(900 + i).ctypes.data == at for i in range(2))


def test_memory_in_use_is_nobody_elses() -> None:
    """Arrays come and go in any order, by themselves, as views and in others' hands: each keeps what was written into it."""
    rng, room = np.random.default_rng(1), Room()
    held: list[tuple[Any, float]] = []
    for number in range(3000):
        made = room(int(rng.integers(1, 500)))
        assert made.flags.writeable
        assert made.flags.c_contiguous
        made[:] = number
        looked = [made, made[len(made) // 2 :], made.reshape(1, -1), memoryview(made), np.asarray(made)][int(rng.integers(5))]
        held.append((looked, float(number)))
        del made, looked
        for _ in range(int(rng.integers(0, 3)) * (len(held) > 6)):
            held.pop(int(rng.integers(len(held))))
        assert all((np.asarray(array) == value).all() for array, value in held)
    assert len(room._lent) < 3 * max(len(held), 10)


def test_what_is_too_small_goes() -> None:
    room = Room()
    for count in range(1, 200):
        room(count)
    assert len(room._lent) == 1
