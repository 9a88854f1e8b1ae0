"""The table of speed beside the peers and the machine's limits.

`make bench` writes it into docs/speed.md, `make bench-quick` prints a shorter one. Every row is measured in one process, all its
contenders by turns, by the processor time of the process: a peer that takes more threads is charged for all of them.
"""

import argparse
import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import calls  # noqa: E402
import growth  # noqa: E402
import networks  # noqa: E402
import one_node  # noqa: E402
import sweeps  # noqa: E402
import tables  # noqa: E402
from rows import PEERS, Measured, Row, there  # noqa: E402

DOCUMENT = Path(__file__).parents[2] / "docs" / "speed.md"
DISTRIBUTIONS = {"NumPy": "numpy", "scikit-learn": "scikit-learn", "PyTorch": "torch", "JAX": "jax", "river": "river"}
HEAD = """# How fast it is

What `{command}` printed: processor time, one thread. Every row is measured in one process, its contenders by turns,
each {turns} times; medians, and after ± half the way between the quartiles. Only ratios count: neighbours on a
machine change absolute times by half.
Every peer does the same steps in its own usual way ({precision}).
The limits were measured in the same turns. The last column is what we think bounds a row, from counting instructions by
hand; it is no measurement.

{machine}

| what | ours | limit | share of it | beside the peers | aimed at | what bounds it |
|---|---|---|---|---|---|---|
"""
PRECISION = "PyTorch's networks in float32, the rest in float64"


def machine() -> str:
    """The processor, and what was compared."""
    named = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    flags = next((line.split() for line in _lines("/proc/cpuinfo") if line.startswith("flags")), [])
    width = 8 if "avx512f" in flags else 4 if "avx2" in flags else 2
    versions = [f"{peer} {_version(distribution)}" for peer, distribution in DISTRIBUTIONS.items()]
    processor = named[0] if named else platform.processor() or platform.machine()
    return (
        f"{processor}, {os.cpu_count()} processors, {width} doubles a register; "
        f"Python {platform.python_version()}, {', '.join(versions)}."
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "(not installed)"


def line(of: Measured) -> str:
    """A row of the table."""
    row, ours = of.row, of.timed["ours"]
    each = ours.middle / row.units * 1e9
    told = f"{each:.3g} ns a {row.unit}" if each < 1e5 else f"{each / 1e6:.3g} ms a {row.unit}"
    share = "–" if of.share is None else f"{100 * of.share:.0f} %"
    limit = "–" if row.limit is None else row.limit[0]
    beside = [f"{_times(of.faster_than(peer))} × {peer}" for peer in row.peers]
    aims = [f"{aim:g} × {peer}" for peer, aim in row.targets.items()]
    told += f" ± {100 * ours.spread:.0f} %"
    return f"| {' | '.join([row.what, told, limit, share, ', '.join(beside), ', '.join(aims), row.bound])} |"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 20 else f"{ratio:.1f}"


def all_rows(quick: bool) -> list[Row]:
    return [*one_node.rows(), *tables.rows(quick), *networks.rows(quick), *sweeps.rows(quick)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller tables, fewer turns: under two minutes; nothing is written")
    parser.add_argument("--only", default="", help="rows whose name has this in it")
    asked = parser.parse_args()
    turns, began = 5 if asked.quick else 9, time.perf_counter()
    absent = [peer for peer in PEERS if not there(peer)]
    command = "make bench-quick" if asked.quick else "make bench"
    text = HEAD.format(command=command, turns=turns, precision=PRECISION, machine=machine())
    print(text, end="", flush=True)
    for row in all_rows(asked.quick):
        if asked.only in row.what:
            told = line(row.measured(turns)) + "\n"
            print(told, end="", flush=True)
            text += told
    if asked.only:
        return
    facts = [("what", "measured", "aimed at"), ("---",) * 3, *one_node.facts(), *calls.facts(asked.quick)]
    rest = "\n" + "".join(f"| {' | '.join(fact)} |\n" for fact in facts)
    rest += f"\nNot installed, so not compared: {', '.join(absent)}.\n" if absent else ""
    rest += f"\nIt took {time.perf_counter() - began:.0f} s.\n"
    print(rest)
    if not asked.quick:
        grown = growth.measured()
        growth.draw(grown)
        DOCUMENT.write_text(text + rest + growth.told(grown))


if __name__ == "__main__":
    sys.exit(main())
