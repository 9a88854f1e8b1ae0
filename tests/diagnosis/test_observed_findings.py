"""What is said of observed trainings, made by hand (said/recordings.py), where every word can be known beforehand."""

import math
import warnings

import pytest
from said import recordings
from said.oddities import ADAM, stepping
from said.recordings import STEPS, Change, call, facts, layer, losses, optimizer, rates, together, trained, trouble, without

import nodescope as ns
from nodescope.diagnosis.after.finding import RECORDS
from nodescope.diagnosis.after.observed import table as of_observed
from nodescope.diagnosis.after.observed.headlines import causes_as_faults, with_headline
from nodescope.diagnosis.after.table import FINDINGS


def diagnosed(*changes: Change, **training: float) -> ns.Diagnosis:
    run = trained(**training)
    together(*changes)(run)
    return ns.diagnose(run)


def told(found: ns.Diagnosis, name: str) -> ns.Finding:
    return next(finding for finding in found.findings if finding.name == name)


def test_each_stands_where_its_table_says():
    """Those before a finding that is no longer there would be told of nobody."""
    own = [rule for rule in of_observed.FINDINGS if rule not in FINDINGS]
    assert len(own) == 52
    assert all(RECORDS in rule.needs for rule in own)
    assert not any(RECORDS in rule.needs for rule in FINDINGS)
    assert set(of_observed._BEFORE) <= set(FINDINGS)


def test_a_slope_behind_where_has_its_remedy_to_the_end():
    remedy = told(diagnosed(trouble("slope of log", text="slope of log behind where() gave nan")), "non-finite").remedy
    assert remedy.endswith("so that the branch not taken stays finite; its slope is taken all the same.")


def test_the_step_at_which_a_schedule_ends_has_the_rate_of_that_step():
    """0.1 · 10⁻⁴ᵗ falls below a thousandth of it at three quarters: at step 30 of 0 … 39 it is 8.4e-5."""
    finding = told(diagnosed(rates(lambda part: 0.1 * 1e-4**part), losses(lambda _: 1.0), alpha=1e-7), "schedule")
    assert finding.step == 30
    assert finding.measured == pytest.approx(0.1 * 1e-4 ** (30 / 39))
    assert "at step 30 of 40: the rate is 8.4e-05 there, of 0.1 at most" in finding.text


def test_a_loss_that_was_not_seen_has_no_number():
    found = diagnosed(losses(lambda _: math.nan), classes=3, activation="relu")
    assert told(found, "accuracy").text.endswith("always saying the commonest would give 50.0%.")
    assert "nan" not in str(found)


def test_a_rate_that_was_not_seen_has_no_number():
    finding = told(diagnosed(optimizer(**ADAM), facts(rates=[]), stepping(1.0), alpha=1e-7), "rate too large")
    assert finding.text.startswith("the rate is too large: each of the first steps changed")


def test_a_length_that_was_not_seen_has_no_number():
    finding = told(diagnosed(facts(kept=[1e-3] * STEPS, norms=[math.nan] * STEPS), alpha=1e-7), "clipping")
    assert finding.text.startswith("gradients are clipped to 0.001 of what they were, in 100% of the steps")
    finding = told(diagnosed(facts(kept=[1e-3] * STEPS, norms=[1e-4] * STEPS), alpha=1e-7), "clipping")
    assert finding.text.startswith("gradients are clipped to 0.0001 in length, 0.001 of what they were, in 100% of the steps")


@pytest.mark.parametrize(
    "way", [losses(lambda part: 1 + 30 * part), together(optimizer(maximize=True), losses(lambda part: 1 + part))]
)
def test_a_loss_that_is_said_to_grow_does_not_stand_still(way: Change):
    found = diagnosed(way)
    assert found.findings[0].name in ("diverges", "wrong sign")
    assert "plateau" not in found


def test_a_layer_of_which_only_weights_were_seen_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = diagnosed(layer(0, kind="MyLayer"), layer(1, kind="MyLayer"), *(without(n, "sum", "prediction") for n in (0, 1)))
    assert found.headline.startswith("Healthy")


def test_what_is_said_ends_as_a_sentence_does():
    for base in recordings.BASES.values():
        for finding in ns.diagnose(base()).findings:
            for text in (finding.text, finding.headline, finding.remedy):
                assert not text or text.endswith("."), text


def test_goals_of_a_call_are_what_they_were_made_of():
    """By hand: of 4, 4 and 4 examples guessing has ln 3; of none nothing is known."""
    run = trained(classes=3)
    call(counts=[4, 4, 4])(run)
    assert run.facts.main_call is not None
    assert run.facts.main_call.chance == pytest.approx(math.log(3))


def test_a_cause_comes_before_the_fault_that_it_brings_about():
    cause, fault = (ns.Finding(name, severity, "…") for name, severity in (("clipping", "warning"), ("diverges", "fault")))
    other = ns.Finding("wrong mode", "warning", "…")
    assert [found.severity for found in causes_as_faults([cause, other, fault])] == ["fault", "warning", "fault"]
    assert causes_as_faults([cause, other]) == [cause, other]


def test_a_headline_ends_where_a_part_of_the_sentence_does():
    text = "one two three four five, six seven eight nine ten, eleven twelve thirteen fourteen fifteen sixteen: more"
    assert with_headline(ns.Finding("?", "note", text)).headline == "One two three four five, six seven eight nine ten."
    assert with_headline(ns.Finding("?", "note", "F.relu is given it")).headline == "F.relu is given it."
