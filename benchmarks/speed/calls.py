"""What a call, an import and a command take, and what a verdict and a table of a large run take beside reading their data."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import nodescope as ns
from nodescope.arithmetic.core import engine

SEED = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 325}
SHELL = ["--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1", "--steps", "325"]
Fact = tuple[str, str, str]


def facts(quick: bool) -> list[Fact]:
    return [_call(), *_processes(5 if quick else 11), *_large(quick)]


def _call() -> Fact:
    taken = []
    for _ in range(2000):
        began = time.perf_counter()
        ns.descend(**SEED)
        taken.append(time.perf_counter() - began)
    return "a call of descend, the seed's node", f"{statistics.median(taken) * 1000:.3f} ms", "< 0.15 ms"


def _processes(turns: int) -> list[Fact]:
    """Each in a cold process, by turns, by its processor time; bytecode is there, as it is after the first time."""
    there = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = {
        "bare": "pass",
        "numpy": "import numpy",
        "import": "import numpy, nodescope",
        "descend": f"import nodescope as ns; ns.descend(**{SEED!r})",
    }
    commands = {name: [sys.executable, "-c", text] for name, text in code.items()}
    commands["run"] = [sys.executable, "-m", "nodescope", "run", *SHELL]
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(turns + 1):
        for name, command in commands.items():
            began = _of_children()
            subprocess.run(command, check=True, capture_output=True, env=there)
            if turn:
                taken[name].append(1000 * (_of_children() - began))

    def over(name: str, other: str) -> str:
        return f"{statistics.median(a - b for a, b in zip(taken[name], taken[other], strict=True)):.0f} ms"

    return [
        ("`import nodescope`, over NumPy's", over("import", "numpy"), "< 60 ms"),
        ("import and first run, over NumPy's import", over("descend", "numpy"), "< 60 ms"),
        ("`nodescope run` of the seed's node, over bare Python", over("run", "bare"), "< 250 ms"),
    ]


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _large(quick: bool) -> list[Fact]:
    n = 100_000 if quick else 1_000_000
    random = np.random.default_rng(0)
    x = random.normal(size=(n, 20))
    goal = x @ random.normal(size=20) + random.normal(size=n)
    run = ns.descend(input=x, goal=goal, alpha=0.001, epochs=1)
    ns.diagnose(ns.descend(**SEED))  # what is imported for the first verdict is not counted
    reading = min(_seconds(lambda: x.sum()) for _ in range(3))
    judged = _seconds(lambda: ns.diagnose(run))
    wide_x, wide_goal = random.normal(size=(64, n)), random.normal(size=64)
    wide = ns.descend(input=wide_x, goal=wide_goal, alpha=1e-7, epochs=2)
    wide_reading = min(_seconds(lambda: wide_x.sum()) for _ in range(3))
    wide_judged = _seconds(lambda: ns.diagnose(wide))
    node = ns.descend(weight=0.4, input=1.0, goal=0.6, alpha=1e-9, steps=n)
    triangle = min(_seconds(lambda: engine().triangle(x, np.zeros((20, 20)))) for _ in range(3))
    numbers = node.trace[0:1000].flat()
    spelled = n / 1000 * min(_seconds(lambda: [list(map(repr, values.tolist())) for values in numbers.values()]) for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.csv"
        written = _seconds(lambda: ns.export(node, path))
        size = path.stat().st_size / 1e6
    return [
        (
            f"verdict of {n:,} × 20",
            f"{judged:.2f} s: {judged / reading:.0f} times one reading ({reading * 1000:.0f} ms)",
            f"twice; not reached: the four triangles of the rows alone take {4 * triangle:.2f} s",
        ),
        (
            f"verdict of {n:,} weights, 64 examples",
            f"{wide_judged:.2f} s: {wide_judged / wide_reading:.0f} times one reading ({wide_reading * 1000:.0f} ms)",
            "twice; not reached: the directions that 64 examples span take 64 products a number, several times",
        ),
        (
            f"`.csv` of {n:,} steps",
            f"{written:.1f} s, {size:.0f} MB, {size / written:.0f} MB/s",
            f"ends; bounded by Python's shortest digits of a double, {spelled:.1f} s of it",
        ),
    ]
