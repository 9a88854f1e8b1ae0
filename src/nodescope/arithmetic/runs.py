"""Many runs of one problem, each over its own alpha from its own state: what both engines give back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import FARTHEST, Floats, Problem, refuse_misfit


@dataclass(eq=False)
class Swept:
    """Where each run ended; it is what a walk that stops by itself and watches for repeats makes of it.

    states : (runs, a state)
    outcomes : (runs,), numbers of `Outcome`; WENT where all epochs were made
    steps : (runs,), updates made
    periods : (runs,), epochs since the state that came again, 0 where none did
    """

    states: Floats
    outcomes: NDArray[np.int64]
    steps: NDArray[np.int64]
    periods: NDArray[np.int64]

    @classmethod
    def before(cls, problem: Problem, alphas: Floats, states: Floats, epochs: int) -> "Swept":
        """All runs where they start; ValueError where there are not as many states as alphas, or too many epochs."""
        states = np.array(states, dtype=np.float64, order="C")
        refuse_misfit("states", states, len(alphas) * problem.state_length, written=True)
        if problem.batch > problem.n or not 0 <= epochs <= FARTHEST // problem.n:
            raise ValueError(f"{epochs} epochs in batches of {problem.batch} of {problem.n} examples")
        none = np.zeros(len(alphas), dtype=np.int64)
        return cls(states.reshape(len(alphas), problem.state_length), none, none.copy(), none.copy())
