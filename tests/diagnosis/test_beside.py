"""Two runs over time: who is ahead when, held against shorter runs of the same recipes, and the sentences of known cases."""

from typing import Any

import pytest
from conftest import ROOT

import nodescope as ns
from nodescope.data.units import WRITTEN, unit_of, words_of
from nodescope.diagnosis.checks.beside import Beside, told_apart
from nodescope.errors import InputError

PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"


def penguins(**more: Any) -> ns.Run:
    asked = {"goal": "body_mass_g", "inputs": ["flipper_length_mm", "bill_length_mm", "bill_depth_mm"], "missing": "drop"}
    return ns.descend(data=str(PENGUINS), holdout=0.2, standardise=True, **(asked | {"epochs": 20} | more))


def seed(**more: Any) -> ns.Run:
    return ns.descend(**({"weight": 0.4, "input": 1, "goal": 0.6, "steps": 20} | more))


def told(a: ns.Run, b: ns.Run, unit: str = "") -> tuple[str, str]:
    beside = Beside(a, b)
    try:
        found = ns.compare(a, b)
    except InputError:
        found = None
    return beside.sentence(found), beside.why(found, unit)


def test_who_is_ahead_is_what_shorter_runs_say():
    slow, fast = penguins(alpha=0.001), penguins(alpha=0.05)
    beside = Beside(slow, fast)
    assert [lead.who for lead in beside.leads(True)] == ["b", "a"]
    at = beside.leads(True)[1].at
    for epochs in (at - 1, at):
        shorter = [penguins(alpha=alpha, epochs=epochs).score.unseen.rmse for alpha in (0.001, 0.05)]
        assert [way.errors(True)[epochs] for way in beside.ways] == pytest.approx(shorter, rel=1e-12)
        assert (shorter[0] < shorter[1]) == (epochs == at)
    head, why = told(slow, fast, " g")
    assert head == "B learns faster, A ends closer; on 68 unseen rows that may still be chance."
    assert f"B is ahead until epoch {at - 1}; then A passes it: " in why
    assert "They differ in one setting, alpha." in why
    assert "from 2 on it would count." in why
    assert told(fast, slow)[0].startswith("A learns faster, B ends closer")


@pytest.mark.parametrize(
    ("a", "b", "head"),
    [
        ({"alpha": 0.1}, {"alpha": 0.5}, "B learns faster, and ends closer."),
        ({"alpha": 0.5, "steps": 2}, {"alpha": 0.1, "steps": 50}, "A learns faster, B ends closer."),
        ({"alpha": 0.1}, {"alpha": 0.1}, "Neither is ahead: their errors are equal at every moment."),
        ({"alpha": 0.1}, {"alpha": 0.1, "steps": 9}, "They go the same way as long as both go on; A ends closer."),
        ({"alpha": 1.0, "steps": 5}, {"alpha": 0.7, "steps": 400}, "A learns faster, and both end equally close."),
        ({"alpha": 0.1}, {"alpha": 2.05, "steps": 20_000}, "A ends closer: the error of B is beyond all numbers."),
        ({"alpha": 3, "steps": 9000}, {"alpha": 4, "steps": 9000}, "Neither is better: the errors of both are beyond all numbers."),
        ({"alpha": 0.1}, {"alpha": 0.1, "goal": 2}, "They did not learn the same goals, so neither is better."),
    ],
)
def test_the_sentence_of_known_cases(a: dict[str, Any], b: dict[str, Any], head: str):
    assert told(seed(**a), seed(**b))[0] == head


def test_errors_of_nodes_are_those_of_the_steps():
    a, b = seed(alpha=0.1, steps=9), seed(alpha=0.5, steps=4)
    one, other = Beside(a, b).ways
    assert one.seen == (*(a.trace[step].mse for step in range(9)), a.mse)
    assert other.seen == (*(b.trace[step].mse for step in range(4)), b.mse)


def test_numbers_that_differ_never_share_a_text():
    assert told_apart(380.1, 435.6) == ("380", "436")
    assert told_apart(380.1, 380.4) == ("380.1", "380.4")
    assert told_apart(0.5, 0.25) == ("0.5", "0.25")


def test_units_are_those_of_the_page():
    assert [unit_of(name) for name in ("body_mass_g", "speed (km)", "g", "size")] == ["g", "km", "", ""]
    assert words_of("bill_length_mm") == "bill length"
    assert f'"{WRITTEN}"' in (ROOT / "frontend" / "src" / "view" / "fit" / "quality.ts").read_text(encoding="utf-8")
