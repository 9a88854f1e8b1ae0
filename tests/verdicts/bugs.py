"""More PyTorch trainings with bugs that raise no error, of kinds that came up after those in `silent` were mended.

A kind is a function of a model's number, as there. Imports nothing of ours.
"""

import copy
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.silent import MODELS, Loop, Task, _called, _labels, _numbers, _optimizer, _plain

# ---- wiring ----


def through_rounding(number: int) -> Loop:
    """Rounded on its way: the slope of a step is 0 everywhere."""
    task, loop = _plain("rounded on the way", number, ("round", "sign", "floor"), layer="encoder")
    ways: tuple[Callable[[Tensor], Tensor], ...] = (torch.round, torch.sign, torch.floor, lambda h: h.round(), torch.ceil)
    loop.loss = lambda _: task.loss(task.out(cut=lambda h: ways[number % 5](h * 3)))
    loop.words = ("round", "sign", "floor", "ceil")
    return loop


def compared(number: int) -> Loop:
    """A threshold, a choice of the largest: no gradient comes through."""
    task, loop = _plain("compared on the way", number, ("comparison", "argmax", "one_hot", "gt"), layer="encoder")
    ways: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda h: (h > 0).float(), lambda h: (h >= h.mean()).to(h.dtype),
        lambda h: F.one_hot(h.argmax(-1), h.shape[-1]).float(),
        lambda h: (h > h.mean()) * 1.0, lambda h: torch.where(h > 0, 1.0, 0.0),
    )  # fmt: skip
    loop.loss = lambda _: task.loss(task.out(cut=ways[number % 5]))
    return loop


def through_numpy(number: int) -> Loop:
    task, loop = _plain("through NumPy", number, ("numpy", "detach", "tolist", "item"), layer="encoder")
    ways: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda h: torch.from_numpy(h.detach().numpy()), lambda h: torch.tensor(h.tolist()),
        lambda h: torch.tensor(h.detach().numpy()),
    )  # fmt: skip
    loop.loss = lambda _: task.loss(task.out(cut=ways[number % 3]))
    return loop


def cleared_between_parts(number: int) -> Loop:
    """`zero_grad` at each part of a batch, a step after several: only the last part counts."""
    task, loop = _plain("cleared between parts", number, ("zero_grad", "set back"))
    parts = 4
    rows = torch.arange(len(task.x)).chunk(parts)

    def loss(_: int) -> Tensor:
        for each in rows[:-1]:
            loop.optimizer.zero_grad()
            (task.loss(task.out(each), each) / parts).backward()
        loop.optimizer.zero_grad()
        return task.loss(task.out(rows[-1]), rows[-1]) / parts

    loop.loss = loss
    return loop


def put_back(number: int) -> Loop:
    """The start's weights are loaded again and again."""
    task, loop = _plain("weights put back", number, ("other hands", "put back", "overwritten", "changed between"))
    start = copy.deepcopy(task.model.state_dict())
    loop.end = lambda step: task.model.load_state_dict(start) if number % 2 or step % 2 else None  # type: ignore[assignment]
    return loop


def copy_trained(number: int) -> Loop:
    """The optimizer has the model, the loop trains its copy."""
    task, loop = _plain("a copy is trained", number, ("depend", "another model"))
    other = Task(*(copy.deepcopy(part) for part in (task.encoder, task.middle, task.head)), task.x, task.y, task.classes)
    loop.loss = other.fitted
    return loop


def plain_tensor(number: int) -> Loop:
    """Weights that are a tensor, not a parameter."""
    task, loop = _plain("plain tensor for a weight", number, ("nn.Parameter", "not in the model"), layer="scale")
    width = task.head.in_features
    task.model.scale = torch.eye(width).add(0.1 * torch.randn(width, width)).requires_grad_()  # type: ignore[arg-type,call-overload]
    loop.loss = lambda _: task.loss(task.head(task.middle(task.encoder(task.x)) @ task.model.scale))  # type: ignore[operator]
    return loop


def only_biases(number: int) -> Loop:
    """A filter by name that lets only biases through."""
    task, loop = _plain("only biases given", number, ("optimizer was not given",), layer="head")
    loop.optimizer = _optimizer(number, [p for name, p in task.model.named_parameters() if name.endswith("bias")])
    return loop


def in_the_middle(number: int) -> Loop:
    """A residual branch whose own output is cut off."""
    task, loop = _plain("residual cut off", number, ("detach",), layer="branch")
    width = task.head.in_features
    task.model.branch = branch = nn.Linear(width, width)  # type: ignore[arg-type]
    loop.optimizer = _optimizer(number, task.model.parameters())

    def loss(_: int) -> Tensor:
        h = task.middle(task.encoder(task.x))
        return task.loss(task.head(h + torch.relu(branch(h)).detach()))

    loop.loss = loss
    return loop


def frozen_by_mistake(number: int) -> Loop:
    """Everything but the last bias is frozen."""
    task, loop = _plain("all but a bias frozen", number, ("requires_grad",), layer="encoder")
    for name, p in task.model.named_parameters():
        p.requires_grad_(name == "head.bias")
    loop.optimizer = _optimizer(number, [p for p in task.model.parameters() if p.requires_grad])
    return loop


# ---- the loss call ----


def one_label(number: int) -> Loop:
    """All goals are the same."""
    made = (_labels, _numbers)[number % 2](number)
    made[0].y = torch.zeros_like(made[0].y)
    return _called("goals all the same", made, ("same", "one class", "constant"), lambda t: t.loss(t.out()))


def reshaped(number: int) -> Loop:
    """`view` in place of `transpose`."""
    torch.manual_seed(number)
    b, t, c = 16, 5 + number, 7
    ids = torch.randint(0, c, (b, t))
    model = nn.Sequential(nn.Embedding(c, 12), nn.Linear(12, 16), nn.Tanh(), nn.Linear(16, c))
    ways: tuple[Callable[[Tensor], Tensor], ...] = (lambda o: o.view(b, c, t), lambda o: o.reshape(b, c, -1))
    if t == c:
        t, ids = t + 1, torch.randint(0, c, (b, t + 1))
    return Loop(
        "view for transpose", model, _optimizer(number, model.parameters()),
        lambda _: F.cross_entropy(ways[number % 2](model(ids)), ids), words=("transpose",),
    )  # fmt: skip


def negative_divergence(number: int) -> Loop:
    """The sign of a VAE's divergence is wrong: less than 0, and without end."""
    torch.manual_seed(number)
    x = torch.randn(128, 8 + number)
    model = nn.ModuleDict({"e": nn.Linear(8 + number, 8), "d": nn.Linear(4, 8 + number)})

    def loss(_: int) -> Tensor:
        m, s = model["e"](x).chunk(2, 1)
        z = m + torch.randn_like(m) * (0.5 * s).exp()
        kl = 0.5 * (1 + s - m * m - s.exp()).sum(1).mean()
        return F.mse_loss(model["d"](z), x) + kl

    return Loop(
        "divergence of the wrong sign",
        model,
        torch.optim.SGD(model.parameters(), 0.05),
        loss,
        60,
        words=("sign", "below 0", "diverge"),
    )


def empty_mean(number: int) -> Loop:
    """A mask that lets nothing through now and then."""
    made = _numbers(number)
    made[1].steps = 60
    count = [0]

    def loss(task: Task) -> Tensor:
        count[0] += 1
        ok = task.y[:, 0] > (1e9 if count[0] == 11 + number else 0)
        return (task.out()[ok] - task.y[ok]).square().mean()

    return _called("mean of nothing", made, ("mean",), loss)


def averaged_twice(number: int) -> Loop:
    """Divided by the number of examples, though it is a mean: the gradient is tiny."""
    task, loop = _plain("divided once too often", number, ("divided", "slow", "rate", "stands where"))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.01)
    loop.loss = lambda _: task.fitted(0) / (1e4 * (number + 1))
    return loop


def ignored_class(number: int) -> Loop:
    """`ignore_index` is a class that is there."""
    made = _labels(number)
    made[0].y = torch.where(torch.rand(len(made[0].y)) < 0.9, 0, made[0].y)
    return _called("a class is ignored", made, ("ignore",), lambda t: F.cross_entropy(t.out(), t.y, ignore_index=0))


def shares_over_the_batch(number: int) -> Loop:
    """A softmax along the wrong axis, with the logarithm by hand."""
    ways: tuple[Callable[[Task], Tensor], ...] = (
        lambda t: F.nll_loss(torch.log(F.softmax(t.out(), 0) + 1e-9), t.y),
        lambda t: -torch.log_softmax(t.out(), 0)[torch.arange(len(t.y)), t.y].mean(),
        lambda t: -(F.one_hot(t.y, t.classes) * t.out().log_softmax(0)).sum(1).mean(),
        lambda t: -F.softmax(t.out(), 0).clamp_min(1e-9).log().gather(1, t.y[:, None]).mean(),
        lambda t: F.nll_loss(F.log_softmax(t.out(), dim=-2), t.y),
    )  # fmt: skip
    return _called("shares over the batch by hand", _labels(number), ("over the batch",), ways[number % 5])


def positive_likelihood(number: int) -> Loop:
    """The minus before the log-likelihood was forgotten."""
    return _called(
        "minus forgotten", _labels(number), ("sign", "grows", "below 0", "diverge"),
        lambda t: F.log_softmax(t.out(), 1).gather(1, t.y[:, None]).mean(),
    )  # fmt: skip


# ---- settings ----


def swapped_moments(number: int) -> Loop:
    """Adam's two betas the wrong way round."""
    task, loop = _plain("betas swapped", number, ("beta",))
    loop.optimizer = torch.optim.Adam(task.model.parameters(), 0.01, betas=(0.999, 0.9))
    return loop


def momentum_of_one(number: int) -> Loop:
    task, loop = _plain("momentum of 1", number, ("momentum",))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.05, momentum=1.0)
    loop.steps = 150
    return loop


def dropout_of_all(number: int) -> Loop:
    """`Dropout(0.99)`: the share to keep was meant."""
    task, loop = _plain("dropout of nearly all", number, ("dropout",))
    task.middle = task.model.middle = nn.Sequential(task.middle, nn.Dropout(0.995 if number % 2 else 1.0))  # type: ignore[assignment]
    return loop


def warming_for_ever(number: int) -> Loop:
    """A warm-up as long as a hundred such runs."""
    task, loop = _plain("warm-up without end", number, ("schedule", "warm"))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(loop.optimizer, lambda t: min(1.0, (t + 1) / (50_000 + 10_000 * number)))
    loop.end = lambda _: schedule.step()
    return loop


def plateau_of_growth(number: int) -> Loop:
    """`ReduceLROnPlateau` told that more is better."""
    task, loop = _plain("reduced while it falls", number, ("schedule",))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.002)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(loop.optimizer, mode="max", patience=number % 2, factor=0.1)
    last = [0.0]

    def loss(step: int) -> Tensor:
        value = task.fitted(step)
        last[0] = float(value.detach())
        return value

    loop.loss, loop.end = loss, lambda _: schedule.step(last[0])
    return loop


def scaled_and_clipped(number: int) -> Loop:
    """Clipped while still multiplied by a scaler's factor."""
    task, loop = _plain("clipped before unscaling", number, ("clip",))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.05)

    def after(_: int) -> None:
        nn.utils.clip_grad_norm_(task.model.parameters(), 1.0)
        for p in task.model.parameters():
            if p.grad is not None:
                p.grad /= 65536.0

    loop.loss, loop.after = lambda _: task.fitted(0) * 65536.0, after
    return loop


def scaled_twice(number: int) -> Loop:
    """Pixels divided by 255 twice over: the inputs are next to nothing."""
    made = _labels((0, 1)[number % 2])
    made[0].x = made[0].x / (255.0 * 255.0 * (1 + number))
    made[1].optimizer = torch.optim.SGD(made[0].model.parameters(), 0.05)
    return _called("inputs next to nothing", made, ("input",), lambda t: t.loss(t.out()))


def start_too_wide(number: int) -> Loop:
    task, loop = _plain(
        "start too wide", number % 4, ("drawn too large", "saturated", "exploding", "start", "rate", "off for", "grow")
    )
    with torch.no_grad():
        for p in task.model.parameters():
            if p.dim() > 1:
                p.mul_(60.0)
    return loop


def rate_next_to_nothing(number: int) -> Loop:
    task, loop = _plain("rate next to nothing", number, ("rate", "slow"))
    loop.optimizer = (torch.optim.SGD, torch.optim.Adam)[number % 2](task.model.parameters(), lr=1e-8)
    return loop


def one_rate_too_large(number: int) -> Loop:
    task, loop = _plain("rate too large", number, ("rate", "diverge", "alpha", "dead", "off for", "stand"))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 30.0 * (1 + number), momentum=0.9)
    return loop


# ---- not finite ----


def _broken(kind: str, number: int, words: tuple[str, ...], loss: Callable[[Task, Tensor, int], Tensor]) -> Loop:
    """`loss` of the task, what the encoder gave, and whether it is the bad step (1, else 0)."""
    task, loop = _plain(kind, number, words)
    loop.loss = lambda step: loss(task, task.encoder(task.x), int(step == 7 + number))
    return loop


def _rest(task: Task, h: Tensor) -> Tensor:
    return task.loss(task.head(task.middle(h)))


def nan_of_masked_product(number: int) -> Loop:
    """Infinity times a mask's 0."""
    return _broken(
        "infinity times 0",
        number,
        ("0", "inf"),
        lambda t, h, bad: _rest(t, h) + ((h.square().sum() * (math.inf if bad else 1.0)) * 0.0),
    )


def nan_of_root(number: int) -> Loop:
    return _broken(
        "root at 0", number, ("1e-12",),
        lambda t, h, bad: _rest(t, h) + 0.01 * torch.sqrt(((h - (h.detach() if bad else 0)) ** 2).flatten(1).sum(1)).mean(),
    )  # fmt: skip


def _entropy(p: Tensor) -> Tensor:
    return (p * p.log()).sum(-1).mean()


def nan_of_entropy(number: int) -> Loop:
    return _broken(
        "logarithm of 0", number, ("log", "clamp"),
        lambda t, h, bad: _rest(t, h) - 0.01 * _entropy((h * (1e4 if bad else 1)).flatten(1).softmax(-1)),
    )  # fmt: skip


def nan_of_count(number: int) -> Loop:
    return _broken(
        "divided by a count of 0", number, ("divisor", "divi"),
        lambda t, h, bad: _rest(t, h) + (h.square() * (1 - bad)).sum() / ((1 - bad) * torch.ones(3)).sum() * 1e-3,
    )  # fmt: skip


def nan_of_exp(number: int) -> Loop:
    return _broken(
        "exp of a large number", number, ("exp",),
        lambda t, h, bad: _rest(t, h) + 1e-3 * torch.exp(h * (1e5 if bad else 0.1)).mean(),
    )  # fmt: skip


def nan_of_power(number: int) -> Loop:
    return _broken(
        "power below 1 at 0", number, ("inside", "1e-12", "slope"),
        lambda t, h, bad: _rest(t, h) + 1e-3 * ((h.abs() + 1.0 - bad) * (1.0 - bad)).pow(0.5).mean(),
    )  # fmt: skip


def nan_of_direction(number: int) -> Loop:
    """A direction of nothing, with no eps."""
    return _broken(
        "direction of nothing", number, ("eps", "1e-12", "1e-8"),
        lambda t, h, bad: _rest(t, h) + 1e-3 * F.normalize(h.flatten(1) * (1 - bad), dim=1, eps=0.0).sum(),
    )  # fmt: skip


KINDS: tuple[Callable[[int], Loop], ...] = (
    through_rounding, compared, through_numpy, cleared_between_parts, put_back, copy_trained, plain_tensor, only_biases,
    in_the_middle, frozen_by_mistake, one_label, reshaped, negative_divergence, empty_mean, averaged_twice, ignored_class,
    shares_over_the_batch, positive_likelihood, swapped_moments, momentum_of_one, dropout_of_all, warming_for_ever,
    plateau_of_growth, scaled_and_clipped, scaled_twice, start_too_wide, rate_next_to_nothing, one_rate_too_large,
    nan_of_masked_product, nan_of_root, nan_of_entropy, nan_of_count, nan_of_exp, nan_of_power, nan_of_direction,
)  # fmt: skip


def bugs(models: int = MODELS) -> Iterator[Loop]:
    """Each kind in so many models."""
    for kind in KINDS:
        for number in range(models):
            yield kind(number)
