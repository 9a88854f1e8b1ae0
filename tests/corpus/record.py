"""What is kept of a recipe: the bits of its run, the numbers that theory gives for it, the words that are said of it.

Each part asks only for what it needs, so that the engines can be held to their bits while a diagnosis is being rebuilt.
"""

import hashlib
import json
import math
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from corpus.recipes import TABLE, Keywords, recipes

import nodescope as ns

FILE = Path(__file__).parent / "corpus.jsonl"
"""A line per recipe: {"recipe": name, "bits": {…}, "numbers": {…}, "words": {…}}."""

WHOLE = 6000
"""Rows of a trace that are read; of a longer one the first and the last TAIL."""
TAIL = 300
DIGITS = 16
"""Hexadecimal digits kept of a SHA-256."""

FORETOLD = (
    "limit", "limit_bounds", "islands", "factor", "factors", "best_alpha", "condition", "least_mse", "cycle_mse", "final_weight",
    "final_bias", "settles_at", "settles_exactly", "cycles", "diverges_at", "local_limit",
)  # fmt: skip
SAID = ("regime", "per", "stable", "is_linear")

Part = dict[str, Any]


def stored() -> dict[str, dict[str, Part]]:
    """The corpus as it was written, by the names of its recipes."""
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return {line.pop("recipe"): line for line in lines}


@cache
def all_recipes() -> dict[str, Keywords]:
    return recipes()


@cache
def run_of(name: str) -> ns.Run:
    return ns.descend(**all_recipes()[name])


# ---- bits ----


def bits(name: str) -> Part:
    """Every column, the final weights, and how it ended."""
    run = run_of(name)
    kept: Part = {
        "ending": run.ending.name,
        "steps": run.steps,
        "computed": run.computed,
        "settled_after": run.settled_after,
        "cycle": None if run.cycle is None else list(run.cycle),
        "mse": run.mse.hex(),
        "start_mse": run.start_mse.hex(),
        "loss": run.loss.hex(),
        "weight": digest(run.weight),
        "bias": digest(run.bias),
        "prediction": digest(run.predict(_asked(all_recipes()[name]))),
    }
    return kept | {"columns": columns(run)}


def _asked(keywords: Keywords) -> Any:
    """What predictions are asked for: the recipe's own examples, or two rows beside those of the file."""
    if "data" not in keywords:
        return keywords["input"]
    return {"rooms": [2, 5], "area": [40, 111]} if keywords["data"] == str(TABLE) else keywords["data"]


def columns(run: ns.Run) -> Part:
    """Hashes of the trace's own columns, and under "layer 0", … of each layer's."""
    whole = run.steps <= WHOLE
    first, *rest = [run.trace[:]] if whole else [run.trace[:TAIL], run.trace[run.steps - TAIL :]]
    hashes: Part = _hashes(first, rest)
    for number, layer in enumerate(first.layers):
        hashes[f"layer {number}"] = _hashes(layer, [window.layers[number] for window in rest])
    return hashes


def _hashes(first: Any, rest: list[Any]) -> Part:
    """Of all columns, from one replay of each window."""
    read = [window.read() for window in (first, *rest)]
    return {name: digest(*(columns[name] for columns in read)) for name in first.columns}


def digest(*values: Any) -> str | None:
    """Of numbers, an array, or a list of arrays with None in places; None of nothing. Shapes and types count."""
    if len(values) == 1 and values[0] is None:
        return None
    sha = hashlib.sha256()
    for part in _flattened(values):
        if part is None:
            sha.update(b"none")
            continue
        array = np.ascontiguousarray(part)
        array = array.astype(array.dtype.newbyteorder("<"))
        sha.update(f"{array.dtype.str} {np.shape(part)}".encode() + array.tobytes())
    return sha.hexdigest()[:DIGITS]


def _flattened(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flattened(value)
        else:
            yield value


# ---- numbers ----


def numbers(name: str) -> Part:
    """What theory foretells, the automatic alpha, and what the findings rest on; what is None is left out."""
    run, foretold = run_of(name), ns.forecast(**all_recipes()[name])
    kept: Part = {quantity: _given(lambda q=quantity: getattr(foretold, q, None)) for quantity in FORETOLD}
    for parts in (16, 10_000):
        kept[f"steps_to start_mse/{parts}"] = _given(lambda p=parts: foretold.steps_to(run.start_mse / p))
    kept["automatic alpha"] = _given(lambda: ns.forecast(**all_recipes()[name] | {"alpha": "auto"}).recipe.alpha)
    kept["table_weight"], kept["table_bias"] = _given(lambda: run.table_weight), _given(lambda: run.table_bias)
    score = run.score
    kept["score"] = None if score is None else _plain([vars(score.seen), None if score.unseen is None else vars(score.unseen)])
    kept["findings"] = [
        [finding.name, finding.step, _plain(finding.measured), _plain(finding.predicted)] for finding in diagnosis_of(name).findings
    ]
    return {quantity: value for quantity, value in kept.items() if value is not None}


def _given(quantity: Callable[[], Any]) -> Any:
    """As plain values; a refusal by its name."""
    try:
        return _plain(quantity())
    except ns.NodescopeError as error:
        return f"raises {type(error).__name__}"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


# ---- words ----


@cache
def diagnosis_of(name: str) -> ns.Diagnosis:
    return ns.diagnose(run_of(name))


def words(name: str) -> Part:
    """Regime, findings with their severities, and the sentence of the ending."""
    foretold, found = ns.forecast(**all_recipes()[name]), diagnosis_of(name)
    return {
        **{quantity: getattr(foretold, quantity) for quantity in SAID},
        "findings": [[finding.name, finding.severity] for finding in found.findings],
        "withheld": found.withheld,
        "proof": len(found.proof),
        "sentence": run_of(name).sentence,
    }


PARTS: dict[str, Callable[[str], Part]] = {"bits": bits, "numbers": numbers, "words": words}


def recorded(part: str, name: str) -> Part:
    """One part of one recipe, as it is now; where that raises, what was raised, so that all others are compared too.

    Inputs at the edge of doubles may make NumPy warn: the numbers that come out are looked at, the warning is not.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return PARTS[part](name)
    except Exception as error:
        return {"raised": f"{type(error).__name__}: {error}"}


# ---- differences ----


def differences(before: Any, now: Any, near: bool, field: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(field, before, now) of all that differs; what is new is no difference among bits, where columns may be added."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before and near)]:
            inner = f"{field}.{key}" if field else key
            yield from differences(before.get(key), now.get(key), near, inner)
    elif not (_close(before, now) if near else before == now):
        yield field, before, now


def _close(before: Any, now: Any) -> bool:
    """Floats to a relative 1e-9 (below 1e-12 they are rounding), lists item by item; everything else exactly."""
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(_close(b, n) for b, n in zip(before, now, strict=True))
    if isinstance(before, float) and isinstance(now, float):
        return before == now or (math.isnan(before) and math.isnan(now)) or math.isclose(before, now, rel_tol=1e-9, abs_tol=1e-12)
    return type(before) is type(now) and bool(before == now)
