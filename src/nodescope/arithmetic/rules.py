"""From weighted delta to alpha delta: what each rule subtracts from a weight, and what it remembers for the next step.

Each rule is a value: its name, its settings, and the arithmetic of one weight in plain Python floats. Its memory is
a list of one float per memory; its clocks (Adam's powers of beta) are shared by all weights. The same formulas,
in the same order of operations, stand in core.c.

`epsilon_inside` puts epsilon under the root, as Keras does for AdaGrad and RMSProp; PyTorch adds it to the root.

`g` is the weighted delta: *half* the derivative of the squared error. A library that differentiates the mean
squared error of one output itself sees 2 g, and takes the same plain step at half the alpha.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from nodescope.arithmetic.checks import near, number, shown, yes_or_no
from nodescope.errors import InputError

Pull = tuple[float, list[float]]
"""This is an alpha delta, and the memory after it."""


def _square_root(x: float) -> float:
    return math.sqrt(x) if x >= 0.0 else math.nan


def _spread(square: float, epsilon: float, inside: bool) -> float:
    """The root of a mean or sum of squares, kept away from 0."""
    return _square_root(square + epsilon) if inside else _square_root(square) + epsilon


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
    """The numbers kept for each weight have these names."""
    clocks: ClassVar[int] = 0
    rescales: ClassVar[bool] = False
    """It says whether steps are divided by what has been seen of the weighted deltas: then no curvature bounds alpha."""

    def tick(self, clocks: list[float]) -> list[float]:
        """Clocks of this step from those of the one before."""
        return clocks

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        """What is subtracted from a weight for weighted delta g, and the memory after it."""
        return alpha * g, memory

    def settings(self) -> dict[str, float]:
        """Settings by name, in the order that the C core takes them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def told(self) -> Any:
        """As `rule=` takes it: its name, with its settings where it has any."""
        return {"name": self.name, **self.settings()} if self.settings() else self.name

    def first_memory(self) -> list[float]:
        """Memory of a weight before the first step."""
        return [0.0] * len(self.memories)


@dataclass(frozen=True)
class Momentum(Rule):
    """velocity = momentum × velocity + g; alpha delta = alpha × velocity (Polyak 1964, equation 9).

    PyTorch: `SGD(momentum=…)` with dampening 0. Keras: `SGD(momentum=…)` keeps alpha × velocity in place of velocity, which is the
    same where alpha stays as it is.
    """

    name: ClassVar[str] = "momentum"
    code: ClassVar[int] = 1
    memories: ClassVar[tuple[str, ...]] = ("velocity",)
    momentum: float = 0.9

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        velocity = self.momentum * memory[0] + g
        return alpha * velocity, [velocity]


@dataclass(frozen=True)
class Nesterov(Rule):
    """velocity as for momentum; alpha delta = alpha × (g + momentum × velocity) (Sutskever et al. 2013, equations 3 and 4).

    PyTorch: `SGD(momentum=…, nesterov=True)`. Keras: `SGD(momentum=…, nesterov=True)`, where alpha stays as it is.
    """

    name: ClassVar[str] = "nesterov"
    code: ClassVar[int] = 2
    memories: ClassVar[tuple[str, ...]] = ("velocity",)
    momentum: float = 0.9

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        velocity = self.momentum * memory[0] + g
        return alpha * (g + self.momentum * velocity), [velocity]


@dataclass(frozen=True)
class AdaGrad(Rule):
    """square sum += g × g; alpha delta = alpha × g ÷ (√square sum + epsilon) (Duchi, Hazan, Singer 2011, equation 1, diagonal).

    `initial` is the square sum at the start. PyTorch: `Adagrad(eps=…, initial_accumulator_value=…)`, the same defaults. Keras:
    `Adagrad()` is initial 0.1, epsilon 1e-7, epsilon_inside True.
    """

    name: ClassVar[str] = "adagrad"
    code: ClassVar[int] = 3
    memories: ClassVar[tuple[str, ...]] = ("square_sum",)
    rescales: ClassVar[bool] = True
    epsilon: float = 1e-10
    initial: float = 0.0
    epsilon_inside: bool = False

    def first_memory(self) -> list[float]:
        return [self.initial]

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        square_sum = memory[0] + g * g
        return _ratio(alpha * g, _spread(square_sum, self.epsilon, self.epsilon_inside)), [square_sum]


@dataclass(frozen=True)
class RMSProp(Rule):
    """mean square = decay × mean square + (1 − decay) × g × g; alpha delta = alpha × g ÷ (√mean square + epsilon).

    Tieleman, Hinton 2012, "Neural networks for machine learning", lecture 6.5. `initial` is the mean square at the start. PyTorch:
    `RMSprop(alpha=decay, eps=…)`, the same defaults. Keras: `RMSprop()` is decay 0.9, epsilon 1e-7, epsilon_inside True.
    """

    name: ClassVar[str] = "rmsprop"
    code: ClassVar[int] = 4
    memories: ClassVar[tuple[str, ...]] = ("mean_square",)
    rescales: ClassVar[bool] = True
    decay: float = 0.99
    epsilon: float = 1e-8
    initial: float = 0.0
    epsilon_inside: bool = False

    def first_memory(self) -> list[float]:
        return [self.initial]

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        mean_square = self.decay * memory[0] + (1.0 - self.decay) * (g * g)
        return _ratio(alpha * g, _spread(mean_square, self.epsilon, self.epsilon_inside)), [mean_square]


@dataclass(frozen=True)
class Adam(Rule):
    """Mean and mean square of g, each divided by 1 − beta^t (Kingma, Ba 2015, algorithm 1); not so with bias_correction False.

    The powers beta1^t and beta2^t are running products, so that a step needs no power function. PyTorch: `Adam(betas=…, eps=…)`,
    the same defaults. Keras: `Adam()` adds its epsilon, 1e-7, before the division (the end of Kingma and Ba's section 2), so that
    it is epsilon ÷ √(1 − beta2^t) here: no one setting, but near enough wherever |g| is far above it.
    """

    name: ClassVar[str] = "adam"
    code: ClassVar[int] = 5
    memories: ClassVar[tuple[str, ...]] = ("mean", "mean_square")
    clocks: ClassVar[int] = 2
    rescales: ClassVar[bool] = True
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    epsilon_inside: bool = False
    bias_correction: bool = True

    def tick(self, clocks: list[float]) -> list[float]:
        return [clocks[0] * self.beta1, clocks[1] * self.beta2]

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        mean = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        mean_square = self.beta2 * memory[1] + (1.0 - self.beta2) * (g * g)
        forward, square = mean, mean_square
        if self.bias_correction:
            forward, square = _ratio(mean, 1.0 - clocks[0]), _ratio(mean_square, 1.0 - clocks[1])
        return _ratio(alpha * forward, _spread(square, self.epsilon, self.epsilon_inside)), [mean, mean_square]


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam's alpha delta + alpha × decay × weight (Loshchilov, Hutter 2019, algorithm 2, schedule multiplier in alpha).

    PyTorch: `AdamW(weight_decay=decay)`, the same defaults. Keras: `AdamW(weight_decay=decay)`, 0.004 by default, epsilon as
    for Adam.
    """

    name: ClassVar[str] = "adamw"
    code: ClassVar[int] = 6
    decay: float = 0.01

    def alpha_delta(self, g: float, alpha: float, memory: list[float], clocks: list[float], weight: float) -> Pull:
        move, remembered = super().alpha_delta(g, alpha, memory, clocks, weight)
        return move + alpha * self.decay * weight, remembered


RULES: dict[str, type[Rule]] = {r.name: r for r in (Rule, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW)}


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
        raise InputError(f"rule is {shown(value)}; the rules are {', '.join(RULES)}{near(value, RULES)}")
    kind = RULES[value.lower()]
    known = [f.name for f in fields(kind)]
    for name in settings:
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise InputError(f"rule {kind.name!r} has no setting {shown(name)}; it has {allowed}{near(name, known)}")
    return _checked(kind(**settings))


def _checked(rule: Rule) -> Rule:
    checked: dict[str, float | bool] = {}
    for name, value in rule.settings().items():
        what = f"{name} of rule {rule.name!r}"
        if isinstance(getattr(type(rule), name), bool):
            checked[name] = yes_or_no(what, value)
            continue
        below_1 = name in ("momentum", "beta1", "beta2") or (name == "decay" and rule.name != "adamw")
        checked[name] = number(what, value, least=0.0, below=1.0 if below_1 else math.inf)
    return type(rule)(**checked)
