"""A training loop with places where something can be wrong, and models to train in it. Imports nothing of ours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word

STEPS = 60


@dataclass
class Loop:
    """A training loop with places where something can be wrong.

    `loss` gives what backward is called on; None skips it. `after` comes between backward and the update, `end` behind it.
    `words`: one of these has to be said, loudly; none where it is healthy. `layer`: what has to be named.
    """

    kind: str
    model: nn.Module
    optimizer: Any
    loss: Callable[[int], Tensor | None]
    steps: int = STEPS
    clear: Callable[[int], bool] = field(default=lambda _: True)
    after: Callable[[int], None] = field(default=lambda _: None)
    end: Callable[[int], None] = field(default=lambda _: None)
    words: tuple[str, ...] = ()
    layer: str = ""

    def run(self) -> None:
        """Train."""
        for step in range(self.steps):
            if self.optimizer is not None and self.clear(step):
                self.optimizer.zero_grad()
            loss = self.loss(step)
            if loss is not None:
                loss.backward()
            self.after(step)
            if self.optimizer is not None:
                self.optimizer.step()
            self.end(step)


@dataclass
class Task:
    """A model made of an encoder, a middle and a head, and examples for it."""

    encoder: nn.Module
    middle: nn.Module
    head: nn.Module
    x: Tensor
    y: Tensor
    classes: int

    def __post_init__(self) -> None:
        self.model = nn.Module()
        self.model.encoder, self.model.middle, self.model.head = self.encoder, self.middle, self.head  # type: ignore[assignment]

    def out(self, rows: Tensor | None = None, cut: Callable[[Tensor], Tensor] = lambda h: h) -> Tensor:
        x = self.x if rows is None else self.x[rows]
        result: Tensor = self.head(self.middle(cut(self.encoder(x))))
        return result

    def loss(self, out: Tensor, rows: Tensor | None = None) -> Tensor:
        y = self.y if rows is None else self.y[rows]
        return F.cross_entropy(out, y) if self.classes else F.mse_loss(out, y)

    def fitted(self, _: int) -> Tensor:
        return self.loss(self.out())


def _table(seed: int, n: int = 128, d: int = 5) -> Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def _curve(seed: int) -> Task:
    x = _table(seed)
    y = torch.sin(2 * x[:, :1]) + 0.5 * x[:, 1:2]
    return Task(nn.Sequential(nn.Linear(5, 24), nn.Tanh()), nn.Sequential(nn.Linear(24, 24), nn.ReLU()), nn.Linear(24, 1), x, y, 0)


def _classes(seed: int) -> Task:
    x = _table(seed, d=7)
    y = (x @ torch.randn(7, 4, generator=torch.Generator().manual_seed(seed + 1))).argmax(1)
    parts = nn.Sequential(nn.Linear(7, 32), nn.ReLU()), nn.Sequential(nn.Linear(32, 16), nn.GELU()), nn.Linear(16, 4)
    return Task(*parts, x, y, 4)


def _pictures(seed: int) -> Task:
    generator = torch.Generator().manual_seed(seed)
    x, y = 0.3 * torch.randn(96, 1, 8, 8, generator=generator), torch.randint(0, 3, (96,), generator=generator)
    for i, c in enumerate(y.tolist()):
        x[i, 0, :, 2 * c : 2 * c + 3] += 1
    encoder = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2))
    return Task(encoder, nn.Sequential(nn.Flatten(), nn.Linear(54, 16), nn.ReLU()), nn.Linear(16, 3), x, y, 3)


def _words(seed: int) -> Task:
    ids = torch.randint(0, 12, (128, 6), generator=torch.Generator().manual_seed(seed))
    y = (ids[:, 0] + ids[:, 1]) % 3
    middle = nn.Sequential(nn.Flatten(), nn.Linear(48, 32), nn.Tanh())
    return Task(nn.Embedding(12, 8), middle, nn.Linear(32, 3), ids, y, 3)


def _normed(seed: int) -> Task:
    x = _table(seed, d=6)
    y = (x[:, :1] * x[:, 1:2]).tanh() + 0.3 * x[:, 2:3]
    middle = nn.Sequential(nn.LayerNorm(20), nn.Linear(20, 20), nn.SiLU())
    return Task(nn.Sequential(nn.Linear(6, 20), nn.ReLU()), middle, nn.Linear(20, 1), x, y, 0)


TASKS: tuple[Callable[[int], Task], ...] = (_curve, _classes, _pictures, _words, _normed)


def _optimizer(number: int, parameters: Any) -> torch.optim.Optimizer:
    makers: tuple[Any, ...] = (
        lambda p: torch.optim.Adam(p, 3e-3),
        lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
        lambda p: torch.optim.AdamW(p, 3e-3),
        lambda p: torch.optim.SGD(p, 0.1),
        lambda p: torch.optim.RMSprop(p, 2e-3),
    )
    made: torch.optim.Optimizer = makers[number % len(makers)](parameters)
    return made


def _plain(kind: str, number: int, words: tuple[str, ...], **more: Any) -> tuple[Task, Loop]:
    torch.manual_seed(number)
    task = TASKS[number % len(TASKS)](number)
    return task, Loop(kind, task.model, _optimizer(number, task.model.parameters()), task.fitted, words=words, **more)


def _seeded(seed: int) -> torch.Generator:
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def _rows(g: torch.Generator, n: int, size: int = 32) -> Tensor:
    return torch.randint(0, n, (size,), generator=g)


def _adam(model: nn.Module, rate: float = 3e-3) -> torch.optim.Optimizer:
    return torch.optim.Adam([p for p in model.parameters() if p.requires_grad], rate)
