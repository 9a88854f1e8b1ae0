"""Every operation of a forward pass, as it goes by: what a layer was given and gave, and the way back to a number's origin.

A torch function mode sees each call and passes it on unchanged. What it keeps of a step are references, let go at the step's end.
"""

import os
import time as clock
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import MethodWrapperType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from torch.overrides import TorchFunctionMode

from nodescope.torch.layers import picked
from nodescope.torch.losscall import LOOKED_AT, LossCalls
from nodescope.torch.operations import Made, Operation, called_by_scaler, tensors
from nodescope.torch.uses import (
    LAYERS,
    MULTIPLYING,
    PASSED_ON,
    PRODUCTS,
    TABLES,
    WHOLE,
    Use,
    activation_of,
    adds_a_bias,
    node_axis,
    places,
    rows_of,
    written_out,
)
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
MOST_USES = 4_000
"""Of layers in one step whose numbers are kept."""


def without_modes() -> AbstractContextManager[Any]:
    """What an observer does is no affair of another one's."""
    return torch._C.DisableTorchFunction() if torch._C._len_torch_function_stack() else nullcontext()


class Watch(TorchFunctionMode):
    """Notes operations of the forward pass; of layers, in recorded steps, what goes in and out.

    Parameters
    ----------
    weights : dict
        Number of the layer by `id` of its weight.
    shown, nodes : list of Tensor, list of int
        Of each layer: the nodes that are kept, and how many there are.
    examples : int
        Rows of a use that are kept.
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
        weights: dict[int, int],
        shown: list[Tensor],
        nodes: list[int],
        examples: int,
        before: Callable[[Any, list[Tensor] | None], None],
        after: Callable[[list[Tensor] | None], None],
        failed: Callable[[Exception], None],
        at_work: AtWork,
        modes: ModesSeen,
    ) -> None:
        super().__init__()
        self._weights, self._shown, self._examples, self._before, self._after = weights, shown, examples, before, after
        self._failed, self.nodes = failed, nodes
        self.at_work, self.modes = at_work, modes
        self.made = Made()
        self.loss_calls = LossCalls(self.made, self.is_computed)
        self.step, self.looking, self.asleep, self.ended = 0, True, False, False
        self.from_data: bool | None = None
        """Whether what the first layer is given comes from outside; None before it was at work."""
        self.turn: Callable[[int], int] = lambda number: self.nodes[number]
        """Told of a layer whose matrix stands on the right of a product; gives how many nodes it has."""
        self._computed: dict[int, weakref.ref[Tensor]] = {}
        """What a network made where no way back leads from."""
        self.uses: list[Use] = []
        self.on = True
        self.recording = False
        self.seen: dict[int, None] = {}
        """Layers that were at work, in the order of their first use."""
        self.seconds = 0.0
        """Spent on what is recorded."""
        self.forget()

    def forget(self) -> None:
        """The step is over.

        A hook of a tensor that leads back to it is a circle that Python's collector cannot see through autograd's nodes: it is cut.
        """
        for use in self.uses:
            use.let_go()
        self.operations: list[Operation] = []
        self.uses = []
        self.left: list[tuple[str, Tensor]] = []
        """Tensors that plain numbers were made of."""
        self.scaled: dict[int, tuple[Tensor, Tensor]] = {}
        """Losses that a GradScaler has multiplied, by `id`, and by how much."""
        self.hooks_of_others = False
        """Whether a second look at the graph would call something of the training's own."""
        self._hooked: set[int] = set()
        self._marks, self._bytes = (0, 0), 0
        self.made.forget([])
        self.loss_calls.forget()
        self.at_work.forget()
        self._computed = {key: kept for key, kept in self._computed.items() if kept() is not None}

    def mark(self) -> None:
        """A backward pass is over."""
        self._marks = (len(self.operations), len(self.uses))

    @property
    def signature(self) -> tuple[int, ...]:
        """Alike for passes forward that are alike: how many operations since the last backward pass, and the last of them."""
        since = self.operations[self._marks[0] :]
        return (len(since), *(hash(operation.name) for operation in since[-8:]))

    def at_the_mark(self) -> list["Use"]:
        """Uses until the last backward pass was over."""
        return self.uses[: self._marks[1]]

    @contextmanager
    def only(self, uses: list["Use"]) -> Iterator[None]:
        """As if these had been all."""
        every, self.uses = self.uses, uses
        try:
            yield
        finally:
            self.uses = every

    def scale_of(self, loss: Tensor) -> float:
        """What a GradScaler has multiplied a loss by."""
        scaled = self.scaled.get(id(loss))
        return 1.0 if scaled is None else float(scaled[1])

    def forget_marked(self) -> None:
        """What went before that came to nothing."""
        for use in self.uses[: self._marks[1]]:
            use.let_go()
        del self.operations[: self._marks[0]], self.uses[: self._marks[1]]
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
        name = "data" if name == "__get__" else name
        for part in out if isinstance(out, tuple) else (out,):
            if isinstance(part, Tensor):
                operation = Operation(name, func, args, kwargs, part)
                self._remember(operation)
                if name in LOOKED_AT:
                    self.loss_calls.see(operation, self.step)
        if self.looking:
            self.at_work.see((*args, *kwargs.values()), with_gradients=True)
        if isinstance(out, Tensor) and not out.requires_grad:
            self._pass_on(name, args, out)
        if torch._C._autograd._top_saved_tensors_default_hooks(False) is not None:
            self.hooks_of_others = True  # torch.utils.checkpoint: a second look would go forward again
        if func in WHOLE and isinstance(out, tuple) and len(args) > WHOLE[func]:
            self._layer(F.linear, (None, args[WHOLE[func]]), {}, out[0])
        if not isinstance(out, Tensor):
            return
        if name in ("mul", "__mul__") and out.numel() == 1 and called_by_scaler():
            self.scaled[id(out)] = (out, args[1])
        if func in LAYERS:
            self._layer(func, args, kwargs, out)
        elif func in MULTIPLYING and self._multiplied(func, args, out):
            pass
        elif self.uses and self.recording:
            began = clock.perf_counter()
            self._after_a_layer(func, args, kwargs, out)
            self.seconds += clock.perf_counter() - began

    def _pass_on(self, name: str, args: Any, out: Tensor) -> None:
        """What is made of a network's numbers is one too."""
        given = tensors(args)
        if name in ("detach", "data"):
            made = any(t.requires_grad or self.is_computed(t) for t in given)
        else:
            made = bool(self._computed) and any(self.is_computed(t) for t in given)
        if made:
            self._computed[id(out)] = weakref.ref(out)

    def is_computed(self, tensor: Tensor) -> bool:
        """Whether a network made it, though no way back leads there."""
        kept = self._computed.get(id(tensor))
        return kept is not None and kept() is tensor

    def _see_apart(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """Under `no_grad`: what is at work there, and what comes of it."""
        name = getattr(func, "__name__", "")
        if name == "__get__":
            return
        if "dropout" in name or name.startswith("batch_norm"):
            self.modes.see_apart(name, args, kwargs)
        if self.looking:
            self.at_work.see((*args, *kwargs.values()), with_gradients=False)
        if any(t.requires_grad or self.is_computed(t) for t in tensors((*args, *kwargs.values()))):
            for part in tensors((out,)):
                if not part.requires_grad:
                    self._computed[id(part)] = weakref.ref(part)

    def _remember(self, operation: Operation) -> None:
        self.operations.append(operation)
        self.made.note(operation)
        if len(self.operations) % COUNTED == 0:
            self._bytes += sum(each.out.nbytes for each in self.operations[-COUNTED:])
        if len(self.operations) > 2 * MOST_OPERATIONS or self._bytes > MOST_BYTES:
            gone = len(self.operations) // 2
            self._bytes = sum(each.out.nbytes for each in self.operations[gone:])
            del self.operations[:gone]
            self.made.forget(self.operations)
            self._marks = (max(0, self._marks[0] - gone), self._marks[1])

    def _multiplied(self, func: Any, args: Any, out: Tensor) -> bool:
        """Whether something was multiplied with a matrix of the model's: that is a layer, whatever its module is called."""
        place = MULTIPLYING[func]
        weight = args[place] if len(args) > place else None
        if not isinstance(weight, Tensor) or weight.dim() != 2:
            return False
        number, base = self._weights.get(id(weight)), weight._base
        if number is not None:
            self.nodes[number] = self.turn(number)
        elif base is not None and base.shape == weight.shape[::-1] and weight.stride() == base.stride()[::-1]:
            number = self._weights.get(id(base))
        if number is None:
            return False
        self._used(number, func, args[place - 1], out, out.dim() - 1)
        return True

    def _layer(self, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        weight = args[1] if len(args) > 1 else kwargs.get("weight")
        number = self._weights.get(id(weight))
        if number is not None:
            given = args[0] if args else kwargs["input"]
            self._used(number, func, out if given is None else given, out, node_axis(func, out))

    def _used(self, number: int, func: Any, given: Tensor, out: Tensor, axis: int) -> None:
        if out.shape[axis] != self.nodes[number]:
            return  # a table of embeddings that is the last layer's weight too: told as what it is used for first
        first = not self.seen
        self.seen.setdefault(number)
        if first or (self.from_data and number == next(iter(self.seen))):
            self.from_data = not given.requires_grad and not self.is_computed(given)
        if not self.recording or len(self.uses) >= MOST_USES:
            return
        began = clock.perf_counter()
        count = out.numel() // max(1, out.shape[axis])
        rows = places(count, self._examples)
        use = Use(number, rows, axis, out, out, self._given(func, given, out, rows))
        self._take(use, out)
        self.uses.append(use)
        self.seconds += clock.perf_counter() - began

    def _given(self, func: Any, given: Tensor, out: Tensor, rows: Tensor) -> Tensor | None:
        """Rows of what a layer is given; None where these are no numbers, or not as many."""
        if func in TABLES or given is out or given.dim() < 2:
            return None
        of_input, count = rows_of(given, node_axis(func, given)), out.numel() // max(1, out.shape[node_axis(func, out)])
        return picked(of_input, rows) if len(of_input) == count else of_input[:0]

    def _after_a_layer(self, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        if func in PRODUCTS:
            self._perhaps_written_out(out)
            return
        activation, passed = activation_of(func, args, kwargs), func in PASSED_ON or adds_a_bias(func, args)
        if not (activation or passed) or not args:
            return
        use = next((use for use in reversed(self.uses) if use.at is args[0] and not use.activation), None)
        if use is None:
            return
        if activation:
            use.activation, use.prediction = activation, self._kept(use, out)
        elif out is not use.at and out.shape == use.at.shape:
            use.at = out
            self._take(use, out)

    def _perhaps_written_out(self, out: Tensor) -> None:
        use = next((use for use in reversed(self.uses) if use.at.shape == out.shape), None)
        if use is None or use.activation not in ("", "sigmoid"):
            return
        kept = self._kept(use, out)
        name = written_out(use.sums[id(use.at)], kept)
        if name:
            use.activation, use.prediction = name, kept

    def _take(self, use: Use, out: Tensor) -> None:
        """Its sum now, and its delta when it comes back."""
        use.sums[id(out)] = self._kept(use, out)
        if not out.requires_grad:
            return
        which = id(out)

        def keep(grad: Tensor) -> None:
            began = clock.perf_counter()
            try:
                use.deltas[which] = self._kept(use, grad)
            except Exception as error:
                self._failed(error)
            self.seconds += clock.perf_counter() - began

        out.register_hook(keep)
        self._hooked.add(which)

    def has_hooks_of_others(self) -> bool:
        """Whether the training asks for a number's own derivative, or goes forward again on its way back."""
        outs = (operation.out for operation in self.operations)
        return self.hooks_of_others or any(
            out.requires_grad and (out.retains_grad or len(out._backward_hooks or ()) > (id(out) in self._hooked)) for out in outs
        )

    def _kept(self, use: Use, tensor: Tensor) -> Tensor:
        rows, shown = rows_of(tensor, use.axis), self._shown[use.layer]
        if len(shown) == rows.shape[1]:
            return picked(rows, use.rows)
        return rows[use.rows][:, shown]


def on_top() -> Any:
    return torch.overrides._get_current_function_mode() if torch._C._len_torch_function_stack() else None


def take_off_the_rest() -> None:
    """Modes of observers that ended while another's lay on theirs."""
    while isinstance(top := on_top(), Watch) and top.ended:
        top.__exit__(None, None, None)
