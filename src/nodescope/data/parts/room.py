"""Memory for pieces, used again: fresh memory is cleared by the system first, which takes as long as writing it."""

import weakref

import numpy as np

from nodescope.data.columns import Floats


class _Lent:
    """Some memory in use: each array that looks into it, and each view of one, holds this."""

    def __init__(self, memory: Floats) -> None:
        self.memory = memory
        self.__array_interface__ = memory.__array_interface__


class Room:
    """What was lent once and nobody looks into any more is lent again; where none of it is large enough, the rest goes."""

    def __init__(self) -> None:
        self._lent: list[tuple[Floats, weakref.ref[_Lent]]] = []

    def __call__(self, count: int) -> Floats:
        """So many numbers, whatever they are."""
        memory = next((memory for memory, lent in self._lent if lent() is None and memory.size >= count), None)
        if memory is None:
            self._lent = [(held, lent) for held, lent in self._lent if lent() is not None]
            memory = np.empty(count)
        else:
            self._lent = [(held, lent) for held, lent in self._lent if held is not memory]
        made = _Lent(memory[:count])
        self._lent.append((memory, weakref.ref(made)))
        return np.asarray(made)
