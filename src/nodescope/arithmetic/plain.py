"""The walk of core.c over the definition: the same starts, stops and rows, in plain Python. Slow, and needs no compiler."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic import definition
from nodescope.arithmetic.order import epoch_keys, example_at, positions
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Outcome, Problem

name = "plain"


def predict(problem: Problem, weights: Floats) -> Floats:
    """Predictions (n, k) of a block of weights for all examples."""
    nodes = _nested(weights)
    rows = [[definition.predict(node, x, problem.lanes) for node in nodes] for x in _nested(problem.input)]
    return _canonical(np.array(rows, dtype=np.float64).reshape(problem.n, problem.k))


def mse(problem: Problem, weights: Floats) -> float:
    """Mean squared error of a block of weights over all examples and outputs."""
    _, _, mean_square, _ = definition.look(_nested(weights), _nested(problem.input), _nested(problem.goal), lanes=problem.lanes)
    return definition.canonical(mean_square)


def order(n: int, seed: int, epoch: int, start: int, count: int) -> NDArray[np.int64]:
    """Examples at `count` positions of an epoch, in the order drawn."""
    return positions(n, seed, epoch, start, count)


def walk(
    problem: Problem,
    cursor: Cursor,
    state: Floats,
    steps: int,
    *,
    saved: Floats | None = None,
    checkpoints: Floats | None = None,
    columns: Columns | None = None,
) -> Outcome:
    """Go at most `steps` steps from `cursor`, changing `state` in place; see core.h for every argument."""
    for row in range(steps):
        if checkpoints is not None and cursor.step % cursor.spacing == 0 and cursor.step // cursor.spacing >= cursor.kept:
            if cursor.kept == cursor.capacity:
                return Outcome.FULL
            checkpoints[cursor.kept] = state
            cursor.kept += 1
        examples = _examples_of(problem, cursor.step)
        numbers = _step(problem, state, examples, cursor.step)
        if cursor.stopping and problem.steps_per_epoch == 1 and numbers.mse <= problem.until_mse:
            return Outcome.MSE_REACHED
        overflowed = _take(problem, cursor, state, numbers)
        cursor.step += 1
        if columns is not None:
            _write(columns, row, examples, numbers)
        if overflowed:
            state[:] = _canonical(state)
            return Outcome.DIVERGED
        if cursor.stopping and cursor.step % problem.steps_per_epoch == 0:
            outcome = _end_of_epoch(problem, cursor, state, saved)
            if outcome is not Outcome.WENT:
                return outcome
    return Outcome.WENT


def _examples_of(problem: Problem, step: int) -> list[int]:
    epoch, turn = divmod(step, problem.steps_per_epoch)
    places = range(turn * problem.batch, min((turn + 1) * problem.batch, problem.n))
    if not problem.shuffled or problem.steps_per_epoch == 1:
        return list(places)
    keys = epoch_keys(problem.seed, epoch)
    return sorted(example_at(place, problem.n, keys) for place in places)


def _step(problem: Problem, state: Floats, examples: list[int], step: int) -> definition.Numbers:
    size, memories = problem.size, len(problem.rule.memories)
    memory = state[size : size * (1 + memories)].reshape(memories, problem.k, problem.width)
    return definition.step(
        _nested(problem.weights(state)),
        _nested(np.moveaxis(memory, 0, -1)),
        state[size * (1 + memories) :].tolist(),
        _nested(problem.input[examples]),
        _nested(problem.goal[examples]),
        alpha=problem.alpha if problem.alphas is None else float(problem.alphas[step]),
        rule=problem.rule,
        frozen=None if problem.frozen is None else problem.frozen.tolist(),
        mean=problem.mean,
        lanes=problem.lanes,
    )


def _take(problem: Problem, cursor: Cursor, state: Floats, numbers: definition.Numbers) -> bool:
    """Write the new state, note what changed; True where a number on the way to a new weight is not finite."""
    size = problem.size
    memory = np.moveaxis(np.array(numbers.new_memory), -1, 0) if problem.rule.memories else np.empty(0)
    after = np.concatenate([np.ravel(numbers.new_weight), memory.ravel(), numbers.new_clocks])
    differs = state.view(np.uint64) != after.view(np.uint64)
    live = np.ones(size, dtype=bool) if problem.frozen is None else ~problem.frozen.ravel()
    weighted = np.ravel(numbers.weighted_delta)[live]
    if differs[:size].any():
        cursor.last_moved = cursor.step
    # with a schedule, an update that is nothing at this alpha may be something at the next one
    scheduled = problem.alphas is not None and bool(live.any() and (problem.rule.code != 0 or (weighted != 0).any()))
    if differs.any() or scheduled:
        cursor.last_changed = cursor.step
    state[:] = after
    in_memory = memory.reshape(-1, size)[:, live] if problem.rule.memories else memory
    on_the_way = [np.ravel(numbers.alpha_delta)[live], np.ravel(numbers.new_weight)[live], weighted, in_memory]
    return not all(np.isfinite(part).all() for part in on_the_way)


def _write(columns: Columns, row: int, examples: list[int], numbers: definition.Numbers) -> None:
    for name in ("weight", "weighted_delta", "alpha_delta", "new_weight"):
        if (column := getattr(columns, name)) is not None:
            column[row] = _canonical(np.array(getattr(numbers, name)))
    for name in ("prediction", "delta"):
        if (column := getattr(columns, name)) is not None:
            column[row, : len(examples)] = _canonical(np.array(getattr(numbers, name)))
    if columns.memory is not None:
        columns.memory[row] = _canonical(np.moveaxis(np.array(numbers.new_memory), -1, 0))
    if columns.mse is not None:
        columns.mse[row] = definition.canonical(numbers.mse)
    if columns.example is not None:
        columns.example[row, : len(examples)] = examples


def _end_of_epoch(problem: Problem, cursor: Cursor, state: Floats, saved: Floats | None) -> Outcome:
    asked = problem.until_mse >= 0.0 and problem.steps_per_epoch > 1
    if asked and mse(problem, problem.weights(state)) <= problem.until_mse:
        return Outcome.MSE_REACHED
    if cursor.last_changed < cursor.step - problem.steps_per_epoch:
        return Outcome.UNCHANGED
    if not cursor.watching or saved is None:
        return Outcome.WENT
    cursor.length += 1
    if state.tobytes() == saved.tobytes():
        return Outcome.REPEATED
    if cursor.length == cursor.power:
        saved[:] = state
        cursor.power *= 2
        cursor.length = 0
    return Outcome.WENT


def _nested(array: NDArray[Any]) -> list[Any]:
    nested: list[Any] = array.tolist()
    return nested


def _canonical(array: Floats) -> Floats:
    return np.where(np.isnan(array), np.nan, array)
