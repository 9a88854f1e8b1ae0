"""Healthy PyTorch trainings of the kinds that people run: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.silent import Loop


def _seeded(seed: int) -> torch.Generator:
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def _rows(g: torch.Generator, n: int, size: int = 32) -> Tensor:
    return torch.randint(0, n, (size,), generator=g)


def _adam(model: nn.Module, rate: float = 3e-3) -> torch.optim.Optimizer:
    return torch.optim.Adam([p for p in model.parameters() if p.requires_grad], rate)


def embeddings(seed: int) -> Loop:
    """A character model after Bengio 2003: rare rows, padding, learned inputs."""
    g, v, b, e = _seeded(seed), 20 + seed, 4, 10
    ids = torch.randint(0, v, (300, b), generator=g)
    ids[:, : b // 2] = v
    goal = (ids[:, -1] * 3 + ids[:, -2] // 7) % v
    table = nn.Embedding(v + 1, e, padding_idx=v if seed % 2 else None)
    model = nn.Sequential(table, nn.Flatten(), nn.Linear(b * e, 48), nn.Tanh(), nn.Linear(48, v))

    def loss(_: int) -> Tensor:
        i = _rows(g, 300, 48)
        return F.cross_entropy(model(ids[i]), goal[i])

    return Loop("embeddings", model, torch.optim.AdamW(model.parameters(), 5e-3), loss, 120)


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


def pixels(seed: int) -> Loop:
    """0 to 1, many always dark, some rarely lit."""
    g = _seeded(seed)
    y = torch.randint(0, 5, (500,), generator=g)
    x = torch.zeros(500, 1, 8, 8)
    for i, c in enumerate(y.tolist()):
        x[i, 0, c : c + 3, 2:6] = torch.rand(3, 4, generator=g)
    x[:: 40 + seed, 0, 7, 7] = 2 / 255
    if seed % 2:
        model: nn.Module = nn.Sequential(nn.Flatten(), nn.Linear(64, 40), nn.ReLU(), nn.Linear(40, 5))
    else:
        model = nn.Sequential(
            nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2), nn.Linear(72, 5)
        )

    def loss(_: int) -> Tensor:
        i = _rows(g, 500, 40)
        return F.cross_entropy(model(x[i]), y[i])

    def evaluate(step: int) -> None:
        if step % 20 == 19:
            model.eval()
            with torch.no_grad():
                F.cross_entropy(model(x[:100]), y[:100])
            model.train()

    return Loop("pixels", model, _adam(model), loss, 80, end=evaluate)


def policy_gradient(seed: int) -> Loop:
    """REINFORCE on a bandit with contexts: episodes of growing length, summed."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(4, 24), nn.Tanh() if seed % 2 else nn.ReLU(), nn.Linear(24, 2))

    def loss(step: int) -> Tensor:
        n = 4 + step // 2 + int(torch.randint(0, 6, (1,), generator=g))
        s = torch.randn(n, 4, generator=g)
        choice = torch.distributions.Categorical(logits=model(s))
        a = torch.multinomial(choice.probs.detach(), 1, generator=g)[:, 0]
        reward = (a == (s[:, 0] > 0).long()).float()
        returns = reward.flip(0).cumsum(0).flip(0) if seed % 2 else reward
        adv = (returns - returns.mean()) / (returns.std() + 1e-6)
        terms = [-choice.log_prob(a)[i] * adv[i] for i in range(n)]
        return torch.stack(terms).sum() if seed % 3 else sum(terms[1:], terms[0])

    return Loop("policy gradient", model, _adam(model), loss, 60)


def actor_critic(seed: int) -> Loop:
    g = _seeded(seed)
    model = nn.ModuleDict({"body": nn.Linear(4, 24), "actor": nn.Linear(24, 3), "critic": nn.Linear(24, 1)})

    def loss(step: int) -> Tensor:
        n = 8 + step
        s = torch.randn(n, 4, generator=g)
        h = torch.relu(model["body"](s))
        choice, value = torch.distributions.Categorical(logits=model["actor"](h)), model["critic"](h)[:, 0]
        a = torch.multinomial(choice.probs.detach(), 1, generator=g)[:, 0]
        reward = s[:, 0] * (a == 0) + 0.3 * torch.randn(n, generator=g)
        gain = reward - value.detach()
        return -(choice.log_prob(a) * gain).sum() + F.smooth_l1_loss(value, reward, reduction="sum") - 0.01 * choice.entropy().sum()

    return Loop("actor-critic", model, _adam(model, 2e-3), loss, 80)


def q_learning(seed: int) -> Loop:
    """A target network, copied now and then."""
    g = _seeded(seed)
    net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    target = copy.deepcopy(net)
    held = nn.ModuleDict({"net": net, "target": target}) if seed % 2 else net

    def loss(_: int) -> Tensor:
        s, s2 = torch.randn(32, 4, generator=g), torch.randn(32, 4, generator=g)
        a, r = torch.randint(0, 2, (32, 1), generator=g), s[:, :1]
        with torch.no_grad():
            goal = r + 0.9 * target(s2).max(1, keepdim=True).values
        return F.smooth_l1_loss(net(s).gather(1, a), goal)

    def copied(step: int) -> None:
        if step % 15 == 14:
            target.load_state_dict(net.state_dict())

    return Loop("q-learning", held, _adam(net), loss, 90, end=copied)


class _Block(nn.Module):
    def __init__(self, d: int, written_out: bool) -> None:
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down, self.written_out = nn.Linear(d, 4 * d), nn.Linear(4 * d, d), written_out

    def forward(self, x: Tensor) -> Tensor:
        b, t, d = x.shape
        q, k, v = (part.view(b, t, 2, d // 2).transpose(1, 2) for part in self.qkv(self.n1(x)).chunk(3, -1))
        if self.written_out:
            scores = q @ k.transpose(-2, -1) / math.sqrt(d // 2)
            mixed = scores.masked_fill(torch.triu(torch.ones(t, t, dtype=torch.bool), 1), -math.inf).softmax(-1) @ v
        else:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(mixed.transpose(1, 2).reshape(b, t, d))
        h = self.up(self.n2(x))
        gelu = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3))) if self.written_out else F.gelu(h)
        out: Tensor = x + self.down(gelu)
        return out


class _Gpt(nn.Module):
    def __init__(self, v: int, t: int, d: int, seed: int) -> None:
        super().__init__()
        self.tok, self.pos = nn.Embedding(v, d), nn.Embedding(t, d)
        self.blocks = nn.ModuleList(_Block(d, seed % 2 == 1) for _ in range(2))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, v, bias=False)
        if seed % 3 == 0:
            self.head.weight = self.tok.weight
            nn.init.normal_(self.tok.weight, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.tok(ids) + self.pos(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.head(self.norm(x))
        return out


def language_model(seed: int, width: int = 32, steps: int = 120, size: int = 16) -> Loop:
    """A small transformer; clipped, warmed up, a cosine at the end; two thirds of ln V is what there is to be had."""
    g, v = _seeded(seed), 30
    ids = torch.randint(0, v, (64, 17), generator=g)
    ids[:, 1::2] = (ids[:, :-1:2] * 7 + 1) % v  # every second token follows from the one before
    model = _Gpt(v, 16, width, seed)
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3, betas=(0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: min(1.0, (t + 1) / 10) * 0.5 * (1 + math.cos(math.pi * t / steps))
    )

    def loss(_: int) -> Tensor:
        i = _rows(g, 64, size)
        return F.cross_entropy(model(ids[i, :-1]).view(-1, v), ids[i, 1:].reshape(-1))

    return Loop(
        "language model", model, optimizer, loss, steps, after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 1.0) and None,
        end=lambda _: schedule.step(),
    )  # fmt: skip


def recurrent(seed: int) -> Loop:
    """LSTM or GRU over a sum to be remembered, its state carried over from batch to batch; clipped."""
    g = _seeded(seed)
    kind = (nn.LSTM, nn.GRU, nn.RNN)[seed % 3]
    model = nn.ModuleDict({"r": kind(2, 16, batch_first=True), "out": nn.Linear(16, 1)})
    state: list[Any] = [None]

    def loss(_: int) -> Tensor:
        x = torch.randn(16, 10, 2, generator=g)
        goal = x[..., 0].cumsum(1)[..., None] / 3
        out, h = model["r"](x, state[0] if seed % 2 else None)
        state[0] = tuple(part.detach() for part in h) if isinstance(h, tuple) else h.detach()
        return F.mse_loss(model["out"](out), goal)

    return Loop(
        "recurrent",
        model,
        _adam(model, 5e-3),
        loss,
        100,
        after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 0.5) and None,
    )


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


def pictures_upscaled(seed: int) -> Loop:
    """Convolutions of one or three dimensions, transposed ones, group and instance norm."""
    g = _seeded(seed)
    if seed % 2:
        model: nn.Module = nn.Sequential(
            nn.Conv1d(1, 8, 5, stride=2, padding=2), nn.GroupNorm(2, 8), nn.SiLU(), nn.ConvTranspose1d(8, 1, 4, stride=2, padding=1)
        )
        x = torch.sin(torch.arange(32) * 0.4 + torch.rand(64, 1, 1, generator=g) * 6)
    else:
        model = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.InstanceNorm2d(8, affine=True), nn.ReLU(),
            nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1),
        )  # fmt: skip
        x = torch.sin(torch.arange(8) + torch.rand(64, 1, 8, 1, generator=g)).expand(64, 1, 8, 8).contiguous()

    def loss(_: int) -> Tensor:
        b = x[_rows(g, 64, 16)]
        return F.mse_loss(model(b + 0.1 * torch.randn(b.shape, generator=g)), b)

    return Loop("convolutions and back", model, _adam(model), loss, 80)


def ready_made_transformer(seed: int) -> Loop:
    """nn.TransformerEncoder with a padding mask; the first token tells."""
    g = _seeded(seed)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.1, batch_first=True, norm_first=seed % 2 == 0)
    body = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
    model = nn.ModuleDict({"tok": nn.Embedding(15, 16, padding_idx=0), "body": body, "out": nn.Linear(16, 2)})
    ids = torch.randint(1, 15, (200, 8), generator=g)
    y = (ids[:, :4] > 7).sum(1).gt(2).long()
    ids[:, 6:] = 0

    def loss(_: int) -> Tensor:
        b = _rows(g, 200)
        h = model["body"](model["tok"](ids[b]), src_key_padding_mask=ids[b] == 0)
        return F.cross_entropy(model["out"](h[:, :6].mean(1)), y[b])

    return Loop("ready-made transformer", model, _adam(model, 3e-3), loss, 90)


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


KINDS: tuple[Callable[[int], Loop], ...] = (
    embeddings, pixels, policy_gradient, actor_critic, q_learning, language_model, recurrent, gan, wasserstein, contrastive,
    momentum_encoder, fine_tuning, adapters, accumulated, half_precision, scheduled, variational, denoising, noisy_goals,
    rare_class, several_losses, physics, density, quasi_newton, by_hand, pictures_upscaled, ready_made_transformer, two_groups,
    residual,
)  # fmt: skip
SEEDS = 4


def real(seeds: int = SEEDS) -> Iterator[Loop]:
    """Each kind with so many seeds."""
    for kind in KINDS:
        for seed in range(seeds):
            yield kind(seed)
