"""No circle of imports, inside rooms too; no import of ours within a function; functions and files of a size that can be read."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
LONGEST_FUNCTION, LONGEST_FILE = 60, 400
TABLES = {"run/settings.py: settings"}
"""Functions whose signature is a table, and whose body is empty."""
WHERE_IT_IS_USED = {"cli/opening.py": {"nodescope.hosts.page", "nodescope.hosts.server"}}
"""Modules of ours that stand for a heavy library, imported by the one command that needs it."""


def modules() -> dict[str, Path]:
    found = {}
    for path in SRC.rglob("*.py"):
        name = ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path
    return found


MODULES = modules()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(node: ast.AST) -> Iterator[str]:
    """Modules of ours that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in MODULES)
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            yield from [name] if name in MODULES else [node.module] if node.module in MODULES else []


def test_no_circles():
    graph = {
        name: {other for node in ast.walk(tree(path)) for other in imported(node) if other != name}
        for name, path in MODULES.items()
    }
    try:
        order = [*TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise AssertionError(f"a circle of imports: {' → '.join(error.args[1])}") from None
    assert len(order) == len(MODULES)


def test_no_import_of_ours_within_a_function():
    late = [
        f"{path.relative_to(SRC / 'nodescope')}: {other}"
        for path in MODULES.values()
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        for other in imported(node)
        if other not in WHERE_IT_IS_USED.get(str(path.relative_to(SRC / "nodescope")), ())
    ]
    assert late == []


def functions() -> Iterator[tuple[str, int]]:
    for path in MODULES.values():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(SRC / 'nodescope')}: {node.name}", lines_of(node) - lines_of_docstring(node)


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def lines_of_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """What a public function says of itself, with its examples, makes it no harder to read."""
    return lines_of(node.body[0]) if ast.get_docstring(node, clean=False) else 0


def test_functions_can_be_read():
    long = [(name, lines) for name, lines in functions() if lines > LONGEST_FUNCTION and name not in TABLES]
    assert long == []


def test_files_can_be_read():
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in files_of_code()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
    assert {
        "src/nodescope/arithmetic/core.c",
        "tests/conftest.py",
        "benchmarks/observe.py",
        "frontend/src/problem.ts",
    } <= lengths.keys()


def files_of_code() -> Iterator[Path]:
    for folder in ("src", "tests", "benchmarks", "frontend/src", "frontend/tests", "examples", "docs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".c", ".h", ".ts", ".tsx") and "_build" not in path.parts:
                yield path
