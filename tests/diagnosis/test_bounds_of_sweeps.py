"""What a sweep goes over, in which order its rows are good, and which run side by side: both sides of each bound."""

import importlib
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.sweeps import grid, side_by_side, workers
from nodescope.diagnosis.sweeps.grid import Axis, as_grid
from nodescope.diagnosis.sweeps.outcomes import ENDINGS, OUTCOME, Words, are_rows, in_order, refuse_other
from nodescope.run.ending import Ending

sweep_module: Any = importlib.import_module("nodescope.diagnosis.sweeps.sweep")
NODE: dict[str, Any] = {"weight": 0.4, "input": 1.0, "goal": 0.6, "steps": 20, "alpha": [0.1, 0.2]}


def rows(*of: tuple[str, int, int, int, float]) -> Any:
    """Ending, word, steps, settled_after and error of each row."""
    names = [ending.name for ending in ENDINGS]
    made = [(names.index(ending), word, steps, settled, error, math.nan) for ending, word, steps, settled, error in of]
    return np.array(made, dtype=OUTCOME)


# ---- axes ----


def test_values_in_a_few_letters():
    asked: list[tuple[str, Any, str]] = [
        ("alpha", np.array([0.123456]), "0.1235"), ("seed", np.array([7], dtype=np.uint64), "7"), ("rule", ["adam"], "adam"),
        ("rule", [{"name": "momentum", "momentum": 0.5}], "momentum"), ("hidden", [[8, 4]], "8-4"), ("hidden", [8], "8"),
        ("weight", np.array([[1.0, 2.0]]), "[1.0, 2.0]"),
    ]  # fmt: skip
    assert [Axis(name, values).text(0) for name, values, _ in asked] == [text for _, _, text in asked]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("alpha", [0.1, 1], "float64"), ("alpha", range(3), "float64"), ("alpha", np.array([1, 2]), "int64"),
        ("batch", [1, 2], "int64"),
        ("seed", range(3), "uint64"), ("seed", [0, 2**64 - 1], "uint64"), ("seed", np.array([1, 2]), "uint64"),
        ("hidden", range(1, 3), "int64"), ("hidden", [4, [8, 8]], "list"), ("batch", [1, "all"], "list"),
        ("batch", [0, 2**63 - 1], "int64"),
        ("alpha", [True, 0.1], "list"), ("rule", ("plain", "adam"), "list"), ("hidden", ((2, 3), 4), "list"),
        ("batch", [-1, 2], "float64"), ("batch", [1, 2**63], "float64"),
    ],
)  # fmt: skip
def test_how_values_are_kept(name: str, values: Any, kind: str):
    found = grid._axis(name, values)
    assert (str(found.values.dtype) if isinstance(found.values, np.ndarray) else "list") == kind
    if kind == "list":
        assert found.values == [list(value) if isinstance(value, tuple) else value for value in values]
    else:
        assert found.values.tolist() == list(values)


@pytest.mark.parametrize(
    ("given", "axes"),
    [
        ({"input": 1.0, "goal": 1.0}, 0), ({"input": [1.0], "goal": [1.0]}, 0), ({"input": [1.0, 2.0], "goal": 1.0}, 1),
        ({"input": [[1.0], [2.0]], "goal": [1.0, 2.0]}, 1), ({"input": [[1.0], [2.0]], "goal": [[1.0], [2.0]]}, 2),
        ({"data": {}, "goal": "y"}, 1), ({"data": {}, "goal": 0}, 1), ({"data": {}, "goal": ["y", "z"]}, 2),
    ],
)  # fmt: skip
def test_axes_of_the_weights_of_one_run(given: dict[str, Any], axes: int):
    assert grid._weight_axes(given) == axes


def test_the_last_axis_changes_fastest():
    made = as_grid(None, NODE | {"rule": {"name": "momentum", "momentum": [0.25, 0.5, 0.75]}})
    assert (made.size, made.shape, [made.places(row) for row in (0, 1, 3, 5)]) == (6, (2, 3), [(0, 0), (0, 1), (1, 0), (1, 2)])
    assert made.keywords(4) == {
        "weight": 0.4, "input": 1.0, "goal": 0.6, "steps": 20, "alpha": 0.2, "rule": {"name": "momentum", "momentum": 0.5},
    }  # fmt: skip
    assert made.text(4) == "alpha 0.2, momentum 0.5"
    steps = {name: as_grid(None, {"input": 1.0, "goal": 1.0, "alpha": [1.0]} | more).fixed.get("steps") for name, more in
             {"none": {}, "steps": {"steps": 3}, "epochs": {"epochs": 3}}.items()}  # fmt: skip
    assert steps == {"none": 1_000_000, "steps": 3, "epochs": None}
    table = {"data": {"x": [1.0, 2.0], "y": [1.0, 2.0]}, "goal": "y", "alpha": [0.1]}
    assert "steps" not in as_grid(None, table).fixed


# ---- rows ----


def test_the_best_rows_come_first():
    told = rows(
        ("STEPS_USED", 0, 9, -1, 0.5), ("SETTLED", 0, 9, 3, 0.25), ("SETTLED", 0, 9, 2, 0.25), ("DIVERGED", 0, 9, -1, 0.0),
        ("STEPS_USED", 0, 1, -1, 0.25), ("STEPS_USED", 0, 9, -1, math.nan), ("SETTLED", 0, 9, 0, 0.25),
        ("STEPS_USED", 0, 9, -1, 0.5),
    )  # fmt: skip
    assert in_order(told, told["mse"]).tolist() == [6, 4, 2, 1, 0, 7, 3, 5]


def test_which_rows_are_of_a_sweep():
    good = rows(("STEPS_USED", 1, 9, -1, 0.5))
    words = ["nothing wrong", "diverges"]
    assert are_rows(good, words)
    assert not are_rows(good, words[:1])
    assert not are_rows(good, ["nothing wrong", 1])
    assert not are_rows(good.reshape(1, 1), words)
    assert not are_rows(np.zeros(1), words)
    for ending in (-1, len(ENDINGS)):
        good["ending"] = ending
        assert not are_rows(good, words)
    good["ending"] = len(ENDINGS) - 1
    assert are_rows(good, words)


def test_words_are_numbered_as_they_are_met():
    words = Words(("a", "b"))
    assert [words.number(word) for word in ("b", "c", "a", "c")] == [1, 2, 0, 2]
    assert words.words == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("change", "fixed", "other"),
    [
        ({}, "t.csv", False), ({"mse": 0.25}, "t.csv", True), ({"steps": 8}, "t.csv", True), ({"ending": 3}, "t.csv", True),
        ({"mse": 0.25}, None, False), ({"mse": 0.25, "time": 1.0}, "t.csv", False), ({"mse": -0.0}, "t.csv", True),
    ],
)  # fmt: skip
def test_a_row_made_again_is_what_it_was(change: dict[str, Any], fixed: str | None, other: bool):
    """Unless its table has changed since; of what a clock ends nothing is asked."""
    was = dict(zip(OUTCOME.names or (), rows(("SETTLED", 0, 9, 3, 0.0)).tolist()[0], strict=True)) | change
    made: Any = SimpleNamespace(fixed={"data": fixed}, text=lambda row: f"row {row}")
    run: Any = SimpleNamespace(ending=Ending.SETTLED, mse=0.0, steps=9, recipe=SimpleNamespace(time_limit=change.get("time")))
    if other:
        with pytest.raises(ns.NodescopeError, match="the table has changed since"):
            refuse_other(made, 0, was, run)
    else:
        refuse_other(made, 0, was, run)


def test_which_answers_fit_a_task():
    answer = (3, rows(("SETTLED", 0, 9, 3, 0.5), ("SETTLED", 0, 9, 3, 0.5)), ["nothing wrong"])
    assert workers._fits(answer, 3, 5)
    others: list[Any] = [list(answer), answer[:2], (3.0, *answer[1:]), (3, answer[1], ("nothing wrong",)), (3, answer[1], [])]
    assert not any(workers._fits(other, 3, 5) for other in (None, *others))
    assert not workers._fits(answer, 2, 4)
    assert not workers._fits(answer, 3, 6)


# ---- side by side ----


@pytest.mark.parametrize(
    ("change", "together"),
    [
        ({}, True), ({"time_limit": 9.0}, False), ({"rule": "momentum"}, False), ({"frozen": False}, True),
        ({"frozen": True}, False),
        ({"until_mse": 0.1}, False), ({"input": 0.0}, False), ({"rule": ["plain", "plain"]}, False), ({"batch": [1, 1]}, False),
        ({"seed": [1, 2]}, True), ({"alpha": ns.schedule("constant", start=0.1), "seed": [1, 2]}, False), ({"penalty": 0.1}, False),
        ({"weight": [0.1] * 16, "input": [1.0] * 16}, True), ({"weight": [0.1] * 17, "input": [1.0] * 17}, False),
        ({"weight": None, "input": [[1.0]], "goal": [[1.0, 2.0]]}, False),
        ({"weight": None, "input": [[1.0], [2.0]], "goal": [1.0, 2.0]}, False),
        ({"weight": [[0.1, 0.2], [0.3, 0.4]], "input": [1.0, 0.0]}, False), ({"weight": [0.1, 0.2]}, True),
        ({"weight": None, "network": [1, 1]}, False), ({"summation": "lanes"}, False), ({"bias": 0.5}, True),
    ],
)  # fmt: skip
def test_which_rows_go_side_by_side(change: dict[str, Any], together: bool):
    settings = {name: value for name, value in (NODE | change).items() if value is not None}
    assert side_by_side.goes_side_by_side(as_grid(None, settings)) is together


def test_what_one_example_is_missed_by():
    problem: Any = SimpleNamespace(input=np.array([[1.0, 2.0, -1.0]]), goal=np.array([[0.5]]), d=3)
    assert side_by_side.residuals(problem, np.array([[1.0, 1.0, 2.0], [0.0, 1.0, 0.0]])).tolist() == [0.5, 1.5]
    assert side_by_side.residuals(problem, np.array([[1.0, 1.0, 2.0, 3.0]])).tolist() == [3.5]


# ---- how many at once ----


@pytest.mark.parametrize(
    ("steps", "blocks"),
    [
        (None, [(1, 9), (9, 17), (17, 20)]), (10, [(1, 9), (9, 17), (17, 20)]), (20, [(1, 5), (5, 9), (9, 13), (13, 17), (17, 20)]),
        (25, [(1, 5), (5, 9), (9, 13), (13, 17), (17, 20)]), (26, [(at, min(at + 2, 20)) for at in range(1, 20, 2)]),
        (1000, [(at, min(at + 2, 20)) for at in range(1, 20, 2)]), (0, [(1, 9), (9, 17), (17, 20)]),
    ],
)  # fmt: skip
def test_rows_side_by_side_are_as_many_as_their_steps_allow(
    steps: int | None, blocks: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
):
    """Eight rows at most, two at least, in twos, and a hundred steps of all of them; one row is done before."""
    for name, value in (("TILE", 2), ("AT_ONCE", 8), ("STEPS_AT_ONCE", 100)):
        monkeypatch.setattr(sweep_module, name, value)
    monkeypatch.setattr(sweep_module, "outcomes_side_by_side", lambda _grid, start, stop, _words: (start, stop))
    of: Any = SimpleNamespace(size=20, first=SimpleNamespace(asked_steps=steps))
    made: Any = SimpleNamespace(done=1, words=None)
    assert list(sweep_module._side_by_side(of, made)) == blocks


@pytest.mark.parametrize(
    ("seconds", "sizes"), [(0.125, [1, 2, 4, 4, 4, 4]), (1.0, [1] * 19), (0.01, [1, 2, 4, 8, 4]), (0.0, [1, 2, 4, 8, 4])]
)
def test_rows_one_by_one_are_written_twice_a_second(seconds: float, sizes: list[int], monkeypatch: pytest.MonkeyPatch):
    clock = [0.0]

    def made(_grid: Any, start: int, stop: int, _words: Any, _asked: Any) -> int:
        clock[0] += seconds * (stop - start)
        return stop - start

    monkeypatch.setattr(sweep_module, "outcomes_one_by_one", made)
    monkeypatch.setattr(sweep_module, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    of: Any = SimpleNamespace(size=20)
    so_far: Any = SimpleNamespace(done=1, words=None)
    assert list(sweep_module._one_by_one(of, so_far, None)) == sizes
