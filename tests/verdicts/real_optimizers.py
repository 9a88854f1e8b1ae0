"""Healthy PyTorch trainings whose loop, rate or optimizer is not the plain one: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


def fine_tuning(seed: int) -> Loop:
    """A frozen backbone: by requires_grad, under no_grad, or not given; with its norm in evaluation mode."""
    g = _seeded(seed)
    body = nn.Sequential(nn.Linear(6, 64), nn.BatchNorm1d(64), nn.ReLU())
    model = nn.ModuleDict({"body": body, "head": nn.Linear(64, 3)})
    body.requires_grad_(False)
    body.eval()
    x = torch.randn(200, 6, generator=g)
    y = (x @ torch.randn(6, 3, generator=g)).argmax(1)
    given = model.parameters() if seed % 2 else model["head"].parameters()

    def loss(_: int) -> Tensor:
        i = _rows(g, 200)
        if seed % 3:
            h = body(x[i])
        else:
            with torch.no_grad():
                h = body(x[i])
        return F.cross_entropy(model["head"](h), y[i])

    return Loop("fine-tuning", model, torch.optim.SGD(given, 0.1, momentum=0.9), loss, 90)


def adapters(seed: int) -> Loop:
    """LoRA: the weights stay, a product of two thin ones is learned, the second starts at 0."""
    g = _seeded(seed)

    class Adapted(nn.Module):
        def __init__(self, i: int, o: int) -> None:
            super().__init__()
            self.base = nn.Linear(i, o).requires_grad_(False)
            self.a, self.b = nn.Parameter(torch.randn(4, i) / i**0.5), nn.Parameter(torch.zeros(o, 4))

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.base(x) + F.linear(F.linear(x, self.a), self.b)
            return out

    model = nn.Sequential(Adapted(5, 32), nn.ReLU(), Adapted(32, 1))
    x = torch.randn(150, 5, generator=g)
    y = x[:, :1] - x[:, 1:2] * 0.5 + 0.1 * torch.randn(150, 1, generator=g)
    return Loop("adapters", model, _adam(model, 1e-2), lambda _: F.mse_loss(model(x), y), 100)


def accumulated(seed: int) -> Loop:
    """Several batches before each update, each with its part of the loss."""
    g, parts = _seeded(seed), 2 + seed % 3
    model = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 1))
    x = torch.randn(200, 5, generator=g)
    y = x[:, :1] * x[:, 1:2]

    def loss(_: int) -> Tensor:
        for _part in range(parts - 1):
            i = _rows(g, 200)
            (F.mse_loss(model(x[i]), y[i]) / parts).backward()
        i = _rows(g, 200)
        return F.mse_loss(model(x[i]), y[i]) / parts

    return Loop("accumulation", model, _adam(model, 5e-3), loss, 100)


def half_precision(seed: int) -> Loop:
    """autocast to bfloat16 on the processor, the weights stay float32."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(6, 48), nn.GELU(), nn.LayerNorm(48), nn.Linear(48, 3))
    x = torch.randn(200, 6, generator=g)
    y = (x @ torch.randn(6, 3, generator=g)).argmax(1)

    def loss(_: int) -> Tensor:
        i = _rows(g, 200, 48)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return F.cross_entropy(model(x[i]), y[i])

    return Loop("half precision", model, torch.optim.AdamW(model.parameters(), 2e-3), loss, 90)


def scheduled(seed: int) -> Loop:
    """One cycle, warm restarts, a plateau's halving, steps late in the run."""
    g, steps = _seeded(seed), 120
    model = nn.Sequential(nn.Linear(5, 24), nn.Tanh(), nn.Linear(24, 1))
    x = torch.randn(200, 5, generator=g)
    y = torch.sin(2 * x[:, :1]) + 0.3 * torch.randn(200, 1, generator=g)
    optimizer, kinds = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9), torch.optim.lr_scheduler
    schedule: Any = (
        lambda: kinds.OneCycleLR(optimizer, 0.2, total_steps=steps + 1), lambda: kinds.CosineAnnealingWarmRestarts(optimizer, 30),
        lambda: kinds.ReduceLROnPlateau(optimizer, patience=20), lambda: kinds.MultiStepLR(optimizer, [80, 110], 0.1),
    )[seed % 4]()  # fmt: skip
    last = [0.0]

    def loss(_: int) -> Tensor:
        i = _rows(g, 200, 64)
        out = F.mse_loss(model(x[i]), y[i])
        last[0] = out.item()
        return out

    return Loop("schedules", model, optimizer, loss, steps, end=lambda _: schedule.step(*([last[0]] if seed % 4 == 2 else [])))


def quasi_newton(seed: int) -> Loop:
    """LBFGS, which asks its closure many times."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 1))
    x = torch.randn(100, 3, generator=g)
    y = torch.sin(x[:, :1]) * x[:, 1:2]
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4)
    loop = Loop("quasi-Newton", model, optimizer, lambda _: None, 20)

    def closure() -> Tensor:
        optimizer.zero_grad()
        out = F.mse_loss(model(x), y)
        out.backward()
        return out

    def run() -> None:
        for _ in range(loop.steps):
            optimizer.step(closure)

    loop.run = run  # type: ignore[method-assign]
    return loop


def by_hand(seed: int) -> Loop:
    """No optimizer: weights are moved by the training itself."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))
    x = torch.randn(100, 3, generator=g)
    y = x[:, :1] - x[:, 1:2]

    def update(_: int) -> None:
        with torch.no_grad():
            for p in model.parameters():
                if seed % 2:
                    p -= 0.1 * p.grad
                else:
                    p.data = p.data - 0.1 * p.grad  # type: ignore[operator]
        model.zero_grad()

    return Loop("updates by hand", model, None, lambda _: F.mse_loss(model(x), y), 60, after=update)


def two_groups(seed: int) -> Loop:
    """A low rate for the body, a high one for the head; no decay on biases."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 3))
    x = torch.randn(200, 5, generator=g)
    y = (x @ torch.randn(5, 3, generator=g)).argmax(1)
    groups = [{"params": model[0].parameters(), "lr": 1e-4}, {"params": model[2].parameters(), "lr": 1e-2}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.05)

    def loss(_: int) -> Tensor:
        i = _rows(g, 200)
        return F.cross_entropy(model(x[i]), y[i])

    return Loop("two groups", model, optimizer, loss, 120)


def learned_to_learn(seed: int) -> Loop:
    """MAML: a step inside the step."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1))

    def loss(_: int) -> Tensor:
        total = torch.zeros(())
        for _task in range(3):
            a = 0.5 + torch.rand(1, generator=g)
            x = torch.randn(16, 1, generator=g)
            names, ps = zip(*model.named_parameters(), strict=True)
            inner = F.mse_loss(torch.func.functional_call(model, dict(zip(names, ps, strict=True)), (x[:8],)), a * x[:8].sin())
            moved = [p - 0.05 * d for p, d in zip(ps, torch.autograd.grad(inner, ps, create_graph=True), strict=True)]
            total = total + F.mse_loss(
                torch.func.functional_call(model, dict(zip(names, moved, strict=True)), (x[8:],)), a * x[8:].sin()
            )
        return total / 3

    return Loop("a step in the step", model, _adam(model, 5e-3), loss, 60)


def warmed(seed: int) -> Loop:
    """A large model's habits, small: warm-up, cosine, AdamW with two groups, clipping, bf16 autocast."""
    g = _seeded(seed)
    v, t = 16, 12
    text = (torch.arange(2000) * 3 + (torch.arange(2000) // 7)) % v
    model = nn.ModuleDict({"e": nn.Embedding(v, 32), "n": nn.LayerNorm(32), "a": nn.Linear(32, 64), "b": nn.Linear(64, 32)})
    big, small = [p for p in model.parameters() if p.dim() > 1], [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": big, "weight_decay": 0.1}, {"params": small, "weight_decay": 0.0}], 3e-3, betas=(0.9, 0.95)
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, (s + 1) / 10) * 0.5 * (1 + math.cos(math.pi * min(1.0, s / 100)))
    )

    def loss(_: int) -> Tensor:
        at = torch.randint(0, 1900, (24, 1), generator=g) + torch.arange(t)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            h = model["e"](text[at])
            h = h + model["b"](F.gelu(model["a"](model["n"](h))))
            return F.cross_entropy((h @ model["e"].weight.T).reshape(-1, v).float(), text[at + 1].reshape(-1))  # type: ignore[union-attr,operator]

    return Loop(
        "warmed up",
        model,
        optimizer,
        loss,
        100,
        after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 1.0) and None,
        end=lambda _: schedule.step(),
    )


def parts_of_a_batch(seed: int) -> Loop:
    """Accumulation with a clip at the end of each; the last batch is short."""
    g = _seeded(seed)
    x = torch.randn(110, 6, generator=g)
    y = torch.sin(x[:, :1])
    model = nn.Sequential(nn.Linear(6, 24), nn.LayerNorm(24), nn.GELU(), nn.Linear(24, 1))
    parts = torch.arange(110).chunk(4)

    def loss(_: int) -> Tensor:
        for i in parts[:-1]:
            (F.mse_loss(model(x[i]), y[i]) / 4).backward()
        return F.mse_loss(model(x[parts[-1]]), y[parts[-1]]) / 4

    return Loop(
        "parts of a batch",
        model,
        _adam(model, 5e-3),
        loss,
        60,
        after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 1.0) and None,
    )


def lion(seed: int) -> Loop:
    """An optimizer of one's own, by signs."""
    g = _seeded(seed)
    x = torch.randn(200, 5, generator=g)
    y = torch.tanh(x[:, :1] * x[:, 1:2])

    class Lion(torch.optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:  # type: ignore[override]
            for group in self.param_groups:
                for p in group["params"]:
                    m = self.state[p].setdefault("m", torch.zeros_like(p))
                    p.sub_(group["lr"] * (0.9 * m + 0.1 * p.grad).sign())
                    m.mul_(0.99).add_(0.01 * p.grad)

    model = nn.Sequential(nn.Linear(5, 32), nn.SiLU(), nn.Linear(32, 1))
    return Loop("own optimizer", model, Lion(model.parameters(), 1e-3), lambda _: F.mse_loss(model(x), y), 120)
