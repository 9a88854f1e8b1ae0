"""A fitted model as one C function that predicts to the very bits, with nothing beside the standard library."""

from collections.abc import Iterator
from importlib.resources import files

from nodescope.arithmetic.activations import SOFTMAX
from nodescope.run.run import Run
from nodescope.views.model.fitted import Fitted, Layer, written_out

_HEAD = """/* A fitted model in C. Made by {made_by}.
 *
 *     void predict(const double input[{d}], double output[{k}]);
 *
 * input: {inputs}
 * output: {outputs}
 *
 * Compile without contraction of a * b + c, and the bits are those of the run: cc -std=c99 -O2 -ffp-contract=off … -lm
 * (MSVC: /fp:precise). */
#include <math.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

"""
_LEFT_TO_RIGHT = """
/* The first product, then each next; a bias comes last. */
static double node_sum(const double *weight, const double *input, int inputs, int bias) {
    double total = weight[0] * input[0];
    for (int i = 1; i < inputs; i++) total = total + weight[i] * input[i];
    return bias ? total + weight[inputs] : total;
}
"""
_LANES = """
/* Eight lanes, then lanes i and i + 4, i and i + 2, 0 and 1; a bias comes last. */
static double node_sum(const double *weight, const double *input, int inputs, int bias) {
    double lane[8];
    for (int j = 0; j < 8; j++) {
        lane[j] = j < inputs ? weight[j] * input[j] : 0.0;
        for (int i = j + 8; i < (inputs + 7) / 8 * 8; i += 8) lane[j] = lane[j] + (i < inputs ? weight[i] * input[i] : 0.0);
    }
    for (int half = 4; half; half /= 2)
        for (int j = 0; j < half; j++) lane[j] = lane[j] + lane[j + half];
    return bias ? lane[0] + weight[inputs] : lane[0];
}
"""
_SOFTMAX = """
    double most = {at}[0], total;
    for (int j = 1; j < {nodes}; j++) most = {at}[j] > most ? {at}[j] : most;
    for (int j = 0; j < {nodes}; j++) {at}[j] = ns_exponential({at}[j] - most);
    total = {at}[0];
    for (int j = 1; j < {nodes}; j++) total = total + {at}[j];
    for (int j = 0; j < {nodes}; j++) {at}[j] = {at}[j] / total;
"""


def in_c(run: Run) -> str:
    """C of the standard of 1999, whose `predict` gives the bits of `run.predict`; of classes those of their probabilities, of sides
    those of the sum.

    Raises
    ------
    InputError
        The weights are not finite, or too many to be written out.
    """
    model = written_out(run, "C")
    names = ", ".join(model.inputs) if model.table else f"{len(model.inputs)} in the order of the run"
    outputs = _told(model)
    head = _HEAD.format(
        made_by=model.made_by, d=len(model.inputs), k=model.outputs, inputs=_in_comment(names), outputs=_in_comment(outputs)
    )
    functions = files("nodescope.views.model").joinpath("functions.h").read_text(encoding="utf-8")
    return "".join([head, functions, _LANES if model.lanes else _LEFT_TO_RIGHT, *_constants(model), *_predict(model)])


def _told(model: Fitted) -> str:
    if model.classes is None:
        return ", ".join(model.goals)
    if model.sides:
        return f"the sum; above 0 it is {model.classes[1]}, else {model.classes[0]}"
    return "how likely each class is: " + ", ".join(map(str, model.classes))


def _in_comment(names: str) -> str:
    """A table's columns may be called anything, but no name ends the comment that it stands in, or its line."""
    return " ".join(names.replace("\\", "/").replace("*/", "* /").replace("/*", "/ *").split())


def _constants(model: Fitted) -> Iterator[str]:
    yield "\n"
    for l, layer in enumerate(model.layers):  # noqa: E741  # l for layer, as everywhere
        rows = ",\n".join(f"    {{{_listed(row)}}}" for row in layer.rows)
        yield f"static const double WEIGHT_{l}[{len(layer.rows)}][{len(layer.rows[0])}] = {{\n{rows}}};\n"
    for name, scale in (("", model.scale), ("GOAL_", model.goal_scale)):
        if scale is not None:
            yield f"static const double {name}CENTRE[] = {{{_listed(scale.centre)}}};\n"
            yield f"static const double {name}UNIT[] = {{{_listed(scale.unit)}}};\n"


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(map(repr, numbers))


def _predict(model: Fitted) -> Iterator[str]:
    d, nodes = len(model.inputs), len(model.layers[-1].rows)
    yield f"\nvoid predict(const double input[{d}], double output[{model.outputs}]) {{\n"
    yield f"    double x[{d}]" + "".join(f", at_{at}[{len(layer.rows)}]" for at, layer in enumerate(model.layers)) + ";\n"
    value = "(input[i] - CENTRE[i]) / UNIT[i]" if model.scale is not None else "input[i]"
    yield f"    for (int i = 0; i < {d}; i++) x[i] = {value};\n"
    for l, layer in enumerate(model.layers):  # noqa: E741
        yield _forward(layer, l)
    last = f"at_{len(model.layers) - 1}"
    if model.classes is not None and not model.sides and nodes == 1:
        yield f"    output[0] = 1.0 - {last}[0];\n    output[1] = {last}[0];\n}}\n"
        return
    value = f"{last}[j] * GOAL_UNIT[j] + GOAL_CENTRE[j]" if model.goal_scale is not None else f"{last}[j]"
    yield f"    for (int j = 0; j < {nodes}; j++) output[j] = {value};\n}}\n"


def _forward(layer: Layer, l: int) -> str:  # noqa: E741
    before, nodes = "x" if l == 0 else f"at_{l - 1}", len(layer.rows)
    bends = "identity" if layer.activation is SOFTMAX else layer.activation.name.replace(" ", "_")
    called = f"ns_{bends}(node_sum(WEIGHT_{l}[j], {before}, {layer.inputs}, {int(layer.has_bias)}))"
    text = f"    for (int j = 0; j < {nodes}; j++) at_{l}[j] = {called};\n"
    return text + (_SOFTMAX.format(at=f"at_{l}", nodes=nodes) if layer.activation is SOFTMAX else "")
