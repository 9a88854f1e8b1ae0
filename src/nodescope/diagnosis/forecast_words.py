"""A forecast in words."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodescope.diagnosis.forecast import Forecast

HOPELESS = 1e12
"""Condition from which on no number of steps that anybody could make solves the weakest direction."""


def sentence(foretold: "Forecast") -> str:
    """What will happen, in a sentence or two that a learner understands."""
    parts = [_regime(foretold), _limit(foretold), _end(foretold)]
    return " ".join(part for part in parts if part)


def _regime(foretold: "Forecast") -> str:
    factor, per = foretold.factor, foretold.per
    times = "" if factor is None else _times(factor)
    if foretold.regime == "frozen":
        return "Frozen: alpha is 0." if foretold.system.can_move else "Frozen: no weight that may move has an input other than 0."
    if foretold.regime == "creeps" and factor is None:
        return "Creeps: every single step shrinks the error of its own example."
    return {
        "creeps": f"Creeps: each {per} leaves {times} of the missing error.",
        "one step": f"One {per} and it is there: nothing is left of the missing error.",
        "swings": f"Swings: each {per} turns the missing error round and leaves {times} of it.",
        "runs away": f"Runs away: each {per} multiplies the missing error by {times}."
        if times
        else "Runs away: it grows whatever the order.",
    }.get(foretold.regime, f"Unknown: {foretold.regime_reason}.")


def _times(factor: float) -> str:
    """A factor, as 1 − something where it is so near 1 that the digits would not show it."""
    size = abs(factor)
    if 0 < abs(1 - size) < 1e-4:
        return f"{'−' if factor < 0 else ''}(1 {'−' if size < 1 else '+'} {abs(1 - size):.3g})"
    return f"{factor:.6g}"


def _limit(foretold: "Forecast") -> str:
    if foretold.limit is None or not math.isfinite(foretold.limit):
        return ""
    bounds = foretold.limit_bounds
    if bounds is not None and bounds[0] != bounds[1]:
        return f"Stable for certain up to alpha {bounds[0]:.6g}" + (
            f", for certain not above {bounds[1]:.6g}." if math.isfinite(bounds[1]) else "."
        )
    islands = "".join(f", and again from {low:.6g} to {high:.6g}" for low, high in foretold.islands[:3])
    return f"Stable up to alpha {foretold.limit:.6g}{islands}."


def _end(foretold: "Forecast") -> str:
    if foretold.recipe.n > 1:
        return _end_of_several(foretold)
    if foretold.final_weight is not None and foretold.settles_at is not None:
        if foretold.settles_at == 0:
            return "It is settled from the start: no step moves a weight."
        about = "" if foretold.settles_exactly else "about "
        return f"It will settle after {about}{_count(foretold.settles_at)} at {_weights(foretold)}."
    reason = foretold.final_weight_reason
    return "" if not reason or foretold.regime == "unknown" else f"{reason[0].upper()}{reason[1:]}."


def _end_of_several(foretold: "Forecast") -> str:
    if not foretold.is_linear or not foretold.system.can_move:
        return ""
    if foretold.condition > HOPELESS:
        weakest = float(foretold.system.bowl.spectrum.eigenvalues[-1])
        return (
            f"Hopeless for gradient descent: the inputs' condition is {foretold.condition:.3g}, so at the best alpha the weakest "
            f"direction takes about {1 / (foretold.best_alpha * weakest):.3g} steps to fall to a third."
        )
    least = f"No weights can beat an mse of {foretold.least_mse:.6g}."
    if foretold.cycle_mse is not None:
        where = "One at a time" if foretold.recipe.batch_size == 1 else f"{foretold.recipe.batch_size:,} at a time"
        return f"{where} it ends in a cycle around an mse of {foretold.cycle_mse:.6g}; the least is {foretold.least_mse:.6g}."
    return least


def _weights(foretold: "Forecast") -> str:
    weight = foretold.final_weight
    if isinstance(weight, float):
        return repr(weight)
    flat = weight.ravel().tolist()
    shown = ", ".join(repr(value) for value in flat[:4])
    return f"[{shown}{f', … {len(flat) - 4:,} more' if len(flat) > 4 else ''}]"


def _count(steps: int) -> str:
    return f"{steps:,} step{'' if steps == 1 else 's'}"
