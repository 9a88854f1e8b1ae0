"""What the shell prints of a run and its judgement: the whole story on a terminal, the result alone where it is piped."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.later import Later
from nodescope.run.run import Run
from nodescope.views.numbers import exact, in_markdown, plain_text, short
from nodescope.views.problem_words import problem_text, weights_of_one_layer

if TYPE_CHECKING:
    from nodescope.diagnosis.after import verdict
    from nodescope.diagnosis.after.verdict import Diagnosis
    from nodescope.run.recorded import Recorded
    from nodescope.views import curve, tables
else:
    curve, tables = Later("nodescope.views.curve"), Later("nodescope.views.tables")
    verdict = Later("nodescope.diagnosis.after.verdict")

MANY = 12
"""So many weights are told one by one."""


def result(run: Run, diagnosis: "Diagnosis") -> list[str]:
    """Foretold, happened, verdict, the final weights in full, and the score: what a pipe gets."""
    lines = [*_told(run, diagnosis), *_method(run), *_final(run)]
    return [*lines, *repr(run.score).splitlines()] if run.score is not None else lines


def story(run: Run, diagnosis: "Diagnosis", width: int, unicode: bool) -> list[str]:
    """Title, first and last steps, error curve, foretold, happened, verdict, final weights, score: what a person gets."""
    lines = ["", *map(plain_text, title(run)), ""]
    if run.steps:
        lines += [*tables.aligned(tables.summary_rows(run, width)), ""]
    lines += [*curve.error_curve(run, min(72, max(20, width - 24)), 8, unicode), ""]
    lines += [*_wrapped(_told(run, diagnosis), width), ""]
    lines += [*_method(run), *_final(run)]
    if run.score is not None:
        lines += ["", *repr(run.score).splitlines()]
    lines.append("")
    return lines if unicode else [line.encode("ascii", "replace").decode() for line in _in_ascii(lines)]


def _method(run: Run) -> list[str]:
    return [run.method_sentence] if run.method_sentence else []


def markdown(run: "Run | Recorded") -> str:
    """The run as a page of Markdown: what ran, first and last steps, foretold, happened, verdict, findings, proof."""
    if not isinstance(run, Run):
        return _observed(run)
    diagnosis = verdict.diagnose(run)
    told = [f"**{name}** {in_markdown(text)}" for name, text in _parts(run, diagnosis) if text]
    steps = ["", *tables.markdown(tables.summary_rows(run, 200))] if run.steps else []
    findings = [f"- {in_markdown(str(finding))}" for finding in diagnosis.findings]
    proof = [f"- {in_markdown(str(row))}" for row in diagnosis.proof]
    weights = ["", "```", *_final(run), "```"]
    parts = [
        *map(in_markdown, title(run)),
        *steps,
        "",
        "\n\n".join(told),
        "",
        "Findings:",
        "",
        *findings,
        "",
        "Proof:",
        "",
        *proof,
        *weights,
    ]
    return "\n".join(parts) + "\n"


def _observed(run: "Recorded") -> str:
    """The same of a run that was observed: its layers in place of a recipe, and each finding's evidence in place of a proof."""
    diagnosis = verdict.diagnose(run)
    many = "" if len(run.layers) == 1 else "s"
    title = (
        f"Observed in {run.program}: {len(run.layers)} layer{many}, optimizer {run.optimizer_told}; "
        f"{len(run.records):,} of {run.steps:,} steps recorded"
    )
    findings = [
        line
        for finding in diagnosis.findings
        for line in (f"- {in_markdown(str(finding))}", f"  - {in_markdown(_evidence(finding))}")
    ]
    parts = [
        title,
        "",
        *tables.markdown(tables.layer_rows(run)),
        "",
        *tables.markdown(tables.recorded_rows(run)),
        "",
        f"**happened** {in_markdown(run.sentence)}",
        "",
        f"**verdict** {in_markdown(diagnosis.judgement)}",
        "",
        "Findings:",
        "",
        *findings,
        *(["", "Notes:", "", *(f"- {in_markdown(note)}" for note in run.notes)] if run.notes else []),
    ]
    return "\n".join(parts) + "\n"


def _evidence(finding: Finding) -> str:
    """Where it shows, what was measured against what, and when it is told."""
    measured, predicted = finding.measured, finding.predicted
    told = [
        "" if finding.step is None else f"step {finding.step:,}",
        finding.where,
        "" if measured is None else f"measured {short(measured)}",
        "" if predicted is None else f"predicted {short(predicted)}",
        f"threshold: {finding.threshold}" if finding.threshold else "",
        f"source: {finding.source}" if finding.source else "",
    ]
    return "; ".join(filter(None, told))


def foretold(forecast: Forecast, mse: float | None) -> list[str]:
    """A forecast for a person, with the steps to an mse where one is asked for."""
    lines = [forecast.sentence]
    if mse is not None:
        steps = forecast.steps_to(mse)
        never = f"An mse of {short(mse)} is never reached: {forecast.why_not(mse)}."
        lines.append(never if steps is None else f"An mse of {short(mse)} is reached after {steps:,} steps.")
    return lines


def judgement(diagnosis: "Diagnosis") -> list[str]:
    """Verdict, findings and proof."""
    findings = [f"  {plain_text(str(finding))}" for finding in diagnosis.findings]
    proof = [f"  {row}" for row in diagnosis.proof]
    return [plain_text(diagnosis.verdict), "", "findings", *findings, *(["", "proof", *proof] if proof else [])]


def _told(run: Run, diagnosis: "Diagnosis") -> list[str]:
    return [f"{name:<8}  {plain_text(text)}" for name, text in _parts(run, diagnosis) if text]


def _parts(run: Run, diagnosis: "Diagnosis") -> list[tuple[str, str]]:
    foretold = "" if diagnosis.forecast is None else diagnosis.forecast.sentence
    return [("foretold", foretold), ("happened", run.sentence), ("verdict", diagnosis.judgement)]


def _wrapped(lines: list[str], width: int) -> list[str]:
    """Lines no wider than the terminal, what runs over set in."""
    return [part for line in lines for part in textwrap.wrap(line, max(40, width), subsequent_indent=" " * 10)]


def _in_ascii(lines: list[str]) -> list[str]:
    words = {"≈": "~", "−": "-", "²": "^2", "…": "...", "×": "x", "∞": "inf"}
    table = str.maketrans(words)
    return [line.translate(table) for line in lines]


def title(run: Run) -> list[str]:
    """What ran, in a line or two."""
    recipe = run.recipe
    alpha = (
        "alpha on a schedule" if recipe.schedule else f"alpha {short(recipe.alpha)}{' (automatic)' if recipe.alpha_auto else ''}"
    )
    lines = [f"{problem_text(recipe)}{_rows(run)}; {alpha}, rule {recipe.rule.name}"]
    if recipe.source is not None:
        names = ", ".join(recipe.input_names[:5]) + (", …" if recipe.d > 5 else "")
        lines.insert(0, f"{recipe.source.where}: {', '.join(recipe.goal_names)} from {names}")
    return lines


def _rows(run: Run) -> str:
    """Rows of the table that are not learned from."""
    source, unseen = run.recipe.source, len(run.recipe.examples.unseen_goal)
    dropped = 0 if source is None else source.left_out
    return (f", {unseen:,} rows kept unseen" if unseen else "") + (f", {dropped:,} rows dropped" if dropped else "")


def _final(run: Run) -> list[str]:
    of_one_layer = weights_of_one_layer(run)
    if of_one_layer is None:
        biased = sum(0 if bias is None else bias.size for bias in run.network.biases)
        counts = ", ".join(f"layer {number} {weight.size:,}" for number, weight in enumerate(run.network.weights))
        biases = f", and {biased:,} biases" if biased else ""
        return [f"weights {run.recipe.problem.size - biased:,} ({counts}){biases}: run.weight and run.bias hold them"]
    weight, bias = of_one_layer
    if run.table_weight is None:
        return [f"weight  {_whole(weight)}", *([] if bias is None else [f"bias    {_whole(bias)}"])]
    return _named_weights(run)


def _named_weights(run: Run) -> list[str]:
    """Weights by name, beside those for the table's own numbers."""
    recipe = run.recipe
    weights, own = (np.reshape(w, (recipe.k, recipe.d)) for w in (run.weight, run.table_weight))
    rows = [["weight of", "", "in the input's units" if recipe.source is None else "in the table's units"]]
    for j, goal in enumerate(recipe.goal_names):
        of = f"{goal}: " if recipe.k > 1 else ""
        for i, name in enumerate(recipe.input_names[:MANY]):
            rows.append([plain_text(of + name), exact(weights[j, i]), exact(own[j, i])])
        if recipe.d > MANY:
            rows.append([f"{of}… {recipe.d - MANY:,} more", "", ""])
        if run.bias is not None:
            rows.append([plain_text(of + "bias"), exact(np.ravel(run.bias)[j]), exact(np.ravel(run.table_bias)[j])])
    if recipe.examples.scaling is None:
        rows = [row[:2] for row in rows]
    return tables.aligned(rows)


def _whole(value: object) -> str:
    flat = np.ravel(np.asarray(value))
    if np.ndim(value) == 0:  # type: ignore[arg-type]
        return exact(value)
    shown = ", ".join(exact(v) for v in flat[:MANY])
    return f"[{shown}{f', … {flat.size - MANY:,} more' if flat.size > MANY else ''}]"
