"""A sweep asked for from a run's page: alpha over a range, and one more setting if wanted; read from the form, and shown as one."""

import math
import sys
from itertools import pairwise
from typing import Any

import numpy as np

from nodescope.diagnosis.before.foretelling import forecast
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts.forms import EMPTY, Form, field
from nodescope.hosts.job import Job
from nodescope.hosts.pages import field_of, options_of, page_around, wrong_of
from nodescope.hosts.ranges import values_of
from nodescope.hosts.run_pages import head_of
from nodescope.hosts.typed import numbers
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

MOST_RUNS = 2_000
MOST_OF_A_RUN = 10**9
"""Multiplications: about a second, after which it can be stopped."""
MOST_WORK = 10**11
STEPS = 1_000
"""Of a run that was to go on until it settles."""
LABELS = {
    "": "nothing more",
    "weight": "the weight that it starts with",
    "seed": "seeds",
    "batch": "examples a step",
    "rule": "rules",
    "hidden": "nodes in between",
}


def sweep_page(job: Job, run: Run, form: Form = EMPTY, wrong: str = "") -> str:
    """The form, filled in with what is sensible for this run."""
    usual, seconds = _usual(run), _seconds(run.recipe)
    told = {name: field(form, name, usual[name]) for name in usual}
    over = options_of({name: LABELS[name] for name in ("", *seconds)}, field(form, "over", next(iter(seconds), "")))
    typed = "".join(field_of(_label(name), name, field(form, name, value)) for name, value in seconds.items())
    spacing = options_of({"log": "by equal ratios", "even": "evenly"}, told["spacing"])
    body = (
        f"{head_of(job, 'Sweep')}{wrong_of(wrong)}<section><p>This run once for every combination, and a map of what becomes of "
        "them. Where alpha’s limit is known beforehand, it is a line over the map.</p>"
        f'<form method="post" action="{job.place}/sweep">'
        f"<fieldset><legend>Alpha</legend>{field_of('from', 'from', told['from'])}{field_of('to', 'to', told['to'])}"
        f"{field_of('how many', 'values', told['values'])}"
        f'<label>spread <select name="spacing">{spacing}</select></label></fieldset>'
        f'<fieldset><legend>And over</legend><label>one more setting <select name="over">{over}</select></label>{typed}</fieldset>'
        f"{field_of('steps of each run', 'steps', told['steps'])}<button>Sweep</button></form></section></main>"
    )
    return page_around("nodescope: sweep", body)


def _label(name: str) -> str:
    hints = {"seed": "first:last", "weight": "first:last:how many", "hidden": "4;8;8,8"}
    return f"{LABELS[name].capitalize()}" + (f" ({hints[name]})" if name in hints else "")


def _usual(run: Run) -> dict[str, str]:
    """Up to a little over alpha's limit, so that the limit is seen; around the run's own alpha where it is not known."""
    recipe = run.recipe
    try:
        foretold = forecast(**recipe.keywords())
        limit = foretold.limit if foretold.limit is not None else foretold.local_limit
    except NodescopeError:
        limit = None
    own = abs(float(recipe.alpha)) or 0.01
    last = 1.25 * limit if limit is not None and math.isfinite(limit) and limit > 0 else 30 * own
    steps = min(recipe.asked_steps or STEPS, max(1, MOST_OF_A_RUN // _of_a_step(recipe)))
    first = min(last / 100, own)
    return {"from": f"{first:.3g}", "to": f"{last:.3g}", "values": "24", "spacing": "log", "steps": str(steps)}


def _seconds(recipe: Recipe) -> dict[str, str]:
    """What else can be swept over, with values that make sense for it; the most telling first."""
    found: dict[str, str] = {}
    if not recipe.in_layers and recipe.weight.ndim == 0:
        start = float(recipe.weight)
        found["weight"] = f"{start - 1:.4g}:{start + 1:.4g}:13"
    if recipe.in_layers and _hidden_of(recipe) is not None:
        found["hidden"] = "2;4;8;16"
    if recipe.order == "shuffled" or (recipe.in_layers and _hidden_of(recipe) is not None):
        found["seed"] = "0:8"
    if recipe.n > 1 and recipe.method.name != "moments":
        found["batch"] = ",".join(map(str, sorted({1, *(size for size in (4, 16, 64, 256) if size < recipe.n), recipe.n})))
    found["rule"] = "plain, momentum, rmsprop, adam"
    return found


def _hidden_of(recipe: Recipe) -> dict[str, Any] | None:
    """A network that is drawn like this one, whatever its weights; None where nothing draws such a one."""
    shapes = recipe.problem.layers
    names = {shape.activation.name for shape in shapes[:-1]}
    if not recipe.in_layers or len(names) != 1 or not all(shape.has_bias for shape in shapes) or recipe.frozen is not None:
        return None
    return {"activation": names.pop(), "output_activation": shapes[-1].activation.name}


def _of_a_step(recipe: Recipe) -> int:
    """Multiplications of a step, about."""
    return max(1, 3 * recipe.batch_size * recipe.problem.size)


def keywords_of(run: Run, form: Form) -> dict[str, Any]:
    """`ns.sweep`'s keywords from the form; every field that is not one is named.

    Raises
    ------
    InputError
        A field is no number, or the sweep would be larger than this page makes.
    """
    recipe = run.recipe
    keywords = recipe.keywords()
    keywords["alpha"] = _alphas(form)
    over = field(form, "over")
    if over not in ("", *_seconds(recipe)):
        raise InputError(f"this run is not swept over {over[:60]!r}; choose one of those shown")
    if over:
        keywords |= _second(recipe, over, field(form, over))
    for name in ("epochs", "until_mse", "fingerprint", "alpha_factors"):
        keywords.pop(name, None)
    keywords["steps"] = _whole("steps of each run", field(form, "steps"))
    count = math.prod(len(keywords[name]) for name in {"alpha", *((over,) if over else ())})
    _refuse_too_much(_of_the_largest(recipe, keywords), count, keywords["steps"])
    return keywords


def _alphas(form: Form) -> Any:
    first, last = (_number(f"alpha {name}", field(form, name)) for name in ("from", "to"))
    count = _whole("how many", field(form, "values"))
    if count > MOST_RUNS:
        raise InputError(f"how many is {count:,}; this page makes at most {MOST_RUNS:,} runs")
    if field(form, "spacing") == "even":
        return np.linspace(first, last, count)
    if not (first > 0 and last > 0):
        raise InputError(f"alpha goes from {first:g} to {last:g}; by equal ratios both are above 0: spread it evenly")
    return np.geomspace(first, last, count)


def _second(recipe: Recipe, name: str, text: str) -> dict[str, Any]:
    """The other axis, with what has to give way for it."""
    if not text:
        raise InputError(f"{LABELS[name]}: nothing is given; write a list, such as the one shown before")
    if name == "rule":
        return {"rule": [part.strip() for part in text.split(",")]}
    if name == "hidden":
        sizes = [_hidden(part) for part in text.split(";")[: MOST_RUNS + 1]]
        return {"hidden": sizes, "network": _hidden_of(recipe)}
    values = values_of(LABELS[name], text, MOST_RUNS)
    drawn = _hidden_of(recipe)
    if name == "seed" and drawn is not None:
        hidden = [shape.outputs for shape in recipe.problem.layers[:-1]]
        return {"seed": list(values), "network": {**drawn, "hidden": hidden}}
    return {name: values if isinstance(values, np.ndarray) else list(values)}


def _hidden(text: str) -> int | list[int]:
    """8, or 8,8: nodes of the layers in between."""
    found = [_whole(LABELS["hidden"], part.strip()) for part in text.split(",")]
    return found[0] if len(found) == 1 else found


def _of_the_largest(recipe: Recipe, keywords: dict[str, Any]) -> int:
    """Multiplications of a step, about, of the run whose steps take most."""
    shapes, batches = recipe.problem.layers, keywords["batch"] if isinstance(keywords.get("batch"), list) else []
    batch = min(recipe.n, max([recipe.batch_size, *(int(size) for size in batches if isinstance(size, int | float) and size > 0)]))
    weights = recipe.problem.size
    for hidden in keywords.get("hidden", ()):
        sizes = [shapes[0].inputs, *(hidden if isinstance(hidden, list) else [hidden]), shapes[-1].outputs]
        weights = max(weights, sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes)))
    return 3 * batch * weights


def _refuse_too_much(of_a_step: int, count: int, steps: int) -> None:
    if count > MOST_RUNS:
        raise InputError(f"the sweep would have {count:,} runs; this page makes at most {MOST_RUNS:,}: nodescope sweep makes more")
    most = min(MOST_OF_A_RUN, MOST_WORK // count) // max(1, of_a_step)
    if most == 0:
        raise InputError("a step of the largest of these runs is more than this page makes: take fewer nodes, or examples a step")
    if steps > most:
        raise InputError(
            f"{count:,} runs of {steps:,} steps are more than this page makes: give at most {most:,} steps, or take fewer values"
        )


def _number(name: str, text: str) -> float:
    value = numbers(name, text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise InputError(f"{name} is {text[:60]!r}; it must be one finite number")
    return float(value)


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) > 0):
        raise InputError(f"{name}: {text[:60]!r} is no whole number above 0")
    return int(text)
