"""The arithmetic of one step written out with its numbers, as on paper: what a learner holds beside his own calculation.

Every formula is written once, as words ("weight − alpha delta"), and shown three times from that: in words, in short numbers with ≈
where digits were left out, and exactly, in a form that Python works out to the very same bits.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.errors import InputError
from nodescope.run.run import Run
from nodescope.views.lines import FEW_EXAMPLES, FEW_INPUTS, FEW_NODES, Line, Part, line, number_in, sum_line
from nodescope.views.numbers import exact, in_markdown, plain_text, short
from nodescope.views.rule_formulas import CLOCKS, column_of, formulas, spoken

WIDEST = 100


class Explanation:
    """One step written out.

    Attributes
    ----------
    step : int
    text, markdown : str
    lines : tuple of Line
        Every number shown, exact, with its formula.
    numbers : dict
        All numbers of the step by the names of the trace's columns, exact.
    """

    def __init__(self, step: int, title: str, parts: Sequence[Part], numbers: dict[str, Any]) -> None:
        self.step = step
        self.numbers = numbers
        self.lines = tuple(line for part in parts for line in part.lines)
        self.text = "\n".join(_text(title, parts))
        self.markdown = "\n".join(_markdown(title, parts))

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.markdown


def explain(run: Run, step: int, layer: int | None = None, node: int | None = None) -> Explanation:
    """The arithmetic of one step of a run, with its numbers.

    weight × input are the contributions, which add up to the prediction (a bias is the weight of an input of 1, and comes last);
    delta (error signal) = prediction − goal; weighted delta (gradient of ½ delta²) = delta × input, averaged or summed over the
    step's examples; alpha delta (update) = alpha × weighted delta, or what another rule makes of it; new weight = weight − alpha
    delta.

    Parameters
    ----------
    run : Run
    step : int
        Counted from 0; from the end where negative.
    layer, node : int, optional
        Of a network: only this layer, or this node of it. All layers, and of wide ones the first nodes, unless given.

    Returns
    -------
    Explanation
        Shows itself as text, in a notebook as Markdown.

    Raises
    ------
    IndexError, InputError
        There is no such step, as `run.trace[step]` says it; no such layer or node.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    >>> print(explain(run, step=1))
    Step 1 of 325: rule plain, alpha 0.1
    <BLANKLINE>
    Prediction
      prediction = weight × input    = ≈0.42 × 1   = ≈0.42
      delta      = prediction − goal = ≈0.42 − 0.6 = ≈-0.18
    <BLANKLINE>
    Mean squared error, before the update
      mse = delta × delta = (≈-0.18) × (≈-0.18) = ≈0.0324
    <BLANKLINE>
    Update
      weighted delta = delta × input          = (≈-0.18) × 1      = ≈-0.18
      alpha delta    = alpha × weighted delta = 0.1 × (≈-0.18)    = ≈-0.018
      new weight     = weight − alpha delta   = ≈0.42 − (≈-0.018) = ≈0.438
    <BLANKLINE>
    Exactly
      prediction     = 0.42000000000000004   = 0.42000000000000004 * 1.0
      delta          = -0.17999999999999994  = 0.42000000000000004 - 0.6
      mse            = 0.03239999999999998   = (-0.17999999999999994) * (-0.17999999999999994)
      weighted delta = -0.17999999999999994  = (-0.17999999999999994) * 1.0
      alpha delta    = -0.017999999999999995 = 0.1 * (-0.17999999999999994)
      new weight     = 0.43800000000000006   = 0.42000000000000004 - (-0.017999999999999995)
    """
    if isinstance(step, slice):
        raise InputError(f"step is {step!r}; it must be a whole number: one step is explained at a time")
    if run.recipe.in_layers:
        from nodescope.views.explain_network import explain_network

        return explain_network(run, step, layer, node)
    if layer is not None or node is not None:
        raise InputError("layer and node are for networks: the nodes of one layer are explained together")
    page = _Page(run, run.trace[step].as_dict())
    parts = [*page.forward(), page.error(), *page.updates()]
    return Explanation(page.t, page.title(), parts, page.numbers)


class _Page:
    """One step's numbers with all their axes: examples b, nodes k, weights (biases last)."""

    def __init__(self, run: Run, numbers: dict[str, Any]) -> None:
        self.run, self.recipe, self.numbers = run, run.recipe, numbers
        recipe, k, d = self.recipe, self.recipe.k, self.recipe.d
        self.t = int(numbers["step"])
        example = np.reshape(numbers["example"], -1)
        self.example = example[example >= 0]
        b = len(self.example)
        self.input = np.reshape(numbers["input"], (-1, d))[:b]
        self.goal, self.prediction, self.delta = (np.reshape(numbers[n], (-1, k))[:b] for n in ("goal", "prediction", "delta"))
        self.weight = self._block("weight", "bias")
        self.weighted_delta = self._block("weighted_delta", "bias_weighted_delta")
        self.alpha_delta = self._block("alpha_delta", "bias_delta")
        self.new_weight = self._block("new_weight", "new_bias")
        self.memory = {name: self._block(name, f"bias_{name}") for name in recipe.rule.memories}
        self.alpha = float(numbers["alpha"])
        self.nodes = range(k if k <= FEW_NODES else FEW_NODES - 1)
        self.inputs = range(d if d <= FEW_INPUTS else FEW_INPUTS - 1)
        self.examples = range(b if b <= FEW_EXAMPLES else FEW_EXAMPLES)

    def _block(self, name: str, of_bias: str) -> Floats:
        block = np.reshape(self.numbers[name], (self.recipe.k, self.recipe.d))
        return block if self.recipe.bias is None else np.column_stack([block, np.reshape(self.numbers[of_bias], -1)])

    # ---- names ----

    def _input_name(self, i: int) -> str:
        if i == self.recipe.d:
            return "bias"
        return plain_text(self.recipe.input_names[i]) if self.recipe.source else f"input {i}"

    def _of(self, quantity: str, j: int, *, i: int | None = None, s: int | None = None) -> str:
        """A number's name: with example, node and input, where there are several."""
        inside = []
        if s is not None and len(self.example) > 1:
            inside.append(f"example {self.example[s]}")
        if self.recipe.k > 1:
            inside.append(plain_text(self.recipe.goal_names[j]) if self.recipe.source else f"node {j}")
        if i is not None and (self.recipe.d > 1 or self.recipe.bias is not None):
            inside.append(self._input_name(i))
        return f"{quantity} of {', '.join(inside)}" if inside else quantity

    def title(self) -> str:
        seen = f"{len(self.example):,} examples" if len(self.example) > 1 else f"example {self.example[0]}"
        which = "" if self.recipe.n == 1 else f" (epoch {self.numbers['epoch']:,}, {seen} of {self.recipe.n:,})"
        schedule = " from its schedule" if self.recipe.schedule else ""
        return f"Step {self.t:,} of {self.run.steps:,}{which}: rule {self.recipe.rule.name}, alpha {exact(self.alpha)}{schedule}"

    # ---- forward ----

    def forward(self) -> Iterator[Part]:
        """Contributions, prediction and delta of each example and node shown."""
        for s in self.examples:
            for j in self.nodes:
                yield self._prediction(s, j)
        left_out = [(len(self.example) - len(self.examples), "example"), (self.recipe.k - len(self.nodes), "node")]
        words = [f"{count:,} more {what}{'s' if count > 1 else ''}" for count, what in left_out if count]
        if words:
            yield Part(f"… and {' and '.join(words)}, in the same way")

    def _prediction(self, s: int, j: int) -> Part:
        part = Part(self._of("Prediction", j, s=s))
        w, x, total = self.weight[j], self.input[s], float(self.prediction[s, j])
        with np.errstate(all="ignore"):
            contributions = w[: self.recipe.d] * x
        rows = [[self._input_name(i), short(w[i]), "×", short(x[i]), "=", short(contributions[i])] for i in self.inputs]
        if rest := self.recipe.d - len(self.inputs):
            with np.errstate(all="ignore"):
                rows.append([f"{rest:,} more inputs", "", "", "", "", short(float(contributions[len(self.inputs) :].sum()))])
        if self.recipe.bias is not None:
            rows.append(["bias", short(w[-1]), "×", "1", "=", short(w[-1])])
        if len(rows) > 1:
            part.table = [["", "weight", "×", "input", "=", "contribution"], *rows, ["prediction", "", "", "", "", short(total)]]
            part.in_table = 1
        part.lines.append(self._prediction_line(s, j, bool(rest)))
        name = self._of("delta", j, s=s)
        values = {"prediction": total, "goal": float(self.goal[s, j])}
        part.lines.append(line(name, float(self.delta[s, j]), "{prediction} − {goal}", values))
        return part

    def _prediction_line(self, s: int, j: int, many: bool) -> Line:
        pairs = [(self.weight[j, i], self.input[s, i]) for i in range(self.recipe.d)]
        value, name = float(self.prediction[s, j]), self._of("prediction", j, s=s)
        bias = self.recipe.bias is not None
        words = "weight × input" if len(pairs) == 1 else "sum of weight × input"
        words += " + bias" if bias else ""
        lanes = self.recipe.summation == "lanes"
        if many or (lanes and len(pairs) > 1):
            order = "added in eight lanes" if lanes else "added from left to right"
            said = f"{len(pairs):,} contributions{' and the bias' if bias else ''}, {order}"
            return Line(name, value, words, said, said)
        terms = [" × ".join(number_in(v, short) for v in pair) for pair in pairs] + (
            [number_in(self.weight[j, -1], short)] if bias else []
        )
        exactly = [" * ".join(number_in(v, exact) for v in pair) for pair in pairs] + (
            [number_in(self.weight[j, -1], exact)] if bias else []
        )
        return Line(name, value, words, " + ".join(terms), " + ".join(exactly))

    def error(self) -> Part:
        """mse of the step's examples, and the first number that is not finite."""
        deltas = [float(v) for v in self.delta.ravel()]
        words = "delta × delta" if len(deltas) == 1 else f"mean of {len(deltas):,} delta × delta"
        part = Part("Mean squared error, before the update")
        part.lines.append(sum_line("mse", float(self.numbers["mse"]), words, [(v, v) for v in deltas], len(deltas)))
        if (found := self._not_finite()) is not None:
            part.remarks.append(found)
        return part

    def _not_finite(self) -> str | None:
        """The first number of the step that left the doubles."""
        blocks = {"weighted delta": self.weighted_delta, **{spoken(n): m for n, m in self.memory.items()}}
        blocks |= {"alpha delta": self.alpha_delta, "new weight": self.new_weight}
        for name, array in (("prediction", self.prediction), ("delta", self.delta), ("mse", np.array([self.numbers["mse"]]))):
            if not np.isfinite(array).all():
                return self._beyond(name, array, None)
        for name, array in blocks.items():
            if not np.isfinite(array).all():
                return self._beyond(name, array, 1)
        return None

    def _beyond(self, name: str, array: Floats, weights: int | None) -> str:
        place = [int(p) for p in np.argwhere(~np.isfinite(array))[0]]
        if len(place) == 1:
            where = name
        else:
            where = self._of(name, place[0], i=place[1]) if weights else self._of(name, place[1], s=place[0])
        value = short(array[tuple(place)])
        ends = "" if name != "mse" else "; that alone ends nothing"
        return f"The first number here that is not finite is the {where}: {value}. Doubles end at ≈1.8e308{ends}."

    # ---- update ----

    def updates(self) -> Iterator[Part]:
        """Weighted delta, the rule's memory, alpha delta and new weight of each weight shown."""
        memory = self._memory_before()
        yield from self._clocks(memory[1])
        shown = [*self.inputs, *([self.recipe.d] if self.recipe.bias is not None else [])]
        for j in self.nodes:
            for i in shown:
                yield self._update(j, i, memory)
        left_out = self.weight.size - len(shown) * len(self.nodes)
        if left_out:
            yield Part(f"… and {left_out:,} more weight{'s' if left_out > 1 else ''}, in the same way")

    def _memory_before(self) -> tuple[dict[str, Floats], list[float]]:
        """The rule's memory and clocks as they were before this step."""
        rule, size = self.recipe.rule, self.recipe.problem.size
        state = self.run.replay.state_at(self.t)
        blocks = {n: state[size * (m + 1) : size * (m + 2)].reshape(self.weight.shape) for m, n in enumerate(rule.memories)}
        return blocks, state[size * (1 + len(rule.memories)) :].tolist()

    def _update(self, j: int, i: int, memory: tuple[dict[str, Floats], list[float]]) -> Part:
        is_bias = i == self.recipe.d
        w, g, a, new = (float(b[j, i]) for b in (self.weight, self.weighted_delta, self.alpha_delta, self.new_weight))
        part = Part(self._of("Update", j, i=i))
        part.lines.append(self._weighted_delta(j, i, g))
        frozen = self.recipe.frozen_block
        if frozen is not None and frozen[j, i]:
            part.remarks.append(f"This {'bias' if is_bias else 'weight'} is frozen: its alpha delta is 0.0, so it keeps its value.")
            part.lines.append(Line(self._of("alpha delta", j, i=i), a, "0 (frozen)", "0", "0.0"))
        else:
            part.lines += self._rule_lines(j, i, memory)
        old = "bias" if is_bias else "weight"
        name = self._of("new weight", j, i=i)
        part.lines.append(line(name, new, "{" + old + "} − {alpha delta}", {old: w, "alpha delta": a}))
        if w == new and not (frozen is not None and frozen[j, i]):
            part.remarks.append(_why_it_stays(w, g, a, self.alpha, self.delta[:, j], None if is_bias else self.input[:, i]))
        return part

    def _weighted_delta(self, j: int, i: int, g: float) -> Line:
        name, is_bias = self._of("weighted delta", j, i=i), i == self.recipe.d
        b = len(self.example)
        over = b if self.recipe.reduction == "mean" else 1
        of = "delta" if is_bias else "delta × input"
        if b > 1:
            of = f"sum of {b:,} {of}" + (f" ÷ {b:,}" if over > 1 else "")
        pairs = [(float(self.delta[s, j]),) if is_bias else (float(self.delta[s, j]), float(self.input[s, i])) for s in range(b)]
        return sum_line(name, g, of, pairs, over)

    def _rule_lines(self, j: int, i: int, memory: tuple[dict[str, Floats], list[float]]) -> Iterator[Line]:
        """What the rule makes of the weighted delta, formula by formula."""
        rule, (before, clocks) = self.recipe.rule, memory
        values: dict[str, float] = {"alpha": self.alpha, "weighted delta": float(self.weighted_delta[j, i]), **rule.settings()}
        values["weight"] = float(self.weight[j, i])
        values |= {f"{spoken(name)} before": float(block[j, i]) for name, block in before.items()}
        for clock, (power, _) in zip(rule.tick(clocks), CLOCKS, strict=False):
            values[power] = clock
        for name, formula in formulas(rule):
            value = float(self.alpha_delta[j, i] if name == "alpha delta" else self.memory[column_of(name)][j, i])
            yield line(self._of(name, j, i=i), value, formula, values)
            values[name] = value

    def _clocks(self, clocks: list[float]) -> Iterator[Part]:
        """Adam's powers, the same for all weights."""
        ticked = self.recipe.rule.tick(clocks)
        if ticked:
            settings = self.recipe.rule.settings()
            part = Part("The rule's powers, the same for all weights")
            for (power, beta), before, after in zip(CLOCKS, clocks, ticked, strict=True):
                part.lines.append(line(power, after, "{power before} × {" + beta + "}", {"power before": before, **settings}))
            yield part


def _why_it_stays(w: float, g: float, a: float, alpha: float, delta: Floats, x: Floats | None) -> str:
    """Why the new weight is the weight."""
    if a == 0.0:
        if g != 0.0:
            return (
                "The weight stays: alpha is 0." if alpha == 0.0 else "The weight stays: alpha delta is too small for a double, 0."
            )
        return f"The weight stays: its weighted delta is 0, because {_why_nothing(delta, x)}."
    gap = abs(math.nextafter(w, -math.inf if a > 0 else math.inf) - w)
    twice = 2 * abs(Fraction(a))
    size = "exactly" if twice == Fraction(gap) else "less than"
    tie = ", and the tie goes to the even number, which is the weight it already has" if size == "exactly" else ""
    return (
        f"The weight stays: the next number beside it is {gap:.3g} away, and alpha delta, {a:.3g}, is {size} half of that gap{tie}."
    )


def _why_nothing(delta: Floats, x: Floats | None) -> str:
    if not delta.any():
        return "every prediction is its goal exactly" if len(delta) > 1 else "the prediction is the goal exactly"
    if x is not None and not x.any():
        return "its input is 0"
    if len(delta) > 1:
        return "the examples' shares cancel"
    return "delta × input is too small for a double"


# ---- pages ----


def _text(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield title
    for part in parts:
        yield ""
        yield part.title
        yield from (f"  {row}" for row in _aligned(part.table, "<" + ">><>" + ">>"))
        yield from (f"  {row}" for row in _lines(part.lines[part.in_table :]))
        yield from (f"  {remark}" for remark in part.remarks)
    yield from ("", "Exactly")
    yield from (f"  {row}" for row in _exactly(parts))


def _exactly(parts: Sequence[Part]) -> list[str]:
    rows = [[line.name, "=", exact(line.value), "=", line.exactly] for part in parts for line in part.lines]
    return _aligned(rows, "<<<<<")


def _lines(lines: Sequence[Line]) -> list[str]:
    """Words, numbers and value beside each other; below each other where that would be too wide for a page."""
    rows = [[line.name, "=", line.words, "=", line.numbers, f"= {short(line.value)}"] for line in lines]
    beside = _aligned(rows, "<<<<<<")
    if all(len(row) <= WIDEST for row in beside):
        return beside
    return [
        row
        for line in lines
        for row in (
            f"{line.name} = {line.words}",
            *(" " * len(line.name) + f" = {text}" for text in (line.numbers, short(line.value))),
        )
    ]


def _aligned(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return [
        " ".join(f"{text:{side}{width}}" for text, side, width in zip(row, sides, widths, strict=False)).rstrip() for row in rows
    ]


def _markdown(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield f"**{in_markdown(title)}**"
    for part in parts:
        yield from ("", f"*{in_markdown(part.title)}*")
        if part.table:
            head, *rows = part.table
            yield from ("", _cells(head), "| :-- |" + " --: |" * (len(head) - 1), *map(_cells, rows))
        if part.lines:
            yield from ("", "| | | | |", "| :-- | :-- | :-- | --: |")
            shown = part.lines[part.in_table :]
            yield from (_cells([line.name, line.words, line.numbers, short(line.value)]) for line in shown)
        for remark in part.remarks:
            yield from ("", in_markdown(remark))
    yield from ("", "Exactly:", "", "```text", *_exactly(parts), "```")


def _cells(row: Sequence[str]) -> str:
    return "| " + " | ".join(map(in_markdown, row)) + " |"
