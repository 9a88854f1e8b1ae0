"""The sentence that an ending is, with each bound from both sides; and when a run ends because it no longer improves."""

import math
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.ending import Ending, sentence
from nodescope.run.making import make_recipe
from nodescope.run.watch import Tolerance, Watch, as_tolerance

SAME = "the error is what it was"


def told(ending: Ending = Ending.STEPS_USED, **more: Any) -> str:
    usual = {"steps": 1000, "settled_after": None, "cycle": None, "start_mse": 1.0, "mse": 1.0}
    return sentence(ending, **(usual | more))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (1.0, 1.0, SAME), (0.0, 0.0, "the error is exactly 0"), (1.0, 0.0, "the error is exactly 0"),
        (math.inf, 0.0, "the error is exactly 0"), (0.0, 4.0, "the error grew from 0: predictions are off by 2 (RMSE)"),
        (1.0, math.inf, "the error grew beyond all numbers"), (math.inf, math.inf, "the error is beyond all numbers"),
        (math.nan, math.nan, "the error is beyond all numbers"), (math.inf, 4.0, "the error fell: predictions are off by 2 (RMSE)"),
        (1.0, 1.21, "the error grew: predictions are off by 1.1 times what they were"),
        (1.0, 4.0, "the error grew: predictions are off by 2 times what they were"),
        (1.0, 1.1025, "the error grew a little: predictions are off by 1.05 times what they were"),
        (1.0, 1.20999, "the error grew a little: predictions are off by 1.1 times what they were"),
        (4.0, 1.0, "predictions are off by 0.5 of what they were"),
        (1.0, 0.999**2, "predictions are off by 0.999 of what they were"),
        (1.0, (1 - 1e-7) ** 2, "predictions are off by (1 − 1e-07) of what they were"),
        (1.0, 0.9996**2, "predictions are off by (1 − 0.0004) of what they were"),
        (1.0, 0.9994**2, "predictions are off by 0.999 of what they were"),
        (4.0, math.nextafter(2.0, 0.0) ** 2, "predictions are off by (1 − 1e-16) of what they were"),
        (1.0, (1 + 1e-7) ** 2, "the error grew a little: predictions are off by (1 + 1e-07) times what they were"),
        (2.0**20, 2.0**20 * 1.001e-6, "predictions are off by 0.001 of what they were"),
        (1.0, 0.0009**2, "predictions are off by 0.0009 (RMSE), 1.11e+03 times less than at the start"),
        (1e6, 1.0, "predictions are off by 0.001 of what they were"),
    ],
)  # fmt: skip
def test_how_the_error_compares(before: float, after: float, said: str):
    assert told(start_mse=before, mse=after).endswith(f"; {said}.")


@pytest.mark.parametrize(
    ("ending", "more", "said"),
    [
        (Ending.DIVERGED, {}, "Diverged: at step 999 a new weight is no longer finite."),
        (Ending.SETTLED, {"settled_after": 0}, f"Settled from the start: no step moves any weight; {SAME}."),
        (Ending.SETTLED, {"settled_after": 1}, f"Settled after 1 step: no weight will ever change again; {SAME}."),
        (Ending.SETTLED, {"settled_after": 1234}, f"Settled after 1,234 steps: no weight will ever change again; {SAME}."),
        (Ending.SETTLED, {}, f"Settled after 0 steps: no weight will ever change again; {SAME}."),
        (Ending.CYCLING, {"cycle": (1500, 1)}, f"Cycling: from step 1,500 on the weights repeat every 1 step; {SAME}."),
        (Ending.CYCLING, {"cycle": (0, 2)}, f"Cycling: from step 0 on the weights repeat every 2 steps; {SAME}."),
        (Ending.TOLERANCE, {"gone": 2000},
         f"The weights after 1,000 steps are kept, the best of 2,000 steps: it no longer improved; {SAME}."),
        (Ending.STEPS_USED, {"gone": 2000, "steps": 1},
         f"The weights after 1 step are kept, the best of all 2,000 steps; {SAME}."),
        (Ending.STEPS_USED, {"losses": (2.0, 1.0), "loss_name": "cross-entropy"}, "the log loss is 1; it was 2."),
        (Ending.STEPS_USED, {"losses": (2.0, 2.0), "loss_name": "cross-entropy"}, "the log loss is what it was, 2."),
        (Ending.STEPS_USED, {"losses": (2.0, 1.23456), "loss_name": "hinge"}, "the hinge loss is 1.235; it was 2."),
        (Ending.STEPS_USED, {"losses": (1.0, 0.5), "loss_name": "perceptron"}, "the perceptron loss is 0.5; it was 1."),
    ],
)  # fmt: skip
def test_endings(ending: Ending, more: dict[str, Any], said: str):
    found = told(ending, **more)
    assert found == said or (said[0].islower() and found.endswith(f"; {said}"))


# ---- no longer improving ----


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None), (0.5, Tolerance(0.5, 5)), (0, Tolerance(0.0, 5)), ({"change": 0.25, "patience": 1}, Tolerance(0.25, 1)),
        ({"patience": 7}, Tolerance(0.0, 7)), ({"change": 0.25}, Tolerance(0.25, 5)), (Tolerance(0.5, 2), Tolerance(0.5, 2)),
    ],
)  # fmt: skip
def test_tolerances(given: Any, kept: Tolerance | None):
    assert as_tolerance(given) == kept


WORDS = 'a relative change, such as 1e-4, or {"change": 1e-4, "patience": 5}'


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"chang": 1}, "tolerance has no 'chang'; did you mean 'change'?; it has change and patience"),
        ({"change": 0.1, "patience": 0}, "tolerance: patience is 0; it must be at least 1"),
        (1.0, "tolerance is 1.0; it must be at least 0 and below 1"),
        (-0.5, "tolerance is -0.5; it must be at least 0 and below 1"),
        ("much", f"tolerance is 'much'; it must be {WORDS}"),
    ],
)  # fmt: skip
def test_tolerances_refused(given: Any, said: str):
    with pytest.raises(ns.InputError) as refused:
        as_tolerance(given)
    assert str(refused.value) == said


def watched(errors: list[float], tolerance: Tolerance | None, monkeypatch: pytest.MonkeyPatch) -> tuple[Watch, list[bool]]:
    """What a watch makes of errors after 10, 20, … steps."""
    told = iter(errors)
    monkeypatch.setattr("nodescope.run.watch.mean_loss", lambda *_: float(next(told)))
    watch = Watch(make_recipe(weight=0.5, input=1, goal=0.6, alpha=0.1).problem, tolerance)
    return watch, [watch.look(10 * (epoch + 1), np.zeros(1)) for epoch in range(len(errors))]


@pytest.mark.parametrize(
    ("errors", "tolerance", "over", "best", "best_step", "waited"),
    [
        ([4, 3, 2, 1], Tolerance(0.0, 1), [False] * 4, 1, 40, 0),
        ([4, 4, 4, 4], Tolerance(0.0, 2), [False, False, True, True], 4, 10, 3),
        ([4, 4, 3, 3], Tolerance(0.0, 2), [False] * 4, 3, 30, 1),
        ([4, 2, 1.5, 0.75], Tolerance(0.5, 2), [False, False, False, False], 0.75, 40, 1),
        ([4, 3, 2, 1], Tolerance(0.5, 1), [False, True, True, False], 1, 40, 0),
        ([4, 5, 3, 6], None, [False] * 4, 3, 30, 0),
        ([math.nan, 5, math.inf, 5], Tolerance(0.0, 3), [False] * 4, 5, 20, 2),
    ],
)
def test_when_it_no_longer_improves(errors, tolerance, over, best, best_step, waited, monkeypatch):
    watch, found = watched(errors, tolerance, monkeypatch)
    assert found == over
    assert (watch.best, watch.best_step, watch.waited, watch.latest) == (best, best_step, waited, errors[-1])
    again = Watch(watch.problem, tolerance)
    assert (again.best, again.best_step, again.waited, again.reference, again.latest) == (math.inf, 0, 0, math.inf, math.inf)
    again.restore(watch.kept())
    assert (again.best, again.best_step, again.waited, again.reference) == (
        watch.best, watch.best_step, watch.waited, watch.reference,
    )  # fmt: skip


@pytest.mark.parametrize(("reduction", "by_hand"), [("mean", 2.5 + 0.5 * 3.0), ("sum", 2 * 2.5 + 0.5 * 3.0)])
def test_what_a_penalty_adds(reduction: str, by_hand: float):
    """½ squared errors of 1 and 9 are 2.5 in the mean; the penalty is 3 × ½ × 1²; of unseen rows it is no part."""
    recipe = make_recipe(
        input=[1.0, 3.0], goal=[0.0, 0.0], weight=1.0, batch="all", alpha=0.1, reduction=reduction, penalty={"l2": 3.0}
    )
    watch = Watch.of(recipe.problem, (np.empty((0, 1)), np.empty((0, 1))), None)
    watch.look(1, np.array([1.0]))
    assert watch.latest == by_hand
    unseen = Watch.of(recipe.problem, (np.array([[2.0]]), np.array([[0.0]])), None)
    unseen.look(1, np.array([1.0]))
    assert (unseen.latest, unseen.unseen, watch.unseen) == (2.0, True, False)
