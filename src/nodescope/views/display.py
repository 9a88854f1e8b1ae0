"""How runs, traces, windows and steps show themselves: as text, and as HTML tables in a notebook."""

from html import escape

from nodescope.diagnosis.after.verdict import Diagnosis
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.checks.certificate import Certificate
from nodescope.run.run import Run
from nodescope.run.trace import Step, Trace, Window
from nodescope.views import tables
from nodescope.views.numbers import exact

ROWS = 20
"""Of a window shown whole; of a longer one the first and last ten."""


def install() -> None:
    """Give the classes of the rooms below their faces; those of the diagnosis room have their text already."""
    for kind, text, html in (
        (Run, run_text, run_html),
        (Trace, trace_text, trace_html),
        (Window, window_text, window_html),
        (Step, step_text, step_html),
    ):
        setattr(kind, "__repr__", text)  # noqa: B010  # the classes do not know their faces
        setattr(kind, "_repr_html_", html)  # noqa: B010
    for judged, html_of in ((Forecast, forecast_html), (Diagnosis, diagnosis_html), (Certificate, certificate_html)):
        setattr(judged, "_repr_html_", html_of)  # noqa: B010


def _problem_text(run: Run) -> str:
    recipe = run.recipe
    if recipe.in_layers:
        return f"{recipe.network}, {recipe.n:,} example{'s' if recipe.n > 1 else ''}"
    counts = ((recipe.k, "node"), (recipe.d, "input"), (recipe.n, "example"))
    text = ", ".join(f"{count:,} {word}{'s' if count > 1 else ''}" for count, word in counts)
    return text + (", bias" if recipe.bias is not None else "")


def _facts(run: Run) -> list[tuple[str, str]]:
    recipe = run.recipe
    alpha = "a schedule" if recipe.schedule else exact(recipe.alpha) + (" (chosen automatically)" if recipe.alpha_auto else "")
    facts = [("mse", exact(run.mse)), ("alpha", alpha), ("steps", f"{run.steps:,}")]
    if run.recipe.in_layers:
        return [("weights", f"{recipe.problem.size:,}, by layer in run.weight and run.bias"), *facts]
    facts.insert(0, ("weight", tables.cell(run.weight, digits=17)))
    if run.bias is not None:
        facts.insert(1, ("bias", tables.cell(run.bias, digits=17)))
    return facts


def run_text(run: Run) -> str:
    """A run in a few lines."""
    facts = [f"  {name:<7} {value}" for name, value in _facts(run)]
    trace = f"  trace   {run.steps:,} steps × {len(run.trace.columns)} quantities"
    return "\n".join([f"Run of {_problem_text(run)}: {run.ending.name}", f"  {run.sentence}", *facts, trace])


def run_html(run: Run) -> str:
    """A run as tables."""
    head = f"<p><b>{escape(_problem_text(run))}</b><br>{escape(run.sentence)}</p>"
    facts = _table([[name, value] for name, value in _facts(run)], header=False)
    return f"{head}{facts}{_table(tables.summary_rows(run))}{_score(run)}"


def forecast_html(forecast: Forecast) -> str:
    """A forecast as its sentence and a table."""
    numbers = {"limit": forecast.limit, "local limit": forecast.local_limit}
    numbers |= {"factor": forecast.factor, "least mse": forecast.least_mse}
    facts = [["regime", forecast.regime], *([name, exact(number)] for name, number in numbers.items() if number is not None)]
    return f"<p>{escape(forecast.sentence)}</p>{_table(facts, header=False)}"


def diagnosis_html(diagnosis: Diagnosis) -> str:
    """A verdict, its findings, and its proof."""
    findings = [["severity", "finding", "what was seen", "remedy"]]
    findings += [[f.severity, f.name, f.text, f.remedy] for f in diagnosis.findings]
    rows = [["step", "quantity", "recorded", "", "predicted"]]
    for row in diagnosis.proof:
        sign = row.relation if row.agrees else f"not {row.relation}"
        rows.append([f"{row.step:,}", row.quantity, exact(row.recorded), sign, exact(row.predicted)])
    return f"<p><b>{escape(diagnosis.verdict)}</b></p>{_table(findings)}{_table(rows)}"


def certificate_html(certificate: Certificate) -> str:
    return f"<p>{escape(certificate.sentence)}</p>"


def _score(run: Run) -> str:
    return "" if run.score is None else f"<pre>{escape(repr(run.score))}</pre>"


def trace_text(trace: Trace) -> str:
    return f"Trace of {len(trace):,} steps, counted from 0\n  columns: {', '.join(trace.columns)}"


def trace_html(trace: Trace) -> str:
    return f"<p>{escape(trace_text(trace))}</p>{window_html(trace[:ROWS])}"


def window_text(window: Window) -> str:
    head = f"Window of {len(window):,} steps, {window.start:,} to {window.stop - 1:,}" if len(window) else "Window of no steps"
    return f"{head}\n  columns: {', '.join(window.columns)}"


def window_html(window: Window) -> str:
    if not len(window):
        return "<p>no steps</p>"
    numbers = window.read(*(name for name in tables.SHOWN if name in window))
    picked = range(len(window)) if len(window) <= ROWS else [*range(ROWS // 2), -1, *range(len(window) - ROWS // 2, len(window))]
    rows = [["…"] * len(numbers) if i < 0 else [tables.cell(column[i]) for column in numbers.values()] for i in picked]
    return _table([[name.replace("_", " ") for name in numbers], *rows])


def step_text(step: Step) -> str:
    numbers = "\n".join(f"  {name:<20} {tables.cell(value, digits=17)}" for name, value in step.as_dict().items() if name != "step")
    return f"Step {step['step']:,}\n{numbers}"


def step_html(step: Step) -> str:
    rows = [[name.replace("_", " "), tables.cell(value, digits=17)] for name, value in step.as_dict().items()]
    return _table(rows, header=False)


def _table(rows: list[list[str]], *, header: bool = True) -> str:
    def line(row: list[str], tag: str) -> str:
        return "<tr>" + "".join(f'<{tag} style="text-align:right">{escape(text)}</{tag}>' for text in row) + "</tr>"

    lines = [line(rows[0], "th"), *(line(row, "td") for row in rows[1:])] if header else [line(row, "td") for row in rows]
    return f"<table>{''.join(lines)}</table>"
