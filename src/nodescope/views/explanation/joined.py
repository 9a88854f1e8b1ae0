"""What joins a weighted delta on its way to the rule: the penalty, clipping, and the weight's own alpha."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nodescope.views.explanation.lines import Line, Part, line
from nodescope.views.explanation.step_numbers import LayerShown, StepNumbers


@dataclass
class Joined:
    """What the rule is given for one weight, by name, and the lines that lead there; none where nothing joins."""

    gradient: str
    gradient_value: float
    alpha: str
    alpha_value: float
    lines: list[Line] = field(default_factory=list)

    def named(self, formula: str) -> str:
        """A rule's formula, of what it is given here."""
        return formula.replace("{weighted delta}", f"{{{self.gradient}}}").replace("{alpha}", f"{{{self.alpha}}}")


def clipping(step: StepNumbers) -> Iterator[Part]:
    """How long all weighted deltas together are, and what they are multiplied by: the same for all weights."""
    clip = step.recipe.clip
    if clip is None:
        return
    norm, factor = float(step.by_name["gradient_norm"]), float(step.by_name["clip_factor"])
    words = "√(sum of squares of all gradients)"
    part = Part("Clipping, the same for all weights", [Line("gradient norm", norm, words, words, words)])
    if factor == 1.0:
        part.remarks.append("They are no longer than clip: nothing is shortened.")
    else:
        part.lines.append(line("clip factor", factor, "{clip} ÷ {gradient norm}", {"clip": clip, "gradient norm": norm}))
    yield part


def joined_lines(step: StepNumbers, layer: LayerShown, j: int, i: int) -> Joined:
    """From the weighted delta of a weight to what the rule is given for it."""
    weighted, factors = float(layer.weighted_delta[j, i]), step.problem.factors
    found = Joined("weighted delta", weighted, "alpha", step.alpha)
    terms, values = "{weighted delta}", {"weighted delta": weighted}
    penalty = step.problem.penalty
    if penalty and (penalty.bias or not layer.bias_is(i)):
        added, values["penalty delta"] = _penalty_line(step, layer, j, i)
        found.lines.append(added)
        terms = "{weighted delta} + {penalty delta}"
    total = sum(values.values()) if len(values) > 1 else weighted
    if step.recipe.clip is not None and (factor := float(step.by_name["clip_factor"])) != 1.0:
        values["clip factor"] = factor
        terms, total = f"({terms}) × {{clip factor}}" if len(values) > 2 else f"{terms} × {{clip factor}}", total * factor
    if len(values) > 1:
        found.gradient, found.gradient_value = "gradient", total
        found.lines.append(line(step.of("gradient", layer, j, i=i), total, terms, values))
    if factors is not None:
        own = float(step.problem.blocks(factors)[layer.number][j, i])
        found.alpha, found.alpha_value = "own alpha", step.alpha * own
        of_weight = {"alpha": step.alpha, "alpha factor": own}
        name = step.of("own alpha", layer, j, i=i)
        found.lines.append(line(name, found.alpha_value, "{alpha} × {alpha factor}", of_weight))
    return found


def _penalty_line(step: StepNumbers, layer: LayerShown, j: int, i: int) -> tuple[Line, float]:
    """l2 × weight + l1 × its sign."""
    penalty, weight = step.problem.penalty, float(layer.weight[j, i])
    what = "bias" if layer.bias_is(i) else "weight"
    sign = 1.0 if weight > 0.0 else -1.0 if weight < 0.0 else 0.0
    formula = f"{{l2}} × {{{what}}}" if penalty.l2 else ""
    if penalty.l1:
        formula += f"{' + ' if formula else ''}{{l1}} × {{its sign}}"
    values = {"l2": penalty.l2, "l1": penalty.l1, what: weight, "its sign": sign}
    value = penalty.slope(weight)
    return line(step.of("penalty delta", layer, j, i=i), value, formula, values), value
