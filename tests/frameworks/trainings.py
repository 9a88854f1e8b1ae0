"""PyTorch trainings of several kinds, run with and without an observer; what is left of them as bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

import nodescope.torch
from nodescope.run.recorded import Recorded


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))


def with_dropout() -> nn.Module:
    """And batch norm."""
    return nn.Sequential(
        nn.Linear(10, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)
    )


def cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten(),
        nn.Linear(256, 10),
    )  # fmt: skip


MODELS: dict[str, Callable[[], nn.Module]] = {"mlp": mlp, "dropout and batch norm": with_dropout, "cnn": cnn}
OPTIMIZERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD": lambda p: torch.optim.SGD(p, 0.05),
    "momentum": lambda p: torch.optim.SGD(p, 0.02, momentum=0.9),
    "Adam": lambda p: torch.optim.Adam(p, 0.003),
}
WAYS = {"plain": (1, None), "accumulated": (2, None), "clipped": (1, 1.0)}
"""Backward passes of a step, and the length that gradients are clipped to."""


@dataclass
class Trained:
    """What a training left: weights, buffers, losses, the generator's state, the optimizer's memory."""

    bits: list[bytes]
    seconds: float
    run: Recorded | None
    model: nn.Module
    optimizer: torch.optim.Optimizer


def train(model: str, optimizer: str, way: str, steps: int, observed: bool, **settings: Any) -> Trained:
    accumulate, clip = WAYS[way]
    torch.manual_seed(3)
    net = MODELS[model]()
    generator = torch.Generator().manual_seed(1)
    pictures = model == "cnn"
    x = torch.randn(256, *((1, 14, 14) if pictures else (10,)), generator=generator)
    y = torch.randint(0, 10, (256,), generator=generator) if pictures else torch.sin(2 * x[:, :1]) + x[:, 1:2]
    criterion = nn.CrossEntropyLoss() if pictures else nn.MSELoss()
    stepper = OPTIMIZERS[optimizer](net.parameters())
    losses: list[float] = []

    def loop() -> None:
        for _ in range(steps):
            stepper.zero_grad()
            for _ in range(accumulate):
                rows = torch.randint(0, 256, (32,))
                loss = criterion(net(x[rows]), y[rows]) / accumulate
                loss.backward()
                losses.append(loss.item())
            if clip:
                nn.utils.clip_grad_norm_(net.parameters(), clip)
            stepper.step()

    began, run = time.perf_counter(), None
    if observed:
        with nodescope.torch.observe(net, stepper, **settings) as run:
            loop()
    else:
        loop()
    seconds = time.perf_counter() - began
    memory = [v.numpy().tobytes() for state in stepper.state.values() for v in state.values() if isinstance(v, torch.Tensor)]
    kept = [tensor.numpy().tobytes() for tensor in net.state_dict().values()]
    bits = [*kept, *memory, np.array(losses).tobytes(), torch.get_rng_state().numpy().tobytes()]
    return Trained(bits, seconds, run, net, stepper)
