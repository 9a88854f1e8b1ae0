"""Small nodes that can be done by hand, and all that is told of a sheet of one."""

from typing import Any

import nodescope as ns

NODES: dict[str, dict[str, Any]] = {
    "w": {"weight": 0.4, "input": 2, "goal": 0.6, "alpha": 0.1},
    "two": {"weight": 0.5, "input": [1, 2], "goal": [1, 0], "alpha": 0.1, "batch": "all"},
    "in turn": {"weight": 0.5, "input": [1, 2], "goal": [1, 0], "alpha": 0.1},
    "bias": {"weight": 0.5, "bias": 0.25, "input": 2, "goal": 1, "alpha": 0.1},
    "heavy": {"weight": 0.4, "input": 2, "goal": 0.6, "alpha": 0.1, "rule": "momentum"},
    "outputs": {"weight": [[0.5], [0.25]], "input": [[1.0], [2.0]], "goal": [[1.0, 0.0], [0.0, 1.0]], "alpha": 0.1, "batch": "all"},
}  # fmt: skip
"""The first goes from w to 0.6 w + 0.12, the second to 0.75 w + 0.05."""


def said(node: str, text: str) -> dict[str, Any]:
    """All that is told of a sheet; its lines are parted by bars."""
    one = ns.grade(text.replace(" | ", "\n"), **NODES[node])
    told = {"says": str(one), "convention": one.convention, "rows": (one.agrees_until, one.rows), "mistakes": one.mistakes}
    wrong = one.first_wrong
    told |= {} if wrong is None else {"wrong": (wrong.row, wrong.column, wrong.printed, float(f"{wrong.expected:.9g}"))}
    return told | ({"slip": one.slip} if one.slip else {}) | ({"also": one.also} if one.also else {})
