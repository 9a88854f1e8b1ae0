"""From the shapes that a person gives (scalar, list, table of numbers) to the canonical ones inside, and back.

n examples, d inputs, k outputs. Inside: input (n, d), goal (n, k), weights (k, d).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import as_floats as as_floats
from nodescope.arithmetic.checks import refuse_not_finite as refuse_not_finite
from nodescope.arithmetic.checks import shown
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import names as table_names
else:
    table_names = Later("nodescope.data.names")

Floats = NDArray[np.float64]
Array = NDArray[Any]

ALLOWED = (
    "for n examples, d inputs, k outputs: a scalar weight takes input scalar or (n,), weight (d,) or weight (k, d) takes input "
    "(d,) or (n, d); goal has n where input has it and k where weight has it"
)

CHECK_AT_ONCE = 2**20
"""Arrays up to this many numbers are looked through for NaN and infinity before a run; larger ones only if a step is not finite."""


@dataclass(frozen=True)
class Axes:
    """How a person wrote the numbers: which axes the arrays have, and whether the weights are a node's or layers of them."""

    examples: bool
    inputs: bool
    outputs: bool
    layers: bool = False

    def as_given(self, x: Floats, goal: Floats) -> tuple[Floats, Floats]:
        """Input (n, d) and goal (n, k) in the person's shapes."""
        n = [len(x)] if self.examples else []
        d = [x.shape[1]] if self.inputs else []
        k = [goal.shape[1]] if self.outputs else []
        return x.reshape(n + d), goal.reshape(n + k)

    def weights_as_given(self, block: Array) -> Array:
        """One layer's weights (or what belongs to them), (…, k, d), in the person's shape."""
        k, d = block.shape[-2:]
        return block.reshape((*block.shape[:-2], *([k] if self.outputs else []), *([d] if self.inputs else [])))

    def weight_as_given(self, block: Floats) -> Any:
        """One layer's weights (k, d) in the person's shape: a float where there is no axis at all."""
        weights = self.weights_as_given(block)
        return weights if weights.ndim else float(weights)

    def of_outputs(self, column: Array) -> Any:
        """One layer's biases (k,), in the person's shape: a float where there is no axis of outputs."""
        return column if self.outputs else float(column[0])


def fit(weight: Floats | None, given_input: Floats, goal: Floats) -> tuple[Axes, Floats, Floats, Floats]:
    """Find out which of the allowed shapes these are.

    Returns
    -------
    axes, weight in the person's shape (zeros where None), input (n, d), goal (n, k)

    Raises
    ------
    InputError
        None of the allowed shapes; both the shapes seen and the shapes allowed are in the message.
    """
    seen_weight = "not given" if weight is None else shape_text(weight.shape)
    shape = _inferred_weight_shape(given_input.shape, goal.shape) if weight is None else weight.shape
    axes = _axes(shape, given_input.shape, goal.shape) if shape is not None else None
    if axes is None or given_input.size == 0 or goal.size == 0:
        what = "no examples" if given_input.size == 0 or goal.size == 0 else "these shapes do not fit together"
        raise InputError(
            f"{what}: weight {seen_weight}, input {shape_text(given_input.shape)}, goal {shape_text(goal.shape)}; {ALLOWED}"
        )
    start = np.zeros(shape or ()) if weight is None else weight
    d = start.shape[-1] if axes.inputs else 1
    k = start.shape[0] if axes.outputs else 1
    return axes, start, _rows_of(d, given_input), _rows_of(k, goal)


def fit_network(sizes: tuple[int, ...], given_input: Floats, goal: Floats) -> tuple[Axes, Floats, Floats]:
    """Which axes the arrays of a network have, and input (n, d) and goal (n, k).

    Raises
    ------
    InputError
        None of the allowed shapes.
    """
    d, k, x = sizes[0], sizes[-1], given_input.shape
    if d == 1 and len(x) < 2 and goal.shape in (x, (*x, k)) and x != (1,):  # one input: its axis may be left out
        x = (*x, 1)
    fits = len(x) in (1, 2) and x[-1] == d and 0 not in x
    one_goal = k == 1 and goal.shape == x[:-1]
    if not fits or not (one_goal or goal.shape == (*x[:-1], k)):
        n_goal = "(n,) or (n, 1)" if k == 1 else f"(n, {k})"
        raise InputError(
            f"these shapes do not fit together: network {'-'.join(map(str, sizes))}, input {shape_text(given_input.shape)}, goal "
            f"{shape_text(goal.shape)}; for {d} inputs and {k} outputs allowed are input (n, {d}) with goal {n_goal}, and, for one "
            f"example, input ({d},) with goal {'scalar or (1,)' if k == 1 else f'({k},)'}"
        )
    return Axes(len(x) == 2, len(given_input.shape) == len(x), not one_goal, True), _rows_of(d, given_input), _rows_of(k, goal)


def _rows_of(width: int, array: Floats) -> Floats:
    return array.reshape(array.size // width, width)


def shape_text(shape: tuple[int, ...]) -> str:
    if len(shape) > 5:
        return f"{str(shape[:5])[:-1]}, … {len(shape)} axes)"
    return str(shape) if shape else "scalar"


def _inferred_weight_shape(x: tuple[int, ...], goal: tuple[int, ...]) -> tuple[int, ...] | None:
    if len(x) == 0:
        return ()
    if len(x) == 1:
        return () if goal == x else (x[0],) if goal == () else (goal[0], x[0]) if len(goal) == 1 else None
    if len(x) == 2:
        return (x[1],) if len(goal) == 1 else (goal[1], x[1]) if len(goal) == 2 else None
    return None


def _axes(weight: tuple[int, ...], x: tuple[int, ...], goal: tuple[int, ...]) -> Axes | None:
    if weight == ():
        return Axes(len(x) == 1, False, False) if len(x) <= 1 and goal == x else None
    if len(weight) > 2 or len(x) not in (1, 2) or x[-1] != weight[-1] or 0 in weight:
        return None
    if goal != x[:-1] + weight[:-1]:
        return None
    return Axes(len(x) == 2, True, len(weight) == 2)


def names_of(inputs: object, d: int) -> tuple[str, ...] | None:
    """What the d inputs of plain arrays are called; None where they have numbers only.

    Raises
    ------
    InputError
        There is not a name for each, or two are alike.
    """
    if inputs is None:
        return None
    remedy = f"beside input= give a list of names, one for each of its {d} inputs"
    names = [inputs] if isinstance(inputs, str) else table_names.listed("inputs", inputs, remedy)
    if not all(isinstance(name, str) and name for name in names):
        raise InputError(f"inputs is {shown(inputs)}; {remedy}")
    if len(names) != d:
        given = f"{len(names)} name{'s' * (len(names) != 1)}"
        raise InputError(f"inputs has {given} for {d} input{'s' * (d != 1)}; give each input one")
    if len(set(names)) < d:
        raise InputError(f"inputs names an input twice; give each of the {d} inputs a name of its own")
    return tuple(map(str, names))
