"""The table of words (words.txt), read: sections of conditions over facts, and the sentence of the first condition that holds.

The page's sources are made of the same file (frontend/words.mjs), so that neither can say what the other does not.
"""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from os.path import dirname, join
from typing import Any, Protocol

from nodescope.errors import NodescopeError


class Facts(Protocol):
    """What is known, by the names that words.txt has for it."""

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True)
class Part:
    """A piece of a sentence.

    Attributes
    ----------
    of : str
        A fact's name, a section's, or words.
    how : str
        "" for a number at reading length, ">" and ">;" for a section, '"' for words, else how the number is written.
    tone : str
        Its colour on a screen.
    """

    of: str
    how: str
    tone: str


Sentence = tuple[str | Part, ...]
_PART = re.compile(r"""\{(?:"([^"]*)":(\w*)|>([\w ]+)(;?)|(\w+)(?:\|(\w+))?(?::(\w+))?)\}""")
_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Sub: operator.sub, ast.Mult: operator.mul,
}  # fmt: skip


@cache
def numbers() -> dict[str, float]:
    """The numbers that conditions name."""
    return {name.strip(): float(value) for row, _ in _read()["numbers"] for name, value in [row.split("=")]}


@cache
def _read() -> dict[str, list[tuple[str, str]]]:
    with open(join(dirname(__file__), "words.txt"), encoding="utf-8") as file:
        text = file.read()
    read: dict[str, list[tuple[str, str]]] = {}
    rows: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("    "):
            rows[-1] = (rows[-1][0], line[4:])
        elif line.startswith("["):
            rows = read.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            rows.append((line, ""))
    return read


@cache
def _condition(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@cache
def _sentence(text: str) -> Sentence:
    parts: list[str | Part] = []
    at = 0
    for found in _PART.finditer(text):
        words, tone, section, joined, fact, how, colour = found.groups()
        parts.append(text[at : found.start()])
        if words is not None:
            parts.append(Part(words, '"', tone))
        else:
            parts.append(Part(section, f">{joined}", "") if section else Part(fact, how or "", colour or ""))
        at = found.end()
    return tuple(part for part in (*parts, text[at:]) if part != "")


def holds(condition: ast.expr, facts: Facts) -> Any:
    """A condition's value: what it asks for is worked out as it is asked."""
    match condition:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(holds(value, facts) for value in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(holds(value, facts) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not holds(operand, facts)
        case ast.Compare(left=left, ops=[how], comparators=[right]):
            return _OPERATORS[type(how)](holds(left, facts), holds(right, facts))
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](holds(left, facts), holds(right, facts))
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return numbers()[name] if name.isupper() else facts[name]
    raise NodescopeError(f"words.txt: {ast.unparse(condition)!r} is no condition that can be read")


def chosen(section: str, facts: Facts) -> Sentence:
    """The sentence of the first condition of a section that holds; nothing where none does."""
    return next((_sentence(say) for when, say in _read()[section] if holds(_condition(when), facts)), ())
