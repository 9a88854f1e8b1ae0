"""Every number at every step of a run, as columns: replayed from checkpoints when asked for, never recorded.

``trace[7]`` is one step, ``trace[0:10]`` a window of named columns; both count from 0 and check themselves against
the states that the run kept.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np

from nodescope.arithmetic.checks import shown, step_of
from nodescope.arithmetic.problem import Floats
from nodescope.errors import InputError
from nodescope.run.offers import FacedInText
from nodescope.run.quantities import OF_A_STEP
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Replay
from nodescope.run.replayed_columns import ReplayedColumns, absent_axes, axes_of, column_names, nodes_layer, weights_layer
from nodescope.run.tabular import Column, Tabular

MOST_BYTES = 8 * 2**30
STRIDE_BLOCK = 4096
"""So many rows are replayed at a time for a window that leaves some out."""


class Trace(FacedInText):
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
        t = step_of("step", step, self._steps)
        return Step(Window(self._replay, range(t, t + 1)))

    def __iter__(self) -> Iterator["Step"]:
        return (self[t] for t in range(self._steps))


class Window(Tabular, FacedInText):
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
        return ReplayedColumns(self._replay, rows, self.layer, names, ends).read()

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
        of_weights = 1 if set(names) <= set(OF_A_STEP) else weights_layer(self.recipe, self.layer).size
        shape = nodes_layer(self.recipe, self.layer)
        inputs = weights_layer(self.recipe, self.layer).inputs if "input" in names else 1
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
        absent = absent_axes(self.recipe, self.layer)
        of: dict[str, tuple[str, ...]] = {"b": (), "k": () if self.layer is not None else self.recipe.goal_names}
        of["d"] = () if self.layer else self.recipe.input_names
        labels = [of[axis] for axis in axes_of(name)[1:] if axis not in absent]
        assert len(labels) == axes
        return labels


class Step(FacedInText):
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

    @property
    def number(self) -> int:
        """Which step it is, counted from 0."""
        return self._window.start

    @property
    def layer(self) -> int | None:
        """Whose numbers these are, counted from 0; None of the whole step's."""
        return self._window.layer

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
        if not isinstance(name, str) or name not in self._numbers:
            raise InputError(f"a step has no {shown(name)}; it has {', '.join(self.columns)}")
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
