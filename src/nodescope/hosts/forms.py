"""What a person typed into one of the page's forms, as `descend`'s keywords; every field that is not one is named."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

from nodescope.errors import InputError
from nodescope.hosts import caps
from nodescope.hosts.typed import numbers, one_or_each_step

Form = Mapping[str, Sequence[str]]
Keywords = dict[str, Any]
EMPTY: Form = {}


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
        if text and not (name == "alpha" and text == "auto"):
            keywords[name] = (one_or_each_step if name in ("alpha", "steps") else numbers)(name, text)
    _refuse_more("steps", keywords.get("steps"), caps.MOST_STEPS)
    return keywords


def name_of_node(form: Form) -> str:
    """What a run of typed numbers is called: 0.4 × 1 → 0.6, alpha 0.1."""
    return f"{field(form, 'weight')} × {field(form, 'input')} → {field(form, 'goal')}, alpha {field(form, 'alpha', 'auto')}"


def of_fit(form: Form, names: Sequence[str]) -> Keywords:
    """Keywords from the choice of columns, which go by their place."""
    goal = _column("goal", field(form, "goal"), names)
    inputs = [column for text in form.get("input", []) if (column := _column("inputs", text, names)) != goal]
    if not inputs:
        raise InputError("no column is chosen as input; tick at least one beside the goal")
    alpha, batch = field(form, "alpha", "auto"), field(form, "batch", "all")
    epochs = one_or_each_step("epochs", field(form, "epochs", "20"))
    _refuse_more("epochs", epochs, caps.MOST_STEPS)
    return {
        "goal": goal,
        "inputs": inputs,
        "standardise": "standardise" in form,
        "missing": "drop" if "missing" in form else "refuse",
        "holdout": one_or_each_step("the part kept unseen", field(form, "holdout", "0")),
        "alpha": alpha if alpha in ("auto", "") else one_or_each_step("alpha", alpha),
        "epochs": epochs,
        "rule": field(form, "rule", "plain"),
        "batch": "all" if batch == "all" else one_or_each_step("batch", batch),
    }


def with_network(form: Form, keywords: Keywords) -> Keywords:
    """Keywords with layers of nodes, where hidden ones are asked for."""
    hidden = field(form, "hidden")
    if not hidden:
        return keywords
    try:
        sizes = [int(part) for part in hidden.split(",")]
    except ValueError as error:
        raise InputError(f"hidden nodes are {hidden[:60]!r}; give a whole number for each layer, such as 8,8") from error
    layers = [len(keywords["inputs"]), *sizes, 1]
    weights = sum((before + 1) * after for before, after in pairwise(layers))
    if min(sizes) > 0 and weights > caps.MOST_WEIGHTS:
        raise InputError(f"hidden nodes are {hidden[:60]!r}: {weights:,} weights; this page takes at most {caps.MOST_WEIGHTS:,}")
    return {**keywords, "network": {"hidden": sizes, "activation": field(form, "activation", "tanh")}}


def _column(what: str, text: str, names: Sequence[str]) -> str:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(names)):
        raise InputError(f"{what}: there is no column {text[:60]!r}; choose one of the {len(names)} shown")
    return names[int(text)]


def _refuse_more(name: str, value: Any, most: int) -> None:
    if isinstance(value, int | float) and value > most:
        seen = f"{value:,}" if value < 1e18 else "too many"
        raise InputError(f"{name} is {seen}; this page makes at most {most:,}")
