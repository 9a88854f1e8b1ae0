"""Observe a PyTorch training: every number that is wanted, and not a bit of it changed."""

import math
import time as clock
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.errors import InputError
from nodescope.run.ending import Ending
from nodescope.run.recorded import Recorded
from nodescope.torch.at_layers import AtLayers
from nodescope.torch.cause import trouble_of
from nodescope.torch.ended import fill_in, notes_at_the_end, went_on
from nodescope.torch.gradients import Ledger
from nodescope.torch.layers import layers_told
from nodescope.torch.looks import Looks
from nodescope.torch.losscall import is_looked_at
from nodescope.torch.model import check, kept_from, layer_told, rate_of, settings_of, shown_nodes
from nodescope.torch.operations import Computed
from nodescope.torch.optimizers import clears_aside, steps_aside, steps_under_way, unwrapped
from nodescope.torch.recorder import Recorder
from nodescope.torch.step import ObservedStep, total_of
from nodescope.torch.telling import Telling, aside
from nodescope.torch.warned import as_before, keep_places
from nodescope.torch.watch import Switch, Watch, take_off_the_rest, without_modes
from nodescope.torch.wiring import AtWork, ModesSeen

EXAMPLES, MEMORY, TIME = 64, 64 * 2**20, 0.25
"""Rows of each use of a layer that are kept; and what records may take, in bytes and as a part of the training's time."""
SCALED = "losses are scaled before backward (GradScaler): so are the deltas told, losses and what the optimizer takes are not"

_open: list["observe"] = []


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
    steps; several `backward` before it are one step (gradient accumulation). Without an optimizer it ends where the training has
    changed weights by its own hand. Numbers are PyTorch's own: its deltas and weighted deltas are the derivative of *its* loss (of
    `MSELoss` twice ours), clipped or unscaled as the optimizer takes them.

    Parameters
    ----------
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer, optional
        That steps some of the model's parameters; one that wraps another too. None where weights are updated by hand.
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
        Watching itself, about 0.14 ms a step, is not in it.
    sharpness : bool
        Look at curvature now and then (Hessian-vector products on the loss's own graph, before its `backward`).
    to : str or Tracker, optional
        Where recorded steps and the verdict are told too: "tensorboard:runs/1", "mlflow", "wandb:name" or "trackio".

    Attributes
    ----------
    run : Recorded
        What `with` gives: the records so far.

    Raises
    ------
    InputError
        A model without parameters, an optimizer of another model, a second `observe` of the same optimizer inside the first,
        settings out of range.

    Notes
    -----
    Layers are numbered in the order in which they were first used. Of a layer with a norm or a dropout between it and its
    activation, `sum` and `delta` are those of what the activation was given. Operations inside compiled or scripted models, larger
    operations and other threads are not seen: such layers are named in `run.notes`, and have weights and weighted deltas only.

    The loss is what `backward` is called on; of several in a step their sum; where an optimizer is given a closure, what its first
    call gave; a GradScaler's factor is taken out again. Several models with their optimizers may be observed at once, in one
    thread or in several; each sees what its own thread does. Should anything go wrong in the observer itself, it stops looking,
    notes it, and the training goes on.

    Examples
    --------
    >>> import torch
    >>> import nodescope.torch
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> with nodescope.torch.observe(model, optimizer) as run:
    ...     for _ in range(3):
    ...         optimizer.zero_grad()
    ...         model(torch.ones(4, 2)).square().mean().backward()
    ...         optimizer.step()
    >>> run.steps, run.trace[2].layers[0].weight.shape
    (3, (1, 2))
    """

    def __init__(
        self, model: nn.Module, optimizer: Optimizer | None = None, *, stride: int | None = None, nodes: Any = None,
        examples: int = EXAMPLES, memory: int = MEMORY, time: float = TIME, sharpness: bool = True, to: Any = None,
    ) -> None:  # fmt: skip
        check(model, optimizer, {"stride": stride, "examples": examples, "memory": memory}, time)
        self._model, self._optimizers = model, unwrapped(optimizer)
        self._optimizer = self._optimizers[-1] if self._optimizers else None
        self._layers = layers_told(model)
        shown = shown_nodes(nodes, self._layers, memory)
        self._weights = {id(layer.weight): number for number, layer in enumerate(self._layers)}
        self.run = Recorded(
            program=f"PyTorch {torch.__version__}",
            optimizer=settings_of(self._optimizer),
            layers=tuple(layer_told(layer, numbers, self._optimizer) for layer, numbers in zip(self._layers, shown, strict=True)),
            stride=stride or 1,
        )
        self._facts = self.run.facts
        self._ledger = Ledger(model, self._optimizer)
        self._samples = self._ledger.samples()
        at_work, self._modes = AtWork(set(self._ledger.known)), ModesSeen(model)
        tensors = [torch.tensor(numbers) for numbers in shown]
        counts = [layer.nodes for layer in self._layers]
        computed = Computed()
        self._uses = AtLayers(self._weights, tensors, counts, examples, computed, self._fail, self._note)
        self._watch = Watch(self._uses, computed, self._before_backward, self._after_backward, self._fail, at_work, self._modes)
        self._watch.loss_calls.odd = self._facts.odd
        self._recorder = Recorder(self.run, self._layers, tensors, self._optimizer, memory, None if stride else time)
        self._uses.turn = lambda number: self._recorder.turn(number, nodes)
        self._handles, self._off = list[Any](), list[Callable[[], None]]()
        self._step = ObservedStep(recording=True)
        self._parts, self._set_back, self._ill, self._away = 1, 0, False, False
        self._watching = Switch(self._watch)
        modules = [layer.module for layer in self._layers]
        self._looks = Looks(self.run, model, self._optimizer, modules, time, self._note)
        self._looks.on &= sharpness
        self._telling = Telling(to, self.run)
        self._began = self._length = 0.0

    def __enter__(self) -> Recorded:
        mine = set(map(id, self._optimizers))
        if any(mine & set(map(id, other._optimizers)) or (not mine and other._model is self._model) for other in _open):
            raise InputError(
                "this optimizer's training is being observed already: end that `with observe(…)` before the next one begins"
            )
        self._began = clock.perf_counter()
        self._handles = [
            handle
            for optimizer in self._optimizers
            for handle in (
                optimizer.register_step_pre_hook(self._before_step),
                optimizer.register_step_post_hook(self._after_step),
            )
        ]
        if self._optimizer is not None:
            groups = self._optimizer.param_groups
            self._facts.first_rate = max(float(group.get("initial_lr", group.get("lr", math.nan))) for group in groups)
        self._off = [
            off
            for each in self._optimizers
            for off in (clears_aside(each, self._watching), steps_aside(each, self._watching.around_step))
        ]
        _open.append(self)
        keep_places()
        self._begin_step()
        self._watching(True)
        return self.run

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._watch.ended = True
            self._watching(False)
            take_off_the_rest()
        finally:
            for handle in self._handles:
                handle.remove()
            for take_off in self._off:
                take_off()
            _open.remove(self)
            as_before()
        if self._optimizer is None and self._step.backwards and self._watch.on and self._ledger.changed():
            self._updated_by_hand()
        if self._step.backwards or error is not None:
            self._look_for_trouble()  # a loop that ends before its last update: it may have seen what is in there
        self._watch.forget()
        self._finish(error)

    def _fail(self, error: Exception) -> None:
        self._watch.on, self._facts.ended = False, len(self.run.losses)
        self._watch.forget()
        said = str(error).partition("\n")[0][:160]
        self._note(f"observing ended at step {len(self.run.losses):,}, the training went on: {type(error).__name__}: {said}")

    def _note(self, text: str) -> None:
        self.run.notes += [text] * (text not in self.run.notes)

    # ---- what a step goes through ----

    def _begin_step(self) -> None:
        self._watch.forget()
        self._parts = max(1, self._step.backwards)
        self._step = self._next_step()

    def _next_step(self) -> ObservedStep:
        """What comes after numbers that are not finite tells nothing, and would drive out what came before."""
        step = len(self.run.losses)
        self._watch.step, self._watch.looking = step, is_looked_at(step)
        self._watch.curious = self._looks.due(step)
        self._uses.recording = not self._ill and step % self.run.stride == 0
        return ObservedStep(recording=self._uses.recording)

    @aside
    def _before_backward(self, loss: Any, asked: list[Tensor] | None) -> None:
        with without_modes():
            self._on_its_way_back(total_of(loss), asked)

    def _on_its_way_back(self, loss: Tensor | None, asked: list[Tensor] | None) -> None:
        if self._optimizer is None and self._step.backwards and self._ledger.changed():
            self._updated_by_hand()
        step = self._step
        if step.backwards and step.closure is None and not self._ledger.measured(math.inf) and asked is None:
            self._set_back += 1  # to nothing, and no update was made of them
            self._facts.odd.set_back += step.signature == self._watch.signature
            self._watch.forget_marked()
            step = self._step = ObservedStep(step.recording)
        if step.closure is not None and step.closure == step.backwards and not self._ledger.measured(math.inf):
            step.loss = None  # what was there before, the closure has set back
        if self._watch.looking and not step.backwards and self._away and not self._ledger.away_from(self._samples):
            self._facts.odd.put_back += 1
        step.given, step.signature = None, self._watch.signature
        if loss is not None and loss.numel() == 1:
            self._look_at_loss(loss)
        self._ledger.before_backward()

    def _look_at_loss(self, loss: Tensor) -> None:
        step = self._step
        step.scale = self._watch.scale_of(loss)
        if step.scale != 1.0:
            self._note(SCALED)
        step.given = float(loss.item()) / step.scale
        step.terms += self._watch.loss_calls.backward_on(loss)
        self._facts.rootless += loss.grad_fn is None
        if self._watch.curious and step.backwards == 0 and math.isfinite(step.given):
            spent, since = self._recorder.seconds + self._uses.seconds, clock.perf_counter() - self._began
            self._looks.look(loss, self._watch, self._parts / step.scale, spent, since)

    @aside
    def _after_backward(self, asked: list[Tensor] | None) -> None:
        with without_modes():
            self._back_again(asked)

    def _back_again(self, asked: list[Tensor] | None) -> None:
        step = self._step
        self._facts.backwards += 1
        reached = self._ledger.after_backward() if asked is None else self._ledger.asked(asked)
        if not reached:
            return  # another model's loss: the optimizer's parameters got nothing from it
        self._facts.reached += 1
        of_closure = step.closure is not None and step.backwards > step.closure
        if step.given is not None and not of_closure:
            step.loss = step.given if step.loss is None else step.loss + step.given
        step.backwards += 1
        self._watch.mark()
        if self._watch.looking:
            self._ledger.look_for_cuts(self._watch.at_work.on, self._watch.operations, self._watch.left)
        if step.recording:
            step.norm = self._ledger.measured(2.0) if asked is None else None
            if step.closure is not None and not step.before:
                step.before = self._recorder.before()
                self._uses.recording = False  # an optimizer may ask a closure many times: the first is at the step's weights
        if self._optimizer is None:
            self._look_for_trouble()
            step.before = self._recorder.before() if step.recording else []
            self._ledger.keep()
            self._uses.recording = (len(self.run.losses) + 1) % self.run.stride == 0 and not self._ill

    @aside
    def _before_step(self, _: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        if steps_under_way(self._optimizers) > 1:
            return
        self._step.before = []  # should a step have raised before
        if any(callable(given) for given in (*args[1:], *keywords.values())):
            self._step.closure = self._step.backwards
            return  # the step's own passes forward and back are still to come
        self._watching(False)  # what the optimizer does inside is its own affair, and much of it
        with without_modes():
            self._look_for_trouble()
            self._ledger.at_update()
            self._compare_norms()
            if self._step.recording:
                self._step.before = self._recorder.before()

    @aside
    def _after_step(self, *_: Any) -> None:
        if steps_under_way(self._optimizers) > 1:
            return
        with without_modes():
            if self._step.closure is not None:
                self._look_for_trouble()
                self._ledger.at_update()
                self._facts.norms.append(math.nan)
                self._facts.kept.append(math.nan)
            self._updated()
            self._begin_step()
        if not self._watching.later:
            self._watching(True)

    def _updated(self) -> None:
        """Keep what is known of the step that is over."""
        step, facts = self._step, self._facts
        told = math.nan if step.loss is None else step.loss
        if step.before:
            training = clock.perf_counter() - self._began - self._looks.seconds
            self._recorder.after(step.before, self._uses.uses, told, self._uses.seconds, training)
        facts.rates.append(rate_of(self._optimizer) if self._optimizer is not None else self.run.optimizer["alpha"])
        facts.counts.append(max(1, step.terms))
        self._modes.at_update(len(self.run.losses))
        self._ledger.count(self._watch.at_work)
        if facts.course.keeps(len(self.run.losses)):
            facts.course.add(len(self.run.losses), self._ledger.lengths_of(self._layers))
        self.run.losses.append(told)
        self._telling.step(bool(step.before))
        self._ledger.after_update()
        if self._watch.looking:
            self._away = self._ledger.away_from(self._samples)

    def _updated_by_hand(self) -> None:
        """The weights are others than they were on the way back. What went forward since belongs to the next step."""
        self._ledger.at_update()
        self._facts.norms.append(self._length)
        self._facts.kept.append(math.nan)
        with self._uses.only_first(self._watch.marked_uses):
            self._updated()
        self._watch.forget_marked()
        recording, self._step = self._uses.recording, self._next_step()
        self._step.recording = self._uses.recording = recording
        self._ledger.keep()

    def _compare_norms(self) -> None:
        """Between `backward` and the update gradients may have been clipped, or set back to nothing, besides unscaled."""
        given, step = self._length, self._step
        self._facts.norms.append(given)
        self._facts.wiped += bool(step.backwards) and given == 0 and self._ledger.wiped()
        known = step.norm is not None and 0 < step.norm < math.inf and step.closure is None
        self._facts.kept.append(given / step.norm * step.scale if known and step.norm else math.nan)

    # ---- trouble and the end ----

    @aside
    def _look_for_trouble(self) -> None:
        self._ill = not self._all_finite()
        if self.run.trouble is None and self._ill:
            names = [layer.name for layer in self._layers]
            self.run.trouble = trouble_of(
                self._model, names, self._weights, self._watch.operations, self.run, self._step.loss, self._optimizer
            )
            self._telling.trouble()

    def _all_finite(self) -> bool:
        self._length = self._ledger.measured(2.0)
        finite = math.isfinite(self._length) or math.isfinite(self._ledger.measured(math.inf))  # squares may be too large
        return finite and (self._step.loss is None or math.isfinite(self._step.loss))

    def _finish(self, error: BaseException | None) -> None:
        run = self.run
        notes = notes_at_the_end(self._model, self._layers, self._uses.seen, self._facts.kept, self._set_back, run)
        run.notes += [note for note in notes if note not in run.notes]
        if error is not None and not isinstance(error, GeneratorExit):
            self._note(f"it ended with {type(error).__name__}: {str(error)[:200]}")
        run.layers = tuple(
            replace(told, kept_from=kept_from(layer, self._optimizer)) for told, layer in zip(run.layers, self._layers, strict=True)
        )  # as it is at the end: a layer may have been thawed
        run.put_in_order([*self._uses.seen, *(n for n in range(len(run.layers)) if n not in self._uses.seen)])
        fill_in(run, self._ledger.finish(self._samples), self._watch, self._modes.seen, self._model)
        self._facts.recovered = not self._ill and went_on(run)
        bad = run.trouble is not None and not self._facts.recovered
        run.ending = Ending.DIVERGED if bad else Ending.INTERRUPTED if error is not None else Ending.STEPS_USED
        self._telling.end()
