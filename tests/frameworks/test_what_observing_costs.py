"""What observing may cost: calls a step, memory over many steps; and that what makes it cheap changes and leaves nothing."""

import copy
import inspect
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import cases
from torch import nn

from nodescope.torch import observe
from nodescope.torch.gradients import SMALL, norms
from nodescope.torch.watch import Watch


def _small() -> tuple[nn.Module, torch.optim.Optimizer, torch.Tensor]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    return model, torch.optim.SGD(model.parameters(), 0.05, momentum=0.9), torch.randn(8, 2)


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor) -> None:
    optimizer.zero_grad()
    model(x).square().mean().backward()
    optimizer.step()


def test_a_step_is_watched_in_its_operations_and_little_else(monkeypatch):
    model, optimizer, x = _small()
    seen, watched = [], Watch.__torch_function__
    monkeypatch.setattr(
        Watch, "__torch_function__", lambda self, func, *rest: seen.append(func.__name__) or watched(self, func, *rest)
    )
    with observe(model, optimizer, stride=1000):
        _step(model, optimizer, x)
        seen.clear()
        _step(model, optimizer, x)
    operations = {"linear", "tanh", "square", "mean", "backward"}
    assert [name for name in seen if name in operations] == ["linear", "tanh", "linear", "square", "mean", "backward"]
    assert not [name for name in seen if name in ("__get__", "__set__")]  # of gradients that are cleared
    assert len(seen) <= 8


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam, torch.optim.LBFGS])
def test_clearing_is_the_optimizers_own_before_within_and_after(kind):
    model, _, x = _small()
    optimizer = kind(model.parameters(), 0.01)
    before, signature = dict(vars(optimizer)), inspect.signature(optimizer.zero_grad)
    with observe(model, optimizer):
        model(x).sum().backward()
        assert inspect.signature(optimizer.zero_grad) == signature
        held = optimizer.zero_grad
        held(set_to_none=False)
        assert all(not p.grad.any() for p in model.parameters())
        held()
        assert all(p.grad is None for p in model.parameters())
        copied = copy.deepcopy(optimizer)
        assert "zero_grad" not in vars(copied)
        assert "zero_grad" not in vars(pickle.loads(pickle.dumps(optimizer)))
    assert "zero_grad" not in vars(optimizer)
    assert vars(optimizer).keys() == before.keys()
    model(x).sum().backward()
    held()  # one that a program has kept goes on working
    assert all(p.grad is None for p in model.parameters())


def test_a_way_of_clearing_that_somebody_has_put_there_stays():
    model, optimizer, x = _small()
    called = []
    optimizer.zero_grad = lambda: called.append(1)  # type: ignore[method-assign,assignment]
    mine = optimizer.zero_grad
    with observe(model, optimizer) as run:
        _step(model, optimizer, x)
        assert optimizer.zero_grad is mine
    assert optimizer.zero_grad is mine
    assert called == [1]
    assert run.steps == 1


@pytest.mark.parametrize("order", [2.0, math.inf])
def test_lengths_of_gradients_are_those_of_pytorch(order):
    g = torch.Generator().manual_seed(1)
    shapes = [(3,), (4, 5), (SMALL + 1,), (1,), (2, 3, 4), (SMALL,)]
    parameters = [nn.Parameter(torch.zeros(shape)) for shape in shapes]
    for size, p in zip((1.0, 1e-30, 1.0, 1e30, 1e-3, 1.0), parameters, strict=True):
        p.grad = torch.randn(p.shape, generator=g) * size
    parameters[4].grad = parameters[4].grad.transpose(0, 2).contiguous().transpose(0, 2)
    parameters += [nn.Parameter(torch.zeros(3, dtype=torch.float64)), nn.Parameter(torch.zeros(3, dtype=torch.bfloat16))]
    for p in parameters[-2:]:
        p.grad = torch.ones_like(p)
    without, empty = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(0))
    empty.grad = torch.zeros(0)
    found = {id(p): size for p, size in norms([without, *parameters, *([] if order == math.inf else [empty])], order)}
    assert id(without) not in found
    for p in parameters:
        wide = p.grad.double().abs()
        expected = float(wide.max()) if order == math.inf else math.sqrt(float(wide.square().sum()))
        assert found[id(p)] == pytest.approx(expected, rel=1e-6), p.shape


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_one_number_that_is_not_finite_is_in_the_length(value):
    p, other = nn.Parameter(torch.zeros(5)), nn.Parameter(torch.zeros(2))
    p.grad, other.grad = torch.tensor([1.0, 2.0, value, 3.0, 4.0]), torch.ones(2)
    for order in (2.0, math.inf):
        (_, found), (_, finite) = norms([p, other], order)
        assert not math.isfinite(found)
        assert math.isfinite(finite)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the process's memory is read from /proc")
def test_the_process_grows_by_little_to_ten_times_as_many_steps():
    """Of each step its loss, its rate and the gradient's length are kept; of all records no more than memory allows.

    The long run goes from 1,000 steps to 10,000.
    """
    model, optimizer, x = _small()
    memory, at, steps = 2**18, [], cases(1_000)
    with observe(model, optimizer, memory=memory) as run:
        for step in range(10 * steps):
            if step in (steps, 10 * steps - 1):
                at.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
            _step(model, optimizer, x)
    assert run.steps == 10 * steps
    assert sum(record.nbytes for record in run.records) <= memory
    assert at[1] - at[0] < 4 * 2**20
    assert np.isfinite(run.losses).all()
