"""A small PyTorch training, observed, whose page is looked at."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import nodescope as ns
import nodescope.torch as nst
from nodescope.run.recorded import Recorded

Open = Callable[..., Any]


def training(names: tuple[str, ...] = ("fc1", "fc2"), steps: int = 12, stride: int = 1, rate: float = 0.1, **more: Any) -> Recorded:
    """A small one: three inputs, twenty relu nodes of which six are shown, one output; twelve examples a step."""
    torch.manual_seed(1)
    model = nn.Sequential()
    model.add_module(names[0], nn.Linear(3, 20))
    model.add_module("relu", nn.ReLU())
    model.add_module(names[1], nn.Linear(20, 1))
    optimizer = torch.optim.SGD(model.parameters(), rate)
    x = torch.randn(12, 3)
    y = torch.sin(2 * x[:, :1])
    nodes = {names[0]: [0, 3, 4, 7, 12, 19]}
    with nst.observe(model, optimizer, **{"stride": stride, "nodes": nodes, "time": 1e9} | more) as run:
        for _ in range(steps):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
    return run


def diverging() -> Recorded:
    """The loss grows beyond all numbers, and the training goes on."""
    found = training(rate=300.0, steps=40, stride=3)
    assert found.ending is ns.Ending.DIVERGED
    return found
