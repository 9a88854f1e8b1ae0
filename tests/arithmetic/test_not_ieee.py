"""Where another library has switched a thread's arithmetic, no numbers are made: they would not be ours."""

import ctypes
import ctypes.util
import platform
from collections.abc import Iterator

import numpy as np
import pytest

import nodescope as ns
from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.errors import NodescopeError

SEED = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
UPWARD, DOWNWARD, TO_ZERO = 0x800, 0x400, 0xC00
"""FE_UPWARD and its kin of x86-64 (fenv.h)."""
CALLS = {
    "descend": lambda: ns.descend(**SEED, steps=9),
    "a network": lambda: ns.descend(network=[1, 2, 1], input=[[1.0]], goal=[[0.6]], alpha=0.1, steps=9),
    "resume": lambda: ns.resume("a.nodescope", steps=30),
    "a trace": lambda: RUN.trace[3:9]["weight"],
    "predictions": lambda: engine().predict(RUN.recipe.problem, np.array([0.5])),
    "an error": lambda: engine().mse(RUN.recipe.problem, np.array([0.5])),
    "an activation": lambda: engine().activation(ACTIVATIONS["tanh"], np.array([0.5])),
    "a triangle": lambda: engine().triangle(np.eye(2)),
    "directions": lambda: engine().directions(np.eye(2)),
}
RUN = ns.descend(**SEED, steps=20)


@pytest.fixture(autouse=True)
def compiled(tmp_path, monkeypatch) -> None:
    if engine().name != "compiled":
        pytest.skip("Python's own arithmetic is what it is")
    monkeypatch.chdir(tmp_path)
    ns.save(RUN, "a.nodescope")


@pytest.fixture(params=[UPWARD, DOWNWARD, TO_ZERO], ids=["up", "down", "to zero"])
def rounding(request: pytest.FixtureRequest) -> Iterator[None]:
    name = ctypes.util.find_library("m")
    if platform.machine() != "x86_64" or name is None:
        pytest.skip("other numbers for the modes there")
    library = ctypes.CDLL(name)
    assert library.fesetround(request.param) == 0
    try:
        yield
    finally:
        library.fesetround(0)


@pytest.mark.usefixtures("rounding")
@pytest.mark.parametrize("call", CALLS)
def test_another_rounding_is_refused(call: str):
    with pytest.raises(NodescopeError, match="rounds unlike IEEE 754"):
        CALLS[call]()


@pytest.mark.parametrize("call", CALLS)
def test_flushed_denormals_are_refused(call: str):
    torch = pytest.importorskip("torch")
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor does not flush them")
    try:
        with pytest.raises(NodescopeError, match="flushes denormal numbers"):
            CALLS[call]()
    finally:
        torch.set_flush_denormal(False)
    assert ns.descend(**SEED, steps=20).weight == RUN.weight
