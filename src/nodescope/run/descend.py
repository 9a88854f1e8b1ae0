"""From a recipe to a run: go in blocks, keep checkpoints, stop where it ends by itself or is told to."""

import signal
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.given import shown, yes_or_no
from nodescope.arithmetic.problem import Cursor, Floats, Outcome
from nodescope.errors import InputError
from nodescope.run import shapes
from nodescope.run.checkpoints import Checkpoints
from nodescope.run.ending import Ending
from nodescope.run.quiet import no_order_moves_a_weight
from nodescope.run.recipe import DEFAULT_STEPS, Recipe, make_recipe
from nodescope.run.replay import Cycle, Replay
from nodescope.run.run import Run
from nodescope.run.schedule import NoAlpha

Progress = Callable[[int, int | None, float], None]
"""Called between blocks with steps made, steps asked for, seconds."""

BLOCK_SECONDS = 0.03
"""How long the engine runs before Ctrl-C, the clock and the progress bar are looked at."""


def descend(*, out: str | PathLike[str] | None = None, overwrite: bool = False, **keywords: Any) -> Run:
    """Run gradient-descent nodes, one layer or a network, keeping the way to every number of every step.

    Each step: prediction = sum of weight × input; delta = prediction − goal; weight −= alpha × delta × input (averaged over
    the step's examples). The step is *half* the derivative of the squared error, so one example of input x is stable for
    0 < alpha < 2/|x|²; a library that differentiates mse itself takes the same step at half the alpha.

    n examples, d inputs, k outputs.

    Parameters
    ----------
    weight : scalar, (d,) or (k, d), optional
        Start weights (parameters); zeros unless given.
    network : Network, mapping of `ns.network`'s keywords or list of sizes, instead of weight
        Layers of nodes; input (n, d) or (d,), goal (n,), (n, k) or (k,).
    input : scalar, (n,), (d,) or (n, d)
        Features. A float64 array with contiguous rows is held, not copied.
    goal : scalar, (n,), (k,) or (n, k); with `data` the name of the goal's column, or names
        Targets.
    data : path, data frame, Arrow stream, array or mapping, optional
        A table instead of `input`; CSV and Parquet files are read.
    inputs : list of column names, optional
        With `data`; all columns but the goals unless given.
    standardise : bool, default False
        With `data`: inputs to mean 0 and deviation 1 (ddof 0) over the seen rows. Goals keep their units,
        but of a network they are standardised too; `predict` and `score` are in the table's units all the same.
    missing : {"refuse", "drop"}
        With `data`: what to do with rows that lack a number.
    holdout : float, default 0
        With `data`: fraction of the rows kept unseen, for `run.score`.
    fingerprint : str, optional
        With `data`: refuse a table that is not the one a recipe was written for.
    alpha : "auto", float, list of floats, `ns.schedule(…)`, or function of the step
        Learning rate, the brake. "auto" is worked out from the inputs once and kept in the recipe; for networks whose rule
        rescales its steps it is the customary one (Adam 0.001).
    steps, epochs : int, optional
        At most one of them. Neither: until it settles, cycles or diverges, at most 1,000,000 steps (tables: 20 epochs).
    until_mse : float, optional
        Stop when mse ≤ this: before the update of a step that sees all examples, else at an epoch's end.
    time_limit : float, optional
        Seconds.
    batch : int or "all", default 1
        Examples a step.
    order, seed : {"given", "shuffled"}, int
        The order of epoch e depends on (seed, e) alone.
    rule : str, dict or rule
        "plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", or {"name": "adam", "beta1": 0.9, …}.
    bias : bool or start value, optional
        False unless given; True with `data`. True starts at 0.
    freeze_bias : bool
    frozen : booleans in the shape of the weights, optional
        These keep their values. Of a network: a list with an entry per layer, None, True or booleans.
    reduction : {"mean", "sum"}
        Over the examples of a batch; never over outputs.
    summation : {"left-to-right", "lanes"}
        How a node adds its products.
    update_order : {"parallel", "sequential"}
        Of a network: all weights are read before any is written, or the output layer first and each earlier one from the weights
        already updated.
    loss : {"squared", "huber", "absolute"} or mapping
        Of a network, the loss of an error e: ½ e² (not e²), Huber's {"name": "huber", "threshold": 1.0}, |e|.
    out : path, optional
        A run file, written as the run goes; its name appears once its recipe is safely in it.
    overwrite : bool, default False
        With `out`: replace a run that is there.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        Shapes, numbers, names or settings that do not fit; the message shows what was seen and what is allowed. Where a function
        of the step fails on the way, the error's `run` is the run up to there, and `out` keeps it.

    Examples
    --------
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    >>> run.weight, run.ending.name, run.settled_after
    (0.5999999999999994, 'SETTLED', 317)
    """
    return descend_with(None, out=out, overwrite=overwrite, **keywords)


def descend_with(
    progress: Progress | None, *, out: str | PathLike[str] | None = None, overwrite: bool = False, **keywords: Any
) -> Run:
    """`descend` that tells how far it is."""
    if not isinstance(out, (str, PathLike, type(None))):
        raise InputError(f"out is {shown(out)}; it must be the path of a file")
    recipe = make_recipe(**keywords)
    if out is None:
        return go(recipe, progress=progress)
    from nodescope.run.runfile import RunFile

    with RunFile.create(out, recipe, yes_or_no("overwrite", overwrite)) as file:
        return go(recipe, progress=progress, keep=file.keep, finish=file.finish)


@dataclass(eq=False)
class Descent:
    """A run on its way: what has to be kept to go on from here."""

    recipe: Recipe
    cursor: Cursor
    state: Floats
    saved: Floats
    checkpoints: Checkpoints
    seconds: float = 0.0
    stop_asked: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def start(cls, recipe: Recipe) -> "Descent":
        problem = recipe.problem
        state = problem.first_state(recipe.start_block())
        checkpoints = Checkpoints.empty(problem)
        cursor = Cursor.at(0)
        cursor.spacing, cursor.capacity = checkpoints.spacing, len(checkpoints.states)
        return cls(recipe, cursor, state, state.copy(), checkpoints)

    @property
    def steps_asked(self) -> int:
        asked = self.recipe.asked_steps
        if asked is not None:
            return asked
        length = self.recipe.schedule.length if self.recipe.schedule else None
        return DEFAULT_STEPS if length is None else min(DEFAULT_STEPS, length)

    def block(self, steps: int) -> Outcome:
        """Go at most `steps` steps."""
        recipe, cursor = self.recipe, self.cursor
        alphas = None
        if recipe.schedule is not None:
            steps, alphas = recipe.schedule.reach(cursor.step, steps)
        cursor.stopping = 1
        cursor.watching = int(recipe.schedule is None and (recipe.order == "given" or recipe.steps_per_epoch == 1))
        return engine().walk(
            recipe.problem, cursor, self.state, steps, alphas=alphas, saved=self.saved, checkpoints=self.checkpoints.states
        )


def go(
    recipe: Recipe,
    descent: Descent | None = None,
    *,
    progress: Progress | None = None,
    keep: Callable[[Descent], None] | None = None,
    finish: Callable[[Descent, Run], None] | None = None,
) -> Run:
    """Run a recipe, from its start or from where an earlier descent stands."""
    descent = descent or Descent.start(recipe)
    refused = None
    with interruptible(descent):
        try:
            ending = _until_it_ends(descent, progress, keep)
        except NoAlpha as error:
            ending, refused = Ending.INTERRUPTED, error
    run = _finished(descent, ending)
    if finish is not None:
        finish(descent, run)
    if refused is not None:
        refused.run = run
        raise refused
    return run


def _until_it_ends(descent: Descent, progress: Progress | None, keep: Callable[[Descent], None] | None) -> Ending:
    recipe, cursor = descent.recipe, descent.cursor
    asked, size, began, before = descent.steps_asked, 64, time.perf_counter(), descent.seconds
    while True:
        if cursor.step >= asked:
            return _out_of_steps(descent)
        if descent.stop_asked.is_set():
            return Ending.INTERRUPTED
        if recipe.time_limit is not None and descent.seconds - before >= recipe.time_limit:
            return Ending.TIME_USED
        block_began = time.perf_counter()
        outcome = descent.block(min(size, asked - cursor.step))
        now = time.perf_counter()
        descent.seconds = before + now - began
        if outcome is Outcome.FULL:
            descent.checkpoints.make_room(cursor)
            continue
        if outcome is not Outcome.WENT and (ending := _ending_of(descent, outcome)) is not None:
            return ending
        if keep is not None:
            keep(descent)
        if progress is not None:
            progress(cursor.step, recipe.asked_steps, descent.seconds)
        size = _next_size(size, now - block_began)


def _next_size(size: int, seconds: float) -> int:
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


def _finished(descent: Descent, ending: Ending) -> Run:
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
    return Run(recipe, ending, steps, computed, settled_after, cycle, replay, descent.seconds)


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
