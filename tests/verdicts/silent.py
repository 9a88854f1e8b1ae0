"""PyTorch trainings with bugs that raise no error, made by kinds: each bug in each of several models.

A kind is a function of a model's number; what has to be found is a word that the loud findings have to say.
Imports nothing of ours.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import TASKS, Loop, Task, _classes, _curve, _normed, _optimizer, _pictures, _plain, _words


def never_cleared(number: int) -> Loop:
    return _plain("never cleared", number, ("zero_grad",), clear=lambda _: False)[1]


def cleared_seldom(number: int) -> Loop:
    return _plain("cleared seldom", number, ("zero_grad",), clear=lambda step: step % (5 + number) == 0)[1]


def cleared_after_backward(number: int) -> Loop:
    _, loop = _plain("cleared after backward", number, ("zero_grad",))
    loop.after = lambda _: loop.optimizer.zero_grad(set_to_none=number % 2 == 0)
    return loop


def other_part_cleared(number: int) -> Loop:
    """`encoder.zero_grad()` in place of the model's."""
    task, loop = _plain("other part cleared", number, ("zero_grad",), layer="head")
    loop.clear = lambda _: bool(task.encoder.zero_grad())
    return loop


def detached(number: int) -> Loop:
    task, loop = _plain("encoder detached", number, ("detach", "data"), layer="encoder")
    cut = (lambda h: h.detach()) if number % 2 else (lambda h: h.data)
    loop.loss = lambda _: task.loss(task.out(cut=cut))
    return loop


def without_gradients(number: int) -> Loop:
    task, loop = _plain("encoder under no_grad", number, ("no_grad",), layer="encoder")

    def loss(_: int) -> Tensor:
        with torch.no_grad():
            h = task.encoder(task.x)
        return task.loss(task.head(task.middle(h)))

    loop.loss = loss
    return loop


def not_given(number: int) -> Loop:
    task, loop = _plain("part not given to the optimizer", number, ("optimizer was not given",))
    left = (task.encoder, task.middle, task.head)[number % 3]
    mine = {id(p) for p in left.parameters()}
    loop.optimizer = _optimizer(number, [p for p in task.model.parameters() if id(p) not in mine])
    loop.layer = ("encoder", "middle", "head")[number % 3]
    return loop


def head_replaced(number: int) -> Loop:
    """After the optimizer was made."""
    task, loop = _plain("head replaced", number, ("optimizer was not given",), layer="head")
    task.head = task.model.head = nn.Linear(task.head.in_features, task.head.out_features)  # type: ignore[arg-type,assignment]
    return loop


def in_a_list(number: int) -> Loop:
    task, loop = _plain("layers in a list", number, ("ModuleList",))
    hidden: Any = [task.middle] if number % 2 else {"a": task.middle}
    del task.model.middle
    task.model.kept = hidden
    loop.optimizer = _optimizer(number, task.model.parameters())
    loop.layer = "kept"
    return loop


def made_anew(number: int) -> Loop:
    """A layer in `forward`, with new weights at each pass."""
    task, loop = _plain("layer made in forward", number, ("anew",))
    width = task.head.in_features
    loop.loss = lambda _: task.loss(task.head(torch.relu(nn.Linear(width, width)(task.middle(task.encoder(task.x))))))  # type: ignore
    return loop


def from_a_number(number: int) -> Loop:
    task, loop = _plain("loss made anew", number, ("depend",))

    def loss(step: int) -> Tensor:
        value = task.fitted(step)
        return torch.tensor(value.item(), requires_grad=True) if number % 2 else value.detach().requires_grad_()

    loop.loss = loss
    return loop


def of_another_model(number: int) -> Loop:
    _, loop = _plain("loss of another model", number, ("depend",))
    other = TASKS[number % len(TASKS)](number)
    loop.loss = other.fitted
    return loop


def never_stepped(number: int) -> Loop:
    _, loop = _plain("never stepped", number, ("step",))
    loop.optimizer.step = lambda: None
    return loop


def no_backward(number: int) -> Loop:
    task, loop = _plain("no backward", number, ("backward",))

    def loss(step: int) -> None:
        task.fitted(step)

    loop.loss = loss
    return loop


def not_in_the_loss(number: int) -> Loop:
    """A second head whose output nothing is done with."""
    task, loop = _plain("head not in the loss", number, ("does not enter",), layer="aside")
    task.model.aside = aside = nn.Linear(task.head.in_features, 2)  # type: ignore[arg-type]
    loop.optimizer = _optimizer(number, task.model.parameters())

    def loss(_: int) -> Tensor:
        h = task.middle(task.encoder(task.x))
        aside(h)
        return task.loss(task.head(h))

    loop.loss = loss
    return loop


def _with_modes(task: Task, number: int) -> None:
    width = task.head.in_features
    task.middle = task.model.middle = nn.Sequential(  # type: ignore[assignment]
        task.middle, nn.BatchNorm1d(width) if number % 2 else nn.Dropout(0.3)  # type: ignore[arg-type]
    )  # fmt: skip


def stays_evaluating(number: int) -> Loop:
    task, loop = _plain("evaluation mode after a while", number, ("model.train()",))
    _with_modes(task, number)
    loop.optimizer = _optimizer(number, task.model.parameters())
    loop.end = lambda step: task.model.eval() if step == 15 else None  # type: ignore[assignment]
    return loop


def evaluating_from_the_start(number: int) -> Loop:
    task, loop = _plain("evaluation mode", number, ("model.train()",))
    _with_modes(task, number)
    loop.optimizer = _optimizer(number, task.model.parameters())
    task.model.eval()
    return loop


def evaluated_in_training_mode(number: int) -> Loop:
    task, loop = _plain("evaluated in training mode", number, ("model.eval()",))
    _with_modes(task, number)
    loop.optimizer = _optimizer(number, task.model.parameters())

    def evaluate(step: int) -> None:
        if step % 10 == 9:
            with torch.no_grad():
                task.fitted(step)

    loop.end = evaluate
    return loop


def _numbers(number: int) -> tuple[Task, Loop]:
    torch.manual_seed(number)
    task = (_curve, _normed)[number % 2](number)
    return task, Loop("", task.model, _optimizer(number, task.model.parameters()), task.fitted)


def _labels(number: int) -> tuple[Task, Loop]:
    torch.manual_seed(number)
    task = (_classes, _pictures, _words)[number % 3](number)
    return task, Loop("", task.model, _optimizer(number, task.model.parameters()), task.fitted)


def _called(kind: str, made: tuple[Task, Loop], words: tuple[str, ...], loss: Callable[[Task], Tensor]) -> Loop:
    task, loop = made
    loop.kind, loop.words = kind, words
    loop.loss = lambda _: loss(task)
    return loop


def broadcast(number: int) -> Loop:
    ways: tuple[Callable[[Task], Tensor], ...] = (
        lambda t: F.mse_loss(t.out(), t.y[:, 0]),
        lambda t: ((t.out() - t.y[:, 0]) ** 2).mean(),
        lambda t: F.smooth_l1_loss(t.out()[:, 0], t.y),
        lambda t: (t.y[:, 0] - t.out()).abs().mean(),
        lambda t: F.l1_loss(t.out(), t.y.squeeze()),
    )
    return _called("shapes broadcast", _numbers(number), ("shape",), ways[number % 5])


def softmax_twice(number: int) -> Loop:
    ways: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda o: o.softmax(1), lambda o: F.log_softmax(o, dim=-1), lambda o: nn.Softmax(dim=1)(o),
    )  # fmt: skip
    return _called("softmax twice", _labels(number), ("softmax",), lambda t: F.cross_entropy(ways[number % 3](t.out()), t.y))


def bounded_logits(number: int) -> Loop:
    ways = (torch.relu, torch.sigmoid, torch.tanh, F.relu, nn.Sigmoid())
    return _called("bounded logits", _labels(number), ("logits",), lambda t: F.cross_entropy(ways[number % 5](t.out()), t.y))


def sigmoid_twice(number: int) -> Loop:
    ways = (torch.sigmoid, nn.Sigmoid(), F.sigmoid, torch.relu, lambda o: o.sigmoid())
    return _called(
        "sigmoid twice", _numbers(number), ("logits",),
        lambda t: F.binary_cross_entropy_with_logits(ways[number % 5](t.out()), (t.y > 0).float()),
    )  # fmt: skip


def nll_of_probabilities(number: int) -> Loop:
    ways: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda o: o.softmax(1), lambda o: o, lambda o: o.softmax(0).log(), lambda o: F.log_softmax(o, 0), lambda o: o.sigmoid(),
    )  # fmt: skip
    words = ("log_softmax", "log-probabilities", "over the batch")
    return _called("nll of no logarithms", _labels(number), words, lambda t: F.nll_loss(ways[number % 5](t.out()), t.y))


def wrong_goals(number: int) -> Loop:
    goals: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda y: y.sign(), lambda y: (y > 0).float() + 1, lambda y: (y > 0).float() * 255, lambda y: y, lambda y: 2 * y.sign(),
    )  # fmt: skip
    return _called(
        "goals outside 0 to 1", _numbers(number), ("from 0 to 1",),
        lambda t: F.binary_cross_entropy_with_logits(t.out(), goals[number % 5](t.y)),
    )  # fmt: skip


def out_of_reach(number: int) -> Loop:
    ways = (torch.sigmoid, torch.relu, torch.tanh, nn.Softmax(dim=1), nn.Sigmoid())
    return _called("goals out of reach", _numbers(number), ("reached",), lambda t: F.mse_loss(ways[number % 5](t.out()), 3 * t.y))


def one_class(number: int) -> Loop:
    return _called("softmax of one", _numbers(number), ("one class",), lambda t: F.cross_entropy(t.out(), torch.zeros(128).long()))


def swapped(number: int) -> Loop:
    def loss(task: Task) -> Tensor:
        p = task.out().sigmoid()
        return F.binary_cross_entropy((task.y > 0).float() * 0.98 + 0.01, p)

    return _called("arguments swapped", _numbers(number), ("wrong way round",), loss)


def decayed(number: int) -> Loop:
    task, loop = _plain("weight decay too large", number, ("decay",))
    if number % 2:
        loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.05, weight_decay=3.0 + number)
    else:
        loop.optimizer = torch.optim.AdamW(task.model.parameters(), 1e-2, weight_decay=20.0 + 5 * number)
    loop.steps = 120
    return loop


def clipped(number: int) -> Loop:
    task, loop = _plain("clipped to nothing", number, ("clip",))
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.05, momentum=0.9 * (number % 2))
    if number % 3:
        loop.after = lambda _: nn.utils.clip_grad_norm_(task.model.parameters(), 10.0 ** -(4 + number)) and None
    else:
        loop.after = lambda _: nn.utils.clip_grad_value_(task.model.parameters(), 1e-7)
    return loop


def schedule_over(number: int) -> Loop:
    _, loop = _plain("schedule ends too early", number, ("schedule",))
    stepper, kinds = loop.optimizer, torch.optim.lr_scheduler
    for group in stepper.param_groups:
        group["lr"] *= 0.1
    schedule = (
        lambda: kinds.StepLR(stepper, 2, 0.1), lambda: kinds.ExponentialLR(stepper, 0.5),
        lambda: kinds.MultiStepLR(stepper, [3, 6, 9, 12], 0.1), lambda: kinds.LambdaLR(stepper, lambda t: max(0.0, 1 - t / 8)),
        lambda: kinds.PolynomialLR(stepper, 10),
    )[number % 5]()  # fmt: skip
    loop.end = lambda _: schedule.step()
    return loop


def zeros(number: int) -> Loop:
    task, loop = _plain("start of zeros", number, ("are 0", "zero", "same weights"))
    for p in task.model.parameters():
        nn.init.constant_(p, 0.0 if number % 2 else 0.1)
    return loop


def rate_far_too_large(number: int) -> Loop:
    task, loop = _plain("rate too large for Adam", number, ("rate",))
    loop.optimizer = (torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop)[number % 3](
        task.model.parameters(), lr=1.0 + number
    )
    return loop


def goals_unscaled(number: int) -> Loop:
    task, loop = _plain("goals unscaled", 5 * number, ("goals go from",))
    task.y = task.y * 300 + 2000 * (1 + number)
    loop.optimizer = torch.optim.Adam(task.model.parameters(), 1e-3)
    return loop


def rounded(number: int) -> Loop:
    task, loop = _plain("lost in half precision", 5 * (number % 2), ("bfloat16",))
    task.model.bfloat16()
    task.x, task.y = task.x.bfloat16(), task.y.bfloat16()
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 1e-4)
    return loop


def wrong_way(number: int) -> Loop:
    task, loop = _plain("loss negated", number, ("sign", "maximize"))
    loop.loss = lambda step: -task.fitted(step)
    loop.optimizer = torch.optim.SGD(task.model.parameters(), 0.3, momentum=0.9)
    loop.steps = 100
    return loop


KINDS: tuple[Callable[[int], Loop], ...] = (
    never_cleared, cleared_seldom, cleared_after_backward, other_part_cleared, detached, without_gradients, not_given,
    head_replaced, in_a_list, made_anew, from_a_number, of_another_model, never_stepped, no_backward, not_in_the_loss,
    stays_evaluating, evaluating_from_the_start, evaluated_in_training_mode, broadcast, softmax_twice, bounded_logits,
    sigmoid_twice, nll_of_probabilities, wrong_goals, out_of_reach, one_class, swapped, decayed, clipped, schedule_over, zeros,
    rate_far_too_large, goals_unscaled, rounded, wrong_way,
)  # fmt: skip
MODELS = 5


def silent(models: int = MODELS) -> Iterator[Loop]:
    """Each kind in so many models."""
    for kind in KINDS:
        for number in range(models):
            yield kind(number)
