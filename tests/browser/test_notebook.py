"""The widget in JupyterLab: the same bundle, the trace's bits, and the two pitfalls that were met there."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import unfold
from conftest import until

import nodescope as ns

SOURCE = "import nodescope as ns\nrun = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)\nrun"
FLAGS = (
    "--no-browser --allow-root --ip=127.0.0.1 --ServerApp.port_retries=0 --LabApp.expose_app_in_browser=True --LabApp.news_url=None"
)
NEVER = "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  let panel = app.shell.currentWidget;
  for (let i = 0; i < 100 && !panel?.context; i++) {
    await new Promise((r) => setTimeout(r, 100));
    panel = app.shell.currentWidget;
  }
  await panel.context.ready;
  await panel.context.sessionContext.ready;
  await panel.context.sessionContext.session.kernel.info;
  await app.commands.execute('notebook:run-all-cells');
}"""


def _notebook(path: Path) -> None:
    cells = [
        {"cell_type": "code", "id": "first", "source": SOURCE, "metadata": {}, "outputs": [], "execution_count": None},
        {"cell_type": "markdown", "id": "second", "source": "the cell below", "metadata": {}},
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture
def lab(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """JupyterLab with the notebook open and its cells run."""
    pytest.importorskip("jupyterlab")
    _notebook(tmp_path / "seed.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    env = os.environ | folders | {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
    command = [sys.executable, "-m", "jupyterlab", *FLAGS.split(), NEVER, f"--port={port}", "--IdentityProvider.token=secret"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/api?token=secret", server, tmp_path / "log")
            context = chromium.new_context(viewport={"width": 1400, "height": 1400}, reduced_motion="reduce")
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}/lab/tree/seed.ipynb?token=secret")
            page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
            page.evaluate(RUN_ALL)
            page.wait_for_selector("[data-ready]", timeout=60_000)
            yield page
            context.close()
        finally:
            server.terminate()
            server.wait(20)


def _wait(url: str, server: Any, log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")


@pytest.mark.timeout(300)
def test_the_widget_in_jupyterlab(lab: Any, tmp_path: Path):
    page, run = lab, ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    unfold(page.locator("details.exactly > summary"))
    for step in (0, 100, 324):
        box = page.get_by_label("step, typed")
        box.fill(str(step))
        box.press("Enter")
        exactly = page.locator(
            "td.exact[data-quantity='new weight']", has_text=re.compile(f"^{re.escape(repr(run.trace[step].new_weight))}$")
        )
        exactly.wait_for(timeout=5000)
    _keys_stay_in_the_widget(page)
    _the_theme_is_the_notebooks(page)
    _the_verdict_is_saved(page, tmp_path / "seed.ipynb")


def _keys_stay_in_the_widget(page: Any) -> None:
    """Pressing d d on our slider once deleted the cell, and the arrows did nothing."""
    slider = page.locator("#ns-step")
    slider.focus()
    page.keyboard.press("Home")
    before = page.locator(".jp-Cell").count()
    for key in ("d", "d", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == before
    assert slider.input_value() == "2"


def _the_theme_is_the_notebooks(page: Any) -> None:
    """JupyterLab's dark theme does not change prefers-color-scheme; the widget once stayed white."""
    colour = "() => getComputedStyle(document.querySelector('[data-ready]').shadowRoot.querySelector('.ns')).backgroundColor"
    light = page.evaluate(colour)
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_function("document.body.getAttribute('data-jp-theme-light') === 'false'")
    page.wait_for_timeout(100)
    assert page.evaluate(colour) != light == "rgb(247, 247, 245)"


def _the_verdict_is_saved(page: Any, path: Path) -> None:
    """A saved notebook without a kernel shows no widget, but the verdict as text."""
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    until(lambda: bool(json.loads(path.read_text())["cells"][0]["outputs"]))
    text = "".join(json.loads(path.read_text())["cells"][0]["outputs"][-1]["data"]["text/plain"])
    assert re.search(r"It settled as near to the goal", text)
