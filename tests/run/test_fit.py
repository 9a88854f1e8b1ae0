"""A fit that nobody was told how to make: as good as scikit-learn's pipelines, told in plain words, made again from its TOML."""

import datetime
import decimal
import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn import datasets
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nodescope as ns
from nodescope.cli import cli

fit_module: Any = importlib.import_module("nodescope.run.fit")
TABLES = ["diabetes", "iris", "wine", "breast_cancer"]


def frame_of(name: str):
    return getattr(datasets, f"load_{name}")(as_frame=True).frame


@pytest.mark.parametrize("name", TABLES)
def test_it_is_as_good_as_a_pipeline(name):
    """On rows that neither has seen; theirs learns from all the others, ours keeps a fifth of them back to know when to stop."""
    frame, ours, theirs = frame_of(name), [], []
    numbers = name == "diabetes"
    for seed in range(5):
        test = np.random.default_rng(seed).permutation(len(frame)) < len(frame) // 5
        seen, unseen = frame[~test], frame[test]
        fitted = ns.fit(seen, goal="target", seed=seed)
        pipeline = make_pipeline(StandardScaler(), LinearRegression() if numbers else LogisticRegression(max_iter=1000))
        pipeline.fit(seen.drop(columns="target"), seen["target"])
        for scores, model in ((ours, fitted), (theirs, pipeline)):
            said = model.predict(unseen.drop(columns="target"))
            wrong = said - unseen["target"].to_numpy()
            scores.append(np.sqrt((wrong**2).mean()) if numbers else (wrong == 0).mean())
    if numbers:
        assert np.mean(ours) < 1.02 * np.mean(theirs)
    else:
        assert np.mean(ours) > np.mean(theirs) - 0.02


def test_the_answer_is_a_sentence():
    fitted = ns.fit(frame_of("diabetes"), goal="target")
    assert fitted.answer == "Off by about 55 on rows it never saw; least squares: 55; guessing the mean: 82."
    assert len(fitted.decided) == 5
    assert fitted.advice.startswith("Next: ")
    assert repr(fitted).count("\n") == 6


def test_a_hidden_layer_finds_what_a_sum_cannot():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, size=(400, 2))
    table = {"a": x[:, 0], "b": x[:, 1], "ring": np.where((x**2).sum(axis=1) > 2, "out", "in")}
    node, network, found = (ns.fit(table, goal="ring", hidden=hidden) for hidden in (None, [16], "auto"))
    assert node.run.score.unseen.accuracy < 0.75
    assert network.run.score.unseen.accuracy > 0.92
    assert found.run.score.unseen.accuracy > 0.92
    assert "the best of 4 that were tried" in repr(found)


def test_what_tells_nothing_is_left_out():
    rng = np.random.default_rng(1)
    table = {
        "id": [f"row {i}" for i in range(80)], "same": [3.0] * 80, "x": rng.normal(size=80).tolist(), "empty": [None] * 80,
        "y": rng.normal(size=80).tolist(),
    }  # fmt: skip
    fitted = ns.fit(table, goal="y")
    assert "left out: id (text, 80 different values), same (always 3), empty (no values)" in repr(fitted)
    assert fitted.run.recipe.input_names == ("x",)
    assert fitted.advice == "Next: it does no better than guessing, so look for other columns; these tell nothing of the goal." or (
        fitted.run.score.unseen.rmse < fitted.run.score.mean.unseen.rmse
    )


@pytest.mark.parametrize(
    ("goal", "loss"),
    [([0.0, 1.0] * 30, "cross-entropy"), ([0, 1, 2] * 20, "cross-entropy"), (["a", "b"] * 30, "cross-entropy"),
     ([1, 2, 3, 4, 5] * 12, "squared"), (list(range(60)), "squared"), ([0.5, 1.5, 2.5] * 20, "squared")],
)  # fmt: skip
def test_what_is_a_class(goal, loss):
    x = np.random.default_rng(0).normal(size=60)
    assert ns.fit({"x": x, "y": goal}, goal="y").run.recipe.loss.name == loss
    assert ns.fit({"x": x, "y": list(range(60))}, goal="y", loss="huber").run.recipe.loss.name == "huber"


@pytest.mark.parametrize("name", ["diabetes", "iris"])
def test_the_shell_and_its_recipe(name, tmp_path):
    frame_of(name).to_csv(tmp_path / "table.csv", index=False)
    runner = CliRunner()
    paths = [str(tmp_path / file) for file in ("table.csv", "run.toml", "run.nodescope")]
    told = runner.invoke(cli, ["fit", paths[0], "--goal", "target", "--recipe", paths[1], "--out", paths[2]])
    assert told.exit_code == 0, told.output
    assert told.output.startswith("Off by about 55 on rows" if name == "diabetes" else "Right for about")
    kept, again = ns.load(paths[2]), ns.descend(**ns.read_recipe(paths[1]))
    assert again.recipe == kept.recipe
    assert again.replay.last_state.tobytes() == kept.replay.last_state.tobytes()
    assert '"answer"' in runner.invoke(cli, ["fit", paths[0], "--goal", "target", "--json"]).output


def test_refusals():
    table = {"rooms": [1.0, 2.0], "price": [1.0, 2.0]}
    with pytest.raises(ns.InputError, match="has no column 'prise'; did you mean 'price'"):
        ns.fit(table, goal="prise")
    with pytest.raises(ns.InputError, match="hidden is 'many'; it may be \"auto\""):
        ns.fit(table, goal="price", hidden="many")
    with pytest.raises(ns.InputError, match="no column is left to predict from"):
        ns.fit({"same": [1.0, 1.0], "price": [1.0, 2.0]}, goal="price")


ODD: dict[str, Any] = {
    "lists": [[1.0]] * 30, "structs": [{"q": 1}] * 30, "complex numbers": [1j] * 30, "text beside numbers": ["x", 5] * 15,
    "signalling NaNs": [decimal.Decimal("sNaN")] * 30, "integers beyond 64 bits": [10**30] * 30,
    "times": [datetime.timedelta(1)] * 30,
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_a_column_that_is_neither_numbers_nor_text_is_left_out_with_the_reason(kind: str):
    """Story: lists and structs were Python's "unhashable type", a signalling NaN an error of its own."""
    fit = ns.fit({"odd": ODD[kind], "b": [*range(30)], "y": [*range(30)]}, goal="y")
    assert fit.decided[1].startswith("inputs: b; left out: odd (")
    assert "text, 30 different" not in fit.decided[1]
    assert "odd" in str(ns.inspect({"odd": ODD[kind], "y": [*range(30)]}, goal="y"))


def test_dates_are_left_out_as_dates():
    days = [datetime.date(2020, 1, 1 + day) for day in range(30)]
    assert "left out: day (dates)" in ns.fit({"day": days, "b": [*range(30)], "y": [*range(30)]}, goal="y").decided[1]


def test_a_goal_that_is_an_input_too_and_no_inputs_at_all_are_refused():
    table = {"a": [1.0, 2.0, 4.0], "y": [1.0, 2.0, 3.0]}
    with pytest.raises(ns.InputError, match="the column 'y' is both goal and input; take it out of inputs"):
        ns.fit(table, goal="y", inputs=["y", "a"])
    with pytest.raises(ns.InputError, match="no column is left to predict from; name at least one input"):
        ns.fit(table, goal="y", inputs=[])
    with pytest.raises(ns.InputError, match=r"no column is left to predict from; left out: (c\d+ \(always 1\),? ){6}and 44 more$"):
        ns.fit({f"c{i}": [1.0] * 3 for i in range(50)} | {"y": [1.0, 2.0, 3.0]}, goal="y")


def test_an_error_that_no_number_holds_is_told(recwarn: pytest.WarningsRecorder):
    """Story: "Off by about nan"."""
    fit = ns.fit({"a": [*range(30)], "y": [5e306 * i for i in range(30)]}, goal="y")
    assert fit.answer.startswith(
        "Its error on the rows that it learned from is beyond the largest number there is; divide the goal"
    )
    assert not recwarn.list


def seen_of(fitted: ns.Fit, frame):
    return frame.iloc[fitted.run.recipe.source.seen_rows]


def test_a_node_ends_at_the_lowest_point():
    """Known: least squares of the seen rows by LAPACK; for classes Newton's answer with C=1, which is l2 = 1 ÷ rows."""
    frame = frame_of("diabetes")
    fitted = ns.fit(frame, goal="target")
    seen = seen_of(fitted, frame)
    best = LinearRegression().fit(seen.drop(columns="target"), seen["target"])
    assert fitted.run.table_weight == pytest.approx(best.coef_, rel=1e-3)
    for name in ("wine", "breast_cancer"):
        frame = frame_of(name)
        fitted = ns.fit(frame, goal="target")
        seen = seen_of(fitted, frame)
        pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000, tol=1e-8))
        pipeline.fit(seen.drop(columns="target"), seen["target"])
        x = frame.drop(columns="target")
        ours = fitted.run.predict_probabilities(x)
        assert np.abs(ours - pipeline.predict_proba(x)).max() < 5e-3
        assert fitted.run.recipe.penalty.l2 == 1 / len(seen)
        assert fitted.run.recipe.keep == "last"


def test_a_penalty_may_be_given():
    frame = frame_of("breast_cancer")
    assert not ns.fit(frame, goal="target", penalty=0).run.recipe.penalty
    assert ns.fit(frame, goal="target", penalty={"l2": 0.5}).run.recipe.penalty.l2 == 0.5
    assert not ns.fit(frame_of("diabetes"), goal="target").run.recipe.penalty


def test_an_epoch_is_kept_only_where_it_is_clearly_better():
    """As many columns as rows: the lowest point goes through every seen row, noise and all, and is far off elsewhere."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 155))
    y = 2 * x[:, 0] + rng.normal(size=200)
    fitted = ns.fit({**{f"c{i}": x[:, i] for i in range(155)}, "y": y}, goal="y")
    assert fitted.run.gone is not None
    assert fitted.run.score.unseen.rmse < 0.8 * fitted.run.score.least_squares.unseen.rmse
    few = ns.fit({**{f"c{i}": x[:, i] for i in range(5)}, "y": y}, goal="y")
    assert few.run.gone is None


def test_words_fit_what_was_done():
    """Story: sixty rows of which none was to be kept were "so few"; a column of numbers in text was told to be one but for its
    first; and where the error was beyond all numbers the columns told nothing of the goal."""
    rows = {"a": [*range(60)], "y": [float(i * i) for i in range(60)], "z": [float(i) for i in range(60)]}
    assert "none kept unseen; inputs" in repr(ns.fit(rows, goal="y", holdout=0))
    assert "none kept unseen, as there are so few; inputs" in repr(ns.fit({name: v[:49] for name, v in rows.items()}, goal="y"))
    assert "goal: y, z, numbers; what" in repr(ns.fit(rows, goal=["y", "z"]))
    told = ns.fit(rows | {"t": [f"{i}.5" for i in range(60)]}, goal="y").decided[1]
    assert "t (numbers written as text, such as '0.5' in row 1; give them as numbers)" in told
    assert (
        ns.fit({"a": [*range(30)], "y": [5e306 * i for i in range(30)]}, goal="y").advice == "Next: divide the goal, and fit again."
    )


@pytest.mark.parametrize(
    ("change", "improves"),
    [
        ({}, True), ({"end": 0.9995}, False), ({"layers": 2, "end": 1.0}, True), ({"gone": 20}, False),
        ({"layers": 2, "gone": 20}, False), ({"ending": ns.Ending.SETTLED}, False),
        ({"ending": ns.Ending.TOLERANCE, "layers": 2}, False),
    ],
)  # fmt: skip
def test_whether_more_steps_are_worth_while(change: dict[str, Any], improves: bool, monkeypatch: pytest.MonkeyPatch):
    """A node whose last two of fifteen steps took off more than a thousandth; a network whose steps were used."""
    monkeypatch.setattr(fit_module, "mean_loss", lambda _problem, error: error)
    problem = SimpleNamespace(layers=[None] * change.get("layers", 1), weights=lambda state: state)
    errors = {13: 1.0, 15: change.get("end", 0.9985)}
    run: Any = SimpleNamespace(
        ending=change.get("ending", ns.Ending.STEPS_USED), gone=change.get("gone"), recipe=SimpleNamespace(problem=problem),
        steps=15, replay=SimpleNamespace(state_at=errors.__getitem__),
    )  # fmt: skip
    assert fit_module._improves(run) is improves
