"""The document of a run that was observed: the page cannot make its numbers again, so it gets those that were recorded.

Too many records become evenly fewer, until they fit; the last one stays, and the one of the trouble. Each number keeps its bits:
columns are little-endian doubles in base64, or of single precision where the training had no more. Somebody's words come
without characters that a terminal or a line would obey.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.errors import InputError
from nodescope.run.recorded import Record, Recorded, RecordedLayer
from nodescope.run.tabular import Column
from nodescope.views.numbers import plain_text
from nodescope.views.values import plain

MOST_NUMBERS, FEW_NUMBERS = 400_000, 12_000
"""A page gets the room of about so many doubles of all records, 4.3 MB; an eighth of a megabyte where that holds `LEAST` of
them."""
LEAST = 12
"""So many records of a large model are to fit: fewer nodes of each layer are shown for it."""
LEAST_NODES = 4
ALONE = 5
"""Times as many where one record alone is more."""
A_COLUMN = 8
"""A column takes the room of so many doubles beside its own."""
EXAMPLES, ROWS = 8, 16
"""A page shows the inputs of so many examples, and so many rows of sums, predictions and deltas."""
OF_NODES = ("sum", "prediction", "delta")
MOST_LOSSES, STRETCHES = 4_000, 1_000
"""A page gets so many losses one by one; of more, lowest and highest of about so many stretches."""


def scene_of_recorded(run: Recorded, diagnosis: Diagnosis | None = None) -> dict[str, Any]:
    """The document of an observed run, ready for JSON.

    Raises
    ------
    InputError
        A record with more numbers than a page can hold.
    """
    judged, fewer = diagnosis or diagnose(run), _with_fewer_nodes(run)
    document = {
        "format": 1,
        "kind": "recorded",
        "title": _title(run),
        "program": plain_text(run.program),
        "optimizer": plain_text(run.optimizer_told),
        "sentence": plain_text(run.sentence),
        "headline": plain_text(judged.headline),
        "verdict": plain_text(judged.verdict),
        "findings": [
            {"name": f.name, "severity": f.severity, "text": plain_text(f.text), "remedy": plain_text(f.remedy), "step": f.step}
            for f in judged.findings
        ],
        "notes": [plain_text(note) for note in run.notes],
        "layers": [_layer(layer) for layer in fewer.layers],
        "steps": run.steps,
        "trouble": _trouble(run),
        "losses": _losses(run),
        "stride": run.stride,
        "went": _went(run),
        "recorded": len(run.records),
        "records": [_record(record) for record in _those_that_fit(fewer)],
    }
    result: dict[str, Any] = plain(document)
    return result


def _title(run: Recorded) -> str:
    counts = ((len(run.layers), "layer"), (sum(layer.nodes for layer in run.layers), "node"))
    told = ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
    return plain_text(f"observed in {run.program}: {told}")


def _trouble(run: Recorded) -> dict[str, Any] | None:
    if run.trouble is None:
        return None
    step, layer, where, text = run.trouble.step, run.trouble.layer, run.trouble.where, run.trouble.text
    return {"step": step, "layer": layer, "where": plain_text(where), "text": plain_text(text)}


def _layer(layer: RecordedLayer) -> dict[str, Any]:
    words = {name: plain_text(getattr(layer, name)) for name in ("name", "kind", "activation", "kept_from")}
    gates = {"gates": [plain_text(gate) for gate in layer.gates]} if layer.gates else {}
    return words | {"inputs": layer.inputs, "nodes": layer.nodes, "shown": layer.shown} | gates


def _column(numbers: Any) -> dict[str, Any]:
    array = np.asarray(numbers)
    single = array.dtype.kind == "f" and array.dtype.itemsize <= 4
    told = {"shape": array.shape, "numbers": base64.b64encode(array.astype("<f4" if single else "<f8").tobytes()).decode()}
    return told | ({"single": True} if single else {})


def _went(run: Recorded) -> dict[str, Any]:
    """What went on in each layer at every recorded step, in three numbers (records, 3); NaN where it was not seen."""
    layers = [
        _column(np.array([_sizes(layer, record.layers[at]) for record in run.records]).reshape(-1, 3))
        for at, layer in enumerate(run.layers)
    ]
    return {"step": [record.step for record in run.records], "layers": layers}


def _sizes(layer: RecordedLayer, seen: Mapping[str, Column]) -> list[float]:
    """Root mean square of the deltas; the largest alpha delta ÷ the largest weight; the part of relu nodes that are off."""
    delta, moved, weight, given = (np.abs(seen[name]) if name in seen else None for name in _SIZED)
    with np.errstate(all="ignore"):
        rms = math.nan if delta is None or not delta.size else _rms(delta.astype(np.float64))
        both = moved is not None and weight is not None and moved.size > 0 and weight.size > 0
        share = float(moved.max() / weight.max()) if both and moved is not None and weight is not None else math.nan
        relu = layer.activation == "relu" and given is not None and given.size > 0
        return [rms, share, float((given == 0).all(axis=0).mean()) if relu and given is not None else math.nan]


_SIZED = ("delta", "alpha_delta", "weight", "prediction")


def _rms(sizes: Any) -> float:
    """Of numbers divided by the largest of them: squares of large or small ones would leave what a double can hold."""
    largest = float(sizes.max())
    if not math.isfinite(largest) or largest == 0:
        return largest
    return largest * math.sqrt(float(np.mean((sizes / largest) ** 2)))


def _record(record: Record) -> dict[str, Any]:
    layers = [{name: _column(_shown(name, numbers)) for name, numbers in layer.items()} for layer in record.layers]
    return {"step": record.step, "loss": record.loss, "alpha": record.alpha, "layers": layers}


def _shown(name: str, numbers: Column) -> Column:
    return numbers[:EXAMPLES] if name == "input" else numbers[:ROWS] if name in OF_NODES else numbers


def _with_fewer_nodes(run: Recorded) -> Recorded:
    """The run, or of a large model one with every second, fourth, … of the nodes that were kept."""
    largest, every = max((_room(record) for record in run.records), default=0), 1
    most = max((len(layer.shown) for layer in run.layers), default=0)
    while LEAST * largest // every > MOST_NUMBERS and most // (2 * every) >= LEAST_NODES:
        every *= 2
    if every == 1:
        return run
    node = None if run.trouble is None else run.trouble.node
    places = [
        [i for i, number in enumerate(layer.shown) if i % every == 0 or (at == _layer_of(run) and number == node)]
        for at, layer in enumerate(run.layers)
    ]
    layers = tuple(replace(each, shown=tuple(each.shown[i] for i in some)) for each, some in zip(run.layers, places, strict=True))
    return replace(run, layers=layers, records=[_fewer(record, places) for record in run.records])


def _layer_of(run: Recorded) -> int | None:
    return None if run.trouble is None else run.trouble.layer


def _fewer(record: Record, places: list[list[int]]) -> Record:
    layers = [
        {
            name: column if name == "input" else column[:, some] if name in OF_NODES else column[some]
            for name, column in layer.items()
        }
        for layer, some in zip(record.layers, places, strict=True)
    ]
    return replace(record, layers=tuple(layers))


def _losses(run: Recorded) -> dict[str, Any]:
    """Of every step, or lowest and highest of each stretch of them; the first, the last, and how many steps have none."""
    losses = np.array(run.losses, dtype=np.float64)
    ends = {"first": losses[0], "last": losses[-1]} if len(losses) else {"first": None, "last": None}
    told = ends | {"missing": int(np.isnan(losses).sum())}
    if len(losses) <= MOST_LOSSES:
        return told | {"stretch": 1, "low": _column(losses), "high": None}
    stretch = -(-len(losses) // STRETCHES)
    starts = np.arange(0, len(losses), stretch)
    low, high = (_column(kind.reduceat(losses, starts)) for kind in (np.fmin, np.fmax))
    return told | {"stretch": stretch, "low": low, "high": high}


def _those_that_fit(run: Recorded) -> list[Record]:
    """All records; every second, third, … with that of the trouble and the last; or the one that tells most, alone."""
    if not run.records:
        return []
    sizes, telling = np.array([_room(record) for record in run.records]), _telling(run)
    allowed = min(MOST_NUMBERS, max(FEW_NUMBERS, LEAST * int(sizes.max())))
    for every in range(1, len(sizes)):
        places = sorted({*range(0, len(sizes), every), *telling})
        if sizes[places].sum() <= allowed:
            return [run.records[place] for place in places]
    if sizes[telling[0]] > ALONE * MOST_NUMBERS:
        raise InputError(
            f"one recorded step has about {sizes[telling[0]]:,} numbers; a page holds at most {ALONE * MOST_NUMBERS:,}: "
            "observe fewer nodes (observe(…, nodes=…)); run.trace has all of them"
        )
    return [run.records[telling[0]]]


def _room(record: Record) -> int:
    return sum(_shown(name, column).nbytes // 8 + A_COLUMN for layer in record.layers for name, column in layer.items())


def _telling(run: Recorded) -> list[int]:
    """Places of the last record before or at the trouble, and of the last."""
    last = len(run.records) - 1
    if run.trouble is None:
        return [last]
    before = [place for place, record in enumerate(run.records) if record.step <= run.trouble.step]
    return [before[-1] if before else 0, last]
