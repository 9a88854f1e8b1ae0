"""After a run: why it went as it did. Findings in order → the sentence, and its proof; withheld where they disagree."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.after.findings import all_findings
from nodescope.diagnosis.after.proof import Row, proof
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.ending import Ending
from nodescope.run.offers import Faced
from nodescope.run.run import Run

if TYPE_CHECKING:
    from nodescope.diagnosis.after import cause, class_evidence, margin_evidence, recorded, too_many
    from nodescope.diagnosis.after.cause import Cause
    from nodescope.run import held as held_rows
    from nodescope.run import recorded as observed
    from nodescope.run.recorded import Recorded, Trouble
else:
    margin_evidence = Later("nodescope.diagnosis.after.margin_evidence")
    too_many = Later("nodescope.diagnosis.after.too_many")
    held_rows = Later("nodescope.run.held")
    cause = Later("nodescope.diagnosis.after.cause")
    class_evidence = Later("nodescope.diagnosis.after.class_evidence")
    recorded = Later("nodescope.diagnosis.after.recorded")
    observed = Later("nodescope.run.recorded")

SAID = 2
"""The verdict tells so many findings, beside how it ended."""
HEALTHY = "nothing wrong"
ARRIVED = ("rounding floor", "last-bit cycle")
"""Notes whose remedy changes last digits alone: findings have it, the verdict does not."""
SENTENCES = re.compile(r"(?<=[.:]) (?=[A-Z])")
"""It parts a text into its sentences."""
SAID_BEFORE = ("mse reached", "local limit")
"""Notes whose headlines add nothing to how it ended."""
STILL_OPEN = ("not converged", "unknown")
"""Notes that a healthy verdict does not keep silent about."""


@dataclass(frozen=True, eq=False)
class Diagnosis(Faced):
    """What `diagnose` gives back.

    Attributes
    ----------
    headline : str
        The verdict in at most 15 plain words.
    verdict : str
        The headline, how it ended, what is wrong where something is, and what to do; says so where it is withheld.
    judgement : str
        The headline, what it rests on with its numbers, and what to do.
    findings : tuple of Finding
        Faults first, then warnings, then notes.
    proof : tuple of Row
        Predicted beside recorded.
    withheld : bool
        Predicted and recorded numbers disagree: then no verdict is given.
    forecast : Forecast
        What the recipe let expect; None of a run that was observed elsewhere.
    cause : Cause, Trouble or None
        Of a run that diverged: the first number that was not finite, and what it came from.

    Examples
    --------
    >>> import nodescope as ns
    >>> found = ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=2.5, steps=20))
    >>> found.findings[0].severity, found.withheld, all(row.agrees for row in found.proof)
    ('fault', False, True)
    """

    headline: str
    verdict: str
    judgement: str
    findings: tuple[Finding, ...]
    proof: tuple[Row, ...]
    withheld: bool
    forecast: Any
    cause: "Cause | Trouble | None" = None

    def __str__(self) -> str:
        lines = [self.verdict, *(f"  {finding}" for finding in self.findings), *(f"  proof: {row}" for row in self.proof)]
        return "\n".join(lines)

    __repr__ = __str__

    def __contains__(self, name: object) -> bool:
        return any(finding.name == name for finding in self.findings)


def diagnose(run: "Run | Recorded") -> Diagnosis:
    """Why a run went as it did, with the numbers that prove it.

    The names of the findings, when each is made and how severe it is: docs/verdicts.md. It needs nothing but the run.

    Parameters
    ----------
    run : Run or Recorded
        Of a run that was observed in another program there is no proof and no forecast: its numbers cannot be made again.

    Returns
    -------
    Diagnosis
        The verdict, its findings and their proof.

    Raises
    ------
    InputError
        It is neither.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> found = diagnose(descend(weight=0.4, input=1, goal=0.6, alpha=2.5, steps=20))
    >>> found.findings[0].name, found.findings[0].severity, found.findings[0].predicted
    ('diverges', 'fault', -1.5)
    >>> print(found.findings[0].remedy)
    An alpha below 2 holds.
    """
    if not isinstance(run, Run):
        if isinstance(run, observed.Recorded):
            return _judged(run, recorded.RecordedEvidence(run), [], None)
        raise InputError(f"run is {type(run).__name__}; it must be what ns.descend, ns.load or `with observe(…) as run` gives")
    if run.recipe.source is not None and run.recipe.source.in_pieces is not None:
        try:
            run = held_rows.held(run, "a whole diagnosis")
        except InputError as error:
            return _of_too_many(run, str(error))
    evidence = _evidence_of(run)
    return _judged(run, evidence, proof(evidence), evidence.foretold)


def _of_too_many(run: Run, why: str) -> Diagnosis:
    finding = too_many.finding_of_too_many(run, why)
    told = [finding.headline, _how_it_ended(run), finding.text[:1].upper() + finding.text[1:], finding.remedy]
    verdict = " ".join(part for part in told if part)
    return Diagnosis(finding.headline, verdict, verdict, (finding,), (), False, None)


def _evidence_of(run: Run) -> Evidence:
    loss = run.recipe.loss
    if loss.tells_classes:
        return class_evidence.ClassEvidence(run)
    return margin_evidence.MarginEvidence(run) if loss.codes_classes else Evidence(run)


def _judged(run: "Run | Recorded", evidence: Evidence, rows: list[Row], foretold: Forecast | None) -> Diagnosis:
    findings = all_findings(evidence)
    found = run.trouble if not isinstance(run, Run) else cause.cause_of(run) if run.ending is Ending.DIVERGED else None
    wrong = [row for row in rows if row.withholds]
    if wrong:
        said = _withheld(wrong[0])
        told = ("Withheld: the numbers are not what they should be.", said, said)
        return Diagnosis(*told, tuple(findings), tuple(rows), True, foretold, found)
    headline, chosen = _headline(findings), _told(findings)
    verdict = _once([headline, _how_it_ended(run), *_what_to_do(chosen)])
    judgement = _once(_in_full(headline, chosen))
    return Diagnosis(headline, verdict, judgement, tuple(findings), tuple(rows), False, foretold, found)


def _told(findings: list[Finding]) -> list[Finding]:
    """The findings that the verdict tells."""
    worst = [finding for finding in findings if finding.severity != "note"]
    still_open = [finding for finding in findings if finding.name in STILL_OPEN]
    return worst[:SAID] if worst else [findings[0], *(still_open or findings[1:])][:SAID]


def _headline(findings: list[Finding]) -> str:
    first = findings[0].headline
    still_open = next((finding for finding in findings if finding.name in STILL_OPEN), None)
    if findings[0].name != HEALTHY or still_open is None:
        return first
    return f"{first[:-1]}, but {still_open.headline[:1].lower()}{still_open.headline[1:]}"


def _once(texts: list[str]) -> str:
    """One after another; a sentence that two findings say, or ask for, is said where it comes first."""
    said: list[str] = []
    for sentence in (sentence for text in texts if text for sentence in SENTENCES.split(text)):
        if not any(sentence in before for before in said):
            said.append(sentence)
    return " ".join(said)


def _remedy(finding: Finding) -> str:
    """What is to be done; of a run that came as near as its steps can there is nothing."""
    return "" if finding.severity == "note" and finding.name in ARRIVED else finding.remedy


def _how_it_ended(run: "Run | Recorded") -> str:
    """Without the error, which the findings tell."""
    return run.sentence.partition(";")[0].rstrip(".") + "."


def _what_to_do(told: list[Finding]) -> list[str]:
    """What is wrong with its numbers, and the remedy; of a second finding its headline and remedy."""
    first, *rest = told
    seen = "" if first.severity == "note" else f"{first.text[:1].upper()}{first.text[1:]}"
    more = [
        text
        for finding in rest
        for text in ("" if finding.name in STILL_OPEN + SAID_BEFORE else finding.headline, _remedy(finding))
    ]
    return [seen, _remedy(first), *more]


def _in_full(headline: str, told: list[Finding]) -> list[str]:
    return [headline, *(text for finding in told for text in (f"{finding.text[:1].upper()}{finding.text[1:]}", _remedy(finding)))]


def _withheld(row: Row) -> str:
    numbers = f"should be {row.predicted!r}, but {row.recorded!r} is recorded"
    return f"Withheld: at step {row.step:,} the {row.quantity} {numbers}. {row.because}"
