"""Law: a table of float32 is read as it is stored, and everything comes out as of the same numbers in float64, bit for bit."""

import dataclasses
import tracemalloc
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import PLAIN, cases

import nodescope as ns
from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.narrow import SMALL, Narrow, held, wide
from nodescope.arithmetic.problem import Columns, Cursor, LayerShape, Problem
from nodescope.arithmetic.rules import as_rule
from nodescope.data.fingerprint import fingerprint

RNG = np.random.default_rng(5)
N, D = 9000, 10
X = RNG.normal(size=(N, D)).astype(np.float32)
G = (X @ np.linspace(-1, 1, D) + 0.1 * RNG.normal(size=N)).astype(np.float64)
compiled_only = pytest.mark.skipif(PLAIN, reason="plain Python has its numbers from NumPy")


def problem_of(rng: np.random.Generator, trial: int) -> Problem:
    """Anything that reads inputs."""
    nodes = trial % 2 == 0
    d, n = int(rng.choice([1, 2, 3, 5, 8, 9, 16, 17, 31, 40, 100, 129])), int(rng.integers(2, 700))
    sizes = [d, int(rng.choice([1, 1, 2]))] if nodes else [d, *(int(size) for size in rng.integers(1, 12, size=rng.integers(1, 4)))]
    names = ["identity"] if nodes else [str(rng.choice(list(ACTIVATIONS))) for _ in sizes[1:]]
    layers = tuple(
        LayerShape(inputs, outputs, bool(rng.integers(2)), ACTIVATIONS[name])
        for (inputs, outputs), name in zip(pairwise(sizes), names, strict=True)
    )
    size, batch = sum(layer.size for layer in layers), int(rng.choice([1, 1, 2, 7, 8, 64, n]))
    sequential = bool(rng.random() < 0.2)
    return Problem(
        input=(rng.normal(size=(n, d)) * float(rng.choice([1.0, 1.0, 1e30, 1e-42]))).astype(np.float32),
        goal=rng.normal(size=(n, sizes[-1])), layers=layers, rule=as_rule(str(rng.choice(["plain", "plain", "adam"]))),
        alpha=float(rng.choice([0.01, 0.1, 1.0])), batch=min(n, batch), part=0 if sequential else int(rng.choice([0, 0, 5, 100])),
        shuffled=bool(rng.integers(2)), seed=trial, lanes=bool(rng.integers(2)), until_mse=float(rng.choice([-1, -1, 0.5])),
        frozen=rng.random(size) < 0.3 if rng.random() < 0.2 else None, sequential=sequential,
    )  # fmt: skip


def all_of(on, problem: Problem, weights: np.ndarray, steps: int) -> list:
    columns = Columns.for_steps(problem, steps, ("weighted_delta", "prediction", "delta", "mse"))
    told = []
    with np.errstate(all="ignore"):
        for room in (None, columns):
            cursor, state = Cursor.at(0), problem.first_state(weights)
            cursor.stopping, cursor.watching = 1, 1
            told += [on.walk(problem, cursor, state, steps, saved=state.copy(), columns=room), cursor.step, cursor.last_moved]
            told.append(state.tobytes())
        told += [getattr(columns, name)[: cursor.step].tobytes() for name in ("weighted_delta", "prediction", "delta", "mse")]
        told += [on.predict(problem, weights).tobytes(), np.float64(on.mse(problem, weights)).tobytes()]
    return told


@compiled_only
def test_every_kernel_reads_them():
    rng = np.random.default_rng(11)
    for trial in range(cases(1000)):
        problem, steps = problem_of(rng, trial), int(rng.choice([1, 5, 40, 900]))
        weights = rng.normal(size=problem.size)
        as_doubles = dataclasses.replace(problem, input=problem.input.astype(np.float64), native=None)
        narrow = all_of(engine(), problem, weights, steps)
        assert narrow == all_of(engine(), as_doubles, weights, steps), trial
        if problem.n * problem.size * steps < 3000:
            assert narrow == all_of(plain, problem, weights, steps), trial


RECIPES = {
    "node": {"alpha": 0.01, "steps": 20000},
    "node, auto": {"epochs": 2},
    "full batch": {"alpha": 0.1, "batch": "all", "steps": 40},
    "network": {"network": ns.network([D, 4, 1], seed=1), "alpha": 0.01, "batch": 32, "order": "shuffled", "epochs": 2},
    "standardised": {"alpha": 0.01, "standardise": True, "epochs": 1},
    "moments": {"alpha": 0.1, "batch": "all", "method": "moments", "steps": 40},
}


@pytest.mark.skipif(PLAIN, reason="as many steps as make a table large take plain Python long")
@pytest.mark.parametrize("name", RECIPES)
def test_a_whole_run_is_that_of_doubles(name, tmp_path):
    """Weights, trace, verdict, forecast, explanation, and the run file: all but the memory it takes."""
    told = []
    for x in (X, X.astype(np.float64)):
        run = ns.descend(input=x, goal=G, **RECIPES[name])
        run.save(tmp_path / f"{x.dtype}.nodescope")
        again = ns.load(tmp_path / f"{x.dtype}.nodescope")
        told.append([
            run.network.flat().tobytes(), run.steps, run.ending, run.mse, run.trace[3:9]["input"].tobytes(),
            run.trace[3:9]["input"].dtype, run.diagnose().verdict, repr(run.explain(2)), again.network.flat().tobytes(),
            again.recipe.examples.fingerprint, run.recipe.alpha, repr(ns.forecast(input=x, goal=G, **RECIPES[name])),
        ])  # fmt: skip
        assert again.recipe == run.recipe if x.dtype == np.float64 and N < 100 else True
        is_narrow = name not in ("standardised", "moments") and x.dtype == np.float32
        assert isinstance(run.recipe.examples.input, Narrow) == is_narrow
        assert isinstance(again.recipe.examples.input, Narrow) == is_narrow
    assert told[0] == told[1]


def table_of(kind: str, folder):
    columns = {f"x{i}": X[:, i].copy() for i in range(D)} | {"y": G.astype(np.float32)}
    if kind == "columns":
        return columns
    if kind == "array":
        return np.column_stack([X, G.astype(np.float32)])
    table = pa.table(columns)
    if kind == "arrow":
        return table
    pq.write_table(table, folder / "t.parquet")
    return str(folder / "t.parquet")


@pytest.mark.skipif(PLAIN, reason="as many rows as make a table large take plain Python long")
@pytest.mark.parametrize("kind", ["columns", "array", "arrow", "parquet"])
def test_tables_are_held_as_they_are_stored(kind, tmp_path):
    goal = str(D) if kind == "array" else "y"
    run = ns.descend(data=table_of(kind, tmp_path), goal=goal, alpha=0.01, epochs=2, holdout=0.1)
    examples = run.recipe.examples
    assert isinstance(examples.input, Narrow)
    assert examples.goal.dtype == np.float64
    doubles = {f"x{i}": X[:, i].astype(np.float64) for i in range(D)} | {"y": G.astype(np.float32).astype(np.float64)}
    same = ns.descend(data=doubles, goal="y", alpha=0.01, epochs=2, holdout=0.1)
    assert run.weight.tobytes() == same.weight.tobytes()
    assert repr(run.score).split("\n")[1:] == repr(same.score).split("\n")[1:]
    assert run.recipe.examples.fingerprint == same.recipe.examples.fingerprint
    asked = table_of(kind, tmp_path)
    assert run.predict(asked).tobytes() == same.predict(doubles).tobytes()


@pytest.mark.skipif(PLAIN, reason="as many rows as make a table large take plain Python long")
def test_bytes_allocated():
    """An array of float32 is not copied at all; of an Arrow table what is made is one block of float32, and rows of it."""
    x = np.zeros((200_000, 50), dtype=np.float32)
    x[:, 0] = 1.0
    goal = np.zeros(len(x))

    def most(**recipe) -> int:
        ns.descend(alpha=0.001, steps=5, batch=1000, **recipe)
        tracemalloc.start()
        run = ns.descend(alpha=0.001, steps=5, batch=1000, **recipe)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert run.steps == 5
        return peak

    assert most(input=x, goal=goal) < x.nbytes / 20
    table = pa.table({f"x{i}": x[:, i] for i in range(x.shape[1])} | {"y": np.zeros(len(x), dtype=np.float32)})
    assert most(data=table, goal="y") < 2.3 * x.nbytes


def test_what_is_worked_out_with_them_is_float64():
    x = held(X)
    for made in (x * 2, x @ x.T[:, :3], x.mean(axis=0), x.std(axis=0), np.column_stack([x, x]), np.abs(x), x.T @ x, x.sum(),
                 x.max(), x.cumsum(axis=0), x.dot(np.ones(D)), np.linalg.svd(x[:20], compute_uv=False), x[3, 4], np.array(wide(x)),
                 np.concatenate([x, x]), np.einsum("ij,ij->i", x, x), x**2, -x, x - x.mean(axis=0)):  # fmt: skip
        assert np.asarray(made).dtype == np.float64
    assert (x[5:90], x.T, x.reshape(-1), x.copy())[0].base is not None
    assert x.mean() == X.astype(np.float64).mean()
    assert fingerprint(x) == fingerprint(X.astype(np.float64))
    assert held(X[: SMALL // D]).dtype == np.float64
    assert held(np.asfortranarray(X)).dtype == np.float64
    assert held(X.astype(">f4")).dtype == np.float64
