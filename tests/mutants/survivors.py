"""Changes that no test sees: `make mutants`, or python tests/mutants/survivors.py theory --count 40 --seed 1.

From all changes of a room's modules (see changes.py) some are drawn. Before anything is changed, the room's tests run once, and it
is written down which of them go through which line (covering.py). Of each change those that go through its line run until one
fails. What they all pass has survived: it is printed, and is either a test that is missing, a line that is not needed, or a change
that means the same. Tests that start a program of their own are not seen going through a line, so that more may be said to survive
than do. Nothing is written to the tree.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from changes import Change, changes
from covering import Covering

ROOT = Path(__file__).parents[2]
ROOMS = ROOT / "src" / "nodescope"
NEAREST = {
    "theory": ("theory", "diagnosis", "laws", "data/test_nist.py", "corpus", "verdicts"),
    "run": ("run", "laws", "corpus", "edge", "diagnosis"),
    "diagnosis": ("diagnosis", "homework", "corpus", "verdicts", "frameworks/test_odd_trainings.py"),
}
MOST_SECONDS = 300
"""Of processor time that the tests of one change may take: a change that makes them hang has been seen. Not of the clock, by which
a busy machine would see more than a quiet one."""
SETTINGS = {"NODESCOPE_ENGINE": "compiled", "NODESCOPE_TESTS": "short", "CI": "1", "PYTHONPATH": str(Path(__file__).parent)}
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--timeout", "600"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", default=list(NEAREST), choices=[[], *NEAREST], metavar="room", help=", ".join(NEAREST))
    parser.add_argument("--count", type=int, default=40, help="changes drawn of each room (40)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--jobs", type=int, default=2, help="changes tried at once (2)")
    asked = parser.parse_args()
    for room in asked.rooms:
        measure(room, asked.count, asked.seed, asked.jobs)


def measure(room: str, count: int, seed: int, jobs: int) -> None:
    """Try some changes of a room, tell each that survives, and their share."""
    every = [change for path in sorted((ROOMS / room).rglob("*.py")) for change in changes(path)]
    drawn = random.Random(f"{room} {seed}").sample(every, min(count, len(every)))
    covering = through_each_line(room)
    survived = 0
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(lambda change: how_seen(change, covering), drawn)
        for number, (change, seen) in enumerate(zip(drawn, outcomes, strict=True), 1):
            survived += seen == "SURVIVED"
            print(f"{number:4} {seen:8} {change}", flush=True)
    print(f"{room}: {survived} of {len(drawn)} survived ({survived / len(drawn):.0%}), of {len(every):,} changes, seed {seed}")


def through_each_line(room: str) -> Covering:
    """Run the room's tests unchanged, and learn which go through which line."""
    data = ROOT / "build" / f"covered-{room}"
    data.parent.mkdir(exist_ok=True)
    data.unlink(missing_ok=True)
    watched = ["coverage", "run", f"--rcfile={Path(__file__).parent / 'coverage.ini'}", f"--data-file={data}"]
    tests = [str(ROOT / "tests" / place) for place in NEAREST[room]]
    done = ran([*watched, f"--source={ROOMS / room}", "-m", "pytest", *OPTIONS, *tests])
    if done.returncode:
        told = done.stdout[-2000:] + done.stderr[-2000:]
        raise SystemExit(f"{room}: its tests fail before anything is changed ({done.returncode})\n{told}")
    return Covering.read(data, ROOT, NEAREST[room])


def how_seen(change: Change, covering: Covering) -> str:
    """Whether a test fails, or hangs, or none does."""
    room = change.path.relative_to(ROOMS).parts[0]
    tests = sorted(covering.tests(change.path, change.line), key=lambda test: not test.startswith(f"tests/{room}/"))
    if not tests:  # a file without functions, which all that import it go through
        tests = [f"tests/{room}"]
    module = ".".join(("nodescope", *change.path.relative_to(ROOMS).with_suffix("").parts)).removesuffix(".__init__")
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / change.path.name
        changed.write_bytes(change.source)
        command = ["pytest", "-p", "changed_module", *OPTIONS, *tests]
        done = ran(command, most_seconds=MOST_SECONDS, NODESCOPE_CHANGED=f"{module}={changed}")
    if done.returncode > 2 and "ERROR collecting" not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    return "SURVIVED" if done.returncode == 0 else "hung" if done.returncode < 0 else "seen"


def ran(command: Sequence[str], most_seconds: int | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    def limited() -> None:
        if most_seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))

    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT, env=os.environ | SETTINGS | settings, capture_output=True, text=True, preexec_fn=limited,
    )  # fmt: skip


if __name__ == "__main__":
    main()
