"""What was learned, as files that predict without us: .py and .c to the bit, .onnx to 1e-6; known answers by hand first."""

import ctypes
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.theory.likelihood import output_sums

RNG = np.random.default_rng(21)
X, WIDE = RNG.normal(size=(30, 3)), RNG.normal(size=(30, 20))
G = RNG.normal(size=(30, 2))
WORDS = ["no", "yes", "perhaps"]
SIDES = np.array(WORDS)[(X[:, 0] > 0.3).astype(int)]
TABLE = {
    "year": (2000 + RNG.integers(0, 20, 40)).astype(float),
    "mass": np.where(RNG.random(40) < 0.2, np.nan, 4000 + 500 * RNG.normal(size=40)),
    "sex": [["f", "m"][i] for i in RNG.integers(0, 2, 40)],
    "goal": 30_000 + 2_000 * RNG.normal(size=40),
}
HOW = {"goal": "goal", "categories": "one-hot", "missing": "mean", "indicator": True, "standardise": True, "epochs": 30}
ACTIVATIONS = ("identity", "relu", "leaky relu", "tanh", "sigmoid", "softplus", "gelu")


def network(activation: str) -> ns.Run:
    layers = ns.network([3, 5, 2], activation=activation, seed=4)
    return ns.descend(network=layers, input=X, goal=G, alpha=0.05, batch="all", steps=40)


RUNS: dict[str, Any] = {
    "the seed's": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325),
    "two nodes with biases": lambda: ns.descend(input=X, goal=G, bias=True, alpha=0.01, epochs=5),
    "in lanes": lambda: ns.descend(input=WIDE, goal=G[:, 0], bias=True, alpha=0.001, epochs=5),
    "in lanes, no bias": lambda: ns.descend(input=WIDE[:, :17], goal=G[:, 0], alpha=0.001, epochs=5),
    "two classes": lambda: ns.descend(input=X, goal=np.array(WORDS)[(X[:, 0] > 0).astype(int)], loss="cross-entropy", epochs=5),
    "three classes": lambda: ns.descend(
        network=[3, 4, 3],
        input=X,
        goal=np.array(WORDS)[np.digitize(X[:, 0], [-0.5, 0.5])],
        loss="cross-entropy",
        alpha=0.1,
        epochs=5,
    ),
    "a hinge": lambda: ns.descend(input=X, goal=SIDES, loss="hinge", bias=True, alpha=0.1, epochs=5),
    "a perceptron": lambda: ns.descend(input=X, goal=SIDES, loss="perceptron", bias=True, alpha=0.1, epochs=5),
    "a network of sides": lambda: ns.descend(
        network={"hidden": [4]}, input=X, goal=SIDES, loss="hinge", standardise=True, alpha=0.1, epochs=5
    ),
    "a table of sides": lambda: ns.descend(
        data=TABLE, alpha=0.01, **HOW | {"goal": "sex", "categories": "refuse"}, loss="perceptron"
    ),
    "a table": lambda: ns.descend(data=TABLE, alpha=0.01, **HOW),
    "a table by a network": lambda: ns.descend(data=TABLE, network={"hidden": [6]}, alpha=0.01, **HOW),
    **{f"a network of {name}": (lambda name=name: network(name)) for name in ACTIVATIONS},
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest) -> ns.Run:
    made: ns.Run = RUNS[request.param]()
    return made


def examples(run: ns.Run) -> list[Any]:
    """Examples as the exported Python takes them: rows of the table, else of numbers, far ones too."""
    if run.recipe.source is not None:
        rows = [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]
        return [{name: cell for name, cell in row.items() if name not in run.recipe.goal_names} for row in rows]
    if not run.recipe.has_inputs_axis:
        return [0.0, 1.0, -3.5, 1e-9]
    inputs = run.recipe.examples.input
    return [*inputs.tolist(), *(1000.0 * inputs[:3]).tolist(), [0.0] * inputs.shape[1]]


def ours(run: ns.Run, rows: list[Any]) -> Any:
    if run.recipe.source is not None:
        return run.predict({name: [row[name] for row in rows] for name in rows[0]})
    return run.predict(rows)


def opened_up(run: ns.Run, rows: list[Any]) -> Any:
    """Numbers as .c and .onnx take them, in the table's own units."""
    if run.recipe.source is not None:
        return run.recipe.source.matrix({name: [row[name] for row in rows] for name in rows[0]})
    return np.array(rows, dtype=float).reshape(-1, run.recipe.d)


def tells_sides(run: ns.Run) -> bool:
    return run.recipe.loss.name in ("hinge", "perceptron")


def sums_of(run: ns.Run, rows: list[Any]) -> Any:
    """The output's sum (m,), whose side of 0 is the class."""
    x = np.ascontiguousarray(run.recipe.examples.scaled(opened_up(run, rows)))
    problem = replace(run.recipe.problem, input=x, goal=np.zeros((len(x), 1)), batch=1, native=None)
    return output_sums(problem, run.network.flat())[:, 0]


def as_python(run: ns.Run, folder: Path) -> dict[str, Any]:
    ns.export(run, folder / "model.py")
    names: dict[str, Any] = {"__name__": "model"}
    exec((folder / "model.py").read_text(encoding="utf-8"), names)
    return names


def test_python_has_the_answers_worked_out_by_hand(tmp_path: Path):
    run = ns.descend(input=[[1.0, 2.0]], goal=[0.0], weight=[2.0, 3.0], bias=1.0, alpha=0.1, steps=0)
    model = as_python(run, tmp_path)
    assert model["predict"]([10, 100]) == 321.0
    bent = ns.network(weights=[[[1.0], [-1.0]], [[2.0, 3.0]]], activations=["relu", "identity"])
    two = ns.descend(network=bent, input=[[1.0]], goal=[0.0], alpha=0.1, steps=0)
    assert [as_python(two, tmp_path)["predict"]([x]) for x in (5, -5)] == [10.0, 15.0]
    with pytest.raises(ValueError, match="3 inputs are given; the model takes 2"):
        model["predict"]([1, 2, 3])


@pytest.mark.parametrize("loss", ["hinge", "perceptron"])
def test_sides_have_the_answers_worked_out_by_hand(loss: str, tmp_path: Path):
    """2 × x₀ − 3 × x₁ + 1, above 0 the second class; on 0 itself the first."""
    run = ns.descend(
        input=[[1.0, 2.0], [2.0, 1.0]], goal=["low", "high"], loss=loss, weight=[2.0, -3.0], bias=1.0, alpha=0.1, steps=0
    )
    assert run.recipe.classes == ("high", "low")
    model = as_python(run, tmp_path)
    assert [model["side"](x) for x in ([10, 1], [1, 1], [0, 1])] == [18.0, 0.0, -2.0]
    assert [model["predict"](x) for x in ([10, 1], [1, 1], [0, 1])] == ["low", "high", "high"]
    assert run.predict([[10, 1], [1, 1], [0, 1]]).tolist() == ["low", "high", "high"]


def test_python_to_the_bit(run: ns.Run, tmp_path: Path):
    model, rows = as_python(run, tmp_path), examples(run)
    said = [model["predict"](row) for row in rows]
    wanted = ours(run, rows)
    if run.recipe.classes is not None:
        assert said == wanted.tolist()
    if tells_sides(run):
        sums = np.array([model["side"](row) for row in rows])
        assert (sums > 0.0).tolist() == [of == run.recipe.classes[1] for of in wanted]
        assert sums.tobytes() == sums_of(run, rows).tobytes()
    elif run.recipe.classes is not None:
        p = [model["probabilities"](row) for row in rows]
        assert np.array(p).tobytes() == run.predict_probabilities(rows).tobytes()
    else:
        assert np.array(said).tobytes() == wanted.tobytes()


def test_python_needs_nothing_of_ours(tmp_path: Path):
    ns.export(network("gelu"), tmp_path / "model.py")
    loaded = "[m for m in sys.modules if 'numpy' in m or 'nodescope' in m]"
    code = f"import sys, model; print(model.predict([1.0, 2.0, 3.0])); print({loaded})"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    first, second = done.stdout.splitlines()
    assert json.loads(first) == network("gelu").predict([1.0, 2.0, 3.0]).tolist()
    assert second == "[]"


def test_python_tells_what_it_cannot_take(tmp_path: Path):
    model = as_python(RUNS["a table"](), tmp_path)
    good = {"year": 2005, "mass": 4000.0, "sex": "f"}
    with pytest.raises(ValueError, match=r"column 'sex' has 'x', which is none of the values known: \('f', 'm'\)"):
        model["predict"](good | {"sex": "x"})
    assert (
        model["predict"](good | {"mass": None})
        == RUNS["a table"]().predict({n: [v] for n, v in (good | {"mass": None}).items()})[0]
    )


def test_c_to_the_bit(run: ns.Run, tmp_path: Path):
    ns.export(run, tmp_path / "model.c")
    strict = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-shared", "-fPIC"]
    subprocess.run(["cc", *strict, "-o", tmp_path / "model.so", tmp_path / "model.c", "-lm"], check=True)
    predict = ctypes.CDLL(str(tmp_path / "model.so")).predict
    predict.argtypes, predict.restype = [ctypes.c_void_p, ctypes.c_void_p], None
    rows = examples(run)
    x = np.ascontiguousarray(opened_up(run, rows))
    wanted = sums_of(run, rows) if tells_sides(run) else ours(run, rows)
    if run.recipe.classes is not None and not tells_sides(run):
        wanted = run.predict_probabilities(rows)
    said = np.empty((len(x), wanted.reshape(len(x), -1).shape[1]))
    for row, out in zip(x, said, strict=True):
        predict(row.ctypes.data, out.ctypes.data)
    assert said.tobytes() == wanted.reshape(said.shape).tobytes()


def test_onnx_to_a_millionth(run: ns.Run, tmp_path: Path):
    runtime = pytest.importorskip("onnxruntime")
    ns.export(run, tmp_path / "model.onnx")
    session = runtime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    rows = examples(run)
    x = opened_up(run, rows).astype(np.float32)
    got = dict(zip((out.name for out in session.get_outputs()), session.run(None, {"input": x}), strict=True))
    wanted = run.recipe.examples.in_own_units(run.predictions(run.recipe.examples.scaled(x.astype(float))))
    if tells_sides(run):
        wanted = sums_of(run, rows)[:, None]
        assert got["class"].tolist() == (got["side"][:, 0] > 0).astype(int).tolist()
        clear = np.abs(wanted[:, 0]) > 1e-5 * np.abs(wanted).max()
        assert got["class"][clear].tolist() == (wanted[clear, 0] > 0).astype(int).tolist()
    elif run.recipe.classes is not None:
        wanted = np.column_stack([1 - wanted, wanted]) if wanted.shape[1] == 1 else wanted
        assert [run.recipe.classes[i] for i in got["class"]] == [run.recipe.classes[i] for i in wanted.argmax(axis=1)]
    said = got["side" if tells_sides(run) else "probabilities" if run.recipe.classes is not None else "prediction"]
    assert said.shape == wanted.shape
    reach = np.maximum(1.0, np.abs(wanted).max(axis=1, keepdims=True))
    assert (np.abs(said - wanted) / reach).max() < 1e-6


def test_onnx_says_what_goes_in_and_comes_out(tmp_path: Path):
    onnx = pytest.importorskip("onnx")
    ns.export(RUNS["a table"](), tmp_path / "model.onnx")
    told = {entry.key: json.loads(entry.value) for entry in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert told == {"inputs": ["year", "mass", "mass missing", "sex=f", "sex=m"], "goals": ["goal"]}


@pytest.mark.parametrize("form", [".py", ".c", ".onnx"])
def test_what_cannot_predict_is_told(form: str, tmp_path: Path):
    lost = ns.descend(weight=0.4, input=1, goal=0.6, alpha=1e300, steps=50)
    with pytest.raises(ns.InputError, match="last weights are not finite, so they predict nothing"):
        ns.export(lost, tmp_path / f"model{form}")
    fine = RUNS["the seed's"]()
    with pytest.raises(ns.InputError, match=f"not with {form}: that is what the last weights predict"):
        ns.export(fine, tmp_path / f"model{form}", step=3)
    assert list(tmp_path.iterdir()) == []


def test_too_much_is_told(tmp_path: Path):
    large = ns.descend(network=[1000, 1001, 1], input=np.ones((1, 1000)), goal=[1.0], alpha=1e-6, steps=0)
    with pytest.raises(
        ns.InputError, match=r"1,003,003 weights are more than the 1,000,000 that a file of Python is given: export .onnx"
    ):
        ns.export(large, tmp_path / "model.py")
    huge = ns.descend(weight=1e200, input=1, goal=1, alpha=0.1, steps=0)
    with pytest.raises(ns.InputError, match=r"1e\+200 of this model is beyond float32.*export .py or .c"):
        ns.export(huge, tmp_path / "model.onnx")


def test_dates_are_for_others(tmp_path: Path):
    table = {"day": ["2020-01-01", "2020-01-02", "2020-02-03"], "goal": [1.0, 2.0, 3.0]}
    run = ns.descend(data=table, goal="goal", dates=["year", "days"], alpha=1e-9, epochs=1)
    with pytest.raises(ns.InputError, match=r"column 'day' is a date that is opened up.*export .onnx or .c"):
        ns.export(run, tmp_path / "model.py")
    ns.export(run, tmp_path / "model.c")


def test_names_cannot_leave_the_comment(tmp_path: Path):
    table = {"*/ int x; /*\\": [1.0, 2.0], "goal": [1.0, 2.0]}
    ns.export(ns.descend(data=table, goal="goal", alpha=0.01, epochs=1), tmp_path / "model.c")
    subprocess.run(
        ["cc", "-std=c99", "-Wall", "-Werror", "-Wno-unused-function", "-c", "-o", "/dev/null", tmp_path / "model.c"], check=True
    )
