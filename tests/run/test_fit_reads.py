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


@pytest.mark.parametrize("named", ["folder", "folder/p*.csv"])
def test_a_folder_and_a_pattern_of_files_are_one_table(named, tmp_path, monkeypatch):
    """The same answer, weights and predictions as of the one file that they make."""
    (tmp_path / "folder").mkdir()
    for part in range(3):
        (tmp_path / "folder" / f"p{part}.csv").write_text(lines(range(40 * part, 40 * part + 40)))
    (tmp_path / "whole.csv").write_text(lines(range(N)))
    whole, parts = ns.fit(tmp_path / "whole.csv", goal="price"), ns.fit(str(tmp_path / named), goal="price")
    assert parts.answer == whole.answer
    assert parts.run.network.flat().tobytes() == whole.run.network.flat().tobytes()
    row = {"size": [50.0], "island": ["Dream"]}
    assert parts.predict(row).tolist() == whole.predict(row).tolist()
    (tmp_path / "r.toml").write_text(parts.to_toml())
    monkeypatch.chdir(tmp_path)
    again = ns.descend(**ns.read_recipe("r.toml"))
    assert again.network.flat().tobytes() == whole.run.network.flat().tobytes()
    done = CliRunner().invoke(cli, ["fit", named, "--goal", "price"])
    assert done.output.startswith(whole.answer), done.output


@pytest.mark.parametrize(
    ("written", "words"),
    [(lambda v: f"€ {v:.2f}", "numbers with a unit or currency, such as '€ "), (lambda v: f"{v:.1f} kg", "numbers with a unit"),
     (lambda v: f"{v:.1f}%", "write the number alone"),
     (lambda v: "total" if v == PRICE[7] else f"{v:.3f}", "numbers but for 'total' in row 8; correct the cell"),
     (lambda v: f"id {v}", "is text with 120 different values in 120 rows, too many to be classes")],
)  # fmt: skip
def test_a_goal_of_numbers_that_are_written_as_text_is_no_class(written, words, tmp_path):
    """Story: prices such as € 103.29 were taken for 120 classes, one of which was right for 0.83 %."""
    (tmp_path / "t.csv").write_text("size,price\n" + "".join(f"{SIZE[i]},{written(PRICE[i])}\n" for i in range(N)))
    with pytest.raises(ns.InputError) as refused:
        ns.fit(tmp_path / "t.csv", goal="price")
    assert words in str(refused.value)
    assert "the goal 'price'" in str(refused.value)


def test_columns_that_are_left_out_say_what_they_look_like(tmp_path):
    rows = [f"{SIZE[i]},{SIZE[i]},{DATES[i]},{SIZE[i]:.1f} kg,{'total' if i == 9 else SIZE[i] ** 2},1,{PRICE[i]}" for i in range(N)]
    (tmp_path / "t.csv").write_text("size,copy,day,mass,area,one,price\n" + "\n".join(rows) + "\n")
    told = ns.fit(tmp_path / "t.csv", goal="price").decided[1]
    for words in ("copy (the same as size)", "day (dates, such as '2024-01-01' in row 1; ", "mass (numbers with a unit or currency",
                  "area (numbers but for 'total' in row 10; ", "one (always 1)"):  # fmt: skip
        assert words in told


def test_a_goal_whose_comma_may_mean_two_things_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "t.csv").write_text(lines(range(N), cell=lambda v: f"{v:.3f}".replace(".", ","), mark=";"))
    with pytest.raises(ns.InputError, match="the goal 'price' has numbers with a comma that may mean two things"):
        ns.fit(tmp_path / "t.csv", goal="price")
    assert "guessing the mean" in ns.fit(tmp_path / "t.csv", goal="price", decimal=",").answer
