"""Changes that no test sees: `make mutants`, or python tests/mutants/survivors.py theory --count 40 --seed 1.

From all changes of a room's modules (see changes.py) some are drawn. Of each the tests nearest to its module are run until one
fails: those of the room in NEAREST, and all that name the module, which come first. What they all pass has survived: it is printed,
and is either a test that is missing, a line that is not needed, or a change that means the same. Nothing is written to the tree.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from changes import Change, changes

ROOT = Path(__file__).parents[2]
ROOMS = ROOT / "src" / "nodescope"
NEAREST = {
    "theory": ("theory", "diagnosis/test_forecast.py", "diagnosis/test_local_limit.py", "laws/test_networks.py",
               "data/test_nist.py", "corpus", "verdicts/test_verdicts.py"),
    "run": ("run", "laws", "corpus", "diagnosis/test_verify.py", "cli", "examples"),
    "diagnosis": ("diagnosis", "corpus", "verdicts/test_verdicts.py", "frameworks/test_observe.py",
                  "frameworks/test_odd_trainings.py"),
}  # fmt: skip
MOST_SECONDS = 300
"""Of processor time that the tests of one change may take: a change that makes them hang has been seen. Not of the clock, by which
a busy machine would see more than a quiet one."""
SETTINGS = {"NODESCOPE_ENGINE": "compiled", "NODESCOPE_TESTS": "short", "CI": "1", "PYTHONPATH": str(Path(__file__).parent)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", default=list(NEAREST), choices=[[], *NEAREST], metavar="room", help=", ".join(NEAREST))
    parser.add_argument("--count", type=int, default=40, help="changes drawn of each room (40)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    asked = parser.parse_args()
    for room in asked.rooms:
        measure(room, asked.count, asked.seed)


def measure(room: str, count: int, seed: int) -> None:
    """Try some changes of a room, tell each that survives, and their share."""
    every = [change for path in sorted((ROOMS / room).rglob("*.py")) for change in changes(path)]
    drawn = random.Random(f"{room} {seed}").sample(every, min(count, len(every)))
    unchanged = tried(nearest("", room))
    if unchanged.returncode:
        told = unchanged.stdout[-2000:]
        raise SystemExit(f"{room}: its tests fail, or take too long, before anything is changed ({unchanged.returncode})\n{told}")
    survived = 0
    for number, change in enumerate(drawn, 1):
        seen = how_seen(change, room)
        survived += seen == "SURVIVED"
        print(f"{number:4} {seen:8} {change}", flush=True)
    print(f"{room}: {survived} of {len(drawn)} survived ({survived / len(drawn):.0%}), of {len(every):,} changes, seed {seed}")


def how_seen(change: Change, room: str) -> str:
    """Whether a test fails, or hangs, or none does."""
    module = ".".join(("nodescope", *change.path.relative_to(ROOMS).with_suffix("").parts)).removesuffix(".__init__")
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / change.path.name
        changed.write_bytes(change.source)
        return outcome(nearest(module, room), NODESCOPE_CHANGED=f"{module}={changed}")


def nearest(module: str, room: str) -> list[str]:
    """Tests that name a module, then the others of its room; these alone where no module is named."""
    files = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "browser" not in path.parts]
    parent, _, stem = module.rpartition(".")
    ways = (module, f"from {parent} import {stem}") if module else ()
    named = [path for path in files if any(way in path.read_text() for way in ways)]
    of_room = [ROOT / "tests" / place for place in NEAREST[room]]
    rest = [path for path in files if any(path.is_relative_to(place) for place in of_room)]
    return [str(path) for path in dict.fromkeys([*named, *sorted(rest, key=lambda path: path.parent.name != room)])]


def outcome(tests: list[str], **settings: str) -> str:
    done = tried(tests, **settings)
    if done.returncode > 2:  # 1 a test failed, 2 a file could not be imported
        raise SystemExit(done.stdout + done.stderr)
    return {0: "SURVIVED", 1: "seen", 2: "seen"}.get(done.returncode, "hung")


def tried(tests: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    options = ["-p", "changed_module", "-x", "-q", "-p", "no:cacheprovider", "--timeout", "0"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=ROOT, env=os.environ | SETTINGS | settings, capture_output=True, text=True, preexec_fn=limited,
    )  # fmt: skip


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


if __name__ == "__main__":
    main()
