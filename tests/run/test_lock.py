"""A lock is of the file that is there: one that was taken of a file just replaced is none."""

import os

import pytest

import nodescope as ns

fcntl = pytest.importorskip("fcntl", reason="no such locks on this system")


def test_a_file_that_is_replaced_while_the_lock_is_taken_is_refused(tmp_path, monkeypatch):
    """Another process puts a new file in its place between the opening of the old one and the lock on it."""
    path, other = tmp_path / "a.nodescope", tmp_path / "b.nodescope"
    for place in (path, other):
        ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=5), place)
    whole, flock = other.read_bytes(), fcntl.flock

    def too_late(handle: int, operation: int) -> None:
        if other.exists():
            os.replace(other, path)
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", too_late)
    with pytest.raises(ns.FileError, match="another nodescope is writing it"):
        ns.resume(path, steps=10)
    assert path.read_bytes() == whole
    assert ns.resume(path, steps=10).steps == 10  # nothing is held any more
