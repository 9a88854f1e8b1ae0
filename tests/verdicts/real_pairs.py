"""Healthy PyTorch trainings by what is alike (contrastive, distilled): whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


def contrastive(seed: int) -> Loop:
    """NT-Xent or a triplet: every one with every one is meant."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 16))
    x = torch.randn(200, 8, generator=g)

    def loss(_: int) -> Tensor:
        i = _rows(g, 200)
        one, two = (F.normalize(model(x[i] + 0.1 * torch.randn(32, 8, generator=g)), dim=1) for _ in range(2))
        if seed % 2:
            return F.triplet_margin_loss(one, two, two.roll(1, 0), margin=0.5)
        return F.cross_entropy(one @ two.T / 0.2, torch.arange(32))

    return Loop("contrastive", model, _adam(model), loss, 80)


def momentum_encoder(seed: int) -> Loop:
    """A slow copy, moved by hand, inside the same module; a stop-gradient."""
    g = _seeded(seed)
    model = nn.ModuleDict({"q": nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 12)), "head": nn.Linear(12, 12)})
    model["k"] = copy.deepcopy(model["q"])
    if seed % 2:
        model["k"].requires_grad_(False)

    def loss(_: int) -> Tensor:
        x = torch.randn(32, 6, generator=g)
        with torch.no_grad():
            goal = F.normalize(model["k"](x), dim=1)
        return 2 - 2 * (F.normalize(model["head"](model["q"](x + 0.1)), dim=1) * goal).sum(1).mean()

    def follow(_: int) -> None:
        with torch.no_grad():
            for slow, fast in zip(model["k"].parameters(), model["q"].parameters(), strict=True):
                slow.mul_(0.99).add_(fast, alpha=0.01)

    return Loop("momentum encoder", model, _adam(model), loss, 80, end=follow)


def own_negatives(seed: int) -> Loop:
    """Two views of one thing among others' (InfoNCE), a temperature that is learned."""
    g = _seeded(seed)
    model = nn.ModuleDict({"a": nn.Linear(8, 16), "b": nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 16))})
    model.scale = nn.Parameter(torch.tensor(2.0))  # type: ignore[assignment]

    def loss(_: int) -> Tensor:
        x = torch.randn(48, 8, generator=g)
        a, b = F.normalize(model["a"](x), dim=1), F.normalize(model["b"](x + 0.1 * torch.randn(48, 8, generator=g)), dim=1)
        logits = a @ b.T * model.scale.exp()  # type: ignore[operator]
        return (F.cross_entropy(logits, torch.arange(48)) + F.cross_entropy(logits.T, torch.arange(48))) / 2

    return Loop("contrastive pairs", model, _adam(model), loss, 80)


def triplets(seed: int) -> Loop:
    g = _seeded(seed)
    centre = torch.randn(6, 10, generator=g)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 8))

    def loss(_: int) -> Tensor:
        y = _rows(g, 6, 32)
        other = (y + 1 + _rows(g, 5, 32)) % 6
        a, p, n = (model(centre[each] + 0.5 * torch.randn(32, 10, generator=g)) for each in (y, y, other))
        return F.triplet_margin_loss(a, p, n) if seed % 2 else F.relu((a - p).norm(dim=1) - (a - n).norm(dim=1) + 0.5).mean()

    return Loop("triplets", model, _adam(model), loss, 80)


def without_negatives(seed: int) -> Loop:
    """BYOL: a predictor, a slow copy, cosines below 0."""
    g = _seeded(seed)
    net = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))
    head, slow = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16)), copy.deepcopy(net)
    slow.requires_grad_(False)
    model = nn.ModuleDict({"net": net, "head": head, "slow": slow})

    def loss(_: int) -> Tensor:
        x = torch.randn(48, 8, generator=g)
        a, b = x + 0.2 * torch.randn(48, 8, generator=g), x + 0.2 * torch.randn(48, 8, generator=g)
        with torch.no_grad():
            goal = slow(b)
        return -F.cosine_similarity(head(net(a)), goal, dim=-1).mean()

    def end(_: int) -> None:
        with torch.no_grad():
            for p, q in zip(slow.parameters(), net.parameters(), strict=True):
                p.mul_(0.95).add_(0.05 * q)

    return Loop("without negatives", model, _adam(model), loss, 80, end=end)


def factors(seed: int) -> Loop:
    """Ratings from two tables of embeddings and their biases; few rows a step, sparse gradients."""
    g = _seeded(seed)
    u, i = torch.randint(0, 50, (1000,), generator=g), torch.randint(0, 40, (1000,), generator=g)
    a, b = torch.randn(50, 3, generator=g), torch.randn(40, 3, generator=g)
    r = 3.0 + (a[u] * b[i]).sum(1) * 0.5
    sparse = seed % 2 == 1
    model = nn.ModuleDict(
        {"u": nn.Embedding(50, 8, sparse=sparse), "i": nn.Embedding(40, 8, sparse=sparse), "bu": nn.Embedding(50, 1, sparse=sparse)}
    )
    optimizer = torch.optim.SparseAdam(model.parameters(), 0.02) if sparse else _adam(model, 0.02)

    def loss(_: int) -> Tensor:
        k = _rows(g, 1000, 100)
        return F.mse_loss((model["u"](u[k]) * model["i"](i[k])).sum(1) + model["bu"](u[k])[:, 0] + 3.0, r[k])

    return Loop("factors", model, optimizer, loss, 100)


def skip_gram(seed: int) -> Loop:
    """word2vec with words drawn as negatives."""
    g = _seeded(seed)
    model = nn.ModuleDict({"in": nn.Embedding(30, 8), "out": nn.Embedding(30, 8)})

    def loss(_: int) -> Tensor:
        c = _rows(g, 30, 64)
        near, far = (c + 1 + _rows(g, 2, 64)) % 30, torch.randint(0, 30, (64, 4), generator=g)
        h = model["in"](c)
        good, bad = (h * model["out"](near)).sum(1), (model["out"](far) @ h[:, :, None])[..., 0]
        return -(F.logsigmoid(good) + F.logsigmoid(-bad).sum(1)).mean()

    return Loop("skip-gram", model, _adam(model, 0.02), loss, 100)


def distilled(seed: int) -> Loop:
    """Learning from a larger model at a temperature, beside the labels."""
    g = _seeded(seed)
    x = torch.randn(256, 8, generator=g)
    y = (x[:, :3] * 2).argmax(1)
    teacher = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 3)).eval()
    student = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))

    def loss(_: int) -> Tensor:
        i = _rows(g, 256, 64)
        with torch.no_grad():
            goal = F.log_softmax(teacher(x[i]) / 2 + F.one_hot(y[i], 3), 1)
        out = student(x[i])
        return F.kl_div(F.log_softmax(out / 2, 1), goal, reduction="batchmean", log_target=True) * 4 + F.cross_entropy(out, y[i])

    return Loop("distillation", student, _adam(student), loss, 80)


def two_sided(seed: int) -> Loop:
    """A gradient reversed on its way, for features that do not tell the domain."""
    g = _seeded(seed)
    x = torch.randn(200, 6, generator=g)
    y, domain = (x[:, 0] > 0).long(), (torch.arange(200) % 2)
    x[:, 5] += domain

    class Reversed(torch.autograd.Function):
        @staticmethod
        def forward(_ctx: Any, h: Tensor) -> Tensor:
            return h.clone()

        @staticmethod
        def backward(_ctx: Any, slope: Tensor) -> Tensor:
            return -0.3 * slope

    model = nn.ModuleDict({"f": nn.Sequential(nn.Linear(6, 16), nn.ReLU()), "y": nn.Linear(16, 2), "d": nn.Linear(16, 2)})

    def loss(_: int) -> Tensor:
        h = model["f"](x)
        return F.cross_entropy(model["y"](h), y) + F.cross_entropy(model["d"](Reversed.apply(h)), domain)  # type: ignore[no-untyped-call]

    return Loop("reversed gradient", model, _adam(model, 5e-3), loss, 80)
