"""Pictures and tables of a run without a browser: whole, the same bytes twice, two numbers never with one text, words as words."""

import csv
import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nodescope as ns
from nodescope.views.picture.loop import LoopNumbers, loop
from nodescope.views.picture.marks import Outline, Words
from nodescope.views.picture.sheet import sheet, telling_step
from nodescope.views.picture.stall import doubles_between
from nodescope.views.picture.svg import svg
from nodescope.views.picture.texts import distinct, text_of

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}
HOSTILE = ["<script>alert(1)</script>", "a&b", "\u202eabc", "x" * 100_000, '"quoted"', "$x^2$"]


def seed(**more) -> ns.Run:
    return ns.descend(**{**SEED, "alpha": 0.1, "steps": 325, **more})


def hostile() -> ns.Run:
    rng = np.random.default_rng(0)
    table = {name: rng.normal(size=9) for name in HOSTILE} | {"y": rng.normal(size=9)}
    return ns.descend(data=table, goal="y", alpha=0.01, epochs=3)


def wide() -> ns.Run:
    rng = np.random.default_rng(1)
    return ns.descend(input=rng.normal(size=(5, 1000)), goal=rng.normal(size=5), alpha=1e-4, epochs=4)


RUNS: dict[str, Callable[[], ns.Run]] = {
    "seed": seed,
    "cycling": lambda: seed(alpha=1.5, steps=10**6),
    "diverged": lambda: ns.descend(**SEED, alpha=2.5),
    "goal 0": lambda: ns.descend(weight=0.4, input=1, goal=0, alpha=0.5),
    "input 0": lambda: ns.descend(weight=0.4, input=0, goal=0.6, alpha=0.5, steps=3),
    "negative": lambda: ns.descend(weight=-0.4, input=-2, goal=-0.6, alpha=0.1, steps=20),
    "adam": lambda: seed(rule="adam", steps=100),
    "one example at a time": lambda: ns.descend(input=np.arange(1.0, 8), goal=np.arange(7.0), alpha=0.01, epochs=9),
    "all examples": lambda: ns.descend(input=np.arange(1.0, 8), goal=np.arange(7.0), alpha=0.01, batch="all", epochs=9),
    "two inputs, alike": lambda: ns.descend(weight=[0.4, 0.1], input=[1, 1], goal=0.6, alpha=0.1, steps=40),
    "diverged, several": lambda: ns.descend(input=np.eye(3) * 9, goal=[1, 2, 3], alpha=9.0, batch="all"),
    "two nodes": lambda: ns.descend(
        weight=[[0.4, 1], [2, 3]], input=[[1, 2], [3, 4]], goal=[[1, 2], [3, 4]], alpha=0.01, rule="momentum", steps=60
    ),
    "network": lambda: ns.descend(network=[2, 3, 12, 1], input=[[1, 2], [3, 4]], goal=[0.2, 0.4], alpha=0.1, steps=30),
    "network that diverged": lambda: ns.descend(network=[1, 2, 1], input=[[1e150]], goal=[1e150], alpha=1e10, steps=30),
    "hostile names": hostile,
    "a thousand inputs": wide,
    "long": lambda: seed(alpha=1e-5, steps=20_000),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_picture_of_every_kind_of_run(name: str):
    run = RUNS[name]()
    for step in {0, telling_step(run), run.steps - 1}:
        root = ET.fromstring(svg(sheet(run, step)))
        width, height = (float(root.get(side)) for side in ("width", "height"))
        assert root.find("{*}desc").text
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            assert 0 <= float(text.get("x")) <= width
            assert 0 <= float(text.get("y")) <= height
            assert len(text.text) < 200
        for path in root.iter("{http://www.w3.org/2000/svg}path"):
            assert "nan" not in path.get("d")
            assert "inf" not in path.get("d")


def test_names_stand_as_text():
    root = ET.fromstring(svg(sheet(hostile())))
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<script>alert(1)<…", "a&b", '"quoted"', "$x^2$"} < set(texts)
    assert not any("\u202e" in text for text in texts)
    assert {child.tag.split("}")[1] for child in root} == {"title", "desc", "rect", "path", "text", "clipPath"}


def test_two_numbers_of_the_picture_never_share_a_text():
    run = seed()
    for step in range(run.steps):
        n = LoopNumbers(run.trace[step])
        shown: dict[str, float] = {}
        for name, text in n.text.items():
            value = getattr(n, name)
            assert shown.setdefault(text, value) == value, (step, n.text)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.1, 1 / 3, 2], ["0.1", "0.3333", "2"]),
        ([0.6, 0.5999999999999994], ["0.6", "0.59…94"]),
        ([0.5999999999999994, 0.6, 0.5999999999999993], ["0.59…94", "0.6", "0.59…93"]),
        ([0.18181818181818182, 0.18181818181818202], ["0.181…818", "0.181…182"]),
        ([0.59994, 0.5999994], ["0.5999", "0.6"]),
        ([0.6000000001, 0.60000000000001, 0.6], ["0.6000000001", "0.60000000000001", "0.6"]),
        ([1 / 3, 1 / 3 + 1e-9], ["0.333333333", "0.333333334"]),
        ([1234.5678, 999.96, 0.00123456, 0.5, 2.5], ["1,235", "1,000", "0.001235", "0.5", "2.5"]),
        ([5.551115123125783e-17, -1e-5, 1.7e308], ["5.55 × 10⁻¹⁷", "−10⁻⁵", "1.7 × 10³⁰⁸"]),
        ([-0.25, math.inf, math.nan], ["−0.25", "∞", "NaN"]),
        ([1e-7, 123456789.0], ["10⁻⁷", "1.23 × 10⁸"]),
        ([0.0, -0.0], ["0", "−0"]),
    ],
)
def test_texts(values: list[float], texts: list[str]):
    assert distinct(values) == texts
    assert text_of(values[0], 17) == text_of(values[0], 20)


def test_doubles_between():
    assert doubles_between(0.5999999999999994, 0.6) == 5
    assert doubles_between(0.6, 0.6) == 0
    assert doubles_between(0.4, 0.6) is None
    assert doubles_between(-5e-324, 5e-324) == 2


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_same_bytes_twice(form: str, theme: str, tmp_path: Path):
    if form != "svg":
        pytest.importorskip("matplotlib")
    for name in ("a", "b"):
        ns.export(seed(), tmp_path / f"{name}.{form}", step=5, theme=theme)
    one, two = ((tmp_path / f"{name}.{form}").read_bytes() for name in "ab")
    assert one == two
    assert one.startswith({"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}[form])
    ns.export(seed(), tmp_path / f"c.{form}", step=6, theme=theme)
    assert (tmp_path / f"c.{form}").read_bytes() != one


def test_the_picture_shows_the_stall_unless_told_otherwise():
    picture = svg(sheet(seed()))
    assert "The last bits" in picture
    assert "exactly half the gap of 1.1102230246251565e-16" in picture
    assert "The last bits" not in svg(sheet(seed(), 3))


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["seed", "cycling", "diverged", "one example at a time", "two nodes", "network"])
def test_a_table_of_every_step(name: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nodescope.hosts.export.BLOCK", 500)
    run = RUNS[name]()
    path = tmp_path / f"run.{form}"
    ns.export(run, path)
    if form == "csv":
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        table = {head: [float(row[i]) for row in rows[1:]] for i, head in enumerate(rows[0])}
    else:
        from pyarrow import parquet

        table = parquet.read_table(path).to_pydict()
    end = run.settled_after + 1 if run.settled_after else sum(run.cycle) if run.cycle else run.steps
    expected = run.trace[0:end].flat()
    for number, layer in enumerate(run.trace[0:end].layers):
        expected |= {f"layers[{number}].{name}": column for name, column in layer.flat().items()}
    assert list(table) == list(expected)
    for head, column in expected.items():
        assert np.array_equal(table[head], column, equal_nan=column.dtype.kind == "f"), head


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = seed()
    with pytest.raises(ns.InputError, match=r"can be written as \.html, \.md, \.csv, \.parquet, \.npz, \.svg, \.png, \.pdf, \.tex"):
        ns.export(run, tmp_path / "run.gif")
    with pytest.raises(ns.InputError, match="step 325 is not there: the run has 325 steps"):
        ns.export(run, tmp_path / "run.svg", step=325)
    with pytest.raises(ns.InputError, match=r"goes with one step.s picture"):
        ns.export(run, tmp_path / "run.csv", step=3)
    with pytest.raises(ns.InputError, match="theme is 'pink'"):
        ns.export(run, tmp_path / "run.svg", theme="pink")
    with pytest.raises(ns.InputError, match="no step"):
        ns.export(ns.descend(**SEED, alpha=0.1, steps=0), tmp_path / "run.svg")
    with pytest.raises(ns.FileError):
        ns.export(run, tmp_path / "nowhere" / "run.csv")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("nodescope.hosts.export.MOST_NUMBERS", 3000)
    with pytest.raises(ns.InputError, match="318 steps of 10 numbers are more than a table of 3,000 holds"):
        ns.export(run, tmp_path / "run.parquet")


@pytest.mark.parametrize("step", [0, 3, 30, 39])
def test_the_mse_stays_within_its_square(step: int):
    """Of a run that flies apart, whose mse is a power of ten: it was written over the edges of its square."""
    n = LoopNumbers(seed(alpha=2.5, steps=40).trace[step])
    marks = list(loop(n))
    (square,) = [mark for mark in marks if isinstance(mark, Outline) and mark.style == "fix box"][:1]
    xs = [x for piece in square.pieces for x, _ in piece.points]
    first = next(i for i, mark in enumerate(marks) if isinstance(mark, Words) and mark.value == n.mse)
    words = [mark for mark in marks[first : first + 2] if isinstance(mark, Words) and mark.anchor == "middle"]
    assert " ".join(mark.text for mark in words) == n.text["mse"]
    for mark in words:
        half = 0.55 * mark.size * len(mark.text) / 2
        assert min(xs) < mark.x - half < mark.x + half < max(xs)
