"""How runs, traces, windows and steps show themselves: as text, and as HTML tables in a notebook."""

from collections.abc import Callable
from html import escape
from typing import Any

from nodescope.errors import DataChanged, FileError
from nodescope.run.offers import Faced
from nodescope.run.run import Run
from nodescope.run.trace import Step, Trace, Window
from nodescope.views import tables
from nodescope.views.notebook import HTML_OF, table
from nodescope.views.numbers import exact
from nodescope.views.problem_words import is_one_identity_layer, problem_text, weights_of_one_layer

ROWS = 20
"""A window of so many steps is shown whole; of a longer one the first and last ten are."""


def _problem_text(run: Run) -> str:
    has_bias = is_one_identity_layer(run.recipe) and run.recipe.bias is not None
    return problem_text(run.recipe) + (", bias" if has_bias else "")


def _unless_gone(tell: Callable[[], str], otherwise: Callable[[str], str] = lambda _why: "") -> str:
    """What is told of a run's rows; something else where their files are gone, or are not what they were. A face never fails."""
    try:
        return tell()
    except (FileError, DataChanged) as error:
        return otherwise(str(error))


def _sentence(run: Run) -> str:
    return _unless_gone(lambda: run.sentence, lambda why: f"{run.ending.value} Its rows cannot be read now: {why}")


def _facts(run: Run) -> list[tuple[str, str]]:
    recipe = run.recipe
    alpha = "a schedule" if recipe.schedule else exact(recipe.alpha) + (" (chosen automatically)" if recipe.alpha_auto else "")
    facts = [
        ("mse", _unless_gone(lambda: exact(run.mse), lambda _why: "takes its rows")),
        ("alpha", alpha),
        ("steps", f"{run.steps:,}"),
    ]
    of_one_layer = weights_of_one_layer(run)
    if of_one_layer is None:
        return [("weights", f"{recipe.problem.size:,}, by layer in run.weight and run.bias"), *facts]
    named = zip(("weight", "bias"), of_one_layer, strict=True)
    return [*((name, tables.cell(value, digits=17)) for name, value in named if value is not None), *facts]


def run_text(run: Run) -> str:
    """A run in a few lines."""
    facts = [f"  {name:<7} {value}" for name, value in _facts(run)]
    trace = f"  trace   {run.steps:,} steps × {len(run.trace.columns)} quantities"
    method = [f"  {run.method_sentence}"] * bool(run.method_sentence)
    return "\n".join([f"Run of {_problem_text(run)}: {run.ending.name}", f"  {_sentence(run)}", *method, *facts, trace])


def run_html(run: Run) -> str:
    """A run as tables."""
    head = f"<p><b>{escape(_problem_text(run))}</b><br>{escape(_sentence(run))}</p>"
    facts = table([[name, value] for name, value in _facts(run)], header=False)
    return f"{head}{facts}{_unless_gone(lambda: table(tables.summary_rows(run)) + _score(run))}"


def _score(run: Run) -> str:
    return "" if run.score is None else f"<pre>{escape(repr(run.score))}</pre>"


def trace_text(trace: Trace) -> str:
    return f"Trace of {len(trace):,} steps, counted from 0\n  columns: {', '.join(trace.columns)}"


def trace_html(trace: Trace) -> str:
    head = "<br>".join(map(escape, trace_text(trace).split("\n")))
    return f"<p>{head}</p>{window_html(trace[:ROWS])}"


def window_text(window: Window) -> str:
    head = f"Window of {len(window):,} steps, {window.start:,} to {window.stop - 1:,}" if len(window) else "Window of no steps"
    return f"{head}{_of_layer(window)}\n  columns: {', '.join(window.columns)}"


def window_html(window: Window) -> str:
    if not len(window):
        return "<p>no steps</p>"
    numbers = window.read(*tables.columns_shown(window.columns))
    picked = range(len(window)) if len(window) <= ROWS else [*range(ROWS // 2), -1, *range(len(window) - ROWS // 2, len(window))]
    rows = [["…"] * len(numbers) if i < 0 else [tables.cell(column[i]) for column in numbers.values()] for i in picked]
    return table([[name.replace("_", " ") for name in numbers], *rows])


def step_text(step: Step) -> str:
    numbers = "\n".join(f"  {name:<20} {tables.cell(value, digits=17)}" for name, value in step.as_dict().items() if name != "step")
    return f"Step {step.number:,}{_of_layer(step)}\n{numbers}"


def _of_layer(shown: Step | Window) -> str:
    return "" if shown.layer is None else f", layer {shown.layer}"


def step_html(step: Step) -> str:
    rows = [[name.replace("_", " "), tables.cell(value, digits=17)] for name, value in step.as_dict().items()]
    return table(rows, header=False)


def page_html(shown: Faced) -> str:
    """What tells itself as a page of text: its first line, then the rest as it stands."""
    first, *rest = str(shown).split("\n")
    return f"<p><b>{escape(first)}</b></p><pre>{escape(chr(10).join(rest))}</pre>"


TEXT_OF: dict[type, Callable[[Any], str]] = {Run: run_text, Trace: trace_text, Window: window_text, Step: step_text}
ALL_HTML_OF: dict[type, Callable[[Any], str]] = {
    **HTML_OF,
    Run: run_html,
    Trace: trace_html,
    Window: window_html,
    Step: step_html,
    Faced: page_html,
}


def text_of(shown: Any) -> str:
    """A run, or what is read from it, as text (`FacedInText`)."""
    return _face(TEXT_OF, shown)(shown)


def html_of(shown: Any) -> str:
    """What has a face (`Faced`), as HTML."""
    return _face(ALL_HTML_OF, shown)(shown)


def _face(faces: dict[type, Callable[[Any], str]], shown: Any) -> Callable[[Any], str]:
    """That of its class, or of the nearest one that it is derived from."""
    return next(faces[kind] for kind in type(shown).__mro__ if kind in faces)
