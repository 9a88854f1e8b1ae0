"""The loop that it all grew from: its printed numbers, its stall, and what larger alphas do."""

import math

import numpy as np
import pytest

import nodescope as ns

PRINTED = [
    0.42000000000000004, 0.43800000000000006, 0.45420000000000005, 0.46878000000000003, 0.48190200000000005,
    0.49371180000000003, 0.50434062, 0.513906558, 0.5225159022, 0.53026431198,
]  # fmt: skip


def seed(**keywords):
    return ns.descend(**{"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, **keywords})


def by_hand(steps, alpha=0.1):
    weight, weights = 0.4, []
    for _ in range(steps):
        prediction = weight * 1
        delta = prediction - 0.6
        weight = weight - alpha * (delta * 1)
        weights.append(weight)
    return weights


def test_ten_printed_weights():
    assert seed(steps=325).trace[0:10]["new_weight"].tolist() == PRINTED


@pytest.mark.parametrize("steps", [318, 325, 100_000, 10**9])
def test_it_settles(steps):
    run = seed(steps=steps)
    assert (run.weight, run.steps, run.ending, run.settled_after) == (0.5999999999999994, steps, ns.Ending.SETTLED, 317)
    assert run.computed == 317
    assert len(run.trace) == steps
    last = run.trace[steps - 1]
    assert (last.weight, last.new_weight, last.step) == (0.5999999999999994, 0.5999999999999994, steps - 1)


def test_317_steps_do_not_know_it_yet():
    run = seed(steps=317)
    assert (run.weight, run.ending, run.settled_after) == (0.5999999999999994, ns.Ending.STEPS_USED, None)


def test_every_number_of_the_first_step():
    step = seed(steps=1).trace[0]
    assert step.prediction == 0.4
    assert step.delta == 0.4 - 0.6
    assert step.mse == (0.4 - 0.6) * (0.4 - 0.6)
    assert step.weighted_delta == step.delta
    assert step.alpha_delta == 0.1 * step.delta
    assert step.new_weight == 0.42000000000000004
    assert (step.input, step.goal, step.step, step.epoch, step.example) == (1.0, 0.6, 0, 0, 0)
    assert type(step.prediction) is float


@pytest.mark.parametrize(("alpha", "first"), [(1.5, 50), (1.99, 3095), (2, 0)])
def test_cycles_of_two(alpha, first):
    run = seed(alpha=alpha, steps=10**9)
    assert run.ending is ns.Ending.CYCLING
    assert run.cycle == (first, 2)
    hand = by_hand(first + 10, alpha)
    assert run.trace[0 : first + 10]["new_weight"].tolist() == hand
    assert run.trace[10**9 - 1].new_weight == run.weight == hand[first + 1 if first % 2 == 0 else first]


def test_at_the_limit_it_swings_for_ever():
    assert seed(alpha=2, steps=4).trace[:]["weight"].tolist() == [0.4, 0.7999999999999999, 0.4, 0.7999999999999999]


def test_beyond_the_limit_the_sentence_says_that_the_error_grew():
    run = seed(alpha=2.01, steps=325)
    assert run.ending is ns.Ending.STEPS_USED
    assert run.sentence == "325 steps used; the error grew: predictions are off by 25.4 times what they were."


def test_with_enough_steps_it_diverges_and_the_last_row_is_readable():
    run = seed(alpha=2.01, steps=10**6)
    assert run.ending is ns.Ending.DIVERGED
    hand = by_hand(run.steps, 2.01)
    assert math.isfinite(hand[-2])
    assert math.isinf(hand[-1])
    last = run.trace[run.steps - 1]
    assert (last.weight, last.new_weight) == (hand[-2], hand[-1])
    with pytest.raises(IndexError):
        run.trace[run.steps]


def test_nothing_to_move():
    run = ns.descend(weight=0, input=0, goal=0.6, alpha=0.1, steps=10)
    assert (run.ending, run.settled_after, run.weight) == (ns.Ending.SETTLED, 0, 0.0)


def test_infinite_mse_alone_ends_nothing():
    run = ns.descend(weight=0.0, input=1.0, goal=1e200, alpha=1e-3, steps=5)
    assert run.ending is ns.Ending.STEPS_USED
    assert np.isinf(run.trace[:]["mse"]).all()


def test_an_error_beyond_all_numbers_from_the_start_did_not_grow():
    run = ns.descend(weight=0.4, input=1e308, goal=-1e308, frozen=True, alpha=0.1)
    assert run.sentence.endswith("the error is beyond all numbers.")


def test_three_pigs_as_inputs_and_as_examples():
    pigs = ns.descend(weight=[0.4] * 3, input=[0, 1, 2], goal=0.6, alpha=0.1)
    assert pigs.weight == pytest.approx([0.4, 0.28, 0.16], abs=1e-15)
    assert pigs.trace[:]["weight"][:, 0].tolist() == [0.4] * pigs.steps
    examples = ns.descend(weight=0.4, input=[0, 1, 2], goal=[0.6] * 3, alpha=0.1)
    assert examples.ending is ns.Ending.CYCLING
    assert examples.cycle == (168, 3)


def test_deltas_cancel_and_squares_do_not():
    step = ns.descend(weight=2, input=[1, -1], goal=[0, 0], alpha=0.1, batch="all", steps=1).trace[0]
    assert step.delta.tolist() == [2.0, -2.0]
    assert step.mse == 4.0
    assert step.weighted_delta == 2.0
