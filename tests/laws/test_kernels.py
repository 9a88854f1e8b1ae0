"""Law: every kernel, on every vector width that this machine has, has the bits of the step made one by one, and of the definition.

A walk that writes its numbers down goes step by step, and no kernel takes part in it: it is what kernels are held to here, and
plain Python where the problem is small. Starts, ends and odd numbers are as random as the sizes: a kernel is wrong at its edges.
"""

import dataclasses
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from conftest import cases

from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.activations import ACTIVATIONS, SOFTMAX
from nodescope.arithmetic.core import WIDEST, engine
from nodescope.arithmetic.losses import as_loss
from nodescope.arithmetic.problem import Columns, Cursor, LayerShape, Outcome, Problem
from nodescope.arithmetic.rules import as_rule

MANY = cases(2000)
WIDTHS = (2, 4, 8)
ODD = (5e-324, -5e-324, 1e-310, 1e300, -1e300, 1e160, -0.0, 0.0)
IDENTITY = ACTIVATIONS["identity"]
NONE = slice(0, 0)


@pytest.fixture(params=WIDTHS, autouse=True)
def width(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test on each vector width; left out where the machine, or the build, does not have it."""
    if engine().name != "compiled":
        pytest.skip("there is no C core here")
    if engine().cap_width(request.param) != request.param:
        pytest.skip(f"no registers of {request.param} doubles here")
    yield
    engine().cap_width(WIDEST)


@dataclasses.dataclass
class Walked:
    """What a walk leaves behind, all of it to be compared."""

    outcome: Outcome
    cursor: dict[str, int]
    state: bytes
    saved: bytes
    checkpoints: bytes


def walked(on, problem: Problem, weights: np.ndarray, steps: int, start: dict[str, int], columns: Columns | None = None) -> Walked:
    cursor, state, kept = Cursor.at(0), problem.first_state(weights), np.zeros((start["capacity"], problem.state_length))
    for name, value in start.items():
        setattr(cursor, name, value)
    saved = state.copy()
    with np.errstate(all="ignore"):
        outcome = on.walk(problem, cursor, state, steps, saved=saved, checkpoints=kept, columns=columns)
    fields = {name: getattr(cursor, name) for name, _ in Cursor._fields_}
    return Walked(outcome, fields, state.tobytes(), saved.tobytes(), kept.tobytes())


def hold(problem: Problem, weights: np.ndarray, steps: int, start: dict[str, int], told: object) -> Walked:
    """By kernels, step by step, with the mse of each alone, and by the definition where that is soon done: one result."""
    by_kernels = walked(engine(), problem, weights, steps, start)
    told = (told, problem.input.shape, problem.layers, problem.batch, start, steps)
    whole, alone = Columns.for_steps(problem, steps, ("mse",)), Columns.for_steps(problem, steps, ("mse",), NONE, NONE)
    assert walked(engine(), problem, weights, steps, start, whole) == by_kernels, told
    assert walked(engine(), problem, weights, steps, start, alone) == by_kernels, told
    made = by_kernels.cursor["step"] - start.get("step", 0)
    assert alone.mse[:made].tobytes() == whole.mse[:made].tobytes(), told
    if problem.n * problem.size * steps < 3000:
        assert walked(plain, problem, weights, steps, start) == by_kernels, told
    return by_kernels


def start_of(rng: np.random.Generator, steps: int) -> dict[str, int]:
    return {
        "step": int(rng.choice([0, 0, 1, 5, 64])), "stopping": int(rng.random() < 0.7), "watching": int(rng.random() < 0.8),
        "spacing": int(rng.choice([1, 7, 64, 1000])) if steps < 40 else 1 + steps // 30, "capacity": int(rng.choice([10, 40, 40])),
    }  # fmt: skip


def table(rng: np.random.Generator, n: int, d: int, trial: int) -> np.ndarray:
    x = rng.normal(size=(n, d))
    if trial % 3 == 0:
        x[rng.integers(n), rng.integers(d)] = rng.choice(ODD)
    elif trial % 7 == 0:
        x *= 10.0 ** rng.integers(-320, 150)
    elif trial % 11 == 0:
        x[:] = -0.0
    return x


def test_one_weight():
    rng, seen = np.random.default_rng(1), set()
    for trial in range(MANY):
        x, goal = float(rng.choice([1, 1, 0.5, -2, 1e-3, 1e200, 0.0])), float(rng.choice([0.6, 0.0, -3.3, 1e300]))
        problem = Problem(
            input=np.array([[x]]), goal=np.array([[goal]]), rule=as_rule("plain"), layers=(LayerShape(1, 1, False, IDENTITY),),
            alpha=float(rng.choice([0.1, 1.5, 1.99, 2.01, 1e-3, 0.5, 2.0, 2.0])), until_mse=float(rng.choice([-1, -1, 1e-9])),
        )  # fmt: skip
        steps = int(rng.choice([0, 1, 2, 30, 700, 3000]))
        seen.add(hold(problem, rng.normal(size=1), steps, start_of(rng, steps), trial).outcome)
    assert MANY < 400 or len(seen) == 6, seen


def linear_node(rng: np.random.Generator, trial: int, batches: list[int]) -> Problem:
    d = int(rng.choice([1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 24, 25, 30, 31, 32, 33, 47, 63, 64, 65, 100, 123]))
    n = int(rng.integers(1, 60))
    return Problem(
        input=table(rng, n, d, trial), goal=rng.normal(size=(n, 1)), rule=as_rule("plain"),
        alpha=float(rng.choice([0.01, 0.1, 0.001, 1e-300, 3.0])), layers=(LayerShape(d, 1, bool(rng.integers(2)), IDENTITY),),
        batch=min(n, int(rng.choice(batches))), lanes=bool(rng.integers(2)), shuffled=bool(rng.integers(2)), seed=trial,
        mean=bool(rng.integers(2)), until_mse=float(rng.choice([-1, -1, 0.5])), part=int(rng.choice([0, 0, 1, 3, 8, 20])),
    )  # fmt: skip


def test_one_example_a_step():
    rng = np.random.default_rng(2)
    for trial in range(MANY):
        problem = linear_node(rng, trial, [1])
        steps = int(rng.choice([1, problem.n, 3 * problem.n + 1]))
        hold(problem, rng.normal(size=problem.size), steps, start_of(rng, steps), trial)


def test_rows_that_move_no_weight():
    """Kernels watch the last rows of a stretch alone, all of them where those move nothing: the last that moved is known."""
    rng = np.random.default_rng(12)
    for trial in range(MANY):
        problem = dataclasses.replace(linear_node(rng, trial, [1]), shuffled=False)
        for from_row in rng.integers(0, problem.n, size=3):
            problem.input[from_row : from_row + int(rng.choice([1, 4, 5, 30]))] = 0.0
        if problem.layers[0].has_bias:
            problem = dataclasses.replace(problem, layers=(dataclasses.replace(problem.layers[0], has_bias=False),))
        steps = int(rng.choice([1, problem.n, 3 * problem.n + 1]))
        hold(problem, rng.normal(size=problem.size), steps, start_of(rng, steps), trial)


@pytest.mark.parametrize("lanes", [False, True])
def test_a_weight_goes_far_along_a_stretch(lanes):
    """The row in which a weight stops being finite is named, however many rows a kernel makes at once."""
    x = np.full((9000, 5), 0.5)
    x[7001] = 1e200
    shape = (LayerShape(5, 1, True, IDENTITY),)
    problem = Problem(input=x, goal=np.ones((9000, 1)), rule=as_rule("plain"), alpha=0.1, layers=shape, lanes=lanes)
    result = hold(problem, np.zeros(6), 20000, {"capacity": 40, "spacing": 1000}, "far")
    assert result.outcome is Outcome.DIVERGED
    assert result.cursor["step"] == 7002


def test_batches_of_one_node():
    rng = np.random.default_rng(3)
    for trial in range(MANY):
        problem = linear_node(rng, trial, [2, 7, 8, 9, 16, 23, 100])
        steps = int(rng.integers(1, 3 * problem.steps_per_epoch + 2))
        hold(problem, rng.normal(size=problem.size), steps, start_of(rng, steps), trial)


def test_predictions_of_one_node():
    rng = np.random.default_rng(4)
    for trial in range(MANY):
        problem = linear_node(rng, trial, [1])
        weights = rng.normal(size=problem.size)
        with np.errstate(all="ignore"):
            assert engine().predict(problem, weights).tobytes() == plain.predict(problem, weights).tobytes(), trial
            assert np.float64(engine().mse(problem, weights)).tobytes() == np.float64(plain.mse(problem, weights)).tobytes(), trial


def network(rng: np.random.Generator, trial: int) -> Problem:
    """Layers of any sizes, with everything that a kernel may meet beside them."""
    sizes = [int(size) for size in rng.choice([1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 16, 17, 20, 33], size=rng.integers(2, 6))]
    layers = tuple(
        LayerShape(inputs, outputs, bool(rng.random() < 0.7), ACTIVATIONS[str(rng.choice(list(ACTIVATIONS)))])
        for inputs, outputs in pairwise(sizes)
    )
    n, size = int(rng.choice([1, 2, 5, 13, 40, 150])), sum(layer.size for layer in layers)
    return Problem(
        input=table(rng, n, sizes[0], trial), goal=rng.normal(size=(n, sizes[-1])), layers=layers, seed=trial,
        rule=as_rule(str(rng.choice(["plain", "plain", "plain", "momentum", "adam"]))),
        alpha=float(rng.choice([0.01, 0.1, 1.0, 50.0])), batch=min(n, int(rng.choice([1, 2, 3, 4, 5, 8, 10, 16, 32, 64, 65, 150]))),
        shuffled=bool(rng.integers(2)), mean=bool(rng.integers(2)), loss=as_loss(str(rng.choice(["squared", "huber", "absolute"]))),
        frozen=rng.random(size) < 0.3 if rng.random() < 0.2 else None, until_mse=float(rng.choice([-1, -1, 0.5])),
        part=int(rng.choice([0, 0, 1, 3, 8, 20])),
    )  # fmt: skip


def test_batches_of_layers():
    rng, seen = np.random.default_rng(5), set()
    for trial in range(MANY):
        problem, steps = network(rng, trial), int(rng.integers(1, 12))
        weights = rng.normal(size=problem.size) * float(rng.choice([0.0, 0.5, 1.0, 1.0, 1.0, 1e150]))
        seen.add(hold(problem, weights, steps, start_of(rng, steps), trial).outcome)
    assert MANY < 400 or Outcome.DIVERGED in seen


def test_what_stands_in_padding_does_not_make_a_run_diverge():
    """Rows are read past their ends: the delta that would belong to a bias is 1e200 × 1e200, and nobody's."""
    shapes = (LayerShape(2, 3, False, ACTIVATIONS["tanh"]), LayerShape(3, 1, True, IDENTITY))
    x = np.random.default_rng(7).normal(size=(40, 2))
    problem = Problem(input=x, goal=np.zeros((40, 1)), layers=shapes, rule=as_rule("plain"), alpha=1e-300, batch=40)
    weights = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1e-300, 1e-300, 1e-300, 1e200])
    assert hold(problem, weights, 3, {"capacity": 40, "spacing": 1}, "padding").outcome is Outcome.WENT


@pytest.mark.parametrize("sizes", [(2, 3, 1, 1), (2, 1, 1, 1, 1), (5, 9, 2, 1)])
def test_no_weights_are_read_behind_the_last(sizes: tuple[int, ...]):
    """Rows are read past their ends, and few weights stand behind them here: the sanitizers see what lies outside."""
    shapes = tuple(LayerShape(inputs, outputs, False, ACTIVATIONS["tanh"]) for inputs, outputs in pairwise(sizes))
    rng = np.random.default_rng(8)
    problem = Problem(
        input=rng.normal(size=(200, sizes[0])),
        goal=rng.normal(size=(200, 1)),
        layers=shapes,
        rule=as_rule("plain"),
        alpha=0.1,
        batch=200,
    )
    hold(problem, rng.normal(size=problem.size), 3, {"capacity": 40, "spacing": 1}, sizes)


def test_predictions_of_layers():
    rng = np.random.default_rng(6)
    for trial in range(MANY // 4):
        problem = network(rng, trial)
        weights = rng.normal(size=problem.size)
        with np.errstate(all="ignore"):
            assert engine().predict(problem, weights).tobytes() == plain.predict(problem, weights).tobytes(), trial
            assert np.float64(engine().mse(problem, weights)).tobytes() == np.float64(plain.mse(problem, weights)).tobytes(), trial


def that_tells_classes(problem: Problem, rng: np.random.Generator) -> Problem:
    """The same layers under cross-entropy."""
    n, k = problem.goal.shape
    last = dataclasses.replace(problem.layers[-1], activation=ACTIVATIONS["sigmoid"] if k == 1 else SOFTMAX)
    goal = np.eye(max(k, 2))[rng.integers(0, max(k, 2), size=n)][:, :k]
    return dataclasses.replace(problem, layers=(*problem.layers[:-1], last), goal=goal.copy(), loss=as_loss("cross-entropy"))


def test_layers_that_tell_classes():
    rng, seen = np.random.default_rng(15), set()
    for trial in range(MANY // 2):
        problem, steps = that_tells_classes(network(rng, trial), rng), int(rng.integers(1, 12))
        if trial % 3 == 0:
            problem = dataclasses.replace(problem, lanes=True)
        weights = rng.normal(size=problem.size) * float(rng.choice([0.0, 0.5, 1.0, 1e4, 1e150]))
        seen.add(hold(problem, weights, steps, start_of(rng, steps), trial).outcome)
        with np.errstate(all="ignore"):
            assert engine().predict(problem, weights).tobytes() == plain.predict(problem, weights).tobytes(), trial
            assert np.float64(engine().mse(problem, weights)).tobytes() == np.float64(plain.mse(problem, weights)).tobytes(), trial
    assert MANY < 400 or Outcome.DIVERGED in seen


def test_softmax():
    """Every length of a row, at every scale, with odd numbers anywhere: the bits of the definition."""
    rng = np.random.default_rng(16)
    for trial in range(MANY):
        x = rng.normal(size=(int(rng.integers(1, 4)), int(rng.integers(1, 42)))) * 10.0 ** rng.integers(-3, 5)
        if trial % 4 == 0:
            x.flat[int(rng.integers(x.size))] = rng.choice([*ODD, np.inf, -np.inf, np.nan])
        for told, expected in zip(engine().activation(SOFTMAX, x), plain.activation(SOFTMAX, x), strict=True):
            assert told.tobytes() == expected.tobytes(), x


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    """At every scale, at the edges of each branch, and at bits drawn by chance: those of the definition."""
    rng = np.random.default_rng(7)
    edges = [709.78, 709.81, -745.1, -745.3, -708.5, -720.0, 372, -372, 399.9, 400.0, 400.1, 39.0, -39.0, 38.99, -39.01]
    edges += [-6e15, 6e15, 1.1e8, -1.1e8]  # so far out that the power of two has no place in 64 bits with a sign
    random = rng.integers(0, 2**64, size=MANY, dtype=np.uint64).view(np.float64)
    scales = rng.normal(size=MANY) * 10.0 ** rng.integers(-12, 4, size=MANY)
    x = np.concatenate([edges, ODD, [np.inf, -np.inf, np.nan], scales, random, np.linspace(-760, 760, MANY)])
    for count in (1, 2, 3, 7, len(x)):
        for told, expected in zip(
            engine().activation(ACTIVATIONS[name], x[:count]), plain.activation(ACTIVATIONS[name], x[:count]), strict=True
        ):
            assert told.tobytes() == expected.tobytes(), x[:count][told.view(np.uint64) != expected.view(np.uint64)]


def swept(on, problem: Problem, alphas: np.ndarray, states: np.ndarray, epochs: int) -> list[bytes]:
    with np.errstate(all="ignore"):
        of = on.sweep(problem, alphas, states, epochs)
    return [part.tobytes() for part in (of.states, of.outcomes, of.steps, of.periods)]


def hold_sweep(problem: Problem, alphas: np.ndarray, states: np.ndarray, epochs: int, told: object) -> set[int]:
    """Side by side, run by run, and by the definition where that is soon done: one result."""
    together = swept(engine(), problem, alphas, states, epochs)
    alone = [swept(engine(), problem, alphas[i : i + 1], states[i : i + 1], epochs) for i in range(min(len(alphas), 40))]
    for part, whole in enumerate(together):
        first = b"".join(run[part] for run in alone)
        assert whole[: len(first)] == first, (told, part)
    if problem.n * problem.size * epochs * len(alphas) < 3000:
        assert together == swept(plain, problem, alphas, states, epochs), told
    for i in range(min(len(alphas), 5)):
        start = {"stopping": 1, "watching": 1, "spacing": 2**40, "capacity": 40}
        one = dataclasses.replace(problem, alpha=float(alphas[i]), native=None)
        walk = walked(engine(), one, problem.weights(states[i]), epochs * problem.steps_per_epoch, start, Columns())
        assert (walk.state, walk.outcome, walk.cursor["step"]) == (
            states_of(together[0], i, problem), np.frombuffer(together[1], np.int64)[i], np.frombuffer(together[2], np.int64)[i],
        ), told  # fmt: skip
    return set(np.frombuffer(together[1], np.int64).tolist())


def states_of(states: bytes, run: int, problem: Problem) -> bytes:
    return states[8 * problem.state_length * run : 8 * problem.state_length * (run + 1)]


def test_sweeps_over_one_weight():
    rng, seen = np.random.default_rng(8), set()
    for trial in range(MANY // 8):
        runs, epochs = int(rng.choice([1, 3, 37, 300, 700])), int(rng.choice([0, 1, 5, 100, 777, 2000]))
        x, goal = float(rng.choice([1.0, 0.7, -2.0, 1e-5])), float(rng.choice([0.6, 0.0, -3.0]))
        shape = (LayerShape(1, 1, False, IDENTITY),)
        problem = Problem(input=np.array([[x]]), goal=np.array([[goal]]), rule=as_rule("plain"), alpha=0.0, layers=shape)
        alphas = rng.uniform(0, 2.5 / x / x, size=runs)
        alphas[: runs // 3] = 2.0 / x / x
        seen |= hold_sweep(problem, alphas, rng.normal(size=(runs, 1)), epochs, trial)
    assert MANY < 400 or seen == {Outcome.WENT, Outcome.DIVERGED, Outcome.UNCHANGED, Outcome.REPEATED}


def test_sweeps_over_a_table():
    rng = np.random.default_rng(9)
    for trial in range(MANY // 8):
        problem = linear_node(rng, trial, [1, 1, 1, 2])
        runs, epochs = int(rng.choice([1, 5, 33, 300])), int(rng.choice([1, 2, 5, 60]))
        hold_sweep(problem, rng.uniform(0, 1.0, size=runs), rng.normal(size=(runs, problem.size)), epochs, trial)


def test_sweeps_over_layers_go_run_by_run():
    rng = np.random.default_rng(10)
    for trial in range(MANY // 40):
        problem = network(rng, trial)
        states = np.stack([problem.first_state(rng.normal(size=problem.size)) for _ in range(3)])
        hold_sweep(problem, rng.uniform(0, 1.0, size=3), states, 2, trial)


def test_triangles():
    rng = np.random.default_rng(11)
    for trial in range(MANY // 10):
        n, cols = int(rng.integers(0, 150)), int(rng.choice([1, 2, 3, 4, 7, 8, 9, 12, 17, 33, 41]))
        x = rng.normal(size=(n, cols)) * (rng.random(cols) < 0.9)
        told = engine().triangle(x)
        assert told.tobytes() == plain.triangle(x).tobytes(), (trial, n, cols)
        np.testing.assert_allclose(told.T @ told, x.T @ x, atol=1e-9)
        part = int(rng.integers(0, n + 1))
        merged = engine().triangle(engine().triangle(x[part:]), engine().triangle(x[:part]))
        assert merged.tobytes() == plain.triangle(plain.triangle(x[part:]), plain.triangle(x[:part])).tobytes(), (trial, part)
        np.testing.assert_allclose(merged.T @ merged, x.T @ x, atol=1e-9)


def test_a_triangle_stays_finite_where_a_column_is_too_small_to_be_squared():
    """Story: what rounding left of a column that others say already was divided by its square, which is no number any more."""
    rows = np.array([[1e-160, 1.0], [1e-160, 2.0]])
    told = engine().triangle(rows)
    assert told.tobytes() == plain.triangle(rows).tobytes()
    np.testing.assert_allclose(np.abs(told), [[0.0, 0.0], [0.0, np.sqrt(5.0)]], rtol=1e-15)


def test_triangles_of_numbers_too_large_to_be_squared():
    """Story: the compiled engine left a column of NaN as it was before it, so that R was 0 where the definition says NaN."""
    rng = np.random.default_rng(17)
    for trial in range(MANY // 10):
        x = rng.normal(size=(int(rng.integers(1, 70)), int(rng.integers(1, 20))))
        x[:, rng.integers(x.shape[1])] *= 10.0 ** rng.integers(140, 300)
        with np.errstate(all="ignore"):
            told, expected = engine().triangle(x), plain.triangle(x)
        assert told.tobytes() == expected.tobytes(), (trial, x.shape)
        nans = told.view(np.uint64)[np.isnan(told)]
        assert set(nans.tolist()) <= set(np.array([np.nan]).view(np.uint64).tolist()), trial
