"""Hinge and perceptron: compiled = definition = oracles in plain lists; what is said of them is what theory says."""

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import cases
from sklearn.linear_model import Perceptron

import nodescope as ns
from nodescope.cli import cli
from nodescope.theory.network import Surface

RNG = np.random.default_rng(8)
X = RNG.normal(size=(60, 2))
PARTED = np.where(X @ [1.0, -2.0] + 0.3 > 0, "yes", "no")
MIXED = np.where(X @ [1.0, -2.0] + RNG.normal(size=60) > 0, 1, 0)


def by_hand(x, y, epochs, alpha, loss):
    """Rosenblatt's rule, and the hinge's, as textbooks have them: y is 1 or −1."""
    w, b = [0.0, 0.0], 0.0
    for _ in range(epochs):
        for (x0, x1), side in zip(x.tolist(), y, strict=True):
            s = w[0] * x0 + w[1] * x1 + b
            wrong = (1.0 if s > 0 else -1.0) != side if loss == "perceptron" else side * s < 1.0
            if wrong:
                w, b = [w[0] - alpha * (-side * x0), w[1] - alpha * (-side * x1)], b - alpha * -side
    return w, b


@pytest.mark.parametrize("loss", ["perceptron", "hinge"])
@pytest.mark.parametrize("goal", [PARTED, MIXED])
def test_it_is_the_textbooks_loop(loss, goal):
    run = ns.descend(input=X, goal=goal, loss=loss, weight=[0.0, 0.0], bias=True, alpha=0.25, epochs=4)
    w, b = by_hand(X, np.where(run.recipe.examples.goal[:, 0] > 0.5, 1.0, -1.0).tolist(), 4, 0.25, loss)
    assert run.weight.tolist() == w
    assert run.bias == b
    assert ns.verify(run).passed


@pytest.mark.parametrize("seed", range(cases(100, 15)))
@pytest.mark.parametrize("loss", ["perceptron", "hinge"])
def test_every_number_is_the_definitions(loss, seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(2, 30)), int(rng.integers(1, 20))
    layers = {"network": {"hidden": [int(rng.integers(1, 9))]}} if seed % 2 else {"weight": rng.normal(size=d), "bias": True}
    run = ns.descend(
        input=rng.normal(size=(n, d)), goal=np.arange(n) % 2, loss=loss, alpha=0.3, epochs=5, batch=int(rng.integers(1, n + 1)),
        order="shuffled", seed=seed, rule=str(rng.choice(["plain", "momentum", "adam"])), **layers,
    )  # fmt: skip
    assert ns.verify(run).passed
    assert ns.check_gradients(run).passed or ns.check_gradients(run).worst is None
    step = run.trace[0].of_layer(len(run.recipe.problem.layers) - 1)
    examples = [e for e in np.atleast_1d(run.trace[0].example).tolist() if e >= 0]
    y = np.where(run.recipe.examples.goal[examples, 0] > 0.5, 1.0, -1.0)
    sums = np.reshape(step.sum, -1)[: len(examples)]
    wanted = np.where(y * sums < 1, -y, 0.0) if loss == "hinge" else (sums > 0) - (y > 0).astype(float)
    assert np.reshape(step.delta, -1)[: len(examples)].tolist() == wanted.tolist()


def test_the_slope_of_a_network_is_what_the_trace_has():
    run = ns.descend(network={"hidden": [4]}, input=X, goal=MIXED, loss="hinge", alpha=0.1, batch="all", steps=1)
    surface = Surface(run.recipe.problem, run.recipe.start_weights())
    told = run.trace[0].layers[0].weighted_delta
    assert np.allclose(run.recipe.problem.blocks(surface.gradient)[0][:, :2], told, rtol=1e-12)


def test_a_perceptron_comes_to_rest_within_the_mistakes_that_are_foretold():
    shared = {"input": X, "goal": PARTED, "loss": "perceptron", "weight": [0.0, 0.0], "bias": True, "alpha": 1.0}
    foretold, run = ns.forecast(**shared), ns.descend(**shared, epochs=500)
    assert run.ending is ns.Ending.SETTLED
    assert foretold.can_be_parted
    mistakes = int((run.trace[: run.settled_after]["delta"] != 0).sum())
    assert 0 < mistakes <= foretold.most_mistakes
    assert "rests after at most" in str(foretold)
    theirs = Perceptron(shuffle=False, tol=None, max_iter=500).fit(X, PARTED)
    assert (run.predict(X) == theirs.predict(X)).all()
    assert ns.diagnose(run).headline == "Healthy: nothing is wrong."


def test_classes_that_overlap_give_a_perceptron_no_rest():
    shared = {"input": X, "goal": MIXED, "loss": "perceptron", "weight": [0.0, 0.0], "bias": True, "alpha": 1.0}
    assert ns.forecast(**shared).can_be_parted is False
    found = ns.diagnose(ns.descend(**shared, epochs=30))
    assert found.findings[0].name == "irreducible error"
    assert "never comes to rest" in str(ns.forecast(**shared))
    hinge = ns.diagnose(ns.descend(**shared | {"loss": "hinge", "alpha": 0.01}, epochs=100))
    assert all(finding.severity == "note" for finding in hinge.findings), hinge


def test_scores_and_predictions_tell_no_probabilities():
    run = ns.descend(input=X, goal=PARTED, loss="hinge", network={"hidden": [4]}, alpha=0.05, epochs=60)
    assert run.predict(X[0]) in ("yes", "no")
    assert run.score.seen.accuracy == (run.predict(X) == PARTED).mean() > 0.9
    assert "log loss" not in repr(run.score)
    assert "hinge loss" in run.sentence
    with pytest.raises(ns.InputError, match="cross-entropy"):
        run.predict_probabilities(X)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"goal": np.arange(60) % 3}, "two classes"),
        ({"goal": PARTED, "network": ns.network([2, 3, 1], output_activation="tanh")}, "the last one"),
        ({"goal": PARTED, "network": ns.network([2, 3, 2])}, "one output|1 node|outputs"),
    ],
)
def test_what_is_refused(given, said):
    with pytest.raises(ns.InputError, match=said):
        ns.descend(**{"input": X, "loss": "perceptron", "alpha": 0.1, **given})


def test_a_step_is_for_perceptrons():
    with pytest.raises(ns.InputError, match="perceptron"):
        ns.descend(network=ns.network([2, 3, 1], activation="step"), input=X, goal=MIXED, alpha=0.1)
    layers = ns.network([2, 1], output_activation="step")
    run = ns.descend(network=layers, input=X, goal=PARTED, loss="perceptron", alpha=1.0, epochs=500)
    assert run.ending is ns.Ending.SETTLED


def test_files_toml_and_shell_tell_the_same(tmp_path):
    run = ns.descend(input=X, goal=PARTED, loss="perceptron", weight=[0.0, 0.0], bias=True, alpha=1.0, epochs=3)
    (tmp_path / "a.toml").write_text(run.recipe.to_toml())
    ns.save(run, tmp_path / "a.nodescope")
    again = ns.descend(**ns.read_recipe(tmp_path / "a.toml"))
    assert again.recipe == ns.load(tmp_path / "a.nodescope").recipe == run.recipe
    assert again.network.flat().tobytes() == run.network.flat().tobytes()
    table = tmp_path / "t.csv"
    table.write_text("a,b,kind\n" + "\n".join(f"{a},{b},{kind}" for (a, b), kind in zip(X, PARTED, strict=True)))
    line = [
        "run",
        "--data",
        str(table),
        "--goal",
        "kind",
        "--loss",
        "hinge",
        "--alpha",
        "0.1",
        "--out",
        str(tmp_path / "b.nodescope"),
    ]
    assert CliRunner().invoke(cli, line).exit_code == 0
    told = CliRunner().invoke(cli, ["predict", str(tmp_path / "b.nodescope"), str(table)]).output.splitlines()
    assert told[0] == "kind"
    assert set(told[1:]) == {"yes", "no"}
