"""Every sentence and number that is said of many runs, sheets, trainings and tables is the one that was looked at last."""

import pytest
from said.documents import differences
from said.written import everything, made, stored

STORED = stored()


@pytest.mark.parametrize("name", STORED)
def test_it_says_what_it_said(name: str):
    assert list(differences(STORED[name], made(name))) == [], "look at each, then write them down: make said"


def test_all_of_it_is_written_down():
    assert list(STORED) == list(everything())
