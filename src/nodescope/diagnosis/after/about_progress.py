"""Findings about how far it came: there, still on the way, slow, or standing on a plateau."""

import math

import numpy as np

from nodescope.diagnosis.after.about_alpha import error_grew
from nodescope.diagnosis.after.about_nodes import saturated
from nodescope.diagnosis.after.convex import at_the_least, is_convex, is_straight, no_straight_line_does_better
from nodescope.diagnosis.after.evidence import FADED, SLOW, Evidence
from nodescope.diagnosis.after.finding import CLASSES, CLOSED_FORM, CURVED, ERRORS, GOALS, LINEAR, STEPS, Finding, needs
from nodescope.diagnosis.after.linear import DONE, Linear
from nodescope.diagnosis.after.remedies import ILL_CONDITIONED, faster, scaled_inputs, steps_in_words, steps_with, times
from nodescope.run.ending import Ending

STOOD = 0.02
"""An error of which the last quarter of a run took off less than this part stands."""
FALLING = 0.05
"""An error of which the last quarter of a run took off more than this part is still falling."""
MANY_TIMES = 10
"""Where more than so many times the steps made are missing, it is slow."""
A_LOOK = 10
"""Fewer steps than these are a look at the arithmetic, and no try to get there: as many are counted as made."""
FAR = 0.5
"""Of the missing error: what is left of it where a run is far from its best weights."""
UNSTEADY = 0.2
"""Of the moments looked at: where the error rose at so many, its steps are not too small."""
MOST_WAITED_FOR = 1_000_000
"""Steps; an alpha that needs more is no remedy."""
SMALL_WEIGHTS = 0.1
"""Start weights below this part of 1/√inputs, what Glorot's and He's draws have, are too small to part the nodes."""
LIMIT = "the factor of each direction, 1 − alpha·λ: Bertsekas 1999, Nonlinear Programming, section 1.3"


@needs(GOALS)
def mse_reached(e: Evidence) -> Finding | None:
    """The mse that was asked for is reached."""
    if e.run.ending is not Ending.MSE_REACHED:
        return None
    asked = e.recipe.until_mse
    return Finding(
        "mse reached",
        "note",
        f"the mse asked for, {asked:.6g}, is reached after {e.run.steps:,} steps: it is {e.end:.6g}.",
        headline="The error asked for is reached.",
        step=e.run.steps,
        measured=e.end,
        predicted=asked,
        threshold="mse ≤ until_mse",
        source="the recipe's until_mse",
    )


@needs(GOALS)
def solved(e: Evidence) -> Finding | None:
    """Every delta is 0: there is nothing left to learn."""
    if not e.solved:
        return None
    return Finding(
        "solved",
        "note",
        "every prediction is its goal: the mse is exactly 0.",
        headline="Every prediction is exactly its goal.",
        step=e.run.steps,
        measured=0.0,
        predicted=e.linear.least if e.is_linear else None,
        threshold="every error is 0",
        source="mse = mean of delta × delta",
    )


@needs(GOALS)
def slow_convergence(e: Evidence) -> Finding | None:
    """It would come there, but not in anything like the steps it was given."""
    if CLOSED_FORM in e.offers and e.linear.stable is not None:
        return _slow_by_theory(e, e.linear)
    return hardly_any_progress(e)


def hardly_any_progress(e: Evidence) -> Finding | None:
    """What no closed form foretold: alpha is far below its local limit, or the weights have hardly moved."""
    if e.converged or not e.finite or STEPS not in e.offers or e.first.alpha <= 0:
        return None
    if e.run.ending in (Ending.SETTLED, Ending.CYCLING):
        return None
    if not (e.rescales or e.is_linear):
        return _far_below_limit(e)
    return _hardly_moved(e) or (_far_to_go(e, e.linear) if e.is_linear else None)


def _on_the_way(e: Evidence, linear: Linear) -> bool:
    """Whether it was stopped before it was there, on a way that leads there."""
    stopped = linear.ran_out and bool(linear.stable) and not e.converged and not linear.marginal
    return stopped and e.can_move and bool((e.alphas != 0).any())


def _is_slow(e: Evidence, missing: int | None) -> bool:
    return missing is None or missing > MANY_TIMES * max(A_LOOK, e.run.steps)


def _what_is_left(e: Evidence, linear: Linear) -> str:
    """Of the whole missing error; where that hides a direction that has hardly moved, of that direction."""
    if linear.passing:
        return "it passes its goal at this moment, but momentum carries it on"
    if e.end > e.start:
        highest = e.error_steps[int(np.nanargmax(e.errors))]
        return f"the error rose at first (looked at, it was highest after step {highest:,}) and falls since"
    if linear.left_in_slowest <= 2 * linear.left or linear.missing_before.size < 2:
        return f"{linear.left:.3g} of the missing error is left"
    along = " and ".join(e.input_name(column) for column in linear.columns_of(linear.slowest))
    return (
        f"{linear.left:.3g} of the missing error is left, but {linear.left_in_slowest:.3g} of it along one direction in the inputs "
        f"(mainly {along})"
    )


def _slow_by_theory(e: Evidence, linear: Linear) -> Finding | None:
    if not _on_the_way(e, linear) or not _is_slow(e, missing := linear.steps_missing):
        return None
    many = "more than can be foretold are" if missing is None else f"about {missing:,} more are"
    return Finding(
        "slow convergence",
        "warning",
        f"it is far from there: {_what_is_left(e, linear)}, and {many} needed than the {steps_in_words(e.run.steps)} made.",
        headline="It is on its way, but far too slow.",
        step=e.run.steps,
        where="alpha",
        measured=linear.left_in_slowest,
        predicted=None if missing is None else float(missing),
        threshold=f"more than {MANY_TIMES} times the steps made (at least {A_LOOK}) are missing",
        remedy=_quicker(linear),
        source=LIMIT,
    )


def _quicker(linear: Linear) -> str:
    """Scaling where that is the cure; no alpha that takes more steps than anybody would wait for."""
    if linear.system.condition > ILL_CONDITIONED:
        scaled = scaled_inputs(linear)
        best = steps_with(linear, linear.system.best_alpha) if linear.system.together else None
        if scaled.helps or (best is not None and best > MOST_WAITED_FOR):
            return scaled.remedy
    return faster(linear)


def _far_below_limit(e: Evidence) -> Finding | None:
    if any(2 * len(saturated(layer)) >= layer.nodes for layer in e.first.layers):
        return None  # flat ends bend little, so the local limit says nothing
    limit = e.local_limit(e.first)
    ratio = times(e.first.alpha, limit)
    left = 0.9 if CLASSES in e.offers else 0.5  # classes that overlap leave much of the log loss, however good the weights
    unlearned = e.end > left * e.start or (CLASSES not in e.offers and e.share_left > 0.5)
    if not (math.isfinite(limit) and ratio < SLOW and unlearned and e.end <= e.start) or at_the_least(e):
        return None
    if small_start_weights(e):
        return None  # nodes that are nearly alike stand on a plateau at any alpha
    return Finding(
        "slow convergence",
        "warning",
        f"alpha is only {ratio:.3g} of the local limit {limit:.3g} at the start, and {e.end / e.start:.3g} of the error is left.",
        headline="It has hardly moved: alpha is far too small.",
        step=e.run.steps,
        where="alpha",
        measured=e.first.alpha,
        predicted=limit,
        threshold=f"alpha below {SLOW:g} of the local limit, more than half of the error, or of the goals' variance, left",
        remedy=f"Alpha {limit / 2:.2g}, half the local limit, or more steps.",
        source="2/λmax at the start",
    )


def _hardly_moved(e: Evidence) -> Finding | None:
    """Of rules that rescale their steps, for which 2/λmax is no limit: how far the weights have come tells."""
    pairs = list(zip(e.first.layers, e.last.layers, strict=True))
    sizes = [float(np.abs(first.weight).max()) for first, _ in pairs]
    moved = max(
        float(np.abs(last.weight - first.weight).max()) / (size or 1.0) for size, (first, last) in zip(sizes, pairs, strict=True)
    )
    if not (0 < moved < SLOW and e.end > 0.9 * e.start > 0 and e.run.steps >= 8):
        return None
    return Finding(
        "slow convergence",
        "warning",
        f"in {e.run.steps:,} steps no weight moved by more than {moved:.2g} of its layer's largest, and "
        f"{e.end / e.start:.3g} of the error is left.",
        headline="The weights have hardly moved: the steps are too small.",
        step=e.run.steps,
        where="alpha",
        measured=moved,
        predicted=SLOW,
        threshold=f"no weight moved by {SLOW:g} of its layer's largest, more than 0.9 of the error left",
        remedy="A larger alpha, or more steps.",
        source="weights at the last step beside those at the first",
    )


def _far_to_go(e: Evidence, linear: Linear) -> Finding | None:
    """Of one layer, by a rule or a schedule that no closed form covers: the best weights are known, and so is what is left."""
    left, rises = linear.left, float((np.diff(e.errors) > 0).mean()) if len(e.errors) > 1 else 0.0
    if not (left > FAR and e.end < e.start and rises < UNSTEADY and e.run.steps >= A_LOOK) or _still_falling(e) is not None:
        return None
    return Finding(
        "slow convergence",
        "warning",
        f"after {steps_in_words(e.run.steps)} {left:.3g} of the missing error is left.",
        headline="It is on its way, but far too slow.",
        step=e.run.steps,
        where="alpha",
        measured=left,
        threshold=f"more than {FAR:g} of the missing error left, hardly a rise, less than {FALLING:g} off in the last quarter",
        remedy=_farther(e, linear),
        source="the best weights, by least squares",
    )


def _farther(e: Evidence, linear: Linear) -> str:
    if e.faded < FADED:
        return f"Alpha has fallen to {e.faded:.2g} of what it was: take a schedule that falls more slowly."
    if e.recipe.rule.name in ("adam", "adamw") and (steps := linear.steps_of_this_length) is not None:
        return (
            f"Adam's steps are about alpha long: the farthest weight needs {steps:,} of them. A larger alpha, standardised inputs "
            "and goals, or more steps."
        )
    return "A larger alpha, standardised inputs and goals, or more steps."


@needs(CURVED, GOALS, STEPS)
def plateau(e: Evidence) -> Finding | None:
    """The error has stood for the last half of the run, far from a fit, though deltas are not lost."""
    if e.converged or not e.finite or e.run.steps < 20 or e.share_left < 0.5 or CLASSES in e.offers:
        return None
    if at_the_least(e) or hardly_any_progress(e) is not None:
        return None
    quarters = np.array_split(e.errors[len(e.errors) // 2 :], 2)
    third, last = (float(np.median(part)) for part in quarters)
    change = 1 - last / third if third > 0 else 0.0
    scatter = max(float(part.std() / np.sqrt(len(part))) for part in quarters) / (third or 1.0)
    if scatter > STOOD:  # as noisy as that, a fall would not be seen; but that it is no fit is
        return _no_better_than_the_mean(e, last) if change < FALLING else None
    if change > STOOD or not e.last.layers[-1].delta.any():
        return None
    return Finding(
        "plateau",
        "warning",
        f"from the third quarter of the run to the last the error fell by {max(change, 0.0):.2g} of itself, and "
        f"{e.share_left:.3g} of {e.part_of} is left.",
        headline="The error has stopped falling, far from a good fit.",
        step=e.run.steps,
        measured=change,
        threshold=f"medians of the last two quarters less than {STOOD:g} apart, their scatter too; more than half is left",
        remedy=_off_the_plateau(e),
        source="mse at evenly spaced steps",
    )


def _no_better_than_the_mean(e: Evidence, lately: float) -> Finding | None:
    if not (e.spread > 0 and lately >= e.spread):
        return None
    return Finding(
        "plateau",
        "warning",
        f"the error goes up and down around {lately / e.spread:.3g} times the goals' variance: it is no better than always saying "
        "their mean.",
        headline="It is no better than always saying the mean of the goals.",
        step=e.run.steps,
        measured=lately,
        predicted=e.spread,
        threshold="median mse of the last quarter above the goals' variance, and not falling",
        remedy=f"A smaller alpha, larger batches, or {_more_to_bend(e)}.",
        source="mse at evenly spaced steps",
    )


def _off_the_plateau(e: Evidence) -> str:
    if e.faded < FADED:
        return f"Alpha has fallen to {e.faded:.2g} of what it was: take a schedule that falls more slowly."
    if small := small_start_weights(e):
        return small
    if is_straight(e) and no_straight_line_does_better(e):
        return (
            'A bent activation for the hidden layers (activation="tanh"): layers without one, however many, give straight lines, '
            "and no straight line does better."
        )
    if is_convex(e):
        return "A larger alpha, or one that falls (a schedule): whatever the start, there is one lowest point."
    rule = "another alpha" if e.rescales else "a larger alpha, or a rule that scales its steps (adam)"
    more = _more_to_bend(e)
    return f"{more[:1].upper()}{more[1:]}, another start (seed), {rule}; or the inputs tell nothing of the goals."


def _more_to_bend(e: Evidence) -> str:
    if e.depth == 1:
        return "a hidden layer"
    return "a bent activation in the hidden layers" if is_straight(e) else "more nodes"


def small_start_weights(e: Evidence) -> str:
    """The remedy for start weights so small that all nodes of a layer do nearly the same; empty where they are not."""
    if e.depth < 2 or STEPS not in e.offers:
        return ""
    ratios = [float(np.sqrt((layer.weight**2).mean() * layer.weight.shape[1])) for layer in e.first.layers]
    at = int(np.argmin(ratios))
    if not ratios[at] < SMALL_WEIGHTS:
        return ""
    layer = e.first.layers[at]
    drawn = 1 / math.sqrt(layer.weight.shape[1])
    return (
        f"The start weights are too small: those of {e.layer_name(at)} are about {drawn * ratios[at]:.2g}, so its nodes are nearly "
        f"alike. Draw them larger, about {drawn:.2g} as Glorot and He do, or as large as 1."
    )


@needs(ERRORS)
def not_converged(e: Evidence) -> Finding | None:
    """It was stopped on a good way: more steps would bring more."""
    if CLOSED_FORM in e.offers and e.linear.stable is not None:
        return _stopped_on_the_way(e, e.linear)
    return _still_falling(e) if error_grew(e) is None else None


def _still_falling(e: Evidence) -> Finding | None:
    if CLASSES in e.offers and e.depth == 1:
        return None  # how far it is from the lowest log loss is known
    over = e.run.ending in (Ending.MSE_REACHED, Ending.SETTLED, Ending.CYCLING)
    if over or at_the_least(e) or not e.finite or e.run.steps < 8 or e.share_left < DONE**2 or not e.end < e.start:
        return None
    before = float(np.median(e.errors[int(len(e.errors) * 0.7) : int(len(e.errors) * 0.8)]))
    gained = 1 - e.end / before if before > 0 else 0.0
    if not gained > FALLING:
        return None
    return Finding(
        "not converged",
        "note",
        f"it is still falling: the last quarter of the run took off {gained:.3g} of the error.",
        headline="The error was still falling when the run was stopped.",
        step=e.run.steps,
        measured=gained,
        threshold=f"more than {FALLING:g} in the last quarter, and more than {DONE**2:g} of {e.part_of} is left",
        remedy="More steps bring more.",
        source="mse at evenly spaced steps",
    )


def stopped_where(e: Evidence) -> str:
    """Of a run that could have gone further: whether it was cut back on purpose."""
    return "It was stopped on its way." if e.run.gone is None else "It was cut back to where the unseen rows were best off."


def _stopped_on_the_way(e: Evidence, linear: Linear) -> Finding | None:
    if not _on_the_way(e, linear) or _is_slow(e, missing := linear.steps_missing) or missing is None:
        return None
    return Finding(
        "not converged",
        "note",
        f"it was stopped on its way: {_what_is_left(e, linear)}; about {steps_in_words(missing)} more leave 1 %.",
        headline=stopped_where(e),
        step=e.run.steps,
        measured=linear.left_in_slowest,
        predicted=float(missing),
        threshold="more than 1 % of the missing error is left along some direction",
        remedy=f"Give it about {steps_in_words(missing)} more (ns.resume)." if e.run.gone is None else "",
        source=LIMIT,
    )


@needs(LINEAR)
def unknown(e: Evidence) -> Finding | None:
    """No theory, and nothing measured that settles the matter."""
    known = e.run.ending in (Ending.MSE_REACHED, Ending.DIVERGED, Ending.SETTLED, Ending.CYCLING)
    settled = known or e.linear.stable is not None or e.converged or not e.can_move or (e.alphas <= 0).all()
    if settled or not e.run.steps or error_grew(e) is not None or _still_falling(e) is not None:
        return None
    return Finding(
        "unknown",
        "note",
        f"what more steps would bring is not known: {e.linear.forecast.regime_reason or 'the order is drawn'}.",
        headline="What more steps would bring is not known.",
        step=e.run.steps,
        measured=e.linear.left,
        threshold="no theory covers it, and more than 1 % of the missing error is left along some direction",
        source="docs/verdicts.md",
    )
