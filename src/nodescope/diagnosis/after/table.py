"""The findings of runs that can be made again, in the order of the verdict: what stops a run before what slows it, and that before
what is merely good to know.

Each is told by one function, over one evidence, and says what it needs; docs/verdicts.md says the same in a table. Those that only
an observed training can have stand between them, and are imported when one is judged: `observed/table.py`.
"""

from typing import Any

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
from nodescope.diagnosis.after.about_rounding import last_bit_cycle, rounding_floor
from nodescope.diagnosis.after.about_squares import squares_overflow, squares_underflow
from nodescope.diagnosis.after.finding import FindingRule

FINDINGS: tuple[FindingRule[Any], ...] = (
    wrong_sign,
    non_finite,
    overflow,
    squares_overflow,
    squares_underflow,
    alpha_is_zero,
    diverges,
    zero_input,
    marginal,
    stalled_examples,
    goal_out_of_range,
    symmetric_nodes,
    dead_nodes,
    saturated_nodes,
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
    plateau,
    noise_floor,
    noise_floor_of_classes,
    overfitting,
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
)
