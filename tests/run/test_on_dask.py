"""`on=` with a Dask cluster: the same bits with any number of workers, and with one killed; nothing but loopback listens."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import until

import nodescope as ns
from nodescope.workers import on_dask

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.timeout(240), pytest.mark.filterwarnings("ignore")]

RNG = np.random.default_rng(0)
N = 9000
X = RNG.normal(size=(N, 6))
Y = np.tanh(X @ RNG.normal(size=6)) + 0.1 * RNG.normal(size=N)
QUIET = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",
    "DASK_LOGGING__DISTRIBUTED": "critical",
}
ON_LOOPBACK = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]


GREEDY = """
import time
def greedy():
    kept = []
    while True:
        kept.append(bytearray(b"x" * 20_000_000))
        time.sleep(0.01)
"""


class Cluster:
    """A scheduler and workers, each a process of its own that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes, self.address = folder, [], ""
        self.staff: list[subprocess.Popen[bytes]] = []
        (folder / "too_much.py").write_text(GREEDY)
        told = folder / "scheduler.json"
        self.scheduler = self._started("distributed.cli.dask_scheduler", "--port", "0", *ON_LOOPBACK, "--scheduler-file", str(told))
        while not told.exists() or not told.read_text().strip():
            time.sleep(0.05)
        with distributed.Client(scheduler_file=str(told), set_as_default=False) as client:
            self.address = client.scheduler.address

    def _started(self, module: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "log.txt").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(self.folder)} | QUIET | environment,
            cwd=self.folder,
        )
        self.processes.append(process)
        return process

    def worker(self, *arguments: str, nanny: bool = False, **environment: str) -> subprocess.Popen[bytes]:
        kind = "--nanny" if nanny else "--no-nanny"
        own = ["--nthreads", "1", kind, *ON_LOOPBACK, "--local-directory", str(self.folder), *arguments]
        return self._started("distributed.cli.dask_worker", self.address, *own, **environment)

    def staffed(self, count: int) -> list[subprocess.Popen[bytes]]:
        """So many workers and no others, those from before among them."""
        alive = [worker for worker in self.staff if worker.poll() is None]
        for worker in alive[count:]:
            worker.kill()
            worker.wait()
        self.staff = alive[:count] + [self.worker() for _ in range(count - len(alive))]
        self.wait_for(count)
        return self.staff

    def wait_for(self, count: int) -> None:
        """Until so many workers are there, however busy the machine is."""
        with distributed.Client(self.address, set_as_default=False) as client:
            until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == count)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


TABLE = {**{f"x{i}": X[:300, i] for i in range(6)}, "y": Y[:300]}
KINDS: dict[str, dict[str, Any]] = {
    "moments": {"input": X, "goal": Y, "batch": "all", "method": "moments", "steps": 20, "alpha": 0.1},
    "a network": {
        "input": X, "goal": Y, "network": {"hidden": [5]}, "batch": "all", "parts": 500, "steps": 12, "alpha": 0.1,
        "rule": "momentum",
    },
    "drawn": {"input": X, "goal": Y, "batch": 4000, "parts": 500, "epochs": 3, "alpha": 0.1, "order": "shuffled"},
}  # fmt: skip
SWEEP: dict[str, Any] = {"data": TABLE, "goal": "y", "batch": 32, "epochs": 1, "seed": range(2), "alpha": [0.01, 0.1]}


def bits(run: ns.Run) -> tuple[Any, ...]:
    return run.network.flat().tobytes(), run.ending, run.steps, run.mse.hex(), run.replay.checkpoints.states.tobytes()


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    made: dict[str, Any] = {name: bits(ns.descend(**settings)) for name, settings in KINDS.items()}
    return made | {"a sweep": ns.sweep(**SWEEP).rows.tobytes()}


def made(name: str, on: Any) -> Any:
    return ns.sweep(**SWEEP, on=on).rows.tobytes() if name == "a sweep" else bits(ns.descend(**KINDS[name], on=on))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_same_bits_with_any_number_of_workers(cluster: Cluster, expected: dict[str, Any], count: int):
    cluster.staffed(count)
    with distributed.Client(cluster.address, set_as_default=False) as client:
        for name, bits_alone in expected.items():
            assert made(name, client if count > 1 else cluster.address) == bits_alone, name


def told_when_begun(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """It is set when the first task is on its way."""
    own, begun = on_dask.Dask._submitted, threading.Event()

    def submitted(door: Any, function: Any, task: Any) -> Any:
        begun.set()
        return own(door, function, task)

    monkeypatch.setattr(on_dask.Dask, "_submitted", submitted)
    return begun


@pytest.mark.parametrize("name", [*KINDS, "a sweep"])
def test_a_worker_killed_in_the_middle(cluster: Cluster, expected: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch):
    begun, killed = told_when_begun(monkeypatch), []
    first = cluster.staffed(2)[0]

    def kill() -> None:
        begun.wait()
        first.send_signal(signal.SIGKILL)
        killed.append(first.wait())

    killer = threading.Thread(target=kill)
    killer.start()
    assert made(name, cluster.address) == expected[name]
    killer.join()
    assert killed == [-signal.SIGKILL]


def listening(of: set[int]) -> list[str]:
    """Addresses on which these processes and their children listen (Linux)."""
    inodes = set()
    for pid in of:
        folder = Path(f"/proc/{pid}/fd")
        for handle in folder.iterdir() if folder.exists() else ():
            try:
                target = os.readlink(handle)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = []
    for table, local in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, state, inode = (line.split()[i] for i in (1, 3, 9))
            if state == "0A" and inode in inodes:
                found.append("loopback" if address.split(":")[0] == local else address)
    return found


def with_children(pid: int) -> set[int]:
    found = {pid}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= with_children(int(child))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="sockets are looked up in /proc")
def test_nothing_but_loopback_listens(cluster: Cluster):
    here = set(listening({os.getpid()}))
    one = cluster.staffed(1)
    with on_dask.connected(cluster.address):
        for process in (cluster.scheduler, *one):
            assert set(listening(with_children(process.pid))) == {"loopback"}
        assert set(listening({os.getpid()})) == here  # who asks does not listen at all


def test_another_version_is_refused_in_a_sentence(cluster: Cluster, tmp_path: Path):
    (tmp_path / "older.py").write_text("import nodescope; nodescope.__version__ = '0.0.9'")
    cluster.staffed(0)
    worker = cluster.worker("--preload", "older", PYTHONPATH=str(tmp_path))
    cluster.wait_for(1)
    try:
        with pytest.raises(ns.NodescopeError, match=r"worker tcp://127.* of on= has nodescope 0\.0\.9, and here it is .*: install"):
            ns.descend(**KINDS["moments"], on=cluster.address)
    finally:
        worker.kill()
        worker.wait()


def test_no_scheduler_is_one_sentence_within_seconds():
    began = time.monotonic()
    with pytest.raises(ns.InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 within 5 seconds .*; start"):
        ns.descend(**KINDS["moments"], on="tcp://127.0.0.1:9")
    assert time.monotonic() - began < 15


def test_no_workers_are_one_sentence(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    cluster.staffed(0)
    monkeypatch.setattr(on_dask, "SECONDS", 1.0)
    with pytest.raises(ns.InputError, match=r"the Dask scheduler at tcp://.* has no workers, and none came in 2 seconds"):
        ns.descend(**KINDS["moments"], on=cluster.address)


def test_workers_that_never_come_back_are_one_sentence(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(on_dask, "ALONE", 2.0)
    begun = told_when_begun(monkeypatch)
    one = cluster.staffed(1)
    killer = threading.Thread(target=lambda: (begun.wait(), one[0].kill()))
    killer.start()
    with pytest.raises(ns.NodescopeError, match="has no workers any more, for 2 seconds; start some, and the same"):
        ns.descend(**(KINDS["a network"] | {"steps": 5000}), on=cluster.address)
    killer.join()


def test_a_worker_out_of_memory_is_one_sentence(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    """Its nanny ends it, each time that it begins the task again."""
    monkeypatch.syspath_prepend(str(cluster.folder))
    greedy = importlib.import_module("too_much").greedy
    cluster.staffed(0)
    worker = cluster.worker("--memory-limit", "600MB", nanny=True)
    cluster.wait_for(1)
    try:
        with (
            pytest.raises(ns.NodescopeError, match=r"were killed one after another by the same task .* out of memory"),
            on_dask.connected(cluster.address) as door,
        ):
            next(door.map(greedy, [()]))
    finally:
        worker.terminate()
        worker.wait()


def test_tls():
    """With certificates an address of any machine may be given; here those of a moment, on loopback."""
    pytest.importorskip("cryptography")
    security = distributed.Security.temporary()
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, security=security, host="tls://127.0.0.1", dashboard_address=None,
            worker_dashboard_address=None,
        ) as made,
        distributed.Client(made, set_as_default=False) as client,
    ):  # fmt: skip
        assert made.scheduler_address.startswith("tls://")
        assert bits(ns.descend(**KINDS["moments"], on=client)) == bits(ns.descend(**KINDS["moments"]))
        with pytest.raises(ns.InputError, match="no Dask scheduler answers at tls://"):
            ns.descend(**KINDS["moments"], on=made.scheduler_address)  # the certificates are the client's alone
