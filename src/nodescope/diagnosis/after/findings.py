"""All findings in the order of the verdict: what stops a run before what slows it, and that before what is merely good to know.

Each is told by one function, over one evidence, and says what it needs; docs/verdicts.md says the same in a table.
"""

from typing import Any

import numpy as np

from nodescope.diagnosis.after.about_alpha import (
    alpha_is_zero,
    diverges,
    edge_of_stability,
    local_limit,
    marginal,
    non_finite,
    oscillates,
    overflow,
    wrong_sign,
)
from nodescope.diagnosis.after.about_classes import (
    far_from_the_lowest,
    inputs_tell_nothing,
    never_at_rest,
    no_better_than_frequencies,
    no_lowest_point,
    noise_floor_of_classes,
    not_at_rest_yet,
    on_the_wrong_side,
)
from nodescope.diagnosis.after.about_data import (
    errors_cancel,
    frozen_weight,
    ill_conditioned,
    irreducible_error,
    noise_floor,
    overfitting,
    unscaled_inputs,
    zero_input,
)
from nodescope.diagnosis.after.about_layers import exploding_gradients, vanishing_gradients
from nodescope.diagnosis.after.about_nodes import (
    dead_nodes,
    goal_out_of_range,
    saturated_nodes,
    stalled,
    stalled_examples,
    symmetric_nodes,
)
from nodescope.diagnosis.after.about_penalties import clipping, penalty
from nodescope.diagnosis.after.about_progress import mse_reached, not_converged, plateau, slow_convergence, solved, unknown
from nodescope.diagnosis.after.about_recording import (
    first_not_finite,
    loss_diverges,
    loss_hardly_falls,
    loss_not_seen,
    nothing_recorded,
    rate_against_limit,
    told_to_go_up,
    without_end,
)
from nodescope.diagnosis.after.about_rounding import last_bit_cycle, rounding_floor
from nodescope.diagnosis.after.about_squares import squares_overflow, squares_underflow
from nodescope.diagnosis.after.convex import at_the_least, mean_absolute
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import ERRORS, RECORDS, WIRED, Finding, FindingRule, each_needs
from nodescope.diagnosis.after.observed.about_gates import gates_stuck
from nodescope.diagnosis.after.observed.about_loss_call import LOSS_CALL
from nodescope.diagnosis.after.observed.about_progress import classified, no_better_than_guessing, overfitted
from nodescope.diagnosis.after.observed.about_settings import SETTINGS
from nodescope.diagnosis.after.observed.about_ways import WAYS
from nodescope.diagnosis.after.observed.about_wiring import WIRING
from nodescope.diagnosis.after.observed.headlines import causes_as_faults, with_headline

FINDINGS: tuple[FindingRule[Any], ...] = (
    *each_needs(LOSS_CALL, RECORDS),
    *each_needs(WAYS, RECORDS, WIRED),
    wrong_sign,
    told_to_go_up,
    without_end,
    non_finite,
    first_not_finite,
    overflow,
    squares_overflow,
    squares_underflow,
    alpha_is_zero,
    *each_needs(WIRING, RECORDS, WIRED),
    *each_needs(SETTINGS, RECORDS),
    diverges,
    loss_diverges,
    zero_input,
    marginal,
    stalled_examples,
    goal_out_of_range,
    symmetric_nodes,
    dead_nodes,
    saturated_nodes,
    *each_needs([gates_stuck], RECORDS, ERRORS),
    exploding_gradients,
    vanishing_gradients,
    stalled,
    ill_conditioned,
    unscaled_inputs,
    slow_convergence,
    no_lowest_point,
    far_from_the_lowest,
    no_better_than_frequencies,
    never_at_rest,
    not_at_rest_yet,
    loss_hardly_falls,
    plateau,
    *each_needs([no_better_than_guessing], RECORDS, ERRORS),
    noise_floor,
    noise_floor_of_classes,
    overfitting,
    *each_needs([overfitted, classified], RECORDS),
    rounding_floor,
    last_bit_cycle,
    mse_reached,
    solved,
    not_converged,
    unknown,
    on_the_wrong_side,
    penalty,
    clipping,
    frozen_weight,
    edge_of_stability,
    irreducible_error,
    inputs_tell_nothing,
    errors_cancel,
    oscillates,
    local_limit,
    rate_against_limit,
    loss_not_seen,
    nothing_recorded,
)
RANK = {"fault": 0, "warning": 1, "note": 2}


def all_findings(e: Evidence) -> list[Finding]:
    """Faults first, then warnings, then notes; first of all that nothing is wrong, where there is neither fault nor warning."""
    with np.errstate(all="ignore"):
        rules = [rule for rule in FINDINGS if rule.needs <= e.offers]
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
