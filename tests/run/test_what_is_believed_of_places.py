"""What a run file says of where the run stands, and how it ended, is believed only where it fits: each bound from both sides."""

import math
from typing import Any

import numpy as np
import pytest

import nodescope as ns

PLACES: list[tuple[dict[str, Any], str]] = [
    ({"step": 8, "spacing": 4, "kept": 2}, ""),
    ({"step": 8, "spacing": 4, "kept": 3}, ""),
    ({"step": 8, "spacing": 4, "kept": 1}, "its checkpoints do not fit where it stands"),
    ({"step": 8, "spacing": 4, "kept": 4}, "its checkpoints do not fit where it stands"),
    ({"step": 9, "spacing": 4, "kept": 3}, ""),
    ({"step": 9, "spacing": 4, "kept": 2}, "its checkpoints do not fit where it stands"),
    ({"step": 9, "spacing": 4, "kept": 4}, "its checkpoints do not fit where it stands"),
    ({"step": 1, "spacing": 1, "kept": 1}, ""),
    ({"step": 1, "spacing": 1, "kept": 2}, ""),
    ({"step": 1, "spacing": 1, "kept": 0}, "its checkpoints do not fit where it stands"),
    ({"step": 0, "spacing": 1, "kept": 0}, ""),
    ({"step": 0, "spacing": 1, "kept": 1}, ""),
    ({"step": 0, "spacing": 1, "kept": 2}, "its checkpoints do not fit where it stands"),
    ({"last_moved": 9}, ""), ({"last_changed": 9, "last_moved": -1}, ""),
    ({"last_moved": 10}, "its checkpoints do not fit where it stands"),
    ({"last_changed": 10}, "its checkpoints do not fit where it stands"),
    ({"step": 0, "kept": 0, "last_moved": 0}, "its checkpoints do not fit where it stands"),
    ({"step": 0, "kept": 0, "last_changed": 0}, "its checkpoints do not fit where it stands"),
    ({"last_moved": -2}, "last_moved is -2; it must be at least -1"),
    ({"last_changed": -2}, "last_changed is -2; it must be at least -1"),
    ({"power": 0}, "power is 0; it must be at least 1"), ({"power": 4, "length": 3}, ""),
    ({"length": -1}, "length is -1; it must be at least 0"),
    ({"spacing": 0}, "spacing is 0; it must be at least 1"), ({"step": -1}, "step is -1; it must be at least 0"),
    ({"kept": -1}, "kept is -1; it must be at least 0"), ({"kept": 0.5}, "kept is 0.5; it must be a whole number"),
    ({"seconds": -0.5}, "seconds is -0.5; it must be finite and at least 0"), ({"seconds": 0.0}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("place", "said"), PLACES, ids=str)
def test_where_it_stands(place: dict[str, Any], said: str, files):
    file = files("plain")
    del file.header["ending"]
    file.place |= place
    if file.place["step"] < 10 and "last_moved" not in place and "last_changed" not in place:
        file.place |= {"last_moved": -1, "last_changed": -1}
    elif file.place["step"] == 0:
        file.place |= {"last_moved": -1, "last_changed": -1} | place
    state, spacing, kept = file.rows[0][1], file.place["spacing"], file.place["kept"]
    file.rows = [(i * spacing, state) for i in range(math.ceil(kept))] if kept > 0 else []
    assert file.said().partition(": ")[2] == said
    if not said:
        run = file.read()
        assert (run.ending, run.steps, run.computed, run.settled_after, run.cycle) == (
            ns.Ending.INTERRUPTED, file.place["step"], file.place["step"], None, None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0, 8), (256, 8)], ""),
        ([(0, 8)], "its checkpoints do not fit where it stands"),
        ([(0, 8), (256, 8), (512, 8)], "its checkpoints do not fit where it stands"),
        ([(0, 8), (255, 8)], "its checkpoints do not fit where it stands"),
        ([(256, 8), (0, 8)], "its checkpoints do not fit where it stands"),
        ([(1, 8), (257, 8)], "its checkpoints do not fit where it stands"),
        ([(0, 8), (256, 7)], "its checkpoints do not fit its recipe"),
        ([(0, 16), (256, 8)], "its checkpoints do not fit its recipe"),
        ([(0, 8), (256, "12345678")], "its checkpoints do not fit its recipe"),
    ],
)
def test_checkpoints(rows: list[tuple[int, Any]], said: str, files):
    file = files("settled")
    file.rows = [(step, bytes(state) if isinstance(state, int) else state) for step, state in rows]
    assert file.said().partition(": ")[2] == said


@pytest.mark.parametrize(
    ("name", "key", "value", "said"),
    [
        ("settled", "state", np.array([math.nan]), "ValueError: a state of it is not finite"),
        ("settled", "state", np.array([math.inf]), "ValueError: a state of it is not finite"),
        ("diverged", "state", np.array([math.inf]), ""),
        ("settled", "saved", np.array([math.nan]), ""),
        ("settled", "state", np.zeros(2), "ValueError: state has shape (2,), not (1,)"),
        ("settled", "state", np.zeros((1, 1)), "ValueError: state has shape (1, 1), not (1,)"),
        ("settled", "saved", np.zeros(0), "ValueError: saved has shape (0,), not (1,)"),
    ],
)
def test_states(name: str, key: str, value: np.ndarray, said: str, files):
    file = files(name)
    file.arrays[key] = value
    assert file.said() == said


def test_checkpoints_of_a_run_that_diverged_are_finite_still(files):
    file = files("diverged")
    file.rows[-1] = (file.rows[-1][0], np.array([math.nan]).tobytes())
    assert file.said() == "ValueError: a state of it is not finite"


def test_a_file_without_a_place_has_no_steps(files):
    file = files("settled")
    del file.header["place"], file.header["ending"]
    run = file.read()
    assert (run.ending, run.steps, run.computed, run.weight) == (ns.Ending.INTERRUPTED, 0, 0, 0.4)


ENDINGS: list[tuple[str, dict[str, Any], bool]] = [
    ("plain", {}, True),
    ("plain", {"steps": 9}, False), ("plain", {"steps": 11}, False), ("plain", {"computed": 9}, False),
    ("plain", {"settled": True}, False), ("plain", {"settled_after": 10}, False),
    ("plain", {"name": "TIME_USED"}, True), ("plain", {"name": "INTERRUPTED"}, True),
    ("plain", {"name": "CYCLING"}, False), ("plain", {"name": "SETTLED"}, False), ("plain", {"repeats": [2, 3]}, False),
    ("settled", {}, True),
    ("settled", {"steps": 999}, False), ("settled", {"steps": 318}, False), ("settled", {"computed": 318}, False),
    ("settled", {"settled_after": 318}, False), ("settled", {"settled_after": None}, False), ("settled", {"settled": False}, False),
    ("settled", {"repeats": [317, 1], "settled": False}, True), ("settled", {"repeats": [316, 2], "settled": False}, True),
    ("settled", {"repeats": [318, 1], "settled": False}, False), ("settled", {"repeats": [317, 1]}, False),
    ("settled", {"name": "STEPS_USED"}, False),
    ("settled", {"name": "CYCLING"}, False),
    ("settled by itself", {}, True), ("settled by itself", {"steps": 317}, False), ("settled by itself", {"steps": 319}, False),
    ("settled by itself", {"repeats": [300, 1], "settled": False, "steps": 301}, True),
    ("settled by itself", {"repeats": [300, 1], "settled": False}, False),
    ("cycling", {}, True),
    ("cycling", {"repeats": [50, 15]}, True), ("cycling", {"repeats": [50, 16]}, False), ("cycling", {"repeats": None}, False),
    ("cycling", {"steps": 65}, False), ("cycling", {"settled": True}, False), ("cycling", {"computed": 64}, False),
    ("cycling by itself", {}, True), ("cycling by itself", {"steps": 65}, False),
    ("cycling by itself", {"repeats": [49, 2]}, False),
    ("cycling by itself", {"repeats": [49, 3]}, True),
    ("diverged", {}, True), ("diverged", {"steps": 1753}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "fits"), ENDINGS, ids=str)
def test_endings(name: str, change: dict[str, Any], fits: bool, files):
    file = files(name)
    file.ending |= change
    ending, steps = file.ending["name"], file.ending["steps"]
    assert file.said() == ("" if fits else f"ValueError: its ending, {ending} after {steps} steps, does not fit where it stands")
    if fits:
        repeats = file.ending["repeats"]
        run = file.read()
        assert run.cycle == (None if ending != "CYCLING" else tuple(repeats))
        assert run.replay.cycle == (None if repeats is None else tuple(repeats))
        assert run.replay.settled == file.ending["settled"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "OVER"}, "KeyError: 'OVER'"),
        ({"steps": -1}, "InputError: steps is -1; it must be at least 0"),
        ({"repeats": [-1, 3]}, "InputError: cycle is -1; it must be at least 0"),
        ({"repeats": [50, 0]}, "InputError: period is 0; it must be at least 1"),
        ({"repeats": [50]}, "ValueError: not enough values to unpack (expected 2, got 1)"),
        ({"gone": 64}, "InputError: gone is 64; it must be at least 65"),
        ({"gone": 65}, ""), ({"gone": None}, ""), ({"gone": 100}, ""),
    ],
)  # fmt: skip
def test_endings_of_another_kind(change: dict[str, Any], said: str, files):
    file = files("cycling")
    file.ending |= change
    assert file.said() == said
    if not said:
        assert file.read().gone == change["gone"]
