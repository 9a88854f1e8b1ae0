"""Whatever a caller hands to the C core, it never reads or writes outside of the arrays that it was given.

A run file with damaged arrays once crashed the process: counts were checked, types and shapes were not.
"""

import dataclasses

import numpy as np
import pytest

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import FARTHEST, Columns, Cursor, LayerShape, Problem
from nodescope.arithmetic.rules import Adam, Rule, as_rule

N, D, K = 4, 2, 3
TANH = ACTIVATIONS["tanh"]
NODES = (LayerShape(D, K, False, ACTIVATIONS["identity"]),)
PLAIN = Problem(input=np.ones((N, D)), goal=np.ones((N, K)), rule=Adam(), alpha=0.1, layers=NODES, batch=2)
LAYERS = (LayerShape(D, 5, True, TANH), LayerShape(5, K, False, TANH))
NETWORK = dataclasses.replace(PLAIN, layers=LAYERS, frozen=np.zeros(5 * 3 + 15, dtype=bool), sequential=True)


class Own(Rule):
    """A rule that the core does not have, under the code of one that has memory."""

    code = Adam.code


@pytest.fixture(autouse=True)
def compiled():
    if engine().name != "compiled":
        pytest.skip("there is no C core here")


def walk(problem, state=None, steps=2, cursor=None, columns=None, **arrays):
    state = problem.first_state(np.zeros(problem.size)) if state is None else state
    return engine().walk(problem, cursor or Cursor.at(0), state, steps, columns=columns, **arrays)


MISFITS = {
    "input of a quarter of the bytes": {"input": np.ones((N, D), dtype=np.float16)},
    "input of booleans": {"input": np.ones((N, D), dtype=bool)},
    "input back to front": {"input": np.ones((N, D))[::-1]},
    "input of the other order": {"input": np.asfortranarray(np.ones((N, D)))},
    "input of one axis": {"input": np.ones(N)},
    "input of no columns": {"input": np.ones((N, 0))},
    "input of other bytes": {"input": np.ones((N, D), dtype=">f8")},
    "fewer goals": {"goal": np.ones((N - 1, K))},
    "more goals": {"goal": np.ones((N + 1, K))},
    "one frozen": {"frozen": np.ones(1, dtype=bool)},
    "frozen numbers": {"frozen": np.ones(30)},
    "no batch": {"batch": 0},
    "a negative batch": {"batch": -(2**63)},
    "a rule of another": {"rule": Own()},
}
OF_NETWORKS = {
    "input of other columns": {"input": np.ones((N, D - 1))},
    "goals of other outputs": {"goal": np.ones((N, K + 1))},
    "layers that do not chain": {"layers": (LAYERS[0], LayerShape(6, K, False, TANH))},
    "a layer of no nodes": {"layers": (LayerShape(D, 0, True, TANH), LayerShape(0, K, False, TANH))},
}


@pytest.mark.parametrize("name", MISFITS | OF_NETWORKS)
def test_a_problem_that_does_not_fit(name):
    for problem in (PLAIN, NETWORK) if name in MISFITS else (NETWORK,):
        odd = dataclasses.replace(problem, native=None, **(MISFITS | OF_NETWORKS)[name])
        weights = np.zeros(problem.size)
        for call in (engine().mse, engine().predict, walk):
            with pytest.raises(ValueError, match=r"core|layers|batches"):
                call(odd, weights)


@pytest.mark.parametrize("changed", [{"input": np.ones((1, D))}, {"goal": np.ones((1, K))}, {"batch": 3, "input": np.ones((2, D))}])
def test_a_problem_changed_after_its_first_use_is_looked_at_again(changed):
    problem = dataclasses.replace(NETWORK, native=None)
    walk(problem)
    for name, value in changed.items():
        setattr(problem, name, value)
    with pytest.raises(ValueError, match="core takes"):
        walk(problem)
    copied = dataclasses.replace(dataclasses.replace(NETWORK), goal=np.ones((1, K)))
    with pytest.raises(ValueError, match="core takes"):
        walk(copied)


def test_numbers_changed_after_its_first_use_count():
    problem = dataclasses.replace(PLAIN, native=None)
    state, again = (problem.first_state(np.zeros(problem.size)) for _ in range(2))
    walk(problem, state)
    problem.alpha = 0.2
    walk(problem, again)
    assert state.tobytes() != again.tobytes()


@pytest.mark.parametrize("problem", [PLAIN, NETWORK], ids=["plain", "network"])
def test_states_that_do_not_fit(problem):
    length = problem.state_length
    whole = np.zeros(length)
    locked = np.zeros(length)
    locked.flags.writeable = False
    for odd in (whole[:-1].copy(), np.zeros(length, dtype=bool), np.zeros(length, dtype="f4"), np.zeros(2 * length)[::2], locked):
        with pytest.raises(ValueError, match="state is"):
            walk(problem, odd)
        with pytest.raises(ValueError, match="saved is"):
            walk(problem, whole.copy(), saved=odd)
    for odd in (whole[: problem.size - 1], np.zeros(problem.size, dtype="f4")):
        with pytest.raises(ValueError, match="weights is"):
            engine().predict(problem, odd)
        with pytest.raises(ValueError, match="weights is"):
            engine().mse(problem, odd)


def test_cursors_that_point_outside():
    length = PLAIN.state_length

    def go(checkpoints=None, saved=None, steps=2, **fields):
        cursor = Cursor.at(0)
        for name, value in fields.items():
            setattr(cursor, name, value)
        return walk(PLAIN, cursor=cursor, checkpoints=checkpoints, saved=saved, steps=steps)

    assert go(np.empty((2, length)), spacing=1, capacity=2) == 0
    for fields in (
        {"kept": -1}, {"kept": 3}, {"capacity": 3}, {"capacity": -1}, {"capacity": 2**61}, {"spacing": 0}, {"spacing": -1},
    ):  # fmt: skip
        with pytest.raises(ValueError, match="checkpoints"):
            go(np.empty((2, length)), **{"spacing": 1, "capacity": 2, **fields})
    for fields in ({"step": -1}, {"step": 2**63 - 1}, {"stopping": 1, "watching": 1}):
        with pytest.raises(ValueError, match="a walk from"):
            go(**fields)


def test_walks_beyond_the_farthest_step():
    """Story: a weight at rest was taken 2^63 − 1 steps on from step 2^62, and stood at a step below 0."""
    shape = (LayerShape(1, 1, False, ACTIVATIONS["identity"]),)
    at_rest = Problem(input=np.ones((1, 1)), goal=np.ones((1, 1)), rule=as_rule("plain"), alpha=0.5, layers=shape)
    cursor = Cursor.at(3)
    assert walk(at_rest, np.ones(1), FARTHEST - 3, cursor) == 0
    assert cursor.step == FARTHEST
    for start, steps in ((FARTHEST, 1), (3, FARTHEST - 2), (FARTHEST, 2**63 - 1), (0, 2**64 + 3)):
        with pytest.raises(ValueError, match=f"a walk from step {start}, {steps} steps on"):
            walk(at_rest, np.ones(1), steps, Cursor.at(start))


def test_fewer_alphas_than_steps():
    alphas = np.full(3, 0.1)
    assert walk(PLAIN, steps=3, alphas=alphas) == 0
    with pytest.raises(ValueError, match="alphas is"):
        walk(PLAIN, steps=4, alphas=alphas)
    with pytest.raises(ValueError, match="alphas is"):
        walk(PLAIN, steps=1, cursor=Cursor.at(3), alphas=alphas)
    with pytest.raises(ValueError, match="alphas is"):
        walk(PLAIN, steps=3, alphas=alphas.astype("f4"))


@pytest.mark.parametrize("problem", [PLAIN, NETWORK], ids=["plain", "network"])
@pytest.mark.parametrize(
    "name", ["weight", "weighted_delta", "alpha_delta", "new_weight", "memory", "sum", "prediction", "delta", "mse", "example"]
)
def test_columns_that_are_too_small(problem, name):
    room = Columns.for_steps(problem, 3, (name,))
    assert walk(problem, steps=3, columns=room) == 0
    column = getattr(room, name)
    locked = column.copy()
    locked.flags.writeable = False
    for odd in (column[:2].copy(), column.astype("f4"), column[..., :-1].copy() if column.ndim > 1 else column[:0], locked):
        setattr(room, name, odd)
        with pytest.raises(ValueError, match=f"{name} is"):
            walk(problem, steps=3, columns=room)


@pytest.mark.parametrize(
    "spans", [{"first_weight": -1}, {"weights": 31}, {"first_node": 1}, {"nodes": -1}, {"first_weight": 2**62}]
)
def test_columns_of_weights_and_nodes_that_are_not_there(spans):
    room = dataclasses.replace(Columns.for_steps(NETWORK, 2, ("weight", "delta")), **spans)
    with pytest.raises(ValueError, match=r"weights or nodes|weight is"):
        walk(NETWORK, columns=room)


def test_orders_of_nothing():
    for n in (0, -1, 2**63):
        with pytest.raises(ValueError, match="an order"):
            engine().order(n, 0, 0, 0, 1)


def test_batches_larger_than_the_examples():
    with pytest.raises(ValueError, match="batches of 5"):
        walk(dataclasses.replace(PLAIN, native=None, batch=5))
