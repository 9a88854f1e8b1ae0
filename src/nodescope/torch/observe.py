"""Observe a PyTorch training: every number that is wanted, and not a bit of it changed."""

import math
import sys
import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from types import FrameType, TracebackType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.errors import InputError
from nodescope.run.ending import Ending
from nodescope.run.recorded import Record, Recorded
from nodescope.torch.cause import trouble_of
from nodescope.torch.columns import of_parameters, of_update, of_uses, packed
from nodescope.torch.curvature import bend_of
from nodescope.torch.model import check, kept_from, layer_told, modules_told, others, rate_of, settings_of, shown_nodes
from nodescope.torch.watch import Watch

EXAMPLES = 64
"""Rows of each use of a layer that are kept."""
MEMORY = 64 * 2**20
TIME = 0.25

FREE = 0.5
"""Seconds that records may take whatever the training takes: a short one is recorded whole."""
WARM = 16
"""Steps after which what an adaptive optimizer divides by means something."""

_open: list["observe"] = []


def _aside(part: Callable[..., None]) -> Callable[..., None]:
    """A part of the observer's own: what goes wrong in it ends the observing, never the training."""

    @wraps(part)
    def aside(self: "observe", *given: Any) -> None:
        if self._watch.on:
            try:
                part(self, *given)
            except Exception as error:
                self._fail(error)

    return aside


def _counted(kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What records, or looks at curvature, take: that is what fewer of them would save."""

    def of(part: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(part)
        def counted(self: "observe", *given: Any) -> Any:
            began = clock.perf_counter()
            try:
                return part(self, *given)
            finally:
                self._spent[kind] += clock.perf_counter() - began

        return counted

    return of


@dataclass(eq=False)
class _Step:
    """What is known of a step so far.

    Attributes
    ----------
    recording : bool
    loss, given : float or None
        None until a backward pass was seen; what the pass under way was called on.
    backwards : int
        Backward passes that gave the optimizer something.
    stamps : list
        Of its gradients before a backward pass.
    norm : float or None
        Of its gradients after the last.
    scale : float
        What a GradScaler has multiplied the loss by.
    before : list of dict
        Columns of each layer's parameters before the update.
    closure : bool
        Whether the optimizer was given one, so that passes forward and back are still to come.
    """

    recording: bool
    loss: float | None = None
    given: float | None = None
    backwards: int = 0
    stamps: list[tuple[int, int]] = field(default_factory=list)
    norm: float | None = None
    scale: float = 1.0
    before: list[dict[str, Tensor]] = field(default_factory=list)
    closure: bool = False


class observe:  # noqa: N801  # used as a word: with observe(model, optimizer) as run
    """Record a PyTorch training while it runs, unchanged.

    ::

        with nodescope.torch.observe(model, optimizer) as run:
            for x, y in batches:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
        print(ns.diagnose(run))

    No forward pass is made twice, no random number is drawn, and no tensor of the training is written to: weights, buffers, losses
    and the generator's state are those of the training alone, bit for bit (tests/frameworks). A step ends where the optimizer
    steps; several `backward` before it are one step (gradient accumulation). Numbers are PyTorch's own: its deltas and weighted
    deltas are the derivative of *its* loss (of `MSELoss` twice ours), clipped or unscaled as the optimizer takes them.

    Parameters
    ----------
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer
        That steps some of the model's parameters.
    stride : int, optional
        Record every so many steps; twice as far apart each time that memory is used up, and, unless it is given, time.
    nodes : list of int, or dict from a layer's name to one, optional
        Nodes whose numbers are kept; up to 64, evenly spaced, of each layer unless given.
    examples : int
        Rows of a batch whose inputs, sums, predictions and deltas are kept.
    memory : int
        Bytes of records at most.
    time : float
        Part of the training's own time that records may take, looks at curvature included; half a second they may take anyway.
        Watching itself, about ¼ ms a step, is not in it.
    sharpness : bool
        Look at curvature now and then (Hessian-vector products on the loss's own graph, before its `backward`).

    Attributes
    ----------
    run : Recorded
        What `with` gives: the records so far.

    Raises
    ------
    InputError
        A model without parameters, an optimizer of another model, a second `observe` inside the first, settings out of range.

    Notes
    -----
    Layers are numbered in the order in which they were first used. Of a layer with a norm or a dropout between it and its
    activation, `sum` and `delta` are those of what the activation was given. Operations inside compiled or scripted models, larger
    operations and other threads are not seen: such layers are named in `run.notes`, and have weights and weighted deltas only.

    The loss is what `backward` is called on; of several in a step their sum; where an optimizer is given a closure, what its first
    call gave; a GradScaler's factor is taken out again. Should anything go wrong in the observer itself, it stops looking, notes
    it, and the training goes on.
    """

    def __init__(
        self, model: nn.Module, optimizer: Optimizer, *, stride: int | None = None, nodes: Any = None, examples: int = EXAMPLES,
        memory: int = MEMORY, time: float = TIME, sharpness: bool = True,
    ) -> None:  # fmt: skip
        check(model, optimizer, {"stride": stride, "examples": examples, "memory": memory}, time)
        self._model, self._optimizer = model, optimizer
        self._fixed, self._memory, self._time, self._look = stride, memory, time, sharpness
        self._modules = modules_told(model)
        shown = shown_nodes(nodes, self._modules, memory)
        self._shown = [torch.tensor(numbers) for numbers in shown]
        self._weights = {id(module.weight): number for number, (_, module) in enumerate(self._modules)}
        self._watch = Watch(self._weights, self._shown, examples, self._before_backward, self._after_backward, self._fail)
        self._handles: list[Any] = []
        self.run = Recorded(
            program=f"PyTorch {torch.__version__}",
            optimizer=settings_of(optimizer),
            layers=tuple(
                layer_told(name, module, numbers, optimizer) for (name, module), numbers in zip(self._modules, shown, strict=True)
            ),
            stride=stride or 1,
        )
        self._step = _Step(recording=True)
        self._parts, self._bytes = 1, 0
        self._clipped, self._factor, self._set_back = 0, 1.0, 0
        self._watching_now = False
        self._spent, self._began, self._made = {"records": 0.0, "looks": 0.0}, 0.0, 0
        self._next_look = 1 if type(optimizer).__name__ == "SGD" else WARM

    def __enter__(self) -> Recorded:
        if _open:
            raise InputError("a training is being observed already: end that `with observe(…)` before the next one begins")
        self._began = clock.perf_counter()
        self._handles = [
            self._optimizer.register_step_pre_hook(self._before_step),
            self._optimizer.register_step_post_hook(self._after_step),
        ]
        _open.append(self)
        self._begin_step()
        self._watching(True)
        return self.run

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._watching_now:
                self._watch.__exit__(kind, error, trace)
                self._watching_now = False
        finally:
            for handle in self._handles:
                handle.remove()
            _open.remove(self)
        if self._step.backwards or error is not None:
            self._look_for_trouble()  # a loop that ends before its last update: it may have seen what is in there
        self._watch.forget()
        self._finish(error)

    def _watching(self, on: bool) -> None:
        """Modes lie on a stack: ours is only taken off where it is on top."""
        if on and not self._watching_now:
            self._watch.__enter__()
            self._watching_now = True
        elif not on and self._watching_now and torch.overrides._get_current_function_mode() is self._watch:
            self._watch.__exit__(None, None, None)
            self._watching_now = False

    def _fail(self, error: Exception) -> None:
        self._watch.on = False
        self._watch.forget()
        said = (str(error).splitlines() or [""])[0][:160]
        self._note(f"observing ended at step {len(self.run.losses):,}, the training went on: {type(error).__name__}: {said}")

    def _note(self, text: str) -> None:
        if text not in self.run.notes:
            self.run.notes.append(text)

    # ---- what a step goes through ----

    def _begin_step(self) -> None:
        self._watch.forget()
        self._parts = max(1, self._step.backwards)
        # what comes after numbers that are not finite tells nothing, and would drive out what came before
        self._step = _Step(recording=self.run.trouble is None and len(self.run.losses) % self.run.stride == 0)
        self._watch.recording = self._step.recording

    @_aside
    def _before_backward(self, loss: Tensor) -> None:
        step = self._step
        if step.backwards and not step.closure and not self._gradients_norm(math.inf):
            self._set_back += 1  # to nothing, and no update was made of them
            self._watch.forget_marked()
            step = self._step = _Step(step.recording)
        step.given = None
        if loss.numel() == 1:
            step.scale = self._scale_of(loss)
            step.given = float(loss.detach()) / step.scale
            if self._look and step.backwards == 0 and math.isfinite(step.given):
                self._look_at_curvature(loss)
        step.stamps = self._stamps()

    @_aside
    def _after_backward(self) -> None:
        step = self._step
        if self._stamps() == step.stamps:  # another model's loss: the optimizer's parameters got nothing from it
            return
        if step.given is not None and not (step.closure and step.backwards):
            step.loss = step.given if step.loss is None else step.loss + step.given
        step.backwards += 1
        self._watch.mark()
        if step.recording:
            step.norm = self._gradients_norm(2.0)
            if step.closure:
                self._take_before()
                self._watch.recording = False  # an optimizer may ask a closure many times: the first is at the step's weights

    def _stamps(self) -> list[tuple[int, int]]:
        """Of the gradients: others when one was made, or added to."""
        return [(id(gradient), gradient._version) for gradient in self._gradients()]

    def _gradients(self) -> list[Tensor]:
        return [p.grad for group in self._optimizer.param_groups for p in group["params"] if p.grad is not None]

    def _gradients_norm(self, order: float) -> float:
        """Of all gradients that the optimizer will take, as one number; 0 where there are none."""
        alike: dict[Any, list[Tensor]] = {}
        for gradient in self._gradients():
            if not gradient.is_sparse:
                alike.setdefault((gradient.device, gradient.dtype), []).append(gradient)
        with torch.no_grad():
            norms = [
                norm
                for (_, kind), gradients in alike.items()
                for norm in torch._foreach_norm(gradients, order, dtype=torch.float32 if kind.itemsize < 4 else None)
            ]
            return float(torch.linalg.vector_norm(torch.stack([norm.cpu().double() for norm in norms]), order)) if norms else 0.0

    def _scale_of(self, loss: Tensor) -> float:
        """What a GradScaler has multiplied a loss by."""
        scaled = self._watch.scaled.get(id(loss))
        if scaled is None:
            return 1.0
        self._note(
            "losses are scaled before backward (GradScaler): deltas are told as they are then, losses and what the optimizer "
            "takes without"
        )
        return float(scaled[1])

    @_counted("looks")
    def _look_at_curvature(self, loss: Tensor) -> None:
        """At steps 1, 2, 4, 8, …, where the time allowed is not used up: the first of them always."""
        step = len(self.run.losses)
        if step < self._next_look:
            return
        if self._watch.has_hooks_of_others():
            self._look = False
            self._note(
                "curvature is not told: the training keeps derivatives of its own (retain_grad, hooks), or goes forward again on "
                "its way back (checkpoints), which looking would change"
            )
            return
        self._next_look = 2 * max(step, 1)
        if self.run.bends and self._seconds() > self._time * (clock.perf_counter() - self._began):
            return
        parts = self._parts / self._step.scale
        bend = bend_of(self._model, self._optimizer, loss, step, [module for _, module in self._modules], parts)
        if bend is None:
            self._next_look = step + 1
        elif isinstance(bend, str):
            self._look = False
            self._note(bend)
        else:
            self.run.bends.append(bend)

    @_aside
    def _before_step(self, _: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        if self._steps_under_way() > 1:
            return
        self._step.before = []  # should a step have raised before
        self._step.closure = any(callable(given) for given in (*args[1:], *keywords.values()))
        if self._step.closure:
            return  # the step's own passes forward and back are still to come
        self._watching(False)  # what the optimizer does inside is its own affair, and much of it
        self._look_for_trouble()
        if self._step.recording:
            self._compare_norms()
            self._take_before()

    @_aside
    def _after_step(self, *_: Any) -> None:
        if self._steps_under_way() > 1:
            return
        if self._step.closure:
            self._look_for_trouble()
        if self._step.before:
            record = self._record()
            self.run.records.append(record)
            self._bytes += record.nbytes
            self._keep_within_budget()
        self.run.losses.append(self._told_loss)
        self._begin_step()
        self._watching(True)

    def _steps_under_way(self) -> int:
        """Calls of the optimizer's `step` that have not come back: of a class whose step is its parent's and more there are two."""
        count = 0
        frame: FrameType | None = sys._getframe(1)  # not inspect.stack, which reads source files
        while frame is not None:
            count += _calls_step(frame, self._optimizer)
            frame = frame.f_back
        return count

    @_counted("records")
    def _take_before(self) -> None:
        if not self._step.before:
            self._step.before = [
                of_parameters(module, shown) for (_, module), shown in zip(self._modules, self._shown, strict=True)
            ]

    @property
    def _told_loss(self) -> float:
        return math.nan if self._step.loss is None else self._step.loss

    @_counted("records")
    def _record(self) -> Record:
        layers = []
        for number, ((_, module), shown, before) in enumerate(zip(self._modules, self._shown, self._step.before, strict=True)):
            uses = [use for use in self._watch.uses if use.layer == number]
            columns = before | of_update(before, module, shown) | of_uses(uses)
            layers.append(columns)
            self._name_activation(number, {use.activation for use in uses})
        return Record(len(self.run.losses), rate_of(self._optimizer), self._told_loss, packed(layers))

    def _name_activation(self, number: int, found: set[str]) -> None:
        layer = self.run.layers[number]
        if len(found) == 1 and (name := found.pop()) and name != layer.activation:
            kept = list(self.run.layers)
            kept[number] = replace(layer, activation=name)
            self.run.layers = tuple(kept)

    def _seconds(self) -> float:
        return sum(self._spent.values()) + self._watch.seconds

    def _too_slow(self) -> bool:
        """Whether records have taken longer than they may, and so far apart as they are now still would."""
        taken = self._spent["records"] + self._watch.seconds
        training = clock.perf_counter() - self._began - self._seconds()
        each, step = taken / self._made, training / (len(self.run.losses) + 1)
        return taken > max(FREE, self._time * training) and each / self.run.stride > self._time * step

    def _keep_within_budget(self) -> None:
        """Every second record goes, and the stride doubles, where the records are too many or take too long."""
        self._made += 1
        slow = self._fixed is None and self._too_slow()
        if slow or (self._bytes > self._memory and len(self.run.records) > 1):
            self.run.stride *= 2
            self.run.records = [record for record in self.run.records if record.step % self.run.stride == 0]
            self._bytes = sum(record.nbytes for record in self.run.records)

    def _compare_norms(self) -> None:
        """Between `backward` and the update gradients may have been clipped, besides unscaled."""
        if self._step.norm is None or not 0 < self._step.norm < math.inf:
            return
        factor = self._gradients_norm(2.0) / self._step.norm * self._step.scale
        if math.isfinite(factor) and abs(factor - 1.0) > 1e-6:
            self._clipped += 1
            self._factor = factor

    # ---- trouble and the end ----

    @_aside
    def _look_for_trouble(self) -> None:
        if self.run.trouble is None and not self._all_finite():
            names = [name for name, _ in self._modules]
            self.run.trouble = trouble_of(self._model, names, self._weights, self._watch.operations, self.run, self._step.loss)

    def _all_finite(self) -> bool:
        return math.isfinite(self._gradients_norm(math.inf)) and (self._step.loss is None or math.isfinite(self._step.loss))

    def _finish(self, error: BaseException | None) -> None:
        run = self.run
        unseen = [name for number, (name, _) in enumerate(self._modules) if number not in self._watch.seen]
        if unseen and run.losses:
            self._note(
                "not seen at work (compiled, scripted, part of a larger operation, in another thread, or not used): "
                f"{_some(unseen)}"
            )
        if self._clipped:
            self._note(
                f"gradients were changed between backward and the update (clipped) in {self._clipped:,} of the steps looked at, "
                f"last to {self._factor:.3g} times their length"
            )
        if self._set_back:
            self._note(
                f"{self._set_back:,} times gradients were set back to nothing before an update: those of another model's loss, or "
                "of an update that loss scaling left out"
            )
        unknown = others(self._model, self._modules)
        if unknown:
            self._note(f"layers of a kind not known here, whose nodes are not told: {_some(unknown)}")
        if error is not None and not isinstance(error, GeneratorExit):
            self._note(f"it ended with {type(error).__name__}: {str(error)[:200]}")
        run.layers = tuple(
            replace(layer, kept_from=kept_from(module, self._optimizer))
            for layer, (_, module) in zip(run.layers, self._modules, strict=True)
        )  # as it is at the end: a layer may have been thawed
        run.put_in_order([*self._watch.seen, *(n for n in range(len(run.layers)) if n not in self._watch.seen)])
        run.ending = Ending.DIVERGED if run.trouble is not None else Ending.INTERRUPTED if error is not None else Ending.STEPS_USED


def _calls_step(frame: FrameType, optimizer: Optimizer) -> bool:
    """Whether a frame is that of the function in which PyTorch wraps each optimizer's step, called for this one."""
    return (
        frame.f_code.co_name == "wrapper"
        and frame.f_globals.get("__name__") == "torch.optim.optimizer"
        and frame.f_locals.get("self") is optimizer
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
