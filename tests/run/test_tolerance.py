"""Runs that end because the error no longer improves, and runs that keep their best epoch: where they end, by hand."""

import numpy as np
import pytest

import nodescope as ns


def table(seed: int = 0, n: int = 60, classes: bool = False) -> dict:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    y = x @ [1.0, -2.0, 0.5, 0.0] + rng.normal(size=n)
    data = {name: x[:, i].tolist() for i, name in enumerate("abcd")}
    return data | {"y": np.where(y > 0, "up", "down").tolist() if classes else y.tolist()}


def errors_of(keywords: dict, epochs: int) -> list[float]:
    """Half the mse, or the log loss, on the unseen rows after each epoch, each from a run of its own."""
    told = []
    for epoch in range(1, epochs + 1):
        run = ns.descend(**keywords, epochs=epoch)
        examples = run.recipe.examples
        x, goal = examples.unseen_input, examples.unseen_goal
        p = run.predictions(x)
        if run.recipe.classes:
            told.append(float(-np.log(np.where(goal > 0.5, p, 1 - p)).mean()))
        else:
            told.append(float(0.5 * ((p - goal) ** 2).sum(axis=1).mean()))
    return told


def by_hand(errors: list[float], change: float, patience: int) -> int | None:
    """The epoch after which it is over."""
    reference, waited = np.inf, 0
    for epoch, error in enumerate(errors, 1):
        if error < reference * (1 - change):
            reference, waited = error, 0
        else:
            waited += 1
        if waited == patience:
            return epoch
    return None


@pytest.mark.parametrize("classes", [False, True])
@pytest.mark.parametrize(("change", "patience"), [(0.0, 1), (1e-3, 3), (0.02, 2)])
def test_it_ends_where_it_no_longer_improves(classes, change, patience):
    network = {"hidden": [6], "seed": 2}
    keywords = {
        "data": table(classes=classes), "goal": "y", "standardise": True, "holdout": 0.3, "network": network, "batch": 4,
        "order": "shuffled", "alpha": 0.1, "loss": "cross-entropy" if classes else "squared",
    }  # fmt: skip
    errors = errors_of(keywords, 40)
    expected = by_hand(errors, change, patience)
    run = ns.descend(**keywords, epochs=40, tolerance={"change": change, "patience": patience})
    per_epoch = run.recipe.steps_per_epoch
    assert expected is not None
    assert (run.ending, run.steps) == (ns.Ending.TOLERANCE, expected * per_epoch)
    assert "The error no longer improved, so it was stopped after" in run.sentence
    assert run.verify().passed

    best = ns.descend(**keywords, epochs=40, keep="best")
    assert best.steps == per_epoch * (1 + int(np.argmin(errors)))
    assert best.gone == 40 * per_epoch
    assert f"the best of all {best.gone:,} steps" in best.sentence
    assert best.verify().passed
    assert not ns.diagnose(best).withheld


def test_seen_rows_where_none_are_unseen():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, tolerance=0.01, steps=500)
    assert run.ending is ns.Ending.SETTLED  # each step takes off a fifth of the error until nothing moves
    run = ns.descend(data=table(), goal="y", alpha=1e-3, tolerance=0.05, epochs=500)
    assert run.ending is ns.Ending.TOLERANCE


@pytest.mark.parametrize("keep", ["last", "best"])
def test_saved_and_written_runs_come_back(keep, tmp_path):
    path = tmp_path / "table.csv"
    rows = zip(*table().values(), strict=True)
    path.write_text("\n".join(["a,b,c,d,y", *(",".join(map(repr, row)) for row in rows)]), encoding="utf-8")
    keywords = {"data": path, "goal": "y", "holdout": 0.3, "network": {"hidden": [6]}, "alpha": 0.1, "epochs": 60}
    run = ns.descend(**keywords, tolerance={"change": 1e-3, "patience": 4}, keep=keep, out=tmp_path / "run.nodescope")
    again = ns.load(tmp_path / "run.nodescope")
    (tmp_path / "run.toml").write_text(run.recipe.to_toml(), encoding="utf-8")
    anew = ns.descend(**ns.read_recipe(tmp_path / "run.toml"))
    for other in (again, anew):
        assert other.recipe == run.recipe
        assert (other.ending, other.steps, other.gone) == (run.ending, run.steps, run.gone)
        assert other.replay.last_state.tobytes() == run.replay.last_state.tobytes()
        assert other.trace[5:9]["mse"].tobytes() == run.trace[5:9]["mse"].tobytes()


def test_an_interrupted_run_goes_on_to_the_same_end(tmp_path):
    keywords = {
        "data": table(), "goal": "y", "holdout": 0.3, "network": {"hidden": [6]}, "alpha": 0.05, "epochs": 200, "keep": "best",
        "tolerance": {"change": 1e-3, "patience": 9},
    }  # fmt: skip
    whole = ns.descend(**keywords)
    ns.descend(**keywords, time_limit=0.0, out=tmp_path / "run.nodescope")
    later = ns.resume(tmp_path / "run.nodescope", epochs=200)
    assert (later.steps, later.gone) == (whole.steps, whole.gone) or later.ending is ns.Ending.TIME_USED


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        (-1.0, "tolerance is -1.0; it must be at least 0 and below 1"),
        ({"change": 0.1, "wait": 3}, "tolerance has no 'wait'; it has change and patience"),
        ({"change": 0.1, "patience": 0}, "tolerance: patience is 0; it must be at least 1"),
    ],
)
def test_refusals(tolerance, message):
    with pytest.raises(ns.InputError, match=message):
        ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, tolerance=tolerance)
