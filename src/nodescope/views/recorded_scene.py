"""The document of a run that was observed: the page cannot make its numbers again, so it gets those that were recorded.

Too many records become evenly fewer, until they fit; the last one stays, and the one of the trouble. Each number keeps its bits:
columns are little-endian doubles in base64. Somebody's words come without characters that a terminal or a line would obey.
"""

import base64
from typing import Any

import numpy as np

from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.errors import InputError
from nodescope.run.recorded import Record, Recorded, RecordedLayer
from nodescope.run.tabular import Column
from nodescope.views.numbers import plain_text
from nodescope.views.values import plain

MOST_NUMBERS = 2_000_000
"""A page gets about so many numbers of all records: 21 MB."""
A_COLUMN = 8
"""A column takes the room of so many numbers beside its own."""
EXAMPLES = 8
"""A page shows the inputs of so many examples; of sums, predictions and deltas it has all rows."""
MOST_LOSSES, STRETCHES = 4_000, 1_000
"""A page gets so many losses one by one; of more, lowest and highest of about so many stretches."""


def scene_of_recorded(run: Recorded, diagnosis: Diagnosis | None = None) -> dict[str, Any]:
    """The document of an observed run, ready for JSON.

    Raises
    ------
    InputError
        A record with more numbers than a page can hold.
    """
    judged = diagnosis or diagnose(run)
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
        "layers": [_layer(layer) for layer in run.layers],
        "steps": run.steps,
        "trouble": None if run.trouble is None else {"step": run.trouble.step, "text": plain_text(run.trouble.text)},
        "losses": _losses(run),
        "stride": run.stride,
        "recorded": len(run.records),
        "records": [_record(record) for record in _those_that_fit(run)],
    }
    result: dict[str, Any] = plain(document)
    return result


def _title(run: Recorded) -> str:
    counts = ((len(run.layers), "layer"), (sum(layer.nodes for layer in run.layers), "node"))
    told = ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
    return plain_text(f"observed in {run.program}: {told}")


def _layer(layer: RecordedLayer) -> dict[str, Any]:
    words = {name: plain_text(getattr(layer, name)) for name in ("name", "kind", "activation", "kept_from")}
    return words | {"inputs": layer.inputs, "nodes": layer.nodes, "shown": layer.shown}


def _column(numbers: Any) -> dict[str, Any]:
    array = np.asarray(numbers)
    return {"shape": array.shape, "numbers": base64.b64encode(array.astype("<f8").tobytes()).decode()}


def _record(record: Record) -> dict[str, Any]:
    layers = [{name: _column(_shown(name, numbers)) for name, numbers in layer.items()} for layer in record.layers]
    return {"step": record.step, "loss": record.loss, "alpha": record.alpha, "layers": layers}


def _shown(name: str, numbers: Column) -> Column:
    return numbers[:EXAMPLES] if name == "input" else numbers


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
    for every in range(1, len(sizes)):
        places = sorted({*range(0, len(sizes), every), *telling})
        if sizes[places].sum() <= MOST_NUMBERS:
            return [run.records[place] for place in places]
    if sizes[telling[0]] > MOST_NUMBERS:
        raise InputError(
            f"one recorded step has about {sizes[telling[0]]:,} numbers; a page holds at most {MOST_NUMBERS:,}: "
            "observe fewer nodes (observe(…, nodes=…)); run.trace has all of them"
        )
    return [run.records[telling[0]]]


def _room(record: Record) -> int:
    return sum(_shown(name, column).size + A_COLUMN for layer in record.layers for name, column in layer.items())


def _telling(run: Recorded) -> list[int]:
    """Places of the last record before or at the trouble, and of the last."""
    last = len(run.records) - 1
    if run.trouble is None:
        return [last]
    before = [place for place, record in enumerate(run.records) if record.step <= run.trouble.step]
    return [before[-1] if before else 0, last]
