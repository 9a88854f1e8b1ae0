"""Remedies of observed trainings that are code, applied: the finding is gone, and the loss that was meant is lower.

Each kind of `silent` and `bugs` that stands here says how its remedy is carried out, and which words of the remedy say so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import nn
from verdicts import bugs, silent
from verdicts.observed import diagnosed, trained
from verdicts.silent import Loop, Task

import nodescope as ns

Made = Callable[[int], Loop]


@dataclass
class Healed:
    """A kind of bug, its remedy in words, and what carries it out on a loop that has the bug."""

    kind: Made
    code: str
    applied: Callable[[Loop, int], None]
    task: Callable[[int], Task]


FIT = 1e-3
"""Below it a loss is as good as another."""


def _of_all(number: int) -> Task:
    return silent.TASKS[number % len(silent.TASKS)](number)


def _of_labels(number: int) -> Task:
    return (silent._classes, silent._pictures, silent._words)[number % 3](number)


def _parts(loop: Loop, task: Task) -> Task:
    """The loop's own layers with the examples as they were meant."""
    layers = [getattr(loop.model, name) for name in ("encoder", "middle", "head")]
    return Task(*layers, task.x, task.y, task.classes)


def loss_meant(loop: Loop, task: Task) -> float:
    """What the training was to make small, at its end."""
    loop.model.eval()
    with torch.no_grad():
        return float(_parts(loop, task).fitted(0))


def _cleared(loop: Loop, _: int) -> None:
    loop.clear = lambda _: True


def _not_after(loop: Loop, _: int) -> None:
    loop.after = lambda _: None


def _fitted(loop: Loop, number: int) -> None:
    loop.loss = _parts(loop, _of_all(number)).fitted


def _logits(loop: Loop, number: int) -> None:
    loop.loss = _parts(loop, _of_labels(number)).fitted


def _all_given(loop: Loop, number: int) -> None:
    loop.optimizer = silent._optimizer(number, loop.model.parameters())


def _smaller_decay(loop: Loop, _: int) -> None:
    for group in loop.optimizer.param_groups:
        group["weight_decay"] = 0.01


def _clipped_at_1(loop: Loop, _: int) -> None:
    loop.after = lambda _: nn.utils.clip_grad_norm_(loop.model.parameters(), 1.0) and None


def _no_schedule(loop: Loop, _: int) -> None:
    loop.end = lambda _: None
    for group in loop.optimizer.param_groups:
        group["lr"] = max(group["lr"], group.get("initial_lr", 0.0))


def _own_start(loop: Loop, number: int) -> None:
    torch.manual_seed(number)
    for module in loop.model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()


def _usual_betas(loop: Loop, _: int) -> None:
    for group in loop.optimizer.param_groups:
        group["betas"] = (0.9, 0.999)


def _usual_momentum(loop: Loop, _: int) -> None:
    for group in loop.optimizer.param_groups:
        group["momentum"] = 0.9


def _less_dropout(loop: Loop, _: int) -> None:
    for module in loop.model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.1


HEALED = (
    Healed(silent.cleared_after_backward, "optimizer.zero_grad(); loss.backward(); optimizer.step()", _not_after, _of_all),
    Healed(silent.detached, "Leave", _fitted, _of_all),
    Healed(silent.without_gradients, "Take its forward out", _fitted, _of_all),
    Healed(silent.not_given, "(model.parameters())", _all_given, _of_all),
    Healed(silent.from_a_number, "loss = criterion(model(x), y); loss.backward()", _fitted, _of_all),
    Healed(silent.of_another_model, "loss = criterion(model(x), y); loss.backward()", _fitted, _of_all),
    Healed(silent.softmax_twice, "Leave the last", _logits, _of_labels),
    Healed(silent.bounded_logits, "Leave the last", _logits, _of_labels),
    Healed(silent.nll_of_probabilities, "F.", _logits, _of_labels),
    Healed(silent.decayed, "weight_decay=", _smaller_decay, _of_all),
    Healed(silent.clipped, "clip_grad_norm_(model.parameters(), 1.0)", _clipped_at_1, _of_all),
    Healed(silent.schedule_over, "scheduler.step() once an epoch", _no_schedule, _of_all),
    Healed(silent.zeros, "Leave PyTorch's own start", _own_start, _of_all),
    Healed(silent.wrong_way, "", _fitted, _of_all),
    Healed(bugs.through_rounding, "", _fitted, _of_all),
    Healed(bugs.compared, "Leave", _fitted, _of_all),
    Healed(bugs.through_numpy, "Leave", _fitted, _of_all),
    Healed(bugs.put_back, "before the loop", lambda loop, _: setattr(loop, "end", lambda _: None), _of_all),
    Healed(bugs.copy_trained, "loss = criterion(model(x), y)", _fitted, _of_all),
    Healed(bugs.only_biases, "(model.parameters())", _all_given, _of_all),
    Healed(bugs.shares_over_the_batch, "dim=1", _logits, _of_labels),
    Healed(bugs.positive_likelihood, "A minus before it", _logits, _of_labels),
    Healed(bugs.dropout_of_all, "0.1 to 0.5", _less_dropout, _of_all),
    Healed(bugs.warming_for_ever, "A warm-up of about", _no_schedule, _of_all),
    Healed(bugs.swapped_moments, "betas=(0.9, 0.999)", _usual_betas, _of_all),
    Healed(bugs.momentum_of_one, "momentum=0.9", _usual_momentum, _of_all),
)


def healed(models: int = silent.MODELS) -> Iterator[tuple[str, Healed, int]]:
    """Each remedy in so many models."""
    for each in HEALED:
        for number in range(models):
            yield each.kind.__name__, each, number


def wrong_with(each: Healed, number: int) -> list[str]:
    """What is not as the remedy says; nothing where it is."""
    sick = each.kind(number)
    run = trained(sick)
    before = ns.diagnose(run)
    told = [f for f in before.findings if f.severity != "note" and each.code in f.remedy]
    if not told:
        return [f"no remedy says {each.code!r}: {[f.remedy for f in before.findings if f.severity != 'note']}"]
    well = replace(each.kind(number), words=(), layer="")
    each.applied(well, number)
    after = diagnosed(well)
    task = each.task(number)
    worse, better = max(loss_meant(sick, task), abs(run.losses[-1])), loss_meant(well, task)
    wrong = [] if better < max(worse, FIT) or worse != worse else [f"{better:.4g} is not below {worse:.4g}"]
    still = {f.name for f in after.findings if f.severity != "note"} & {told[0].name}
    return wrong + [f"{name!r} is still told" for name in still]
