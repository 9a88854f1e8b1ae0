"""Gates of recurrent layers, worked out again from what went in and held against what came out.

LSTM, GRU and RNN are one operation each in PyTorch, and their gates never leave it. They follow from weights, inputs and states by
the formulas of its documentation (Gers, Schmidhuber, Cummins 2000; Cho et al. 2014): here in double precision, for some sequences
of a batch, and told only where the outputs and states that follow are those that were seen, within rounding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Floats = NDArray[np.float64]

NAMES = {
    "lstm": ("input", "forget", "cell", "output"),
    "gru": ("reset", "update", "new"),
    "rnn_tanh": ("hidden",),
    "rnn_relu": ("hidden",),
}
"""Gates, in the order in which they follow each other in the rows of a weight."""
CELLS = {f"{name}_cell": name for name in NAMES}
RECURRENT = frozenset(NAMES) | frozenset(CELLS)
"""Names of the operations."""
NEAR, NEAR_IN_HALF = {torch.float64: 1e-9, torch.float32: 1e-4}, 2e-2
"""How far what follows may lie from what was seen, relative to the largest or to 1: rounding, which goes on from step to step. Half
precision has 8 to 11 bits."""
SEQUENCES = 8
"""Of a batch that are looked at."""
MOST_WORK = 4_000_000
"""Products that one call is worked out again with: a few milliseconds."""


def gate_names(module: nn.Module) -> tuple[str, ...]:
    """Gates of a module; none where it is no recurrent one."""
    kinds = {nn.LSTM: "lstm", nn.LSTMCell: "lstm", nn.GRU: "gru", nn.GRUCell: "gru", nn.RNN: "rnn_tanh", nn.RNNCell: "rnn_tanh"}
    return next((NAMES[name] for kind, name in kinds.items() if isinstance(module, kind)), ())


@dataclass(frozen=True, eq=False)
class Gates:
    """Gates of one layer in one direction; a row is a step of a sequence.

    Attributes
    ----------
    of_input, of_state : Tensor
        The two weights.
    input, state : (m, d), (m, h)
        What they are multiplied with.
    sum, value : (m, g × h)
        What each gate's activation was given, and gave.
    """

    of_input: Tensor
    of_state: Tensor
    input: Floats
    state: Floats
    sum: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class _Weights:
    """Those of one layer in one direction: of its input, of its state, and what makes a smaller output of the state."""

    of_input: Tensor
    of_state: Tensor
    biases: Sequence[Tensor]
    projection: Tensor | None


@dataclass(frozen=True, eq=False)
class _Walked:
    """What follows for s sequences of at most t steps, (s, t, …), and their last states, (s, …)."""

    state: Floats
    sum: Floats
    value: Floats
    output: Floats
    last: tuple[Floats, ...]


def gates_of(name: str, args: Sequence[Any], out: Any) -> Iterator[Gates | str]:
    """Gates of a call of a recurrent layer or cell; and why those that are left are not told."""
    return _of_cell(CELLS[name], args, out) if name in CELLS else _Call(name, args, out).told()


def _of_cell(kind: str, args: Sequence[Any], out: Any) -> Iterator[Gates | str]:
    given, start, of_input, of_state, *biases = args[:6]
    weights = _Weights(of_input, of_state, [b for b in biases if b is not None], None)
    x = [row[None] for row in _wide(given)]
    found = _walked(kind, weights, x, [_wide(state) for state in _all(start)])
    apart = max(_apart(mine, _wide(seen)) for mine, seen in zip(found.last, _all(out), strict=True))
    yield _gates(weights, x, found) if apart <= _near(_all(out)[0]) else _not_the_same(apart)


class _Call:
    """A call of a layer, its arguments in order; those of packed sequences have the batch's size at each step as their second."""

    def __init__(self, kind: str, args: Sequence[Any], out: Any) -> None:
        packed = not isinstance(args[3], bool)
        start, flat, biased, layers, dropout, training, both = args[2:9] if packed else args[1:8]
        self.kind, self.start, self.ends = kind, _all(start), out[1:]
        self.drops = bool(dropout and training)
        ways = 2 if both else 1
        self.weights = list(_weights_of(iter(flat), bool(biased), int(layers), ways, len(flat) // (int(layers) * ways)))
        sizes = args[1].tolist() if packed else []
        first = not packed and bool(args[8])
        count, longest = (sizes[0], len(sizes)) if packed else args[0].shape[:2] if first else args[0].shape[1::-1]
        each = longest * sum(w.of_input.numel() + w.of_state.numel() for level in self.weights for w in level)
        some = max(1, min(SEQUENCES, count, MOST_WORK // max(1, each)))
        self.sequences = [i * count // some for i in range(some)]
        """Those looked at."""
        self.most = max(1, longest * MOST_WORK // max(MOST_WORK, each))
        """Steps of each."""
        self.cut = self.most < longest
        if packed:
            begins = np.cumsum([0, *sizes[:-1]])
            self.places = [begins[: sum(size > s for size in sizes)] + s for s in self.sequences]
        else:
            steps = np.arange(longest)
            self.places = [s * longest + steps if first else steps * count + s for s in self.sequences]
        """Rows of their steps, among those of all sequences; the longest first."""
        self.rows, self.outputs = (t.detach().reshape(-1, t.shape[-1]) for t in (args[0], out[0]))

    def told(self) -> Iterator[Gates | str]:
        """Layer by layer, one direction after the other."""
        given = [_wide(self.rows[place]) for place in self.places]
        for number, level in enumerate(self.weights):
            if number and self.drops:
                yield "what its second layer is given went through a dropout whose draw is not known"
                return
            last = number == len(self.weights) - 1
            if self.cut and not last:
                yield "its sequences are too long for several layers to be worked out again"
                return
            gave = []
            for way, weights in enumerate(level):
                which, turn = number * len(level) + way, slice(None, None, -1 if way else 1)
                x = [rows[turn][: self.most] for rows in given]
                found = _walked(self.kind, weights, x, [_wide(state[which, self.sequences]) for state in self.start])
                output = [rows[: len(own)] for rows, own in zip(found.output, x, strict=True)]
                apart = max(self._ends_apart(found, which), self._outputs_apart(output, turn, way) if last else 0.0)
                if not apart <= _near(self.outputs):
                    yield _not_the_same(apart)
                    return
                yield _gates(weights, x, found)
                gave.append([rows[turn] for rows in output])
            given = [np.concatenate(both, axis=1) for both in zip(*gave, strict=True)]

    def _ends_apart(self, found: _Walked, which: int) -> float:
        """From the last states."""
        if self.cut:
            return 0.0
        return max(_apart(mine, _wide(end[which, self.sequences])) for mine, end in zip(found.last, self.ends, strict=True))

    def _outputs_apart(self, output: list[Floats], turn: slice, way: int) -> float:
        """From the outputs of the last layer, in which the two directions stand side by side."""
        wide = output[0].shape[1]
        seen = self.outputs[:, way * wide : (way + 1) * wide]
        places = [place[turn][: self.most] for place in self.places]
        return max(_apart(mine, _wide(seen[place.copy()])) for mine, place in zip(output, places, strict=True))


def _weights_of(flat: Iterator[Tensor], biased: bool, layers: int, ways: int, each: int) -> Iterator[list[_Weights]]:
    """Of each layer, those of each direction; `each` are so many."""
    for _ in range(layers):
        level = []
        for _ in range(ways):
            of_input, of_state, *rest = islice(flat, each)
            level.append(_Weights(of_input, of_state, rest[:2] if biased else (), rest[-1] if len(rest) % 2 else None))
        yield level


# ---- the formulas ----


def _walked(kind: str, weights: _Weights, given: list[Floats], start: Sequence[Floats]) -> _Walked:
    """All steps of some sequences, the longest first; of those that are over the states stay as they are."""
    lengths = [len(rows) for rows in given]
    longest, count = lengths[0], len(NAMES[kind])
    u, w = _wide(weights.of_input), _wide(weights.of_state)
    of_input, of_state = (_wide(b) for b in weights.biases) if weights.biases else (np.zeros(len(u)), np.zeros(len(w)))
    x = np.zeros((len(given), longest, u.shape[1]))
    for own, rows in zip(x, given, strict=True):
        own[: len(rows)] = rows
    part, states = x @ u.T + of_input, [state.copy() for state in start]
    kept = np.zeros((*x.shape[:2], start[0].shape[1]))
    sums, values = np.zeros_like(part), np.zeros_like(part)
    output = np.zeros_like(kept)
    for t in range(longest):
        on = sum(length > t for length in lengths)
        kept[:on, t] = states[0][:on]
        step = _STEPS[kind](part[:on, t], states[0][:on] @ w.T + of_state, [state[:on] for state in states])
        sums[:on, t], values[:on, t] = step[0], step[1]
        new = list(step[2])
        if weights.projection is not None:
            new[0] = new[0] @ _wide(weights.projection).T
        for state, after in zip(states, new, strict=True):
            state[:on] = after
        output[:on, t] = new[0]
    assert sums.shape[-1] == count * start[-1].shape[1]
    return _Walked(kept, sums, values, output, tuple(states))


Step = tuple[Floats, Floats, tuple[Floats, ...]]
"""Sums, values, and the states after."""


def _lstm(of_input: Floats, of_state: Floats, states: Sequence[Floats]) -> Step:
    total = of_input + of_state
    i, f, c, o = np.split(total, 4, axis=1)
    i, f, c, o = _sigmoid(i), _sigmoid(f), np.tanh(c), _sigmoid(o)
    cell = f * states[1] + i * c
    return total, np.concatenate([i, f, c, o], axis=1), (o * np.tanh(cell), cell)


def _gru(of_input: Floats, of_state: Floats, states: Sequence[Floats]) -> Step:
    (ri, zi, ni), (rs, zs, ns) = np.split(of_input, 3, axis=1), np.split(of_state, 3, axis=1)
    r, z = _sigmoid(ri + rs), _sigmoid(zi + zs)
    inner = ni + r * ns
    n = np.tanh(inner)
    return np.concatenate([ri + rs, zi + zs, inner], axis=1), np.concatenate([r, z, n], axis=1), ((1 - z) * n + z * states[0],)


def _tanh(of_input: Floats, of_state: Floats, _: Sequence[Floats]) -> Step:
    total = of_input + of_state
    value = np.tanh(total)
    return total, value, (value,)


def _relu(of_input: Floats, of_state: Floats, _: Sequence[Floats]) -> Step:
    total = of_input + of_state
    value = np.maximum(total, 0.0)
    return total, value, (value,)


_STEPS = {"lstm": _lstm, "gru": _gru, "rnn_tanh": _tanh, "rnn_relu": _relu}


def _sigmoid(x: Floats) -> Floats:
    found: Floats = 0.5 * (1.0 + np.tanh(0.5 * x))
    return found


# ---- numbers ----


def _all(states: Any) -> Sequence[Tensor]:
    return states if isinstance(states, (tuple, list)) else (states,)


def _wide(tensor: Tensor) -> Floats:
    array: Floats = tensor.detach().to(torch.float64).cpu().numpy()
    return array


def _gates(weights: _Weights, given: list[Floats], found: _Walked) -> Gates:
    """Rows of all sequences under each other, without what lies behind their ends."""
    state, total, value = (
        np.concatenate([rows[: len(own)] for rows, own in zip(all_rows, given, strict=True)])
        for all_rows in (found.state, found.sum, found.value)
    )
    return Gates(weights.of_input, weights.of_state, np.concatenate(given), state, total, value)


def _apart(mine: Floats, seen: Floats) -> float:
    """The largest distance ÷ the largest number, or 1."""
    if not mine.size:
        return 0.0
    return float(np.abs(mine - seen).max() / max(1.0, np.abs(seen).max()))


def _near(seen: Tensor) -> float:
    return NEAR.get(seen.dtype, NEAR_IN_HALF)


def _not_the_same(apart: float) -> str:
    return f"what follows from its weights and inputs lies {apart:.2g} from what it gave, more than rounding explains"
