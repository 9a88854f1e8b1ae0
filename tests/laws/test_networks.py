"""Laws for networks: compiled = definition = an oracle that imports nothing of ours; any window = as it went."""

import math
import struct
from itertools import pairwise

import numpy as np
import pytest
from conftest import PLAIN, cases
from naive_network import step as naive_step

import nodescope as ns
from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.theory.network import Surface
from nodescope.theory.sharpness import sharpness

MANY = cases(2000, 30)
BY_THE_ORACLE = cases(1000, 20)
RULES = ["plain", "plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]


def recipe(seed: int) -> dict:
    """A random network with everything that a recipe can have."""
    rng = np.random.default_rng(seed)
    sizes = [int(rng.integers(1, 10)) for _ in range(int(rng.integers(2, 5)))]
    names = [str(rng.choice(list(ACTIVATIONS))) for _ in sizes[1:]]
    scale = float(rng.choice([0.5, 0.5, 1.0, 30.0, 1e150]))
    weights = [rng.normal(size=(k, d)) * scale for d, k in pairwise(sizes)]
    biases = [rng.normal(size=k) if rng.random() < 0.7 else None for k in sizes[1:]]
    n = int(rng.integers(1, 7))
    rule = {"name": str(rng.choice(RULES))}
    if rule["name"] in ("adagrad", "rmsprop") and rng.random() < 0.5:
        rule |= {"initial": 0.1, "epsilon_inside": True}
    if rule["name"] in ("adam", "adamw") and rng.random() < 0.5:
        rule |= {"bias_correction": False, "epsilon_inside": True}
    keywords = {
        "network": ns.network(weights=weights, biases=biases, activations=names),
        "input": rng.normal(size=(n, sizes[0])),
        "goal": rng.normal(size=(n, sizes[-1])),
        "alpha": float(rng.choice([0.01, 0.1, 1.0, -0.1])),
        "steps": int(rng.integers(1, 9)),
        "batch": [1, 2, "all"][int(rng.integers(3))],
        "order": str(rng.choice(["given", "shuffled"])),
        "seed": int(rng.integers(2**31)),
        "rule": rule,
        "loss": ["squared", "squared", "absolute", {"name": "huber", "threshold": 0.3}][int(rng.integers(4))],
        "reduction": str(rng.choice(["mean", "sum"])),
        "summation": str(rng.choice(["left-to-right", "left-to-right", "lanes"])),
        "update_order": str(rng.choice(["parallel", "parallel", "sequential"])),
        "frozen": [rng.random(w.shape) < 0.3 for w in weights] if rng.random() < 0.3 else None,
    }
    if keywords["batch"] != 1 and keywords["update_order"] == "parallel" and rng.random() < 0.5:
        keywords["parts"] = int(rng.integers(1, 5))
    if rng.random() < 0.3:
        name = str(rng.choice(["1/t", "cosine", "exponential"]))
        settings = {"1/t": {"decay": 0.5}, "cosine": {"end": 0.01, "steps": 9}, "exponential": {"factor": 0.9}}[name]
        keywords["alpha"] = ns.schedule(name, start=0.1, warm_up=2, **settings)
    return keywords


def everything(run: ns.Run) -> dict[str, bytes]:
    window = run.trace[:]
    columns = {name: column.tobytes() for name, column in window.read().items()}
    for number, layer in enumerate(window.layers):
        columns |= {f"layers[{number}].{name}": column.tobytes() for name, column in layer.read().items()}
    return columns


def test_compiled_is_the_definition():
    from nodescope.arithmetic import walk as plain
    from nodescope.arithmetic.problem import Cursor

    for seed in range(MANY):
        run = ns.descend(**recipe(seed))
        problem = run.recipe.problem
        state = problem.first_state(run.recipe.start_weights())
        schedule, last = run.recipe.schedule, run.replay.last_step
        plain.walk(problem, Cursor.at(0), state, last, alphas=None if schedule is None else schedule.until(last))
        assert state.tobytes() == run.replay.last_state.tobytes(), seed
        if seed % 4 == 0:
            certificate = ns.verify(run)
            assert certificate.passed, (seed, certificate.sentence)


def test_an_independent_oracle_agrees():
    """The step written down from its words, in plain lists; activations by the math library, so not to the last bit."""
    checked = 0
    for seed in range(MANY, MANY + BY_THE_ORACLE):
        keywords = recipe(seed) | {"rule": "plain", "alpha": 0.1, "order": "given", "summation": "left-to-right", "frozen": None}
        network = keywords["network"]
        run = ns.descend(**keywords)
        if run.ending is ns.Ending.DIVERGED or max(np.abs(w).max() for w in network.weights) > 10:
            continue
        layers = [
            (w.tolist(), None if b is None else b.tolist(), a.name)
            for w, b, a in zip(network.weights, network.biases, network.activations, strict=True)
        ]
        loss = run.recipe.loss
        for t in range(run.steps):
            examples = [e for e in np.atleast_1d(run.trace[t].example).tolist() if e >= 0]
            layers = naive_step(
                layers, [keywords["input"][e].tolist() for e in examples], [keywords["goal"][e].tolist() for e in examples],
                alpha=0.1, loss=loss.name, threshold=loss.threshold, mean=keywords["reduction"] == "mean",
                sequential=keywords["update_order"] == "sequential",
            )  # fmt: skip
            for (weights, bias, _), seen in zip(layers, run.trace[t].layers, strict=True):
                np.testing.assert_allclose(seen.new_weight, weights, rtol=1e-9, atol=1e-12)
                if bias is not None:
                    np.testing.assert_allclose(seen.new_bias, bias, rtol=1e-9, atol=1e-12)
            checked += 1
    assert checked > BY_THE_ORACLE / 2


@pytest.mark.parametrize("seed", range(0, 40, 1 if not PLAIN else 8))
def test_any_window_is_as_it_went(seed: int):
    run = ns.descend(**recipe(seed) | {"steps": 40})
    whole, steps = everything(run), run.steps
    window = run.trace[steps // 3 : 2 * steps // 3 + 1]
    for number, layer in enumerate(window.layers):
        for name, column in layer.read().items():
            all_bytes = whole[f"layers[{number}].{name}"]
            row = len(all_bytes) // steps
            assert column.tobytes() == all_bytes[steps // 3 * row : (steps // 3 + len(window)) * row], (number, name)
    step = run.trace[steps - 1]
    for number, layer in enumerate(run.trace[steps - 1 : steps].layers):
        assert np.asarray(step.layers[number].delta).tobytes() == layer["delta"][0].tobytes()


@pytest.mark.parametrize("seed", range(0, 40, 1 if not PLAIN else 8))
def test_saved_and_written_runs_come_back_to_the_bit(seed: int, tmp_path):
    run = ns.descend(**recipe(seed))
    ns.save(run, tmp_path / "run.nodescope")
    again = ns.load(tmp_path / "run.nodescope")
    assert everything(again) == everything(run)
    (tmp_path / "run.toml").write_text(run.recipe.to_toml(), encoding="utf-8")
    assert everything(ns.descend(**ns.read_recipe(tmp_path / "run.toml"))) == everything(run)


def smooth(seed: int) -> dict:
    keywords = recipe(seed)
    network = keywords["network"]
    weights = [np.clip(w, -2, 2) for w in network.weights]
    return keywords | {
        "network": ns.network(weights=weights, biases=network.biases, activations=[a.name for a in network.activations])
    }


def test_every_weighted_delta_is_a_slope():
    checked = 0
    for seed in range(cases(300, 10)):
        run = ns.descend(**smooth(seed) | {"alpha": 0.01, "steps": 3})
        check = ns.check_gradients(run, run.steps - 1)
        assert check.worst is None or check.passed, (seed, check.sentence)
        checked += check.worst is not None
    assert checked > cases(300, 10) * 2 / 3


def test_a_wrong_slope_is_named(monkeypatch: pytest.MonkeyPatch):
    from nodescope.diagnosis.checks import gradients

    run = ns.descend(network=ns.network([2, 3, 1]), input=[[0.3, 1], [1, -0.5]], goal=[1, 0], alpha=0.1, steps=5)
    right = gradients._weighted_deltas

    def wrong(of, at):
        told = right(of, at)
        told[4] *= 1.001
        return told

    monkeypatch.setattr(gradients, "_weighted_deltas", wrong)
    check = ns.check_gradients(run, 2)
    assert not check.passed
    assert (check.worst.layer, check.worst.node, check.worst.input) == (0, 1, 1)


def test_theorys_gradient_and_curvature():
    """The vectorised gradient is the engines'; Hessian times a direction is the gradient's change along it."""
    rng = np.random.default_rng(5)
    for seed in range(60):
        run = ns.descend(
            **smooth(seed) | {"batch": "all", "update_order": "parallel", "loss": "squared", "frozen": None, "steps": 1}
        )
        if any(a.name in ("relu", "leaky relu") for a in run.recipe.network.activations):
            continue
        problem, start = run.recipe.problem, run.recipe.start_weights()
        surface = Surface(problem, start)
        told = np.concatenate(
            [
                np.column_stack([layer.weighted_delta, *([layer.bias_weighted_delta] if "bias" in layer.columns else [])]).ravel()
                for layer in run.trace[0].layers
            ]
        )
        np.testing.assert_allclose(surface.gradient, told, rtol=1e-10, atol=1e-12)
        direction = rng.normal(size=problem.size)
        ahead, behind = (Surface(problem, start + sign * 1e-6 * direction).gradient for sign in (1, -1))
        change = (ahead - behind) / 2e-6
        np.testing.assert_allclose(surface.hessian_times(direction), change, rtol=1e-4, atol=1e-5 * np.abs(change).max())
        if problem.size <= 60:
            whole = np.column_stack([surface.hessian_times(row) for row in np.eye(problem.size)])
            assert math.isclose(sharpness(problem, start).value, np.linalg.eigvalsh(whole)[-1], rel_tol=1e-5, abs_tol=1e-9)


def test_one_layer_as_a_network_is_the_same_node():
    rng = np.random.default_rng(2)
    x, goal, weight = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), rng.normal(size=(2, 3))
    node = ns.descend(weight=weight, input=x, goal=goal, alpha=0.1, batch=2, steps=30)
    network = ns.descend(network=ns.network(weights=[weight]), input=x, goal=goal, alpha=0.1, batch=2, steps=30)
    assert network.weight[0].tobytes() == node.weight.tobytes()
    assert struct.pack("<d", network.mse) == struct.pack("<d", node.mse)
