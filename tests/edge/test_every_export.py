"""Every kind of run × every form that it can be written in: a file that is there and not empty, or one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.recorded import Record, Recorded, RecordedLayer

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(300)]
RNG = np.random.default_rng(8)
X, G = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2))
SEED = {"weight": 0.4, "input": 1, "goal": 0.6}


def observed() -> Recorded:
    columns = {"weight": np.ones((1, 2)), "input": np.ones((3, 2)), "sum": np.ones((3, 1)), "delta": np.ones((3, 1))}
    layers = (RecordedLayer("a", "Linear", 2, 1, (0,)),)
    return Recorded("X 1", {"name": "SGD", "alpha": 0.1}, layers, [1.0, 0.5], [Record(0, 0.1, 1.0, (columns,))])


RUNS: dict[str, Any] = {
    "a scalar": lambda: ns.descend(**SEED, alpha=0.1, steps=3),
    "settled": lambda: ns.descend(**SEED, alpha=0.1),
    "cycling": lambda: ns.descend(**SEED, alpha=1.5),
    "diverged": lambda: ns.descend(**SEED, alpha=2.5),
    "not finite at once": lambda: ns.descend(weight=1e308, input=1e308, goal=0, alpha=1.0, steps=5),
    "no steps": lambda: ns.descend(**SEED, alpha=0.1, steps=0),
    "one input as a vector": lambda: ns.descend(weight=[0.4], input=[1], goal=0.6, alpha=0.1, steps=3),
    "one input as a matrix": lambda: ns.descend(weight=[[0.4]], input=[[1]], goal=[[0.6]], alpha=0.1, steps=3),
    "many of one input": lambda: ns.descend(weight=[0.4], input=[[1], [2]], goal=[0.6, 5], alpha=0.1, steps=3, batch="all"),
    "three inputs": lambda: ns.descend(weight=[0, 0, 0], input=[1, 2, 3], goal=1, alpha=0.01, steps=3),
    "two nodes": lambda: ns.descend(input=X, goal=G, bias=True, alpha=0.01, steps=5, rule="adam", batch=2, order="shuffled"),
    "frozen": lambda: ns.descend(input=X, goal=G, frozen=np.ones((2, 3), bool), alpha=0.01, steps=5),
    "a schedule": lambda: ns.descend(**SEED, alpha=lambda t: 0.1 / (1 + t), steps=5),
    "a table": lambda: ns.descend(data={"a": X[:, 0], "b": X[:, 1], "y": G[:, 0]}, goal="y", standardise=True, holdout=0.3),
    "a network": lambda: ns.descend(network=[3, 4, 2], input=X, goal=G, alpha=0.01, steps=5, loss="huber", batch="all"),
    "a network of one layer": lambda: ns.descend(network=[3, 2], input=X, goal=G, alpha=0.01, steps=5, update_order="sequential"),
    "a network of one weight": lambda: ns.descend(network=[1, 1], input=[[1.0]], goal=[[0.6]], alpha=0.1, steps=3),
    "two classes": lambda: ns.descend(input=X, goal=G[:, 0] > 0, loss="cross-entropy", alpha=0.1, steps=5),
    "one input, two classes": lambda: ns.descend(input=X[:, 0], goal=G[:, 0] > 0, loss="cross-entropy", alpha=0.1, steps=5),
    "three classes": lambda: ns.descend(
        data={"a": X[:, 0], "b": X[:, 1], "s": list("abcabca")}, goal="s", loss="cross-entropy", alpha=0.1, batch="all", epochs=5
    ),
    "a margin": lambda: ns.descend(input=X, goal=np.sign(G[:, 0]), loss="hinge", alpha=0.1, steps=5, batch=2),
    "a perceptron": lambda: ns.descend(input=X, goal=np.sign(G[:, 0]), loss="perceptron", alpha=0.1, steps=5),
    "a penalty": lambda: ns.descend(**SEED, alpha=0.1, steps=5, penalty={"l2": 0.1}),
    "clipped": lambda: ns.descend(input=X, goal=G, alpha=0.1, steps=5, clip=0.01),
    "parts": lambda: ns.descend(input=X, goal=G[:, 0], alpha=0.1, steps=5, batch="all", parts=2),
    "moments": lambda: ns.descend(input=X, goal=G[:, 0], alpha=0.1, steps=5, batch="all", method="moments"),
    "a wide network": lambda: ns.descend(network=[3, 40, 2], input=X, goal=G, alpha=0.01, steps=2),
    "observed": observed,
}  # fmt: skip
FORMS = (".html", ".md", ".svg", ".png", ".pdf", ".tex", ".csv", ".parquet", ".npz", ".ipynb", ".py", ".c", ".onnx")
OF_A_STEP, OF_THE_END = {".svg", ".png", ".pdf", ".tex"}, {".py", ".c", ".onnx"}
CANNOT = {
    "no steps": OF_A_STEP,
    "diverged": OF_THE_END,
    "not finite at once": OF_THE_END,
    "observed": OF_A_STEP | OF_THE_END | {".ipynb"},
}


@pytest.mark.parametrize("kind", RUNS)
def test_each_form(kind: str, tmp_path: Path):
    run = RUNS[kind]()
    told = {}
    for form in FORMS:
        try:
            ns.export(run, tmp_path / f"x{form}")
            assert (tmp_path / f"x{form}").stat().st_size > 50
        except ns.InputError as error:
            told[form] = str(error)
    assert max(map(len, told.values()), default=0) < 300
    assert set(told) == CANNOT.get(kind, set()), told
