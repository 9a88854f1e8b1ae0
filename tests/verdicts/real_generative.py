"""Healthy PyTorch trainings of models that make data (generative): whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


def gan(seed: int) -> Loop:
    """The generator is watched, the discriminator trains in the same loop; or the other way round."""
    g = _seeded(seed)
    maker = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 2))
    judge = nn.Sequential(nn.Linear(2, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
    om, oj = (
        torch.optim.Adam(maker.parameters(), 1e-3, betas=(0.5, 0.9)),
        torch.optim.Adam(judge.parameters(), 1e-3, betas=(0.5, 0.9)),
    )
    ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)

    def of_judge() -> Tensor:
        real = torch.randn(32, 2, generator=g) * 0.3 + 1
        fake = maker(torch.randn(32, 4, generator=g)).detach()
        good, bad = judge(real), judge(fake)
        return F.binary_cross_entropy_with_logits(good, ones) + F.binary_cross_entropy_with_logits(bad, zeros)

    def of_maker() -> Tensor:
        return F.binary_cross_entropy_with_logits(judge(maker(torch.randn(32, 4, generator=g))), ones)

    def loss_of_maker(_: int) -> Tensor:
        oj.zero_grad()
        of_judge().backward()
        oj.step()
        return of_maker()

    def train_maker(_: int) -> None:
        om.zero_grad()
        of_maker().backward()
        om.step()

    if seed % 2:
        return Loop("gan", judge, oj, lambda _: of_judge(), 100, end=train_maker)
    loop = Loop("gan", maker, om, lambda _: of_maker(), 100)
    loop.end = lambda step: loss_of_maker(step) is None or None  # the judge's turn
    return loop


def wasserstein(seed: int) -> Loop:
    """A critic with a gradient penalty: losses below 0 that go up and down."""
    g = _seeded(seed)
    critic = nn.Sequential(nn.Linear(2, 24), nn.SiLU(), nn.Linear(24, 1))

    def loss(_: int) -> Tensor:
        real, fake = torch.randn(32, 2, generator=g) * 0.3 + 1, torch.randn(32, 2, generator=g)
        mixed = (real + torch.rand(32, 1, generator=g) * (fake - real)).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return critic(fake).mean() - critic(real).mean() + 10 * ((slope.norm(dim=1) - 1) ** 2).mean()

    return Loop("wasserstein critic", critic, torch.optim.Adam(critic.parameters(), 1e-3, betas=(0.0, 0.9)), loss, 100)


def variational(seed: int) -> Loop:
    """A VAE: two losses summed over a batch, pixels as goals, a sigmoid at the end."""
    g = _seeded(seed)
    sizes = {"in": (36, 32), "mu": (32, 4), "log": (32, 4), "up": (4, 32), "out": (32, 36)}
    model = nn.ModuleDict({name: nn.Linear(*size) for name, size in sizes.items()})
    x = (torch.rand(200, 36, generator=g) < 0.2).float()
    x[:, :12] = x[:, :1]

    def loss(_: int) -> Tensor:
        b = x[_rows(g, 200, 24 + 8 * (seed % 2))]
        h = torch.relu(model["in"](b))
        mu, log = model["mu"](h), model["log"](h)
        z = mu + torch.exp(0.5 * log) * torch.randn(len(b), 4, generator=g)
        back = torch.sigmoid(model["out"](torch.relu(model["up"](z))))
        return F.binary_cross_entropy(back, b, reduction="sum") - 0.5 * torch.sum(1 + log - mu.pow(2) - log.exp())

    return Loop("variational", model, _adam(model), loss, 90)


def denoising(seed: int) -> Loop:
    """Diffusion on points: the goal is noise, most of which can never be told."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(3, 48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU(), nn.Linear(48, 2))
    angle = torch.rand(300, generator=g) * 6.28
    x = torch.stack([angle.cos(), angle.sin()], 1)

    def loss(_: int) -> Tensor:
        i, t = _rows(g, 300, 64), torch.rand(64, 1, generator=g)
        noise = torch.randn(64, 2, generator=g)
        return F.mse_loss(model(torch.cat([x[i] * (1 - t).sqrt() + noise * t.sqrt(), t], 1)), noise)

    return Loop("denoising", model, _adam(model, 2e-3), loss, 120)


def density(seed: int) -> Loop:
    """A likelihood: its loss goes below 0, and that is no wrong sign."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 2))
    x = torch.randn(300, 2, generator=g)
    y = x[:, :1] * 0.1 + 0.02 * torch.randn(300, 1, generator=g)

    def loss(_: int) -> Tensor:
        i = _rows(g, 300, 64)
        mean, log = model(x[i]).chunk(2, 1)
        return (
            F.gaussian_nll_loss(mean, y[i], log.exp() + 1e-6) if seed % 2 else (log + 0.5 * ((y[i] - mean) / log.exp()) ** 2).mean()
        )

    return Loop("density", model, _adam(model, 5e-3), loss, 120)


def codebook(seed: int) -> Loop:
    """VQ-VAE: nearest code, straight through, a commitment."""
    g = _seeded(seed)
    x = torch.randn(300, 6, generator=g)
    model = nn.ModuleDict({"e": nn.Linear(6, 4), "codes": nn.Embedding(16, 4), "d": nn.Linear(4, 6)})

    def loss(_: int) -> Tensor:
        each = x[_rows(g, 300, 64)]
        z = model["e"](each)
        nearest = torch.cdist(z, model["codes"].weight).argmin(1)  # type: ignore[arg-type]
        code = model["codes"](nearest)
        through = z + (code - z).detach()
        return F.mse_loss(model["d"](through), each) + F.mse_loss(code, z.detach()) + 0.25 * F.mse_loss(z, code.detach())

    return Loop("codebook", model, _adam(model), loss, 100)


def flow(seed: int) -> Loop:
    """A coupling flow: a likelihood that may go below 0."""
    g = _seeded(seed)
    x = torch.randn(256, 2, generator=g) * 0.1 + torch.tensor([0.5, -0.3])
    model = nn.ModuleList(nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 2)) for _ in range(4))

    def loss(_: int) -> Tensor:
        z, log_det = x, torch.zeros(len(x))
        for net in model:
            s, t = net(z[:, :1]).tanh().chunk(2, 1)
            z = torch.cat([z[:, 1:] * s.exp() + t, z[:, :1]], 1)
            log_det = log_det + s[:, 0]
        return (0.5 * z.square().sum(1) + math.log(2 * math.pi) - log_det).mean()

    return Loop("flow", model, _adam(model, 5e-3), loss, 120)


def diffused(seed: int) -> Loop:
    """Noise to be told at a time that is embedded."""
    g = _seeded(seed)
    x = torch.randn(256, 2, generator=g).sign() + 0.1 * torch.randn(256, 2, generator=g)
    model = nn.ModuleDict(
        {
            "t": nn.Embedding(50, 16),
            "a": nn.Linear(2, 16),
            "b": nn.Sequential(nn.SiLU(), nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 2)),
        }
    )
    kept = torch.linspace(0.99, 0.05, 50)

    def loss(_: int) -> Tensor:
        i, t = _rows(g, 256, 64), _rows(g, 50, 64)
        noise, a = torch.randn(64, 2, generator=g), kept[t][:, None]
        return F.mse_loss(model["b"](model["a"](a.sqrt() * x[i] + (1 - a).sqrt() * noise) + model["t"](t)), noise)

    return Loop("diffusion", model, torch.optim.AdamW(model.parameters(), 2e-3), loss, 120)
