"""Findings about how far an observed training came: against what always saying the same would give, where that is known."""

from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.about_recording import loss_diverges, told_to_go_up
from nodescope.diagnosis.after.finding import Finding

if TYPE_CHECKING:
    from nodescope.diagnosis.after.recorded import RecordedEvidence

FLAT = 0.02
"""Part of the loss that the last quarter of a run took off, below which it stands."""
NO_BETTER = 0.97
"""Of the loss of always saying the same."""
STEPS = 20
"""Below which nothing is said."""
UNTOUCHED = 0.95
"""Of the loss at the start."""
LATELY = 5
"""What was noted, or looked at, in the last one of so many parts counts as now."""
TURNED_UP = 1.1
"""A validation loss has turned up where it is so many times its lowest."""


def no_better_than_guessing(e: "RecordedEvidence") -> Finding | None:
    """A loss that stands where always saying the same would be."""
    if not e.finite or e.recorded.steps < STEPS or not e.stands or e.converged:
        return None
    if loss_diverges(e) is not None or told_to_go_up(e) is not None:
        return None  # it is said to grow, and does not stand
    if e.chance is not None:
        return _against_chance(e) if e.end >= NO_BETTER * e.chance else None
    if not e.supervised or not e.start > 0 or e.share_left < UNTOUCHED:
        return None  # of a loss made of several, or of two that play against each other, standing still may be all there is
    return Finding(
        "plateau",
        "warning",
        f"the loss stands where it began: {e.share_left:.3g} of {e.part_of} is left.",
        step=e.recorded.steps,
        measured=e.share_left,
        threshold=f"the last two quarters less than {FLAT:g} apart, and {UNTOUCHED:g} of the start left",
        remedy=_remedy(e),
        source="run.losses",
    )


def _against_chance(e: "RecordedEvidence") -> Finding:
    call, chance = e.recorded.facts.main_call, e.chance or 0.0
    saying = "giving each class its share" if call is not None and call.counts else "always saying the goals' mean"
    always = f"{saying} would have {chance:.4g}" + (" too" if e.end <= 1.1 * chance else "")
    return Finding(
        "plateau",
        "warning",
        f"the loss stands at {e.end:.4g}, and {always}: nothing was learned from the inputs.",
        step=e.recorded.steps,
        measured=e.end,
        predicted=chance,
        threshold=f"above {NO_BETTER:g} of the loss of always saying the same, the last two quarters less than {FLAT:g} apart",
        remedy=_remedy(e),
        source="run.losses; goals in the loss call",
    )


def _remedy(e: "RecordedEvidence") -> str:
    if e.faded < 1e-3:
        return "A schedule that falls more slowly: the rate has fallen to almost nothing."
    return "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals."


def classified(e: "RecordedEvidence") -> Finding | None:
    """How many are right, where predictions and classes were seen."""
    call = e.recorded.facts.main_call
    if call is None or not call.right or not call.counts or not e.finite:
        return None
    lately = call.right[-max(1, len(call.right) // LATELY) :]
    right = float(np.mean([part for _, part in lately]))
    common = max(call.counts) / sum(call.counts)
    guessed = abs(call.chance if e.chance is None else e.chance)  # of one class alone it is −0
    seen = f" The loss is {e.end:.4g}, that of guessing by frequency {guessed:.4g}." if len(e.losses_seen) else ""
    return Finding(
        "accuracy",
        "note",
        f"of the last examples looked at {right:.1%} are given their class; always saying the commonest would give "
        f"{common:.1%}.{seen}",
        step=lately[-1][0],
        measured=right,
        predicted=common,
        threshold="always told where predictions and classes are seen in the loss call",
        source="predictions and goals in the loss call, at steps looked at",
    )


def overfitted(e: "RecordedEvidence") -> Finding | None:
    """A validation loss that has turned up while the loss of the training fell."""
    pairs = e.recorded.facts.noted.get("validation", [])
    values = np.array([value for _, value in pairs])
    if len(values) < 4 or not np.all(np.isfinite(values)):
        return None
    lowest = int(np.argmin(values))
    lately = float(np.median(values[-max(1, len(values) // LATELY) :]))
    before = [loss for loss in e.recorded.losses[: pairs[lowest][0] + 1] if np.isfinite(loss)]
    fell = bool(before) and e.end < float(np.median(before[-max(1, len(before) // 10) :]))
    if not (lately > TURNED_UP * values[lowest] > 0 and fell and lowest < len(values) - 2):
        return None
    return Finding(
        "overfitting",
        "warning",
        f"the validation loss was lowest at step {pairs[lowest][0]:,} ({values[lowest]:.4g}) and is {lately:.4g} now, while "
        "the loss of the "
        "training went on falling.",
        step=pairs[lowest][0],
        measured=lately / float(values[lowest]),
        predicted=1.0,
        threshold="a tenth above its lowest, median of the last fifth of what was noted",
        remedy=f"Stop after about {pairs[lowest][0]:,} steps; more data, weight decay or dropout.",
        source="run.note(validation=…)",
    )
