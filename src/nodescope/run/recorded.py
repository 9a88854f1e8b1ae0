"""A run that another program made: its numbers cannot be replayed, so those that were seen are kept, under the same names.

What is in it was seen at some steps (every `stride`-th), for some nodes of each layer and some examples of each step; the loss
is there for every step.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import InputError
from nodescope.run.course import figures
from nodescope.run.ending import Ending
from nodescope.run.facts import Facts
from nodescope.run.offers import FacedInWidgets, Offers
from nodescope.run.tabular import Column, Tabular

COLUMNS = (
    "input", "weight", "bias", "sum", "prediction", "delta", "weighted_delta", "alpha_delta", "new_weight",
    "bias_weighted_delta", "bias_delta", "new_bias",
)  # fmt: skip
"""Every layer has these columns, as `run.trace[t].layers[l]` of our own runs has them; those that were not seen are not there."""


@dataclass(frozen=True)
class RecordedLayer:
    """A layer of somebody else's model.

    Attributes
    ----------
    name : str
        What its program calls it: "fc1".
    kind : str
        "Linear", "Conv2d", …
    inputs, nodes : int
        Weights of a node, and nodes.
    shown : tuple of int
        The nodes whose numbers are kept.
    activation : str
        "" where it was not seen, or is none that is known here.
    kept_from : str
        Why its weights cannot move; "" where they can.
    gates : tuple of str
        Of a recurrent layer, with as many nodes each. `sum` and `prediction` are theirs, and rows are steps of sequences.
    """

    name: str
    kind: str
    inputs: int
    nodes: int
    shown: tuple[int, ...]
    activation: str = ""
    kept_from: str = ""
    gates: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Record:
    """What was seen of one step: the columns of each layer, (k, d), (k,), (m, d) or (m, k) for m examples and k shown nodes."""

    step: int
    alpha: float
    loss: float
    layers: tuple[Mapping[str, Column], ...]

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for layer in self.layers for column in layer.values())


@dataclass(frozen=True)
class Curvature:
    """Curvature of the loss of one step, as the optimizer feels it.

    Attributes
    ----------
    step : int
    alpha : float
        The optimizer's rate at that step.
    value : float
        The largest eigenvalue of the Hessian, divided by what the optimizer divides its steps by.
    limit : float
        The rate up to which small moves stay small here.
    shares : tuple of float
        Part of the eigenvector's square length in each layer; the rest of the parameters last.
    """

    step: int
    alpha: float
    value: float
    limit: float
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Trouble:
    """The first number that was not finite: where it came up, what it was made from.

    Attributes
    ----------
    step : int
    where : str
        "fc2", "the loss", "the data".
    layer : int or None
    node : int or None
    quantity : str
        "sum", "weight", "weighted_delta", or the name of the operation.
    value : float
    operands : tuple of (name, number)
    text : str
        All of it as a sentence.
    irreversible_from : int
        The step from which on the loss was never again as low as twice its lower quartile; `step` where it did not grow before.
    """

    step: int
    where: str
    layer: int | None
    node: int | None
    quantity: str
    value: float
    operands: tuple[tuple[str, float], ...]
    text: str
    irreversible_from: int = 0


@dataclass(eq=False)
class Recorded(Offers, FacedInWidgets):
    """A run that was observed. Made by `nodescope.torch.observe`; `ns.diagnose`, `ns.save` and `ns.load` take it as any other.

    Attributes
    ----------
    program : str
        What made it: "PyTorch 2.13".
    optimizer : dict
        Its name and settings.
    layers : tuple of RecordedLayer
    losses : list of float
        Of every step; nan where it was not seen.
    records : list of Record
    stride : int
        Records are this many steps apart.
    ending : Ending
    notes : list of str
        What was out of the ordinary, or could not be seen.
    bends : list of Curvature
    trouble : Trouble or None
    facts : Facts
        How parameters, loss and optimizer hang together.

    Examples
    --------
    >>> import nodescope as ns
    >>> run = ns.Recorded(program="PyTorch", optimizer={"name": "SGD", "alpha": 0.1}, layers=(), losses=[2.0, 1.0])
    >>> print(run.sentence)
    Interrupted after 2 steps; the loss went from 2 to 1.
    """

    program: str
    optimizer: dict[str, Any]
    layers: tuple[RecordedLayer, ...]
    losses: list[float] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    stride: int = 1
    ending: Ending = Ending.INTERRUPTED
    notes: list[str] = field(default_factory=list)
    bends: list[Curvature] = field(default_factory=list)
    trouble: Trouble | None = None
    facts: Facts = field(default_factory=Facts)

    def note(self, **values: float) -> None:
        """Note figures of one's own at this step: `run.note(validation=loss.item())`, or any other name.

        Of `validation`, a loss on examples that are not trained on, it is told whether it turned up while the training's own fell.

        Parameters
        ----------
        **values : float
            Figures by name.

        Raises
        ------
        InputError
            A value that is no number.

        Examples
        --------
        >>> run = Recorded("a loop", {"name": "sgd"}, ())
        >>> run.note(validation=0.25)
        >>> run.facts.noted
        {'validation': [(0, 0.25)]}
        """
        for name, value in values.items():
            try:
                number = float(value)
            except (TypeError, ValueError):
                raise InputError(f"{name} is {value!r}; it must be a number: loss.item() of a tensor") from None
            self.facts.noted.setdefault(name, []).append((self.steps, number))

    def put_in_order(self, order: Sequence[int]) -> None:
        """Number the layers anew.

        Parameters
        ----------
        order : sequence of int
            Their numbers until now, the first to be used first.

        Examples
        --------
        >>> import nodescope as ns
        >>> run = ns.Recorded(program="PyTorch", optimizer={}, layers=())
        >>> run.put_in_order([])
        """
        if list(order) == list(range(len(self.layers))):
            return
        self.layers = tuple(self.layers[n] for n in order)
        self.records = [replace(record, layers=tuple(record.layers[n] for n in order)) for record in self.records]
        self.bends = [replace(bend, shares=(*(bend.shares[n] for n in order), bend.shares[-1])) for bend in self.bends]
        self.facts.course.gradients = [[row[n] for n in order] for row in self.facts.course.gradients]
        if self.trouble is not None and self.trouble.layer is not None:
            self.trouble = replace(self.trouble, layer=list(order).index(self.trouble.layer))

    @property
    def steps(self) -> int:
        """Updates that were made."""
        return len(self.losses)

    @property
    def optimizer_told(self) -> str:
        """The optimizer's name, its rate, and what of its settings is not off."""
        told = ((name, value) for name, value in self.optimizer.items() if name != "name" and (value or name == "alpha"))
        words = (f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}" for name, value in told)
        return ", ".join([str(self.optimizer.get("name")), *words])

    @property
    def sentence(self) -> str:
        """How it ended."""
        if self.ending is Ending.DIVERGED and self.trouble is not None:
            return f"Diverged: at step {self.trouble.step:,} a number is no longer finite."
        steps = f"{self.steps:,} step" + ("" if self.steps == 1 else "s")
        seen = [loss for loss in self.losses if math.isfinite(loss)]
        way = f"; the loss went from {seen[0]:.6g} to {seen[-1]:.6g}" if seen else ""
        return f"Interrupted after {steps}{way}." if self.ending is Ending.INTERRUPTED else f"{steps} observed{way}."

    @property
    def recipe(self) -> Any:
        """None can be had: this run was made elsewhere, and is known by its records."""
        raise InputError(
            f"this run was observed in {self.program}: it has records but no recipe, so it cannot be replayed; "
            "run.trace, ns.diagnose, ns.save and ns.export read it"
        )

    replay = recipe

    @property
    def over_time(self) -> "RecordedWindow":
        """The whole training in figures: `run.over_time["gradient"][:, 0]`; every step, or evenly spaced ones of very many.

        Columns are `step`, `loss` and `alpha` (the rate, as a schedule made it), each (T,); `gradient`, the length of each layer's
        gradient as the optimizer was given it, and `update`, the length of its update ÷ that of its weights, each (T, layers); an
        update is known of recorded steps, and NaN elsewhere.

        Examples
        --------
        >>> Recorded("a loop", {"name": "sgd"}, ()).over_time
        columns: step, loss, alpha, gradient, update
        """
        return RecordedWindow(figures(self.facts.course, self.losses, self.facts.rates, self.records, len(self.layers)))

    @property
    def trace(self) -> "RecordedTrace":
        """The numbers of the steps that were recorded: `run.trace[120].layers[0].weight`."""
        return RecordedTrace(self)

    def __repr__(self) -> str:
        names = ", ".join(layer.name for layer in self.layers[:5]) + (" …" if len(self.layers) > 5 else "")
        lines = [
            f"Run observed in {self.program}: {self.ending.name}",
            f"  {self.sentence}",
            f"  layers    {len(self.layers)}: {names}",
            f"  optimizer {self.optimizer.get('name')}, rate {self.optimizer.get('alpha')}",
            f"  recorded  {len(self.records):,} of {self.steps:,} steps",
        ]
        return "\n".join([*lines, *(f"  note      {note}" for note in self.notes)])


class RecordedWindow(Tabular):
    """Named columns of recorded steps, or of one layer there; as an attribute or by name. Of one step without the first axis."""

    def __init__(self, columns: dict[str, Any], layers: "Sequence[RecordedWindow]" = (), one_step: bool = False) -> None:
        self._columns = columns
        self._layers = layers
        self._one_step = one_step

    @property
    def layers(self) -> "Sequence[RecordedWindow]":
        """The same steps of each layer."""
        return self._layers

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._columns)

    def __getitem__(self, name: str) -> Any:
        if name not in self._columns:
            raise InputError(f"there is no {name!r} here; it has {', '.join(self._columns)}")
        return self._columns[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._columns:
            raise AttributeError(name)
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def read(self, *names: str) -> dict[str, Any]:
        """Columns by name; all of them unless some are named."""
        return {name: self[name] for name in names or self.columns}

    def as_dict(self) -> dict[str, Any]:
        """All numbers by name."""
        return dict(self._columns)

    def flat(self) -> dict[str, Column]:
        """A column a number: "layers[0].weight[3, 1]"; of one step with one row. Nodes are counted among those that were kept."""
        flat = {}
        for name, told in self._columns.items():
            column = _as_row(told) if self._one_step else told
            for place in np.ndindex(np.shape(column)[1:]):
                label = f"{name}[{', '.join(map(str, place))}]" if place else name
                flat[label] = column[(slice(None), *place)]
        for number, layer in enumerate(self.layers):
            flat |= {f"layers[{number}].{name}": column for name, column in layer.flat().items()}
        return flat

    def __repr__(self) -> str:
        return f"columns: {', '.join(self._columns)}" + (f"; {len(self.layers)} layers" if self.layers else "")


class RecordedTrace:
    """The recorded steps of a run, by their number: `trace[120]`, `trace[0:1000]`; `trace.steps` says which there are."""

    def __init__(self, run: Recorded) -> None:
        self._run = run

    @cached_property
    def steps(self) -> NDArray[np.int64]:
        """Numbers of the recorded steps."""
        return np.array([record.step for record in self._run.records], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._run.records)

    def __getitem__(self, key: int | slice) -> RecordedWindow:
        if isinstance(key, slice):
            rows = range(self._run.steps)[key]
            return self._window([record for record in self._run.records if record.step in rows])
        step = key + (self._run.steps if key < 0 else 0)
        record = next((record for record in self._run.records if record.step == step), None)
        if record is None and not self._run.records:
            raise InputError("no step was recorded")
        if record is None:
            near = int(self.steps[np.argmin(np.abs(self.steps - step))])
            raise InputError(f"step {key} was not recorded; the nearest that was is {near} (run.trace.steps has all)")
        layers = [RecordedWindow(dict(layer), one_step=True) for layer in record.layers]
        return RecordedWindow({"step": record.step, "loss": record.loss, "alpha": record.alpha}, layers, one_step=True)

    def _window(self, records: list[Record]) -> RecordedWindow:
        columns = {name: np.array([getattr(record, name) for record in records]) for name in ("step", "loss", "alpha")}
        layers = []
        for number in range(len(self._run.layers)):
            parts = [record.layers[number] for record in records]
            names = [name for name in COLUMNS if any(name in part for part in parts)]
            layers.append(RecordedWindow({name: _stacked([part.get(name) for part in parts]) for name in names}))
        return RecordedWindow(columns, layers)


def _as_row(value: Any) -> Column:
    return np.array([value]) if np.ndim(value) == 0 else _stacked([value])


def _stacked(parts: list[Column | None]) -> Column:
    """The steps of a column under each other; where a step has fewer examples, or none of it, NaN."""
    shapes = [part.shape for part in parts if part is not None]
    shape = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    stacked = np.full((len(parts), *shape), np.nan)
    for row, part in zip(stacked, parts, strict=True):
        if part is not None:
            row[tuple(slice(size) for size in part.shape)] = part
    return stacked
