"""What runs, in words, and its weights in the shape in which people read them: one node, some of them, or layers of them."""

from typing import Any

from nodescope.run.recipe import Recipe
from nodescope.run.run import Run


def is_one_identity_layer(recipe: Recipe) -> bool:
    """Whether a prediction is the sum of weight × input: then nodes and inputs say what runs."""
    layers = recipe.problem.layers
    return len(layers) == 1 and layers[0].is_identity


def nodes_text(recipe: Recipe) -> str:
    """ "1 node, 2 inputs", or "network 2-8-1, tanh, identity"."""
    if is_one_identity_layer(recipe):
        return f"{counted(recipe.k, 'node')}, {counted(recipe.d, 'input')}"
    return repr(recipe.network)


def problem_text(recipe: Recipe) -> str:
    """The same, and the examples."""
    return f"{nodes_text(recipe)}, {counted(recipe.n, 'example')}"


def counted(count: int, what: str) -> str:
    """ "1 node", "2 nodes"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def weights_of_one_layer(run: Run) -> tuple[Any, Any] | None:
    """Final weights and biases of the only layer, in the person's axes; None where there are several layers."""
    if len(run.recipe.problem.layers) > 1:
        return None
    (weights,), (biases,), axes = run.network.weights, run.network.biases, run.recipe.axes
    given = axes.weights_as_given(weights)
    return given if given.ndim else float(given), None if biases is None else axes.of_outputs(biases)
