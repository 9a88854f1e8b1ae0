"""Every small shape that weights, input and goal can have: what is allowed is written down here anew, and all else is refused."""

from itertools import product

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.shapes import Axes, fit, fit_network, shape_text

SIZES = (0, 1, 2)
SHAPES = [shape for rank in range(4) for shape in product(SIZES, repeat=rank)]
ARRAYS = {shape: np.zeros(shape) for shape in SHAPES}
ONE_LAYER = {
    (weight, x, goal): (axes, size)
    for n, d, k in product((1, 2), repeat=3)
    for weight, x, goal, axes, size in (
        ((), (), (), (False, False, False), (1, 1, 1)),
        ((), (n,), (n,), (True, False, False), (n, 1, 1)),
        ((d,), (d,), (), (False, True, False), (1, d, 1)),
        ((d,), (n, d), (n,), (True, True, False), (n, d, 1)),
        ((k, d), (d,), (k,), (False, True, True), (1, d, k)),
        ((k, d), (n, d), (n, k), (True, True, True), (n, d, k)),
    )
}
"""Of weight, input and goal: which of the axes examples, inputs and outputs there are, and n, d, k."""
ALLOWED = (
    "for n examples, d inputs, k outputs: a scalar weight takes input scalar or (n,), weight (d,) or weight (k, d) takes input "
    "(d,) or (n, d); goal has n where input has it and k where weight has it"
)


def fitted(weight, x, goal):
    """What is made of these shapes; None where they are refused, in words that have all of them."""
    start = None if weight is None else ARRAYS[weight]
    try:
        axes, start, given_input, given_goal = fit(start, ARRAYS[x], ARRAYS[goal])
    except ns.InputError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        what = "no examples" if 0 in x + goal else "these shapes do not fit together"
        seen = [("not given" if shape is None else str(shape) if shape else "scalar") for shape in (weight, x, goal)]
        assert refused == f"{what}: weight {seen[0]}, input {seen[1]}, goal {seen[2]}; {ALLOWED}"
        return None
    (n, d), k = given_input.shape, given_goal.shape[1]
    assert len(given_goal) == n
    assert axes == Axes(axes.examples, axes.inputs, axes.outputs)
    return start.shape, ((axes.examples, axes.inputs, axes.outputs), (n, d, k))


@pytest.mark.parametrize("x", SHAPES, ids=str)
def test_each_weight_with_each_input_and_goal(x):
    for weight, goal in product(SHAPES, SHAPES):
        known = ONE_LAYER.get((weight, x, goal))
        assert fitted(weight, x, goal) == (known and (weight, known)), (weight, x, goal)


def test_without_a_weight_its_shape_follows():
    """Where several would do, n goals for n inputs are examples of a scalar weight, and a scalar goal is of a node of d inputs."""
    for x, goal in product(SHAPES, SHAPES):
        fits = [weight for weight, *others in ONE_LAYER if others == [x, goal]]
        first = () if () in fits else min(fits, key=len, default=None)
        assert fitted(None, x, goal) == (None if first is None else (first, ONE_LAYER[first, x, goal])), (x, goal)


OF_A_NETWORK = {
    (d, k, x, goal): (axes, (n, d, k))
    for n, d, k in product((1, 2, 3), repeat=3)
    for x, goal, axes, n in (
        ((n, d), (n, k), (True, True, True), n),
        ((d,), (k,), (False, True, True), 1),
        *([((n, d), (n,), (True, True, False), n), ((d,), (), (False, True, False), 1)] if k == 1 else []),
        *([((), (k,), (False, False, True), 1)] if d == 1 else []),
        *([((n,), (n, k), (True, False, True), n)] if d == 1 and n > 1 else []),
        *([((), (), (False, False, False), 1)] if d == k == 1 else []),
        *([((n,), (n,), (True, False, False), n)] if d == k == 1 and n > 1 else []),
    )
}


@pytest.mark.parametrize(("d", "k"), [*product((1, 2, 3), repeat=2)])
def test_each_input_and_goal_of_a_network(d, k):
    arrays = {shape: np.zeros(shape) for rank in range(4) for shape in product((0, 1, 2, 3), repeat=rank)}
    for x, goal in product(arrays, arrays):
        known = OF_A_NETWORK.get((d, k, x, goal))
        try:
            axes, given_input, given_goal = fit_network((d, 5, k), arrays[x], arrays[goal])
        except ns.InputError:
            assert known is None, (x, goal)
            continue
        assert axes == Axes(*known[0], layers=True), (x, goal)
        assert (*given_input.shape, given_goal.shape) == (*known[1][:2], known[1][::2]), (x, goal)


@pytest.mark.parametrize(
    ("sizes", "x", "goal", "said"),
    [
        ((2, 3, 1), (3, 2), (2,),
         "network 2-3-1, input (3, 2), goal (2,); for 2 inputs and 1 outputs allowed are input (n, 2) with goal (n,) or (n, 1), "
         "and, for one example, input (2,) with goal scalar or (1,)"),
        ((2, 3), (), (1, 2, 3, 4, 5, 6),
         "network 2-3, input scalar, goal (1, 2, 3, 4, 5, … 6 axes); for 2 inputs and 3 outputs allowed are input (n, 2) with goal "
         "(n, 3), and, for one example, input (2,) with goal (3,)"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_network(sizes, x, goal, said):
    with pytest.raises(ns.InputError) as refused:
        fit_network(sizes, np.zeros(x), np.zeros(goal))
    assert str(refused.value) == f"these shapes do not fit together: {said}"


def test_shapes_in_words():
    assert [shape_text(tuple(range(1, axes + 1))) for axes in (0, 1, 2, 5, 6, 7)] == [
        "scalar", "(1,)", "(1, 2)", "(1, 2, 3, 4, 5)", "(1, 2, 3, 4, 5, … 6 axes)", "(1, 2, 3, 4, 5, … 7 axes)",
    ]  # fmt: skip


@pytest.mark.parametrize("axes", [*product((False, True), repeat=3)], ids=str)
def test_arrays_go_back_into_the_shape_they_came_in(axes):
    examples, inputs, outputs = axes
    n, d, k = (size if there else 1 for size, there in zip((4, 3, 2), axes, strict=True))
    of = Axes(examples, inputs, outputs)
    x, goal, weights = np.arange(n * d * 1.0).reshape(n, d), np.arange(n * k * 1.0).reshape(n, k), np.arange(k * d * 1.0)
    shapes = {name: size for name, size, there in (("n", 4, examples), ("d", 3, inputs), ("k", 2, outputs)) if there}
    given_x, given_goal = of.as_given(x, goal)
    assert given_x.shape == tuple(shapes[name] for name in "nd" if name in shapes)
    assert given_goal.shape == tuple(shapes[name] for name in "nk" if name in shapes)
    weight_shape = tuple(shapes[name] for name in "kd" if name in shapes)
    several = np.stack([weights.reshape(k, d)] * 5)
    assert of.weights_as_given(several).shape == (5, *weight_shape)
    weight = of.weight_as_given(weights.reshape(k, d))
    assert np.shape(weight) == weight_shape
    assert (type(weight) is float) == (not inputs and not outputs)
    bias = of.of_outputs(np.arange(k) + 7.0)
    assert np.array_equal(bias, np.arange(k) + 7.0) if outputs else (type(bias), bias) == (float, 7.0)
