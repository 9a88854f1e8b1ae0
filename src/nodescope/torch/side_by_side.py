"""The same training in PyTorch and here, number beside number: how far they agree, and where they first do not."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray

from nodescope.errors import InputError
from nodescope.run.recorded import Recorded, RecordedWindow
from nodescope.run.run import Run
from nodescope.torch.convert import training
from nodescope.torch.observe import observe

Floats = NDArray[np.float64]
QUANTITIES = ("weight", "bias", "sum", "prediction", "delta", "weighted_delta", "alpha_delta", "new_weight")
"""In the order in which a step makes them."""
MOST_STEPS = 1000
SAME = 1e-4
"""Of the largest weighted delta: closer to a multiple of ours, it is one, in float32 too."""
MOST_PARTS = 1000
"""Denominators that a factor is looked for among."""


@dataclass(frozen=True)
class Difference:
    """One number that is not the same in both.

    Attributes
    ----------
    step, layer, quantity, place
        Where: the place is (node, input) of a weight, (example, node) of a sum, prediction or delta.
    ours, theirs : float
    relative : float
        Their distance ÷ the largest number of that quantity in the layer; of an alpha delta ÷ the largest weight.

    Examples
    --------
    >>> import nodescope as ns
    >>> from nodescope.torch import side_by_side
    >>> run = ns.descend(network=ns.network([2, 3, 1]), input=[[0, 1], [1, 1]], goal=[1, 0], alpha=0.1, steps=5)
    >>> side_by_side(run).first is None
    True
    """

    step: int
    layer: int
    quantity: str
    place: tuple[int, ...]
    ours: float
    theirs: float
    relative: float

    def __str__(self) -> str:
        return (
            f"step {self.step:,}, layer {self.layer}, {self.quantity}{list(self.place)}: {self.ours!r} here, {self.theirs!r} in "
            f"PyTorch ({self.relative:.2g} of the largest)"
        )


@dataclass(frozen=True)
class SideBySide:
    """What `side_by_side` gives back.

    Attributes
    ----------
    steps : int
        Steps that were held beside each other.
    within : float
        What counts as rounding.
    factor : float
        PyTorch's weighted deltas ÷ ours at the first step: 1 for the same loss, 2/k for `MSELoss` of k outputs; 1 also where they
        are no multiple of ours.
    first : Difference or None
        The first beyond `within`; None where all agree.
    first_bit : Difference or None
        The first at all: rounding begins here, as the two add up in another order.
    largest : float
        The largest difference of a weight.

    Examples
    --------
    >>> import nodescope as ns
    >>> from nodescope.torch import side_by_side
    >>> run = ns.descend(network=ns.network([2, 3, 1]), input=[[0, 1], [1, 1]], goal=[1, 0], alpha=0.1, steps=5)
    >>> found = side_by_side(run)
    >>> found.agrees, found.steps
    (True, 5)
    """

    steps: int
    within: float
    factor: float
    first: Difference | None
    first_bit: Difference | None
    largest: float

    @property
    def agrees(self) -> bool:
        return self.first is None

    def __str__(self) -> str:
        head = (
            f"PyTorch and nodescope agree over {self.steps:,} steps: no weight is further apart than {self.largest:.2g} of its "
            "layer's largest."
            if self.agrees
            else f"PyTorch and nodescope part at {self.first}."
        )
        bit = f" The first bit that differs: {self.first_bit}." if self.first_bit is not None and self.agrees else ""
        factor = (
            f" PyTorch's weighted deltas are {self.factor:.6g} times ours: its loss differentiates to that many times half the "
            "squared error, so the same steps need alpha as many times as large here."
            if abs(self.factor - 1) > 1e-3
            else ""
        )
        return head + bit + factor

    __repr__ = __str__


def side_by_side(run: Run, recorded: Recorded | None = None, *, within: float = 1e-12) -> SideBySide:
    """Hold a run of ours beside PyTorch's training of the same network.

    Mind the factor 2: our weighted delta is *half* the derivative of the squared error, `MSELoss` of k outputs makes 2/k times as
    much of it. The factor that is found is divided out of PyTorch's deltas and weighted deltas, and told; alpha deltas are held
    beside each other as they are, so they agree where alpha is `lr` times the factor.

    Parameters
    ----------
    run : Run
        Of a network.
    recorded : Recorded, optional
        A training that was observed, of the same layers from the same start on the same examples. Unless given, PyTorch trains the
        run's own recipe here, for at most 1,000 steps.
    within : float
        What counts as rounding, relative to the largest number of the quantity in its layer; 1e-5 is right for float32.

    Returns
    -------
    SideBySide
        How far they agree, and the first numbers that differ.

    Raises
    ------
    InputError
        A run of plain nodes; a recorded run with other layers; no step that is in both; a recipe that PyTorch has no counterpart
        of.

    Examples
    --------
    >>> import nodescope as ns
    >>> start = ns.network([1, 2, 1], seed=0)
    >>> both = side_by_side(ns.descend(network=start, input=[[0.0], [1.0]], goal=[[0.0], [1.0]], alpha=0.1, steps=30))
    >>> both.agrees, both.steps, both.factor
    (True, 30, 1.0)
    """
    seen = _trained(run) if recorded is None else recorded
    layers = run.recipe.problem.layers
    if [(ours.outputs, ours.inputs) for ours in layers] != [(theirs.nodes, theirs.inputs) for theirs in seen.layers]:
        theirs = ", ".join(f"{layer.name} {layer.inputs}-{layer.nodes}" for layer in seen.layers)
        raise InputError(f"the layers are not the same: {run.recipe.network} here, {theirs or 'none'} in PyTorch")
    first = first_bit = None
    largest, factor, compared = 0.0, 1.0, 0
    for step in seen.trace.steps.tolist():
        if step >= run.steps:
            break
        theirs_now = seen.trace[step]
        if compared == 0:
            factor = _factor(run, theirs_now, seen, within)
        for difference in _differences(run, step, theirs_now, seen, factor):
            if difference.quantity == "new_weight":
                largest = max(largest, difference.relative)
            first_bit = first_bit or difference
            if first is None and not difference.relative <= within:
                first = difference
        compared += 1
    if not compared:
        recorded_steps = ", ".join(map(str, seen.trace.steps[:5].tolist()))
        told = f"the steps {recorded_steps}{', …' if len(seen.trace) > 5 else ''} were" if recorded_steps else "none was"
        raise InputError(f"no step is in both: {run.steps:,} steps here, of PyTorch's {seen.steps:,} {told} recorded")
    return SideBySide(compared, within, factor, first, first_bit, largest)


def _trained(run: Run) -> Recorded:
    """PyTorch on the run's own recipe."""
    model, optimizer, loss = training(run)
    recipe, schedule = run.recipe, run.recipe.schedule
    x, y = torch.from_numpy(np.asarray(recipe.examples.input, dtype=np.float64)), torch.from_numpy(recipe.examples.goal)
    steps = min(run.steps, MOST_STEPS)
    if not steps:
        raise InputError("the run made no step: there is nothing to hold beside PyTorch's")
    examples = run.trace[0:steps]["example"].reshape(steps, -1)
    every = {str(2 * number): list(range(shape.outputs)) for number, shape in enumerate(recipe.problem.layers)}
    with observe(model, optimizer, stride=1, nodes=every, examples=recipe.batch_size, memory=2**31, sharpness=False) as seen:
        for step in range(steps):
            if schedule is not None:
                optimizer.param_groups[0]["lr"] = schedule.at(step)
            rows = torch.from_numpy(examples[step][examples[step] >= 0].copy())
            optimizer.zero_grad()
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return seen


def _factor(run: Run, theirs: RecordedWindow, seen: Recorded, within: float) -> float:
    """Their weighted deltas ÷ ours in the last layer, where that is one number for all of them; else 1."""
    number = len(seen.layers) - 1
    ours = run.trace[int(theirs["step"])].layers[number]["weighted_delta"][list(seen.layers[number].shown)]
    if "weighted_delta" not in theirs.layers[number] or not np.any(ours):
        return 1.0
    other = np.asarray(theirs.layers[number]["weighted_delta"], dtype=np.float64)
    place = np.unravel_index(int(np.abs(ours).argmax()), ours.shape)
    found = float(other[place]) / float(ours[place])
    if not np.isfinite(found) or not found or not np.allclose(other, found * ours, rtol=0, atol=SAME * abs(other[place])):
        return 1.0
    simple = float(Fraction(found).limit_denominator(MOST_PARTS))  # 2 / k, without the rounding of one quotient
    return simple if abs(simple - found) <= within * abs(found) else found


def _differences(run: Run, step: int, theirs: RecordedWindow, seen: Recorded, factor: float) -> list[Difference]:
    mine = run.trace[step]
    examples = np.atleast_1d(mine["example"])
    count = int((examples >= 0).sum())
    averaged = count if run.recipe.reduction == "mean" else 1
    found = []
    for quantity in QUANTITIES:
        for number, (layer, told) in enumerate(zip(mine.layers, theirs.layers, strict=True)):
            if quantity not in told or quantity not in layer.columns:
                continue
            shown = list(seen.layers[number].shown)
            ours, other = np.asarray(layer[quantity]), np.asarray(told[quantity], dtype=np.float64)
            if quantity in ("sum", "prediction", "delta"):
                ours = ours.reshape(-1, seen.layers[number].nodes)[:count, shown]
                other = other * (averaged / factor) if quantity == "delta" else other
            else:
                ours = ours[shown]
                other = other / factor if quantity == "weighted_delta" else other
            # theirs is known as weight − new weight, to a rounding of the weight
            among = np.asarray(layer["weight"]) if quantity == "alpha_delta" else ours
            if ours.shape == other.shape and (difference := _largest(step, number, quantity, ours, other, among)) is not None:
                found.append(difference)
    return found


def _largest(step: int, layer: int, quantity: str, ours: Floats, theirs: Floats, among: Floats) -> Difference | None:
    with np.errstate(all="ignore"):
        apart = np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0.0, np.abs(ours - theirs))
        size = float(np.nanmax(np.abs(among), initial=0.0)) or 1.0
    apart = np.where(np.isnan(apart), np.inf, apart)
    if not apart.any():
        return None
    place = tuple(int(i) for i in np.unravel_index(int(apart.argmax()), apart.shape))
    return Difference(step, layer, quantity, place, float(ours[place]), float(theirs[place]), float(apart[place]) / size)
