"""A fitted model as ONNX: what other programs and devices run, in float32. Written by the package `onnx` (extra `onnx`)."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from nodescope.arithmetic.activations import LEAK, SOFTMAX
from nodescope.errors import InputError
from nodescope.run.run import Run
from nodescope.views.model.fitted import Fitted, Scale, fitted

_OPERATORS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus", "softmax": "Softmax", "gelu": "Gelu"}
_OPSET, _IR = 13, 8
_OPSET_OF_GELU, _IR_OF_GELU = 20, 10


class _Graph:
    """Operations one after another, each on what the one before gave."""

    def __init__(self, helper: Any, numpy_helper: Any) -> None:
        self.helper, self.numpy_helper = helper, numpy_helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, values: Any, kind: Any = np.float32) -> str:
        self.constants.append(self.numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(self.helper.make_node(operator, inputs, [output], name=f"{operator}_{output}", **attributes))
        return output


def in_onnx(run: Run) -> bytes:
    """The model's bytes: float32, any number of rows at a time.

    Raises
    ------
    InputError
        The package `onnx` is not installed; the weights are not finite, or beyond float32.
    """
    try:
        from onnx import TensorProto, checker, helper, numpy_helper
    except ImportError as error:
        raise InputError(
            "a file that ends in .onnx needs onnx: pip install 'nodescope[onnx]'; one in .py or .c needs nothing"
        ) from error
    model = fitted(run)
    _refuse_beyond_float32(model)
    graph = _Graph(helper, numpy_helper)
    outputs = [helper.make_tensor_value_info(*shown) for shown in _computed(model, graph, TensorProto)]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["rows", len(model.inputs)])]
    has_gelu = any(layer.activation.name == "gelu" for layer in model.layers)
    whole = helper.make_model(
        helper.make_graph(graph.nodes, "nodescope", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", _OPSET_OF_GELU if has_gelu else _OPSET)],
        ir_version=_IR_OF_GELU if has_gelu else _IR,
        producer_name="nodescope",
        doc_string=f"Made by {model.made_by}.",
    )
    told: dict[str, list[Any]] = {"inputs": list(model.inputs), "goals": list(model.goals)}
    told |= {} if model.classes is None else {"classes": list(model.classes)}
    helper.set_model_props(whole, {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()})
    checker.check_model(whole)
    return bytes(whole.SerializeToString())


def _refuse_beyond_float32(model: Fitted) -> None:
    numbers = [value for layer in model.layers for row in layer.rows for value in row]
    for scale in (model.scale, model.goal_scale):
        numbers += [] if scale is None else [*scale.centre, *scale.unit]
    largest = max(map(abs, numbers))
    if largest > float(np.finfo(np.float32).max):
        raise InputError(
            f"the number {largest!r} of this model is beyond float32, which ONNX files are written in; export .py or .c"
        )


def _computed(model: Fitted, graph: _Graph, kinds: Any) -> Iterator[tuple[str, Any, list[Any]]]:
    """Put the operations into the graph; name, kind and shape of what comes out."""
    x = "input" if model.scale is None else _scaled(model.scale, graph)
    for l, layer in enumerate(model.layers):  # noqa: E741  # l for layer, as everywhere
        block = np.array(layer.rows)
        x = graph.add("MatMul", [x, graph.constant(f"weight_{l}", block[:, : layer.inputs].T)], f"products_{l}")
        if layer.has_bias:
            x = graph.add("Add", [x, graph.constant(f"bias_{l}", block[:, -1])], f"sum_{l}")
        x = _bent(layer.activation.name, graph, x, f"at_{l}")
    if model.sides:
        above = graph.add("Greater", [x, graph.constant("zero", [[0.0]])], "above")
        whole = graph.add("Cast", [above], "whole", to=kinds.INT64)
        graph.add("Reshape", [whole, graph.constant("one_axis", [-1], np.int64)], "class")
        graph.add("Identity", [x], "side")
        yield "class", kinds.INT64, ["rows"]
        yield "side", kinds.FLOAT, ["rows", 1]
        return
    if model.classes is not None:
        if len(model.layers[-1].rows) == 1:
            x = graph.add("Concat", [graph.add("Sub", [graph.constant("one", [[1.0]]), x], "other"), x], "both", axis=1)
        graph.add("Identity", [x], "probabilities")
        graph.add("ArgMax", [x], "class", axis=1, keepdims=0)
        yield "class", kinds.INT64, ["rows"]
        yield "probabilities", kinds.FLOAT, ["rows", len(model.classes)]
        return
    if model.goal_scale is not None:
        x = graph.add("Mul", [x, graph.constant("goal_unit", model.goal_scale.unit)], "in_units")
        x = graph.add("Add", [x, graph.constant("goal_centre", model.goal_scale.centre)], "centred_back")
    graph.add("Identity", [x], "prediction")
    yield "prediction", kinds.FLOAT, ["rows", model.outputs]


def _scaled(scale: Scale, graph: _Graph) -> str:
    """(x − centre) ÷ unit; the centre in two parts, since one float32 would lose digits of inputs far from 0, such as years."""
    high = np.asarray(scale.centre).astype(np.float32)
    low = np.asarray(scale.centre) - high
    x = graph.add("Sub", ["input", graph.constant("centre", high)], "less_centre")
    x = graph.add("Sub", [x, graph.constant("centre_rest", low)], "less_rest")
    return graph.add("Div", [x, graph.constant("unit", scale.unit)], "scaled")


def _bent(name: str, graph: _Graph, x: str, output: str) -> str:
    if name == "identity":
        return x
    if name == "leaky relu":
        return graph.add("LeakyRelu", [x], output, alpha=LEAK)
    return graph.add(_OPERATORS[name], [x], output, **({"axis": 1} if name == SOFTMAX.name else {}))
