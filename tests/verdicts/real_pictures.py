"""Healthy PyTorch trainings on pictures: whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _rows, _seeded


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
