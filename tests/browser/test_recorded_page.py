"""The page of an observed PyTorch training: the trace's bits on screen, walked by keys, names as text, trouble shown, offline."""

import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from browser.conftest import TAGS, found_by_axe, go, read_number, unfold
from browser.observed_trainings import Open, diverging, training
from torch import nn

import nodescope as ns
import nodescope.torch as nst
from nodescope.run.recorded import Record, Recorded, RecordedLayer

pytestmark = pytest.mark.usefixtures("chromium")
UPDATE = {
    "weight": "bias",
    "weighted_delta": "bias_weighted_delta",
    "alpha_delta": "bias_delta",
    "new_weight": "new_bias",
}


@pytest.fixture(scope="module")
def run() -> Recorded:
    return training()


@pytest.fixture(scope="module")
def diverged() -> Recorded:
    return diverging()


def as_python(value: Any) -> str:
    return repr(float(value))


def exactly(page: Any) -> None:
    unfold(page.locator("details.exactly > summary"))
    page.locator("td.exact").first.wait_for()


def same_as_the_trace(page: Any, run: Recorded, step: int, layer: int, place: int) -> None:
    """Every number of a node, read from the page, is the trace's to the last digit."""
    cells = page.locator("td.exact").evaluate_all("all => all.map(c => [c.dataset.quantity, c.textContent])")
    told, columns = run.trace[step], run.trace[step].layers[layer]

    def shown(quantity: str) -> list[str]:
        return [text for name, text in cells if name == quantity.replace("_", " ")]

    assert (shown("loss"), shown("alpha")) == ([as_python(told["loss"])], [as_python(told["alpha"])])
    for quantity in ("sum", "prediction", "delta"):
        expected = columns[quantity][:8, place] if quantity in columns else []
        assert shown(quantity) == [as_python(value) for value in expected], (step, layer, place, quantity)
    assert shown("input") == [as_python(value) for value in columns.input[0]]
    for quantity, of_bias in UPDATE.items():
        assert shown(quantity) == [as_python(value) for value in columns[quantity][place]], (step, layer, place, quantity)
        assert shown(of_bias) == [as_python(columns[of_bias][place])], (step, layer, place, of_bias)


def test_numbers_on_screen_are_the_traces(run: Recorded, opened: Open):
    page = opened(run)
    exactly(page)
    for step in (0, 1, 7, 11):
        go(page, step)
        for layer, told in enumerate(run.layers):
            page.get_by_label("layer opened").select_option(str(layer))
            for place, number in enumerate(told.shown):
                page.get_by_label("node opened").select_option(label=str(number))
                same_as_the_trace(page, run, step, layer, place)


def test_a_layer_in_a_few_numbers(run: Recorded, opened: Open):
    page = opened(run)
    go(page, 5)
    rows = page.locator("[aria-labelledby=ns-layers] tbody tr")
    for layer, told in enumerate(run.layers):
        columns = {name: np.asarray(column, float) for name, column in run.trace[5].layers[layer].as_dict().items()}
        name, kind, activation, shown, delta, weighted, moved, off = rows.nth(layer).locator("th, td").all_inner_texts()
        assert (name, kind, activation) == (f"layer {layer} ({told.name})", "Linear", told.activation or "none seen")
        assert shown == ("6 of 20" if layer == 0 else "all 1")
        expected = (
            np.sqrt(np.mean(columns["delta"] ** 2)),
            np.abs(columns["weighted_delta"]).max(),
            np.abs(columns["alpha_delta"]).max() / np.abs(columns["weight"]).max(),
        )
        for text, value in zip((delta, weighted, moved), expected, strict=True):
            assert read_number(text) == pytest.approx(value, rel=5e-3)
        if layer == 0:
            count = int((columns["prediction"] == 0).all(axis=0).sum())
            assert off == f"{round(100 * count / 6)} % ({count} of 6)"
        else:
            assert off == "–"
    rows.nth(1).get_by_role("button").click()
    assert page.get_by_label("layer opened").input_value() == "1"
    assert rows.nth(1).get_by_role("button").get_attribute("aria-pressed") == "true"


def test_headline_and_what_was_recorded(run: Recorded, opened: Open):
    page = opened(run)
    assert page.locator("h1").inner_text() == ns.diagnose(run).headline
    text = page.locator("main").inner_text()
    assert text.count("nothing can be run again here") == 1
    assert f"Recorded in {run.program}" in text
    assert "Optimizer SGD, alpha 0.1. 12 steps, every one recorded." in text
    findings = page.locator(".findings li")
    assert findings.count() == len(ns.diagnose(run).findings)
    for finding, shown in zip(ns.diagnose(run).findings, findings.all(), strict=True):
        assert f"{finding.severity}: {finding.name}" in shown.inner_text()
        assert finding.remedy in shown.inner_text()


def test_what_the_page_has_no_room_for_is_said(run: Recorded, opened: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nodescope.views.recorded_scene.MOST_NUMBERS", 3000)
    page = opened(run)
    said = re.search(r"12 steps, 12 of them recorded, and (\d+) of those in this page", page.locator("main").inner_text())
    told = int(said.group(1))
    assert 1 < told < 12
    assert page.locator("#ns-step").get_attribute("max") == str(told - 1)


def test_walked_by_keys(opened: Open):
    page = opened(training(steps=61, stride=5))
    step = page.get_by_label("step, typed")
    page.locator("button", has_text="Next").focus()
    for key, expected in (("ArrowRight", 5), ("PageDown", 55), ("ArrowLeft", 50), ("End", 60), ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        assert step.input_value() == str(expected), key
    slider = page.locator("#ns-step")
    slider.focus()
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "step 5, 2 of 13 recorded"
    page.get_by_role("button", name="Next").click()
    assert step.input_value() == "10"
    page.get_by_role("button", name="Back", exact=True).click()
    assert step.input_value() == "5"
    go(page, 23)
    assert step.input_value() == "25"  # the nearest
    go(page, 23)
    assert step.input_value() == "25"
    page.locator("main").click(position={"x": 2, "y": 2})
    page.get_by_role("status").filter(has_text="Step 25.").wait_for(state="attached")


def test_a_table_wider_than_a_phone_is_scrolled_by_keys(run: Recorded, opened: Open):
    page = opened(run, viewport={"width": 390, "height": 844})
    table = page.get_by_role("group", name="Layers at step 0")
    table.focus()
    for _ in range(10):
        table.press("ArrowRight")
    page.wait_for_function("document.querySelector('[data-nodescope]').shadowRoot.querySelector('.layers .scroll').scrollLeft > 0")
    assert page.get_by_label("step, typed").input_value() == "0"


def test_play_goes_to_the_end_and_starts_anew(opened: Open):
    page = opened(training(steps=4))
    page.get_by_label("Speed").select_option(label="30 a second")
    page.get_by_role("button", name="Play").click()
    page.locator("#ns-step[aria-valuetext^='step 3,']").wait_for()
    page.get_by_label("Speed").select_option(label="4 a second")
    page.get_by_role("button", name="Play").click()
    page.locator("#ns-step[aria-valuetext^='step 1,']").wait_for()
    page.locator("#ns-step[aria-valuetext^='step 3,']").wait_for()


def test_a_place_of_the_curve_leads_to_the_nearest_record(opened: Open):
    page = opened(training(steps=41, stride=10))
    curve = page.locator("[aria-labelledby=ns-loss] svg")
    box = curve.bounding_box()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 60)
    page.mouse.down()
    assert page.get_by_label("step, typed").input_value() == "20"
    page.mouse.move(box["x"] + 0.74 * box["width"], box["y"] + 60)
    page.mouse.up()
    assert page.get_by_label("step, typed").input_value() == "30"
    page.mouse.move(box["x"] + 5, box["y"] + 60)
    assert page.get_by_label("step, typed").input_value() == "30"
    assert "At step 30 it is" in curve.get_attribute("aria-label")


def test_trouble_is_shown(diverged: Recorded, opened: Open):
    page = opened(diverged)
    trouble = diverged.trouble.step
    curve = page.locator("[aria-labelledby=ns-loss] svg")
    assert f"The trouble is at step {trouble}." in curve.get_attribute("aria-label")
    assert f"trouble: step {trouble}" in curve.text_content()
    assert page.locator(".findings .fault").first.inner_text().startswith("fault: non-finite")
    page.keyboard.press("?")
    page.get_by_role("button", name="the trouble").click()
    assert int(page.get_by_label("step, typed").input_value()) == max(diverged.trace.steps[diverged.trace.steps <= trouble])
    page.keyboard.press("End")
    exactly(page)
    told = diverged.trace[int(page.get_by_label("step, typed").input_value())].layers[0].new_weight[0]
    assert page.locator("td.exact[data-quantity='new weight']").all_inner_texts() == [as_python(value) for value in told]
    assert any(not math.isfinite(value) for value in told)
    assert "NaN" in page.locator("[aria-labelledby=ns-layers]").inner_text()


def test_every_table_has_a_name_of_its_own_and_the_shades_have_one(run: Recorded, opened: Open):
    page = opened(run, viewport={"width": 1440, "height": 900})
    unfold(page.locator(".layer-rows summary"))
    for summary in page.locator("details.exactly summary").all():
        unfold(summary)
    names = page.get_by_role("table").evaluate_all("all => all.map(t => t.caption?.textContent || t.ariaLabel)")
    assert all(names)
    assert len(names) == len(set(names)) == page.get_by_role("table").count()
    assert {"Layers at step 0", "delta coming back, by layer", "alpha delta ÷ weight"} <= set(names)
    told = page.get_by_role("table", name="delta coming back, by layer").get_by_role("row").nth(4)
    shown = [float(text) for text in told.get_by_role("cell").all_inner_texts()]
    rms = [float(np.sqrt(np.mean(np.square(run.trace[3].layers[layer].delta)))) for layer in range(2)]
    assert shown[1] == pytest.approx(rms[1], rel=1e-6)


def test_two_numbers_of_a_table_never_share_a_text(run: Recorded, opened: Open):
    page = opened(run)
    for step in range(12):
        go(page, step)
        for layer in "01":
            page.get_by_label("layer opened").select_option(layer)
            for table in ("Weights of the node", "Forward numbers of the node"):
                cells = page.locator(f"[aria-label='{table}'] td[data-value]")
                pairs = cells.evaluate_all("all => all.map(c => [c.textContent, c.dataset.value])")
                texts = dict(pairs)
                assert len(pairs) > 8
                assert all(float(texts[text]) == float(value) for text, value in pairs), (step, layer, table, pairs)


def test_many_weights_are_the_twelve_that_move_most(run: Recorded, opened: Open):
    page = opened(run)
    page.get_by_label("layer opened").select_option("1")
    names = page.locator("[aria-label='Weights of the node'] tbody th").all_inner_texts()
    most = np.argsort(-np.abs(run.trace[0].layers[1].alpha_delta[0]), kind="stable")[:12]
    assert names == [*map(str, sorted(most.tolist())), "bias", "8 others"]


HOSTILE = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202eabc", "x" * 100_000, "__proto__", "${1}&amp;")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_text(name: str, opened: Open):
    seen = training((name, "</script><script>alert(2)</script>"), steps=2)
    seen.notes.append(f"a note on {name}")
    page = opened(seen)
    assert page.locator("img").count() == 0
    assert page.evaluate("document.querySelector('[data-nodescope]').shadowRoot.querySelectorAll('script').length") == 0
    shown = page.locator("[aria-labelledby=ns-layers] bdi").all_inner_texts()
    safe = name.replace("\u202e", "\\u202e")
    assert shown[0] == (safe if len(safe) <= 40 else safe[:39] + "…")
    assert shown[1] == "</script><script>alert(2)</script>"
    assert len(page.locator("h1").inner_text()) <= 400
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def by_hand(**more: Any) -> Recorded:
    """Of one layer a weight alone; of another nothing; no loss."""
    frozen = RecordedLayer("conv", "Conv2d", 4, 1, (0,), "", "requires_grad is off")
    layers = (RecordedLayer("fc", "Linear", 1, 3, (0, 2), "relu"), frozen)
    record = Record(0, 0.1, math.nan, ({"weight": np.array([[0.5], [math.inf]])}, {}))
    given = {"losses": [math.nan], "records": [record], "notes": ["a note"]} | more
    return Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.1}, layers, **given)


def test_what_was_not_seen_is_said(opened: Open):
    page = opened(by_hand())
    first, second = (row.locator("td").all_inner_texts() for row in page.locator("[aria-labelledby=ns-layers] tbody tr").all())
    assert first == ["Linear", "relu", "2 of 3", "not seen", "not seen", "not seen", "not seen"]
    assert second == ["Conv2d", "none seen", "all 1", "not seen", "not seen", "cannot move: requires_grad is off", "–"]
    assert "No loss was seen." in page.locator("[aria-labelledby=ns-loss]").inner_text()
    node = page.locator("[aria-labelledby=ns-node]")
    assert "sum, prediction and delta were not seen" in node.inner_text()
    weights = node.locator("[aria-label='Weights of the node'] tbody td")
    assert weights.all_inner_texts() == ["0.5", "not seen", "not seen", "not seen"]
    node.get_by_label("node opened").select_option(label="2")
    assert weights.first.inner_text() == "∞"
    node.get_by_label("layer opened").select_option("1")
    assert "weights were not seen" in node.inner_text()
    assert page.locator(".notes").inner_text() == "a note"


@pytest.mark.parametrize("records", ["none", "no layers"])
def test_a_run_of_nothing_has_a_page(records: str, opened: Open):
    empty = by_hand(records=[]) if records == "none" else Recorded("PyTorch 2", {"name": "SGD", "alpha": 0.1}, ())
    page = opened(empty)
    assert "No step was recorded" in page.locator("main").inner_text()
    page.keyboard.press("End")


def test_a_long_run_says_what_a_point_is(opened: Open):
    losses = [1.0 + math.sin(step) for step in range(9_999)] + [0.25]
    page = opened(by_hand(losses=losses))
    card = page.locator("[aria-labelledby=ns-loss]")
    assert "Each point is 10 steps: their lowest and highest loss." in card.inner_text()
    assert "from 1 to 0.25." in card.locator("svg").get_attribute("aria-label")


def test_losses_below_nothing_are_drawn(opened: Open):
    page = opened(by_hand(losses=[-1.0, -5.0, math.inf, -math.inf, 1e308, -1e308]))
    assert not page.get_by_label("logarithmic").is_checked()
    page.get_by_label("logarithmic").check()
    assert "NaN" not in page.locator("path.error").get_attribute("d")


def test_it_asks_for_nothing_but_itself(run: Recorded, chromium: Any, tmp_path: Any):
    ns.export(run, tmp_path / "x.html")
    context, asked = chromium.new_context(), []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url.split(":")[0]))
    page.goto((tmp_path / "x.html").as_uri())
    page.wait_for_selector("[data-ready]")
    page.keyboard.press("End")
    context.close()
    assert [scheme for scheme in asked if scheme != "data"] == ["file"]


@pytest.mark.parametrize("which", ["healthy", "diverged", "not seen"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_runs_off(
    which: str, scheme: str, width: int, run: Recorded, diverged: Recorded, opened: Open
):
    of = {"healthy": run, "diverged": diverged, "not seen": by_hand()}[which]
    page = opened(of, color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 844})
    exactly(page)
    assert found_by_axe(page, *TAGS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nodes_of_a_recurrent_layer_are_called_by_their_gates(opened):
    torch.manual_seed(2)
    model = nn.LSTM(2, 3, batch_first=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with nst.observe(model, optimizer) as run:
        model(torch.ones(1, 4, 2))[0].sum().backward()
        optimizer.step()
    page = opened(run)
    assert page.locator("[aria-labelledby=ns-layers] td", has_text="gates").count() == 2
    names = page.get_by_label("node opened").locator("option").all_inner_texts()
    assert names[:4] == [
        "0: input gate of unit 0",
        "1: input gate of unit 1",
        "2: input gate of unit 2",
        "3: forget gate of unit 0",
    ]
    assert names[11] == "11: output gate of unit 2"


def test_a_layer_s_box_says_by_ear_what_its_number_counts(diverged: Recorded, opened: Open):
    page = opened(diverged)
    assert page.get_by_role("button", name="20 nodes in layer fc1").count() == 1
    assert page.get_by_role("button", name="1 node in layer fc2").count() == 1
