"""What a file says of an observed run is believed only where it fits: each bound from both sides, and what is said, whole."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.course import Course
from nodescope.run.facts import Facts
from nodescope.run.file import stored
from nodescope.run.recorded import Curvature, Record, Recorded, RecordedLayer, Trouble


def columns(k: int, d: int, m: int) -> dict[str, np.ndarray]:
    shapes = {"weight": (k, d), "bias": (k,), "input": (m, d), "sum": (m, k), "new_bias": (k,), "weighted_delta": (k, d)}
    return {name: np.zeros(shape) for name, shape in shapes.items()}


def observed() -> Recorded:
    layers = (RecordedLayer("a", "Linear", 3, 2, (0, 1), "tanh"), RecordedLayer("b", "Linear", 2, 4, (1, 3)))
    records = [Record(step, 0.1, 1.0, (columns(2, 3, 4), columns(2, 2, 4))) for step in (0, 10, 20)]
    return Recorded(
        "X 1", {"name": "SGD"}, layers, [1.0] * 20, records, 10, ns.Ending.DIVERGED, [],
        [Curvature(10, 0.1, 2.0, 1.0, (0.5, 0.25, 0.25))], Trouble(20, "b", 1, 1, "sum", math.inf, (("w", 1.0),), "it grew", 15),
    )  # fmt: skip


def with_first_record(step: int) -> dict[str, Any]:
    return {"records": [replace(observed().records[0], step=step), *observed().records[1:]]}


def with_layer(layer: RecordedLayer) -> dict[str, Any]:
    return {"layers": (layer, observed().layers[1])}


def with_record(step: int, **more: np.ndarray) -> dict[str, Any]:
    records = observed().records
    records[1] = Record(step, 0.1, 1.0, (columns(2, 3, 4) | more, columns(2, 2, 4)))
    return {"records": records}


ORDER = "ValueError: its records are not in the order of its steps"
OTHERS = "ValueError: it tells of layers that it does not have"
SHOWS = "ValueError: layer 'a' does not have the nodes that it shows"
FOUND: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"stride": 0}, "InputError: stride is 0; it must be at least 1"), ({"stride": 1}, ""),
    ({"records": []}, ""),
    (with_first_record(-1), ORDER), (with_first_record(1), ""),
    (with_record(0), ORDER), (with_record(20), ORDER), (with_record(-1), ORDER), (with_record(21), ORDER), (with_record(19), ""),
    ({"losses": [1.0] * 19}, ORDER), ({"losses": [1.0] * 21}, ""),
    ({"trouble": None}, ""),
    ({"trouble": Trouble(20, "b", None, 1, "sum", math.inf, (), "it grew")}, ""),
    ({"trouble": Trouble(20, "b", 0, 1, "sum", math.inf, (), "it grew")}, ""),
    ({"trouble": Trouble(20, "b", -1, 1, "sum", math.inf, (), "it grew")}, OTHERS),
    ({"trouble": Trouble(20, "b", 2, 1, "sum", math.inf, (), "it grew")}, OTHERS),
    ({"trouble": Trouble(20, "b", 1.0, 1, "sum", math.inf, (), "it grew")}, "TypeError: layer is 1.0"),
    ({"trouble": Trouble(20, "b", 1, 1, "sum", math.inf, (("w",),), "it grew")}, "TypeError: operands is (('w',),)"),
    ({"trouble": Trouble(20, "b", 1, 1, "sum", math.inf, (("w", 1), ("x", 2.0)), "it grew")}, ""),
    ({"trouble": Trouble(20, "b", 1, 1, "sum", math.inf, (("w", "1"),), "it grew")}, "TypeError: operands is (('w', '1'),)"),
    ({"bends": [Curvature(10, 0.1, 2.0, 1.0, (0.5, 0.5))]}, OTHERS),
    ({"bends": [Curvature(10, 0.1, 2.0, 1.0, (0.25,) * 4)]}, OTHERS),
    ({"bends": [Curvature(10, 0.1, 2, 1.0, (0.5, 0, 0.5))]}, ""),
    ({"bends": [Curvature(10, 0.1, 2.0, 1.0, [0.5, 0.25, 0.25])]}, "TypeError: shares is [0.5, 0.25, 0.25]"),
    ({"optimizer": {}}, "TypeError: its optimizer has no name"),
    ({"optimizer": {"name": 5}}, "TypeError: its optimizer has no name"),
    (with_layer(RecordedLayer("a", "Linear", 0, 2, (0, 1))), SHOWS),
    ({"layers": (RecordedLayer("a", "Linear", 1, 1, ()),), "records": [], "bends": [], "trouble": None}, ""),
    (with_layer(RecordedLayer("a", "Linear", 3, 2, (1, 0))), SHOWS),
    (with_layer(RecordedLayer("a", "Linear", 3, 2, (1, 1))), SHOWS),
    (with_layer(RecordedLayer("a", "Linear", 3, 2, (0, 2))), SHOWS),
    (with_layer(RecordedLayer("a", "Linear", 3, 2, (-1, 1))), SHOWS),
    (with_layer(RecordedLayer("a", 5, 3, 2, (0, 1))), "TypeError: kind is 5"),
    (with_record(10, weight=np.zeros((3, 2))), "ValueError: weight of layer 'a' is of shape (3, 2) and float64"),
    (with_record(10, weighted_delta=np.zeros((2, 2))), "ValueError: weighted_delta of layer 'a' is of shape (2, 2) and float64"),
    (with_record(10, bias=np.zeros(3)), "ValueError: bias of layer 'a' is of shape (3,) and float64"),
    (with_record(10, new_bias=np.zeros((2, 1))), "ValueError: new_bias of layer 'a' is of shape (2, 1) and float64"),
    (with_record(10, sum=np.zeros((4, 3))), "ValueError: sum of layer 'a' is of shape (4, 3) and float64"),
    (with_record(10, sum=np.zeros(2)), "ValueError: sum of layer 'a' is of shape (2,) and float64"),
    (with_record(10, sum=np.zeros((9, 2))), ""),
    (with_record(10, input=np.zeros((9, 3))), ""),
    (with_record(10, input=np.zeros(3)), "ValueError: input of layer 'a' is of shape (3,) and float64"),
    (with_record(10, input=np.zeros((4, 5))), "ValueError: layer 'a' has more inputs at one step than at another"),
    (with_record(10, sum=np.zeros((4, 2), np.int64)), "ValueError: sum of layer 'a' is of shape (4, 2) and int64"),
    (with_record(10, sum=np.zeros((4, 2), np.float32)), ""),
    ({"facts": Facts(rates=[1, 0.5])}, ""), ({"facts": Facts(rates=[1, "x"])}, "TypeError: rates is [1, 'x']"),
    ({"facts": Facts(rates=(1.0,))}, "TypeError: rates is (1.0,)"), ({"facts": Facts(rates=[True])}, "TypeError: rates is [True]"),
    ({"facts": Facts(noted={"a": [(1, 2.0)]})}, ""),
    ({"facts": Facts(noted={5: [(1, 2.0)]})}, "TypeError: noted is {5: [(1, 2.0)]}"),
    ({"facts": Facts(noted={"a": [(1, 2.0, 3)]})}, "TypeError: noted is {'a': [(1, 2.0, 3)]}"),
    ({"facts": Facts(noted={"a": 5})}, "TypeError: noted is {'a': 5}"), ({"facts": Facts(noted=[])}, "TypeError: noted is []"),
    ({"facts": Facts(course=None)}, "TypeError: course is None"),
    ({"facts": Facts(course=Course(spacing="x"))}, f"TypeError: course is {Course(spacing='x')!r:.60}"),
    ({"bends": [Curvature(10, 0.1, 2**63 - 1, -(2**63), (1, 0, 0))]}, ""),
    ({"bends": [Curvature(10, 0.1, 2**63, 1.0, (1, 0, 0))]}, "TypeError: value is 9223372036854775808"),
    ({"bends": [Curvature(10, 0.1, 1.0, -(2**63) - 1, (1, 0, 0))]}, "TypeError: limit is -9223372036854775809"),
    ({"bends": [Curvature(10, 0.1, True, 1.0, (1, 0, 0))]}, "TypeError: value is True"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), FOUND, ids=[str(number) for number in range(len(FOUND))])
def test_what_is_believed_of_an_observed_run(change: dict[str, Any], said: str):
    run = observed()
    for name, value in change.items():
        setattr(run, name, value)
    refused = ""
    try:
        stored.refuse_misfit_records(run)
    except (ValueError, TypeError) as error:
        refused = f"{type(error).__name__}: {error}"
    assert refused == said
