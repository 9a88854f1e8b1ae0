"""Laws for what joins the weighted deltas: compiled = definition = an oracle of plain lists, in every number of every step."""

import dataclasses
import math
import struct
import tempfile

import numpy as np
import pytest
from conftest import cases

import nodescope as ns
from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Cursor
from nodescope.run.making import make_recipe
from nodescope.run.toml import parse_recipe

MANY = cases(3000, 150)
NAMES = (
    "weight", "weighted_delta", "alpha_delta", "new_weight", "memory", "sum", "prediction", "delta", "mse", "norm", "example",
)  # fmt: skip


def recipe(seed: int) -> dict:
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 6)), int(rng.integers(1, 12))
    keywords = {
        "input": rng.normal(size=(n, d)) * 10.0 ** float(rng.choice([0, 0, 0, 3, 150])),
        "goal": rng.normal(size=n),
        "alpha": 0.05,
        "steps": 9,
        "batch": int(rng.integers(1, n + 1)),
        "order": str(rng.choice(["given", "shuffled"])),
        "rule": str(rng.choice(["plain", "plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])),
        "reduction": str(rng.choice(["mean", "sum"])),
        "penalty": {"l2": float(rng.choice([0, 0.1, 1])), "l1": float(rng.choice([0, 0.1, 1])), "bias": bool(rng.integers(2))},
        "clip": [None, 0.1, 1.0, 5.0][int(rng.integers(4))],
    }
    if rng.random() < 0.3:
        keywords["alpha"] = (rng.random(9) * rng.integers(0, 2, 9)).tolist()
    if rng.random() < 0.5:
        keywords |= {"weight": rng.normal(size=d), "bias": bool(rng.integers(2)), "alpha_factors": rng.random(d).tolist()}
        keywords |= {"frozen": rng.random(d) < 0.3}
    else:
        keywords |= {"network": {"hidden": [3]}, "alpha_factors": [None, 0.5, rng.random((1, 3))][int(rng.integers(2)) :][:2]}
        if keywords["clip"] is None:
            keywords["update_order"] = str(rng.choice(["parallel", "sequential"]))
    return keywords


def walked(problem, start, which, alphas):
    room, states = Columns.for_steps(problem, 9, NAMES), []
    for columns in (room, None):
        state, cursor = problem.first_state(start), Cursor.at(0)
        cursor.stopping = 1
        outcome = which.walk(problem, cursor, state, 9, alphas=alphas, columns=columns)
        states.append((int(outcome), cursor.step, cursor.last_moved, cursor.last_changed, state.tobytes()))
    return states, {name: getattr(room, name)[: states[0][1]].tobytes() for name in NAMES}


def test_compiled_is_the_definition():
    for seed in range(MANY):
        made = make_recipe(**recipe(seed))
        problem, start = dataclasses.replace(made.problem), made.start_weights()
        alphas = None if made.schedule is None else made.schedule.values
        first, second = walked(problem, start, engine(), alphas), walked(problem, start, plain, alphas)
        assert first == second, seed
        assert first[0][0][1:] == first[0][1][1:] or first[0][0][0] != 0, seed  # the same way with and without columns


def bits(x: float) -> bytes:
    return struct.pack("<d", math.nan if x != x else x)


def sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0


@pytest.mark.parametrize("seed", range(cases(200, 25)))
def test_an_independent_oracle_agrees(seed: int):
    """From each step's weights and weighted deltas to what is subtracted, in plain lists; everything as the words say it."""
    rng = np.random.default_rng(seed)
    n, d, l2, l1 = 4, int(rng.integers(1, 5)), float(rng.choice([0, 0.3])), float(rng.choice([0, 0.2]))
    clip, of_bias = [None, 0.5, 100.0][int(rng.integers(3))], bool(rng.integers(2))
    factors = rng.random(d).tolist() if rng.random() < 0.5 else [1.0] * d
    frozen = (rng.random(d) < 0.2).tolist()
    run = ns.descend(
        weight=rng.normal(size=d), bias=0.3, input=rng.normal(size=(n, d)), goal=rng.normal(size=n), alpha=0.1, batch=2, steps=6,
        penalty={"l2": l2, "l1": l1, "bias": of_bias}, clip=clip, alpha_factors=factors, frozen=frozen,
    )  # fmt: skip
    for t in range(run.steps):
        step = run.trace[t]
        weight, g = [*step.weight.tolist(), step.bias], [*step.weighted_delta.tolist(), step.bias_weighted_delta]
        pulls = []
        for i in range(d + 1):
            costs = i < d or of_bias
            pulls.append(g[i] + (l2 * weight[i] + l1 * sign(weight[i])) if costs and (l2 or l1) else g[i])
        if clip is not None:
            squares = 0.0
            for pull, still in zip(pulls, [*frozen, False], strict=True):
                squares = squares if still else squares + pull * pull
            norm = math.sqrt(squares)
            assert bits(step.gradient_norm) == bits(norm)
            assert step.clip_factor == (clip / norm if norm > clip else 1.0)
            pulls = [pull * (clip / norm) for pull in pulls] if norm > clip else pulls
        moves = [
            0.0 if still else (0.1 * factor) * pull
            for pull, factor, still in zip(pulls, [*factors, 1.0], [*frozen, False], strict=True)
        ]
        assert [bits(x) for x in [*step.alpha_delta.tolist(), step.bias_delta]] == [bits(x) for x in moves]
        assert [bits(x) for x in [*step.new_weight.tolist(), step.new_bias]] == [
            bits(w - move) for w, move in zip(weight, moves, strict=True)
        ]
        if l2 or l1:
            assert [bits(x) for x in step.penalty_delta.tolist()] == [bits(l2 * w + l1 * sign(w)) for w in weight[:d]]
    assert ns.verify(run).passed


@pytest.mark.parametrize("seed", range(cases(200, 12)))
def test_saved_loaded_and_told_as_toml_it_is_the_same_run(seed: int):
    run = ns.descend(**recipe(seed))
    with tempfile.TemporaryDirectory() as folder:
        ns.save(run, f"{folder}/a.nodescope")
        loaded = ns.load(f"{folder}/a.nodescope")
    for other in (loaded, ns.descend(**parse_recipe(run.recipe.to_toml()))):
        assert other.recipe == run.recipe
        assert other.network.flat().tobytes() == run.network.flat().tobytes()
        assert other.steps == run.steps
        assert ns.verify(other).passed


def test_a_norm_beyond_all_doubles_is_told_and_clipped():
    """Weighted deltas of 1e200 have a length, though their squares have no double."""
    run = ns.descend(weight=[1.0, 1.0], input=[3e100, 4e100], goal=0.0, alpha=1e-3, clip=5.0, steps=1)
    step = run.trace[0]
    assert step.gradient_norm == pytest.approx(7e100 * 5e100, rel=1e-12)
    assert np.allclose(step.alpha_delta, [3e-3, 4e-3], rtol=1e-12)


def test_a_node_and_its_network_of_one_layer_are_one():
    rng = np.random.default_rng(1)
    x, y, start = rng.normal(size=(6, 3)), rng.normal(size=6), rng.normal(size=3)
    shared = {"input": x, "goal": y, "alpha": 0.1, "epochs": 5, "penalty": {"l2": 0.1, "l1": 0.01}, "clip": 1.0}
    node = ns.descend(weight=start, bias=0.5, alpha_factors=[1, 2, 0.5], **shared)
    layer = ns.network(weights=[start[None]], biases=[[0.5]])
    network = ns.descend(network=layer, alpha_factors=[[[1, 2, 0.5]]], **shared)
    assert network.network.flat().tobytes() == node.network.flat().tobytes()
    assert ns.diagnose(network).verdict == ns.diagnose(node).verdict
    told = {"input": x, "goal": y, "alpha": 0.1, "penalty": 0.1}
    assert str(ns.forecast(network=layer, **told)) == str(ns.forecast(weight=start, bias=0.5, **told))
