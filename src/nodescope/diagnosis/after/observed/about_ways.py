"""Findings about the way from the loss back, and about weights and gradients that are taken back: nothing raises an error."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.after.observed.about_wiring import FEW

if TYPE_CHECKING:
    from nodescope.diagnosis.after.recorded import RecordedEvidence

MOSTLY = 0.5
"""Of the passes looked at."""


def cleared_between_parts(e: "RecordedEvidence") -> Finding | None:
    """Gradients of the parts of a batch that are set back before the next part."""
    back, steps = e.recorded.facts.odd.set_back, e.recorded.steps
    if back < FEW or back < MOSTLY * steps:
        return None
    each = back / max(1, steps)
    return Finding(
        "gradients cleared too early",
        "warning",
        f"gradients are set back {back:,} times between backward passes that are alike, without an update between them: of about "
        f"{each + 1:.3g} parts of a batch only the last one counts.",
        step=0,
        measured=each,
        threshold=f"set back before a pass like the one that gave them, in more than {MOSTLY:.0%} of the updates",
        remedy="optimizer.zero_grad() once for each optimizer.step(), not once for each loss.backward().",
        source="gradients before each backward pass",
    )


def put_back(e: "RecordedEvidence") -> Finding | None:
    """The start's weights again and again."""
    times = e.recorded.facts.odd.put_back
    if times < FEW:
        return None
    return Finding(
        "weights put back",
        "fault",
        f"the weights are put back to the very ones of the start, {times:,} times in the steps looked at: the model is loaded "
        f"or made "
        "anew inside the loop, and what was learned is overwritten.",
        step=1,
        measured=float(times),
        threshold="weights that an update has moved are those of the start again before the next",
        remedy="Make the model and load its weights before the loop, once.",
        source="weights at the start, after updates and before backward passes",
    )


def mixed_axes(e: "RecordedEvidence") -> Finding | None:
    """A reshape that swaps the lengths of axes."""
    found = next((each for each in e.recorded.facts.odd.mixed if each[3] >= min(FEW, max(1, e.recorded.steps))), None)
    if found is None:
        return None
    name, before, after, _ = found
    return Finding(
        "axes mixed",
        "warning",
        f"{name} makes shape {before} into {after}: it reads the numbers on in a row, so they come to stand at other "
        f"examples' and "
        "places' positions; axes are swapped by transpose.",
        step=0,
        where=name,
        measured=float(found[3]),
        threshold="a reshape whose shape has the same lengths in another order",
        remedy=_swapped(before, after),
        source="shapes before and after reshapes of the forward pass",
    )


def _swapped(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """The call that was meant."""
    unlike = [axis for axis, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    if len(unlike) == 2:
        return f"x.transpose({unlike[0]}, {unlike[1]}) in place of it."
    order = [before.index(size) for size in after]
    return f"x.permute{tuple(order)} in place of it." if len(set(order)) == len(order) else "x.permute(…) in place of it."


def shares_of_the_batch(e: "RecordedEvidence") -> Finding | None:
    """A softmax along the examples."""
    odd = e.recorded.facts.odd
    told = any(call.axis == 0 and call.function == "nll_loss" for call in e.recorded.facts.loss_calls)
    if not odd.over_batch or odd.over_batch < MOSTLY * odd.looks or told:
        return None
    return Finding(
        "softmax over the batch",
        "warning",
        "a softmax over the batch enters the loss: it goes along axis 0, so examples share one distribution, where each "
        "should have "
        "its own over the classes.",
        step=0,
        where="the loss",
        measured=0.0,
        threshold="softmax or log_softmax of a layer's output along its first axis, in half of the losses looked at",
        remedy="dim=1 in place of dim=0 (dim=-1 of the last axis).",
        source="operations between the last layer and the loss",
    )


def upside_down(e: "RecordedEvidence") -> Finding | None:
    """Log-probabilities without a minus."""
    odd = e.recorded.facts.odd
    if not odd.upside_down or odd.upside_down < MOSTLY * odd.looks:
        return None
    return Finding(
        "wrong sign",
        "fault",
        "the loss is log-probabilities without a minus: it has no least value, and what should become likely is made unlikely.",
        step=0,
        where="the loss",
        measured=e.end,
        threshold="a sum or mean of log-probabilities, below 0, that is made smaller",
        remedy="A minus before it: loss = -log_p.mean(), or F.cross_entropy(out, y) of the last layer's sums.",
        source="operations between the last layer and the loss",
    )


def made_larger(e: "RecordedEvidence") -> Finding | None:
    """A loss function of data with a minus before it."""
    call = e.recorded.facts.main_call
    if call is None or call.goals_from != "data" or not call.factor < 0 or not len(e.losses_seen) or not e.end < e.start:
        return None
    return Finding(
        "wrong sign",
        "fault",
        f"there is a minus before {call.function}: the training makes it larger, from {abs(e.start):.4g} to {abs(e.end):.4g}.",
        step=0,
        where=f"the loss ({call.function})",
        measured=e.end,
        predicted=e.start,
        threshold="the loss is a negative multiple of a loss function of predictions and data",
        remedy=f"loss = F.{call.function}(out, y), without the minus.",
        source="operations between the loss function and the loss",
    )


WAYS: tuple[Callable[["RecordedEvidence"], Finding | None], ...] = (
    upside_down, made_larger, shares_of_the_batch, mixed_axes, put_back, cleared_between_parts,
)  # fmt: skip
