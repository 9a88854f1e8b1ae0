"""Findings about inputs, goals and what is frozen: what no alpha can mend."""

import math

import numpy as np

from nodescope.diagnosis.evidence import Evidence
from nodescope.diagnosis.finding import Finding
from nodescope.run.ending import Ending
from nodescope.theory.spectrum import spectrum

LEAST_SQUARES = "least squares: Golub, Van Loan 2013, Matrix Computations, section 5.3"
MANY = 3
"""Names that a sentence lists."""


def zero_input(e: Evidence) -> Finding | None:
    """An input that is 0 in every example gives its weight nothing to go by."""
    frozen = e.recipe.frozen_block
    zero = [i for i in np.flatnonzero(~e.recipe.examples.input.any(axis=0)).tolist() if frozen is None or not frozen[:, i].all()]
    if not zero:
        return None
    names = _listed([e.input_name(i) for i in zero])
    nothing = not e.system.can_move
    are, stay = ("is", "its weight never moves") if len(zero) == 1 else ("are", "their weights never move")
    text = f"{names} {are} 0 in every example: delta × 0 is 0, so {stay}"
    return Finding(
        "zero input",
        "fault" if nothing else "warning",
        text + (", and nothing else can." if nothing else "."),
        step=0,
        where=names,
        measured=0.0,
        predicted=0.0,
        threshold="input 0 in all examples",
        remedy="Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
        source="weighted delta = delta × input",
    )


def frozen_weight(e: Evidence) -> Finding | None:
    """A weight that was told to stay."""
    frozen = e.recipe.frozen_block
    if frozen is None:
        return None
    names = _listed([e.weight_name(int(j), int(i)) for j, i in np.argwhere(frozen)])
    everything = bool(frozen.all()) and e.end != 0.0
    return Finding(
        "frozen weight",
        "warning" if everything else "note",
        f"{names} {'is' if frozen.sum() == 1 else 'are'} frozen" + (": nothing can move." if everything else "."),
        step=0,
        where=names,
        measured=0.0,
        predicted=0.0,
        threshold="frozen by the recipe",
        remedy="Free a weight." if everything else "",
        source="the recipe's frozen and freeze_bias",
    )


def ill_conditioned(e: Evidence) -> Finding | None:
    """Some direction in the inputs is so faint beside another that no single alpha suits both."""
    condition = e.system.condition
    if not condition > 1000 or e.there or not e.stable or e.run.ending is Ending.MSE_REACHED:
        return None
    group = e.system.groups[0]
    weak = e.system.bowls[0].spectrum.directions[-1]
    names = _listed([e.input_name(group.columns[i]) for i in np.argsort(-np.abs(weak))[:2]])
    better = _standardised_condition(e)
    helps = f"Standardising the inputs brings it to {better:.3g}."
    if not better < condition / 2:
        helps = "Standardising does not help: some inputs nearly repeat each other."
    return Finding(
        "ill-conditioned",
        "warning",
        f"the inputs' directions differ so much in strength (condition {condition:.3g}) that an alpha small enough for the "
        f"strongest hardly moves the weakest, mainly {names}.",
        step=e.run.steps,
        where=names,
        measured=condition,
        predicted=better,
        threshold="condition > 1000 and not there",
        remedy=helps,
        source="rate (κ − 1)/(κ + 1): Polyak 1987, Introduction to Optimization, section 1.4",
    )


def noise_floor(e: Evidence) -> Finding | None:
    """A few examples at a time end in a cycle around the best weights, not at them."""
    if e.system.together or not e.stable or not e.there or e.turns == 0 or not e.least > 1e-12 * e.goal_power:
        return None
    foretold = e.system.epoch_path.end_mse if e.system.in_order else None
    ends_at = e.late_mse if foretold is None else foretold
    above = ends_at / e.least - 1.0
    if not above > 0.01:
        return None
    less = e.system.cycle_distance(e.recipe.alpha / 10) / e.least if e.system.in_order else above / 10
    return Finding(
        "noise floor",
        "warning" if above > 0.25 else "note",
        f"{e.recipe.batch_size:,} at a time, it goes round the best weights instead of to them: its mse stays {above:.3g} "
        "of the least above it.",
        step=e.run.steps,
        where="alpha",
        measured=e.late_mse / e.least - 1.0,
        predicted=None if foretold is None else above,
        threshold="more than 1 % above the least mse (warning: 25 %)",
        remedy=f'A tenth of alpha leaves about {less:.3g}; all examples in a step (batch="all") leave nothing.',
        source="Bertsekas 1999, Nonlinear Programming, section 1.5.2",
    )


def contradictory_goals(e: Evidence) -> Finding | None:
    """No weights give every example its goal."""
    if e.recipe.n < 2 or not e.system.can_move or not e.least > 1e-12 * e.goal_power:
        return None
    pair = _same_inputs(e)
    twins = f" (examples {pair[0]} and {pair[1]} have the same inputs and different goals)" if pair else ""
    return Finding(
        "contradictory goals",
        "note",
        f"no weights give every example its goal{twins}: the mse cannot fall below {e.least:.6g}.",
        step=e.run.steps,
        measured=e.end,
        predicted=e.least,
        threshold="least mse > 1e-12 of the goals' mean square",
        remedy="" if e.recipe.bias is not None else "A bias, or further inputs, may lower it.",
        source=LEAST_SQUARES,
    )


def errors_cancel(e: Evidence) -> Finding | None:
    """A mean delta of 0 that says nothing: why errors are squared."""
    if e.recipe.n < 2:
        return None
    for step, mse in ((e.run.steps, e.end), (0, e.start)):
        delta = e.residual_at(step)
        if not (math.isfinite(mse) and mse > 0 and np.isfinite(delta).all()):
            continue
        mean = float(np.abs(delta.mean(axis=0)).max())
        if mean <= 1e-6 * math.sqrt(mse) and mse >= 0.5 * e.goal_spread:
            return Finding(
                "errors cancel",
                "note",
                f"at step {step:,} the deltas cancel (their mean is {mean:.3g}) although the mse is {mse:.6g}: a mean delta of 0 "
                "says nothing.",
                step=step,
                measured=mean,
                predicted=math.sqrt(mse),
                threshold="|mean delta| ≤ 1e-6 of their root mean square",
                source="mse = variance of the deltas + their mean²",
            )
    return None


def overfitting(e: Evidence) -> Finding | None:
    """Worse on rows it has not seen than chance explains."""
    score, unseen = e.run.score, len(e.recipe.examples.unseen_goal)
    if score is None or score.unseen is None or unseen < 10:
        return None
    p, n = max(len(g.columns) for g in e.system.groups), e.recipe.n
    expected = (n + p) / max(1, n - p) * (1 + 3 * math.sqrt(2 / unseen))
    with np.errstate(all="ignore"):
        ratio = float(np.max((np.asarray(score.unseen.rmse) / np.asarray(score.seen.rmse)) ** 2))
    if not ratio > expected:
        return None
    return Finding(
        "overfitting",
        "warning",
        f"on the {unseen:,} rows kept unseen the mse is {ratio:.3g} times that of the seen rows; chance explains up to "
        f"{expected:.3g}.",
        step=e.run.steps,
        measured=ratio,
        predicted=expected,
        threshold="(1 + 3√(2/rows)) × (n + p)/(n − p) times the seen mse",
        remedy="Fewer inputs, more rows, or fewer steps; or the unseen rows come from elsewhere.",
        source="Mallows 1973, Some comments on Cp",
    )


def _standardised_condition(e: Evidence) -> float:
    """What the condition would be with every input at mean 0 and deviation 1 (with a bias) or mean square 1 (without)."""
    x = e.recipe.examples.input
    if e.recipe.bias is not None:
        x = x - x.mean(axis=0)
    scale = np.sqrt((x**2).mean(axis=0))
    live = x[:, scale > 0] / scale[scale > 0]
    if e.recipe.bias is not None:
        live = np.column_stack([live, np.ones(len(live))])
    return spectrum(live).condition if live.size else math.nan


def _same_inputs(e: Evidence) -> tuple[int, int] | None:
    """Two examples with the same inputs and different goals."""
    x, goal = e.recipe.examples.input, e.recipe.examples.goal
    if x.size > 10**6:
        return None
    order = np.lexsort(x.T)
    same = (x[order[1:]] == x[order[:-1]]).all(axis=1) & (goal[order[1:]] != goal[order[:-1]]).any(axis=1)
    at = np.flatnonzero(same)
    return None if not at.size else tuple(sorted((int(order[at[0]]), int(order[at[0] + 1]))))  # type: ignore[return-value]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MANY:,} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more
