"""Trainings of every odd kind: not a bit of them changes, and the observer keeps going."""

import gc
import os
import sys
import weakref
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.odd_trainings import MODELS, WAYS, X, Y, both, closure, mlp, plain, sgd
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import nodescope as ns
import nodescope.torch as nst


@pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning", "ignore:.*torch.compile.*:UserWarning")
@pytest.mark.parametrize("name", MODELS)
def test_models_of_every_kind(name: str):
    run, losses, _ = both(MODELS[name], plain)
    assert run.losses == losses
    found = ns.diagnose(run)
    assert all(finding.severity == "note" for finding in found.findings), found.verdict
    assert len(run.records) == 6


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_loops_of_every_kind(way: str, optimizer: str):
    run, losses, _ = both(mlp, WAYS[way], lambda model: getattr(torch.optim, optimizer)(model.parameters(), lr=0.01))
    assert np.array_equal(run.losses, losses, equal_nan=True)
    found = ns.diagnose(run)
    assert all(finding.severity == "note" for finding in found.findings), found.verdict


def test_an_optimizer_that_asks_its_closure_often():
    run, losses, _ = both(mlp, closure, lambda model: torch.optim.LBFGS(model.parameters(), lr=0.5))
    assert run.losses == losses
    for step in range(5):
        here, there = run.trace[step].layers[0], run.trace[step + 1].layers[0]
        assert np.array_equal(here.new_weight, there.weight)


class Twice(torch.optim.SGD):
    """An optimizer whose step is its parent's and more."""

    def step(self, closure: Any = None) -> Any:
        return super().step(closure)


def test_a_step_made_of_another_is_one():
    run, losses, _ = both(mlp, plain, lambda model: Twice(model.parameters(), 0.01))
    assert run.losses == losses


def test_a_step_that_raises_and_is_caught():
    """The next has its own numbers."""
    model = nn.Linear(1, 1, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer, stride=1) as run:
        for step in range(3):
            optimizer.zero_grad()
            before = model.weight.item()
            F.mse_loss(model(torch.ones(1, 1)), torch.zeros(1, 1)).backward()
            try:
                optimizer.step((lambda: 1 / 0) if step == 1 else None)
            except ZeroDivisionError:
                continue
            assert run.trace[len(run.losses) - 1].layers[0].weight.item() == before
    assert run.steps == 2


def test_another_models_loss_is_not_ours():
    """A generator and a discriminator: what is observed has its own losses alone, though gradients go through it for the other."""
    torch.manual_seed(0)
    maker, judge = mlp(), nn.Sequential(nn.Linear(1, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
    optimizers = {model: torch.optim.Adam(model.parameters(), 1e-3) for model in (maker, judge)}
    own: list[float] = []
    with nst.observe(maker, optimizers[maker], stride=1) as run:
        for _ in range(8):
            made = maker(X)
            optimizers[judge].zero_grad()
            (F.softplus(-judge(Y)).mean() + F.softplus(judge(made.detach())).mean()).backward()
            optimizers[judge].step()
            optimizers[maker].zero_grad()
            loss = F.softplus(-judge(made)).mean()
            loss.backward()
            optimizers[maker].step()
            own.append(loss.item())
    assert run.losses == own
    assert run.trace[3].layers[0].input.shape == (64, 4)
    assert run.notes == []


def test_a_loader_in_another_process_is_left_alone():
    """The mode goes along into a fork: there it lets everything pass."""
    model = mlp()
    with nst.observe(model, sgd(model)) as run:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            for _ in range(50):
                model(X).sum()
            mode = torch.overrides._get_current_function_mode()
            os.write(writing, str(len(mode.operations)).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(reading, 10) == b"0"
    assert run.steps == 0


def test_what_a_step_made_is_let_go():
    """Nothing of a step outlives it: neither by a reference nor by a circle through autograd."""
    model = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
    made: list[weakref.ref[Tensor]] = []
    for layer in model:
        layer.register_forward_hook(lambda _module, _given, out: made.append(weakref.ref(out)))
    gc.disable()
    try:
        with nst.observe(model, sgd(model), stride=1):
            optimizer = sgd(model)
            plain(model, optimizer)
        with nst.observe(model, optimizer, stride=1) as run:
            plain(model, optimizer)
        assert run.steps == 6
        assert sum(out() is not None for out in made) == 0
    finally:
        gc.enable()


def test_looking_fails_alone(monkeypatch: pytest.MonkeyPatch):
    """Whatever goes wrong in the observer, the training goes on, and it is noted."""
    monkeypatch.setattr(sys.modules["nodescope.torch.recorder"], "of_parameters", lambda *_: 1 / 0)
    torch.manual_seed(0)
    model = mlp()
    optimizer = sgd(model)
    with nst.observe(model, optimizer) as run:
        assert len(plain(model, optimizer)) == 6
    assert run.notes[0] == "observing ended at step 0, the training went on: ZeroDivisionError: division by zero"
