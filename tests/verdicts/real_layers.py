"""Healthy PyTorch trainings of models built in unusual ways: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


def small_network(seed: int) -> Loop:
    """2-8-8-1 on a smooth surface."""
    g = _seeded(seed)
    x = torch.rand(200, 2, generator=g) * 2 - 1
    goal = (x[:, :1] * x[:, 1:]) + 0.5 * x[:, :1]
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(_: int) -> Tensor:
        i = _rows(g, 200, 32)
        return F.mse_loss(model(x[i]), goal[i])

    return Loop("small network", model, _adam(model, 1e-2), loss, 200)


def residual(seed: int) -> Loop:
    """Blocks whose last layer starts at 0."""
    g = _seeded(seed)

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(16, 32), nn.Linear(32, 16)
            nn.init.zeros_(self.b.weight)
            nn.init.zeros_(self.b.bias)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = x + self.b(torch.relu(self.a(x)))
            return out

    model = nn.Sequential(nn.Linear(5, 16), *[Block() for _ in range(2 + seed % 2)], nn.Linear(16, 1))
    x = torch.randn(200, 5, generator=g)
    y = torch.sin(2 * x[:, :1]) + x[:, 1:2].abs()

    def loss(_: int) -> Tensor:
        i = _rows(g, 200, 48)
        return F.mse_loss(model(x[i]), y[i])

    return Loop("residual", model, _adam(model, 3e-3), loss, 120)


def straight_through(seed: int) -> Loop:
    """A binary layer with a slope of its own."""
    g = _seeded(seed)
    x = torch.randn(200, 6, generator=g)
    y = (x[:, 0] * x[:, 1] > 0).long()
    model = nn.ModuleDict({"a": nn.Linear(6, 32), "b": nn.Linear(32, 2)})

    def loss(_: int) -> Tensor:
        h = torch.tanh(model["a"](x))
        bits = h + (h.sign() - h).detach()
        return F.cross_entropy(model["b"](bits), y)

    return Loop("straight through", model, _adam(model), loss, 80)


def gumbel(seed: int) -> Loop:
    """A choice that can be differentiated (hard Gumbel softmax)."""
    g = _seeded(seed)
    x, y = torch.randn(200, 6, generator=g), torch.randint(0, 3, (200,), generator=g)
    y = x[:, :3].argmax(1)
    model = nn.ModuleDict({"a": nn.Linear(6, 8), "b": nn.Linear(8, 3)})
    return Loop(
        "gumbel",
        model,
        _adam(model, 0.01),
        lambda _: F.cross_entropy(model["b"](F.gumbel_softmax(model["a"](x), hard=True)), y),
        80,
    )


def graph(seed: int) -> Loop:
    """Two rounds of messages on a graph; labels of some nodes only."""
    g = _seeded(seed)
    y = torch.arange(60) % 3
    near = ((y[:, None] == y) & (torch.rand(60, 60, generator=g) < 0.3)) | (torch.rand(60, 60, generator=g) < 0.02)
    a = (near | near.T).float() + torch.eye(60)
    a = a / a.sum(1, keepdim=True)
    x = torch.randn(60, 8, generator=g) + F.one_hot(y, 8) * 0.7
    known = torch.rand(60, generator=g) < 0.4
    one, two = nn.Linear(8, 16), nn.Linear(16, 3)
    model = nn.ModuleList([one, two, nn.Dropout(0.5)])
    return Loop(
        "graph", model, torch.optim.Adam(model.parameters(), 0.01, weight_decay=5e-4),
        lambda _: F.cross_entropy((a @ two(model[2](F.relu(a @ one(x)))))[known], y[known]), 80,
    )  # fmt: skip


def hypernet(seed: int) -> Loop:
    """Weights that another network makes."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 4 * 3 + 3))

    def loss(_: int) -> Tensor:
        task, x = torch.randn(2, generator=g), torch.randn(16, 4, generator=g)
        made = model(task)
        out = F.linear(x, made[:12].view(3, 4), made[12:])
        return F.mse_loss(out, x[:, :3] * task[0] + task[1])

    return Loop("hypernetwork", model, _adam(model, 5e-3), loss, 100)


def gated(seed: int) -> Loop:
    """A mixture of experts: a gate, the two best of four, a loss that keeps them busy."""
    g = _seeded(seed)
    x = torch.randn(256, 6, generator=g)
    y = torch.where(x[:, :1] > 0, x[:, 1:2], -x[:, 2:3])
    model = nn.ModuleDict(
        {
            "gate": nn.Linear(6, 4),
            "experts": nn.ModuleList(nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1)) for _ in range(4)),
        }
    )

    def loss(_: int) -> Tensor:
        p = model["gate"](x).softmax(1)
        best, which = p.topk(2, 1)
        outs = torch.stack([each(x)[:, 0] for each in model["experts"]], 1)  # type: ignore[union-attr]
        out = (outs.gather(1, which) * best / best.sum(1, keepdim=True)).sum(1, keepdim=True)
        busy = F.one_hot(which[:, 0], 4).float().mean(0)
        return F.mse_loss(out, y) + 0.01 * 4 * (busy * p.mean(0)).sum()

    return Loop("experts", model, _adam(model, 5e-3), loss, 100)
