"""From where on alpha is a finding: both sides of each bound, worked out by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import at_its_bounds, errors

from nodescope.diagnosis.after import about_alpha as alpha
from nodescope.diagnosis.after.finding import CLOSED_FORM, GOALS, STEPS
from nodescope.diagnosis.after.snapshot import LayerSnapshot
from nodescope.run.ending import Ending

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def layer(sum_: float = 0.5) -> LayerSnapshot:
    """Two nodes whose sums are this large, far from where they would be flat."""
    rows = np.full((4, 2), sum_)
    return LayerSnapshot(
        activation="tanh", weight=np.ones((2, 2)), bias=None, weighted_delta=None, bias_weighted_delta=None, input=rows, sum=rows,
        prediction=np.tanh(rows), slope=1 - np.tanh(rows) ** 2, delta=rows, numbers=np.arange(2), of=2,
    )  # fmt: skip


def bowl(**more: Any) -> Any:
    """One weight whose missing error each step multiplies by −1.5."""
    usual = {
        "stable": False, "marginal": False, "factor": -1.5, "turns": 4, "missing_start": 2.0, "missing_end": 10.125,
        "missing_at": lambda step: 1.5**step, "error_at": lambda step: 2.25**step,
        "forecast": SimpleNamespace(limit=2.0, per="step", islands=[]),
        "system": SimpleNamespace(steps_per_turn=1, condition=1.0, together=True, best_alpha=1.0),
    }  # fmt: skip
    return SimpleNamespace(**usual | more)


LAYERS = [layer()]
LINEAR = {
    "alphas": np.array([2.5]), "can_move": True, "end": 5.0, "start": 1.0, "is_linear": True, "linear": bowl(),
    "offers": frozenset({CLOSED_FORM, GOALS, STEPS}), "run.ending": Ending.STEPS_USED, "run.steps": 4, "recipe.alpha": 2.5,
}  # fmt: skip
NETWORK = errors(1.0, 1.5, 2.5, 3.0) | {
    "alphas": np.array([0.5]), "can_move": True, "is_linear": False, "offers": frozenset({GOALS, STEPS}), "run.steps": 30,
    "run.ending": Ending.STEPS_USED, "converged": False, "spread": 1.0, "share_left": 3.0, "rescales": False, "whole_batch": True,
    "first": SimpleNamespace(alpha=0.5, step=0, layers=LAYERS), "last": SimpleNamespace(alpha=0.5, step=30, layers=LAYERS),
    "local_limit": lambda _: 0.4, "local_limit_of_one": lambda _: 0.2, "finite": True, "snapshots": [1],
}  # fmt: skip
WORSE = NETWORK | errors(1.0, 1.0, 1.0, 1.11) | {"share_left": 1.0}
LOST = NETWORK | errors(9.0, 0.2, 2.05, 2.1)
EDGE = NETWORK | errors(3.0, 2.0, 2.5, 1.0) | {"run.steps": 10}
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "below 0": (alpha.wrong_sign, LINEAR | {"alphas": np.array([0.5, -0.1, -0.2])}, {
        "as it is": ({}, FAULT), "at 0": ({"alphas": np.array([0.5, 0.0])}, NONE), "nothing moves": ({"can_move": False}, NONE),
    }),
    "zero": (alpha.alpha_is_zero, LINEAR | {"alphas": np.array([0.0, 0.0])}, {
        "as it is": ({}, FAULT), "at first": ({"alphas": np.array([0.0, 1e-300])}, NONE), "none": ({"alphas": np.array([])}, NONE),
    }),
    "overflow": (alpha.overflow, LINEAR | {"run.ending": Ending.DIVERGED, "linear": bowl(stable=True)}, {
        "as it is": ({}, FAULT), "not stable": ({"linear": bowl()}, NONE), "not known": ({"linear": bowl(stable=None)}, NONE),
        "at its end": ({"run.ending": Ending.STEPS_USED}, NONE),
    }),
    "beyond its limit": (alpha.diverges, LINEAR, {
        "as it is": ({}, FAULT), "stable": ({"linear": bowl(stable=True)}, NONE),
        "marginal": ({"linear": bowl(marginal=True)}, NONE),
        "alpha of 0": ({"alphas": np.array([0.0])}, NONE), "alpha above 0 later": ({"alphas": np.array([-1.0, 2.5])}, FAULT),
        "nothing moves": ({"can_move": False}, NONE), "no error": ({"end": 0.0}, NONE),
    }),
    "marginal": (alpha.marginal, LINEAR, {"as it is": ({}, NONE), "marginal": ({"linear": bowl(marginal=True)}, WARNING)}),
    "oscillates": (alpha.oscillates, LINEAR | {"linear": bowl(stable=True, factor=-0.5)}, {
        "as it is": ({}, NOTE), "no factor": ({"linear": bowl(stable=True, factor=None)}, NONE),
        "not stable": ({"linear": bowl(factor=-0.5)}, NONE), "at −1": ({"linear": bowl(stable=True, factor=-1.0)}, NONE),
        "rounding": ({"linear": bowl(stable=True, factor=-1e-12)}, NONE),
        "more than rounding": ({"linear": bowl(stable=True, factor=-2e-12)}, NOTE),
        "marginal": ({"linear": bowl(stable=True, factor=-0.5, marginal=True)}, NONE),
    }),
    "grew": (alpha.error_grew, NETWORK, {
        "as it is": ({}, FAULT), "twice": (errors(1.0, 1.5, 1.5, 2.0) | {"share_left": 0.9}, NONE),
        "more than twice": (errors(1.0, 1.5, 1.5, 2.01), FAULT), "no step": ({"run.steps": 0}, NONE),
        "diverged": ({"run.ending": Ending.DIVERGED}, NONE), "converged": ({"converged": True}, NONE),
        "nothing seen": ({"offers": frozenset({GOALS})}, NONE),
        "below 0, by its size": (errors(-1.0, -1.0, -1.0, 0.0) | {"share_left": 0.0}, NONE),
        "below 0, by more": (errors(-1.0, -1.0, -1.0, 0.1), FAULT),
        "no number": (errors(1.0, 1.0, math.nan, math.nan), FAULT),
        "saturated": ({"last": SimpleNamespace(alpha=0.5, step=30, layers=[layer(400.0)])}, NONE),
    }),
    "worse": (alpha.error_grew, WORSE, {
        "as it is": ({}, WARNING), "a tenth": (errors(1.0, 1.0, 1.0, 1.1), NONE),
        "better than the mean": ({"share_left": 0.999}, NONE),
        "goals are not known": ({"offers": frozenset({STEPS})}, NONE),
    }),
    "lost": (alpha.error_grew, LOST, {
        "as it is": ({}, FAULT), "ten times": (errors(9.0, 0.21, 2.1, 2.1), NONE),
        "twice the spread": (errors(9.0, 0.1, 2.0, 2.0), NONE),
        "from 0": (errors(9.0, 0.0, 2.1, 2.1), NONE), "coming down": (errors(9.0, 0.1, 2.4, 2.15), NONE),
        "hardly coming down": (errors(9.0, 0.1, 2.4, 2.16), FAULT),
        "goals that do not vary": ({"spread": 0.0}, NONE),
        "goals that do not vary, far lost": (LOST | errors(1.0, 0.1, 2.01, 2.01), FAULT),
    }),
    "at the edge": (alpha.edge_of_stability, EDGE, {
        "as it is": ({}, NOTE), "0.8": ({"local_limit": lambda _: 0.625}, NOTE), "less": ({"local_limit": lambda _: 0.63}, NONE),
        "1.3": ({"local_limit": lambda _: 0.5 / 1.3}, NOTE), "more": ({"local_limit": lambda _: 0.38}, NONE),
        "nine steps": ({"run.steps": 9}, NONE), "rescales": ({"rescales": True}, NONE), "a part": ({"whole_batch": False}, NONE),
        "not finite": ({"finite": False}, NONE), "it stands": (errors(1.0, 1.0), NONE),
        "no alpha": ({"last": SimpleNamespace(alpha=0.0, step=9, layers=LAYERS)}, NONE),
    }),
    "against its limit": (alpha.local_limit, EDGE | {"sharpness_at": lambda _: SimpleNamespace(shares=[0.25, 0.75])}, {
        "as it is": ({}, NOTE), "no limit": ({"local_limit": lambda _: math.inf}, NONE), "no step": ({"run.steps": 0}, NONE),
        "rescales": ({"rescales": True}, NONE), "not finite": ({"finite": False}, NONE),
        "no alpha": ({"last": SimpleNamespace(alpha=0.0, step=9, layers=LAYERS)}, NONE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)


def test_how_it_goes_near_a_limit():
    assert [alpha._regime(ratio) for ratio in (0.49, 0.5, 1.0, 1.01)] == ["converges", "oscillates", "oscillates", "diverges"]


def test_growth_is_that_of_the_last_eight_turns_that_are_numbers():
    def grown(turns: int, at: Any) -> float | None:
        return alpha._growth(bowl(turns=turns, missing_at=at))

    assert grown(4, lambda step: 1.5**step) == pytest.approx(1.5)
    assert grown(20, lambda step: 2.0 ** (step - 12 if step > 12 else 0)) == pytest.approx(2.0)
    assert grown(20, lambda step: math.inf if step == 20 else 3.0**step) == pytest.approx(3.0)
    assert grown(20, lambda step: 0.0 if step > 10 else 0.5**step) == pytest.approx(0.5)
    assert grown(0, lambda _: 1.0) is None
    assert grown(3, lambda _: 0.0) is None


@pytest.mark.parametrize(("turns", "above", "step"), [(8, 1, 0), (8, 2, 1), (8, 3, 3), (8, 5, 7), (8, 9, 7), (0, 1, 0), (6, 5, 5)])
def test_the_first_growth_is_looked_for_by_doubling(turns: int, above: int, step: int):
    e = SimpleNamespace(start=1.0)
    found = alpha._first_growth(e, bowl(turns=turns, error_at=lambda step: 2.0 if step >= above else 1.0))  # type: ignore[arg-type]
    assert found == step


def test_where_growth_is_looked_for():
    """Of 40 turns of two steps: at the end, a turn before, halfway, at a quarter and a sixteenth, and at the first."""
    asked: list[int] = []

    def missing(step: int) -> float:
        asked.append(step)
        return math.nan

    system = SimpleNamespace(steps_per_turn=2)
    assert alpha._growth(bowl(turns=40, missing_at=missing, system=system)) is None
    assert asked == [64, 80, 62, 78, 24, 40, 4, 20, 0, 4, 0, 2]
    asked.clear()
    grows = bowl(turns=40, system=system, error_at=lambda step: missing(step) if step < 32 else 2.0)
    assert alpha._first_growth(SimpleNamespace(start=1.0), grows) == 30  # type: ignore[arg-type]
    assert asked == [2, 4, 8, 16]
    assert alpha._first_growth(SimpleNamespace(start=1.0), bowl(turns=8, error_at=lambda _: 0.5)) == 7  # type: ignore[arg-type]
