"""The local page: who may speak to it, and what a person does with it, from the start page to a fitted table."""

import http.client
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import AXE, found_by_axe, unfold
from conftest import ROOT, until

import nodescope as ns
from nodescope.hosts.guard import Guard

pytest.importorskip("starlette")
ROUTES = [
    "/",
    "/run",
    "/run/1",
    "/run/1/stop",
    "/network",
    "/example/stalls",
    "/example/nothing",
    "/table",
    "/table/0",
    "/static/nodescope.js",
    "/static/start.css",
    "/nowhere",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"]


@pytest.fixture
def guard() -> Iterator[Guard]:
    """A page being served, with one run on it."""
    from nodescope.hosts.page import served
    from nodescope.hosts.server import server_of

    with served(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)) as (guarded, bound):
        server = server_of(guarded)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield guarded
        server.should_exit = True
        thread.join(10)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def read(self) -> bytes:
        return self.body


def ask(guard: Guard, method: str, path: str, body: bytes = b"", length: int | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", guard.port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in ({"Host": f"127.0.0.1:{guard.port}"} | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        connection.putheader(name, value)
    if body or method == "POST" or length is not None:
        connection.putheader("Content-Length", str(len(body) if length is None else length))
    connection.endheaders(body)
    with closing(connection), connection.getresponse() as response:
        return Answer(response.status, response.headers, response.read())


def ours(guard: Guard) -> dict[str, str]:
    return {"Cookie": f"{guard.cookie}={guard.token}", "Origin": f"http://127.0.0.1:{guard.port}"}


HOSTILE: dict[str, Any] = {
    "no token": lambda g: {"Origin": f"http://127.0.0.1:{g.port}"},
    "wrong token": lambda g: ours(g) | {"Cookie": f"{g.cookie}={'x' * 43}"},
    "empty token": lambda g: ours(g) | {"Cookie": f"{g.cookie}="},
    "token in another cookie": lambda g: ours(g) | {"Cookie": f"nodescope={g.token}"},
    "not ascii": lambda g: ours(g) | {"Cookie": f"{g.cookie}=\xe9"},
    "another host": lambda g: ours(g) | {"Host": f"evil.example:{g.port}"},
    "host with our name in it": lambda g: ours(g) | {"Host": f"127.0.0.1:{g.port}.evil.example"},
    "another port": lambda g: ours(g) | {"Host": f"127.0.0.1:{g.port + 1}"},
    "no port": lambda g: ours(g) | {"Host": "127.0.0.1"},
    "another origin": lambda g: ours(g) | {"Origin": "http://evil.example"},
    "origin null": lambda g: ours(g) | {"Origin": "null"},
    "origin with our name in front": lambda g: ours(g) | {"Origin": f"http://127.0.0.1:{g.port}.evil.example"},
    "https origin": lambda g: ours(g) | {"Origin": f"https://127.0.0.1:{g.port}"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_all_routes_and_methods_refuse_the_hostile(name: str, guard: Guard):
    for path, method in itertools.product(ROUTES, METHODS):
        answer = ask(guard, method, path, **HOSTILE[name](guard))
        assert answer.status in (400, 401, 403, 404, 405), (path, method, answer.status)
        assert answer.status != 200
        assert b"data-nodescope" not in answer.read()


def test_what_is_ours_is_answered_with_a_policy(guard: Guard):
    for path, status in (
        ("/", 200),
        ("/run/1", 200),
        ("/static/nodescope.js", 200),
        ("/run/99", 404),
        ("/table/0", 404),
        ("/x", 404),
    ):
        answer = ask(guard, "GET", path, **ours(guard))
        assert answer.status == status, path
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers
        assert guard.token.encode() not in answer.read()


def test_the_token_is_exchanged_once_for_a_cookie_that_no_script_reads(guard: Guard):
    answer = ask(guard, "GET", f"/?token={guard.token}")
    assert (answer.status, answer.headers["location"]) == (303, "/run/1")
    assert re.search(r"HttpOnly.*SameSite=strict|SameSite=strict.*HttpOnly", answer.headers["set-cookie"], re.IGNORECASE)
    assert ask(guard, "GET", "/?token=wrong").status == 401
    assert ask(guard, "GET", f"/run/1?token={guard.token}").status == 401


def test_a_form_has_to_say_where_it_stands_and_be_small(guard: Guard):
    cookie = {"Cookie": ours(guard)["Cookie"]}
    assert ask(guard, "POST", "/run", b"input=1&goal=2", **cookie).status == 403
    assert ask(guard, "POST", "/table", length=10**10, **ours(guard)).status == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"input=x&goal=1", b"input=1&goal=nan", b"\xff\xfe", b"input=1&goal=2&steps=1e300", b"input=1,2&goal=1&weight=1,2,3"],
)
def test_rubbish_in_a_form_is_one_clear_message(body: bytes, guard: Guard):
    answer = ask(guard, "POST", "/run", body, **ours(guard))
    assert answer.status == 400
    assert b'role="alert"' in answer.read()


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\x00\x01\x02", b"a,a\n1,2\n", b"PAR1rubbish"])
def test_rubbish_for_a_table_is_one_clear_message(content: bytes, guard: Guard):
    body = b'--b\r\nContent-Disposition: form-data; name="table"; filename="../../x.csv"\r\n\r\n' + content + b"\r\n--b--\r\n"
    answer = ask(guard, "POST", "/table", body, **ours(guard), Content_Type="multipart/form-data; boundary=b")
    text = answer.read()
    if answer.status == 303:
        number = answer.headers["location"]
        answer = ask(guard, "POST", number, b"goal=0&input=1&holdout=0&alpha=auto&epochs=1&batch=all", **ours(guard))
        text = answer.read()
    assert answer.status == 400
    assert b'role="alert"' in text
    assert b"/tmp/" not in text


@pytest.mark.usefixtures("chromium")
def test_a_person_runs_the_seed_and_fits_a_table(chromium: Any, guard: Guard):
    from playwright.sync_api import expect

    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(guard.address)
    page.wait_for_selector("[data-ready]")
    assert "token" not in page.url
    page.get_by_role("link", name="All runs").click()
    page.get_by_label("alpha: how big a part it corrects").fill("0.7")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector("[data-ready]")
    unfold(page.locator("details.exactly > summary"))
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.7, steps=325)
    shown = page.locator("td.exact[data-quantity='new weight']").inner_text()
    assert shown == repr(run.trace[0].new_weight)
    page.get_by_role("link", name="All runs").click()
    page.get_by_label("Table").set_input_files(ROOT / "examples" / "penguins.csv")
    page.get_by_role("button", name="Look at its columns").click()
    page.locator("select[name=goal]").select_option(label="body_mass_g")
    ticked = page.get_by_role("group", name="Inputs").get_by_role("checkbox", checked=True)
    # a goal may be chosen before the page's script is there: the boxes follow as soon as it is
    expect(ticked).to_have_count(7)  # text too, and not the goal
    expect(page.get_by_role("checkbox", name="body_mass_g")).to_be_disabled()
    page.locator("select[name=goal]").select_option(label="bill_depth_mm")
    expect(page.get_by_role("checkbox", name="body_mass_g")).to_be_checked()  # it is an input again, as it was
    expect(page.get_by_role("checkbox", name="bill_depth_mm")).not_to_be_checked()
    page.locator("select[name=goal]").select_option(label="body_mass_g")
    expect(ticked).to_have_count(7)
    for box in page.get_by_role("group", name="Inputs").get_by_role("checkbox").all():
        box.uncheck()
    for name in ("flipper_length_mm", "bill_length_mm"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Fit").click()
    page.wait_for_selector("[data-ready]", timeout=20_000)
    assert "always the mean" in page.locator("pre", has_text="RMSE").inner_text()
    page.go_back()
    page.locator("input[name=hidden]").fill("8,x")
    page.get_by_role("button", name="Fit").click()
    assert "hidden nodes are '8,x'" in page.get_by_role("alert").inner_text()
    expect(page.get_by_role("alert")).to_be_focused()  # who types before that would have the browser complain
    assert "400" in said.pop()
    page.locator("input[name=hidden]").fill("6,4")
    unfold(page.locator("summary").first)
    page.locator("select[name=rule]").select_option("momentum")
    page.get_by_role("button", name="Fit").click()
    page.wait_for_selector("[data-ready]", timeout=20_000)
    told = page.locator("pre", has_text="this network").inner_text()
    unseen = {line.split("  ")[0]: float(line.split()[-2]) for line in told.splitlines()[1:]}
    assert unseen["this network"] < 1.2 * unseen["least squares"]
    page.get_by_role("link", name="All runs").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    if AXE.exists():
        page.close()
        axe = chromium.new_context(bypass_csp=True, storage_state=context.storage_state()).new_page()
        axe.goto(guard.address)
        axe.goto(f"http://127.0.0.1:{guard.port}/")
        assert found_by_axe(axe) == []
        axe.context.close()
    context.close()
    assert said == []


def test_a_table_is_dropped_on_the_page(guard: Guard, chromium: Any):
    page = chromium.new_context().new_page()
    page.goto(guard.address)
    page.get_by_role("link", name="All runs").click()
    field = page.get_by_label("Table").bounding_box()
    where = {"x": field["x"] + field["width"] / 2, "y": field["y"] + field["height"] / 2}
    files = {"items": [], "files": [str(ROOT / "examples" / "penguins.csv")], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, **where, "data": files})
    page.get_by_role("button", name="Look at its columns").click()
    page.get_by_label("Goal").wait_for()
    page.context.close()


@pytest.mark.usefixtures("ctrl_c")
def test_it_stops_on_ctrl_c_and_leaves_nothing_behind(tmp_path: Path):
    command = [sys.executable, "-m", "nodescope", "open", "--no-browser", str(ROOT / "examples" / "sticks.toml")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert process.stdout is not None
    port = int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline()).group(1))
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode in (0, 130)
    assert list(tmp_path.iterdir()) == []


def test_a_long_run_can_be_stopped(guard: Guard):
    answer = ask(guard, "POST", "/run", b"weight=0.4&input=1&goal=0.6&alpha=1e-9&steps=1000000000", **ours(guard))
    place = answer.headers["location"]
    running = ask(guard, "GET", place, **ours(guard)).read()
    assert b"is running" in running
    assert ask(guard, "POST", f"{place}/stop", **ours(guard)).status == 303
    until(lambda: b"data-nodescope" in ask(guard, "GET", place, **ours(guard)).read())
    assert b"Interrupted after" in ask(guard, "GET", place, **ours(guard)).read()
