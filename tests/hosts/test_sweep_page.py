"""Sweeps on the local page: asked for from a run, shown, their rows opened as runs with the same bits, kept; rubbish is told."""

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from conftest import until
from hosts.conftest import Page, serving
from hosts.test_run_ways import HOSTILE, TABLE, example, fitted

import nodescope as ns
from nodescope.diagnosis.sweeps.sweep import sweep_with
from nodescope.hosts import sweep_form
from nodescope.hosts.page import served
from nodescope.hosts.sweep_page import LISTED, file
from nodescope.views.heat import heat, runs_of

FORM = {"from": "0.1", "to": "2.5", "values": "4", "spacing": "even", "over": "weight", "weight": "0:0.4:3", "steps": "60"}
SAME = {"input": 1, "goal": 0.6, "alpha": np.linspace(0.1, 2.5, 4), "weight": [0.0, 0.2, 0.4], "steps": 60}


def asked(page: Page, run: str, **form: str) -> str:
    """The address of a sweep around a run, once it is done."""
    where = page.post(f"{run}/sweep", urlencode(FORM | form).encode()).headers["location"]
    page.done(where)
    return where


def test_a_sweep_of_a_run_is_the_sweep_of_its_settings(page: Page):
    where = asked(page, example(page, "stalls"))
    assert where.startswith("/sweep/")
    text, swept = html.unescape(page.get(where).text), ns.sweep(**SAME)
    assert f"Best: {swept.grid.text(swept.best_row)}" in text
    cells = re.findall(rf'<a class="cell" data-at="(\d+) (\d+)" href="{where}/row/(\d+)" aria-label="([^"]+)"', text)
    assert len(cells) == 12
    for line, column, row, told in cells:
        assert swept.grid.places(int(row)) == (int(column), 2 - int(line))
        assert told.startswith(swept.grid.text(int(row)))
        assert swept["word"][int(row)] in told
    assert text.count('<tr id="row-') == 12
    assert "alpha’s limit, as forecast" in text


def test_a_cell_opens_its_run_with_the_same_bits_once(page: Page):
    where, swept = asked(page, example(page, "stalls")), ns.sweep(**SAME)
    opened = page.get(f"{where}/row/5").headers["location"]
    page.done(opened)
    assert f"[&quot;Back to its sweep&quot;, &quot;{where}&quot;]" in page.get(opened).text
    run = page.desk.jobs.get(int(opened.rsplit("/", 1)[1])).opened()
    assert run.recipe == swept[5].recipe
    assert np.float64(run.mse).tobytes() == swept["mse"][3].tobytes()
    assert page.get(f"{where}/row/5").headers["location"] == opened
    for place in ("row/12", "row/-1", "row/x", "row/99999999999", "export/exe", "export/.."):
        assert page.get(f"{where}/{place}").status == 404
    number = where.rsplit("/", 1)[1]
    for place in (
        f"/run/{number}",
        f"/run/{number}/save",
        "/sweep/1",
        "/sweep/99",
        "/sweep/x",
        f"/compare?a=1&b={number}",
        "/run/99/sweep",
    ):
        assert page.get(place).status == 404, place


def test_files_of_it_are_what_export_writes(page: Page, tmp_path: Path):
    where = asked(page, example(page, "stalls"))
    for kind in ("html", "svg", "csv"):
        ns.export(ns.sweep(**SAME), path := tmp_path / f"s.{kind}")
        answer = page.get(f"{where}/export/{kind}")
        assert f"sweep-2.{kind}" in answer.headers["content-disposition"]
        if kind != "csv":
            assert answer.body == path.read_bytes()
    (there := tmp_path / "there.parquet").write_bytes(page.get(f"{where}/export/parquet").body)
    assert ns.Sweep.load(there)["mse"].tolist() == ns.sweep(**SAME)["mse"].tolist()
    until(lambda: not [left for left in page.desk.folder.iterdir() if left.name.startswith("file-")])  # gone once it was sent


@pytest.mark.parametrize("over", ["seed", "batch", "rule"])
def test_fits_are_swept_over_what_they_have(over: str, page: Page):
    run = fitted(page, TABLE.encode(), rule="adam", batch="4", alpha="0.1", holdout="0.2")
    text = page.get(f"{run}/sweep").text
    values = {"seed": "3,4", "batch": "1,20", "rule": "plain, adam"}
    assert f'<input name="{over}"' in text
    where = asked(page, run, over=over, to="0.2", values="2", steps="12", **{over: values[over]})
    swept = page.desk.jobs.sweep(int(where.rsplit("/", 1)[1])).opened_sweep()
    assert [axis.name for axis in swept.grid.axes] in (["alpha", over], [over, "alpha"])
    assert swept.error_is[0] == "unseen_rmse"
    opened = page.get(f"{where}/row/3").headers["location"]
    page.done(opened)
    assert page.desk.jobs.get(int(opened.rsplit("/", 1)[1])).opened().mse == swept["mse"][3]


def test_a_network_is_swept_over_sizes_and_seeds(page: Page):
    run = example(page, "xor")
    for over, text in (("hidden", "2;3,3"), ("seed", "0:2")):
        where = asked(page, run, over=over, to="0.5", values="2", steps="30", **{over: text})
        swept = page.desk.jobs.sweep(int(where.rsplit("/", 1)[1])).opened_sweep()
        assert len(swept) == 4
        assert len(set(swept["mse"].tolist())) == 4


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"from": ""}, "alpha from"), ({"to": "x"}, "alpha to"), ({"from": "0", "spacing": "log"}, "spread it evenly"),
        ({"values": "0"}, "how many"), ({"values": "9999"}, "at most 2,000 runs"), ({"values": "1e3"}, "how many"),
        ({"over": "rows"}, "not swept over"), ({"over": "weight", "weight": ""}, "nothing is given"),
        ({"weight": "0:1"}, None), ({"weight": "0:1:900"}, "3,600 runs"),
        ({"weight": "1e999"}, "weight"), ({"steps": "x"}, "steps"),
        ({"steps": "99999999999"}, "give at most"), ({"over": "rule", "rule": "adan"}, "adan"), ({"from": HOSTILE}, "alpha from"),
        ({"to": "1e400"}, "finite"), ({"from": "1" * 400}, "finite"),
        ({"weight": "0:1:100000000"}, "2,000 runs"),
        ({"over": "weight", "weight": "0:99999999999999999999999999999999"}, "2,000 runs"),
        ({"over": "weight", "weight": HOSTILE}, "weight"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_told_and_what_was_typed_stays(typed: dict[str, str], says: str | None, page: Page):
    answer = page.post(f"{example(page, 'stalls')}/sweep", urlencode(FORM | typed).encode())
    if says is None:
        assert answer.status == 303
        return
    assert answer.status == 400
    assert says in html.unescape(answer.text)
    assert HOSTILE not in answer.text
    assert all(html.escape(text) in answer.text for name, text in typed.items() if name != "over")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"over": "hidden", "hidden": "8;-1"}, "'-1' is no whole number above 0"), ({"over": "hidden", "hidden": "2;1.5"}, "'1.5'"),
        ({"over": "hidden", "hidden": "1;5000,5000"}, "at most 3 steps"),
        ({"over": "hidden", "hidden": "99999,99999"}, "fewer nodes"),
        ({"over": "batch", "batch": "1:100000000"}, "2,000 runs"), ({"over": "seed", "seed": "0:9999999999"}, "2,000 runs"),
    ],
)  # fmt: skip
def test_what_would_take_too_much_is_refused_before_it_is_made(typed: dict[str, str], says: str, page: Page):
    answer = page.post(f"{example(page, 'xor')}/sweep", urlencode(FORM | {"steps": "1000"} | typed).encode())
    assert answer.status == 400
    assert says in html.unescape(answer.text)


def test_the_work_of_a_sweep_is_that_of_its_largest_run():
    run = ns.descend(
        network=ns.network([2, 4, 1], seed=0), input=[[0, 1], [1, 0], [1, 1]], goal=[1, 1, 0], batch=1, alpha=0.1, steps=1
    )
    of = sweep_form._of_the_largest
    assert of(run.recipe, {}) == 3 * 1 * 17
    assert of(run.recipe, {"batch": [1, 2]}) == 3 * 2 * 17
    assert of(run.recipe, {"batch": [99]}) == 3 * 3 * 17
    assert of(run.recipe, {"hidden": [1, [8, 9]]}) == 3 * (3 * 8 + 9 * 9 + 10)


def test_a_run_of_a_sweep_can_be_stopped_on_its_way():
    asked_to_stop, told = threading.Event(), []
    asked_to_stop.set()
    network = {"hidden": 3, "activation": "tanh"}
    swept = sweep_with(
        lambda *way: told.append(way), stop_asked=asked_to_stop, network=network, input=[[0.0], [1.0]], goal=[0.0, 1.0],
        alpha=[0.1, 0.2], steps=10**9,
    )  # fmt: skip
    assert (swept.done, told) == (0, [])


def test_rows_are_opened_once_by_who_asks_first_and_are_not_kept(tmp_path: Path):
    with serving(kept=tmp_path / "kept") as page:
        where = asked(page, example(page, "stalls"))
        before = sorted(path.name for path in (tmp_path / "kept").iterdir())
        assert page.ask("HEAD", f"{where}/row/3").status == 404
        with ThreadPoolExecutor(6) as many:
            places = set(many.map(lambda _: page.get(f"{where}/row/3").headers["location"], range(6)))
        assert len(places) == 1
        page.done(place := places.pop())
        job = page.desk.jobs.get(int(place.rsplit("/", 1)[1]))
        assert job.file.parent == page.desk.folder
        assert job.held_to(None) is None  # it holds no sweep any more
        assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == before


def test_rows_are_forgotten_before_all_others(page: Page, monkeypatch: pytest.MonkeyPatch):
    run = example(page, "stalls")
    where = asked(page, run)
    rows = [page.get(f"{where}/row/{row}").headers["location"] for row in range(3)]
    for row in rows:
        page.done(row)
    monkeypatch.setattr("nodescope.hosts.caps.MOST_RUNS", 3)
    example(page, "diverges")
    assert [page.get(place).status for place in (run, where, *rows)] == [200, 200, 404, 404, 200]


def test_a_map_is_shown_where_the_table_is_gone(tmp_path: Path):
    (table := tmp_path / "t.csv").write_text("x,y\n1,2\n2,4\n3,5\n")
    ns.sweep(data=table, goal="y", alpha=[0.01, 0.1], steps=9, out=tmp_path / "s.parquet")
    table.unlink()
    assert file(ns.Sweep.load(tmp_path / "s.parquet")).count('class="cell"') == 2


def test_the_start_page_lists_it_and_it_outlives_the_page(tmp_path: Path):
    with serving(kept=tmp_path / "kept") as page:
        where = asked(page, example(page, "stalls"))
        best = html.unescape(page.get("/").text)
        assert f'<a href="{where}">' in best
        assert "12 runs, 4 of alpha, 3 of weight; best: alpha 0.9, weight 0" in best
        assert "Compare" not in re.findall(r"<option[^>]*>2:", page.get("/").text)
    with serving(kept=tmp_path / "kept") as page:
        text = page.get("/").text
        found = re.findall(r'href="(/sweep/\d+)"', text)
        assert len(found) == 1
        assert page.get(found[0]).text.count('class="cell"') == 12
        page.desk.jobs.sweep(int(found[0].rsplit("/", 1)[1])).file.write_bytes(b"PAR1")
        assert page.get(found[0]).status == 410


def test_one_that_is_stopped_is_kept_as_far_as_it_came(page: Page, monkeypatch: pytest.MonkeyPatch):
    run = fitted(page, TABLE.encode(), rule="adam", batch="1", alpha="0.1")
    monkeypatch.setattr(sweep_form, "MOST_WORK", 10**13)
    form = FORM | {"over": "seed", "seed": "0:400", "steps": "60000"} | {"values": "4"}
    where = page.post(f"{run}/sweep", urlencode(form).encode()).headers["location"]
    assert "Stop here" in page.get(where).text or "runs." in page.get(where).text
    while not page.desk.jobs.sweep(int(where.rsplit("/", 1)[1])).way[0]:
        pass
    page.post(f"{where}/stop")
    text = page.done(where).text
    assert re.search(r"1,600 runs: .* [\d,]+ of them were done when it was stopped\.", text)
    assert f"{where}/export/parquet" not in text


def test_a_file_holds_no_dead_link_and_loads_nothing(tmp_path: Path):
    swept = ns.sweep(input=1, goal=0.6, alpha=np.linspace(0.05, 2.5, 50), weight=np.linspace(-1, 1, 40), steps=100)
    ns.export(swept, tmp_path / "s.html")
    text = (tmp_path / "s.html").read_text()
    assert text == file(swept)
    targets = set(re.findall(r' href="([^"]*)"', text)) - {"data:,"}
    assert all(target.startswith("#") and f'id="{target[1:]}"' in text for target in targets)
    assert text.count('<tr id="row-') == LISTED
    assert "http" not in text.replace("http-equiv", "")
    assert text.count('class="cell"') == 40 * 20
    assert swept.show()._repr_html_().startswith("<iframe")
    assert repr(swept.show()) == str(swept)


def test_names_of_columns_and_values_are_text():
    data = {HOSTILE: [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}
    swept = ns.sweep(data=data, goal="y", epochs=1, alpha=[0.1, 0.2], rule=["plain", "adam"])
    assert HOSTILE not in file(swept)


def test_the_run_of_a_cell_is_its_best():
    swept = ns.sweep(input=1, goal=0.6, alpha=np.linspace(0.05, 2.5, 90), weight=np.linspace(-1, 1, 33), seed=range(2), steps=100)
    shown = heat(swept, 40, 20)
    rows, counts = runs_of(swept, shown)
    assert counts.sum() == len(swept)
    error = np.where(np.isnan(swept.error) | (swept["word"] == "diverges"), np.inf, swept.error)
    assert (error[rows] == shown.error).all()
    assert swept.best_row in rows


def test_a_page_may_be_opened_on_a_sweep():
    with served(ns.sweep(**SAME)) as (guard, _):
        assert guard.home == "/sweep/1"


def test_what_diverges_is_told_from_what_is_slow_and_the_best_is_the_quickest():
    """Errors that grew but are finite still have the sign of diverged cells; slow ones have shades up to the largest."""
    alphas = [0.03, 0.7, 1.0, 2.3, 0.05]
    swept = ns.sweep(input=1, goal=0.6, weight=0.4, alpha=alphas, steps=200)
    assert swept["mse"].tolist()[1:3] == [0.0, 0.0]
    assert swept["word"].tolist()[3] == "diverges"
    assert np.isfinite(swept["mse"][3])
    shown = heat(swept)
    assert shown.shade(9).tolist()[0][3] == -1
    assert shown.shade(9).tolist()[0][0] == 8
    assert shown.span[1] == swept["mse"][0] == max(swept["mse"][:3])
    assert swept.best_row == 2
    text = file(swept)
    assert text.count('<rect class="gone"') == 2  # its cell, and the legend's
    assert "4 of 5 runs have nothing wrong, 1 diverges." in text
