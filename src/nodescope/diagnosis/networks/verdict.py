"""A network's findings in the order of the verdict, and its proof: weighted deltas beside central differences."""

from collections.abc import Callable

import numpy as np

from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.gradients import check_gradients
from nodescope.diagnosis.networks.about_layers import exploding_deltas, unscaled_inputs, vanishing_deltas
from nodescope.diagnosis.networks.about_nodes import (
    cut_off,
    dead_nodes,
    frozen_layers,
    goal_out_of_range,
    saturated_nodes,
    standing_still,
    symmetric_nodes,
)
from nodescope.diagnosis.networks.about_way import (
    alpha_is_zero,
    crawling,
    edge_of_stability,
    mse_reached,
    non_finite,
    overfitting,
    plateau,
    regime,
    runs_away,
    still_falling,
    wrong_sign,
)
from nodescope.diagnosis.networks.evidence import NetworkEvidence
from nodescope.diagnosis.proof import Row

CHECKED, MOST_WORK = 24, 3 * 10**8
"""Weights of a step whose slopes prove it; fewer, but three, where weights times examples are more than this in all."""

FINDINGS: tuple[Callable[[NetworkEvidence], Finding | None], ...] = (
    wrong_sign,
    non_finite,
    runs_away,
    alpha_is_zero,
    cut_off,
    goal_out_of_range,
    symmetric_nodes,
    dead_nodes,
    saturated_nodes,
    exploding_deltas,
    vanishing_deltas,
    standing_still,
    unscaled_inputs,
    crawling,
    plateau,
    overfitting,
    mse_reached,
    still_falling,
    edge_of_stability,
    frozen_layers,
    regime,
)


def network_findings(e: NetworkEvidence) -> list[Finding]:
    """Faults first, then warnings, then notes; "nothing wrong" where there is neither fault nor warning."""
    with np.errstate(all="ignore"):
        return with_nothing_wrong([finding for look in FINDINGS if e.looks and (finding := look(e)) is not None], e)


def with_nothing_wrong(found: list[Finding], e: NetworkEvidence) -> list[Finding]:
    """Findings by severity; first of all that it is healthy, where there is neither fault nor warning."""
    if not e.run.steps and not found:
        return [
            Finding(
                "unknown", "note", f"nothing can be told: no step was made; {_left(e)}.", step=0, measured=e.end,
                threshold="at least one step", source="run.steps",
            )
        ]  # fmt: skip
    if all(finding.severity == "note" for finding in found):
        healthy = Finding(
            "nothing wrong",
            "note",
            f"healthy: nothing is wrong; {_left(e)}.",
            step=e.run.steps,
            measured=e.end,
            predicted=None,
            threshold="neither a warning nor a fault",
            source="docs/verdicts.md",
        )
        found.insert(0, healthy)
    rank = {"fault": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda finding: rank[finding.severity])


def _left(e: NetworkEvidence) -> str:
    return f"{e.share_left:.3g} of the goals' variance is left" if e.spread > 0 else f"{e.left} {e.end:.6g}"


def network_proof(e: NetworkEvidence) -> list[Row]:
    """At the first, a middle and the last step: the weighted delta furthest from its central difference, beside that."""
    rows = []
    last = e.run.steps - (2 if not e.finite else 1)
    for step in sorted({t for t in (0, last // 2, last) if 0 <= t < e.run.steps}):
        check = check_gradients(e.run, step, most=max(3, min(CHECKED, MOST_WORK // (e.problem.size * e.recipe.batch_size))))
        if check.worst is None:
            continue
        place = f"weighted delta of layer {check.worst.layer}, node {check.worst.node}"
        rows.append(Row(step, place, check.worst.difference, check.worst.weighted_delta, "≈", check.passed))
    return rows
