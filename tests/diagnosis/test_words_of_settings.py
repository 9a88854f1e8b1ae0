"""What is told of settings of an observed training: step, place, numbers, sentence and remedy, each written down, and read."""

from types import SimpleNamespace
from typing import Any

import pytest
from diagnosis.evidence_by_hand import told
from diagnosis.test_bounds_of_settings import BOUNDS, layers, parameter

CHANGED: dict[str, dict[str, dict[str, Any]]] = {
    "weight decay": {
        "two weights": {
            "recorded.facts.parameters": [parameter(start=1.0, end=0.5, size=1), parameter(start=1.0, end=0.0, size=3)],
        },
        "a tenth of decay": {"recorded.optimizer": {"weight_decay": 0.1}, "recorded.facts.rates": [2.0]},
        "more than a tenth of decay": {"recorded.optimizer": {"weight_decay": 0.15}, "recorded.facts.rates": [2.0]},
        "all at once": {"recorded.facts.rates": [3.0]},
    },
    "clipping": {"no lengths": {"recorded.facts.norms": []}},
    "a schedule that ends": {"always": {"recorded.facts.rates": [1e-4] * 9}},
    "zeros": {"one of two that are alike": {"first": layers(1, 1, 1), "all_alike": lambda n: n == 1},
              "and one of zeros": {"first": layers(0, 1, 1), "last": layers(0, 1, 1), "all_alike": lambda n: n == 1}},
    "a large rate": {
        "no rates": {"recorded.facts.rates": []},
        "upward": {"recorded.facts.rates": [-0.125]},
        "a small one": {"recorded.facts.rates": [0.002], "recorded.optimizer": {}},
    },
    "half precision": {"a layer that is told": {"recorded.layers": [SimpleNamespace(name="a")]}},
    "momentum": {"for ever": {"recorded.optimizer": {"momentum": 1.0}}},
    "a warm-up": {"of forty steps": {"recorded.facts.rates": [0.01] * 39 + [0.02]}},
}  # fmt: skip
"""What else is told, where some facts are others."""
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("weight decay", "as it is"): (
        10, "", 0.5, 0.1,
        "weight decay takes the weights to 0: each step takes off 0.1 of them (rate 0.1 × decay 1), more than the "
        "gradients give back, and 0.5 of their size is left.",
        "weight_decay=0.01.",
    ),
    ("weight decay", "two weights"): (
        10, "", 0.25, 0.1,
        "weight decay takes the weights to 0: each step takes off 0.1 of them (rate 0.1 × decay 1), more than the "
        "gradients give back, and 0.25 of their size is left.",
        "weight_decay=0.01.",
    ),
    ("weight decay", "a tenth of decay"): (
        10, "", 0.5, 0.2,
        "weight decay takes the weights to 0: each step takes off 0.2 of them (rate 2 × decay 0.1), more than the "
        "gradients give back, and 0.5 of their size is left.",
        "weight_decay=0.001.",
    ),
    ("weight decay", "more than a tenth of decay"): (
        10, "", 0.5, 0.3,
        "weight decay takes the weights to 0: each step takes off 0.3 of them (rate 2 × decay 0.15), more than "
        "the gradients give back, and 0.5 of their size is left.",
        "weight_decay=0.01.",
    ),
    ("weight decay", "all at once"): (
        10, "", 0.5, 3.0,
        "weight decay takes the weights to 0: each step takes off 1 of them (rate 3 × decay 1), more than the "
        "gradients give back, and 0.5 of their size is left.",
        "weight_decay=0.01.",
    ),
    ("clipping", "as it is"): (
        0, "", 0.01, None,
        "gradients are clipped to 1.9e-05 in length, 0.01 of what they were, in 90% of the steps: steps are that "
        "much shorter, and hardly anything was learned.",
        "clip_grad_norm_(model.parameters(), 1.0), or none.",
    ),
    ("clipping", "no lengths"): (
        0, "", 0.01, None,
        "gradients are clipped to 0.01 of what they were, in 90% of the steps: steps are that much shorter, and "
        "hardly anything was learned.",
        "clip_grad_norm_(model.parameters(), 1.0), or none.",
    ),
    ("a schedule that ends", "as it is"): (
        8, "", 0.0001, 1.0,
        "the schedule has ended the training at step 8 of 10: the rate is 0.0001 there, of 1 at most, and nothing "
        "is learned after that.",
        "scheduler.step() once an epoch, not once a batch; or a schedule as long as the run.",
    ),
    ("a schedule that ends", "always"): (
        0, "", 0.0001, 0.5,
        "the schedule has ended the training at step 0 of 9: the rate is 0.0001 there, of 0.5 at most, and "
        "nothing is learned after that.",
        "scheduler.step() once an epoch, not once a batch; or a schedule as long as the run.",
    ),
    ("zeros", "as it is"): (
        0, "layer 0, layer 1", 0.0, None,
        "all weights of layer 0, layer 1 are 0 at the start: no delta comes back through zeros, so these layers cannot learn.",
        "Leave PyTorch's own start, or nn.init.kaiming_normal_(layer.weight): zeros, or one number, are for biases only.",
    ),
    ("zeros", "one of two that are alike"): (
        0, "layer 1", 0.0, None,
        "all nodes of layer 1 began with the same weights: they stay alike, and together do what one node does.",
        "Leave PyTorch's own start, or nn.init.kaiming_normal_(layer.weight): zeros, or one number, are for biases only.",
    ),
    ("zeros", "and one of zeros"): (
        0, "layer 1", 0.0, None,
        "all nodes of layer 1 began with the same weights: they stay alike, and together do what one node does.",
        "Leave PyTorch's own start, or nn.init.kaiming_normal_(layer.weight): zeros, or one number, are for biases only.",
    ),
    ("a large start", "as it is"): (
        0, "", 5.000000000000001, 0.5,
        "weights are drawn too large: the loss begins at 5, where guessing has 0.5, and steps of this rate do not "
        "bring it down.",
        "Leave PyTorch's own start, or nn.init.xavier_uniform_(layer.weight); standardise the inputs.",
    ),
    ("a large rate", "as it is"): (
        0, "", 0.25, 0.2,
        "the rate 0.25 is too large: each of the first steps changed the weights by 0.25 times their own size, "
        "and the loss is 2, of 0.5 at its lowest.",
        "A rate of 1e-02.",
    ),
    ("a large rate", "no rates"): (
        0, "", 0.5, 0.2,
        "the rate is too large: each of the first steps changed the weights by 0.5 times their own size, and the "
        "loss is 2, of 0.5 at its lowest.",
        "A smaller rate.",
    ),
    ("a large rate", "upward"): (
        0, "", 0.375, 0.2,
        "the rate -0.125 is too large: each of the first steps changed the weights by 0.38 times their own size, "
        "and the loss is 2, of 0.5 at its lowest.",
        "A smaller rate.",
    ),
    ("a large rate", "a small one"): (
        0, "", 0.5, 0.2,
        "the rate 0.002 is too large: each of the first steps changed the weights by 0.5 times their own size, "
        "and the loss is 2, of 0.5 at its lowest.",
        "A rate of 1e-05.",
    ),
    ("goals", "as it is"): (
        0, "the loss (mse_loss)", 30.0, 1.0,
        "goals go from -30 to 0, predictions are about 1 in size: the way to them is far too long for steps of this rate.",
        "y = (y - y.mean()) / y.std() before training, and back after it.",
    ),
    ("half precision", "as it is"): (
        9, "a (Linear)", 0.75, None,
        "75% of the weights stay as they are though they have a gradient: they are kept in bfloat16, where an "
        "update this small beside its weight is lost in rounding.",
        "Keep the weights in float32 and compute in half, under `with torch.autocast(device, dtype=torch.bfloat16)`.",
    ),
    ("half precision", "a layer that is told"): (
        9, "layer 0 (a)", 0.75, None,
        "75% of the weights stay as they are though they have a gradient: they are kept in bfloat16, where an "
        "update this small beside its weight is lost in rounding.",
        "Keep the weights in float32 and compute in half, under `with torch.autocast(device, dtype=torch.bfloat16)`.",
    ),
    ("an eps", "as it is"): (
        0, "a (Linear)", 0.0, 1e-08,
        "the optimizer's eps 1e-08 is 0 in float16, in which the weights are kept: where a gradient is 0 it divides by 0.",
        "Keep the weights in float32 (torch.autocast for half precision), or eps=1e-4.",
    ),
    ("betas", "as it is"): (
        0, "", 0.5, 0.2,
        "betas are 0.5 and 0.2: gradients are averaged over about 2 steps, their squares over 1; it takes the "
        "longer average of the squares, else steps grow without measure.",
        "betas=(0.9, 0.999).",
    ),
    ("momentum", "as it is"): (
        0, "", 0.9990234375, None,
        "momentum 0.999023 adds gradients up over about 1,024 steps, of 1,024 made: steps grow and swing, and "
        "never come to rest.",
        "momentum=0.9.",
    ),
    ("momentum", "for ever"): (
        0, "", 1.0, None,
        "momentum 1 adds gradients up for ever: steps grow and swing, and never come to rest.",
        "momentum=0.9.",
    ),
    ("dropout", "as it is"): (
        0, "drop", 0.9, None,
        "the dropout drop sets 90.0% of its numbers to 0: next to nothing comes through it.",
        "nn.Dropout(0.1) where the part that is kept was meant; else 0.1 to 0.5.",
    ),
    ("a warm-up", "as it is"): (
        8, "", 0.04, 1.0,
        "the schedule is still warming up: at the last step the rate is 0.04, of 1 that it is to reach, so hardly "
        "anything was learned.",
        "A warm-up of about 1 steps for a run of 8.",
    ),
    ("a warm-up", "of forty steps"): (
        40, "", 0.02, 1.0,
        "the schedule is still warming up: at the last step the rate is 0.02, of 1 that it is to reach, so hardly "
        "anything was learned.",
        "A warm-up of about 2 steps for a run of 40.",
    ),
}  # fmt: skip
"""Its step, place and numbers, what is said, and the remedy."""


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_told(name: str):
    finding, base, _ = BOUNDS[name]
    assert told(name, finding, base, CHANGED) == {key: answer for key, answer in TOLD.items() if key[0] == name}
