"""The changes of a small module are those known by hand."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from changes import changes

MODULE = '''"""Words, 1 < 2."""

CLEAR = 2.0
"""Words."""


if TYPE_CHECKING:
    EVER = 1


def f(x: int | None = 3) -> "float":
    if x is None or not g(x):
        raise ValueError(f"{x + 1}")
    return -x * 2 if x else [x]


def g(x, y):
    zip(x, y, strict=True)
'''


def test_changes_of_a_module(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(MODULE)
    found = [(change.line, change.was, change.instead) for change in changes(path)]
    assert found == [
        (3, "2.0", "(4.0)"),
        (11, "3", "(4)"),
        (12, "x is None", "(x is not None)"),
        (12, "x is None or not g(x)", "(x is None and (not g(x)))"),
        (12, "not g(x)", "(g(x))"),
        (14, "-x", "(x)"),
        (14, "-x * 2", "(-x / 2)"),
        (14, "-x * 2 if x else [x]", "None"),
        (14, "2", "(3)"),
        (14, "x", "(not (x))"),
    ]
    for change in changes(path):
        compile(change.source, "m.py", "exec")
        assert change.source.count(b"\n") == MODULE.count("\n")
