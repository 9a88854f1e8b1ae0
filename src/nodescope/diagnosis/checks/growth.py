"""Whether the error grows at an alpha: by running, along directions in which growth shows.

It shares no formula with the forecast, so that the two can be held beside each other. What is judged is the *excess*: how far the
weights are from the best ones. A linear rule (plain, momentum, nesterov) takes the excess along by itself, whatever the goals are:
with v = weight − best weight the deltas are v·x + (a residual that no alpha changes), so two runs from different starts differ by
what a run with all goals 0 from their difference does. So goals are replaced by 0 and best weights by 0: the weights *are* the
excess, there is no floor of rounding beneath it, and one step resolves a growth of 10⁻¹⁴.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor, Floats, Outcome, Problem
from nodescope.theory.least_squares import lowest
from nodescope.theory.limits import momentum_of
from nodescope.theory.linear import inputs_with_bias

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
LEAST_NUMBER, MOST_NUMBER = 1e-300, 1e300
"""Squares of inputs are held between them."""
FORGOTTEN = 1e-9
"""Of the recurrence's smaller root: less of it is forgotten."""
MOST_SETTLING = 100_000
"""Steps until it is."""
OF_ONE_RATIO, OF_RANDOM_RATIO = 1.5, 1.1
"""How far apart alphas are tried upward from one start, and from random directions."""
EPOCHS_OF_ONE = 8
"""Epochs of the window from one start, at least."""
FIRST_OF_ONE = 1e-3
"""The first alpha tried from one start, as a part of its excess."""


class GrowthJudge:
    """Runs a problem at an alpha and says whether the error grows.

    start : an alpha that is surely stable, or small
    ratio : how far apart alphas are tried upward; 2 where stability never comes back
    """

    def __init__(
        self, problem: Problem, grows: Callable[["GrowthJudge", float], bool], start: float, ratio: float, judged: str
    ) -> None:
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


# ---- which way to judge ----


def judges(problem: Problem, start: Floats) -> list[GrowthJudge]:
    """One for each group of nodes with the same frozen weights; nodes do not act on each other within a layer."""
    if problem.rule.rescales:
        return [_from_this_start(problem, start)]
    return [_linear(problem, mask) for mask in np.unique(_frozen(problem), axis=0)]


def _frozen(problem: Problem) -> NDArray[np.bool_]:
    """(k, width), the bias last."""
    return problem.blocks(np.zeros(problem.size, dtype=bool) if problem.frozen is None else problem.frozen)[0]


def _linear(problem: Problem, frozen: NDArray[np.bool_]) -> GrowthJudge:
    x = inputs_with_bias(problem)
    directions, largest = _directions(np.where(frozen, 0.0, x))
    if not len(directions):
        return GrowthJudge(
            problem, lambda *_: False, MOST_ALPHA, 2.0, "every weight that could move has inputs of 0, or there is none"
        )
    if problem.steps_per_epoch == 1:
        return _along_the_top(problem, frozen, directions[:1], largest)
    small = (1.0 - momentum_of(problem.rule)) / _largest_square(problem, np.where(frozen, 0.0, x))
    if not problem.shuffled and len(directions) * (1 + len(problem.rule.memories)) <= MAPPED:
        return _by_the_epoch(problem, frozen, directions, small)
    return _from_random_directions(problem, frozen, directions, small)


def _directions(x: Floats) -> tuple[Floats, float]:
    """Right singular vectors of the live inputs that are there, (r, width); λmax of their second moment, to begin near it."""
    size = float(np.abs(x).max()) if x.size else 0.0
    if size == 0.0:
        return np.empty((0, x.shape[1])), 0.0
    _, values, directions = np.linalg.svd(x / size, full_matrices=False)
    with np.errstate(over="ignore"):
        largest = float((values[0] * size) ** 2 / len(x))
    return np.ascontiguousarray(directions[values > values[0] * max(x.shape) * np.finfo(float).eps]), largest


def _largest_square(problem: Problem, x: Floats) -> float:
    """The largest |x|², times the examples of a batch where they are summed: 1 ÷ it is stable for the plain rule."""
    with np.errstate(over="ignore"):
        largest = float(np.einsum("ni,ni->n", x, x).max())
    return min(max(largest * (1 if problem.mean else problem.batch), LEAST_NUMBER), MOST_NUMBER)


def _copies(problem: Problem, frozen: NDArray[np.bool_], q: int) -> Problem:
    """The problem with q nodes, all goals 0, and nothing to stop it: q starts run at once."""
    goal = np.zeros((problem.n, q))
    masks = np.tile(frozen, q) if frozen.any() else None
    layers = (dataclasses.replace(problem.layers[0], outputs=q),)
    return dataclasses.replace(problem, goal=goal, frozen=masks, layers=layers, until_mse=-1.0, native=None)


# ---- all examples in a step ----


def _along_the_top(problem: Problem, frozen: NDArray[np.bool_], top: Floats, largest: float) -> GrowthJudge:
    copies = _copies(problem, frozen, 1)
    momentum = momentum_of(problem.rule)
    # until the recurrence's smaller root, at most about `momentum` at the boundary, is forgotten
    settling = min(MOST_SETTLING, math.ceil(math.log(FORGOTTEN) / math.log(momentum))) if momentum > 0.0 else 1
    window = max(WINDOW, settling)

    start = copies.first_state(np.where(frozen, 0.0, top) * _about_one(problem))

    def grows(judge: GrowthJudge, alpha: float) -> bool:
        before = judge.walk(alpha, start, settling)
        after = None if before is None else judge.walk(alpha, before, window)
        if before is None or after is None:
            return True
        sizes = [_size(copies, alpha, state) for state in (start, before, after)]
        return sizes[2] > max(sizes[1], NOISE * sizes[0])

    first = max(min((1.0 - momentum) / max(largest, LEAST_NUMBER), 1e290), 1e-307)
    if not problem.mean:
        first /= problem.n
    return GrowthJudge(copies, grows, first, 2.0, f"the growth of the excess over {window} steps along the top direction")


def _about_one(problem: Problem) -> float:
    """A power of two that makes predictions about 1 in size: squares of inputs may be beyond all doubles."""
    return 2.0 ** -max(-1000, min(1000, math.frexp(float(np.abs(problem.input).max()))[1]))


def _size(problem: Problem, alpha: float, state: Floats) -> float:
    """The largest number of the excess, and of what the rule's memory will do to it: one is large where the other passes 0."""
    weights, memory = np.abs(state[: problem.size]), np.abs(state[problem.size :])
    return max(float(weights.max()), alpha * float(memory.max()) if memory.size else 0.0)


# ---- a given order ----


def _by_the_epoch(problem: Problem, frozen: NDArray[np.bool_], directions: Floats, small: float) -> GrowthJudge:
    r, memories = len(directions), len(problem.rule.memories)
    copies = _copies(problem, frozen, r * (1 + memories))
    # a row per node: the first r start along a direction, the others with the rule's memory along one
    parts = np.zeros((1 + memories, len(directions) * (1 + memories), directions.shape[1]))
    for m in range(1 + memories):
        parts[m, m * r : (m + 1) * r] = directions

    def grows(judge: GrowthJudge, alpha: float) -> bool:
        after = judge.walk(alpha, parts.ravel(), problem.steps_per_epoch)
        if after is None:
            return True
        with np.errstate(over="ignore", invalid="ignore"):
            epoch = np.concatenate([block @ directions.T for block in after.reshape(parts.shape)], axis=1)
        return _growth(epoch) > STILL

    words = "what 2³⁴ epochs make of the excess, from one epoch run from every direction"
    return GrowthJudge(copies, grows, small, SCAN, words)


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


def _from_random_directions(problem: Problem, frozen: NDArray[np.bool_], directions: Floats, small: float) -> GrowthJudge:
    copies = _copies(problem, frozen, DIRECTIONS)
    random = np.random.default_rng(0).normal(size=(DIRECTIONS, len(directions)))
    start = copies.first_state((random / np.linalg.norm(random, axis=1)[:, None]) @ directions)
    epochs = max(LONG, -(-LONG // problem.steps_per_epoch))

    def grows(judge: GrowthJudge, alpha: float) -> bool:
        """The window is the second half; the state is brought back to size 1 (by a power of two, exactly) on the way."""
        state, exponents, sizes = start, 0, []
        for epoch in range(epochs):
            after = judge.walk(alpha, state, problem.steps_per_epoch, at=epoch * problem.steps_per_epoch)
            size = math.inf if after is None else _size(copies, alpha, after)
            if after is None or size == 0.0:
                return size > 0.0
            exponent = math.frexp(size)[1]
            state, exponents = np.ldexp(after, -exponent), exponents + exponent
            sizes.append(exponents * math.log(2.0) + math.log(math.ldexp(size, -exponent)))
        return sizes[-1] > sizes[epochs // 2 - 1]

    words = f"the growth of the excess over {epochs // 2:,} epochs from {DIRECTIONS} random directions"
    return GrowthJudge(copies, grows, small, OF_RANDOM_RATIO, words)


# ---- rules that rescale their steps ----


def _from_this_start(problem: Problem, weights: Floats) -> GrowthJudge:
    """AdaGrad, RMSProp, Adam: the size of a step does not follow that of the excess, so the start itself is run."""
    excess = _excess(problem, weights)
    copies = dataclasses.replace(problem, goal=np.zeros_like(problem.goal), until_mse=-1.0, native=None)
    state = copies.first_state(np.ascontiguousarray(excess))
    steps = max(LONG, EPOCHS_OF_ONE * problem.steps_per_epoch)

    def grows(judge: GrowthJudge, alpha: float) -> bool:
        after = judge.walk(alpha, state, steps)
        if after is None:
            return True
        before_mse, after_mse = (engine().mse(copies, copies.weights(s)) for s in (state, after))
        return not after_mse <= before_mse

    size = float(np.abs(excess).max())
    words = f"whether the excess of this start is larger after {steps:,} steps"
    return GrowthJudge(copies, grows, FIRST_OF_ONE * size if size else 1.0, OF_ONE_RATIO, words)


def _excess(problem: Problem, weights: Floats) -> Floats:
    """Start weights − the best ones that the live weights can reach, 0 for frozen ones; ones where it starts at the best."""
    x, (block,), live = inputs_with_bias(problem), problem.blocks(weights), ~_frozen(problem)
    excess = np.zeros(block.shape)
    for j, mask in enumerate(live):
        rest = problem.goal[:, j] - x[:, ~mask] @ block[j, ~mask]
        excess[j, mask] = block[j, mask] - lowest(x[:, mask], rest[:, None])[0][:, 0]
    return excess if excess.any() else live.astype(np.float64)
