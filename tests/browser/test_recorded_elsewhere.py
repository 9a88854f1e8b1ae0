"""An observed PyTorch training in the local page and in a notebook: the same scene as in its file."""

import threading
import time
from typing import Any

import pytest
from browser.observed_trainings import diverging, training

import nodescope as ns
from nodescope.run.recorded import Recorded

pytestmark = pytest.mark.usefixtures("chromium")


@pytest.fixture(scope="module")
def run() -> Recorded:
    return training()


@pytest.fixture(scope="module")
def diverged() -> Recorded:
    return diverging()


def test_the_local_page_shows_it(diverged: Recorded, chromium: Any):
    pytest.importorskip("starlette")
    import uvicorn

    from nodescope.hosts.page import served

    with served(diverged) as (guard, bound):
        server = uvicorn.Server(uvicorn.Config(guard, log_level="error", access_log=False, server_header=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            context, said = chromium.new_context(), []
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(guard.address)
            page.wait_for_selector("[data-ready]")
            assert page.locator("h1").inner_text() == ns.diagnose(diverged).headline
            page.get_by_role("link", name="All runs").click()
            row = page.locator("tbody tr").inner_text()
            assert "40" in row
            assert ns.diagnose(diverged).headline.rstrip(".") in row
            page.get_by_role("link", name="the run opened").click()
            page.wait_for_selector("[data-ready]")
            context.close()
            assert said == []
        finally:
            server.should_exit = True
            thread.join(10)


def test_the_local_page_tells_as_text_what_is_too_large(run: Recorded, monkeypatch: pytest.MonkeyPatch):
    from nodescope.hosts import pages

    monkeypatch.setattr("nodescope.views.recorded_scene.MOST_NUMBERS", 10)
    text = pages.view(run, 1, (), ())
    assert "observe fewer nodes" in text
    assert "<pre>Observed in PyTorch" in text


def test_the_widget_has_the_same_scene_and_keeps_the_verdict_as_text(run: Recorded):
    pytest.importorskip("anywidget")
    import json

    from nodescope.hosts.file import scene_of

    widget = ns.show(run)
    assert json.loads(widget.scene) == json.loads(json.dumps(scene_of(run)))
    told = run._repr_mimebundle_()
    data = told[0] if isinstance(told, tuple) else told
    assert "application/vnd.jupyter.widget-view+json" in data
    assert ns.diagnose(run).verdict in data["text/plain"]
