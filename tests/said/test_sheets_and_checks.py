"""Every sentence and number that is said of sheets, tables, and runs beside each other is the one that was looked at last."""

import pytest
from said.documents import differences
from said.written import LOOK, MADE, OTHERS, THEORY, made, stored

STORED = {name: said for name, said in stored().items() if name.startswith(OTHERS) and not name.startswith((THEORY, *MADE))}


@pytest.mark.parametrize("name", STORED)
def test_it_says_what_it_said(name: str):
    assert list(differences(STORED[name], made(name))) == [], LOOK
