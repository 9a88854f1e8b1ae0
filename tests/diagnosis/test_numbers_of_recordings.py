"""The numbers that an observed training is judged by, worked out by hand from a few losses, rates and columns."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nodescope.diagnosis.after.recorded import RecordedEvidence


def call(**more: Any) -> Any:
    usual = {"goals_from": "data", "counts": [], "chance": 0.0, "goal_variance": 4.0, "function": "mse_loss", "factor": 1.0}
    return SimpleNamespace(**usual | {"right": []} | more)


def seen(losses: Any = (), counts: Any = (), main: Any = None, **more: Any) -> RecordedEvidence:
    facts = SimpleNamespace(counts=list(counts), main_call=main, rates=more.pop("rates", []))
    usual = {"losses": list(losses), "facts": facts, "steps": len(list(losses)), "records": [], "layers": (), "optimizer": {}}
    return RecordedEvidence(SimpleNamespace(**usual | {"bends": [], "trouble": None} | more))  # type: ignore[arg-type]


# ---- losses ----


def test_losses_that_are_numbers_are_seen():
    assert seen([1.0, math.nan, 0.5, math.inf]).losses_seen.tolist() == [1.0, 0.5]


def test_losses_of_other_counts_each_time_are_those_of_one_number():
    assert seen([6.0, 6.0], counts=[6, 3]).losses_seen.tolist() == [1.0, 2.0]
    assert seen([6.0, 6.0], counts=[6, 5]).losses_seen.tolist() == [6.0, 6.0]
    assert seen([6.0, 6.0], counts=[6, 4.9]).losses_seen.tolist() == [1.0, 6.0 / 4.9]
    assert seen([6.0, 6.0], counts=[6]).losses_seen.tolist() == [6.0, 6.0]


@pytest.mark.parametrize(
    ("losses", "true_start", "start", "end", "lowest"),
    [
        ([3.0, 9.0, 1.0], 3.0, 3.0, 1.0, 1.0),
        ([9.0, 3.0, 1.0], 9.0, 3.0, 1.0, 1.0),
        ([9.0, 8.0, 7.0, *[0.5] * 7], 9.0, 8.0, 0.5, 0.5),
        ([4.0] * 16 + [1.0, 0.25, 2.0, 1.0], 4.0, 4.0, 1.5, 0.25),
        ([4.0] * 26 + [1.0, 9.0, 2.0, 3.0], 4.0, 4.0, 3.0, 1.0),
    ],
)
def test_start_and_end(losses: list[float], true_start: float, start: float, end: float, lowest: float):
    """Medians: of the first three, or the first where that is lower; of the last tenth."""
    e = seen(losses)
    assert (e.true_start, e.start, e.end, e.lowest) == (true_start, start, end, lowest)


def test_nothing_is_known_of_no_losses():
    e = seen()
    assert all(math.isnan(number) for number in (e.start, e.true_start, e.end, e.lowest))
    assert (len(e.errors), e.error_steps, e.nothing_learned, e.hardly_fell, e.stands) == (0, [], False, False, False)


def test_errors_are_medians_of_65_stretches():
    e = seen(np.repeat(np.arange(65.0), 3))
    assert e.errors.tolist() == [*range(65)]
    assert (e.error_steps[0], e.error_steps[1], e.error_steps[-1]) == (0, 3, 195)
    assert seen([3.0, 2.0]).error_steps == [0, 2]
    assert seen([3.0]).error_steps == [0]


# ---- what guessing would give ----


@pytest.mark.parametrize(
    ("main", "counts", "chance"),
    [
        (None, (), None), (call(), (), 4.0), (call(goals_from="network"), (), None), (call(function="l1_loss"), (), None),
        (call(factor=-1.0), (), None), (call(factor=0.5), (), 2.0), (call(goal_variance=0.0), (), None),
        (call(goal_variance=math.inf), (), None), (call(counts=[1, 3], chance=0.56, function="cross_entropy"), (), 0.56),
        (call(), (3, 3, 3), 12.0), (call(), (3, 3, 2), 4.0), (call(), (5, 6, 6), 24.0),
    ],
)  # fmt: skip
def test_the_loss_of_guessing(main: Any, counts: Any, chance: float | None):
    """Times the count of numbers where the loss is a sum over them; losses of counts that vary are those of one number."""
    e = seen([1.0, 1.0, 1.0], counts=counts, main=main)
    assert e.chance == chance
    assert e.supervised == (main is not None and main.goals_from == "data")


@pytest.mark.parametrize(
    ("parts", "right"), [([], 0.0), ([0.5], 0.5), ([0.1] * 4 + [0.9], 0.9), ([0.1] * 8 + [0.5, 0.9], 0.7), ([0.2, 0.4], 0.4)]
)
def test_how_many_are_right_lately(parts: list[float], right: float):
    assert seen([1.0], main=call(right=list(enumerate(parts)))).right == pytest.approx(right)


GUESSING = call(goal_variance=4.0)
LEARNED = [
    # losses, the call, nothing learned, hardly fell, converged
    ([10.0, 9.0], None, False, True, False), ([10.0, 9.1], None, True, True, False), ([10.0, 5.0], None, False, False, False),
    ([10.0, 5.1], None, False, True, False), ([10.0, 0.5], None, False, False, True), ([10.0, 0.51], None, False, False, False),
    ([9.0, 3.6], GUESSING, True, True, False), ([9.0, 3.5], GUESSING, False, True, False),
    ([9.0, 2.0], GUESSING, False, False, False), ([3.0, 1.6], GUESSING, False, True, False),
    ([3.0, 1.5], GUESSING, False, False, False), ([9.0, 0.2], GUESSING, False, False, True),
    ([9.0, 0.21], GUESSING, False, False, False), ([0.0, 0.0], None, False, False, True),
    ([-1.0, -3.0], None, False, False, False), ([9.0, 3.9], call(right=[(0, 0.97)]), True, True, True),
    ([9.0, 3.9], call(right=[(0, 0.96)]), True, True, False),
]  # fmt: skip
"""A tenth, a half and a twentieth of guessing, or of the start where guessing is not known."""


@pytest.mark.parametrize(("losses", "main", "nothing", "hardly", "converged"), LEARNED)
def test_whether_it_learned(losses: list[float], main: Any, nothing: bool, hardly: bool, converged: bool):
    e = seen([losses[0]] * 3 + losses[1:], main=main)
    assert (e.nothing_learned, e.hardly_fell, e.converged, e.solved) == (nothing, hardly, converged, losses[-1] == 0.0)


@pytest.mark.parametrize(
    ("third", "last", "stands"),
    [
        ([1.0, 1.0], [1.0, 1.0], True), ([1.0, 1.0], [0.985, 0.985], True), ([1.0, 1.0], [0.975, 0.975], False),
        ([1.0, 1.0], [1.5, 1.5], True), ([0.9, 1.1], [0.91, 1.01], True), ([0.9, 1.1], [0.89, 0.99], False),
        ([0.98, 1.02], [0.96, 0.99], True), ([0.98, 1.02], [0.95, 0.98], False), ([0.0, 0.0], [0.0, 0.0], True),
        ([0.0, 0.0], [-1.0, -1.0], False), ([1.0], [1.0], False), ([-1.0, -1.0], [-1.01, -1.01], True),
        ([-1.0, -1.0], [-1.03, -1.03], False),
    ],
)  # fmt: skip
def test_whether_it_stands(third: list[float], last: list[float], stands: bool):
    """A fiftieth, or twice the scatter of the means where that is more, a twentieth at most."""
    assert seen([9.0] * (len(third) + len(last)) + third + last).stands is stands


# ---- rates, weights, updates ----


def test_how_far_the_rate_has_faded():
    asked = ([], [0.5], [1.0, -0.25], [1.0, 0.5, math.inf], [0.0], [0.0, 0.1])
    assert [seen(rates=rates).faded for rates in asked] == [1.0, 1.0, 0.25, 0.5, 1.0, 1.0]


def record(step: int, *layers: dict[str, Any]) -> Any:
    return SimpleNamespace(step=step, layers=[{name: np.array(value) for name, value in layer.items()} for layer in layers])


def changed(*records: Any, layers: int = 1) -> float:
    told = tuple(SimpleNamespace(kind="Linear", gates=()) for _ in range(layers))
    return seen(records=list(records), layers=told).changed_at_first


def test_how_much_the_first_updates_change():
    """Of each layer the least of its first three steps; of the layers the median."""

    def step(number: int, *updates: float) -> Any:
        return record(number, *({"weight": [[2.0, 2.0]], "alpha_delta": [[update, update]]} for update in updates))

    assert changed() == 0.0
    assert changed(step(0, 1.0), step(1, 0.5), step(2, 0.25), step(3, 0.125)) == 0.125
    assert changed(step(3, 1.0)) == 0.0
    assert changed(step(0, 1.0, 0.5, 0.2), layers=3) == 0.25
    assert changed(record(0, {"weight": [[2.0]]})) == 0.0
    assert changed(record(0, {"weight": [[0.0]], "alpha_delta": [[1.0]]})) == 0.0
    assert changed(record(0, {"weight": [[math.inf]], "alpha_delta": [[1.0]]})) == 0.0


def test_updates_that_are_lost():
    lost = {"weighted_delta": [[1.0, 0.0, 2.0, 1.0]], "alpha_delta": [[0.0, 0.0, 0.5, 0.5]]}
    assert seen(records=[record(0, lost)]).updates_lost == pytest.approx(1 / 3)
    assert seen(records=[record(0, lost, {"weighted_delta": [[1.0]], "alpha_delta": [[0.0]]})]).updates_lost == 0.5
    assert seen(records=[record(0, lost), record(1, {"weight": [[1.0]]})]).updates_lost == 0.0
    assert seen().updates_lost == 0.0


def test_the_limit_is_that_of_the_nearest_look():
    bends = [SimpleNamespace(step=step, limit=limit) for step, limit in ((0, 1.0), (10, 2.0), (20, 3.0))]
    e = seen(bends=bends)
    assert [e.local_limit(SimpleNamespace(step=step)) for step in (0, 4, 6, 14, 99)] == [1.0, 1.0, 2.0, 2.0, 3.0]  # type: ignore[arg-type]
    assert e.bend is bends[-1]
    assert (seen().bend, seen().local_limit(SimpleNamespace(step=0))) == (None, math.inf)  # type: ignore[arg-type]


def test_what_the_optimizer_does():
    assert [seen(optimizer=told).direction for told in ({}, {"maximize": False}, {"maximize": True})] == [1.0, 1.0, -1.0]
    assert [seen(optimizer={"name": name}).rescales for name in ("SGD", "Adam")] == [False, True]
    e = seen(optimizer={"maximize": True}, records=[SimpleNamespace(alpha=0.5), SimpleNamespace(alpha=0.25)])
    assert e.alphas.tolist() == [-0.5, -0.25]
