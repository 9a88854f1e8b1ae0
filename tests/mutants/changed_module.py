"""A pytest plugin that loads one module from a changed copy, and runs those tests that can see it: the tree is never written to.

NODESCOPE_CHANGED is the module's name, and after "=" the file that holds its changed source; NODESCOPE_SEEING is a file that lists
the tests, in the order in which they run.
"""

import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

NAME, _, SOURCE = os.environ.get("NODESCOPE_CHANGED", "").partition("=")


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        return compile(Path(SOURCE).read_bytes(), self.path, "exec")


class _Finder:
    """Before all others in `sys.meta_path`."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != NAME:
            return None
        original = str(Path(__file__).parents[2] / "src" / f"{name.replace('.', '/')}.py")
        return importlib.util.spec_from_file_location(name, original, loader=_Loader(name, original))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave those that can see the change, in their order."""
    seeing = {test: number for number, test in enumerate(json.loads(Path(os.environ["NODESCOPE_SEEING"]).read_text()))}
    items[:] = sorted((item for item in items if item.nodeid in seeing), key=lambda item: seeing[item.nodeid])


if NAME:
    assert not any(module.split(".")[0] == "nodescope" for module in sys.modules), "nodescope was imported before its change"
    sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type]
