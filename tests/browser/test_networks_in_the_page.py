"""Networks in Chromium: the page's WebAssembly gives the bits of the compiled core, and their picture can be read."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser.conftest import go
from laws.test_networks import MANY, recipe

import nodescope as ns
from nodescope.hosts.file import bundle
from nodescope.views.scene import recipe_of_page
from nodescope.views.values import as_json

AT_ONCE = 200
COLUMNS = ("weight", "weighted_delta", "alpha_delta", "new_weight", "sum", "prediction", "delta", "mse")
RECOMPUTE = """async ([code, recipes, columns]) => {
  const page = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const base64 = (numbers) => {
    let text = "";
    for (const byte of new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const all = [];
  for (const [recipe, steps] of JSON.parse(recipes)) {
    const window = await page.recomputed(recipe, steps);
    all.push(columns.map((name) => base64(window[name])));
  }
  return all;
}"""


def expected(run: ns.Run) -> list[bytes]:
    """The columns of all steps as the page has them: weights layer by layer with their biases, nodes layer by layer."""
    window, layers = run.trace[:], run.trace[:].layers
    steps = len(window)
    of_bias = {"weight": "bias", "weighted_delta": "bias_weighted_delta", "alpha_delta": "bias_delta", "new_weight": "new_bias"}
    told = []
    for name in COLUMNS[:4]:
        blocks = []
        for layer in layers:
            block = layer[name]
            if of_bias[name] in layer.columns:
                block = np.concatenate([block, layer[of_bias[name]][:, :, None]], axis=2)
            blocks.append(block.reshape(steps, -1))
        told.append(np.concatenate(blocks, axis=1))
    batch = run.recipe.batch_size
    for name in COLUMNS[4:7]:
        told.append(np.concatenate([layer[name].reshape(steps, batch, -1) for layer in layers], axis=2))
    return [np.ascontiguousarray(column).tobytes() for column in (*told, window["mse"])]


def test_the_page_gives_the_same_bits(chromium: Any):
    page = chromium.new_context().new_page()
    for start in range(0, MANY, AT_ONCE):
        runs = [ns.descend(**recipe(seed)) for seed in range(start, start + AT_ONCE)]
        asked = as_json([[recipe_of_page(run.recipe), run.steps] for run in runs])
        for seed, (run, told) in enumerate(zip(runs, page.evaluate(RECOMPUTE, [bundle(), asked, COLUMNS]), strict=True), start):
            for name, mine, theirs in zip(COLUMNS, expected(run), told, strict=True):
                assert mine == base64.b64decode(theirs), (seed, name)
    page.context.close()


DRAWN = """all => all.map(text => {
  const {stroke, strokeDasharray, strokeWidth, fill} = getComputedStyle(text);
  return [text.textContent, stroke, strokeDasharray, fill === "none"];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_filled_and_never_drawn_with_a_line(scheme: str, opened: Callable[..., Any]):
    """In every state of a network's view: forward and back, each node open, with a dead node among them."""
    table = {"input": [[0, 1], [1, 1], [2, -1]], "goal": [1, 0, 0.5]}
    weights, biases = [[[1, 1], [-1, -1], [1, 0]], [[1, 1, 1]]], [[0, -50, 0], [0]]
    dead = ns.network(weights=weights, biases=biases, activations=["relu", "identity"])
    page = opened(ns.descend(network=dead, **table, alpha=0.01, batch=2, steps=20), color_scheme=scheme)
    seen = 0
    for step in (0, 19):
        go(page, step)
        for beat in ("back: deltas", "forward: predictions"):
            page.get_by_label(beat).check()
            for layer, nodes in ((0, 3), (1, 1)):
                page.get_by_label("layer opened").select_option(str(layer))
                for node in range(nodes):
                    page.get_by_label("node opened").select_option(str(node))
                    drawn = page.locator("svg text, svg tspan").evaluate_all(DRAWN)
                    assert [text for text, *style in drawn if style != ["none", "none", False]] == [], (step, beat, layer, node)
                    seen += len(drawn)
    assert seen > 100
    assert page.locator("rect.dead").count() == 1


X, Y = [[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]], [2.0, -1.0, 0.5]
TWICE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one weight": (
        {"weight": 0.4, "input": 1, "goal": 0.6, "steps": 325},
        {"network": ns.network(weights=[[[0.4]]], activations=["identity"]), "input": [1], "goal": [0.6], "steps": 325},
    ),
    "two inputs and a bias": (
        {"weight": [0.5, -0.5], "bias": True, "input": X, "goal": Y, "epochs": 9},
        {
            "network": ns.network(weights=[[[0.5, -0.5]]], biases=[[0]], activations=["identity"]),
            "input": X,
            "goal": Y,
            "epochs": 9,
        },
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_node_and_its_network_of_one_layer_have_one_page(name: str, opened: Callable[..., Any]):
    """Every picture, table and control, as it is spoken; the verdict's words are Python's."""
    parts, pages = ("h1", ".inside", ".dock", "div.right"), []
    for written in TWICE[name]:
        page = opened(ns.descend(**written, alpha=0.1))
        go(page, 7)
        page.locator("details.exactly > summary").click()
        page.locator("td.exact").first.wait_for()
        pages.append([page.locator(part).aria_snapshot() for part in parts])
    assert pages[0] == pages[1]
    assert "new weight" in pages[0][1]
