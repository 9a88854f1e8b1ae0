"""The walk of core.c over the definition (step.py): the same starts, stops and rows in plain Python, slow, without a compiler."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic import step as definition
from nodescope.arithmetic.activations import Activation
from nodescope.arithmetic.directions import directions as directions
from nodescope.arithmetic.order import epoch_keys, example_at, positions
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Outcome, Problem
from nodescope.arithmetic.rows import streams
from nodescope.arithmetic.runs import Swept
from nodescope.arithmetic.stops import end_of_epoch, kept
from nodescope.arithmetic.triangle import triangle as triangle
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.arithmetic import moved, streamed
else:
    moved = Later("nodescope.arithmetic.moved")
    streamed = Later("nodescope.arithmetic.streamed")

name = "plain"


def predict(problem: Problem, weights: Floats) -> Floats:
    """Predictions (n, k) of all weights, flat, for all examples."""
    if streams(problem):
        return streamed.predict(_functions(), problem, weights)
    blocks = [_nested(block) for block in problem.blocks(weights)]
    rows = definition.forward(blocks, _activations(problem), _nested(problem.input), lanes=problem.lanes)[-1][1]
    return _canonical(np.array(rows, dtype=np.float64).reshape(problem.n, problem.k))


def mse(problem: Problem, weights: Floats) -> float:
    """Mean squared error of all weights, flat, over all examples and outputs."""
    if streams(problem):
        return streamed.mse(_functions(), problem, weights)
    return definition.canonical(
        definition.mean_square(definition.errors_of(_nested(predict(problem, weights)), _nested(problem.goal)), problem.part)
    )


def activation(activation: Activation, x: Floats) -> tuple[Floats, Floats]:
    """A function and its slope at each place; the last axis are the nodes of a layer."""
    rows = np.reshape(x, (-1, np.shape(x)[-1] if np.ndim(x) else 1)).tolist() if np.size(x) else []
    pairs = np.array([pair for row in rows for pair in activation.of_layer(row)]).reshape(-1, 2)
    return _canonical(pairs[:, 0]).reshape(np.shape(x)), _canonical(pairs[:, 1]).reshape(np.shape(x))


def order(n: int, seed: int, epoch: int, start: int, count: int) -> NDArray[np.int64]:
    """Examples at `count` positions of an epoch, in the order drawn."""
    return positions(n, seed, epoch, start, count)


def walk(
    problem: Problem,
    cursor: Cursor,
    state: Floats,
    steps: int,
    *,
    alphas: Floats | None = None,
    saved: Floats | None = None,
    checkpoints: Floats | None = None,
    columns: Columns | None = None,
) -> Outcome:
    """Go at most `steps` steps from `cursor`, changing `state` in place; see core.h for every argument."""
    if streams(problem):
        return streamed.walk(
            _functions(), problem, cursor, state, steps, alphas=alphas, saved=saved, checkpoints=checkpoints, columns=columns
        )
    for row in range(steps):
        if checkpoints is not None and not kept(cursor, state, checkpoints):
            return Outcome.FULL
        examples = _examples_of(problem, cursor.step)
        asked = cursor.stopping and problem.steps_per_epoch == 1 and problem.until_mse >= 0.0
        numbers = _step(problem, state, examples, _alpha(problem, alphas, cursor.step))
        if asked and numbers.mse <= problem.until_mse:
            return Outcome.MSE_REACHED
        overflowed = _take(problem, cursor, state, numbers, scheduled=alphas is not None)
        cursor.step += 1
        if columns is not None:
            _write(columns, row, examples, numbers)
        if overflowed:
            state[:] = _canonical(state)
            return Outcome.DIVERGED
        if cursor.stopping and cursor.step % problem.steps_per_epoch == 0:
            outcome = end_of_epoch(problem, cursor, state, saved, mse)
            if outcome is not Outcome.WENT:
                return outcome
    return Outcome.WENT


def sweep(problem: Problem, alphas: Floats, states: Floats, epochs: int) -> Swept:
    """Each run by itself, over its own alpha from its own state, until it ends or has made all epochs."""
    swept = Swept.before(problem, alphas, states, epochs)
    for run, (alpha, state) in enumerate(zip(alphas.tolist(), swept.states, strict=True)):
        of_run, cursor = replace(problem, alpha=alpha, native=None), Cursor.at(0)
        cursor.stopping = cursor.watching = 1
        outcome = walk(of_run, cursor, state, epochs * problem.steps_per_epoch, saved=state.copy())
        swept.outcomes[run], swept.steps[run] = outcome, cursor.step
        swept.periods[run] = cursor.length if outcome is Outcome.REPEATED else 0
    return swept


def _examples_of(problem: Problem, step: int) -> list[int]:
    epoch, turn = divmod(step, problem.steps_per_epoch)
    places = range(turn * problem.batch, min((turn + 1) * problem.batch, problem.n))
    if not problem.shuffled or problem.steps_per_epoch == 1:
        return list(places)
    keys = epoch_keys(problem.seed, epoch)
    return sorted(example_at(place, problem.n, keys) for place in places)


def look(problem: Problem, state: Floats, start: int, count: int) -> tuple[Floats, bool]:
    """Sums over consecutive examples of what a step sees, (size + 1,), squared errors last; whether a number is not finite."""
    rows = slice(start, start + count)
    sums, squares, finite = definition.look(
        [_nested(block) for block in problem.blocks(problem.weights(state))],
        _nested(problem.input[rows]), _nested(problem.goal[rows]),
        activations=_activations(problem), loss=problem.loss, lanes=problem.lanes, part=problem.part,
    )  # fmt: skip
    return np.array([*(g for layer in sums for node in layer for g in node), squares]), not finite


def take(
    problem: Problem, cursor: Cursor, state: Floats, sums: Floats, count: int, overflowed: bool, alphas: Floats | None = None
) -> Outcome:
    """The step that takes such sums of all its `count` examples; the problem's rows are not read."""
    weighted = problem.blocks(sums[: problem.size] / (count if problem.mean else 1))
    weights, memory, clocks, frozen, factors = _remembered(problem, state)
    given, moved, clocks = definition.take(
        weights, [_nested(block) for block in weighted], [shape.inputs for shape in problem.layers], memory, clocks,
        alpha=_alpha(problem, alphas, cursor.step), rule=problem.rule, frozen=frozen,
        beside=definition.Beside(problem.penalty, problem.clip, factors),
    )  # fmt: skip
    memories, none = len(problem.rule.memories), np.empty(0)
    remembered = [np.array(of).reshape(shape.size, memories) for (*_, of), shape in zip(moved, problem.layers, strict=True)]
    numbers = _Numbers(
        none, none, _flat(given), _flat([moves for moves, _, _ in moved]), _flat([after for _, after, _ in moved]),
        memory=np.concatenate(remembered).T, clocks=clocks,
        sum=none, prediction=none, delta=none, mse=0.0, norm=0.0, values_finite=not overflowed,
    )  # fmt: skip
    diverged = _take(problem, cursor, state, numbers, scheduled=alphas is not None)
    cursor.step += 1
    if diverged:
        state[:] = _canonical(state)
    return Outcome.DIVERGED if diverged else Outcome.WENT


def _remembered(problem: Problem, state: Floats) -> tuple[list[Any], list[Any], list[float], list[Any], list[Any] | None]:
    """Of each layer what a step needs besides the examples: weights, the rule's memory; its clocks; what is frozen, factors."""
    size, memories = problem.size, len(problem.rule.memories)
    remembered = [problem.blocks(state[size * (1 + m) : size * (2 + m)]) for m in range(memories)]
    memory = [
        np.stack([remembered[m][l] for m in range(memories)], axis=-1) if memories else np.empty((shape.outputs, shape.width, 0))
        for l, shape in enumerate(problem.layers)  # noqa: E741  # l for layer, as everywhere
    ]
    return (
        [_nested(block) for block in problem.blocks(problem.weights(state))],
        [_nested(block) for block in memory],
        state[size * (1 + memories) :].tolist(),
        [None] * len(problem.layers) if problem.frozen is None else [_nested(b) for b in problem.blocks(problem.frozen)],
        None if problem.factors is None else [_nested(block) for block in problem.blocks(problem.factors)],
    )


def _step(problem: Problem, state: Floats, examples: list[int], alpha: float) -> "_Numbers":
    weights, memory, clocks, frozen, factors = _remembered(problem, state)
    memories = len(problem.rule.memories)
    numbers, mse, clocks, norm = definition.step(
        weights,
        memory,
        clocks,
        _nested(problem.input[examples]),
        _nested(problem.goal[examples]),
        activations=_activations(problem),
        alpha=alpha,
        rule=problem.rule,
        loss=problem.loss,
        frozen=frozen,
        mean=problem.mean,
        lanes=problem.lanes,
        sequential=problem.sequential,
        beside=definition.Beside(problem.penalty, problem.clip, factors),
        part=problem.part,
    )

    def flat(name: str) -> Floats:
        return np.concatenate([np.ravel(getattr(layer, name)) for layer in numbers])

    def by_node(name: str) -> Floats:
        return np.concatenate([np.array(getattr(layer, name)) for layer in numbers], axis=1)

    values = {name: by_node(name) for name in ("sum", "prediction", "delta")}
    new_memory = [np.array(layer.new_memory).reshape(sum(map(len, layer.weight)), memories) for layer in numbers]
    return _Numbers(
        flat("weight"), flat("weighted_delta"), flat("given"), flat("alpha_delta"), flat("new_weight"),
        memory=np.concatenate(new_memory).T,
        clocks=clocks,
        **values,
        mse=mse,
        norm=norm,
        values_finite=all(bool(np.isfinite(value).all()) for value in values.values()),
    )  # fmt: skip


def _activations(problem: Problem) -> list[Activation]:
    return [shape.activation for shape in problem.layers]


def _alpha(problem: Problem, alphas: Floats | None, step: int) -> float:
    return problem.alpha if alphas is None else float(alphas[step])


@dataclass
class _Numbers:
    """The numbers of a step in the order of a state: weights flat, (memories, weights), (examples, nodes)."""

    weight: Floats
    weighted_delta: Floats
    given: Floats
    alpha_delta: Floats
    new_weight: Floats
    memory: Floats
    clocks: list[float]
    sum: Floats
    prediction: Floats
    delta: Floats
    mse: float
    norm: float
    values_finite: bool
    """It says whether all sums, predictions and deltas are finite."""


def _take(problem: Problem, cursor: Cursor, state: Floats, numbers: _Numbers, *, scheduled: bool) -> bool:
    """Write the new state, note what changed; True where a number on the way to a new weight is not finite."""
    size = problem.size
    after = np.concatenate([numbers.new_weight, numbers.memory.ravel(), numbers.clocks])
    differs = state.view(np.uint64) != after.view(np.uint64)
    live = np.ones(size, dtype=bool) if problem.frozen is None else ~problem.frozen.ravel()
    given = numbers.given[live]
    if differs[:size].any():
        cursor.last_moved = cursor.step
    # with a schedule, an update that is nothing at this alpha may be something at the next one
    may_move = scheduled and bool(live.any() and (problem.rule.code != 0 or (given != 0).any()))
    if differs.any() or may_move:
        cursor.last_changed = cursor.step
    state[:] = after
    on_the_way = [numbers.alpha_delta[live], numbers.new_weight[live], given, numbers.memory[:, live]]
    return not numbers.values_finite or not all(np.isfinite(part).all() for part in on_the_way)


def _write(columns: Columns, row: int, examples: list[int], numbers: _Numbers) -> None:
    weights = slice(columns.first_weight, columns.first_weight + columns.weights)
    nodes = slice(columns.first_node, columns.first_node + columns.nodes)
    for name in ("weight", "weighted_delta", "alpha_delta", "new_weight"):
        if (column := getattr(columns, name)) is not None:
            column[row] = _canonical(getattr(numbers, name)[weights]).reshape(column.shape[1:])
    for name in ("sum", "prediction", "delta"):
        if (column := getattr(columns, name)) is not None:
            column[row, : len(examples)] = _canonical(getattr(numbers, name)[:, nodes])
    if columns.memory is not None:
        columns.memory[row] = _canonical(numbers.memory[:, weights]).reshape(columns.memory.shape[1:])
    if columns.mse is not None:
        columns.mse[row] = definition.canonical(numbers.mse)
    if columns.norm is not None:
        columns.norm[row] = definition.canonical(numbers.norm)
    if columns.example is not None:
        columns.example[row, : len(examples)] = examples


def _flat(blocks: list[Any]) -> Floats:
    return np.concatenate([np.ravel(block) for block in blocks])


def _nested(array: NDArray[Any]) -> list[Any]:
    nested: list[Any] = array.tolist()
    return nested


def _canonical(array: Floats) -> Floats:
    return np.where(np.isnan(array), np.nan, array)


def _functions() -> "streamed.Functions":
    return streamed.Functions(walk, predict, order, mover())


def mover() -> "moved.Mover":
    """Who moves rows about."""
    return moved.InNumPy()
