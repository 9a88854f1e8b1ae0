"""Every sentence and number that is said of many runs is the one that was looked at last."""

import pytest
from said.documents import differences
from said.written import LOOK, OTHERS, everything, made, stored

STORED = {name: said for name, said in stored().items() if not name.startswith(OTHERS)}


@pytest.mark.parametrize("name", STORED)
def test_it_says_what_it_said(name: str):
    assert list(differences(STORED[name], made(name))) == [], LOOK


def test_all_of_it_is_written_down():
    assert list(stored()) == list(everything())
