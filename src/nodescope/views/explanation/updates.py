"""From deltas to new weights: weighted delta, what the rule makes of it, the new weight, and why a weight stays where it is."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from nodescope.views.explanation.joined import Joined, clipping, joined_lines
from nodescope.views.explanation.lines import Line, Part, line, sum_line
from nodescope.views.explanation.step_numbers import LayerShown, StepNumbers
from nodescope.views.rule_formulas import CLOCKS, column_of, formulas, spoken


def updates(step: StepNumbers, layers: Sequence[LayerShown]) -> Iterator[Part]:
    """Weighted delta, the rule's memory, alpha delta and new weight of each weight shown, the last layer first."""
    clocks = step.recipe.rule.tick(step.clocks)
    yield from _clocks(step, clocks)
    yield from clipping(step)
    for layer in reversed(layers):
        for j in layer.nodes:
            for i in layer.weights:
                yield _update(step, layer, j, i, clocks)
        all_of_them = layer.weight.size if step.node is None else layer.shape.width
        left_out = step.in_the_same_way(layer, (all_of_them - len(layer.weights) * len(layer.nodes), "weight"))
        if left_out:
            yield Part(left_out)


def _clocks(step: StepNumbers, clocks: list[float]) -> Iterator[Part]:
    """Adam's powers, the same for all weights."""
    if not clocks:
        return
    part = Part("The rule's powers, the same for all weights")
    for (power, beta), before, after in zip(CLOCKS, step.clocks, clocks, strict=True):
        values = {"power before": before, **step.recipe.rule.settings()}
        part.lines.append(line(power, after, "{power before} × {" + beta + "}", values))
    yield part


def _update(step: StepNumbers, layer: LayerShown, j: int, i: int, clocks: list[float]) -> Part:
    part = Part(step.of("Update", layer, j, i=i), [_weighted_delta(step, layer, j, i)])
    old, move, new = (float(block[j, i]) for block in (layer.weight, layer.alpha_delta, layer.new_weight))
    what = "bias" if layer.bias_is(i) else "weight"
    if layer.frozen[j, i]:
        part.remarks.append(f"This {what} is frozen: its alpha delta is 0.0, so it keeps its value.")
        part.lines.append(Line(step.of("alpha delta", layer, j, i=i), move, "0 (frozen)", "0", "0.0"))
    else:
        given = joined_lines(step, layer, j, i)
        part.lines += given.lines
        part.lines += _rule_lines(step, layer, j, i, clocks, given)
        part.remarks += [f"The weight stays: {_why_it_stays(step, layer, j, i)}."] if old == new else []
    name = step.of("new weight", layer, j, i=i)
    part.lines.append(line(name, new, "{" + what + "} − {alpha delta}", {what: old, "alpha delta": move}))
    return part


def _weighted_delta(step: StepNumbers, layer: LayerShown, j: int, i: int) -> Line:
    """delta × input, over the step's examples."""
    count, is_bias = len(step.example), layer.bias_is(i)
    over = count if step.problem.mean else 1
    words = "delta" if is_bias else "delta × input"
    if count > 1:
        added = f", in parts of {step.problem.part:,}," if 0 < step.problem.part < count else ""
        words = f"sum of {count:,} {words}{added}" + (f" ÷ {count:,}" if over > 1 else "")
    deltas = layer.delta[:, j].tolist()
    pairs = [(delta,) for delta in deltas] if is_bias else [*zip(deltas, layer.input[:, i].tolist(), strict=True)]
    value, part = float(layer.weighted_delta[j, i]), step.problem.part
    return sum_line(step.of("weighted delta", layer, j, i=i), value, words, pairs, over, part)


def _rule_lines(step: StepNumbers, layer: LayerShown, j: int, i: int, clocks: list[float], given: Joined) -> Iterator[Line]:
    """What the rule makes of what it is given, formula by formula."""
    rule = step.recipe.rule
    values: dict[str, float] = {given.alpha: given.alpha_value, given.gradient: given.gradient_value, **rule.settings()}
    values["weight"] = float(layer.weight[j, i])
    values |= {f"{spoken(name)} before": float(block[j, i]) for name, block in layer.memory_before.items()}
    values |= {power: clock for (power, _), clock in zip(CLOCKS, clocks, strict=False)}
    for name, formula in formulas(rule):
        block = layer.alpha_delta if name == "alpha delta" else layer.memory[column_of(name)]
        value = float(block[j, i])
        yield line(step.of(name, layer, j, i=i), value, given.named(formula), values)
        values[name] = value


def _why_it_stays(step: StepNumbers, layer: LayerShown, j: int, i: int) -> str:
    """Why the new weight is the weight."""
    weight, weighted, move = (float(block[j, i]) for block in (layer.weight, layer.weighted_delta, layer.alpha_delta))
    if move == 0.0:
        if weighted == 0.0 and step.problem.is_bare:
            return f"its weighted delta is 0, because {_why_nothing(step, layer, j, i)}"
        return "alpha is 0" if step.alpha == 0.0 else "alpha delta is too small for a double, 0"
    gap = abs(math.nextafter(weight, -math.inf if move > 0 else math.inf) - weight)
    is_tie = 2 * abs(Fraction(move)) == Fraction(gap)
    size = "exactly" if is_tie else "less than"
    tie = ", and the tie goes to the even number, which is the weight it already has" if is_tie else ""
    return f"the next number beside it is {gap:.3g} away, and alpha delta, {move:.3g}, is {size} half of that gap{tie}"


def _why_nothing(step: StepNumbers, layer: LayerShown, j: int, i: int) -> str:
    """Why the weighted delta is 0."""
    several, deltas = len(step.example) > 1, layer.delta[:, j]
    if not deltas.any():
        if layer is step.last and (layer.prediction[:, j] == step.goal[:, j]).all():
            return "every prediction is its goal exactly" if several else "the prediction is the goal exactly"
        return "every delta is 0" if several else "delta is 0"
    if not layer.bias_is(i) and not layer.input[:, i].any():
        return "its input is 0"
    return "the examples' shares cancel" if several else "delta × input is too small for a double"
