"""A schedule may pause a run: what changes nothing at alpha 0 may change something at the next alpha."""

import pytest

import nodescope as ns

TINY, HUGE = 5e-324, 2.0**1000
MOMENTUM = {"name": "momentum", "momentum": 0.9}


def test_a_velocity_that_rounding_keeps_alive_moves_the_weight_when_alpha_comes_back():
    """By hand: the smallest double is the weight and the velocity; 0.9 of it rounds to itself, and alpha 0 leaves all as it is."""
    pause = [0.0] * 10
    run = ns.descend(weight=TINY, input=1, goal=0, rule=MOMENTUM, alpha=[1.0, *pause, HUGE], steps=12)
    assert run.trace[:]["weight"].tolist() == [TINY, *[0.0] * 11]
    assert run.trace[:]["velocity"].tolist() == [TINY] * 12
    assert (run.ending, run.weight) == (ns.Ending.STEPS_USED, -TINY * HUGE)


@pytest.mark.parametrize(("rule", "ending"), [("plain", ns.Ending.SETTLED), (MOMENTUM, ns.Ending.STEPS_USED)])
def test_only_a_rule_without_a_memory_is_known_to_be_done_before_the_schedule_is(rule, ending):
    assert ns.descend(weight=0.6, input=1, goal=0.6, rule=rule, alpha=[0.1] * 20, steps=20).ending is ending


def test_frozen_weights_wait_for_no_schedule():
    run = ns.descend(weight=0.4, input=1, goal=0.6, rule=MOMENTUM, alpha=[0.1] * 20, frozen=True, steps=20)
    assert run.ending is ns.Ending.SETTLED
