"""Findings about alpha: the wrong way, too large, just too large, none, too small; and steps that ran out."""

import dataclasses
import math

from nodescope.diagnosis.evidence import Evidence
from nodescope.diagnosis.finding import Finding
from nodescope.run.ending import Ending

LIMIT = "the limit 2/|x|², or 2/λmax: Bertsekas 1999, Nonlinear Programming, section 1.3"


def wrong_sign(e: Evidence) -> Finding | None:
    """Alpha below 0, or += for −=: it grows without swinging, from the first step on."""
    alphas = e.alphas
    if not ((alphas <= 0).all() and (alphas < 0).any() and e.system.can_move):
        return None
    return Finding(
        "wrong sign",
        "fault",
        f"alpha is {alphas.min():.6g}: each step goes up the error instead of down, so it grows without ever swinging "
        f"(as a += in place of the -= would make it).",
        step=0,
        where="alpha",
        measured=_growth(e),
        predicted=e.factor,
        threshold="alpha < 0",
        remedy="Take alpha above 0" + (f", below {e.forecast.limit:.6g}." if _usable(e.forecast.limit) else "."),
        source=LIMIT,
    )


def runs_away(e: Evidence) -> Finding | None:
    """Alpha beyond its limit: the error grows, turning round with each step."""
    if (e.alphas <= 0).all() or not e.system.can_move or e.end == 0.0:
        return None
    diverged = e.run.ending is Ending.DIVERGED
    if e.has_theory and e.stable is not None and e.factor is not None:
        if e.stable or e.at_the_limit:
            return None
    elif e.stable is True or not (diverged or e.end > 10 * e.start):
        return None
    limit, alpha = e.forecast.limit, float(e.alphas.max())
    known = limit is not None and _usable(limit) and alpha > limit
    beyond = f"alpha {alpha:.6g} is " + (f"above its limit {limit:.6g}" if known else "too large")
    grows = f"; each {e.forecast.per} multiplies the missing error by {e.factor:.6g}" if e.factor is not None else ""
    last = f", until at step {e.run.steps - 1:,} a number is no longer finite" if diverged else ""
    holds = f"An alpha below {limit:.6g} holds." if _usable(limit) else "Take a smaller alpha."
    if e.forecast.islands:
        holds += " So does one " + " or ".join(f"from {low:.6g} to {high:.6g}" for low, high in e.forecast.islands[:3]) + "."
    return Finding(
        "runs away",
        "fault",
        f"{beyond}{grows}{last}.",
        step=_first_growth(e),
        where="alpha",
        measured=_growth(e),
        predicted=e.factor,
        threshold="size of the factor > 1" if e.factor is not None else "not finite, or 10 times the mse of the start",
        remedy=holds,
        source=LIMIT,
    )


def overflow(e: Evidence) -> Finding | None:
    """Not finite although alpha is stable: the numbers themselves are too large."""
    if e.run.ending is not Ending.DIVERGED or e.stable is not True:
        return None
    return Finding(
        "overflow",
        "fault",
        f"at step {e.run.steps - 1:,} a product is beyond the largest double, although alpha is stable: the numbers are too large.",
        step=e.run.steps - 1,
        measured=e.end,
        predicted=e.factor,
        threshold="a number on the way to a new weight is not finite",
        remedy="Scale inputs and goals to numbers near 1.",
        source="IEEE 754-2019, section 7.4",
    )


def alpha_is_zero(e: Evidence) -> Finding | None:
    """The brake is fully on."""
    if (e.alphas != 0).any():
        return None
    return Finding(
        "alpha is zero",
        "fault",
        "alpha is 0: the brake is fully on, and no step moves any weight.",
        step=0,
        where="alpha",
        measured=0.0,
        predicted=0.0,
        threshold="alpha = 0",
        remedy=_good_alpha(e),
        source=LIMIT,
    )


def at_the_limit(e: Evidence) -> Finding | None:
    """The factor is −1: it swings for ever, neither in nor out."""
    if not e.at_the_limit:
        return None
    return Finding(
        "at the limit",
        "warning",
        f"alpha {e.recipe.alpha:.6g} is at its limit {e.forecast.limit:.6g}: each {e.forecast.per} turns the missing error round "
        "and leaves it as large as it was.",
        step=0,
        where="alpha",
        measured=e.missing_end / e.missing_start,
        predicted=e.factor,
        threshold="factor within 1e-4 of −1",
        remedy=_good_alpha(e),
        source=LIMIT,
    )


def crawling(e: Evidence) -> Finding | None:
    """It would get there, but not in anything like the steps it was given."""
    if not e.ran_out or not e.stable or e.there or e.at_the_limit or not e.system.can_move or (e.alphas == 0).all():
        return None
    missing = e.steps_missing
    if missing is not None and missing <= 10 * max(1, e.run.steps):
        return None
    many = "more than can be foretold" if missing is None else f"about {missing:,} more"
    return Finding(
        "crawling",
        "warning",
        f"it is far from there: {e.left:.3g} of the missing error is left, and {many} steps are missing.",
        step=e.run.steps,
        where="alpha",
        measured=e.left,
        predicted=None if missing is None else float(missing),
        threshold="more than 10 times the steps made are missing",
        remedy=_faster(e),
        source=LIMIT,
    )


def still_falling(e: Evidence) -> Finding | None:
    """It was stopped on a good way."""
    missing = e.steps_missing
    if not e.ran_out or not e.stable or e.there or e.at_the_limit or missing is None or missing > 10 * max(1, e.run.steps):
        return None
    return Finding(
        "still falling",
        "note",
        f"it was still falling: {e.left:.3g} of the missing error is left; about {_steps(missing)} more bring it to 1 %.",
        step=e.run.steps,
        measured=e.left,
        predicted=float(missing),
        threshold="more than 1 % of the missing error is left",
        remedy=f"Give it about {missing:,} more steps (ns.resume).",
        source=LIMIT,
    )


def swings(e: Evidence) -> Finding | None:
    """It overshoots with every step, and still gets there."""
    factor = e.factor
    if factor is None or not e.stable or not -1.0 < factor < -1e-12 or e.at_the_limit:
        return None
    return Finding(
        "swings",
        "note",
        f"alpha is past the point where a single {e.forecast.per} would do: each one overshoots and leaves {abs(factor):.6g} "
        "of the missing error, the other way round.",
        step=0,
        where="alpha",
        measured=_growth(e),
        predicted=factor,
        threshold="−1 < factor < 0",
        source=LIMIT,
    )


def _usable(limit: float | None) -> bool:
    return limit is not None and 0.0 < limit < math.inf


def _good_alpha(e: Evidence) -> str:
    limit = e.forecast.limit
    return (
        f"Half the limit, {limit / 2:.6g}, is a good alpha." if limit is not None and _usable(limit) else "Take an alpha above 0."
    )


def _faster(e: Evidence) -> str:
    """Which alpha would do it, in how many steps."""
    limit = e.forecast.limit
    if limit is None or not _usable(limit):
        return "Take a larger alpha."
    best = e.system.best_alpha if e.system.together else limit / 2
    if not e.recipe.alpha < 0.9 * best:
        return "No alpha is much faster: the inputs need scaling, or momentum."
    steps = _steps_with(e, best)
    quick = f"in about {_steps(steps)}" if steps is not None else f"{best / e.recipe.alpha:.3g} times faster"
    return f"Alpha {best:.6g} would do it {quick}."


def _steps_with(e: Evidence, alpha: float) -> int | None:
    if not (e.system.together and e.recipe.rule.name == "plain"):
        return None
    way = dataclasses.replace(e.mean_way, alpha=alpha * (e.recipe.n if e.recipe.reduction == "sum" else 1))
    return way.steps_to(e.system.bowl.rest + 1e-4 * e.system.bowl.missing)


def _growth(e: Evidence) -> float | None:
    """Measured: what a turn multiplied the missing error by, over the last turns at which it was a usable number."""
    size, last = e.system.steps_per_turn, e.turns
    for late in (last, last - 1, last // 2, last // 4, last // 16, 1):
        if late < 1:
            break
        early = max(0, late - 8)
        before, after = (e.missing_at(turn * size) for turn in (early, late))
        if 0 < before < math.inf and 0 < after < math.inf:
            return float((after / before) ** (1 / (late - early)))
    return None


def _first_growth(e: Evidence) -> int:
    """The first turn's step after which the error is above the start's, looked for by doubling."""
    size, turn = e.system.steps_per_turn, 1
    while turn < e.turns and not e.mse_at(turn * size) > e.start:
        turn *= 2
    return max(0, (min(turn, max(1, e.turns)) - 1) * size)


def _steps(count: int) -> str:
    return f"{count:,} step{'' if count == 1 else 's'}"
