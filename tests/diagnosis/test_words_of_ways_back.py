"""What is told of the way from the loss back, and of how far a training came: step, place, numbers, sentence and remedy."""

from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import told
from diagnosis.test_bounds_of_ways_back import BOUNDS, UNKNOWN, call, noted, odd

CHANGED: dict[str, dict[str, dict[str, Any]]] = {
    "set back": {"no step": {"recorded.steps": 0}},
    "axes": {
        "all three": odd(mixed=[("view", (2, 3, 4), (4, 2, 3), 8)]),
        "lengths that are alike": odd(mixed=[("view", (2, 3, 2, 4), (3, 2, 4, 2), 8)]),
    },
    "guessing": {
        "far above": {"end": 2.3},
        "hardly above": {"end": 2.2},
        "of classes": {"recorded.facts.main_call": call(counts=[1, 3])},
        "a rate that has gone": {"faded": 0.0009},
        "a rate that has nearly gone": {"faded": 0.001},
        "guessing is not known": UNKNOWN,
    },
    "how many are right": {
        "of ten the last two": {
            "recorded.facts.main_call": call(counts=[1, 3], right=[(step, 0.1 * step) for step in range(10)], chance=0.5),
        },
        "no losses, guessing is not known": {"losses_seen": np.array([]), "chance": None},
        "one class": {"recorded.facts.main_call": call(counts=[3], right=[(0, 1.0)], chance=-0.0), "chance": None},
    },
    "validation": {"of ten the last two": noted(3.0, 1.0, *[1.0] * 6, 1.0, 1.3)},
}  # fmt: skip
"""What else is told, where some facts are others."""
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("set back", "as it is"): (
        0, "", 0.5, None,
        "gradients are set back 4 times between backward passes that are alike, without an update between them: "
        "of about 1.5 parts of a batch only the last one counts.",
        "optimizer.zero_grad() once for each optimizer.step(), not once for each loss.backward().",
    ),
    ("set back", "no step"): (
        0, "", 4.0, None,
        "gradients are set back 4 times between backward passes that are alike, without an update between them: "
        "of about 5 parts of a batch only the last one counts.",
        "optimizer.zero_grad() once for each optimizer.step(), not once for each loss.backward().",
    ),
    ("put back", "as it is"): (
        1, "", 3.0, None,
        "the weights are put back to the very ones of the start, 3 times in the steps looked at: the model is "
        "loaded or made anew inside the loop, and what was learned is overwritten.",
        "Make the model and load its weights before the loop, once.",
    ),
    ("axes", "as it is"): (
        0, "reshape", 3.0, None,
        "reshape makes shape (2, 3, 4) into (2, 4, 3): it reads the numbers on in a row, so they come to stand at "
        "other examples' and places' positions; axes are swapped by transpose.",
        "x.transpose(1, 2) in place of it.",
    ),
    ("axes", "all three"): (
        0, "view", 8.0, None,
        "view makes shape (2, 3, 4) into (4, 2, 3): it reads the numbers on in a row, so they come to stand at "
        "other examples' and places' positions; axes are swapped by transpose.",
        "x.permute(2, 0, 1) in place of it.",
    ),
    ("axes", "lengths that are alike"): (
        0, "view", 8.0, None,
        "view makes shape (2, 3, 2, 4) into (3, 2, 4, 2): it reads the numbers on in a row, so they come to stand "
        "at other examples' and places' positions; axes are swapped by transpose.",
        "x.permute(…) in place of it.",
    ),
    ("over the batch", "as it is"): (
        0, "the loss", 0.0, None,
        "a softmax over the batch enters the loss: it goes along axis 0, so examples share one distribution, "
        "where each should have its own over the classes.",
        "dim=1 in place of dim=0 (dim=-1 of the last axis).",
    ),
    ("upside down", "as it is"): (
        0, "the loss", -2.0, None,
        "the loss is log-probabilities without a minus: it has no least value, and what should become likely is "
        "made unlikely.",
        "A minus before it: loss = -log_p.mean(), or F.cross_entropy(out, y) of the last layer's sums.",
    ),
    ("made larger", "as it is"): (
        0, "the loss (mse_loss)", -2.0, -1.0,
        "there is a minus before mse_loss: the training makes it larger, from 1 to 2.",
        "loss = F.mse_loss(out, y), without the minus.",
    ),
    ("guessing", "as it is"): (
        20, "", 1.94, 2.0,
        "the loss stands at 1.94, and always saying the goals' mean would have 2 too: nothing was learned from the inputs.",
        "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals.",
    ),
    ("guessing", "far above"): (
        20, "", 2.3, 2.0,
        "the loss stands at 2.3, and always saying the goals' mean would have 2: nothing was learned from the inputs.",
        "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals.",
    ),
    ("guessing", "hardly above"): (
        20, "", 2.2, 2.0,
        "the loss stands at 2.2, and always saying the goals' mean would have 2 too: nothing was learned from the inputs.",
        "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals.",
    ),
    ("guessing", "of classes"): (
        20, "", 1.94, 2.0,
        "the loss stands at 1.94, and giving each class its share would have 2 too: nothing was learned from the inputs.",
        "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals.",
    ),
    ("guessing", "a rate that has gone"): (
        20, "", 1.94, 2.0,
        "the loss stands at 1.94, and always saying the goals' mean would have 2 too: nothing was learned from the inputs.",
        "A schedule that falls more slowly: the rate has fallen to almost nothing.",
    ),
    ("guessing", "a rate that has nearly gone"): (
        20, "", 1.94, 2.0,
        "the loss stands at 1.94, and always saying the goals' mean would have 2 too: nothing was learned from the inputs.",
        "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals.",
    ),
    ("guessing", "guessing is not known"): (
        20, "", 0.95, None,
        "the loss stands where it began: 0.95 of the loss at the start is left.",
        "Another rate (ten times more, ten times less), another start; or the inputs tell nothing of the goals.",
    ),
    ("how many are right", "as it is"): (
        10, "", 0.5, 0.75,
        "of the last examples looked at 50.0% are given their class; always saying the commonest would give "
        "75.0%. The loss is 0.25, that of guessing by frequency 0.56.",
        "",
    ),
    ("how many are right", "of ten the last two"): (
        9, "", 0.8500000000000001, 0.75,
        "of the last examples looked at 85.0% are given their class; always saying the commonest would give "
        "75.0%. The loss is 0.25, that of guessing by frequency 0.56.",
        "",
    ),
    ("how many are right", "no losses, guessing is not known"): (
        10, "", 0.5, 0.75,
        "of the last examples looked at 50.0% are given their class; always saying the commonest would give 75.0%.",
        "",
    ),
    ("how many are right", "one class"): (
        0, "", 1.0, 1.0,
        "of the last examples looked at 100.0% are given their class; always saying the commonest would give "
        "100.0%. The loss is 0.25, that of guessing by frequency 0.",
        "",
    ),
    ("validation", "as it is"): (
        10, "", 2.0, 1.0,
        "the validation loss was lowest at step 10 (2) and is 4 now, while the loss of the training went on falling.",
        "Stop after about 10 steps; more data, weight decay or dropout.",
    ),
    ("validation", "of ten the last two"): (
        10, "", 1.15, 1.0,
        "the validation loss was lowest at step 10 (1) and is 1.15 now, while the loss of the training went on falling.",
        "Stop after about 10 steps; more data, weight decay or dropout.",
    ),
}  # fmt: skip
"""Its step, place and numbers, what is said, and the remedy."""


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_told(name: str):
    finding, base, _ = BOUNDS[name]
    assert told(name, finding, base, CHANGED) == {key: answer for key, answer in TOLD.items() if key[0] == name}
