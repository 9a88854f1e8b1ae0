"""The core's curvature of what the steps make smaller (curvature.h); its meaning is `theory/network.py` and `theory/sharpness.py`.

It is the page's: Python's own goes through many examples at once. A law holds the two together.
"""

import ctypes
from typing import Any

import numpy as np

from nodescope.arithmetic.native import Array, NativeProblem
from nodescope.arithmetic.problem import Floats, refuse_misfit


class Curving:
    """A problem's curvature at given weights, over all its examples.

    Parameters
    ----------
    library : ctypes.CDLL
    native : NativeProblem
    weights : float64, flat
    """

    def __init__(self, library: ctypes.CDLL, native: NativeProblem, weights: Floats) -> None:
        struct = ctypes.c_void_p
        array: Any = Array
        self.library, self.native, self.weights = library, native, weights
        library.ns_curvature_scratch.argtypes = [struct]
        library.ns_curvature_scratch.restype = ctypes.c_int64
        library.ns_curvature_times.argtypes = [struct, array, array, array, array]
        library.ns_curvature_times.restype = None
        for of_weights in (library.ns_sharpness, library.ns_steepest):
            of_weights.argtypes = [struct, array, array]
            of_weights.restype = ctypes.c_double

    @property
    def _asked(self) -> Any:
        return ctypes.byref(self.native)

    def _scratch(self) -> Floats:
        return np.empty(self.library.ns_curvature_scratch(self._asked))

    def times(self, direction: Floats) -> Floats:
        """The Hessian times a direction, frozen weights left out: `Surface.hessian_times`."""
        direction, found = np.ascontiguousarray(direction), np.empty(len(self.weights))
        refuse_misfit("direction", direction, len(self.weights))
        self.library.ns_curvature_times(self._asked, self.weights, direction, found, self._scratch())
        return found

    def sharpness(self) -> float:
        """Its largest eigenvalue, where weights have alphas of their own of the Hessian by their roots: `sharpness`."""
        return float(self.library.ns_sharpness(self._asked, self.weights, self._scratch()))

    def steepest(self) -> float:
        """What that is at most where a step sees one example: `steepest_example`."""
        return float(self.library.ns_steepest(self._asked, self.weights, self._scratch()))
