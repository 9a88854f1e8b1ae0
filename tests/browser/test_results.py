"""The result of a fit in Chromium: Python's scores, weights and predictions, live as the run is changed, readable by all."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from browser.conftest import found_by_axe
from conftest import ROOT

import nodescope as ns

pytestmark = pytest.mark.usefixtures("chromium")

PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"
INPUTS = ["flipper_length_mm", "bill_length_mm", "bill_depth_mm"]
Open = Callable[..., Any]


def penguins(**more: Any) -> ns.Run:
    asked = {"goal": "body_mass_g", "standardise": True, "missing": "drop", "holdout": 0.2}
    asked |= {"batch": "all", "alpha": 0.1, "epochs": 60}
    return ns.descend(data=str(PENGUINS), inputs=INPUTS, **(asked | more))


def values(page: Any, selector: str) -> list[float]:
    found: list[float] = page.locator(selector).evaluate_all("all => all.map(e => Number(e.dataset.value))")
    return found


def test_numbers_of_the_result_are_the_scores(opened: Open):
    run = penguins()
    page, score = opened(run, viewport={"width": 1440, "height": 900}), run.score
    told = [score.unseen.rmse, score.least_squares.unseen.rmse, score.mean.unseen.rmse]
    np.testing.assert_allclose(values(page, ".far .thick data"), told, rtol=1e-12)
    seen = [score.seen.rmse, score.least_squares.seen.rmse, score.mean.seen.rmse]
    np.testing.assert_allclose(values(page, ".far .thin [data-value]"), seen, rtol=1e-12)
    assert page.locator("h1").inner_text() == f"Off by about {score.unseen.rmse:.1f} g on rows it never saw."
    order = np.argsort(-np.abs(np.ravel(run.table_weight) * spreads(run)))
    np.testing.assert_allclose(values(page, ".table-weights .per"), np.ravel(run.table_weight)[order], rtol=1e-12)
    np.testing.assert_allclose(values(page, ".table-weights .bias b"), [run.table_bias], rtol=1e-12)


def spreads(run: ns.Run) -> Any:
    return run.recipe.examples.scaling.unit


def test_a_typed_row_is_predicted_as_python_does(opened: Open):
    run = penguins()
    page = opened(run)
    for label, value in (("flipper length, mm", "215"), ("bill length, mm", "39.5"), ("bill depth, mm", "18")):
        page.get_by_label(label).fill(value)
    table = {name: [number] for name, number in zip(INPUTS, (215.0, 39.5, 18.0), strict=True)}
    np.testing.assert_allclose(values(page, ".answer [data-value]"), run.predict(table), rtol=1e-12)


def test_of_a_network_too(opened: Open):
    run = penguins(network={"hidden": [4]})
    page = opened(run)
    np.testing.assert_allclose(values(page, ".far .thick data")[0], run.score.unseen.rmse, rtol=1e-12)
    page.get_by_label("bill depth, mm").fill("19")
    typed = [float(page.get_by_label(f"{name}, mm").input_value()) for name in ("flipper length", "bill length", "bill depth")]
    table = {name: [number] for name, number in zip(INPUTS, typed, strict=True)}
    np.testing.assert_allclose(values(page, ".answer [data-value]"), run.predict(table), rtol=1e-12)


@pytest.mark.parametrize("goal", ["species", "sex"])
def test_classes_are_counted_as_python_counts_them(goal: str, opened: Open):
    run = penguins(goal=goal, loss="cross-entropy", alpha=0.5)
    page, unseen = opened(run), run.score.unseen
    shown = page.locator(".confusion tbody td").evaluate_all("all => all.map(e => Number(e.textContent || 0))")
    assert shown == unseen.confusion.ravel().tolist()
    np.testing.assert_allclose(values(page, ".far .thick data"), [unseen.accuracy, run.score.always[1].accuracy], rtol=1e-15)
    right, all_rows = int(np.trace(unseen.confusion)), int(unseen.confusion.sum())
    assert page.locator("h1").inner_text() == f"Right for {right} of {all_rows} rows it never saw."


def test_the_result_follows_what_is_changed(opened: Open):
    page = opened(penguins())
    before = page.locator("h1").inner_text()
    page.get_by_role("button", name="Inside a step").click()
    box = page.get_by_label("alpha, typed")
    box.fill("0.01")
    box.press("Enter")
    page.get_by_role("button", name="Result").click()
    after = page.locator("h1").inner_text()
    assert after != before
    changed = penguins(alpha=0.01)
    np.testing.assert_allclose(values(page, ".far .thick data")[0], changed.score.unseen.rmse, rtol=1e-12)
    page.get_by_role("button", name="Inside a step").click()
    box.fill("3")
    box.press("Enter")
    page.get_by_role("button", name="Result").click()
    assert "waits" not in page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)], ids=str)
def test_a_result_can_be_read_by_all(scheme: str, size: tuple[int, int], opened: Open):
    for run in (penguins(), penguins(goal="species", loss="cross-entropy", alpha=0.5)):
        page = opened(run, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = found_by_axe(page)
        assert found == []


def test_a_category_is_chosen_among_its_values(opened: Open):
    """One list, however many inputs it was opened into; a column that is 0 or 1 by itself stays a number."""
    rng = np.random.default_rng(4)
    kind, size, member = np.array(["a", "b=1", "c"])[np.arange(60) % 3], rng.normal(size=60), np.arange(60) % 2.0
    table = {"kind": kind, "size": size, "member": member, "price": 3 * size + (kind == "c") - 2 * (kind == "b=1") + member}
    run = ns.descend(data=table, goal="price", categories="one-hot", standardise=True, batch="all", alpha=0.1, epochs=50)
    page = opened(run, viewport={"width": 1280, "height": 900})
    chosen = page.locator(".typed-row select")
    assert [one.inner_text() for one in chosen.locator("option").all()] == ["as on average", "a", "b=1", "c"]
    for label, typed in (("size", "0.5"), ("member", "1")):
        page.get_by_label(label, exact=True).fill(typed)
        page.get_by_label(label, exact=True).press("Enter")
    for value in ("b=1", "c"):
        chosen.select_option(label=value)
        told = float(np.ravel(run.predict({"kind": np.array([value]), "size": np.array([0.5]), "member": np.array([1.0])}))[0])
        np.testing.assert_allclose(values(page, ".answer [data-value]"), [told], rtol=1e-12)
    assert page.locator(".answer").inner_text().startswith("price ")


def test_a_row_to_predict_begins_with_values_that_there_are(opened: Open):
    """A year is a year, not 2010 for 2008; and of two marks at the start of the epochs neither hides the other."""
    rng = np.random.default_rng(0)
    year, x = rng.integers(2007, 2010, 200), rng.normal(200, 14, 200)
    table = {"year": year.astype(float), "x": x, "y": 3 * x + year - 2000}
    run = ns.descend(data=table, goal="y", standardise=True, holdout=0.3, alpha=0.2, batch="all", epochs=200)
    page = opened(run, viewport={"width": 1440, "height": 900})
    shown = page.locator(".typed-row input").evaluate_all("all => all.map(box => box.value)")
    assert float(shown[0]) == pytest.approx(year.mean(), abs=0.3)
    assert float(shown[1]) == pytest.approx(x.mean(), abs=1.0)
    order = page.locator("[aria-labelledby=ns-predict]").inner_text()
    assert order.index("year") < order.index(run.diagnose().verdict[:20])
    boxes = [text.bounding_box() for text in page.locator("[aria-labelledby=ns-epochs] text.told-fix").all() if text.text_content()]
    boxes.sort(key=lambda box: box["y"])
    assert all(a["y"] + a["height"] <= b["y"] + 3 or a["x"] + a["width"] <= b["x"] for a, b in pairwise(boxes))
