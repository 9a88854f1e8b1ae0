"""Two runs beside each other in Chromium: as it was looked at, by keyboard, and readable by all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import found_by_axe, pages_of
from browser.test_goldens import held_beside
from browser.test_start import page_of
from conftest import ROOT

import nodescope as ns
from nodescope.hosts import compare_file, file
from nodescope.hosts.job import Job
from nodescope.hosts.summary import Summary

pytest.importorskip("starlette")

PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"
WIDE, SMALL, PHONE = ({"width": width, "height": height} for width, height in ((1440, 900), (1280, 720), (390, 844)))


def penguins(alpha: float) -> ns.Run:
    asked = {"inputs": ["flipper_length_mm", "bill_length_mm", "bill_depth_mm"], "goal": "body_mass_g", "missing": "drop"}
    return ns.descend(data=str(PENGUINS), holdout=0.2, standardise=True, alpha=alpha, epochs=60, **asked)


@pytest.fixture(scope="module")
def guard(tmp_path_factory: Any) -> Iterator[Any]:
    with page_of(tmp_path_factory.mktemp("kept")) as found:
        desk = found.app.routes[0].endpoint.__self__.desk
        for alpha in (0.001, 0.05):
            desk.jobs.hold("penguins.csv", penguins(alpha))
        yield found


def come_to(page: Any, moments: range) -> None:
    """Wait until one of these epochs is in view: while it plays, each stands too short a time to be waited for by its heading."""
    for _ in range(600):
        if int(page.get_by_label("Epoch", exact=True).input_value()) in moments:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.url} came to none of {moments}")


@pytest.fixture
def beside(chromium: Any, guard: Any) -> Iterator[Callable[..., Any]]:
    said: list[str] = []
    with ExitStack() as taken:

        def open_it(more: str = "", **options: Any) -> Any:
            settings = {"viewport": WIDE, "reduced_motion": "reduce"} | options
            page = taken.enter_context(pages_of(chromium).one({"console": lambda message: said.append(message.text)}, **settings))
            page.goto(guard.address)
            page.goto(f"{guard.address.split('?')[0].rstrip('/')}/compare?a=1&b=2{more}")
            return page

        yield open_it
    assert said == []


PICTURES: dict[str, dict[str, Any]] = {
    "compare-light": {"color_scheme": "light"},
    "compare-phone": {"color_scheme": "dark", "viewport": PHONE},
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name: str, beside: Callable[..., Any], chromium: Any, tmp_path: Path):
    held_beside(beside("&at=11", **PICTURES[name]), "main.beside .columns", name, chromium.version, tmp_path)


@pytest.mark.parametrize("view", ["", "&view=steps"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(scheme: str, view: str, beside: Callable[..., Any]):
    page = beside(f"{view}&at=3", color_scheme=scheme, viewport=PHONE if scheme == "dark" else WIDE)
    page.get_by_role("button", name="Play").wait_for()
    found = found_by_axe(page)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_seen_rows_by_keyboard_and_a_moment_by_its_link(beside: Callable[..., Any]):
    page = beside(viewport=SMALL)
    unseen, seen = page.locator(".rows-0 .at-wide"), page.locator(".rows-1 .at-wide")
    assert unseen.is_visible()
    page.get_by_role("radio", name="unseen rows").focus()
    page.keyboard.press("ArrowRight")
    assert seen.is_visible()
    assert not unseen.is_visible()
    page.get_by_role("link", name="11: A passes B").click()
    assert page.get_by_role("heading", name="A, epoch 11").is_visible()
    assert page.get_by_label("Epoch", exact=True).input_value() == "11"
    page.get_by_role("link", name="Step by step").click()
    assert page.get_by_label("step, typed").input_value() == str(11 * 274)
    assert page.get_by_role("heading", name="A, run 1: alpha 0.001").is_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Overview").click()
    assert page.get_by_role("heading", name="A, epoch 12").is_visible()


def test_play_goes_through_both_together_and_stops_at_the_end(beside: Callable[..., Any]):
    page = beside("&at=56", viewport=SMALL)
    page.get_by_role("button", name="Play").press("Enter")
    page.get_by_role("heading", name="A, epoch 57").wait_for()
    page.get_by_role("button", name="Pause").press("Enter")
    stood = page.get_by_label("Epoch", exact=True).input_value()
    page.wait_for_timeout(600)
    assert page.get_by_label("Epoch", exact=True).input_value() == stood
    assert f"at={stood}" in page.url
    page.get_by_role("button", name="Play").press("Enter")
    page.get_by_role("heading", name="B, the last epoch").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert page.locator("p[role=status]").inner_text() == "epoch 60"
    page.get_by_role("link", name="Step by step").click()
    assert page.get_by_label("step, typed").input_value() == str(60 * 274 - 1)


def test_the_views_lead_to_the_moment_that_play_stopped_at(beside: Callable[..., Any]):
    page = beside("&at=30", viewport=SMALL)
    page.get_by_role("button", name="Play").click()
    come_to(page, range(32, 60))
    page.get_by_role("button", name="Pause").press("Enter")
    stood = page.get_by_label("Epoch", exact=True).input_value()
    assert int(stood) >= 32
    page.get_by_role("link", name="Step by step").click()
    assert page.get_by_label("step, typed").input_value() == str(int(stood) * 274)
    page.get_by_role("link", name="Overview").click()
    assert page.get_by_label("Epoch", exact=True).input_value() == stood


def test_play_from_the_end_shows_the_start_for_as_long_as_any_other_moment(beside: Callable[..., Any]):
    page = beside(viewport=SMALL)
    page.evaluate(
        """() => {
            window.shown = [];
            const look = () => shown.push([performance.now(), document.querySelector(".dock [name=at]").value]);
            new MutationObserver(look).observe(document.querySelector("main.beside"), { childList: true });
        }"""
    )
    page.get_by_role("button", name="Play").click()
    come_to(page, range(2, 60))
    page.get_by_role("button", name="Pause").click()
    times = {at: time for time, at in page.evaluate("shown")}
    assert list(times)[:3] == ["0", "1", "2"]
    assert times["1"] - times["0"] >= 240
    assert times["2"] - times["1"] >= 240


def test_play_that_gets_no_answer_stops_and_says_so(beside: Callable[..., Any]):
    page, broken = beside("&at=30", viewport=SMALL), []
    page.on("pageerror", lambda error: broken.append(error))
    page.route("**/compare?*at=33", lambda route: route.fulfill(body="<p>Nothing is here.</p>", content_type="text/html"))
    page.get_by_role("button", name="Play").click()
    why = page.get_by_text("Play stopped: the page did not answer with the next moment. It stands at epoch 32.")
    why.wait_for()
    assert why.bounding_box()["width"] > 100
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.get_by_role("heading", name="A, epoch 32").is_visible()
    assert broken == []


def test_the_file_of_both_plays_offline(beside: Callable[..., Any], chromium: Any, tmp_path: Path):
    with (page := beside()).expect_download() as there:
        page.get_by_role("link", name="Export, a page that works offline").click()
    there.value.save_as(path := tmp_path / "both.html")
    context = chromium.new_context(offline=True, viewport=SMALL)
    alone, said = context.new_page(), []
    alone.on("console", lambda message: said.append(message.text))
    alone.on("request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    alone.goto(path.as_uri())
    assert alone.locator("a[href^='/']").count() == 0
    alone.get_by_role("link", name="11: A passes B").click()
    assert alone.get_by_role("heading", name="A, epoch 11").is_visible()
    alone.get_by_role("button", name="Play").click()
    alone.get_by_role("heading", name="A, epoch 14").wait_for()
    alone.get_by_role("button", name="Pause").click()
    alone.get_by_role("link", name="60: the end").click()
    alone.get_by_role("link", name="Back").click()
    alone.get_by_role("link", name="Next").press("Enter")
    alone.get_by_role("heading", name="B, the last epoch").wait_for()
    assert alone.evaluate("document.activeElement.className") == "play"
    assert found_by_axe(alone) == []
    context.close()
    assert said == []


def alone_with(chromium: Any, tmp_path: Path, one: ns.Run, other: ns.Run) -> tuple[Any, list[str]]:
    """The file of two runs, opened offline, and what it says that it should not."""
    jobs = [Job(i, "some run", told=Summary.of(run), held=run) for i, run in ((1, one), (2, other))]
    (path := tmp_path / "both.html").write_text(compare_file.file(jobs[0], jobs[1]), encoding="utf-8")
    alone, said = chromium.new_context(offline=True, viewport=WIDE, reduced_motion="reduce").new_page(), []
    alone.on("console", lambda message: said.append(message.text))
    alone.on("pageerror", lambda error: said.append(str(error)))
    alone.on("request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    alone.goto(path.as_uri())
    return alone, said


NUMBERS = "all => all.map(of => of.dataset.value)"


def test_the_file_of_both_goes_through_them_step_by_step(chromium: Any, tmp_path: Path):
    """Offline, at the same step, with the trace's bits, from where they part; the one that ended says so."""
    a = ns.descend(weight=0.4, input=1, goal=0.6, alpha=[0.1] * 25, steps=25)
    b = ns.descend(weight=0.4, input=1, goal=0.6, alpha=[0.1] * 5 + [0.5] * 20, steps=12)
    alone, said = alone_with(chromium, tmp_path, a, b)
    alone.get_by_role("link", name="Step by step").click()
    alone.get_by_role("heading", name="A, run 1").wait_for()
    assert alone.locator(".sub").inner_text().startswith("They part at step 5: weight of node 0 is")
    box = alone.get_by_label("step, typed")
    for step, told in ((4, "both have the same weights, to the last bit."), (5, "both have"), (6, "the weight is")):
        box.fill(str(step))
        box.press("Enter")
        assert alone.get_by_role("heading", level=1).inner_text().startswith(f"Step {step}: {told}")
    for letter, run in (("A", a), ("B", b)):
        shown = alone.locator(f".of-{letter.lower()} .line data").evaluate_all(NUMBERS)
        assert [float(shown[0]), float(shown[1])] == [run.trace[6].new_weight, run.trace[6].weight]
    box.fill("24")
    box.press("Enter")
    assert alone.get_by_role("heading", name="B, run 2").inner_text().endswith("· its last step, 11")
    assert alone.get_by_role("heading", level=1).inner_text().startswith(f"Step {a.steps - 1}: ")
    alone.get_by_role("link", name="Overview").click()
    assert alone.get_by_role("heading", name="Both in one picture").is_visible()
    assert not alone.get_by_role("heading", name="B, run 2").is_visible()
    assert said == []
    alone.context.close()


def test_play_takes_both_along_at_one_speed(chromium: Any, tmp_path: Path):
    alone, said = alone_with(chromium, tmp_path, *(ns.descend(weight=0.4, input=1, goal=0.6, alpha=of) for of in (0.1, 0.5)))
    alone.get_by_role("link", name="Step by step").click()
    alone.get_by_role("button", name="First").click()
    alone.get_by_label("alpha, typed").first.focus()
    alone.keyboard.press("Escape")
    alone.locator(".side").first.get_by_role("button", name="0.5").focus()
    alone.keyboard.press("ArrowRight")
    assert alone.get_by_label("step, typed").input_value() == "1"
    alone.get_by_label("alpha, typed").first.focus()
    alone.keyboard.press("End")  # the field's own
    assert alone.get_by_label("step, typed").input_value() == "1"
    alone.get_by_role("button", name="Play").click()
    alone.get_by_role("heading", name="Step 4: ", level=1).wait_for()
    alone.get_by_role("button", name="Pause").click()
    at = int(alone.get_by_label("step, typed").input_value())
    for letter in "ab":
        assert alone.locator(f".of-{letter} #ns-inside").inner_text().startswith(f"Step {at}: ")
    assert said == []
    alone.context.close()


def test_the_file_takes_no_more_room_than_both_exported():
    x, goal = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    layers = ns.network([2, 8, 8, 1], activation="tanh", seed=0)
    networks = [ns.descend(network=layers, input=x, goal=goal, alpha=alpha, batch="all", steps=600) for alpha in (0.2, 0.4)]
    nodes = [ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha) for alpha in (0.1, 1.8)]
    for a, b in (nodes, networks, [penguins(alpha) for alpha in (0.001, 0.05)]):
        text = compare_file.file(*(Job(i, "some run", told=Summary.of(run), held=run) for i, run in ((1, a), (2, b))))
        assert len(text) <= len(file.page(a)) + len(file.page(b))
        assert text.count("They part at step 0") == 1 + len(("in the scene",))
