"""Run files that the first edition wrote (format 3) load, verify, resume and are diagnosed for ever.

Their recipes are in them; what they held is in runs.json. They are never written anew: what reads them has to go on reading them.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from corpus import record
from corpus.known import CHANGED, RENAMED

import nodescope as ns
from nodescope.run.recorded import Recorded

RUNS = Path(__file__).parent / "runs"
FACTS: dict[str, dict[str, Any]] = json.loads((RUNS / "runs.json").read_text(encoding="utf-8"))
RESUMED = [name for name in FACTS if "resumed" in FACTS[name]]


@pytest.fixture
def copied(tmp_path: Path):
    """A copy to read: nothing is written beside the files themselves."""
    return lambda name: Path(shutil.copy(RUNS / f"{name}.nodescope", tmp_path))


def bits_of(run: Any) -> dict[str, Any]:
    if isinstance(run, Recorded):
        return {
            "ending": run.ending.name,
            "steps": run.steps,
            "losses": record.digest(run.losses),
            "columns": record.columns(run),
        }
    return {
        "ending": run.ending.name,
        "steps": run.steps,
        "computed": run.computed,
        "settled_after": run.settled_after,
        "cycle": None if run.cycle is None else list(run.cycle),
        "mse": run.mse.hex(),
        "weight": record.digest(run.weight),
        "bias": record.digest(run.bias),
        "columns": record.columns(run),
    }


def differing(facts: dict[str, Any], run: Any) -> list[tuple[str, Any, Any]]:
    known = {field: fact for field, fact in facts.items() if field not in ("findings", "resumed")}
    return list(record.differences(known, bits_of(run), near=False))


def test_each_file_is_known():
    assert {path.stem for path in RUNS.glob("*.nodescope")} == set(FACTS)
    assert len(FACTS) >= 10


@pytest.mark.parametrize("name", FACTS)
def test_it_loads_with_the_same_bits(name: str, copied: Any):
    assert differing(FACTS[name], ns.load(copied(name))) == []


@pytest.mark.parametrize("name", [name for name in FACTS if name != "observed"])
def test_it_is_verified(name: str, copied: Any):
    certificate = ns.verify(ns.load(copied(name)))
    assert certificate.passed, certificate.sentence


@pytest.mark.parametrize("name", FACTS)
def test_it_is_diagnosed_as_it_was(name: str, copied: Any):
    """But for what CHANGED explains under "run/" and the file's name."""
    found = [[finding.name, finding.severity] for finding in ns.diagnose(ns.load(copied(name))).findings]
    as_it_was = sorted(found) == sorted([RENAMED.get(finding, finding), severity] for finding, severity in FACTS[name]["findings"])
    assert as_it_was == ("words.findings" not in CHANGED.get(f"run/{name}", {})), (found, FACTS[name]["findings"])


@pytest.mark.parametrize("name", RESUMED)
def test_interrupted_within_an_epoch_it_goes_on_as_if_it_never_was(name: str, copied: Any):
    path = copied(name)
    before = ns.load(path)
    assert before.ending is ns.Ending.INTERRUPTED
    assert before.steps % before.recipe.steps_per_epoch
    assert differing(FACTS[name]["resumed"], ns.resume(path)) == []
    assert differing(FACTS[name]["resumed"], ns.load(path)) == []


@pytest.mark.parametrize("name", [name for name in FACTS if FACTS[name]["ending"] == "STEPS_USED" and name != "observed"])
def test_it_goes_further(name: str, copied: Any):
    path, asked = copied(name), FACTS[name]["steps"]
    if name.startswith("schedule"):
        with pytest.raises(ns.InputError, match="steps are asked for"):
            ns.resume(path, steps=asked + 25)
        return
    run = ns.resume(path, steps=asked + 25)
    assert run.steps == asked + 25
    assert ns.verify(run).passed


def test_no_file_names_a_folder():
    for path in RUNS.glob("*.nodescope"):
        held = path.read_bytes()
        assert not any(word in held for word in (b"/home", b"/usr", b"site-packages", b"\\Users")), path.name
