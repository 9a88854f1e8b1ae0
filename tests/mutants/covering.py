"""Which tests go through a line, so that of a change only those run that can see it."""

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData


@dataclass(frozen=True)
class Covering:
    """What the runs of the tests wrote down: of each file and line the tests that went through it, and the seconds of each."""

    contexts: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    @classmethod
    def read(cls, files: Iterable[tuple[Path, Path]]) -> "Covering":
        """What some runs of tests wrote down."""
        contexts: dict[str, dict[int, list[str]]] = {}
        seconds: dict[str, float] = {}
        for file, taken in files:
            data = CoverageData(str(file))
            data.read()
            for path in data.measured_files():
                lines = contexts.setdefault(path, {})
                for line, tests in data.contexts_by_lineno(path).items():
                    lines.setdefault(line, []).extend(tests)
            seconds |= json.loads(taken.read_text())
        return cls(contexts, seconds)

    def tests(self, path: Path, line: int) -> set[str]:
        """As pytest names them; those through the function where none is written down for the line itself. Where it stands outside
        of functions, and ran as the file was imported, those through any line of the file, and those of the house."""
        lines = self.contexts.get(str(path), {})
        of_function = _of_function(path, line)
        if not of_function:
            of_house = {test for test in self.seconds if test.startswith("tests/architecture/")}
            return of_house | {test for tests in lines.values() for test in tests if test}
        for places in ([line], of_function, lines):
            if found := {test for place in places for test in lines.get(place, []) if test}:
                return found
        return set()

    def beside(self, tests: Iterable[str]) -> set[str]:
        """All tests in the files of some: a fixture or a cache that one of them filled is seen by the others too."""
        files = {_file(test) for test in tests}
        return {test for test in self.seconds if _file(test) in files}


def _file(test: str) -> str:
    return test.partition("::")[0]


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
