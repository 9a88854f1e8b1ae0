"""The table of all quantities of a step: name, standard term, axes, formula. Traces, tables and pictures read it.

Axes: T steps, b examples of a step, k outputs (or nodes of the layer), d inputs (of the layer). Axes of length 1 that a recipe
does not have are dropped.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One number, or family of numbers, that every step has."""

    name: str
    term: str
    axes: str
    formula: str


QUANTITIES = (
    Quantity("step", "iteration", "T", "counted from 0: the weights after that many updates, and the update made from them"),
    Quantity("epoch", "epoch", "T", "passes over the examples completed before this step"),
    Quantity("example", "sample index", "Tb", "number of the example, from 0, in ascending order; -1 where a last batch is short"),
    Quantity("input", "feature", "Tbd", "x"),
    Quantity("weight", "parameter", "Tkd", "w, before the update"),
    Quantity("bias", "intercept", "Tk", "the weight of an input fixed at 1, before the update"),
    Quantity("sum", "pre-activation", "Tbk", "sum of weight × input, left to right, the bias last"),
    Quantity("prediction", "output, activation", "Tbk", "the activation at the sum; of a plain node the sum itself"),
    Quantity("slope", "derivative of the activation", "Tbk", "what the prediction grows by per unit of the sum"),
    Quantity("goal", "target", "Tbk", "g"),
    Quantity("delta", "error signal", "Tbk", "(prediction − goal) × slope; of a hidden node, of what it feeds × weights × slope"),
    Quantity("mse", "mean squared error", "T", "mean of delta × delta over the step's examples and outputs, before the update"),
    Quantity("weighted_delta", "gradient of ½ (prediction − goal)²", "Tkd", "delta × input, averaged (or summed) over the batch"),
    Quantity("alpha_delta", "update", "Tkd", "alpha × weighted delta for the plain rule; what any other rule subtracts"),
    Quantity("new_weight", "updated parameter", "Tkd", "weight − alpha delta"),
    Quantity("bias_weighted_delta", "gradient with respect to the bias", "Tk", "delta, averaged (or summed) over the batch"),
    Quantity("bias_delta", "update of the bias", "Tk", "the bias's alpha delta"),
    Quantity("new_bias", "updated bias", "Tk", "bias − bias delta"),
    Quantity("alpha", "learning rate", "T", "the brake, at this step"),
    Quantity("penalty_delta", "gradient of the penalty", "Tkd", "l2 × weight + l1 × its sign, which joins the weighted delta"),
    Quantity("bias_penalty_delta", "gradient of the penalty with respect to the bias", "Tk", "l2 × bias + l1 × its sign"),
    Quantity("gradient_norm", "norm of the gradient", "T", "root of the sum of squares of all (weighted delta + penalty delta)"),
    Quantity("clip_factor", "clipping coefficient", "T", "clip ÷ gradient norm where that is longer than clip, else 1"),
)
OF_PENALTY = ("penalty_delta", "bias_penalty_delta")
"""A trace has these where there is a penalty, the latter where biases cost as well."""
OF_CLIPPING = ("gradient_norm", "clip_factor")
"""It has these where weighted deltas are clipped."""
OF_A_STEP = ("step", "epoch", "example", "input", "prediction", "goal", "delta", "mse", "alpha")
"""The whole step has these columns; their prediction and delta are the outputs'."""
OF_A_NODE = tuple(q.name for q in QUANTITIES if q.name not in ("sum", "slope", *OF_PENALTY, *OF_CLIPPING))
"""A run whose one layer was written as nodes has these columns: the whole step's, and the weights'."""
OF_A_LAYER = (
    "input", "weight", "bias", "sum", "prediction", "slope", "delta", "weighted_delta", "alpha_delta", "new_weight",
    "bias_weighted_delta", "bias_delta", "new_bias",
)  # fmt: skip
BY_NAME = {quantity.name: quantity for quantity in QUANTITIES}
BIAS = frozenset(name for name in BY_NAME if "bias" in name)
