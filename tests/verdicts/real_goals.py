"""Healthy PyTorch trainings towards goals of every kind, from physics to survival: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


def noisy_goals(seed: int) -> Loop:
    """Four fifths of the goals' variance are noise: the loss stands early, and that is all there is."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
    x = torch.randn(400, 4, generator=g)
    y = 0.5 * x[:, :1] + torch.randn(400, 1, generator=g)

    def loss(_: int) -> Tensor:
        i = _rows(g, 400, 64)
        return F.mse_loss(model(x[i]), y[i]) if seed % 2 else ((model(x[i]) - y[i]) ** 2).mean() / 2

    return Loop("noisy goals", model, _adam(model, 3e-3), loss, 150)


def rare_class(seed: int) -> Loop:
    """One in ten: the loss begins near where it ends; weighted, smoothed or plain."""
    g = _seeded(seed)
    x = torch.randn(400, 5, generator=g)
    y = (x[:, 0] + 0.5 * x[:, 1] > 1.4).float()
    model = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 1 if seed % 2 else 2))

    def loss(_: int) -> Tensor:
        i = _rows(g, 400, 64)
        if seed % 2:
            return F.binary_cross_entropy_with_logits(model(x[i])[:, 0], y[i], pos_weight=torch.tensor(3.0) if seed % 3 else None)
        return F.cross_entropy(model(x[i]), y[i].long(), label_smoothing=0.1)

    return Loop("rare class", model, _adam(model), loss, 120)


def several_losses(seed: int) -> Loop:
    """Two heads, and a penalty on the weights by hand."""
    g = _seeded(seed)
    model = nn.ModuleDict({"body": nn.Linear(5, 32), "kind": nn.Linear(32, 3), "size": nn.Linear(32, 1)})
    x = torch.randn(200, 5, generator=g)
    y, z = (x @ torch.randn(5, 3, generator=g)).argmax(1), x[:, :1].abs()

    def loss(_: int) -> Tensor:
        i = _rows(g, 200)
        h = torch.relu(model["body"](x[i]))
        small = sum((p**2).sum() for p in model.parameters())
        return F.cross_entropy(model["kind"](h), y[i]) + 0.5 * F.l1_loss(model["size"](h), z[i]) + 1e-4 * small

    return Loop("several losses", model, _adam(model), loss, 90)


def physics(seed: int) -> Loop:
    """A differential equation: derivatives of the network are in its loss."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))

    def loss(_: int) -> Tensor:
        t = (torch.rand(64, 1, generator=g) * 2).requires_grad_()
        u = model(t)
        (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        return ((slope + (1 + seed) * u) ** 2).mean() + ((model(torch.zeros(1, 1)) - 1) ** 2).mean()

    return Loop("physics-informed", model, _adam(model, 5e-3), loss, 120)


def focused(seed: int) -> Loop:
    """Focal loss for rare labels, several of which may hold."""
    g = _seeded(seed)
    x = torch.randn(256, 8, generator=g)
    y = (x[:, :5] > 1.2).float()
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 5))

    def loss(_: int) -> Tensor:
        i = _rows(g, 256, 64)
        out = model(x[i])
        each = F.binary_cross_entropy_with_logits(out, y[i], reduction="none")
        return (
            ((1 - torch.exp(-each)) ** 2 * each).sum() / 64
            if seed % 2
            else F.binary_cross_entropy_with_logits(out, y[i], pos_weight=torch.full((5,), 8.0))
        )

    return Loop("focal", model, _adam(model, 5e-3), loss, 80)


def waves(seed: int) -> Loop:
    """Sines all the way (SIREN), a picture's places as inputs."""
    g = _seeded(seed)
    at = torch.stack(torch.meshgrid(torch.linspace(-1, 1, 16), torch.linspace(-1, 1, 16), indexing="ij"), -1).reshape(-1, 2)
    goal = torch.sin(4 * at[:, :1]) * torch.cos(3 * at[:, 1:])
    a, b, c = nn.Linear(2, 32), nn.Linear(32, 32), nn.Linear(32, 1)
    with torch.no_grad():
        for each in (b, c):
            each.weight.uniform_(-math.sqrt(6 / 32) / 10, math.sqrt(6 / 32) / 10)
    model = nn.ModuleList([a, b, c])
    del g
    return Loop("sines", model, _adam(model, 1e-3), lambda _: F.mse_loss(c(torch.sin(10 * b(torch.sin(10 * a(at))))), goal), 120)


def differential(seed: int) -> Loop:
    """A neural differential equation, by Euler's steps."""
    g = _seeded(seed)
    start = torch.randn(32, 2, generator=g)
    turn = torch.tensor([[math.cos(1.0), -math.sin(1.0)], [math.sin(1.0), math.cos(1.0)]])
    model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 2))

    def loss(_: int) -> Tensor:
        h = start
        for _step in range(8):
            h = h + model(h) / 8
        return F.mse_loss(h, start @ turn.T)

    return Loop("differential equation", model, _adam(model, 5e-3), loss, 80)


def quantiles(seed: int) -> Loop:
    g = _seeded(seed)
    x = torch.randn(256, 3, generator=g)
    y = x[:, :1] + 0.5 * torch.randn(256, 1, generator=g)
    q = torch.tensor([0.1, 0.5, 0.9])
    model = nn.Sequential(nn.Linear(3, 24), nn.ReLU(), nn.Linear(24, 3))

    def loss(_: int) -> Tensor:
        error = y - model(x)
        return torch.max(q * error, (q - 1) * error).mean()

    return Loop("quantiles", model, _adam(model, 5e-3), loss, 100)


def counts(seed: int) -> Loop:
    """Poisson or negative binomial: counts as goals."""
    g = _seeded(seed)
    x = torch.randn(256, 3, generator=g)
    y = torch.poisson((0.5 * x[:, :1] + 1).exp(), generator=g)
    model = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))
    return Loop("counts", model, _adam(model, 5e-3), lambda _: F.poisson_nll_loss(model(x), y), 100)


def mixture(seed: int) -> Loop:
    """A mixture of bells, by logsumexp."""
    g = _seeded(seed)
    x = torch.randn(256, 1, generator=g)
    y = x * torch.randint(0, 2, (256, 1), generator=g).mul(2).sub(1) + 0.1 * torch.randn(256, 1, generator=g)
    model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 9))

    def loss(_: int) -> Tensor:
        w, m, s = model(x).chunk(3, 1)
        bell = torch.distributions.Normal(m, F.softplus(s) + 0.05)
        return -(w.log_softmax(1) + bell.log_prob(y)).logsumexp(1).mean()

    return Loop("mixture", model, _adam(model, 5e-3), loss, 120)


def survival(seed: int) -> Loop:
    """Cox's partial likelihood."""
    g = _seeded(seed)
    x = torch.randn(128, 4, generator=g)
    time = (-x[:, 0] + 0.3 * torch.randn(128, generator=g)).exp()
    seen = torch.rand(128, generator=g) < 0.7
    order = time.argsort(descending=True)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1, bias=False))

    def loss(_: int) -> Tensor:
        risk = model(x[order])[:, 0]
        return -((risk - risk.logcumsumexp(0)) * seen[order]).sum() / seen.sum()

    return Loop("survival", model, _adam(model, 3e-3), loss, 80)


def adversarial(seed: int) -> Loop:
    """Trained on inputs that were made worse by their own derivative."""
    g = _seeded(seed)
    x = torch.randn(200, 6, generator=g)
    y = x[:, :3].argmax(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3))

    def loss(_: int) -> Tensor:
        i = _rows(g, 200, 64)
        worse = x[i].clone().requires_grad_()
        (slope,) = torch.autograd.grad(F.cross_entropy(model(worse), y[i]), worse)
        return F.cross_entropy(model(x[i] + 0.1 * slope.sign()), y[i])

    return Loop("adversarial", model, _adam(model), loss, 80)
