"""From a recipe to a run: go in blocks, keep checkpoints, stop where it ends by itself or is told to."""

import signal
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import FARTHEST, Cursor, Floats, Outcome
from nodescope.errors import FileError, NodescopeError
from nodescope.run import shapes
from nodescope.run.checkpoints import Checkpoints
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Cycle, Replay
from nodescope.run.run import Run
from nodescope.run.schedule import NoAlpha
from nodescope.run.settled import no_order_moves_a_weight
from nodescope.run.watch import Watch

if TYPE_CHECKING:
    from nodescope.run.team import Team

Progress = Callable[[int, int | None, float], None]
"""It is called between blocks with steps made, steps asked for, seconds."""

DEFAULT_STEPS = 1_000_000
"""So many steps are made at most where neither steps nor epochs are given."""
FIRST_STEPS, FIRST_PRODUCTS = 64, 4096
"""The first block has so many steps, or so many products of a weight and an input: plain Python takes ten milliseconds for them."""
BLOCK_SECONDS = 0.03
"""The engine runs so long before Ctrl-C, the clock and the progress bar are looked at."""


@dataclass(eq=False)
class Descent:
    """A run on its way: what has to be kept to go on from here."""

    recipe: Recipe
    cursor: Cursor
    state: Floats
    saved: Floats
    checkpoints: Checkpoints
    seconds: float = 0.0
    watch: Watch | None = None
    team: "Team | None" = None
    stop_asked: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def start(cls, recipe: Recipe) -> "Descent":
        problem = recipe.problem
        state = problem.first_state(recipe.start_weights())
        checkpoints = Checkpoints.empty(problem)
        cursor = Cursor.at(0)
        cursor.spacing, cursor.capacity = checkpoints.spacing, len(checkpoints.states)
        return cls(recipe, cursor, state, state.copy(), checkpoints, watch=recipe.watch())

    @property
    def steps_asked(self) -> int:
        asked = self.recipe.asked_steps
        if asked is not None:
            return asked
        length = self.recipe.schedule.length if self.recipe.schedule else None
        return DEFAULT_STEPS if length is None else min(DEFAULT_STEPS, length)

    @property
    def to_look(self) -> int:
        """Steps until the error is looked at, where it is."""
        per_epoch = self.recipe.steps_per_epoch
        return FARTHEST if self.watch is None else per_epoch - self.cursor.step % per_epoch

    def looks(self) -> bool:
        """Whether an epoch has just ended whose error is looked at."""
        return self.watch is not None and self.cursor.step % self.recipe.steps_per_epoch == 0

    def block(self, steps: int) -> Outcome:
        """Go at most `steps` steps."""
        recipe, cursor = self.recipe, self.cursor
        alphas = None
        if recipe.schedule is not None:
            steps, alphas = recipe.schedule.reach(cursor.step, steps)
        cursor.stopping = 1
        cursor.watching = int(recipe.schedule is None and (recipe.order == "given" or recipe.steps_per_epoch == 1))
        walk = engine().walk if self.team is None else self.team.walk
        return walk(recipe.problem, cursor, self.state, steps, alphas=alphas, saved=self.saved, checkpoints=self.checkpoints.states)


def go(
    recipe: Recipe,
    descent: Descent | None = None,
    *,
    progress: Progress | None = None,
    keep: Callable[[Descent], None] | None = None,
    finish: Callable[[Descent, Run], None] | None = None,
    team: "Team | None" = None,
) -> Run:
    """Run a recipe, from its start or from where an earlier descent stands, by oneself or with a team.

    Where a step has no alpha, or the run cannot be kept any more, the error has the run up to there.
    """
    descent = descent or Descent.start(recipe)
    descent.team = team
    refused: NodescopeError | None = None
    with interruptible(descent):
        try:
            ending = _until_it_ends(descent, progress, keep)
        except (NoAlpha, FileError) as error:
            ending, refused = Ending.INTERRUPTED, error
        except NodescopeError as error:
            if not recipe.streams and team is None:
                raise
            ending, refused = Ending.INTERRUPTED, error
    run = _finished(descent, *_back_to_the_best(descent, ending))
    if finish is not None:
        try:
            finish(descent, run)
        except FileError as error:
            refused = refused or error
    if refused is not None:
        refused.give_run(run)
        raise refused
    return run


def _until_it_ends(descent: Descent, progress: Progress | None, keep: Callable[[Descent], None] | None) -> Ending:
    recipe, cursor = descent.recipe, descent.cursor
    asked, began, before = descent.steps_asked, time.perf_counter(), descent.seconds
    size = FIRST_STEPS
    if recipe.schedule is None:  # whose function is not called for steps that may never be made
        size = max(size, FIRST_PRODUCTS // (recipe.problem.size * recipe.batch_size))
    while True:
        if cursor.step >= asked:
            return _out_of_steps(descent)
        if descent.stop_asked.is_set():
            return Ending.INTERRUPTED
        if recipe.time_limit is not None and descent.seconds - before >= recipe.time_limit:
            return Ending.TIME_USED
        block_began = time.perf_counter()
        size = min(size, descent.to_look)
        steps = min(size, asked - cursor.step)
        descent.checkpoints.make_room(cursor, steps)
        outcome = descent.block(steps)
        now = time.perf_counter()
        descent.seconds = before + now - began
        if outcome is Outcome.FULL:
            continue
        if outcome is not Outcome.WENT and (ending := _ending_of(descent, outcome)) is not None:
            return ending
        if descent.looks() and _over(descent):
            return Ending.TOLERANCE
        if keep is not None:
            keep(descent)
        if progress is not None:
            progress(cursor.step, recipe.asked_steps, descent.seconds)
        size = next_size(size, now - block_began)


def _over(descent: Descent) -> bool:
    """Look at the error after an epoch: whether it has failed to improve for so long that the run is over."""
    watch, recipe = descent.watch, descent.recipe
    if watch is None:
        return False
    over = watch.look(descent.cursor.step, recipe.problem.weights(descent.state))
    if recipe.schedule is not None:
        recipe.schedule.note(watch.latest)
    return over


def next_size(size: int, seconds: float) -> int:
    """Steps of the next block: as many as fill BLOCK_SECONDS, at most eight times more than now."""
    return max(1, min(8 * size, int(size * BLOCK_SECONDS / max(seconds, 1e-7))))


def _ending_of(descent: Descent, outcome: Outcome) -> Ending | None:
    """The ending that an outcome means; None where the run has to go on."""
    recipe = descent.recipe
    if outcome is Outcome.DIVERGED:
        _refuse_bad_data(recipe)
        return Ending.DIVERGED
    if outcome is Outcome.MSE_REACHED:
        return Ending.MSE_REACHED
    if outcome is Outcome.REPEATED:
        return Ending.CYCLING
    mixes = recipe.order == "shuffled" and 1 < recipe.batch_size < recipe.n
    if mixes and not no_order_moves_a_weight(recipe, descent.state):
        return None
    return Ending.SETTLED


def _refuse_bad_data(recipe: Recipe) -> None:
    """A large array is looked through only now: was it the data that was not finite, or did the run diverge?"""
    if recipe.streams:  # whose pieces were looked through when they were read
        return
    shapes.refuse_not_finite("input", recipe.examples.input)
    shapes.refuse_not_finite("goal", recipe.examples.goal)


def _out_of_steps(descent: Descent) -> Ending:
    """The weights after the last step are looked at as the next step would have."""
    recipe = descent.recipe
    if recipe.until_mse is not None and recipe.steps_per_epoch == 1:
        problem = recipe.problem
        if engine().mse(problem, problem.weights(descent.state)) <= recipe.until_mse:
            return Ending.MSE_REACHED
    return Ending.STEPS_USED


def _back_to_the_best(descent: Descent, ending: Ending) -> tuple[Ending, int | None]:
    """With `keep="best"` the descent cut where its error was lowest; the ending, and how far it had gone before that.

    A run that diverged, was interrupted or ran out of time is left as it is: it can be looked at, or gone on with.
    """
    cursor, watch, recipe = descent.cursor, descent.watch, descent.recipe
    whole = ending in (Ending.STEPS_USED, Ending.TOLERANCE, Ending.SETTLED, Ending.CYCLING, Ending.MSE_REACHED)
    if recipe.keep != "best" or watch is None or not whole or not 0 < watch.best_step < cursor.step:
        return ending, None
    gone, best = cursor.step, watch.best_step
    replay = Replay(recipe, descent.checkpoints, gone, descent.state, cursor.last_moved, cursor.last_changed)
    descent.state = replay.state_at(best)
    cursor.step, cursor.kept = best, min(cursor.kept, (best - 1) // cursor.spacing + 1)
    cursor.last_moved, cursor.last_changed = min(cursor.last_moved, best - 1), min(cursor.last_changed, best - 1)
    return (ending if ending is Ending.STEPS_USED else Ending.TOLERANCE), gone


def _finished(descent: Descent, ending: Ending, gone: int | None = None) -> Run:
    recipe, cursor = descent.recipe, descent.cursor
    descent.checkpoints.trim(cursor.kept)
    replay = Replay(recipe, descent.checkpoints, cursor.step, descent.state, cursor.last_moved, cursor.last_changed)
    made, settled_after = cursor.step, None
    if ending is Ending.CYCLING:
        replay.cycle = _find_cycle(replay, cursor.length * recipe.steps_per_epoch)
        if cursor.last_moved < replay.cycle.first:
            ending, settled_after = Ending.SETTLED, cursor.last_moved + 1
    elif ending is Ending.SETTLED:
        replay.settled, settled_after = True, cursor.last_moved + 1
    steps, computed = cursor.step, made
    if ending in (Ending.SETTLED, Ending.CYCLING):
        asked = recipe.asked_steps
        steps = asked if asked is not None else made if replay.cycle is None else sum(replay.cycle)
    if settled_after is not None:
        computed = settled_after
    cycle = replay.cycle if ending is Ending.CYCLING else None
    return Run(recipe, ending, steps, computed, settled_after, cycle, replay, descent.seconds, gone, descent.watch)


def _find_cycle(replay: Replay, period: int) -> Cycle:
    """The first step whose state comes back a period later: once it does it always will, so bisection finds it."""

    def comes_back(step: int) -> bool:
        return replay.state_at(step).tobytes() == replay.state_at(step + period).tobytes()

    return Cycle(bisect_left(range(replay.last_step - period), True, key=comes_back), period)


@contextmanager
def interruptible(descent: Descent) -> Iterator[None]:
    """Ctrl-C asks the run to stop at the end of its block; a second one is Python's own. Only the main thread is told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.getsignal(signal.SIGINT)
    if previous is None or previous == signal.SIG_IGN:
        yield
        return

    def ask(_number: int, _frame: object) -> None:
        descent.stop_asked.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
