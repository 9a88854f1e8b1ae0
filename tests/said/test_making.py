"""What is made of every keyword, every sentence that refuses one, and which files load, is what was looked at last."""

import pytest
from said.documents import differences
from said.written import LOOK, MADE, made, stored

STORED = {name: said for name, said in stored().items() if name.startswith(MADE)}


@pytest.mark.parametrize("name", STORED)
def test_it_makes_what_it_made(name: str):
    assert list(differences(STORED[name], made(name))) == [], LOOK
