"""A fitted node or network as plain numbers: all that a prediction needs, and nothing of how it was learned."""

from dataclasses import dataclass

import numpy as np

from nodescope._version import __version__
from nodescope.arithmetic.activations import ACTIVATIONS, STEP, Activation
from nodescope.data.classes import Classes
from nodescope.data.openings import Opening
from nodescope.data.scaling import Floats, Scaling
from nodescope.errors import InputError
from nodescope.run.run import Run

MOST_WRITTEN = 10**6
"""So many weights are written out as text; a file of more is no longer read by anybody, nor compiled."""


@dataclass(frozen=True)
class Layer:
    """Nodes of a layer: of each its weights, a bias last where there is one."""

    rows: tuple[tuple[float, ...], ...]
    inputs: int
    activation: Activation

    @property
    def has_bias(self) -> bool:
        return len(self.rows[0]) > self.inputs


@dataclass(frozen=True)
class Scale:
    """Centre and unit of each number: scaled = (number − centre) ÷ unit."""

    centre: tuple[float, ...]
    unit: tuple[float, ...]


@dataclass(frozen=True)
class Fitted:
    """What predicts.

    Attributes
    ----------
    layers : tuple of Layer
    lanes : bool
        Whether nodes add in eight lanes, or from left to right.
    inputs, goals : tuple of str
    scale, goal_scale : Scale or None
    classes : tuple or None
        What is told apart, in the order of the probabilities.
    sides : bool
        Whether one sum tells two classes apart by its sign (hinge, perceptron), without probabilities.
    openings, fills, unknown, table
        How a table's columns become inputs; `table` is False where arrays were given.
    one_input, one_output : bool
        Whether the person wrote single numbers in the place of lists.
    made_by : str
        What wrote it, and from what run.
    """

    layers: tuple[Layer, ...]
    lanes: bool
    inputs: tuple[str, ...]
    goals: tuple[str, ...]
    scale: Scale | None
    goal_scale: Scale | None
    classes: Classes | None
    sides: bool
    openings: tuple[Opening, ...]
    fills: tuple[float, ...]
    unknown: str
    table: bool
    one_input: bool
    one_output: bool
    made_by: str

    @property
    def outputs(self) -> int:
        """How many numbers come out: of classes a probability each, of sides the sum."""
        return len(self.layers[-1].rows) if self.classes is None or self.sides else len(self.classes)

    @property
    def weights(self) -> int:
        return sum(len(row) for layer in self.layers for row in layer.rows)


def fitted(run: Run) -> Fitted:
    """What a run has learned.

    Raises
    ------
    InputError
        Its weights are no longer finite.
    """
    network, recipe = run.network, run.recipe
    if not np.isfinite(network.flat()).all():
        raise InputError(
            "the run's last weights are not finite, so they predict nothing: ns.diagnose(run) says where it went wrong"
        )
    source, examples = recipe.source, recipe.examples
    return Fitted(
        layers=tuple(
            Layer(_rows(weight, bias), weight.shape[1], ACTIVATIONS["identity"] if activation is STEP else activation)
            for weight, bias, activation in zip(network.weights, network.biases, network.activations, strict=True)
        ),
        lanes=recipe.problem.lanes,
        inputs=recipe.input_names,
        goals=recipe.goal_names,
        scale=_scale(examples.scaling),
        goal_scale=_scale(examples.goal_scaling),
        classes=recipe.classes,
        sides=recipe.classes is not None and not recipe.loss.tells_classes,
        openings=() if source is None else source.opened,
        fills=() if source is None else source.fills,
        unknown="refuse" if source is None else source.unknown,
        table=source is not None,
        one_input=not recipe.has_inputs_axis,
        one_output=not recipe.has_outputs_axis,
        made_by=f"nodescope {__version__}, from a run of {run.steps:,} steps",
    )


def written_out(run: Run, form: str) -> Fitted:
    """The same, for a file whose numbers are text.

    Raises
    ------
    InputError
        It has more weights than such a file is given.
    """
    model = fitted(run)
    if model.weights > MOST_WRITTEN:
        raise InputError(
            f"{model.weights:,} weights are more than the {MOST_WRITTEN:,} that a file of {form} is given: export .onnx or .npz"
        )
    return model


def _rows(weight: Floats, bias: Floats | None) -> tuple[tuple[float, ...], ...]:
    block = weight if bias is None else np.column_stack([weight, bias])
    return tuple(tuple(row) for row in block.tolist())


def _scale(scaling: Scaling | None) -> Scale | None:
    return None if scaling is None else Scale(tuple(scaling.centre.tolist()), tuple(scaling.unit.tolist()))
