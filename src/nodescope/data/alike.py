"""Inputs that say nothing, or nothing new: the same in every row, or the same as another; told of rows that come in blocks."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from nodescope.data.columns import Floats
from nodescope.data.fingerprint import fingerprint
from nodescope.data.names import listed_names

MOST_COMPARED = 2000
"""Of more inputs it is not asked which of them are alike."""
FEW = 1000
"""Rows after which hardly anything is left to compare."""
MOST_TOLD = 5
"""Repeats that are told."""


class Alike:
    """What blocks of rows, (rows, d), leave possible; after the first few hardly anything is left to compare."""

    def __init__(self) -> None:
        self.rows = 0
        self.first: Floats = np.empty(0)
        self.constant: list[int] = []
        self.groups: list[list[int]] = []
        """Of inputs that are equal so far, those with another."""

    def watching(self, blocks: Iterable[Floats]) -> Iterator[Floats]:
        """The same blocks, each looked at on its way; a second pass over them finds nothing new."""
        for block in blocks:
            self.look(block)
            yield block

    def look(self, block: Floats) -> None:
        """Rows more."""
        if len(block) == 0 or block.shape[1] > MOST_COMPARED:
            return
        if self.rows == 0:
            inputs = list(range(block.shape[1]))
            self.first, self.constant, self.groups = block[0].copy(), inputs, [inputs]
        self.rows += len(block)
        for some in (block[:FEW], block[FEW:]):
            self.constant = [j for j in self.constant if bool((some[:, j] == self.first[j]).all())]
            self.groups = [part for group in self.groups for part in _parted(group, some)]

    def told(self, names: Sequence[str]) -> list[str]:
        """In words, nothing where there is nothing to be told."""
        if self.rows < 2:
            return []
        told = []
        if self.constant:
            which = listed_names([names[j] for j in self.constant])
            told.append(f"the same in every row, so that nothing is learned from it: {which}")
        repeats = {j: group[0] for group in self.groups for j in group[1:] if j not in self.constant}
        pairs = [f"{names[j]!r:.60} repeats {names[repeats[j]]!r:.60}" for j in sorted(repeats)]
        return [*told, *(["; ".join(pairs[:MOST_TOLD])] if pairs else [])]


def _parted(group: Sequence[int], block: Floats) -> list[list[int]]:
    """Inputs that were equal, by what a block makes of them; who stands alone is left out."""
    parts: dict[str, list[int]] = {}
    for j in group:
        parts.setdefault(fingerprint(np.ascontiguousarray(block[:, j])), []).append(j)
    return [part for part in parts.values() if len(part) > 1]
