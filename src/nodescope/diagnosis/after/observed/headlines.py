"""Findings about observed trainings in at most 15 plain words, by their names."""

from dataclasses import replace

from nodescope.diagnosis.after.finding import Finding

HEADLINES = {
    "axes mixed": "A reshape mixes the numbers of different examples or places.",
    "betas swapped": "The two averages of the optimizer have their lengths the wrong way round.",
    "class ignored": "A class is left out of the loss, so it is never learned.",
    "dropout": "Dropout sets nearly everything to 0, so hardly anything can be learned.",
    "goals all the same": "All goals are the same, so there is nothing to learn.",
    "momentum": "The momentum is so long that steps never come to rest.",
    "weights put back": "The weights are put back to the start again and again.",
    "accuracy": "How many predictions are right can be told.",
    "arguments swapped": "The loss is given its predictions and its goals the wrong way round.",
    "clipping": "Gradients are clipped so hard that the weights hardly move.",
    "eps lost": "A number that should keep a division safe is too small for this precision.",
    "frozen weight": "A part of the model cannot learn: its weights are kept from moving.",
    "goal out of range": "Some goals lie outside what the loss or the last layer is made for.",
    "gradients cleared too early": "Gradients are cleared before they are used, so nothing is learned from them.",
    "gradients not cleared": "Gradients are not cleared between updates, so old ones are added to new ones.",
    "lost to rounding": "The updates are too small for this precision and are lost.",
    "no gradient": "A part of the model gets nothing to learn from.",
    "no labels": "Some batches have no labels at all, so their loss is no number.",
    "no update": "No update was made: the optimizer was never asked to step.",
    "not in the model": "Some layers are not part of the model, so they are never trained.",
    "not log-probabilities": "The loss is given numbers of another kind than it expects.",
    "overfitting": "It learns the rows by heart: on rows it has not seen it gets worse.",
    "shapes broadcast": "Predictions and goals have unlike shapes, so each is compared with all others.",
    "plateau": "The loss stands still: nothing is learned from the inputs.",
    "rate too large": "The first updates are too large for the weights.",
    "schedule": "The rate falls to almost nothing before the training has got anywhere.",
    "softmax of one": "A share of one class alone is always 1, so nothing can be learned.",
    "softmax over the batch": "Shares are taken over the examples instead of the classes.",
    "start too large": "Training begins far above guessing: the weights are drawn too large.",
    "symmetric nodes": "Some nodes began exactly alike, so together they do what one does.",
    "unscaled goals": "The goals are so large that the loss is hard to bring down.",
    "weight decay": "Weights are pulled to 0 so strongly that little is learned.",
    "wrong mode": "Layers that train and test differently are in the wrong mode.",
}
MOST_WORDS = 15


def with_headline(finding: Finding) -> Finding:
    """The finding with a headline: its own, that of its name, or how its text begins."""
    if finding.headline:
        return finding
    return replace(finding, headline=HEADLINES.get(finding.name) or _beginning(finding.text))


def _beginning(text: str) -> str:
    """The first part of a sentence; where that is too long, so many of its parts between commas as are not."""
    begins = text.partition(": ")[0].rstrip(".")
    while len(begins.split()) > MOST_WORDS and "," in begins:
        begins = begins.rpartition(",")[0]
    words = " ".join(begins.split()[:MOST_WORDS])
    return f"{words[:1].upper()}{words[1:]}."


SYMPTOMS = frozenset({"diverges", "wrong sign", "vanishing gradients", "exploding gradients", "stalled", "non-finite"})
"""Faults that what is wrong elsewhere may have brought about."""
CAUSES = frozenset({
    "arguments swapped", "axes mixed", "class ignored", "clipping", "goal out of range", "goals all the same",
    "gradients cleared too early", "gradients not cleared", "lost to rounding", "no labels", "not log-probabilities", "schedule",
    "shapes broadcast", "softmax of one", "softmax over the batch", "weight decay",
})  # fmt: skip
"""What may have."""


def causes_as_faults(found: list[Finding]) -> list[Finding]:
    """Where something is a fault, what brings such a thing about is one too, and comes first."""
    if not any(finding.severity == "fault" and finding.name in SYMPTOMS for finding in found):
        return found
    return [
        replace(finding, severity="fault") if finding.severity == "warning" and _is_cause(finding) else finding for finding in found
    ]


def _is_cause(finding: Finding) -> bool:
    return finding.name in CAUSES or " before " in finding.name
