"""Penalties, clipping and alphas of their own: what is taken, what is refused, and what is said of them."""

import numpy as np
import pytest
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli

RNG = np.random.default_rng(2)
X = RNG.normal(size=(40, 3))
Y = X @ [1.0, -2.0, 0.5] + 0.1 * RNG.normal(size=40)
NODE = {"input": X, "goal": Y, "weight": np.zeros(3), "alpha": 0.05, "epochs": 10}


@pytest.mark.parametrize(
    ("penalty", "told"),
    [
        (None, None), (0, None), ({"l2": 0.0, "bias": True}, None), (0.01, {"l2": 0.01}), ("0.01", {"l2": 0.01}),
        ("l2=0.01, l1=1e-3", {"l2": 0.01, "l1": 0.001}), ({"l1": 0.5, "bias": True}, {"l1": 0.5, "bias": True}),
        ("l1=2,bias", {"l1": 2.0, "bias": True}),
    ],
)  # fmt: skip
def test_a_penalty_is_taken_in_several_ways(penalty, told):
    assert ns.forecast(**NODE, penalty=penalty).recipe.penalty.told() == told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"penalty": -1}, "penalty"), ({"penalty": {"l3": 1}}, "l2"), ({"penalty": "strong"}, "penalty"),
        ({"penalty": {"l2": "much"}}, "l2 of penalty"), ({"clip": 0}, "clip"), ({"clip": -1}, "clip"),
        ({"alpha_factors": [1, 2]}, "alpha_factors"), ({"alpha_factors": [1, 2, -3]}, "at least 0"),
        ({"alpha_factors": [1, 2, np.inf]}, "alpha_factors"), ({"penalty": {"l2": 1, "bias": "yes"}}, "bias of penalty"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(given, said):
    with pytest.raises(ns.InputError, match=said) as refused:
        ns.descend(**NODE, **given)
    assert "\n" not in str(refused.value)


def test_clipping_goes_with_layers_that_are_updated_together():
    layers = {"network": {"hidden": [2]}, "input": X, "goal": Y, "alpha": 0.1, "epochs": 1}
    with pytest.raises(ns.InputError, match="clip shortens all"):
        ns.descend(**layers, clip=1.0, update_order="sequential")


def test_moments_do_not_know_of_penalties():
    with pytest.raises(ns.InputError, match="neither penalty, clip nor alpha_factors"):
        ns.descend(**NODE | {"batch": "all"}, method="moments", penalty=0.1)


def test_alphas_of_layers():
    layers = ns.network([3, 2, 1], seed=1)
    run = ns.descend(network=layers, input=X, goal=Y, alpha=0.1, steps=1, alpha_factors=[0, None])
    assert run.network.weights[0].tobytes() == layers.weights[0].tobytes()
    assert np.allclose(run.trace[0].layers[1].alpha_delta, 0.1 * run.trace[0].layers[1].weighted_delta, rtol=1e-15)


def test_the_shell_takes_them(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,b,y\n" + "\n".join(f"{a},{b},{y}" for (a, b, _), y in zip(X, Y, strict=True)))
    line = ["run", "--data", str(table), "--goal", "y", "--penalty", "l2=0.1,l1=0.01", "--clip", "2", "--alpha", "0.05"]
    done = CliRunner().invoke(cli, [*line, "--epochs", "3", "--out", str(tmp_path / "r.nodescope")])
    assert done.exit_code == 0, done.output
    recipe = ns.load(tmp_path / "r.nodescope").recipe
    assert (recipe.penalty.l2, recipe.penalty.l1, recipe.clip) == (0.1, 0.01, 2.0)


def test_an_explanation_writes_out_what_joins_and_python_works_it_out():
    run = ns.descend(**NODE, bias=True, penalty={"l2": 0.1, "l1": 0.01}, clip=0.5, rule="momentum", alpha_factors=[1, 0.5, 2])
    page = ns.explain(run, 3)
    lines = {line.name: line for line in page.lines}
    for name in (
        "penalty delta of input 1",
        "gradient of input 1",
        "own alpha of input 1",
        "alpha delta of input 1",
        "clip factor",
    ):
        assert eval(lines[name].exactly) == lines[name].value, name
    assert "penalty delta of bias" not in lines
    assert lines["alpha delta of input 1"].value == run.trace[3].alpha_delta[1]
    assert lines["gradient norm"].value == run.trace[3].gradient_norm


def test_verdicts_tell_penalty_and_clipping():
    run = ns.descend(**NODE | {"epochs": 100}, bias=True, penalty=0.01, clip=50.0)
    found = {finding.name: finding for finding in ns.diagnose(run).findings}
    assert found["penalty"].severity == found["clipping"].severity == "note"
    assert "none were clipped" in found["clipping"].text
    assert all(finding.severity == "note" for finding in found.values())


def test_a_penalty_that_leaves_the_weights_no_room_is_a_warning_and_a_tenth_helps():
    strong = ns.descend(**NODE | {"epochs": 200, "batch": "all"}, penalty=10.0)
    assert ns.diagnose(strong).findings[0].name == "penalty"
    assert ns.diagnose(strong).findings[0].severity == "warning"
    weaker = ns.descend(**NODE | {"epochs": 200, "batch": "all"}, penalty=1.0)
    assert weaker.mse < 0.7 * strong.mse


def test_steps_that_are_all_clipped_are_a_warning():
    run = ns.descend(**NODE, clip=1e-3)
    assert {f.name: f.severity for f in ns.diagnose(run).findings}["clipping"] == "warning"


def test_tolerance_without_unseen_rows_looks_at_error_and_penalty_together():
    """The error alone goes on falling and rising; what the steps make smaller is what stands."""
    run = ns.descend(**NODE | {"epochs": 1000, "batch": "all"}, penalty=0.5, tolerance=1e-9)
    assert run.ending is ns.Ending.TOLERANCE
    assert run.watch.best == pytest.approx(run.loss + run.penalty_cost, rel=1e-8)


def test_schedules_of_scikit_learn_and_pytorch():
    scaled = ns.schedule("invscaling", start=0.5, power=0.25)
    assert [scaled(t) for t in (0, 15, 80)] == [0.5, 0.25, 0.5 / 81**0.25]
    standing = ns.schedule("plateau", start=0.4, factor=0.5, patience=0, change=0.0, least=0.1)
    flat = {"weight": 0.0, "input": [1.0, 1.0], "goal": [1.0, -1.0], "batch": "all", "epochs": 9}
    run = ns.descend(**flat, alpha=standing)
    assert run.trace[:]["alpha"].tolist() == [0.4] * 2 + [0.2] + [0.1] * 6 or run.ending is ns.Ending.SETTLED
    falling = ns.descend(**NODE | {"epochs": 60, "alpha": standing})
    alphas = falling.trace[:]["alpha"]
    assert alphas[0] == 0.4
    assert set(alphas.tolist()) <= {0.4, 0.2, 0.1}
    assert alphas[-1] == 0.1
    assert ns.verify(falling).passed
    again = ns.descend(**NODE | {"epochs": 60, "alpha": standing})  # a schedule is no run's own
    assert again.trace[:]["alpha"].tobytes() == alphas.tobytes()


def test_a_plateau_refuses_what_it_cannot_use():
    for settings in ({"factor": 1.5}, {"patience": 0.5}, {"change": -1}):
        with pytest.raises(ns.InputError, match="schedule 'plateau'"):
            ns.schedule("plateau", start=0.1, **settings)
