"""PyTorch trainings made sick on purpose, and healthy ones: what an expert would find in each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

import nodescope as ns
from nodescope.torch import observe

HEALTHY, SICK = 100, 100


@dataclass
class Training:
    """A training to be observed, and what has to be found in it: any of `must`, and nothing loud but `must` and `may`.

    `quantity`: what the cause of a number that is not finite has to be, where one is expected; `told`: what has to be said, if only
    as a note.
    """

    kind: str
    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss: Callable[[int], Tensor]
    steps: int
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    quantity: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()


def _diagnosed(training: Training) -> ns.Diagnosis:
    with observe(training.model, training.optimizer) as run:
        for step in range(training.steps):
            training.optimizer.zero_grad()
            training.loss(step).backward()
            training.optimizer.step()
    return ns.diagnose(run)


def findings(training: Training) -> tuple[ns.Finding, ...]:
    """Train it under observation; what is found."""
    return _diagnosed(training).findings


def judged(training: Training) -> list[str]:
    """Train it under observation; what is wrong with the verdict."""
    found = _diagnosed(training)
    loud = {finding.name for finding in found.findings if finding.severity != "note"}
    wrong = [f"missed any of {sorted(training.must)}"] if training.must and not training.must & loud else []
    if training.quantity and (found.cause is None or found.cause.quantity not in training.quantity):
        wrong.append(f"missed the cause: {None if found.cause is None else found.cause.text}")
    wrong += [f"untold {name!r}" for name in sorted(training.told - {finding.name for finding in found.findings})]
    return wrong + [f"false alarm {name!r}" for name in sorted(loud - training.must - training.may)]


def chain(sizes: list[int], activation: type[nn.Module], *, norm: bool = False, dropout: float = 0.0) -> nn.Sequential:
    parts: list[nn.Module] = []
    for i in range(len(sizes) - 1):
        parts.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            parts += [nn.BatchNorm1d(sizes[i + 1])] if norm else []
            parts += [activation()] + ([nn.Dropout(dropout)] if dropout else [])
    return nn.Sequential(*parts)


def table(seed: int, n: int = 200, d: int = 4) -> tuple[Tensor, Tensor]:
    """A goal that a small network can learn."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=generator)
    return x, torch.sin(2 * x[:, :1]) + 0.5 * x[:, 1:2]


def pictures(seed: int, n: int = 160) -> tuple[Tensor, Tensor]:
    """Four classes: which quarter of a picture is bright."""
    generator = torch.Generator().manual_seed(seed)
    x, y = 0.3 * torch.randn(n, 1, 10, 10, generator=generator), torch.randint(0, 4, (n,), generator=generator)
    for i, quarter in enumerate(y.tolist()):
        x[i, 0, 5 * (quarter // 2) : 5 * (quarter // 2) + 5, 5 * (quarter % 2) : 5 * (quarter % 2) + 5] += 1
    return x, y


def _batches(x: Tensor, y: Tensor, seed: int, size: int) -> Callable[[], tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(1000 + seed)

    def draw() -> tuple[Tensor, Tensor]:
        rows = torch.randint(0, len(x), (min(size, len(x)),), generator=generator)
        return x[rows], y[rows]

    return draw


def _fitted(model: nn.Module, x: Tensor, y: Tensor, seed: int, size: int = 64) -> Callable[[int], Tensor]:
    draw = _batches(x, y, seed, size)

    def loss(_step: int) -> Tensor:
        inputs, goals = draw()
        out = model(inputs)
        return nn.functional.cross_entropy(out, goals) if goals.dtype == torch.int64 else nn.functional.mse_loss(out, goals)

    return loss


OPTIMIZERS: list[Callable[[Any], torch.optim.Optimizer]] = [
    lambda p: torch.optim.SGD(p, 0.1),
    lambda p: torch.optim.SGD(p, 0.03, momentum=0.9),
    lambda p: torch.optim.Adam(p, 0.005),
    lambda p: torch.optim.AdamW(p, 0.005),
    lambda p: torch.optim.RMSprop(p, 0.003),
    lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True),
]
ACTIVATIONS: list[type[nn.Module]] = [nn.ReLU, nn.Tanh, nn.GELU, nn.LeakyReLU, nn.Softplus, nn.SiLU]


def healthy(count: int = HEALTHY, first: int = 0) -> Iterator[Training]:
    """Ordinary trainings with ordinary settings."""
    for seed in range(first, first + count):
        torch.manual_seed(seed)
        optimizer, activation = OPTIMIZERS[seed % len(OPTIMIZERS)], ACTIVATIONS[(seed // 6) % len(ACTIVATIONS)]
        if seed % 5 == 4:
            model: nn.Module = nn.Sequential(
                nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), activation(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(96, 16), activation(),
                nn.Linear(16, 4),
            )  # fmt: skip
            x, y = pictures(seed)
        else:
            width = (16, 32, 64)[seed % 3]
            depth = 1 + seed % 3
            model = chain([4, *[width] * depth, 1], activation, norm=seed % 7 == 3, dropout=0.1 if seed % 4 == 1 else 0.0)
            x, y = table(seed)
        yield Training("healthy", model, optimizer(model.parameters()), _fitted(model, x, y, seed), 250)


def _named(names: str) -> frozenset[str]:
    return frozenset(part.strip() for part in names.split(","))


_AFTER = _named("plateau, stalled, vanishing gradients, saturated nodes, dead nodes, exploding gradients, non-finite, diverges")


def _rate_too_high(seed: int) -> Training:
    activation = (nn.ReLU, nn.GELU, nn.LeakyReLU, nn.Softplus)[seed % 4]
    model = chain([4, 32, 32, 1], activation)
    x, y = table(seed)
    stepper = torch.optim.SGD(model.parameters(), 3.0 + seed, momentum=0.9 if seed % 3 == 0 else 0.0)
    must = _named("non-finite, diverges, dead nodes")  # a step too large may throw all relus off at once
    return Training("rate too high", model, stepper, _fitted(model, x, y, seed), 120, must, _AFTER)


def _dead_relus(seed: int) -> Training:
    model = chain([4, 16, 16, 1], nn.ReLU)
    layer = model[2 * (seed % 2)]
    assert isinstance(layer, nn.Linear)
    nn.init.constant_(layer.bias, -20.0 - seed)
    x, y = table(seed)
    return Training(
        "dead relus", model, OPTIMIZERS[seed % 5](model.parameters()), _fitted(model, x, y, seed), 120, _named("dead nodes"), _AFTER
    )


def _bad_scale(seed: int) -> Training:
    model = chain([4, 16, 1], nn.ReLU if seed % 2 else nn.Tanh)
    x, y = table(seed)
    x[:, seed % 4] *= 1e3 * (1 + seed)
    stepper = torch.optim.SGD(model.parameters(), 1e-9) if seed % 3 else torch.optim.Adam(model.parameters(), 1e-4)
    return Training(
        "bad scale", model, stepper, _fitted(model, x, y, seed), 120, _named("unscaled inputs"), _AFTER | {"slow convergence"}
    )


def _frozen_layer(seed: int) -> Training:
    model = chain([4, 16, 16, 1], nn.Tanh)
    layer = model[2 * (seed % 2)]
    given = list(model.parameters())
    if seed % 3:
        layer.requires_grad_(False)
    else:
        mine = {id(p) for p in layer.parameters()}
        given = [p for p in given if id(p) not in mine]
    x, y = table(seed)
    name, meant = _named("frozen weight"), seed % 3 > 0  # who says requires_grad_(False) means it
    must, told = (frozenset[str](), name) if meant else (name, frozenset[str]())
    steps = _fitted(model, x, y, seed)
    return Training("frozen layer", model, OPTIMIZERS[seed % 6](given), steps, 120, must, _AFTER | name, told=told)


class Recurrent(nn.Module):
    """The same layer over and over: its weight's largest eigenvalue to the power of the steps."""

    def __init__(self, times: int, gain: float) -> None:
        super().__init__()
        self.times = times
        self.into, self.again, self.out = nn.Linear(4, 8), nn.Linear(8, 8, bias=False), nn.Linear(8, 1)
        nn.init.orthogonal_(self.again.weight, gain)

    def forward(self, x: Tensor) -> Tensor:
        state = self.into(x)
        for _ in range(self.times):
            state = self.again(state)
        return self.out(state)


def _exploding_product(seed: int) -> Training:
    model = Recurrent(60 + 5 * seed, 1.6 + 0.05 * seed)
    x, y = table(seed)
    must = _named("non-finite, exploding gradients, diverges")
    return Training(
        "exploding recurrent product",
        model,
        torch.optim.SGD(model.parameters(), 1e-3),
        _fitted(model, x, y, seed),
        30,
        must,
        _AFTER,
    )


def _log_of_zero(seed: int) -> Training:
    model = chain([4, 16, 1], nn.Tanh)
    x, _ = table(seed)
    y = (x[:, :1] > 0).float()
    scale = 300.0 + 100.0 * seed

    def loss(step: int) -> Tensor:
        p = torch.sigmoid(model(x) * (scale if step >= 5 + seed else 1.0))
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    return Training(
        "log of zero", model, OPTIMIZERS[seed % 3](model.parameters()), loss, 40, _named("non-finite"), _AFTER,
        _named("log, slope of log"),
    )  # fmt: skip


def _vanishing_spread(seed: int) -> Training:
    model = chain([4, 16, 1], nn.ReLU)
    x, y = table(seed)

    def loss(step: int) -> Tensor:
        inputs = x[:32].clone()
        if step >= 3 + seed:
            inputs[:, seed % 4] = 1.0
        spread = inputs.std(dim=0) if seed % 2 else inputs.var(dim=0).sqrt()
        return nn.functional.mse_loss(model((inputs - inputs.mean(dim=0)) / spread), y[:32])

    return Training(
        "division by a vanishing spread", model, OPTIMIZERS[seed % 3](model.parameters()), loss, 40, _named("non-finite"), _AFTER,
        _named("division"),
    )  # fmt: skip


def _wrong_sign(seed: int) -> Training:
    model = chain([4, 16, 1], nn.Tanh)
    x, y = table(seed)
    fitted = _fitted(model, x, y, seed)
    turned = seed % 2 == 0
    stepper = torch.optim.SGD(model.parameters(), 0.1, maximize=not turned)
    loss = (lambda step: -fitted(step)) if turned else fitted
    return Training("wrong sign", model, stepper, loss, 150, _named("wrong sign"), _AFTER)


KINDS = (
    _rate_too_high, _dead_relus, _bad_scale, _frozen_layer, _exploding_product, _log_of_zero, _vanishing_spread, _wrong_sign,
)  # fmt: skip


def sick(count: int = SICK) -> Iterator[Training]:
    """Kinds in turn."""
    for i in range(count):
        torch.manual_seed(i)
        yield KINDS[i % len(KINDS)](i // len(KINDS))
