"""From weighted delta to alpha delta: what each rule subtracts from a weight, and what it remembers for the next step.

Each rule is a value: its name, its settings, and the arithmetic of one weight in plain Python floats. Its memory is
a list of one float per memory; its clocks (Adam's powers of beta) are shared by all weights. The same formulas,
in the same order of operations, stand in core.c.

`g` is the weighted delta: *half* the derivative of the squared error. A library that differentiates the mean
squared error of one output itself sees 2 g, and takes the same plain step at half the alpha.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import ClassVar

from nodescope.errors import InputError


def _square_root(x: float) -> float:
    return math.sqrt(x) if x >= 0.0 else math.nan


def _ratio(a: float, b: float) -> float:
    """Divide as IEEE 754 does, where Python would raise."""
    if b != 0.0 or math.isnan(a):
        return a / b
    return math.nan if a == 0.0 else math.copysign(math.inf, a) * math.copysign(1.0, b)


@dataclass(frozen=True)
class Rule:
    """The plain rule: alpha delta = alpha × weighted delta (stochastic gradient descent: Robbins, Monro 1951)."""

    name: ClassVar[str] = "plain"
    code: ClassVar[int] = 0
    memories: ClassVar[tuple[str, ...]] = ()
    """Names of the numbers kept for each weight."""
    clocks: ClassVar[int] = 0

    def tick(self, clocks: list[float]) -> list[float]:
        """Clocks of this step from those of the one before."""
        return clocks

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float]) -> tuple[float, list[float]]:
        """What is subtracted for weighted delta g, and the memory after it."""
        return alpha * g, memory

    def settings(self) -> dict[str, float]:
        """Settings by name, in the order that the C core takes them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def first_memory(self) -> list[float]:
        """Memory of a weight before the first step."""
        return [0.0] * len(self.memories)


@dataclass(frozen=True)
class Momentum(Rule):
    """velocity = momentum × velocity + g; alpha delta = alpha × velocity (Polyak 1964; PyTorch's `SGD(momentum=…)`)."""

    name: ClassVar[str] = "momentum"
    code: ClassVar[int] = 1
    memories: ClassVar[tuple[str, ...]] = ("velocity",)
    momentum: float = 0.9

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float]) -> tuple[float, list[float]]:
        velocity = self.momentum * memory[0] + g
        return alpha * velocity, [velocity]


@dataclass(frozen=True)
class Nesterov(Rule):
    """velocity as for momentum; alpha delta = alpha × (g + momentum × velocity) (Sutskever et al. 2013)."""

    name: ClassVar[str] = "nesterov"
    code: ClassVar[int] = 2
    memories: ClassVar[tuple[str, ...]] = ("velocity",)
    momentum: float = 0.9

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float]) -> tuple[float, list[float]]:
        velocity = self.momentum * memory[0] + g
        return alpha * (g + self.momentum * velocity), [velocity]


@dataclass(frozen=True)
class AdaGrad(Rule):
    """square sum += g × g; alpha delta = alpha × g ÷ (√square sum + epsilon) (Duchi, Hazan, Singer 2011)."""

    name: ClassVar[str] = "adagrad"
    code: ClassVar[int] = 3
    memories: ClassVar[tuple[str, ...]] = ("square_sum",)
    epsilon: float = 1e-10
    initial: float = 0.0

    def first_memory(self) -> list[float]:
        return [self.initial]

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float]) -> tuple[float, list[float]]:
        square_sum = memory[0] + g * g
        return _ratio(alpha * g, _square_root(square_sum) + self.epsilon), [square_sum]


@dataclass(frozen=True)
class RMSProp(Rule):
    """mean square = decay × mean square + (1 − decay) × g × g; alpha delta = alpha × g ÷ (√mean square + epsilon).

    Tieleman, Hinton 2012, "Neural networks for machine learning", lecture 6.5.
    """

    name: ClassVar[str] = "rmsprop"
    code: ClassVar[int] = 4
    memories: ClassVar[tuple[str, ...]] = ("mean_square",)
    decay: float = 0.99
    epsilon: float = 1e-8

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float]) -> tuple[float, list[float]]:
        mean_square = self.decay * memory[0] + (1.0 - self.decay) * (g * g)
        return _ratio(alpha * g, _square_root(mean_square) + self.epsilon), [mean_square]


@dataclass(frozen=True)
class Adam(Rule):
    """Bias-corrected mean and mean square of g (Kingma, Ba 2015, algorithm 1).

    The powers beta1^t and beta2^t are running products, so that a step needs no power function.
    """

    name: ClassVar[str] = "adam"
    code: ClassVar[int] = 5
    memories: ClassVar[tuple[str, ...]] = ("mean", "mean_square")
    clocks: ClassVar[int] = 2
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def tick(self, clocks: list[float]) -> list[float]:
        return [clocks[0] * self.beta1, clocks[1] * self.beta2]

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float]) -> tuple[float, list[float]]:
        mean = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        mean_square = self.beta2 * memory[1] + (1.0 - self.beta2) * (g * g)
        spread = _square_root(_ratio(mean_square, 1.0 - clocks[1])) + self.epsilon
        return _ratio(alpha * _ratio(mean, 1.0 - clocks[0]), spread), [mean, mean_square]


RULES: dict[str, type[Rule]] = {r.name: r for r in (Rule, Momentum, Nesterov, AdaGrad, RMSProp, Adam)}


def as_rule(value: object) -> Rule:
    """A rule from its name, from a mapping with `name` and settings, or from itself.

    Raises
    ------
    InputError
        No such rule or setting, or a setting out of its range.
    """
    if isinstance(value, Rule):
        return _checked(value)
    settings: dict[str, object] = {}
    if isinstance(value, Mapping):
        settings = {str(key): setting for key, setting in value.items()}
        value = settings.pop("name", None)
    if not isinstance(value, str) or value.lower() not in RULES:
        near = get_close_matches(str(value).lower(), RULES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"rule is {value!r}; the rules are {', '.join(RULES)}{hint}")
    kind = RULES[value.lower()]
    known = [f.name for f in fields(kind)]
    for name in settings:
        if name not in known:
            raise InputError(f"rule {kind.name!r} has no setting {name!r}; it has {', '.join(known) or 'none'}")
    return _checked(kind(**settings))


def _checked(rule: Rule) -> Rule:
    for name, value in rule.settings().items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"{name} of rule {rule.name!r} is {value!r}; it must be a number")
        in_range = 0.0 <= value < 1.0 if name in ("momentum", "decay", "beta1", "beta2") else 0.0 <= value < math.inf
        if not in_range:
            raise InputError(f"{name} of rule {rule.name!r} is {value!r}; it must be at least 0 and {_bound(name)}")
    return type(rule)(**{name: float(value) for name, value in rule.settings().items()})


def _bound(name: str) -> str:
    return "finite" if name in ("epsilon", "initial") else "below 1"
