"""The recipe: everything needed to do a run again, as one value.

Automatic choices (alpha, means and deviations) are in it as numbers: a replay never works them out again.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import whole
from nodescope.arithmetic.losses import Loss
from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.problem import Problem
from nodescope.arithmetic.rules import Rule
from nodescope.data.examples import Examples
from nodescope.data.scaling import APPLIED
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.network import Network
from nodescope.run.offers import Faced
from nodescope.run.schedule import Schedule
from nodescope.run.setting import Method
from nodescope.run.settings import defaults, plain_names
from nodescope.run.shapes import Axes, Floats
from nodescope.run.watch import Tolerance, Watch

if TYPE_CHECKING:
    from nodescope.data.classes import Classes
    from nodescope.data.source import Source
    from nodescope.run import toml
else:
    toml = Later("nodescope.run.toml")


@dataclass(frozen=True, eq=False, kw_only=True)
class Recipe(Faced):
    """Everything needed to do a run again. Made by `make_recipe` (making.py) from `descend`'s keywords.

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
    alpha_auto : bool
        Whether alpha was worked out from the inputs.
    factors : (size,) float64 or None
        What alpha is multiplied by for each weight, in the order of a state; None where it is 1 for all.
    memory : int or "auto"
        Bytes of rows that are in memory at most; "auto" where all of them are.
    window : int or None
        Row groups that the two-level shuffle mixes at a time; None where all rows are drawn at once.
    freeze_bias, steps, epochs, until_mse, time_limit, tolerance, keep, batch, parts, order, seed, rule, reduction, summation,
    update_order, loss, penalty, clip
        As `descend` takes them, after their checks.
    method : Method
        What steps are taken on; of "moments" with the number of rows that the examples stand for.

    Examples
    --------
    >>> import nodescope as ns
    >>> recipe = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).recipe
    >>> recipe.alpha, recipe.rule.name, recipe.n
    (0.1, 'plain', 1)
    >>> print(recipe.to_toml(), end="")
    input = 1.0
    goal = 0.6
    alpha = 0.1
    weight = 0.4
    """

    examples: Examples
    axes: Axes
    network: Network
    alpha: float
    alpha_auto: bool = False
    schedule: Schedule | None = None
    memory: int | str = "auto"
    window: int | None = None
    freeze_bias: bool = False
    frozen: NDArray[np.bool_] | None = None
    factors: Floats | None = None
    steps: int | None = None
    epochs: int | None = None
    until_mse: float | None = None
    time_limit: float | None = None
    tolerance: Tolerance | None = None
    keep: str = "last"
    batch: int | Literal["all"] = 1
    parts: int | None = None
    order: str = "given"
    seed: int = 0
    rule: Rule = Rule()  # noqa: RUF009  # frozen
    reduction: str = "mean"
    summation: str = "left-to-right"
    update_order: str = "parallel"
    loss: Loss = Loss()  # noqa: RUF009  # frozen
    penalty: Penalty = Penalty()  # noqa: RUF009  # frozen
    clip: float | None = None
    method: Method = Method()  # noqa: RUF009  # frozen

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.examples.input)

    @property
    def rows(self) -> int:
        """Number of rows that the examples stand for: all of them, unless `method` is "moments"."""
        return self.method.rows or self.n

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
    def streams(self) -> bool:
        """Whether rows are read as they are needed."""
        return self.examples.streams

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
    def source(self) -> "Source | None":
        """The table that the examples came from, if any."""
        return self.examples.source

    @property
    def input_names(self) -> tuple[str, ...]:
        """Column names, or what the inputs were called, or "0", "1", …"""
        called = self.source.inputs if self.source else self.examples.names
        return tuple(str(i) for i in range(self.d)) if called is None else called

    @property
    def has_names(self) -> bool:
        """Whether the inputs have names of somebody's."""
        return self.source is not None or self.examples.names is not None

    @property
    def classes(self) -> "Classes | None":
        """What the outputs tell apart, where goals are classes; of one output the one that 0 stands for first."""
        return self.examples.classes

    @property
    def goal_names(self) -> tuple[str, ...]:
        """Column names, or "0", "1", …; of an output for each class what the class is called."""
        if self.classes is not None and self.k > 1:
            return tuple(str(label) for label in self.classes)
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
            window=self.window or 0,
            frozen=self.frozen,
            until_mse=-1.0 if self.until_mse is None else self.until_mse,
            layers=self.network.shapes,
            sequential=self.update_order == "sequential",
            loss=self.loss,
            penalty=self.penalty,
            clip=-1.0 if self.clip is None else self.clip,
            factors=self.factors,
            part=self.parts or 0,
        )

    def watch(self) -> Watch | None:
        """What looks at the error after every epoch; None where nothing depends on it."""
        follows = self.schedule is not None and self.schedule.follows_the_error
        if self.tolerance is None and self.keep == "last" and not follows:
            return None
        return Watch.of(self.problem, (self.examples.unseen_input, self.examples.unseen_goal), self.tolerance)

    def start_weights(self) -> Floats:
        """Start weights as the engines take them: flat, layer by layer, node by node, a node's bias last."""
        return self.network.flat()

    def keywords(self) -> dict[str, Any]:
        """`descend`'s keywords that make this recipe; those that have their default value are left out."""
        told = {**self._examples_told(), "alpha": self.alpha if self.schedule is None else self.schedule.values.tolist()}
        told |= self._start_told()
        if (frozen := self._frozen_told()) is not None:
            told["frozen"] = frozen
        if self.factors is not None:
            told["alpha_factors"] = self._factors_told(self.factors)
        usual = defaults() | {"summation": self.network.usual_summation}
        return told | {name: value for name, value in self.plain_settings().items() if value != usual[name]}

    def plain_settings(self) -> dict[str, Any]:
        """Those of `descend`'s keywords that a recipe keeps as they are, as text and files have them."""
        values = {name: getattr(self, name) for name in plain_names()}
        of_ours = (Rule, Loss, Penalty, Tolerance, Method)
        return {name: value.told() if isinstance(value, of_ours) else value for name, value in values.items()}

    def _examples_told(self) -> dict[str, Any]:
        source, scaling = self.source, self.examples.scaling_told()
        if source is not None and source.path is None and self.streams:
            raise InputError(f"the rows are read from {source.where}, which text cannot tell; give data= as a path")
        if source is not None and source.path is not None:
            return {
                **source.told(),
                **self._classes_told(),
                "standardise": scaling or False,
                "fingerprint": self.examples.fingerprint,
            }
        x, goals = self.axes.as_given(self.examples.input, self.examples.goal)
        told = {"input": x.tolist(), "goal": self.given_goals(goals)} | self._classes_told()
        told |= {} if self.examples.names is None else {"inputs": list(self.examples.names)}
        return told | ({"standardise": scaling | {APPLIED: True}} if scaling else {})

    def given_goals(self, goals: Floats) -> Any:
        """Goals in the person's shape, in lists; a label for each example where they are classes."""
        if self.classes is None:
            return goals.tolist()
        return self.examples.labels if self.axes.examples else self.examples.labels[0]

    def _classes_told(self) -> dict[str, Any]:
        return {} if self.classes is None else {"classes": list(self.classes)}

    def _start_told(self) -> dict[str, Any]:
        """Start weights and biases as the person wrote them."""
        if self.in_layers:
            return {"network": self.network.settings()}
        weight, bias = self.weight.tolist(), self.bias
        if bias is not None:
            return {"weight": weight, "bias": bias.tolist() if self.has_outputs_axis else float(bias[0])}
        is_table = self.source is not None and self.source.path is not None
        return {"weight": weight, "bias": False} if is_table else {"weight": weight}

    def _frozen_told(self) -> Any:
        """What `frozen` says beside `freeze_bias`; None where that says it all."""
        if self.frozen is None:
            return None
        shapes = self.problem.layers
        blocks = self.problem.blocks(self.frozen)
        of_weights = [block[:, : shape.inputs] for block, shape in zip(blocks, shapes, strict=True)]
        if not self.in_layers:
            return self.axes.weights_as_given(of_weights[0]).tolist() if of_weights[0].any() else None
        biases = [block[:, -1] for block, shape in zip(blocks, shapes, strict=True) if shape.has_bias]
        told_by_layer = all((bias == self.freeze_bias).all() for bias in biases)  # else single biases are frozen
        return [block.tolist() for block in of_weights] if told_by_layer else self.frozen.tolist()

    def _factors_told(self, factors: Floats) -> Any:
        """What `alpha_factors` says."""
        shapes, blocks = self.problem.layers, self.problem.blocks(factors)
        of_weights = [block[:, : shape.inputs] for block, shape in zip(blocks, shapes, strict=True)]
        if not self.in_layers:
            return self.axes.weights_as_given(of_weights[0]).tolist()
        told = []
        for block, own, shape in zip(blocks, of_weights, shapes, strict=True):
            if (block == block[0, 0]).all():
                told.append(float(block[0, 0]))
            elif shape.has_bias and (block[:, -1] != 1.0).any():
                return factors.tolist()
            else:
                told.append(own.tolist())
        return told

    def to_toml(self) -> str:
        """The recipe as TOML, its keys the keywords of `descend`; reading it gives the same bits."""
        return toml.written(self.keywords())

    def with_steps(self, steps: int) -> "Recipe":
        """The same recipe, to go on for a total of `steps` steps. Raises InputError where its schedule has no alpha for them."""
        if self.schedule is not None:
            self.schedule.refuse_too_short(whole("steps", steps))
        return replace(self, steps=whole("steps", steps), epochs=None)

    def __eq__(self, other: object) -> bool:
        """Equal when every number is, bit for bit."""
        return isinstance(other, Recipe) and self.to_toml() == other.to_toml()

    __hash__ = None  # type: ignore[assignment]
