"""Models and loops of every odd kind, to be trained with and without being observed."""

import math
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.checkpoint import checkpoint

import nodescope as ns
import nodescope.torch as nst

X = torch.randn(64, 4, generator=torch.Generator().manual_seed(1))
Y = X[:, :1] * 2 - X[:, 1:2]


class Net(nn.Module):
    """Parts by name, and what is done with them."""

    def __init__(self, go: Any, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.go = go

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.go(self, x)
        return out


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))


def tied() -> nn.Module:
    model = Net(lambda m, x: m.o(torch.tanh(m.b(torch.tanh(m.a(x))))), a=nn.Linear(4, 4), b=nn.Linear(4, 4), o=nn.Linear(4, 1))
    model.b.weight = model.a.weight
    return model


def parts(normed: Any) -> nn.Module:
    return nn.Sequential(normed(nn.Linear(4, 8)), nn.ReLU(), nn.Linear(8, 1))


def checkpointed(*, reentrant: bool) -> nn.Module:
    inner = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Dropout(0.2))
    return Net(
        lambda m, x: m.o(checkpoint(m.inner, x.clone().requires_grad_(), use_reentrant=reentrant)), inner=inner, o=nn.Linear(16, 1)
    )


MODELS: dict[str, Any] = {
    "mlp": mlp,
    "lstm": lambda: Net(
        lambda m, x: m.o(m.r(x.view(8, 8, 4))[0]).reshape(64, 1), r=nn.LSTM(4, 8, 2, dropout=0.1), o=nn.Linear(8, 1)
    ),
    "tied": tied,
    "spectral norm": lambda: parts(nn.utils.parametrizations.spectral_norm),
    "weight norm": lambda: parts(nn.utils.parametrizations.weight_norm),
    "checkpoint": lambda: checkpointed(reentrant=False),
    "checkpoint, reentrant": lambda: checkpointed(reentrant=True),
    "sparse embedding": lambda: Net(
        lambda m, _: m.o(m.e(torch.arange(64) % 10)), e=nn.Embedding(10, 4, sparse=True), o=nn.Linear(4, 1)
    ),
    "transformer": lambda: Net(
        lambda m, x: m.o(m.t(x.view(8, 8, 4))).reshape(64, 1),
        t=nn.TransformerEncoderLayer(4, 2, 16, dropout=0.1, batch_first=True), o=nn.Linear(4, 1),
    ),
    "pictures one by one": lambda: Net(
        lambda m, x: torch.stack([m.c(row.view(1, 2, 2)).sum() for row in x])[:, None], c=nn.Conv2d(1, 3, 2)
    ),
    "transposed convolution": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 4)), nn.ConvTranspose1d(1, 3, 3), nn.Flatten(), nn.Linear(18, 1)
    ),
    "compiled": lambda: torch.compile(
        nn.Sequential(nn.Linear(4, 16), nn.GELU(), nn.Dropout(0.1), nn.Linear(16, 1)), backend="eager"
    ),
}  # fmt: skip


def plain(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def closure(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    def again() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y)
        loss.backward()
        return loss

    return [optimizer.step(again).item() for _ in range(6)]


def penalised(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        x = X.clone().requires_grad_()
        loss = F.mse_loss(model(x), Y)
        (slope,) = torch.autograd.grad(loss, x, create_graph=True)
        (loss + slope.square().sum()).backward()
        optimizer.step()
        losses.append((loss + slope.square().sum()).item())
    return losses


def scaled(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses, scaler = [], torch.amp.GradScaler("cpu", init_scale=2.0**16, growth_interval=2)
    for step in range(7):
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y) * (1e38 if step == 3 else 1.0)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses += [loss.item()] if step != 3 else []
    return losses


def by_hand(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    losses = []
    for _ in range(6):
        loss = F.mse_loss(model(X), Y)
        for p, slope in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True):
            p.grad = slope
        optimizer.step()
        losses.append(loss.item())
    return losses


def looked_at(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[float]:
    """Looks at things after the last update that have infinities in them, as a mask has."""
    losses = plain(model, optimizer)
    model(X).masked_fill(X[:, :1] > 0, -math.inf).softmax(0).sum()
    return losses


WAYS = {way.__name__: way for way in (plain, closure, penalised, scaled, by_hand, looked_at)}


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), 0.01)


def both(make: Any, way: Any, optimizer: Any = sgd, **settings: Any) -> tuple[ns.Recorded, list[float], nn.Module]:
    """Train it alone and observed; the bits have to be the same."""
    results = []
    for observed in (False, True):
        torch.manual_seed(0)
        model = make()
        stepper = optimizer(model)
        with nst.observe(model, stepper, stride=1, **settings) if observed else nullcontext() as run:
            losses = way(model, stepper)
        bits = [t.detach().numpy().tobytes() for t in (*model.parameters(), *model.buffers())]
        results.append((bits, np.array(losses).tobytes(), torch.get_rng_state().numpy().tobytes()))
    assert results[0] == results[1]
    assert not any("observing ended" in note for note in run.notes), run.notes
    return run, losses, model


def observed(model: nn.Module, loss_of: Any, steps: int = 6, rate: float = 0.01, **settings: Any) -> ns.Recorded:
    optimizer = torch.optim.SGD(model.parameters(), rate)
    with nst.observe(model, optimizer, stride=1, **settings) as run:
        for step in range(steps):
            optimizer.zero_grad()
            loss_of(model, step).backward()
            optimizer.step()
    return run
