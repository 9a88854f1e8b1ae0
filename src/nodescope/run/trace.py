"""Every number at every step of a run, as columns: replayed from checkpoints when asked for, never recorded.

``trace[7]`` is one step, ``trace[0:10]`` a window of named columns; both count from 0 and check themselves against
the states that the run kept.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np

from nodescope.arithmetic.problem import Columns, Floats
from nodescope.errors import InputError
from nodescope.run.quantities import BIAS, QUANTITIES
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Replay, data_changed
from nodescope.run.tabular import Column, Tabular

MOST_BYTES = 8 * 2**30
STRIDE_BLOCK = 4096
"""Rows replayed at a time for a window that leaves some out."""

# a column of the trace: the engine's column, and whether it is the bias's part of it
_FROM_ENGINE = {
    "weight": ("weight", False),
    "weighted_delta": ("weighted_delta", False),
    "alpha_delta": ("alpha_delta", False),
    "new_weight": ("new_weight", False),
    "bias": ("weight", True),
    "bias_weighted_delta": ("weighted_delta", True),
    "bias_delta": ("alpha_delta", True),
    "new_bias": ("new_weight", True),
    "prediction": ("prediction", False),
    "delta": ("delta", False),
    "mse": ("mse", False),
    "example": ("example", False),
    "input": ("example", False),
    "goal": ("example", False),
}


OF_A_NETWORK = ("step", "epoch", "example", "input", "prediction", "goal", "delta", "mse", "alpha")
"""Columns of a whole step; prediction and delta are the last layer's. The others are each layer's own."""


def column_names(recipe: Recipe) -> tuple[str, ...]:
    """Names of the columns that a trace of this recipe has, the rule's memory included."""
    if recipe.network is not None:
        return OF_A_NETWORK
    names = [q.name for q in QUANTITIES if recipe.bias is not None or q.name not in BIAS]
    memories = list(recipe.rule.memories)
    return (*names, *memories, *(f"bias_{name}" for name in memories if recipe.bias is not None))


class Trace:
    """All steps of a run.

    Parameters
    ----------
    replay : Replay
    steps : int
        How many rows there are.
    """

    def __init__(self, replay: Replay, steps: int) -> None:
        self._replay = replay
        self._steps = steps

    def __len__(self) -> int:
        return self._steps

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns."""
        return column_names(self._replay.recipe)

    @overload
    def __getitem__(self, step: int) -> "Step": ...
    @overload
    def __getitem__(self, step: slice) -> "Window": ...
    def __getitem__(self, step: int | slice) -> "Step | Window":
        if isinstance(step, slice):
            start, stop, stride = step.indices(self._steps)
            if stride < 1:
                raise InputError(f"a window goes forward: its stride is {stride}, it must be at least 1")
            return Window(self._replay, range(start, max(start, stop), stride))
        if not isinstance(step, (int, np.integer)) or isinstance(step, bool):
            raise InputError(f"step is {step!r}; it must be a whole number or a slice such as trace[0:10]")
        t = int(step) + (self._steps if step < 0 else 0)
        if not 0 <= t < self._steps:
            raise IndexError(f"step {step} is not there: the run has {self._steps:,} steps, counted from 0")
        return Step(Window(self._replay, range(t, t + 1)))

    def __iter__(self) -> Iterator["Step"]:
        return (self[t] for t in range(self._steps))


class Window(Tabular):
    """Some consecutive (or evenly spaced) steps; each column is a NumPy array, computed when asked for."""

    def __init__(self, replay: Replay, rows: range) -> None:
        self._replay = replay
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def start(self) -> int:
        return self._rows.start

    @property
    def stop(self) -> int:
        return self._rows.stop

    @property
    def recipe(self) -> Recipe:
        return self._replay.recipe

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return column_names(self.recipe)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        return self.read(name)[name]

    def read(self, *names: str) -> dict[str, Column]:
        """Several columns (all, where none is named) from one replay."""
        self.refuse_unknown(names)
        names = names or self.columns
        self._refuse_too_much(names)
        if self._rows.step == 1:
            return self._compute(self._rows, names, self._ends)
        blocks = [self._compute(block, names) for block in self._blocks()]
        picked = [{name: column[:: self._rows.step] for name, column in block.items()} if len(block) else block for block in blocks]
        if not picked:
            return self._compute(range(0), names)
        return {name: np.concatenate([block[name] for block in picked]) for name in names}

    @cached_property
    def layers(self) -> "Sequence[Window]":
        """Of a network: a window of the same steps for each layer, `window.layers[0]["weight"]`; else none."""
        from nodescope.run.layered import LayerWindow

        return [LayerWindow(self._replay, self._rows, layer) for layer in range(len(self.recipe.problem.layers))]

    def _compute(self, rows: range, names: tuple[str, ...], ends: tuple[Floats, Floats] | None = None) -> dict[str, Column]:
        """The named columns of consecutive steps."""
        return _columns(self._replay, rows, names, ends)

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        return self._replay.checked_window(self._rows.start, self._rows.start + len(self._rows))

    def _blocks(self) -> Iterator[range]:
        """Stretches of consecutive steps that start with a wanted one and together hold all wanted ones."""
        stride = self._rows.step
        in_one = max(1, STRIDE_BLOCK // stride)
        for i in range(0, len(self._rows), in_one):
            wanted = self._rows[i : i + in_one]
            yield range(wanted[0], wanted[-1] + 1)

    def _refuse_too_much(self, names: tuple[str, ...]) -> None:
        if 8 * self._widest(names) * len(self) * len(names) > MOST_BYTES:
            raise InputError(
                f"{len(self):,} steps of {', '.join(names[:3])}… would fill more than {MOST_BYTES // 2**30} GiB; "
                "read fewer steps or columns at a time, or every hundredth: trace[::100]"
            )

    def _widest(self, names: tuple[str, ...]) -> int:
        """Numbers of the widest column in a step."""
        recipe = self.recipe
        block = 1 if recipe.network is not None else recipe.k * (recipe.d + 1)
        return max(block, recipe.batch_size * max(recipe.k, recipe.d if "input" in names else 1))

    def flat(self) -> dict[str, Column]:
        """All columns as one-dimensional ones; wider ones are split, named after inputs, goals and places in the batch."""
        own = {name: part for quantity, column in self.read().items() for name, part in self._split(quantity, column)}
        of_layers = (
            {f"layers[{number}].{name}": part for name, part in layer.flat().items()} for number, layer in enumerate(self.layers)
        )
        return {name: part for flat in (own, *of_layers) for name, part in flat.items()}

    def _split(self, quantity: str, column: Column) -> Iterator[tuple[str, Column]]:
        if column.ndim == 1:
            yield quantity, column
            return
        labels = self._labels(quantity, column.ndim - 1)
        for place in np.ndindex(column.shape[1:]):
            parts = (names[i] if names else str(i) for names, i in zip(labels, place, strict=True))
            yield f"{quantity}[{', '.join(parts)}]", column[(slice(None), *place)]

    def _labels(self, name: str, axes: int) -> list[tuple[str, ...]]:
        """Names of the places along each axis after the first; () where they are just counted."""
        return _labels(self.recipe, name, axes)


class Step:
    """One step: every number as an attribute; scalars are Python numbers, the rest NumPy arrays."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._numbers = {name: _scalar(column[0]) for name, column in window.read().items()}

    @property
    def recipe(self) -> Recipe:
        return self._window.recipe

    @cached_property
    def layers(self) -> "Sequence[Step]":
        """Of a network: the step's numbers in each layer, `step.layers[0].delta`; else none."""
        return [Step(layer) for layer in self._window.layers]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the numbers."""
        return self._window.columns

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._numbers:
            return self._numbers[name]
        raise AttributeError(f"a step has no {name!r}; it has {', '.join(self._window.columns)}")

    def __getitem__(self, name: str) -> Any:
        if name not in self._numbers:
            raise InputError(f"a step has no {name!r}; it has {', '.join(self.columns)}")
        return self._numbers[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._numbers]

    def as_dict(self) -> dict[str, Any]:
        """All numbers by name."""
        return dict(self._numbers)


def _scalar(value: Any) -> Any:
    return value.item() if np.ndim(value) == 0 else value


def _columns(replay: Replay, rows: range, names: tuple[str, ...], ends: tuple[Floats, Floats] | None = None) -> dict[str, Column]:
    """The named columns of consecutive steps, replayed and checked."""
    recipe, memories = replay.recipe, replay.recipe.rule.memories
    from_engine = {_FROM_ENGINE[name][0] for name in names if name in _FROM_ENGINE}
    if any(name.removeprefix("bias_") in memories for name in names):
        from_engine.add("memory")
    problem = recipe.problem
    last = problem.nodes_of(len(problem.layers) - 1) if problem.layers else None
    room = Columns.for_steps(problem, len(rows), tuple(from_engine), nodes=last)
    if from_engine:
        fill(replay, rows, room, ends)
    return {name: _column(recipe, rows, name, room) for name in names}


def fill(replay: Replay, rows: range, room: Columns, ends: tuple[Floats, Floats] | None = None) -> None:
    """Replay consecutive steps, writing their numbers, and check the state that they end in."""
    if not len(rows):
        return
    before, after = ends or replay.checked_window(rows.start, rows.stop)
    if replay.walk(rows.start, before, len(rows), room).tobytes() != after.tobytes():
        raise data_changed(rows.start, rows.stop)


def _column(recipe: Recipe, rows: range, name: str, room: Columns) -> Column:
    if name in ("step", "epoch"):
        step = np.arange(rows.start, rows.stop)
        return step if name == "step" else step // recipe.steps_per_epoch
    if name == "alpha":
        if recipe.schedule is None:
            return np.full(len(rows), recipe.alpha)
        return recipe.schedule.until(rows.stop)[rows.start : rows.stop].copy()
    if name in ("input", "goal"):
        return _of_examples(recipe, name, room)
    memories = recipe.rule.memories
    if (memory := name.removeprefix("bias_")) in memories and name not in _FROM_ENGINE:
        assert room.memory is not None
        return _without_absent(recipe, _part(recipe, room.memory[:, memories.index(memory)], name != memory), name)
    column, of_bias = _FROM_ENGINE[name]
    numbers = getattr(room, column)
    if column in ("weight", "weighted_delta", "alpha_delta", "new_weight"):
        numbers = _part(recipe, numbers, of_bias)
    return _without_absent(recipe, numbers, name)


def _part(recipe: Recipe, block: Floats, of_bias: bool) -> Floats:
    """From (T, k, width): the biases (T, k), or the weights (T, k, d)."""
    return block[:, :, -1] if of_bias else block[:, :, : recipe.d]


def _of_examples(recipe: Recipe, name: str, room: Columns) -> Column:
    assert room.example is not None
    values = getattr(recipe.examples, name)[room.example]
    if (room.example < 0).any():
        values[room.example < 0] = np.nan
    return _without_absent(recipe, values, name)


_AXES = {q.name: q.axes for q in QUANTITIES}


def _axes(name: str) -> str:
    return _AXES.get(name) or ("Tk" if name.startswith("bias_") else "Tkd")


def _absent(recipe: Recipe) -> set[str]:
    has = {"b": recipe.has_examples_axis, "k": recipe.has_outputs_axis, "d": recipe.has_inputs_axis}
    return {axis for axis, there in has.items() if not there}


def _without_absent(recipe: Recipe, column: Column, name: str) -> Column:
    absent = _absent(recipe)
    return column[tuple(0 if axis in absent else slice(None) for axis in _axes(name))]


def _labels(recipe: Recipe, name: str, axes: int) -> list[tuple[str, ...]]:
    absent = _absent(recipe)
    of = {"b": (), "k": recipe.goal_names, "d": recipe.input_names}
    labels = [of[axis] for axis in _axes(name)[1:] if axis not in absent]
    assert len(labels) == axes
    return labels
