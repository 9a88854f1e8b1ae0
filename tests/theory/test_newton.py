"""The lowest cross-entropy by its definition: there is no slope there, and what parts classes is told from what does not."""

from dataclasses import replace

import numpy as np
import pytest

from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.problem import Problem
from nodescope.run.making import make_recipe
from nodescope.theory import newton
from nodescope.theory.newton import lowest


def problem_of(x: np.ndarray, labels: np.ndarray, **more: object) -> Problem:
    k = len(set(labels.tolist()))
    weight = np.zeros((k if k > 2 else 1, x.shape[1]))
    recipe = make_recipe(input=x, goal=labels, weight=weight[0] if k == 2 else weight, loss="cross-entropy", alpha=0.1, **more)
    return recipe.problem


def loss_of(weights: np.ndarray, x: np.ndarray, labels: np.ndarray) -> float:
    """By the words: the mean of −ln p of each example's own class."""
    losses = []
    for row, label in zip(x, labels, strict=True):
        sums = [float(w @ row) for w in weights]
        sums = [0.0, *sums] if len(sums) == 1 else sums
        losses.append(np.log(sum(np.exp(s - sums[label]) for s in sums)))
    return float(np.mean(losses))


def slope_of(weights: np.ndarray, f) -> np.ndarray:
    """Of a function of weights, by central differences."""
    found = np.empty(weights.size)
    for i in range(weights.size):
        ahead, behind = weights.ravel().copy(), weights.ravel().copy()
        ahead[i] += 1e-5
        behind[i] -= 1e-5
        found[i] = (f(ahead.reshape(weights.shape)) - f(behind.reshape(weights.shape))) / 2e-5
    return found


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("more", [
    {}, {"bias": True}, {"penalty": 0.3, "bias": True}, {"penalty": {"l2": 2.0, "bias": True}, "bias": True},
    {"penalty": 0.5, "reduction": "sum", "batch": 4}, {"reduction": "sum", "batch": "all"},
], ids=str)  # fmt: skip
def test_at_the_lowest_point_there_is_no_slope(classes: int, more: dict):
    rng = np.random.default_rng(classes)
    labels = np.tile(np.arange(classes), 8)
    x = rng.normal(size=(len(labels), 2)) * [1.0, 300.0]
    problem = problem_of(x, labels, **more)
    found = lowest(problem)
    assert found is not None
    assert (found.parted, found.attained) == (False, True)
    scale = 1.0 if problem.mean else problem.batch
    columns = np.column_stack([x, np.ones(len(x))]) if "bias" in more else x
    counts = problem.blocks(problem.penalised)[0][0]

    def f(weights: np.ndarray) -> float:
        return loss_of(weights, columns, labels) + 0.5 * problem.penalty.l2 / scale * float((weights[:, counts] ** 2).sum())

    assert found.loss == pytest.approx(f(found.weights), rel=1e-9)
    slope = slope_of(found.weights * np.sqrt((columns**2).mean(axis=0)), lambda w: f(w / np.sqrt((columns**2).mean(axis=0))))
    assert np.abs(slope).max() < 1e-6


SIDES = np.array([[-3.0], [-1.0], [1.0], [2.0]])


@pytest.mark.parametrize(("x", "labels", "told"), [
    (SIDES, [0, 0, 1, 1], (0.0, True, False)),
    (SIDES, [0, 1, 0, 1], (None, False, True)),
    (np.array([[-1.0], [0.0], [0.0], [1.0]]), [0, 0, 1, 1], (None, False, False)),
    (np.column_stack([SIDES, SIDES]), [0, 1, 0, 1], (None, False, True)),
    (np.array([[-1.0, 1.0], [0.0, 1.0], [2.0, 1.0], [0.1, 1.0], [1.0, 1.0], [2.1, 1.0]]), [0, 1, 2, 0, 1, 2], (None, False, False)),
    (np.array([[0.0, 0.0], [0.0, 0.0]]), [0, 1], (np.log(2), False, True)),
], ids=["parted", "mixed", "touching", "twice the same", "one class aside", "nothing to go by"])  # fmt: skip
def test_which_classes_have_a_lowest_point(x: np.ndarray, labels: list[int], told: tuple):
    """None where a line parts all of them, or touches some while it parts the others."""
    found = lowest(problem_of(x, np.array(labels)))
    assert found is not None
    assert (found.parted, found.attained) == told[1:]
    if told[0] is not None:
        assert found.loss == pytest.approx(told[0], abs=1e-15)
    if not found.parted:
        assert found.loss == pytest.approx(loss_of(found.weights, x, np.array(labels)), rel=1e-9)


def test_two_classes_that_are_mixed_beside_one_aside_have_no_lowest_point():
    """Story: of 60 such tables 19 were said to have one. What parts the one class goes on for ever, by ever smaller gains, and
    along the way its curvature came to nothing before the gains did."""
    rng, labels = np.random.default_rng(0), np.tile([0, 1, 2], 8)
    for far in (4.2, 6.0, 20.0, 100.0):
        for _ in range(6):
            x = rng.normal(size=(24, 2))
            x[labels == 2, 0] = np.abs(x[labels == 2, 0]) + far
            mixed, aside = (lowest(problem_of(some, labels, bias=True)) for some in (rng.normal(size=(24, 2)), x))
            assert (mixed.parted, mixed.attained, aside.parted, aside.attained) == (False, True, False, False)


def test_what_a_penalty_makes_dear_is_never_parted():
    found = lowest(problem_of(SIDES, np.array([0, 0, 1, 1]), penalty=0.01))
    assert found is not None
    assert (found.parted, found.attained) == (False, True)


@pytest.mark.parametrize(("name", "most", "beyond"), [("MOST_WORK", 4 * 2 * 2 * 20, 4 * 2 * 2 * 20 - 1), ("WIDEST", 2, 1)])
def test_how_large_a_problem_may_be(monkeypatch, name: str, most: int, beyond: int):
    """Four examples of an input and a bias."""
    problem = problem_of(SIDES, np.array([0, 1, 0, 1]), bias=True)
    monkeypatch.setattr(newton, name, most)
    assert lowest(problem) is not None
    monkeypatch.setattr(newton, name, beyond)
    assert lowest(problem) is None


def test_where_it_is_not_looked_for():
    problem = problem_of(SIDES, np.array([0, 1, 0, 1]), bias=True)
    assert lowest(replace(problem, frozen=np.array([[True, False]]), native=None)) is None
    assert lowest(replace(problem, penalty=Penalty(l1=0.1), native=None)) is None
    assert lowest(replace(problem, input=problem.input * np.array([[1.0], [1.0], [1.0], [np.inf]]), native=None)) is None
    squares = make_recipe(input=SIDES, goal=[0.0, 1.0, 0.0, 1.0], alpha=0.1).problem
    assert lowest(squares) is None


@pytest.mark.parametrize(("moved", "attained"), [([0.05, -0.0999], True), ([0.05, -0.1], False), ([1.0, 0.0], False)])
def test_a_lowest_point_is_where_a_whole_step_moves_no_sum_by_a_tenth(moved: list[float], attained: bool):
    found = newton._at_its_end(0.5, np.zeros((1, 1)), np.array([moved]))
    assert (found.loss, found.parted, found.attained) == (0.5, False, attained)


def test_how_many_steps_a_search_takes(monkeypatch):
    """Newton's steps double the digits: few do, and one where a line parts them."""
    taken = []
    real = newton._probabilities
    monkeypatch.setattr(newton, "_probabilities", lambda sums: taken.append(1) or real(sums))
    for labels, steps in (([0, 1, 0, 1], 4), ([0, 0, 1, 1], 1)):
        taken.clear()
        lowest(problem_of(SIDES, np.array(labels)))
        assert len(taken) == steps
