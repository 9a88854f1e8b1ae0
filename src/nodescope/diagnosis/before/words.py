"""A forecast in words: first what happens, plainly; then how far alpha may go; then where it leads."""

import math

from nodescope.diagnosis.before.numbers import Foretold
from nodescope.diagnosis.before.of_classes import logistic_sentence, sided_sentence
from nodescope.diagnosis.before.of_penalties import joined_sentence

HOPELESS = 1e12
"""Condition from which on no number of steps that anybody could make solves the weakest direction."""
NOTHING = 1e-20
"""Of the goals' mean square: what is left to rounding."""
SEEN = 0.03
"""Of a distance to the goal: what is left on its other side from where on it is told."""
LARGEST = "1.8 × 10³⁰⁸, the largest number that a computer can hold"


def sentence(foretold: Foretold) -> str:
    """What will happen, in a few sentences that a learner understands."""
    if foretold.is_logistic and foretold.recipe.schedule is None:
        return logistic_sentence(foretold, foretold.regime)
    if foretold.is_sided:
        return sided_sentence(foretold)
    if foretold.is_joined and foretold.recipe.schedule is None:
        return joined_sentence(foretold, foretold.regime, foretold.regime_reason)
    if not foretold.is_one_layer:
        return _network(foretold)
    if broken := _breaks_off(foretold):
        return " ".join(filter(None, [broken, _limit(foretold)]))
    parts = [_behaviour(foretold), _limit(foretold), _end(foretold)]
    return " ".join(part for part in parts if part)


# ---- what happens ----


def _behaviour(foretold: Foretold) -> str:
    per = foretold.per
    match foretold.regime:
        case "frozen":
            return "Nothing moves: " + (
                "alpha is 0." if foretold.system.can_move else "no weight that may move has an input other than 0."
            )
        case "converges":
            return " ".join(filter(None, [f"Converges. {_gain(foretold)}", _comes_back(foretold)]))
        case "one step":
            return f"Converges at once: one {per}, and nothing is missing any more."
        case "oscillates":
            return f"Oscillates, then converges. {_overshoot(foretold)}"
        case "marginal":
            return f"Neither converges nor diverges: each {per} passes the goal and misses it by as much as before."
        case "diverges":
            return _growth(foretold)
    return f"Where it leads is not known: {foretold.regime_reason}."


def _gain(foretold: Foretold) -> str:
    if foretold.factor is None:
        return "Every single step makes the error of its own example smaller."
    return f"Each {foretold.per} makes up {foretold.gain:.6g} of what is missing."


def _comes_back(foretold: Foretold) -> str:
    """Directions that are quicker than the slowest, and go past their best on the way to it."""
    return "Part of it passes the goal and comes back on the way." if foretold.comes_back > SEEN else ""


def _overshoot(foretold: Foretold) -> str:
    assert foretold.factor is not None
    left = f"{_short(abs(foretold.factor))} of what was missing"
    if foretold.turns_each_time:
        return f"Each {foretold.per} passes the goal and leaves {left}, on its other side."
    return f"It passes the goal again and again; in the long run each {foretold.per} leaves {left}."


def _growth(foretold: Foretold) -> str:
    factor, per = foretold.factor, foretold.per
    if factor is None:
        return "Diverges: the error grows whatever the order."
    times = "more than any number" if math.isinf(factor) else _times_as_far(abs(factor))
    how = f"Each {per} passes the goal and lands {times}" if factor < 0 else f"Each {per} leads {times}"
    return f"Diverges: every {per} leads farther from the goal. {how}{', on its other side' if factor < 0 else ''}."


def _times_as_far(size: float) -> str:
    return f"{_short(size)} times as far away"


def _short(number: float) -> str:
    """Six digits; as 1 ± something where it is so near 1 that they would not show it."""
    apart = abs(1.0 - number)
    return f"(1 {'−' if number < 1 else '+'} {apart:.3g})" if 0 < apart < 1e-4 else f"{number:.6g}"


# ---- how far alpha may go ----


def _limit(foretold: Foretold) -> str:
    if foretold.limit is None or not math.isfinite(foretold.limit):
        return ""
    bounds = foretold.limit_bounds
    if foretold.limit == 0.0:
        return "No alpha that a computer can hold is small enough: the squares of the inputs are too large."
    if bounds is not None and bounds[0] != bounds[1]:
        above = f", for certain not above {bounds[1]:.6g}." if math.isfinite(bounds[1]) else "."
        return f"Stable for certain up to alpha {bounds[0]:.6g}{above}"
    islands = "".join(f", and again from {low:.6g} to {high:.6g}" for low, high in foretold.islands[:3])
    return f"Stable up to alpha {foretold.limit:.6g}{islands}."


# ---- where it leads ----


def _breaks_off(foretold: Foretold) -> str:
    """Where numbers that no computer holds end a run that alpha would let converge; empty elsewhere."""
    if foretold.regime in ("frozen", "diverges"):
        return ""
    if foretold.recipe.n > 1:
        return f"Breaks off at the start: its first numbers are beyond {LARGEST}." if foretold.starts_beyond_all_numbers else ""
    at = foretold.diverges_at if foretold.regime in ("converges", "one step", "oscillates", "marginal") else None
    return "" if at is None else f"Breaks off: at step {at:,} a number is beyond {LARGEST}."


def _end(foretold: Foretold) -> str:
    if foretold.recipe.n > 1:
        return _end_of_several(foretold)
    if foretold.final_weight is not None and foretold.settles_at is not None:
        if foretold.settles_at == 0:
            return "It is settled from the start: no step moves a weight."
        about = "" if foretold.settles_exactly else "about "
        return f"It stops at {_weights(foretold)} after {about}{_count(foretold.settles_at)} and stays there."
    if foretold.diverges_at is not None:
        return f"At step {foretold.diverges_at:,} a number is beyond {LARGEST}."
    reason = foretold.final_weight_reason
    return "" if not reason or foretold.regime == "unknown" else f"{reason[0].upper()}{reason[1:]}."


def _end_of_several(foretold: Foretold) -> str:
    if not foretold.is_linear or not foretold.system.can_move:
        return ""
    if foretold.system.condition > HOPELESS:
        turns = (foretold.system.bowl.spectrum.condition + 1.0) / 2.0
        return (
            f"Hopeless for gradient descent: the inputs' condition number is {foretold.condition:.3g}, so that at the best alpha "
            f"the weakest direction takes about {turns:.3g} steps to fall to a third."
        )
    least = f"{foretold.least_mse:.6g}"
    goal = foretold.recipe.examples.goal
    if foretold.cycle_mse is not None and (foretold.least_mse or foretold.cycle_mse > NOTHING * float((goal * goal).mean())):
        size = foretold.recipe.batch_size
        where = "One at a time" if size == 1 else f"{size:,} at a time"
        return f"{where} it ends in a cycle around an mse of {foretold.cycle_mse:.6g}; the least is {least}."
    if foretold.least_mse == 0.0:
        return "The best weights leave no error."
    return f"The best weights leave a mean squared error of {least}."


def _weights(foretold: Foretold) -> str:
    weight = foretold.final_weight
    if isinstance(weight, float):
        return repr(weight)
    flat = weight.ravel().tolist()
    shown = ", ".join(repr(value) for value in flat[:4])
    return f"[{shown}{f', … {len(flat) - 4:,} more' if len(flat) > 4 else ''}]"


def _count(steps: int) -> str:
    return f"{steps:,} step{'' if steps == 1 else 's'}"


# ---- networks ----


def _network(foretold: Foretold) -> str:
    """What can be said, and what cannot."""
    unknown = f"Where it leads is not known: {foretold.final_weight_reason}."
    limit, alpha = foretold.local_limit, foretold.recipe.alpha
    if foretold.regime == "frozen":
        return "Nothing moves: alpha is 0."
    if limit is None:
        return unknown
    ratio = alpha / limit if limit else math.inf
    word = "diverges" if alpha < 0 or ratio > 1 else "converges" if ratio < 0.5 else "oscillates"
    where = f"alpha is {ratio:.3g} times the largest that is stable there, {limit:.4g}{_alone(foretold)}"
    return f"At the start it {word}: {where}. {unknown}"


def _alone(foretold: Foretold) -> str:
    if foretold.recipe.batch_size == foretold.recipe.n:
        return ""
    alone = foretold.local_limit_alone
    steepest = f"; that of the steepest example alone is {alone:.4g}" if math.isfinite(alone) else ""
    return f", were all examples in a step{steepest}"
