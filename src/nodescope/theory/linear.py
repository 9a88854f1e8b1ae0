"""A layer without an activation as a linear system: which weights can move, and what a step or an epoch does to their distance
from the best ones.

n examples, d inputs, k outputs; a group is a set of outputs whose nodes can move the same weights (nearly always all of them).
Times are counted in turns: steps where each step sees all examples, else epochs.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.later import Later
from nodescope.theory.bowl import Bowl, Inputs, best_alpha, bowl
from nodescope.theory.exact import as_float, exact_square
from nodescope.theory.full_batch import FullBatchPath
from nodescope.theory.limits import limit_factor
from nodescope.theory.spectrum import Spectrum, scaled_by

if TYPE_CHECKING:
    from nodescope.theory import epoch as of_epochs
    from nodescope.theory import epoch_path as paths
    from nodescope.theory import epoch_rounding as roundings
    from nodescope.theory import epoch_stability as stability
    from nodescope.theory import least_squares
    from nodescope.theory.epoch import Epoch
    from nodescope.theory.epoch_path import EpochPath
    from nodescope.theory.epoch_stability import Stability
else:
    least_squares = Later("nodescope.theory.least_squares")
    of_epochs = Later("nodescope.theory.epoch")
    paths = Later("nodescope.theory.epoch_path")
    roundings = Later("nodescope.theory.epoch_rounding")
    stability = Later("nodescope.theory.epoch_stability")

LARGEST_EPOCH = 2 * 10**7
"""n × width² up to which the product of an epoch is worked out: about two seconds for all of a forecast."""


@dataclass(frozen=True, eq=False)
class Group:
    """Outputs whose nodes can move the same weights.

    Attributes
    ----------
    outputs : indices of its outputs
    columns : indices of the weights that can move; d stands for the bias
    x : (n, m) float64
        Their inputs.
    start : (m, k) float64
        Their start weights.
    goal : (n, k) float64
        What is left of the goals for them, after the weights that cannot move.
    """

    outputs: list[int]
    columns: list[int]
    x: Floats
    start: Floats
    goal: Floats

    @cached_property
    def inputs(self) -> Inputs:
        return Inputs(self.x)

    @cached_property
    def residual(self) -> Floats:
        """Prediction − goal at the start."""
        with np.errstate(all="ignore"):
            return np.asarray(self.x @ self.start - self.goal)


def inputs_with_bias(problem: Problem) -> Floats:
    """(n, width) of a single layer: a bias counts as an input of 1."""
    return np.column_stack([problem.input, np.ones(problem.n)]) if problem.layers[0].has_bias else problem.input


def groups_of(problem: Problem, weights: Floats) -> list[Group]:
    """The outputs, put together by what can move."""
    x, goal = inputs_with_bias(problem), problem.goal
    (start,) = problem.blocks(weights)
    if problem.frozen is None:
        return [Group(list(range(problem.k)), list(range(x.shape[1])), x, start.T, goal)]
    (frozen,) = problem.blocks(problem.frozen)
    return [_group(x, goal, start, frozen, mask) for mask in np.unique(frozen, axis=0)]


def _group(x: Floats, goal: Floats, start: Floats, frozen: NDArray[np.bool_], mask: NDArray[np.bool_]) -> Group:
    outputs = np.flatnonzero((frozen == mask).all(axis=1)).tolist()
    with np.errstate(all="ignore"):
        rest = goal[:, outputs] - x[:, mask] @ start[outputs][:, mask].T
    live = np.flatnonzero(~mask)
    return Group(outputs, live.tolist(), x[:, live], start[outputs][:, live].T, rest)


@dataclass(eq=False)
class LinearSystem:
    """Everything linear theory says of a single layer with plain, momentum or Nesterov steps and one alpha.

    Attributes
    ----------
    problem : Problem
        For which `is_linear` holds.
    start : float64, flat
        Start weights.
    """

    problem: Problem
    start: Floats

    @cached_property
    def groups(self) -> list[Group]:
        return groups_of(self.problem, self.start)

    @property
    def together(self) -> bool:
        """Whether every step sees all examples: then a turn is a step."""
        return self.problem.steps_per_epoch == 1

    @property
    def in_order(self) -> bool:
        """Whether examples come a few at a time in a known order, few enough for their product: then a turn is an epoch."""
        return not (self.together or self.problem.shuffled or self.too_large)

    @property
    def too_large(self) -> bool:
        """Whether the product of an epoch would take minutes: then bounds must do, as for a drawn order."""
        return self.problem.n * self.problem.layers[0].width ** 2 > LARGEST_EPOCH

    @property
    def steps_per_turn(self) -> int:
        return self.problem.steps_per_epoch

    @property
    def can_move(self) -> bool:
        """Whether any weight that is not frozen has an input that is not 0."""
        return any(group.x.any() for group in self.groups)

    @property
    def one_plain_example(self) -> bool:
        """Whether a step is so simple that it is judged without any rounding."""
        return self.problem.n == 1 and self.problem.rule.name == "plain"

    @property
    def effective_alpha(self) -> float:
        """The alpha of a mean over a step's examples that makes the same step."""
        return self.problem.alpha * (1.0 if self.problem.mean else self.problem.batch)

    @cached_property
    def bowls(self) -> list[Bowl]:
        return [bowl(group.inputs, group.residual) for group in self.groups]

    @cached_property
    def bowl(self) -> Bowl:
        """All groups in one; its directions are those of the first group, where there is but one."""
        return (
            self.bowls[0] if len(self.bowls) == 1 else _together(self.bowls, [len(g.outputs) / self.problem.k for g in self.groups])
        )

    @property
    def condition(self) -> float:
        conditions = [b.spectrum.condition for b in self.bowls if b.spectrum.rank]
        return max(conditions, default=math.nan)

    @property
    def best_alpha(self) -> float:
        """The alpha that shrinks the slowest and the fastest direction alike, all examples in a step."""
        return best_alpha(self.bowl.spectrum) / (1.0 if self.problem.mean else self.problem.batch)

    # ---- examples a few at a time ----

    @property
    def _moving(self) -> list[tuple[Group, Spectrum]]:
        """Groups that have a direction to move in."""
        return [(g, b.spectrum) for g, b in zip(self.groups, self.bowls, strict=True) if b.spectrum.rank]

    @cached_property
    def epochs(self) -> "list[tuple[Epoch, int]]":
        """One for each group that has a direction to move in, and the exponent that its inputs are divided by."""
        return [(_epoch(self.problem, scaled_by(g.x, -s.exponent), s.directions), s.exponent) for g, s in self._moving]

    def epoch_eigenvalues(self, alpha: float) -> NDArray[np.complex128]:
        """Of what an epoch does to the distance from its cycle, of all groups."""
        return np.concatenate([epoch.eigenvalues(_in_units(alpha, exponent)) for epoch, exponent in self.epochs])

    @cached_property
    def stabilities(self) -> "list[tuple[Stability, int]]":
        return [(stability.Stability(epoch), exponent) for epoch, exponent in self.epochs]

    @property
    def surely_stable(self) -> float:
        """Below this alpha no single step lengthens the distance, in whatever order."""
        return min(_out_of_units(s.surely_stable, exponent) for s, exponent in self.stabilities)

    @property
    def surely_unstable(self) -> float:
        """From this alpha on every epoch blows up volumes, in whatever order; infinite where that is not known."""
        return min(_out_of_units(s.surely_unstable, exponent) for s, exponent in self.stabilities)

    @cached_property
    def stable_ranges(self) -> list[list[tuple[float, float]]]:
        """Of each group: ranges of alpha that are stable in the given order, from 0 upward; the first ends at the limit."""
        return [
            [(_out_of_units(low, exponent), _out_of_units(high, exponent)) for low, high in s.ranges]
            for s, exponent in self.stabilities
        ]

    @cached_property
    def epoch_path(self) -> "EpochPath":
        """The way of the epochs, for examples in a given order. Groups stand beside each other in blocks."""
        ways = [
            paths.path(epoch, _in_units(self.problem.alpha, exponent), -group.residual)
            for (group, _), (epoch, exponent) in zip(self._moving, self.epochs, strict=True)
        ]
        return _in_blocks(self.problem, self.groups, [(g, way) for (g, _), way in zip(self._moving, ways, strict=True)])

    @cached_property
    def rounding_of_epoch(self) -> float:
        """What an epoch's steps make of their own rounding where they lengthen errors, ÷ 2⁻⁵²; root mean square of predictions.

        The larger of the first epoch's and of one of the cycle that it ends in; 0 where no step lengthens an error.
        """
        if not self.in_order or self.problem.n > paths.LONGEST_EXACT:
            return 0.0
        largest = [0.0]
        for (group, found), (epoch, exponent) in zip(self._moving, self.epochs, strict=True):
            alpha, start = _in_units(self.problem.alpha, exponent), scaled_by(found.directions @ group.start, exponent)
            moved = paths.path(epoch, alpha, -group.residual).cycle
            ends = [start] if moved is None else [start, start + moved]
            largest += [roundings.carried_roundings(epoch, alpha, weights, group.goal) for weights in ends]
        return max(largest)

    def cycle_distance(self, alpha: float) -> float:
        """mse at the end of an epoch, once it goes round at this alpha, less the least that weights could give."""
        total = 0.0
        for (group, _), (epoch, exponent) in zip(self._moving, self.epochs, strict=True):
            cycle = paths.path(epoch, _in_units(alpha, exponent), group.goal).cycle
            if cycle is None:
                return math.inf
            best, _ = least_squares.lowest(epoch.z, group.goal)
            with np.errstate(all="ignore"):
                total += float(((epoch.z @ (cycle - best)) ** 2).sum()) / self.problem.goal.size
        return total

    # ---- all examples in a step ----

    @cached_property
    def limit(self) -> float:
        """Largest alpha up to which, from 0, it is stable; with examples in a drawn order, up to which it surely is."""
        if not self.can_move:
            return math.inf
        if self.together:
            return self._limit_together()
        return min(ranges[0][1] for ranges in self.stable_ranges) if self.in_order else self.surely_stable

    def _limit_together(self) -> float:
        if self.one_plain_example:
            return as_float(2 / max(exact_square(group.x[0]) for group in self.groups))
        factor = limit_factor(self.problem.rule)
        assert factor is not None
        times = 1.0 if self.problem.mean else self.problem.n
        return min(b.spectrum.alpha_of(factor, times) for b in self.bowls if b.spectrum.rank)

    @cached_property
    def descent(self) -> FullBatchPath:
        """The way down where all examples are in a step."""
        return FullBatchPath(self.bowl, self.effective_alpha, self.problem.rule)


def _epoch(problem: Problem, x: Floats, directions: Floats) -> "Epoch":
    return of_epochs.Epoch(x @ directions.T, problem.batch, problem.mean, (x, directions))


def _in_units(alpha: float, exponent: int) -> float:
    """Alpha for inputs that are divided by 2^exponent."""
    return float(scaled_by(alpha, 2 * exponent))


def _out_of_units(alpha: float, exponent: int) -> float:
    return float(scaled_by(alpha, -2 * exponent))


@np.errstate(over="ignore", invalid="ignore")
def _together(bowls: list[Bowl], share: list[float]) -> Bowl:
    """Bowls of some of the outputs each, as that of all; `share` says which part of the outputs."""
    largest = max((b.spectrum.exponent for b in bowls if b.spectrum.rank), default=0)
    values = np.concatenate([scaled_by(b.spectrum.scaled, 2 * (b.spectrum.exponent - largest)) for b in bowls])
    order = np.argsort(-values)
    lengths = np.concatenate([b.lengths * math.sqrt(s) for b, s in zip(bowls, share, strict=True)])[order]
    rest, least = (sum(getattr(b, name) * s for b, s in zip(bowls, share, strict=True)) for name in ("rest", "least_mse"))
    return Bowl(Spectrum(values[order], largest, np.empty((0, 0))), lengths, float(rest), float(least))


def _in_blocks(problem: Problem, groups: list[Group], parts: "list[tuple[Group, EpochPath]]") -> "EpochPath":
    size = sum(len(way.shift) for _, way in parts)
    shift, first, z = np.zeros((size, size)), np.zeros((size, problem.k)), np.zeros((problem.n, size))
    residual = np.zeros((problem.n, problem.k))
    for group in groups:
        residual[:, group.outputs] = group.residual
    at = 0
    for group, way in parts:
        block = slice(at, at + len(way.shift))
        shift[block, block], first[block, group.outputs], z[:, block] = way.shift, way.first, way.z
        at = block.stop
    return paths.EpochPath(shift, first, residual, z)
