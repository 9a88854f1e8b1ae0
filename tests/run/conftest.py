"""Run files that several tests change: made once, each change in a copy of its own."""

import copy
from collections.abc import Callable

import pytest
from run.made_files import MADE, File


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], File]:
    kept: dict[str, File] = {}

    def of(name: str) -> File:
        if name not in kept:
            kept[name] = File(MADE[name](), tmp_path_factory.mktemp("made") / "a")
        return copy.deepcopy(kept[name])

    return of
