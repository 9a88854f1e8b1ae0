"""Numbers that have a name in theory, run and diagnosis: where a verdict, a limit or a stop draws a line.

``python tests/architecture/thresholds.py`` writes the page of them anew (docs/reference/thresholds.md).
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROOMS = ROOT / "src" / "nodescope"
PAGE = ROOT / "docs" / "reference" / "thresholds.md"
HEAD = """# Where lines are drawn

Every number with a name in `theory`, `run` and `diagnosis`: what counts as slow, clear, far or enough, and how much is looked at.
A test holds this page to the code, so that none of them changes unseen. Where findings use them: [verdicts](../verdicts.md).
"""
NUMBERS = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.operator, ast.unaryop, ast.Load)


class Line(NamedTuple):
    """A number, or several, as the code writes them."""

    module: str
    name: str
    value: str
    why: str


def lines() -> Iterator[Line]:
    """In the order of the files and their text."""
    for room in ("theory", "run", "diagnosis"):
        for path in sorted((ROOMS / room).rglob("*.py")):
            module = ".".join(("nodescope", *path.relative_to(ROOMS).with_suffix("").parts))
            yield from _of(module, ast.parse(path.read_bytes()).body)


def _of(module: str, body: list[ast.stmt]) -> Iterator[Line]:
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Assign) and _is_of_numbers(statement.value):
            why = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            names, values = statement.targets[0], statement.value
            pairs = zip(names.elts, values.elts, strict=True) if isinstance(names, ast.Tuple) else [(names, values)]
            yield from (Line(module, ast.unparse(name), ast.unparse(value), " ".join(str(why).split())) for name, value in pairs)


def _is_of_numbers(value: ast.expr) -> bool:
    parts = list(ast.walk(value))
    numbers = [part for part in parts if isinstance(part, ast.Constant)]
    words = any(isinstance(part.value, (str, bool)) or part.value is None for part in numbers)
    return bool(numbers) and not words and all(isinstance(part, NUMBERS) for part in parts)


def written() -> Iterator[Line]:
    """As the page has them."""
    module = ""
    for text in PAGE.read_text(encoding="utf-8").splitlines():
        if text.startswith("## `"):
            module = text.strip("#` ")
        elif text.startswith("| `"):
            name, value, why = (part.strip() for part in text.strip("|").split("|"))
            yield Line(module, name.strip("`"), value.strip("`"), why)


def page() -> str:
    texts, module = [HEAD], ""
    for line in lines():
        if line.module != module:
            module = line.module
            texts.append(f"\n## `{module}`\n\n| name | value | |\n|---|---|---|\n")
        texts.append(f"| `{line.name}` | `{line.value}` | {line.why.replace('|', '∣')} |\n")
    return "".join(texts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
