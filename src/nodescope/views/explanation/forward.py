"""From inputs to predictions, their error, and back: contributions, sums, predictions, deltas and the mse of one step."""

from collections.abc import Iterator, Sequence

import numpy as np

from nodescope.arithmetic.activations import SOFTMAX
from nodescope.views.explanation.lines import FEW_NODES, Line, Part, line, number_in, sum_line
from nodescope.views.explanation.not_finite import first_not_finite
from nodescope.views.explanation.step_numbers import LayerShown, StepNumbers
from nodescope.views.numbers import exact, later


def predictions(step: StepNumbers, layers: Sequence[LayerShown]) -> Iterator[Part]:
    """Contributions, sum and prediction of each example and node shown; of outputs the delta too."""
    for layer in layers:
        for s in step.examples:
            for j in layer.nodes:
                yield _prediction(step, layer, s, j)
        nodes = layer.shape.outputs - len(layer.nodes) if step.node is None else 0
        left_out = step.in_the_same_way(layer, (len(step.example) - len(step.examples), "example"), (nodes, "node"))
        if left_out:
            yield Part(left_out)


def _prediction(step: StepNumbers, layer: LayerShown, s: int, j: int) -> Part:
    part = Part(step.of("Prediction", layer, j, s=s))
    total = "prediction" if layer.shape.is_identity else "sum"
    part.table = _contributions(step, layer, s, j, total)
    part.in_table = 1 if part.table else 0
    part.lines.append(_sum(step, layer, s, j, total))
    if not layer.shape.is_identity:
        part.lines += _activation(step, layer, s, j)
    if layer is step.last:
        part.lines += _delta_of_output(step, s, j)
    return part


def _contributions(step: StepNumbers, layer: LayerShown, s: int, j: int, total: str) -> list[list[str]]:
    """weight × input of each input, and what they add up to; nothing where there is one only."""
    weight, x = layer.weight[j], layer.input[s]
    with np.errstate(all="ignore"):
        products = weight[: len(x)] * x
        beyond = float(products[len(layer.inputs) :].sum())
    rows = [[step.input_name(layer, i), later(weight[i]), "×", later(x[i]), "=", later(products[i])] for i in layer.inputs]
    if rest := len(x) - len(layer.inputs):
        rows.append([f"{rest:,} more inputs", "", "", "", "", later(beyond)])
    if layer.shape.has_bias:
        rows.append(["bias", later(weight[-1]), "×", "1", "=", later(weight[-1])])
    if len(rows) == 1:
        return []
    head = ["", "weight", "×", "input", "=", "contribution"]
    return [head, *rows, [total, "", "", "", "", later(layer.sum[s, j])]]


def _sum(step: StepNumbers, layer: LayerShown, s: int, j: int, total: str) -> Line:
    """The contributions, added up."""
    name, value, d = step.of(total, layer, j, s=s), float(layer.sum[s, j]), layer.shape.inputs
    words = ("weight × input" if d == 1 else "sum of weight × input") + (" + bias" if layer.shape.has_bias else "")
    if len(layer.inputs) < d or (step.problem.lanes and d > 1):
        order = "added in eight lanes" if step.problem.lanes else "added from left to right"
        said = f"{d:,} contributions{' and the bias' if layer.shape.has_bias else ''}, {order}"
        return Line(name, value, words, said, said)
    terms = [*zip(layer.weight[j][:d], layer.input[s], strict=True), *([(layer.weight[j, -1],)] if layer.shape.has_bias else [])]
    in_short, exactly = (
        " + ".join(times.join(number_in(v, how) for v in term) for term in terms) for how, times in ((later, " × "), (exact, " * "))
    )
    return Line(name, value, words, in_short, exactly)


def _activation(step: StepNumbers, layer: LayerShown, s: int, j: int) -> Iterator[Line]:
    """The activation at the sum, and its slope there."""
    function, total = layer.shape.activation.name, float(layer.sum[s, j])
    name, slope = (step.of(quantity, layer, j, s=s) for quantity in ("prediction", "slope"))
    if layer.shape.activation == SOFTMAX:
        yield _softmax(name, layer, s, j)
        return
    numbers, exactly = f"{function}({later(total)})", f"{function}({exact(total)})"
    yield Line(name, float(layer.prediction[s, j]), f"{function}(sum)", numbers, exactly)
    if layer is step.last and step.recipe.loss.is_error:
        return
    at = f"slope at {later(total)}"
    yield Line(slope, float(layer.slope[s, j]), f"slope of {function} at the sum", at, f"slope of {function}")


def _softmax(name: str, layer: LayerShown, s: int, j: int) -> Line:
    """exp(sum) ÷ the sum of exp of all sums of the layer, each less the largest of them."""
    sums = [float(total) for total in layer.sum[s]]
    most = max(sums)
    words = "exp(sum − largest sum) ÷ the sum of these over all outputs"
    if len(sums) > FEW_NODES:
        return Line(name, float(layer.prediction[s, j]), words, f"softmax of {len(sums):,} sums", f"softmax of {len(sums):,} sums")
    told = []
    for how, minus, by in ((later, "−", "÷"), (exact, "-", "/")):
        powers = [f"exp({number_in(total, how)} {minus} {number_in(most, how)})" for total in sums]
        told.append(f"{powers[j]} {by} ({' + '.join(powers)})")
    return Line(name, float(layer.prediction[s, j]), words, *told)


def _delta_of_output(step: StepNumbers, s: int, j: int) -> Iterator[Line]:
    """(prediction − goal) × slope; of a loss that is not the square, its slope instead of the error; of cross-entropy no slope."""
    layer, loss = step.last, step.recipe.loss
    prediction, goal = float(layer.prediction[s, j]), float(step.goal[s, j])
    values = {"prediction": prediction, "goal": goal, "slope": float(layer.slope[s, j])}
    formula = "{prediction} − {goal}"
    if loss.name == "hinge":
        yield from _delta_of_hinge(step, s, j)
        return
    if loss.is_error:
        yield line(step.of("delta", layer, j, s=s), float(layer.delta[s, j]), formula, values)
        return
    if loss.name != "squared":
        values["loss's slope"] = loss.slope(prediction - goal)
        at = f"slope at {number_in(prediction, later)} − {number_in(goal, later)}"
        words = f"slope of {loss.name} at prediction − goal"
        yield Line(step.of("loss's slope", layer, j, s=s), values["loss's slope"], words, at, f"slope of {loss.name}")
        formula = "{loss's slope}"
    if not layer.shape.is_identity:
        formula = f"({formula}) × {{slope}}" if loss.name == "squared" else f"{formula} × {{slope}}"
    yield line(step.of("delta", layer, j, s=s), float(layer.delta[s, j]), formula, values)


def _delta_of_hinge(step: StepNumbers, s: int, j: int) -> Iterator[Line]:
    """−y until the prediction is on y's side by a whole 1."""
    layer = step.last
    prediction, y = float(layer.prediction[s, j]), 1.0 if float(step.goal[s, j]) > 0.5 else -1.0
    of = {"y": y, "prediction": prediction}
    yield line(step.of("margin", layer, j, s=s), y * prediction, "{y} × {prediction}", of)
    formula = "−{y}" if y * prediction < 1.0 else "0"
    reason = "the margin is below 1" if y * prediction < 1.0 else "the margin is 1 or more"
    told = line(step.of("delta", layer, j, s=s), float(layer.delta[s, j]), formula, of)
    yield Line(
        told.name, told.value, f"{told.words}, as {reason}", told.numbers, "-y".replace("y", f"({y})") if formula != "0" else "0.0"
    )


def error(step: StepNumbers) -> Part:
    """mse of the step's examples, and the first number that is not finite."""
    loss = step.recipe.loss
    is_delta = loss.is_error or (step.last.shape.is_identity and loss.name == "squared")
    with np.errstate(all="ignore"):
        errors = [float(error) for error in (step.last.prediction - step.goal).ravel()]
    of = "delta × delta" if is_delta else "error × error"
    words = of if len(errors) == 1 else f"mean of {len(errors):,} {of}"
    words += "" if is_delta else ", error = prediction − goal"
    part = Part("Mean squared error, before the update")
    part.lines.append(sum_line("mse", step.mse, words, [(e, e) for e in errors], len(errors)))
    if (found := first_not_finite(step)) is not None:
        part.remarks.append(found)
    return part


def hidden_deltas(step: StepNumbers, layers: Sequence[LayerShown]) -> Iterator[Part]:
    """Deltas of the layers before the outputs, the last of these first."""
    for layer in reversed(layers):
        if layer is not step.last:
            for s in step.examples:
                for j in layer.nodes:
                    yield Part(step.of("Delta", layer, j, s=s), [_hidden_delta(step, layer, s, j)])


def _hidden_delta(step: StepNumbers, layer: LayerShown, s: int, j: int) -> Line:
    """The deltas of the nodes that it feeds × their weights × its slope."""
    fed = step.layers[layer.number + 1]
    through = (fed.new_weight if step.problem.sequential else fed.weight)[:, j]
    pairs = list(zip(fed.delta[s].tolist(), through.tolist(), strict=True))
    left_out = len(pairs) - FEW_NODES
    in_short, exactly = (
        " + ".join(times.join(number_in(v, how) for v in pair) for pair in pairs[:FEW_NODES])
        for how, times in ((later, " × "), (exact, " * "))
    )
    in_short += f" + … {left_out:,} more" if left_out > 0 else ""
    words, slope = "sum of delta it feeds × weight", float(layer.slope[s, j])
    if not layer.shape.is_identity:
        words, in_short, exactly = (
            f"({words}) × slope", f"({in_short}) × {number_in(slope, later)}", f"({exactly}) * {number_in(slope, exact)}"
        )  # fmt: skip
    return Line(step.of("delta", layer, j, s=s), float(layer.delta[s, j]), words, in_short, words if left_out > 0 else exactly)
