"""A network at one step: its nodes as cards in columns with their predictions and deltas, edges by weight."""

from collections.abc import Iterator

import numpy as np

from nodescope.run.run import Run
from nodescope.views.picture.marks import Mark, Words, box, polyline
from nodescope.views.picture.texts import text_of

WIDTH, HIGH = 780.0, 560.0
SHOWN = 10
"""So many nodes of a layer are drawn, the first ones; how many more there are is told."""
_CARD, _TOP = 92.0, 40.0

Values = list[float]


def layers(run: Run, step: int) -> tuple[list[Mark], float]:
    """The marks, for the first example of the step, and how far down they reach."""
    shown, recipe = run.trace[step], run.recipe
    inputs = np.reshape(shown["input"], (-1, recipe.d))[0]
    columns: list[tuple[str, Values, Values | None]] = [("inputs", inputs.tolist(), None)]
    weights = []
    depth = len(recipe.problem.layers)
    for number in range(depth):
        layer = shown.of_layer(number)
        nodes = len(layer["weight"])
        prediction, delta = (np.reshape(layer[name], (-1, nodes))[0].tolist() for name in ("prediction", "delta"))
        last = number == depth - 1
        columns.append(("output" if last else f"layer {number}", prediction, delta))
        weights.append(layer["weight"])
    example = int(np.ravel(shown["example"])[0])
    said = (
        f"Example {example}: predictions above, deltas below; the wider a line, the larger its weight, dashed where it is negative."
    )
    return [*_edges(columns, weights), *_nodes(columns), Words(said, 0, HIGH + 24, "soft", 14)], HIGH + 40


def _place(columns: list[tuple[str, Values, Values | None]], column: int, i: int) -> tuple[float, float]:
    nodes = min(SHOWN, len(columns[column][1]))
    return _CARD / 2 + column * (WIDTH - _CARD) / (len(columns) - 1), _TOP + (i + 0.5) * (HIGH - _TOP) / nodes


def _edges(columns: list[tuple[str, Values, Values | None]], weights: list[np.ndarray]) -> Iterator[Mark]:
    sizes = [np.abs(block[:SHOWN, :SHOWN]) for block in weights]
    largest = max((float(size[np.isfinite(size)].max(initial=0.0)) for size in sizes), default=0.0) or 1.0
    for layer, block in enumerate(weights):
        for j, i in np.ndindex(sizes[layer].shape):
            (x, y), (to, down) = _place(columns, layer, i), _place(columns, layer + 1, j)
            part = sizes[layer][j, i] / largest
            kind = "thick" if part > 0.66 else "line" if part > 0.33 else "thin"
            negative = block[j, i] < 0
            style = "rule thin" if part < 0.1 else f"w {'thin' if negative and kind == 'thick' else kind}"
            yield polyline([(x + _CARD / 2, y), (to - _CARD / 2, down)], f"{style} dashed" if negative and part >= 0.1 else style)


def _nodes(columns: list[tuple[str, Values, Values | None]]) -> Iterator[Mark]:
    for column, (name, predictions, deltas) in enumerate(columns):
        more = len(predictions) - SHOWN
        x = _place(columns, column, 0)[0]
        yield Words(name + (f", {more:,} more" if more > 0 else ""), x, 20, "soft", 14, "middle")
        for i, prediction in enumerate(predictions[:SHOWN]):
            y = _place(columns, column, i)[1]
            high = 40 if deltas else 26
            yield box(x - _CARD / 2, y - high / 2, _CARD, high, "go box", 7)
            yield Words(text_of(prediction, 3), x, y - 3 if deltas else y + 5, "go", 14, "middle", value=prediction)
            if deltas:
                yield Words(text_of(deltas[i], 3), x, y + 14, "fix", 14, "middle", value=deltas[i])
