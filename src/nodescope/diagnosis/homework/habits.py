"""The known ways of doing a step, right and wrong, each written so that its numbers can be held against printed ones.

A `Habit` says where a hand leaves the definition (`arithmetic/step.py`); a `Walk` does the recipe's steps in that way, in
plain Python, as far as it is asked to. Letters: s example, j node, i input; the bias comes last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.order import positions
from nodescope.arithmetic.step import left_to_right, node_sum
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

Floats = NDArray[np.float64]
Row = dict[str, list[Any]]
NEGATED = ("delta", "weighted_delta", "alpha_delta", "bias_weighted_delta", "bias_delta")
ERRORS = (("mse",), ("delta", "mse"), ("prediction", "delta", "mse"), ("delta",), ("prediction", "delta"), ("prediction",))

FEW = 1000
"""Steps of which whole columns are kept."""


class Source(Protocol):
    """Numbers of steps by column."""

    def values(self, name: str, steps: NDArray[np.int64]) -> Floats:
        """The column's numbers at these steps, (T, width), axes flattened."""


@dataclass(frozen=True)
class Habit:
    """One way of doing a step. All as it should be unless told.

    Attributes
    ----------
    factor : what the step is multiplied by; 2 for the full derivative, −1 for a sign that is wrong
    doubled : the column in which the factor is first seen
    grouped : the order of a step's operations where it is another one, "alpha × delta" or "alpha × input" first
    shared : whose alpha delta all weights of a node get
    in_turn : what is updated one after another within a step, "weights" or "examples"
    shown : of weights in turn, the "first" or the "last" prediction is printed
    after : columns that are printed from the new weights
    late, late_goal : examples (goals) by which the data are read too late
    """

    name: str = "right"
    says: str = ""
    factor: float = 1.0
    doubled: str = "weighted_delta"
    grouped: str = ""
    opposite: bool = False
    slip: bool = False
    shared: str = ""
    shares_bias: bool = True
    shows_own: bool = False
    mean: bool | None = None
    over_outputs: bool = False
    sums_mse: bool | None = None
    after: tuple[str, ...] = ()
    late: int = 0
    late_goal: int = 0
    in_turn: str = ""
    shown: str = "first"
    single: bool = False


def habits(recipe: Recipe, printed: frozenset[str]) -> Iterator[Habit]:
    """All that could make a difference in the printed columns, simplest first."""
    signs = (False, True) if printed & set(NEGATED) else (False,)
    for habit in _habits(recipe, printed):
        for opposite in signs:
            yield replace(habit, opposite=opposite)


def _habits(recipe: Recipe, printed: frozenset[str]) -> Iterator[Habit]:
    many, width = recipe.batch_size > 1, recipe.d + (recipe.bias is not None)
    yield Habit("full derivative", "the step is the full derivative, 2 × delta × input: twice the step", factor=2.0)
    if printed & set(NEGATED) - {"delta"}:
        yield Habit("full derivative", "the step is doubled: the full derivative", factor=2.0, doubled="alpha_delta")
        yield Habit("full derivative", "the step is doubled: the full derivative", factor=2.0, doubled="new_weight")
    yield Habit("wrong sign", "alpha delta is added (weight +=) where it is to be subtracted", factor=-1.0, doubled="new_weight")
    yield Habit("slip", "alpha delta × weighted delta is subtracted where it is alpha delta alone (the seed's slip)", slip=True)
    yield from _shared(recipe, printed)
    yield from _reductions(recipe, many, printed)
    for columns in ERRORS:
        if printed.issuperset(columns):
            yield Habit("error after", f"{' and '.join(columns)} printed after the update, from the new weight", after=columns)
    yield from _late(recipe)
    if width > 1:
        for shown in ("first", "last") if printed & {"prediction", "delta", "mse"} else ("first",):
            says = "the weights of a step are updated one after another, later ones from a delta that has moved"
            yield Habit("one after another", says, in_turn="weights", shown=shown)
    if many:
        says = "the weights are updated after each example of a batch, not once for all of it"
        yield Habit("one after another", says, in_turn="examples")
        yield Habit("one after another", says, in_turn="examples", mean=recipe.reduction != "mean")
    if recipe.rule.name == "plain":
        yield Habit("float32", "the arithmetic is done in float32 (about 7 digits)", single=True)


def _shared(recipe: Recipe, printed: frozenset[str]) -> Iterator[Habit]:
    says = {
        "no input": "delta × alpha is subtracted, without the input",
        "first": "all weights get the alpha delta of the first input",
        "last": "all weights get the alpha delta of the last input",
        "sum": "all weights get one alpha delta, that of the inputs' sum",
        "mean": "all weights get one alpha delta, that of the inputs' mean",
    }
    for shared, words in says.items():
        if recipe.d > 1 or shared == "no input":
            for shares_bias in (True, False) if recipe.bias is not None else (True,):
                for shows_own in (False, True) if "weighted_delta" in printed else (False,):
                    yield Habit("shared", words, shared=shared, shares_bias=shares_bias, shows_own=shows_own)


def _reductions(recipe: Recipe, many: bool, printed: frozenset[str]) -> Iterator[Habit]:
    is_mean = recipe.reduction == "mean"
    other = "sum" if is_mean else "mean"
    if many:
        done = "added up" if is_mean else "averaged"
        says = f"the batch's weighted deltas are {done}, the recipe has reduction={recipe.reduction!r}"
        yield Habit(other, says, mean=not is_mean)
        yield Habit(other, says + "; the mse too", mean=not is_mean, sums_mse=True)
    if "mse" in printed and recipe.batch_size * recipe.k > 1:
        yield Habit("sum", "mse is the sum of the squares, not their mean", sums_mse=True)
    if recipe.k > 1:
        yield Habit("mean", "the step is divided by the number of outputs too", over_outputs=True)


def _late(recipe: Recipe) -> Iterator[Habit]:
    if recipe.n == 1:
        return
    if recipe.batch_size < recipe.n:
        yield Habit("off by one", "the examples are one late: the first step is the second example's", late=1)
        yield Habit("off by one", "the examples are one early: the first step is the last example's", late=-1)
    yield Habit("off by one", "each input has the goal of the next example", late_goal=1)
    yield Habit("off by one", "each input has the goal of the example before", late_goal=-1)


def right_habits(recipe: Recipe, printed: frozenset[str]) -> Iterator[Habit]:
    """Ways that lead to the right weights: delta the other way round, and products taken in another order."""
    if printed & set(NEGATED):
        says = "Its delta is goal − prediction, added with +=: the opposite sign, the same weights."
        yield Habit(says=says, opposite=True)
    if recipe.batch_size == 1 and recipe.rule.name == "plain":
        for grouped in ("alpha × delta", "alpha × input"):
            says = f"It takes {grouped} first, which is right and may differ in the last digit."
            yield Habit(says=says, grouped=grouped)
            yield Habit(says=says, grouped=grouped, opposite=True)


class Replayed:
    """The right numbers: the package's own trace."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._kept: dict[str, Floats] = {}

    def values(self, name: str, steps: NDArray[np.int64]) -> Floats:
        if len(self._run.trace) > FEW:
            return self._read(name, steps)
        if name not in self._kept:
            self._kept[name] = self._read(name, np.arange(len(self._run.trace)))
        kept: Floats = self._kept[name][steps]
        return kept

    def _read(self, name: str, steps: NDArray[np.int64]) -> Floats:
        first, last = int(steps[0]), int(steps[-1])
        apart = np.diff(steps)
        stride = int(apart[0]) if len(apart) and (apart == apart[0]).all() else 1
        column = np.asarray(self._run.trace[first : last + 1 : stride][name], dtype=np.float64)
        picked: Floats = column.reshape(len(column), -1)[(steps - first) // stride]
        return picked


class Walk:
    """The steps of a recipe done with a habit, one after another; the wanted columns (all, where None) are kept."""

    def __init__(self, recipe: Recipe, habit: Habit, wanted: frozenset[str] | None = None) -> None:
        self.recipe, self.habit, self._wanted = recipe, habit, wanted
        self._n, self._size, self._per_epoch = recipe.n, recipe.batch_size, recipe.steps_per_epoch
        self.number: Any = np.float32 if habit.single else float
        self._alpha_now: Any = self.number(recipe.alpha)
        self.rows: list[Row] = []
        self._state: list[list[Any]] = [
            [self.number(w) for w in row] for row in recipe.problem.blocks(recipe.start_weights())[0].tolist()
        ]
        rule = recipe.rule
        self._memory = [[list(rule.first_memory()) for _ in row] for row in self._state]
        self._clocks = [1.0] * rule.clocks

    @cached_property
    def frozen(self) -> list[list[bool]]:
        frozen = self.recipe.frozen_block
        return [[False] * len(row) for row in self._state] if frozen is None else frozen.tolist()

    def values(self, name: str, steps: NDArray[np.int64]) -> Floats:
        with np.errstate(all="ignore"):
            while len(self.rows) <= int(steps.max()):
                self.rows.append(self._next(len(self.rows)))
        return np.array([self.rows[t][name] for t in steps.tolist()], dtype=np.float64)

    def from_state(self, step: int, weights: list[list[float]]) -> Row:
        """One step from other weights (plain rule: nothing else is remembered)."""
        self._state = [[self.number(w) for w in row] for row in weights]
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
        return [(s + self.habit.late) % n for s in chosen]

    def _next(self, step: int) -> Row:
        chosen = self.examples_of(step)
        x = self._taken(self.recipe.examples.input, chosen)
        g = self._taken(self.recipe.examples.goal, [(s + self.habit.late_goal) % self._n for s in chosen])
        self._alpha_now = self.number(self.recipe.schedule.at(step)) if self.recipe.schedule else self.number(self.recipe.alpha)
        before = [list(row) for row in self._state]
        prediction, delta, weighted, moves = self._moves(x, g)
        if "prediction" in self.habit.after or "delta" in self.habit.after or "mse" in self.habit.after:
            later, later_delta = self._forward(self._state, x, g)
        else:
            later, later_delta = prediction, delta
        after = self.habit.after
        row: Row = {
            "step": [step],
            "epoch": [step // self._per_epoch],
            "alpha": [self._alpha_now],
            "example": self._padded([[s] for s in chosen], -1),
            "input": self._padded(x),
            "goal": self._padded(g),
            "prediction": self._padded(later if "prediction" in after else prediction),
            "delta": self._padded(later_delta if "delta" in after else delta),
            "mse": [self._mse(later_delta if "mse" in after else delta)],
        }
        for name, bias, block in (
            ("weight", "bias", before),
            ("weighted_delta", "bias_weighted_delta", weighted),
            ("alpha_delta", "bias_delta", moves),
            ("new_weight", "new_bias", self._state),
        ):
            row[name] = [w for node in block for w in node[: self.recipe.d]]
            row[bias] = [node[-1] for node in block]
        for m, memory in enumerate(self.recipe.rule.memories):
            row[memory] = [old[m] for node in self._memory for old in node[: self.recipe.d]]
            row[f"bias_{memory}"] = [node[-1][m] for node in self._memory]
        if self.habit.opposite:
            row.update({name: [-v for v in row[name]] for name in NEGATED})
        return row if self._wanted is None else {name: row[name] for name in self._wanted if name in row}

    def _taken(self, data: Floats, chosen: list[int]) -> list[list[Any]]:
        rows: list[list[Any]] = data[chosen].tolist()
        return [[self.number(v) for v in row] for row in rows] if self.habit.single else rows

    def _padded(self, rows: list[list[Any]], fill: float = np.nan) -> list[Any]:
        short = self._size - len(rows)
        return [v for row in rows for v in row] + [fill] * (short * len(rows[0]))

    def _mse(self, delta: list[list[Any]]) -> Any:
        squares = [d * d for row in delta for d in row]
        total = left_to_right(squares)
        return total if self.habit.sums_mse else total / self.number(len(squares))

    def _forward(self, weights: list[list[Any]], x: list[list[Any]], g: list[list[Any]]) -> tuple[list[list[Any]], list[list[Any]]]:
        lanes = self.recipe.summation == "lanes"
        prediction = [[self.number(node_sum(node, row, lanes)) for node in weights] for row in x]
        return prediction, [[p - q for p, q in zip(ps, qs, strict=True)] for ps, qs in zip(prediction, g, strict=True)]

    def _weighted(self, delta: list[list[Any]], x: list[list[Any]], j: int, i: int) -> Any:
        """Weighted delta of one weight: over the batch, by the reduction of the habit."""
        has_input = i < self.recipe.d
        total = left_to_right([row[j] * xs[i] if has_input else row[j] for row, xs in zip(delta, x, strict=True)])
        mean = self.recipe.reduction == "mean" if self.habit.mean is None else self.habit.mean
        if mean:
            total = total / self.number(len(x))
        return total / self.number(self.recipe.k) if self.habit.over_outputs else total

    def _moves(self, x: list[list[Any]], g: list[list[Any]]) -> tuple[Any, Any, Any, Any]:
        """Prediction, delta, weighted deltas, alpha deltas; writes the new state."""
        if self.habit.in_turn == "weights":
            return self._weights_in_turn(x, g)
        if self.habit.in_turn == "examples":
            return self._examples_in_turn(x, g)
        prediction, delta = self._forward(self._state, x, g)
        self._seen = (x, delta)
        own = [[self._weighted(delta, x, j, i) for i in range(len(node))] for j, node in enumerate(self._state)]
        weighted = [self._share(row, j, delta) for j, row in enumerate(own)] if self.habit.shared else own
        self._clocks = self.recipe.rule.tick(self._clocks)
        if self.habit.doubled == "weighted_delta" and self.habit.factor != 1.0:
            weighted = own = [[self.habit.factor * w for w in row] for row in weighted]
        moves = [[self._write(j, i, w) for i, w in enumerate(row)] for j, row in enumerate(weighted)]
        return prediction, delta, own if self.habit.shows_own else weighted, moves

    def _share(self, row: list[Any], j: int, delta: list[list[Any]]) -> list[Any]:
        d = self.recipe.d
        total = left_to_right(row[:d])
        kinds = {"first": row[0], "last": row[d - 1], "sum": total, "mean": total / self.number(d)}
        shared = self._weighted(delta, [[]] * len(delta), j, d) if self.habit.shared == "no input" else kinds[self.habit.shared]
        return [shared] * d + ([shared if self.habit.shares_bias else row[-1]] if len(row) > d else [])

    def _write(self, j: int, i: int, weighted: Any) -> Any:
        """Subtract a weight's alpha delta from it, by the recipe's rule; returns the alpha delta as it is printed."""
        habit, alpha = self.habit, self._alpha_now
        if self.frozen[j][i]:
            return 0.0
        if self.recipe.rule.name == "plain":
            move = self._grouped(j, i) if habit.grouped else alpha * weighted
        else:
            move, self._memory[j][i] = self.recipe.rule.alpha_delta(
                weighted, alpha, self._memory[j][i], self._clocks, self._state[j][i]
            )
        if habit.doubled == "alpha_delta":
            move = habit.factor * move
        taken = move * weighted if habit.slip else habit.factor * move if habit.doubled == "new_weight" else move
        self._state[j][i] = self._state[j][i] - taken
        return move

    def _grouped(self, j: int, i: int) -> Any:
        """The alpha delta of one example, its products taken in another order: right, but for the last bit."""
        x, delta = self._seen
        value = x[0][i] if i < self.recipe.d else self.number(1.0)
        first, last = (delta[0][j], value) if self.habit.grouped == "alpha × delta" else (value, delta[0][j])
        return self._alpha_now * first * last

    def _weights_in_turn(self, x: list[list[Any]], g: list[list[Any]]) -> tuple[Any, Any, Any, Any]:
        shown = self._forward(self._state, x, g)
        self._clocks = self.recipe.rule.tick(self._clocks)
        weighted: list[list[Any]] = [[] for _ in self._state]
        moves: list[list[Any]] = [[] for _ in self._state]
        for i in range(len(self._state[0])):
            now = self._forward(self._state, x, g)
            shown = now if self.habit.shown == "last" else shown
            for j in range(len(self._state)):
                weighted[j].append(self._weighted(now[1], x, j, i))
                moves[j].append(self._write(j, i, weighted[j][i]))
        return *shown, weighted, moves

    def _examples_in_turn(self, x: list[list[Any]], g: list[list[Any]]) -> tuple[Any, Any, Any, Any]:
        mean = self.recipe.reduction == "mean" if self.habit.mean is None else self.habit.mean
        size = len(x) if mean else 1
        prediction, delta = [], []
        weighted: list[list[Any]] = [[0.0] * len(row) for row in self._state]
        moves: list[list[Any]] = [[0.0] * len(row) for row in self._state]
        for xs, gs in zip(x, g, strict=True):
            ps, ds = self._forward(self._state, [xs], [gs])
            prediction.append(ps[0])
            delta.append(ds[0])
            for j, node in enumerate(self._state):
                for i in range(len(node)):
                    part = ds[0][j] * (xs[i] if i < len(xs) else 1.0) / size
                    weighted[j][i] += part
                    moves[j][i] += self._write(j, i, part)
        return prediction, delta, weighted, moves
