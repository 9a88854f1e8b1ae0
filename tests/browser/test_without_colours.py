"""Nothing is told by colour alone: there is a shape, a dash or a word. And nothing moves by itself for who wants no motion."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.observed_trainings import diverging
from browser.pages_of_runs import seed
from browser.test_start import page_of, seen

import nodescope as ns

pytestmark = pytest.mark.usefixtures("chromium")
Open = Callable[..., Any]


def of_classes() -> ns.Run:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 2))
    goal = np.eye(3)[np.argmax(np.column_stack([x, -x.sum(axis=1)]), axis=1)]
    layers = ns.network([2, 4, 3], activation="tanh", seed=0)
    return ns.descend(network=layers, input=x, goal=goal, alpha=0.2, batch="all", steps=100, loss="cross-entropy")


def test_the_layer_of_the_trouble_and_the_open_one_have_marks(opened: Open):
    page = opened(diverging())
    boxes = page.get_by_role("group", name="The model").get_by_role("button")
    assert "trouble: step 3" in boxes.nth(1).inner_text()
    assert "trouble" not in boxes.nth(0).inner_text()
    style = "e => [getComputedStyle(e).borderTopStyle, getComputedStyle(e).borderBottomWidth]"
    assert boxes.nth(1).evaluate(style) == ["dashed", "2px"]
    assert boxes.nth(0).evaluate(style) == ["solid", "6px"]  # the open one


def test_marks_of_classes_have_shapes_with_names(opened: Open):
    page = opened(of_classes())
    page.get_by_role("button", name="Inside a step").click()
    assert page.locator(".surface p.tiny").nth(1).inner_text().split() == ["◆", "0", "●", "1", "■", "2"]
    drawn = page.locator(".surface .examples path").evaluate_all("all => all.map(p => p.getAttribute('d'))")
    goal = of_classes().recipe.problem.goal.argmax(axis=1)
    assert len(set(zip(drawn, goal.tolist(), strict=True))) == len(set(drawn)) == 3


def test_zones_of_alpha_and_dots_of_rows_differ_by_more_than_their_colour(opened: Open):
    zones = opened(seed()).locator(".track > span").evaluate_all("all => all.map(z => getComputedStyle(z).backgroundImage)")
    assert len(set(zones)) == 3
    x = np.linspace(0.0, 1.0, 40)
    table = {"x": x, "y": 2 * x + np.sin(40 * x)}
    page = opened(ns.descend(data=table, goal="y", holdout=0.3, alpha=0.5, epochs=5))
    sizes = page.locator("p:has(.small-dot) > *").evaluate_all("all => all.map(d => getComputedStyle(d).fontSize)")
    assert len(sizes) == 2
    assert len(set(sizes)) == 2


def test_nothing_moves_by_itself_where_no_motion_is_wanted(chromium: Any, opened: Open, tmp_path: Path):
    with page_of(tmp_path) as guard, seen(chromium, guard) as page:
        told = page.locator("ol li").first.inner_text()
        before = page.screenshot()
        page.wait_for_timeout(1200)
        assert page.locator("ol li").first.inner_text() == told == "It guesses 0.4."
        assert page.screenshot() == before
    with page_of(tmp_path) as guard, seen(chromium, guard, reduced_motion="no-preference") as page:
        page.locator("ol li", has_text=re.compile(r"It guesses 0\.(4[2-9]|5)")).wait_for()
    for run in (seed(), of_classes(), diverging()):
        page = opened(run)
        page.wait_for_timeout(300)
        before = page.screenshot()
        page.wait_for_timeout(700)
        assert page.screenshot() == before
