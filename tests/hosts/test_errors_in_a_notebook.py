"""In a notebook an error is the person's own line and one sentence, not a walk through our files."""

import contextlib
import io

import pytest

interactive = pytest.importorskip("IPython.core.interactiveshell")

ASKED = "ns.descend(weight=1, input=1, goal=1, alpha='fast')"
CELLS = [
    (f"import nodescope as ns\n\n{ASKED}", f"line 3: {ASKED}", "InputError: alpha is 'fast'"),
    (
        "import nodescope as ns\ndef mine():\n    return ns.load('absent.nodescope')\nmine()",
        "line 3: return ns.load('absent.nodescope')",
        "FileError: absent.nodescope cannot be read",
    ),
    ("import nodescope as ns\nraise ns.InputError('mine')", "line 2: raise ns.InputError('mine')", "InputError: mine"),
]


@pytest.fixture(scope="module")
def shell():
    from traitlets.config import Config

    return interactive.InteractiveShell(config=Config(HistoryManager={"enabled": False}))


@pytest.mark.parametrize(("cell", "own", "sentence"), CELLS)
def test_an_error_is_the_own_line_and_a_sentence(cell, own, sentence, shell):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        shell.run_cell(cell)
    first, *rest = said.getvalue().strip().splitlines()
    assert first == own
    assert len(rest) == 1
    assert rest[0].startswith(sentence)
