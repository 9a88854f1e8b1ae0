"""Which tests go through a line, so that of a change only those run that can see it."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData


@dataclass(frozen=True)
class Covering:
    """What one run of the tests wrote down: of each file and line, the tests that went through it."""

    contexts: dict[str, dict[int, list[str]]]
    root: Path
    tried_by_hypothesis: list[str]

    @classmethod
    def read(cls, file: Path, root: Path, places: Iterable[str]) -> "Covering":
        """What was written down of the tests in some places of tests/."""
        data = CoverageData(str(file))
        data.read()
        contexts = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
        files = sorted(file for place in places for file in (root / "tests" / place).rglob("test_*.py"))
        tried = [str(file.relative_to(root)) for file in files if "from hypothesis import" in file.read_text()]
        return cls(contexts, root, tried)

    def tests(self, path: Path, line: int) -> list[str]:
        """As pytest names them; those through the function where none is written down for the line itself, and through any line of
        the file where it stands outside of functions and ran as the file was imported."""
        lines = self.contexts.get(str(path), {})
        for places in ([line], _of_function(path, line), lines):
            if found := self._named(test for place in places for test in lines.get(place, [])):
                return found
        return []

    def _named(self, contexts: Iterable[str]) -> list[str]:
        names = sorted({context for context in contexts if context})
        return list(dict.fromkeys(test for name in names for test in self._of_pytest(name)))

    def _of_pytest(self, name: str) -> list[str]:
        """tests.run.test_keep.test_it → tests/run/test_keep.py::test_it, and so for a method of a class.

        Hypothesis calls its tests from a function whose name begins as a test's: then it may be any of those that it tries.
        """
        if name.startswith("hypothesis."):
            return self.tried_by_hypothesis
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            file = Path(*parts[:end]).with_suffix(".py")
            if (self.root / file).is_file():
                return ["::".join((str(file), *parts[end:]))]
        raise ValueError(f"{name} is no test of a file under {self.root}")


def _of_function(path: Path, line: int) -> Iterable[int]:
    """The lines of the innermost function around one, none outside of functions."""
    around = [
        node for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]  # fmt: skip
    if not around:
        return []
    inner = max(around, key=lambda node: node.lineno)
    return range(inner.body[0].lineno, (inner.end_lineno or inner.lineno) + 1)
