"""What is done with a run from its page: files of it, predictions of a table, more of it, the fit changed; rubbish is told."""

import html
import io
import re
from urllib.parse import urlencode

import numpy as np
import pytest
from conftest import ROOT
from hosts.conftest import Answer, Page
from hosts.test_compare_and_grade import run_of

import nodescope as ns
from nodescope.hosts.run_ways import EXPORTS, OF_OBSERVED

PENGUINS = (ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv").read_bytes()
HOSTILE = "<img src=x onerror=alert(1)>"
TABLE = f"a,{HOSTILE},goal\n" + "".join(f"{i},{i % 3},{2 * i + i % 3}\n" for i in range(20))


def example(page: Page, name: str) -> str:
    return page.get(f"/example/{name}").headers["location"]


def fitted(page: Page, table: bytes, **form: str) -> str:
    place = page.upload("mine.csv", table).headers["location"]
    body = urlencode({"goal": "2", "input": ["0", "1"], "holdout": "0", "epochs": "5"} | form, doseq=True).encode()
    where = page.post(place, body).headers["location"]
    page.done(where)
    return where


def uploaded(page: Page, place: str, name: str, content: bytes) -> Answer:
    head = f'--b\r\nContent-Disposition: form-data; name="table"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = head.encode() + content + b"\r\n--b--\r\n"
    return page.ask("POST", place, body, Content_Type="multipart/form-data; boundary=b")


def test_a_saved_run_is_the_run(page: Page, tmp_path):
    answer = page.get(f"{example(page, 'stalls')}/save")
    assert "attachment" in answer.headers["content-disposition"]
    file = tmp_path / "run.nodescope"
    file.write_bytes(answer.body)
    assert ns.load(file).weight == 0.5999999999999994


@pytest.mark.parametrize("kind", [kind for kind in EXPORTS if kind != "png"])
def test_each_file_is_what_export_writes(kind: str, page: Page, tmp_path):
    where = example(page, "oscillates")
    answer = page.get(f"{where}/export/{kind}")
    ns.export(ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.8, steps=325), path := tmp_path / f"run.{kind}")
    assert answer.status == 200
    assert f".{kind}" in answer.headers["content-disposition"]
    if kind != "parquet":  # which has the moment of its writing
        assert answer.body == path.read_bytes()
    assert [left.name for left in page.desk.folder.iterdir() if left.name.startswith("file-")] == []


def test_nothing_else_is_written(page: Page):
    where = example(page, "stalls")
    for kind in ("exe", "..", "%2e%2e", "nodescope", "onnx"):
        assert page.get(f"{where}/export/{kind}").status == 404
    for place in ("/run/99/save", "/run/x/save", "/run/99/export/csv", "/run/99/predict", "/run/99/more", "/run/99/change"):
        assert page.get(place).status == 404


def test_a_file_is_predicted_as_python_does(page: Page, tmp_path):
    where = example(page, "penguins")
    run = page.desk.jobs.get(int(where.rsplit("/", 1)[1])).opened()
    rows = [line for line in PENGUINS.decode().splitlines() if ",NA," not in line and ",," not in line][:31]
    table = tmp_path / "rows.csv"
    table.write_text("\n".join(rows) + "\n")
    expected = run.predict(str(table))
    assert "flipper_length_mm" in page.get(f"{where}/predict").text
    answer = uploaded(page, f"{where}/predict/csv", "rows.csv", table.read_bytes())
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''rows-predicted.csv"
    letters = uploaded(page, f"{where}/predict/csv", "größe 表.csv", table.read_bytes())
    assert letters.status == 200
    assert letters.text == answer.text
    assert letters.headers["content-disposition"] == "attachment; filename*=utf-8''gr%C3%B6%C3%9Fe_%E8%A1%A8-predicted.csv"
    told = np.loadtxt(io.StringIO(answer.text), skiprows=1)
    assert told.tolist() == expected.tolist()
    shown = uploaded(page, f"{where}/predict", "rows.csv", table.read_bytes())
    assert f"<td>{float(expected[0])!r}</td>" in shown.text
    assert "30 rows of rows.csv. The first 20:" in shown.text
    assert [left.name for left in page.desk.folder.iterdir() if left.name.startswith("table-")] == []


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\0", b"flipper_length_mm,bill_length_mm,bill_depth_mm\n1,,x\n"])
def test_a_file_that_cannot_be_predicted_is_told(content: bytes, page: Page):
    where = example(page, "penguins")
    answer = uploaded(page, f"{where}/predict", f"{HOSTILE}.csv", content)
    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert HOSTILE not in answer.text
    assert page.ask("POST", f"{where}/predict", b"", Content_Type="multipart/form-data").status == 400


def test_a_longer_run_begins_as_the_first_one(page: Page):
    where = fitted(page, TABLE.encode())
    first = page.desk.jobs.get(int(where.rsplit("/", 1)[1])).opened()
    assert "5 epochs" in page.get(f"{where}/more").text
    longer = page.post(f"{where}/more", b"to=9").headers["location"]
    page.done(longer)
    run = page.desk.jobs.get(int(longer.rsplit("/", 1)[1])).opened()
    spans = 9 * run.recipe.steps_per_epoch
    assert run.recipe.asked_steps == spans
    assert np.array_equal(run.trace[0 : first.steps]["new_weight"], first.trace[0 : first.steps]["new_weight"])


@pytest.mark.parametrize("to", ["", "5", "4", "x", "1e400", "99999999999999", "6,7", HOSTILE, "-1", "6.5"])
def test_less_is_refused_and_what_was_typed_stays(to: str, page: Page):
    where = fitted(page, TABLE.encode())
    answer = page.post(f"{where}/more", urlencode({"to": to}).encode())
    assert answer.status == 400
    assert html.escape(to) in answer.text
    assert HOSTILE not in answer.text


def test_what_is_settled_is_not_gone_on_with(page: Page):
    assert "would change nothing" in page.get(f"/run/{run_of(page)}/more").text


def test_the_fit_is_changed_where_it_was_asked_for(page: Page):
    where = fitted(page, TABLE.encode(), epochs="7", rule="momentum")
    text = page.get(f"{where}/change").text
    assert HOSTILE not in text
    assert re.search(r'name="epochs" value="7"', text)
    assert '<option value="momentum" selected>' in text
    assert text.count(" checked> ") == 2


def test_a_fit_of_the_start_page_is_changed_too(page: Page):
    where = example(page, "penguins")
    text = page.get(f"{where}/change").text
    assert re.search(r'<option value="\d" selected>body_mass_g', text)
    assert 'name="alpha" value="0.001"' in text
    assert text.count(" checked> ") == 3
    page.get(f"{where}/change")
    assert len(page.desk.tables) == 1
    assert page.get(f"/run/{run_of(page)}/change").status == 400


def test_the_other_run_is_chosen_from_a_list(page: Page):
    a, b = run_of(page), run_of(page, alpha="0.5")
    assert f"/compare?a={a}&amp;b={b}" in page.get(f"/run/{a}/compare").text


def test_an_observed_run_offers_what_it_can(page: Page):
    torch = pytest.importorskip("torch")
    from nodescope.torch import observe

    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with observe(model, optimizer) as run:
        for _ in range(5):
            optimizer.zero_grad()
            (model(torch.ones(1, 1)) ** 2).mean().backward()
            optimizer.step()
    number = page.desk.jobs.hold("mine", run).number
    text = html.unescape(page.get(f"/run/{number}").text)
    assert [f"/export/{kind}" in text for kind in EXPORTS] == [kind in OF_OBSERVED for kind in EXPORTS]
    assert page.get(f"/run/{number}/export/html").status == 200
    assert page.get(f"/run/{number}/more").status == 404
    assert page.get(f"/run/{number}/export/svg").status == 400
