"""A run as a piece of HTML in somebody else's page."""

from pathlib import Path
from typing import Any

import pytest
from browser.conftest import found_by_axe

import nodescope as ns


def test_pieces_of_somebody_elses_page(tmp_path: Path, chromium: Any):
    """Two runs in one page load the view once, each in a shadow of its own; without scripts the sentence is read."""
    runs = [ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=325) for alpha in (0.1, 2.01)]
    pieces = [ns.export(run, fragment=True) for run in runs]
    assert pieces[0] is not None
    assert pieces[0] == runs[0].export(fragment=True)
    file = tmp_path / "chapter.html"
    head = "<!doctype html><title>A chapter</title><h1 id='nodescope'>Mine</h1>"
    file.write_text(f"{head}{pieces[0]}<p>Between.</p>{pieces[1]}", encoding="utf-8")
    page = chromium.new_page()
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelectorAll('[data-ready]').length === 2")
    assert page.locator("h1").all_inner_texts()[0] == "Mine"
    assert page.get_by_role("slider", name="alpha").count() == 2
    assert {url.split(":")[0] for url in loaded} == {"file", "blob"}
    assert sum(url.startswith("blob") for url in loaded) == 1
    page.close()
    silent = chromium.new_context(java_script_enabled=False).new_page()
    silent.goto(file.as_uri())
    assert "Alpha is too large" in silent.inner_text("body")
    silent.context.close()
    ns.export(runs[0], tmp_path / "piece.html", fragment=True)
    assert (tmp_path / "piece.html").read_text(encoding="utf-8") == pieces[0]


def test_the_main_part_of_a_page_stays_its_own(tmp_path: Path, chromium: Any):
    """A piece stands inside the page's main part, of which there is one; axe finds nothing about either."""
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    network = ns.descend(network=[2, 3, 1], input=[[0, 1], [1, 0]], goal=[1, 0], alpha=0.1, steps=20)
    file = tmp_path / "chapter.html"
    pieces = "".join(one.export(fragment=True) for one in (run, run, network))
    file.write_text(f"<!doctype html><html lang=en><title>A chapter</title><main><h1>Mine</h1>{pieces}</main>", encoding="utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelectorAll('[data-ready]').length === 3")
    assert page.locator("main").count() == 1
    assert page.locator(".ns[role=group][aria-label]").count() == 3
    found = found_by_axe(page)
    assert [line for line in found if "landmark" in line or "main" in line] == []
    page.close()


def test_a_piece_is_asked_for_in_one_way():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    with pytest.raises(ns.InputError, match=r"no path is given: name a file that ends in \.html, .* or give fragment=True"):
        ns.export(run)
    with pytest.raises(ns.InputError, match=r"ends in \.html, not in \.svg"):
        ns.export(run, "a.svg", fragment=True)
    with pytest.raises(ns.InputError, match="step goes with a picture"):
        ns.export(run, fragment=True, step=3)
