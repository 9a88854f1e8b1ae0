"""Activation functions, each beside its slope: from the sum of a node to its prediction.

A kink has the slope of its left side: relu at 0 has slope 0, leaky relu 0.01 (PyTorch's choice too).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nodescope.arithmetic import functions
from nodescope.arithmetic.checks import near, shown
from nodescope.errors import InputError

LEAK = 0.01
"""Leaky relu has this slope below 0 (Maas, Hannun, Ng 2013; PyTorch's default)."""


@dataclass(frozen=True)
class Activation:
    """A function and its slope.

    Attributes
    ----------
    name, code : how people call it, and core.h
    at : from a sum to (value, slope)
    least, most : what its value never leaves
    source : where it comes from
    """

    name: str
    code: int
    at: Callable[[float], tuple[float, float]]
    least: float
    most: float
    source: str

    def of_layer(self, sums: Sequence[float]) -> list[tuple[float, float]]:
        """Value and slope of each node of a layer, from the sums of all."""
        return (
            [(value, 1.0) for value in functions.softmax(sums)] if self.name == SOFTMAX.name else [self.at(value) for value in sums]
        )


def _identity(x: float) -> tuple[float, float]:
    return x, 1.0


def _relu(x: float) -> tuple[float, float]:
    return (0.0 if x <= 0.0 else x), (1.0 if x > 0.0 else 0.0)


def _leaky_relu(x: float) -> tuple[float, float]:
    return (x, 1.0) if x > 0.0 else (LEAK * x, LEAK)


_INFINITE = float("inf")
ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("identity", 0, _identity, -_INFINITE, _INFINITE, "the sum itself"),
        Activation("relu", 1, _relu, 0.0, _INFINITE, "max(0, x): Nair, Hinton 2010"),
        Activation("leaky relu", 2, _leaky_relu, -_INFINITE, _INFINITE, "x, below 0 0.01 x: Maas, Hannun, Ng 2013"),
        Activation("tanh", 3, functions.tanh, -1.0, 1.0, "(exp(2x) − 1) / (exp(2x) + 1)"),
        Activation("sigmoid", 4, functions.sigmoid, 0.0, 1.0, "1 / (1 + exp(−x))"),
        Activation("softplus", 5, functions.softplus, 0.0, _INFINITE, "ln(1 + exp(x)): Dugas et al. 2001"),
        Activation("gelu", 6, functions.gelu, -0.17, _INFINITE, "x Φ(x), exactly: Hendrycks, Gimpel 2016"),
    )
}


def _alone(x: float) -> tuple[float, float]:
    (value,) = functions.softmax([x])
    return value, 1.0


SOFTMAX = Activation("softmax", 7, _alone, 0.0, 1.0, "exp(x) ÷ the sum of exp over the layer's nodes: Bridle 1990")
"""It looks at all sums of its layer, so it stands beside the others: only outputs under cross-entropy have it."""


def _step(x: float) -> tuple[float, float]:
    return (1.0 if x > 0.0 else 0.0 if x <= 0.0 else x), 0.0


STEP = Activation("step", 8, _step, 0.0, 1.0, "1 above 0, else 0: Rosenblatt 1958")
"""It has no slope to go down, so it stands beside the others: only the output of a perceptron has it."""


def as_activation(value: object) -> Activation:
    """An activation from its name ("leaky_relu" and "leaky-relu" are "leaky relu"), or from itself.

    Raises
    ------
    InputError
        No such activation; the nearest name is offered.
    """
    if isinstance(value, Activation):
        return value
    name = value.lower().replace("_", " ").replace("-", " ") if isinstance(value, str) else ""
    if name in (SOFTMAX.name, STEP.name):
        return SOFTMAX if name == SOFTMAX.name else STEP
    if name not in ACTIVATIONS:
        raise InputError(f"activation is {shown(value)}; the activations are {', '.join(ACTIVATIONS)}{near(name, ACTIVATIONS)}")
    return ACTIVATIONS[name]
