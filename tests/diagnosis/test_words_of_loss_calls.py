"""What is told of a call of a loss function: its step, place and number, the sentence, and the remedy, written down, and read."""

from typing import Any

import pytest
from diagnosis.test_bounds_of_loss_calls import FOUND

TOLD: dict[str, tuple[Any, ...]] = {
    "a column and a line": (
        7, "the loss (mse_loss)", None,
        "shapes do not fit: predictions are (8, 1), goals (8,); PyTorch broadcasts them, and 64 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "a distribution": (
        7, "the loss (kl_div)", None,
        "shapes do not fit: predictions are (8, 2), goals (2,); PyTorch broadcasts them, and 16 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "one axis alone": (
        7, "the loss (mse_loss)", None,
        "shapes do not fit: predictions are (8, 3), goals (1, 3); PyTorch broadcasts them, and 24 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "one axis alone, the other way": (
        7, "the loss (mse_loss)", None,
        "shapes do not fit: predictions are (1, 3), goals (8, 3); PyTorch broadcasts them, and 24 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "an axis more": (
        7, "the loss (mse_loss)", None,
        "shapes do not fit: predictions are (8,), goals (1, 8); PyTorch broadcasts them, and 8 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "by hand, alone": (
        7, "the loss (sub)", None,
        "shapes do not fit: predictions are (8, 1), goals (8,); PyTorch broadcasts them, and 64 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "by hand, both ways, alone": (
        7, "the loss (sub)", None,
        "shapes do not fit: predictions are (8, 1), goals (1, 8); PyTorch broadcasts them, and 64 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "weights of a loss": (
        7, "the loss (mul)", None,
        "shapes do not fit: predictions are (8,), loss weights (8, 1); PyTorch broadcasts them, and 64 pairs are "
        "compared, each prediction with the goals of other examples too.",
        "criterion(out.squeeze(-1), y), or y.unsqueeze(-1): both in one shape.",
    ),
    "softmax twice": (
        7, "the loss (cross_entropy)", None,
        "softmax is taken twice: cross_entropy has its own, and the model ends with one: the loss cannot come "
        "near 0, and gradients are small.",
        "Leave the last softmax out: F.cross_entropy takes the last layer's sums (logits) as they are.",
    ),
    "sigmoid twice": (
        7, "the loss (binary_cross_entropy_with_logits)", None,
        "sigmoid is taken twice: binary_cross_entropy_with_logits has its own, and the model ends with one: the "
        "loss cannot come near 0, and gradients are small.",
        "Leave the last sigmoid out: F.binary_cross_entropy_with_logits takes the last layer's sums (logits) as they are.",
    ),
    "a logarithm too many": (
        7, "the loss (cross_entropy)", None,
        "the loss cross_entropy is given log_softmax, and takes a softmax and a logarithm itself: one of the two is too many.",
        "Leave the last log_softmax out: F.cross_entropy takes the last layer's sums (logits) as they are.",
    ),
    "a logarithm before a sigmoid": (
        7, "the loss (binary_cross_entropy_with_logits)", None,
        "the loss binary_cross_entropy_with_logits is given what log_softmax gives, 0 and below, where it takes "
        "any number: some classes can never be told with certainty.",
        "Leave the last log_softmax out: F.binary_cross_entropy_with_logits takes the last layer's sums (logits) as they are.",
    ),
    "above 0": (
        7, "the loss (cross_entropy)", None,
        "the loss cross_entropy is given what relu gives, 0 and above, where it takes any number: some classes "
        "can never be told with certainty.",
        "Leave the last relu out: F.cross_entropy takes the last layer's sums (logits) as they are.",
    ),
    "from −1 to 1": (
        7, "the loss (cross_entropy)", None,
        "the loss cross_entropy is given what tanh gives, -1 to 1, where it takes any number: some classes can "
        "never be told with certainty.",
        "Leave the last tanh out: F.cross_entropy takes the last layer's sums (logits) as they are.",
    ),
    "0 to 1": (
        7, "the loss (cross_entropy)", None,
        "the loss cross_entropy is given what sigmoid gives, 0 to 1, where it takes any number: some classes can "
        "never be told with certainty.",
        "Leave the last sigmoid out: F.cross_entropy takes the last layer's sums (logits) as they are.",
    ),
    "0 to 1, of rows": (
        7, "the loss (binary_cross_entropy_with_logits)", None,
        "the loss binary_cross_entropy_with_logits is given what softmax gives, 0 to 1, where it takes any "
        "number: some classes can never be told with certainty.",
        "Leave the last softmax out: F.binary_cross_entropy_with_logits takes the last layer's sums (logits) as they are.",
    ),
    "over the batch": (
        7, "the loss (nll_loss)", 0.0,
        "log_softmax goes along axis 0 of shape (8, 2): examples share one distribution, where each should have "
        "its own over the classes.",
        "F.log_softmax(out, dim=1).",
    ),
    "over the middle": (
        7, "the loss (kl_div)", 1.0,
        "softmax goes along axis 1 of shape (8, 2, 5): examples share one distribution, where each should have "
        "its own over the classes.",
        "F.log_softmax(out, dim=2).",
    ),
    "a twentieth": (
        7, "the loss (nll_loss)", 0.9499,
        "the loss nll_loss is given numbers that are no log-probabilities (from inf to -inf; e to them sums to "
        "0.95 in a row, where it should be 1): the loss goes below 0, and tells nothing of the fit.",
        "F.cross_entropy(out, y) of the last layer's sums, or F.log_softmax before it in place of softmax.",
    ),
    "probabilities": (
        7, "the loss (nll_loss)", 2.7,
        "the loss nll_loss is given probabilities (from 0 to 1; e to them sums to 2.7 in a row, where it should "
        "be 1): the loss goes below 0, and tells nothing of the fit.",
        "F.cross_entropy(out, y) of the last layer's sums, or F.log_softmax before it in place of softmax.",
    ),
    "numbers": (
        7, "the loss (kl_div)", 2.7,
        "the loss kl_div is given numbers that are no log-probabilities (from -0.5 to 1; e to them sums to 2.7 in "
        "a row, where it should be 1): the loss goes below 0, and tells nothing of the fit.",
        "F.kl_div(F.log_softmax(out, -1), p), or F.log_softmax before it in place of softmax.",
    ),
    "numbers above 1": (
        7, "the loss (kl_div)", 9.0,
        "the loss kl_div is given numbers that are no log-probabilities (from 0.5 to 1.5; e to them sums to 9 in "
        "a row, where it should be 1): the loss goes below 0, and tells nothing of the fit.",
        "F.kl_div(F.log_softmax(out, -1), p), or F.log_softmax before it in place of softmax.",
    ),
    "one class": (
        7, "the loss (cross_entropy)", 1.0,
        "the loss cross_entropy is given one class (shape (8, 1)): the softmax of one number is always 1, the loss always 0.",
        "Two outputs with F.cross_entropy, or one with F.binary_cross_entropy_with_logits(out, y.float()).",
    ),
    "signs": (
        7, "the loss (binary_cross_entropy)", -1.0,
        "goals of binary_cross_entropy go from -1 to 1; they have to lie from 0 to 1, else the loss has no least value.",
        "F.binary_cross_entropy(out, (y + 1) / 2).",
    ),
    "1 and 2": (
        7, "the loss (binary_cross_entropy_with_logits)", 2.0,
        "goals of binary_cross_entropy_with_logits go from 1 to 2; they have to lie from 0 to 1, else the loss "
        "has no least value.",
        "F.binary_cross_entropy_with_logits(out, y - 1).",
    ),
    "bytes": (
        7, "the loss (binary_cross_entropy)", 255.0,
        "goals of binary_cross_entropy go from 0 to 255; they have to lie from 0 to 1, else the loss has no least value.",
        "F.binary_cross_entropy(out, y / y.max()).",
    ),
    "−1 to 2": (
        7, "the loss (binary_cross_entropy)", -1.0,
        "goals of binary_cross_entropy go from -1 to 2; they have to lie from 0 to 1, else the loss has no least value.",
        "F.binary_cross_entropy(out, y / y.max()).",
    ),
    "0 and 1 for signs": (
        7, "the loss (margin_ranking_loss)", 0.0,
        "goals of margin_ranking_loss are 0 and 1; it takes 1 and −1, and pairs with goal 0 count for nothing.",
        "2 * y - 1 in place of y.",
    ),
    "two classes at once": (
        7, "the loss (cross_entropy)", 1.0501,
        "rows of goals sum to 1.05; cross_entropy takes a distribution over the classes, which sums to 1.",
        "F.binary_cross_entropy_with_logits(out, y) where several classes may hold; else class numbers, or y / "
        "y.sum(1, keepdim=True).",
    ),
    "less than one class": (
        7, "the loss (cross_entropy)", 0.0,
        "rows of goals sum to 0; cross_entropy takes a distribution over the classes, which sums to 1.",
        "F.binary_cross_entropy_with_logits(out, y) where several classes may hold; else class numbers, or y / "
        "y.sum(1, keepdim=True).",
    ),
    "too low for a tanh": (
        7, "the loss (mse_loss)", 1.0,
        "goals go from -1.3 to 1, but the model ends with tanh, which gives only -1 to 1: some can never be reached.",
        "Leave the last tanh out, or scale the goals into its range.",
    ),
    "too high for a tanh": (
        7, "the loss (mse_loss)", 1.3,
        "goals go from -1 to 1.3, but the model ends with tanh, which gives only -1 to 1: some can never be reached.",
        "Leave the last tanh out, or scale the goals into its range.",
    ),
    "all low for a relu": (
        7, "the loss (l1_loss)", -1.0,
        "goals go from -1 to -1, but the model ends with relu, which gives only 0 and above: some can never be reached.",
        "Leave the last relu out, or scale the goals into its range.",
    ),
    "the wrong way round": (
        7, "the loss (kl_div)", None,
        "the loss kl_div has predictions and goals the wrong way round: the second argument asks for gradients, "
        "the first does not.",
        "F.kl_div(predictions, goals).",
    ),
    "no label": (
        7, "the loss (cross_entropy)", 1.0,
        "in some batch all labels are ignore_index: the mean over none of them is NaN.",
        "Leave such batches out (if (y != ignore_index).any():), or reduction='sum' divided by max(1, count).",
    ),
    "one class of all": (
        7, "the loss (cross_entropy)", 1.0,
        "all goals looked at are the same (class 1): always saying that is all that can be learned.",
        "Look at how goals are read: (y == y[0]).all() should be False.",
    ),
    "one class of two": (
        7, "the loss (cross_entropy)", 1.0,
        "all goals looked at are the same (class 1): always saying that is all that can be learned.",
        "Look at how goals are read: (y == y[0]).all() should be False.",
    ),
    "one goal of all": (
        7, "the loss (mse_loss)", 0.5,
        "all goals looked at are the same (0.5): always saying that is all that can be learned.",
        "Look at how goals are read: (y == y[0]).all() should be False.",
    ),
    "a class that is left out": (
        7, "the loss (cross_entropy)", 0.25,
        "the setting ignore_index=0 leaves class 0 out of the loss, in some batch 25% of the examples: it is never learned.",
        "F.cross_entropy(out, y), without ignore_index; −100 is for places that have no label.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_of_a_call(name: str):
    judge, asked, _ = FOUND[name]
    found = judge(asked)
    assert (found.step, found.where, found.measured, found.text, found.remedy) == TOLD[name]
