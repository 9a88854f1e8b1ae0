"""Two runs beside each other, and a pasted printout, on the local page: the answers are compare's and grade's; rubbish is told."""

import html
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import ROOT, until
from hosts.conftest import Page
from hosts.test_rubbish import NODE, WORDS

import nodescope as ns
from nodescope.views import scene

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
"""Of numbers near the largest double, whose single precision is no number."""
PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"
SHEET = {"weight": "0.4", "input": "1", "goal": "0.6", "alpha": "0.1"}


def run_of(page: Page, **more: str) -> str:
    where = page.post("/run", urlencode(NODE | more).encode()).headers["location"]
    until(lambda: "data-again" in page.get(where).text)
    return where.rsplit("/", 1)[1]


def said(text: str) -> str:
    return html.unescape(text)


def test_two_runs_beside_each_other(page: Page):
    a, b = run_of(page, steps="20"), run_of(page, alpha="0.5", steps="20")
    answer = page.get(f"/compare?a={a}&b={b}")
    slow, fast = (ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=20) for alpha in (0.1, 0.5))
    found = ns.compare(slow, fast)
    assert answer.status == 200
    assert '<span class="told-b">B</span> learns faster, and ends closer.' in answer.text
    assert found.better == "b"
    assert found.parts.sentence in said(answer.text)
    assert "<td>0.1</td><td>0.5</td>" in answer.text
    assert answer.text.count('<path class="of-') == 2 * len(("wide", "narrow"))
    assert f"<td>{slow.start_mse!r}</td>" in answer.text
    assert f"<td>{slow.mse!r}</td><td>{fast.mse!r}</td>" in answer.text
    assert f'href="/compare?a={b}&amp;b={a}">Swap A and B' in answer.text
    assert '<form method="get" action="/compare">' in page.get("/").text


def test_a_moment_of_both_and_the_step_inside_each(page: Page):
    a, b = run_of(page, steps="20"), run_of(page, alpha="0.5", steps="20")
    weights = [ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=20).trace[3].weight for alpha in (0.1, 0.5)]
    answer = page.get(f"/compare?a={a}&b={b}&at=3")
    assert '<th scope="row">step</th><td>3</td><td>3</td>' in answer.text
    assert f'<th scope="row">weight</th><td>{weights[0]:.4f}</td><td>{weights[1]:.3f}</td>' in answer.text
    document = both_in(page.get(f"/compare?a={a}&b={b}&at=3&view=steps").text)
    assert document["first"] == 3
    assert document["names"] == [f"run {a}: alpha 0.1", f"run {b}: alpha 0.5"]
    assert document["parting"]["step"] == 0
    assert document["b"]["recipe"] == {"alpha": 0.5}  # all else is as in the first


def both_in(text: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text.split('id="scene">')[1].split("</script>")[0])
    return told


def test_runs_that_a_page_cannot_hold_have_their_overview(page: Page, monkeypatch: pytest.MonkeyPatch):
    """In their file, too, which then says what shows a step of them."""
    monkeypatch.setattr(scene, "MOST_NUMBERS", 1)
    runs = [ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=20) for alpha in (0.1, 0.5)]
    a, b = (page.desk.jobs.hold("large", run).number for run in runs)
    steps = page.get(f"/compare?a={a}&b={b}&view=steps")
    assert steps.status == 200
    assert "the run has 2 inputs and goals; a page holds at most 1" in said(steps.text)
    assert "learns faster" in page.get(f"/compare?a={a}&b={b}").text
    file = page.get(f"/compare/export?a={a}&b={b}").text
    assert f"nodescope explain run-{a}.nodescope --step 7" in file
    assert "Step by step" not in file
    assert "data-nodescope" not in file


@pytest.mark.parametrize("more", ["&at=999999999", "&at=-1", "&at=x", "&at=", "&view=%3Cb%3E", "&view=steps&at=0"])
def test_a_moment_that_is_none_is_the_last(more: str, page: Page):
    a, b = run_of(page, steps="20"), run_of(page, steps="0")
    answer = page.get(f"/compare?a={a}&b={b}{more}")
    assert answer.status == 200
    assert "<b>" not in answer.text.replace("<b>0", "")


def test_penguins_beside_penguins(page: Page):
    """A table: seen and unseen rows, predictions against truth, weights beside least squares; a name of somebody's stays text."""
    asked = {"goal": "body_mass_g", "inputs": ["flipper_length_mm", "bill_depth_mm"], "missing": "drop", "holdout": 0.2}
    runs = [ns.descend(data=str(PENGUINS), standardise=True, epochs=12, alpha=alpha, **asked) for alpha in (0.001, 0.05)]
    a, b = (page.desk.jobs.hold("<script>1</script>", run).number for run in runs)
    answer = page.get(f"/compare?a={a}&b={b}")
    assert "<script>1" not in answer.text
    told = said(answer.text)
    for run in runs:
        assert f"{run.score.unseen.rmse:.4g} g" in told
        assert f"{run.score.seen.rmse:.4g} g" in told
    assert "Predicted against true, A: " in told
    assert "flipper length: A " in told
    assert "unseen rows</label>" in answer.text


def test_runs_of_other_goals_keep_their_curves(page: Page):
    a, b = run_of(page), run_of(page, goal="2")
    answer = page.get(f"/compare?a={a}&b={b}")
    assert answer.status == 200
    assert "did not learn the same goals" in answer.text
    assert answer.text.count('<path class="of-') == 4


@pytest.mark.parametrize("asked", ["", "?a=0", "?a=0&b=x", "?a=-1&b=0", "?a=99999999999999&b=0", "?a=%C2%B2&b=0", "?a[]=0&b=0"])
def test_what_is_no_pair_of_runs_is_nothing(asked: str, page: Page):
    run_of(page)
    assert page.get(f"/compare{asked}").status == 404


def test_the_first_wrong_cell_is_marked(page: Page):
    assert "Grade my printout" in page.get("/grade").text
    right = "0.42000000000000004\n0.43800000000000006\n0.4542\n"
    answer = page.post("/grade", urlencode(SHEET | {"printed": right}).encode())
    assert "<mark>" not in answer.text
    assert ns.grade(right, weight=0.4, input=1, goal=0.6, alpha=0.1).sentence in said(answer.text)
    wrong = right.replace("0.4542", "0.4642")
    answer = page.post("/grade", urlencode(SHEET | {"printed": wrong}).encode())
    assert answer.status == 200
    assert answer.text.count("<mark>") == 1
    assert "<mark>0.4642</mark>" in answer.text
    assert ns.grade(wrong, weight=0.4, input=1, goal=0.6, alpha=0.1).sentence in said(answer.text)
    assert wrong.strip() in answer.text.replace("\r", "")


@pytest.mark.parametrize("name", [*SHEET, "printed"])
def test_a_printout_times_rubbish(name: str, page: Page):
    """A sentence on the form, what was typed still there, no file read and no fault of ours."""
    for word in [*WORDS, "/etc/passwd", "../x.csv", "https://x.y/z", "a,b\n1,2\n1", "\n\n\n", "1\n" * 5000, "<b>1</b>\n2"]:
        form = SHEET | {"printed": "0.42\n0.438\n"} | {name: word}
        answer = page.post("/grade", urlencode(form, errors="surrogatepass").encode())
        assert answer.status in (200, 400, 413), (name, word[:40])
        assert "root:" not in answer.text
        assert "<script>" not in answer.text
        assert "<b>1</b>" not in answer.text
        assert "Traceback" not in answer.text
    assert page.get("/grade").status == 200


def test_of_other_goals_none_is_ahead_and_each_has_its_own_axis(page: Page):
    """Neither curve, bold number nor second sentence says more than that they cannot be held against each other."""
    near = ns.descend(input=[[1.0], [2.0], [3.0]], goal=[0.0, 1.0, 1.0], alpha=0.01, steps=30)
    far = ns.descend(input=[[1.0], [2.0], [3.0]], goal=[100.0, 800.0, 500.0], alpha=0.01, steps=30)
    a, b = (page.desk.jobs.hold("goals", run).number for run in (near, far))
    text = page.get(f"/compare?a={a}&b={b}").text
    assert "neither is better" in text
    assert "ahead" not in text
    assert "<td><b>" not in text
    assert text.count("cannot be held") == 0
    first = text.split("Predicted against true, A")[1].split("</svg>")[0]
    xs = {place.split(" ")[0] for place in first.split('class="dots-a" d="')[1].split('"')[0].split("M")[1:]}
    assert len(xs) == 2  # goals 0 and 1, an axis apart
    assert max(map(float, xs)) - min(map(float, xs)) > 100


def test_numbers_of_a_step_that_differ_never_look_the_same(page: Page):
    """A prediction a few doubles off its goal is not written as the goal; the last step is said to be it."""
    a, b = run_of(page, steps="3"), run_of(page, steps="325")
    step = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325).trace[318]
    assert 0 < abs(float(step.prediction) - 0.6) < 1e-15
    text = page.get(f"/compare?a={a}&b={b}").text
    inside = text.split("Inside that step of both")[1].split("</table>")[0]
    rows = {row.split("</th>")[0]: row.split("<td>")[1:] for row in inside.split('<th scope="row">')[1:]}
    cells = {name: [cell.split("</td>")[0] for cell in found] for name, found in rows.items()}
    assert cells["goal"] == ["0.6", "0.6"]
    assert cells["prediction"][1] != "0.6"
    assert cells["step"] == ["2, the last", "318"]  # from there on nothing happens
