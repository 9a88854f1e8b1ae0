"""Findings about goals that are classes: no lowest point, on the way to it, and no better than what costs nothing to know."""

from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.about_progress import stopped_where
from nodescope.diagnosis.after.class_evidence import DONE, ClassEvidence
from nodescope.diagnosis.after.finding import CLASSES, SIDES, STEPS, Finding, needs
from nodescope.run.ending import Ending

if TYPE_CHECKING:
    from nodescope.diagnosis.after.margin_evidence import MarginEvidence

SLOWLY = 0.2
"""Where this part of what could be gained is left, and it hardly falls any more, it is slow."""
HARDLY = 0.05
"""The last quarter of a slow run takes off less than this part of what is left."""
GUESSING = 0.98
"""A log loss above this part of that of the class frequencies is no better than they are."""
FLOOR, HIGH_FLOOR = 0.01, 0.25
"""A log loss so much above the lowest is worth telling; a warning."""
STOP_EARLY = 'Stop early (tolerance=1e-4, or keep="best" with rows kept unseen), or let the weights decay: rule="adamw".'
ENOUGH_ROWS = 20


@needs(CLASSES, STEPS)
def no_lowest_point(e: ClassEvidence) -> Finding | None:
    """The classes can be parted: twice the weights always do better."""
    if not e.parted or not e.finite:
        return None
    one_layer = e.depth == 1
    stopped = e.run.ending in (Ending.MSE_REACHED, Ending.TOLERANCE) or e.run.gone is not None
    largest = float(np.abs(e.flat_at(e.run.steps)).max())
    return Finding(
        "no lowest point",
        "warning" if one_layer and not stopped else "note",
        f"the classes can be parted without a mistake, so the error has no lowest point: the weights grow for ever (the largest is "
        f"{largest:.4g}, the log loss {e.end:.4g}).",
        headline="The classes can be parted exactly, so the weights grow for ever.",
        step=e.run.steps,
        measured=e.end,
        predicted=0.0,
        threshold="weights that give every seen example its class; a note of hidden layers, or where it was stopped early",
        remedy=STOP_EARLY if one_layer and not stopped else "",
        source="Albert, Anderson 1984, On the existence of maximum likelihood estimates in logistic regression",
    )


@needs(CLASSES, STEPS)
def far_from_the_lowest(e: ClassEvidence) -> Finding | None:
    """One layer, on its way to the lowest log loss: far, or near enough that more steps will do."""
    if e.excess is None or e.parted or not e.finite or e.converged or e.run.ending in (Ending.SETTLED, Ending.CYCLING):
        return None
    if not e.end < e.start or e.run.steps < 2:
        return None
    assert e.lowest is not None
    if _goes_round(e):
        return None
    gained = _gained_lately(e)
    slow = e.excess > SLOWLY and gained < HARDLY and e.recipe.steps_per_epoch <= e.run.steps
    return Finding(
        "slow convergence" if slow else "not converged",
        "warning" if slow else "note",
        f"{e.excess:.3g} of what could be gained is left: the log loss is {e.end:.5g}, and no weights have less than "
        f"{e.lowest.loss:.5g}.",
        headline="It is on its way, but far too slow." if slow else stopped_where(e),
        step=e.run.steps,
        measured=e.excess,
        predicted=DONE,
        threshold=f"more than {DONE:g} of what could be gained is left; a warning above {SLOWLY:g} where the last quarter took off "
        f"less than {HARDLY:g} of that",
        remedy=_larger_alpha(e) if slow else "More steps bring more." if e.run.gone is None else "",
        source="the lowest log loss, by Newton's method",
    )


def _gained_lately(e: ClassEvidence) -> float:
    """The part of what was left before the last quarter of the run that this quarter took off; 0 where it was too short to tell."""
    assert e.lowest is not None
    there = e.errors[int(len(e.errors) * 0.7) : int(len(e.errors) * 0.8)]
    before = float(np.median(there)) - e.lowest.loss if len(there) else 0.0
    return 1 - (e.end - e.lowest.loss) / before if before > 0 else 0.0


def _goes_round(e: ClassEvidence) -> bool:
    """Whether steps that see a few examples each keep it from the lowest point, and no longer bring it nearer."""
    standing = e.run.ending in (Ending.SETTLED, Ending.CYCLING) or _gained_lately(e) < HARDLY
    return not e.whole_batch and standing and e.run.steps >= 4 * e.recipe.steps_per_epoch and e.faded == 1.0 and not e.rescales


@needs(CLASSES, STEPS)
def noise_floor_of_classes(e: ClassEvidence) -> Finding | None:
    """One layer that goes round the best weights, because no step sees all examples."""
    if e.excess is None or e.lowest is None or e.parted or not e.finite or not _goes_round(e):
        return None
    above = e.end / e.lowest.loss - 1
    if above < FLOOR:
        return None
    useless = e.end > GUESSING * e.spread
    return Finding(
        "noise floor",
        "warning" if above > HIGH_FLOOR or useless else "note",
        f"{e.recipe.batch_size:,} at a time, it goes round the best weights instead of to them: its log loss is {e.end:.4g}, and "
        f"{e.lowest.loss:.4g} is the least.",
        headline="It goes round the best weights: single examples pull it to and fro.",
        step=e.run.steps,
        measured=e.end,
        predicted=e.lowest.loss,
        threshold=f"{FLOOR:g} above the lowest log loss and no longer falling; a warning above {HIGH_FLOOR:g}, or where the class "
        "frequencies do as well",
        remedy="A tenth of alpha, larger batches, or a schedule that lets alpha fall.",
        source="the lowest log loss, by Newton's method",
    )


def _larger_alpha(e: ClassEvidence) -> str:
    from_limit = e.foretold.sure_limit
    if from_limit is not None and e.recipe.alpha < 0.25 * from_limit:
        return f"Alpha {from_limit / 2:.3g}, half of what is surely stable; or standardise the inputs."
    return "Standardise the inputs, or take a rule that scales its steps (adam)."


@needs(CLASSES, STEPS)
def no_better_than_frequencies(e: ClassEvidence) -> Finding | None:
    """Nothing was learned from the inputs: always giving each class its share does as well."""
    if e.spread <= 0 or not e.finite or e.end < GUESSING * e.spread or e.recipe.n < ENOUGH_ROWS or e.at_the_least:
        return None
    if e.run.steps < e.recipe.steps_per_epoch or e.excess is not None:
        return None
    return Finding(
        "plateau",
        "warning",
        f"the log loss is {e.end:.4g}; giving each class its share, whatever the inputs, has {e.spread:.4g}.",
        headline="It does no better than always telling how frequent each class is.",
        step=e.run.steps,
        measured=e.end,
        predicted=e.spread,
        threshold=f"at least {GUESSING:g} of the log loss of the class frequencies, after an epoch, of hidden layers",
        remedy="More steps, a larger alpha, or another start; or the inputs tell nothing of the classes.",
        source="the entropy of the goals",
    )


@needs(CLASSES, STEPS)
def inputs_tell_nothing(e: ClassEvidence) -> Finding | None:
    """Even the best weights do hardly better than the class frequencies."""
    if not e.at_the_least or e.lowest is None or e.lowest.loss < GUESSING * e.spread:
        return None
    return Finding(
        "irreducible error",
        "note",
        f"no weights have a log loss below {e.lowest.loss:.4g}; giving each class its share has {e.spread:.4g}: the inputs tell "
        "hardly anything of the classes.",
        headline="The inputs tell hardly anything of the classes.",
        step=e.run.steps,
        measured=e.end,
        predicted=e.lowest.loss,
        threshold=f"the lowest log loss is at least {GUESSING:g} of that of the class frequencies",
        source="the lowest log loss, by Newton's method",
    )


# ---- two classes told apart by the side of a line ----


@needs(SIDES, STEPS)
def never_at_rest(e: "MarginEvidence") -> Finding | None:
    """No line parts the classes, so the perceptron's rule never comes to rest."""
    if e.problem.loss.name != "perceptron" or e.parted is not False or not e.finite or e.run.gone is not None:
        return None
    return Finding(
        "irreducible error",
        "warning",
        f"no line parts the classes, so there is always a mistake, and each moves the weights: {e.wrong:.3g} of the examples are "
        "on the wrong side at the end, where it happened to stop.",
        headline="No line parts the classes, so the perceptron never comes to rest.",
        step=e.run.steps,
        measured=e.wrong,
        threshold="one layer whose classes overlap: the log loss has a lowest point",
        remedy='Take loss="hinge" or "cross-entropy", which settle near the best line; or keep="best".',
        source="Novikoff 1962, On convergence proofs on perceptrons",
    )


@needs(SIDES, STEPS)
def not_at_rest_yet(e: "MarginEvidence") -> Finding | None:
    """A line parts the classes, and the run was stopped before it was found."""
    if e.parted is not True or e.wrong == 0.0 or not e.finite or e.run.ending in (Ending.SETTLED, Ending.CYCLING):
        return None
    return Finding(
        "not converged",
        "note",
        f"a line parts the classes, and {e.wrong:.3g} of the examples are still on the wrong side.",
        headline="It was stopped before it had found the line that parts the classes.",
        step=e.run.steps,
        measured=e.wrong,
        predicted=0.0,
        threshold="one layer whose classes can be parted, with an example on the wrong side",
        remedy="More steps bring more.",
        source="Novikoff 1962, On convergence proofs on perceptrons",
    )


@needs(SIDES, STEPS)
def on_the_wrong_side(e: "MarginEvidence") -> Finding | None:
    """How many examples are on the wrong side."""
    if not e.finite:
        return None
    return Finding(
        "sides",
        "note",
        f"{e.wrong:.3g} of the examples are on the wrong side; {e.error_is} {e.end:.6g}.",
        headline="Some examples are on the wrong side." if e.wrong else "Every example is on its side.",
        step=e.run.steps,
        measured=e.wrong,
        threshold="under the hinge loss or the perceptron's rule",
        source="the side of the sum",
    )
