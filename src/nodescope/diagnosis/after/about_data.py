"""Findings about inputs, goals and what is frozen: what no alpha can mend."""

import math
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import CLASSES, CLOSED_FORM, CURVED, GOALS, LINEAR, STEPS, Finding, needs
from nodescope.diagnosis.after.remedies import ILL_CONDITIONED, scaled_inputs
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.theory import least_squares
else:
    least_squares = Later("nodescope.theory.least_squares")

LEAST_SQUARES = "least squares: Golub, Van Loan 2013, Matrix Computations, section 5.3"
NAMED = 3
"""A sentence lists so many names; of more it says how many."""
UNLIKE = 100.0
"""Inputs whose sizes have this ratio are unlike; an input of this size is large."""
ENOUGH_UNSEEN = 10
"""Of fewer rows kept unseen nothing is concluded."""
FEW, MOST_OF_IT = 10, 0.8
"""One of at least so many examples that makes more than this part of the error is looked at first."""
GUESSING = 0.99
"""Weights that leave this part of the goals' variance at their least are no better than always saying the mean of the goals."""
TURNED_UP = 1.1
"""The unseen error has turned up where it is this many times its lowest, and more than chance explains."""
LEAST_LEFT = 1e-12
"""Of the goals' mean square: an mse that no weights take off, and that is more than rounding."""
CANCEL = 1e-6
"""Errors cancel whose mean is at most this part of their root mean square."""
CHANCE_OF_LOWEST, CHANCE = 1.5, 3
"""Times √(2/rows): by so much an unseen error may rise above its lowest, or lie above that of the seen rows, by chance."""
MOST_SORTED = 10**6
"""Numbers: of more inputs it is not looked for two examples that are alike."""


@needs(GOALS)
def zero_input(e: Evidence) -> Finding | None:
    """An input that is 0 in every example gives its weight nothing to go by."""
    shape = e.problem.layers[0]
    frozen = None if e.problem.frozen is None else e.problem.blocks(e.problem.frozen)[0]
    zero = np.flatnonzero(~e.recipe.examples.input.any(axis=0)).tolist()
    zero = [i for i in zero if frozen is None or not frozen[:, i].all()]
    if not zero:
        return None
    names = _listed([e.input_name(i) for i in zero])
    nothing = not e.can_move
    severity = "fault" if nothing else "note" if e.depth > 1 else "warning"
    are, stay = ("is", "its weight never moves") if len(zero) * shape.outputs == 1 else ("are", "their weights never move")
    are = "is" if len(zero) == 1 else are
    return Finding(
        "zero input",
        severity,
        f"{names} {are} 0 in every example: delta × 0 is 0, so {stay}" + (", and nothing else can." if nothing else "."),
        headline="An input is 0 in every example, so its weight cannot learn.",
        step=0,
        where=names,
        measured=0.0,
        predicted=0.0,
        threshold="input 0 in all examples",
        remedy="Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
        source="weighted delta = delta × input",
    )


@needs(GOALS)
def frozen_weight(e: Evidence) -> Finding | None:
    """Weights that were told to stay."""
    frozen = e.problem.frozen
    if frozen is None or not frozen.any():
        return None
    blocks = e.problem.blocks(frozen)
    count, everything = int(frozen.sum()), bool(frozen.all()) and not e.solved
    where = ", ".join(e.layer_name(number) for number, block in enumerate(blocks) if block.any())
    if count <= NAMED:
        names = [e.weight_name(l, int(j), int(i)) for l, block in enumerate(blocks) for j, i in np.argwhere(block)]  # noqa: E741
        where = where if e.depth > 1 else ", ".join(names)
        text = f"{', '.join(names)} {'is' if count == 1 else 'are'} frozen"
    else:
        text = f"{count:,} of {frozen.size:,} weights are frozen, in {where}"
    return Finding(
        "frozen weight",
        "warning" if everything else "note",
        text + (": nothing can move." if everything else "."),
        headline="Every weight is frozen, so nothing can learn." if everything else "Some weights are frozen, as asked.",
        step=0,
        where=where,
        measured=float(frozen.mean()),
        predicted=0.0,
        threshold="frozen by the recipe",
        remedy="Free a weight." if everything else "",
        source="the recipe's frozen and freeze_bias",
    )


@needs(CLOSED_FORM)
def ill_conditioned(e: Evidence) -> Finding | None:
    """Some direction in the inputs is so faint beside another that no single alpha suits both."""
    linear, condition = e.linear, e.linear.system.condition
    if not condition > ILL_CONDITIONED or e.converged or linear.stable is None or e.recipe.alpha <= 0:
        return None
    scaled = scaled_inputs(linear)
    if not linear.stable and not scaled.helps:
        return None  # it diverges, and the inputs are not what makes the stable alphas small
    ranks = [one.spectrum.rank for one in linear.system.bowls]
    names = _listed([e.input_name(i) for i in linear.columns_of(ranks[0] - 1)])
    return Finding(
        "ill-conditioned",
        "warning",
        f"an alpha small enough for what is strongest in the inputs hardly moves what is weakest, mainly the weight of {names} "
        f"(condition number {condition:.3g}).",
        headline=(
            "The inputs differ so much in size that no one alpha suits them all."
            if scaled.helps or condition > 2 * scaled.condition
            else "Some inputs nearly repeat each other, so their weights are hardly told apart."
        ),
        step=e.run.steps,
        where=names,
        measured=condition,
        predicted=scaled.condition,
        threshold=f"condition > {ILL_CONDITIONED:g} and not done in every direction",
        remedy=" ".join(filter(None, [scaled.remedy, _as_it_is(e)])),
        source="rate (κ − 1)/(κ + 1): Polyak 1987, Introduction to Optimization, section 1.4",
    )


def _as_it_is(e: Evidence) -> str:
    """How long it would take with the inputs as they are."""
    missing = e.linear.steps_missing
    return "" if not missing else f"With the inputs as they are about {missing:,} more steps are needed at this alpha."


@needs(CURVED, STEPS)
def unscaled_inputs(e: Evidence) -> Finding | None:
    """Inputs of very unlike, or very large, size."""
    x, names = e.inputs
    if not len(x):
        return None
    with np.errstate(all="ignore"):
        size = np.sqrt((x**2).mean(axis=0))
    live = np.flatnonzero(size > 0)
    if not len(live):
        return None
    largest, smallest = live[np.argmax(size[live])], live[np.argmin(size[live])]
    ratio = float(size[largest] / size[smallest])
    if not (ratio > UNLIKE or size[largest] > UNLIKE):
        return None
    unlike = (
        f"input {names[largest]!r} is {ratio:.3g} times as large as input {names[smallest]!r}"
        if ratio > UNLIKE
        else f"input {names[largest]!r} is about {size[largest]:.3g} in size"
    )
    severity = "note" if e.surely_converged else "warning"
    return Finding(
        "unscaled inputs",
        severity,
        f"{unlike}: alpha must be small enough for the large one, and is then too small for the rest.",
        headline="Some inputs are far larger than others, so no one alpha suits them all.",
        where=f"input {names[largest]!r}",
        measured=max(ratio, float(size[largest])),
        threshold=f"root mean squares {UNLIKE:g} times apart, or above {UNLIKE:g}",
        remedy="" if severity == "note" else "Standardise the inputs.",
        source="LeCun, Bottou, Orr, Müller 1998, Efficient backprop, section 4.3",
    )


@needs(CLOSED_FORM)
def noise_floor(e: Evidence) -> Finding | None:
    """A few examples at a time end in a cycle around the best weights, not at them."""
    linear, system = e.linear, e.linear.system
    if system.together or not linear.stable or not e.converged or linear.turns == 0:
        return None
    if not linear.least > LEAST_LEFT * linear.goal_power:
        return None
    foretold = system.epoch_path.end_mse if system.in_order else None
    ends_at = linear.late_error if foretold is None else foretold
    above = ends_at / linear.least - 1.0
    if not above > 0.01:
        return None
    less = system.cycle_distance(e.recipe.alpha / 10) / linear.least if system.in_order else above / 10
    return Finding(
        "noise floor",
        "warning" if above > 0.25 else "note",
        f"{e.recipe.batch_size:,} at a time, it goes round the best weights instead of to them: its mse stays "
        f"{100 * above:.3g} % above the least.",
        headline="Taking few examples at a time, it circles the best weights without reaching them.",
        step=e.run.steps,
        where="alpha",
        measured=linear.late_error / linear.least - 1.0,
        predicted=None if foretold is None else above,
        threshold="more than 1 % above the least mse (warning: 25 %)",
        remedy=f'With a tenth of alpha it stays about {100 * less:.3g} % above; all examples a step (batch="all") leave nothing.',
        source="Bertsekas 1999, Nonlinear Programming, section 1.5.2",
    )


@needs(LINEAR)
def irreducible_error(e: Evidence) -> Finding | None:
    """No weights give every example its goal."""
    linear = e.linear
    if e.recipe.n < 2 or not e.can_move or not linear.least > LEAST_LEFT * linear.goal_power:
        return None
    pair = _same_inputs(e)
    twins = f" (examples {pair[0]} and {pair[1]} have the same inputs and different goals)" if pair else ""
    biased = e.problem.layers[0].has_bias
    guessing = "" if e.problem.frozen is not None or not e.finite else _no_better_than_guessing(e)
    return Finding(
        "irreducible error",
        "warning" if guessing else "note",
        f"no weights give every example its goal{twins}: the mse cannot fall below {linear.least:.6g}"
        + (f", and always saying the mean of the goals leaves {e.spread:.6g}." if guessing else "."),
        headline=(
            "No weights do better than always saying the mean of the goals."
            if guessing
            else "No weights can give every example its goal."
        ),
        step=e.run.steps,
        measured=e.end,
        predicted=linear.least,
        threshold=f"least mse > 1e-12 of the goals' mean square; a warning from {GUESSING:g} of their variance on, nothing frozen",
        remedy=guessing or ("" if biased else "A bias, or further inputs, may lower it."),
        source=LEAST_SQUARES,
    )


def _no_better_than_guessing(e: Evidence) -> str:
    """What would do better than the mean of the goals, where no weights do; empty where some do."""
    x, least = e.recipe.examples.input, e.linear.least
    if not (e.spread > 0 and least >= GUESSING * e.spread):
        return ""
    if (x == x[0]).all():
        return ""  # there is nothing that another weight or a hidden layer could tell the examples apart by
    if not e.problem.layers[0].has_bias:
        return f"A bias (bias=True) lowers it to {lower:.6g}." if (lower := _with_a_bias(e)) < 0.1 * least else ""
    if odd := _one_goal_far_off(e):
        return odd
    shape = f"[{e.recipe.d}, 8, {e.recipe.k}]"
    return f"A hidden layer with a bent activation, network={shape}; or the inputs tell nothing of the goals."


def _one_goal_far_off(e: Evidence) -> str:
    """Whether a single example makes most of what no weights can take off: a slip in the data, perhaps."""
    goal = e.recipe.examples.goal
    squares = ((goal - goal.mean(axis=0)) ** 2).sum(axis=1)
    share = float(squares.max() / squares.sum())
    if e.recipe.n < FEW or not share > MOST_OF_IT:
        return ""
    at = int(np.argmax(squares))
    told = ", ".join(f"{g:.6g}" for g in goal[at])
    return (
        f"Look at example {at}: its goal, {told}, alone makes {100 * share:.3g} % of that. Correct it if it is a slip, or take "
        'loss="huber", which heeds it less.'
    )


def _with_a_bias(e: Evidence) -> float:
    """The least mse that weights and a bias give."""
    x, goal = e.recipe.examples.input, e.recipe.examples.goal
    best = least_squares.least_squares(x, goal, intercept=True)
    with np.errstate(all="ignore"):
        return float(((x @ best.weight.T + np.asarray(best.bias) - goal) ** 2).mean())


@needs(GOALS)
def errors_cancel(e: Evidence) -> Finding | None:
    """A mean error of 0 that says nothing: why errors are squared."""
    if e.recipe.n < 2 or CLASSES in e.offers:
        return None
    for step, mse in ((e.run.steps, e.end), (0, e.start)):
        if not (math.isfinite(mse) and mse > 0 and np.isfinite(error := e.residual_at(step)).all()):
            continue
        mean = float(np.abs(error.mean(axis=0)).max())
        if mean <= CANCEL * math.sqrt(mse) and mse >= 0.5 * e.spread:
            return _cancelled(step, mse, mean)
    return None


def _cancelled(step: int, mse: float, mean: float) -> Finding:
    return Finding(
        "errors cancel",
        "note",
        f"at step {step:,} the errors cancel (their mean is {mean:.3g}) although the mse is {mse:.6g}: a mean error of 0 "
        "says nothing.",
        headline="The errors cancel each other out, so their mean says nothing.",
        step=step,
        measured=mean,
        predicted=math.sqrt(mse),
        threshold="|mean error| ≤ 1e-6 of their root mean square",
        source="mse = variance of the errors + their mean²",
    )


@needs(GOALS)
def overfitting(e: Evidence) -> Finding | None:
    """Worse on rows it has not seen than chance explains: their error has turned up, or was never near that of the seen rows."""
    unseen, rows = e.unseen_errors, len(e.recipe.examples.unseen_goal)
    if unseen is None or rows < ENOUGH_UNSEEN or not e.finite or not np.isfinite(unseen).any():
        return None
    return _turned_up(e, unseen, rows) or (_beyond_chance(e, unseen, rows) if e.is_linear else None)


def _turned_up(e: Evidence, unseen: Floats, rows: int) -> Finding | None:
    lowest = int(np.nanargmin(unseen))
    ratio = float(unseen[-1] / unseen[lowest]) if unseen[lowest] > 0 else 1.0
    chance = 1 + CHANCE_OF_LOWEST * math.sqrt(2 / rows)
    if not (ratio > max(TURNED_UP, chance) and e.errors[-1] < e.errors[lowest]):
        return None
    step = e.error_steps[lowest]
    return Finding(
        "overfitting",
        "warning",
        f"on the {rows:,} rows kept unseen the error was lowest after step {step:,} and is {ratio:.3g} times that now, while that "
        "of the seen rows went on falling.",
        headline="It learns the rows by heart: on rows it has not seen it gets worse.",
        step=step,
        measured=ratio,
        predicted=1.0,
        threshold="unseen error above 1 + 1.5√(2/rows) times its lowest, at least 1.1",
        remedy=f"Stop after about {step:,} steps, or take {'fewer inputs' if e.is_linear else 'fewer nodes'}, or more rows.",
        source="Prechelt 1998, Early stopping — but when?",
    )


def _beyond_chance(e: Evidence, unseen: Floats, rows: int) -> Finding | None:
    p, n = max(len(group.columns) for group in e.linear.system.groups), e.recipe.rows
    expected = (n + p) / max(1, n - p) * (1 + CHANCE * math.sqrt(2 / rows))
    ratio = float(unseen[-1] / e.end) if e.end > 0 else math.inf if unseen[-1] > 0 else 1.0
    if not ratio > expected:
        return None
    return Finding(
        "overfitting",
        "warning",
        f"on the {rows:,} rows kept unseen the mse is {ratio:.3g} times that of the seen rows; chance explains up to "
        f"{expected:.3g}.",
        headline="It does far worse on rows that it has not seen.",
        step=e.run.steps,
        measured=ratio,
        predicted=expected,
        threshold="(1 + 3√(2/rows)) × (n + p)/(n − p) times the seen mse",
        remedy="Fewer inputs, more rows, or fewer steps; or the unseen rows come from elsewhere.",
        source="Mallows 1973, Some comments on Cp",
    )


def _same_inputs(e: Evidence) -> tuple[int, int] | None:
    """Two examples with the same inputs and different goals."""
    x, goal = e.recipe.examples.input, e.recipe.examples.goal
    if x.size > MOST_SORTED:
        return None
    order = np.lexsort(x.T)
    same = (x[order[1:]] == x[order[:-1]]).all(axis=1) & (goal[order[1:]] != goal[order[:-1]]).any(axis=1)
    at = np.flatnonzero(same)
    return None if not at.size else tuple(sorted((int(order[at[0]]), int(order[at[0] + 1]))))  # type: ignore[return-value]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
