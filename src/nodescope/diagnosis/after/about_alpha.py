"""Findings about alpha: the wrong way, too large, just too large, none; and where it lies against a limit that is only local."""

import math
from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.about_nodes import all_saturated
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import CLOSED_FORM, CURVED, GOALS, REPLAY, STEPS, Finding, needs
from nodescope.diagnosis.after.linear import Linear
from nodescope.diagnosis.after.remedies import good_alpha, holds, times, usable
from nodescope.later import Later
from nodescope.run.ending import Ending

if TYPE_CHECKING:
    from nodescope.diagnosis.after import cause
else:
    cause = Later("nodescope.diagnosis.after.cause")

LIMIT = "the limit 2/|x|², or 2/λmax: Bertsekas 1999, Nonlinear Programming, section 1.3"
WORSE = 1.1
"""An error this many times that of the start has grown."""
STILL_AS_HIGH = 0.9
"""Highs of an error that fall by more than to this part, from one quarter of the run to the next, come down."""
EDGE = (0.8, 1.3)
"""Alpha ÷ the local limit, between which it hovers there."""
LOST = 10
"""Times its lowest: an error that was so much lower has lost what was learned."""
LOOKED_BACK = 8
"""Turns over which growth is measured."""
FEW_STEPS = 10
"""Of fewer it is not said that alpha hovers at its limit."""


@needs(GOALS)
def wrong_sign(e: Evidence) -> Finding | None:
    """Alpha below 0, or += for −=, from the start or from some step of its schedule on."""
    below = np.flatnonzero(e.alphas < 0)
    if not len(below) or not e.can_move:
        return None
    step, alpha = int(below[0]), float(e.alphas[below[0]])
    since = f"from step {step:,} on alpha is below 0 ({alpha:.6g})" if step else f"alpha is {alpha:.6g}"
    limit = e.linear.forecast.limit if e.is_linear else None
    return Finding(
        "wrong sign",
        "fault",
        f"{since}: each step goes up the error instead of down, without ever overshooting (as a += in place of the -= would make "
        "it).",
        headline="Alpha is below 0, so each step makes the error larger.",
        step=step,
        where="alpha",
        measured=_growth(e.linear) if e.is_linear else alpha,
        predicted=e.linear.factor if e.is_linear else None,
        threshold="alpha < 0",
        remedy="Take alpha above 0" + (f", below {limit:.6g}." if usable(limit) else "."),
        source=LIMIT,
    )


@needs()
def alpha_is_zero(e: Evidence) -> Finding | None:
    """The brake is fully on."""
    if not len(e.alphas) or (e.alphas != 0).any():
        return None
    return Finding(
        "alpha is zero",
        "fault",
        "alpha is 0 at every step: the brake is fully on, and nothing moves.",
        headline="Alpha is 0, so no weight moves.",
        step=0,
        where="alpha",
        measured=0.0,
        predicted=0.0,
        threshold="alpha = 0",
        remedy=good_alpha(e.linear) if e.is_linear else "Take alpha above 0.",
        source=LIMIT,
    )


@needs(REPLAY)
def non_finite(e: Evidence) -> Finding | None:
    """A number ceased to be finite, and no closed form foretold it: where it came from."""
    if e.run.ending is not Ending.DIVERGED or (CLOSED_FORM in e.offers and e.linear.stable is not None):
        return None
    found = cause.cause_of(e.run)
    return Finding(
        "non-finite",
        "fault",
        found.text,
        headline="A number grew beyond all numbers, and the run broke off.",
        step=found.step,
        where=found.where,
        measured=found.value,
        threshold="infinity or NaN on the way to a new weight",
        remedy=_less(e),
        source="the first number of the step, in the order of its arithmetic, that is not finite",
    )


def _less(e: Evidence) -> str:
    if (e.alphas < 0).any():
        return "Take alpha above 0."
    if e.rescales:
        return "Take a smaller alpha, or standardise inputs and goals."
    alpha, limit = float(e.alphas[0]), e.local_limit(e.first) if e.snapshots else math.inf
    if not alpha > limit:
        return "Take a smaller alpha."
    return f"Alpha {alpha:.3g} is above the local limit {limit:.3g} at the start: take less than half of that, {limit / 2:.2g}."


@needs(CLOSED_FORM)
def overflow(e: Evidence) -> Finding | None:
    """Not finite although alpha is stable: the numbers themselves are too large."""
    if e.run.ending is not Ending.DIVERGED or e.linear.stable is not True:
        return None
    return Finding(
        "overflow",
        "fault",
        f"at step {e.run.steps - 1:,} a product is beyond the largest double, although alpha is stable: the numbers are too large.",
        headline="The numbers are too large for a computer, though alpha is right.",
        step=e.run.steps - 1,
        measured=e.end,
        predicted=e.linear.factor,
        threshold="a number on the way to a new weight is not finite",
        remedy="Scale inputs and goals to numbers near 1.",
        source="IEEE 754-2019, section 7.4",
    )


@needs(GOALS)
def diverges(e: Evidence) -> Finding | None:
    """Alpha beyond its limit, where that is known; else an error that grew though alpha is above 0."""
    if (e.alphas <= 0).all() or not e.can_move or e.end == 0.0:
        return None
    return _beyond_limit(e, e.linear) if CLOSED_FORM in e.offers and e.linear.stable is not None else error_grew(e)


def _beyond_limit(e: Evidence, bowl: Linear) -> Finding | None:
    if bowl.stable or bowl.marginal:
        return None
    limit, alpha, factor, per = bowl.forecast.limit, float(e.alphas.max()), bowl.factor, bowl.forecast.per
    known = usable(limit) and alpha > limit
    beyond = f"alpha {alpha:.6g} is " + (f"above its limit {limit:.6g}" if known else "too large")
    grows = f"; each {per} multiplies the missing error by {factor:.6g}" if factor is not None else ""
    last = f", until at step {e.run.steps - 1:,} a number is no longer finite" if e.run.ending is Ending.DIVERGED else ""
    return Finding(
        "diverges",
        "fault",
        f"{beyond}{grows}{last}.",
        headline="Alpha is too large: each step overshoots further, so the error grows.",
        step=_first_growth(e, bowl),
        where="alpha",
        measured=_growth(bowl),
        predicted=factor,
        threshold="size of the factor > 1" if factor is not None else "alpha above every bound",
        remedy=holds(bowl),
        source=LIMIT,
    )


def error_grew(e: Evidence) -> Finding | None:
    """What no closed form foretold: the error is larger than it was."""
    if e.run.ending is Ending.DIVERGED or not e.run.steps or e.converged or STEPS not in e.offers:
        return None
    lowest = float(np.nanmin(e.errors)) if np.isfinite(e.errors).any() else math.inf
    grew = not e.end <= e.start + abs(e.start)
    no_fit = e.spread if e.spread > 0 or GOALS not in e.offers else e.start
    lost = lowest > 0 and not e.end <= LOST * lowest and e.end > 2 * no_fit and not _coming_down(e)
    worse = GOALS in e.offers and not e.end <= WORSE * e.start and e.share_left >= 1.0
    if not (grew or lost or worse) or all_saturated(e.last.layers[-1]):
        return None  # predictions of saturated nodes are bounded: they stand at a wrong end, and do not diverge
    from_start = grew or not lost
    measured = e.end / (e.true_start if from_start else lowest) if e.true_start else math.inf
    limit = math.inf if e.rescales else e.local_limit(e.first) if e.whole_batch else e.local_limit_of_one(e.first)
    ratio = times(float(e.alphas[0]), limit)
    local = f": at the start alpha is {ratio:.3g} times the local limit {limit:.3g}" if ratio > 0 else ""
    return Finding(
        "diverges",
        "fault" if grew or lost else "warning",
        f"{_how_it_grew(e, measured, None if from_start else lowest)}{local}.",
        headline="The error grew instead of falling: the steps are too large.",
        step=e.run.steps,
        where="alpha",
        measured=measured,
        predicted=ratio,
        threshold=(
            "more than twice the error at the start; or ten times the lowest, and above twice the goals' variance; a warning where "
            "it is a tenth above the start and the goals' variance"
        ),
        remedy=f"An alpha below {limit / 2:.2g}, half the local limit." if ratio > 1 and usable(limit) else "Take a smaller alpha.",
        source="Cohen et al. 2021, section 2: stable below 2/λmax, locally",
    )


def _coming_down(e: Evidence) -> bool:
    """Whether the highest error of the last quarter is clearly below that of the quarter before: momentum goes up and down so."""
    third, last = np.array_split(e.errors[len(e.errors) // 2 :], 2)
    return len(last) > 0 and float(last.max()) < STILL_AS_HIGH * float(third.max())


def _how_it_grew(e: Evidence, measured: float, lowest: float | None) -> str:
    if lowest is not None:
        at = e.error_steps[int(np.nanargmin(e.errors))]
        return f"the error is {measured:.3g} times what it was at step {at:,}"
    if not 0 < measured < math.inf:
        return f"the error grew from {e.true_start:.4g} to {e.end:.4g}"
    return f"the error is {measured:.3g} times what it was at the start"


@needs(CLOSED_FORM)
def marginal(e: Evidence) -> Finding | None:
    """The factor is −1: it goes to and fro for ever, neither in nor out."""
    bowl = e.linear
    if not bowl.marginal:
        return None
    return Finding(
        "marginal",
        "warning",
        f"alpha {e.recipe.alpha:.6g} is at its limit {bowl.forecast.limit:.6g}: each {bowl.forecast.per} turns the missing error "
        "round and leaves it as large as it was.",
        headline="Alpha is exactly at its limit: the error goes to and fro and never shrinks.",
        step=0,
        where="alpha",
        measured=bowl.missing_end / bowl.missing_start,
        predicted=bowl.factor,
        threshold="factor within 1e-4 of −1",
        remedy=good_alpha(bowl),
        source=LIMIT,
    )


@needs(CLOSED_FORM)
def oscillates(e: Evidence) -> Finding | None:
    """It overshoots with every step, and still gets there."""
    bowl, factor = e.linear, e.linear.factor
    if factor is None or not bowl.stable or not -1.0 < factor < -1e-12 or bowl.marginal:
        return None
    return Finding(
        "oscillates",
        "note",
        f"alpha is past the point where a single {bowl.forecast.per} would do: each one overshoots and leaves {abs(factor):.6g} "
        "of the missing error, the other way round.",
        headline="Each step overshoots the goal a little, and still comes closer.",
        step=0,
        where="alpha",
        measured=_growth(bowl),
        predicted=factor,
        threshold="−1 < factor < 0",
        source=LIMIT,
    )


@needs(CURVED, REPLAY, STEPS)
def edge_of_stability(e: Evidence) -> Finding | None:
    """Alpha hovers at its local limit, and the error falls all the same."""
    if e.rescales or not e.whole_batch or not e.finite or e.run.steps < FEW_STEPS or e.last.alpha <= 0:
        return None
    limit = e.local_limit(e.last)
    ratio = times(e.last.alpha, limit)
    if not EDGE[0] <= ratio <= EDGE[1] or not e.end < e.start:
        return None
    return Finding(
        "edge of stability",
        "note",
        f"alpha is {ratio:.3g} times its local limit 2/λmax = {limit:.4g} at the end: the sharpness has grown until it hovers there"
        f"{_in_swings(e)}.",
        headline="Alpha is about as large as it can be here.",
        step=e.last.step,
        measured=ratio,
        predicted=1.0,
        threshold=f"alpha ÷ local limit from {EDGE[0]:g} to {EDGE[1]:g} at the last step, and the error fell",
        source="Cohen et al. 2021, Gradient descent on neural networks typically occurs at the edge of stability",
    )


def _in_swings(e: Evidence) -> str:
    """Whether the error went up on the way, and was lower at the end all the same."""
    ups = int((np.diff(e.errors) > 0).sum())
    return f", and the error falls with rises on the way ({ups} of {len(e.errors) - 1} stretches looked at)" if ups else ""


@needs(CURVED, REPLAY, STEPS)
def local_limit(e: Evidence) -> Finding | None:
    """Where alpha lies against the local limit at the end."""
    if e.rescales or not e.finite or not e.run.steps or e.last.alpha <= 0:
        return None
    limit = e.local_limit(e.last)
    if not math.isfinite(limit):
        return None
    layer = int(np.argmax(e.sharpness_at(e.last).shares))
    return Finding(
        "local limit",
        "note",
        f"at the end alpha is {_against_limit(e, limit)}; layer {layer} sets it.",
        headline="Alpha can be held against the largest that is stable near these weights.",
        step=e.last.step,
        where=f"layer {layer}",
        measured=e.last.alpha,
        predicted=limit,
        threshold="always told where theory has one",
        source="2/λmax of the Hessian, by Lanczos on exact Hessian-vector products (Pearlmutter 1994)",
    )


def _against_limit(e: Evidence, limit: float) -> str:
    ratio = times(e.last.alpha, limit)
    so_many = f"{ratio:.3g} times the local limit {limit:.4g}"
    if e.whole_batch:
        return f"{so_many} ({_regime(ratio)}, locally)"
    alone = e.local_limit_of_one(e.last)
    ratio_alone = times(e.last.alpha, alone)
    return (
        f"{so_many} of all examples together, and {ratio_alone:.3g} times that of the steepest example alone, "
        f"{alone:.4g} ({_regime(ratio_alone)} there, locally)"
    )


def _regime(ratio: float) -> str:
    return "converges" if ratio < 0.5 else "oscillates" if ratio <= 1 else "diverges"


def _growth(bowl: Linear) -> float | None:
    """Measured: what a turn multiplied the missing error by, over the last turns at which it was a usable number."""
    size, last = bowl.system.steps_per_turn, bowl.turns
    for late in (last, last - 1, last // 2, last // 4, last // 16, 1):
        if late < 1:
            break
        early = max(0, late - LOOKED_BACK)
        before, after = (bowl.missing_at(turn * size) for turn in (early, late))
        if 0 < before < math.inf and 0 < after < math.inf:
            return float((after / before) ** (1 / (late - early)))
    return None


def _first_growth(e: Evidence, bowl: Linear) -> int:
    """The first turn's step after which the error is above the start's, looked for by doubling."""
    size, turn = bowl.system.steps_per_turn, 1
    while turn < bowl.turns and not bowl.error_at(turn * size) > e.start:
        turn *= 2
    return max(0, (min(turn, max(1, bowl.turns)) - 1) * size)
