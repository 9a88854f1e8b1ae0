"""Penalties: what large weights cost beside the error, and the part of it that is added to each weighted delta.

A step makes the loss + ½ · l2 · Σ weight² + l1 · Σ |weight| smaller, the loss being the one of the step's examples (½ error² unless
another is chosen), averaged or summed as `reduction` says; the penalty is added once a step either way. Each weight's weighted
delta is therefore joined by

    penalty delta = l2 × weight + l1 × sign(weight)        (the sign of 0 is 0)

before the rule is asked (Hoerl, Kennard 1970; Tibshirani 1996). Biases are left alone unless asked for. The same as PyTorch's
`SGD(weight_decay=l2)`; of scikit-learn's `SGDRegressor` l2 is its `alpha`, of `Ridge` its `alpha` ÷ n, of `MLPRegressor` its
`alpha` ÷ the examples of a step. The decay of AdamW is another thing: it goes past the rule.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import near, number, shown, yes_or_no
from nodescope.errors import InputError

Floats = NDArray[np.float64]
_WORDS = 'a number, which is l2, or {"l2": 0.01, "l1": 0.001}'


@dataclass(frozen=True)
class Penalty:
    """What large weights cost.

    Attributes
    ----------
    l2 : float
        ½ · l2 · weight² is added for each weight.
    l1 : float
        l1 · |weight| is.
    bias : bool
        Whether biases cost as well.
    """

    l2: float = 0.0
    l1: float = 0.0
    bias: bool = False

    def __bool__(self) -> bool:
        return self.l2 != 0.0 or self.l1 != 0.0

    def slope(self, weight: float) -> float:
        """The penalty delta of a weight."""
        return self.l2 * weight + self.l1 * (1.0 if weight > 0.0 else -1.0 if weight < 0.0 else 0.0)

    def slopes(self, weights: Floats) -> Floats:
        """`slope`, of many."""
        signs = np.where(weights > 0.0, 1.0, np.where(weights < 0.0, -1.0, 0.0))
        with np.errstate(all="ignore"):
            return np.asarray(self.l2 * weights + self.l1 * signs)

    def of(self, weights: Floats) -> float:
        """What these weights cost, all of which count."""
        total = 0.0
        for size in np.abs(weights).ravel().tolist():
            total = total + (0.5 * self.l2 * size * size + self.l1 * size)
        return total

    def told(self) -> dict[str, Any] | None:
        """As `penalty=` takes it; None where there is none."""
        parts = {name: value for name, value in (("l2", self.l2), ("l1", self.l1)) if value}
        return {**parts, **({"bias": True} if self.bias else {})} if parts else None


def as_penalty(value: object) -> Penalty:
    """A penalty from a number (l2), from a mapping with `l2`, `l1` and `bias`, from "l2=0.01, l1=0.001", or from itself.

    Raises
    ------
    InputError
        No such part, or a number below 0.
    """
    if isinstance(value, Penalty):
        return value
    given = _from_text(value) if isinstance(value, str) else value
    parts: dict[str, Any] = {} if given is None else dict(given) if isinstance(given, Mapping) else {"l2": given}
    known = ("l2", "l1", "bias")
    for name in parts:
        if name not in known:
            raise InputError(f"penalty has no {shown(name)}{near(name, known)}; it is {_WORDS}")
    costs = {name: number(f"{name} of penalty", parts.get(name, 0.0), least=0.0, words=_WORDS) for name in ("l2", "l1")}
    penalty = Penalty(**costs, bias=yes_or_no("bias of penalty", parts.get("bias", False)))
    return penalty if penalty else Penalty()


def _from_text(text: str) -> Any:
    """The parts that a shell's text names: "0.01" is l2, "l1=0.1, bias" is l1 with biases."""
    if re.fullmatch(r"\s*[-+.\d][-+.\deE]*\s*", text):
        return _read(text)
    pairs = [part.partition("=")[::2] for part in text.split(",")]
    return {name.strip(): _read(value) if value.strip() else True for name, value in pairs}


def _read(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text.strip()
