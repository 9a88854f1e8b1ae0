"""How much is tried, kept and waited for, and where facts begin: numbers that are chosen, each written down a second time."""

import dataclasses
import importlib
import math
from typing import Any

import pytest

from nodescope.run import facts

MIB = 1024 * 1024
LIMITS: dict[str, dict[str, Any]] = {
    "checkpoints": {"BUDGET": 64 * MIB, "MOST": 32_768, "FIRST_SPACING": 256, "FIRST_OF_PARTS": 4096},
    "class_score": {"MOST_SHOWN": 12},
    "course": {"MOST_LOOKS": 4096},
    "descent": {"DEFAULT_STEPS": 1_000_000, "FIRST_STEPS": 64, "FIRST_PRODUCTS": 4096, "BLOCK_SECONDS": 0.03},
    "file.content": {"APPLICATION": int.from_bytes(b"node", "big"), "VERSION": 4, "EMBED_UP_TO": 64 * MIB},
    "file.lock": {"MOST_OF_A_NAME": 50, "SECONDS_OF_A_LOOK": 0.2},
    "file.opening": {"SECONDS_TO_WAIT": 2.0, "_SECONDS_BETWEEN_LOOKS": 0.01, "_BLOCK": MIB, "_MOST_BESIDE": 1024 * MIB},
    "file.runfile": {"SECONDS_BETWEEN_COMMITS": 1.0, "SECONDS_TO_FOLD": 10.0, "SECONDS_BETWEEN_READERS": 0.002},
    "file.saving": {"MOST_OF_A_REASON": 200},
    "fit": {"CLEAR": 2.0, "MUCH": 0.001},
    "fit_choices": {
        "FEW": 50, "UNSEEN": 0.2, "MOST_CATEGORIES": 50, "COUNTED": 10, "FEWEST_LABELS": 10, "LOOKED_AT": 1000,
        "MOST_PRODUCTS": 40_000_000_000, "LEAST": 1e-10, "MOST_MOMENTUM": 0.9995, "SURE": 0.1,
    },
    "fit_plan": {"AT_HAND": 50_000_000},
    "fit_words": {"NAMED": 6, "ROWS_A_WEIGHT": 25},
    "making": {"DEFAULT_EPOCHS": 20},
    "network": {"BY_HAND": 16, "MOST_WEIGHTS": 268_435_456},
    "shapes": {"CHECK_AT_ONCE": MIB},
    "team": {"EACH": 2, "LARGE": 262_144},
    "trace": {"MOST_BYTES": 8192 * MIB, "STRIDE_BLOCK": 4096},
    "trackers": {"MOST_STEPS": 200},
    "watch": {"PATIENCE": 5},
}  # fmt: skip


@pytest.mark.parametrize("module", LIMITS)
def test_limits(module: str):
    """By their text as well: 20 is not 20.0."""
    held = importlib.import_module(f"nodescope.run.{module}")
    assert {name: repr(getattr(held, name)) for name in LIMITS[module]} == {
        name: repr(value) for name, value in LIMITS[module].items()
    }


NOTHING = {"int": 0, "float": 0.0, "str": "", "bool": False}
NOT_NOTHING: dict[str, Any] = {
    "Facts.from_data": True, "LossCall.goals_from": "data", "LossCall.factor": 1.0, "LossCall.row_sum": 1.0,
    "LossCall.goal_sum": 1.0, "LossCall.given": (), "LossCall.goals": (),
    "LossCall.low": math.inf, "LossCall.high": -math.inf, "LossCall.goal_low": math.inf, "LossCall.goal_high": -math.inf,
    "ParameterSeen.of_model": True, "ParameterSeen.stepped": True, "ParameterSeen.asks": True,
}  # fmt: skip


@pytest.mark.parametrize("kind", [facts.Facts, facts.LossCall, facts.Modes, facts.Oddities, facts.ParameterSeen, facts.Stray])
def test_facts_begin_at_nothing(kind: type):
    """But for those named here."""
    for field in dataclasses.fields(kind):
        name, usual = f"{kind.__name__}.{field.name}", NOTHING.get(str(getattr(field.type, "__name__", field.type)))
        if field.default is not dataclasses.MISSING:
            assert repr(field.default) == repr(NOT_NOTHING.get(name, usual)), name


USUAL: dict[str, dict[str, Any]] = {
    "course.Course": {"spacing": 1},
    "descent.Descent": {"seconds": 0.0, "watch": None, "team": None},
    "file.handles._Use": {"count": 0},
    "recipe.Recipe": {
        "alpha_auto": False, "schedule": None, "memory": "auto", "window": None, "freeze_bias": False, "frozen": None,
        "factors": None, "steps": None, "epochs": None, "until_mse": None, "time_limit": None, "tolerance": None,
        "keep": "last", "batch": 1,
        "parts": None, "order": "given", "seed": 0, "reduction": "mean", "summation": "left-to-right", "update_order": "parallel",
        "clip": None,
    },
    "recorded.RecordedLayer": {"activation": "", "kept_from": "", "gates": ()},
    "recorded.Trouble": {"irreversible_from": 0},
    "recorded.Recorded": {"stride": 1, "trouble": None},
    "replay.Replay": {"settled": False, "cycle": None},
    "run.Run": {"seconds": 0.0, "gone": None, "watch": None},
    "score.Baseline": {"unique": True},
    "setting.Method": {"name": "steps", "rows": None},
    "shapes.Axes": {"layers": False},
    "watch.Tolerance": {"patience": 5},
}  # fmt: skip


@pytest.mark.parametrize("name", USUAL)
def test_what_is_so_where_nothing_is_said(name: str):
    module, _, kind = name.rpartition(".")
    fields = dataclasses.fields(getattr(importlib.import_module(f"nodescope.run.{module}"), kind))
    told = {field.name: repr(field.default) for field in fields if field.name in USUAL[name]}
    assert told == {field: repr(value) for field, value in USUAL[name].items()}
