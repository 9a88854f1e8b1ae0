"""The certificate: a finished run recomputed, and the first number named that is not what it should be.

Two engines look at it. The compiled core walks from each kept state to the next. The plain definition, which reads like the seed's
loop, recomputes whole windows, every column bit for bit: all steps where the run is short, else windows spread over it.
"""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nodescope.arithmetic import plain
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.doubles import ordinal
from nodescope.arithmetic.problem import Columns, Cursor, Floats
from nodescope.run.ending import Ending
from nodescope.run.replay import Replay
from nodescope.run.run import Run

PLAIN_SECONDS = 2.0
"""About how long the plain definition is given."""
PRODUCT_SECONDS = 4e-7
"""What it takes for one product of one example, at most."""
STEP_SECONDS = 7e-5
"""And for a step as such."""
WINDOW = 64
"""Steps of a sampled window."""
BLOCK = 2**16
"""Steps walked between looks at the clock."""
NAMES = ("weight", "prediction", "delta", "weighted_delta", "alpha_delta", "new_weight", "memory", "mse", "example")


class Difference(NamedTuple):
    """A number that is not what recomputing gives.

    Attributes
    ----------
    step : counted from 0
    node : output node, or None where it belongs to none
    quantity : a column of the trace (with its place), or a fact of the run ("settled_after")
    expected : what recomputing gives
    found : what the run says
    ulps : how many doubles apart; None where they are no doubles
    """

    step: int
    node: int | None
    quantity: str
    expected: Any
    found: Any
    ulps: int | None


@dataclass(frozen=True)
class Certificate:
    """What `verify` gives back.

    Attributes
    ----------
    passed : bool
    first_difference : Difference or None
    walked : int
        Steps that the core walked again, from kept state to kept state.
    of_steps : int
        Steps that the run computed.
    windows : tuple of (first step, step after the last)
        What the plain definition recomputed.
    """

    passed: bool
    first_difference: Difference | None
    walked: int
    of_steps: int
    windows: tuple[tuple[int, int], ...]

    @property
    def sentence(self) -> str:
        """What was done, and what came of it."""
        if self.first_difference is not None:
            return _difference_sentence(self.first_difference)
        recomputed = sum(stop - start for start, stop in self.windows)
        by_hand = (
            f"all {recomputed:,}" if recomputed == self.of_steps else f"{recomputed:,} of them (in {len(self.windows):,} windows)"
        )
        unfinished = "" if self.walked == self.of_steps else " before the time was used"
        return (
            f"Verified: {self.walked:,} of {self.of_steps:,} steps walked again by the {engine().name} engine{unfinished}, "
            f"{by_hand} by the plain definition; every bit is the same."
        )

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__


def verify(run: Run, *, time_limit: float | None = None) -> Certificate:
    """Recompute a run and compare bits.

    Parameters
    ----------
    run : Run
    time_limit : float, optional
        Seconds after which the walk over the kept states stops; the certificate says how far it came. None: all of it.

    Returns
    -------
    Certificate

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> verify(descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)).passed
    True
    """
    check = _Check(run, time_limit)
    difference = next((d for d in check.differences() if d is not None), None)
    return Certificate(difference is None, difference, check.walked, run.replay.last_step, tuple(check.windows))


class _Check:
    """One verification on its way."""

    def __init__(self, run: Run, time_limit: float | None) -> None:
        self.run = run
        kept = run.replay
        # the run's own recipe: were the replay's another one, its numbers would not be this run's
        self.replay = Replay(run.recipe, kept.checkpoints, kept.last_step, kept.last_state, kept.last_moved, kept.last_changed)
        self.until = None if time_limit is None else time.monotonic() + time_limit
        self.walked = 0
        self.windows: list[tuple[int, int]] = []

    def differences(self) -> Iterator[Difference | None]:
        """The first that is not None ends the verification."""
        yield from self._kept_states()
        for start, stop in _sampled(self.run):
            self.windows.append((start, stop))
            yield self._window(start, stop)
        yield from _facts(self.run, self.replay)

    def _kept_states(self) -> Iterator[Difference | None]:
        """Walk from each kept state to the next, the first from the recipe's start."""
        replay, problem = self.replay, self.run.recipe.problem
        state = problem.first_state(self.run.recipe.start_block())
        spacing, states = replay.checkpoints.spacing, replay.checkpoints.states
        known = [(i * spacing, kept) for i, kept in enumerate(states)] + [(replay.last_step, replay.last_state)]
        at = 0
        for step, found in known:
            while at < step:
                if self.until is not None and time.monotonic() >= self.until:
                    return
                block = min(BLOCK, step - at)
                state = replay.walk(at, state, block)
                at += block
            self.walked = at
            yield self._state_difference(step, state, found)

    def _state_difference(self, step: int, expected: Floats, found: Floats) -> Difference | None:
        if expected.tobytes() == found.tobytes():
            return None
        problem = self.run.recipe.problem
        if len(expected) != len(found):
            return Difference(step, None, "numbers kept of a step", len(expected), len(found), None)
        i = _first_unequal(expected, found)
        node, column = divmod(i % problem.size, problem.width)
        memories = ("weight", *problem.rule.memories)
        family = memories[i // problem.size] if i < problem.size * len(memories) else "clock"
        place = "bias" if problem.has_bias and column == problem.width - 1 else f"[{column}]"
        name = f"{family}{place}" if problem.width > 1 else family
        return _difference(step, None if family == "clock" else node, name, expected[i], found[i])

    def _window(self, start: int, stop: int) -> Difference | None:
        """Every column of some steps by the plain definition, beside the run's trace of them."""
        problem, names = self.run.recipe.problem, NAMES
        if self.run.recipe.schedule is not None:
            problem.alphas = self.run.recipe.schedule.until(stop)
        ours, plains = (Columns.for_steps(problem, stop - start, names) for _ in range(2))
        state = self.replay.state_at(start)
        self.replay.walk(start, state, stop - start, ours)
        plain.walk(problem, Cursor.at(start), state.copy(), stop - start, columns=plains)
        firsts = []
        for order, name in enumerate(names):
            expected, found = getattr(plains, name), getattr(ours, name)
            if expected is not None and expected.tobytes() != found.tobytes():
                i = _first_unequal(expected.ravel(), found.ravel())
                place = np.unravel_index(i, expected.shape)
                firsts.append((int(place[0]), order, name, [int(p) for p in place[1:]], expected.ravel()[i], found.ravel()[i]))
        if not firsts:
            return None
        row, _, name, where, expected_value, found_value = min(firsts, key=lambda first: first[:2])
        node = where[-1] if name in ("prediction", "delta") else where[-2] if len(where) > 1 else None
        return _difference(start + row, node, f"{name}{where or ''}", expected_value, found_value)


def _sampled(run: Run) -> list[tuple[int, int]]:
    """Windows for the plain definition: everything, or the ends, the turning points, and some evenly between."""
    recipe, last = run.recipe, run.replay.last_step
    products = recipe.batch_size * recipe.k * (recipe.d + 1)
    rows = max(1, int(PLAIN_SECONDS / (STEP_SECONDS + PRODUCT_SECONDS * products)))
    if last <= rows:
        return [(0, last)] if last else []
    size = min(WINDOW, rows)
    count = max(1, rows // size)
    starts = {0, last - size, max(0, (run.settled_after or 0) - size // 2)}
    starts |= {int(start) for start in np.linspace(0, last - size, count)}
    return [(start, start + size) for start in sorted(starts) if start + size <= last]


def _facts(run: Run, replay: Replay) -> Iterator[Difference | None]:
    """What the run says of itself, from its states."""
    last, size = replay.last_step, run.recipe.steps_per_epoch
    if run.settled_after is not None:
        yield from _settled(run, replay, size)
    if run.cycle is not None:
        yield from _cycle(run, replay)
    asked = run.recipe.asked_steps
    goes_on = run.ending in (Ending.SETTLED, Ending.CYCLING)
    if (run.settled_after is not None) != (run.ending is Ending.SETTLED):
        yield Difference(last, None, "ending", "one that goes with settled_after", run.ending.name, None)
    if (run.cycle is not None) != (run.ending is Ending.CYCLING):
        yield Difference(last, None, "ending", "one that goes with cycle", run.ending.name, None)
    finite = bool(np.isfinite(run.recipe.problem.weights(replay.last_state)).all())
    if (run.ending is Ending.DIVERGED) == finite and not (finite and _overflowed(run, replay)):
        yield Difference(last - 1, None, "ending", "DIVERGED" if not finite else "not DIVERGED", run.ending.name, None)
    expected = last if not goes_on or asked is None else asked
    if goes_on and asked is None and run.cycle is not None:
        expected = sum(run.cycle)
    if run.steps != expected:
        yield Difference(min(run.steps, expected), None, "steps", expected, run.steps, None)
    if run.ending is Ending.STEPS_USED and asked is not None and asked != run.steps:
        yield Difference(run.steps, None, "ending", f"not before {asked:,} steps", run.ending.name, None)
    mse = plain.mse(run.recipe.problem, run.recipe.problem.weights(run.replay.state_at(run.steps)))
    if struct.pack("<d", mse) != struct.pack("<d", run.mse):
        yield _difference(run.steps, None, "mse", mse, run.mse)
    target = run.recipe.until_mse
    if run.ending is Ending.MSE_REACHED and (target is None or not mse <= target):
        yield Difference(run.steps, None, "mse", target, mse, None)


def _overflowed(run: Run, replay: Replay) -> bool:
    """Whether a number on the way of the last step is not finite although the weights still are."""
    if not replay.last_step:
        return False
    columns = Columns.for_steps(run.recipe.problem, 1, ("weighted_delta", "alpha_delta"))
    replay.walk(replay.last_step - 1, replay.state_at(replay.last_step - 1), 1, columns)
    both = (columns.weighted_delta, columns.alpha_delta)
    return not all(np.isfinite(column).all() for column in both if column is not None)


def _settled(run: Run, replay: Replay, size: int) -> Iterator[Difference | None]:
    after, problem = run.settled_after or 0, run.recipe.problem
    if not 0 <= after <= replay.last_step:
        yield Difference(after, None, "settled_after", f"at most {replay.last_step}", after, None)
        return
    still = replay.state_at(after)
    later = replay.walk(after, still, size)
    if problem.weights(later).tobytes() != problem.weights(still).tobytes():
        moved = _first_unequal(problem.weights(still).ravel(), problem.weights(later).ravel())
        yield _difference(
            after, moved // problem.width, "new_weight", problem.weights(later).flat[moved], problem.weights(still).flat[moved]
        )
    if after and problem.weights(replay.state_at(after - 1)).tobytes() == problem.weights(still).tobytes():
        yield Difference(after, None, "settled_after", f"at most {after - 1}", after, None)


def _cycle(run: Run, replay: Replay) -> Iterator[Difference | None]:
    assert run.cycle is not None
    first, period = run.cycle
    if first < 0 or period < 1 or first > replay.last_step:
        yield Difference(first, None, "cycle", f"within {replay.last_step} steps", tuple(run.cycle), None)
        return
    state = replay.state_at(first)
    if replay.walk(first, state, period).tobytes() != state.tobytes():
        yield Difference(first, None, "cycle", "the same weights a period later", tuple(run.cycle), None)
    if first:
        before = replay.state_at(first - 1)
        if replay.walk(first - 1, before, period).tobytes() == before.tobytes():
            yield Difference(first - 1, None, "cycle", "a cycle that begins earlier", tuple(run.cycle), None)


def _first_unequal(a: Any, b: Any) -> int:
    return int(np.flatnonzero(np.ascontiguousarray(a).view(np.int64) != np.ascontiguousarray(b).view(np.int64))[0])


def _difference(step: int, node: int | None, quantity: str, expected: Any, found: Any) -> Difference:
    expected, found = np.asarray(expected).item(), np.asarray(found).item()
    both = isinstance(expected, float) and isinstance(found, float) and np.isfinite([expected, found]).all()
    return Difference(step, node, quantity, expected, found, abs(ordinal(expected) - ordinal(found)) if both else None)


def _difference_sentence(d: Difference) -> str:
    node = "" if d.node is None else f", node {d.node}"
    apart = "" if d.ulps is None else f", {d.ulps:,} ulp{'' if d.ulps == 1 else 's'} apart"
    return f"Not verified: at step {d.step:,}{node} the {d.quantity} is {d.found!r}; recomputing gives {d.expected!r}{apart}."
