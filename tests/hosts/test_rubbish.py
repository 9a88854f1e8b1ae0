"""Every form of the page times rubbish: a sentence on the form that asked, what was typed still there, nothing broken after it."""

import html
import io
import json
import re
from urllib.parse import parse_qs, urlencode

import pyarrow as pa
import pytest
from conftest import cases, until
from hosts.conftest import Page
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import nodescope as ns
from nodescope.errors import InputError
from nodescope.hosts import caps
from nodescope.hosts.again import judged_again
from nodescope.hosts.upload import Upload, safe_name

GOOD = b"a,b,c\n1,2,x\n2,3,y\n3,5,z\n4,6,w\n"
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
"""Of a diagnosis of numbers near the largest double; what a page shows of it is held to the diagnosis elsewhere."""
NODE = {"weight": "0.4", "input": "1", "goal": "0.6", "alpha": "0.1", "steps": "325"}
FIT = {"goal": "1", "input": "0", "holdout": "0", "alpha": "auto", "epochs": "5", "batch": "all", "hidden": "", "rule": "plain"}
WORDS = [
    "", " ", "²", "٣", "1e400", "-1", "nan", "inf", "-inf", "0,1", "1,,2", "1;2", "0x10", "1_0", "[", "[[1,2],[3]]", '[{"a":1}]',
    "[null]", "[true]", "9" * 5000, "-" + "9" * 400, "1." + "0" * 5000, "\0", "\ud7ff", "<script>alert(1)</script>", '"><b>',
    "a" * 100_000, "1,2,3", "[" * 50_000, "auto", "None", "1e-400", "0", "1.5", "1e308", "[1e999]", "'; DROP TABLE", "{}",
    "NaN,NaN", "1 2", "=1+1", "10**9", "99999999999",
]  # fmt: skip
BODIES = [
    b"", b"\xff\xfe", b"%ff=%fe&goal=%00", b"&" * 100, b"=" * 100, b"a=1&" * 30_000, b"goal", b"input=1&goal=2&input=3",
]  # fmt: skip
NO_FILES = [
    b"", b"--b\r\n", b"--b--\r\n", b"\r\n\r\n", b"--b\r\n" + b"x" * 100_000,
    b'--b\r\nContent-Disposition: form-data; name="table"; filename=""\r\n\r\n\r\n--b--\r\n',
]  # fmt: skip
KINDS = ["multipart/form-data; boundary=b", "multipart/form-data", "text/plain", "", "multipart/form-data; boundary=\xe9"]
NOWHERE = [
    "/run/0", "/run/99999999999999999999", "/run/%C2%B2", "/run/-1", "/run/x", "/table/7777", "/table/%C2%B2", "/nowhere",
    "/static/../page.py", "/static/%2e%2e/page.py", "/static/x",
]  # fmt: skip


def parquet_of(columns: dict[str, object], **options: object) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file, **options)
    return file.getvalue()


TABLES = {
    "empty": b"",
    "blank": b"\n\n\n",
    "only a header": b"a,b\n",
    "latin-1 header": "größe,b\n1,2\n".encode("latin-1"),
    "latin-1 cells": "a,b\nä,ö\n".encode("latin-1"),
    "utf-16": "a,b\n1,2\n".encode("utf-16"),
    "ragged": b"a,b\n1,2\n3\n",
    "ragged late": b"a,b\n" + b"1,2\n" * 5000 + b"1,2,3\n",
    "semicolons": b"a;b\n1;2\n",
    "semicolons and decimal commas": b"a;b\n1,5;2,5\n3,5;4,5\n",
    "twice the same name": b"a,a\n1,2\n",
    "no names": b",\n1,2\n",
    "text only": b"a,b\nx,y\n",
    "lone carriage returns": b"a,b\r1,x\r3\r",
    "zero bytes": b"a,b\n1,\0\n",
    "binary": bytes(range(256)) * 4,
    "open quote": b'a,b\n"1,2\n3,4\n',
    "quote in the header": b'"a,b\n1,2\n',
    "a zip": b"PK\x03\x04" + b"\0" * 100,
    "a page": b"<!doctype html><html><body>a,b</body></html>",
    "parquet cut": parquet_of({"a": [1.0], "b": [2.0]})[:-10],
    "parquet by its first bytes": b"PAR1rubbish",
    "parquet of text": parquet_of({"a": ["x"], "b": ["y"]}),
    "parquet of nothing": parquet_of({}),
    "parquet of lists": parquet_of({"a": [[1.0]], "b": [{"c": 1}]}),
    "parquet of many rows": parquet_of({"a": pa.array([0.0]).take(pa.array([0] * (caps.MOST_NUMBERS + 1), pa.int32()))}),
    "many rows": b"a,b\n" + b"1,\n" * (caps.MOST_NUMBERS // 2 + 1),
    "many columns": b",".join(b"c%d" % i for i in range(caps.MOST_COLUMNS + 1)) + b"\n",
    "a header without an end": b"a" * 200_000,
}


def alert_in(text: str, form: str) -> str:
    """The sentence that stands in the section of a form."""
    section = re.search(rf"<section>(?:(?!</section>).)*{re.escape(form)}.*?</section>", text, re.DOTALL)
    assert section, f"the form {form} is not there"
    alert = re.search(r'role="alert">(.*?)</p>', section[0], re.DOTALL)
    assert alert, f"no sentence on the form: {section[0][:300]}"
    assert 'autofocus role="alert"' in section[0], "the page would open elsewhere"
    sentence = html.unescape(alert[1])
    assert 10 < len(sentence) < 700, sentence
    assert "\n" not in sentence
    assert "nodescope-page-" not in sentence
    return sentence


def still_works(page: Page) -> None:
    """A good request of each kind."""
    assert "Settled after 317" in html.unescape(page.done(page.post("/run", urlencode(NODE).encode()).headers["location"]).text)
    place = page.upload("good.csv", GOOD).headers["location"]
    fitted = page.done(page.post(place, urlencode(FIT).encode()).headers["location"])
    assert (fitted.status, b"data-nodescope" in fitted.body) == (200, True)


def looked_at(page: Page, body: bytes, path: str, form: str) -> None:
    """Post a form: it runs, or says what is wrong where it was typed, with everything typed still there."""
    answer = page.post(path, body)
    assert answer.status in (303, 400), (answer.status, body[:200], answer.text[-300:])
    if answer.status == 303:
        place = answer.headers["location"]
        page.post(f"{place}/stop")
        assert page.done(place).status == 200
        return
    alert_in(answer.text, form)
    try:
        typed = parse_qs(body.decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        return
    for name in typed.keys() & set(NODE if path == "/run" else ("holdout", "alpha", "epochs", "hidden")):
        assert f'name="{name}" value="{html.escape(typed[name][0])}"' in answer.text, name


@pytest.fixture(scope="module")
def lasting():
    from hosts.conftest import serving

    with serving() as page:
        assert page.upload("good.csv", GOOD).headers["location"] == "/table/0"
        yield page


@pytest.mark.parametrize("field", NODE)
def test_rubbish_typed_for_a_node(field: str, lasting: Page):
    for word in WORDS:
        looked_at(lasting, urlencode(NODE | {field: word}, errors="replace").encode(), "/run", 'action="/run"')
    still_works(lasting)


@pytest.mark.parametrize("field", [*FIT, "activation", "standardise", "missing"])
def test_rubbish_typed_for_a_fit(field: str, lasting: Page):
    for word in WORDS:
        looked_at(lasting, urlencode(FIT | {field: word}, errors="replace").encode(), "/table/0", 'action="/table/0"')
    still_works(lasting)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", ["/run", "/table/0"])
def test_forms_that_no_browser_sends(path: str, body: bytes, lasting: Page):
    looked_at(lasting, body, path, f'action="{path}"')


@pytest.mark.parametrize("path", ["/run", "/table/0", "/table"])
def test_a_form_that_is_too_long(path: str, lasting: Page):
    answer = lasting.post(path, b"goal=" + b"1," * caps.MOST_FORM)
    assert answer.status == (400 if path == "/table" else 413)
    alert_in(answer.text, f'action="{path}"')


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_none(name: str, lasting: Page):
    before = sorted(lasting.desk.folder.rglob("*"))
    for file in ("x.csv", "x.parquet", "../../../etc/x.csv", "x", "\u00fc.csv", ".csv"):
        answer = lasting.upload(file, TABLES[name])
        if answer.status == 303:  # what of it is numbers can be fitted
            assert lasting.get(answer.headers["location"]).status == 200
            before = sorted(lasting.desk.folder.rglob("*"))
            continue
        assert answer.status == 400
        alert_in(answer.text, 'action="/table"')
        assert sorted(lasting.desk.folder.rglob("*")) == before
    still_works(lasting)


def test_what_is_wrong_is_named(lasting: Page):
    """Stories: these were "Internal Server Error", and the first two broke every later upload."""
    for name, words in {
        "ragged": "row 2 (line 3) has 1 cell, but there are 2 column names",
        "empty": "x.csv is empty",
        "parquet of many rows": f"{caps.MOST_NUMBERS + 1:,} rows of 1 columns",
        "many rows": f"this page takes at most {caps.MOST_NUMBERS:,} numbers",
    }.items():
        file = "x.parquet" if "parquet" in name else "x.csv"
        assert words in alert_in(lasting.upload(file, TABLES[name]).text, 'action="/table"'), name
    answer = lasting.post("/table/0", urlencode(FIT | {"goal": "²"}).encode())
    assert "there is no column '²'" in alert_in(answer.text, 'action="/table/0"')


def test_a_first_line_of_numbers_is_asked_about(lasting: Page):
    place = lasting.upload("x.csv", b"1.5,2.5\n3,4\n5,6\n").headers["location"]
    assert "no line of names (columns are called 0, 1, …)" in lasting.get(place).text


@pytest.mark.parametrize("body", NO_FILES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_without_a_file(body: bytes, kind: str, lasting: Page):
    answer = lasting.ask("POST", "/table", body, Content_Type=kind)
    assert answer.status == 400
    assert "no file came with the form" in alert_in(answer.text, 'action="/table"')


def test_an_upload_that_breaks_off(lasting: Page):
    body = b'--b\r\nContent-Disposition: form-data; name="table"; filename="x.csv"\r\n\r\na,b\n1,2\n'
    answer = lasting.ask("POST", "/table", body, Content_Type="multipart/form-data; boundary=b")
    assert "broke off" in alert_in(answer.text, 'action="/table"')


def test_a_table_that_is_too_long_is_read_to_its_end_and_refused(lasting: Page):
    answer = lasting.upload("x.csv", b"a,b\n" + b"1,2\n" * (caps.MOST_BODY // 4))
    assert answer.status == 413
    assert "64 MiB" in alert_in(answer.text, 'action="/table"')
    still_works(lasting)


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_of_nothing(method: str, path: str, lasting: Page):
    assert lasting.ask(method, path, b"goal=1").status in (404, 405)
    assert lasting.ask("POST", "/run/7777/stop").status == 404


TYPED = st.one_of(st.text(max_size=20), st.from_regex(r"[\d.,;e+\-\[\]]{1,12}", fullmatch=True))


@given(st.dictionaries(st.sampled_from([*NODE, *FIT]), TYPED))
@settings(max_examples=cases(300))
def test_generated_forms(lasting: Page, changed: dict[str, str]):
    form = {name: text for name, text in changed.items() if name != "epochs"}
    looked_at(lasting, urlencode(NODE | form, errors="replace").encode(), "/run", 'action="/run"')
    looked_at(lasting, urlencode(FIT | form, errors="replace").encode(), "/table/0", 'action="/table/0"')


@given(st.binary(max_size=200), st.lists(st.integers(1, 40), max_size=20))
def test_an_upload_in_pieces_is_its_content(content: bytes, cuts: list[int]):
    if b"\r\n--edge" in content:
        return
    body = b'--edge\r\ncontent-disposition: form-data; name="t"; filename="a.csv"\r\n\r\n' + content + b"\r\n--edge--\r\nafter"
    file = io.BytesIO()
    upload, at = Upload("multipart/form-data; boundary=edge", file), 0
    for cut in [*cuts, len(body)]:
        upload.feed(body[at : at + cut])
        at += cut
    upload.finish()
    assert (file.getvalue(), upload.name) == (content, "a.csv")


@given(st.text())
def test_any_name_becomes_one_that_stays_in_its_folder(name: str):
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set("/\\\0\n")
    assert safe not in (".", "..")
    assert len(safe) <= 60


CHANGES = [
    b"", b"{", b"null", b"[]", b'{"x": 1}', b'{"alpha": "0.1"}', b'{"alpha": NaN}', b'{"alpha": 1e999}',
    b'{"alpha": ' + b"9" * 400 + b"}",
    b'{"start": [1, 2]}', b'{"start": [[1]]}', b'{"start": {"0": 1}}', b'{"input": [true]}', b'{"goal": []}', b'{"steps": -1}',
    b'{"steps": 1.5}', b'{"steps": 99999999999}', b'{"batch": 0}', b'{"batch": 7}', b'{"alpha": null}', b"[" * 50_000, b"\xff\xfe",
    b'{"alpha": {"__class__": "x"}}', b'{"steps": true}', b"x" * (caps.MOST_FORM + 1),
]  # fmt: skip


def test_a_changed_run_times_rubbish(page: Page):
    """A view sends what was changed in it: whatever that is, a sentence in JSON comes back, and the next good one is judged."""
    where = page.post("/run", urlencode(NODE).encode()).headers["location"]
    until(lambda: "data-again" in page.get(where).text)
    for body in CHANGES:
        answer = page.post(f"{where}/again", body)
        assert answer.status in (400, 413), body[:40]
        told = json.loads(answer.text)
        assert list(told) == ["wrong"], body[:40]
        assert "\n" not in told["wrong"]
    good = json.loads(page.post(f"{where}/again", b'{"alpha": 2.05}').text)
    assert good["headline"] == "Alpha is too large: each step overshoots further, so the error grows."
    assert good["verdict"] == ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=2.05, steps=325)).verdict
    assert page.post("/run/7777/again", b"{}").status == 404
    assert page.get(f"{where}/again").status == 405


NAMES = st.sampled_from(["alpha", "start", "input", "goal", "steps", "batch", "x"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@settings(max_examples=cases(2000), deadline=None)
@given(st.dictionaries(NAMES, ANYTHING))
def test_a_changed_run_times_anything(changed: dict[str, object]):
    run = ns.descend(weight=[0.4, 0.1], input=[[1, 2], [3, 4]], goal=[0.6, 1.0], alpha=0.1, steps=20)
    told = ""
    try:
        told = judged_again(run, changed)["headline"]
    except ns.InputError as error:
        told = str(error)
    assert told
    assert "\n" not in told


def test_a_run_without_an_end_of_its_own_until_far_is_told_to_be_too_long():
    still = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    assert (
        judged_again(still, {"alpha": 0.5})["headline"]
        == ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.5)).headline
    )
    with pytest.raises(InputError, match="too long"):
        judged_again(still, {"alpha": 1e-7})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"input": ""}, "input is empty; type a number, or several as 0,1,2"),
        ({"goal": " "}, "goal is empty; type a number, or several as 0,1,2"),
        (
            {"weight": "1,2,3"},
            "these do not go together (weights: 3, inputs: 1, goals: 1): give as many weights as inputs and one goal, or one "
            "weight and as many goals as inputs",
        ),
        ({"input": "1,2"}, "these do not go together (weights: 1, inputs: 2, goals: 1)"),
        ({"input": "1,2", "goal": "1,2,3"}, "these do not go together (weights: 1, inputs: 2, goals: 3)"),
    ],
)
def test_what_does_not_go_together_is_told_in_plain_words(typed: dict[str, str], said: str, page: Page):
    """No keyword of Python's stands on a form; what goes together still runs."""
    answer = page.post("/run", urlencode(NODE | typed).encode())
    assert answer.status == 400
    assert said in html.unescape(answer.text)
    nested = {"weight": "[[1,2]]", "input": "1,2", "goal": "[1]"}
    for good in ({"weight": "1,2", "input": "3,4"}, {"input": "3,4", "goal": "1,2"}, {"weight": ""}, nested):
        assert page.post("/run", urlencode(NODE | good).encode()).status == 303


def test_an_empty_alpha_of_a_network_is_chosen_for_it(page: Page):
    form = {"set": "corners", "hidden": "2", "alpha": "", "steps": "3", "activation": "tanh"}
    assert page.post("/network", urlencode(form).encode()).status == 303
    refused = page.post("/network", urlencode(form | {"steps": ""}).encode())
    assert "steps is empty; type a whole number" in refused.text
