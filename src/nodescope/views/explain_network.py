"""The arithmetic of one step of a network written out: forward through the layers, back through them, and the updates."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nodescope.errors import InputError
from nodescope.run.run import Run
from nodescope.run.trace import Step
from nodescope.views.explain import Explanation
from nodescope.views.lines import FEW_EXAMPLES, FEW_INPUTS, FEW_NODES, Line, Part, line, number_in, sum_line
from nodescope.views.numbers import exact, plain_text, short
from nodescope.views.rule_formulas import CLOCKS, column_of, formulas, spoken


def explain_network(run: Run, step: int, layer: int | None = None, node: int | None = None) -> Explanation:
    """What `explain` gives for a network."""
    last = len(run.recipe.problem.layers) - 1
    if node is not None and layer is None:
        raise InputError("node is given without its layer: give layer= too")
    if layer is not None and not -last - 1 <= layer <= last:
        raise InputError(f"layer {layer} is not there: the network has {last + 1} layers, counted from 0")
    chosen = range(last + 1) if layer is None else range(layer % (last + 1), layer % (last + 1) + 1)
    if node is not None and not 0 <= node < run.recipe.problem.layers[chosen[0]].outputs:
        nodes = run.recipe.problem.layers[chosen[0]].outputs
        raise InputError(f"node {node} is not there: layer {chosen[0]} has {nodes} nodes, counted from 0")
    page = _Page(run, run.trace[step], node)
    parts = [*page.forward(chosen), page.error(), *page.back(chosen), *page.updates(chosen)]
    return Explanation(page.t, page.title(), parts, page.everything())


class _Page:
    def __init__(self, run: Run, step: Step, node: int | None) -> None:
        self.run, self.recipe, self.problem, self.step, self.node = run, run.recipe, run.recipe.problem, step, node
        self.t, self.alpha = int(step["step"]), float(step["alpha"])
        self.example = [int(e) for e in np.atleast_1d(step["example"]) if e >= 0]
        self.layers = [layer.as_dict() for layer in step.layers]
        self.examples = range(min(len(self.example), FEW_EXAMPLES))

    def everything(self) -> dict[str, Any]:
        """All numbers: the step's own, and each layer's as layers[l].name."""
        own = self.step.as_dict()
        return own | {
            f"layers[{number}].{name}": value for number, layer in enumerate(self.layers) for name, value in layer.items()
        }

    def title(self) -> str:
        which = "" if self.recipe.n == 1 else f" ({len(self.example):,} of {self.recipe.n:,} examples)"
        what = f"{self.recipe.network}, rule {self.recipe.rule.name}, alpha {exact(self.alpha)}"
        return f"Step {self.t:,} of {self.run.steps:,}{which}: {what}"

    # ---- names and numbers ----

    def _nodes(self, layer: int) -> range:
        """Nodes of a layer that are shown."""
        count = self.problem.layers[layer].outputs
        if self.node is not None:
            return range(self.node, self.node + 1)
        return range(count if count <= FEW_NODES else FEW_NODES - 1)

    def _per_example(self, layer: int, name: str) -> Any:
        numbers = np.asarray(self.layers[layer][name])
        return numbers if numbers.ndim == 2 else numbers[None]

    def _of(self, quantity: str, layer: int, node: int, *, i: int | None = None, s: int | None = None) -> str:
        inside = [f"example {self.example[s]}"] if s is not None and len(self.example) > 1 else []
        inside += [f"layer {layer}", f"node {node}"]
        if i is not None:
            inside.append(self._input_name(layer, i))
        return f"{quantity} of {', '.join(inside)}"

    def _input_name(self, layer: int, i: int) -> str:
        if i == self.problem.layers[layer].inputs:
            return "bias"
        if layer:
            return f"from node {i}"
        return plain_text(self.recipe.input_names[i]) if self.recipe.source else f"input {i}"

    def _weights(self, layer: int, name: str, of_bias: str) -> Any:
        block = np.asarray(self.layers[layer][name])
        return np.column_stack([block, self.layers[layer][of_bias]]) if of_bias in self.layers[layer] else block

    # ---- forward ----

    def forward(self, chosen: range) -> Iterator[Part]:
        for layer in chosen:
            shape = self.problem.layers[layer]
            for s in self.examples:
                for j in self._nodes(layer):
                    yield self._prediction(layer, s, j)
            left = shape.outputs - len(self._nodes(layer)) if self.node is None else 0
            if left:
                yield Part(f"… and {left:,} more node{'s' if left > 1 else ''} of layer {layer}, in the same way")

    def _prediction(self, layer: int, s: int, j: int) -> Part:
        shape = self.problem.layers[layer]
        weights, x = self._weights(layer, "weight", "bias")[j], self._per_example(layer, "input")[s]
        total, prediction = (float(self._per_example(layer, name)[s, j]) for name in ("sum", "prediction"))
        part = Part(self._of("Prediction", layer, j, s=s))
        words = "sum of weight × input" + (" + bias" if shape.has_bias else "")
        if shape.inputs > FEW_INPUTS or self.problem.lanes:
            order = "added in eight lanes" if self.problem.lanes else "added from left to right"
            said = f"{shape.inputs:,} contributions{' and the bias' if shape.has_bias else ''}, {order}"
            part.lines.append(Line(self._of("sum", layer, j, s=s), total, words, said, said))
        else:
            bias = [(weights[-1],)] if shape.has_bias else []
            terms = [*zip(weights[: shape.inputs], x, strict=True), *bias]
            short_text, exact_text = (
                " + ".join(times.join(number_in(v, how) for v in term) for term in terms)
                for how, times in ((short, " × "), (exact, " * "))
            )
            part.lines.append(Line(self._of("sum", layer, j, s=s), total, words, short_text, exact_text))
        name, function = self._of("prediction", layer, j, s=s), shape.activation.name
        said = f"{function}({short(total)})"
        part.lines.append(Line(name, prediction, f"{function}(sum)", said, f"{function}({exact(total)})"))
        slope = float(self._per_example(layer, "slope")[s, j])
        part.lines.append(
            Line(
                self._of("slope", layer, j, s=s),
                slope,
                f"slope of {function} at the sum",
                f"slope at {short(total)}",
                f"slope of {function}",
            )
        )
        return part

    def error(self) -> Part:
        part = Part("Mean squared error, before the update")
        goal = np.reshape(self.step["goal"], (-1, self.recipe.k))[: len(self.example)]
        errors = (self._per_example(len(self.layers) - 1, "prediction")[: len(self.example)] - goal).ravel().tolist()
        words = "error × error" if len(errors) == 1 else f"mean of {len(errors):,} error × error, error = prediction − goal"
        part.lines.append(sum_line("mse", float(self.step["mse"]), words, [(e, e) for e in errors], len(errors)))
        return part

    # ---- back ----

    def back(self, chosen: range) -> Iterator[Part]:
        for layer in reversed(chosen):
            for s in self.examples:
                for j in self._nodes(layer):
                    yield self._delta(layer, s, j)

    def _delta(self, layer: int, s: int, j: int) -> Part:
        value, slope = (float(self._per_example(layer, name)[s, j]) for name in ("delta", "slope"))
        part, name = Part(self._of("Delta", layer, j, s=s)), self._of("delta", layer, j, s=s)
        if layer == len(self.layers) - 1:
            goal = float(np.reshape(self.step["goal"], (-1, self.recipe.k))[s, j])
            prediction = float(self._per_example(layer, "prediction")[s, j])
            values = {"prediction": prediction, "goal": goal, "slope": slope}
            formula = "({prediction} − {goal}) × {slope}"
            if self.recipe.loss.name != "squared":
                values = {"loss's slope": self.recipe.loss.slope(prediction - goal), "slope": slope}
                formula = "{loss's slope} × {slope}"
            part.lines.append(line(name, value, formula, values))
            return part
        fed = self._per_example(layer + 1, "delta")[s]
        through = np.asarray(self.layers[layer + 1]["new_weight" if self.problem.sequential else "weight"])[:, j]
        pairs = list(zip(fed.tolist(), through.tolist(), strict=True))
        words = "(sum of delta it feeds × weight) × slope"
        few = pairs[:FEW_NODES]
        terms = [
            " + ".join(times.join(number_in(v, how) for v in pair) for pair in few)
            for how, times in ((short, " × "), (exact, " * "))
        ]
        more = f" + … {len(pairs) - len(few):,} more" if len(pairs) > len(few) else ""
        exactly = words if more else f"({terms[1]}) * {number_in(slope, exact)}"
        part.lines.append(Line(name, value, words, f"({terms[0]}{more}) × {number_in(slope, short)}", exactly))
        return part

    # ---- update ----

    def updates(self, chosen: range) -> Iterator[Part]:
        size, memories = self.problem.size, self.recipe.rule.memories
        state = self.run.replay.state_at(self.t)
        clocks = self.recipe.rule.tick(state[size * (1 + len(memories)) :].tolist())
        before = {name: self.problem.blocks(state[size * (m + 1) : size * (m + 2)]) for m, name in enumerate(memories)}
        for layer in reversed(chosen):
            shape = self.problem.layers[layer]
            shown = [*range(min(shape.inputs, FEW_INPUTS)), *([shape.inputs] if shape.has_bias else [])]
            for j in self._nodes(layer):
                for i in shown:
                    yield self._update(layer, j, i, {name: float(blocks[layer][j, i]) for name, blocks in before.items()}, clocks)
            left = shape.size - len(shown) * len(self._nodes(layer)) if self.node is None else shape.width - len(shown)
            if left:
                yield Part(f"… and {left:,} more weight{'s' if left > 1 else ''} of layer {layer}, in the same way")

    def _update(self, layer: int, j: int, i: int, before: dict[str, float], clocks: list[float]) -> Part:
        weight, weighted, move, new = (
            float(self._weights(layer, name, of_bias)[j, i])
            for name, of_bias in (
                ("weight", "bias"), ("weighted_delta", "bias_weighted_delta"), ("alpha_delta", "bias_delta"), ("new_weight",
                "new_bias"),
            )
        )  # fmt: skip
        part = Part(self._of("Update", layer, j, i=i))
        part.lines.append(self._weighted_delta(layer, j, i, weighted))
        name = self._of("alpha delta", layer, j, i=i)
        frozen = self.problem.frozen
        place = self.problem.weights_of(layer).start + j * self.problem.layers[layer].width + i
        if frozen is not None and frozen.ravel()[place]:
            part.lines.append(Line(name, move, "0 (frozen)", "0", "0.0"))
        else:
            values: dict[str, float] = {
                "alpha": self.alpha,
                "weighted delta": weighted,
                "weight": weight,
                **self.recipe.rule.settings(),
            }
            values |= {f"{spoken(memory)} before": value for memory, value in before.items()}
            values |= {power: clock for (power, _), clock in zip(CLOCKS, clocks, strict=False)}
            for quantity, formula in formulas(self.recipe.rule):
                of = column_of(quantity)
                value = move if quantity == "alpha delta" else float(self._weights(layer, of, f"bias_{of}")[j, i])
                part.lines.append(line(self._of(quantity, layer, j, i=i), value, formula, values))
                values[quantity] = value
        part.lines.append(
            line(self._of("new weight", layer, j, i=i), new, "{weight} − {alpha delta}", {"weight": weight, "alpha delta": move})
        )
        return part

    def _weighted_delta(self, layer: int, j: int, i: int, value: float) -> Line:
        count, is_bias = len(self.example), i == self.problem.layers[layer].inputs
        over = count if self.recipe.reduction == "mean" else 1
        of = "delta" if is_bias else "delta × input"
        words = f"sum of {count:,} {of}" + (f" ÷ {count:,}" if over > 1 else "") if count > 1 else of
        delta, x = self._per_example(layer, "delta"), self._per_example(layer, "input")
        pairs = [(float(delta[s, j]),) if is_bias else (float(delta[s, j]), float(x[s, i])) for s in range(count)]
        return sum_line(self._of("weighted delta", layer, j, i=i), value, words, pairs, over)
