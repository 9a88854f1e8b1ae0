"""Every operation of a forward pass, as it goes by: what a layer was given and gave, and the way back to a number's origin.

A torch function mode sees each call and passes it on unchanged. What it keeps of a step are references, let go at the step's end.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import MethodWrapperType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from nodescope.torch.at_layers import AtLayers
from nodescope.torch.gates import RECURRENT
from nodescope.torch.losscall import LOOKED_AT, LossCalls
from nodescope.torch.operations import Computed, Made, Operation, called_by_scaler
from nodescope.torch.uses import AT_LAYERS
from nodescope.torch.wiring import LEAVING, AtWork, ModesSeen

_DATA: Any = Tensor.data

_forked = False
"""Whether this is a process that another one made of itself."""


def _is_forked() -> None:
    global _forked
    _forked = True


os.register_at_fork(after_in_child=_is_forked)

MOST_OPERATIONS, MOST_BYTES = 20_000, 2**30
"""Of one step that are remembered, and what they may hold; the first of more are forgotten."""
COUNTED = 16
"""Operations after which it is added up what they hold."""


def without_modes() -> AbstractContextManager[Any]:
    """What an observer does is no affair of another one's."""
    return torch._C.DisableTorchFunction() if torch._C._len_torch_function_stack() else _NO_MODES


_NO_MODES = nullcontext()


class Watch(TorchFunctionMode):
    """Notes operations of the forward pass; of layers, in recorded steps, what goes in and out.

    Parameters
    ----------
    layers : AtLayers
        What is told of layers.
    computed : Computed
        What a network made.
    before, after : function
        Called with the loss before each `backward`, and after it; both with the parameters whose derivatives alone were asked for,
        where `torch.autograd.grad` asked.
    failed : function
        Called with what went wrong in here, which is no affair of the training's; nothing is looked at after that.
    at_work, modes : AtWork, ModesSeen
        What is told of parameters at work; of dropout and batch norm.
    """

    def __init__(
        self,
        layers: AtLayers,
        computed: Computed,
        before: Callable[[Any, list[Tensor] | None], None],
        after: Callable[[list[Tensor] | None], None],
        failed: Callable[[Exception], None],
        at_work: AtWork,
        modes: ModesSeen,
    ) -> None:
        super().__init__()
        self.layers, self._computed, self._before, self._after, self._failed = layers, computed, before, after, failed
        self.at_work, self.modes = at_work, modes
        self.made = Made()
        self.loss_calls = LossCalls(self.made, computed.has)
        self.step, self.asleep, self.ended, self.on = 0, False, False, True
        self.looking, self.curious = True, True
        """Whether the loss call is looked at in this step; whether curvature may be."""
        self.forget()

    def forget(self) -> None:
        """The step is over."""
        self.layers.forget()
        self.made.forget([])
        self.operations: list[Operation] = []
        self.left: list[tuple[str, Tensor]] = []
        """Tensors that plain numbers were made of."""
        self.scaled: dict[int, tuple[Tensor, Tensor]] = {}
        """Losses that a GradScaler has multiplied, by `id`, and by how much."""
        self.hooks_of_others = False
        """Whether a second look at the graph would call something of the training's own."""
        self._marks, self._bytes = (0, 0), 0
        self.loss_calls.forget()
        self.at_work.forget()
        self._computed.forget()

    def mark(self) -> None:
        """A backward pass is over."""
        self._marks = (len(self.operations), len(self.layers.uses))

    @property
    def marked_uses(self) -> int:
        """How many uses of layers there were when the last backward pass was over."""
        return self._marks[1]

    @property
    def signature(self) -> tuple[Any, ...]:
        """Alike for passes forward that are alike: how many operations since the last backward pass, and the last of them."""
        count = len(self.operations) - self._marks[0]
        return (count, *(operation.name for operation in self.operations[-min(8, count) :] if count))

    def scale_of(self, loss: Tensor) -> float:
        """What a GradScaler has multiplied a loss by."""
        scaled = self.scaled.get(id(loss)) if self.scaled else None
        return 1.0 if scaled is None else float(scaled[1])

    def forget_marked(self) -> None:
        """What went before that came to nothing."""
        self.layers.forget_first(self._marks[1])
        del self.operations[: self._marks[0]]
        self.made.forget(self.operations)
        self._marks = (0, 0)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if type(func) is MethodWrapperType and func.__self__ is not _DATA:
            return func(*args, **kwargs)  # an attribute is read or set: of all of them `data` alone leads anywhere
        # what is compiled must be the training alone; the processes of a data loader are none of ours
        if not self.on or self.asleep or _forked or torch.compiler.is_compiling():
            return func(*args, **kwargs)
        if func is Tensor.backward or func is torch.autograd.backward:
            self._before(args[0] if args else kwargs.get("tensors"), None)
            func(*args, **kwargs)
            self._after(None)
            return None
        if func is torch.autograd.grad:
            return self._graded(func, args, kwargs)
        out = func(*args, **kwargs)
        if isinstance(out, (Tensor, tuple)):
            try:
                see = self._see if torch.is_grad_enabled() else self._see_apart
                if torch._C._len_torch_function_stack():
                    with torch._C.DisableTorchFunction():
                        see(func, args, kwargs, out)
                else:
                    see(func, args, kwargs, out)
            except Exception as error:
                self._failed(error)
        elif self.looking and args and isinstance(args[0], Tensor) and getattr(func, "__name__", "") in LEAVING:
            self.left.append((func.__name__, args[0]))
        return out

    def _graded(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Derivatives that a training asks for itself: a backward pass, where they are of its weights and no step on the way."""
        wanted = args[1] if len(args) > 1 else kwargs.get("inputs")
        asked = [wanted] if isinstance(wanted, Tensor) else list(wanted or ())
        self.at_work.asked.update(id(t) for t in asked if id(t) not in self.at_work.known)
        if kwargs.get("create_graph") or not any(id(t) in self.at_work.known for t in asked):
            return func(*args, **kwargs)
        self._before(args[0] if args else kwargs.get("outputs"), asked)
        out = func(*args, **kwargs)
        self._after(asked)
        return out

    def _see(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        name = getattr(func, "__name__", "")
        if isinstance(out, Tensor):
            self._see_one("data" if name == "__get__" else name, func, args, kwargs, out)
        else:
            for part in out:
                if isinstance(part, Tensor):
                    self._remember(name, func, args, kwargs, part)
        if self.looking:
            self.at_work.see((*args, *kwargs.values()), with_gradients=True)
        if self.curious and torch._C._autograd._top_saved_tensors_default_hooks(False) is not None:
            self.hooks_of_others = True  # torch.utils.checkpoint: a second look would go forward again
        if self.layers.recording or func in AT_LAYERS or name in RECURRENT:
            self.layers.see(func, args, kwargs, out)

    def _see_one(self, name: str, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        operation = self._remember(name, func, args, kwargs, out)
        if not out.requires_grad:
            self._computed.pass_on(name, args, out)
        if name in LOOKED_AT:
            self.loss_calls.see(operation, self.step)
            if name in ("mul", "__mul__") and out.numel() == 1 and called_by_scaler():
                self.scaled[id(out)] = (out, args[1])

    def _see_apart(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """Under `no_grad`: what is at work there, and what comes of it."""
        name = getattr(func, "__name__", "")
        if name == "__get__":
            return
        if "dropout" in name or name.startswith("batch_norm"):
            self.modes.see_apart(name, args, kwargs)
        if self.looking:
            self.at_work.see((*args, *kwargs.values()), with_gradients=False)
        self._computed.made_apart((*args, *kwargs.values()), (out,))

    def _remember(self, name: str, func: Any, args: Any, kwargs: Any, out: Tensor) -> Operation:
        operation, operations = Operation(name, func, args, kwargs, out), self.operations
        operations.append(operation)
        self.made.note(id(out), operation)
        if len(operations) % COUNTED == 0:
            self._bytes += sum(each.out.nbytes for each in operations[-COUNTED:])
            if len(operations) > 2 * MOST_OPERATIONS or self._bytes > MOST_BYTES:
                self._forget_half()
        return operation

    def _forget_half(self) -> None:
        gone = len(self.operations) // 2
        self._bytes = sum(each.out.nbytes for each in self.operations[gone:])
        del self.operations[:gone]
        self.made.forget(self.operations)
        self._marks = (max(0, self._marks[0] - gone), self._marks[1])

    def has_hooks_of_others(self) -> bool:
        """Whether the training asks for a number's own derivative, or goes forward again on its way back."""
        outs, ours = (operation.out for operation in self.operations), self.layers.hooked
        return self.hooks_of_others or any(
            out.requires_grad and (out.retains_grad or len(out._backward_hooks or ()) > (id(out) in ours)) for out in outs
        )


class Switch:
    """Puts a watch on and takes it off. Modes lie on a stack, one for each thread: where it is not on top, it sleeps.

    Attributes
    ----------
    later : bool
        Whether it will be put on again when an optimizer's `step` is over.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch, self._put_on, self.later = watch, False, False

    def __call__(self, on: bool) -> bool:
        """Gives whether it was on."""
        watch = self._watch
        was = self._put_on and not watch.asleep
        watch.asleep = not on
        if on and not self._put_on:
            watch.__enter__()
            self._put_on = True
        elif not on and self._put_on and on_top() is watch:
            watch.__exit__(None, None, None)
            self._put_on = False
        return was

    def around_step(self, on: bool) -> bool:
        """The same, by whoever has an optimizer make its step."""
        was = self(on)
        self.later = not on and (was or self.later)
        return was


def on_top() -> Any:
    return torch.overrides._get_current_function_mode() if torch._C._len_torch_function_stack() else None


def take_off_the_rest() -> None:
    """Modes of observers that ended while another's lay on theirs."""
    while isinstance(top := on_top(), Watch) and top.ended:
        top.__exit__(None, None, None)
