"""Layers of nodes as a value: weights, biases and activations, given or drawn by one of the named schemes."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nodescope.arithmetic.activations import Activation, as_activation
from nodescope.arithmetic.checks import choice, listed, near, shown, whole, yes_or_no
from nodescope.arithmetic.order import uniform
from nodescope.arithmetic.problem import LayerShape
from nodescope.errors import InputError
from nodescope.run.offers import Faced
from nodescope.run.shapes import Floats, as_floats, refuse_not_finite, shape_text

BY_HAND = 16
"""Nobody adds the products of more inputs by hand."""
MOST_WEIGHTS = 2**28
"""So many weights take two gigabytes."""

# half the width of the interval that a weight is drawn from, from the number of inputs and of nodes of its layer
INITIAL: dict[str, Callable[[int, int], float]] = {
    "glorot": lambda inputs, nodes: math.sqrt(6.0 / (inputs + nodes)),
    "he": lambda inputs, _nodes: math.sqrt(6.0 / inputs),
    "lecun": lambda inputs, _nodes: math.sqrt(3.0 / inputs),
    "uniform": lambda inputs, _nodes: math.sqrt(1.0 / inputs),
    "zeros": lambda _inputs, _nodes: 0.0,
}
_FITTING = {"relu": "he", "leaky relu": "he", "softplus": "he", "gelu": "he", "identity": "lecun"}


@dataclass(frozen=True, eq=False)
class Network(Faced):
    """Layers of nodes. Made by `network`; a run starts from one and ends in another (`run.network`).

    Attributes
    ----------
    weights : tuple of (k, d) float64
        Of each layer: a row per node, a column per input.
    biases : tuple of (k,) float64 or None
        None for a layer without.
    activations : tuple of Activation

    Examples
    --------
    >>> import nodescope as ns
    >>> layers = ns.network([2, 3, 1], seed=1)
    >>> layers
    network 2-3-1, tanh, identity
    >>> [weight.shape for weight in layers.weights]
    [(3, 2), (1, 3)]
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats | None, ...]
    activations: tuple[Activation, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of inputs, then of nodes of each layer."""
        return (self.weights[0].shape[1], *(len(weight) for weight in self.weights))

    @property
    def usual_summation(self) -> str:
        """How `summation="auto"` has its nodes add: one chain of additions is what bounds a single node of many inputs."""
        return "lanes" if self.sizes[1:] == (1,) and self.sizes[0] > BY_HAND else "left-to-right"

    @property
    def shapes(self) -> tuple[LayerShape, ...]:
        """The layers as the engines take them."""
        return tuple(
            LayerShape(weight.shape[1], len(weight), bias is not None, activation)
            for weight, bias, activation in zip(self.weights, self.biases, self.activations, strict=True)
        )

    def flat(self) -> Floats:
        """All weights in the order of a state: layer by layer, node by node, the bias after the node's weights.

        Returns
        -------
        (size,) float64
            A copy.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.network(weights=[[[0.5]], [[2.0]]], activations="identity").flat()
        array([0.5, 2. ])
        """
        blocks = [w if b is None else np.column_stack([w, b]) for w, b in zip(self.weights, self.biases, strict=True)]
        return np.concatenate([block.ravel() for block in blocks])

    def with_flat(self, flat: Floats) -> "Network":
        """The same layers with other weights.

        Parameters
        ----------
        flat : (size,) float64
            In the order of `flat`.

        Returns
        -------
        Network
            Its weights are copies.

        Examples
        --------
        >>> import nodescope as ns
        >>> layers = ns.network(weights=[[[0.5]], [[2.0]]], activations="identity")
        >>> layers.with_flat(2 * layers.flat()).weights[1]
        array([[4.]])
        """
        weights, biases, at = [], [], 0
        for shape in self.shapes:
            block = flat[at : at + shape.size].reshape(shape.outputs, shape.width)
            weights.append(block[:, : shape.inputs].copy())
            biases.append(block[:, -1].copy() if shape.has_bias else None)
            at += shape.size
        return Network(tuple(weights), tuple(biases), self.activations)

    def settings(self) -> dict[str, object]:
        """Weights, biases and activations, as `network` takes them.

        Returns
        -------
        dict
            Keywords and values, in lists.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.network(weights=[[[0.5]]], activations="tanh").settings()
        {'weights': [[[0.5]]], 'biases': [False], 'activations': ['tanh']}
        """
        return {
            "weights": [weight.tolist() for weight in self.weights],
            "biases": [False if bias is None else bias.tolist() for bias in self.biases],
            "activations": [activation.name for activation in self.activations],
        }

    def __repr__(self) -> str:
        return f"network {'-'.join(map(str, self.sizes))}, {', '.join(a.name for a in self.activations)}"


def network(
    sizes: Sequence[int] | None = None,
    *,
    activation: object = None,
    output_activation: object = None,
    initial: str | None = None,
    bias: bool | None = None,
    seed: int | None = None,
    weights: Sequence[object] | None = None,
    biases: Sequence[object] | bool | None = None,
    activations: Sequence[object] | str | None = None,
) -> Network:
    """Layers of nodes, drawn by a named scheme or given.

    Parameters
    ----------
    sizes : whole numbers
        Inputs, nodes of each hidden layer, outputs: [2, 8, 8, 1].
    activation, output_activation : str, optional
        "identity", "relu", "leaky relu", "tanh", "sigmoid", "softplus" or "gelu", of the hidden layers (tanh unless given) and of
        the last (identity unless given).
    initial : str, optional
        How weights are drawn, evenly between −r and r, for d inputs and k nodes of a layer: "glorot" r = √(6/(d + k))
        (Glorot, Bengio 2010), "he" √(6/d) (He et al. 2015), "lecun" √(3/d) (LeCun et al. 1998), "uniform" √(1/d) (as PyTorch's
        `Linear`), "zeros". Unless given: "he" for layers of relu, leaky relu, softplus, gelu, "lecun" for identity, "glorot"
        for the others.
    bias : bool, optional
        Whether nodes have a bias, as they do unless it is False; it starts at 0.
    seed : int, optional
        0 unless given. The same seed gives the same bits on every machine and in every version.
    weights : list of (k, d), instead of sizes
        A row per node and a column per input.
    biases : list of (k,), optional; or one for all
        With weights. None (or False) for a layer without, True for zeros.
    activations : list of str, or one for all, optional
        With weights; identity unless given.

    Returns
    -------
    Network
        Weights, biases and activations of each layer, as given or drawn.

    Raises
    ------
    InputError
        Layers that do not chain, layers without nodes, numbers that are not finite, an unknown activation or scheme; an
        activation for hidden layers where there are none; what says how to draw weights beside weights that are given.

    Examples
    --------
    >>> network([2, 8, 1], activation="relu")
    network 2-8-1, relu, identity
    >>> network(weights=[[[0.5]], [[2.0]]], activations="identity").sizes
    (1, 1, 1)
    """
    if (sizes is None) == (weights is None):
        raise InputError("give either sizes, such as [2, 8, 1], or weights=[…], a block per layer")
    drawing = {"activation": activation, "output_activation": output_activation, "initial": initial, "bias": bias, "seed": seed}
    if weights is not None:
        _refuse_drawing(drawing)
        return _given(weights, biases, activations)
    if biases is not None or activations is not None:
        raise InputError("biases and activations go with weights=[…]; with sizes give bias, activation and output_activation")
    checked, last = _checked_sizes(sizes), as_activation(_unless_given(output_activation, "identity"))
    _refuse_without_hidden_layers(checked, activation, last)
    hidden = as_activation(_unless_given(activation, "tanh"))
    return _drawn(checked, hidden, last, initial, _unless_given(bias, True), _unless_given(seed, 0))


def _unless_given(value: Any, usual: Any) -> Any:
    return usual if value is None else value


def _refuse_drawing(drawing: Mapping[str, object]) -> None:
    for name, value in drawing.items():
        if value is not None:
            there = {"bias": "; with weights give biases=[…]", "seed": "", "initial": ""}.get(
                name, "; with weights give activations=[…]"
            )
            raise InputError(f"{name}= goes with sizes, whose weights are drawn, and weights=[…] are given: leave it out{there}")


def _refuse_without_hidden_layers(sizes: list[int], activation: object, last: Activation) -> None:
    """An activation that no layer would have is not dropped in silence."""
    if activation is not None and len(sizes) == 2 and (asked := as_activation(activation)) != last:
        raise InputError(
            f"activation={asked.name!r} is for hidden layers, and sizes {sizes} have none: "
            f"output_activation={asked.name!r} bends the last layer, [{sizes[0]}, 8, {sizes[1]}] has a hidden one"
        )


def as_network(value: object) -> Network:
    """A network from itself, from a mapping of `network`'s keywords, or from a list of sizes."""
    if isinstance(value, Network):
        return value
    if isinstance(value, Mapping):
        allowed = ("sizes", "activation", "output_activation", "initial", "bias", "seed", "weights", "biases", "activations")
        for key in value:
            if key not in allowed:
                raise InputError(f"network has no {shown(key)}{near(key, allowed)}; it has {', '.join(allowed)}")
        return network(**value)
    return network(listed("network", value, "[inputs, (hidden nodes, …) outputs]; or make it with ns.network"))


def _checked_sizes(sizes: Any) -> list[int]:
    if len(listed("sizes", sizes, "inputs, (hidden nodes, …) outputs")) < 2:
        raise InputError(f"sizes is {shown(sizes)}; it must be a list of at least two: inputs, (hidden nodes, …) outputs")
    checked = []
    for l, size in enumerate(sizes):  # noqa: E741  # l for layer, as everywhere
        checked.append(whole(f"the number of {f'nodes of layer {l - 1}' if l else 'inputs'}", size, least=1))
    if sum((a + 1) * b for a, b in pairwise(checked)) > MOST_WEIGHTS:
        raise InputError(f"sizes {shown(checked)} have more than {MOST_WEIGHTS:,} weights; take fewer nodes")
    return checked


def _drawn(sizes: list[int], activation: Activation, last: Activation, initial: str | None, bias: bool, seed: int) -> Network:
    scheme = None if initial is None else choice("initial", initial, *INITIAL)
    has_bias, seed = yes_or_no("bias", bias), whole("seed", seed, most=2**64 - 1)
    chosen = [activation] * (len(sizes) - 2) + [last]
    weights, at = [], 0
    for inputs, nodes, function in zip(sizes, sizes[1:], chosen, strict=False):
        half = INITIAL[scheme or _FITTING.get(function.name, "glorot")](inputs, nodes)
        weights.append(
            (half * (2.0 * uniform(seed, at, inputs * nodes) - 1.0)).reshape(nodes, inputs) if half else np.zeros((nodes, inputs))
        )
        at += inputs * nodes
    biases = tuple(np.zeros(nodes) if has_bias else None for nodes in sizes[1:])
    return Network(tuple(weights), biases, tuple(chosen))


def _given(weights: object, biases: object, activations: object) -> Network:
    weights = listed("weights", weights, "a (nodes, inputs) block per layer")
    if len(weights) == 0:
        raise InputError("weights is empty; give a (nodes, inputs) block per layer")
    blocks = [as_floats(f"weights[{l}]", block) for l, block in enumerate(weights)]  # noqa: E741
    for l, block in enumerate(blocks):  # noqa: E741
        if block.ndim != 2 or 0 in block.shape:
            raise InputError(
                f"weights[{l}] has shape {shape_text(block.shape)}; it must be (nodes, inputs), at least one of "
                "each: a row per node"
            )
        if l and block.shape[1] != len(blocks[l - 1]):
            raise InputError(
                f"layers do not chain: layer {l - 1} has {len(blocks[l - 1])} nodes, but weights[{l}] has "
                f"{block.shape[1]} columns; "
                "a column per node of the layer before"
            )
        refuse_not_finite(f"weights[{l}]", block)
    one_for_all = (type(None), bool, np.bool_)
    starts = of_each("biases", biases, one_for_all, len(blocks), "an entry per layer, or True or False for all layers")
    functions = "identity" if activations is None else activations
    functions = of_each("activations", functions, (str, Activation), len(blocks), "a name per layer, or one name for all layers")
    return Network(
        tuple(block.copy() for block in blocks),
        tuple(_bias(l, bias, len(block)) for l, (bias, block) in enumerate(zip(starts, blocks, strict=True))),  # noqa: E741
        tuple(as_activation(function) for function in functions),
    )


def of_each(name: str, values: object, for_all: tuple[type, ...], layers: int, words: str) -> Sequence[Any]:
    """An entry per layer, from such a list or from a single value for all."""
    if isinstance(values, for_all):
        return [values] * layers
    if len(entries := listed(name, values, words)) != layers:
        raise InputError(f"{name} has {len(entries)} entries for {layers} layers; give {words}")
    return entries


def _bias(layer: int, bias: object, nodes: int) -> Floats | None:
    if bias is None or isinstance(bias, (bool, np.bool_)):
        return np.zeros(nodes) if bias else None
    start = as_floats(f"biases[{layer}]", bias)
    if start.shape != (nodes,):
        raise InputError(
            f"biases[{layer}] has shape {shape_text(start.shape)}; its layer has {nodes} nodes, so it must be ({nodes},)"
        )
    refuse_not_finite(f"biases[{layer}]", start)
    return start.copy()
