"""A run made again with what was changed under somebody's hand in a page, and judged in full: what follows the page's own words.

What is changed comes from a browser: it is believed as little as any form. It has to fit the run, and to be as short as a page's
own runs are, so that the answer is there before anybody has looked up.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.verdict import diagnose
from nodescope.errors import InputError
from nodescope.run.descent import go
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.views.values import plain

NUMBERS = ("start", "input", "goal")
WHOLE = ("steps", "batch")
KNOWN = ("alpha", *NUMBERS, *WHOLE)
MOST_STEPS = 200_000
"""A page's own runs under the hand are this long at most (model.ts has the same numbers): one without an end of its own until there
is not judged."""
LEAST_STEPS = 50
MOST_WORK = 4 * 10**7
TOO_LONG = "the run is too long to be judged anew while it is changed: make it in Python"
MOST_NUMBERS = 64_000
"""Inputs of the largest run that is judged anew while somebody drags: 1,000 examples × 64 inputs."""


def judged_again(run: Run, changed: object) -> dict[str, Any]:
    """Verdict, forecast, findings and proof of a run with something changed, ready for JSON.

    Raises
    ------
    InputError
        What was changed is no part of this run, or the run would be too long to be waited for.
    """
    recipe = changed_recipe(run.recipe, changed)
    most = max(LEAST_STEPS, min(MOST_STEPS, MOST_WORK // (recipe.batch_size * recipe.problem.size * 3)))
    too_long = recipe.asked_steps is not None and recipe.asked_steps > most
    if recipe.streams or recipe.examples.input.size > MOST_NUMBERS or too_long:
        raise InputError(TOO_LONG)
    again = go(recipe if recipe.asked_steps is not None else replace(recipe, steps=most))
    if recipe.asked_steps is None and again.ending is Ending.STEPS_USED:
        raise InputError(TOO_LONG)
    found = diagnose(again)
    answer: dict[str, Any] = plain(
        {
            "headline": found.headline,
            "verdict": found.verdict,
            "foretold": found.forecast.sentence if found.forecast is not None else "",
            "findings": [{name: getattr(f, name) for name in ("name", "severity", "text", "remedy")} for f in found.findings],
            "proof": [
                {name: getattr(row, name) for name in ("step", "quantity", "predicted", "recorded", "relation", "agrees")}
                for row in found.proof
            ],
        }
    )
    return answer


def changed_recipe(recipe: Recipe, changed: object) -> Recipe:
    """The recipe with some of its numbers replaced by those of a page's."""
    if not isinstance(changed, dict) or not set(changed) <= set(KNOWN):
        raise InputError(f"what is changed is {str(changed)[:80]}; it must name some of {', '.join(KNOWN)}")
    if recipe.schedule is not None and "alpha" in changed:
        raise InputError("alpha follows a schedule, and is not one number that could be changed")
    parts: dict[str, Any] = {}
    if "alpha" in changed:
        parts |= {"alpha": float(_numbers("alpha", [changed["alpha"]], 1)[0]), "alpha_auto": False}
    if "start" in changed:
        parts["network"] = recipe.network.with_flat(_numbers("start", changed["start"], recipe.problem.size))
    if given := [name for name in ("input", "goal") if name in changed]:
        before = {name: getattr(recipe.examples, name) for name in given}
        shaped: dict[str, Any] = {name: _numbers(name, changed[name], old.size).reshape(old.shape) for name, old in before.items()}
        parts["examples"] = replace(recipe.examples, **shaped)
    if "batch" in changed:
        parts["batch"] = _whole("batch", changed["batch"], 1, recipe.n)
    if "steps" in changed:
        parts |= {"steps": _whole("steps", changed["steps"], 0, MOST_STEPS), "epochs": None}
    return replace(recipe, **parts)


def _numbers(name: str, values: object, count: int) -> Floats:
    if not isinstance(values, list) or len(values) != count:
        raise InputError(f"{name} must be a list of {count:,} numbers")
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) and _is_finite(value) for value in values):
        raise InputError(f"{name} must hold finite numbers only")
    return np.array(values, dtype=np.float64)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _whole(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InputError(f"{name} must be a whole number from {least:,} to {most:,}")
    return value
