"""Sweeps, however often they are killed on the way, and whatever became of their files."""

import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import LENGTH, PLAIN, cases
from diagnosis.swept import STICKS, same, table

import nodescope as ns
from nodescope.diagnosis.sweeps.journal import unfinished_of
from nodescope.diagnosis.sweeps.outcomes import OUTCOME
from nodescope.diagnosis.sweeps.sweep import sweep_with
from nodescope.views.heat_text import heat_map

SCRIPT = """
import json, sys
import nodescope as ns
settings = json.loads(sys.argv[1])
swept = ns.sweep(**settings, data=sys.argv[2], out=sys.argv[3])
print(swept.done)
"""
LONG = LENGTH == "long"
KILLED = {"goal": "y", "holdout": 0.2, "epochs": 2, "order": "shuffled", "seed": list(range(10))}
"""Beside so many alphas: 2,000 fits in the long run, 60 else."""


@pytest.mark.timeout(900 if LONG else 120)
@pytest.mark.skipif(PLAIN, reason="kills are a matter of files, not of the engine")
def test_killed_again_and_again_it_goes_on_to_the_same_table(tmp_path: Path):
    path, out = tmp_path / "table.csv", tmp_path / "s.parquet"
    columns = table()
    path.write_text("\n".join([",".join(columns), *(",".join(map(repr, row)) for row in zip(*columns.values(), strict=True))]))
    settings = KILLED | {"alpha": np.geomspace(1e-3, 0.3, 200 if LONG else 6).tolist()}
    size, rng, killed = 10 * len(settings["alpha"]), np.random.default_rng(5), []
    command = [sys.executable, "-c", SCRIPT, json.dumps(settings), str(path), str(out)]
    for _ in range(20 if LONG else 2):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            before, until = _length(out), time.monotonic() + 60
            while process.poll() is None and _length(out) == before and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(float(rng.uniform(0, 0.2)))
            process.send_signal(signal.SIGKILL)
        killed.append(_length(out))
    assert killed == sorted(killed)
    subprocess.run(command, check=True, stdout=subprocess.PIPE)
    assert not unfinished_of(out).exists()
    began = time.perf_counter()
    kept = ns.sweep(**settings, data=path, out=out)
    assert time.perf_counter() - began < 2
    assert kept.done == len(kept) == size
    same(kept, ns.sweep(**settings, data=path))


def _length(out: Path) -> int:
    place = unfinished_of(out)
    return place.stat().st_size if place.exists() else 0


class Stop(Exception):
    pass


def stopped(out: Path, after: int, **settings: object) -> None:
    def tell(done: int, _size: int | None, _seconds: float) -> None:
        if done >= after:
            raise Stop

    with pytest.raises(Stop):
        sweep_with(tell, **settings, out=out)  # type: ignore[arg-type]


def test_a_torn_block_is_cut_off(tmp_path: Path):
    out = tmp_path / "s.parquet"
    settings = {"data": table(), "goal": "y", "epochs": 1, "alpha": [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]}
    stopped(out, 4, **settings)
    whole = unfinished_of(out).read_bytes()
    expected = ns.sweep(**settings)
    for length in range(len(whole) - 40, len(whole), 1 if LONG else 9):
        unfinished_of(out).write_bytes(whole[:length])
        same(ns.sweep(**settings, out=out), expected)
        out.unlink()
    damaged = bytearray(whole)
    damaged[-3] ^= 1
    unfinished_of(out).write_bytes(bytes(damaged))
    same(ns.sweep(**settings, out=out), expected)


def test_ctrl_c_keeps_the_rows_there_are(tmp_path: Path):
    def tell(done: int, _size: int | None, _seconds: float) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    settings = {"data": table(), "goal": "y", "epochs": 1, "alpha": [0.01 * i for i in range(1, 9)]}
    part = sweep_with(tell, **settings, out=tmp_path / "s.parquet")
    assert 3 <= part.done < len(part) == 8
    assert part.to_arrow().num_rows == part.done
    assert "of them done" in str(part)
    assert any("?" in line for line in heat_map(part))
    same(ns.sweep(**settings, out=tmp_path / "s.parquet"), ns.sweep(**settings))


def test_files_of_others_stay(tmp_path: Path):
    out = tmp_path / "s.parquet"
    first = ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.2], out=out)
    same(ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.2], out=out), first)
    with pytest.raises(ns.FileError, match="holds another sweep; name another file, or replace it with overwrite=True"):
        ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.3], out=out)
    assert len(ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.3, 0.4], out=out, overwrite=True)) == 3
    out.write_text("mine")
    with pytest.raises(ns.FileError, match=r"holds something else; name another file$"):
        ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.2], out=out)
    with pytest.raises(ns.FileError, match="holds something else"):
        ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.2], out=out, overwrite=True)
    assert out.read_text() == "mine"
    settings = {"data": table(), "goal": "y", "epochs": 1}
    stopped(other := tmp_path / "t.parquet", 1, **settings, alpha=[0.1, 0.2])
    with pytest.raises(ns.FileError, match="another sweep is on its way to it"):
        ns.sweep(**settings, alpha=[0.1, 0.3], out=other)
    with pytest.raises(ns.FileError, match="cannot be written"):
        ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.2], out=tmp_path / "nowhere" / "s.parquet")


def test_a_damaged_table_is_never_believed(tmp_path: Path):
    """Story: of 60 flips eight were errors of other libraries."""
    out, chance = tmp_path / "s.parquet", random.Random(15)
    expected = ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.3, 1.0, 2.5], out=out)
    whole, refused = out.read_bytes(), 0
    for number in range(cases(2000)):
        content = bytearray(whole)
        if number % 5:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        out.write_bytes(content if number % 5 else content[: chance.randrange(1, len(content))])
        try:
            same(ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.3, 1.0, 2.5], out=out), expected)
        except ns.FileError as error:
            refused += 1
            assert len(str(error).splitlines()) == 1  # noqa: PT017
            assert len(str(error)) < 300 + len(str(out))  # noqa: PT017
    assert refused > cases(2000) / 2


def test_rows_of_no_sweep_are_cut_off(tmp_path: Path):
    """Whoever knows how a block is summed may write one whose words and endings are not there."""
    settings = {"data": table(), "goal": "y", "epochs": 1, "alpha": [0.1, 0.2, 0.3]}
    expected, out = ns.sweep(**settings), tmp_path / "s.parquet"
    for words, ending, word in ((["x"], 100, 0), (["x"], -1, 0), (["x"], 0, 1), ([5], 0, 0), ({}, 0, 0), ("x", 0, 0)):
        stopped(out, 1, **settings)
        place = tmp_path / ".s.parquet.unfinished"
        rows = np.zeros(1, OUTCOME)
        rows["ending"], rows["word"] = ending, word
        body = json.dumps(words).encode() + rows.tobytes()
        with place.open("ab") as file:
            file.write(struct.pack("<qqqI", 1, 1, len(json.dumps(words)), zlib.crc32(body)) + body)
        same(ns.sweep(**settings, out=out), expected)
        out.unlink()


def test_what_stands_where_rows_are_kept_is_left_alone(tmp_path: Path):
    precious, place = tmp_path / "precious", tmp_path / ".s.parquet.unfinished"
    precious.write_text("mine")
    for make in (lambda: place.symlink_to(precious), place.mkdir, lambda: os.mkfifo(place)):
        make()
        for overwrite in (False, True):
            with pytest.raises(ns.FileError, match=r"\.s\.parquet\.unfinished beside it is no file of a sweep; remove it"):
                ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.3], out=tmp_path / "s.parquet", overwrite=overwrite)
        place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()
    assert precious.read_text() == "mine"
