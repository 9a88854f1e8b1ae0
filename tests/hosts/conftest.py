"""A page being served on this machine, and a way to speak to it that is not a browser."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

import nodescope as ns
from nodescope.hosts.guard import Guard
from nodescope.hosts.page import served
from nodescope.hosts.server import server_of


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Page:
    """A page being served."""

    guard: Guard

    @property
    def desk(self) -> Any:
        return self.guard.app.routes[0].endpoint.__self__.desk

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.guard.port, timeout=20)
        connection.putrequest(method, path, skip_host=True)
        ours = {
            "Host": f"127.0.0.1:{self.guard.port}",
            "Cookie": f"{self.guard.cookie}={self.guard.token}",
            "Origin": f"http://127.0.0.1:{self.guard.port}",
            "Content-Length": str(len(body)),
        }
        for name, value in (ours | {k.replace("_", "-"): v for k, v in headers.items()}).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        with closing(connection), connection.getresponse() as response:
            return Answer(response.status, response.headers, response.read())

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: bytes = b"") -> Answer:
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def upload(self, name: str, content: bytes) -> Answer:
        head = f'--b\r\nContent-Disposition: form-data; name="table"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
        return self.ask(
            "POST", "/table", head.encode() + content + b"\r\n--b--\r\n", Content_Type="multipart/form-data; boundary=b"
        )

    def done(self, place: str, seconds: float = 90) -> Answer:
        """The page of a run once it is done."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            answer = self.get(place)
            if b'http-equiv="refresh"' not in answer.body:
                return answer
            time.sleep(0.05)
        raise AssertionError(f"{place} is still on its way")


@contextmanager
def serving(run: ns.Run | None = None, table: Path | None = None, kept: Path | None = None) -> Iterator[Page]:
    with served(run, table, kept=kept) as (guard, bound):
        server = server_of(guard)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield Page(guard)
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def page() -> Iterator[Page]:
    with serving() as served_page:
        yield served_page
