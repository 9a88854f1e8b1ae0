"""`forecast`: what will happen, from theory alone. Nothing is trained on data; a single example may be stepped a little."""

from typing import TYPE_CHECKING, Any

from nodescope.diagnosis.before.forecast import Forecast
from nodescope.later import Later
from nodescope.run.keywords import takes_settings, without_writing
from nodescope.run.making import make_recipe
from nodescope.run.settings import settings as table

if TYPE_CHECKING:
    from nodescope.run import held
else:
    held = Later("nodescope.run.held")


@takes_settings(table)
def forecast(**settings: Any) -> Forecast:
    """What `descend` with the same keywords will do, without doing it.

    One example with input x: what is missing is multiplied by 1 − alpha·|x|² in each step (a bias counts as an input of 1, frozen
    weights do not count), so it is stable for 0 < alpha < 2/|x|² (Bertsekas 1999, "Nonlinear Programming", section 1.3). All
    examples in a step: by 1 − alpha·λ in each direction, λ the eigenvalues of XᵀX/n. One at a time in a given order: by the
    eigenvalues of the epoch's product of the I − alpha·x·xᵀ. The way of a single weight to its last bit: `theory/stall.py`. Of a
    network with hidden layers or an activation only the local limit of alpha at the start is known.

    `steps`, `epochs`, `until_mse`, `time_limit` and `out` change nothing: a forecast tells where it leads when let run.

    Parameters
    ----------
    **settings

    Returns
    -------
    Forecast
        Its numbers are worked out when they are asked for.

    Raises
    ------
    InputError
        As `descend` raises it.

    Examples
    --------
    >>> foretold = forecast(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> foretold.limit, foretold.factor, foretold.regime, foretold.final_weight, foretold.settles_at
    (2.0, 0.9, 'converges', 0.5999999999999994, 317)
    """
    recipe = make_recipe(**without_writing(settings))
    return Forecast(held.held_recipe(recipe, "ns.forecast") if recipe.streams else recipe)
