"""Any step of a finished run found again, bit for bit, and checked against what was kept when it was first made."""

from dataclasses import dataclass
from typing import NamedTuple

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Outcome
from nodescope.errors import DataChanged, NodescopeError
from nodescope.run.checkpoints import Checkpoints
from nodescope.run.recipe import Recipe


def data_changed(start: int, stop: int) -> DataChanged:
    """What to raise where a replay of steps start … stop − 1 does not end as the run did."""
    return DataChanged(
        f"replaying steps {start} to {stop} does not lead to the weights that the run had there: input or goal "
        "have been changed since the run was made. Run it again, or hand it copies of the arrays"
    )


class Cycle(NamedTuple):
    """Weights that repeat: the first step of it, and its length in steps (position in the data included)."""

    first: int
    period: int


@dataclass(eq=False)
class Replay:
    """A recipe, the states kept, and the state after the last step that was computed.

    Attributes
    ----------
    last_step, last_state : updates made when the run's end was known, and the state then
    last_moved, last_changed : the last update that changed a weight, or the state; -1 where none did
    settled : no state after `last_step` differs from `last_state`
    cycle : how steps after `last_step` repeat earlier ones
    """

    recipe: Recipe
    checkpoints: Checkpoints
    last_step: int
    last_state: Floats
    last_moved: int
    last_changed: int
    settled: bool = False
    cycle: Cycle | None = None

    def state_at(self, step: int) -> Floats:
        """The state after `step` updates."""
        if self.settled and step >= self.last_step:
            return self.last_state.copy()
        earlier = self._earlier(step)
        if earlier == self.last_step:
            return self.last_state.copy()
        kept, state = self.checkpoints.before(earlier)
        return self.walk(kept, state, earlier - kept)

    def checked_window(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """States before and after the steps start … stop − 1, replayed from one kept state through to the next.

        Raises
        ------
        DataChanged
            They no longer lead from the one to the other.
        """
        before = self.state_at(start)
        after = self.walk(start, before, stop - start)
        known, expected = self._next_known(stop)
        if self.walk(stop, after, known - stop).tobytes() != expected.tobytes():
            raise data_changed(start, known)
        return before, after

    def walk(self, start: int, state: Floats, steps: int, columns: Columns | None = None) -> Floats:
        """The state `steps` steps on from `start`, the numbers on the way written into `columns`."""
        state = state.copy()
        if steps <= 0:
            return state
        problem, cursor = self.recipe.problem, Cursor.at(start)
        alphas = None if self.recipe.schedule is None else self.recipe.schedule.until(start + steps)
        outcome = engine().walk(problem, cursor, state, steps, alphas=alphas, columns=columns)
        if outcome not in (Outcome.WENT, Outcome.DIVERGED):
            raise NodescopeError(f"a replay stopped with {outcome.name} at step {cursor.step}")  # cannot happen
        return state

    def _earlier(self, step: int) -> int:
        """The computed step that has the same state and the same place in the data."""
        if step <= self.last_step or self.cycle is None:
            return step
        return self.cycle.first + (step - self.cycle.first) % self.cycle.period

    def _next_known(self, step: int) -> tuple[int, Floats]:
        if self.settled and step >= self.last_step:
            return step, self.last_state
        earlier = self._earlier(step)
        kept = self.checkpoints.after(earlier)
        if kept is None or kept[0] > self.last_step:
            kept = (self.last_step, self.last_state)
        return step + kept[0] - earlier, kept[1]
