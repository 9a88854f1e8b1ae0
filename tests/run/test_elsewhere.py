"""`on=`: who makes the parts of a step, or the moments of the rows, is no matter of the bits."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli
from nodescope.theory.triangles import LEAF

RNG = np.random.default_rng(0)
N = 5 * LEAF + 77
X = RNG.normal(size=(N, 3)) * [1.0, 10.0, 0.1] + 3.0
Y = X @ [1.0, -2.0, 3.0] + 0.1 * RNG.normal(size=N)


class Here:
    """An object with map, as a pool of any library has it."""

    def __init__(self) -> None:
        self.tasks = 0

    def map(self, function: Any, tasks: Any) -> Any:
        for task in tasks:
            self.tasks += 1
            yield function(task)


def bits(run: ns.Run) -> tuple[Any, ...]:
    window = {name: column.tobytes() for name, column in run.trace[max(0, run.steps - 3) : run.steps].flat().items()}
    kept = run.replay.checkpoints
    return run.network.flat().tobytes(), run.ending, run.steps, run.settled_after, run.mse.hex(), kept.states.tobytes(), window


RECIPES: dict[str, dict[str, Any]] = {
    "a node": {"batch": "all", "parts": 100, "steps": 4, "standardise": True},
    "until an error": {"batch": "all", "parts": 64, "steps": 200, "standardise": True, "until_mse": 1.0, "alpha": 0.3},
    "until an error, in batches": {"batch": 2000, "parts": 64, "epochs": 9, "standardise": True, "until_mse": 1.0, "alpha": 0.3},
    "a network": {"network": {"hidden": [4]}, "batch": "all", "parts": 300, "steps": 3, "standardise": True, "rule": "adam"},
    "drawn batches": {"batch": 1000, "parts": 70, "epochs": 2, "order": "shuffled", "standardise": True, "holdout": 0.2},
    "a schedule, a penalty, a clip": {
        "batch": 1500, "parts": 128, "epochs": 2, "standardise": True, "penalty": {"l2": 0.1}, "clip": 1.0,
        "alpha": ns.schedule("steps", start=0.1, every=3, factor=0.5),
    },
    "classes": {
        "goal": "kind", "loss": "cross-entropy", "inputs": ["a", "b"], "batch": "all", "parts": 900, "steps": 3,
    },
    "keep the best": {
        "batch": 4000, "parts": 500, "epochs": 4, "standardise": True, "holdout": 0.3, "keep": "best", "tolerance": 1e-9,
    },
    "diverges": {"batch": "all", "parts": 1000, "alpha": 1e300, "steps": 30},
    "moments": {"batch": "all", "method": "moments", "steps": 50, "holdout": 0.1},
    "parts that are the batch": {"batch": "all", "parts": 10**6, "steps": 2, "standardise": True},
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    table = pa.table({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "y": Y, "kind": np.where(Y.mean() < Y, "high", "low")})
    for i, (start, stop) in enumerate([(0, 1300), (1300, 1307), (1307, N)]):
        pq.write_table(table.slice(start, stop - start), folder / f"{i}.parquet", row_group_size=600)
    return folder


def settings_of(name: str, data: Path) -> dict[str, Any]:
    return {"data": data, "inputs": ["a", "b", "c"], "goal": "y"} | RECIPES[name]


@pytest.mark.parametrize("name", RECIPES)
def test_the_bits_of_a_run_by_oneself(name: str, data: Path):
    settings, on = settings_of(name, data), Here()
    expected = bits(ns.descend(**settings))
    assert bits(ns.descend(**settings, on=on)) == expected
    assert on.tasks >= 1
    if name == "a node" or "drawn" in name or name == "moments":
        budget = {"memory": 200_000, "window": 30} if settings.get("order") else {"memory": 200_000}
        streamed = settings | budget
        alone = bits(ns.descend(**streamed))
        assert bits(ns.descend(**streamed, on=Here())) == alone
        assert settings.get("order") or alone[:5] == expected[:5]


def test_other_processes(data: Path, tmp_path: Path):
    settings = settings_of("a network", data) | {"memory": 200_000, "steps": 2}
    expected = bits(ns.descend(**settings))
    ns.descend(**(settings | {"steps": 1, "memory": "all"}), out=tmp_path / "r.nodescope")
    resumed = ns.resume(tmp_path / "r.nodescope", steps=2, on=2)
    assert resumed.network.flat().tobytes() == expected[0]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"batch": 1}, "each step sees one example and waits for the one before it"),
        ({"batch": 500}, "parts is not given: give parts=65536"),
        ({"batch": "all", "parts": 100, "on": "somewhere"}, "on is 'somewhere'; it may be None"),
        ({"batch": "all", "parts": 100, "on": 0}, "on is 0; it must be at least 1"),
        ({"batch": "all", "parts": 100, "on": "udp://127.0.0.1:1"}, "the address of a scheduler is written tls://host:8786"),
        (
            {"batch": "all", "parts": 100, "on": "tcp://192.168.1.7:8786"},
            "without TLS whoever reaches that scheduler runs programs",
        ),
        ({"batch": "all", "parts": 100, "on": "tcp://cluster:8786"}, "without TLS"),
        ({"batch": "all", "parts": 100, "on": "tcp://[2001:db8::1]:8786"}, "without TLS"),
    ],
)
def test_what_nobody_can_share_is_refused(settings: dict[str, Any], says: str):
    given = {"input": X[:1000], "goal": Y[:1000], "alpha": 0.001, "steps": 2, "on": Here()} | settings
    with pytest.raises(ns.InputError, match=says.replace("(", r"\(")):
        ns.descend(**given)


class Odd:
    def __init__(self, gives: Any) -> None:
        self.map = lambda function, tasks: gives(function, list(tasks))


@pytest.mark.parametrize("method", [{"parts": 100}, {"method": "moments"}])
@pytest.mark.parametrize(
    ("gives", "says"),
    [
        (lambda *_: 1 / 0, r"the map of on= \('Odd'\) failed: ZeroDivisionError"),
        (lambda *_: [], "gave None for"),
        (lambda *_: [(1, 2)] * 99, "for (examples|rows) 0 to"),
        (lambda f, tasks: [f(task) for task in tasks][::-1], "(gave|for|the weights)"),
    ],
)
def test_a_map_that_does_not_map_is_told(gives: Any, says: str, method: dict[str, Any]):
    settings = {"input": X, "goal": Y, "alpha": 0.001, "steps": 2, "batch": "all"} | method
    if "weights" in says and "parts" in method:
        return  # sums of other rows are numbers too: nobody can know
    with pytest.raises(ns.InputError, match=says):
        ns.descend(**settings, on=Odd(gives))


def test_another_version_is_refused():
    class Elsewhere(Here):
        def map(self, function: Any, tasks: Any) -> Any:
            return super().map(function, [("0.0.1", *task[1:]) for task in tasks])

    with pytest.raises(ns.NodescopeError, match=r"of on= has nodescope .*, and here it is 0\.0\.1: install the same version"):
        ns.descend(input=X, goal=Y, alpha=0.001, steps=2, batch="all", parts=100, on=Elsewhere())


def test_what_goes_wrong_over_there_keeps_the_run(tmp_path: Path):
    class Dies(Here):
        def map(self, function: Any, tasks: Any) -> Any:
            if self.tasks > 60:
                raise OSError("the cable is out")
            return super().map(function, tasks)

    settings = {"input": X, "goal": Y, "alpha": 0.001, "steps": 90, "batch": "all", "parts": 600}
    with pytest.raises(ns.InputError, match="the cable is out") as failed:
        ns.descend(**settings, on=Dies(), out=tmp_path / "r.nodescope")
    assert 0 < failed.value.run.steps < 90
    resumed = ns.resume(tmp_path / "r.nodescope", on=Here(), data=(X, Y))
    assert bits(resumed)[:5] == bits(ns.descend(**settings))[:5]


def test_the_shell_takes_it(data: Path):
    told = []
    for on in ([], ["--on", "1"]):
        recipe = ["--data", str(data), "--inputs", "a,b", "--goal", "y", "--batch", "all", "--parts", "500", "--standardise"]
        done = CliRunner().invoke(cli, ["run", *recipe, "--steps", "2", *on, "--json"], catch_exceptions=False)
        told.append({**json.loads(done.stdout), "seconds": 0})
    assert told[0] == told[1]
    assert told[0]["steps"] == 2
