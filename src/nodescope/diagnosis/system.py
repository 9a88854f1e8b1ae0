"""A recipe as a linear system: which weights can move, and what a step or an epoch does to their distance from the best ones.

n examples, d inputs, k outputs; a group is a set of outputs whose nodes can move the same weights (nearly always all of them).
Times are counted in turns: steps where each step sees all examples, else epochs.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.run.recipe import Recipe
from nodescope.theory.epoch import Epoch, EpochPath
from nodescope.theory.factors import Spectrum, as_float, exact_square, momentum_limit
from nodescope.theory.quadratic import Bowl, Descent, bowl

LARGEST_EPOCH = 2 * 10**7
"""n × width² up to which the product of an epoch is worked out: about two seconds for all of a forecast."""
LINEAR_RULES = ("plain", "momentum", "nesterov")


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

    @property
    def residual(self) -> Floats:
        """Prediction − goal at the start."""
        with np.errstate(all="ignore"):
            return np.asarray(self.x @ self.start - self.goal)


def inputs_with_bias(recipe: Recipe) -> Floats:
    """(n, width): a bias counts as an input of 1."""
    x = recipe.examples.input
    return x if recipe.bias is None else np.column_stack([x, np.ones(len(x))])


def groups_of(recipe: Recipe) -> list[Group]:
    """The outputs, put together by what can move."""
    x, start, goal = inputs_with_bias(recipe), recipe.problem.blocks(recipe.start_weights())[0], recipe.examples.goal
    frozen = recipe.frozen_block
    if frozen is None:
        return [Group(list(range(recipe.k)), list(range(x.shape[1])), x, start.T, goal)]
    groups = []
    for mask in np.unique(frozen, axis=0):
        outputs = [j for j in range(recipe.k) if (frozen[j] == mask).all()]
        with np.errstate(all="ignore"):
            rest = goal[:, outputs] - x[:, mask] @ start[outputs][:, mask].T
        live = np.flatnonzero(~mask)
        groups.append(Group(outputs, live.tolist(), x[:, live], start[outputs][:, live].T, rest))
    return groups


@dataclass(eq=False)
class System:
    """Everything linear theory says of a recipe with plain, momentum or Nesterov steps and one alpha."""

    recipe: Recipe

    @cached_property
    def groups(self) -> list[Group]:
        return groups_of(self.recipe)

    @property
    def together(self) -> bool:
        """Whether every step sees all examples: then a turn is a step."""
        return self.recipe.steps_per_epoch == 1

    @property
    def in_order(self) -> bool:
        """Whether examples come a few at a time in a known order, few enough for their product: then a turn is an epoch."""
        return not self.together and self.recipe.order == "given" and not self.too_large

    @property
    def too_large(self) -> bool:
        """Whether the product of an epoch would take minutes: then bounds must do, as for a drawn order."""
        return self.recipe.n * self.recipe.problem.layers[0].width ** 2 > LARGEST_EPOCH

    @property
    def steps_per_turn(self) -> int:
        return self.recipe.steps_per_epoch

    @property
    def can_move(self) -> bool:
        """Whether any weight that is not frozen has an input that is not 0."""
        return any(group.x.any() for group in self.groups)

    @property
    def effective_alpha(self) -> float:
        """The alpha of a mean over a step's examples that makes the same step."""
        return self.recipe.alpha * (self.recipe.batch_size if self.recipe.reduction == "sum" else 1.0)

    @cached_property
    def bowls(self) -> list[Bowl]:
        return [bowl(group.x, group.residual) for group in self.groups]

    @cached_property
    def bowl(self) -> Bowl:
        """All groups in one; its directions are those of the first group, where there is but one."""
        if len(self.bowls) == 1:
            return self.bowls[0]
        share = [len(group.outputs) / self.recipe.k for group in self.groups]
        parts = [(b, s) for b, s in zip(self.bowls, share, strict=True)]
        values = np.concatenate([b.spectrum.eigenvalues for b, _ in parts])
        order = np.argsort(-values)
        amounts = np.concatenate([b.amounts * s for b, s in parts])[order]
        rest, least = (sum(getattr(b, name) * s for b, s in parts) for name in ("rest", "least_mse"))
        return Bowl(Spectrum(values[order], np.empty((0, 0))), amounts, float(rest), float(least))

    @property
    def condition(self) -> float:
        conditions = [b.spectrum.condition for b in self.bowls if b.spectrum.rank]
        return max(conditions, default=math.nan)

    @cached_property
    def epochs(self) -> list[Epoch]:
        """One for each group that has a direction to move in."""
        recipe = self.recipe
        return [
            Epoch(group.x @ b.spectrum.directions.T, recipe.batch_size, recipe.reduction == "mean")
            for group, b in zip(self.groups, self.bowls, strict=True)
            if b.spectrum.rank
        ]

    @cached_property
    def limit(self) -> float:
        """Largest alpha up to which, from 0, it is stable; with examples in a drawn order, up to which it surely is."""
        if not self.can_move:
            return math.inf
        if self.together:
            return self._limit_together()
        if self.in_order:
            return min(epoch.stable_ranges[0][1] for epoch in self.epochs)
        return min(epoch.surely_stable for epoch in self.epochs)

    def _limit_together(self) -> float:
        recipe = self.recipe
        if recipe.n == 1 and recipe.rule.name == "plain":
            return as_float(2 / max(exact_square(group.x[0]) for group in self.groups))
        largest = max(float(b.spectrum.eigenvalues[0]) for b in self.bowls if b.spectrum.rank)
        largest *= recipe.n if recipe.reduction == "sum" else 1.0
        return momentum_limit(recipe.rule.name, recipe.rule.settings().get("momentum", 0.0), largest)

    @cached_property
    def descent(self) -> Descent:
        """The way down where all examples are in a step."""
        rule = self.recipe.rule
        return Descent(self.bowl, self.effective_alpha, rule.name, rule.settings().get("momentum", 0.0))

    @cached_property
    def epoch_path(self) -> EpochPath:
        """The way of the epochs, for examples in a given order. Groups stand beside each other in blocks."""
        moving = [group for group, b in zip(self.groups, self.bowls, strict=True) if b.spectrum.rank]
        paths = [epoch.path(self.recipe.alpha, -group.residual) for group, epoch in zip(moving, self.epochs, strict=True)]
        return _in_blocks(self.recipe, self.groups, list(zip(moving, paths, strict=True)))

    def cycle_distance(self, alpha: float) -> float:
        """mse at the end of an epoch, once it goes round at this alpha, less the least that weights could give."""
        total = 0.0
        moving = [g for g, b in zip(self.groups, self.bowls, strict=True) if b.spectrum.rank]
        for group, epoch in zip(moving, self.epochs, strict=True):
            path = epoch.path(alpha, group.goal)
            if path.cycle is None:
                return math.inf
            best = np.linalg.lstsq(epoch.z, group.goal, rcond=None)[0]
            total += float(((epoch.z @ (path.cycle - best)) ** 2).sum()) / (self.recipe.n * self.recipe.k)
        return total


def _in_blocks(recipe: Recipe, groups: list[Group], parts: list[tuple[Group, EpochPath]]) -> EpochPath:
    size = sum(len(path.shift) for _, path in parts)
    shift, first, z = np.zeros((size, size)), np.zeros((size, recipe.k)), np.zeros((recipe.n, size))
    residual = np.zeros((recipe.n, recipe.k))
    for group in groups:
        residual[:, group.outputs] = group.residual
    at = 0
    for group, path in parts:
        block = slice(at, at + len(path.shift))
        shift[block, block], first[block, group.outputs], z[:, block] = path.shift, path.first, path.z
        at = block.stop
    return EpochPath(shift, first, residual, z)
