"""Examples by the part that each is in: every one once, at its place, whatever their order, with parts that hold none."""

from types import SimpleNamespace

import numpy as np

from nodescope.arithmetic.rows import split


def test_every_example_is_found_once_in_its_part():
    rng = np.random.default_rng(1)
    for trial in range(300):
        starts = np.concatenate([[0], np.cumsum(rng.integers(0, 6, size=rng.integers(1, 9)))])
        count = int(rng.integers(0, 12)) if starts[-1] else 0
        examples = rng.integers(0, max(1, starts[-1]), size=count)
        found, parts = np.full(count, -1), []
        for part, at, rows in split(SimpleNamespace(starts=starts), examples):  # type: ignore[arg-type]
            assert ((rows >= 0) & (rows < starts[part + 1] - starts[part])).all(), trial
            assert (found[at] == -1).all()
            found[at] = starts[part] + rows
            parts.append(part)
        assert found.tolist() == examples.tolist()
        assert parts == sorted(set(parts))
