"""An alpha for every step: a list of values, a named schedule, or a Python function of the step, kept as the values it gave."""

import copy
import math
import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import listed, near, number, shown, whole
from nodescope.errors import InputError


class NoAlpha(InputError):
    """A step has no alpha."""


class Schedule:
    """Alpha of step 0, 1, 2, …; a function is asked once for each step, when the run gets there.

    Parameters
    ----------
    alpha : sequence of numbers, or function of the step
    """

    def __init__(self, alpha: object) -> None:
        self._function: Callable[[int], object] | None = alpha if callable(alpha) else None
        if isinstance(alpha, Plateau):
            self._function = copy.copy(alpha)  # what it has seen is this run's own
        self._asking = threading.RLock()
        self.values = np.empty(0) if callable(alpha) else _checked(alpha)
        if self._function is None and not self.values.size:
            raise InputError("alpha is an empty list; give a value for each step")

    def __getstate__(self) -> dict[str, object]:
        """The values it gave; a function cannot be kept."""
        return {"values": self.values}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A list of these values."""
        self._function, self._asking, self.values = None, threading.RLock(), state["values"]

    @property
    def length(self) -> int | None:
        """Steps that there is an alpha for; None where a function gives any."""
        return None if self._function else len(self.values)

    def at(self, step: int) -> float:
        return float(self.until(step + 1)[step])

    def until(self, steps: int) -> NDArray[np.float64]:
        """Values of at least the first `steps` steps. Raises NoAlpha where one of them has none; those before it are kept."""
        with self._asking:
            have = len(self.values)
            if steps > have:
                if self._function is None:
                    raise NoAlpha(f"alpha gives {have} values; there is none for step {steps - 1}")
                more: list[float] = []
                try:
                    for t in range(have, steps):
                        more.append(_asked(self._function, t))
                finally:
                    self.values = np.concatenate([self.values, more])
            return self.values

    def reach(self, step: int, steps: int) -> tuple[int, NDArray[np.float64]]:
        """How many of the `steps` steps from `step` on have an alpha, and all values. Raises NoAlpha where not even `step` has."""
        try:
            values = self.until(step + steps)
        except NoAlpha:
            values = self.values
            if len(values) <= step:
                raise
        return min(steps, len(values) - step), values

    @property
    def follows_the_error(self) -> bool:
        """Whether alpha depends on how the error goes on."""
        return isinstance(self._function, Plateau)

    def note(self, error: float) -> None:
        """What the error is after an epoch; of no interest but to a plateau's alpha."""
        if isinstance(self._function, Plateau):
            self._function.note(error)

    def refuse_too_short(self, steps: int) -> None:
        """Raise InputError where it can be known before a run that one of its steps has no alpha."""
        if self.length is not None and steps > self.length:
            raise InputError(f"alpha gives {self.length} values, but {steps} steps are asked for; give a value for each step")
        if isinstance(self._function, _Named) and (end := self._function.end_within(steps)) < steps:
            raise InputError(
                f"alpha of step {end} of schedule {self._function.name!r} is too large for a double: "
                f"ask for at most {end} steps, or give a smaller factor"
            )


def _checked(alpha: object) -> NDArray[np.float64]:
    return np.array([_one(t, value) for t, value in enumerate(listed("alpha", alpha, "a value for each step"))], dtype=np.float64)


def _asked(function: Callable[[int], object], step: int) -> float:
    try:
        value = function(step)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise NoAlpha(f"alpha of step {step}: the function raised {reason}; it must give a finite number") from error
    return _one(step, value)


def _one(step: int, value: object) -> float:
    try:
        return number(f"alpha of step {step}", value, words="a finite number")
    except InputError as error:
        raise NoAlpha(str(error)) from None


def as_schedule(alpha: object) -> Schedule | None:
    """The schedule that an alpha is: a list, a function of the step, a named one as a mapping; None where it is none of these."""
    if isinstance(alpha, Mapping):
        settings = {str(key): value for key, value in alpha.items()}
        return Schedule(schedule(settings.pop("name", None), **settings))
    is_list = isinstance(alpha, Sequence) and not isinstance(alpha, (str, bytes, bytearray))
    return Schedule(alpha) if is_list or callable(alpha) or (isinstance(alpha, np.ndarray) and alpha.ndim) else None


# name: (settings with their defaults, None where one has to be given; alpha of step t)
_NAMED: dict[str, tuple[dict[str, float | None], Callable[..., float]]] = {
    "constant": ({"start": None}, lambda _t, start: start),
    "steps": ({"start": None, "factor": 0.1, "every": None}, lambda t, start, factor, every: start * factor ** (t // every)),
    "1/t": ({"start": None, "decay": None}, lambda t, start, decay: start / (1.0 + decay * t)),
    "exponential": ({"start": None, "factor": None}, lambda t, start, factor: start * factor**t),
    "cosine": (
        {"start": None, "steps": None, "end": 0.0},
        lambda t, start, steps, end: end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * min(t, steps) / steps)),
    ),
    "warm-up": ({"start": None, "steps": None}, lambda t, start, steps: start * min(1.0, (t + 1) / steps)),
    "invscaling": ({"start": None, "power": 0.5}, lambda t, start, power: start / (t + 1.0) ** power),
    "plateau": ({"start": None, "factor": 0.1, "patience": 10, "change": 1e-4, "least": 0.0}, lambda _t, start, **_: start),
}


def schedule(name: object, *, warm_up: int = 0, **settings: float) -> Callable[[int], float]:
    """A named schedule for alpha, as a function of the step, counted from 0.

    =========== ==================================== ===================================================================
    name        settings                             alpha of step t
    =========== ==================================== ===================================================================
    constant    start                                start
    steps       start, factor (0.1), every           start × factor^⌊t / every⌋
    1/t         start, decay (at least 0)            start / (1 + decay × t) (Robbins, Monro 1951)
    exponential start, factor                        start × factor^t
    cosine      start, steps, end (0)                end + (start − end) × ½ (1 + cos(π t / steps)) (Loshchilov, Hutter 2017)
    warm-up     start, steps                         start × (t + 1) / steps, from step steps − 1 on start
    invscaling  start, power (0.5)                   start / (t + 1)^power
    plateau     start, factor (0.1), patience (10),  start; × factor each time that more than `patience` epochs one after another
                change (1e-4), least (0)             have not brought the error below (1 − change) × the lowest; at least `least`
    =========== ==================================== ===================================================================

    The error of a plateau is that of the rows kept unseen where there are any, else what the steps make smaller over all
    examples, as `tolerance` looks at it (PyTorch: `ReduceLROnPlateau`). A recipe keeps the values that it gave, so that a replay
    never asks it again.

    Parameters
    ----------
    name : str
        One of the table's.
    warm_up : int
        Before any of them: that many steps of rising evenly to its first value.
    **settings : float
        As in the table.

    Returns
    -------
    function
        From a step to its alpha, for `alpha=` of `descend`.

    Raises
    ------
    InputError
        No such schedule or setting, a setting that is missing or not a finite number, steps or every below 1.

    Examples
    --------
    >>> halving = schedule("steps", start=0.8, factor=0.5, every=10)
    >>> halving(0), halving(10), halving(29)
    (0.8, 0.4, 0.2)
    """
    key = name.lower().replace("_", "-").replace("warmup", "warm-up") if isinstance(name, str) else ""
    if key not in _NAMED:
        raise InputError(f"schedule is {shown(name)}; the schedules are {', '.join(_NAMED)}{near(key, _NAMED)}")
    defaults = _NAMED[key][0]
    allowed = f"it has {', '.join(defaults)} and warm_up"
    for setting in settings:
        if setting not in defaults:
            raise InputError(f"schedule {key!r} has no setting {setting!r}; {allowed}{near(setting, defaults)}")
    filled: dict[str, float] = {}
    for setting, default in defaults.items():
        value = settings.get(setting, default)
        if value is None:
            raise InputError(f"schedule {key!r} needs {setting}; {allowed}")
        filled[setting] = _setting(key, setting, value)
    warm_up = whole(f"warm_up of schedule {key!r}", warm_up)
    return Plateau(warm_up, **filled) if key == "plateau" else _Named(key, filled, warm_up)


def _setting(key: str, setting: str, value: object) -> float:
    what = f"{setting} of schedule {key!r}"
    if setting in ("steps", "every"):
        return whole(what, value, least=1)
    if key == "plateau" and setting != "start":
        if setting == "patience":
            return whole(what, value)
        return number(what, value, least=0.0, below=math.inf if setting == "least" else 1.0)
    return number(what, value, least=0.0 if setting == "decay" else -math.inf)


@dataclass(frozen=True)
class _Named:
    """A named schedule: called with a step it gives its alpha, infinite where that is too large for a double."""

    name: str
    settings: dict[str, float]
    warm_up: int

    def __call__(self, t: int) -> float:
        value_at, t = _NAMED[self.name][1], whole("step", t)
        try:
            if t < self.warm_up:
                return float(value_at(0, **self.settings)) * (t + 1) / self.warm_up
            return float(value_at(t - self.warm_up, **self.settings))
        except OverflowError:
            return math.inf

    def end_within(self, steps: int) -> int:
        """The first of so many steps whose alpha is not finite; once it is not, it stays so."""
        return bisect_left(range(steps), True, key=lambda t: not math.isfinite(self(t)))


class Plateau:
    """Alpha that falls where the error stands: called with a step it gives what alpha is now, in the epoch of that step.

    Examples
    --------
    >>> alpha = Plateau(0, start=0.5, factor=0.5, patience=1, change=0.0, least=0.2)
    >>> for error in (1.0, 0.9, 0.9, 0.9):
    ...     alpha.note(error)
    >>> alpha(99)
    0.25
    """

    def __init__(self, warm_up: int, *, start: float, factor: float, patience: float, change: float, least: float) -> None:
        self.warm_up, self.alpha, self.factor, self.patience, self.change, self.least = (
            warm_up, start, factor, patience, change, least
        )  # fmt: skip
        self.lowest, self.waited = math.inf, 0

    def __call__(self, t: int) -> float:
        return self.alpha * min(1.0, (whole("step", t) + 1) / self.warm_up) if self.warm_up else self.alpha

    def note(self, error: float) -> None:
        """An epoch has ended with this error."""
        if error < self.lowest * (1.0 - self.change) or (math.isinf(self.lowest) and math.isfinite(error)):
            self.lowest, self.waited = error, 0
            return
        self.waited += 1
        if self.waited > self.patience:
            self.alpha, self.waited = max(self.alpha * self.factor, self.least), 0
