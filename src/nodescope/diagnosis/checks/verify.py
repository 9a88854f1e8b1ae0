"""A certificate: a run recomputed from its recipe, so that whoever reads its numbers need not trust who made them.

Twice, by engines that share no arithmetic: the core goes the whole way from the start weights, meeting the bits of every state that
was kept, and seeing for itself where the run had to end; and the definition in plain Python, which reads like the loop it all grew
from, recomputes sampled windows of the trace (all of it, where that takes about two seconds), every column, bit for bit.

A change that leaves every state's bits as they were (an example that no step ever met) goes unseen: the run is then a run of the
changed numbers too, to the last bit.
"""

import dataclasses
import struct
import time
from collections.abc import Iterator
from itertools import chain

import numpy as np

from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.checks import number, whole
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor, Floats, Outcome
from nodescope.diagnosis.checks.certificate import Certificate, Checked, Mismatch, differing, sentence
from nodescope.diagnosis.checks.places import Places, first_different, same_array
from nodescope.diagnosis.checks.recomputed import PLAIN_SECONDS, Recomputed, plain_seconds
from nodescope.run.descent import FIRST_STEPS, Descent, go, next_size
from nodescope.run.ending import Ending
from nodescope.run.given_run import refuse_no_run
from nodescope.run.network import Network
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.run.settled import no_order_moves_a_weight


def verify(run: Run, *, most_steps: int | None = None, time_limit: float | None = None) -> Certificate:
    """Recompute a run: all of it with the core, windows of it with the plain definition; compare every bit.

    Parameters
    ----------
    run : Run
        Made now, or loaded. It is not changed, also when Ctrl-C ends this.
    most_steps : int, optional
        Steps of the trace that the plain definition recomputes; as many as take about two seconds unless given.
    time_limit : float, optional
        Seconds for the core. A run of a billion moving steps takes as long to verify as it took to make.

    Returns
    -------
    Certificate
        Whether it passed, what was recomputed, and the first difference.

    Raises
    ------
    InputError
        `most_steps` or `time_limit` is not a number of at least 0.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    >>> certificate = verify(run)
    >>> certificate.passed, certificate.checked.steps
    (True, (range(0, 325),))
    >>> print(certificate)
    Verified, bit for bit: the core made all 318 updates again, through 3 kept states; the definition gave all 325 steps again.
    >>> run.replay.checkpoints.states[1] += 2**-53
    >>> verify(run).first_difference.step
    256
    """
    refuse_no_run(run)
    most = None if most_steps is None else whole("most_steps", most_steps)
    limit = None if time_limit is None else number("time_limit", time_limit, least=0.0)
    audit = _Audit(run, most, limit)
    found = next(chain(audit.recipe_as_run(), audit.way(), audit.recorded(), audit.recomputed.windows()), None)
    checked = Checked(audit.cursor.step, run.replay.last_step, audit.states, tuple(audit.recomputed.rows), tuple(audit.facts))
    return Certificate(found is None, audit.complete, found, checked, sentence(run, found, checked, audit.complete))


class _Audit:
    """One verification on its way. Each part yields the differences that it meets; the first one ends it."""

    def __init__(self, run: Run, most_steps: int | None, time_limit: float | None) -> None:
        self.run, self.time_limit = run, time_limit
        # a problem of its own, made from the recipe alone: nothing kept with the run is believed, and nothing of it is changed
        self.recipe: Recipe = dataclasses.replace(run.recipe)
        self.problem = self.recipe.problem
        start = Descent.start(self.recipe)
        self.asked, self.state, self.cursor = start.steps_asked, start.state, Cursor.at(0)
        self.cursor.stopping = 1
        self.outcome, self.complete, self.states = Outcome.WENT, False, 0
        self.facts: list[str] = []
        kept = run.replay
        self.replay = dataclasses.replace(kept, recipe=self.recipe)
        self.before_end = dataclasses.replace(self.replay, settled=False, cycle=None)
        self.recomputed = Recomputed(run, self.replay, most_steps)
        self.places = Places(self.recipe)

    def recipe_as_run(self) -> Iterator[Mismatch]:
        """What the trace replays with must be what the recipe says."""
        used = self.run.replay.recipe
        if used is not self.run.recipe and used != self.run.recipe:
            yield Mismatch(0, None, "recipe", "the run's", "another")
        for field in dataclasses.fields(self.problem):
            if field.name == "native":
                continue
            expected, found = (getattr(problem, field.name) for problem in (self.problem, used.problem))
            same = same_array(expected, found) if isinstance(expected, np.ndarray) else expected == found
            if not same:
                shown = ("the recipe's", "others") if isinstance(expected, np.ndarray) else (expected, found)
                yield Mismatch(0, None, field.name, *shown)

    # ---- the core, the whole way ----

    def way(self) -> Iterator[Mismatch]:
        """From the start weights through every kept state to the last."""
        kept, last = self.run.replay.checkpoints, self.run.replay.last_step
        began = time.perf_counter()
        stops = [(i * kept.spacing, state) for i, state in enumerate(kept.states)]
        for step, state in [*stops, (last, self.run.replay.last_state)]:
            if step > last:
                yield Mismatch(step, None, "checkpoint", "none", "one")
            ended = self._go_to(step, began)
            if self.cursor.step < step and not ended:
                return
            if self.cursor.step < step:
                yield self._ended_early()
            yield from self._states(step, self.state, state)
            self.states += 1
        self.complete = True

    def _go_to(self, step: int, began: float) -> bool:
        """Go on to a step; True where the run has to end there or before."""
        size = FIRST_STEPS
        while self.cursor.step < step:
            now = time.perf_counter()
            if self.time_limit is not None and now - began >= self.time_limit:
                return False
            steps = min(size, step - self.cursor.step)
            self.outcome = engine().walk(
                self.problem, self.cursor, self.state, steps, alphas=self._alphas(self.cursor.step + steps)
            )
            if self.outcome is not Outcome.WENT and self._ends():
                return True
            self.outcome = Outcome.WENT
            size = next_size(size, time.perf_counter() - now)
        return False

    def _ends(self) -> bool:
        """An epoch that changed nothing is no end yet where the next one puts other examples together."""
        mixes = self.recipe.order == "shuffled" and 1 < self.recipe.batch_size < self.recipe.n
        return self.outcome is not Outcome.UNCHANGED or not mixes or no_order_moves_a_weight(self.recipe, self.state)

    def _alphas(self, steps: int) -> Floats | None:
        return None if self.recipe.schedule is None else self.recipe.schedule.until(steps)

    def _ended_early(self) -> Mismatch:
        expected = _ENDING_OF[self.outcome]
        found = f"{self.run.ending.name} after {self.run.replay.last_step} steps"
        return Mismatch(self.cursor.step, None, "ending", f"{expected.name} after {self.cursor.step} steps", found)

    def _states(self, step: int, expected: Floats, found: Floats) -> Iterator[Mismatch]:
        if expected.shape != found.shape:
            yield Mismatch(step, None, "state", f"{expected.size} numbers", f"{found.size} numbers")
            return
        i = first_different(expected, found)
        if i is None:
            return
        part, place = divmod(i, self.problem.size)
        names = ("weight", *self.recipe.rule.memories)
        if part >= len(names):
            yield differing(step, None, f"clock[{i - len(names) * self.problem.size}]", expected[i], found[i])
            return
        yield differing(step, *self.places.of_state(names[part], place), expected[i], found[i])

    # ---- recorded facts ----

    def recorded(self) -> Iterator[Mismatch]:
        """Ending, settled_after, cycle, steps, final weights, mse: those that follow from the way, once it was gone to its end."""
        if not self.complete:
            return
        run, last = self.run, self.run.replay.last_step
        yield from self._cycle()
        ending = self._ending()
        if ending is Ending.STEPS_USED and last < self.asked and run.gone is None:
            said = run.ending is Ending.STEPS_USED
            yield Mismatch(last, None, *(("steps", self.asked, last) if said else ("ending", "none yet", run.ending.name)))
        settled_after = self.cursor.last_moved + 1 if ending is Ending.SETTLED else None
        repeats = run.replay.cycle
        at_the_end = ending in (Ending.SETTLED, Ending.CYCLING)
        open_ended = last if repeats is None else sum(repeats)
        steps = (open_ended if self.recipe.asked_steps is None else self.recipe.asked_steps) if at_the_end else last
        for name, expected, found in (
            ("ending", ending.name, run.ending.name),
            ("last_moved", self.cursor.last_moved, run.replay.last_moved),
            ("last_changed", self.cursor.last_changed, run.replay.last_changed),
            ("settled", ending is Ending.SETTLED and repeats is None, run.replay.settled),
            ("settled_after", settled_after, run.settled_after),
            ("cycle", repeats if ending is Ending.CYCLING else None, run.cycle),
            ("computed", last if settled_after is None else settled_after, run.computed),
            ("steps", steps, run.steps),
            ("steps of the trace", steps, len(run.trace)),
        ):
            self.facts.append(name)
            if expected != found:
                yield Mismatch(last, None, name, expected, found)
        yield from self._final()

    def _watched(self) -> Ending:
        """Of a run whose error is looked at after every epoch: gone again to its end, and back to its best."""
        again = go(dataclasses.replace(self.recipe, time_limit=None))
        same = (again.steps, again.gone) == (self.run.steps, self.run.gone)
        return again.ending if same or again.ending is not self.run.ending else Ending.INTERRUPTED

    def _ending(self) -> Ending:
        """How a run that came this way ends."""
        run, recipe, last = self.run, self.recipe, self.run.replay.last_step
        if run.ending is Ending.TOLERANCE or run.gone is not None:
            return self._watched()
        if self.outcome in _ENDING_OF:
            return _ENDING_OF[self.outcome]
        if run.ending in (Ending.INTERRUPTED, Ending.TIME_USED) and last < self.asked:
            timed = run.ending is Ending.TIME_USED
            return run.ending if not timed or recipe.time_limit is not None else Ending.INTERRUPTED
        at_each_step = recipe.until_mse is not None and recipe.steps_per_epoch == 1
        if at_each_step and engine().mse(self.problem, self.problem.weights(self.state)) <= self.problem.until_mse:
            return Ending.MSE_REACHED
        if run.replay.cycle is not None:
            return Ending.SETTLED if self.cursor.last_moved < run.replay.cycle.first else Ending.CYCLING
        return Ending.STEPS_USED

    def _cycle(self) -> Iterator[Mismatch]:
        """The state at first comes back a period later, one step earlier it does not, nor after a part of the period."""
        cycle, last = self.run.replay.cycle, self.run.replay.last_step
        if cycle is None:
            return
        first, period = cycle
        epoch = self.recipe.steps_per_epoch
        fits = first >= 0 and period > 0 and first + period <= last and period % epoch == 0

        def comes_back(step: int, after: int) -> bool:
            return self.before_end.state_at(step).tobytes() == self.before_end.state_at(step + after).tobytes()

        if not fits or not comes_back(first, period):
            yield Mismatch(max(first, 0), None, "cycle", "weights that do not repeat", tuple(cycle))
        elif first > 0 and comes_back(first - 1, period):
            yield Mismatch(first - 1, None, "cycle", "weights that repeat from an earlier step on", tuple(cycle))
        for part in _prime_factors(period // epoch if fits else 1):
            if comes_back(first, period // part):
                yield Mismatch(first, None, "cycle", f"weights that repeat every {period // part} steps", tuple(cycle))

    def _final(self) -> Iterator[Mismatch]:
        """Weights and mse as the run tells them."""
        run, recipe = self.run, self.recipe
        self.facts += ["weight", "mse", "start_mse"]
        weights = self.problem.weights(self.replay.state_at(run.steps))
        found = self._told()
        if (i := first_different(weights.ravel(), found)) is not None:
            yield differing(run.steps, *self.places.of_state("weight", i), weights.flat[i], found[i])
        mse = plain.mse if plain_seconds(recipe, recipe.n) < PLAIN_SECONDS / 4 else engine().mse
        for step, name, block in ((0, "start_mse", recipe.start_weights()), (run.steps, "mse", weights)):
            expected, told_mse = mse(self.problem, block), getattr(run, name)
            if struct.pack("<d", expected) != struct.pack("<d", told_mse):
                yield differing(step, None, name, expected, told_mse)

    def _told(self) -> Floats:
        """All final weights as the run tells them, in the order of a state."""
        run, recipe = self.run, self.recipe
        if recipe.in_layers:
            return Network(tuple(run.weight), tuple(run.bias), recipe.network.activations).flat()
        bias = None if run.bias is None else np.reshape(run.bias, recipe.k)
        return Network((np.reshape(run.weight, (recipe.k, recipe.d)),), (bias,), recipe.network.activations).flat()


_ENDING_OF = {
    Outcome.DIVERGED: Ending.DIVERGED,
    Outcome.MSE_REACHED: Ending.MSE_REACHED,
    Outcome.UNCHANGED: Ending.SETTLED,
}


def _prime_factors(number: int) -> Iterator[int]:
    factor = 2
    while factor * factor <= number:
        if number % factor == 0:
            yield factor
            while number % factor == 0:
                number //= factor
        factor += 1
    if number > 1:
        yield number
