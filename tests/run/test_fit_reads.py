"""A fit of tables as they come: how a file is written, folders, dates, categories, and what later tables may hold."""

import numpy as np
import pytest
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli

RNG = np.random.default_rng(4)
N = 120
SIZE = RNG.uniform(20, 120, N)
ISLAND = RNG.choice(["Biscoe", "Dream", "Torgersen"], N)
SHIFT = np.array([{"Biscoe": 0.0, "Dream": 50.0, "Torgersen": -20.0}[island] for island in ISLAND])
PRICE = 3 * SIZE + SHIFT + RNG.normal(size=N)
DATES = [f"2024-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(N)]


def lines(rows, *, cell=str, mark=",", head="size,island,day,price"):
    cells = [(cell(SIZE[i]), ISLAND[i], DATES[i], cell(PRICE[i])) for i in rows]
    return "\n".join([head.replace(",", mark), *(mark.join(row) for row in cells)]) + "\n"


def comma(value: float) -> str:
    return f"{value:.6f}".replace(".", ",")


def test_a_file_of_semicolons_and_decimal_commas_is_fitted_and_its_recipe_runs_again(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(lines(range(N), cell=comma, mark=";").encode("latin-1"))
    fitted = ns.fit(path, goal="price", delimiter=";", decimal=",", encoding="latin-1", inputs=["size", "island"])
    plain = tmp_path / "plain.csv"
    plain.write_text(lines(range(N), cell=lambda value: f"{value:.6f}"))
    assert fitted.answer == ns.fit(plain, goal="price", inputs=["size", "island"]).answer
    (tmp_path / "r.toml").write_text(fitted.to_toml())
    again = ns.descend(**ns.read_recipe(tmp_path / "r.toml"))
    assert again.network.flat().tobytes() == fitted.run.network.flat().tobytes()


@pytest.mark.parametrize("standardise", ["ddof 1", "min-max"])
def test_other_scales(standardise):
    table = {"size": SIZE, "price": PRICE}
    fitted = ns.fit(table, goal="price", standardise=standardise)
    seen = fitted.run.recipe.source.seen_rows
    scaling = fitted.run.recipe.examples.scaling
    wanted = SIZE[seen].std(ddof=1) if standardise == "ddof 1" else np.ptp(SIZE[seen])
    assert scaling.unit[0] == pytest.approx(wanted)
    array = np.column_stack([SIZE, PRICE])
    assert ns.fit(array, goal=1, standardise=standardise).answer == fitted.answer


def test_dates_are_left_out_with_the_remedy_and_used_when_asked_for(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(lines(range(N)))
    without = ns.fit(path, goal="price")
    assert "left out: day (" in repr(without)
    parts = ns.fit(path, goal="price", dates=["month", "weekday"])
    assert sum("day" in name for name in parts.run.recipe.input_names) == 2


def test_categories_may_be_refused_or_given():
    table = {"size": SIZE, "island": ISLAND, "price": PRICE}
    assert "left out: island" in repr(ns.fit(table, goal="price", categories="refuse"))
    given = ns.fit(table, goal="price", categories={"island": ["Dream", "Biscoe", "Torgersen"]})
    assert "Dream" in given.run.recipe.input_names[1]


def test_what_later_tables_hold():
    """An unseen category, a gap and a column more: taken for none of them, filled, not looked at; or refused where said so."""
    table = {"size": SIZE, "island": ISLAND, "price": PRICE}
    fitted = ns.fit(table, goal="price")
    other = {"size": [50.0], "island": ["Gotland"], "colour": ["blue"]}
    known = fitted.run
    none = known.predict(other)[0]
    x = known.recipe.examples.scaled(np.array([[50.0, 0, 0, 0]]))
    assert none == pytest.approx(float(known.predictions(x)[0, 0]))
    filled = known.predict({"size": [None], "island": ["Dream"]})[0]
    mean = float(np.mean(SIZE[known.recipe.source.seen_rows]))
    assert filled == pytest.approx(known.predict({"size": [mean], "island": ["Dream"]})[0])
    strict = ns.fit(table, goal="price", unknown="refuse")
    with pytest.raises(ns.InputError, match="Gotland"):
        strict.predict(other)
    with pytest.raises(ns.InputError, match="island"):
        known.predict({"size": [50.0]})


def test_the_shell_takes_the_same_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(lines(range(N), cell=comma, mark=";").encode())
    line = [
        "fit",
        str(path),
        "--goal",
        "price",
        "--decimal",
        ",",
        "--delimiter",
        ";",
        "--dates",
        "month",
        "--standardise",
        "min-max",
    ]
    done = CliRunner().invoke(cli, [*line, "--unknown", "refuse", "--recipe", str(tmp_path / "r.toml")])
    assert done.exit_code == 0, done.output
    recipe = ns.descend(**ns.read_recipe(tmp_path / "r.toml")).recipe
    assert recipe.source.unknown == "refuse"
    assert any("month" in name for name in recipe.input_names)
