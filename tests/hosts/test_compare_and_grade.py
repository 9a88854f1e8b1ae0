"""Two runs beside each other, and a pasted printout, on the local page: the answers are compare's and grade's; rubbish is told."""

import html
from urllib.parse import urlencode

import pytest
from conftest import until
from hosts.conftest import Page
from hosts.test_rubbish import NODE, WORDS

import nodescope as ns

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
"""Of numbers near the largest double, whose single precision is no number."""
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
    assert found.sentence[1:] in said(answer.text)
    assert found.parts.sentence in said(answer.text)
    assert "<td>0.1</td><td>0.5</td>" in answer.text
    assert answer.text.count('<path class="of-') == 2
    assert f"<td>{slow.start_mse!r}</td>" in answer.text
    assert '<form method="get" action="/compare">' in page.get("/").text


def test_runs_of_other_goals_keep_their_curves(page: Page):
    a, b = run_of(page), run_of(page, goal="2")
    answer = page.get(f"/compare?a={a}&b={b}")
    assert answer.status == 200
    assert "did not learn the same goals" in answer.text
    assert answer.text.count('<path class="of-') == 2


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
