"""The sheet of one step: what it does inside the node, beside the pictures of where the run stands."""

import textwrap
from collections.abc import Iterable, Iterator

import numpy as np

from nodescope.arithmetic.checks import step_of
from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.errors import InputError
from nodescope.run.run import Run
from nodescope.run.trace import Step
from nodescope.views.numbers import plain_text
from nodescope.views.picture import charts, rows
from nodescope.views.picture import loop as loops
from nodescope.views.picture import stall as stalls
from nodescope.views.picture.layers import layers
from nodescope.views.picture.marks import Mark, Picture, Words, box, moved
from nodescope.views.picture.texts import distinct, text_of
from nodescope.views.problem_words import is_one_identity_layer

WIDTH = 1240.0
_LEFT, _INSIDE, _BESIDE = 24.0, 812.0, 368.0
_GAP, _PAD = 16.0, 16.0
_LINE = 102
"""A line of the verdict has so many letters."""
_LONGEST = 156
"""The line below the headline has so many at most."""


def telling_step(run: Run) -> int:
    """The step that tells most of a run: its first where no weight moves any more, else its last."""
    last = max(0, run.steps - 1)
    return last if run.settled_after is None else min(last, run.settled_after)


def sheet(run: Run, step: int | None = None, diagnosis: Diagnosis | None = None, *, verdict: bool = True) -> Picture:
    """One step of a run as a picture.

    Parameters
    ----------
    run : Run
    step : int, optional
        Counted from 0, negative from the end; without it the one that tells most.
    diagnosis : Diagnosis, optional
        Where it is there already.
    verdict : bool
        Whether it stands below.

    Raises
    ------
    InputError
        The run has no step, or not that one.
    """
    if not run.steps:
        raise InputError("the run made no step: there is nothing to draw")
    at = telling_step(run) if step is None else step_of("step", step, run.steps)
    judged = diagnosis or diagnose(run)
    shown = run.trace[at]
    left, bottom = _inside(run, shown)
    right, below = _beside(run, shown, judged)
    head = headline(run, shown)
    told = f"{head} {_verdict(judged)}" if verdict else head
    lines = textwrap.wrap(_verdict(judged), _LINE) if verdict else []
    height = 92 + bottom + (_GAP + 24 * len(lines) + 44 if lines else 24)
    marks: list[Mark] = [
        Words(head, _LEFT, 44, "ink", 25, strong=True),
        Words(_cut(f"Step {at:,} of {run.steps:,}. {plain_text(run.sentence)}"), _LEFT, 70, "soft", 15),
        box(_LEFT, 88, _INSIDE, bottom + 8, "card", 14),
        *moved(left, _LEFT + _PAD, 88 + _PAD),
        *moved(right, _LEFT + _INSIDE + _GAP, 88),
        *_below(lines, 88 + bottom + 8 + _GAP),
    ]
    return Picture(WIDTH, max(height, 88 + below) + 24, tuple(marks), head, told)


def _verdict(judged: Diagnosis) -> str:
    """A picture goes anywhere, so that it names no call of Python's."""
    return plain_text(judged.verdict).replace(" (ns.resume)", "")


def _below(lines: list[str], y: float) -> Iterator[Mark]:
    if lines:
        yield box(_LEFT, y, _INSIDE, 24 * len(lines) + 26, "card", 14)
    for i, line in enumerate(lines):
        yield Words(line, _LEFT + _PAD, y + 30 + 24 * i, "ink", 15)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


def headline(run: Run, step: Step) -> str:
    """What the step does, in a sentence with its numbers."""
    layers = [step.of_layer(layer) for layer in range(len(run.recipe.problem.layers))]
    weight, new = (np.concatenate([np.ravel(layer[name]) for layer in layers]) for name in ("weight", "new_weight"))
    if not (np.all(np.isfinite(new)) and np.isfinite(step["mse"])):
        return "Here a number is no longer finite: the run is over."
    if len(layers) > 1 or run.recipe.k > 1 or run.recipe.batch_size > 1:
        return f"The mse is {text_of(step['mse'], 6)}: the weights move by up to {text_of(np.abs(new - weight).max())}."
    goal = float(np.ravel(step["goal"])[0])
    error = float(np.ravel(step["prediction"])[0]) - goal
    if error == 0:
        return "The prediction is the goal: nothing to correct."
    side = "low" if error < 0 else "high"
    if len(weight) > 1:
        return f"Too {side} by {text_of(abs(error))}: the weights move by up to {text_of(np.abs(new - weight).max())}."
    gap, move, after, _ = distinct([abs(error), abs(float(new[0] - weight[0])), float(new[0]), goal])
    if new[0] == weight[0]:
        return f"Too {side} by {gap}, but the weight stays at {after}."
    return f"Too {side} by {gap}, so the weight goes {'up' if new[0] > weight[0] else 'down'} by {move}, to {after}."


def _single(run: Run) -> bool:
    recipe = run.recipe
    one_weight = recipe.d == recipe.k == recipe.batch_size == 1 and recipe.bias is None
    return one_weight and recipe.rule.name == "plain" and recipe.problem.is_linear


def _inside(run: Run, step: Step) -> tuple[list[Mark], float]:
    """Inside the node, and how far down that reaches."""
    if not is_one_identity_layer(run.recipe):
        return layers(run, step.step)
    if not _single(run):
        marks, bottom = rows.rows(rows.node_of(step, run.recipe))
        return marks, bottom + 24
    n = loops.LoopNumbers(step)
    t = {name: f"({text})" if " " in text else text for name, text in n.text.items()}
    whole = f"{t['new_weight']} = {t['weight']} − {t['alpha']} × ({t['input']} × {t['weight']} − {t['goal']}) × {t['input']}"
    marks = [*loops.loop(n), Words(f"the whole step: {whole}", 390, 470, "ink", 17, "middle")]
    if run.recipe.n > 1 or not stalls.is_near(n):
        return marks, 500
    below = [*stalls.stall(n), *_lines(stalls.stall_words(n), 150)]
    return [*marks, Words("The last bits", 0, 506, "soft", 14, strong=True), *moved(below, 0, 506)], 706


def _lines(text: str, y: float) -> Iterator[Mark]:
    for i, line in enumerate(textwrap.wrap(text, 104)):
        yield Words(line, 0, y + 22 * i, "ink", 15)


def _beside(run: Run, step: Step, judged: Diagnosis) -> tuple[list[Mark], float]:
    """The charts under each other, and how far down they reach."""
    recipe, alpha = run.recipe, float(step["alpha"])
    parts: list[tuple[str, Iterable[Mark], float]] = []
    if not recipe.problem.is_linear:
        pass  # its error is no bowl
    elif recipe.d == recipe.k == 1 and recipe.bias is None:
        n = loops.LoopNumbers(step) if recipe.batch_size == 1 else None
        if n is not None:
            parts.append(("Error for every weight", charts.parabola(recipe, n), 206))
    elif recipe.problem.layers[0].width > 1:
        parts.append(("Error over two weights", charts.plane(run, step.step), 300))
    if recipe.problem.is_linear:
        parts.append(("Alpha against its limit", charts.gauge(judged.forecast, alpha), 112))
    parts.append(("Error, step by step", charts.error_curve(charts.curve_of(run), step.step, step.mse), 150))
    marks: list[Mark] = []
    y, scale = 0.0, (_BESIDE - 2 * _PAD) / charts.WIDTH
    for title, drawn, height in parts:
        tall = 30 + height * scale + _PAD
        marks += [box(0, y, _BESIDE, tall, "card", 14), Words(title, _PAD, y + 24, "soft", 14, strong=True)]
        marks += moved(drawn, _PAD, y + 32, scale)
        y += tall + _GAP
    return marks, y
