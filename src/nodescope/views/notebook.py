"""What is made of runs and recipes, as HTML in a notebook: forecasts, verdicts, checks, grades, networks, observed runs."""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.after.verdict import Diagnosis
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.checks.bisect import Boundary
from nodescope.diagnosis.checks.certificate import Certificate
from nodescope.diagnosis.checks.compare import Comparison
from nodescope.diagnosis.checks.gradients import GradientCheck
from nodescope.diagnosis.checks.parting import Parting
from nodescope.diagnosis.homework.grades import ClassList, Grade
from nodescope.run.network import Network
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.views import tables
from nodescope.views.numbers import exact, plain_text

LONGEST = 80
"""A table shows at most so many letters of a setting."""


def forecast_html(forecast: Forecast) -> str:
    """A forecast as its sentence and a table."""
    numbers = {"limit": forecast.limit, "local limit": forecast.local_limit}
    numbers |= {"factor": forecast.factor, "least mse": forecast.least_mse}
    facts = [["regime", forecast.regime], *([name, exact(number)] for name, number in numbers.items() if number is not None)]
    return f"<p>{escape(forecast.sentence)}</p>{table(facts, header=False)}"


def diagnosis_html(diagnosis: Diagnosis) -> str:
    """A verdict, its findings, and its proof."""
    findings = _findings(diagnosis.findings)
    rows = [["step", "quantity", "recorded", "", "predicted"]]
    for row in diagnosis.proof:
        sign = row.relation if row.agrees else f"not {row.relation}"
        rows.append([f"{row.step:,}", row.quantity, exact(row.recorded), sign, exact(row.predicted)])
    return f"<p><b>{escape(diagnosis.verdict)}</b></p>{table(findings)}{table(rows)}"


def _findings(findings: Iterable[Finding]) -> list[list[str]]:
    rows = [[f.severity, f.name, f.text, f.remedy] for f in findings]
    return [["severity", "finding", "what was seen", "remedy"], *rows]


def finding_html(finding: Finding) -> str:
    """A finding as a table of one row."""
    return table(_findings([finding]))


def told_html(judged: Boundary | Certificate | Grade | GradientCheck) -> str:
    """What is said in a sentence."""
    return f"<p>{escape(judged.sentence)}</p>"


def comparison_html(comparison: Comparison) -> str:
    """Which run is better, and what their recipes differ in."""
    rows = [["", "a", "b"], ["ended", *comparison.endings]]
    rows += [[name, *map(_shortened, pair)] for name, pair in comparison.differences.items()]
    parts = comparison.parts.sentence if isinstance(comparison.parts, Parting) else comparison.parts
    return f"<p>{escape(comparison.sentence)}</p>{table(rows)}<p>{escape(parts)}</p>"


def class_html(grades: ClassList) -> str:
    """A row for each sheet."""
    return table([["name", "verdict", "agrees until", "marks", "sentence"], *map(list, grades.rows())])


def network_html(network: Network) -> str:
    """A row for each layer."""
    rows = [["layer", "inputs", "nodes", "bias", "activation"]]
    for number, shape in enumerate(network.shapes):
        sizes = [f"{number}", f"{shape.inputs:,}", f"{shape.outputs:,}"]
        rows.append([*sizes, "yes" if shape.has_bias else "no", shape.activation.name])
    return f"<p>{escape(repr(network))}</p>{table(rows)}"


def recipe_html(recipe: Recipe) -> str:
    """The keywords that make it; long ones are cut off."""
    return table([[name, _shortened(value)] for name, value in recipe.keywords().items()], header=False)


def recorded_html(run: Recorded) -> str:
    """An observed run: how it ended, its layers, its first and last recorded steps."""
    head = f"<p><b>Observed in {escape(plain_text(run.program))}</b><br>{escape(plain_text(run.sentence))}</p>"
    notes = "".join(f"<p>{escape(plain_text(note))}</p>" for note in run.notes)
    return f"{head}{table(tables.layer_rows(run))}{table(tables.recorded_rows(run))}{notes}"


def _shortened(value: Any) -> str:
    text = plain_text(str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


HTML_OF: dict[type, Callable[[Any], str]] = {
    Forecast: forecast_html,
    Diagnosis: diagnosis_html,
    Finding: finding_html,
    **dict.fromkeys((Boundary, Certificate, Grade, GradientCheck), told_html),
    Comparison: comparison_html,
    ClassList: class_html,
    Network: network_html,
    Recipe: recipe_html,
    Recorded: recorded_html,
}
"""Each class is shown so; `display.html_of` finds it."""


def table(rows: list[list[str]], *, header: bool = True) -> str:
    """Rows of text as an HTML table."""

    def line(row: list[str], tag: str) -> str:
        return "<tr>" + "".join(f'<{tag} style="text-align:right">{escape(text)}</{tag}>' for text in row) + "</tr>"

    lines = [line(rows[0], "th"), *(line(row, "td") for row in rows[1:])] if header else [line(row, "td") for row in rows]
    return f"<table>{''.join(lines)}</table>"
