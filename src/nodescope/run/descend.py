"""`descend`: run gradient-descent nodes, here or into a file."""

from typing import Any

from nodescope.run.descending import descend_with
from nodescope.run.keywords import takes_settings
from nodescope.run.run import Run
from nodescope.run.settings import settings as table


@takes_settings(table)
def descend(**settings: Any) -> Run:
    """Run gradient-descent nodes, one layer or a network, keeping the way to every number of every step.

    Each step: prediction = sum of weight × input; delta = prediction − goal; weight −= alpha × delta × input (averaged over
    the step's examples). The step is *half* the derivative of the squared error, so one example of input x is stable for
    0 < alpha < 2/|x|²; a library that differentiates mse itself takes the same step at half the alpha.

    n examples, d inputs, k outputs.

    Parameters
    ----------
    **settings

    Returns
    -------
    Run
        Its weights, how it ended, and its trace.

    Raises
    ------
    InputError
        Shapes, numbers, names or settings that do not fit; the message shows what was seen and what is allowed. Where a function
        of the step fails on the way, the error's `run` is the run up to there, and `out` keeps it.

    Examples
    --------
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    >>> run.weight, run.ending.name, run.settled_after
    (0.5999999999999994, 'SETTLED', 317)
    """
    return descend_with(None, **settings)
