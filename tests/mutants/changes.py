"""All small changes of a module's meaning: each is one place of its text, and what stands there instead.

Comparisons take or lose their equality or turn round, + becomes −, × becomes ÷, `and` becomes `or`, conditions are turned round,
numbers change, and what is given back is not. Left alone: annotations, decorators, errors that are raised, and words; and two
kinds that no test can see, since the program does the same: `strict=True` of a `zip` over what is equally long anyway, and what is
imported for annotations alone.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div,
    ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
LEFT_ALONE = (ast.Raise, ast.Assert, ast.JoinedStr, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Change:
    """One place of a file, and what stands there instead."""

    path: Path
    line: int
    start: int
    end: int
    instead: str

    @property
    def was(self) -> str:
        return self.path.read_bytes()[self.start : self.end].decode()

    @property
    def source(self) -> bytes:
        """The whole file, changed."""
        whole = self.path.read_bytes()
        return whole[: self.start] + self.instead.encode() + whole[self.end :]

    def __str__(self) -> str:
        was, instead = (" ".join(text.split()) for text in (self.was, self.instead))
        return f"{self.path.parent.name}/{self.path.name}:{self.line}  {was}  →  {instead}"


def changes(path: Path) -> list[Change]:
    """Of a file, in the order of its text."""
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node in _meant(ast.parse(source)):
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        found += [Change(path, node.lineno, start, end, instead) for instead in _instead(node)]
    return sorted(found, key=lambda change: (change.start, change.end))


def _meant(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions that decide what a module does, and values given back."""
    if isinstance(node, LEFT_ALONE) or _changes_nothing(node):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _meant(child)
    if isinstance(node, ast.Return) and node.value is not None:
        node.value.is_given_back = True  # type: ignore[attr-defined]
        if not _instead_of(node.value):
            yield node.value
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        node.test.is_condition = True  # type: ignore[attr-defined]
        if not _instead_of(node.test):
            yield node.test
    if isinstance(node, ast.expr) and _instead_of(node):
        yield node


def _changes_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.keyword) and ast.unparse(node) == "strict=True"


def _instead(node: ast.expr) -> list[str]:
    texts = [f"({ast.unparse(other)})" for other in _instead_of(node)]
    if hasattr(node, "is_condition"):
        texts.append(f"(not ({ast.unparse(node)}))")
    if hasattr(node, "is_given_back") and not (isinstance(node, ast.Constant) and node.value is None):
        texts.append("None")
    return texts


def _instead_of(node: ast.expr) -> list[ast.expr]:
    """The expressions that may stand in place of one."""
    match node:
        case ast.Constant(value=bool(value)):
            return [ast.Constant(not value)]
        case ast.Constant(value=int(value)):
            return [ast.Constant(value + 1)]
        case ast.Constant(value=float(value)):
            return [ast.Constant(2 * value if value else 1.0)]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            return [operand]
        case ast.Compare(ops=[op]) | ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in OTHER:
            return [_with(node, OTHER[type(op)]())]
    return []


def _with(node: ast.expr, op: ast.AST) -> ast.expr:
    other = copy.copy(node)
    if isinstance(other, ast.Compare):
        other.ops = [op]  # type: ignore[list-item]
    else:
        other.op = op  # type: ignore[attr-defined]
    return other
