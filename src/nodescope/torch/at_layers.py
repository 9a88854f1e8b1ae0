"""What layers are given and give, in recorded steps; and in every step which were at work."""

import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word

from nodescope.torch.gates import RECURRENT, Gates, gates_of
from nodescope.torch.layers import picked
from nodescope.torch.operations import Computed, tensors
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

MOST_USES = 4_000
"""Of layers in one step whose numbers are kept."""


class AtLayers:
    """Layers at work, and of recorded steps their uses.

    Parameters
    ----------
    weights : dict
        Number of the layer by `id` of its weight.
    shown, nodes : list of Tensor, list of int
        Of each layer: the nodes that are kept, and how many there are.
    examples : int
        Rows of a use that are kept.
    computed : Computed
        What a network made.
    failed : function
        Called with what went wrong in here on the way back, which is no affair of the training's.
    note : function
        Told why gates are not told.
    """

    def __init__(
        self,
        weights: dict[int, int],
        shown: list[Tensor],
        nodes: list[int],
        examples: int,
        computed: Computed,
        failed: Callable[[Exception], None],
        note: Callable[[str], None],
    ) -> None:
        self._weights, self._shown, self.nodes, self._examples = weights, shown, nodes, examples
        self._computed, self._failed, self._note = computed, failed, note
        self.turn: Callable[[int], int] = lambda number: self.nodes[number]
        """Told of a layer whose matrix stands on the right of a product; gives how many nodes it has."""
        self.recording = False
        self.seen: dict[int, None] = {}
        """Layers that were at work, in the order of their first use."""
        self.from_data: bool | None = None
        """Whether what the first layer is given comes from outside; None before it was at work."""
        self.seconds = 0.0
        """Spent on what is recorded."""
        self.uses: list[Use] = []
        self.hooked: set[int] = set()
        """`id` of tensors that have a hook from here."""

    def forget(self) -> None:
        """The step is over.

        A hook of a tensor that leads back to it is a circle that Python's collector cannot see through autograd's nodes: it is cut.
        """
        if self.uses:
            self.forget_first(len(self.uses))
            self.hooked.clear()

    def forget_first(self, count: int) -> None:
        """So many uses came to nothing."""
        for use in self.uses[:count]:
            use.let_go()
        del self.uses[:count]

    @contextmanager
    def only_first(self, count: int) -> Iterator[None]:
        """As if so many had been all."""
        every, self.uses = self.uses, self.uses[:count]
        try:
            yield
        finally:
            self.uses = every

    def see(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """A call that may be that of a layer, or of what stands behind one."""
        if func in LAYERS:
            self._layer(func, args, kwargs, out)
        elif func in MULTIPLYING and self._multiplied(func, args, out):
            pass
        elif func in WHOLE and isinstance(out, tuple) and len(args) > WHOLE[func]:
            self._layer(F.linear, (None, args[WHOLE[func]]), {}, out[0])
        elif (name := getattr(func, "__name__", "")) in RECURRENT:
            self._recurrent(name, args, out)
        elif self.uses and self.recording and isinstance(out, Tensor):
            began = clock.perf_counter()
            self._after_a_layer(func, args, kwargs, out)
            self.seconds += clock.perf_counter() - began

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
            self.from_data = not given.requires_grad and not self._computed.has(given)
        if not self.recording or len(self.uses) >= MOST_USES:
            return
        began = clock.perf_counter()
        count = out.numel() // max(1, out.shape[axis])
        rows = places(count, self._examples)
        use = Use(number, rows, axis, out, out, self._given(func, given, out, rows))
        self._take(use, out)
        self.uses.append(use)
        self.seconds += clock.perf_counter() - began

    def _recurrent(self, name: str, args: Any, out: Any) -> None:
        """A layer or cell whose gates stay inside it: they are worked out again."""
        numbers = [self._weights[id(t)] for t in tensors(args) if id(t) in self._weights]
        if numbers and not self.seen:
            self.from_data = False  # inputs of the layers told hereafter are another layer's
        self.seen.update(dict.fromkeys(numbers))
        if not numbers or not self.recording or len(self.uses) >= MOST_USES:
            return
        began = clock.perf_counter()
        for told in gates_of(name, args, out):
            if isinstance(told, Gates):
                self._keep_gates(told, (out if isinstance(out, Tensor) else out[0]).dtype)
            else:
                self._note(f"gates of {name} are not told, or not all: {told}")
        self.seconds += clock.perf_counter() - began

    def _keep_gates(self, told: Gates, kind: torch.dtype) -> None:
        """As numbers of the nodes of the weights that a gate's input is multiplied with; of those of its state the states."""
        rows, nowhere = places(len(told.sum), self._examples), torch.empty(0)
        for weight, given in ((told.of_input, told.input), (told.of_state, told.state)):
            number = self._weights.get(id(weight))
            if number is not None:
                use = Use(number, rows, 1, nowhere, nowhere, torch.from_numpy(given)[rows].to(kind))
                if weight is told.of_input:
                    total, use.prediction = (
                        torch.from_numpy(numbers)[rows][:, self._shown[number]].to(kind) for numbers in (told.sum, told.value)
                    )
                    use.sums[id(nowhere)] = total
                self.uses.append(use)

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
        self.hooked.add(which)

    def _kept(self, use: Use, tensor: Tensor) -> Tensor:
        rows, shown = rows_of(tensor, use.axis), self._shown[use.layer]
        if len(shown) == rows.shape[1]:
            return picked(rows, use.rows)
        return rows[use.rows][:, shown]
