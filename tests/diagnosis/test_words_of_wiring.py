"""What is told where a training does not hang together: step, place, numbers, sentence and remedy, written down, and read."""

from types import SimpleNamespace
from typing import Any

import pytest
from diagnosis.evidence_by_hand import told
from diagnosis.test_bounds_of_wiring import BOUNDS, FINE, LOST, RATE_0, modes, of, parameter, stray

CHANGED: dict[str, dict[str, dict[str, Any]]] = {
    "apart from the loss": {"made anew": {"recorded.facts.rootless": 8}},
    "cut off": {"by a sign": of(FINE, parameter(gradients=0, moved=False, cut_by="sign"), LOST)},
    "gradients of 0": {"in steps": of(FINE, parameter(largest=0.0, cut_by="round"), parameter(largest=0.0, cut_by="sign"))},
    "not cleared": {
        "one of two": of(FINE, parameter(name="b.weight", layer="b", uncleared=4)),
        "a layer that is told": of(FINE, parameter(uncleared=3), **{"recorded.layers": [SimpleNamespace(name="a")]}),
        "another is not stepped": of(parameter(uncleared=3), parameter(stepped=False)),
        "of no layer": of(FINE, parameter(name="scale", layer="", kind="", uncleared=3)),
        "no step": of(parameter(uncleared=3), **{"recorded.steps": 0}),
    },
    "not in the model": {
        "two of one layer, and one of none": {"recorded.facts.strays": [stray("kept.0.weight"), stray("kept.0.bias"), stray("w")]},
        "plain tensors": {"recorded.facts.strays": [stray("a.scale", kind="Tensor"), stray("b.shift", kind="Tensor")]},
        "made anew": {"recorded.facts.strays": [stray()] * 6},
    },
    "not in the optimizer": {
        "put in later": of(parameter(stepped=False, moved=False), parameter(of_model=False, gradients=0)),
        "another is not the model's": of(parameter(stepped=False, moved=False), parameter(of_model=False)),
    },
    "frozen": {
        "it learned": {"nothing_learned": False},
        "a rate of 0": of(FINE, **RATE_0, nothing_learned=False),
        "both": of(FINE, parameter(asks=False, moved=False, size=2), **RATE_0),
    },
    "modes": {
        "evaluating": of(FINE, **{"recorded.facts.modes": modes(evaluating=8)}),
        "since three": of(FINE, **{"recorded.facts.modes": modes(since=5, evaluating=3)}),
        "apart": of(FINE, **{"recorded.facts.modes": modes(apart=2)}),
        "always on": of(FINE, **{"recorded.facts.modes": modes(always_on=True)}),
    },
}  # fmt: skip
"""What else is told, where some facts are others."""
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("no update", "as it is"): (
        0, "", 0.0, None,
        "the optimizer never stepped: backward was called 8 times, no weight was updated.",
        "Call optimizer.step() after loss.backward().",
    ),
    ("apart from the loss", "as it is"): (
        0, "the loss", 0.0, None,
        "the loss does not depend on the weights: in 8 backward passes none of the optimizer's parameters got a "
        "gradient; it is another model's, or the way back to the weights is cut (detach, no_grad, .data).",
        "loss = criterion(model(x), y); loss.backward(): call backward on what the loss function gave, of the "
        "model that the optimizer was made for.",
    ),
    ("apart from the loss", "made anew"): (
        0, "the loss", 0.0, None,
        "the loss does not depend on the weights: in 8 backward passes none of the optimizer's parameters got a "
        "gradient; it was made anew from a number (item(), float(), torch.tensor(…), numpy), or cut off by "
        "detach().",
        "loss = criterion(model(x), y); loss.backward(): call backward on what the loss function gave, of the "
        "model that the optimizer was made for.",
    ),
    ("under no_grad", "as it is"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) never learned: it goes forward under no_grad (or inference_mode), so no gradient comes back "
        "to it, though the optimizer has its weights.",
        "Take its forward out of `with torch.no_grad():`; where it is to stay as it is, requires_grad_(False) says so.",
    ),
    ("cut off", "as it is"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) never learned: it is at work in each step, but its output does not enter the loss.",
        "Add what it gives to the loss, or leave the layer out.",
    ),
    ("cut off", "by a sign"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) never learned: it is at work in each step, but its output enters the loss through sign, which "
        "lets no gradient pass.",
        "Leave sign out on the way from there to the loss.",
    ),
    ("gradients of 0", "as it is"): (
        0, "a (Linear)", 0.0, None,
        "gradients of a (Linear) were exactly 0 in every step.",
        "",
    ),
    ("gradients of 0", "in steps"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) never learned: its output enters the loss through round, sign, whose slope is 0 everywhere, "
        "so every gradient is 0.",
        "h + (torch.round(h) - h).detach(): the value of round, sign, the slope of h; or leave it out.",
    ),
    ("not cleared", "as it is"): (
        1, "", 0.375, None,
        "gradients are not set back between updates: in 3 of 8 updates they still held those of the update "
        "before, so steps go along the sum of all batches so far.",
        "optimizer.zero_grad() before each loss.backward().",
    ),
    ("not cleared", "one of two"): (
        1, "b (Linear)", 0.5, None,
        "gradients of b (Linear) are not set back between updates: in 4 of 8 updates they still held those of the "
        "update before, so steps go along the sum of all batches so far.",
        "optimizer.zero_grad() before each loss.backward().",
    ),
    ("not cleared", "a layer that is told"): (
        1, "layer 0 (a)", 0.375, None,
        "gradients of layer 0 (a) are not set back between updates: in 3 of 8 updates they still held those of "
        "the update before, so steps go along the sum of all batches so far.",
        "optimizer.zero_grad() before each loss.backward().",
    ),
    ("not cleared", "another is not stepped"): (
        1, "", 0.375, None,
        "gradients are not set back between updates: in 3 of 8 updates they still held those of the update "
        "before, so steps go along the sum of all batches so far.",
        "optimizer.zero_grad() before each loss.backward().",
    ),
    ("not cleared", "of no layer"): (
        1, "scale", 0.375, None,
        "gradients of scale are not set back between updates: in 3 of 8 updates they still held those of the "
        "update before, so steps go along the sum of all batches so far.",
        "optimizer.zero_grad() before each loss.backward().",
    ),
    ("not cleared", "no step"): (
        1, "", 3.0, None,
        "gradients are not set back between updates: in 3 of 0 updates they still held those of the update "
        "before, so steps go along the sum of all batches so far.",
        "optimizer.zero_grad() before each loss.backward().",
    ),
    ("cleared too early", "as it is"): (
        0, "", 0.375, None,
        "in 3 of 8 updates the gradients were set back to nothing between backward and the update: nothing is "
        "learned from them.",
        "optimizer.zero_grad(); loss.backward(); optimizer.step(): in this order.",
    ),
    ("not in the model", "as it is"): (
        0, "kept.0", 0.0, None,
        "layers at work lie in a Python list or dictionary, where PyTorch does not look (kept.0): no optimizer "
        "has their weights, which stay as they were drawn.",
        "self.layers = nn.ModuleList([…]) (nn.ModuleDict for a dictionary) in place of the list, before the "
        "optimizer is made.",
    ),
    ("not in the model", "two of one layer, and one of none"): (
        0, "kept.0, w", 0.0, None,
        "layers at work lie in a Python list or dictionary, where PyTorch does not look (kept.0, w): no optimizer "
        "has their weights, which stay as they were drawn.",
        "self.layers = nn.ModuleList([…]) (nn.ModuleDict for a dictionary) in place of the list, before the "
        "optimizer is made.",
    ),
    ("not in the model", "plain tensors"): (
        0, "a.scale, b.shift", 0.0, None,
        "a.scale, b.shift: at work and asks for gradients, but it is a plain tensor, not an nn.Parameter, so "
        "model.parameters() leaves it out and it stays as it was.",
        "self.shift = nn.Parameter(…) before the optimizer is made; a buffer where it is to stay.",
    ),
    ("not in the model", "made anew"): (
        0, "", 6.0, None,
        "6 parameters were at work in one step alone: a layer is made anew in each forward pass, with weights "
        "drawn anew, and never learns.",
        "Make the layer in __init__ (self.layer = nn.Linear(…)) and call it in forward.",
    ),
    ("not in the optimizer", "as it is"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) cannot move: the optimizer was not given its weights, though it gets gradients.",
        "optimizer = …(model.parameters()) after the model is complete; requires_grad_(False) where it is to stay as it is.",
    ),
    ("not in the optimizer", "put in later"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) cannot move: the optimizer was not given its weights, though it gets gradients. It has "
        "parameters that are not the model's instead: the layer was put in after the optimizer was made.",
        "optimizer = …(model.parameters()) after the model is complete; requires_grad_(False) where it is to stay as it is.",
    ),
    ("not in the optimizer", "another is not the model's"): (
        0, "a (Linear)", 0.0, None,
        "a (Linear) cannot move: the optimizer was not given its weights, though it gets gradients.",
        "optimizer = …(model.parameters()) after the model is complete; requires_grad_(False) where it is to stay as it is.",
    ),
    ("frozen", "as it is"): (
        0, "a (Linear)", 0.25, None,
        "a (Linear) cannot move: requires_grad is off (25% of all weights).",
        "If that is not meant: requires_grad_(True), and a rate above 0.",
    ),
    ("frozen", "it learned"): (
        0, "a (Linear)", 0.25, None,
        "a (Linear) cannot move: requires_grad is off (25% of all weights).",
        "",
    ),
    ("frozen", "a rate of 0"): (
        0, "layer 1 cannot move: its rate is 0", 0.0, None,
        "layer 1 cannot move: its rate is 0.",
        "If that is not meant: requires_grad_(True), and a rate above 0.",
    ),
    ("frozen", "both"): (
        0, "a (Linear)", 0.25, None,
        "layer 1 cannot move: its rate is 0; a (Linear) cannot move: requires_grad is off (25% of all weights).",
        "If that is not meant: requires_grad_(True), and a rate above 0.",
    ),
    ("modes", "evaluating"): (
        0, "drop", 8.0, None,
        "the model is in evaluation mode while it trains: drop do nothing, or go by statistics that never change.",
        "model.train() before the loop.",
    ),
    ("modes", "since three"): (
        5, "drop", 3.0, None,
        "from step 5 on the model trains in evaluation mode: drop: no longer at work as in training.",
        "model.train() again after each evaluation.",
    ),
    ("modes", "apart"): (
        0, "drop", 2.0, None,
        "drop work as in training also where no gradients are asked for, 2 times: what is evaluated there is "
        "another model at every pass, and batch norm's statistics take in those examples.",
        "model.eval() before an evaluation, model.train() after it.",
    ),
    ("modes", "always on"): (
        0, "drop", 0.0, None,
        "a dropout stays on in evaluation mode: F.dropout is on unless it is told otherwise.",
        "F.dropout(x, p, training=self.training), or nn.Dropout.",
    ),
}  # fmt: skip
"""Its step, place and numbers, what is said, and the remedy."""


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_told(name: str):
    finding, base, _ = BOUNDS[name]
    assert told(name, finding, base, CHANGED) == {key: answer for key, answer in TOLD.items() if key[0] == name}
