"""The triangle R of rows that come in parts, XᵀX = RᵀR: leaves of rows, counted from the first one, merged in a binary tree.

The bits do not know in what parts the rows came, nor who made them: the reflections are the core's, in one order (`triangle.py`).
"""

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats

LEAF = 1024


class Triangles:
    """The triangle of rows that come in parts.

    Parameters
    ----------
    columns : int
    """

    def __init__(self, columns: int) -> None:
        self.rows = 0
        self._leaf = np.empty((LEAF, columns))
        self._merged: list[tuple[int, Floats]] = []
        """Triangles with their heights in the tree, each higher than the next."""

    def add(self, rows: Floats) -> None:
        """The next rows, (m, columns)."""
        start = 0
        while start < len(rows):
            at = self.rows % LEAF
            part = rows[start : start + LEAF - at]
            self._leaf[at : at + len(part)] = part
            self.rows, start = self.rows + len(part), start + len(part)
            if self.rows % LEAF == 0:
                self._merge(engine().triangle(self._leaf))

    def join(self, later: "Triangles") -> None:
        """The next rows, whose triangles somebody else has made: 2^h leaves after a multiple of so many, or fewer at the end."""
        for height, triangle in later._merged:
            self._merge(triangle, height)
        rest = later.rows % LEAF
        self._leaf[:rest] = later._leaf[:rest]
        self.rows += later.rows

    def _merge(self, triangle: Floats, height: int = 0) -> None:
        while self._merged and self._merged[-1][0] == height:
            triangle = engine().triangle(triangle, self._merged.pop()[1])
            height += 1
        self._merged.append((height, triangle))

    def whole(self) -> Floats:
        """Of all rows so far: the last leaf, short or not, under the one before, and so on up."""
        triangle = engine().triangle(self._leaf[: self.rows % LEAF])
        for _, earlier in reversed(self._merged):
            triangle = engine().triangle(triangle, earlier)
        return triangle
