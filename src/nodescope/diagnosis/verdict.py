"""After a run: why it went as it did. Findings in order → the sentence, and its proof; withheld where they disagree."""

from dataclasses import dataclass
from typing import Any

from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.evidence import Evidence
from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.findings import all_findings
from nodescope.diagnosis.networks.cause import Cause, cause_of
from nodescope.diagnosis.networks.evidence import NetworkEvidence
from nodescope.diagnosis.networks.recorded import RecordedEvidence, recorded_findings
from nodescope.diagnosis.networks.verdict import network_findings, network_proof, with_nothing_wrong
from nodescope.diagnosis.proof import Row, proof
from nodescope.errors import InputError
from nodescope.run.ending import Ending
from nodescope.run.recorded import Recorded, Trouble
from nodescope.run.run import Run

SAID = 2
"""Findings that the verdict tells, beside how it ended."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What `diagnose` gives back.

    Attributes
    ----------
    verdict : str
        How it ended, and why; says so where it is withheld.
    judgement : str
        The why alone.
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
    """

    verdict: str
    judgement: str
    findings: tuple[Finding, ...]
    proof: tuple[Row, ...]
    withheld: bool
    forecast: Any
    cause: Cause | Trouble | None = None

    def __str__(self) -> str:
        lines = [self.verdict, *(f"  {finding}" for finding in self.findings), *(f"  proof: {row}" for row in self.proof)]
        return "\n".join(lines)

    __repr__ = __str__

    def __contains__(self, name: object) -> bool:
        return any(finding.name == name for finding in self.findings)


def diagnose(run: Run | Recorded) -> Diagnosis:
    """Why a run went as it did, with the numbers that prove it.

    The names of the findings, when each is made and how severe it is: docs/verdicts.md. It needs nothing but the run.

    Parameters
    ----------
    run : Run, or Recorded
        Of a run that was observed in another program there is no proof and no forecast: its numbers cannot be made again.

    Returns
    -------
    Diagnosis

    Raises
    ------
    InputError
        It is neither.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> found = diagnose(descend(weight=0.4, input=1, goal=0.6, alpha=2.5, steps=20))
    >>> found.findings[0].name, found.findings[0].severity, found.findings[0].predicted
    ('runs away', 'fault', -1.5)
    >>> print(found.findings[0].remedy)
    An alpha below 2 holds.
    """
    if isinstance(run, Recorded):
        return _diagnose_recorded(run)
    if not isinstance(run, Run):
        raise InputError(f"run is {type(run).__name__}; it must be what ns.descend, ns.load or `with observe(…) as run` gives")
    findings, rows, foretold = _looked_into(run)
    wrong = [row for row in rows if not row.agrees]
    judgement = _withheld(wrong[0]) if wrong else _judgement(findings)
    verdict = judgement if wrong else f"{run.sentence} {judgement}"
    return Diagnosis(verdict, judgement, tuple(findings), tuple(rows), bool(wrong), foretold, _cause(run))


def _diagnose_recorded(run: Recorded) -> Diagnosis:
    evidence = RecordedEvidence(run)
    findings = with_nothing_wrong(recorded_findings(evidence), evidence)
    judgement = _judgement(findings)
    return Diagnosis(f"{run.sentence} {judgement}", judgement, tuple(findings), (), False, None, run.trouble)


def _looked_into(run: Run) -> tuple[list[Finding], list[Row], Forecast]:
    if not run.recipe.problem.is_linear:
        network = NetworkEvidence(run)
        return network_findings(network), network_proof(network), Forecast(run.recipe)
    e = Evidence(run)
    return all_findings(e), proof(e), e.forecast


def _cause(run: Run) -> Cause | None:
    return cause_of(run) if run.ending is Ending.DIVERGED else None


def _judgement(findings: list[Finding]) -> str:
    worst = [finding for finding in findings if finding.severity != "note"]
    told = worst[:SAID] if worst else findings[:SAID]
    first, *rest = told
    return " ".join(filter(None, [_capital(first.text), first.remedy, *(_capital(finding.text) for finding in rest)]))


def _withheld(row: Row) -> str:
    return (
        f"Withheld: at step {row.step:,} the {row.quantity} should be {row.predicted!r}, but {row.recorded!r} is recorded. "
        "Either the run was changed since it was made (ns.verify finds out) or the theory does not hold for it."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
