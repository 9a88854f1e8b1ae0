"""Findings about what the loss function is called on: shapes, softmax twice, goals that it is not made for."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from nodescope.diagnosis.after.finding import Finding
from nodescope.run.facts import LossCall

if TYPE_CHECKING:
    from nodescope.diagnosis.after.recorded import RecordedEvidence

SUMS_TO_ONE = 0.05
"""How far the sum of a row of probabilities may be from 1."""
BOUNDED = {
    "softmax": (0.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "log_softmax": (-math.inf, 0.0),
}
BEYOND = 0.1
"""Of their spread: goals further than that outside what the last activation gives."""
DIFFERENCES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
OF_LOGITS = ("cross_entropy", "binary_cross_entropy_with_logits")
OF_LAYERS = ("linear", "addmm", "conv1d", "conv2d", "conv3d")
ENOUGH = 3
"""Calls from which on goals that are all the same are no accident."""
OF_SIGNS = ("cosine_embedding_loss", "margin_ranking_loss", "hinge_embedding_loss", "soft_margin_loss")


def _warning(
    call: LossCall, name: str, text: str, remedy: str, threshold: str, measured: float | None = None, headline: str = ""
) -> Finding:  # fmt: skip
    return Finding(
        name, "warning", text, headline, step=call.step, where=f"the loss ({call.function})", measured=measured,
        threshold=threshold, remedy=remedy, source="the arguments of the loss function",
    )  # fmt: skip


def shapes_that_broadcast(call: LossCall) -> Finding | None:
    """Predictions and goals of unlike shapes, which PyTorch spreads over each other."""
    given, goals = call.given, call.goals
    by_hand = call.function in ("sub", "mul")
    known = call.function in (*DIFFERENCES, "kl_div") and given != goals and 1 not in (math.prod(given), math.prod(goals))
    if (not by_hand and (not known or _every_one_with_every_one(given, goals))) or (by_hand and not call.alone):
        return None
    pairs = f"{math.prod(max(a, b) for a, b in zip(_padded(given, goals), _padded(goals, given), strict=True)):,}"
    what = "loss weights" if call.function == "mul" else "goals"
    return _warning(
        call,
        "shapes broadcast",
        f"shapes do not fit: predictions are {given}, {what} {goals}; PyTorch broadcasts them, and {pairs} pairs are "
        "compared, each "
        "prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
        "a loss of predictions and goals whose shapes are not the same",
    )


def _every_one_with_every_one(given: tuple[int, ...], goals: tuple[int, ...]) -> bool:
    """Whether both spread over the other, along axes that the shapes themselves name: that is meant."""
    if len(given) != len(goals):
        return False
    return any(a > b for a, b in zip(given, goals, strict=True)) and any(a < b for a, b in zip(given, goals, strict=True))


def _padded(shape: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return (1,) * max(0, len(other) - len(shape)) + shape


def activation_before_logits(call: LossCall) -> Finding | None:
    """An activation in front of a loss that has its own."""
    if call.function not in OF_LOGITS or call.made_by not in BOUNDED:
        return None
    own = "softmax" if call.function == "cross_entropy" else "sigmoid"
    made = call.made_by
    if made == own:
        text = f"{made} is taken twice: {call.function} has its own, and the model ends with one"
        harm = "the loss cannot come near 0, and gradients are small."
        headline = f"The last {made} is one too many: the loss has its own."
        headline = f"The last {made} is one too many: the loss has its own."
    elif made == "log_softmax" and own == "softmax":
        text, harm = (
            f"the loss {call.function} is given log_softmax, and takes a softmax and a logarithm itself",
            "one of the two is too many.",
        )
        headline = "The last log_softmax is one too many: the loss has its own."
    else:
        low, high = BOUNDED[made]
        text = f"the loss {call.function} is given what {made} gives, {_range(low, high)}, where it takes any number"
        harm = "some classes can never be told with certainty."
        headline = f"The last {made} is one too many: the loss takes any number."
    remedy = f"Leave the last {made} out: F.{call.function} takes the last layer's sums (logits) as they are."
    name, threshold = f"{made} before {call.function}", "the operation that made the predictions"
    return _warning(call, name, f"{text}: {harm}", remedy, threshold, headline=headline)


def _range(low: float, high: float) -> str:
    """What an activation gives."""
    if math.isinf(high):
        return f"{low:g} and above"
    return f"{high:g} and below" if math.isinf(low) else f"{low:g} to {high:g}"


def not_log_probabilities(call: LossCall) -> Finding | None:
    """nll_loss and kl_div of what is no logarithm of a distribution, or of one over the batch."""
    if call.function not in ("nll_loss", "kl_div"):
        return None
    axis = 1 if call.function == "nll_loss" else len(call.given) - 1
    if call.axis is not None and len(call.given) > 1 and call.axis != axis and call.made_by in ("softmax", "log_softmax"):
        return _warning(
            call, "softmax over the batch",
            f"{call.made_by} goes along axis {call.axis} of shape {call.given}: examples share one distribution, where each "
            f"should "
            "have its own over the classes.",
            f"F.log_softmax(out, dim={axis}).", "the axis of the softmax before the loss", float(call.axis),
        )  # fmt: skip
    if not math.isfinite(call.row_sum) or abs(call.row_sum - 1.0) <= SUMS_TO_ONE:
        return None
    given = (
        "probabilities"
        if call.made_by == "softmax" or 0.0 <= call.low <= call.high <= 1.0
        else "numbers that are no log-probabilities"
    )
    use = (
        "F.cross_entropy(out, y) of the last layer's sums" if call.function == "nll_loss" else "F.kl_div(F.log_softmax(out, -1), p)"
    )
    return _warning(
        call, "not log-probabilities",
        f"the loss {call.function} is given {given} (from {call.low:.3g} to {call.high:.3g}; e to them sums to "
        f"{call.row_sum:.3g} in a row, where it should be 1): the loss goes below 0, and tells nothing of the fit.",
        f"{use}, or F.log_softmax before it in place of softmax.", f"rows of e to the predictions sum to 1 ± {SUMS_TO_ONE:g}",
        call.row_sum,
    )  # fmt: skip


def one_class_alone(call: LossCall) -> Finding | None:
    """A softmax of one number is always 1."""
    if call.function not in ("cross_entropy", "nll_loss") or len(call.given) < 2 or call.given[1] != 1:
        return None
    return _warning(
        call, "softmax of one", f"the loss {call.function} is given one class (shape {call.given}): the softmax of one number is "
        "always 1, the "
        "loss always 0.",
        "Two outputs with F.cross_entropy, or one with F.binary_cross_entropy_with_logits(out, y.float()).",
        "one number along the axis of the classes", 1.0,
    )  # fmt: skip


def goals_it_is_not_made_for(call: LossCall) -> Finding | None:
    """Goals outside 0…1 for a cross-entropy, rows that are no distribution, signs that are none."""
    low, high = call.goal_low, call.goal_high
    if call.function.startswith("binary") and (low < 0.0 or high > 1.0):
        shift = "(y + 1) / 2" if low == -1.0 and high == 1.0 else "y - 1" if (low, high) == (1.0, 2.0) else "y / y.max()"
        return _warning(
            call, "goal out of range",
            f"goals of {call.function} go from {low:g} to {high:g}; they have to lie from 0 to 1, else the loss has no least "
            "value.",
            f"F.{call.function}(out, {shift}).", "goals of a binary cross-entropy between 0 and 1", low if low < 0 else high,
        )  # fmt: skip
    if call.function in OF_SIGNS and low == 0.0:
        return _warning(
            call, "goal out of range", f"goals of {call.function} are {low:g} and {high:g}; it takes 1 and −1, and pairs with "
            "goal 0 count "
            "for nothing.",
            "2 * y - 1 in place of y.", "goals of such a loss are 1 or −1", low,
        )  # fmt: skip
    if call.function == "cross_entropy" and call.goal_high > -math.inf and abs(call.goal_sum - 1.0) > SUMS_TO_ONE:
        return _warning(
            call, "goal out of range",
            f"rows of goals sum to {call.goal_sum:.3g}; cross_entropy takes a distribution over the classes, which sums to 1.",
            "F.binary_cross_entropy_with_logits(out, y) where several classes may hold; else class numbers, or y / y.sum(1, "
            "keepdim=True).",
            f"rows of goals sum to 1 ± {SUMS_TO_ONE:g}", call.goal_sum,
        )  # fmt: skip
    return None


def goals_out_of_reach(call: LossCall) -> Finding | None:
    """Goals of a difference that the last activation cannot give."""
    if (
        call.function not in DIFFERENCES
        or call.goals_from != "data"
        or call.made_by not in BOUNDED
        or call.goal_high < call.goal_low
    ):
        return None
    low, high = BOUNDED[call.made_by]
    slack = BEYOND * (call.goal_high - call.goal_low)
    if call.goal_low >= low - slack and call.goal_high <= high + slack:
        return None
    return _warning(
        call, "goal out of range",
        f"goals go from {call.goal_low:.4g} to {call.goal_high:.4g}, but the model ends with {call.made_by}, which gives only "
        f"{_range(low, high)}: some can never be reached.",
        f"Leave the last {call.made_by} out, or scale the goals into its range.",
        f"goals more than {BEYOND:g} of their spread outside the range of the last activation", call.goal_high,
    )  # fmt: skip


def arguments_swapped(call: LossCall) -> Finding | None:
    """Goals in the place of predictions."""
    if not call.swapped or call.function not in (
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
        "kl_div",
        "cross_entropy",
    ):
        return None
    return _warning(
        call, "arguments swapped",
        f"the loss {call.function} has predictions and goals the wrong way round: the second argument asks for gradients, "
        "the first does not.",
        f"F.{call.function}(predictions, goals).", "gradients are asked for by the second argument alone",
    )  # fmt: skip


def all_ignored(call: LossCall) -> Finding | None:
    """A batch none of whose labels counts."""
    if call.ignored < 1.0:
        return None
    return _warning(
        call, "no labels",
        "in some batch all labels are ignore_index: the mean over none of them is NaN.",
        "Leave such batches out (if (y != ignore_index).any():), or reduction='sum' divided by max(1, count).",
        "part of the labels that are ignored", call.ignored,
    )  # fmt: skip


def goals_all_the_same(call: LossCall) -> Finding | None:
    """One class, or one number, as the goal of every example looked at."""
    if not call.alone or call.made_by not in OF_LAYERS or call.calls < ENOUGH:
        return None
    one = call.function in ("cross_entropy", "nll_loss") and len(call.counts) > 1 and sum(map(bool, call.counts)) == 1
    same = call.function in DIFFERENCES and call.goal_low == call.goal_high and math.prod(call.goals) > 1
    if not (one or same):
        return None
    value = call.counts.index(max(call.counts)) if one else call.goal_low
    return _warning(
        call, "goals all the same",
        f"all goals looked at are the same ({'class ' if one else ''}{value:g}): always saying that is all that can be learned.",
        "Look at how goals are read: (y == y[0]).all() should be False.", "one value among all goals looked at", float(value),
    )  # fmt: skip


def class_ignored(call: LossCall) -> Finding | None:
    """`ignore_index` is a class of the examples', not a filling."""
    if call.ignored_class is None or call.reshaped or len(call.given) != 2 or call.made_by not in OF_LAYERS:
        return None
    return _warning(
        call, "class ignored",
        f"the setting ignore_index={call.ignored_class} leaves class {call.ignored_class} out of the loss, in some batch "
        f"{call.ignored:.0%} of the "
        "examples: it is never learned.",
        f"F.{call.function}(out, y), without ignore_index; −100 is for places that have no label.",
        "labels that are ignored are a class, and no sequences were laid out in rows", call.ignored,
    )  # fmt: skip


CALLS: tuple[Callable[[LossCall], Finding | None], ...] = (
    shapes_that_broadcast, activation_before_logits, not_log_probabilities, one_class_alone, goals_it_is_not_made_for,
    goals_out_of_reach, arguments_swapped, all_ignored, goals_all_the_same, class_ignored,
)  # fmt: skip


def _of_any_call(number: int) -> Callable[["RecordedEvidence"], Finding | None]:
    """What a function finds in the first of the calls in which it finds anything that those before it have not found."""

    def look(e: "RecordedEvidence") -> Finding | None:
        found = [
            next((finding for call in e.recorded.facts.loss_calls if (finding := judge(call)) is not None), None)
            for judge in CALLS[: number + 1]
        ]
        earlier = {finding.name for finding in found[:-1] if finding is not None}
        return None if found[-1] is None or found[-1].name in earlier else found[-1]

    return look


LOSS_CALL = tuple(map(_of_any_call, range(len(CALLS))))
