"""What an engine can do: `core.py` has the compiled one, `walk.py` the definition's."""

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.activations import Activation
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Outcome, Problem

if TYPE_CHECKING:
    from nodescope.arithmetic import moved
    from nodescope.arithmetic.runs import Swept


class Engine(Protocol):
    """What an engine can do; core.h says what each argument means."""

    name: str

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
    ) -> Outcome: ...

    def predict(self, problem: Problem, weights: Floats) -> Floats: ...

    def mse(self, problem: Problem, weights: Floats) -> float: ...

    def look(self, problem: Problem, state: Floats, start: int, count: int) -> tuple[Floats, bool]: ...

    def take(
        self, problem: Problem, cursor: Cursor, state: Floats, sums: Floats, count: int, overflowed: bool,
        alphas: Floats | None = None,
    ) -> Outcome: ...  # fmt: skip

    def activation(self, activation: Activation, x: Floats) -> tuple[Floats, Floats]: ...

    def order(self, n: int, seed: int, epoch: int, start: int, count: int) -> NDArray[np.int64]: ...

    def sweep(self, problem: Problem, alphas: Floats, states: Floats, epochs: int) -> "Swept": ...

    def triangle(self, rows: Floats, under: Floats | None = None) -> Floats: ...

    def directions(self, columns: Floats) -> Floats: ...

    def mover(self) -> "moved.Mover": ...
