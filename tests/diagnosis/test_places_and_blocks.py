"""Parts of checks and sweeps alone: where a number stands, which steps are recomputed, which blocks of a journal are read."""

import json
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.after.observed import about_settings
from nodescope.diagnosis.checks import recomputed
from nodescope.diagnosis.checks.places import Places, first_different, same_array
from nodescope.diagnosis.sweeps.journal import _HEAD, Journal, unfinished_of
from nodescope.diagnosis.sweeps.outcomes import ENDINGS, OUTCOME
from nodescope.run.making import make_recipe

X = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]

# ---- places ----

RECIPES: dict[str, dict[str, Any]] = {
    "one": {"weight": 0.4, "input": 1, "goal": 0.6, "bias": 0.1},
    "batch": {"input": X, "goal": [[1, 2]] * 3, "batch": 2, "bias": [0.5, 1.0]},
    "layers": {"network": ns.network([2, 3, 1], seed=0), "input": X, "goal": [1, 2, 3], "batch": 2},
    "layers alone": {"network": ns.network([2, 3, 1], seed=0), "input": X, "goal": [1, 2, 3]},
}
COLUMNS = {
    ("one", "weight", (0, 0)): (0, "weight"), ("one", "prediction", (0, 0)): (0, "prediction"),
    ("one", "input", (0, 0)): (None, "input[0, 0]"),
    ("one", "mse", ()): (None, "mse"), ("one", "bias", (0,)): (0, "bias"), ("one", "example", (0,)): (None, "example"),
    ("one", "goal", ()): (None, "goal"),
    ("batch", "weight", (1, 0)): (1, "weight[0]"), ("batch", "weighted_delta", (0, 1)): (0, "weighted_delta[1]"),
    ("batch", "prediction", (1, 0)): (0, "prediction[1]"), ("batch", "goal", (0, 1)): (1, "goal[0]"),
    ("batch", "delta", (1, 1)): (1, "delta[1]"),
    ("batch", "example", (1,)): (None, "example[1]"), ("batch", "input", (1, 0)): (None, "input[1, 0]"),
    ("batch", "new_bias", (1,)): (1, "new_bias"),
    ("layers", "layers[0].weight", (2, 1)): (2, "layers[0].weight[1]"), ("layers", "layers[0].bias", (2,)): (2, "layers[0].bias"),
    ("layers", "layers[0].delta", (1, 2)): (2, "layers[0].delta[1]"),
    ("layers", "layers[1].input", (1, 2)): (None, "layers[1].input[1, 2]"),
    ("layers", "layers[0].sum", (0, 1)): (1, "layers[0].sum[0]"), ("layers", "layers[0].slope", (0, 1)): (1, "layers[0].slope[0]"),
    ("layers", "layers[1].prediction", (1, 0)): (0, "layers[1].prediction[1]"),
    ("layers", "prediction", (1, 0)): (0, "prediction[1]"),
    ("layers", "layers[0].new_weight", (1, 0)): (1, "layers[0].new_weight[0]"), ("layers", "mse", ()): (None, "mse"),
}  # fmt: skip
STATES = {
    ("one", "weight", 0): (0, "weight"), ("one", "weight", 1): (0, "bias"), ("one", "velocity", 1): (0, "bias_velocity"),
    ("batch", "weight", 1): (0, "weight[1]"), ("batch", "weight", 2): (0, "bias"), ("batch", "weight", 4): (1, "weight[1]"),
    ("batch", "velocity", 5): (1, "bias_velocity"), ("layers", "weight", 0): (0, "layers[0].weight[0]"),
    ("layers", "weight", 4): (1, "layers[0].weight[1]"), ("layers", "weight", 8): (2, "layers[0].bias"),
    ("layers", "weight", 9): (0, "layers[1].weight[0]"), ("layers", "velocity", 12): (0, "layers[1].bias_velocity"),
    ("layers", "velocity", 11): (0, "layers[1].velocity[2]"),
}  # fmt: skip


def places(name: str) -> Places:
    return Places(make_recipe(**RECIPES[name], alpha=0.1))


def test_where_a_number_of_a_column_stands():
    assert {key: places(key[0]).of_column(key[1], list(key[2])) for key in COLUMNS} == COLUMNS


def test_where_a_number_of_a_state_stands():
    assert {key: places(key[0]).of_state(*key[1:]) for key in STATES} == STATES


def test_which_number_differs_first():
    nan, payload = np.array([1.0, np.nan]), np.array([1.0, np.nan])
    assert first_different(nan, payload) is None
    assert first_different(np.array([0.0, 1.0]), np.array([-0.0, 1.0])) == 0
    assert first_different(np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.5, 2.5])) == 1
    assert first_different(np.array([1, 2, 3]), np.array([1, 2, 4])) == 2
    one = np.array([[1.0, 2.0]])
    asked = [one, one.copy(), None, np.array([1.0, 2.0]), np.array([[1.0, 2.5]])]
    assert [same_array(one, found) for found in asked] == [True, True, False, False, False]


# ---- steps that are recomputed ----


def chosen(steps: int, made: int, most: int, settled: int | None = None, cycle: int | None = None) -> list[tuple[int, int]]:
    """Of a run that keeps a state every tenth step."""
    kept = SimpleNamespace(spacing=10, states=[None] * (made // 10 + 1))
    first = None if cycle is None else SimpleNamespace(first=cycle)
    run: Any = SimpleNamespace(
        steps=steps, settled_after=settled, cycle=first, replay=SimpleNamespace(last_step=made, checkpoints=kept)
    )
    return [(rows.start, rows.stop) for rows in recomputed._chosen(run, most)]


def test_which_steps_are_recomputed():
    """All; those computed, and a few of the repeated; or windows: the ends, what settled, and some between, by the golden ratio."""
    assert [chosen(0, 0, 5), chosen(5, 5, 5)] == [[], [(0, 5)]]
    assert chosen(1000, 20, 40) == [(0, 21), (998, 1000)]
    assert chosen(1000, 32, 40) == [(0, 33), (998, 1000)]
    golden = [int(i * 0.6180339887498949 % 1.0 * 101) * 10 for i in range(1, 13)]
    assert golden[:4] == [620, 230, 860, 470]
    expected = sorted({0, 998, 999, *golden})
    found = chosen(1000, 1000, 32)
    assert sorted(step for start, stop in found for step in range(start, stop)) == sorted(
        {step for start in [0, 998, 998, 999, *golden] for step in range(start, min(start + 2, 1000))}
    )
    assert [start for start, _ in found] == [start for start in expected if start != 999]
    marks = chosen(1000, 1000, 32, settled=501, cycle=333)
    assert (500, 502) in marks
    assert (332, 334) in marks
    assert chosen(1000, 1000, 3) == [(0, 1), (999, 1000)]


def test_windows_and_how_they_join():
    assert recomputed._windows([-2, 3, 9], 4, 10) == [range(4), range(3, 7), range(9, 10)]
    pieces = [range(3), range(7, 8), range(2, 5), range(5, 6), range(9, 9), range(1, 2)]
    assert recomputed._merged(pieces) == [range(6), range(7, 8)]


def test_seconds_that_a_plain_step_takes():
    """By hand: 130 µs, 4 µs for each of two weights and three examples, 0.35 µs for each of 12 products; 15 µs an example drawn."""
    keywords: dict[str, Any] = {"input": X, "goal": [1, 2, 3], "alpha": 0.1, "batch": 3}
    assert recomputed.plain_seconds(make_recipe(**keywords), 3) == pytest.approx(154.2e-6)
    assert recomputed.plain_seconds(make_recipe(**keywords, order="shuffled"), 3) == pytest.approx(199.2e-6)


def test_a_column_that_is_not_there_or_of_another_size_is_told():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=10)
    one = recomputed.Recomputed(run, run.replay, None)
    expected = np.array([1.0, 2.0, 3.0, 4.0])
    told = [one._in_column(range(5, 9), "mse", expected, found) for found in ({}, {"mse": np.zeros(3)}, {"mse": expected.copy()})]
    assert told == [(5, None, "mse", "4 numbers", None, None), (5, None, "mse", "4 numbers", "3 numbers", None), None]
    wrong = one._in_column(range(5, 9), "mse", expected, {"mse": np.array([1.0, 2.0, 3.5, 4.0])})
    assert wrong is not None
    assert wrong[:5] == (7, None, "mse", 3.0, 3.5)


# ---- blocks of a journal ----

SIZE = 3


def rows(count: int = 1, ending: int = 0, word: int = 0) -> np.ndarray[Any, Any]:
    made = np.zeros(count, OUTCOME)
    made["ending"], made["word"] = ending, word
    return made


def block(start: int, made: np.ndarray[Any, Any], words: str = '["a"]', wrong: int = 0) -> bytes:
    body = words.encode() + made.tobytes()
    return _HEAD.pack(start, len(made), len(words), zlib.crc32(body) + wrong) + body


AFTER = {
    # what stands after one good row, and how many rows are read in all
    "the next": (block(1, rows()), 2), "the last two": (block(1, rows(2)), 3), "more than there are": (block(1, rows(3)), 1),
    "none": (block(1, rows(0)), 1), "the first again": (block(0, rows()), 1), "one left out": (block(2, rows()), 1),
    "words that are no list": (block(1, rows(), '{"a": 1}'), 1), "no words": (block(1, rows(), '"a"'), 1),
    "words that are numbers": (block(1, rows(), "[1]"), 1), "a word that is not there": (block(1, rows(word=1)), 1),
    "a second word": (block(1, rows(word=1), '["a", "b"]'), 2), "an ending below": (block(1, rows(ending=-1)), 1),
    "an ending beyond": (block(1, rows(ending=len(ENDINGS))), 1), "the last ending": (block(1, rows(ending=len(ENDINGS) - 1)), 2),
    "another checksum": (block(1, rows(), wrong=1), 1), "torn": (block(1, rows())[:-1], 1),
    "torn in its head": (block(1, rows())[:9], 1),
    "torn after a good one": (block(1, rows()) + block(2, rows())[:-3], 2), "two": (block(1, rows()) + block(2, rows()), 3),
    "a length below": (_HEAD.pack(1, 1, -1, 0), 1), "a length beyond": (_HEAD.pack(1, 1, 2**24, 0), 1),
}  # fmt: skip


@pytest.mark.parametrize("kind", AFTER)
def test_a_journal_is_read_to_its_last_good_block(kind: str, tmp_path: Path):
    torn, done = AFTER[kind]
    out = tmp_path / "swept.parquet"
    with Journal(out, "print", SIZE, anew=True) as journal:
        journal.words.number("a")
        journal.add(rows())
    good = unfinished_of(out).read_bytes()
    assert good == json.dumps({"sweep": "print", "rows": SIZE}).encode() + b"\n" + block(0, rows())
    unfinished_of(out).write_bytes(good + torn)
    with Journal(out, "print", SIZE, anew=False) as journal:
        assert journal.done == done
        assert journal.words.words[:1] == ["a"]
        if done < SIZE:
            journal.add(rows())
    with Journal(out, "print", SIZE, anew=False) as journal:
        assert journal.done == min(done + 1, SIZE)
    for other, size in (("other", SIZE), ("print", SIZE + 1)):
        with pytest.raises(ns.FileError, match="another sweep is on its way to it"):
            Journal(out, other, size, anew=False)
    with Journal(out, "other", SIZE, anew=True) as journal:
        assert journal.done == 0


def test_a_first_line_that_is_torn_begins_anew(tmp_path: Path):
    out = tmp_path / "swept.parquet"
    unfinished_of(out).write_bytes(b'{"sweep": "pri')
    with Journal(out, "print", SIZE, anew=False) as journal:
        assert journal.done == 0
        journal.add(rows())
    unfinished_of(out).write_bytes(b"x" * 1000)
    with pytest.raises(ns.FileError, match="another sweep"):
        Journal(out, "print", SIZE, anew=False)
    unfinished_of(out).write_bytes(b"x" * 999)
    with Journal(out, "print", SIZE, anew=False) as journal:
        assert journal.done == 0


def test_columns_of_a_sweep():
    swept = ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.2], rule=["plain", "momentum"], steps=3)
    assert (swept["rule"].tolist(), swept["alpha"].tolist()) == (["plain", "momentum"] * 2, [0.1, 0.1, 0.2, 0.2])


# ---- half precision ----


@pytest.mark.parametrize(
    ("lost", "converged", "kinds", "told"),
    [(0.6, False, ["float16"], "float16"), (0.5, False, ["float16"], None), (0.6, True, ["float16"], None),
     (0.6, False, ["float32"], None), (0.6, False, ["float32", "bfloat16", "float16"], "bfloat16")],
)  # fmt: skip
def test_updates_lost_to_rounding(lost: float, converged: bool, kinds: list[str], told: str | None):
    seen = [SimpleNamespace(stepped=True, dtype=kind, layer=kind, kind="Linear", name=kind) for kind in kinds]
    seen.append(SimpleNamespace(stepped=False, dtype="float16", layer="frozen", kind="Linear", name="frozen"))
    recorded = SimpleNamespace(facts=SimpleNamespace(parameters=seen), steps=7, layers=[])
    evidence: Any = SimpleNamespace(recorded=recorded, updates_lost=lost, converged=converged)
    finding = about_settings.lost_to_rounding(evidence)
    if told is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.severity, finding.step, finding.measured) == ("warning", 7, lost)
    assert finding.text == (
        f"60% of the weights stay as they are though they have a gradient: they are kept in {told}, where an update this small "
        "beside its weight is lost in rounding."
    )
