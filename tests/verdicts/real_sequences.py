"""Healthy PyTorch trainings on words and sequences: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


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
