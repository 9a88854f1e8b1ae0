"""What a run file holds made a run again, looked at as if a stranger had written it.

A recipe goes through the checks of `descend`'s keywords; each array has its type and size, each number its bounds, before anything
is built from it. What does not fit is a ValueError (so are InputErrors), TypeError or LookupError: damage, to whom reads the file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import number, whole, yes_or_no
from nodescope.arithmetic.narrow import held
from nodescope.arithmetic.problem import Cursor
from nodescope.data.classes import Classes, classes_of, coded, decoded
from nodescope.data.examples import Examples
from nodescope.data.scaling import Scaling, as_scaling
from nodescope.data.source import Source
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.checkpoints import Checkpoints
from nodescope.run.descent import Descent
from nodescope.run.ending import Ending
from nodescope.run.file.content import EXAMPLES, PLACE
from nodescope.run.making import make_recipe
from nodescope.run.network import Network
from nodescope.run.network import network as make_network
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded, RecordedLayer
from nodescope.run.replay import Cycle, Replay
from nodescope.run.run import Run
from nodescope.run.schedule import Schedule
from nodescope.run.setting import as_memory, as_method
from nodescope.run.settings import plain_names
from nodescope.run.shapes import Axes, Floats, as_floats, names_of

if TYPE_CHECKING:
    from nodescope.data.parts import reading as streaming
else:
    streaming = Later("nodescope.data.parts.reading")

Arrays = Mapping[str, NDArray[Any]]
Header = Mapping[str, Any]

OF_PIECES = ("memory", "window")
"""Settings that go with a table, which a file has beside them."""
NARROW = ("input", "unseen_input")
"""They may be float32 (`narrow.py`)."""
_OF_WEIGHTS = ("weight", "weighted_delta", "alpha_delta", "new_weight")
_OF_BIASES = ("bias", "bias_weighted_delta", "bias_delta", "new_bias")


class OtherExamples(InputError):
    """The examples are not in the file, and those handed in beside it are not the run's."""


def array_of(dtype: str, shape: str, data: bytes) -> NDArray[Any]:
    """An array from its row; nothing is allocated that its bytes do not fill."""
    sizes = json.loads(shape)
    whole_sizes = isinstance(sizes, list) and all(type(size) is int and size >= 0 for size in sizes)
    if dtype not in ("<f8", "<f4", "<i8", "|b1") or not whole_sizes or not isinstance(data, bytes):
        raise ValueError(f"an array of type {dtype!r:.20} and shape {shape!r:.40}")
    if math.prod(sizes) * np.dtype(dtype).itemsize != len(data) or (dtype == "|b1" and data.strip(b"\0\1")):
        raise ValueError(f"an array of shape {shape:.40} and type {dtype} in {len(data)} bytes")
    return np.frombuffer(data, dtype=dtype).reshape(sizes).copy()


def recipe_of(header: Header, arrays: Arrays, data: Any) -> Recipe:
    """The recipe in a file, checked as `descend`'s keywords are.

    Raises
    ------
    OtherExamples
        They have to be given and are not, or are others.
    """
    kept = header["recipe"]
    for name, array in arrays.items():
        kinds = (np.bool_,) if name == "frozen" else (np.float32, np.float64) if name in NARROW else (np.float64,)
        if array.dtype not in kinds:
            raise ValueError(f"{name} is of {array.dtype}")
    of_examples, of_inputs, of_outputs = (yes_or_no("axes", axis) for axis in kept["axes"])
    axes = Axes(of_examples, of_inputs, of_outputs, layers=kept.get("activations") is not None)
    examples = _examples(header, arrays, axes, data)
    layers, bias = _network(kept, arrays), arrays.get("bias")
    (_, d), (_, k) = examples.input.shape, examples.goal.shape
    stand_in = examples.with_seen(np.zeros((1, d)), np.zeros((1, k))) if examples.streams else examples
    given_input, goal = axes.as_given(stand_in.input, stand_in.goal)
    labels = stand_in.labels
    recipe = make_recipe(
        input=given_input,
        goal=goal if examples.classes is None else labels if axes.examples else labels[0],
        classes=None if examples.classes is None else list(examples.classes),
        network=layers,
        weight=None if layers else arrays["weight"],
        bias=None if layers or bias is None else axes.of_outputs(bias),
        frozen=arrays.get("frozen"),
        alpha_factors=arrays.get("factors"),
        alpha=number("alpha", kept["alpha"]),
        **{name: kept[name] for name in plain_names() if name in kept and name not in OF_PIECES},  # an older file may lack some
    )
    if recipe.axes != axes:
        raise ValueError("its arrays do not have the axes that it says they have")
    schedule = Schedule(_flat("alphas", arrays)) if yes_or_no("scheduled", kept["scheduled"]) else None
    recipe = replace(recipe, memory=as_memory(kept.get("memory", "auto")), window=_window(kept.get("window")))
    return replace(recipe, examples=examples, schedule=schedule, alpha_auto=yes_or_no("alpha_auto", kept["alpha_auto"]))


def _window(kept: Any) -> int | None:
    return None if kept is None else whole("window", kept, least=2)


def _flat(name: str, arrays: Arrays, length: int | None = None) -> NDArray[Any]:
    array = arrays[name]
    if array.ndim != 1 or length not in (None, len(array)):
        raise ValueError(f"{name} has shape {array.shape}, not ({length or '…'},)")
    return array


def _network(kept: Header, arrays: Arrays) -> Network | None:
    names = kept.get("activations")
    if names is None:
        return None
    weights = [arrays[f"layer {l} weight"] for l in range(len(names))]  # noqa: E741  # l for layer, as everywhere
    return make_network(weights=weights, biases=[arrays.get(f"layer {l} bias") for l in range(len(names))], activations=names)  # noqa: E741


def _examples(header: Header, arrays: Arrays, axes: Axes, data: Any) -> Examples:
    if (header["recipe"]["source"] or {}).get("in_pieces") is not None:
        return _in_pieces(header, arrays, data)
    inside = "input" in arrays
    x, goal, unseen_input, unseen_goal = (arrays[name] for name in EXAMPLES) if inside else _given(data, axes)
    if any(array.ndim != 2 for array in (x, goal, unseen_input, unseen_goal)):
        raise ValueError("its examples are no tables")
    x, unseen_input = held(x), held(unseen_input)
    (n, d), k, m = x.shape, goal.shape[1], len(unseen_input)
    if len(goal) != n or unseen_input.shape != (m, d) or unseen_goal.shape != (m, k):
        raise ValueError(f"its examples have the shapes {', '.join(str(arrays[name].shape) for name in EXAMPLES)}")
    examples = Examples(x, goal, unseen_input, unseen_goal, None)
    if examples.fingerprint != header["fingerprint"]:
        if inside:
            raise ValueError("its examples have another fingerprint than it says")
        raise OtherExamples("the examples are not those that the run was made with (their fingerprint differs)")
    recipe = header["recipe"]
    scaling, goal_scaling = _scalings(recipe, d, k)
    classes = _classes(recipe.get("classes"), goal, unseen_goal)
    goals = 1 if classes is not None else k
    source = (
        None
        if recipe["source"] is None
        else _source(recipe["source"], as_method(recipe.get("method", "steps")).rows or n, m if inside else None, d, goals)
    )
    names = names_of(recipe.get("names"), d)
    return replace(examples, source=source, scaling=scaling, goal_scaling=goal_scaling, classes=classes, names=names)


def _in_pieces(header: Header, arrays: Arrays, data: Any) -> Examples:
    """Examples whose rows are read as they are needed, now as then; those with moments in their place are in the file."""
    kept, digests = header["recipe"], header.get("pieces", [])
    source = Source.from_dict(kept["source"])
    _refuse_other_types(source, ("seen_rows", "unseen_rows"))
    source.refuse_misfit()
    of = source.in_pieces
    assert of is not None
    of.refuse_misfit()
    if digests and (len(digests) != len(of.rows) or not all(isinstance(digest, str) for digest in digests)):
        raise ValueError("its fingerprints are not those of its pieces")
    notes = header.get("notes", list(source.notes))
    if not isinstance(notes, list) or not all(isinstance(line, str) for line in notes):
        raise ValueError("its notes are no text")
    source = replace(source, notes=tuple(notes))
    if source.path is None and data is None:
        raise OtherExamples(f"the rows were read from {source.where}; give it again: ns.load(path, data=…)")
    scaling, goal_scaling = _scalings(kept, len(source.inputs), of.outputs)
    classes = None if kept.get("classes") is None else classes_of("goal", [], kept["classes"])
    memory = as_memory(kept.get("memory", "auto"))
    budget = memory if isinstance(memory, int) else math.inf
    examples = streaming.reopened(source, data, scaling, goal_scaling, classes, budget, digests)
    if "input" not in arrays:
        return examples
    examples = examples.with_seen(arrays["input"], arrays["goal"])
    if examples.fingerprint != header["fingerprint"]:
        raise ValueError("its examples have another fingerprint than it says")
    return examples


def _classes(kept: Any, *goals: Floats) -> Classes | None:
    """The classes that goals stand for, which then are zeros and ones."""
    if kept is None:
        return None
    classes = classes_of("goal", [], kept)
    for goal in goals:
        k = goal.shape[1]
        if (
            k != (1 if len(classes) == 2 and k == 1 else len(classes))
            or coded(decoded(goal, classes), classes, k).tobytes() != goal.tobytes()
        ):
            raise ValueError(f"its goals are not of its {len(classes)} classes")
    return classes


def _scalings(recipe: Header, d: int, k: int) -> tuple[Scaling | None, Scaling | None]:
    """Of inputs and goals; a file of an older version has them beside the table that they came from."""
    source = recipe["source"] or {}
    told = recipe.get("scaling", source.get("scaling"))
    of_inputs = {name: value for name, value in (told or {}).items() if name != "goal"}
    of_goals = (told or {}).get("goal", source.get("goal_scaling"))
    return as_scaling(of_inputs, d) if of_inputs else None, None if of_goals is None else as_scaling(of_goals, k)


def _given(data: Any, axes: Axes) -> tuple[NDArray[Any], ...]:
    """Examples handed in: a table or a column each."""
    if data is None:
        raise OtherExamples("the examples were too large to go into the file; give them: ns.load(path, data=(input, goal))")
    try:
        x, goal = (as_floats(name, value, narrow=name in NARROW) for name, value in zip(("input", "goal"), data, strict=True))
        x = x.reshape(len(x), math.prod(x.shape[1:]))
        goal = goal.reshape(len(x), math.prod(goal.shape[1:])) if axes.outputs or goal.ndim == 1 else goal
        return x, goal, np.empty((0, x.shape[1])), np.empty((0, goal.shape[1]))
    except (TypeError, ValueError, IndexError) as error:
        raise OtherExamples(f"data is not the pair (input, goal) that the run was made with: {error}") from error


def _source(kept: Mapping[str, Any], n: int, m: int | None, d: int, k: int) -> Source:
    """Where n examples and m unseen ones (None: not known) of d inputs and k goals came from."""
    source = Source.from_dict({name: value for name, value in kept.items() if name not in ("scaling", "goal_scaling")})
    _refuse_other_types(source, ("seen_rows", "unseen_rows"))
    source.refuse_misfit()
    m = len(source.unseen_rows) if m is None else m
    counts = len(source.inputs), len(source.goals), source.seen_rows.shape, source.unseen_rows.shape
    if counts != (d, k, (n,), (m,)) or (source.one_goal and k > 1):
        raise ValueError("its table is not the one of its examples")
    return source


def descent_of(recipe: Recipe, header: Header, arrays: Arrays, rows: Sequence[tuple[int, bytes]]) -> Descent:
    """Where a run stands; `rows` are its checkpoints, a step and a state each."""
    if "place" not in header:
        return Descent.start(recipe)
    place, length = header["place"], recipe.problem.state_length
    least = {"last_moved": -1, "last_changed": -1, "power": 1, "spacing": 1}
    cursor = Cursor(**{name: whole(name, place[name], least=least.get(name, 0)) for name in PLACE})
    step, spacing, kept = cursor.step, cursor.spacing, cursor.kept
    fits = -(-step // spacing) <= kept <= step // spacing + 1 and max(cursor.last_moved, cursor.last_changed) < step
    if not fits or [at for at, _ in rows] != [i * spacing for i in range(len(rows))] or len(rows) != kept:
        raise ValueError("its checkpoints do not fit where it stands")
    if any(not isinstance(state, bytes) or len(state) != 8 * length for _, state in rows):
        raise ValueError("its checkpoints do not fit its recipe")
    states = Checkpoints.empty(recipe.problem).states
    if kept:
        states = np.frombuffer(b"".join(state for _, state in rows)).reshape(kept, length).copy()
    state, saved = _flat("state", arrays, length), _flat("saved", arrays, length)
    if recipe.schedule is not None and len(recipe.schedule.values) < step:
        raise ValueError("it has fewer alphas than steps")
    diverged = (header.get("ending") or {}).get("name") == Ending.DIVERGED.name
    if not np.isfinite(states[:kept]).all() or not (diverged or np.isfinite(state).all()):
        raise ValueError("a state of it is not finite")
    cursor.capacity = len(states)
    watch = recipe.watch()
    if watch is not None:
        watch.restore(place["watch"])
    seconds = number("seconds", place["seconds"], least=0.0)
    return Descent(recipe, cursor, state, saved, Checkpoints(states, spacing), seconds, watch)


def run_of(descent: Descent, ended: Header | None) -> Run:
    """The run as far as it is kept; INTERRUPTED where it has no ending."""
    recipe, cursor, last = descent.recipe, descent.cursor, descent.cursor.step
    checkpoints = Checkpoints(descent.checkpoints.states[: cursor.kept], cursor.spacing)
    replay = Replay(recipe, checkpoints, last, descent.state, cursor.last_moved, cursor.last_changed)
    if ended is None:
        return Run(recipe, Ending.INTERRUPTED, last, last, None, None, replay, descent.seconds)
    ending, steps = Ending[ended["name"]], whole("steps", ended["steps"])
    if ended["repeats"] is not None:
        first, period = ended["repeats"]
        replay.cycle = Cycle(whole("cycle", first), whole("period", period, least=1))
    still, goes_on = ending is Ending.SETTLED, ending in (Ending.SETTLED, Ending.CYCLING)
    replay.settled = still and replay.cycle is None
    settled_after = cursor.last_moved + 1 if still else None
    computed = last if settled_after is None else settled_after
    told, asked = last, recipe.asked_steps
    if goes_on:
        told = asked if asked is not None else last if replay.cycle is None else sum(replay.cycle)
    fits = (
        steps == told
        and [ended[name] for name in ("settled", "settled_after", "computed")] == [replay.settled, settled_after, computed]
        and (replay.cycle is None or (goes_on and sum(replay.cycle) <= last))
        and (ending is not Ending.CYCLING or replay.cycle is not None)
    )
    if not fits:
        raise ValueError(f"its ending, {ending.name} after {steps} steps, does not fit where it stands")
    cycle = replay.cycle if ending is Ending.CYCLING else None
    gone = None if ended.get("gone") is None else whole("gone", ended["gone"], least=last)
    return Run(recipe, ending, steps, computed, settled_after, cycle, replay, descent.seconds, gone, descent.watch)


# ---- a run that was observed ----


def refuse_misfit_records(run: Recorded) -> None:
    """Raise ValueError or TypeError where records, layers and their columns do not fit together."""
    for told in (*run.layers, *run.bends, *([] if run.trouble is None else [run.trouble]), run.facts):
        _refuse_other_types(told)
    whole("stride", run.stride, least=1)
    steps = [record.step for record in run.records]
    if steps != sorted(set(steps)) or (steps and not 0 <= steps[0] <= steps[-1] <= run.steps):
        raise ValueError("its records are not in the order of its steps")
    at = [] if run.trouble is None or run.trouble.layer is None else [run.trouble.layer]
    if any(not 0 <= layer < len(run.layers) for layer in at) or any(len(b.shares) != len(run.layers) + 1 for b in run.bends):
        raise ValueError("it tells of layers that it does not have")
    if not isinstance(run.optimizer.get("name"), str):
        raise TypeError("its optimizer has no name")
    for l, layer in enumerate(run.layers):  # noqa: E741
        of_layer = [record.layers[l] for record in run.records]
        for columns in of_layer:
            _refuse_misfit_columns(layer, columns)
        if len({columns["input"].shape[1] for columns in of_layer if "input" in columns}) > 1:
            raise ValueError(f"layer {layer.name!r} has more inputs at one step than at another")


def _refuse_misfit_columns(layer: RecordedLayer, columns: Arrays) -> None:
    k = len(layer.shown)
    in_order = list(layer.shown) == sorted(set(layer.shown))
    if layer.inputs < 1 or not in_order or not all(0 <= node < layer.nodes for node in layer.shown):
        raise ValueError(f"layer {layer.name!r} does not have the nodes that it shows")
    for name, column in columns.items():
        if name in _OF_WEIGHTS or name in _OF_BIASES:
            fits = column.shape == ((k, layer.inputs) if name in _OF_WEIGHTS else (k,))
        else:
            fits = column.ndim == 2 and (name == "input" or column.shape[1] == k)
        if not fits or column.dtype.kind != "f":
            raise ValueError(f"{name} of layer {layer.name!r} is of shape {column.shape} and {column.dtype}")


def _refuse_other_types(told: Any, but: Sequence[str] = ()) -> None:
    """Raise TypeError where a field of a dataclass is not what it is declared to be."""
    for name, kind in get_type_hints(type(told)).items():
        if name not in but and not _is(getattr(told, name), kind):
            raise TypeError(f"{name} is {getattr(told, name)!r:.60}")


def _is(value: Any, kind: Any) -> bool:
    of = get_args(kind)
    if get_origin(kind) is UnionType:
        return any(_is(value, one) for one in of)
    if get_origin(kind) is tuple:
        kinds = of[:1] * len(value) if isinstance(value, tuple) and Ellipsis in of else of
        return isinstance(value, tuple) and len(value) == len(kinds) and all(map(_is, value, kinds))
    if get_origin(kind) is list:
        return isinstance(value, list) and all(_is(each, of[0]) for each in value)
    if get_origin(kind) is dict:
        return isinstance(value, dict) and all(_is(key, of[0]) and _is(each, of[1]) for key, each in value.items())
    if isinstance(kind, type) and is_dataclass(kind):
        return isinstance(value, kind) and all(_is(getattr(value, name), of) for name, of in get_type_hints(kind).items())
    if kind in (int, float):
        return type(value) is kind or (type(value) is int and -(2**63) <= value < 2**63)
    return isinstance(value, kind)
