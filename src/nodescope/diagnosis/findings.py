"""All findings: each function looks at the evidence and gives a finding, or None. docs/verdicts.md says the same in a table.

The order of FINDINGS is that of the verdict: what stops a run before what slows it, and that before what is merely good to know.
"""

from collections.abc import Callable

from nodescope.diagnosis.about_alpha import (
    alpha_is_zero,
    at_the_limit,
    crawling,
    overflow,
    runs_away,
    still_falling,
    swings,
    wrong_sign,
)
from nodescope.diagnosis.about_data import (
    contradictory_goals,
    errors_cancel,
    frozen_weight,
    ill_conditioned,
    noise_floor,
    overfitting,
    zero_input,
)
from nodescope.diagnosis.about_rounding import last_bit_cycle, rounding_floor
from nodescope.diagnosis.evidence import Evidence
from nodescope.diagnosis.finding import Finding
from nodescope.run.ending import Ending


def mse_reached(e: Evidence) -> Finding | None:
    """The mse asked for."""
    if e.run.ending is not Ending.MSE_REACHED:
        return None
    asked = e.recipe.until_mse
    return Finding(
        "mse reached",
        "note",
        f"the mse asked for, {asked:.6g}, is reached after {e.run.steps:,} steps: it is {e.end:.6g}.",
        step=e.run.steps,
        measured=e.end,
        predicted=asked,
        threshold="mse ≤ until_mse",
        source="the recipe's until_mse",
    )


def solved(e: Evidence) -> Finding | None:
    """Every delta is 0."""
    if e.end != 0.0:
        return None
    return Finding(
        "solved",
        "note",
        "every prediction is its goal: the mse is exactly 0.",
        step=e.run.steps,
        measured=0.0,
        predicted=e.least,
        threshold="mse = 0",
        source="mse = mean of delta × delta",
    )


def unknown(e: Evidence) -> Finding | None:
    """No theory, and nothing measured that settles the matter."""
    settled = e.run.ending in (Ending.MSE_REACHED, Ending.DIVERGED, Ending.SETTLED, Ending.CYCLING)
    if settled or e.stable is not None or e.there or e.end > 10 * e.start or not e.system.can_move or (e.alphas <= 0).all():
        return None
    return Finding(
        "unknown",
        "note",
        f"I do not know what more steps would bring: {e.forecast.regime_reason or 'the order is drawn'}.",
        step=e.run.steps,
        measured=e.left,
        threshold="no theory covers it, and more than 1 % of the missing error is left",
        source="docs/verdicts.md",
    )


FINDINGS: tuple[Callable[[Evidence], Finding | None], ...] = (
    wrong_sign,
    overflow,
    runs_away,
    alpha_is_zero,
    zero_input,
    at_the_limit,
    frozen_weight,
    ill_conditioned,
    crawling,
    noise_floor,
    overfitting,
    rounding_floor,
    last_bit_cycle,
    mse_reached,
    solved,
    still_falling,
    unknown,
    contradictory_goals,
    errors_cancel,
    swings,
)


def all_findings(e: Evidence) -> list[Finding]:
    """Faults first, then warnings, then notes; "nothing wrong" where there is neither fault nor warning."""
    found = [finding for look in FINDINGS if (finding := look(e)) is not None]
    if all(finding.severity == "note" for finding in found):
        found.append(
            Finding(
                "nothing wrong",
                "note",
                "nothing is wrong.",
                step=e.run.steps,
                measured=e.end,
                predicted=e.least,
                threshold="neither a warning nor a fault",
                source="docs/verdicts.md",
            )
        )
    rank = {"fault": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda finding: rank[finding.severity])
