"""Observe a PyTorch training: every number that is wanted, and not a bit of it changed."""

import time as clock
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.errors import InputError
from nodescope.run.ending import Ending
from nodescope.run.recorded import Record, Recorded, RecordedLayer
from nodescope.torch.cause import trouble_of
from nodescope.torch.curvature import bend_of
from nodescope.torch.watch import Use, Watch

EXAMPLES = 64
"""Rows of each use of a layer that are kept."""
MOST_NODES = 64
"""Nodes of each layer that are kept unless some are chosen."""
MEMORY = 64 * 2**20
TIME = 0.25

FREE = 0.5
"""Seconds that records may take whatever the training takes: a short one is recorded whole."""
WARM = 16
"""Steps after which what an adaptive optimizer divides by means something."""

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
    steps; several `backward` before it are one step (gradient accumulation). Numbers are PyTorch's own: its deltas and weighted
    deltas are the derivative of *its* loss (of `MSELoss` twice ours), clipped or unscaled as the optimizer takes them.

    Parameters
    ----------
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer
        That steps some of the model's parameters.
    stride : int, optional
        Record every so many steps. Unless given: every step, and twice as far apart each time that memory or time is used up.
    nodes : list of int, or dict from a layer's name to one, optional
        Nodes whose numbers are kept; up to 64, evenly spaced, of each layer unless given.
    examples : int
        Rows of a batch whose inputs, sums, predictions and deltas are kept.
    memory : int
        Bytes of records at most.
    time : float
        Part of the training's own time that recording may take, looking at curvature included; half a second it may take anyway.
    sharpness : bool
        Look at curvature now and then (Hessian-vector products on the loss's own graph, before its `backward`).

    Raises
    ------
    InputError
        A model without parameters, an optimizer of another model, a second `observe` inside the first, settings out of range.

    Notes
    -----
    Operations inside compiled or scripted models are not seen: such layers are named in `run.notes`, and have weights and weighted
    deltas only.
    """

    def __init__(
        self, model: nn.Module, optimizer: Optimizer, *, stride: int | None = None, nodes: Any = None, examples: int = EXAMPLES,
        memory: int = MEMORY, time: float = TIME, sharpness: bool = True,
    ) -> None:  # fmt: skip
        _check(model, optimizer, stride, examples, memory, time)
        self._model, self._optimizer = model, optimizer
        self._fixed, self._memory, self._time, self._look = stride, memory, time, sharpness
        self._modules = _layers(model)
        self._shown = [
            torch.tensor(_chosen(nodes, name, len(module.weight), module.weight[0].numel(), memory))
            for name, module in self._modules
        ]
        weights = {id(module.weight): number for number, (_, module) in enumerate(self._modules)}
        self._watch = Watch(weights, self._shown, examples, self._before_backward, self._after_backward)
        self._handles: list[Any] = []
        self.run = Recorded(
            program=f"PyTorch {torch.__version__}",
            optimizer=_settings(optimizer),
            layers=tuple(
                RecordedLayer(
                    name,
                    type(module).__name__,
                    module.weight[0].numel(),
                    len(module.weight),
                    tuple(shown.tolist()),
                    kept_from=_kept_from(module, optimizer),
                )
                for (name, module), shown in zip(self._modules, self._shown, strict=True)
            ),
            stride=stride or 1,
        )
        self._loss, self._backwards = float("nan"), 0
        self._parts, self._bytes, self._clipped, self._factor = 1, 0, 0, 1.0
        self._norm: Tensor | None = None
        self._on = False
        self._before: list[dict[str, Tensor]] = []
        self._spent, self._began = 0.0, 0.0
        self._next_look = 1 if type(optimizer).__name__ == "SGD" else WARM

    def __enter__(self) -> Recorded:
        if _open:
            raise InputError("a training is being observed already: end that `with observe(…)` before the next one begins")
        _open.append(self)
        self._began = clock.perf_counter()
        self._handles = [
            self._optimizer.register_step_pre_hook(self._before_step),
            self._optimizer.register_step_post_hook(self._after_step),
        ]
        self._begin_step()
        self._watching(True)
        return self.run

    def _watching(self, on: bool) -> None:
        """Modes lie on a stack: ours is only taken off where it is on top."""
        if on and not self._on:
            self._watch.__enter__()
            self._on = True
        elif not on and self._on and torch.overrides._get_current_function_mode() is self._watch:
            self._watch.__exit__(None, None, None)
            self._on = False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._on:
                self._watch.__exit__(kind, error, trace)
                self._on = False
        finally:
            for handle in self._handles:
                handle.remove()
            _open.clear()
        if self.run.trouble is None and self._watch.operations:
            self._find_trouble()  # a loop that ends before its last update: it may have seen what is in there
        self._watch.forget()
        self._before = []
        self._finish(error)

    # ---- what a step goes through ----

    def _begin_step(self) -> None:
        self._watch.forget()
        self._watch.recording = len(self.run.losses) % self.run.stride == 0
        self._parts = max(1, self._backwards)
        self._loss, self._backwards, self._norm = float("nan"), 0, None

    def _before_backward(self, loss: Tensor) -> None:
        began = clock.perf_counter()
        if loss.numel() == 1:
            value = float(loss.detach())
            self._loss = value if self._backwards == 0 else self._loss + value
            if self._look and self._backwards == 0 and np.isfinite(value):
                self._look_at_curvature(loss)
        self._backwards += 1
        self._spent += clock.perf_counter() - began

    def _after_backward(self) -> None:
        if self._watch.recording:
            self._norm = self._gradients_norm(2.0)

    def _look_at_curvature(self, loss: Tensor) -> None:
        """At steps 1, 2, 4, 8, …, where the time allowed is not used up: the first of them always."""
        step = len(self.run.losses)
        if step < self._next_look:
            return
        if self._watch.has_hooks_of_others():
            self._look = False
            self._note(
                "curvature is not told: the training keeps derivatives of its own (retain_grad, hooks), which looking would change"
            )
            return
        self._next_look = 2 * max(step, 1)
        if self.run.bends and self._spent > self._time * (clock.perf_counter() - self._began):
            return
        bend = bend_of(self._model, self._optimizer, loss, step, [module for _, module in self._modules], self._parts)
        if bend is None:
            self._next_look = step + 1
        elif isinstance(bend, str):
            self._look = False
            self._note(bend)
        else:
            self.run.bends.append(bend)

    def _before_step(self, *_: Any) -> None:
        began = clock.perf_counter()
        self._watching(False)  # what the optimizer does inside is its own affair, and much of it
        if self.run.trouble is None and not self._all_finite():
            self._find_trouble()
        if self._watch.recording:
            self._compare_norms()
            self._before = [_parameters(module, shown) for (_, module), shown in zip(self._modules, self._shown, strict=True)]
        self._spent += clock.perf_counter() - began

    def _after_step(self, *_: Any) -> None:
        began = clock.perf_counter()
        if self._watch.recording and self._before:
            record = self._record()
            self.run.records.append(record)
            self._bytes += record.nbytes
            self._keep_within_budget()
        self.run.losses.append(self._loss)
        self._before = []
        self._begin_step()
        self._watching(True)
        self._spent += clock.perf_counter() - began

    def _record(self) -> Record:
        layers = []
        for number, ((_, module), shown, before) in enumerate(zip(self._modules, self._shown, self._before, strict=True)):
            columns = dict(before)
            after = _parameters(module, shown)
            for name, new, moved in (("weight", "new_weight", "alpha_delta"), ("bias", "new_bias", "bias_delta")):
                if name in after:
                    columns[new], columns[moved] = after[name], before[name] - after[name]
            columns |= _joined([use for use in self._watch.uses if use.layer == number])
            layers.append({name: _as_numpy(tensor) for name, tensor in columns.items()})
            self._name_activation(number)
        return Record(len(self.run.losses), float(self._optimizer.param_groups[0]["lr"]), self._loss, tuple(layers))

    def _name_activation(self, number: int) -> None:
        found = {use.activation for use in self._watch.uses if use.layer == number}
        layer = self.run.layers[number]
        if len(found) == 1 and (name := found.pop()) and name != layer.activation:
            kept = list(self.run.layers)
            kept[number] = replace(layer, activation=name)
            self.run.layers = tuple(kept)

    def _keep_within_budget(self) -> None:
        """Every second record goes, and the stride doubles, where the records are too many or take too long."""
        elapsed = clock.perf_counter() - self._began
        allowed = max(FREE, self._time * (elapsed - self._spent))
        slow = self._fixed is None and len(self.run.records) > 8 and self._spent > allowed
        if slow or self._bytes > self._memory:
            self.run.stride *= 2
            self.run.records = [record for record in self.run.records if record.step % self.run.stride == 0]
            self._bytes = sum(record.nbytes for record in self.run.records)

    # ---- trouble and the end ----

    def _all_finite(self) -> bool:
        norm = self._gradients_norm(float("inf"))
        return (norm is None or bool(torch.isfinite(norm))) and (self._backwards == 0 or bool(np.isfinite(self._loss)))

    def _gradients_norm(self, order: float) -> Tensor | None:
        """Of all gradients that the optimizer will take, as one number."""
        gradients = [p.grad for group in self._optimizer.param_groups for p in group["params"] if p.grad is not None]
        dense = [g for g in gradients if not g.is_sparse]
        if not dense:
            return None
        with torch.no_grad():
            norms = torch._foreach_norm(dense, order, dtype=torch.float32 if dense[0].dtype.itemsize < 4 else None)
            whole: Tensor = torch.linalg.vector_norm(torch.stack([norm.cpu().double() for norm in norms]), order)
            return whole

    def _compare_norms(self) -> None:
        """Between `backward` and the update gradients may have been clipped, or unscaled."""
        now = self._gradients_norm(2.0)
        if now is None or self._norm is None or torch.equal(now, self._norm):
            return
        self._clipped += 1
        self._factor = float(now / self._norm)

    def _find_trouble(self) -> None:
        self.run.trouble = trouble_of(
            self._model, [name for name, _ in self._modules], self._watch.operations, self.run, self._loss
        )

    def _note(self, text: str) -> None:
        if text not in self.run.notes:
            self.run.notes.append(text)

    def _finish(self, error: BaseException | None) -> None:
        run = self.run
        unseen = [name for number, (name, _) in enumerate(self._modules) if number not in self._watch.seen]
        if unseen and run.losses:
            self._note(f"not seen at work (compiled, scripted, or not used): {_some(unseen)}")
        if self._clipped:
            self._note(
                f"gradients were changed between backward and the update (clipped, or unscaled) in {self._clipped:,} of "
                f"the steps looked at, last to {self._factor:.3g} times their length"
            )
        others = _unknown(self._model, self._modules)
        if others:
            self._note(f"layers of a kind not known here, whose nodes are not told: {_some(others)}")
        if error is not None and not isinstance(error, GeneratorExit):
            self._note(f"it ended with {type(error).__name__}: {str(error)[:200]}")
        run.ending = Ending.DIVERGED if run.trouble is not None else Ending.INTERRUPTED if error is not None else Ending.STEPS_USED


def _check(model: Any, optimizer: Any, stride: Any, examples: Any, memory: Any, time: Any) -> None:
    if not isinstance(model, nn.Module):
        raise InputError(f"model is {type(model).__name__}; it must be a torch.nn.Module")
    if not isinstance(optimizer, Optimizer):
        raise InputError(f"optimizer is {type(optimizer).__name__}; it must be a torch.optim.Optimizer")
    parameters = list(model.parameters())
    if not parameters:
        raise InputError(f"the model ({type(model).__name__}) has no parameters: there is nothing to observe")
    stepped = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(p) in stepped for p in parameters):
        raise InputError(
            f"the optimizer steps none of the model's {len(parameters)} parameters: it was made for another model "
            "(give model.parameters() to it after the model is in place)"
        )
    for name, value, least in (("stride", stride, 1), ("examples", examples, 1), ("memory", memory, 1)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise InputError(f"{name} is {value!r}; it must be a whole number of at least {least}")
    if isinstance(time, bool) or not isinstance(time, (int, float)) or not 0 <= time < float("inf"):
        raise InputError(f"time is {time!r}; it must be a number of at least 0: a part of the training's own time")


def _layers(model: nn.Module) -> list[tuple[str, Any]]:
    """Modules whose numbers are told: those that weigh inputs by a matrix, or a window of one."""
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    found = [(name or type(module).__name__, module) for name, module in model.named_modules() if isinstance(module, kinds)]
    return [(name, module) for name, module in found if not isinstance(module.weight, nn.parameter.UninitializedParameter)]


def _kept_from(module: Any, optimizer: Optimizer) -> str:
    """Why a layer cannot move."""
    if not module.weight.requires_grad:
        return "requires_grad is off"
    stepped = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return "" if id(module.weight) in stepped else "the optimizer was not given its weights"


def _unknown(model: nn.Module, known: list[tuple[str, Any]]) -> list[str]:
    ours = {id(p) for _, module in known for p in module.parameters(recurse=False)}
    small = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)
    return [
        f"{name or 'the model'} ({type(module).__name__})"
        for name, module in model.named_modules()
        if not isinstance(module, small) and any(id(p) not in ours for p in module.parameters(recurse=False))
    ]


def _chosen(nodes: Any, layer: str, count: int, width: int, memory: int) -> list[int]:
    wanted = nodes.get(layer) if isinstance(nodes, dict) else nodes
    if wanted is not None:
        wrong = [node for node in wanted if isinstance(node, bool) or not isinstance(node, int) or not 0 <= node < count]
        if wrong and isinstance(nodes, dict):
            raise InputError(f"nodes of {layer!r} has {wrong[0]!r}; the layer has nodes 0 to {count - 1}")
        if len(wrong) < len(wanted):
            return [node for node in wanted if node not in wrong]
    most = max(1, min(MOST_NODES, count, memory // (32 * 4 * 8 * max(1, width))))
    return sorted({i * count // most for i in range(most)})


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _settings(optimizer: Optimizer) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": type(optimizer).__name__, "alpha": float(optimizer.param_groups[0]["lr"])}
    for name, value in optimizer.param_groups[0].items():
        if name != "lr" and isinstance(value, (bool, int, float, str, tuple)):
            kept[name] = list(value) if isinstance(value, tuple) else value
    return kept


def _parameters(module: Any, shown: Tensor) -> dict[str, Tensor]:
    """Copies of a layer's weights and weighted deltas, of the nodes shown: (k, d)."""
    columns = {}
    for name, of_delta in (("weight", "weighted_delta"), ("bias", "bias_weighted_delta")):
        parameter = getattr(module, name)
        if parameter is None:
            continue
        columns[name] = _block(parameter, shown)
        if parameter.grad is not None:
            columns[of_delta] = _block(parameter.grad, shown)
    return columns


def _block(tensor: Tensor, shown: Tensor) -> Tensor:
    rows = tensor.detach()[shown.to(tensor.device)]
    return rows.reshape(len(shown), -1) if tensor.dim() > 1 else rows


def _joined(uses: list[Use]) -> dict[str, Tensor]:
    """All uses of a layer in the step, in their order; those that every use has."""
    if not uses:
        return {}
    names = [name for name in ("input", "sum", "prediction", "delta") if all(name in use.columns for use in uses)]
    return {
        name: torch.cat([use.columns[name] for use in uses])
        for name in names
        if name != "input" or len({use.columns[name].shape[1] for use in uses}) == 1
    }


def _as_numpy(tensor: Tensor) -> np.ndarray[Any, Any]:
    wide = tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
    array: np.ndarray[Any, Any] = wide.cpu().numpy()
    return array
