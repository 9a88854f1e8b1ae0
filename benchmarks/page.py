"""What the local page takes when everybody comes at once: 100 tables and then 60 fits posted together, on this machine alone.

Prints the peak of its memory, how long it took to answer in the meantime, and what became of what was posted. Linux only (/proc).
"""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Event, Process, Queue
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

Answer = tuple[int, str, bytes]
"""Status, where it leads, content."""
UPLOADS, FITS = 100, 60
MOST_SECONDS = 240.0
FIT = {"goal": "0", "holdout": "0.2", "alpha": "0.001", "epochs": "30", "batch": "32", "rule": "adam"}


class Caller:
    """A browser's stand-in, with the token."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Cookie": f"nodescope-{port}={token}", "Origin": f"http://127.0.0.1:{port}"}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=MOST_SECONDS)
        connection.request(method, path, body or None, self.headers | {"Content-Type": kind})
        answer = connection.getresponse()
        found = answer.status, answer.getheader("location") or "", answer.read()
        connection.close()
        return found

    def upload(self, content: bytes) -> Answer:
        head = b'--b\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\n'
        return self.ask("POST", "/table", head + content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b")


def table(rows: int, columns: int) -> bytes:
    numbers = np.random.default_rng(0).normal(size=(rows, columns))
    lines = [",".join(f"c{j}" for j in range(columns)), *(",".join(map(repr, row)) for row in numbers.tolist())]
    return "\n".join(lines).encode()


def peak(process: "subprocess.Popen[str]") -> float:
    """MB."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) / 1000


def asked_all_along(caller: Caller, until: Any, said: "Queue[list[float]]") -> None:
    """In a process of its own, so that it waits for the page alone."""
    seconds = []
    while not until.is_set():
        began = time.perf_counter()
        assert caller.ask("GET", "/")[0] == 200
        seconds.append(time.perf_counter() - began)
        time.sleep(0.05)
    said.put(seconds)


def at_once(calls: list[Callable[[], Answer]]) -> list[Answer]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def still_going(caller: Caller) -> int:
    return len(re.findall(rb"waits for its turn|on its way", caller.ask("GET", "/")[2]))


def main() -> None:
    with tempfile.TemporaryDirectory() as runs:
        measure(runs)


def measure(runs: str) -> None:
    """`runs` is a folder that takes the runs in place of the one of whoever measures."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nodescope", "open", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"NODESCOPE_RUNS": runs},
    )
    try:
        port, token = re.search(r":(\d+)/\?token=(\S+)", process.stdout.readline()).groups()
        caller, over, said = Caller(int(port), token), Event(), Queue()
        began = time.monotonic()
        caller.ask("GET", "/")
        print(f"idle: {peak(process):,.0f} MB")
        content = table(20_000, 10)
        prober = Process(target=asked_all_along, args=(caller, over, said))
        prober.start()
        answers = at_once([lambda: caller.upload(content) for _ in range(UPLOADS)])
        places = [place for status, place, _ in answers if status == 303]
        took = time.monotonic() - began
        print(f"{UPLOADS} tables of {len(content) / 1e6:.1f} MB: {len(places)} taken, {took:.1f} s, {peak(process):,.0f} MB")
        body = urlencode([*FIT.items(), *(("input", i) for i in range(1, 10))]).encode()
        fits = at_once([lambda place=place: caller.ask("POST", place, body) for place in places[:FITS]])
        print(f"{FITS} fits posted: {sum(status == 303 for status, _, _ in fits)} taken, {peak(process):,.0f} MB")
        while still_going(caller) and time.monotonic() - began < MOST_SECONDS:
            time.sleep(0.5)
        views = at_once([lambda place=place: caller.ask("GET", place) for _, place, _ in fits[:20]])
        over.set()
        seconds = said.get(timeout=30)
        prober.join()
        ended = len(re.findall(rb'<a href="/run/', caller.ask("GET", "/")[2])) - still_going(caller)
        shown = sum(b"data-nodescope" in page for _, _, page in views)
        print(f"{ended} done after {time.monotonic() - began:.0f} s, 20 looked at together: {shown} shown")
        print(f"peak {peak(process):,.0f} MB; {len(seconds)} answers in between, the slowest after {max(seconds):.2f} s")
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
