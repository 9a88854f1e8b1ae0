"""Every number that theory gives of problems of every kind is the one that was looked at last."""

import pytest
from said.documents import differences
from said.written import LOOK, THEORY, made, stored

STORED = {name: said for name, said in stored().items() if name.startswith(THEORY)}


@pytest.mark.parametrize("name", STORED)
def test_it_gives_what_it_gave(name: str):
    assert list(differences(STORED[name], made(name))) == [], LOOK
