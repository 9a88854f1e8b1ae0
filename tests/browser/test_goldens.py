"""A few pictures of the page kept as they were looked at, and the page as it is spoken. `make goldens` takes them anew.

With the Chromium that took them not one pixel may differ (a changed digit is 44 pixels of a million: no tolerance would see it; the
numbers themselves are compared in test_file.py). With another Chromium letters are drawn a little differently, and that much is let
through.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.conftest import go
from conftest import ROOT

import nodescope as ns

pytestmark = pytest.mark.usefixtures("chromium")

GOLDENS = Path(__file__).parent / "goldens"
PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"
WRITE = os.environ.get("NODESCOPE_GOLDENS") == "write"
OTHER_LETTERS = 0.04
"""Part of the pixels that another Chromium may draw otherwise."""
SAME_LEVEL = 2
"""Levels of 256 from which a pixel is another: the smoothing of a round corner does from one start to the next."""
STALL = 317
PICTURES: dict[str, tuple[int, dict[str, Any]]] = {
    "stall-light": (STALL, {"color_scheme": "light"}),
    "stall-dark": (STALL, {"color_scheme": "dark"}),
    "stall-phone": (STALL, {"color_scheme": "light", "viewport": {"width": 390, "height": 844}}),
    "first-step": (0, {"color_scheme": "light"}),
    "first-phone": (0, {"color_scheme": "light", "viewport": {"width": 390, "height": 844}}),
    "network-light": (150, {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}}),
    "network-dark": (150, {"color_scheme": "dark", "viewport": {"width": 1280, "height": 720}}),
    "network-phone": (150, {"color_scheme": "light", "viewport": {"width": 390, "height": 844}}),
    "result-light": (-1, {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}}),
    "result-dark": (-1, {"color_scheme": "dark", "viewport": {"width": 1280, "height": 720}}),
    "result-phone": (-1, {"color_scheme": "light", "viewport": {"width": 390, "height": 844}}),
}


def seed() -> ns.Run:
    return ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)


def corners() -> ns.Run:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    return ns.descend(network=ns.network([2, 4, 3, 1], seed=3), input=x, goal=[0, 1, 1, 0], batch="all", alpha=0.3, steps=300)


def penguins() -> ns.Run:
    inputs = ["flipper_length_mm", "bill_length_mm", "bill_depth_mm"]
    asked = {"standardise": True, "missing": "drop", "holdout": 0.2, "batch": "all", "alpha": 0.1, "epochs": 60}
    return ns.descend(data=str(PENGUINS), inputs=inputs, goal="body_mass_g", **asked)


RUNS = {"network": corners, "result": penguins}
SHOWN = {"result": ".fit-cards"}


def standing_still(page: Any, part: str) -> bytes:
    """The picture once two in a row are the same: on a busy machine the first may be taken in the middle of a change."""
    before = b""
    for _ in range(30):
        taken: bytes = page.locator(part).screenshot()
        if taken == before:
            break
        before = taken
        page.wait_for_timeout(100)
    return taken


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name: str, opened: Callable[..., Any], chromium: Any, tmp_path: Path):
    step, options = PICTURES[name]
    kind = name.split("-")[0]
    page = opened(RUNS.get(kind, seed)(), **options)
    if step >= 0:
        go(page, step)
    held_beside(page, SHOWN.get(kind, "section.inside"), name, chromium.version, tmp_path)


def held_beside(page: Any, part: str, name: str, version: str, tmp_path: Path) -> None:
    """A part of the page beside the picture of it that is kept."""
    image = pytest.importorskip("PIL.Image")
    chops = pytest.importorskip("PIL.ImageChops")
    page.evaluate("document.fonts.ready")
    taken = image.open(io.BytesIO(standing_still(page, part))).convert("RGB")
    kept, of = GOLDENS / f"{name}.png", GOLDENS / "chromium.txt"
    if WRITE:
        GOLDENS.mkdir(exist_ok=True)
        taken.save(kept, optimize=True)
        of.write_text(version + "\n")
        return
    golden = image.open(kept).convert("RGB")
    same = of.read_text().strip() == version
    assert max(abs(a - b) for a, b in zip(taken.size, golden.size, strict=True)) <= (0 if same else 8)
    taken.save(tmp_path / f"{name}.png")
    levels = chops.difference(taken.resize(golden.size), golden).convert("L").histogram()
    apart, allowed = sum(levels[SAME_LEVEL:]), 0 if same else OTHER_LETTERS * sum(levels)
    assert apart <= allowed, f"look at {tmp_path / name}.png beside {kept}"


def test_spoken(opened: Callable[..., Any]):
    page = opened(seed())
    go(page, STALL)
    page.locator("p.sr", has_text="Step 317").wait_for(state="attached")
    spoken, kept = page.locator("main").aria_snapshot() + "\n", GOLDENS / "stall.aria.txt"
    if WRITE:
        kept.write_text(spoken, encoding="utf-8")
    assert spoken == kept.read_text(encoding="utf-8")


def test_the_picture_without_a_browser_says_what_the_page_says(opened: Callable[..., Any]):
    """Python's texts beside the page's, at every tenth step and the last that move."""
    from nodescope.views.picture.loop import LoopNumbers

    run = seed()
    page = opened(run)
    for step in [*range(0, 300, 10), *range(300, STALL)]:
        go(page, step)
        shown = page.locator("svg.loop [data-text]").evaluate_all("all => all.map(e => e.dataset.text)")
        text = LoopNumbers(run.trace[step]).text
        names = ("input", "weight", "prediction", "delta", "weighted_delta", "alpha_delta", "new_weight")
        assert shown == [text[name] for name in names], step
