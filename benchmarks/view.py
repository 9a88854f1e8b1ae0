"""How fast the view answers, in Chromium at 1440 × 900: alpha dragged, a large network's steps gone through, a long run opened.

Words after the command choose rows by their names (`XOR`), and MOVES=150 makes a drag shorter.

Prints a Markdown table. A frame is what the page's one thread does between a move of the hand and the end of painting: the
arithmetic in WebAssembly, the words, layout and paint. Chromium hands over one move a frame, so that 60 frames a second are kept
where a frame takes at most 16.7 ms. Nothing is waited for in a frame: its words and its numbers are of the same alpha.
"""

import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

import nodescope as ns
from nodescope.hosts.showcase import made

CHROMIUM = os.environ.get("NODESCOPE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
SIZE = {"width": 1440, "height": 900}
FRAME = "ProxyMain::BeginMainFrame"
MOVES, JUMPS, OPENINGS = int(os.environ.get("MOVES", "1000")), 200, 7

# One move a frame, told after the frame's paint: a message posted in a frame arrives when the frame is done.
DRAG = """async ({id, values}) => {
  const box = document.querySelector("[data-nodescope]").shadowRoot.querySelector(id);
  const took = [];
  for (const value of values) await new Promise((done) => requestAnimationFrame(() => {
    const began = performance.now();
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => { took.push(performance.now() - began); done(); };
    box.value = value;
    box.dispatchEvent(new Event("input", {bubbles: true}));
    port2.postMessage(0);
  }));
  return took;
}"""

# Since the page was asked for: when its picture is there, and the frame that shows it is painted.
OPENED = """() => new Promise((done) => {
  const looked = () => {
    if (!document.querySelector("[data-ready]")) return setTimeout(looked, 1);
    requestAnimationFrame(() => {
      const {port1, port2} = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      port2.postMessage(0);
    });
  };
  looked();
})"""


@dataclass(frozen=True)
class Row:
    """A line of the table, in ms: by the clock, and where frames were traced the processor's time of the page's one thread."""

    what: str
    took: list[float]
    aim: str
    worked: list[float] | None = None


class Traced:
    """The processor's time of each frame's work: neighbours on the machine change it little."""

    def __init__(self, page: Any) -> None:
        self.page, self.events, self.done = page, list[dict[str, Any]](), False
        self.session = page.context.new_cdp_session(page)
        self.session.on("Tracing.dataCollected", lambda told: self.events.extend(told["value"]))
        self.session.on("Tracing.tracingComplete", lambda _: setattr(self, "done", True))

    def __enter__(self) -> "Traced":
        config = {"includedCategories": ["cc"], "excludedCategories": ["*"]}
        self.session.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
        return self

    def __exit__(self, *_: object) -> None:
        self.session.send("Tracing.end")
        while not self.done:
            self.page.wait_for_timeout(20)

    @property
    def frames(self) -> list[float]:
        return [event["tdur"] / 1000 for event in self.events if event.get("name") == FRAME and "tdur" in event]


def examples(rows: int, inputs: int) -> ns.Run:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, inputs))
    return ns.descend(input=x, goal=x @ rng.normal(size=inputs) + 0.1 * rng.normal(size=rows), alpha=0.1, batch="all", steps=200)


def network(steps: int) -> ns.Run:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8))
    shape: dict[str, Any] = {"sizes": [8, 64, 64, 1], "activation": "relu", "initial": "he", "seed": 0}
    return ns.descend(input=x, goal=np.sin(x.sum(axis=1)), alpha=0.001, batch=32, steps=steps, network=shape)


def long_run() -> ns.Run:
    """10⁹ steps of a node that never settles."""
    return ns.descend(weight=0.4, input=1, goal=math.pi, alpha=1e-10, steps=10**9)


DRAGGED: dict[str, Callable[[], ns.Run]] = {
    "one weight (the seed's node)": lambda: made("stalls"),
    "three inputs (three little pigs)": lambda: made("pigs"),
    "20 examples of 3 inputs": lambda: examples(20, 3),
    "1,000 examples of 64 inputs": lambda: examples(1000, 64),
    "XOR, 2-4-1": lambda: made("xor"),
}


class Views:
    """Exported files in a browser."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser, self.folder, self.many = browser, folder, 0

    def file(self, run: ns.Run) -> Path:
        self.many += 1
        path = self.folder / f"run{self.many}.html"
        ns.export(run, path)
        return path

    def page(self) -> Any:
        return self.browser.new_context(viewport=SIZE).new_page()

    def moved(self, run: ns.Run, bar: str, values: list[float]) -> tuple[list[float], list[float]]:
        page = self.page()
        page.goto(self.file(run).as_uri())
        page.wait_for_selector("[data-ready]", timeout=60_000)
        page.evaluate(DRAG, {"id": bar, "values": values[:20]})
        with Traced(page) as traced:
            took = page.evaluate(DRAG, {"id": bar, "values": values})
        page.context.close()
        return list(took), traced.frames

    def dragged(self, name: str, run: ns.Run) -> Row:
        page = self.page()
        page.goto(self.file(run).as_uri())
        page.wait_for_selector("[data-ready]", timeout=60_000)
        end = float(page.locator("#ns-alpha").get_attribute("max"))
        page.context.close()
        way = end * (0.5 - 0.48 * np.cos(np.linspace(0, 6 * np.pi, MOVES)))
        took, worked = self.moved(run, "#ns-alpha", way.tolist())
        return Row(f"alpha dragged, {name}", took, "16.7", worked)

    def scrubbed(self, name: str, run: ns.Run) -> Row:
        jumps = np.random.default_rng(1).integers(0, run.steps, JUMPS).tolist()
        took, worked = self.moved(run, "#ns-step", jumps)
        return Row(f"steps of {name}", took, "30", worked)

    def opened(self, what: str, ask: Callable[[Any], None]) -> Row:
        took = []
        for _ in range(OPENINGS):
            page = self.page()
            ask(page)
            took.append(page.evaluate(OPENED))
            page.context.close()
        return Row(what, took, "500")


def local_page(views: Views, run: ns.Run, what: str) -> Row:
    """From the request to `nodescope open` on, by the browser's own clock."""
    saved = views.folder / "long.nodescope"
    run.save(saved)
    process = subprocess.Popen(
        [sys.executable, "-m", "nodescope", "open", "--no-browser", str(saved)],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"NODESCOPE_RUNS": str(views.folder / "runs")},
    )  # fmt: skip
    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        return views.opened(what, lambda page: page.goto(address, wait_until="commit"))
    finally:
        process.terminate()
        process.wait(20)


def file_opened(views: Views, run: ns.Run, what: str) -> Row:
    """An exported file."""
    address = views.file(run).as_uri()
    return views.opened(what, lambda page: page.goto(address, wait_until="commit"))


def measured(views: Views, wanted: str) -> list[Row]:
    rows = []

    def took(name: str, measure: Callable[[], Row]) -> None:
        if wanted in name:
            began = time.perf_counter()
            rows.append(measure())
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)

    for name, make in DRAGGED.items():
        took(name, lambda name=name, make=make: views.dragged(name, make()))
    took("8-64-64-1", lambda: views.scrubbed("8-64-64-1, 10,000 of them", network(10_000)))
    took("1e9 page", lambda: local_page(views, long_run(), "10⁹ steps opened, `nodescope open`"))
    took("1e9 file", lambda: file_opened(views, long_run(), "10⁹ steps opened, the file"))
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        rows = measured(Views(browser, Path(folder)), " ".join(sys.argv[1:]))
        print("| what | median | 95th percentile | the same, processor | slowest | aimed at |")
        print("|---|---|---|---|---|---|")
        for row in rows:
            worked = f"{np.percentile(row.worked, 95):.3g} ms" if row.worked else ""
            clock = [f"{ms:.3g} ms" for ms in (np.median(row.took), np.percentile(row.took, 95), max(row.took))]
            print(f"| {row.what} | {clock[0]} | {clock[1]} | {worked} | {clock[2]} | {row.aim} ms |")
        browser.close()


if __name__ == "__main__":
    main()
