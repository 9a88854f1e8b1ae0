"""What was seen of somebody else's training beside its numbers: how parameters, loss and optimizer hang together.

Plain facts, counted while the training ran; what they mean is said elsewhere.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nodescope.run.course import Course


@dataclass
class ParameterSeen:
    """One parameter of the model, or of the optimizer.

    Attributes
    ----------
    name, kind : str
        "encoder.weight"; what its module is: "Linear".
    layer : str
        Its module's name.
    size : int
    dtype : str
    of_model, stepped : bool
        Whether the model has it; whether the optimizer does.
    asks : bool
        Whether it asks for gradients (`requires_grad`) at the end.
    gradients : int
        Updates before which a backward pass gave it a gradient.
    uncleared : int
        Of these, the updates whose gradient still held that of the update before.
    uses, uses_apart : int
        Steps in which its layer was seen at work with gradients on; and only under `no_grad`. Of layers that are known.
    moved : bool
        Whether it is another at the end.
    cut_by : str
        The operation behind its layer through which no gradient comes back; "" where none was seen.
    start, end : float
        Root of its mean square.
    largest : float
        Root of the mean square of the largest gradient that was looked at.
    """

    name: str
    layer: str
    kind: str
    size: int
    dtype: str
    of_model: bool = True
    stepped: bool = True
    asks: bool = True
    gradients: int = 0
    uncleared: int = 0
    uses: int = 0
    uses_apart: int = 0
    moved: bool = False
    cut_by: str = ""
    start: float = 0.0
    end: float = 0.0
    largest: float = 0.0


@dataclass
class LossCall:
    """Calls of one loss function that were alike.

    Attributes
    ----------
    function : str
        "cross_entropy"; "sub" and "mul" where a hand-made loss compares predictions with goals.
    step, calls : int
        First seen; how often.
    given, goals : tuple of int
        Shapes.
    made_by, axis : str, int or None
        The operation that made the predictions, and along which axis it went, where it has one.
    goals_from : str
        "data"; "network" where another forward pass made them; "constant" where all are one number.
    swapped : bool
        Whether the goals ask for gradients, and the predictions do not.
    alone, factor : bool, float
        Whether `backward` was called on it, or on a multiple of it; which, for each number that the loss is a sum of.
    low, high, goal_low, goal_high, goal_mean, goal_variance, size : float
        Of the predictions and the goals looked at; `size` is the root of the predictions' mean square.
    row_sum : float
        Sum of exp of a row of predictions (of probabilities where the function takes these): 1 where rows are distributions.
    goal_sum : float
        Sum of a row of goals, where a row of goals is a distribution.
    ignored : float
        Part of the labels that are left out, of the call that left out most.
    ignored_class : int or None
        The class that `ignore_index` leaves out, where that is a class.
    reshaped : bool
        Whether predictions were brought into another shape between the last layer and the loss.
    counts : list of int
        How often each class is the goal.
    right : list of (step, part)
        Of predictions that were the goal.
    """

    function: str
    step: int
    calls: int = 0
    given: tuple[int, ...] = ()
    goals: tuple[int, ...] = ()
    made_by: str = ""
    axis: int | None = None
    goals_from: str = "data"
    swapped: bool = False
    alone: bool = False
    factor: float = 1.0
    low: float = math.inf
    high: float = -math.inf
    goal_low: float = math.inf
    goal_high: float = -math.inf
    goal_mean: float = 0.0
    goal_variance: float = 0.0
    size: float = 0.0
    row_sum: float = 1.0
    goal_sum: float = 1.0
    ignored: float = 0.0
    ignored_class: int | None = None
    reshaped: bool = False
    counts: list[int] = field(default_factory=list)
    right: list[tuple[int, float]] = field(default_factory=list)

    @property
    def chance(self) -> float:
        """The loss of always giving each class its share: the entropy of the goals, in nats."""
        total = sum(self.counts)
        return -sum(count / total * math.log(count / total) for count in self.counts if count) if total else math.nan


@dataclass
class Stray:
    """A parameter at work that belongs neither to the model nor to an optimizer.

    Attributes
    ----------
    name : str
        Where the model keeps it: "blocks[0].weight"; "" where that was not found.
    kind : str
    uses : int
        Steps in which it was at work.
    moved : bool
    """

    name: str
    kind: str
    uses: int = 0
    moved: bool = False


@dataclass
class Modes:
    """Dropout and batch norm: whether they were as in training.

    Attributes
    ----------
    layers : list of str
        Such modules of the model.
    training, evaluating : int
        Steps in which the model was in training mode; in evaluation mode.
    since : int or None
        The first step in evaluation mode after one in training mode, from which on it stayed so.
    apart : int
        Steps in which such a module was at work under `no_grad` as in training.
    always_on : int
        Steps in which a dropout was on though the model was in evaluation mode.
    dropped : float
        The largest part that a dropout sets to 0.
    dropped_by : str
    """

    layers: list[str] = field(default_factory=list)
    training: int = 0
    evaluating: int = 0
    since: int | None = None
    apart: int = 0
    always_on: int = 0
    dropped: float = 0.0
    dropped_by: str = ""


@dataclass
class Oddities:
    """How often something odd was seen.

    Attributes
    ----------
    looks : int
        Backward passes whose way was looked at.
    over_batch, upside_down : int
        Of these: a softmax along the examples enters the loss; the loss is log-probabilities without a minus.
    mixed : list of (name, before, after, times)
        Reshapes that only swap lengths of axes.
    set_back : int
        Gradients set back to nothing, without an update, before a backward pass like the one that had given them.
    put_back : int
        Steps looked at that began with the very weights of the start though updates had moved them.
    """

    looks: int = 0
    over_batch: int = 0
    upside_down: int = 0
    mixed: list[tuple[str, tuple[int, ...], tuple[int, ...], int]] = field(default_factory=list)
    set_back: int = 0
    put_back: int = 0

    def mix(self, name: str, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        """Count one more of the reshapes."""
        for number, (named, *shapes, times) in enumerate(self.mixed):
            if named == name and shapes == [before, after]:
                self.mixed[number] = (name, before, after, times + 1)
                return
        if len(self.mixed) < 16:
            self.mixed.append((name, before, after, 1))


@dataclass
class Facts:
    """All of it.

    Attributes
    ----------
    backwards, reached : int
        Backward passes; those that gave the optimizer's parameters something.
    rootless : int
        Backward passes of a loss that no operation had made.
    wiped : int
        Updates before which gradients were set back to nothing after the backward pass.
    first_rate : float
        What the optimizer's rate was before a schedule took it over.
    rates, norms, kept : list of float
        Of each step: the largest rate; the length of the gradient that the optimizer was given, nan where it was not
        looked at; what is left of the length that backward gave it.
    counts : list of int
        Over how many numbers each step's loss is a sum; 1 where it is a mean, or that is not known.
    from_data : bool
        Whether the first layer's inputs come from outside.
    recovered : bool
        Whether losses and weights were finite again after the first number that was not.
    ended : int or None
        The step at which something went wrong in the observing itself: nothing is known of what came after.
    noted : dict
        Of `note`: by name, pairs of step and value.
    """

    parameters: list[ParameterSeen] = field(default_factory=list)
    loss_calls: list[LossCall] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    modes: Modes = field(default_factory=Modes)
    odd: Oddities = field(default_factory=Oddities)
    course: Course = field(default_factory=Course)
    backwards: int = 0
    reached: int = 0
    rootless: int = 0
    wiped: int = 0
    rates: list[float] = field(default_factory=list)
    first_rate: float = 0.0
    norms: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    from_data: bool = True
    recovered: bool = False
    ended: int | None = None
    noted: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    @property
    def main_call(self) -> LossCall | None:
        """The one loss function that the loss is, up to a factor; None where it is made of several, or not known."""
        alone = [call for call in self.loss_calls if call.alone and call.function not in ("sub", "mul")]
        return alone[0] if len(alone) == 1 else None


def facts_from(told: Mapping[str, Any]) -> Facts:
    """The facts that `dataclasses.asdict` made plain; of a file from before there were any, none."""
    known = {each.name for each in dataclasses.fields(Facts)}
    plain = {name: value for name, value in told.items() if name in known}
    plain["parameters"] = [ParameterSeen(**each) for each in told.get("parameters", ())]
    plain["loss_calls"] = [_call(each) for each in told.get("loss_calls", ())]
    plain["strays"] = [Stray(**each) for each in told.get("strays", ())]
    plain["modes"] = Modes(**told.get("modes", {}))
    odd = dict(told.get("odd", {}))
    mixed = [(name, tuple(before), tuple(after), times) for name, before, after, times in odd.pop("mixed", ())]
    plain["course"] = Course(**told.get("course", {}))
    plain["odd"] = Oddities(**odd, mixed=mixed)
    plain["noted"] = {name: [(int(t), float(v)) for t, v in pairs] for name, pairs in told.get("noted", {}).items()}
    return Facts(**plain)


def _call(told: Mapping[str, Any]) -> LossCall:
    pairs = [(int(step), float(part)) for step, part in told["right"]]
    return LossCall(**{**told, "given": tuple(told["given"]), "goals": tuple(told["goals"]), "right": pairs})
