"""`standardise` by hand: ddof 0, ddof 1 and min-max, for arrays as for tables; kept as numbers, told in the person's units."""

import json
import sqlite3

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.file.content import RECIPE_SINCE

COLUMN = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]
"""Mean 5, squared deviations 32: a deviation of 2 by n, of √(32/7) by n − 1; from 2 to 9."""
GOAL = [1.0, 2.0, 2.5, 2.0, 3.0, 3.0, 4.0, 5.5]
WAYS = {
    "True": (True, 5.0, 2.0, ("mean", "deviation")),
    "ddof 1": ("ddof 1", 5.0, (32 / 7) ** 0.5, ("mean", "deviation")),
    "min-max": ("min-max", 2.0, 7.0, ("least", "range")),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_numbers_by_hand_for_arrays_and_tables(way):
    asked, centre, unit, names = WAYS[way]
    of_array = ns.descend(input=np.array(COLUMN)[:, None], goal=GOAL, bias=True, standardise=asked, alpha=0.1, steps=50)
    of_table = ns.descend(data={"a": COLUMN, "y": GOAL}, goal="y", standardise=asked, alpha=0.1, steps=50)
    for run in (of_array, of_table):
        scaling = run.recipe.examples.scaling
        assert (scaling.centre.tolist(), scaling.unit.tolist()) == ([centre], [pytest.approx(unit, rel=1e-15)])
        assert list(scaling.settings()) == list(names)
        expected = (np.array(COLUMN) - scaling.centre) / scaling.unit
        assert run.recipe.examples.input[:, 0].tobytes() == expected.tobytes()
    assert of_array.weight.tobytes() == of_table.weight.tobytes()
    assert of_array.predict([[3.0]]) == of_table.predict({"a": [3.0]})


def test_predictions_and_table_weights_are_in_the_persons_units():
    run = ns.descend(input=COLUMN, goal=GOAL, bias=True, standardise="min-max", alpha=0.5, batch="all", steps=4000)
    slope, offset = np.polyfit(COLUMN, GOAL, 1)
    assert (run.table_weight, run.table_bias) == (pytest.approx(slope, rel=1e-9), pytest.approx(offset, abs=1e-9))
    assert run.predict(3.0) == pytest.approx(offset + 3 * slope, rel=1e-9)
    assert run.predict([3.0, 100.0]) == pytest.approx([offset + 3 * slope, offset + 100 * slope], rel=1e-9)


def test_the_persons_array_is_left_as_it_is():
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    ns.descend(input=x, goal=[1.0, 2.0], standardise=True, bias=True, alpha=0.1, steps=1)
    assert x.tolist() == [[1.0, 2.0], [3.0, 5.0]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("network", [None, {"hidden": [3]}])
def test_kept_in_recipes_and_files_as_numbers(way, network, tmp_path):
    asked = WAYS[way][0]
    x, goal = np.column_stack([COLUMN, GOAL]), 1000 + 200 * np.array(GOAL)
    given = {"network": network} if network else {"bias": True}
    run = ns.descend(input=x, goal=goal, standardise=asked, alpha=0.1, steps=30, **given)
    keywords = {**run.recipe.keywords()}
    assert asked not in keywords.values()
    (tmp_path / "run.toml").write_text(run.recipe.to_toml())
    ns.save(run, tmp_path / "run.nodescope")
    again = ns.descend(**ns.read_recipe(tmp_path / "run.toml"))
    for other in (again, ns.load(tmp_path / "run.nodescope")):
        assert np.asarray(other.predict(x)).tobytes() == np.asarray(run.predict(x)).tobytes()
        assert other.recipe == run.recipe


def test_a_data_frames_recipe_predicts_in_its_own_units_again(tmp_path):
    table = {"a": COLUMN, "y": GOAL}
    run = ns.descend(data=table, goal="y", standardise=True, alpha=0.1, epochs=40)
    (tmp_path / "run.toml").write_text(run.recipe.to_toml())
    again = ns.descend(**ns.read_recipe(tmp_path / "run.toml"))
    assert again.predict([[6.0]])[0] == run.predict({"a": [6.0]})[0]


def test_goals_of_a_network_over_arrays_are_scaled_as_those_of_a_table():
    x, goal = np.array(COLUMN)[:, None], 1000 + 200 * np.array(GOAL)
    how = {"network": {"hidden": [3]}, "standardise": True, "alpha": 0.1, "epochs": 30}
    of_array = ns.descend(input=x, goal=goal, **how)
    of_table = ns.descend(data={"a": COLUMN, "y": goal}, goal="y", **how)
    assert of_array.predict(x).tobytes() == of_table.predict({"a": COLUMN}).tobytes()


def test_houses_with_n_minus_1():
    """Published (a course's exercise): 0.0001 of the goals' spread apart is a slip, ddof 0 gives another weight."""
    x = np.array([[2104.0, 3], [1600, 3], [2400, 3], [1416, 2], [3000, 4]])
    run = ns.descend(input=x, goal=[1.0, 2, 3, 4, 5], bias=True, standardise="ddof 1", alpha=0.1, steps=1)
    assert run.recipe.examples.input.std(axis=0, ddof=1) == pytest.approx([1.0, 1.0], rel=1e-15)


def test_a_column_of_one_value_becomes_0():
    for asked in (True, "ddof 1", "min-max"):
        run = ns.descend(data={"a": [3.0, 3.0], "b": [1.0, 2.0], "y": [1.0, 2.0]}, goal="y", standardise=asked, alpha=0.1, steps=1)
        assert run.recipe.examples.input[:, 0].tolist() == [0.0, 0.0]
    one = ns.descend(data={"a": [3.0], "y": [1.0]}, goal="y", standardise="ddof 1", alpha=0.1, steps=1)
    assert one.recipe.examples.scaling.unit.tolist() == [1.0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("ddof 2", ["standardise is 'ddof 2'", "'ddof 1'", "'min-max'"]),
        ("minmax", ["did you mean 'min-max'?"]),
        (3, ["standardise is 3", "True, False"]),
        ({"least": [0.0], "deviation": [1.0]}, ["'mean' and 'deviation'", "'least' and 'range'"]),
        ({"least": [0.0], "range": [0.0]}, ["range 0 is 0.0"]),
        ({"mean": [0.0], "deviation": [1.0], "applied": 3}, ["applied", "3"]),
    ],
)
def test_refusals(asked, said):
    with pytest.raises(ns.InputError) as caught:
        ns.descend(input=COLUMN, goal=GOAL, standardise=asked, alpha=0.1)
    assert [part for part in said if part not in str(caught.value)] == []


def test_a_range_beyond_the_doubles_is_refused():
    with pytest.raises(ns.InputError, match="range"):
        ns.descend(input=[-1.7e308, 1.7e308], goal=[0.0, 1.0], standardise="min-max", alpha=0.1)


def test_a_file_of_an_older_version_keeps_its_scaling_beside_its_table(tmp_path):
    run = ns.descend(data={"a": COLUMN, "y": GOAL}, goal="y", standardise=True, network={"hidden": [2]}, alpha=0.1, epochs=4)
    ns.save(run, tmp_path / "run.nodescope")
    with sqlite3.connect(tmp_path / "run.nodescope") as file:
        (text,) = file.execute("SELECT value FROM header WHERE key = 'recipe'").fetchone()
        kept = json.loads(text)
        told = kept.pop("scaling")
        for later in {name for name, since in RECIPE_SINCE.items() if since > 3 and name in kept}:
            del kept[later]
        kept["source"] |= {"scaling": {name: told[name] for name in ("mean", "deviation")}, "goal_scaling": told["goal"]}
        file.execute("UPDATE header SET value = ? WHERE key = 'recipe'", (json.dumps(kept),))
        file.execute("DELETE FROM header WHERE key = 'checksum'")  # as there was none
        file.execute("PRAGMA user_version=3")
    file.close()
    assert ns.load(tmp_path / "run.nodescope").predict({"a": [3.0]}) == run.predict({"a": [3.0]})
