"""From `descend`'s keywords to a recipe: every keyword checked, what was given in any of the allowed shapes made one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nodescope.arithmetic.activations import ACTIVATIONS, SOFTMAX, STEP
from nodescope.arithmetic.checks import as_floats, number, refuse_not_finite, shown, whole
from nodescope.arithmetic.losses import MARGINS, Loss
from nodescope.arithmetic.narrow import wide
from nodescope.data.examples import Examples
from nodescope.data.named import is_table
from nodescope.data.scaling import asked
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run import shapes
from nodescope.run.each_weight import booleans, factors_in, frozen_in
from nodescope.run.keywords import checked, filled
from nodescope.run.network import Network, as_network
from nodescope.run.recipe import Recipe
from nodescope.run.schedule import Schedule, as_schedule
from nodescope.run.setting import OPENING, READING
from nodescope.run.settings import defaults
from nodescope.run.shapes import Axes, Floats
from nodescope.run.steps_on import moments_of, refuse_other_than_moments, refuse_parts

if TYPE_CHECKING:
    from nodescope.data import classes as of_classes
    from nodescope.data.classes import Classes
    from nodescope.run import rows
    from nodescope.theory import automatic
    from nodescope.workers.door import Door
else:
    rows = Later("nodescope.run.rows")
    automatic = Later("nodescope.theory.automatic")
    of_classes = Later("nodescope.data.classes")

DEFAULT_EPOCHS = 20
"""A table is passed over so often where neither steps nor epochs are given."""
OF_TABLE = ("inputs", "missing", "holdout", "memory", "window", *OPENING, *READING)
"""They say something of a table's columns, rows or text, which arrays do not have."""


def make_recipe(door: "Door | None" = None, /, **keywords: Any) -> Recipe:
    """Check `descend`'s keywords but `out` and make them one value. Raises InputError naming what was seen and what is allowed.

    Behind the `door` others make the moments of the rows.
    """
    given = filled(keywords)
    if given["steps"] is not None and given["epochs"] is not None:
        raise InputError(f"steps={shown(given['steps'])} and epochs={shown(given['epochs'])} are both given; give one of them")
    plain = checked(given)
    in_layers = given["network"] is not None
    if in_layers:
        _refuse_beside_network(given["weight"], given["bias"])
    start = None if given["weight"] is None else as_floats("weight", given["weight"])
    _refuse_classes_without_loss(given["classes"], plain["loss"])
    if given["data"] is None:
        axes, start, examples = _of_arrays(given, start, plain)
    else:
        axes, start, examples = _of_table(given, start, plain)
        if plain["steps"] is None and plain["epochs"] is None:
            plain["epochs"] = DEFAULT_EPOCHS
    _check_finite(start, axes, examples)
    refuse_parts(plain, in_layers=in_layers)
    if plain["method"].name == "moments" and (given["data"] is not None or plain["method"].rows is None):
        refuse_other_than_moments(plain)
        examples, plain["method"] = moments_of(examples, door)
    if given["fingerprint"] is not None:
        _check_fingerprint(given["fingerprint"], examples)
    return _assembled(given, plain, axes, start, examples)


def _assembled(given: dict[str, Any], plain: dict[str, Any], axes: Axes, start: Floats | None, examples: Examples) -> Recipe:
    frozen = given["frozen"]
    if axes.layers:
        layers = _layers(given["network"], examples, plain["seed"])
        _refuse_other_sizes(layers, examples, of_table=given["data"] is not None)
    else:
        assert start is not None
        bias = True if given["bias"] is None and given["data"] is not None else given["bias"]
        layers = _one_layer(start, bias, axes, examples)
        frozen = None if frozen is None else [booleans("frozen", frozen, "", start.shape).reshape(layers.weights[0].shape)]
        _refuse_order_of_layers(plain["update_order"])
        _refuse_no_bias(plain["freeze_bias"], layers)
    _refuse_more_than_two(plain["loss"], examples.classes)
    layers = outputs_for(layers, plain["loss"])
    if plain["summation"] == "auto":
        plain["summation"] = layers.usual_summation
    mask = frozen_in(layers, frozen, plain["freeze_bias"])
    factors = factors_in(layers, given["alpha_factors"], None if axes.layers or start is None else start.shape)
    if plain["clip"] is not None and plain["update_order"] == "sequential":
        raise InputError(
            'clip shortens all weighted deltas together, and update_order="sequential" updates layers one after another: '
            "leave one out"
        )
    alpha, schedule = _alpha_of(given["alpha"])
    recipe = Recipe(
        examples=examples, axes=axes, network=layers, alpha=alpha, schedule=schedule, frozen=mask, factors=factors, **plain
    )
    if recipe.method.name == "moments" and not recipe.problem.is_linear:
        others = "" if recipe.problem.is_bare else ", and with neither penalty, clip nor alpha_factors"
        raise InputError(f'method="moments" goes with nodes that have no activation and no hidden layers{others}; leave it out')
    if recipe.epochs is not None:
        whole(f"epochs={shown(recipe.epochs)} in steps", recipe.asked_steps)
    if schedule is not None and recipe.asked_steps is not None:
        schedule.refuse_too_short(recipe.asked_steps)
    if not math.isnan(alpha):
        return recipe
    return replace(recipe, alpha=automatic.automatic_alpha(recipe.problem, recipe.start_weights()), alpha_auto=True)


# ---- examples, and the shapes that they are written in ----


def _of_table(given: dict[str, Any], start: Floats | None, plain: dict[str, Any]) -> tuple[Axes, Floats | None, Examples]:
    if given["input"] is not None:
        raise InputError("input= and data= are both given; name the table's input columns with inputs=[…]")
    in_layers = given["network"] is not None
    names = ("inputs", "goal", "standardise", "missing", "holdout")
    told = {name: given[name] for name in names}
    told["reading"] = {name: given[name] for name in READING}
    told["opening"] = {name: given[name] for name in OPENING}
    if plain["loss"].codes_classes:
        told |= {"as_classes": True, "classes": given["classes"], "outputs": _outputs(given, start)}
    examples = rows.read(given, plain, told | {"seed": plain["seed"], "goals_too": in_layers})
    one_goal = examples.goal.shape[1] == 1 and examples.source is not None and examples.source.one_goal
    axes = Axes(True, True, not one_goal, in_layers)
    return axes, None if in_layers else _table_start(examples, one_goal, start), examples


def _table_start(examples: Examples, one_goal: bool, start: Floats | None) -> Floats:
    d, k = examples.input.shape[1], examples.goal.shape[1]
    shape = (d,) if one_goal else (k, d)
    if start is not None and start.shape != shape:
        raise InputError(
            f"weight has shape {shapes.shape_text(start.shape)}; {d} inputs and {k} goals need {shapes.shape_text(shape)}"
        )
    return np.zeros(shape) if start is None else start


def _outputs(given: dict[str, Any], start: Floats | None) -> int | None:
    """How many outputs are asked for by the start weights or the layers given; None where that follows from the goals."""
    network = given["network"]
    if network is None:
        return len(start) if start is not None and start.ndim == 2 else None
    if isinstance(network, Mapping) and "hidden" in network:
        return None
    return as_network(network).sizes[-1]


def _goals(given: dict[str, Any], start: Floats | None, loss: Loss) -> "tuple[Floats, Classes | None]":
    """Goals in the person's shape, and the classes that they are."""
    if not loss.codes_classes:
        return as_floats("goal", given["goal"]), None
    labels, columns = of_classes.labels_of("goal", given["goal"])
    classes = of_classes.classes_of("goal", labels, given["classes"] if given["classes"] is not None else columns)
    goal = of_classes.coded(labels, classes, _outputs(given, start))
    has_axis = goal.shape[1] > 1 or (start is not None and start.ndim == 2)
    goal = goal if has_axis else goal[:, 0]
    return goal if np.ndim(given["goal"]) else goal[0], classes


def _of_arrays(given: dict[str, Any], start: Floats | None, plain: dict[str, Any]) -> tuple[Axes, Floats | None, Examples]:
    _refuse_without_data(given)
    x, seed = as_floats("input", given["input"], narrow=True), plain["seed"]
    goal, classes = _goals(given, start, plain["loss"])
    if given["network"] is None:
        axes, start, x, goal = shapes.fit(start, x, goal)
    elif isinstance(given["network"], Mapping) and "hidden" in given["network"]:
        axes, _, x, goal = shapes.fit(None, x, goal)
        axes = replace(axes, layers=True)
    else:
        axes, x, goal = shapes.fit_network(_layers(given["network"], None, seed).sizes, x, goal)
    standardise = asked(given["standardise"])
    if standardise is not False:
        for name, array in (("input", x), ("goal", goal)):
            refuse_not_finite(name, array)
        x, goal = np.array(wide(x)), goal.copy()
    empty = np.empty(0)
    names = shapes.names_of(given["inputs"], x.shape[1])
    examples = Examples(x, goal, empty.reshape(0, x.shape[1]), empty.reshape(0, goal.shape[1]), None, classes=classes, names=names)
    return axes, start, examples.standardised(standardise, goals_too=axes.layers and classes is None)


def _layers(network: Any, examples: Examples | None, seed: int) -> Network:
    """The network given; of one whose hidden layers alone are given, inputs and outputs are counted in the examples."""
    if not isinstance(network, Mapping) or "hidden" not in network:
        return as_network(network)
    assert examples is not None
    drawn = dict(network)
    hidden = drawn.pop("hidden")
    hidden = hidden if isinstance(hidden, Sequence | np.ndarray) and not isinstance(hidden, str) else [hidden]
    sizes = [examples.input.shape[1], *hidden, examples.goal.shape[1]]
    return as_network({"sizes": sizes, "seed": seed, **drawn})


def _refuse_other_sizes(network: Network, examples: Examples, *, of_table: bool) -> None:
    d, k = examples.input.shape[1], examples.goal.shape[1]
    if of_table and (network.sizes[0], network.sizes[-1]) != (d, k):
        raise InputError(
            f"the network has {network.sizes[0]} inputs and {network.sizes[-1]} outputs, but there are {d} input "
            f"columns and {k} goals; "
            f"make it with ns.network([{d}, …, {k}])"
        )


def _one_layer(start: Floats, bias: object, axes: Axes, examples: Examples) -> Network:
    """A layer of identity nodes, from weights in the person's shape."""
    k, d = examples.goal.shape[1], examples.input.shape[1]
    block = np.array(start, dtype=np.float64).reshape(k, d)
    return Network((block,), (_start_bias(bias, axes, k),), (ACTIVATIONS["identity"],))


def outputs_for(layers: Network, loss: Loss) -> Network:
    """The layers with the outputs that their loss takes: under cross-entropy probabilities, elsewhere what was given.

    Raises
    ------
    InputError
        Softmax without cross-entropy or before the last layer, or an activation that gives no probabilities.
    """
    *before, last = layers.activations
    if loss.name in MARGINS:
        return _side_for(layers, loss)
    if STEP in (*before, last):
        raise InputError('activation="step" has no slope to go down: it is for the output of loss="perceptron", take another here')
    if SOFTMAX in before or (last == SOFTMAX and not loss.tells_classes):
        raise InputError('softmax is for the outputs of loss="cross-entropy"; take another activation for this layer')
    if not loss.tells_classes:
        return layers
    needed = ACTIVATIONS["sigmoid"] if layers.sizes[-1] == 1 else SOFTMAX
    if last not in (needed, ACTIVATIONS["identity"]):
        raise InputError(
            f'the last layer has {last.name}; under loss="cross-entropy" its predictions are probabilities: leave its activation '
            f"out, and {'one output gets sigmoid' if needed != SOFTMAX else f'{layers.sizes[-1]} outputs get softmax'}"
        )
    return replace(layers, activations=(*before, needed))


def _side_for(layers: Network, loss: Loss) -> Network:
    """The layers with the one output that a hinge or a perceptron takes."""
    *before, last = layers.activations
    needed = ACTIVATIONS["identity"] if loss.name == "hinge" else STEP
    if layers.sizes[-1] != 1:
        raise InputError(f"loss={loss.name!r} has one output, and the last layer has {layers.sizes[-1]}: give it one node")
    if {SOFTMAX, STEP} & {*before} or last not in (needed, ACTIVATIONS["identity"]):
        raise InputError(
            f"the layers have {', '.join(activation.name for activation in layers.activations)}; under loss={loss.name!r} the last "
            f"one has {needed.name}, and the others an activation with a slope: leave the last one's out"
        )
    return replace(layers, activations=(*before, needed))


def _start_bias(bias: object, axes: Axes, k: int) -> Floats | None:
    if bias is None or bias is False:
        return None
    if bias is True:
        return np.zeros(k)
    start = as_floats("bias", bias)
    allowed = ((), (k,)) if axes.outputs else ((),)
    if start.shape not in allowed:
        raise InputError(
            f"bias has shape {shapes.shape_text(start.shape)}; allowed: {' or '.join(shapes.shape_text(s) for s in allowed)}"
        )
    refuse_not_finite("bias", start)
    return np.array(np.broadcast_to(start, (k,)))


# ---- what stays as it is, and the brake ----


def _alpha_of(alpha: object) -> tuple[float, Schedule | None]:
    """Alpha of the first step, NaN where it is found by the recipe itself, and the schedule that it follows."""
    if isinstance(alpha, str) and alpha == "auto":
        return math.nan, None
    if (schedule := as_schedule(alpha)) is not None:
        return schedule.at(0), schedule
    return number("alpha", alpha, words='"auto", a number, a list of numbers, a schedule or a function of the step'), None


# ---- what does not go together ----


def _refuse_without_data(given: dict[str, Any]) -> None:
    if given["input"] is not None and is_table(given["input"]):
        raise InputError("input= looks like a table; give it as data=, with inputs=[…] and goal= naming its columns")
    if given["input"] is None or given["goal"] is None:
        absent = "input" if given["input"] is None else "goal"
        raise InputError(
            f"{absent} is not given: give input= and goal= as numbers, or data= with a table and goal= naming a column"
        )
    usual = defaults()
    asked = [name for name in OF_TABLE if name != "inputs" and not _is(given[name], usual[name])]
    if asked:
        listed = ", ".join(asked)
        raise InputError(f"{listed} {'goes' if len(asked) == 1 else 'go'} with data=: give the table as data=")


def _is(value: object, default: object) -> bool:
    """Whether a keyword was left as it is; 0 is as good as 0.0."""
    return value is default or (
        isinstance(value, bool | int | float | str) and type(value) in (int, type(default)) and value == default
    )


def _refuse_beside_network(weight: object, bias: object) -> None:
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None:
            raise InputError(f"{name}= and network= are both given; a network has its own: ns.network(weights=[…], biases=[…])")


def _refuse_classes_without_loss(classes: object, loss: Loss) -> None:
    if classes is not None and not loss.codes_classes:
        raise InputError(f'classes is {shown(classes)}, which goes with loss="cross-entropy"; give that too, or leave classes out')


def _refuse_more_than_two(loss: Loss, classes: "Classes | None") -> None:
    if loss.name in MARGINS and classes is not None and len(classes) > 2:
        raise InputError(f'loss={loss.name!r} tells two classes apart, and there are {len(classes)}: take loss="cross-entropy"')


def _refuse_order_of_layers(update_order: str) -> None:
    if update_order != "parallel":
        raise InputError(
            f"update_order is {update_order!r}, which says in what order layers are updated, and weight= has one layer: "
            "leave it out, or give the layers as network="
        )


def _refuse_no_bias(freeze_bias: bool, layers: Network) -> None:
    if freeze_bias and layers.biases[0] is None:
        raise InputError(
            "freeze_bias=True keeps a bias at its start value, and there is none: leave it out, or give bias= a start value"
        )


def refuse_network(what: str, recipe: Recipe) -> None:
    """For what has a meaning for linear nodes only."""
    if not recipe.problem.is_linear:
        raise InputError(
            f"{what} is for one layer of identity nodes under the squared error, and the recipe has a {recipe.network!r}: "
            "ns.diagnose(run) tells its local limit, ns.verify(run) recomputes it"
        )


def _check_finite(start: Floats | None, axes: Axes, examples: Examples) -> None:
    if start is not None:
        refuse_not_finite("weight", start)
    if examples.streams:
        return  # each piece is looked at when it is read
    for name, array in zip(("input", "goal"), axes.as_given(examples.input, examples.goal), strict=True):
        if array.size <= shapes.CHECK_AT_ONCE:
            refuse_not_finite(name, array)


def _check_fingerprint(expected: object, examples: Examples) -> None:
    if not isinstance(expected, str):
        raise InputError(f"fingerprint is {shown(expected)}; it must be the text that a recipe gave the table")
    if (seen := examples.fingerprint) != expected and examples.older_fingerprint() != expected:
        raise InputError(
            f"the table is not what it was when this recipe was written (fingerprint {seen[:12]}…, the recipe says "
            f"{expected[:12]}…): put the old table back, or delete the recipe's fingerprint to run on the new one"
        )
