"""How many states are kept and how far apart, by hand; what is replayed from which, written down."""

from types import SimpleNamespace

import numpy as np
import pytest

import nodescope as ns
from nodescope.run import checkpoints
from nodescope.run.checkpoints import FIRST_SPACING, Checkpoints


@pytest.mark.parametrize(("batch", "spacing"), [
    (1, FIRST_SPACING), (2, FIRST_SPACING // 2), (3, FIRST_SPACING // 4), (FIRST_SPACING, 1), (10 * FIRST_SPACING, 1),
])  # fmt: skip
def test_large_batches_are_kept_more_often(batch: int, spacing: int):
    """The power of two at or below FIRST_SPACING ÷ the examples of a step."""
    found = Checkpoints.empty(SimpleNamespace(input=None, batch=batch, state_length=3))
    assert (found.spacing, found.states.shape) == (spacing, (2, 3))


def test_places_are_doubled_up_to_the_budget_and_then_every_second_goes(monkeypatch):
    """Of states of 4 numbers 7 fit into 224 bytes: 2 places, 4, 7; then those of steps 0, 2, 4, 6 are kept, twice as far apart."""
    monkeypatch.setattr(checkpoints, "BUDGET", 7 * 32 + 31)
    kept = Checkpoints(np.arange(8.0).reshape(2, 4), 8)
    cursor = SimpleNamespace(kept=2, capacity=2, spacing=8)
    for places, capacity in ((2, 4), (4, 7)):
        kept.make_room(cursor, 1)
        assert (cursor.capacity, cursor.kept, cursor.spacing, len(kept.states)) == (capacity, places, 8, capacity)
        assert kept.states[:2].tolist() == np.arange(8.0).reshape(2, 4).tolist()
        cursor.kept = capacity
    kept.states[:] = np.arange(28.0).reshape(7, 4)
    kept.make_room(cursor, 1)
    assert (cursor.capacity, cursor.kept, cursor.spacing, kept.spacing) == (7, 4, 16, 16)
    assert kept.states[:4, 0].tolist() == [0.0, 8.0, 16.0, 24.0]


@pytest.mark.parametrize(("steps", "capacity"), [(0, 2), (7, 2), (8, 4), (23, 4), (24, 5), (32, 6), (40, 7), (48, 7), (10_000, 7)])
def test_there_are_places_for_the_steps_to_come(monkeypatch, steps: int, capacity: int):
    """One state is kept, and there is one place; another is needed every 8 steps and one may be due now; 7 are all that fit."""
    monkeypatch.setattr(checkpoints, "BUDGET", 7 * 32)
    kept, cursor = Checkpoints(np.ones((2, 4)), 8), SimpleNamespace(kept=1, capacity=2, spacing=8)
    kept.make_room(cursor, steps)
    assert (cursor.capacity, cursor.kept, cursor.spacing, len(kept.states)) == (capacity, 1, 8, capacity)
    kept.make_room(cursor, 10_000)
    kept.make_room(cursor, 10_000)
    assert (cursor.capacity, cursor.kept, cursor.spacing) == (7, 1, 8)  # none is dropped as long as there is a place


@pytest.mark.parametrize(("name", "value", "most"), [("MOST", 5, 5), ("BUDGET", 1, 2)])
def test_at_least_two_states_are_kept_and_at_most_so_many(monkeypatch, name: str, value: int, most: int):
    monkeypatch.setattr(checkpoints, name, value)
    kept, cursor = Checkpoints(np.zeros((2, 4)), 8), SimpleNamespace(kept=2, capacity=2, spacing=8)
    for _ in range(6):
        kept.make_room(cursor, 1)
        cursor.kept = cursor.capacity
    assert cursor.capacity == most


def test_which_state_a_step_is_replayed_from():
    kept = Checkpoints(np.arange(3.0)[:, None], 10)
    assert [kept.before(step)[0] for step in (0, 9, 10, 25, 99)] == [0, 0, 10, 20, 20]
    assert [found and found[0] for found in map(kept.after, (0, 1, 10, 11, 20, 21))] == [0, 10, 10, 20, 20, None]
    assert [found[1][0] for found in map(kept.before, (0, 10, 25))] == [0.0, 1.0, 2.0]
    kept.trim(2)
    assert len(kept.states) == 2
    assert kept.nbytes == 16


def test_no_more_is_replayed_than_lies_between_two_states(monkeypatch):
    """Of a run of 5,000 steps: from the state before, through the window, to the state after; nothing where it has settled."""
    run = ns.descend(weight=0.4, input=[1.0, 2.0], goal=[0.6, 1.0], alpha=1e-5, steps=5000)
    spacing, walked = run.replay.checkpoints.spacing, []
    real = type(run.replay).walk
    monkeypatch.setattr(
        type(run.replay),
        "walk",
        lambda self, start, state, steps, columns=None: walked.append((start, steps)) or real(self, start, state, steps, columns),
    )
    run.replay.state_at(spacing + 3)
    assert walked == [(spacing, 3)]
    walked.clear()
    run.replay.checked_window(spacing + 3, spacing + 7)
    assert walked == [(spacing, 3), (spacing + 3, 4), (spacing + 7, spacing - 7)]
    walked.clear()
    run.replay.checked_window(5000, 5000)
    run.replay.state_at(5000)
    assert sum(steps for _, steps in walked) == 0


def test_states_after_an_end_are_those_before_it():
    settled = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=10_000).replay
    assert settled.state_at(9_999).tolist() == settled.state_at(settled.last_step).tolist() == settled.last_state.tolist()
    cycling = ns.descend(weight=0.0, input=[1.0, 1.0, 1.0], goal=[1.0, 2.0, 3.0], alpha=0.5, steps=10_000).replay
    first, period = cycling.cycle
    for step in range(3):
        later = first + step + period * 1000
        assert cycling.state_at(later).tolist() == cycling.state_at(first + step).tolist()
        assert cycling._earlier(later) - first in (step, step + period)
