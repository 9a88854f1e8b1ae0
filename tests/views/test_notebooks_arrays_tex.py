"""A run as a notebook that makes it again, as NumPy's arrays, and a step as LaTeX."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import numpy as np
import pytest
from latex2mathml.converter import convert

import nodescope as ns
from nodescope.views.explanation.tex import escaped, formula

X = np.random.default_rng(3).normal(size=(9, 2))
G = X @ [1.0, -2.0] + 0.5
PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"
SEED = {"weight": 0.4, "input": 1, "goal": 0.6}


def made_again(run: ns.Run, folder: Path) -> dict[str, object]:
    """What the notebook's cells define, run one after another."""
    ns.export(run, folder / "run.ipynb")
    book = nbformat.read(folder / "run.ipynb", as_version=4)
    nbformat.validate(book)
    names: dict[str, object] = {}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    return names


@pytest.mark.parametrize(
    "run",
    [
        lambda: ns.descend(**SEED, alpha=0.1, steps=325),
        lambda: ns.descend(
            input=X, goal=G, bias=True, alpha=lambda t: 0.1 / (1 + t), epochs=4, order="shuffled", seed=5, rule="adam"
        ),
        lambda: ns.descend(
            data=PENGUINS, goal="body_mass_g", inputs=["flipper_length_mm"], missing="drop", standardise=True, epochs=3
        ),
        lambda: ns.descend(data={"a": X[:, 0], "y": G}, goal="y", standardise=True, holdout=0.3, epochs=20),
        lambda: ns.descend(network=[2, 30, 30, 1], input=X, goal=G, alpha=0.01, epochs=2),
        lambda: ns.descend(input=X, goal=["a", "b", "c"] * 3, loss="cross-entropy", alpha=0.1, epochs=2),
        lambda: ns.descend(input=X, goal=G, alpha=1e-9, time_limit=0.001, steps=10**9),
        lambda: ns.descend(**SEED, alpha=0.1, steps=0),
    ],
)
def test_a_notebook_makes_the_run_again(run, tmp_path: Path):
    first = run()
    again = made_again(first, tmp_path)["run"]
    assert isinstance(again, ns.Run)
    assert again.network.flat().tobytes() == first.network.flat().tobytes()
    assert again.steps == first.steps


def test_a_notebook_sees_other_bits(tmp_path: Path):
    run = ns.descend(**SEED, alpha=0.1, steps=3)
    ns.export(run, tmp_path / "run.ipynb")
    text = (tmp_path / "run.ipynb").read_text()
    assert run.weight.hex() in text
    (tmp_path / "other.ipynb").write_text(text.replace("'alpha': 0.1,", "'alpha': 0.11,"))
    cells = json.loads((tmp_path / "other.ipynb").read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells[:5] if cell["cell_type"] == "code")
    with pytest.raises(AssertionError):
        exec(code, {})


def test_a_notebook_of_too_many_numbers(tmp_path: Path):
    run = ns.descend(input=np.ones((600_000, 1)), goal=np.ones(600_000), alpha=0.1, steps=1)
    with pytest.raises(
        ns.InputError, match=r"1,200,000 numbers came from no file.*write the table to a file, and name that as data="
    ):
        ns.export(run, tmp_path / "run.ipynb")


def test_a_notebook_does_not_promise_what_hangs_on_rows_it_has_not(tmp_path: Path):
    run = ns.descend(data={"a": X[:, 0], "y": G}, goal="y", holdout=0.3, epochs=20, keep="best")
    with pytest.raises(ns.InputError, match="hangs on unseen rows of a table that came from no file"):
        ns.export(run, tmp_path / "run.ipynb")


def test_arrays_in_their_own_shapes(tmp_path: Path):
    run = ns.descend(**SEED, alpha=0.1, steps=3)
    ns.export(run, tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as arrays:
        assert arrays["weight"].tolist() == [0.4, 0.42000000000000004, 0.43800000000000006]
        assert arrays["final[0].weight"].tolist() == [[0.45420000000000005]]
        assert str(arrays["recipe"]) == run.recipe.to_toml()
    wide = ns.descend(network=[2, 3, 1], input=X, goal=G, alpha=0.01, steps=4, batch=2)
    ns.export(wide, tmp_path / "wide.npz")
    with np.load(tmp_path / "wide.npz") as arrays:
        assert arrays["layers[0].weight"].shape == (4, 3, 2)
        assert arrays["layers[0].weight"].tobytes() == np.ascontiguousarray(wide.trace[:].layers[0]["weight"]).tobytes()
        assert arrays["final[1].bias"].tobytes() == wide.network.biases[1].tobytes()


def test_arrays_that_do_not_fit(tmp_path: Path):
    run = ns.descend(input=np.ones((1, 500)), goal=[1.0], alpha=1e-9, steps=10**6)
    with pytest.raises(ns.InputError, match=r"numbers are more than the 134,217,728 that an .npz file is given"):
        ns.export(run, tmp_path / "run.npz")


def test_windows_are_arrow_streams():
    import polars
    import pyarrow

    window = ns.descend(**SEED, alpha=0.1, steps=3).trace[0:2]
    assert polars.DataFrame(window)["weight"].to_list() == [0.4, 0.42000000000000004]
    assert pyarrow.table(window).column("new_weight").to_pylist() == [0.42000000000000004, 0.43800000000000006]


def test_formulas_and_words_of_latex():
    assert formula("weight − alpha delta") == r"\text{weight }-\text{ alpha delta}"
    assert formula("0.42 × (-0.18)") == r"0.42 \times  (-0.18)"
    assert formula("5.55e-17") == r"5.55 \times 10^{-17}"
    assert formula("mean of 3 delta") == r"\text{mean of }3\text{ delta}"
    assert escaped("50 % of a_b & {x}") == r"50 \% of a\_b \& \{x\}"


def test_a_step_as_latex(tmp_path: Path):
    run = ns.descend(**SEED, alpha=0.1, steps=3)
    ns.export(run, tmp_path / "step.tex", step=1)
    text = (tmp_path / "step.tex").read_text(encoding="utf-8")
    assert r"\text{delta} &= \text{prediction }-\text{ goal} = 0.42 - 0.6 = -0.18" in re.sub(" +", " ", text)
    assert text == ns.explain(run, 1).tex
    names = {"a_b": X[:, 0], "50 % & more": X[:, 1], "y": G}
    for other in (
        ns.descend(data=names, goal="y", standardise=True, epochs=2, rule="adam"),
        ns.descend(network=[2, 3, 1], input=X, goal=G, alpha=0.01, steps=4, batch=2),
        ns.descend(input=X, goal=["a", "b", "c"] * 3, loss="cross-entropy", alpha=0.1, epochs=2),
    ):
        of_other = ns.explain(other, 1).tex
        blocks = re.findall(r"\\begin\{(align\*|array)\}(.*?)\\end\{\1\}", of_other, re.DOTALL)
        assert len(blocks) > 3
        assert of_other.count("{") - of_other.count(r"\{") == of_other.count("}") - of_other.count(r"\}")
        assert re.search(r"[^\x00-\x7f]", re.sub(r"\\text\w*\{[^}]*\}", "", of_other)) is None
        for _, block in blocks[:6]:
            for line in re.sub(r"^\{\w+\}", "", block).split("\\\\"):
                convert(line.replace("&", " "))


def _steps_with_long_lines() -> dict[str, str]:
    """Steps whose formulas are long: twelve inputs, three layers, a rule with memory, classes, column names."""
    rng = np.random.default_rng(0)
    x, goals = rng.normal(size=(5, 12)), rng.normal(size=5)
    runs = {
        "inputs": ns.descend(weight=[1 / 3] * 12, input=x, goal=goals, alpha=0.01, steps=9, batch=2),
        "layers": ns.descend(network=ns.network([12, 3, 2, 1], seed=0), input=x, goal=goals, alpha=0.1, steps=4, batch="all"),
        "memory": ns.descend(weight=[1 / 3] * 12, input=x, goal=goals, rule="adam", alpha=0.1, steps=9, batch="all"),
        "classes": ns.descend(
            input=x, goal=["a", "b", "c", "a", "b"], loss="cross-entropy", alpha=0.1, steps=9, penalty={"l2": 0.1}
        ),
        "names": ns.descend(data={f"a_rather_long_name_{i}": x[:, i] for i in range(3)} | {"y": goals}, goal="y", epochs=2),
    }
    return {name: ns.explain(run, 3).tex for name, run in runs.items()}


def test_lines_of_latex_fit_a_page():
    """No row of a display has more letters than a page has room for; where there is a LaTeX, it finds none too wide either."""
    steps = _steps_with_long_lines()
    for tex in steps.values():
        for block in re.findall(r"\\begin\{align\*\}(.*?)\\end", tex, re.DOTALL):
            rows = [row.split("&") for row in block.replace(r"\&", "and").split("\\\\")]
            assert max(_letters(row[0]) for row in rows) + max(_letters("".join(row[1:])) for row in rows) <= 66


def _letters(tex: str) -> int:
    """Of a row as it is read."""
    signs = re.sub(r"\\(times|div|surd|dots|quad)\s?", "x", tex)
    return len(re.sub(r"\s+", " ", re.sub(r"\\text\{|\\allowbreak|[{}\\]", "", signs)).strip())


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
def test_latex_takes_it_and_finds_nothing_too_wide(tmp_path: Path):
    steps = _steps_with_long_lines()
    for name, tex in steps.items():
        (tmp_path / f"{name}.tex").write_text(tex, encoding="utf-8")
    body = "\n\\newpage\n".join(rf"\input{{{name}}}" for name in steps)
    whole = rf"\documentclass[a4paper,11pt]{{article}}\usepackage{{amsmath}}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "whole.tex").write_text(whole, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "whole.tex"], cwd=tmp_path, capture_output=True
    )
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    assert re.findall(r"^Overfull.*", said, re.MULTILINE) == []
