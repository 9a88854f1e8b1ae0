"""What a run predicts, for inputs in each shape that they may have; and checksums and reasons of files, by hand."""

import errno
import math
import re
import sqlite3
from hashlib import blake2b
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.file.checksum import add, as_text, from_text, part_of, refuse_changed
from nodescope.run.file.reasons import reason

NONE = {"alpha": 0.1, "steps": 0}
SCALAR = {**NONE, "weight": 2.0, "bias": 1.0, "input": [1.0, 2.0], "goal": [1.0, 2.0]}
ONE = {**NONE, "weight": [2.0, 3.0], "bias": 1.0, "input": [[1.0, 2.0]], "goal": [1.0]}
TWO = {**NONE, "weight": [[2.0, 3.0], [4.0, 5.0]], "bias": [1.0, 0.0], "input": [[1.0, 2.0]], "goal": [[1.0, 2.0]]}
LAYERS = {**NONE, "network": ns.network(weights=[[[2.0, 3.0]]], biases=[[1.0]]), "input": [[1.0, 2.0]], "goal": [[1.0]]}
OF_D = "(2,) or (m, 2)"


@pytest.mark.parametrize(
    ("keywords", "given", "predicted"),
    [
        (SCALAR, 3.0, 7.0), (SCALAR, [3.0], [7.0]), (SCALAR, [3.0, 0.0], [7.0, 1.0]),
        (ONE, [1.0, 1.0], 6.0), (ONE, [[1.0, 1.0]], [6.0]), (ONE, [[1.0, 1.0], [0.0, 0.0]], [6.0, 1.0]),
        (TWO, [1.0, 1.0], [6.0, 9.0]), (TWO, [[1.0, 1.0], [0.0, 0.0]], [[6.0, 9.0], [1.0, 0.0]]),
        (LAYERS, [1.0, 1.0], [6.0]), (LAYERS, [[1.0, 1.0], [0.0, 0.0]], [[6.0], [1.0]]),
    ],
)  # fmt: skip
def test_predictions_have_the_shape_of_what_is_given(keywords: dict[str, Any], given: Any, predicted: Any):
    found = ns.descend(**keywords).predict(given)
    assert np.shape(found) == np.shape(predicted)
    assert np.array_equal(found, predicted)


@pytest.mark.parametrize(
    ("keywords", "given", "said"),
    [
        (SCALAR, [[1.0]], "input has shape (1, 1); allowed are scalar or (m,)"),
        (ONE, 1.0, f"input has shape scalar; allowed are {OF_D}"), (ONE, [1.0], f"input has shape (1,); allowed are {OF_D}"),
        (ONE, [[1.0]], f"input has shape (1, 1); allowed are {OF_D}"),
        (ONE, [[[1.0, 1.0]]], f"input has shape (1, 1, 2); allowed are {OF_D}"),
        (TWO, [1.0, 2.0, 3.0], f"input has shape (3,); allowed are {OF_D}"),
        (ONE, [math.nan, 1.0], "input[0] is nan; every number must be finite: mend or leave out what is not"),
    ],
)  # fmt: skip
def test_inputs_refused(keywords: dict[str, Any], given: Any, said: str):
    with pytest.raises(ns.InputError) as refused:
        ns.descend(**keywords).predict(given)
    assert str(refused.value) == said


def sides(loss: str, goal: Any, weight: Any) -> ns.Run:
    return ns.descend(input=[[1.0], [-1.0], [2.0]], goal=goal, loss=loss, weight=weight, **NONE)


def test_classes_and_their_probabilities():
    """Odds of e to one at 1; of three outputs with sums x, 0, −x."""
    two, three = sides("cross-entropy", ["a", "b", "a"], [1.0]), sides("cross-entropy", ["p", "q", "r"], [[1.0], [0.0], [-1.0]])
    p = math.e / (1 + math.e)
    assert (two.predict([1.0]), two.predict([[1.0], [-1.0], [0.0]]).tolist()) == ("b", ["b", "a", "a"])
    assert two.predict_probabilities([1.0]) == pytest.approx([1 - p, p], rel=1e-14)
    assert two.predict_probabilities([[1.0], [-1.0]]) == pytest.approx(np.array([[1 - p, p], [p, 1 - p]]), rel=1e-14)
    each = np.exp([1.0, 0.0, -1.0])
    assert (three.predict([1.0]), three.predict([[1.0], [-1.0]]).tolist()) == ("p", ["p", "r"])
    assert three.predict_probabilities([1.0]) == pytest.approx(each / each.sum(), rel=1e-14)
    hinge = sides("hinge", ["a", "b", "a"], [1.0])
    assert (hinge.predict([0.25]), hinge.predict([[0.25], [0.0], [-0.25]]).tolist()) == ("b", ["b", "a", "a"])
    with pytest.raises(ns.InputError) as refused:
        hinge.predict_probabilities([1.0])
    assert str(refused.value) == (
        'this run tells sides, not probabilities: loss="cross-entropy" tells how likely each class is'
    )  # fmt: skip
    with pytest.raises(ns.InputError) as refused:
        ns.descend(**ONE).predict_probabilities([1.0, 1.0])
    assert str(refused.value) == (
        'the goals of this run are numbers, so there are no probabilities: loss="cross-entropy" tells classes'
    )  # fmt: skip


def test_what_the_steps_make_smaller():
    """Errors of 1 and −3: half of 1 + 9 over two examples; a penalty of ½ × 4 × 2² beside it, the bias left out."""
    run = ns.descend(weight=2.0, bias=1.0, input=[1.0, 2.0], goal=[2.0, 8.0], penalty={"l2": 4.0}, **NONE)
    assert (run.loss, run.mse, run.start_mse, run.penalty_cost) == (2.5, 5.0, 5.0, 8.0)
    assert ns.descend(**SCALAR).penalty_cost == 0.0


@pytest.mark.parametrize(
    ("keywords", "weight", "bias"),
    [
        (SCALAR, None, None),
        ({**SCALAR, "standardise": {"mean": [3.0], "deviation": [2.0]}}, 1.0, -2.0),
        ({**ONE, "standardise": {"mean": [1.0, 2.0], "deviation": [2.0, 1.0]}}, [1.0, 3.0], -6.0),
        ({**TWO, "bias": None, "standardise": {"mean": [0.0, 0.0], "deviation": [2.0, 1.0]}}, [[1.0, 3.0], [2.0, 5.0]], [0.0, 0.0]),
        (LAYERS, None, None),
        ({**NONE, "data": {"a": [1.0, 2.0], "y": [1.0, 3.0]}, "goal": "y", "weight": [2.0], "bias": 1.0}, [2.0], 1.0),
        ({**NONE, "data": {"a": [1.0, 2.0], "y": [1.0, 3.0]}, "goal": "y", "weight": [2.0], "bias": False}, [2.0], None),
    ],
)
def test_weights_for_the_persons_own_numbers(keywords: dict[str, Any], weight: Any, bias: Any):
    run = ns.descend(**keywords)
    assert (run.table_weight is None) == (weight is None)
    assert weight is None or np.array_equal(run.table_weight, weight)
    assert (run.table_bias is None) if bias is None else np.array_equal(run.table_bias, bias)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""), ({"batch": "all", "parts": 1000}, "Each batch is added in parts of 1,000, and the parts' sums in pairs."),
    ],
)  # fmt: skip
def test_how_it_was_added(more: dict[str, Any], said: str):
    assert ns.descend(**ONE, **more).method_sentence == said


@pytest.mark.parametrize(
    ("more", "within"), [({}, r"weights within [\d.e-]+ of"), ({"rule": "adam"}, "it is not known how far from")]
)
def test_what_steps_on_moments_are(more: dict[str, Any], within: str):
    x = np.arange(20.0).reshape(10, 2) % 7
    run = ns.descend(input=x, goal=x @ [1.0, 2.0], batch="all", method="moments", alpha=0.01, steps=2, **more)
    few = r"Steps on 4 examples with the moments of 10 rows, by QR in a fixed order; "
    assert re.fullmatch(f"{few}{within} steps on the rows.", run.method_sentence)


def test_a_step_knows_what_it_is_of():
    run = ns.descend(**LAYERS | {"steps": 5})
    step, window = run.trace[3], run.trace[1:4]
    assert (step.recipe, step.number, step.layer) == (run.recipe, 3, None)
    assert step.recipe is window.recipe is run.recipe
    assert (step.layers[0].recipe is run.recipe, step.layers[0].number, step.layers[0].layer) == (True, 3, 0)
    assert (window.start, window.layer, window.layers[0].layer, len(window)) == (1, None, 0, 3)


# ---- checksums ----


def of_row(*fields: Any) -> int:
    seen = blake2b(digest_size=8)
    for field in fields:
        content = field if isinstance(field, bytes) else str(field).encode(errors="surrogatepass")
        seen.update(f"{type(field).__name__} {len(content)} ".encode() + content)
    return int.from_bytes(seen.digest(), "big")


def test_checksums_of_parts():
    sums: dict[str, int] = {}
    rows = [
        ("header", "place", "{}"), ("array", "weight", "<f8", "[]", bytes(8)), ("array", "record 1 layer 0 sum", "<f8", "[]", b""),
        ("array", "record 2 layer 0 sum", "<f8", "[]", b"\1"), ("checkpoint", 0, b"\2"), ("checkpoint", 256, b"\3"),
        ("header", "record 1", "5"), ("header", "\ud800", "5"),
    ]  # fmt: skip
    for row in rows:
        add(sums, *row)
    of = [of_row(*row[1:]) for row in rows]
    assert sums == {
        "header place": of[0], "array weight": of[1], "records": (of[2] + of[3]) % 2**64, "checkpoints": (of[4] + of[5]) % 2**64,
        "header record 1": of[6], "header \ud800": of[7],
    }  # fmt: skip
    told = as_text(sums)
    assert from_text(told) == sums
    assert as_text({"a": 0, "b": 255, "c": 2**64 - 1}) == {"a": "0" * 16, "b": "0" * 14 + "ff", "c": "f" * 16}
    refuse_changed(sums, told)
    assert part_of("checkpoint", 5) == "checkpoints"


def test_sums_stay_below_two_to_the_sixty_fourth():
    sums = {"header a": 2**64 - 1}
    add(sums, "header", "a", "x")
    assert sums["header a"] == of_row("a", "x") - 1


def test_the_first_parts_that_changed_are_named():
    told = as_text(dict.fromkeys("abcde", 1))
    with pytest.raises(ValueError, match=r"^b, c, d changed after it was written") as refused:
        refuse_changed({"a": 1, "b": 2, "c": 2, "d": 2, "e": 2}, told)
    assert str(refused.value) == "b, c, d changed after it was written, or only in part (another checksum)"
    for other in (dict.fromkeys("abcd", 1), dict.fromkeys("abcdef", 1)):
        with pytest.raises(ValueError, match=r"^(e|f) changed after it was written"):
            refuse_changed(other, told)


def of_sqlite(code: int | None) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("it said so")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x"), "the disk is full; make room, or name a file on another disk"),
        (OSError(errno.EDQUOT, "x"), "your share of the disk is used up; make room, or name a file on another disk"),
        (OSError(errno.EFBIG, "x"), "files of that size are not allowed; name a file on another disk"),
        (OSError(errno.EROFS, "x"), "the disk or folder is read-only; name a file elsewhere"),
        (OSError(errno.EACCES, "not yours"), "not yours"), (OSError("in words"), "in words"),
        (of_sqlite(13), "the disk is full; make room, or name a file on another disk"),
        (of_sqlite(13 + 256), "the disk is full; make room, or name a file on another disk"),
        (of_sqlite(8), "it, or its folder, is read-only; name a file elsewhere, or copy it there"),
        (of_sqlite(8 + 512), "it, or its folder, is read-only; name a file elsewhere, or copy it there"),
        (of_sqlite(1), "it said so"), (of_sqlite(None), "it said so"), (of_sqlite(8 + 13 * 256), "it, or its folder, is read-only; "
         "name a file elsewhere, or copy it there"),
    ],
)  # fmt: skip
def test_reasons(error: Exception, said: str):
    assert reason(error) == said
