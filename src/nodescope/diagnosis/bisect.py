"""The largest stable alpha, found the hard way: by running again and again, and looking whether the error grows.

It shares no formula with the forecast, so that the two can be held beside each other. What is judged is the *excess*: how far the
weights are from the best ones. A linear rule (plain, momentum, nesterov) takes the excess along by itself, whatever the goals are:
with v = weight − best weight the deltas are v·x + (a residual that no alpha changes), so two runs from different starts differ by
what a run with all goals 0 from their difference does. So goals are replaced by 0 and best weights by 0: the weights *are* the
excess, there is no floor of rounding beneath it, and one step resolves a growth of 10⁻¹⁴.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor, Floats, Outcome, Problem
from nodescope.diagnosis.forecast import Forecast
from nodescope.errors import InputError
from nodescope.run.making import make_recipe, refuse_network
from nodescope.run.recipe import Recipe

LINEAR = ("plain", "momentum", "nesterov")
WIDTH = 1e-7
"""Relative width of the bracket at the end: a little under six digits are asked for."""
WINDOW = 64
"""Steps over which growth is judged along the top direction; |factor| 1 ± 10⁻⁷ becomes 1 ± 6·10⁻⁶ there, far above rounding."""
NOISE = 1e-6
"""Of the start: what is left below it are other directions, let in by rounding; with momentum they first rise a little."""
MAPPED = 192
"""Up to so many numbers (weights of a node, and the rule's memory of them) an epoch is run from every direction."""
DOUBLINGS = 34
"""An epoch's map squared so often is 10¹⁰ epochs."""
STILL = 1e-10
"""Growth per epoch that is none: directions in which hardly anything happens are known to about this much."""
SCAN = 1.02
"""Ratio of neighbouring alphas looked at, where stability may come and go."""
DIRECTIONS = 8
LONG = 200
"""Epochs (or steps, whichever is more of them) of a window where the top direction is not known."""
MOST_ALPHA = 8e307


@dataclasses.dataclass(frozen=True)
class Boundary:
    """Where stability ends, up from 0.

    Attributes
    ----------
    alpha : float
        The boundary: the middle of the bracket; infinite where no alpha makes the error grow.
    stable, unstable : float
        The bracket: the largest alpha seen to be stable, the smallest above it seen not to be.
    runs : int
        How often it was run again.
    forecast : float or None
        The limit that theory gives, to be held beside it.
    judged : str
        What "stable" was judged by.
    """

    alpha: float
    stable: float
    unstable: float
    runs: int
    judged: str
    forecast: float | None = None

    @property
    def sentence(self) -> str:
        """What was found, and the forecast beside it."""
        if not math.isfinite(self.alpha):
            return f"No alpha was found at which the error grows ({self.judged}; {self.runs} runs).{self._beside()}"
        return (
            f"Stable below alpha {self.alpha:.6g}: found by {self.runs} runs (stable at {self.stable:.8g}, not at "
            f"{self.unstable:.8g}), judged by {self.judged}.{self._beside()}"
        )

    def _beside(self) -> str:
        return "" if self.forecast is None else f" The forecast says {self.forecast:.6g}."

    def __str__(self) -> str:
        return self.sentence


def bisect_alpha(**keywords: Any) -> Boundary:
    """Find the largest stable alpha by running again and again.

    The step is *half* the derivative of the squared error: for one example of input x the boundary is 2/|x|².

    All examples in a step: started along the top direction of the live inputs (their top right singular vector), where growth
    shows at once, and judged over 64 steps, after the rule's memory has fallen in with it. In a given order: an epoch is run from
    every direction (weights, and the rule's memory of them), which tells all that many epochs can do; judged by what 2³⁴ of
    them do. Stability may come and go there: alphas are tried upward in steps of 2 %, and the first boundary seen is given. In a
    drawn order, or with more than 192 numbers to a node: from a few random directions, over a few hundred epochs; about two digits.
    For the other rules no boundary holds for every start: judged from *this* start, by the excess after a window.

    Parameters
    ----------
    **keywords
        `descend`'s, without alpha. `steps`, `epochs`, `until_mse` and `time_limit` change nothing.

    Returns
    -------
    Boundary

    Raises
    ------
    InputError
        alpha is given, or as `descend` raises it.

    Examples
    --------
    >>> found = bisect_alpha(weight=0.4, input=2, goal=0.6)
    >>> round(found.alpha, 5)
    0.5
    """
    if "alpha" in keywords:
        raise InputError("alpha is what bisect_alpha finds: leave alpha= out")
    keywords.pop("out", None)
    recipe = make_recipe(**{**keywords, "alpha": 1.0})
    refuse_network("bisect_alpha", recipe)
    found = [_search(judge) for judge in _judges(recipe)]
    runs = sum(boundary.runs for boundary in found)
    lowest = min(found, key=lambda boundary: boundary.alpha)
    return dataclasses.replace(lowest, runs=runs, forecast=Forecast(recipe).limit)


class _Judge:
    """Runs a problem at an alpha and says whether the error grows.

    start : an alpha that is surely stable, or small
    ratio : how far apart alphas are tried upward; 2 where stability never comes back
    """

    def __init__(self, problem: Problem, grows: Callable[["_Judge", float], bool], start: float, ratio: float, judged: str) -> None:
        self.problem, self._grows, self.start, self.ratio, self.judged = problem, grows, start, ratio, judged
        self.runs = 0

    def grows(self, alpha: float) -> bool:
        self.runs += 1
        return self._grows(self, alpha)

    def walk(self, alpha: float, state: Floats, steps: int, at: int = 0) -> Floats | None:
        """The state some steps on; None where it left the finite numbers."""
        problem = dataclasses.replace(self.problem, alpha=alpha, native=None)
        state, cursor = state.copy(), Cursor.at(at)
        return state if engine().walk(problem, cursor, state, steps) is Outcome.WENT and np.isfinite(state).all() else None


def _search(judge: _Judge) -> Boundary:
    """Up from a stable alpha to the first that is not, then bisection."""
    low, high = 0.0, judge.start
    while not judge.grows(high):
        low, high = high, high * judge.ratio
        if not high < MOST_ALPHA:
            return Boundary(math.inf, low, math.inf, judge.runs, judge.judged)
    for _ in range(1200):
        if low > 0.0 and high - low <= WIDTH * high:
            break
        # nothing stable yet: by orders of magnitude
        middle = low + (high - low) / 2 if low > 0.0 else high / 16
        if middle in (low, high):
            break
        low, high = (low, middle) if judge.grows(middle) else (middle, high)
    return Boundary(low + (high - low) / 2, low, high, judge.runs, judge.judged)


# ---- which way to judge ----


def _judges(recipe: Recipe) -> list[_Judge]:
    """One for each group of nodes with the same frozen weights; nodes do not act on each other within a layer."""
    if recipe.rule.name not in LINEAR:
        return [_from_this_start(recipe)]
    frozen = _frozen_block(recipe)
    return [_linear(recipe, mask) for mask in np.unique(frozen, axis=0)]


def _linear(recipe: Recipe, frozen: NDArray[np.bool_]) -> _Judge:
    x = recipe.examples.input if recipe.bias is None else np.column_stack([recipe.examples.input, np.ones(recipe.n)])
    directions, largest = _directions(np.where(frozen, 0.0, x))
    if not len(directions):
        return _Judge(
            recipe.problem, lambda *_: False, MOST_ALPHA, 2.0, "every weight that could move has inputs of 0, or there is none"
        )
    if recipe.steps_per_epoch == 1:
        return _along_the_top(recipe, frozen, directions[:1], largest)
    small = (1.0 - recipe.rule.settings().get("momentum", 0.0)) / _largest_square(recipe, np.where(frozen, 0.0, x))
    if recipe.order == "given" and len(directions) * (1 + len(recipe.rule.memories)) <= MAPPED:
        return _by_the_epoch(recipe, frozen, directions, small)
    return _from_random_directions(recipe, frozen, directions, small)


def _directions(x: Floats) -> tuple[Floats, float]:
    """Right singular vectors of the live inputs that are there, (r, width); λmax of their second moment, to begin near it."""
    size = float(np.abs(x).max()) if x.size else 0.0
    if size == 0.0:
        return np.empty((0, x.shape[1])), 0.0
    _, values, directions = np.linalg.svd(x / size, full_matrices=False)
    with np.errstate(over="ignore"):
        largest = float((values[0] * size) ** 2 / len(x))
    return np.ascontiguousarray(directions[values > values[0] * max(x.shape) * np.finfo(float).eps]), largest


def _largest_square(recipe: Recipe, x: Floats) -> float:
    """The largest |x|², times the examples of a batch where they are summed: 1 ÷ it is stable for the plain rule."""
    with np.errstate(over="ignore"):
        largest = float(np.einsum("ni,ni->n", x, x).max())
    return min(max(largest * (1 if recipe.reduction == "mean" else recipe.batch_size), 1e-300), 1e300)


def _copies(recipe: Recipe, frozen: NDArray[np.bool_], q: int) -> Problem:
    """The recipe with q nodes, all goals 0, and nothing to stop it: q starts run at once."""
    (layer,) = recipe.problem.layers
    return dataclasses.replace(
        recipe.problem, goal=np.zeros((recipe.n, q)), frozen=np.tile(frozen, q) if frozen.any() else None,
        layers=(dataclasses.replace(layer, outputs=q),), until_mse=-1.0, native=None,
    )  # fmt: skip


# ---- all examples in a step ----


def _along_the_top(recipe: Recipe, frozen: NDArray[np.bool_], top: Floats, largest: float) -> _Judge:
    problem = _copies(recipe, frozen, 1)
    momentum = recipe.rule.settings().get("momentum", 0.0)
    # until the recurrence's smaller root, at most about `momentum` at the boundary, is forgotten
    settling = min(100_000, math.ceil(math.log(1e-9) / math.log(momentum))) if momentum > 0.0 else 1
    window = max(WINDOW, settling)

    start = problem.first_state(np.where(frozen, 0.0, top) * _about_one(recipe))

    def grows(judge: _Judge, alpha: float) -> bool:
        before = judge.walk(alpha, start, settling)
        after = None if before is None else judge.walk(alpha, before, window)
        if before is None or after is None:
            return True
        sizes = [_size(problem, alpha, state) for state in (start, before, after)]
        return sizes[2] > max(sizes[1], NOISE * sizes[0])

    first = max(min((1.0 - momentum) / max(largest, 1e-300), 1e290), 1e-307)
    if recipe.reduction == "sum":
        first /= recipe.n
    return _Judge(problem, grows, first, 2.0, f"the growth of the excess over {window} steps along the top direction")


def _about_one(recipe: Recipe) -> float:
    """A power of two that makes predictions about 1 in size: squares of inputs may be beyond all doubles."""
    return 2.0 ** -max(-1000, min(1000, math.frexp(float(np.abs(recipe.examples.input).max()))[1]))


def _size(problem: Problem, alpha: float, state: Floats) -> float:
    """The largest number of the excess, and of what the rule's memory will do to it: one is large where the other passes 0."""
    weights, memory = np.abs(state[: problem.size]), np.abs(state[problem.size :])
    return max(float(weights.max()), alpha * float(memory.max()) if memory.size else 0.0)


# ---- a given order ----


def _by_the_epoch(recipe: Recipe, frozen: NDArray[np.bool_], directions: Floats, small: float) -> _Judge:
    r, memories = len(directions), len(recipe.rule.memories)
    problem = _copies(recipe, frozen, r * (1 + memories))
    # a row per node: the first r start along a direction, the others with the rule's memory along one
    parts = np.zeros((1 + memories, len(directions) * (1 + memories), problem.layers[0].width))
    for m in range(1 + memories):
        parts[m, m * r : (m + 1) * r] = directions

    def grows(judge: _Judge, alpha: float) -> bool:
        after = judge.walk(alpha, parts.ravel(), recipe.steps_per_epoch)
        if after is None:
            return True
        blocks = after.reshape(parts.shape)
        return _growth(np.concatenate([block @ directions.T for block in blocks], axis=1)) > STILL

    words = "what 2³⁴ epochs make of the excess, from one epoch run from every direction"
    return _Judge(problem, grows, small, SCAN, words)


@np.errstate(all="ignore")
def _growth(epoch: Floats) -> float:
    """Logarithm of what an epoch multiplies the excess by in the long run, by squaring its map; −inf where nothing is left."""
    power, total = epoch, 0.0
    for doubling in range(DOUBLINGS):
        size = float(np.abs(power).max())
        if size == 0.0:
            return -math.inf
        if not math.isfinite(size):
            return math.inf
        total += math.log(size) / 2.0**doubling
        power = (power / size) @ (power / size)
    return total


# ---- where neither is known ----


def _from_random_directions(recipe: Recipe, frozen: NDArray[np.bool_], directions: Floats, small: float) -> _Judge:
    problem = _copies(recipe, frozen, DIRECTIONS)
    random = np.random.default_rng(0).normal(size=(DIRECTIONS, len(directions)))
    start = problem.first_state((random / np.linalg.norm(random, axis=1)[:, None]) @ directions)
    epochs = max(LONG, -(-LONG // recipe.steps_per_epoch))

    def grows(judge: _Judge, alpha: float) -> bool:
        """The window is the second half; the state is brought back to size 1 (by a power of two, exactly) on the way."""
        state, exponents, sizes = start, 0, []
        for epoch in range(epochs):
            after = judge.walk(alpha, state, recipe.steps_per_epoch, at=epoch * recipe.steps_per_epoch)
            size = math.inf if after is None else _size(problem, alpha, after)
            if after is None or size == 0.0:
                return size > 0.0
            exponent = math.frexp(size)[1]
            state, exponents = np.ldexp(after, -exponent), exponents + exponent
            sizes.append(exponents * math.log(2.0) + math.log(math.ldexp(size, -exponent)))
        return sizes[-1] > sizes[epochs // 2 - 1]

    words = f"the growth of the excess over {epochs // 2:,} epochs from {DIRECTIONS} random directions"
    return _Judge(problem, grows, small, 1.1, words)


# ---- rules that rescale their steps ----


def _from_this_start(recipe: Recipe) -> _Judge:
    """AdaGrad, RMSProp, Adam: the size of a step does not follow that of the excess, so the start itself is run."""
    excess = _excess(recipe)
    problem = dataclasses.replace(recipe.problem, goal=np.zeros_like(recipe.examples.goal), until_mse=-1.0, native=None)
    state = problem.first_state(np.ascontiguousarray(excess))
    steps = max(LONG, 8 * recipe.steps_per_epoch)

    def grows(judge: _Judge, alpha: float) -> bool:
        after = judge.walk(alpha, state, steps)
        if after is None:
            return True
        before_mse, after_mse = (engine().mse(problem, problem.weights(s)) for s in (state, after))
        return not after_mse <= before_mse

    size = float(np.abs(excess).max())
    words = f"whether the excess of this start is larger after {steps:,} steps"
    return _Judge(problem, grows, 1e-3 * size if size else 1.0, 1.5, words)


def _frozen_block(recipe: Recipe) -> NDArray[np.bool_]:
    """(k, width), the bias last."""
    frozen = recipe.frozen_block
    return np.zeros((recipe.k, recipe.problem.layers[0].width), dtype=bool) if frozen is None else frozen


def _excess(recipe: Recipe) -> Floats:
    """Start weights − the best ones that the live weights can reach, 0 for frozen ones; ones where it starts at the best."""
    x = recipe.examples.input if recipe.bias is None else np.column_stack([recipe.examples.input, np.ones(recipe.n)])
    (block,), live = recipe.problem.blocks(recipe.start_weights()), ~_frozen_block(recipe)
    excess = np.zeros(block.shape)
    for j, mask in enumerate(live):
        rest = recipe.examples.goal[:, j] - x[:, ~mask] @ block[j, ~mask]
        excess[j, mask] = block[j, mask] - np.linalg.lstsq(x[:, mask], rest, rcond=None)[0]
    return excess if excess.any() else live.astype(np.float64)
