"""Verdicts on observed PyTorch trainings: a quarter of those that `make check-verdicts` counts."""

from verdicts import pytorch

SOME = 25


def test_what_is_wrong_is_found():
    wrong = [(training.kind, found) for training in pytorch.sick(SOME) if (found := pytorch.judged(training))]
    assert wrong == []


def test_no_healthy_training_gets_a_fault_and_few_a_warning():
    found = [pytorch.findings(training) for training in pytorch.healthy(SOME, 500)]
    assert [f for all_of_it in found for f in all_of_it if f.severity == "fault"] == []
    assert sum(any(f.severity == "warning" for f in all_of_it) for all_of_it in found) <= 2
