"""What a person typed into one of the page's forms, as `descend`'s keywords; every field that is not one is named."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

from nodescope.errors import InputError
from nodescope.hosts import caps
from nodescope.hosts.typed import numbers, one_or_each_step
from nodescope.run.recipe import Recipe
from nodescope.run.setting import READING

Form = Mapping[str, Sequence[str]]
Keywords = dict[str, Any]
EMPTY: Form = {}
_AS_TYPED = ("missing", "categories", "unknown", "loss", "activation")


def form_of(body: bytes) -> Form:
    """The fields of a form as a browser sends it."""
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=caps.MOST_FIELDS)
    except ValueError as error:
        raise InputError("the form cannot be read: it is not what this page sends; fill it in again") from error


def field(form: Form, name: str, default: str = "") -> str:
    """What was typed, without blanks around it; the default where the form lacks the field."""
    return form.get(name, [default])[0].strip()


def of_node(form: Form) -> Keywords:
    """Keywords from typed numbers: 0.4, or 0,1,2."""
    keywords: Keywords = {}
    for name in ("weight", "input", "goal", "alpha", "steps"):
        text = field(form, name)
        if not text and name in ("input", "goal"):
            raise InputError(f"{name} is empty; type a number, or several as 0,1,2")
        if text and not (name == "alpha" and text == "auto"):
            keywords[name] = (one_or_each_step if name in ("alpha", "steps") else numbers)(name, text)
    _refuse_more("steps", keywords.get("steps"), caps.MOST_STEPS)
    _refuse_unlike(*(keywords.get(name) for name in ("weight", "input", "goal")))
    return keywords


def _refuse_unlike(weight: Any, given: Any, goal: Any) -> None:
    """Simple numbers and lists that do not go together, in plain words; nested ones are refused by their shapes."""
    if any(isinstance(value, list) and any(isinstance(part, list) for part in value) for value in (weight, given, goal)):
        return
    weights, inputs, goals = (len(value) if isinstance(value, list) else 0 for value in (weight, given, goal))
    if weight is None or (weights == inputs and not goals) or (not weights and inputs == goals):
        return
    seen = ", ".join(f"{name}: {count or 1}" for name, count in (("weights", weights), ("inputs", inputs), ("goals", goals)))
    raise InputError(
        f"these do not go together ({seen}): give as many weights as inputs and one goal, or one weight and as many goals as inputs"
    )


def name_of_node(form: Form) -> str:
    """What a run of typed numbers is called: 0.4 × 1 → 0.6, alpha 0.1."""
    return f"{field(form, 'weight')} × {field(form, 'input')} → {field(form, 'goal')}, alpha {field(form, 'alpha', 'auto')}"


def of_fit(form: Form, names: Sequence[str]) -> Keywords:
    """Keywords of a fit's plan from the choice of columns, which go by their place; a field left as it is says nothing."""
    goal = _column("goal", field(form, "goal"), names)
    inputs = [column for text in form.get("input", []) if (column := _column("inputs", text, names)) != goal]
    if not inputs:
        raise InputError("no column is chosen as input; tick at least one beside the goal")
    told = {name: text for name in _AS_TYPED if (text := field(form, name))}
    keywords: Keywords = {"goal": goal, "inputs": inputs, **told, **reading_of(form), **_of_numbers(form)}
    keywords |= {name: _listed(text) for name in ("dates", "classes") if (text := field(form, name))}
    if standardise := field(form, "standardise"):
        keywords["standardise"] = False if standardise == "no" else standardise
    return {**keywords, "hidden": _hidden(form, len(inputs)), "way": _way(form)}


def reading_of(form: Form) -> Keywords:
    """How the file is written, as far as it is said."""
    said: Keywords = {name: text for name in READING if (text := form.get(name, [""])[0]) and name != "header"}
    header = field(form, "header")
    if header not in ("", "yes", "no"):
        raise InputError(f"the first line is {header[:60]!r}; it may be yes (names of columns), no (a row), or left open")
    return said | ({"header": header == "yes"} if header else {})


def of_recipe(recipe: Recipe, names: Sequence[str]) -> Form:
    """The form of a fit as it would ask for a run that is there: its columns, and its way down."""
    source = recipe.source
    assert source is not None
    places = {name: str(place) for place, name in enumerate(names)}
    hidden = [shape.outputs for shape in recipe.problem.layers[:-1]]
    batch = "all" if recipe.batch_size == recipe.n else str(recipe.batch_size)
    return {
        "goal": [places[name] for name in source.goals[:1] if name in places],
        "input": [places[name] for name in source.columns if name in places],
        "hidden": [",".join(map(str, hidden))],
        "holdout": [repr(source.holdout)],
        "missing": ["" if source.missing == "mean" else source.missing],
        "rule": [recipe.rule.name],
        "alpha": [repr(recipe.alpha)],
        "batch": [batch],
        "epochs": [str(recipe.epochs or -(-(recipe.asked_steps or 0) // recipe.steps_per_epoch) or "")],
        "keep": [recipe.keep],
    }


def _of_numbers(form: Form) -> Keywords:
    told: Keywords = {}
    for name, words in (("holdout", "the part kept unseen"), ("penalty", "the penalty")):
        if text := field(form, name):
            told[name] = one_or_each_step(words, text)
    return told


def _way(form: Form) -> Keywords:
    """The way down that is wanted in the place of the one that is chosen; empty where nothing of it is said."""
    way: Keywords = {name: text for name in ("rule", "keep") if (text := field(form, name))}
    for name in ("alpha", "batch", "epochs"):
        if text := field(form, name):
            way[name] = text if text in ("auto", "all") else one_or_each_step(name, text)
    if not way:
        return {}
    _refuse_more("epochs", way.get("epochs"), caps.MOST_STEPS)
    order = "given" if way.get("batch", "all") == "all" else "shuffled"
    return {"rule": "plain", "alpha": "auto", "batch": "all", "epochs": 200, "keep": "best", "order": order, **way}


def _listed(text: str) -> list[str | int]:
    """Names or whole numbers between commas."""
    parts = [part.strip() for part in text.split(",")]
    return (
        [int(part) for part in parts] if all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts) else [*parts]
    )


def _hidden(form: Form, inputs: int) -> Any:
    """Nodes of the hidden layers, or "auto"; None where there are none."""
    hidden = field(form, "hidden")
    if hidden in ("", "auto"):
        return hidden or None
    try:
        sizes = [int(part) for part in hidden.split(",")]
    except ValueError as error:
        raise InputError(
            f"hidden nodes are {hidden[:60]!r}; give a whole number for each layer, such as 8,8, or auto, which tries a few"
        ) from error
    layers = [inputs, *sizes, 1]
    weights = sum((before + 1) * after for before, after in pairwise(layers))
    if min(sizes) > 0 and weights > caps.MOST_WEIGHTS:
        raise InputError(f"hidden nodes are {hidden[:60]!r}: {weights:,} weights; this page takes at most {caps.MOST_WEIGHTS:,}")
    return sizes


def _column(what: str, text: str, names: Sequence[str]) -> str:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(names)):
        raise InputError(f"{what}: there is no column {text[:60]!r}; choose one of the {len(names)} shown")
    return names[int(text)]


def _refuse_more(name: str, value: Any, most: int) -> None:
    if isinstance(value, int | float) and value > most:
        seen = f"{value:,}" if value < 1e18 else "too many"
        raise InputError(f"{name} is {seen}; this page makes at most {most:,}")
