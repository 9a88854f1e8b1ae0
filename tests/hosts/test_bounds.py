"""What the page takes at most: runs at once, memory of finished ones, slow and silent connections, heads and sockets."""

import gc
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from conftest import until
from hosts.conftest import Page, serving
from hosts.test_rubbish import FIT, GOOD, NODE, alert_in

import nodescope as ns
from nodescope.hosts import caps, pages
from nodescope.run.run import Run

LONG = urlencode(NODE | {"alpha": "1e-9", "steps": "1000000000"}).encode()


def started(page: Page, count: int) -> list[str]:
    return [page.post("/run", LONG).headers["location"] for _ in range(count)]


def test_two_runs_at_once_and_the_others_wait_their_turn(page: Page):
    places = started(page, 5)
    said = [page.get(place).text for place in places]
    assert ["is running" in text for text in said] == [True, True, False, False, False]
    assert "2 runs are before it, and 2 go at once." in said[2]
    assert "4 runs are before it" in said[4]
    assert page.get("/").text.count("waits for its turn") == 3
    assert page.post(f"{places[3]}/stop").status == 303
    assert "taken out of the queue" in page.get(places[3]).text
    page.post(f"{places[0]}/stop")
    assert "Interrupted after" in page.done(places[0]).text
    until(lambda: "is running" in page.get(places[2]).text)
    for place in places:
        page.post(f"{place}/stop")


def test_a_queue_has_an_end(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "MOST_WAITING", 2)
    places = started(page, 4)
    answer = page.post("/run", LONG)
    assert answer.status == 400
    assert "2 runs wait already" in alert_in(answer.text, 'action="/run"')
    for place in places:
        page.post(f"{place}/stop")


def test_the_start_page_does_not_wait_for_a_large_view(page: Page, monkeypatch: pytest.MonkeyPatch):
    place = page.post("/run", urlencode(NODE).encode()).headers["location"]
    page.done(place)
    began, free = threading.Event(), threading.Event()
    monkeypatch.setattr(pages, "view", lambda *_: began.set() or str(free.wait(20)))
    with ThreadPoolExecutor(1) as pool:
        view = pool.submit(page.get, place)
        try:
            assert began.wait(20)
            assert page.get("/").status == 200
            assert not view.done()
        finally:
            free.set()
        assert view.result().text == "True"


def runs_in_memory() -> int:
    gc.collect()
    return sum(type(thing) is Run for thing in gc.get_objects())


def test_a_finished_run_is_in_a_file_and_not_in_memory(page: Page):
    before = runs_in_memory()
    place = page.post("/run", urlencode(NODE).encode()).headers["location"]
    first = page.done(place).text
    job = next(iter(page.desk.jobs))
    assert (job.held, job.descent) == (None, None)
    assert job.file.name == "run-1.nodescope"
    assert runs_in_memory() == before
    assert page.done(place).text == first
    kept = ns.load(job.file)
    assert (kept.weight, kept.settled_after) == (0.5999999999999994, 317)
    job.file.write_bytes(b"not a run file")
    answer = page.get(place)
    assert answer.status == 410
    assert "is not a nodescope run file" in answer.text
    assert "nodescope-page-" not in answer.text


def test_the_oldest_runs_are_forgotten_and_it_says_so(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "MOST_RUNS", 3)
    places = [page.post("/run", urlencode(NODE).encode()).headers["location"] for _ in range(6)]
    assert page.done(places[-1]).status == 200
    assert page.get(places[0]).status == 404
    assert re.search(r"The \d oldest are forgotten", page.get("/").text)
    assert len(list(page.desk.folder.glob("run-*.nodescope"))) <= 4


def test_a_network_has_a_size(page: Page):
    place = page.upload("good.csv", GOOD).headers["location"]
    answer = page.post(place, urlencode(FIT | {"hidden": "100000,100000"}).encode())
    assert "weights; this page takes at most 1,000,000" in alert_in(answer.text, f'action="{place}"')


def test_tables_have_room(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "MOST_DISK", 1000)
    assert page.upload("a.csv", GOOD).status == 303
    answer = page.upload("b.csv", b"a,b\n" + b"1,2\n" * 400)
    assert "no room for another" in alert_in(answer.text, 'action="/table"')


def opened(page: Page) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", page.guard.port), timeout=10)
    connection.settimeout(10)
    return connection


def head(page: Page, method: str = "GET", path: str = "/", length: int = 0) -> bytes:
    cookie, origin = f"{page.guard.cookie}={page.guard.token}", f"http://127.0.0.1:{page.guard.port}"
    lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{page.guard.port}\r\nCookie: {cookie}\r\nOrigin: {origin}\r\n"
    return f"{lines}Content-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"G"])
def test_a_silent_connection_is_closed(said: bytes, page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "HEAD_SECONDS", 0.2)
    with opened(page) as connection:
        connection.sendall(said)
        assert connection.recv(1000) == b""


def test_a_head_that_drips_is_closed(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "HEAD_SECONDS", 0.3)

    def drip(connection: socket.socket) -> None:
        for byte in b"GET / HTTP/1.1\r\nX: " + b"x" * 10_000:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    with opened(page) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        drip(connection)


def test_a_second_request_on_a_connection_has_its_own_time(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "HEAD_SECONDS", 1.5)
    with opened(page) as connection:
        for _ in range(4):
            connection.sendall(head(page))
            said = b""
            while not said.endswith(b"</html>\n"):
                said += connection.recv(100_000)
            assert said.startswith(b"HTTP/1.1 200")
            time.sleep(0.5)


def test_a_body_that_stops_coming_is_told(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "PAUSE_SECONDS", 0.2)
    with opened(page) as connection:
        connection.sendall(head(page, "POST", "/run", 100) + b"goal=1")
        said = b"".join(iter(lambda: connection.recv(100_000), b""))
    assert said.startswith(b"HTTP/1.1 408")
    assert b"stopped coming" in said


def test_a_body_that_drips_is_told(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "BODY_SECONDS", 0.4)
    with opened(page) as connection:
        connection.sendall(head(page, "POST", "/run", 10_000))
        connection.setblocking(False)
        for _ in range(500):
            try:
                said = connection.recv(100_000)
                break
            except BlockingIOError:
                connection.sendall(b"x")
                time.sleep(0.02)
    assert said.startswith(b"HTTP/1.1 408")


def test_a_head_has_a_size(page: Page):
    with opened(page) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (2 * caps.MOST_HEAD))
        assert connection.recv(1000).startswith(b"HTTP/1.1 4")


def test_sockets_have_a_number(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caps, "MOST_SOCKETS", 10)
    with serving() as page:
        held = [opened(page) for _ in range(12)]
        try:
            held[-1].sendall(head(page))
            assert held[-1].recv(1000).startswith(b"HTTP/1.1 503")
        finally:
            for connection in held:
                connection.close()
        until(lambda: page.get("/").status == 200)
