"""Law: a step whose parts others have added up has the bits of a step by oneself, however many share it."""

import numpy as np
import pytest
from conftest import PLAIN, cases
from random_parts import problem_of

from nodescope.arithmetic import apart
from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor, Floats, Problem


def here(problem: Problem) -> apart.Look:
    """Somebody who makes the last stretch first."""

    def look(some: list[apart.Stretch], weights: Floats) -> list[apart.Sums]:
        return [apart.sums_over(apart.rows_of(problem, stretch), weights) for stretch in reversed(some)][::-1]

    return look


def went(problem: Problem, state: Floats, steps: int, among: int) -> tuple[object, ...]:
    """How a walk ends, and all that it leaves behind; by oneself where nobody is among whom it is shared."""
    cursor, kept = Cursor.at(0), np.zeros((4, len(state)))
    cursor.stopping = cursor.watching = 1
    cursor.spacing, cursor.capacity = 3, len(kept)
    state, saved = state.copy(), state.copy()
    settings = {"saved": saved, "checkpoints": kept, "alphas": np.linspace(0.001, 0.02, steps) if among % 2 else None}
    with np.errstate(all="ignore"):
        if among > 1:
            outcome = apart.walk(here(problem), among, problem, cursor, state, steps, **settings)
        else:
            outcome = engine().walk(problem, cursor, state, steps, **settings)
    seen = [getattr(cursor, name) for name, _ in Cursor._fields_]
    return outcome, seen, state.tobytes(), saved.tobytes(), kept.tobytes()


def test_whoever_shares_a_step_its_bits_are_those_of_one():
    for trial in range(cases(2000, 6)):
        rng = np.random.default_rng(trial)
        problem = problem_of(rng, trial)
        state = problem.first_state(rng.normal(size=problem.size))
        for share in (0, 1):
            steps = int(rng.integers(1, 12))
            assert went(problem, state, steps, 2 + share) == went(problem, state, steps, share), (trial, share)


@pytest.mark.skipif(PLAIN, reason="it holds the two engines against each other")
def test_the_definition_looks_and_takes_alike():
    for trial in range(cases(1000)):
        rng = np.random.default_rng(trial)
        problem = problem_of(rng, trial)
        state = problem.first_state(rng.normal(size=problem.size))
        start = int(rng.integers(problem.n))
        count = int(rng.integers(1, min(60, problem.n - start) + 1))
        with np.errstate(all="ignore"):
            looked = [of.look(problem, state, start, count) for of in (engine(), plain)]
            nan = [np.where(np.isnan(sums), np.nan, sums).tobytes() for sums, _ in looked]
            assert nan[0] == nan[1], trial
            linear = problem.is_least_squares and problem.frozen is None
            assert linear or looked[0][1] == looked[1][1], trial  # of linear nodes the sums themselves tell it
            after = []
            for of in (engine(), plain):
                own, cursor = state.copy(), Cursor.at(2)
                outcome = of.take(problem, cursor, own, looked[0][0], count, looked[0][1])
                after.append((outcome, cursor.step, cursor.last_moved, cursor.last_changed, own.tobytes()))
        assert after[0] == after[1], trial
