"""More healthy PyTorch trainings of the kinds that people run, none of which `real` has: whoever finds a fault in one is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.real import _adam, _rows, _seeded
from verdicts.silent import Loop


def two_parts_clipped(seed: int) -> Loop:
    """PPO: a clipped ratio, several passes over the same rollout, an entropy bonus."""
    g = _seeded(seed)
    model = nn.ModuleDict({"pi": nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 3)), "v": nn.Linear(4, 1)})
    held: dict[str, Tensor] = {}

    def loss(step: int) -> Tensor:
        if step % 4 == 0:
            s = torch.randn(64, 4, generator=g)
            with torch.no_grad():
                logits = model["pi"](s)
                a = torch.multinomial(logits.softmax(1), 1, generator=g)[:, 0]
                held.update(s=s, a=a, old=logits.log_softmax(1)[torch.arange(64), a], r=(a == (s[:, 0] > 0).long()).float())
        logits, value = model["pi"](held["s"]), model["v"](held["s"])[:, 0]
        lp = logits.log_softmax(1)
        ratio = (lp[torch.arange(64), held["a"]] - held["old"]).exp()
        adv = held["r"] - value.detach()
        gain = torch.min(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()
        return -gain + 0.5 * F.mse_loss(value, held["r"]) + 0.01 * (lp.exp() * lp).sum(1).mean()

    return Loop("ppo", model, _adam(model), loss, 80, after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 0.5) and None)


def sac_like(seed: int) -> Loop:
    """A soft critic: two heads, the least of their targets, averaged weights."""
    g = _seeded(seed)
    q = nn.ModuleList(nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1)) for _ in range(2))
    slow = copy.deepcopy(q).requires_grad_(False)

    def loss(_: int) -> Tensor:
        s = torch.randn(64, 5, generator=g)
        with torch.no_grad():
            goal = s[:, :1] + 0.9 * torch.min(*(each(s.roll(1, 0)) for each in slow)) - 0.1
        return sum((F.mse_loss(each(s), goal) for each in q), torch.zeros(()))

    def end(_: int) -> None:
        with torch.no_grad():
            for a, b in zip(slow.parameters(), q.parameters(), strict=True):
                a.lerp_(b, 0.05)

    return Loop("soft critic", q, _adam(q), loss, 80, end=end)


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


def segmented(seed: int) -> Loop:
    """A small U-net; cross-entropy and Dice added."""
    g = _seeded(seed)
    x = torch.rand(48, 1, 16, 16, generator=g)
    y = (F.avg_pool2d(x, 3, 1, 1) > 0.5).float()
    down, mid = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
    up, last = nn.ConvTranspose2d(16, 8, 2, stride=2), nn.Conv2d(16, 1, 1)
    model = nn.ModuleList([down, mid, up, last])

    def loss(_: int) -> Tensor:
        i = _rows(g, 48, 16)
        a = F.relu(down(x[i]))
        b = F.relu(mid(F.max_pool2d(a, 2)))
        out = last(torch.cat([a, F.relu(up(b))], 1))
        p = out.sigmoid()
        dice = 1 - (2 * (p * y[i]).sum() + 1) / (p.sum() + y[i].sum() + 1)
        return F.binary_cross_entropy_with_logits(out, y[i]) + dice

    return Loop("segmentation", model, _adam(model), loss, 40)


def normed_residuals(seed: int) -> Loop:
    """A small ResNet: batch norm, cosine schedule after a warm-up, decay, momentum."""
    g = _seeded(seed)
    y = torch.randint(0, 4, (256,), generator=g)
    x = 0.5 * torch.randn(256, 3, 8, 8, generator=g)
    x[torch.arange(256), y % 3, :, :] += 0.7 * (1 + y // 3).float()[:, None, None]

    class Block(nn.Module):
        def __init__(self, c: int) -> None:
            super().__init__()
            self.a, self.b = nn.Conv2d(c, c, 3, padding=1, bias=False), nn.Conv2d(c, c, 3, padding=1, bias=False)
            self.na, self.nb = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
            nn.init.zeros_(self.nb.weight)

        def forward(self, h: Tensor) -> Tensor:
            return F.relu(h + self.nb(self.b(F.relu(self.na(self.a(h))))))

    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), Block(8), Block(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=61)

    def loss(_: int) -> Tensor:
        i = _rows(g, 256, 32)
        return F.cross_entropy(model(x[i]), y[i], label_smoothing=0.1)

    return Loop("residual net", model, optimizer, loss, 60, end=lambda _: schedule.step())


def vision_transformer(seed: int) -> Loop:
    """Patches by reshape and permute, a class token, scaled dot product attention."""
    g = _seeded(seed)
    y = torch.randint(0, 4, (200,), generator=g)
    x = 0.3 * torch.randn(200, 1, 8, 8, generator=g)
    x[torch.arange(200), 0, 2 * y, :] += 1.0

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patch, self.cls, self.place = (
                nn.Linear(16, 24),
                nn.Parameter(torch.zeros(1, 1, 24)),
                nn.Parameter(0.02 * torch.randn(1, 5, 24)),
            )
            self.n1, self.qkv, self.out = nn.LayerNorm(24), nn.Linear(24, 72), nn.Linear(24, 24)
            self.n2, self.mlp, self.head = (
                nn.LayerNorm(24),
                nn.Sequential(nn.Linear(24, 48), nn.GELU(), nn.Linear(48, 24)),
                nn.Linear(24, 4),
            )

        def forward(self, x: Tensor) -> Tensor:
            b = len(x)
            h = self.patch(x.reshape(b, 2, 4, 2, 4).permute(0, 1, 3, 2, 4).reshape(b, 4, 16))
            h = torch.cat([self.cls.expand(b, -1, -1), h], 1) + self.place
            q, k, v = self.qkv(self.n1(h)).reshape(b, 5, 3, 4, 6).permute(2, 0, 3, 1, 4)
            h = h + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, 5, 24))
            h = h + self.mlp(self.n2(h))
            return self.head(h[:, 0])

    model = Model()

    def loss(_: int) -> Tensor:
        i = _rows(g, 200, 40)
        return F.cross_entropy(model(x[i]), y[i])

    return Loop("vision transformer", model, torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.05), loss, 80)


def masked_words(seed: int) -> Loop:
    """A masked language model: most labels are ignored, nn.TransformerEncoder, padding."""
    g = _seeded(seed)
    v, t = 24, 8
    ids = (torch.arange(t) * (1 + torch.randint(0, 3, (256, 1), generator=g)) + torch.randint(0, v, (256, 1), generator=g)) % v
    layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True, norm_first=seed % 2 == 0)
    model = nn.ModuleDict(
        {
            "e": nn.Embedding(v + 1, 32),
            "p": nn.Embedding(t, 32),
            "b": nn.TransformerEncoder(layer, 1, enable_nested_tensor=False),
            "h": nn.Linear(32, v),
        }
    )

    def loss(_: int) -> Tensor:
        each = ids[_rows(g, 256, 48)]
        hidden = torch.rand(each.shape, generator=g) < 0.2
        hidden[:, 0] = True
        h = model["b"](model["e"](each.masked_fill(hidden, v)) + model["p"](torch.arange(t)))
        return F.cross_entropy(model["h"](h).transpose(1, 2), each.masked_fill(~hidden, -100))

    return Loop("masked words", model, torch.optim.AdamW(model.parameters(), 3e-3), loss, 60)


def translated(seed: int) -> Loop:
    """GRU encoder and decoder with attention, the right word given before."""
    g = _seeded(seed)
    v, t = 12, 6
    a = torch.randint(1, v, (256, t), generator=g)
    b = a.flip(1)

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.e, self.enc, self.dec, self.h = (
                nn.Embedding(v, 24),
                nn.GRU(24, 32, batch_first=True),
                nn.GRUCell(24, 32),
                nn.Linear(64, v),
            )

        def forward(self, a: Tensor, b: Tensor) -> Tensor:
            seen, last = self.enc(self.e(a))
            h, said = last[0], []
            for word in torch.cat([torch.zeros(len(b), 1, dtype=torch.long), b[:, :-1]], 1).unbind(1):
                h = self.dec(self.e(word), h)
                w = (seen @ h[:, :, None]).softmax(1)
                said.append(self.h(torch.cat([h, (w * seen).sum(1)], 1)))
            return torch.stack(said, 1)

    model = Model()

    def loss(_: int) -> Tensor:
        i = _rows(g, 256, 32)
        return F.cross_entropy(model(a[i], b[i]).reshape(-1, v), b[i].reshape(-1))

    return Loop("translation", model, _adam(model, 5e-3), loss, 80)


def carried_state(seed: int) -> Loop:
    """An LSTM language model: a state detached between stretches, dropout, clipping."""
    g = _seeded(seed)
    v = 10
    text = ((torch.arange(3000) % (7 + seed)) + (torch.arange(3000) // 50) % 2) % v
    stretches = text[: 16 * 180].reshape(16, 180)
    model = nn.ModuleDict({"e": nn.Embedding(v, 16), "r": nn.LSTM(16, 32, 2, batch_first=True, dropout=0.1), "h": nn.Linear(32, v)})
    state: list[Any] = [None]

    def loss(step: int) -> Tensor:
        at = (step * 12) % 160
        if at < 12:
            state[0] = None
        x, y = stretches[:, at : at + 12], stretches[:, at + 1 : at + 13]
        out, (h, c) = model["r"](model["e"](x), state[0])
        state[0] = (h.detach(), c.detach())
        return F.cross_entropy(model["h"](out).flatten(0, 1), y.flatten())

    del g
    return Loop(
        "state carried on",
        model,
        _adam(model, 5e-3),
        loss,
        80,
        after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 0.25) and None,
    )


def aligned(seed: int) -> Loop:
    """CTC over a bidirectional GRU."""
    g = _seeded(seed)
    y = torch.randint(1, 5, (32, 3), generator=g)
    x = torch.zeros(32, 12, 6)
    for i in range(3):
        x[torch.arange(32), 4 * i + 1, y[:, i]] = 1.0
    model = nn.ModuleDict({"r": nn.GRU(6, 16, batch_first=True, bidirectional=True), "h": nn.Linear(32, 5)})

    def loss(_: int) -> Tensor:
        out = model["h"](model["r"](x)[0]).log_softmax(-1).transpose(0, 1)
        return F.ctc_loss(out, y, torch.full((32,), 12), torch.full((32,), 3))

    return Loop("ctc", model, _adam(model, 0.01), loss, 80)


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


def mixed_up(seed: int) -> Loop:
    """Mixed inputs and mixed labels; dropout; an average of the weights beside."""
    g = _seeded(seed)
    x = torch.randn(256, 8, generator=g)
    y = F.one_hot((x[:, :4]).argmax(1), 4).float()
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 4))
    average = torch.optim.swa_utils.AveragedModel(model)

    def loss(_: int) -> Tensor:
        i, j = _rows(g, 256, 64), _rows(g, 256, 64)
        part = float(torch.rand(1, generator=g)) * 0.3
        return F.cross_entropy(model((1 - part) * x[i] + part * x[j]), (1 - part) * y[i] + part * y[j])

    return Loop("mixup", model, _adam(model), loss, 80, end=lambda _: average.update_parameters(model))


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


def frozen_norms(seed: int) -> Loop:
    """Fine-tuning on a backbone in evaluation mode, its gradients off; the head alone learns, then the last block."""
    g = _seeded(seed)
    backbone = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
    head = nn.Linear(32, 3)
    model = nn.Sequential(backbone, head)
    x = torch.randn(200, 8, generator=g)
    y = x[:, :3].argmax(1)
    backbone.requires_grad_(False)
    optimizer = torch.optim.AdamW([{"params": head.parameters(), "lr": 1e-2}, {"params": backbone[3].parameters(), "lr": 1e-3}])

    def loss(step: int) -> Tensor:
        model.train()
        backbone[:3].eval()
        if step == 40:
            backbone[3].requires_grad_(True)
        return F.cross_entropy(model(x), y)

    return Loop("frozen norms", model, optimizer, loss, 80)


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


KINDS: tuple[Callable[[int], Loop], ...] = (
    two_parts_clipped, sac_like, own_negatives, triplets, without_negatives, codebook, straight_through, gumbel, flow, diffused,
    segmented, normed_residuals, vision_transformer, masked_words, translated, carried_state, aligned, graph, factors, skip_gram,
    distilled, mixed_up, focused, waves, differential, learned_to_learn, quantiles, counts, mixture, survival, adversarial, warmed,
    frozen_norms, parts_of_a_batch, two_sided, hypernet, gated, lion,
)  # fmt: skip
SEEDS = 3


def more_real(seeds: int = SEEDS) -> Iterator[Loop]:
    """Each kind with so many seeds."""
    for kind in KINDS:
        for seed in range(seeds):
            yield kind(seed)
