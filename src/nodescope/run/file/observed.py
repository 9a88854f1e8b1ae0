"""An observed run in the run file: its facts in `header`, the columns of its records in `array`."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from numpy.typing import NDArray

from nodescope.run.ending import Ending
from nodescope.run.facts import facts_from
from nodescope.run.recorded import COLUMNS, Curvature, Record, Recorded, RecordedLayer, Trouble

Arrays = Mapping[str, NDArray[Any]]


def header_of(run: Recorded) -> dict[str, Any]:
    """Everything but the columns, as plain values."""
    return {
        "program": run.program,
        "optimizer": run.optimizer,
        "layers": [asdict(layer) for layer in run.layers],
        "losses": run.losses,
        "records": [[record.step, record.alpha, record.loss] for record in run.records],
        "stride": run.stride,
        "ending": run.ending.name,
        "notes": run.notes,
        "bends": [asdict(bend) for bend in run.bends],
        "trouble": None if run.trouble is None else asdict(run.trouble),
        "facts": asdict(run.facts),
    }


def columns_of(run: Recorded) -> dict[str, NDArray[Any]]:
    """The columns of all records, by name."""
    return {
        _name(i, number, name): column
        for i, record in enumerate(run.records)
        for number, layer in enumerate(record.layers)
        for name, column in layer.items()
    }


def recorded_from(header: Mapping[str, Any], arrays: Arrays) -> Recorded:
    """The run that `header_of` and `columns_of` described; KeyError, TypeError or ValueError where they do not fit together."""
    layers = tuple(
        RecordedLayer(**{**layer, "shown": tuple(layer["shown"]), "gates": tuple(layer.get("gates", ()))})
        for layer in header["layers"]
    )
    trouble = header["trouble"]
    if trouble is not None:
        trouble = Trouble(**{**trouble, "operands": tuple((str(name), float(value)) for name, value in trouble["operands"])})
    records = []
    for i, (step, alpha, loss) in enumerate(header["records"]):
        seen = tuple(
            {name: arrays[_name(i, number, name)] for name in COLUMNS if _name(i, number, name) in arrays}
            for number in range(len(layers))
        )
        records.append(Record(int(step), float(alpha), float(loss), seen))
    return Recorded(
        str(header["program"]), dict(header["optimizer"]), layers, [float(loss) for loss in header["losses"]], records,
        int(header["stride"]), Ending[header["ending"]], [str(note) for note in header["notes"]],
        [Curvature(**{**bend, "shares": tuple(bend["shares"])}) for bend in header["bends"]], trouble,
        facts_from(header.get("facts", {})),
    )  # fmt: skip


def _name(record: int, layer: int, column: str) -> str:
    return f"record {record} layer {layer} {column}"
