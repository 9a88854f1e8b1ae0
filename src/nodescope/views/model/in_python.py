"""A fitted model as one file of plain Python that predicts to the very bits, with nothing installed.

Its arithmetic is not written a second time: the functions that stand in it are the definition's own lines, as they stand in
`arithmetic/step.py` and `arithmetic/functions.py`.
"""

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from nodescope.arithmetic.activations import SOFTMAX
from nodescope.arithmetic.functions import softmax
from nodescope.arithmetic.step import node_sum
from nodescope.errors import InputError
from nodescope.run.run import Run
from nodescope.views.model.fitted import Fitted, Scale, written_out

_SCALED = """

def scaled(x: list[float]) -> list[float]:
    return [(value - centre) / unit for value, centre, unit in zip(x, CENTRE, UNIT)]
"""
_FORWARD = """

def outputs(x: list[float]) -> list[float]:
    for rows, activation in LAYERS:
        x = [activation(node_sum(row, x{lanes}))[0] for row in rows]
    return {result}
"""
_FROM_TABLE = '''

def inputs_of(row: Mapping[str, Any]) -> list[float]:
    """The inputs of one row of a table, by the names of its columns."""
    x: list[float] = []
    for name, values, indicator in COLUMNS:
        cell = row[name]
        nothing = cell is None or cell != cell
        if values and not nothing and cell not in values and UNKNOWN == "refuse":
            raise ValueError(f"column {name!r} has {cell!r}, which is none of the values known: {values}")
        if values:
            x += [math.nan if nothing else float(cell == value) for value in values]
        else:
            x.append(math.nan if nothing else float(cell))
        if indicator:
            x.append(float(nothing))
    if FILLS:
        x = [fill if value != value else value for value, fill in zip(x, FILLS)]
    for name, value in zip(INPUTS, x):
        if not math.isfinite(value):
            raise ValueError(f"input {name!r} is {value!r}: a prediction needs every input")
    return x
'''
_FROM_LIST = '''

def inputs_of(x: Sequence[float]) -> list[float]:
    """The inputs of one example."""
    values = [float(value) for value in x]
    if len(values) != len(INPUTS):
        raise ValueError(f"{len(values)} inputs are given; the model takes {len(INPUTS)}")
    return values
'''
_FROM_NUMBER = '''

def inputs_of(x: float) -> list[float]:
    """The only input of one example."""
    return [float(x)]
'''
_PREDICT = '''

def predict({name}: {kind}) -> {result}:
    """Prediction of one example{words}."""
    return {of}
'''
_CLASSES = '''

def probabilities({name}: {kind}) -> list[float]:
    """How likely each of CLASSES is."""
    return {of}


def predict({name}: {kind}) -> Any:
    """The likeliest class of one example."""
    p = probabilities({name})
    return CLASSES[p.index(max(p))]
'''
_SIDES = '''

def side({name}: {kind}) -> float:
    """The sum: above 0 it is the second of CLASSES, else the first."""
    return {of}


def predict({name}: {kind}) -> Any:
    """The class of one example."""
    return CLASSES[int(side({name}) > 0.0)]
'''


def in_python(run: Run) -> str:
    """A module of plain Python whose `predict` gives the bits of `run.predict`.

    Raises
    ------
    InputError
        Its weights are not finite, or too many to be written out; a column of dates was opened up.
    """
    model = written_out(run, "Python")
    if dates := [opening.name for opening in model.openings if opening.parts]:
        raise InputError(
            f"column {dates[0]!r:.60} is a date that is opened up, which the exported function does not do: export .onnx or .c, "
            "which take its parts as inputs"
        )
    functions = {node_sum: None, softmax: None} if model.layers[-1].activation is SOFTMAX else {node_sum: None}
    for layer in model.layers:
        functions |= {_function(layer.activation.at, layer.activation is SOFTMAX): None}
    return "".join([_head(model), _constants(model), *_sources(functions), _layers(model), *_body(model)])


def _function(at: Callable[..., Any], is_softmax: bool) -> Any:
    return _plain if is_softmax else at


def _plain(x: float) -> tuple[float, float]:
    return x, 1.0


def _head(model: Fitted) -> str:
    return (
        f'"""A fitted model in plain Python. Made by {model.made_by}.\n\n'
        "`predict` gives the same bits as the run that it comes from. It needs nothing but Python 3.9 or later.\n"
        '"""\n\nfrom __future__ import annotations\n\nimport math\n'
        "from collections.abc import Mapping, Sequence\nfrom typing import Any\n\n"
    )


def _constants(model: Fitted) -> str:
    lines = [f"INPUTS = {model.inputs!r}", f"GOALS = {model.goals!r}"]
    if model.table:
        columns = tuple((opening.name, opening.values, opening.indicator) for opening in model.openings)
        lines += [f"COLUMNS = {columns!r}", f"FILLS = {model.fills!r}", f"UNKNOWN = {model.unknown!r}"]
    if model.classes is not None:
        lines.append(f"CLASSES = {tuple(model.classes)!r}")
    lines += _scale("", model.scale) + _scale("GOAL_", model.goal_scale)
    return "\n".join(lines) + "\n"


def _scale(of: str, scale: Scale | None) -> list[str]:
    return [] if scale is None else [f"{of}CENTRE = {scale.centre!r}", f"{of}UNIT = {scale.unit!r}"]


def _layers(model: Fitted) -> str:
    blocks = []
    for layer in model.layers:
        rows = "".join(f"            {row!r},\n" for row in layer.rows)
        name = _function(layer.activation.at, layer.activation is SOFTMAX).__name__
        blocks.append(f"    (\n        (\n{rows}        ),\n        {name},\n    ),\n")
    told = "of each layer: of each node its weights, a bias last where there is one; and what bends the sum"
    return f"\n\n# {told}\nLAYERS = (\n{''.join(blocks)})\n"


def _body(model: Fitted) -> Iterator[str]:
    if model.scale is not None:
        yield _SCALED
    bends = model.layers[-1].activation is SOFTMAX
    yield _FORWARD.format(lanes=", lanes=True" if model.lanes else "", result="softmax(x)" if bends else "x")
    yield _FROM_TABLE if model.table else _FROM_NUMBER if model.one_input else _FROM_LIST
    name = "row" if model.table else "x"
    kind = "Mapping[str, Any]" if model.table else "float" if model.one_input else "Sequence[float]"
    x = f"inputs_of({name})"
    out = f"outputs(scaled({x}))" if model.scale is not None else f"outputs({x})"
    if model.sides:
        yield _SIDES.format(name=name, kind=kind, of=f"{out}[0]")
        return
    if model.classes is not None:
        of = out if len(model.layers[-1].rows) > 1 else f"[1.0 - (p := {out}[0]), p]"
        yield _CLASSES.format(name=name, kind=kind, of=of)
        return
    if model.goal_scale is not None:
        out = f"[value * unit + centre for value, centre, unit in zip({out}, GOAL_CENTRE, GOAL_UNIT)]"
    many = "" if model.one_output else ", of each goal"
    result = "float" if model.one_output else "list[float]"
    yield _PREDICT.format(name=name, kind=kind, result=result, words=many, of=f"{out}[0]" if model.one_output else out)


def _sources(functions: dict[Any, None]) -> Iterator[str]:
    """The functions with all that they name, as they stand in the package: constants first."""
    named: dict[str, Any] = {}
    for function in functions:
        _collect(function, named)
    yield "".join(f"{name} = {value!r}\n" for name, value in named.items() if not isinstance(value, FunctionType))
    yield from (f"\n\n{inspect.getsource(value).rstrip()}\n" for value in named.values() if isinstance(value, FunctionType))


def _collect(function: Any, named: dict[str, Any]) -> None:
    named[function.__name__] = function
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if name not in named and value is not None and not isinstance(value, ModuleType):
            named[name] = value
            if isinstance(value, FunctionType):
                _collect(value, named)


def _names(code: CodeType) -> Iterator[str]:
    """Names that a function looks up, those of its inner loops too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
