"""All findings of a run: those of its table (`table.py`) that its evidence allows, faults first."""

from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.convex import at_the_least, mean_absolute
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import RECORDS, Finding
from nodescope.diagnosis.after.observed.headlines import causes_as_faults, with_headline
from nodescope.diagnosis.after.table import FINDINGS
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.diagnosis.after.observed import table as of_observed
else:
    of_observed = Later("nodescope.diagnosis.after.observed.table")

RANK = {"fault": 0, "warning": 1, "note": 2}


def all_findings(e: Evidence) -> list[Finding]:
    """Faults first, then warnings, then notes; first of all that nothing is wrong, where there is neither fault nor warning."""
    with np.errstate(all="ignore"):
        table = of_observed.FINDINGS if RECORDS in e.offers else FINDINGS
        rules = [rule for rule in table if rule.needs <= e.offers]
        found = [with_headline(finding) for rule in rules if (finding := rule(e)) is not None]
        found = causes_as_faults(found) if RECORDS in e.offers else found
        if all(finding.severity == "note" for finding in found):
            found.insert(0, _nothing_wrong(e) if e.run.steps or e.converged else _nothing_done(e))
    return sorted(found, key=lambda finding: RANK[finding.severity])


def _nothing_wrong(e: Evidence) -> Finding:
    return Finding(
        "nothing wrong",
        "note",
        f"{_left(e)}.",
        headline="Healthy: nothing is wrong.",
        step=e.run.steps,
        measured=e.end,
        predicted=e.linear.least if e.is_linear else None,
        threshold="neither a warning nor a fault",
        source="docs/verdicts.md",
    )


def _nothing_done(e: Evidence) -> Finding:
    return Finding(
        "unknown",
        "note",
        f"nothing can be told: no step was made; {_left(e)}.",
        headline="Nothing can be told: no step was made.",
        step=0,
        measured=e.end,
        threshold="at least one step",
        source="run.steps",
    )


def _left(e: Evidence) -> str:
    if e.is_linear and e.end > 0 and e.linear.least > 0.5 * e.end:
        return f"the mse is {e.end:.6g}, and no weights have less than {e.linear.least:.6g}"
    if e.end > 0 and at_the_least(e):
        if e.keeps_its_stride:
            return f"the mean size of the errors is {mean_absolute(e):.6g}, and no weights make it clearly smaller"
        return f"no weights make its loss smaller; {e.error_is} {e.end:.6g}"
    return f"{e.share_left:.3g} of {e.part_of} is left" if e.spread > 0 else f"{e.error_is} {e.end:.6g}"
