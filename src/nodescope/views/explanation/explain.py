"""The arithmetic of one step written out with its numbers, as on paper: what a learner holds beside his own calculation.

Every formula is written once, as words ("weight − alpha delta"), and shown three times from that: in words, in short numbers
(with more digits where two different ones would look alike), and exactly, in a form that Python works out to the very same bits.
"""

from collections.abc import Sequence

from nodescope.arithmetic.checks import whole
from nodescope.errors import InputError
from nodescope.run.given_run import refuse_no_run
from nodescope.run.run import Run
from nodescope.views.explanation.forward import error, hidden_deltas, predictions
from nodescope.views.explanation.step_numbers import LayerShown, StepNumbers
from nodescope.views.explanation.updates import updates
from nodescope.views.explanation.value import Explanation


def explain(run: Run, step: int, layer: int | None = None, node: int | None = None) -> Explanation:
    """The arithmetic of one step of a run, with its numbers.

    weight × input are the contributions, which add up to the prediction (a bias is the weight of an input of 1, and comes last);
    delta (error signal) = prediction − goal; weighted delta (gradient of ½ delta²) = delta × input, averaged or summed over the
    step's examples; alpha delta (update) = alpha × weighted delta, or what another rule makes of it; new weight = weight − alpha
    delta.

    Parameters
    ----------
    run : Run
        Of nodes or of a network; one that was observed has nothing to replay.
    step : int
        Counted from 0; from the end where negative.
    layer, node : int, optional
        Only this layer (from the end where negative), or this node of it; all layers, and of wide ones the first nodes, unless
        given.

    Returns
    -------
    Explanation
        Shows itself as text, in a notebook as Markdown.

    Raises
    ------
    IndexError, InputError
        There is no such step, as `run.trace[step]` says it; no such layer or node.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    >>> print(explain(run, step=1))
    Step 1 of 325: rule plain, alpha 0.1
    <BLANKLINE>
    Prediction
      prediction = weight × input    = 0.42 × 1   = 0.42
      delta      = prediction − goal = 0.42 − 0.6 = -0.18
    <BLANKLINE>
    Mean squared error, before the update
      mse = delta × delta = (-0.18) × (-0.18) = 0.0324
    <BLANKLINE>
    Update
      weighted delta = delta × input          = (-0.18) × 1     = -0.18
      alpha delta    = alpha × weighted delta = 0.1 × (-0.18)   = -0.018
      new weight     = weight − alpha delta   = 0.42 − (-0.018) = 0.438
    <BLANKLINE>
    Exactly
      prediction     = 0.42000000000000004   = 0.42000000000000004 * 1.0
      delta          = -0.17999999999999994  = 0.42000000000000004 - 0.6
      mse            = 0.03239999999999998   = (-0.17999999999999994) * (-0.17999999999999994)
      weighted delta = -0.17999999999999994  = (-0.17999999999999994) * 1.0
      alpha delta    = -0.017999999999999995 = 0.1 * (-0.17999999999999994)
      new weight     = 0.43800000000000006   = 0.42000000000000004 - (-0.017999999999999995)
    """
    refuse_no_run(run)
    if isinstance(step, slice):
        raise InputError(f"step is {step!r:.80}; it must be a whole number: one step is explained at a time")
    layer, node = (None if at is None else whole(name, at, least=-(2**62)) for name, at in (("layer", layer), ("node", node)))
    numbers = StepNumbers(run, step, node)
    layers = _chosen(numbers, layer, node)
    parts = [*predictions(numbers, layers), error(numbers), *hidden_deltas(numbers, layers), *updates(numbers, layers)]
    return Explanation(numbers.t, numbers.title(), parts, numbers.by_name)


def _chosen(step: StepNumbers, layer: int | None, node: int | None) -> Sequence[LayerShown]:
    """The layers that are asked for."""
    shapes = step.problem.layers
    count = len(shapes)
    if node is not None and layer is None and count > 1:
        raise InputError("node is given without its layer: give layer= too")
    if layer is not None and not -count <= layer < count:
        raise InputError(f"layer {layer} is not there: the network has {count} layer{'s' if count > 1 else ''}, counted from 0")
    first = 0 if layer is None else layer % count
    nodes = shapes[first].outputs
    if node is not None and not 0 <= node < nodes:
        raise InputError(f"node {node} is not there: layer {first} has {nodes} node{'s' if nodes > 1 else ''}, counted from 0")
    return step.layers if layer is None else step.layers[first : first + 1]
