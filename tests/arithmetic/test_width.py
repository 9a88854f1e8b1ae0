"""How wide the kernels' registers may be is asked by an environment variable, and by nothing else."""

import pytest

from nodescope.arithmetic import core
from nodescope.errors import NodescopeError


@pytest.mark.parametrize(("asked", "width"), [("2", 2), ("4", 4), ("8", 8), ("", core.WIDEST)])
def test_the_environment_caps_the_width(monkeypatch, asked, width):
    monkeypatch.setenv(core.WIDTH, asked)
    assert core._asked_width() == width


def test_other_widths_are_refused_by_name(monkeypatch):
    monkeypatch.setenv(core.WIDTH, "3")
    with pytest.raises(NodescopeError, match="NODESCOPE_WIDTH is '3'; it may be 2, 4 or 8"):
        core._asked_width()


def test_a_cap_is_never_more_than_the_machine_has():
    if core.engine().name != "compiled":
        pytest.skip("there is no C core here")
    assert core.engine().cap_width(2) == 2
    assert core.engine().cap_width(core.WIDEST) in (2, 4, 8)
