"""The only file that knows the compiled library: it loads it, calls it, and falls back to the definition where it cannot.

``NODESCOPE_ENGINE=plain`` forces the plain Python engine, ``=compiled`` refuses to fall back. ``NODESCOPE_WIDTH`` is how many
doubles a register of the kernels may hold at most (2, 4 or 8; the bits are the same). ``NODESCOPE_THREADS``: `threads.py`.

Nothing reaches the library unchecked: the type, length and layout of every array, and every number that counts places in
one. What does not fit is a ValueError, whoever the caller is.

The library runs without the interpreter's lock, so whatever it reads or writes must live as long as the call, and belong to it
alone where it is written. Arrays are therefore handed over as arrays (`Array`), or as fields of a struct that holds them
(`Struct`); no line of this file has an address in its hands.
"""

import ctypes
import importlib.util
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic import threads
from nodescope.arithmetic.activations import Activation
from nodescope.arithmetic.native import (
    COLUMN_NAMES,
    SETTINGS,
    SPAN_NAMES,
    Array,
    NativeColumns,
    NativeLayer,
    NativeProblem,
    NativeSweep,
    NativeTeam,
    NativeWhere,
)
from nodescope.arithmetic.problem import FARTHEST, Columns, Cursor, Floats, Outcome, Problem, refuse_misfit
from nodescope.arithmetic.rows import streams
from nodescope.errors import NodescopeError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.arithmetic import curving, moved, streamed
    from nodescope.arithmetic import runs as swept_runs
    from nodescope.arithmetic import triangle as triangles
    from nodescope.arithmetic import walk as plain
    from nodescope.arithmetic.engines import Engine
else:
    curving = Later("nodescope.arithmetic.curving")
    moved = Later("nodescope.arithmetic.moved")
    plain = Later("nodescope.arithmetic.walk")
    streamed = Later("nodescope.arithmetic.streamed")
    swept_runs, triangles = Later("nodescope.arithmetic.runs"), Later("nodescope.arithmetic.triangle")

ENVIRONMENT = "NODESCOPE_ENGINE"
LIBRARY = "NODESCOPE_CORE"
"""This variable names another build of the library, for `make sanitize`."""
VERSION = 10
"""`NS_VERSION` of the core.h that this file is written for."""
WIDTH = "NODESCOPE_WIDTH"
WIDEST = 8
_LASTING = attrgetter(*(field.name for field in fields(Problem) if field.name != "native"))
"""The core's copy of a problem is made from these fields."""


def _library(path: str) -> ctypes.CDLL:
    """The library in a file; NodescopeError where it is none, or was compiled from another core.h and would read other fields."""
    again = "install nodescope again (in a checkout: pip install --editable .), or set NODESCOPE_ENGINE=plain to do without"
    try:
        library = ctypes.CDLL(path)
        version = getattr(library, "ns_version", lambda: 0)()
    except OSError as error:
        raise NodescopeError(f"the compiled core cannot be loaded ({error}): {again}") from error
    if version != VERSION:
        was = f"of version {version}" if version else "older than its versions"
        raise NodescopeError(f"the compiled core {path} is {was}, and this nodescope needs version {VERSION}: {again}")
    return library


class Compiled:
    """The C core, through its plain entry points."""

    name = "compiled"

    def __init__(self, path: str) -> None:
        library = _library(path)
        struct, whole = ctypes.c_void_p, ctypes.c_int64
        array: Any = Array
        self._walk = library.ns_walk
        self._walk.argtypes = [struct, struct, struct, whole]
        self._walk.restype = whole
        self._look = library.ns_look
        self._look.argtypes = [struct, struct, whole, whole, array]
        self._look.restype = whole
        self._take = library.ns_take
        self._take.argtypes = [struct, struct, struct, whole, whole]
        self._take.restype = whole
        self._predict = library.ns_predict
        self._predict.argtypes = [struct, array, array, whole, whole, array]
        self._predict.restype = None
        self._mse = library.ns_mse
        self._mse.argtypes = [struct, array, array, struct]
        self._mse.restype = ctypes.c_double
        self._scratch = library.ns_scratch
        self._room = library.ns_room
        self._help = library.ns_help
        self._help.argtypes = [struct, struct, whole]
        self._help.restype = None
        self._dismiss = library.ns_dismiss
        self._dismiss.argtypes = [struct]
        self._dismiss.restype = None
        self._activation = library.ns_activation
        self._activation.argtypes = [whole, whole, whole, array, array, array]
        self._activation.restype = None
        self._order = library.ns_order
        self._order.argtypes = [whole, ctypes.c_uint64, ctypes.c_uint64, whole, whole, array]
        self._order.restype = None
        self._sweep = library.ns_sweep_runs
        self._sweep.argtypes = [struct, whole, whole, array, array]
        self._sweep.restype = whole
        self._sweep_scratch = library.ns_sweep_scratch
        for rooms in (self._scratch, self._room, self._sweep_scratch):
            rooms.argtypes, rooms.restype = [struct], whole
        self._triangle = library.ns_triangle
        self._triangle.argtypes = [array, array, whole, whole, whole, array]
        self._triangle.restype = None
        self._directions = library.ns_directions
        self._directions.argtypes = [array, whole, whole]
        self._directions.restype = whole
        self._library = library
        self._is_ieee = library.ns_is_ieee
        self._is_ieee.argtypes = []
        self._is_ieee.restype = whole
        self._cap_width = library.ns_cap_width
        self._cap_width.argtypes = [whole]
        self._cap_width.restype = whole

    @property
    def _functions(self) -> "streamed.Functions":
        """What a walk over rows that are read as they are needed asks for."""
        return streamed.Functions(self.walk, self.predict, self.order, self.mover())

    def mover(self) -> "moved.Mover":
        return moved.InCore(self._library)

    def cap_width(self, doubles: int) -> int:
        """Let the kernels' registers hold at most so many doubles; returns how many they hold from now on, in all threads."""
        return int(self._cap_width(doubles))

    def walk(
        self,
        problem: Problem,
        cursor: Cursor,
        state: Floats,
        steps: int,
        *,
        alphas: Floats | None = None,
        saved: Floats | None = None,
        checkpoints: Floats | None = None,
        columns: Columns | None = None,
    ) -> Outcome:
        if streams(problem):
            return streamed.walk(
                self._functions, problem, cursor, state, steps, alphas=alphas, saved=saved, checkpoints=checkpoints, columns=columns
            )
        native = _native(problem)
        refuse_misfit("state", state, problem.state_length, written=True)
        cursor.refuse_misfits(problem, steps, saved, checkpoints)
        if problem.batch > problem.n:
            raise ValueError(f"batches of {problem.batch} of {problem.n} examples")
        if alphas is not None:
            refuse_misfit("alphas", alphas, max(len(alphas), cursor.step + steps))
        where = NativeWhere(
            state=state, saved=saved, checkpoints=checkpoints, scratch=self._scratch_for(native), alphas=alphas,
            drawn=np.empty(problem.batch if problem.shuffled else 1, dtype=np.int64),
        )  # fmt: skip
        if columns is not None:
            columns.refuse_misfits(problem, steps)
            names = (*COLUMN_NAMES, *SPAN_NAMES)
            where.columns = ctypes.pointer(NativeColumns(**{name: getattr(columns, name) for name in names}))
        with self._team(native, problem, steps * problem.batch) as team:
            where.team = team and ctypes.pointer(team)
            return _ieee(self._walk(ctypes.byref(native), ctypes.byref(cursor), ctypes.byref(where), steps))

    def look(self, problem: Problem, state: Floats, start: int, count: int) -> tuple[Floats, bool]:
        """Sums over consecutive examples of what a step sees, (size + 1,), squared errors last; whether a number is not finite."""
        native, sums = _native(problem), np.empty(problem.size + 1)
        refuse_misfit("state", state, problem.state_length)
        if not 0 <= start < start + count <= problem.n:
            raise ValueError(f"{count} examples from {start} on of {problem.n}")
        where = NativeWhere(state=state, scratch=self._scratch_for(native))
        with self._team(native, problem, count) as team:
            where.team = team and ctypes.pointer(team)
            outcome = _ieee(self._look(ctypes.byref(native), ctypes.byref(where), start, count, sums))
        return sums, outcome is Outcome.DIVERGED

    def take(
        self, problem: Problem, cursor: Cursor, state: Floats, sums: Floats, count: int, overflowed: bool,
        alphas: Floats | None = None,
    ) -> Outcome:  # fmt: skip
        """The step that takes such sums of all its `count` examples; the problem's rows are not read."""
        native = _native(problem)
        scratch = self._scratch_for(native)
        refuse_misfit("state", state, problem.state_length, written=True)
        refuse_misfit("sums", sums, problem.size + 1)
        if alphas is not None:
            refuse_misfit("alphas", alphas, max(len(alphas), cursor.step + 1))
        scratch[: problem.size] = sums[:-1]
        where = NativeWhere(state=state, scratch=scratch, alphas=alphas)
        return _ieee(self._take(ctypes.byref(native), ctypes.byref(cursor), ctypes.byref(where), count, overflowed))

    @contextmanager
    def _team(self, native: "NativeProblem", problem: Problem, examples: int) -> Iterator["NativeTeam | None"]:
        """Threads that make parts beside the caller's, where so many examples are worth it; None where there are none."""
        helpers = threads.how_many(problem, examples) - 1
        if not helpers or not 0 < problem.part < problem.n:
            yield None
            return
        rooms = np.empty(helpers * self._room(ctypes.byref(native)))
        team = NativeTeam(helpers=helpers, rooms=rooms)
        of, beside = ctypes.byref(native), ctypes.byref(team)
        with threads.beside(lambda helper: self._help(of, beside, helper), helpers, lambda: self._dismiss(beside)):
            yield team

    def sweep(self, problem: Problem, alphas: Floats, states: Floats, epochs: int) -> "swept_runs.Swept":
        native, swept = _native(problem), swept_runs.Swept.before(problem, alphas, states, epochs)
        alphas = np.ascontiguousarray(alphas, dtype=np.float64)
        sweep = NativeSweep(
            problem=ctypes.pointer(native), epochs=epochs, alpha=alphas,
            state=swept.states, outcome=swept.outcomes, step=swept.steps, period=swept.periods,
        )  # fmt: skip
        scratch = np.empty(self._sweep_scratch(ctypes.byref(native)))
        drawn = np.empty(problem.batch if problem.shuffled else 1, dtype=np.int64)
        _ieee(self._sweep(ctypes.byref(sweep), 0, len(alphas), scratch, drawn))
        return swept

    def predict(self, problem: Problem, weights: Floats) -> Floats:
        if streams(problem):
            return streamed.predict(self._functions, problem, weights)
        native, weights = _native(problem), _whole(problem, weights)
        self._refuse_others()
        prediction = np.empty((problem.n, problem.k))

        def some(start: int, stop: int) -> None:
            room = np.empty(self._room(ctypes.byref(native)))
            self._predict(ctypes.byref(native), weights, room, start, stop - start, prediction[start:stop])

        threads.shared(some, problem.n, threads.how_many(problem, problem.n))
        return prediction

    def mse(self, problem: Problem, weights: Floats) -> float:
        if streams(problem):
            return streamed.mse(self._functions, problem, weights)
        native, weights = _native(problem), _whole(problem, weights)
        self._refuse_others()
        with self._team(native, problem, problem.n) as team:
            return float(self._mse(ctypes.byref(native), weights, self._scratch_for(native), team and ctypes.byref(team)))

    def activation(self, activation: Activation, x: Floats) -> tuple[Floats, Floats]:
        self._refuse_others()
        x = np.ascontiguousarray(x, dtype=np.float64)
        value, slope = np.empty(x.shape), np.empty(x.shape)
        count = x.shape[-1] if x.ndim else 1
        self._activation(activation.code, x.size // max(1, count), count, x, value, slope)
        return value, slope

    def triangle(self, rows: Floats, under: Floats | None = None) -> Floats:
        """R (cols, cols) of `rows` (n, cols), put under the triangle `under` where one is given: triangle.py."""
        self._refuse_others()
        rows = np.ascontiguousarray(rows, dtype=np.float64)
        n, cols = rows.shape
        if under is not None:
            refuse_misfit("under", under, cols * cols)
        padded = np.zeros((cols, -(-cols // WIDEST) * WIDEST))
        padded[:, :cols] = 0.0 if under is None else under
        self._triangle(padded, rows, n, cols, cols, np.empty((triangles.ROWS, padded.shape[1])))
        return padded[:, :cols].copy()

    def directions(self, columns: Floats) -> Floats:
        """Columns (cols, rows) turned until all are at right angles: directions.py."""
        self._refuse_others()
        turned = np.array(columns, dtype=np.float64, order="C")
        self._directions(turned, *turned.shape)
        return turned

    def curving(self, problem: Problem, weights: Floats) -> "curving.Curving":
        """How what the steps make smaller curves at given weights."""
        self._refuse_others()
        return curving.Curving(self._library, _native(problem), _whole(problem, weights))

    def _refuse_others(self) -> None:
        """NodescopeError where this thread's arithmetic is not what the bits are made by; a walk and a sweep look by themselves."""
        _ieee(Outcome.WENT if self._is_ieee() else Outcome.NOT_IEEE)

    def _scratch_for(self, native: "NativeProblem") -> Floats:
        return np.empty(self._scratch(ctypes.byref(native)))

    def order(self, n: int, seed: int, epoch: int, start: int, count: int) -> NDArray[np.int64]:
        if not 1 <= n <= FARTHEST or not 0 <= start <= start + count <= n:
            raise ValueError(f"{count} examples from position {start} on of an order of {n}")
        example = np.empty(count, dtype=np.int64)
        self._order(n, seed, epoch, start, count, example)
        return example


def _ieee(why: int) -> Outcome:
    """Why a walk stopped, where this thread's arithmetic is what the bits are made by."""
    outcome = Outcome(why)
    if outcome is Outcome.NOT_IEEE:
        raise NodescopeError(
            "this thread's processor flushes denormal numbers or rounds unlike IEEE 754 (another library has switched it "
            "so, for example torch.set_flush_denormal): run in a fresh process, or switch it back"
        )
    return outcome


def _whole(problem: Problem, weights: Floats) -> Floats:
    """The weights in the order and number that the core reads them."""
    weights = np.ascontiguousarray(weights)
    refuse_misfit("weights", weights, problem.size)
    return weights


@dataclass(frozen=True)
class _Made:
    """The core's own copy of a problem, and what it was made from, which has to live as long."""

    native: NativeProblem
    of: tuple[object, ...]
    shapes: tuple[tuple[int, ...], ...]


def _native(problem: Problem) -> NativeProblem:
    """The problem as the core reads it, checked and made once, anew where a field of it has been changed."""
    made, of = problem.native, _LASTING(problem)
    shapes = (problem.input.shape, problem.goal.shape)
    if isinstance(made, _Made) and made.shapes == shapes and all(map(is_, made.of, of)):
        return made.native
    problem.refuse_misfits()
    settings = [float(value) for value in problem.rule.settings().values()]
    settings += [0.0] * (SETTINGS - len(settings))
    layers = [
        NativeLayer(
            inputs=shape.inputs, outputs=shape.outputs, has_bias=shape.has_bias, activation=shape.activation.code,
            first_weight=problem.weights_of(l).start, first_node=problem.nodes_of(l).start,
        )
        for l, shape in enumerate(problem.layers)  # noqa: E741
    ]  # fmt: skip
    narrow = problem.input.dtype == np.float32
    native = NativeProblem(
        examples=problem.n, inputs=problem.d, outputs=problem.k, batch=problem.batch, sums=not problem.mean,
        lanes=problem.lanes, shuffled=problem.shuffled, rule=problem.rule.code, seed=problem.seed,
        input=None if narrow else problem.input, narrow=problem.input if narrow else None, goal=problem.goal, frozen=problem.frozen,
        alpha=problem.alpha, setting=(ctypes.c_double * SETTINGS)(*settings), until_mse=problem.until_mse,
        layers=len(layers), layer=(NativeLayer * len(layers))(*layers), sequential=problem.sequential,
        loss=problem.loss.code, threshold=problem.loss.threshold, l2=problem.penalty.l2, l1=problem.penalty.l1,
        penalises_bias=problem.penalty.bias, clip=problem.clip, factor=problem.factors, part=problem.part,
    )  # fmt: skip
    problem.native = _Made(native, of, shapes)
    return native


def _asked_width() -> int:
    asked = os.environ.get(WIDTH) or str(WIDEST)
    if asked not in ("2", "4", "8"):
        raise NodescopeError(f"{WIDTH} is {asked!r}; it may be 2, 4 or 8 doubles a register")
    return int(asked)


@cache
def engine(name: str | None = None) -> "Engine":
    """The engine called "compiled" or "plain"; without a name, what the environment says, else the fastest there is."""
    name = name or os.environ.get(ENVIRONMENT) or "fastest"
    if name not in ("compiled", "plain", "fastest"):
        raise NodescopeError(f"{ENVIRONMENT} is {name!r}; it may be 'compiled' or 'plain'")
    if name == "plain":
        return plain
    found = importlib.util.find_spec("nodescope.arithmetic._core")
    path = os.environ.get(LIBRARY) or (found.origin if found is not None else None)
    if path is not None:
        compiled = Compiled(path)
        compiled.cap_width(_asked_width())
        return compiled
    if name == "compiled":
        raise NodescopeError("the compiled core is not there: install nodescope where a C compiler is at hand")
    warnings.warn(
        "nodescope runs without its compiled core: the numbers are the same, but a step takes a few thousand times "
        "longer. Install it again where a C compiler is at hand.",
        RuntimeWarning,
        stacklevel=2,
    )
    return plain
