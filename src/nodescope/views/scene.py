"""The one document that every host shows: a run, what was foretold, and why it went as it did, as plain values.

The page does not get the numbers of the steps: it gets the recipe, and makes them again with the same compiled core. Only where
a run is too long for that are kept states and an overview of the error in it.
"""

import base64
import math
import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import LayerShape
from nodescope.diagnosis.after.about_nodes import all_nodes
from nodescope.diagnosis.after.snapshot import snapshots
from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.views.fit_scene import fit_of_page
from nodescope.views.numbers import plain_text
from nodescope.views.problem_words import is_one_identity_layer, problem_text
from nodescope.views.values import plain

if TYPE_CHECKING:
    from nodescope.run import held
else:
    held = Later("nodescope.run.held")

MOST_STEPS = 2_000_000
"""A page goes so many steps by itself (replay.ts has the same number)."""
MOST_NUMBERS = 4 * 10**6
"""A page is handed at most so many inputs and goals."""
MOST_WORK = 2 * 10**8
"""A page does at most so many multiplications when it opens."""
MOST_WEIGHTS = 2 * 10**5
STATES, STATE_BYTES = 1024, 4 * 2**20
"""Of a long run a page is handed so many kept states, which take at most so much room."""
STRETCHES = 512
"""The overview has at most so many stretches; fewer where the error takes long to work out."""
_FORETOLD = ("regime", "limit", "factor", "least_mse", "cycle_mse", "sentence")


def scene(run: Run, diagnosis: Diagnosis | None = None) -> dict[str, Any]:
    """The document of a run, ready for JSON.

    Raises
    ------
    InputError
        More numbers than a page can hold.
    """
    recipe = run.recipe
    count = recipe.examples.input.size + recipe.examples.goal.size
    if count > MOST_NUMBERS:
        raise InputError(f"the run has {count:,} inputs and goals; a page holds at most {MOST_NUMBERS:,}: run it on fewer rows")
    if recipe.window is not None:
        raise InputError(
            f"a page draws all rows at once, and this run mixed window={recipe.window} row groups at a time: run.trace and "
            "ns.explain show its steps"
        )
    run = held.held(run, "a page") if recipe.streams else run
    recipe = run.recipe
    problem = recipe.problem
    if problem.size > MOST_WEIGHTS:
        raise InputError(
            f"the run has {problem.size:,} weights; a page holds at most {MOST_WEIGHTS:,}: read them in Python, run.trace"
        )
    judged = diagnosis or diagnose(run)
    work = run.replay.last_step * problem.batch * problem.size * 3
    long = run.replay.last_step > MOST_STEPS or work > MOST_WORK
    document = {
        "format": 1,
        "title": _title(recipe) + ("" if recipe.parts is None else f", batches added in parts of {recipe.parts:,}"),
        "recipe": recipe_of_page(recipe),
        "run": _facts(run),
        "forecast": {name: getattr(judged.forecast, name) for name in _FORETOLD} | {"curvatures": _curvatures(judged.forecast)},
        "verdict": judged.verdict,
        "findings": [{name: getattr(f, name) for name in ("name", "severity", "text", "remedy")} for f in judged.findings],
        "nodes": _node_states(run),
        "proof": [
            {name: getattr(row, name) for name in ("step", "quantity", "predicted", "recorded", "relation", "agrees")}
            for row in judged.proof
        ],
        "checkpoints": _checkpoints(run) if long else None,
        "overview": _overview(run) if long else None,
        "python": python_text(run),
        "fit": fit_of_page(run),
    }
    result: dict[str, Any] = plain(document)
    return result


def _title(recipe: Recipe) -> str:
    if recipe.source is None or not is_one_identity_layer(recipe):
        return problem_text(recipe)
    return plain_text(f"{', '.join(recipe.goal_names)} from {', '.join(recipe.input_names[:3])}{' …' if recipe.d > 3 else ''}")


def recipe_of_page(recipe: Recipe) -> dict[str, Any]:
    problem, rule = recipe.problem, recipe.rule
    return {
        "n": recipe.n,
        "d": recipe.d,
        "k": recipe.k,
        "bare": is_one_identity_layer(recipe) and not (recipe.axes.outputs or recipe.axes.inputs),
        "batch": problem.batch,
        "layers": [_layer(shape) for shape in problem.layers],
        "sequential": problem.sequential,
        "loss": {"code": problem.loss.code, "threshold": problem.loss.threshold},
        "sums": not problem.mean,
        "lanes": problem.lanes,
        "part": problem.part,
        "shuffled": problem.shuffled,
        "seed": str(problem.seed),
        "rule": rule.name,
        "rule_code": rule.code,
        "settings": [float(value) for value in rule.settings().values()],
        "memories": len(rule.memories),
        "clocks": rule.clocks,
        "first_memory": rule.first_memory(),
        "alpha": recipe.alpha,
        "alphas": None if recipe.schedule is None else recipe.schedule.values,
        "until_mse": recipe.until_mse,
        "frozen": None if problem.frozen is None else problem.frozen.ravel(),
        "penalty": {"l2": problem.penalty.l2, "l1": problem.penalty.l1, "bias": problem.penalty.bias},
        "clip": problem.clip,
        "factors": None if problem.factors is None else problem.factors.ravel(),
        "start": recipe.start_weights(),
        "input": problem.input.ravel(),
        "goal": problem.goal.ravel(),
        "input_names": list(recipe.input_names),
        "goal_names": list(recipe.goal_names),
        "steps": recipe.asked_steps,
    }


def _layer(shape: LayerShape) -> dict[str, Any]:
    activation = shape.activation
    return {
        "inputs": shape.inputs, "outputs": shape.outputs, "bias": shape.has_bias, "activation": activation.name, "code":
        activation.code,
    }  # fmt: skip


def _curvatures(forecast: Forecast) -> list[float] | None:
    """Largest and smallest of the error over the weights; with plain steps that see all examples factors are 1 − alpha × these."""
    recipe = forecast.recipe
    plain_rule = recipe.rule.name == "plain" and recipe.schedule is None
    if not (plain_rule and forecast.is_linear and forecast.system.together):
        return None
    found = [bowl.spectrum.eigenvalues for bowl in forecast.system.bowls if bowl.spectrum.rank]
    times = 1.0 if recipe.problem.mean else float(recipe.n)
    return [times * float(np.concatenate(found).max()), times * float(np.concatenate(found).min())] if found else None


def _node_states(run: Run) -> list[dict[str, Any]]:
    """Nodes that are dead or saturated at the last step, as those of the identity never are."""
    if not run.steps or run.recipe.problem.is_least_squares:
        return []
    last = snapshots(run, [max(0, run.steps - (2 if run.ending is Ending.DIVERGED else 1))])[0]
    return [{"layer": layer, "node": node, "state": state} for layer, node, state in all_nodes(last) if state]


def _facts(run: Run) -> dict[str, Any]:
    return {
        "ending": run.ending.name,
        "sentence": run.sentence,
        "steps": run.steps,
        "last_step": run.replay.last_step,
        "settled_after": run.settled_after,
        "cycle": run.cycle,
    }


def _checkpoints(run: Run) -> dict[str, Any]:
    """Every so many kept states, and the last."""
    kept = run.replay.checkpoints
    room = min(STATES, max(4, STATE_BYTES // (8 * run.recipe.problem.state_length)))
    every = -(-len(kept.states) // room)
    states = np.concatenate([kept.states[::every].ravel(), run.replay.last_state])
    return {"spacing": kept.spacing * every, "states": base64.b64encode(states.astype("<f8").tobytes()).decode()}


def _overview(run: Run) -> dict[str, Any]:
    """Error over the run, as lowest and highest mse of the steps looked at in each stretch.

    Those are kept states and the step after each, which tells a swing: whatever a run's length, that is no way to go.
    """
    replay, problem = run.replay, run.recipe.problem
    kept = replay.checkpoints
    most = max(16, min(STRETCHES, MOST_WORK // (problem.n * problem.size)))
    every = -(-len(kept.states) // most)
    seen = []
    for i in range(0, len(kept.states), every):
        near = [i * kept.spacing, i * kept.spacing + 1]
        seen.append([engine().mse(problem, problem.weights(replay.state_at(step))) for step in near if step <= replay.last_step])
    stretch = kept.spacing * every
    return {
        "stretch": stretch,
        "looked_at": 2,
        "low": [min(mses, key=_order) for mses in seen],
        "high": [max(mses, key=_order) for mses in seen],
    }


def _order(mse: float) -> float:
    return math.inf if math.isnan(mse) else mse


def python_text(run: Run) -> str:
    """Python that makes the run again; where it came from a table or holds many numbers, from its recipe's file."""
    recipe = run.recipe
    if recipe.source is not None or recipe.examples.input.size > 64 or recipe.problem.size > 64 or recipe.schedule is not None:
        return 'import nodescope as ns\nrun = ns.load("run.nodescope")   # saved with ns.save(run, "run.nodescope")\n'
    lines = [line for line in recipe.to_toml().splitlines() if line.strip() and not line.startswith(("#", "["))]
    pairs = [line.split(" = ", 1) for line in lines]
    values = [f"{key.strip()}={_python_value(value)}" for key, value in pairs]
    extra = (
        ""
        if recipe.steps is not None or recipe.epochs is not None or run.ending is not Ending.INTERRUPTED
        else f", steps={run.steps}"
    )
    return f"import nodescope as ns\nrun = ns.descend({', '.join(values)}{extra})\n"


def _python_value(toml: str) -> str:
    """A value of the recipe's TOML as Python writes it."""
    return repr(tomllib.loads(f"value = {toml}")["value"])
