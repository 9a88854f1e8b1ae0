"""Nodes walked to their ends: how each ended, after how many updates, and what the last of them moved."""

import numpy as np

import nodescope as ns
from nodescope.arithmetic.problem import Outcome
from nodescope.theory.stepped import walk_until_it_ends


def walked(steps=10**5, weight=0.4, **more):
    run = ns.descend(**{"weight": weight, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 0} | more)
    return walk_until_it_ends(run.recipe.problem, run.recipe.start_weights(), steps)


def test_a_settled_node():
    found = walked()
    assert (found.outcome, found.settled_after, found.period) == (Outcome.UNCHANGED, 317, None)
    assert found.state.tolist() == [0.5999999999999994]


def test_a_cycle():
    found = walked(alpha=2.0)
    assert (found.outcome, found.settled_after, found.period) == (Outcome.REPEATED, None, 2)
    three = walked(weight=0.0, input=[1.0, 1.0, 1.0], goal=[1.0, 2.0, 3.0], alpha=0.5)
    assert (three.settled_after, three.period) == (None, 3)


def test_steps_used_up_and_divergence():
    found = walked(steps=7)
    assert (found.outcome, found.steps, found.settled_after, found.period) == (Outcome.WENT, 7, None, None)
    away = walked(alpha=1e200)
    assert (away.outcome, away.settled_after, away.period) == (Outcome.DIVERGED, None, None)
    assert away.steps == 2


def test_a_memory_that_goes_round_while_the_weight_stands_is_settled():
    """Momentum's velocity at the end of the doubles need not reach 0: what counts is that no weight moves."""
    found = walked(rule="momentum", alpha=0.1)
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, rule="momentum")
    assert found.settled_after == run.settled_after
    assert (found.period is None) == (run.cycle is None)
    assert np.isfinite(found.state).all()
