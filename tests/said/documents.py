"""What is said of a run, a sheet or a table, whole: every number and every sentence, as plain values that can be written down."""

import dataclasses
import enum
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

import nodescope as ns

DIGITS = 7
"""Of numbers that are written down: eigenvalues may differ in their last digits between processors."""
NEAR, NOTHING = 1e-4, 1e-12
"""How far numbers may be from what was written down, relatively; what is smaller than NOTHING is rounding."""
FLAT, AS_FLAT = ".lowest.weights[", 3e-3
"""Where classes can nearly be parted, the log loss hardly changes along its lowest point: how far that goes is the processor's."""
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
LEFT_OUT = {
    "recipe",
    "system",
    "run",
    "a",
    "b",
    "replay",
    "trace",
    "network",
    "seconds",
    "forecast",
    "direction",
    "row_difference",
    "watch",
}
"""Attributes that are large, told elsewhere, or never the same twice."""
MOST = 12
"""Numbers of an array that are written down."""


def plain(value: Any) -> Any:
    """As JSON has it; what is None is left out of what has names."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.ravel()[:MOST].tolist()]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in list(items)[:MOST]]
    return attributes(value) if type(value).__module__.startswith("nodescope") else type(value).__name__


def attributes(thing: Any) -> dict[str, Any]:
    """Every public fact that a thing tells by itself; a refusal by its words."""
    fields = [field.name for field in dataclasses.fields(thing)] if dataclasses.is_dataclass(thing) else []
    names = dict.fromkeys([*fields, *(name for name in dir(type(thing)) if not name.startswith("_"))])
    told = {name: given(lambda n=name: getattr(thing, n)) for name in names if name not in LEFT_OUT and not name.startswith("_")}
    return {name: value for name, value in told.items() if value not in (None, False, "", [], {})}


def given(fact: Callable[[], Any]) -> Any:
    """As plain values, nothing where it is something to call; what is raised by its words."""
    try:
        value = fact()
        return None if callable(value) else plain(value)
    except ns.NodescopeError as error:
        return f"{type(error).__name__}: {error}"
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError) as error:
        return type(error).__name__


EVIDENCE_LEFT_OUT = {"foretold", "recorded", "problem", "forecast", "losses_seen", "offers"}
OF_LAYERS = ("unmoved", "frozen", "kept_from", "one_number", "all_alike", "layer_name", "moved_by_others")
OF_MOMENTS = ("local_limit", "local_limit_of_one")


def evidence(thing: Any) -> dict[str, Any]:
    """What findings rest on, number by number: of evidence and of what it has of its own."""
    left_out = LEFT_OUT | EVIDENCE_LEFT_OUT | (set() if thing.is_linear else {"linear"})
    names = [name for name in dir(type(thing)) if not name.startswith("_") and name not in left_out]
    told = {name: given(lambda n=name: _flat(getattr(thing, n))) for name in names}
    asked = [name for name in OF_LAYERS if hasattr(thing, name)] if thing.snapshots else []
    told |= {name: [given(lambda n=name, at=at: getattr(thing, n)(at)) for at in range(thing.depth)] for name in asked}
    moments = [name for name in OF_MOMENTS if hasattr(thing, name)] if thing.snapshots else []
    told |= {name: [given(lambda n=name, at=at: getattr(thing, n)(at)) for at in (thing.first, thing.last)] for name in moments}
    return {name: value for name, value in told.items() if value not in (None, False, "", [], {})}


def _flat(fact: Any) -> Any:
    """Numbers, words and lists of them as they are; of things, and lists of them, their own numbers, not those of things within."""
    if isinstance(fact, (list, tuple)) and fact and all(map(_is_ours, fact)):
        return [_flat(item) for item in fact]
    if not _is_ours(fact):
        return _simple(fact)
    fields = [field.name for field in dataclasses.fields(fact)] if dataclasses.is_dataclass(fact) else []
    names = [name for name in dict.fromkeys([*fields, *dir(type(fact))]) if not name.startswith("_") and name not in LEFT_OUT]
    own = {name: given(lambda n=name: _simple(getattr(fact, n))) for name in names}
    return {name: value for name, value in own.items() if value not in (None, False, "", [], {})}


def _is_ours(fact: Any) -> bool:
    return type(fact).__module__.startswith("nodescope") and not isinstance(fact, enum.Enum)


def _simple(fact: Any) -> Any:
    simple = (bool, int, float, str, np.generic, np.ndarray, enum.Enum)
    if isinstance(fact, (list, tuple)):
        return [_simple(item) for item in fact if isinstance(item, (*simple, list, tuple))]
    return fact if isinstance(fact, simple) else None


def differences(before: Any, now: Any, where: str = "") -> Iterator[str]:
    """A line for each fact that is not as it was written down."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in dict.fromkeys([*before, *now]):
            if not (name in before and name in now) and _is_nothing(before.get(name, now.get(name))):
                continue
            yield from differences(before.get(name), now.get(name), f"{where}.{name}" if where else name)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif not same(before, now, AS_FLAT if FLAT in where else NEAR):
        yield f"{where} was {before!r}, is {now!r}"


def _is_nothing(fact: Any) -> bool:
    """Whether a fact is a number that is 0 but for rounding: where it is 0 indeed it is left out."""
    return isinstance(fact, (int, float)) and not isinstance(fact, bool) and abs(fact) < NOTHING


def same(before: Any, now: Any, nearness: float = NEAR) -> bool:
    """Words exactly, numbers nearly, also those within words."""
    if isinstance(before, str) and isinstance(now, str):
        numbers = zip(NUMBER.findall(before), NUMBER.findall(now), strict=False)
        return NUMBER.sub("#", before) == NUMBER.sub("#", now) and all(near(_read(one), _read(other)) for one, other in numbers)
    if isinstance(before, bool) or isinstance(now, bool) or before is None or now is None:
        return before is now
    if isinstance(before, (int, float)) and isinstance(now, (int, float)):
        return near(before, now, nearness)
    return bool(before == now)


def near(before: float, now: float, nearness: float = NEAR) -> bool:
    return before == now or math.isclose(before, now, rel_tol=nearness, abs_tol=NOTHING) or (before != before and now != now)


def _read(number: str) -> float:
    return float(number.replace(",", ""))
