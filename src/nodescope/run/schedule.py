"""An alpha for every step: a list of values, a named schedule, or a Python function of the step, kept as the values it gave."""

import math
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import InputError


class Schedule:
    """Alpha of step 0, 1, 2, …; a function is asked once for each step, when the run gets there.

    Parameters
    ----------
    alpha : sequence of numbers, or function of the step
    """

    def __init__(self, alpha: object) -> None:
        self._function: Callable[[int], float] | None = alpha if callable(alpha) else None
        self.values = np.empty(0) if callable(alpha) else _checked(alpha)
        if self._function is None and not self.values.size:
            raise InputError("alpha is an empty list; give a value for each step")

    def __getstate__(self) -> dict[str, object]:
        """The values it gave; a function cannot be kept."""
        return {"_function": None, "values": self.values}

    @property
    def length(self) -> int | None:
        """Steps that there is an alpha for; None where a function gives any."""
        return None if self._function else len(self.values)

    def at(self, step: int) -> float:
        return float(self.until(step + 1)[step])

    def until(self, steps: int) -> NDArray[np.float64]:
        """Values of at least the first `steps` steps."""
        have = len(self.values)
        if steps > have and self._function is None:
            raise InputError(f"alpha gives {have} values; there is none for step {steps - 1}")
        if steps > have and self._function is not None:
            more = [_one(t, self._function(t)) for t in range(have, max(steps, min(2 * have, have + 4096)))]
            self.values = np.concatenate([self.values, more])
        return self.values


def _checked(alpha: object) -> NDArray[np.float64]:
    if not isinstance(alpha, (Sequence, np.ndarray)):
        raise InputError(f"alpha is {alpha!r}; it must be a list of numbers")
    return np.array([_one(t, value) for t, value in enumerate(alpha)], dtype=np.float64)


def _one(step: int, value: object) -> float:
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not is_number or not np.isfinite(float(value)):  # type: ignore[arg-type]
        raise InputError(f"alpha of step {step} is {value!r}; it must be a finite number")
    return float(value)  # type: ignore[arg-type]


def as_schedule(alpha: object) -> Schedule | None:
    """The schedule that an alpha is: a list, a function of the step, a named one as a mapping; None where it is none of these."""
    if isinstance(alpha, Mapping):
        settings = {str(key): value for key, value in alpha.items()}
        return Schedule(schedule(settings.pop("name", None), **settings))
    if callable(alpha) or (isinstance(alpha, (Sequence, np.ndarray)) and not isinstance(alpha, str) and np.ndim(alpha) > 0):
        return Schedule(alpha)
    return None


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
}


def schedule(name: object, *, warm_up: int = 0, **settings: float) -> Callable[[int], float]:
    """A named schedule for alpha, as a function of the step t = 0, 1, …

    =========== ==================================== ===================================================================
    name        settings                             alpha of step t
    =========== ==================================== ===================================================================
    constant    start                                start
    steps       start, factor (0.1), every           start × factor^⌊t / every⌋
    1/t         start, decay                         start / (1 + decay × t) (Robbins, Monro 1951)
    exponential start, factor                        start × factor^t
    cosine      start, steps, end (0)                end + (start − end) × ½ (1 + cos(π t / steps)) (Loshchilov, Hutter 2017)
    warm-up     start, steps                         start × (t + 1) / steps, from step steps − 1 on start
    =========== ==================================== ===================================================================

    A recipe keeps the values that it gave, so that a replay never asks it again.

    Parameters
    ----------
    name : str
    warm_up : int
        Before any of them: that many steps of rising evenly to its first value.
    **settings : float
        As in the table.

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
        near = get_close_matches(key, _NAMED, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"schedule is {name!r}; the schedules are {', '.join(_NAMED)}{hint}")
    defaults, value_at = _NAMED[key]
    for setting in settings:
        if setting not in defaults:
            raise InputError(f"schedule {key!r} has no setting {setting!r}; it has {', '.join(defaults)} and warm_up")
    filled = {**defaults, **settings, "warm_up": warm_up}
    for setting, given in filled.items():
        if given is None:
            raise InputError(f"schedule {key!r} needs {setting}; it has {', '.join(defaults)} and warm_up")
        is_number = isinstance(given, (int, float, np.integer, np.floating)) and not isinstance(given, bool)
        counts = setting in ("steps", "every", "warm_up")
        if not is_number or not math.isfinite(given) or (counts and (given != int(given) or given < (setting != "warm_up"))):
            allowed = "a whole number of steps, at least 1" if counts else "a finite number"
            raise InputError(f"{setting} of schedule {key!r} is {given!r}; it must be {allowed}")
    rising = int(filled.pop("warm_up") or 0)

    def alpha(t: int) -> float:
        if t < rising:
            return float(value_at(0, **filled)) * (t + 1) / rising
        return float(value_at(t - rising, **filled))

    return alpha
