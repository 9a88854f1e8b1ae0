"""Each finding where it must be made, and the proof beside it."""

import dataclasses
import math

import numpy as np
import pytest
from conftest import PLAIN

import nodescope as ns
from nodescope.diagnosis.after.verdict import Diagnosis, diagnose

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}
STEPS = {"steps": 325}


def _of(**recipe: object) -> Diagnosis:
    return diagnose(ns.descend(**recipe))


def _names(found: Diagnosis) -> set[str]:
    return {finding.name for finding in found.findings}


def _finding(found: Diagnosis, name: str):
    (finding,) = (finding for finding in found.findings if finding.name == name)
    return finding


@pytest.mark.parametrize(
    ("alpha", "names"),
    [
        (0.1, {"rounding floor", "nothing wrong"}),
        (0.7, {"solved", "nothing wrong"}),
        (1.0, {"solved", "nothing wrong"}),
        (1.5, {"last-bit cycle", "oscillates", "nothing wrong"}),
        (1.99, {"oscillates", "not converged", "nothing wrong"}),
        (2.0, {"marginal"}),
        (2.01, {"diverges"}),
        (-0.1, {"wrong sign"}),
        (0.0, {"alpha is zero"}),
        (0.001, {"slow convergence"}),
        (0.005, {"not converged", "nothing wrong"}),
    ],
)
def test_the_seed_at_every_alpha(alpha: float, names: set[str]):
    found = _of(**SEED, **STEPS, alpha=alpha)
    assert _names(found) == names
    assert not found.withheld
    assert found.proof
    assert all(row.agrees for row in found.proof)


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_look_at_a_few_steps_is_not_slow(steps: int):
    """The seed's own alpha, stopped after a step or two to look at the numbers; an alpha that is too small is so all the same."""
    assert _names(_of(**SEED, steps=steps, alpha=0.1)) == {"not converged", "nothing wrong" if steps else "unknown"}
    assert [f.name for f in _of(**SEED, steps=steps, alpha=0.1, rule="adam").findings].count("unknown") == 1
    assert _names(_of(**SEED, steps=steps, alpha=0.001)) == {"slow convergence"}


def test_the_stall_of_the_seed_is_a_tie():
    finding = _finding(_of(**SEED, alpha=0.1), "rounding floor")
    assert "5 doubles short of 0.6" in finding.text
    assert "exactly half the gap" in finding.text
    assert "even one" in finding.text
    assert (finding.step, finding.severity) == (317, "note")


def test_a_stall_that_is_no_tie_says_less_than_half():
    found = [_of(**SEED | {"goal": goal}, alpha=0.1) for goal in np.linspace(0.5, 0.99, 12)]
    texts = [_finding(d, "rounding floor").text for d in found if "rounding floor" in d]
    assert any("is less than half the gap" in text for text in texts)


def test_every_finding_carries_its_evidence():
    for alpha in (0.1, 0.7, 1.5, 2.0, 2.01, -0.1, 0.0, 0.001):
        for finding in _of(**SEED, **STEPS, alpha=alpha).findings:
            assert finding.severity in ("note", "warning", "fault")
            assert finding.step is not None
            assert finding.measured is not None
            assert finding.threshold
            assert finding.source
            assert finding.severity == "note" or finding.remedy


def test_runs_away_names_its_step_growth_and_the_alpha_that_holds():
    finding = _finding(_of(**SEED, alpha=2.5), "diverges")
    assert (finding.step, finding.predicted) == (0, -1.5)
    assert finding.measured == pytest.approx(1.5)
    assert "below 2 holds" in finding.remedy


def test_an_island_is_named():
    found = _of(input=[1, 3], goal=[1, 2], alpha=0.5, epochs=20)
    assert "from 0.849528 to 1.11111" in _finding(found, "diverges").remedy
    assert "diverges" not in _of(input=[1, 3], goal=[1, 2], alpha=1.0, epochs=20)


def test_overflow_is_not_divergence():
    found = _of(weight=1e200, input=1e150, goal=0, alpha=1e-301)
    assert {"overflow"} == _names(found) - {"irreducible error"}


def test_zero_inputs_and_frozen_weights():
    assert _finding(_of(weight=0.5, input=0, goal=1, alpha=0.1), "zero input").severity == "fault"
    some = _of(weight=[0.5, 0.5], input=[[0, 1], [0, 2]], goal=[1, 2], alpha=0.1)
    assert (_finding(some, "zero input").severity, _finding(some, "zero input").where) == ("warning", "input 0")
    frozen = _of(weight=[0.5, 0.5], input=[1, 1], goal=1, alpha=0.1, frozen=[True, False])
    assert _finding(frozen, "frozen weight").severity == "note"
    assert _finding(_of(**SEED, alpha=0.1, frozen=True), "frozen weight").severity == "warning"


def test_contradiction_and_cancelling():
    found = _of(input=[1, 1], goal=[0, 1], weight=0.5, alpha=0.1, batch="all")
    assert {"irreducible error", "errors cancel"} <= _names(found)
    assert "examples 0 and 1 have the same inputs" in _finding(found, "irreducible error").text
    assert _finding(found, "irreducible error").predicted == pytest.approx(0.25)
    assert "errors cancel" in _of(weight=2, input=[1, -1], goal=[0, 0], alpha=0.1, batch="all")


@pytest.mark.parametrize(("bias", "remedy"), [(False, "A bias, or further inputs, may lower it."), (True, "")])
def test_a_bias_is_advised_only_where_there_is_none(bias, remedy):
    run = ns.descend(weight=0, input=[1, 2, 3, 4], goal=[2, 3, 4.5, 7], bias=bias, alpha=0.05, batch="all", steps=20_000)
    assert _finding(ns.diagnose(run), "irreducible error").remedy == remedy


def _regression(rng: np.random.Generator, scale: object = 1.0) -> dict[str, object]:
    x = rng.normal(size=(60, 3))
    return {"input": x * scale, "goal": x @ [1.0, -2.0, 3.0] + 0.5 * rng.normal(size=60)}


def test_ill_conditioned_names_its_inputs_and_what_standardising_gives():
    found = _of(**_regression(np.random.default_rng(0), [1.0, 1.0, 1000.0]), batch="all", steps=100)
    finding = _finding(found, "ill-conditioned")
    assert finding.measured > 1e5
    assert finding.predicted < 10
    assert "Standardising" in finding.remedy
    repeated = np.random.default_rng(1).normal(size=(50, 1)) + np.array([0.0, 1e-4]) * np.random.default_rng(2).normal(size=(50, 1))
    near = _of(input=repeated, goal=repeated @ [1.0, 100.0], weight=[0.0, 0.0], batch="all", steps=100)
    assert "ill-conditioned" not in near or "does not help" in _finding(near, "ill-conditioned").remedy


def test_noise_floor_of_one_at_a_time():
    rng = np.random.default_rng(3)
    recipe = _regression(rng)
    loud = _of(**recipe, alpha=0.3, epochs=20 if PLAIN else 200)
    finding = _finding(loud, "noise floor")
    assert finding.severity == "warning"
    assert finding.measured == pytest.approx(finding.predicted, rel=0.01)
    assert "noise floor" not in _of(**recipe, alpha=0.001, epochs=20 if PLAIN else 200)


def test_the_mean_delta_of_a_healthy_regression_is_no_finding():
    healthy = _of(**_regression(np.random.default_rng(4)), bias=True, batch="all", steps=300)
    assert _names(healthy) <= {
        "irreducible error",
        "nothing wrong",
        "rounding floor",
        "last-bit cycle",
        "not converged",
        "oscillates",
    }


def test_overfitting():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(40, 20))
    table = {f"x{i}": x[:, i] for i in range(20)} | {"y": rng.normal(size=40)}
    found = _of(data=table, goal="y", holdout=0.5, batch="all", steps=20 if PLAIN else 20_000)
    assert PLAIN or "overfitting" in found


def test_what_is_not_known():
    found = _of(**SEED, rule="adam", alpha=1e-4, steps=10)
    assert "unknown" in found
    assert "longer or shorter" in _finding(found, "unknown").text
    assert "diverges" in _of(**SEED, alpha=[3.0] * 50)
    assert "wrong sign" in _of(**SEED, alpha=[-0.1] * 50)


def test_interrupted_and_unmoved_runs_have_a_verdict():
    for recipe in (
        {**SEED, "alpha": 1e-7, "time_limit": 0.0},
        {**SEED, "alpha": 0.1, "steps": 0},
        {"weight": 0.6, **SEED, "alpha": 0.1},
    ):
        assert _of(**recipe).verdict


def test_a_changed_run_has_its_verdict_withheld():
    run = ns.descend(**SEED, alpha=0.1, steps=100)
    state = run.replay.last_state.copy()
    state[0] = math.nextafter(state[0] * 1.001, 1)
    changed = dataclasses.replace(run, replay=dataclasses.replace(run.replay, last_state=state))
    found = diagnose(changed)
    assert found.withheld
    assert found.verdict.startswith("Withheld: at step 100 the mse should be")


def test_saved_and_loaded_it_has_the_same_verdict(tmp_path):
    run = ns.descend(**SEED, alpha=0.1)
    ns.save(run, tmp_path / "run.nodescope")
    assert str(diagnose(ns.load(tmp_path / "run.nodescope"))) == str(diagnose(run))


def test_what_two_findings_ask_for_is_said_once():
    rooms, area = [1.0, 5.0, 2.0, 4.0, 3.0], [23.0, 108.0, 41.0, 90.0, 71.0]
    found = ns.diagnose(ns.descend(data={"rooms": rooms, "area": area, "rent": [450.0, 1300.0, 610.0, 1150.0, 930.0]}, goal="rent"))
    assert [f.remedy.count("Standardising") for f in found.findings[:2]] == [1, 1]
    assert found.verdict.count("Standardising") == 1
    assert found.judgement.count("Standardising") == 1
