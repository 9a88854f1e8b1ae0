"""The columns of some steps, made from one replay: of a whole run, or of one of its layers."""

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.narrow import wide
from nodescope.arithmetic.problem import Columns, Floats, LayerShape
from nodescope.run.quantities import BIAS, OF_A_LAYER, OF_A_NODE, OF_A_STEP, OF_CLIPPING, OF_PENALTY, QUANTITIES
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Replay, data_changed
from nodescope.run.tabular import Column

_OF_WEIGHTS = ("weight", "weighted_delta", "alpha_delta", "new_weight")
_OF_BIAS = {"bias": "weight", "bias_weighted_delta": "weighted_delta", "bias_delta": "alpha_delta", "new_bias": "new_weight"}
_OF_EXAMPLES = ("input", "goal", "example")
_AXES = {q.name: q.axes for q in QUANTITIES}


def column_names(recipe: Recipe, layer: int | None = None) -> tuple[str, ...]:
    """Names of the columns of a trace of this recipe, or of one of its layers, the rule's memory included."""
    clipping = OF_CLIPPING if layer is None and recipe.clip is not None else ()
    if layer is None and recipe.in_layers:
        return (*OF_A_STEP, *clipping)
    has_bias = recipe.problem.layers[layer or 0].has_bias
    names = [name for name in (OF_A_NODE if layer is None else OF_A_LAYER) if has_bias or name not in BIAS]
    memories, penalty = recipe.rule.memories, OF_PENALTY[: bool(recipe.penalty) + (recipe.penalty.bias and has_bias)]
    return (*names, *penalty, *clipping, *memories, *(f"bias_{name}" for name in memories if has_bias))


def fill(replay: Replay, rows: range, room: Columns, ends: tuple[Floats, Floats] | None = None) -> None:
    """Replay consecutive steps, writing their numbers, and check the state that they end in."""
    if not len(rows):
        return
    before, after = ends or replay.checked_window(rows.start, rows.stop)
    if replay.walk(rows.start, before, len(rows), room).tobytes() != after.tobytes():
        raise data_changed(rows.start, rows.stop)


def weights_layer(recipe: Recipe, layer: int | None) -> LayerShape:
    """The layer whose weights a window's columns tell: of the whole run the first, which is the only one where they are told."""
    return recipe.problem.layers[layer or 0]


def nodes_layer(recipe: Recipe, layer: int | None) -> LayerShape:
    """The layer whose predictions and deltas a window's columns tell: of the whole run the last."""
    return recipe.problem.layers[-1 if layer is None else layer]


class ReplayedColumns:
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
        if name in (*OF_PENALTY, *OF_CLIPPING):
            return ("weight",) if name in OF_PENALTY else ("norm",)
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
        if name in OF_CLIPPING:
            return self._of_clipping(name)
        if name in ("sum", "prediction", "delta"):
            return np.asarray(getattr(self.room, name)[:, :, self.first_node :])
        return self._slope() if name == "slope" else self._of_weights(name)

    def _of_clipping(self, name: str) -> Column:
        norm, clip = np.asarray(self.room.norm), self.recipe.problem.clip
        with np.errstate(invalid="ignore"):
            return norm if name == "gradient_norm" else np.where(norm > clip, clip / norm, 1.0)

    def _given(self) -> Column:
        """What the layer before predicts."""
        assert self.room.prediction is not None
        return self.room.prediction[:, :, : self.first_node]

    def _of_examples(self, values: Floats) -> Column:
        assert self.room.example is not None
        return self._padded(wide(values[self.room.example]))

    def _padded(self, values: Floats) -> Floats:
        """NaN where a last batch is short."""
        assert self.room.example is not None
        values[self.room.example < 0] = np.nan
        return values

    def _slope(self) -> Column:
        assert self.room.sum is not None
        shape = nodes_layer(self.recipe, self.layer)
        return self._padded(engine().activation(shape.activation, self.room.sum[:, :, self.first_node :])[1])

    def _of_weights(self, name: str) -> Column:
        """Of each node (T, k, d) its weights', or (T, k) its bias's."""
        (need,) = self._needs(name)
        numbers, shape = getattr(self.room, need), weights_layer(self.recipe, self.layer)
        if need == "memory":
            numbers = numbers[:, self.recipe.rule.memories.index(name.removeprefix("bias_"))]
        if name in OF_PENALTY:
            numbers = self.recipe.penalty.slopes(numbers)
        block = numbers.reshape(len(numbers), shape.outputs, shape.width)
        return np.asarray(block[:, :, -1] if axes_of(name)[-1] == "k" else block[:, :, : shape.inputs])

    def _without_absent(self, name: str, column: Column) -> Column:
        absent = absent_axes(self.recipe, self.layer)
        return column[tuple(0 if axis in absent else slice(None) for axis in axes_of(name))]


def axes_of(name: str) -> str:
    """Axes of a column; those that no table names are the rule's memory."""
    return _AXES.get(name) or ("Tk" if name.startswith("bias_") else "Tkd")


def absent_axes(recipe: Recipe, layer: int | None) -> set[str]:
    """Axes that columns do not have; a layer's have nodes and inputs always."""
    has = {"b": recipe.has_examples_axis, "k": recipe.has_outputs_axis, "d": recipe.has_inputs_axis}
    return {axis for axis, there in has.items() if not there and (axis == "b" or layer is None)}
