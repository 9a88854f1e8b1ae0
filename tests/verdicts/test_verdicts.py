"""Named runs judged as an expert would, and a fresh lot of generated ones."""

from typing import Any

import numpy as np
import pytest
from verdicts import networks, remedies, unfinished
from verdicts.cases import Case
from verdicts.check import KINDS, wrong_in
from verdicts.generated import generate
from verdicts.named import CASES, HEALTHY

import nodescope as ns


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_named(case: Case):
    assert wrong_in(case) == []


def test_half_of_the_named_are_healthy():
    assert len(CASES) >= 60
    assert 0.4 < len(HEALTHY) / len(CASES) < 0.6


def test_generated():
    cases = list(generate(300, 11))
    wrong = {case.name: found for _, case in cases if (found := wrong_in(case))}
    assert len(wrong) <= len(cases) / 100, wrong


def test_what_is_left_along_each_direction():
    cases = list(unfinished.generate(80, 5))
    assert [(kind, wrong) for kind, case in cases if (wrong := unfinished.wrong_in(case))] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_kinds_that_were_once_judged_wrongly(kind: Any):
    made = list(kind.generate(36, 6))
    assert [(name, wrong) for name, recipe in made if (wrong := kind.wrong_in(recipe))] == []


def test_remedies_that_name_a_number_work():
    applied = list(remedies.remedied(150, 4))
    assert [(one.kind, one.remedy) for one in applied if not one.worked] == []
    assert {one.kind for one in applied} == set(remedies.KINDS)


@pytest.mark.parametrize("case", networks.CASES, ids=lambda case: case.name)
def test_named_networks(case: Case):
    assert wrong_in(case) == []


def test_about_half_of_the_named_networks_are_healthy():
    assert len(networks.CASES) >= 50
    assert 0.4 < len(networks.HEALTHY) / len(networks.CASES) < 0.6


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("target", [networks.plane, networks.gaussian])
def test_playgrounds_regressions_are_healthy(target, seed: int):
    """TensorFlow Playground's two, its default shape and settings."""
    run = ns.descend(**networks.playground(target, seed))
    assert ns.diagnose(run).headline.startswith("Healthy: nothing is wrong")
    assert run.mse < 0.7 * run.start_mse


def test_generated_networks():
    cases = list(networks.generate(60, 3))
    assert {case.name: found for _, case in cases if (found := wrong_in(case))} == {}


def test_no_healthy_training_gets_a_fault():
    for _, case in networks.healthy(200, 77):
        diagnosis = ns.diagnose(ns.descend(**case.recipe))
        assert [f.name for f in diagnosis.findings if f.severity == "fault"] == [], case.name
        assert not diagnosis.withheld, case.name


def _widely_explained(alpha: float) -> ns.Run:
    """Trask 2015, "A Neural Network in 13 lines of Python (Part 2: Gradient Descent)": its network, its start, its 60,000 steps."""
    random = np.random.RandomState(1)
    weights = [(2 * random.random_sample(shape) - 1).T for shape in ((3, 4), (4, 1))]
    network = ns.network(weights=weights, activations="sigmoid")
    x, y = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0]
    return ns.descend(network=network, input=x, goal=y, alpha=alpha, batch="all", reduction="sum", steps=60_000)


def test_an_alpha_of_100_stands_still_and_does_not_jump_around():
    """Its last row is [1, 1, 1]: every hidden node is off for it, so its prediction is a sigmoid of 0, and nothing can move it."""
    run = _widely_explained(100.0)
    assert run.trace[-1].prediction[3] == pytest.approx(0.5, abs=1e-4)
    finding = ns.diagnose(run).findings[0]
    assert (finding.name, finding.severity, finding.where) == ("stalled", "fault", "layer 0")
    assert "1 of 4 examples (3)" in str(finding)


def test_an_alpha_of_1000_is_saturated_and_does_not_diverge():
    """All its predictions are below 1e-30: the output node is on its flat end, and not one weight moves any more."""
    run = _widely_explained(1000.0)
    assert run.trace[-1].prediction.max() < 1e-30
    assert run.ending is ns.Ending.SETTLED
    diagnosis = ns.diagnose(run)
    assert diagnosis.findings[0].name == "saturated nodes"
    assert "diverges" not in [finding.name for finding in diagnosis.findings]


def test_the_first_number_that_was_not_finite_is_named():
    """By hand: weight 1e200 times prediction 1e200 is the first beyond the doubles, in the second layer's only node."""
    network = ns.network(weights=[[[1e200]], [[1e200]]])
    run = ns.descend(network=network, input=[[1.0]], goal=[0.0], alpha=0.1)
    cause = ns.diagnose(run).cause
    assert (cause.step, cause.layer, cause.node, cause.example, cause.quantity) == (0, 1, 0, 0, "sum")
    assert dict(cause.operands) == {"weight": 1e200, "input": 1e200}
    grown = ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=2.5)).cause
    assert grown.irreversible_from == 0
    assert grown.layer is None
