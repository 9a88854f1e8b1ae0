"""Findings that only an observed training can have: of its optimizer, of a loss whose sign is unknown, of what was not seen."""

import math

import numpy as np

from nodescope.diagnosis.after.about_alpha import error_grew
from nodescope.diagnosis.after.about_progress import hardly_any_progress
from nodescope.diagnosis.after.finding import ERRORS, RECORDS, STEPS, Finding, needs
from nodescope.diagnosis.after.observed.about_trouble import remedy_of
from nodescope.diagnosis.after.recorded import FIRST, LATELY, RecordedEvidence
from nodescope.run.recorded import Curvature

HARDLY_FELL = 0.95
"""A loss of which so much is left hardly fell."""
PAST = 3.0
"""A rate so many times its limit would have been seen to diverge."""
GROWN = (20.0, 1000.0)
"""A loss of unknown kind that is so many times the size that it had at first: a warning, a fault."""
WITHOUT_END = 100.0
"""A loss below 0 by more than so many times its size at the start falls without end."""


@needs(RECORDS)
def first_not_finite(e: RecordedEvidence) -> Finding | None:
    """The first number that was not finite."""
    found = e.recorded.trouble
    if found is None:
        return None
    grew = f"; from step {found.irreversible_from:,} on the loss never came back" if found.irreversible_from < found.step else ""
    bend = next((bend for bend in reversed(e.recorded.bends) if bend.step <= max(1, found.irreversible_from)), None)
    over = "" if bend is None or not bend.alpha > bend.limit else f"; {_against(e, bend)}"
    went_on = "; the training went on: later losses and all weights are finite" if e.recorded.facts.recovered else ""
    quantity = found.quantity.replace("_", " ")
    return Finding(
        "non-finite",
        "warning" if e.recorded.facts.recovered else "fault",
        f"{found.text}{grew}{over}{went_on}.",
        headline=f"At step {found.step:,} {quantity} gave {found.value:g}, the first number that is not finite.",
        step=found.step,
        where=found.where,
        measured=found.value,
        threshold="infinity or NaN in a forward pass, a loss or a gradient",
        remedy=remedy_of(found),
        source="the first operation that gives what is not finite from numbers that are; else the first whose slope is not",
    )


def _against(e: RecordedEvidence, bend: Curvature) -> str:
    times = f"{bend.alpha / bend.limit:.3g} times the local limit {bend.limit:.3g}"
    return f"at step {bend.step:,} the rate {bend.alpha:.3g} is {times}, set by {_set_by(e, bend)}"


def _set_by(e: RecordedEvidence, bend: Curvature) -> str:
    layer = int(np.argmax(bend.shares))
    layers = e.recorded.layers
    return f"layer {layer} ({layers[layer].name})" if layer < len(layers) else "parameters outside the layers told"


@needs(RECORDS, STEPS)
def rate_against_limit(e: RecordedEvidence) -> Finding | None:
    """The optimizer's rate against the limit of its last look."""
    bend = e.bend
    if bend is None or not math.isfinite(bend.limit) or not bend.limit > 0:
        return None
    if bend.alpha > PAST * bend.limit and e.finite and e.end <= e.start:
        return None  # directions that hardly ever get a gradient (rows of an embedding) set it, and it holds nothing up
    return Finding(
        "local limit",
        "note",
        f"{_against(e, bend)} (local, for the examples of that step).",
        headline="The rate can be held against the largest that is stable near these weights.",
        step=bend.step,
        where=_set_by(e, bend),
        measured=bend.alpha,
        predicted=bend.limit,
        threshold="always told where the optimizer's limit is known",
        source="Cohen et al. 2021 and 2022; Hessian-vector products (Pearlmutter 1994) on the step's own graph",
    )


@needs(RECORDS, ERRORS)
def told_to_go_up(e: RecordedEvidence) -> Finding | None:
    """An optimizer told to make the loss larger, which did. Of a loss below 0, a score, that may be meant."""
    if e.direction > 0 or not e.end > e.start:
        return None
    return Finding(
        "wrong sign",
        "fault" if e.start > 0 else "note",
        f"maximize=True: each step makes the loss larger, from {e.start:.4g} to {e.end:.4g}.",
        headline="The optimizer was told to make the loss larger, and did.",
        step=e.recorded.steps,
        measured=e.end,
        predicted=e.start,
        threshold="maximize, and the loss grew; a fault where it was above 0",
        remedy="Leave maximize out, unless this is a score.",
        source="the optimizer's settings, run.losses",
    )


@needs(RECORDS, ERRORS)
def without_end(e: RecordedEvidence) -> Finding | None:
    """A loss that falls below 0 and on, ever faster: descent of something that has no least value."""
    losses = e.losses_seen
    if len(losses) < 3 or not losses[-1] < 0:
        return None
    early = float(np.abs(losses[: max(FIRST, int(LATELY * len(losses)))]).max())
    middle, last = (float(np.median(part)) for part in np.array_split(losses, 3)[1:])
    if not (losses[-1] < -WITHOUT_END * max(early, 1e-300) and last < middle < early):
        return None
    return Finding(
        "wrong sign",
        "fault",
        f"the loss falls without end, from {e.start:.4g} to {losses[-1]:.4g}: it has no least value.",
        headline="The loss falls without end, so it may have the wrong sign.",
        step=e.recorded.steps,
        measured=float(losses[-1]),
        predicted=0.0,
        threshold=f"below −{WITHOUT_END:g} times the size that the loss had in the first tenth of the run, and falling",
        remedy="Look at its sign: a loss is made smaller, a score has to be negated.",
        source="run.losses",
    )


@needs(RECORDS, ERRORS, STEPS)
def loss_diverges(e: RecordedEvidence) -> Finding | None:
    """A loss that grew. Of one that is a reward's, or plays against another, only far beyond what it was."""
    if e.supervised or (e.recorded.facts.main_call is None and _looks_fitted(e)):
        return error_grew(e) if e.hardly_fell or not e.end < e.start else None
    early = np.abs(e.losses_seen[: max(FIRST, int(LATELY * len(e.losses_seen)))])
    scale = float(early.max()) if len(early) else 0.0
    if not e.finite or not scale > 0 or not abs(e.end) > GROWN[0] * scale:
        return None
    return Finding(
        "diverges",
        "fault" if e.end > GROWN[1] * scale else "warning" if e.end > 0 else "note",
        f"the loss is {abs(e.end) / scale:.3g} times the size that it had in the first tenth of the run.",
        headline="The loss grew instead of falling: the steps are too large.",
        step=e.recorded.steps,
        measured=abs(e.end) / scale,
        predicted=1.0,
        threshold=f"above {GROWN[0]:g} times the largest loss of the first tenth; fault above {GROWN[1]:g}",
        remedy="A smaller rate.",
        source="run.losses",
    )


def _looks_fitted(e: RecordedEvidence) -> bool:
    """Whether no loss function was seen at all, and the loss never went below 0."""
    return not e.recorded.facts.loss_calls and bool(len(e.losses_seen)) and float(e.losses_seen.min()) >= 0 and e.depth > 0


@needs(RECORDS, ERRORS, STEPS)
def loss_hardly_falls(e: RecordedEvidence) -> Finding | None:
    """Hardly anything has happened: of a loss that need not fall, only where the weights stand too.

    What is seen of a training may be its first steps: a low rate under which the loss falls is no trouble yet.
    """
    if not (e.supervised or e.nothing_moved):
        return None
    return hardly_any_progress(e) if e.end > HARDLY_FELL * e.start or e.nothing_moved else None


@needs(RECORDS)
def loss_not_seen(e: RecordedEvidence) -> Finding | None:
    """No `backward` was seen, so no loss was."""
    facts = e.recorded.facts
    if facts.ended is not None or len(e.losses_seen) or not e.finite or not e.recorded.steps:
        return None
    if facts.backwards and not facts.reached:
        return None
    return Finding(
        "unknown",
        "warning",
        "the loss was not seen, so nothing is said of it: no loss.backward() was called where it could be seen.",
        headline="The loss was not seen, so nothing is said of it.",
        step=0,
        measured=None,
        threshold="a finite loss at some step",
        remedy="Call loss.backward(), in the thread that observes.",
        source="run.losses",
    )


@needs(RECORDS)
def nothing_recorded(e: RecordedEvidence) -> Finding | None:
    """No record of any layer: no step was made, or the model has none of a kind that is known."""
    ended = e.recorded.facts.ended
    if ended is not None:
        return Finding(
            "unknown", "warning",
            f"observing ended at step {ended:,}, though the training went on: what came after is not known.",
            headline="Observing ended before the training did.",
            step=ended, measured=None, threshold="something went wrong in the observing itself",
            remedy="run.notes says what; please report it.", source="run.notes",
        )  # fmt: skip
    if e.snapshots or not e.finite or (e.recorded.facts.backwards and not e.recorded.steps):
        return None
    if e.recorded.steps:
        return Finding(
            "unknown", "note",
            "the model has no layer of a known kind (linear, convolution, embedding), so nodes are not told: only the loss, "
            "gradients and "
            "settings are judged.",
            headline="The model has no layer of a known kind, so its nodes are not told.",
            step=0, measured=None, threshold="at least one record of a known layer", source="run.trace.steps",
        )  # fmt: skip
    return Finding(
        "unknown", "warning", "nothing can be told: no step was made.",
        headline="Nothing can be told: no step was made.", step=0, measured=None,
        threshold="at least one step", remedy="Step the optimizer inside `with observe(…)`.", source="run.trace.steps",
    )  # fmt: skip
