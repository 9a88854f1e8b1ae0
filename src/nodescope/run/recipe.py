"""The recipe: everything needed to do a run again, as one value, checked when it is made.

Automatic choices (alpha, means and deviations) are in it as numbers: a replay never works them out again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.given import choice as choice
from nodescope.arithmetic.given import near, shown, yes_or_no
from nodescope.arithmetic.given import number as number
from nodescope.arithmetic.given import whole as whole
from nodescope.arithmetic.losses import Loss, as_loss
from nodescope.arithmetic.problem import Problem
from nodescope.arithmetic.rules import Rule, as_rule
from nodescope.data import Examples, Source, is_table, read_examples
from nodescope.errors import InputError
from nodescope.run import shapes
from nodescope.run.network import Network, as_network, of_each
from nodescope.run.schedule import Schedule, as_schedule
from nodescope.run.shapes import Axes, Floats, as_floats, refuse_not_finite
from nodescope.theory.automatic import automatic_alpha

DEFAULT_STEPS = 1_000_000
DEFAULT_EPOCHS = 20
"""Of tables."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Recipe:
    """Everything needed to do a run again. Made by `make_recipe` from `descend`'s keywords.

    n examples, d inputs, k outputs.

    Attributes
    ----------
    examples : Examples
        Input (n, d) and goal (n, k), and where they came from.
    axes : Axes
        Which axes the person's arrays have.
    network : Network
        Start weights. A plain node is one layer of one identity node.
    frozen : (size,) bool or None
        Which weights keep their values, in the order of a state; None where none does.
    alpha : float
        The learning rate. Of a plain node with input x, stable up to 2/x² (the step is *half* the derivative of the squared error).
    schedule : Schedule or None
        The alpha of every step, where it is not one number.
    """

    examples: Examples
    axes: Axes
    network: Network
    alpha: float
    alpha_auto: bool = False
    schedule: Schedule | None = None
    freeze_bias: bool = False
    frozen: NDArray[np.bool_] | None = None
    steps: int | None = None
    epochs: int | None = None
    until_mse: float | None = None
    time_limit: float | None = None
    batch: int | Literal["all"] = 1
    order: str = "given"
    seed: int = 0
    rule: Rule = Rule()  # noqa: RUF009  # frozen
    reduction: str = "mean"
    summation: str = "left-to-right"
    update_order: str = "parallel"
    loss: Loss = Loss()  # noqa: RUF009  # frozen

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.examples.input)

    @property
    def d(self) -> int:
        """Number of inputs."""
        return int(self.examples.input.shape[1])

    @property
    def k(self) -> int:
        """Number of output nodes."""
        return int(self.examples.goal.shape[1])

    @property
    def in_layers(self) -> bool:
        """Whether the person wrote `network=`: then columns and weights are told layer by layer."""
        return self.axes.layers

    @property
    def weight(self) -> Any:
        """Start weights in the person's shape: scalar, (d,) or (k, d); in layers a list, a (k, d) block each."""
        return list(self.network.weights) if self.in_layers else self.axes.weights_as_given(self.network.weights[0])

    @property
    def bias(self) -> Floats | None:
        """Start biases of the first layer, (k,), or None; there is no other where `problem.is_linear`."""
        return self.network.biases[0]

    @property
    def frozen_block(self) -> NDArray[np.bool_] | None:
        """Which weights of the first layer are frozen, (k, width), the bias last; None where none of all is."""
        return None if self.frozen is None else self.problem.blocks(self.frozen)[0]

    @property
    def batch_size(self) -> int:
        """Examples a step."""
        return self.n if self.batch == "all" else min(self.batch, self.n)

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.n // self.batch_size)

    @property
    def has_examples_axis(self) -> bool:
        """Whether columns have an axis for the examples of a step."""
        return self.axes.examples and self.batch != 1

    @property
    def has_inputs_axis(self) -> bool:
        return self.axes.inputs

    @property
    def has_outputs_axis(self) -> bool:
        return self.axes.outputs

    @property
    def source(self) -> Source | None:
        """The table that the examples came from, if any."""
        return self.examples.source

    @property
    def input_names(self) -> tuple[str, ...]:
        """Column names, or "0", "1", …"""
        return self.source.inputs if self.source else tuple(str(i) for i in range(self.d))

    @property
    def goal_names(self) -> tuple[str, ...]:
        return self.source.goals if self.source else tuple(str(j) for j in range(self.k))

    @property
    def asked_steps(self) -> int | None:
        """Steps asked for, by `steps` or `epochs`; None where neither is given."""
        return self.steps if self.epochs is None else self.epochs * self.steps_per_epoch

    @cached_property
    def problem(self) -> Problem:
        """The numbers of it as the engines take them."""
        return Problem(
            input=self.examples.input,
            goal=self.examples.goal,
            rule=self.rule,
            alpha=self.alpha,
            batch=self.batch_size,
            mean=self.reduction == "mean",
            lanes=self.summation == "lanes",
            shuffled=self.order == "shuffled",
            seed=self.seed,
            frozen=self.frozen,
            until_mse=-1.0 if self.until_mse is None else self.until_mse,
            layers=self.network.shapes,
            sequential=self.update_order == "sequential",
            loss=self.loss,
        )

    def start_weights(self) -> Floats:
        """Start weights as the engines take them: flat, layer by layer, node by node, a node's bias last."""
        return self.network.flat()

    def to_toml(self) -> str:
        """The recipe as TOML, its keys the keywords of `descend`; reading it gives the same bits."""
        from nodescope.run.toml import to_toml

        return to_toml(self)

    def with_steps(self, steps: int) -> "Recipe":
        """The same recipe, to go on for a total of `steps` steps. Raises InputError where its schedule has no alpha for them."""
        if self.schedule is not None:
            self.schedule.refuse_too_short(whole("steps", steps))
        return replace(self, steps=whole("steps", steps), epochs=None)

    def __eq__(self, other: object) -> bool:
        """Equal when every number is, bit for bit."""
        return isinstance(other, Recipe) and self.to_toml() == other.to_toml()

    __hash__ = None  # type: ignore[assignment]


def make_recipe(
    *,
    weight: object = None,
    network: object = None,
    input: object = None,
    goal: Any = None,
    data: object = None,
    inputs: Sequence[str] | str | None = None,
    standardise: Any = False,
    missing: str = "refuse",
    holdout: float = 0.0,
    fingerprint: str | None = None,
    alpha: object = "auto",
    steps: int | None = None,
    epochs: int | None = None,
    until_mse: float | None = None,
    time_limit: float | None = None,
    batch: object = 1,
    order: str = "given",
    seed: int = 0,
    rule: object = "plain",
    bias: object = None,
    freeze_bias: bool = False,
    frozen: object = None,
    reduction: str = "mean",
    summation: str = "left-to-right",
    update_order: str = "parallel",
    loss: object = "squared",
    **unknown: object,
) -> Recipe:
    """Check `descend`'s keywords and make them one value. Raises InputError naming what was seen and what is allowed."""
    _refuse_unknown(unknown)
    seed = whole("seed", seed, most=2**64 - 1)
    layers = None if network is None else as_network(network)
    if layers is not None:
        _refuse_beside_network(weight, bias)
    start = None if weight is None else as_floats("weight", weight)
    if data is not None:
        _refuse_beside_data(input)
        examples = read_examples(
            data,
            inputs=inputs,
            goal=goal,
            standardise=standardise,
            missing=missing,
            holdout=holdout,
            seed=seed,
            goals_too=layers is not None,
        )
        axes, start = _table_axes(examples, start) if layers is None else (_network_table_axes(examples, layers), np.empty(0))
        bias, epochs = (True if bias is None else bias), (DEFAULT_EPOCHS if steps is None and epochs is None else epochs)
    else:
        _refuse_without_data(input, goal, inputs, standardise, missing, holdout)
        given = as_floats("input", input), as_floats("goal", goal)
        if layers is None:
            axes, start, x, g = shapes.fit(start, *given)
        else:
            axes, x, g = shapes.fit_network(layers.sizes, *given)
            start = np.empty(0)
        empty = np.empty(0)
        examples = Examples(x, g, empty.reshape(0, x.shape[1]), empty.reshape(0, g.shape[1]), None)
    _check_finite(start, axes, examples)
    if fingerprint is not None:
        _check_fingerprint(fingerprint, examples)
    if steps is not None and epochs is not None:
        raise InputError(f"steps={shown(steps)} and epochs={shown(epochs)} are both given; give one of them")
    freezes_bias = yes_or_no("freeze_bias", freeze_bias)
    if layers is None:
        layers = _one_layer(start, bias, axes, examples)
        frozen = None if frozen is None else [_booleans("frozen", frozen, "", start.shape).reshape(layers.weights[0].shape)]
    recipe = Recipe(
        examples=examples,
        axes=axes,
        network=layers,
        alpha=math.nan,
        freeze_bias=freezes_bias,
        frozen=frozen_in(layers, frozen, freezes_bias),
        steps=None if steps is None else whole("steps", steps),
        epochs=None if epochs is None else whole("epochs", epochs),
        until_mse=None if until_mse is None else number("until_mse", until_mse, least=0.0),
        time_limit=None if time_limit is None else number("time_limit", time_limit, least=0.0),
        batch="all" if isinstance(batch, str) and batch == "all" else whole("batch", batch, least=1, words='"all"'),
        order=choice("order", order, "given", "shuffled"),
        seed=seed,
        rule=as_rule(rule),
        reduction=choice("reduction", reduction, "mean", "sum"),
        summation=choice("summation", summation, "left-to-right", "lanes"),
        update_order=choice("update_order", update_order, "parallel", "sequential"),
        loss=as_loss(loss),
    )
    if recipe.epochs is not None:
        whole(f"epochs={shown(epochs)} in steps", recipe.asked_steps)
    return _with_alpha(recipe, alpha)


def _one_layer(start: Floats, bias: object, axes: Axes, examples: Examples) -> Network:
    """A layer of identity nodes, from weights in the person's shape."""
    k, d = examples.goal.shape[1], examples.input.shape[1]
    block = np.array(start, dtype=np.float64).reshape(k, d)
    return Network((block,), (_start_bias(bias, axes, k),), (ACTIVATIONS["identity"],))


def refuse_network(what: str, recipe: Recipe) -> None:
    """For what has a meaning for linear nodes only."""
    if not recipe.problem.is_linear:
        raise InputError(
            f"{what} is for one layer of identity nodes under the squared error, and the recipe has a {recipe.network!r}: "
            "ns.diagnose(run) tells its local limit, ns.verify(run) recomputes it"
        )


def fitting_network(keywords: dict[str, Any], hidden: Sequence[int], **drawn: Any) -> dict[str, Any]:
    """`network`'s keywords for hidden layers of these sizes; inputs and outputs are counted in the examples."""
    d, k = _counts_of(keywords)
    return {"sizes": [d, *hidden, k], **drawn, **({"seed": keywords["seed"]} if "seed" in keywords else {})}


def _counts_of(keywords: dict[str, Any]) -> tuple[int, int]:
    if (data := keywords.get("data")) is not None:
        examples = read_examples(
            data, inputs=keywords.get("inputs"), goal=keywords.get("goal"), standardise=False,
            missing=keywords.get("missing", "refuse"), holdout=0.0, seed=0,
        )  # fmt: skip
        return int(examples.input.shape[1]), int(examples.goal.shape[1])
    if keywords.get("input") is None or keywords.get("goal") is None:
        raise InputError("give --input and --goal, or --data: a network has as many inputs and outputs as they have")
    _, _, x, g = shapes.fit(None, as_floats("input", keywords["input"]), as_floats("goal", keywords["goal"]))
    return x.shape[1], g.shape[1]


def _with_alpha(recipe: Recipe, alpha: object) -> Recipe:
    if isinstance(alpha, str) and alpha == "auto":
        return replace(recipe, alpha=automatic_alpha(recipe.problem, recipe.start_weights()), alpha_auto=True)
    if (schedule := as_schedule(alpha)) is not None:
        first = schedule.at(0)
        if recipe.asked_steps is not None:
            schedule.refuse_too_short(recipe.asked_steps)
        return replace(recipe, alpha=first, schedule=schedule)
    return replace(
        recipe, alpha=number("alpha", alpha, words='"auto", a number, a list of numbers, a schedule or a function of the step')
    )


def _refuse_unknown(keywords: dict[str, object]) -> None:
    from nodescope.run.toml import KEYS

    for key in keywords:
        raise InputError(f"there is no keyword {key!r}{near(key, KEYS) or '; help(ns.descend) lists them all'}")


def _refuse_beside_data(given_input: object) -> None:
    if given_input is not None:
        raise InputError("input= and data= are both given; name the table's input columns with inputs=[…]")


def _refuse_without_data(
    given_input: object, goal: object, inputs: object, standardise: object, missing: object, holdout: object
) -> None:
    if given_input is not None and is_table(given_input):
        raise InputError("input= looks like a table; give it as data=, with inputs=[…] and goal= naming its columns")
    if given_input is None or goal is None:
        absent = "input" if given_input is None else "goal"
        raise InputError(
            f"{absent} is not given: give input= and goal= as numbers, or data= with a table and goal= naming a column"
        )
    scaled = not isinstance(standardise, (bool, np.bool_)) or bool(standardise)
    if inputs is not None or scaled or choice("missing", missing, "refuse", "drop") == "drop" or number("holdout", holdout) != 0.0:
        raise InputError("inputs, standardise, missing and holdout go with data=: give the table as data=")


def _table_axes(examples: Examples, start: Floats | None) -> tuple[Axes, Floats]:
    d, k = examples.input.shape[1], examples.goal.shape[1]
    one_goal = examples.source is not None and examples.source.one_goal
    shape = (d,) if one_goal else (k, d)
    if start is not None and start.shape != shape:
        raise InputError(
            f"weight has shape {shapes.shape_text(start.shape)}; {d} inputs and {k} goals need {shapes.shape_text(shape)}"
        )
    return Axes(True, True, not one_goal), np.zeros(shape) if start is None else start


def _network_table_axes(examples: Examples, network: Network) -> Axes:
    d, k = examples.input.shape[1], examples.goal.shape[1]
    if (network.sizes[0], network.sizes[-1]) != (d, k):
        raise InputError(
            f"the network has {network.sizes[0]} inputs and {network.sizes[-1]} outputs, but there are {d} input "
            f"columns and {k} goals; "
            f"make it with ns.network([{d}, …, {k}])"
        )
    return Axes(True, True, not (examples.source is not None and examples.source.one_goal), True)


def _refuse_beside_network(weight: object, bias: object) -> None:
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None:
            raise InputError(f"{name}= and network= are both given; a network has its own: ns.network(weights=[…], biases=[…])")


def _check_finite(start: Floats, axes: Axes, examples: Examples) -> None:
    refuse_not_finite("weight", start)
    for name, array in zip(("input", "goal"), axes.as_given(examples.input, examples.goal), strict=True):
        if array.size <= shapes.CHECK_AT_ONCE:
            refuse_not_finite(name, array)


def _check_fingerprint(expected: object, examples: Examples) -> None:
    from nodescope.run.toml import examples_fingerprint

    if not isinstance(expected, str):
        raise InputError(f"fingerprint is {shown(expected)}; it must be the text that a recipe gave the table")
    if (seen := examples_fingerprint(examples)) != expected:
        raise InputError(
            f"the table is not what it was when this recipe was written (fingerprint {seen[:12]}…, the recipe says "
            f"{expected[:12]}…): put the old table back, or delete the recipe's fingerprint to run on the new one"
        )


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


def frozen_in(network: Network, frozen: object, freeze_bias: bool) -> NDArray[np.bool_] | None:
    """Which weights of a network are frozen, in the order of a state; None where none is.

    Parameters
    ----------
    frozen : a list with an entry per layer: None, True or False for all its weights, or booleans in their shape; or booleans of
        all weights and biases one by one, in the order of a state
    freeze_bias : whether all biases are; of no effect on the latter
    """
    size = network.flat().size
    if isinstance(frozen, (list, tuple, np.ndarray)) and len(frozen) == size != len(network.weights):
        return mask if (mask := _booleans("frozen", frozen, "", (size,)).copy()).any() else None
    words = f"an entry for each of the network's {len(network.weights)} layers: None, True, or booleans in the shape of its weights"
    entries = of_each("frozen", frozen, (type(None),), len(network.weights), words)
    parts = []
    for l, (entry, shape) in enumerate(zip(entries, network.shapes, strict=True)):  # noqa: E741  # l for layer, as everywhere
        block = np.full((shape.outputs, shape.width), freeze_bias)
        of_layer = (shape.outputs, shape.inputs)
        block[:, : shape.inputs] = _booleans(f"frozen[{l}]", False if entry is None else entry, "None, True, or ", (), of_layer)
        parts.append(block.ravel())
    whole_mask = np.concatenate(parts)
    return whole_mask if whole_mask.any() else None


def _booleans(name: str, value: object, words: str, *allowed: tuple[int, ...]) -> NDArray[np.bool_]:
    """The value as booleans of one of the shapes allowed."""
    try:
        array = np.asarray(value)
        seen = f"has shape {shapes.shape_text(array.shape)} of {array.dtype}"
    except ValueError:
        array, seen = np.empty(0), f"is {shown(value)}, which is no rectangle"
    if array.dtype != bool or array.shape not in allowed:
        raise InputError(f"{name} {seen}; it must be {words}booleans in the shape of the weights, {shapes.shape_text(allowed[-1])}")
    return array
