"""How fast any place of a billion moving steps of one weight is found again, and how little is kept for it."""

import random
import statistics
import time

import nodescope as ns

STEPS = 1_000_000_000
ROWS = 1000
PLACES = 200


def main() -> None:
    began = time.perf_counter()
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=1e-8, steps=STEPS)
    seconds = time.perf_counter() - began
    draw = random.Random(0)
    times = sorted(_timed(run, draw.randrange(STEPS - ROWS)) for _ in range(PLACES))
    for what, value in (
        ("run", f"{run.ending.name}, {run.steps:,} steps in {seconds:.1f} s, {1e9 * seconds / STEPS:.1f} ns a step"),
        ("kept", f"{run.replay.checkpoints.nbytes / 1e3:,.0f} kB in {len(run.replay.checkpoints.states):,} checkpoints"),
        (
            f"rewind and read {ROWS:,} rows",
            f"median {1e6 * statistics.median(times):.0f} µs, p99 {1e6 * times[int(0.99 * PLACES)]:.0f} µs",
        ),
    ):
        print(f"{what:<28}{value}")


def _timed(run: ns.Run, start: int) -> float:
    began = time.perf_counter()
    rows = run.trace[start : start + ROWS]["new_weight"]
    seconds = time.perf_counter() - began
    if len(rows) != ROWS:
        raise AssertionError(f"{len(rows)} rows at step {start}")
    return seconds


if __name__ == "__main__":
    main()
