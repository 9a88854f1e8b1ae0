"""What is told of how far a run came: step, place, numbers, sentence and remedy, written down, and read."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import told
from diagnosis.test_bounds_of_progress import BOUNDS, at, errors, way

from nodescope.run.ending import Ending

CHANGED: dict[str, dict[str, dict[str, Any]]] = {
    "asked for": {"reached": {"run.ending": Ending.MSE_REACHED}},
    "solved": {"solved": {"solved": True}, "solved by layers": {"solved": True, "is_linear": False}},
    "slow by theory": {
        "more than can be foretold": {"linear": way(steps_missing=None)},
        "passing": {"linear": way(passing=True)},
        "it rose at first": errors(1.0, 2.0, 1.5),
        "along one direction": {"linear": way(left=0.2)},
        "hardly along one direction": {"linear": way(left=0.25)},
        "of one direction": {"linear": way(left=0.2, missing_before=np.array([1.0]))},
        "no limit": {"linear": way(forecast=SimpleNamespace(limit=math.inf, regime_reason="", islands=[]))},
        "one step": {"run.steps": 1},
    },
    "far to go": {
        "adam": {"recipe.rule.name": "adam"},
        "adam, not known": {"recipe.rule.name": "adam", "linear": way(stable=None, left=0.51, steps_of_this_length=None)},
        "faded": {"faded": 0.0009},
        "hardly faded": {"faded": 0.001},
    },
    "a plateau": {
        "faded": {"faded": 0.0009},
        "small start weights": {"first": at(0, 0.05)},
        "rescales": {"rescales": True, "last": at(20, 2.0)},
        "one layer": {"depth": 1, "last": at(20)},
        "it rose": errors(*[1.0] * 6, 1.01, 1.01),
    },
    "stopped": {
        "cut back": {"run.gone": 3},
        "one step": {"linear": way(steps_missing=1)},
    },
    "not known": {
        "a reason": {"linear": way(stable=None, forecast=SimpleNamespace(limit=2.0, regime_reason="alpha follows a list"))},
    },
}  # fmt: skip
"""What else is told, where some facts are others."""
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("asked for", "reached"): (
        10, "", 0.8, 0.5,
        "the mse asked for, 0.5, is reached after 10 steps: it is 0.8.",
        "",
    ),
    ("solved", "solved"): (
        10, "", 0.0, 0.25,
        "every prediction is its goal: the mse is exactly 0.",
        "",
    ),
    ("solved", "solved by layers"): (
        10, "", 0.0, None,
        "every prediction is its goal: the mse is exactly 0.",
        "",
    ),
    ("slow by theory", "as it is"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: 0.5 of the missing error is left, and about 101 more are needed than the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "more than can be foretold"): (
        10, "alpha", 0.5, None,
        "it is far from there: 0.5 of the missing error is left, and more than can be foretold are needed than "
        "the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "passing"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: it passes its goal at this moment, but momentum carries it on, and about 101 more "
        "are needed than the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "it rose at first"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: the error rose at first (looked at, it was highest after step 10) and falls since, "
        "and about 101 more are needed than the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "along one direction"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: 0.2 of the missing error is left, but 0.5 of it along one direction in the inputs "
        "(mainly input 1 and input 2), and about 101 more are needed than the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "hardly along one direction"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: 0.25 of the missing error is left, and about 101 more are needed than the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "of one direction"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: 0.2 of the missing error is left, and about 101 more are needed than the 10 steps made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("slow by theory", "no limit"): (
        10, "alpha", 0.5, 101.0,
        "it is far from there: 0.5 of the missing error is left, and about 101 more are needed than the 10 steps made.",
        "Take a larger alpha.",
    ),
    ("slow by theory", "one step"): (
        1, "alpha", 0.5, 101.0,
        "it is far from there: 0.5 of the missing error is left, and about 101 more are needed than the 1 step made.",
        "Alpha 1 would do it 10 times faster.",
    ),
    ("far below its limit", "as it is"): (
        10, "alpha", 0.1, 10.1,
        "alpha is only 0.0099 of the local limit 10.1 at the start, and 1 of the error is left.",
        "Alpha 5, half the local limit, or more steps.",
    ),
    ("hardly moved", "as it is"): (
        8, "alpha", 0.0078125, 0.01,
        "in 8 steps no weight moved by more than 0.0078 of its layer's largest, and 1 of the error is left.",
        "A larger alpha, or more steps.",
    ),
    ("far to go", "as it is"): (
        10, "alpha", 0.51, None,
        "after 10 steps 0.51 of the missing error is left.",
        "A larger alpha, standardised inputs and goals, or more steps.",
    ),
    ("far to go", "adam"): (
        10, "alpha", 0.51, None,
        "after 10 steps 0.51 of the missing error is left.",
        "Adam's steps are about alpha long: the farthest weight needs 40 of them. A larger alpha, standardised "
        "inputs and goals, or more steps.",
    ),
    ("far to go", "adam, not known"): (
        10, "alpha", 0.51, None,
        "after 10 steps 0.51 of the missing error is left.",
        "A larger alpha, standardised inputs and goals, or more steps.",
    ),
    ("far to go", "faded"): (
        10, "alpha", 0.51, None,
        "after 10 steps 0.51 of the missing error is left.",
        "Alpha has fallen to 0.0009 of what it was: take a schedule that falls more slowly.",
    ),
    ("far to go", "hardly faded"): (
        10, "alpha", 0.51, None,
        "after 10 steps 0.51 of the missing error is left.",
        "A larger alpha, standardised inputs and goals, or more steps.",
    ),
    ("a plateau", "as it is"): (
        20, "", 0.0, None,
        "from the third quarter of the run to the last the error fell by 0 of itself, and 0.5 of the goals' variance is left.",
        "More nodes, another start (seed), a larger alpha, or a rule that scales its steps (adam); or the inputs "
        "tell nothing of the goals.",
    ),
    ("a plateau", "faded"): (
        20, "", 0.0, None,
        "from the third quarter of the run to the last the error fell by 0 of itself, and 0.5 of the goals' variance is left.",
        "Alpha has fallen to 0.0009 of what it was: take a schedule that falls more slowly.",
    ),
    ("a plateau", "small start weights"): (
        20, "", 0.0, None,
        "from the third quarter of the run to the last the error fell by 0 of itself, and 0.5 of the goals' variance is left.",
        "The start weights are too small: those of layer 0 are about 0.05, so its nodes are nearly alike. Draw "
        "them larger, about 0.71 as Glorot and He do, or as large as 1.",
    ),
    ("a plateau", "rescales"): (
        20, "", 0.0, None,
        "from the third quarter of the run to the last the error fell by 0 of itself, and 0.5 of the goals' variance is left.",
        "More nodes, another start (seed), another alpha; or the inputs tell nothing of the goals.",
    ),
    ("a plateau", "one layer"): (
        20, "", 0.0, None,
        "from the third quarter of the run to the last the error fell by 0 of itself, and 0.5 of the goals' variance is left.",
        "A hidden layer, another start (seed), a larger alpha, or a rule that scales its steps (adam); or the "
        "inputs tell nothing of the goals.",
    ),
    ("a plateau", "it rose"): (
        20, "", -0.010000000000000009, None,
        "from the third quarter of the run to the last the error fell by 0 of itself, and 0.5 of the goals' variance is left.",
        "More nodes, another start (seed), a larger alpha, or a rule that scales its steps (adam); or the inputs "
        "tell nothing of the goals.",
    ),
    ("still falling", "as it is"): (
        8, "", 0.11111111111111105, None,
        "it is still falling: the last quarter of the run took off 0.111 of the error.",
        "More steps bring more.",
    ),
    ("stopped", "as it is"): (
        10, "", 0.5, 100.0,
        "it was stopped on its way: 0.5 of the missing error is left; about 100 steps more leave 1 %.",
        "Give it about 100 steps more (ns.resume).",
    ),
    ("stopped", "cut back"): (
        10, "", 0.5, 100.0,
        "it was stopped on its way: 0.5 of the missing error is left; about 100 steps more leave 1 %.",
        "",
    ),
    ("stopped", "one step"): (
        10, "", 0.5, 1.0,
        "it was stopped on its way: 0.5 of the missing error is left; about 1 step more leave 1 %.",
        "Give it about 1 step more (ns.resume).",
    ),
    ("not known", "as it is"): (
        10, "", 0.5, None,
        "what more steps would bring is not known: the order is drawn.",
        "",
    ),
    ("not known", "a reason"): (
        10, "", 0.5, None,
        "what more steps would bring is not known: alpha follows a list.",
        "",
    ),
}  # fmt: skip
"""Its step, place and numbers, what is said, and the remedy."""


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_told(name: str):
    finding, base, _ = BOUNDS[name]
    assert told(name, finding, base, CHANGED) == {key: answer for key, answer in TOLD.items() if key[0] == name}
