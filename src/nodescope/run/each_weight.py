"""What a person says of single weights, in any of the shapes allowed: which are frozen, and what alpha is multiplied by."""

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import as_floats, refuse_not_finite, shown
from nodescope.errors import InputError
from nodescope.run import shapes
from nodescope.run.network import Network, of_each
from nodescope.run.shapes import Floats


def frozen_in(network: Network, frozen: object, freeze_bias: bool) -> NDArray[np.bool_] | None:
    """Which weights of a network are frozen, in the order of a state; None where none is.

    Parameters
    ----------
    frozen : a list with an entry per layer: None, True or False for all its weights, or booleans in their shape; or booleans of
        all weights and biases one by one, in the order of a state
    freeze_bias : whether all biases are; of no effect on the latter
    """
    size = network.flat().size
    if isinstance(frozen, (list, tuple, np.ndarray)) and len(frozen) == size != len(network.weights):
        return mask if (mask := booleans("frozen", frozen, "", (size,)).copy()).any() else None
    if frozen is None and not freeze_bias:
        return None
    words = f"an entry for each of the network's {len(network.weights)} layers: None, True, or booleans in the shape of its weights"
    entries = of_each("frozen", frozen, (type(None),), len(network.weights), words)
    parts = []
    for l, (entry, shape) in enumerate(zip(entries, network.shapes, strict=True)):  # noqa: E741  # l for layer, as everywhere
        block = np.full((shape.outputs, shape.width), freeze_bias)
        of_layer = (shape.outputs, shape.inputs)
        block[:, : shape.inputs] = booleans(f"frozen[{l}]", False if entry is None else entry, "None, True, or ", (), of_layer)
        parts.append(block.ravel())
    whole_mask = np.concatenate(parts)
    return whole_mask if whole_mask.any() else None


def booleans(name: str, value: object, words: str, *allowed: tuple[int, ...]) -> NDArray[np.bool_]:
    """The value as booleans of one of the shapes allowed."""
    try:
        array = np.asarray(value)
        seen = f"has shape {shapes.shape_text(array.shape)} of {array.dtype}"
    except Exception:  # of any library's arrays
        array, seen = np.empty(0), f"is {shown(value)}, which is no rectangle"
    if array.dtype != bool or array.shape not in allowed:
        raise InputError(f"{name} {seen}; it must be {words}booleans in the shape of the weights, {shapes.shape_text(allowed[-1])}")
    return array


def factors_in(network: Network, factors: object, of_node: tuple[int, ...] | None) -> Floats | None:
    """What alpha is multiplied by for each weight, in the order of a state; None where that is 1 for all.

    Parameters
    ----------
    factors : a list with an entry per layer: None, a number for all its weights and biases, or numbers in the shape of its weights;
        or numbers for all weights and biases one by one, in the order of a state
    of_node : the shape of the weights where they are written as a node's; then `factors` has it, or is one number
    """
    size = network.flat().size
    if factors is None:
        return None
    if of_node is not None:
        factors = [np.broadcast_to(_numbers("alpha_factors", factors, (), of_node), of_node).reshape(network.weights[0].shape)]
    elif isinstance(factors, (list, tuple, np.ndarray)) and len(factors) == size != len(network.weights):
        return _unless_all_1(_numbers("alpha_factors", factors, (size,)).copy())
    words = "an entry for each layer: None, a number, or numbers in the shape of its weights"
    entries = of_each("alpha_factors", factors, (type(None),), len(network.weights), words)
    parts = []
    for l, (entry, shape) in enumerate(zip(entries, network.shapes, strict=True)):  # noqa: E741  # l for layer, as everywhere
        block = np.ones((shape.outputs, shape.width))
        given = _numbers(f"alpha_factors[{l}]", 1.0 if entry is None else entry, (), (shape.outputs, shape.inputs))
        if given.ndim:
            block[:, : shape.inputs] = given
        else:
            block[:] = given
        parts.append(block.ravel())
    return _unless_all_1(np.concatenate(parts))


def _unless_all_1(factors: Floats) -> Floats | None:
    return factors if (factors != 1.0).any() else None


def _numbers(name: str, value: object, *allowed: tuple[int, ...]) -> Floats:
    """The value as numbers of at least 0, in one of the shapes allowed."""
    array = as_floats(name, value)
    if array.shape not in allowed:
        shown_shapes = " or ".join("a number" if shape == () else shapes.shape_text(shape) for shape in allowed)
        raise InputError(f"{name} has shape {shapes.shape_text(array.shape)}; it must be {shown_shapes}")
    refuse_not_finite(name, array)
    if (array < 0.0).any():
        raise InputError(f"{name} has {float(array.min())!r}; what alpha is multiplied by is at least 0")
    return array
