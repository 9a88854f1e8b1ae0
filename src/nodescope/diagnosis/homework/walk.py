"""The steps of a recipe done in some way, in plain Python, as far as they are asked for: what printed numbers are held against.

Letters: s example, j node, i input; the bias comes last.
"""

from collections.abc import Sequence
from functools import cached_property
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.order import positions
from nodescope.arithmetic.step import in_parts, left_to_right, node_sum
from nodescope.diagnosis.homework.ways import Way
from nodescope.run.recipe import Recipe

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
Row = dict[str, list[Any]]
Block = list[list[Any]]
LATER = "later"
"""Where a row keeps what else may be asked of it: the weights before and after, inputs and goals."""


class Walk:
    """The steps of a recipe done in a way, one after another.

    Parameters
    ----------
    wanted : names of quantities that are kept; None: all that cost nothing more
    shake : where given, each number is moved by a random part of its rounding
    """

    def __init__(self, recipe: Recipe, way: Way, wanted: frozenset[str] | None = None, shake: Random | None = None) -> None:
        self.recipe, self.way, self._wanted, self._shake = recipe, way, wanted, shake
        self._n = recipe.n
        self._size = recipe.n if way.whole else recipe.batch_size
        self._per_epoch = 1 if way.whole else recipe.steps_per_epoch
        self.number: Any = np.float32 if way.single else float
        self._epsilon = 2.0**-22 if way.single else 2.0**-51
        self._rule = recipe.rule if way.rule is None else way.rule
        self._alpha_now: Any = self.number(recipe.alpha)
        self.rows: list[Row] = []
        self._state: Block = [[self.number(w) for w in row] for row in recipe.problem.blocks(recipe.start_weights())[0].tolist()]
        self._used = [list(row) for row in self._state]
        self._memory = [[list(self._rule.first_memory()) for _ in row] for row in self._state]
        self._clocks = [1.0] * self._rule.clocks
        self._printed: dict[str, Block] = {}

    @cached_property
    def frozen(self) -> list[list[bool]]:
        frozen = self.recipe.frozen_block
        return [[False] * len(row) for row in self._state] if frozen is None else frozen.tolist()

    def values(self, name: str, place: int, steps: Steps) -> Floats:
        self._walk_to(int(steps.max()))
        return np.array([self._derived(self.rows[t], name)[place] for t in steps.tolist()], dtype=np.float64)

    def at(self, name: str, place: int, step: int) -> float:
        self._walk_to(step)
        return float(self._derived(self.rows[step], name)[place])

    def _walk_to(self, step: int) -> None:
        if len(self.rows) <= step:
            with np.errstate(all="ignore"):
                while len(self.rows) <= step:
                    self.rows.append(self._next(len(self.rows)))

    def from_state(self, step: int, weights: Block, printed: dict[str, Block] | None = None) -> Row:
        """One step from other weights (nothing else is remembered); `printed`: numbers to go on with, not those worked out."""
        self._state = [[self.number(w) for w in row] for row in weights]
        self._printed = printed or {}
        with np.errstate(all="ignore"):
            return self._next(step)

    def examples_of(self, step: int) -> list[int]:
        """Examples of a step, ascending."""
        n, recipe = self._n, self.recipe
        epoch, turn = divmod(step, self._per_epoch)
        first, last = turn * self._size, min(n, (turn + 1) * self._size)
        if recipe.order == "shuffled":
            chosen = sorted(positions(n, recipe.seed, epoch, first, last - first).tolist())
        else:
            chosen = list(range(first, last))
        return [(s + self.way.late) % n for s in chosen]

    def _next(self, step: int) -> Row:
        chosen = self.examples_of(step)
        x = self._inputs(chosen)
        g = self._taken(self.recipe.examples.goal, [(s + self.way.late_goal) % self._n for s in chosen])
        self._alpha_now = self.number(self.recipe.schedule.at(step)) if self.recipe.schedule else self.number(self.recipe.alpha)
        if self.way.stale == "epoch" and step % self._per_epoch == 0:
            self._used = [list(row) for row in self._state]
        before = [list(row) for row in self._state]
        self._clocks = self._rule.tick(self._clocks)
        net, prediction, delta, weighted, moves = self._examples_in_turn(x, g) if self.way.turn == "examples" else self._moves(x, g)
        row: Row = {"step": [step], "epoch": [step // self._per_epoch], "alpha": [self._alpha_now]}
        row["terms"] = [len(chosen) * self.recipe.k]
        wanted = self._wanted
        seen: dict[str, Block] = {"input": x, "goal": g, "prediction": prediction, "net": net, "delta": delta}
        row.update({name: self._padded(block) for name, block in seen.items() if wanted is None or name in wanted})
        if wanted is None or "example" in wanted:
            row["example"] = self._padded([[s] for s in chosen], -1)
        row["mse"] = [self._mse(self._instead("delta", delta))]
        self._blocks(row, before, weighted, moves)
        row[LATER] = [before, [list(node) for node in self._state], x, g]
        return row

    def _blocks(self, row: Row, before: Block, weighted: Block, moves: Block) -> None:
        d = self.recipe.d
        for name, bias, block in (
            ("weight", "bias", before),
            ("weighted_delta", "bias_weighted_delta", weighted),
            ("alpha_delta", "bias_delta", moves),
            ("new_weight", "new_bias", self._state),
        ):
            row[name] = [w for node in block for w in node[:d]]
            row[bias] = [node[-1] for node in block]
        for m, memory in enumerate(self.recipe.rule.memories):
            is_kept = m < len(self._rule.memories)
            row[memory] = [old[m] if is_kept else 0.0 for node in self._memory for old in node[:d]]
            row[f"bias_{memory}"] = [node[-1][m] if is_kept else 0.0 for node in self._memory]

    def _derived(self, row: Row, name: str) -> list[Any]:
        """What is printed from the new weights, or of all examples: worked out when it is first asked for."""
        if name not in row:
            before, after, x, g = row[LATER]
            with np.errstate(all="ignore"):
                if name.startswith("mse of all"):
                    every = list(range(self._n))
                    state = after if name.endswith("after") else before
                    x, g = self._inputs(every), self._taken(self.recipe.examples.goal, every)
                    row[name] = [self._mse(self._forward(state, x, g)[2])]
                else:
                    _, prediction, delta = self._forward(after, x, g)
                    row["prediction after"], row["delta after"] = self._padded(prediction), self._padded(delta)
                    row["mse after"] = [self._mse(delta)]
        return row[name]

    def _inputs(self, chosen: list[int]) -> Block:
        rows = self._taken(self.recipe.examples.input, chosen)
        return rows if self.way.stretch == 1.0 else [[v * self.way.stretch for v in row] for row in rows]

    def _taken(self, data: Floats, chosen: list[int]) -> Block:
        rows: Block = data[chosen].tolist()
        return [[self.number(v) for v in row] for row in rows] if self.way.single else rows

    def _padded(self, rows: Block, fill: float = np.nan) -> list[Any]:
        short = self._size - len(rows)
        return [v for row in rows for v in row] + [fill] * (short * len(rows[0]))

    def _mse(self, delta: Block) -> Any:
        squares = [d * d for row in delta for d in row]
        return self._off(in_parts(squares, self._part * len(delta[0])) / self.number(len(squares)), squares)

    @property
    def _part(self) -> int:
        return self.recipe.parts or 0

    def _off(self, value: Any, terms: Sequence[Any]) -> Any:
        """The number, moved by a random part of what its sum may be off."""
        if self._shake is None:
            return value
        size = sum(abs(term) for term in terms) * (abs(value) / abs(total) if (total := sum(terms)) else 1.0)
        return value + self.number(self._epsilon * self._shake.uniform(-1.0, 1.0) * size)

    def _forward(self, weights: Block, x: Block, g: Block) -> tuple[Block, Block, Block]:
        """Sums, predictions and deltas (example, node)."""
        net = [[self._sum(node, row) for node in weights] for row in x]
        used = self._instead("prediction", net)
        if self.way.threshold:
            used = [[self._cut(v) for v in row] for row in used]
        delta = [[p - q for p, q in zip(ps, qs, strict=True)] for ps, qs in zip(used, g, strict=True)]
        return net, used if self.way.threshold else net, delta

    def _sum(self, node: list[Any], row: list[Any]) -> Any:
        """A node's sum over its inputs."""
        total = self.number(node_sum(node, row, self.recipe.summation == "lanes"))
        return total if self._shake is None else self._off(total, [w * v for w, v in zip(node, [*row, 1.0], strict=False)])

    def _instead(self, name: str, worked_out: Block) -> Block:
        """The printed numbers, where there are some to go on with."""
        printed = self._printed.get(name)
        return worked_out if printed is None else [row[: len(worked_out[0])] for row in printed[: len(worked_out)]]

    def _cut(self, net: Any) -> Any:
        high = net > 0.0 if self.way.threshold.startswith(">") else net >= 0.0
        return self.number(1.0 if high else (-1.0 if "±" in self.way.threshold else 0.0))

    def _weighted(self, delta: Block, x: Block, j: int, i: int) -> Any:
        """Weighted delta of one weight: over the batch, by the reduction of the way."""
        has_input = i < self.recipe.d
        terms = [row[j] * xs[i] if has_input else row[j] for row, xs in zip(delta, x, strict=True)]
        total = in_parts(terms, self._part)
        mean = self.recipe.reduction == "mean" if self.way.mean is None else self.way.mean
        if mean:
            total = total / self.number(len(x))
        if self.way.over_outputs:
            total = total / self.number(self.recipe.k)
        if self.way.decay and i < len(self._state[j]) and (has_input or self.way.decays_bias):
            total = total + self.way.decay * self._state[j][i]
        return self._off(total, terms)

    def _groups(self, width: int) -> list[list[int]]:
        """Which weights are updated at once, in their order."""
        d = self.recipe.d
        every = list(range(width))
        groups = {
            "slopes": [[i] for i in every],
            "intercept": [[i] for i in [*every[d:], *every[:d]]],
            "slopes at once": [every[:d], every[d:]],
            "intercept, slopes at once": [every[d:], every[:d]],
        }
        return groups.get(self.way.turn, [every])

    def _moves(self, x: Block, g: Block) -> tuple[Block, Block, Block, Block, Block]:
        """Sums, predictions, deltas, weighted deltas, alpha deltas; writes the new state."""
        width = len(self._state[0])
        weighted: Block = [[0.0] * width for _ in self._state]
        moves: Block = [[0.0] * width for _ in self._state]
        shown = None
        for group in self._groups(width):
            now = self._forward(self._used if self.way.stale else self._state, x, g)
            shown = now if shown is None or self.way.shown == "last" else shown
            self._seen = (x, self._instead("delta", now[2]))
            self._weigh(group, weighted)
            self._write_all(group, weighted, moves)
        assert shown is not None
        return *shown, weighted, moves

    def _weigh(self, group: list[int], weighted: Block) -> None:
        """Weighted deltas of a group of weights, as they are printed."""
        x, delta = self._seen
        doubled = self.way.factor if self.way.doubled == "weighted_delta" else 1.0
        for j in range(len(self._state)):
            for i in group:
                weight = self._weighted(delta, x, j, i)
                weighted[j][i] = weight if doubled == 1.0 else doubled * weight

    def _write_all(self, group: list[int], weighted: Block, moves: Block) -> None:
        shown = self._parts("weighted_delta", "bias_weighted_delta", weighted)
        if self.way.shared:
            shown = [self._share(row, j) for j, row in enumerate(shown)]
            if not self.way.shows_own:
                weighted[:] = shown
        for j in range(len(self._state)):
            for i in group:
                moves[j][i] = self._move(j, i, shown[j][i])
        shown_moves = self._parts("alpha_delta", "bias_delta", moves)
        for j in range(len(self._state)):
            for i in group:
                self._write(j, i, shown_moves[j][i], shown[j][i])

    def _parts(self, name: str, bias: str, worked_out: Block) -> Block:
        """Numbers of all weights, the bias last: the printed ones where there are some to go on with."""
        if not self._printed:
            return worked_out
        d = self.recipe.d
        of_weights, of_bias = self._printed.get(name), self._printed.get(bias)
        return [
            [*(row[:d] if of_weights is None else of_weights[j][:d]), *(row[d:] if of_bias is None else of_bias[j])]
            for j, row in enumerate(worked_out)
        ]

    def _share(self, row: list[Any], j: int) -> list[Any]:
        d = self.recipe.d
        x, delta = self._seen
        total = left_to_right(row[:d])
        doubled = self.way.factor if self.way.doubled == "weighted_delta" else 1.0
        if self.way.shared == "no input":
            shared = doubled * self._weighted(delta, x, j, d)
        else:
            shared = {"first": row[0], "last": row[d - 1], "sum": total, "mean": total / self.number(d)}[self.way.shared]
        return [shared] * d + ([shared if self.way.shares_bias else row[-1]] if len(row) > d else [])

    def _move(self, j: int, i: int, weighted: Any) -> Any:
        """Alpha delta of a weight, by the rule."""
        if self.frozen[j][i]:
            return 0.0
        if self._rule.name == "plain":
            move = self._grouped(j, i) if self.way.grouped else self._alpha_now * weighted
        else:
            move, self._memory[j][i] = self._rule.alpha_delta(
                weighted, self._alpha_now, self._memory[j][i], self._clocks, self._state[j][i]
            )
        return self.way.factor * move if self.way.doubled == "alpha_delta" else move

    def _write(self, j: int, i: int, move: Any, weighted: Any) -> None:
        """Subtract a weight's alpha delta from it (or what the way makes of it)."""
        if self.frozen[j][i]:
            return
        way = self.way
        taken = move * weighted if way.slip else move
        if way.doubled == "new_weight":
            taken = way.factor * taken
        old = self._state[j][i]
        taken = taken if way.added else -taken
        self._state[j][i] = self._off(old + taken, (old, taken))

    def _grouped(self, j: int, i: int) -> Any:
        """The alpha delta of one example, its products taken in another order: right, but for the last bit."""
        x, delta = self._seen
        value = x[0][i] if i < self.recipe.d else self.number(1.0)
        first, last = (delta[0][j], value) if self.way.grouped == "alpha × delta" else (value, delta[0][j])
        return self._alpha_now * first * last

    def _examples_in_turn(self, x: Block, g: Block) -> tuple[Block, Block, Block, Block, Block]:
        mean = self.recipe.reduction == "mean" if self.way.mean is None else self.way.mean
        size = len(x) if mean else 1
        shown: tuple[Block, Block, Block] = ([], [], [])
        weighted: Block = [[0.0] * len(row) for row in self._state]
        moves: Block = [[0.0] * len(row) for row in self._state]
        for xs, gs in zip(x, g, strict=True):
            now = self._forward(self._state, [xs], [gs])
            for kept, part in zip(shown, now, strict=True):
                kept.append(part[0])
            for j, node in enumerate(self._state):
                for i in range(len(node)):
                    part = self.way.factor * now[2][0][j] * (xs[i] if i < len(xs) else 1.0) / size
                    weighted[j][i] += part
                    move = self._move(j, i, part)
                    moves[j][i] += move
                    self._write(j, i, move, part)
        return *shown, weighted, moves
