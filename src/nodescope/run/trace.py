"""Every number at every step of a run, as columns: replayed from checkpoints when asked for, never recorded.

``trace[7]`` is one step, ``trace[0:10]`` a window of named columns; both count from 0 and check themselves against
the states that the run kept.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Floats, LayerShape
from nodescope.errors import InputError
from nodescope.run.quantities import BIAS, OF_A_LAYER, OF_A_NODE, OF_A_STEP, QUANTITIES
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Replay, data_changed
from nodescope.run.tabular import Column, Tabular

MOST_BYTES = 8 * 2**30
STRIDE_BLOCK = 4096
"""Rows replayed at a time for a window that leaves some out."""

_OF_WEIGHTS = ("weight", "weighted_delta", "alpha_delta", "new_weight")
_OF_BIAS = {"bias": "weight", "bias_weighted_delta": "weighted_delta", "bias_delta": "alpha_delta", "new_bias": "new_weight"}
_OF_EXAMPLES = ("input", "goal", "example")


def column_names(recipe: Recipe, layer: int | None = None) -> tuple[str, ...]:
    """Names of the columns of a trace of this recipe, or of one of its layers, the rule's memory included."""
    if layer is None and recipe.in_layers:
        return OF_A_STEP
    has_bias = recipe.problem.layers[layer or 0].has_bias
    names = [name for name in (OF_A_NODE if layer is None else OF_A_LAYER) if has_bias or name not in BIAS]
    memories = recipe.rule.memories
    return (*names, *memories, *(f"bias_{name}" for name in memories if has_bias))


class Trace:
    """All steps of a run.

    Parameters
    ----------
    replay : Replay
    steps : int
        How many rows there are.

    Examples
    --------
    >>> import nodescope as ns
    >>> trace = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325).trace
    >>> len(trace), trace[0].new_weight, trace[0:3]["weight"].tolist()
    (325, 0.42000000000000004, [0.4, 0.42000000000000004, 0.43800000000000006])
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
    """Some consecutive (or evenly spaced) steps, of the whole run or of one layer; each column is computed when asked for.

    ==================  ============  ==========================================================================
    input               (T, b, d)     what the layer is given: the examples, or the predictions of the layer before
    weight, bias        (T, k, d|–)   before the update
    sum                 (T, b, k)     weight × input, summed left to right, the bias last
    prediction, slope   (T, b, k)     the activation at the sum, and its slope there
    delta               (T, b, k)     what the loss grows by per unit of the sum
    weighted_delta      (T, k, d)     delta × input, averaged (or summed) over the batch
    alpha_delta         (T, k, d)     what the rule subtracts
    new_weight          (T, k, d)     after the update
    ==================  ============  ==========================================================================

    T steps, b examples of a step, k nodes, d inputs; `quantities.py` has them all. Of the whole run, axes of length 1 that the
    recipe does not have are dropped.

    Examples
    --------
    >>> import nodescope as ns
    >>> window = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325).trace[0:3]
    >>> window["delta"].tolist()
    [-0.19999999999999996, -0.17999999999999994, -0.16199999999999992]
    """

    def __init__(self, replay: Replay, rows: range, layer: int | None = None) -> None:
        self._replay = replay
        self._rows = rows
        self.layer = layer

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def start(self) -> int:
        """The first of its steps."""
        return self._rows.start

    @property
    def stop(self) -> int:
        """The step after the last, as a slice has it."""
        return self._rows.stop

    @property
    def recipe(self) -> Recipe:
        """What made the run."""
        return self._replay.recipe

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return column_names(self.recipe, self.layer)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        return self.read(name)[name]

    def read(self, *names: str) -> dict[str, Column]:
        """Several columns from one replay.

        Parameters
        ----------
        *names : str
            Of columns; all where none is named.

        Returns
        -------
        dict of str to array
            Each as `window[name]` gives it.

        Raises
        ------
        InputError
            There is no such column, or they would fill the memory.

        Examples
        --------
        >>> import nodescope as ns
        >>> read = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0:2].read("weight", "delta")
        >>> read["delta"].tolist()
        [-0.19999999999999996, -0.17999999999999994]
        """
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
        """A window of the same steps for each layer, `window.layers[0]["weight"]`; none within a layer, nor of plain nodes.

        All columns of plain nodes are in the window itself; `of_layer(0)` has them too.
        """
        count = len(self.recipe.problem.layers) if self.layer is None and self.recipe.in_layers else 0
        return [self.of_layer(layer) for layer in range(count)]

    def of_layer(self, layer: int) -> "Window":
        """The same steps of one layer, whichever way the recipe was written.

        Parameters
        ----------
        layer : int
            Counted from 0.

        Returns
        -------
        Window
            Its columns have the axes of nodes and inputs always.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0:3].of_layer(0)["weight"].shape
        (3, 1, 1)
        """
        return Window(self._replay, self._rows, layer)

    def _compute(self, rows: range, names: tuple[str, ...], ends: tuple[Floats, Floats] | None = None) -> dict[str, Column]:
        """The named columns of consecutive steps, replayed and checked."""
        return _Columns(self._replay, rows, self.layer, names, ends).read()

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
        of_weights = 1 if set(names) <= set(OF_A_STEP) else _weights_layer(self.recipe, self.layer).size
        shape = _nodes_layer(self.recipe, self.layer)
        inputs = _weights_layer(self.recipe, self.layer).inputs if "input" in names else 1
        return max(of_weights, self.recipe.batch_size * max(shape.outputs, inputs))

    def flat(self) -> dict[str, Column]:
        """All columns as one-dimensional ones, split and named after inputs, goals and places in the batch.

        Returns
        -------
        dict of str to (T,)
            "weight[flipper_length_mm]", and of layers "layers[0].weight[3, 1]".

        Examples
        --------
        >>> import nodescope as ns
        >>> window = ns.descend(weight=[1.0, 2.0], input=[3, 4], goal=12, alpha=0.01, steps=3).trace[0:2]
        >>> [name for name in window.flat() if "weight" in name][:2]
        ['weight[0]', 'weight[1]']
        """
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
        absent = _absent(self.recipe, self.layer)
        of: dict[str, tuple[str, ...]] = {"b": (), "k": () if self.layer is not None else self.recipe.goal_names}
        of["d"] = () if self.layer else self.recipe.input_names
        labels = [of[axis] for axis in _axes(name)[1:] if axis not in absent]
        assert len(labels) == axes
        return labels


class Step:
    """One step: every number as an attribute; scalars are Python numbers, the rest NumPy arrays.

    Examples
    --------
    >>> import nodescope as ns
    >>> step = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325).trace[1]
    >>> step.weight, step["alpha_delta"], step.new_weight
    (0.42000000000000004, -0.017999999999999995, 0.43800000000000006)
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._numbers = {name: _scalar(column[0]) for name, column in window.read().items()}

    @property
    def recipe(self) -> Recipe:
        """What made the run."""
        return self._window.recipe

    @cached_property
    def layers(self) -> "Sequence[Step]":
        """The step's numbers in each layer, `step.layers[0].delta`; none of plain nodes, whose numbers are the step's own."""
        return [Step(layer) for layer in self._window.layers]

    def of_layer(self, layer: int) -> "Step":
        """The step's numbers in one layer, whichever way the recipe was written.

        Parameters
        ----------
        layer : int
            Counted from 0.

        Returns
        -------
        Step
            Its numbers have the axes of nodes and inputs always.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[0].of_layer(0).weight
        array([[0.4]])
        """
        return Step(self._window.of_layer(layer))

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
        """All numbers by name.

        Returns
        -------
        dict of str to float, int or array
            As attributes have them.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).trace[1].as_dict()["weight"]
        0.42000000000000004
        """
        return dict(self._numbers)


def _scalar(value: Any) -> Any:
    return value.item() if np.ndim(value) == 0 else value


def fill(replay: Replay, rows: range, room: Columns, ends: tuple[Floats, Floats] | None = None) -> None:
    """Replay consecutive steps, writing their numbers, and check the state that they end in."""
    if not len(rows):
        return
    before, after = ends or replay.checked_window(rows.start, rows.stop)
    if replay.walk(rows.start, before, len(rows), room).tobytes() != after.tobytes():
        raise data_changed(rows.start, rows.stop)


def _weights_layer(recipe: Recipe, layer: int | None) -> LayerShape:
    """The layer whose weights a window's columns tell: of the whole run the first, which is the only one where they are told."""
    return recipe.problem.layers[layer or 0]


def _nodes_layer(recipe: Recipe, layer: int | None) -> LayerShape:
    """The layer whose predictions and deltas a window's columns tell: of the whole run the last."""
    return recipe.problem.layers[-1 if layer is None else layer]


class _Columns:
    """Columns of consecutive steps, of the whole run or of one layer, from one replay."""

    def __init__(
        self, replay: Replay, rows: range, layer: int | None, names: tuple[str, ...], ends: tuple[Floats, Floats] | None
    ) -> None:
        self.recipe, self.rows, self.layer, self.names = replay.recipe, rows, layer, names
        problem = self.recipe.problem
        nodes = problem.nodes_of(len(problem.layers) - 1 if layer is None else layer)
        before = problem.nodes_of(layer - 1).start if layer and "input" in names else nodes.start
        self.first_node = nodes.start - before
        wanted = tuple({need for name in names for need in self._needs(name)})
        self.room = Columns.for_steps(problem, len(rows), wanted, problem.weights_of(layer or 0), slice(before, nodes.stop))
        if wanted:
            fill(replay, rows, self.room, ends)

    def read(self) -> dict[str, Column]:
        return {name: self._without_absent(name, self._column(name)) for name in self.names}

    def _needs(self, name: str) -> tuple[str, ...]:
        """The engine's columns that a column is made from."""
        if name in ("step", "epoch", "alpha"):
            return ()
        if name == "input" and self.layer:
            return ("prediction",)
        if name in _OF_EXAMPLES:
            return ("example",)
        if name == "slope":
            return ("sum", "example")
        return (name if name in _OF_WEIGHTS or name in ("sum", "prediction", "delta", "mse") else _OF_BIAS.get(name, "memory"),)

    def _column(self, name: str) -> Column:
        """With all axes."""
        rows, recipe = self.rows, self.recipe
        if name in ("step", "epoch"):
            step = np.arange(rows.start, rows.stop)
            return step if name == "step" else step // recipe.steps_per_epoch
        if name == "alpha":
            schedule = recipe.schedule
            return (
                np.full(len(rows), recipe.alpha) if schedule is None else schedule.until(rows.stop)[rows.start : rows.stop].copy()
            )
        if name in ("input", "goal"):
            return self._given() if name == "input" and self.layer else self._of_examples(getattr(recipe.examples, name))
        if name in ("mse", "example"):
            return np.asarray(getattr(self.room, name))
        if name in ("sum", "prediction", "delta"):
            return np.asarray(getattr(self.room, name)[:, :, self.first_node :])
        return self._slope() if name == "slope" else self._of_weights(name)

    def _given(self) -> Column:
        """What the layer before predicts."""
        assert self.room.prediction is not None
        return self.room.prediction[:, :, : self.first_node]

    def _of_examples(self, values: Floats) -> Column:
        assert self.room.example is not None
        return self._padded(values[self.room.example])

    def _padded(self, values: Floats) -> Floats:
        """NaN where a last batch is short."""
        assert self.room.example is not None
        values[self.room.example < 0] = np.nan
        return values

    def _slope(self) -> Column:
        assert self.room.sum is not None
        shape = _nodes_layer(self.recipe, self.layer)
        return self._padded(engine().activation(shape.activation, self.room.sum[:, :, self.first_node :])[1])

    def _of_weights(self, name: str) -> Column:
        """Of each node (T, k, d) its weights', or (T, k) its bias's."""
        (need,) = self._needs(name)
        numbers, shape = getattr(self.room, need), _weights_layer(self.recipe, self.layer)
        if need == "memory":
            numbers = numbers[:, self.recipe.rule.memories.index(name.removeprefix("bias_"))]
        block = numbers.reshape(len(numbers), shape.outputs, shape.width)
        return np.asarray(block[:, :, -1] if _axes(name)[-1] == "k" else block[:, :, : shape.inputs])

    def _without_absent(self, name: str, column: Column) -> Column:
        absent = _absent(self.recipe, self.layer)
        return column[tuple(0 if axis in absent else slice(None) for axis in _axes(name))]


_AXES = {q.name: q.axes for q in QUANTITIES}


def _axes(name: str) -> str:
    """Axes of a column; those that no table names are the rule's memory."""
    return _AXES.get(name) or ("Tk" if name.startswith("bias_") else "Tkd")


def _absent(recipe: Recipe, layer: int | None) -> set[str]:
    """Axes that columns do not have; a layer's have nodes and inputs always."""
    has = {"b": recipe.has_examples_axis, "k": recipe.has_outputs_axis, "d": recipe.has_inputs_axis}
    return {axis for axis, there in has.items() if not there and (axis == "b" or layer is None)}
