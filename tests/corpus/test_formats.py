"""Run files of formats 1 and 2, written by what wrote them then (facts.json has what it held), are read by their own rules.

Format 3 is what runs/ has. What says that it is of a format, and has what that did not have, is refused.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.file.content import VERSION

FORMATS = Path(__file__).parent / "formats"
FACTS: dict[str, dict[str, Any]] = json.loads((FORMATS / "facts.json").read_text(encoding="utf-8"))


@pytest.fixture
def copied(tmp_path: Path):
    return lambda name: Path(shutil.copy(FORMATS / f"{name}.nodescope", tmp_path))


def format_of(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[60:64], signed=True)


def as_format(path: Path, version: int) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version={version}")
    return path


def in_hex(weight: Any) -> Any:
    return [in_hex(part) for part in weight] if isinstance(weight, list | np.ndarray) else float(weight).hex()


def test_each_file_is_known_and_of_the_format_that_it_says():
    assert {path.stem: format_of(path) for path in FORMATS.glob("*.nodescope")} == {name: int(name.split("-")[1]) for name in FACTS}


@pytest.mark.parametrize("name", FACTS)
def test_it_loads_with_the_bits_that_it_was_written_with(name: str, copied: Any):
    run, facts = ns.load(copied(name)), FACTS[name]
    assert (run.ending.name, run.steps, in_hex(run.weight)) == (facts["ending"], facts["steps"], facts["weight"])
    assert ns.verify(run).passed


@pytest.mark.parametrize("name", [name for name in FACTS if "resumed" in FACTS[name]])
def test_gone_on_with_it_is_of_todays_format(name: str, copied: Any):
    path = copied(name)
    assert in_hex(ns.resume(path, steps=90).weight) == FACTS[name]["resumed"]
    assert format_of(path) == VERSION
    assert in_hex(ns.load(path).weight) == FACTS[name]["resumed"]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("version", [-1, 0, -(2**31)])
def test_a_format_that_never_was(version: int, copied: Any):
    with pytest.raises(ns.FileError, match=f"is damaged: it says that its format is {version}; there never was such a one"):
        ns.load(as_format(copied("format-1-settled"), version))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_contents_of_today_under_an_older_format(version: int, tmp_path: Path):
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=5), path)
    with pytest.raises(ns.FileError, match=f"is damaged: it says that its format is {version}, which had no .*checksum"):
        ns.load(as_format(path, version))


def test_layers_under_the_first_format(copied: Any):
    with pytest.raises(ns.FileError, match="its format is 1, which had no update_order, loss, activations"):
        ns.load(as_format(copied("format-2-network"), 1))


def test_older_contents_under_todays_format(copied: Any):
    with pytest.raises(ns.FileError, match="its checksums are gone"):
        ns.load(as_format(copied("format-2-network"), VERSION))


CHANGES = {
    "array state": "UPDATE array SET data = zeroblob(length(data)) WHERE name = 'state'",
    "array weight": "UPDATE array SET data = zeroblob(length(data)) WHERE name = 'weight'",
    "checkpoints": "UPDATE checkpoint SET state = zeroblob(length(state)) WHERE step = 0",
    "header recipe": "UPDATE header SET value = replace(value, '0.01', '0.02') WHERE key = 'recipe'",
    "header ending": "DELETE FROM header WHERE key = 'ending'",
}


@pytest.mark.parametrize("part", CHANGES)
def test_what_was_changed_from_outside_is_named(part: str, tmp_path: Path):
    """Story: a state with other weights was believed."""
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(weight=[0.4, 1.0], input=[[1, 2], [2, 1]], goal=[1, 3], alpha=0.01, steps=700), path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(CHANGES[part]).rowcount
        connection.commit()
    for read in (ns.load, ns.resume):
        with pytest.raises(ns.FileError, match=f"is damaged: {part} changed after it was written"):
            read(path)
