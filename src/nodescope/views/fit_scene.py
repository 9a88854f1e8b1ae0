"""What a page is told of a fit besides its recipe: the rows kept unseen, the scales, and what least squares and the mean reach.

The page works the fit's own errors out itself, so that they follow whatever is changed; what it is held beside stays as it is.
k goals, d inputs, m unseen rows.
"""

from typing import Any

import numpy as np

from nodescope.data.scaling import Scaling
from nodescope.run.class_score import ClassScore
from nodescope.run.run import Run
from nodescope.run.score import Baseline, Score

MOST_UNSEEN = 10**6
"""Numbers of unseen rows that a page is handed; of more it is shown no result, but everything else."""


def fit_of_page(run: Run) -> dict[str, Any] | None:
    """The block `fit` of a scene; None where nothing is fitted: no table and no classes."""
    recipe = run.recipe
    examples, source, score = recipe.examples, recipe.source, run.score
    if score is None or examples.unseen_input.size + examples.unseen_goal.size > MOST_UNSEEN:
        return None
    of_table = None if source is None else source
    return {
        "where": None if of_table is None else of_table.where,
        "unseen": {"input": examples.unseen_input.ravel(), "goal": examples.unseen_goal.ravel()},
        "chosen": len(examples.unseen_goal) > 0 and (recipe.keep == "best" or recipe.tolerance is not None),
        "unseen_rows": [] if of_table is None else (of_table.unseen_rows + 1).tolist(),
        "scaling": _scaling(examples.scaling),
        "goal_scaling": _scaling(examples.goal_scaling),
        "classes": None if recipe.classes is None else [str(label) for label in recipe.classes],
        "beside": _of_numbers(score) if isinstance(score, Score) else None,
        "always": _of_classes(score) if isinstance(score, ClassScore) else None,
    }


def _scaling(scaling: Scaling | None) -> dict[str, Any] | None:
    return None if scaling is None else {"centre": scaling.centre, "unit": scaling.unit}


def _of_numbers(score: Score) -> dict[str, Any]:
    return {"least_squares": _baseline(score.least_squares), "mean": _baseline(score.mean)}


def _baseline(of: Baseline) -> dict[str, Any]:
    """RMSE (k) on seen and unseen rows, weights (k, d) and biases (k) in the table's units."""
    bias = 0.0 if of.bias is None else of.bias
    return {
        "seen": np.atleast_1d(of.seen.rmse),
        "unseen": None if of.unseen is None else np.atleast_1d(of.unseen.rmse),
        "weight": np.ravel(of.weight),
        "bias": np.atleast_1d(np.asarray(bias, dtype=float)),
        "unique": of.unique,
    }


def _of_classes(score: ClassScore) -> dict[str, Any]:
    """What always saying the most frequent class is worth."""
    seen, unseen = score.always
    return {
        "class": str(score.most_frequent),
        "seen": seen.accuracy,
        "unseen": None if unseen is None else unseen.accuracy,
        "log_loss": (seen if unseen is None else unseen).log_loss,
    }
