"""Findings of observed trainings, in the order of the verdict: those of any run (`after/table.py`), and between them their own."""

from typing import Any

from nodescope.diagnosis.after.about_alpha import diverges, non_finite, overflow, wrong_sign
from nodescope.diagnosis.after.about_data import noise_floor, zero_input
from nodescope.diagnosis.after.about_layers import exploding_gradients
from nodescope.diagnosis.after.about_progress import plateau
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
from nodescope.diagnosis.after.about_rounding import rounding_floor
from nodescope.diagnosis.after.finding import ERRORS, RECORDS, WIRED, FindingRule, each_needs
from nodescope.diagnosis.after.observed.about_gates import gates_stuck
from nodescope.diagnosis.after.observed.about_loss_call import LOSS_CALL
from nodescope.diagnosis.after.observed.about_progress import classified, no_better_than_guessing, overfitted
from nodescope.diagnosis.after.observed.about_settings import SETTINGS
from nodescope.diagnosis.after.observed.about_ways import WAYS
from nodescope.diagnosis.after.observed.about_wiring import WIRING
from nodescope.diagnosis.after.table import FINDINGS as OF_ANY_RUN

_BEFORE: dict[FindingRule[Any], tuple[FindingRule[Any], ...]] = {
    wrong_sign: (*each_needs(LOSS_CALL, RECORDS), *each_needs(WAYS, RECORDS, WIRED)),
    non_finite: (told_to_go_up, without_end),
    overflow: (first_not_finite,),
    diverges: (*each_needs(WIRING, RECORDS, WIRED), *each_needs(SETTINGS, RECORDS)),
    zero_input: (loss_diverges,),
    exploding_gradients: each_needs([gates_stuck], RECORDS, ERRORS),
    plateau: (loss_hardly_falls,),
    noise_floor: each_needs([no_better_than_guessing], RECORDS, ERRORS),
    rounding_floor: each_needs([overfitted, classified], RECORDS),
}
"""What comes before one of those."""
FINDINGS: tuple[FindingRule[Any], ...] = (
    *(each for rule in OF_ANY_RUN for each in (*_BEFORE.get(rule, ()), rule)),
    rate_against_limit,
    loss_not_seen,
    nothing_recorded,
)
