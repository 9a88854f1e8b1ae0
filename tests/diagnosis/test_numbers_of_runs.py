"""The numbers that findings about a run are judged by, and the names of its parts: each worked out by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.after.class_evidence import ClassEvidence
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.margin_evidence import MarginEvidence
from nodescope.diagnosis.after.snapshot import steps_looked_at
from nodescope.run.ending import Ending


def of(kind: type, fact: str, **known: Any) -> Any:
    """A fact of an evidence of which no more is known than this."""
    found = vars(kind)[fact]
    return (found.func if hasattr(found, "func") else found.fget)(SimpleNamespace(**known))


# ---- names ----


def evidence_of(**keywords: Any) -> Evidence:
    return Evidence(ns.descend(**{"alpha": 0.1, "steps": 1} | keywords))


def test_names_of_weights_and_inputs():
    layers = evidence_of(network=[2, 2, 1], input=[[1.0, 2.0]], goal=[[1.0]])
    places = [(0, 1, 0), (0, 0, 2), (1, 0, 1), (1, 0, 2)]
    assert [layers.weight_name(*place) for place in places] == [
        "layer 0, node 1, the weight of input 0", "layer 0, node 0, the bias", "layer 1, the weight of node 1 of the layer before",
        "layer 1, the bias",
    ]  # fmt: skip
    nodes = evidence_of(input=[[1.0]], goal=[[1.0, 2.0]], bias=True)
    assert [nodes.weight_name(0, 1, column) for column in (0, 1)] == ["node 1, the weight of the input", "node 1, the bias"]
    named = evidence_of(data={"rooms": [1.0, 2.0], "price": [2.0, 3.0]}, goal="price")
    assert [named.weight_name(0, 0, column) for column in (0, 1)] == ["the weight of input 'rooms'", "the bias"]


# ---- numbers ----


@pytest.mark.parametrize(("spread", "start", "end", "left"), [(2.0, 8.0, 1.0, 0.5), (0.0, 8.0, 2.0, 0.25), (0.0, 0.0, 2.0, 0.0)])
def test_what_part_of_the_error_is_left(spread: float, start: float, end: float, left: float):
    assert of(Evidence, "share_left", spread=spread, start=start, end=end) == left


@pytest.mark.parametrize(
    ("alphas", "faded"), [([0.4, 0.1], 0.25), ([-0.4, 0.1], 0.25), ([0.1, -0.4], 1.0), ([0.5], 1.0), ([0.0, 0.0], 1.0), ([], 1.0)]
)
def test_what_alpha_has_faded_to(alphas: list[float], faded: float):
    assert of(Evidence, "faded", alphas=np.array(alphas)) == faded


@pytest.mark.parametrize(
    ("n", "steps", "looks"),
    [
        (1, 640, [*range(0, 641, 10)]), (10**7, 90, [*range(0, 91, 10)]), (10**8, 40, [0, 10, 20, 30, 40]), (1, 2, [0, 1, 2]),
        (1, 0, [0]), (0, 640, [*range(0, 641, 10)]),
    ],
)  # fmt: skip
def test_when_the_error_is_looked_at(n: int, steps: int, looks: list[int]):
    """At 65 moments, at fewer of larger trainings, at five at least."""
    problem, run = SimpleNamespace(n=n, size=2), SimpleNamespace(steps=steps)
    assert of(Evidence, "error_steps", problem=problem, run=run) == looks


@pytest.mark.parametrize("back", [0, 1, 2, 3, 4, 5, 6, 7, 8])
def test_a_layer_stands_that_has_not_moved_at_any_of_these_moments(back: int):
    """One, two and three steps, half an epoch and an epoch before the end, of an epoch of seven steps."""
    states = {step: np.array([5.0, float(step != 20 - back), 1.0 * step]) for step in range(21)}
    problem, run = SimpleNamespace(weights_of=lambda _: slice(0, 2)), SimpleNamespace(steps=20)
    known: Any = SimpleNamespace(problem=problem, run=run, recipe=SimpleNamespace(steps_per_epoch=7), flat_at=states.__getitem__)
    assert Evidence.unmoved(known, 0) is (back not in (0, 1, 2, 3, 4, 7))


CONVERGED = {
    "run": SimpleNamespace(ending=Ending.STEPS_USED), "solved": False, "start": 1.0, "end": 0.5, "penalised_excess": None,
    "is_linear": False, "share_left": 0.05, "linear": SimpleNamespace(converged=False),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "converged"),
    [
        ({}, True), ({"share_left": 0.051}, False), ({"is_linear": True}, False),
        ({"is_linear": True, "linear": SimpleNamespace(converged=True), "share_left": 1.0}, True),
        ({"share_left": 1.0, "solved": True}, True), ({"share_left": 1.0, "run": SimpleNamespace(ending=Ending.MSE_REACHED)}, True),
        ({"end": math.inf}, False), ({"end": math.inf, "start": math.inf}, True),
        ({"penalised_excess": 1e-3, "share_left": 1.0}, True),
        ({"penalised_excess": 1.1e-3}, False),
    ],
)  # fmt: skip
def test_whether_it_has_converged(change: dict[str, Any], converged: bool):
    assert of(Evidence, "converged", **CONVERGED | change) is converged


@pytest.mark.parametrize(
    ("lowest", "values", "excess"),
    [(1.0, (3.0, 1.5), 0.25), (1.0, (3.0, 0.5), 0.0), (3.0, (3.0, 4.0), 0.0), (None, (3.0, 1.5), None)],
)
def test_what_could_still_be_gained_beside_a_penalty(lowest: float | None, values: tuple[float, float], excess: float | None):
    foretold = SimpleNamespace(lowest_point=None if lowest is None else SimpleNamespace(value=lowest), value_at=values.__getitem__)
    known = {"foretold": foretold, "run": SimpleNamespace(steps=9), "flat_at": lambda step: int(step > 0)}
    assert of(Evidence, "penalised_excess", finite=True, **known) == excess
    assert of(Evidence, "penalised_excess", finite=False, **known) is None


@pytest.mark.parametrize(("end", "residual", "solved"), [(0.0, 0.0, True), (0.0, 1e-200, False), (1e-300, 0.0, False)])
def test_whether_every_error_is_nothing(end: float, residual: float, solved: bool):
    known = {"run": SimpleNamespace(steps=9), "residual_at": lambda _: np.array([[0.0], [residual]])}
    assert bool(of(Evidence, "solved", end=end, **known)) is solved


def test_steps_of_snapshots():
    looks = {0: [], 1: [0], 2: [0, 1], 9: [*range(9)], 17: [*range(0, 17, 2)], 801: [*range(0, 801, 100)]}
    assert {steps: steps_looked_at(steps) for steps in looks} == looks


# ---- classes ----


def test_the_loss_of_giving_each_class_its_share():
    def spread(*goals: list[float]) -> float:
        goal = np.array(goals)
        problem, recipe = SimpleNamespace(k=goal.shape[1]), SimpleNamespace(examples=SimpleNamespace(goal=goal))
        return float(of(ClassEvidence, "spread", problem=problem, recipe=recipe))

    assert spread([0.0], [1.0]) == pytest.approx(math.log(2))
    assert spread([1.0], [1.0]) == 0.0
    assert spread([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]) == pytest.approx(math.log(2))
    assert spread([0.0], [0.0], [0.0], [1.0]) == pytest.approx(math.log(4) - 0.75 * math.log(3))


@pytest.mark.parametrize(
    ("lowest", "start", "spread", "end", "excess"),
    [(0.25, 1.25, 0.5, 0.5, 0.25), (0.25, 0.5, 1.25, 0.5, 0.25), (0.5, 0.5, 0.5, 0.75, 0.0), (None, 1.0, 1.0, 0.5, None)],
)
def test_what_could_still_be_gained(lowest: float | None, start: float, spread: float, end: float, excess: float | None):
    """From the start, or from the class frequencies where those are worse."""
    least = None if lowest is None else SimpleNamespace(loss=lowest)
    assert of(ClassEvidence, "excess", lowest=least, start=start, spread=spread, end=end) == excess


@pytest.mark.parametrize(("excess", "least"), [(1e-3, True), (1.1e-3, False), (None, False)])
def test_whether_no_weights_do_better(excess: float | None, least: bool):
    assert of(ClassEvidence, "at_the_least", excess=excess) is least
    if excess is not None:
        assert of(ClassEvidence, "converged", run=SimpleNamespace(ending=Ending.STEPS_USED), solved=False, excess=excess) is least
    for done in ({"solved": True}, {"solved": False, "run": SimpleNamespace(ending=Ending.MSE_REACHED)}):
        assert of(ClassEvidence, "converged", **{"run": SimpleNamespace(ending=Ending.STEPS_USED), "excess": 1.0} | done) is True


@pytest.mark.parametrize(
    ("loss", "goals", "spread"), [("hinge", [0, 1, 1, 1], 0.5), ("perceptron", [0, 1, 1, 1], 0.25), ("hinge", [0, 0, 0, 1], 0.5)]
)
def test_the_least_loss_of_one_side_for_all(loss: str, goals: list[float], spread: float):
    problem, recipe = (
        SimpleNamespace(loss=SimpleNamespace(name=loss)),
        SimpleNamespace(examples=SimpleNamespace(goal=np.array(goals))),
    )
    assert of(MarginEvidence, "spread", problem=problem, recipe=recipe) == spread


def test_a_run_of_sides_is_solved_where_no_example_asks_for_more():
    assert [of(MarginEvidence, "solved", end=end, wrong=wrong) for end, wrong in ((0.0, 0.0), (0.0, 0.5), (0.5, 0.0))] == [
        True,
        False,
        False,
    ]
    asked = [(True, None), (False, False), (False, True), (False, None)]
    assert [of(MarginEvidence, "converged", solved=solved, parted=parted) for solved, parted in asked] == [True, True, False, False]
