"""Law: rows that the core moves about are those of the definition in NumPy, on every vector width that this machine has.

Each is held to what it has to be as well: a digest to `hashlib`, rows to the table that they are of, a window to its drawn order.
"""

import hashlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import cases
from naive import drawn

from nodescope.arithmetic.core import WIDEST, engine
from nodescope.arithmetic.moved import InNumPy, Mover
from nodescope.arithmetic.rows import Rows

MANY = cases(300)
ODD = (np.nan, np.inf, -np.inf, -0.0, 5e-324, 1e308)


def core() -> Mover:
    if engine().name != "compiled":
        pytest.skip("there is no C core here")
    return engine().mover()


def table(rng: np.random.Generator) -> tuple[Any, np.ndarray, np.ndarray, list[int]]:
    """Rows in parts, some of them without any; all inputs and goals; and which parts were read, as they are."""
    sizes = rng.integers(0, 9, size=rng.integers(1, 30)) * int(rng.choice([1, 1, 40]))
    sizes[rng.integers(len(sizes))] += 1
    starts, d, k = np.concatenate([[0], np.cumsum(sizes)]), int(rng.choice([1, 2, 7, 10, 33, 200])), int(rng.integers(1, 4))
    x, goal, read = rng.normal(size=(starts[-1], d)), rng.normal(size=(starts[-1], k)), []

    def part(number: int) -> tuple[np.ndarray, np.ndarray]:
        read.append(number)
        rows = slice(starts[number], starts[number + 1])
        return x[rows], goal[rows]

    return SimpleNamespace(starts=starts, widths=(d, k), part=part), x, goal, read


def test_columns_side_by_side():
    rng, mover = np.random.default_rng(1), core()
    for trial in range(MANY):
        rows, cols = int(rng.integers(0, 300)), int(rng.integers(0, 20))
        columns = list(rng.normal(size=(cols, rows)))
        if rows and cols and trial % 3 == 0:
            columns[rng.integers(cols)][rng.integers(rows)] = rng.choice(ODD)
        (ours, finite), (defined, is_so) = mover.laid(columns, rows), InNumPy.laid(columns, rows)
        assert ours.tobytes() == defined.tobytes()
        assert ours.shape == defined.shape == (rows, cols)
        assert finite == is_so == all(np.isfinite(column).all() for column in columns)


def test_rows_in_any_order():
    rng = np.random.default_rng(2)
    for mover in (core(), InNumPy()):
        for _ in range(MANY):
            parts, x, goal, read = table(rng)
            examples = rng.integers(0, len(x), size=int(rng.choice([0, 1, 15, 16, 17, 31, 32, 33, 500])))
            inputs, goals = mover.gathered(parts, examples)
            assert inputs.tobytes() == x[examples].tobytes()
            assert goals.tobytes() == goal[examples].tobytes()
            met = np.searchsorted(parts.starts, examples, side="right") - 1
            assert sorted(read) == sorted(set(met.tolist())), "only parts that are met are read, each once"


def test_rows_by_any_index_are_the_tables():
    """In whatever shape they are asked for, from the end too: one part after another, each read once, none of them kept."""
    rng = np.random.default_rng(6)
    for _ in range(MANY):
        parts, *sides, read = table(rng)
        n = len(sides[0])
        chosen = rng.integers(-n, n, size=tuple(rng.integers(0, 6, size=int(rng.integers(0, 4)))))
        for side, whole in enumerate(sides):
            rows = Rows(parts, side)
            for key in (chosen, slice(None), slice(n // 3, None, 2), -1, np.array([n - 1])):
                del read[:]
                found = rows[key]
                assert found.tobytes() == whole[key].tobytes()
                assert found.shape == whole[key].shape
                assert read == sorted(set(read))


def test_the_rows_of_a_drawn_window():
    rng = np.random.default_rng(3)
    for mover in (core(), InNumPy()):
        for trial in range(MANY):
            sizes, gaps = rng.integers(0, 70, size=rng.integers(1, 20)), rng.integers(-50, 50, size=20)
            sizes[0] += 1
            begin = np.concatenate([[0], np.cumsum(sizes)])
            shift, n = np.ascontiguousarray(gaps[: len(sizes)]), int(begin[-1])
            start = int(rng.integers(0, n))
            count = int(rng.integers(0, n - start + 1))
            found = mover.drawn(trial, 3, start, count, begin, shift)
            rows = drawn(n, trial, 3)[start : start + count]
            numbers = np.concatenate([np.arange(a, b) + by for a, b, by in zip(begin[:-1], begin[1:], shift, strict=True)])
            assert found.tolist() == numbers[rows].tolist()


@pytest.mark.parametrize("width", [2, 4, 8])
def test_a_digest_is_that_of_hashlib(width: int):
    mover, rng = core(), np.random.default_rng(4)
    if engine().cap_width(width) != width:
        pytest.skip(f"no registers of {width} doubles here")
    try:
        for count in (0, 1, 7, 8, 127, 128, 129, 1023, 1024, 1025, *rng.integers(0, 9000, size=20).tolist()):
            numbers = rng.normal(size=count)
            numbers[::5] = rng.choice(ODD)
            padded = np.zeros((max(1, -(-count // 128)) * 16, 8))
            padded.ravel()[:count] = numbers
            known = b"".join(hashlib.blake2b(padded[:, lane].tobytes(), digest_size=32).digest() for lane in range(8))
            assert mover.digest(numbers) == known == InNumPy.digest(numbers)
    finally:
        engine().cap_width(WIDEST)


def test_what_does_not_fit_is_refused():
    mover, rng = core(), np.random.default_rng(5)
    parts, x, _, _ = table(rng)
    for examples in (np.array([-1]), np.array([len(x)]), np.array([0.0]), np.array([0, 1, 2], dtype=np.int32)):
        with pytest.raises(ValueError, match=r"examples|core takes"):
            mover.gathered(parts, examples)
    shorter = SimpleNamespace(starts=parts.starts, widths=parts.widths, part=lambda _: (np.zeros((0, 1)), np.zeros((0, 1))))
    with pytest.raises(ValueError, match="part is"):
        mover.gathered(shorter, np.array([0]))
    for columns in ([np.zeros(3), np.zeros(2)], [np.zeros(3, dtype="f4")], [np.zeros(6)[::2]]):
        with pytest.raises(ValueError, match="column is"):
            mover.laid(columns, 3)
    begin, shift = np.array([0, 4, 9]), np.array([3, 5])
    for start, count in ((0, 10), (-1, 2), (9, 1)):
        with pytest.raises(ValueError, match="a window of 9"):
            mover.drawn(0, 0, start, count, begin, shift)
    with pytest.raises(ValueError, match="shift is"):
        mover.drawn(0, 0, 0, 1, begin, shift.astype(np.int32))
    with pytest.raises(ValueError, match="numbers is"):
        mover.digest(np.zeros((4, 4))[:, 1])
