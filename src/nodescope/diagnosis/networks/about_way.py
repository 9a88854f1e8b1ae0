"""Findings about the way of the error: runs away, hovers, stands, falls still; and what alpha is against its local limit."""

import math

import numpy as np

from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.networks.about_nodes import all_saturated, saturated
from nodescope.diagnosis.networks.cause import cause_of
from nodescope.diagnosis.networks.evidence import FADED, NetworkEvidence
from nodescope.run.ending import Ending

FLAT = 0.02
"""Part of its error that the last quarter of a run took off, below which it stands."""
FALLING = 0.05
"""Part of its error that the last quarter of a run took off."""
WORSE = 1.1
"""Unseen error at the end ÷ its lowest."""
EDGE = (0.8, 1.3)
"""Alpha ÷ the local limit: there it hovers."""
CRAWL = 0.01
"""Of the local limit; of a layer's largest weight."""


def non_finite(e: NetworkEvidence) -> Finding | None:
    """A number ceased to be finite: where it came from."""
    if e.run.ending is not Ending.DIVERGED:
        return None
    found = cause_of(e.run)
    return Finding(
        "non-finite",
        "fault",
        f"{found.text}",
        step=found.step,
        where=found.where,
        measured=found.value,
        threshold="infinity or NaN on the way to a new weight",
        remedy=_remedy(e),
        source="the first number of the step, in the order of its arithmetic, that is not finite",
    )


def _remedy(e: NetworkEvidence) -> str:
    if e.first.alpha < 0:
        return "Take alpha above 0."
    if e.scales_itself:
        return "Take a smaller alpha, or standardise inputs and goals."
    limit = e.edge(e.first)
    return (
        f"Alpha {e.first.alpha:.3g} against the local limit {limit:.3g} at the start: take less."
        if math.isfinite(limit)
        else "Take a smaller alpha."
    )


def wrong_sign(e: NetworkEvidence) -> Finding | None:
    """Alpha below 0, from the start or from some step of its schedule on."""
    below = np.flatnonzero(e.alphas() < 0)
    if not len(below):
        return None
    step, alpha = int(below[0]), float(e.alphas()[below[0]])
    since = f"from step {step:,} on alpha is below 0 ({alpha:.6g})" if step else f"alpha is {alpha:.6g}"
    return Finding(
        "wrong sign",
        "fault",
        f"{since}: each step goes up the error instead of down.",
        step=step,
        measured=alpha,
        threshold="alpha < 0",
        remedy="Take alpha above 0.",
        source="weight −= alpha × weighted delta",
    )


def alpha_is_zero(e: NetworkEvidence) -> Finding | None:
    """Nothing can move."""
    if any(look.alpha != 0 for look in e.looks):
        return None
    return Finding(
        "alpha is zero",
        "fault",
        "alpha is 0 at every step: nothing moves.",
        step=0,
        measured=0.0,
        threshold="alpha = 0",
        remedy="Take alpha above 0.",
        source="weight −= alpha × weighted delta",
    )


def runs_away(e: NetworkEvidence) -> Finding | None:
    """The error grew, though alpha is above 0."""
    if e.run.ending is Ending.DIVERGED or e.first.alpha < 0 or not e.run.steps:
        return None
    lowest = float(np.nanmin(e.mses)) if np.isfinite(e.mses).any() else math.inf
    grew = not e.end <= e.start + abs(e.start)
    lost = lowest > 0 and not e.end <= 10 * lowest and e.end > 2 * e.spread and not e.there
    worse = e.numbered and not e.end <= WORSE * e.start and e.share_left >= 1.0
    if not (grew or lost or worse) or any(all_saturated(layer) for layer in e.last.layers):
        return None  # saturated nodes are bounded: they stand at a wrong end, and do not run away
    at = e.steps[int(np.nanargmin(e.mses))]
    measured = e.end / (e.start if grew or not lost else lowest)
    how = (
        f"the error is {measured:.3g} times what it was {'at the start' if grew or not lost else f'at step {at:,}'}"
        if measured > 0
        else f"the error grew from {e.start:.4g} to {e.end:.4g}"
    )
    sharp = e.edge(e.first)
    ratio = e.first.alpha / sharp if math.isfinite(sharp) else math.nan
    local = "" if e.scales_itself or not ratio > 0 else f": at the start alpha is {ratio:.3g} times the local limit {sharp:.3g}"
    remedy = (
        "Take a smaller alpha." if e.scales_itself or not ratio > 1 else f"An alpha below {sharp / 2:.2g}, half the local limit."
    )
    return Finding(
        "runs away",
        "fault" if grew or lost else "warning",
        f"{how}{local}.",
        step=e.run.steps,
        measured=measured,
        predicted=ratio,
        threshold=(
            "more than twice the error at the start; or ten times the lowest, and above twice the goals' variance; a warning where "
            "it is a tenth above the start and the goals' variance"
        ),
        remedy=remedy,
        source="Cohen et al. 2021, section 2: stable below 2/λmax, locally",
    )


def edge_of_stability(e: NetworkEvidence) -> Finding | None:
    """Alpha hovers at its local limit, and the error falls all the same."""
    if e.scales_itself or not e.whole_batch or not e.finite or e.run.steps < 10 or e.last.alpha <= 0:
        return None
    ratio = e.last.alpha / e.edge(e.last)
    if not EDGE[0] <= ratio <= EDGE[1]:
        return None
    return Finding(
        "edge of stability",
        "note",
        f"alpha is {ratio:.3g} times its local limit 2/λmax = {e.edge(e.last):.4g} at the end: the sharpness has "
        "grown until it hovers "
        "there, and the error falls in swings.",
        step=e.last.step,
        measured=ratio,
        predicted=1.0,
        threshold=f"alpha ÷ local limit from {EDGE[0]:g} to {EDGE[1]:g} at the last step",
        source="Cohen et al. 2021, Gradient descent on neural networks typically occurs at the edge of stability",
    )


def regime(e: NetworkEvidence) -> Finding | None:
    """Where alpha sits against the local limit at the end."""
    if e.scales_itself or not e.finite or not e.run.steps or e.last.alpha <= 0 or e.run.ending is Ending.DIVERGED:
        return None
    limit = e.edge(e.last)
    if not math.isfinite(limit):
        return None
    ratio = e.last.alpha / limit
    layer = int(np.argmax(e.sharpness_at(e.last).shares))
    told = f"{ratio:.3g} times the local limit {limit:.4g}"
    if e.whole_batch:
        said = f"{told} ({_regime(ratio)}, locally)"
    else:
        alone = e.edge_alone(e.last)
        said = (
            f"{told} of all examples together, and {e.last.alpha / alone:.3g} times that of the steepest example alone, "
            f"{alone:.4g} ({_regime(e.last.alpha / alone)} there, locally)"
        )
    return Finding(
        "local limit",
        "note",
        f"at the end alpha is {said}; layer {layer} sets it.",
        step=e.last.step,
        where=f"layer {layer}",
        measured=e.last.alpha,
        predicted=limit,
        threshold="always told where theory has one",
        source="2/λmax of the Hessian, by Lanczos on exact Hessian-vector products (Pearlmutter 1994)",
    )


def _regime(ratio: float) -> str:
    return "creeps" if ratio < 0.5 else "swings" if ratio <= 1 else "runs away"


def crawling(e: NetworkEvidence) -> Finding | None:
    """Alpha is far below its local limit, and hardly anything has happened."""
    if e.there or not e.finite or e.first.alpha <= 0 or e.run.ending in (Ending.SETTLED, Ending.CYCLING):
        return None
    if e.scales_itself:
        return _hardly_moved(e)
    if any(2 * len(saturated(layer)) >= layer.nodes for layer in e.first.layers):
        return None  # flat ends bend little, so the local limit says nothing
    limit = e.edge(e.first)
    ratio = e.first.alpha / limit
    if not (math.isfinite(limit) and ratio < CRAWL and 0.5 * e.start < e.end <= e.start):
        return None
    return Finding(
        "crawling",
        "warning",
        f"alpha is only {ratio:.3g} of the local limit {limit:.3g} at the start, and {e.end / e.start:.3g} of the error is left.",
        step=e.run.steps,
        measured=e.first.alpha,
        predicted=limit,
        threshold=f"alpha below {CRAWL:g} of the local limit, more than half of the error left",
        remedy=f"Alpha {limit / 2:.2g}, half the local limit, or more steps.",
        source="2/λmax at the start",
    )


def _hardly_moved(e: NetworkEvidence) -> Finding | None:
    """Of rules that scale their steps, for which 2/λmax is no limit: how far the weights have come tells."""
    pairs = list(zip(e.first.layers, e.last.layers, strict=True))
    sizes = [float(np.abs(first.weight).max()) for first, _ in pairs]
    moved = max(
        float(np.abs(last.weight - first.weight).max()) / (size or 1.0) for size, (first, last) in zip(sizes, pairs, strict=True)
    )
    if not (0 < moved < CRAWL and e.end > 0.9 * e.start and e.run.steps >= 8):
        return None
    return Finding(
        "crawling",
        "warning",
        f"in {e.run.steps:,} steps no weight moved by more than {moved:.2g} of its layer's largest, and "
        f"{e.end / e.start:.3g} of the error is left.",
        step=e.run.steps,
        measured=moved,
        predicted=CRAWL,
        threshold=f"no weight moved by {CRAWL:g} of its layer's largest, more than 0.9 of the error left",
        remedy="A larger alpha, or more steps.",
        source="weights at the last step beside those at the first",
    )


def plateau(e: NetworkEvidence) -> Finding | None:
    """The error has stood for the last half of the run, far from a fit, though deltas are not lost."""
    if e.there or not e.finite or e.run.steps < 20 or e.share_left < 0.5:
        return None
    quarters = np.array_split(e.mses[len(e.mses) // 2 :], 2)
    third, last = (float(np.median(part)) for part in quarters)
    change = 1 - last / third if third > 0 else 0.0
    scatter = max(float(part.std() / np.sqrt(len(part))) for part in quarters) / (third or 1.0)
    if scatter > FLAT:  # as noisy as that, a fall would not be seen; but that it is no fit is
        return _no_better_than_the_mean(e, last) if change < FALLING else None
    if change > FLAT or not e.last.layers[-1].delta.any():
        return None
    return Finding(
        "plateau",
        "warning",
        f"from the third quarter of the run to the last the error fell by {max(change, 0.0):.2g} of itself, and "
        f"{e.share_left:.3g} of {e.left_of} is left.",
        step=e.run.steps,
        measured=change,
        threshold=f"medians of the last two quarters less than {FLAT:g} apart, their scatter too; more than half is left",
        remedy=_off_the_plateau(e),
        source="mse at evenly spaced steps",
    )


def _no_better_than_the_mean(e: NetworkEvidence, lately: float) -> Finding | None:
    if not (e.spread > 0 and lately >= e.spread):
        return None
    return Finding(
        "plateau",
        "warning",
        f"the error goes up and down around {lately / e.spread:.3g} times the goals' variance: it is no better than always saying "
        "their mean.",
        step=e.run.steps,
        measured=lately,
        predicted=e.spread,
        threshold="median mse of the last quarter above the goals' variance, and not falling",
        remedy="A smaller alpha, larger batches, or more nodes.",
        source="mse at evenly spaced steps",
    )


def _off_the_plateau(e: NetworkEvidence) -> str:
    if e.faded < FADED:
        return f"Alpha has fallen to {e.faded:.2g} of what it was: take a schedule that falls more slowly."
    rule = "another alpha" if e.scales_itself else "a larger alpha, or a rule that scales its steps (adam)"
    return f"More nodes, another start (seed), {rule}; or the inputs tell nothing of the goals."


def still_falling(e: NetworkEvidence) -> Finding | None:
    """More steps would bring more."""
    over = e.run.ending in (Ending.MSE_REACHED, Ending.SETTLED, Ending.CYCLING)
    if over or not e.finite or e.run.steps < 8 or e.share_left < 1e-12 or not e.end < e.start:
        return None
    before = float(np.median(e.mses[int(len(e.mses) * 0.7) : int(len(e.mses) * 0.8)]))
    gained = 1 - e.end / before if before > 0 else 0.0
    if not gained > FALLING:
        return None
    return Finding(
        "still falling",
        "note",
        f"it is still falling: the last quarter of the run took off {gained:.3g} of the error.",
        step=e.run.steps,
        measured=gained,
        threshold=f"more than {FALLING:g} in the last quarter",
        remedy="More steps bring more.",
        source="mse at evenly spaced steps",
    )


def overfitting(e: NetworkEvidence) -> Finding | None:
    """The unseen rows' error has turned up while the seen rows' still fell."""
    unseen = e.unseen_mses
    if unseen is None or len(e.recipe.examples.unseen_goal) < 10 or not e.finite:
        return None
    lowest = int(np.argmin(unseen))
    ratio = float(unseen[-1] / unseen[lowest]) if unseen[lowest] > 0 else 1.0
    chance = 1 + 3 * math.sqrt(2 / len(e.recipe.examples.unseen_goal)) * 0.5
    if not (ratio > max(WORSE, chance) and e.mses[-1] < e.mses[lowest]):
        return None
    return Finding(
        "overfitting",
        "warning",
        f"on the {len(e.recipe.examples.unseen_goal):,} rows kept unseen the error was lowest after step "
        f"{e.steps[lowest]:,} and is "
        f"{ratio:.3g} times that now, while that of the seen rows went on falling.",
        step=e.steps[lowest],
        measured=ratio,
        predicted=1.0,
        threshold="unseen error above 1 + 1.5√(2/rows) times its lowest, at least 1.1",
        remedy=f"Stop after about {e.steps[lowest]:,} steps, or take fewer nodes, more rows, or adamw.",
        source="Prechelt 1998, Early stopping — but when?",
    )


def mse_reached(e: NetworkEvidence) -> Finding | None:
    """The mse asked for."""
    if e.run.ending is not Ending.MSE_REACHED:
        return None
    asked = e.recipe.until_mse
    return Finding(
        "mse reached",
        "note",
        f"the mse asked for, {asked:.6g}, is reached after {e.run.steps:,} steps: it is {e.end:.6g}.",
        step=e.run.steps,
        measured=e.end,
        predicted=asked,
        threshold="mse ≤ until_mse",
        source="the recipe's until_mse",
    )
