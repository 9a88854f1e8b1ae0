"""Whether every public name says in numpydoc's form what it takes, gives and raises, with an example: `make check` runs this.

The docstrings are looked at as `help` shows them, settings filled in. Checked is what a reader misses where it is not there; the
names of the checks are those of `numpydoc.validate`. Not asked for are a verb to begin with, an extended summary and a See Also.
"""

import dataclasses
import importlib
import inspect
import sys
from collections.abc import Iterator
from functools import cached_property
from types import FunctionType
from typing import Any

from numpydoc.docscrape import ClassDoc
from numpydoc.validate import ERROR_MSGS, validate

import nodescope as ns
from nodescope.run.trace import Step, Trace, Window

MODULES = ("nodescope", "nodescope.torch", "nodescope.sklearn")
MEMBERS = (
    ns.Run, Trace, Window, Step, ns.Recorded, ns.Forecast, ns.Diagnosis, ns.Finding, ns.Grade, ns.Network, ns.Sweep,
)  # fmt: skip
"""Classes whose public methods and properties are looked at too."""

OF_ALL = ("GL03", "GL05", "GL06", "GL07", "GL08", "GL10", "SS01", "SS02", "SS03", "SS04", "SS06")
"""A summary of one line that is a sentence, known sections in their order."""
OF_FUNCTIONS = (*OF_ALL, "PR01", "PR02", "PR03", "PR04", "PR05", "PR07", "PR09", "PR10", "RT01", "RT03", "RT05", "YD01", "EX01")
"""Parameters and what is given back, with types and words; an example."""
OF_CLASSES = (*OF_ALL, "EX01")
"""Their attributes are asked for by `undocumented`: people are given them, and do not make them."""


def public_names() -> Iterator[tuple[str, object]]:
    """Names to import, and what they are; a class's methods and properties after it."""
    for module in MODULES:
        for name in importlib.import_module(module).__all__:
            value = getattr(sys.modules[module], name)
            if not (isinstance(value, type) and issubclass(value, Exception)):
                yield path_of(value), value
    for kind in MEMBERS:
        yield path_of(kind), kind
        yield from ((f"{path_of(kind)}.{member}", value) for member, value in members(kind))


def path_of(value: Any) -> str:
    """Where it is imported from."""
    return f"{value.__module__}.{value.__qualname__}"


def members(kind: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties, those that are inherited from our own classes included."""
    for name in dir(kind):
        value = inspect.getattr_static(kind, name)
        if not name.startswith("_") and isinstance(value, (FunctionType, property, cached_property)):
            yield name, value


def complaints(path: str, value: object) -> Iterator[str]:
    """What is missing or wrong in one docstring."""
    is_attribute = isinstance(value, (property, cached_property))
    checks = OF_CLASSES if isinstance(value, type) else OF_ALL if is_attribute else OF_FUNCTIONS
    yield from (f"{code} {text}" for code, text in validate(path)["errors"] if code in checks)
    if isinstance(value, type):
        yield from (f"attribute {name} is not documented" for name in undocumented(value))


def undocumented(kind: type) -> list[str]:
    """Fields of a dataclass that its docstring does not have among its attributes."""
    told = {
        part.strip() for section in ("Attributes", "Parameters") for row in ClassDoc(kind)[section] for part in row.name.split(",")
    }
    fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    return [field.name for field in fields if not field.name.startswith("_") and field.name not in told]


def main() -> int:
    assert set(OF_FUNCTIONS) <= set(ERROR_MSGS)
    names = dict(public_names())
    found = [f"{path}: {complaint}" for path, value in names.items() for complaint in complaints(path, value)]
    print("\n".join([*found, f"{len(names)} public names, {len(found)} complaints"]))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
