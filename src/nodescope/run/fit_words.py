"""What a fit says: how far off it is, what was decided in five lines, and what to do next."""

import math
from collections.abc import Sequence

import numpy as np

from nodescope.run.class_score import ClassScore
from nodescope.run.fit_choices import FEW, Columns
from nodescope.run.run import Run
from nodescope.run.score import Score

NAMED = 6
ROWS_A_WEIGHT = 25
"""Below so many rows for each weight, a fifth of the rows makes a hundredth of the squared error, or more."""
UNSEEN, SEEN = "rows it never saw", "the rows that it learned from"


def answer(run: Run) -> str:
    """How far off it is, beside what costs nothing to know."""
    score = run.score
    assert score is not None
    where = SEEN if score.unseen is None else UNSEEN
    if isinstance(score, ClassScore):
        own, always = (score.seen, score.always[0]) if score.unseen is None else (score.unseen, score.always[1])
        assert always is not None
        guess = f"always saying {score.most_frequent!r}: {_percent(always.accuracy)}"
        return f"Right for about {_percent(own.accuracy)} of {where}; {guess}."
    goals = [f"{name}: " for name in score.goals] if len(score.goals) > 1 else [""]
    return " ".join(_of_goal(score, j, name, where) for j, name in enumerate(goals))


def _of_goal(score: Score, j: int, name: str, where: str) -> str:
    own, best, mean = (
        float(np.atleast_1d((of.seen if score.unseen is None else of.unseen).rmse)[j])  # type: ignore[union-attr]
        for of in (score, score.least_squares, score.mean)
    )
    if not math.isfinite(own):
        its = f"{name}{'i' if name else 'I'}ts error on {where}"
        return f"{its} is beyond the largest number there is; divide the goal, for example by its largest value."
    off = f"{name}{'o' if name else 'O'}ff by about {_two(own)} on {where}"
    return f"{off}; least squares: {_two(best)}; guessing the mean: {_two(mean)}."


def _two(value: float) -> str:
    """Two digits, written out where that is short."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if 10 <= rounded < 1e9 else f"{rounded:g}"


def _percent(part: float) -> str:
    return f"{100 * part:.3g} %" if part > 0.99 else f"{100 * part:.2g} %"


def decided(run: Run, columns: Columns, tried: Sequence[Run]) -> tuple[str, ...]:
    """Goal, columns, rows, scale and way, a line each."""
    return (_goal(run), _columns(columns), _rows(run, columns), _nodes(run, tried), _way(run))


def _goal(run: Run) -> str:
    recipe = run.recipe
    names = ", ".join(recipe.source.goals) if recipe.source is not None else "the goal"
    if recipe.classes is None:
        what = "a number" if recipe.k == 1 else "numbers"
        return f"goal: {names}, {what}; what is made smaller: the {recipe.loss.name} error"
    shown = ", ".join(str(label) for label in recipe.classes[:NAMED])
    more = f" and {len(recipe.classes) - NAMED:,} more" if len(recipe.classes) > NAMED else ""
    return f'goal: {names}, one of {len(recipe.classes):,} classes ({shown}{more}); to predict it as a number: loss="squared"'


def _columns(columns: Columns) -> str:
    told = f"inputs: {_named(columns.inputs)}"
    if columns.text:
        told += f"; opened into their values: {_named(columns.text)}"
    return told + (f"; left out: {_named(columns.left_out)}" if columns.left_out else "")


def left_out(columns: Columns) -> str:
    """Where no column is left: why; without inputs and without columns left out there were none."""
    return f"; left out: {_named(columns.left_out)}" if columns.left_out else "; name at least one input"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _rows(run: Run, columns: Columns) -> str:
    source = run.recipe.source
    assert source is not None
    unseen = len(source.unseen_rows)
    kept = f"{unseen:,} kept unseen" if unseen else "none kept unseen" + (", as there are so few" if columns.rows < FEW else "")
    gaps = f"; {len(source.dropped):,} left out for a missing value" if source.dropped else ""
    filled = f"; gaps in {columns.gaps:,} filled" if columns.gaps and not source.dropped else ""
    return f"rows: {run.recipe.n:,} learned from, {kept}{gaps}{filled}; inputs standardised"


def _nodes(run: Run, tried: Sequence[Run]) -> str:
    recipe = run.recipe
    one = len(recipe.network.weights) == 1
    what = f"{'a node' if recipe.k == 1 else f'{recipe.k} nodes'} without hidden layers" if one else repr(recipe.network)
    return what if len(tried) == 1 else f"{what}, the best of {len(tried)} that were tried"


def _way(run: Run) -> str:
    recipe = run.recipe
    rows = "a row" if recipe.batch_size == 1 else f"{recipe.batch_size} rows"
    batch = "all rows a step" if recipe.steps_per_epoch == 1 else f"{rows} a step"
    epochs = -(-run.steps // recipe.steps_per_epoch)
    gone = -(-(run.gone or run.steps) // recipe.steps_per_epoch)
    kept = (
        f"epoch {epochs:,} of {gone:,} kept, the best" if run.gone is not None else f"{epochs:,} epoch{'s' if epochs != 1 else ''}"
    )
    return f"way down: rule {recipe.rule.name}, alpha {recipe.alpha:.4g}, {batch}; {kept}"


def advice(run: Run, hidden: object, on_its_way: bool) -> str:
    """What to do next."""
    score = run.score
    assert score is not None
    if not isinstance(score, ClassScore) and not np.isfinite((score.seen if score.unseen is None else score.unseen).rmse).all():
        return "Next: divide the goal, and fit again."
    if _useless(score):
        return "Next: it does no better than guessing, so look for other columns; these tell nothing of the goal."
    if on_its_way:
        return "Next: it was still improving; go on with ns.resume, or standardise less alike columns apart."
    if not hidden and _needs_more_rows(run):
        weights, rows, kept = run.recipe.d + 1, run.recipe.n, len(run.recipe.examples.unseen_goal)
        return (
            f"Next: {weights:,} weights have only {rows:,} rows to learn from, and {kept:,} were kept to judge them: now that they "
            'are judged, holdout=0 learns from all; hidden="auto" shows whether a network finds more.'
        )
    if not hidden:
        return 'Next: hidden="auto" shows whether a network finds more than a weighted sum does; fit.run has every number.'
    return "Next: predict(table) uses it; run.save(path) keeps it; run.diagnose() says why it went as it did."


def _needs_more_rows(run: Run) -> bool:
    """Whether the rows kept unseen would make a difference: weights cost about their part of the rows in squared error (Hastie,
    Tibshirani, Friedman 2009, "The elements of statistical learning", section 7.4), a quarter more rows a quarter of that less."""
    return bool(len(run.recipe.examples.unseen_goal)) and run.recipe.n < ROWS_A_WEIGHT * (run.recipe.d + 1)


def _useless(score: Score | ClassScore) -> bool:
    if isinstance(score, ClassScore):
        told, always = (score.seen, score.always[0]) if score.unseen is None else (score.unseen, score.always[1])
        if told.log_loss is None or always is None or always.log_loss is None:
            return always is not None and told.accuracy <= always.accuracy
        return told.log_loss >= always.log_loss
    own, mean = (of.seen if score.unseen is None else of.unseen for of in (score, score.mean))
    return bool(np.all(np.atleast_1d(own.rmse) >= np.atleast_1d(mean.rmse)))  # type: ignore[union-attr]
