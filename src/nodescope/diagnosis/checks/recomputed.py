"""Windows of a trace recomputed by the plain definition, every column, bit for bit."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.problem import Columns, Cursor
from nodescope.diagnosis.checks.certificate import Mismatch, differing
from nodescope.diagnosis.checks.places import Places, first_different
from nodescope.errors import DataChanged, InputError
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Replay
from nodescope.run.run import Run

PLAIN_SECONDS = 2.0
"""What the plain definition may take, by estimate."""
WINDOWS = 16
"""Windows of a run that is too long to be recomputed whole."""
ENGINE_COLUMNS = ("weight", "weighted_delta", "alpha_delta", "new_weight", "memory", "sum", "prediction", "delta", "mse", "example")
NUMBERS_AT_ONCE = 2**20
"""Of a window's widest column, held in memory at a time."""
_BIAS_NAMES = {"weight": "bias", "weighted_delta": "bias_weighted_delta", "alpha_delta": "bias_delta", "new_weight": "new_bias"}


class Recomputed:
    """The steps chosen of a run, recomputed. `replay` has a recipe of its own, so that nothing kept with the run is believed."""

    def __init__(self, run: Run, replay: Replay, most_steps: int | None) -> None:
        self.run, self.replay, self.most_steps = run, replay, most_steps
        self.recipe, self.problem = replay.recipe, replay.recipe.problem
        self.places = Places(self.recipe)
        self.rows: list[range] = []

    def windows(self) -> Iterator[Mismatch]:
        """Every column of the steps chosen, from the definition."""
        widest = max(self.problem.batch * max(self.recipe.d, self.problem.nodes), self.problem.size)
        at_once = max(1, NUMBERS_AT_ONCE // widest)
        for rows in _chosen(self.run, self._most()):
            for start in range(rows.start, rows.stop, at_once):
                yield from self._window(range(start, min(start + at_once, rows.stop)))
            self.rows.append(rows)

    def _most(self) -> int:
        if self.most_steps is not None:
            return self.most_steps
        seconds = plain_seconds(self.recipe, self.problem.batch)
        return max(int(PLAIN_SECONDS / seconds), 1 if seconds < 5 * PLAIN_SECONDS else 0)

    def _window(self, rows: range) -> Iterator[Mismatch]:
        room = Columns.for_steps(self.problem, len(rows), ENGINE_COLUMNS)
        state = self.replay.state_at(rows.start)
        plain.walk(self.problem, Cursor.at(rows.start), state, len(rows), alphas=self._alphas(rows), columns=room)
        try:
            window = self.run.trace[rows.start : rows.stop]
            found = window.read()
            for layer, columns_of in enumerate(window.layers):
                found |= {f"layers[{layer}].{name}": column for name, column in columns_of.read().items()}
        except (DataChanged, InputError) as error:
            yield Mismatch(rows.start, None, "trace", "the states that were kept", str(error))
            return
        columns = self._columns(rows, room)
        differences = [d for name, column in columns if (d := self._in_column(rows, name, column, found))]
        yield from sorted(differences, key=lambda difference: difference.step)[:1]

    def _columns_of_steps(self, rows: range, room: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
        """Those that no arithmetic makes."""
        step = np.arange(rows.start, rows.stop)
        assert room.example is not None
        absent = (room.example < 0)[:, :, None]
        yield from (("step", step), ("epoch", step // self.recipe.steps_per_epoch), ("example", room.example))
        alphas = self._alphas(rows)
        yield "alpha", np.full(len(rows), self.recipe.alpha) if alphas is None else alphas[step]
        for name in ("input", "goal"):
            yield name, np.where(absent, np.nan, getattr(self.recipe.examples, name)[room.example])

    def _columns(self, rows: range, room: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
        """All columns of the trace from the definition's, all axes kept: forward, then back and update, the last layer first."""
        yield from self._columns_of_steps(rows, room)
        problem, last = self.problem, len(self.problem.layers) - 1
        assert room.prediction is not None
        assert room.delta is not None
        for layer in range(last + 1) if self.recipe.in_layers else ():
            yield from self._forward(layer, room)
        yield "prediction", room.prediction[:, :, problem.nodes_of(last)]
        yield "mse", np.asarray(room.mse)
        yield "delta", room.delta[:, :, problem.nodes_of(last)]
        for layer in reversed(range(last + 1)):
            if self.recipe.in_layers:
                yield f"layers[{layer}].delta", room.delta[:, :, problem.nodes_of(layer)]
            yield from self._update(layer, room)

    def _forward(self, layer: int, room: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
        """What a layer is given and what it makes of it."""
        problem, shape, nodes = self.problem, self.problem.layers[layer], self.problem.nodes_of(layer)
        assert room.sum is not None
        assert room.prediction is not None
        assert room.example is not None
        if layer:
            yield f"layers[{layer}].input", room.prediction[:, :, problem.nodes_of(layer - 1)]
        sums = room.sum[:, :, nodes]
        slopes = np.reshape([shape.activation.at(x)[1] for x in sums.ravel().tolist()], sums.shape)
        yield f"layers[{layer}].sum", sums
        yield f"layers[{layer}].prediction", room.prediction[:, :, nodes]
        yield f"layers[{layer}].slope", np.where((room.example < 0)[:, :, None], np.nan, slopes)

    def _update(self, layer: int, room: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
        """A layer's weights and all that moves them, under the names that the person's trace has for them."""
        problem, shape = self.problem, self.problem.layers[layer]
        place = f"layers[{layer}]." if self.recipe.in_layers else ""
        assert room.memory is not None
        blocks = {name: getattr(room, name) for name in ("weight", "weighted_delta", "alpha_delta", "new_weight")}
        blocks |= {name: room.memory[:, m] for m, name in enumerate(self.recipe.rule.memories)}
        for name, block in blocks.items():
            own = block[:, problem.weights_of(layer)].reshape(len(block), shape.outputs, shape.width)
            yield f"{place}{name}", own[:, :, : shape.inputs]
            if shape.has_bias:
                yield f"{place}{_BIAS_NAMES.get(name, f'bias_{name}')}", own[:, :, -1]

    def _in_column(self, rows: range, name: str, expected: NDArray[Any], found: dict[str, NDArray[Any]]) -> Mismatch | None:
        column = found.get(name)
        if column is None or column.size != expected.size:
            return Mismatch(
                rows.start, None, name, f"{expected.size} numbers", None if column is None else f"{column.size} numbers"
            )
        column = column.reshape(expected.shape)
        i = first_different(expected.ravel(), column.ravel())
        if i is None:
            return None
        row, *place = (int(p) for p in np.unravel_index(i, expected.shape))
        node, where = self.places.of_column(name, place)
        return differing(rows[row], node, where, expected.ravel()[i], column.ravel()[i])

    def _alphas(self, rows: range) -> NDArray[np.float64] | None:
        return None if self.recipe.schedule is None else self.recipe.schedule.until(rows.stop)


def _chosen(run: Run, most: int) -> list[range]:
    """Steps for the definition: all, or the computed ones and some of the repeated, or windows at the places that matter."""
    steps, made = run.steps, min(run.steps, run.replay.last_step)
    if steps <= most:
        return [range(steps)] if steps else []
    length = max(1, most // WINDOWS)
    starts = [0, steps - length, made - length, made - length // 2]
    if made <= most - len(starts) * length:
        return _merged([range(made), *_windows(starts, length, steps)])
    landmarks = [run.settled_after, None if run.cycle is None else run.cycle.first]
    starts += [mark - length // 2 for mark in landmarks if mark is not None]
    spacing, kept = run.replay.checkpoints.spacing, len(run.replay.checkpoints.states)
    # the golden ratio spreads them over the run, the same ones every time
    starts += [int(i * 0.6180339887498949 % 1.0 * kept) * spacing for i in range(1, WINDOWS)]
    return _merged(_windows(starts[: min(most, WINDOWS)], length, steps))


def _windows(starts: list[int], length: int, steps: int) -> list[range]:
    return [range(max(0, start), min(max(0, start) + length, steps)) for start in starts]


def _merged(rows: list[range]) -> list[range]:
    """The same steps in ranges that do not overlap, ascending."""
    merged: list[range] = []
    for piece in sorted(filter(len, rows), key=lambda r: r.start):
        if merged and piece.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, piece.stop))
        else:
            merged.append(piece)
    return merged


def plain_seconds(recipe: Recipe, examples: int) -> float:
    """Estimate of one plain step on so many examples, from timing (a 3 GHz processor)."""
    drawn = 15e-6 * examples if recipe.order == "shuffled" else 0.0
    products = examples * (2 * recipe.problem.size)
    return 130e-6 + drawn + 4e-6 * (recipe.problem.size + examples) + 0.35e-6 * products
