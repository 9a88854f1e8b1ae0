"""What follows from a network's numbers without stepping it: passes over many examples at once, its slope and its curvature.

Vectorised, so not the engines' bits (they are held together by a test); for theory and diagnosis, never for a trace. What a
step makes smaller is F: the loss, ½ error² unless another is chosen, summed over outputs and averaged over the examples (summed
under reduction="sum"), and what a penalty adds. The plain rule subtracts alpha × ∇F.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.activations import SOFTMAX
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.losses import Loss
from nodescope.arithmetic.problem import Floats, LayerShape, Problem
from nodescope.theory.likelihood import STEEPEST


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One layer, examples first: what it is given, sums, predictions and slopes."""

    input: Floats
    sum: Floats
    prediction: Floats
    slope: Floats


@np.errstate(all="ignore")
def forward(shapes: Sequence[LayerShape], blocks: Sequence[Floats], x: Floats) -> list[LayerPass]:
    """All layers for examples x (m, d); `blocks` are (k, width), biases last."""
    passes = []
    for shape, block in zip(shapes, blocks, strict=True):
        total = x @ block[:, : shape.inputs].T
        if shape.has_bias:
            total = total + block[:, -1]
        prediction, slope = engine().activation(shape.activation, np.ascontiguousarray(total))
        passes.append(LayerPass(x, total, prediction, slope))
        x = prediction
    return passes


@np.errstate(all="ignore")
def backward(blocks: Sequence[Floats], passes: Sequence[LayerPass], of_outputs: Floats) -> list[Floats]:
    """Deltas (m, k) of every layer from those of the last, ∂loss/∂sum."""
    deltas = [of_outputs]
    for block, at in zip(reversed(blocks[1:]), reversed(passes[:-1]), strict=True):
        deltas.append((deltas[-1] @ block[:, : at.prediction.shape[1]]) * at.slope)
    return deltas[::-1]


def weighted_deltas(shapes: Sequence[LayerShape], passes: Sequence[LayerPass], deltas: Sequence[Floats]) -> list[Floats]:
    """Sums over the examples of delta × input, (k, width) for each layer."""
    with np.errstate(all="ignore"):
        return [
            np.column_stack([delta.T @ at.input, delta.sum(axis=0)]) if shape.has_bias else delta.T @ at.input
            for shape, at, delta in zip(shapes, passes, deltas, strict=True)
        ]


def loss_slope(loss: Loss, error: Floats, goal: Floats) -> Floats:
    """The loss's slope at each error."""
    if loss.is_error:
        raise ValueError(f"{loss.name} has no slope at an error: its deltas are the errors")
    if loss.name == "hinge":
        y = np.where(goal == 1.0, 1.0, -1.0)
        return np.where(y * (error + goal) < 1.0, -y, 0.0)
    if loss.name == "huber":
        return np.asarray(np.clip(error, -loss.threshold, loss.threshold))
    return np.asarray(np.sign(error)) if loss.name == "absolute" else error


def loss_curvature(loss: Loss, error: Floats) -> Floats:
    """The slope of that slope; 0 at a kink's far side."""
    if loss.name == "huber":
        return (np.abs(error) <= loss.threshold).astype(np.float64)
    return np.zeros_like(error) if loss.has_stride else np.ones_like(error)


def output_deltas(loss: Loss, error: Floats, slope: Floats, goal: Floats) -> Floats:
    """Deltas of the outputs from their errors and slopes."""
    return error if loss.is_error else loss_slope(loss, error, goal) * slope


def turned_prediction(name: str, at: LayerPass, r_sum: Floats) -> Floats:
    """How predictions change where sums change by r_sum; of softmax each depends on all."""
    if name == SOFTMAX.name:
        return np.asarray(at.prediction * (r_sum - (at.prediction * r_sum).sum(axis=1, keepdims=True)))
    return r_sum * at.slope


@np.errstate(all="ignore")
def activation_curvature(name: str, at: LayerPass) -> Floats:
    """How the slope of an activation changes with the sum; 0 for the straight ones, kinks left out."""
    value, x = at.prediction, at.sum
    if name == "tanh":
        return -2.0 * value * at.slope
    if name == "sigmoid":
        return at.slope * (1.0 - 2.0 * value)
    if name == "softplus":
        return at.slope * (1.0 - at.slope)
    if name == "gelu":
        return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi) * (2.0 - x * x))
    return np.zeros_like(x)


class Surface:
    """F of a problem at given weights, over some of its examples: gradient, and the Hessian times a direction.

    Parameters
    ----------
    problem : Problem
        Of a network.
    weights : float64, flat
    examples : indices, optional
        All unless given.
    """

    def __init__(self, problem: Problem, weights: Floats, examples: NDArray[np.int64] | slice = slice(None)) -> None:
        self.problem, self.shapes, self.weights = problem, problem.layers, weights
        self.blocks = problem.blocks(weights)
        self.goal = problem.goal[examples]
        self.passes = forward(self.shapes, self.blocks, problem.input[examples])
        self.error = self.passes[-1].prediction - self.goal
        self.deltas = backward(self.blocks, self.passes, output_deltas(problem.loss, self.error, self.passes[-1].slope, self.goal))
        self.scale = 1.0 / len(self.goal) if problem.mean else problem.batch / len(self.goal)
        self.free = np.ones(problem.size) if problem.frozen is None else (~problem.frozen.ravel()).astype(np.float64)

    @property
    def gradient(self) -> Floats:
        """∇F, flat; frozen weights have one too."""
        parts = weighted_deltas(self.shapes, self.passes, self.deltas)
        found = np.asarray(np.concatenate([part.ravel() for part in parts]) * self.scale)
        penalty = self.problem.penalty
        return found + self.problem.penalised * penalty.slopes(self.weights) if penalty else found

    @np.errstate(all="ignore")
    def hessian_times(self, direction: Floats) -> Floats:
        """∇²F × direction, exactly (Pearlmutter 1994, equations 6 to 9), frozen weights left out."""
        turned = self.problem.blocks(direction * self.free)
        moved, inner = np.zeros_like(self.passes[0].input), []
        for shape, block, turn, at in zip(self.shapes, self.blocks, turned, self.passes, strict=True):
            d = shape.inputs
            r_sum = at.input @ turn[:, :d].T + moved @ block[:, :d].T
            if shape.has_bias:
                r_sum = r_sum + turn[:, -1]
            inner.append((moved, r_sum))
            moved = turned_prediction(shape.activation.name, at, r_sum)
        loss, parts = self.problem.loss, list[Floats]()
        back, r_back = (
            (self.error, moved)
            if loss.is_error
            else (loss_slope(loss, self.error, self.goal), loss_curvature(loss, self.error) * moved)
        )
        for l in reversed(range(len(self.shapes))):  # noqa: E741  # l for layer, as everywhere
            at, (r_input, r_sum), shape = self.passes[l], inner[l], self.shapes[l]
            if loss.is_error and l == len(self.shapes) - 1:
                r_delta = r_back
            else:
                r_delta = r_back * at.slope + back * activation_curvature(shape.activation.name, at) * r_sum
            part = r_delta.T @ at.input + self.deltas[l].T @ r_input
            parts.append(np.column_stack([part, r_delta.sum(axis=0)]) if shape.has_bias else part)
            if l:
                block, turn = self.blocks[l][:, : shape.inputs], turned[l][:, : shape.inputs]
                back, r_back = self.deltas[l] @ block, r_delta @ block + self.deltas[l] @ turn
        found = np.asarray(np.concatenate([part.ravel() for part in reversed(parts)]) * self.scale * self.free)
        penalty = self.problem.penalty
        return found + penalty.l2 * self.problem.penalised * self.free * direction if penalty else found

    def steepest_example(self) -> float:
        """Largest |∂prediction/∂weights|², summed over the outputs, of any one example: what |x|² is to a single node."""
        total = np.zeros(len(self.goal))
        for j in range(self.goal.shape[1]):
            output = np.zeros_like(self.goal)
            output[:, j] = 1.0
            # of cross-entropy the curvature over the sums counts too: no more than this
            flat = math.sqrt(STEEPEST[self.problem.k > 1]) if self.problem.loss.tells_classes else self.passes[-1].slope
            deltas = backward(self.blocks, self.passes, output * flat)
            for shape, at, delta in zip(self.shapes, self.passes, deltas, strict=True):
                with np.errstate(all="ignore"):
                    total += (delta**2).sum(axis=1) * ((at.input**2).sum(axis=1) + shape.has_bias)
        return float(total.max())
