"""Networks in Chromium: the page's WebAssembly gives the bits of the compiled core, and their picture can be read."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from browser.conftest import found_by_axe, go, unfold
from laws.test_networks import MANY, recipe

import nodescope as ns
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.live.say import read
from nodescope.hosts.file import bundle
from nodescope.run.descent import go as run_recipe
from nodescope.theory.sharpness import sharpness
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
        for beat in ("back", "both", "forward"):
            page.locator(".seg label", has_text=beat).click()
            for layer, nodes in ((0, 3), (1, 1)):
                page.get_by_label("layer opened").select_option(str(layer))
                for node in range(nodes):
                    page.get_by_label("node opened").select_option(str(node))
                    drawn = page.locator("svg text, svg tspan").evaluate_all(DRAWN)
                    assert [text for text, *style in drawn if style != ["none", "none", False]] == [], (step, beat, layer, node)
                    seen += len(drawn)
    assert seen > 100
    assert page.locator(".tile.dead").count() == 1


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
        unfold(page.locator("details.exactly > summary"))
        page.locator("td.exact").first.wait_for()
        pages.append([page.locator(part).aria_snapshot() for part in parts])
    assert pages[0] == pages[1]
    assert "new weight" in pages[0][1]


def corners() -> ns.Run:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    return ns.descend(network=ns.network([2, 4, 3, 1], seed=3), input=x, goal=[0, 1, 1, 0], batch="all", alpha=0.3, steps=300)


def test_a_network_opens_on_the_node_with_most_blame_and_tiles_tell_the_traces_numbers(opened: Callable[..., Any]):
    run = corners()
    page = opened(run)
    step = run.trace[0]
    worst = int(np.argmax(np.abs(np.ravel(step.prediction) - np.array([0, 1, 1, 0]))))
    blamed = int(np.argmax(np.abs(step.layers[1].delta[worst])))
    tile = page.locator(".tile.on")
    assert tile.text_content().startswith(f"layer 1, node {blamed}: prediction ")
    assert page.locator("section.side h2").inner_text() == f"Layer 1, node {blamed}"
    go(page, 150)
    shown = page.locator("section.side .both data").evaluate_all("all => all.map(e => e.dataset.value)")
    layer = run.trace[150].layers[1]
    assert float(shown[0]) == layer.prediction[worst, blamed]
    assert float(shown[-1]) == layer.delta[worst, blamed]
    brings = page.locator("section.side tbody td.t-go").evaluate_all("all => all.map(e => Number(e.dataset.value))")
    inputs = [*run.trace[150].layers[0].prediction[worst], 1.0]
    assert brings == [w * x for w, x in zip([*layer.weight[blamed], layer.bias[blamed]], inputs, strict=True)]


def test_what_a_hidden_node_does_is_said_of_its_values_over_the_examples(opened: Callable[..., Any]):
    run = corners()
    page = opened(run)
    page.get_by_label("layer opened").select_option("0")
    names = [f"({a:g}, {b:g})" for a, b in np.asarray(run.recipe.examples.input)]
    for at in (0, 150, 299):
        go(page, at)
        for node in range(4):
            page.locator("button.tile").nth(node).click()
            given = run.trace[at].layers[0].prediction[:, node]
            high = given > (given.min() + given.max()) / 2
            few = high if high.sum() <= 2 else ~high
            told = page.locator(".does p").first.inner_text().replace("\u00a0", " ")
            feeds = run.trace[at].layers[1].weight[:, node]
            most = int(np.abs(feeds).argmax())
            way = "higher" if feeds[most] > 0 else "lower"
            assert f" Of all that it feeds, it moves node {most} of layer 1 most: " in told
            assert told.endswith(f": the higher it is, the {way} that one.")
            if np.ptp(given) <= 0.1:
                assert told.startswith("It gives nearly the same for all 4 examples")
                continue
            first, then = (("on", "high"), ("off", "low"))[:: 1 if few is high else -1]
            assert told.startswith(tuple(f"It is {word}" for word in first))
            named = " and ".join(name for name, mine in zip(names, few, strict=True) if mine)
            assert f" for {named}, and " in told
            short = page.locator(".tile.on .sr").text_content().replace("\u00a0", " ")
            assert any(f"{word} for {named}, " in short for word in first)
            assert any(f", {word} for " in short for word in then)


def test_arrows_walk_the_tiles_and_the_film_leads_to_its_steps(opened: Callable[..., Any]):
    page = opened(corners())
    tile = page.locator(".tile.on")
    page.get_by_label("layer opened").select_option("0")
    tile.focus()
    for key, expected in (("ArrowDown", "layer 0, node 1"), ("ArrowRight", "layer 1, node 1"), ("ArrowUp", "layer 1, node 0")):
        page.keyboard.press(key)
        page.locator(".tile.on:focus", has_text=f"{expected}:").wait_for()
    assert page.get_by_label("step, typed").input_value() == "0"
    page.get_by_role("button", name="go to step 299").click()
    assert page.get_by_label("step, typed").input_value() == "299"
    assert page.get_by_role("button", name="go to step 299").get_attribute("aria-current") == "step"


def large(sizes: list[int], classes: int = 0) -> ns.Run:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(120, sizes[0]))
    goal = rng.integers(0, classes, 120) if classes else x[:, 0] * x[:, 1]
    loss = {"loss": "cross-entropy"} if classes else {}
    hidden = {"hidden": sizes[1:], "activation": "tanh"}
    return ns.descend(network=hidden, input=x, goal=goal, batch=30, alpha=0.02, steps=400, **loss)


def test_who_changes_the_error_adds_up(opened: Callable[..., Any]):
    """Each weight of the open node to first order: − 2 × its weighted delta × its alpha delta; the others; the rest."""
    run = corners()
    page = opened(run, viewport={"width": 1440, "height": 900})
    go(page, 3)
    page.get_by_text("Who changes the error").click()
    cells = page.get_by_role("table", name="Error of the step").locator("td")
    cells.first.wait_for()
    *parts, change = [float(value) for value in cells.evaluate_all("all => all.map(c => c.dataset.value)")]
    node = int(page.get_by_label("node opened").input_value())
    layer = run.trace[3].layers[1]
    own = [*(layer.weighted_delta[node] * layer.alpha_delta[node]), layer.bias_weighted_delta[node] * layer.bias_delta[node]]
    assert parts[: len(own)] == pytest.approx([-2.0 * part for part in own], rel=1e-12)
    assert change == pytest.approx(run.trace[4].mse - run.trace[3].mse, rel=1e-9)
    assert sum(parts) == pytest.approx(change, rel=1e-9)


SCRUBBED = """async () => {
  const slider = document.querySelector("[data-nodescope]").shadowRoot.querySelector("#ns-step");
  for (let step = 20; step < 260; step += 20) {
    slider.value = step;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
}"""


COUNTED = """() => {
    window.built = window.rewritten = 0;
    new MutationObserver((changes) => {
        for (const change of changes) {
            window.built += change.addedNodes.length;
            const { target, attributeName, oldValue } = change;
            window.rewritten += target.localName === "option" && target.getAttribute(attributeName) === oldValue;
        }
    }).observe(document.querySelector("[data-nodescope]").shadowRoot, { childList: true, subtree: true, attributeOldValue: true });
}"""


@pytest.mark.parametrize("run", [large([8, 64, 64]), large([784, 16], 10), large([5, 12], 40)], ids=["8-64-64-1", "784", "40"])
def test_large_layers_are_folded_and_can_be_scrubbed(run: ns.Run, opened: Callable[..., Any]):
    """A step changes what stands in the page, and builds little of it anew (`make bench-view` tells what that takes)."""
    page = opened(run, viewport={"width": 1440, "height": 900})
    if run.recipe.problem.loss.tells_classes:  # it opens on how often it is right
        page.get_by_role("button", name="Inside a step").click()
    page.locator("canvas.cells").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate(COUNTED)
    page.evaluate(SCRUBBED)
    assert page.evaluate("window.built") < 12 * 8  # drawn whole, a step builds hundreds
    assert page.evaluate("window.rewritten") == 0  # choices that are what they were
    box = page.locator("canvas.cells.can").first
    box.click(position={"x": 4, "y": 4})
    assert page.get_by_label("node opened").input_value() == "0"


LOWEST = """(of) => {
  const seen = document.querySelector("[data-nodescope]").shadowRoot.querySelectorAll(of);
  return Math.max(...[...seen].map((e) => e.getBoundingClientRect().bottom));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)], ids=str)
def test_a_network_can_be_read_and_operated_by_all(scheme: str, size: tuple[int, int], opened: Callable[..., Any]):
    page = opened(corners(), viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = found_by_axe(page)
    assert found == []
    if size[0] > 1000:
        bottom = page.evaluate(LOWEST, "section.alpha" if size[1] > 800 else "section.alpha, .film")
        assert bottom <= page.locator(".dock").evaluate("e => e.getBoundingClientRect().top"), "they stand above the dock"


def test_alpha_is_held_against_what_is_stable_at_the_step_in_view(opened: Callable[..., Any]):
    run = corners()
    page = opened(run, viewport={"width": 1440, "height": 900})
    problem = run.recipe.problem
    for step in (0, 40, 150, 299):
        go(page, step)
        limit = 2 / sharpness(problem, np.asarray(problem.weights(run.replay.state_at(step)))).value
        told = page.locator("section.alpha .say p").inner_text()
        assert read(limit) in told
        word = "may jump" if limit < 0.3 else "swings, and holds" if limit < 0.6 else "settles down"
        assert told.startswith(word)
    box = page.get_by_label("alpha, typed")
    box.fill("0.05")
    box.press("Enter")
    told = page.locator("section.verdict").inner_text()
    assert Forecast(replace(run.recipe, alpha=0.05)).sentence in told
    for alpha, words in ((-0.1, "Alpha is below 0"), (0, "Alpha is 0, so no weight moves."), (1e6, "the run broke off")):
        box.fill(str(alpha))
        box.press("Enter")
        assert words in page.locator("section.verdict").inner_text()


def test_the_verdict_is_python_s_whatever_alpha_is(opened: Callable[..., Any]):
    """In a file, where no Python is."""
    run = corners()
    page = opened(run, viewport={"width": 1440, "height": 900})
    box, told = page.get_by_label("alpha, typed"), set()
    for alpha in (1e-4, 0.003, 0.05, 2.0, 6.0):
        box.fill(str(alpha))
        box.press("Enter")
        headline = run_recipe(replace(run.recipe, alpha=alpha)).diagnose().headline
        assert headline in page.locator("section.verdict").inner_text()
        told.add(headline)
    assert len(told) > 2, told


CUT = """() => {
  const root = document.querySelector("[data-nodescope]").shadowRoot;
  const texts = [...root.querySelectorAll(".shares :is(caption, th, td)")].filter((e) => e.textContent.trim());
  const seen = texts.filter((e) => getComputedStyle(e).position !== "absolute").map((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return [e, range.getBoundingClientRect()];
  });
  const found = seen.filter(([e]) => e.scrollWidth > e.clientWidth + 1).map(([e]) => [e.textContent, "is cut"]);
  seen.forEach(([e, a], i) => {
    for (const [other, b] of seen.slice(i + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      if (wide > 1.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3.5) found.push([e.textContent, other.textContent]);
    }
  });
  return found;
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 720), (1440, 900)])
@pytest.mark.parametrize("step", [0, 200])
def test_each_weights_share_in_the_nodes_card_is_neither_cut_nor_printed_over(
    width: int, height: int, step: int, opened: Callable[..., Any]
):
    """The card of a node is narrow beside the network: the two tables stand one below the other there."""
    network = {"sizes": [2, 4, 1], "activation": "tanh", "initial": "glorot", "seed": 1}
    table = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [0, 1, 1, 0]}
    page = opened(
        ns.descend(**table, network=network, alpha=0.5, batch="all", steps=201), viewport={"width": width, "height": height}
    )
    go(page, step)
    unfold(page.locator("summary", has_text="Each weight's share"))
    page.locator(".back-share").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []


def test_at_the_pages_end_the_heading_is_not_covered_by_the_row_of_the_steps(opened: Callable[..., Any]):
    page = opened(ns.descend(input=1.0, goal=0.6, weight=0.1, alpha=0.1, steps=400), viewport={"width": 1280, "height": 720})
    unfold(page.locator("summary", has_text="Findings and proof"))
    page.evaluate("scrollTo(0, 1e6)")
    h1 = page.locator("h1").bounding_box()
    middle = [h1["x"] + 60, h1["y"] + h1["height"] / 2]
    assert (
        page.evaluate("([x, y]) => document.querySelector('[data-nodescope]').shadowRoot.elementFromPoint(x, y).tagName", middle)
        == "H1"
    )
