"""From a printed row to the next: what follows if the person went on with the very numbers that are on the paper.

So an error that is carried forward counts once, and a sheet whose maker rounded each number and went on with it is known. The
plain rule only: other rules remember numbers that nobody prints. Every number has a tolerance, the half digit of the numbers that
it was made from (interval arithmetic; Moore 1966, "Interval analysis", chapter 2).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nodescope.diagnosis.homework.habits import Habit, Source, Walk
from nodescope.diagnosis.homework.sheet import Group, Reading, Sheet
from nodescope.run.recipe import Recipe

Floats = NDArray[np.float64]
Near = tuple[Floats, Floats]
"""A number and its tolerance, in arrays."""

ROUNDING = 2e-15
"""What the arithmetic itself may be off, relative to the numbers that it adds: sums here are not in the definition's order."""
MOST_ROWS = 20_000
"""Rows that are looked through for further mistakes."""


def can_carry(recipe: Recipe, reading: Reading) -> bool:
    """Is each row the step after the row before, all columns of the same step, by the plain rule?"""
    steps = reading.steps[0]
    together = all(np.array_equal(steps, other) for other in reading.steps)
    return recipe.rule.name == "plain" and together and bool((np.diff(steps) == 1).all())


@dataclass(eq=False)
class Carry:
    """Rows worked out from the printed numbers of the row before.

    Attributes
    ----------
    source : Source
        Of the weights that the first row starts from.
    loose : bool
        Whether a printed number may be off by half a digit (the person had more digits), or is what was gone on with.
    factor : float
        What the step is multiplied by.
    """

    sheet: Sheet
    reading: Reading
    recipe: Recipe
    source: Source
    loose: bool
    factor: float = 1.0

    def follows(self, row: int, chained: bool) -> bool:
        """Does the row follow from the one before? `chained`: each number in it from the printed ones on its left, too."""
        numbers = self._numbers(row, chained)
        for group, name in self._groups:
            if name in numbers:
                value, slack = (part.ravel()[list(group.places)] for part in numbers[name])
                off = np.abs(group.value[row] - value)
                both_nan = np.isnan(group.value[row]) & np.isnan(value)
                if not (both_nan | (off <= group.half[row] + slack + np.spacing(np.abs(value)))).all():
                    return False
        return True

    @cached_property
    def knows_weights(self) -> bool:
        """Whether all weights are printed: else nothing can be carried."""
        return self._state_groups(False) is not None or self._state_groups(True) is not None

    @cached_property
    def _groups(self) -> list[tuple[Group, str]]:
        return list(zip(self.sheet.groups, self.reading.names, strict=True))

    @cached_property
    def _walk(self) -> Walk:
        return Walk(self.recipe, Habit())

    def _whole(self, name: str, width: int) -> Group | None:
        return next((g for g, n in self._groups if n == name and sorted(g.places) == list(range(width))), None)

    def _state_groups(self, new: bool) -> list[Group] | None:
        k, d = self.recipe.k, self.recipe.d
        parts = [self._whole("new_weight" if new else "weight", k * d)]
        if self.recipe.bias is not None:
            parts.append(self._whole("new_bias" if new else "bias", k))
        found = [part for part in parts if part is not None]
        return found if len(found) == len(parts) else None

    def _printed_state(self, row: int, new: bool) -> Near | None:
        groups = self._state_groups(new)
        if groups is None:
            return None
        parts = [self._read(group, row) for group in groups]
        value, slack = (np.column_stack([part[i].reshape(self.recipe.k, -1) for part in parts]) for i in (0, 1))
        return value, slack

    def _read(self, group: Group, row: int) -> Near:
        order = np.argsort(group.places)
        half = group.half[row][order]
        return group.value[row][order], half if self.loose else np.zeros_like(half)

    def _prior(self, row: int) -> Near:
        """The weights that this row starts from, by the row before."""
        step = int(self.reading.steps[0][row])
        if row == 0:
            at = np.array([step])
            k = self.recipe.k
            parts = [self.source.values(n, at)[0].reshape(k, -1) for n in ("weight", "bias") if n == "weight" or self._has_bias]
            state = np.column_stack(parts)
            return state, np.zeros_like(state)
        if (after := self._printed_state(row - 1, True)) is not None:
            return after
        before = self._printed_state(row - 1, False)
        assert before is not None
        made = self._step(step - 1, before, None)
        names = ("new_weight", "new_bias") if self._has_bias else ("new_weight",)
        value, slack = (np.column_stack([made[n][i] for n in names]) for i in (0, 1))
        return value, slack

    @property
    def _has_bias(self) -> bool:
        return self.recipe.bias is not None

    def _numbers(self, row: int, chained: bool) -> dict[str, Near]:
        prior = self._prior(row)
        numbers = self._step(int(self.reading.steps[0][row]), self._printed_state(row, False) or prior, row if chained else None)
        d = self.recipe.d
        numbers["weight"] = prior[0][:, :d], prior[1][:, :d]
        if self._has_bias:
            numbers["bias"] = prior[0][:, -1], prior[1][:, -1]
        return numbers

    def _seen(self, name: str, near: Near, row: int | None, filled: int | None = None) -> Near:
        """The printed number in the place of the one worked out, where a row is given and has it."""
        shape = near[0].shape
        width = near[0].size if filled is None else filled
        group = None if row is None else self._whole(name, width)
        if group is None or row is None:
            return near
        value, slack = (part[: near[0].size].reshape(shape) for part in self._read(group, row))
        return value, slack

    def _step(self, step: int, state: Near, row: int | None) -> dict[str, Near]:
        """One step in intervals; `row`: go on with its printed numbers."""
        recipe, (weights, slack) = self.recipe, state
        chosen = self._walk.examples_of(step)
        x, goal = recipe.examples.input[chosen], recipe.examples.goal[chosen]
        if self._has_bias:
            x = np.column_stack([x, np.ones(len(x))])
        alpha = recipe.alpha if recipe.schedule is None else recipe.schedule.at(step)
        share = 1.0 / len(x) if recipe.reduction == "mean" else 1.0
        room = recipe.batch_size * recipe.k
        with np.errstate(all="ignore"):
            sizes = np.abs(x) @ np.abs(weights).T
            prediction = self._seen("prediction", (x @ weights.T, np.abs(x) @ slack.T + ROUNDING * sizes), row, room)
            off = prediction[1] + ROUNDING * np.abs(goal)
            delta = self._seen("delta", (prediction[0] - goal, off), row, room)
            mse = np.mean(delta[0] ** 2), np.mean(2 * np.abs(delta[0]) * delta[1] + delta[1] ** 2)
            pulled = share * delta[0].T @ x, share * (delta[1] + ROUNDING * np.abs(delta[0])).T @ np.abs(x)
            weighted = self._seen_parts("weighted_delta", "bias_weighted_delta", pulled, row)
            moves = self._moved(weighted, alpha * self.factor)
            moves = self._seen_parts("alpha_delta", "bias_delta", moves, row)
            new = weights - moves[0], slack + moves[1] + ROUNDING * (np.abs(weights) + np.abs(moves[0]))
        out = {
            "prediction": self._padded(prediction),
            "delta": self._padded(delta),
            "mse": (np.array([mse[0]]), np.array([mse[1]])),
        }
        for name, bias, (value, tolerance) in (
            ("weighted_delta", "bias_weighted_delta", weighted if row is None else pulled),
            ("alpha_delta", "bias_delta", self._moved(weighted, alpha * self.factor)),
            ("new_weight", "new_bias", new),
        ):
            out[name] = value[:, : recipe.d], tolerance[:, : recipe.d]
            out[bias] = value[:, -1], tolerance[:, -1]
        if row is not None:  # what is compared is the number worked out, not the printed one itself
            out["prediction"] = self._padded((x @ weights.T, np.abs(x) @ slack.T + ROUNDING * sizes))
            out["delta"] = self._padded((prediction[0] - goal, off))
        return out

    def _moved(self, weighted: Near, alpha: float) -> Near:
        frozen = self.recipe.frozen_block
        moved = alpha * weighted[0], abs(alpha) * weighted[1]
        return moved if frozen is None else (np.where(frozen, 0.0, moved[0]), np.where(frozen, 0.0, moved[1]))

    def _seen_parts(self, name: str, bias: str, near: Near, row: int | None) -> Near:
        d = self.recipe.d
        parts = [self._seen(name, (near[0][:, :d], near[1][:, :d]), row)]
        if self._has_bias:
            value, slack = self._seen(bias, (near[0][:, -1], near[1][:, -1]), row)
            parts.append((value[:, None], slack[:, None]))
        joined, slack = (np.column_stack([part[i] for part in parts]) for i in (0, 1))
        return joined, slack

    def _padded(self, near: Near) -> Near:
        short = self.recipe.batch_size - len(near[0])
        if not short:
            return near
        fill = np.full((short, near[0].shape[1]), np.nan)
        return np.concatenate([near[0], fill]), np.concatenate([near[1], fill])


def rounded_on(sheet: Sheet, reading: Reading, recipe: Recipe, source: Source) -> int:
    """Rows that agree from the first, if each number was rounded to the printed digits and gone on with."""
    state = [g for g, name in zip(sheet.groups, reading.names, strict=True) if name.removeprefix("new_") in ("weight", "bias")]
    carry = Carry(sheet, reading, recipe, source, loose=False)
    if not can_carry(recipe, reading) or not carry.knows_weights or not all(_is_rounded(group) for group in state):
        return 0
    return max(_run_of(carry, chained) for chained in (False, True))


def _is_rounded(group: Group) -> bool:
    return bool(group.half.max() > 1e-12 * np.abs(group.value[np.isfinite(group.value)]).max(initial=0.0))


def _run_of(carry: Carry, chained: bool) -> int:
    return next((row for row in range(carry.sheet.rows) if not carry.follows(row, chained)), carry.sheet.rows)


def in_another_order(sheet: Sheet, reading: Reading, recipe: Recipe, source: Source) -> bool:
    """Does each row follow from the one before but for the last bits? Then sums were taken in another order: right."""
    carry = Carry(sheet, reading, recipe, source, loose=True)
    if not can_carry(recipe, reading) or not carry.knows_weights:
        return False
    if any(_is_rounded(group) for group in sheet.groups):
        return False
    return _is_near(sheet, reading, source) and all(carry.follows(row, False) for row in range(sheet.rows))


def _is_near(sheet: Sheet, reading: Reading, source: Source) -> bool:
    """A look at all cells at once, before they are gone through one by one."""
    for group, name, steps in zip(sheet.groups, reading.names, reading.steps, strict=True):
        expected = source.values(name, steps)[:, group.places]
        with np.errstate(all="ignore"):
            finite = np.isfinite(expected) & np.isfinite(group.value)
            if np.abs(group.value - expected)[finite].max(initial=0.0) > 1e-6 * np.abs(expected)[finite].max(initial=0.0):
                return False
    return True


def mistakes(sheet: Sheet, reading: Reading, recipe: Recipe, source: Source, first: int, factor: float = 1.0) -> int | None:
    """Rows from `first` on that neither are as they should be nor follow from what is printed before them; None where unknown."""
    carry = Carry(sheet, reading, recipe, source, loose=True, factor=factor)
    if not can_carry(recipe, reading) or not carry.knows_weights or sheet.rows - first > MOST_ROWS:
        return None
    good = sheet.agreement(reading, source, slice(first, sheet.rows))
    wrong = [first + row for row in range(len(good)) if not good[row].all()]
    count = 1 + sum(not (carry.follows(row, False) or carry.follows(row, True)) for row in wrong[1:])
    return count if wrong else 0
