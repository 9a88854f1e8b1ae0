"""What a table larger than memory costs: processor seconds, and memory at its peak above what the imports take, beside others.

Each measurement is a process of its own; the files are made on the spot and deleted. `--rows 2e7` is docs/howto/large.md.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

NAMES = [f"x{i}" for i in range(10)]
GROUP = 1 << 17


def make(path: str, rows: int) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    rng, writer = np.random.default_rng(0), None
    for start in range(0, rows, GROUP):
        x = rng.normal(size=(min(GROUP, rows - start), 10))
        y = x @ np.arange(1.0, 11) + 0.1 * rng.normal(size=len(x))
        table = pa.table({**{name: x[:, i] for i, name in enumerate(NAMES)}, "y": y})
        if writer is None:
            writer = pc.CSVWriter(path, table.schema) if path.endswith(".csv") else pq.ParquetWriter(path, table.schema)
        writer.write_table(table, GROUP)
    assert writer is not None
    writer.close()


def ours(path: str, memory: str, order: str = "given") -> None:
    import nodescope as ns

    ns.descend(data=path, goal="y", epochs=1, alpha=0.001, memory=memory, order=order)


def row_groups(path: str) -> None:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, pre_buffer=False)
    for group in range(file.num_row_groups):
        file.read_row_group(group, use_threads=False)


def batches(path: str) -> None:
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    for _ in pc.open_csv(path) if path.endswith(".csv") else pq.ParquetFile(path).iter_batches():
        pass


def partial_fit(path: str) -> None:
    import numpy as np
    import pyarrow.parquet as pq
    from sklearn.linear_model import SGDRegressor

    model, file = SGDRegressor(alpha=0, learning_rate="constant", eta0=0.001), pq.ParquetFile(path, pre_buffer=False)
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group, use_threads=False)
        model.partial_fit(np.column_stack([rows.column(name).to_numpy() for name in NAMES]), rows.column("y").to_numpy())


def means(path: str) -> None:
    import polars as pl

    pl.scan_parquet(path).mean().collect(engine="streaming")


MEASURED: dict[str, tuple[str, Callable[[str], None]]] = {
    "pyarrow, row group by row group": (".parquet", row_groups),
    "pyarrow, iter_batches": (".parquet", batches),
    "nodescope, given order, memory 30 MB": (".parquet", lambda path: ours(path, "30 MB")),
    "nodescope, shuffled, memory 200 MB": (".parquet", lambda path: ours(path, "200 MB", "shuffled")),
    "scikit-learn, partial_fit": (".parquet", partial_fit),
    "polars, means of the columns": (".parquet", means),
    "pyarrow, CSV": (".csv", batches),
    "nodescope, CSV, memory 100 MB": (".csv", lambda path: ours(path, "100 MB")),
}


def measure(name: str, path: str) -> None:
    for module in ("numpy", "pyarrow.parquet", "pyarrow.csv", "nodescope", "nodescope.data.parts.found"):
        __import__(module)
    of = {"scikit-learn, partial_fit": "sklearn.linear_model", "polars, means of the columns": "polars"}
    if name in of:
        __import__(of[name])
    there = highest()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    MEASURED[name][1](path)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"| {name} | {cpu:.2f} | {time.perf_counter() - began:.2f} | {highest() - there:.0f} |", flush=True)


def highest() -> float:
    """MB of memory at this process's peak (Linux); `ru_maxrss` would be that of whoever started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=2e6)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(*given.one)
        return
    print(f"| {given.rows:,.0f} rows of 10 inputs and a goal | CPU s | s | MB at the peak |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".parquet", ".csv"):
            path = Path(folder) / f"table{ending}"
            make(str(path), int(given.rows))
            for name, (of, _) in MEASURED.items():
                if of == ending:
                    subprocess.run([sys.executable, __file__, "--one", name, str(path)], check=True)
            path.unlink()


if __name__ == "__main__":
    main()
