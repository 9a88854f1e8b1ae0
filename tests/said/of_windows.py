"""Numbers of some steps of runs of every kind: windows with a stride, of layers, as flat columns and as single steps."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from said.documents import given
from said.of_making import CLASSES, TWO
from said.runs import SETTINGS

import nodescope as ns

Made = tuple[str, Callable[[], Any]]
RUNS: dict[str, dict[str, Any]] = SETTINGS | {
    "two nodes, batches": TWO | {"batch": 4, "bias": True, "steps": 7}, "classes": CLASSES | {"steps": 9},
    "three classes in layers": CLASSES | {"goal": [0, 1, 2] * 2, "network": [2, 3, 3], "batch": 4, "steps": 5},
    "adam, bias": TWO | {"rule": "adam", "bias": True, "batch": "all"},
    "penalty on a bias": TWO | {"penalty": {"l1": 0.1, "bias": True}, "bias": True},
    "schedule": TWO | {"alpha": [0.1, 0.2, 0.3, 0.4]},
}  # fmt: skip
SLICES = (slice(0, 2), slice(1, 9, 3), slice(-2, None), slice(3, 1), slice(2, None, 300))


def windows() -> Iterator[Made]:
    for name, keywords in RUNS.items():
        yield f"made: windows, {name}", partial(of_run, keywords)


def of_run(keywords: dict[str, Any]) -> Any:
    run = ns.descend(**keywords)
    told: dict[str, Any] = {}
    for part in SLICES:
        window = run.trace[part]
        told[f"{part.start} {part.stop} {part.step}"] = {
            "rows": [window.start, window.stop, len(window), len(window.layers)], "columns": given(window.read),
            "flat": given(lambda w=window: {name: column[:1] for name, column in list(w.flat().items())[-12:]}),
        }  # fmt: skip
    first = run.trace[min(3, run.steps - 1)]
    told["of the first layer"] = given(lambda: run.trace[1:3].of_layer(0).read())
    told["a step"] = {"number": first.number, "layer": first.layer, "columns": list(first.columns), "numbers": given(first.as_dict)}
    told["its layers"] = [[layer.layer, given(layer.as_dict)] for layer in first.layers]
    told["refused"] = [
        given(lambda w=w: w()) for w in (lambda: run.trace[0:2]["weigth"], lambda: run.trace[::-1], lambda: first["weigth"])
    ]
    return told
