"""How printed sheets are read, part by part: names, numbers, texts, columns laid beside a trace, and what each column may mean."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from said.documents import attributes, given
from said.of_homework import NODES

import nodescope as ns
from nodescope.diagnosis.homework import grades, names, printed, readings, sheet, slips, tables, texts, worksheets
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

Made = tuple[str, Callable[[], Any]]


def parts() -> Iterator[Made]:
    """Of sheets as people print them."""
    yield "sheet: names of columns", lambda: {header: word(header) for header in HEADERS}
    yield "sheet: numbers", lambda: {text: cells([text]) for text in NUMBERS} | {" ".join(texts): cells(texts) for texts in COLUMNS}
    yield "sheet: floats", lambda: {str(number): floats(column) for number, column in enumerate(FLOATS)}
    yield "sheet: cells beside numbers", beside
    yield "sheet: slips of the pen", lambda: {f"{a!r} for {b!r}": slips.typing_slip(cell(a, b)) for a, b in SLIPS}
    yield "sheet: a cell in words", lambda: [slips.cell_text(cell(0.5, 0.25, "c" * letters)) for letters in (39, 40, 41)]
    for name, text in TEXTS.items():
        yield f"sheet: text, {name}", partial(read, text)
    for name, thing in THINGS.items():
        yield f"sheet: of {name}", partial(taken, thing)
    for number, (node, headers) in enumerate(LAID):
        yield f"sheet: columns {number}, {node}", partial(laid_out, node, headers)
    for seed, inputs, bias in ((0, 1, False), (1, 2, True), (2, 4, True)):
        yield f"sheet: to fill in, {seed} {inputs} {bias}", partial(to_fill_in, seed, inputs, bias)
    yield "sheet: a class", of_a_class


# ---- names and numbers ----

HEADERS = (
    "w", "W1", "weight[1]", "weight[0, 1]", "New weight[1]", "new_bias", "θ₁", "theta_1", "theta(2)", "Δw", "∂J/∂w", "alphaDelta",
    "alpha-delta", "y_hat", "ŷ", "the delta is", "prediction:", "Pred", "updated slope", "w (after)", "b_old", "bias before", "c",
    "intercept", "a", "m", "b0", "b1", "b", "iteration", "step 3", "epoch", "#", "", "k", "n", "total cost", "my_total_error",
    "sse",
    "RMSE", "cost function", "learning_rate", "lr", "eta", "x1", "input_2", "target", "y", "t", "o", "error", "raw_error",
    "residuals",
    "d", "dw", "dJ/db", "grad_b", "bias grad", "delta_b", "weight change", "unknown thing", "thing of no kind", "w1234567", "w 12",
    "old w", "next_theta0", "current", "w is", "loss_after", "x" * 250, "h_theta", "w_x",
)  # fmt: skip


def word(header: str) -> Any:
    found = names.word_of(header)
    told = [found.stem[:20], *found.index, found.when, found.is_counter, names.state_stem(found)[:20]]
    return [*told, " ".join(names.forward_quantities(found))]


NUMBERS = (
    "1", "0", "-0", "12.0", "120", "0.440", ".5", "5.", "-1.50", "+3", "1e3", "1.5e-4", "2E+10", "inf", "-Infinity", "nan",
    "0.1000000000000000055",
    "0.30000000000000004", "123456789012345678", "1e400", "1,5", "1_000", "−2.5", "", "abc", "1.2.3", "0x10", "1e", "--1", "007",
)  # fmt: skip
COLUMNS = (
    ["0.44", "0.472", "0.4976"], ["0.440", "0.472", "0.498"], ["1", "2", "3"], ["12.5", "120", "3"], ["1e-3", "0.25", "0"],
    ["0.1", "0.30000000000000004"], ["nan", "0.5"], ["100", "2000", "30"], ["0.0", "0.00", "0"],
)  # fmt: skip


def cells(column: list[str]) -> Any:
    return given(lambda: _column(printed.from_texts(column, "x", "the text", 2, blanks=True))) or [printed.is_number(column[0])]


def _column(column: printed.Printed) -> list[Any]:
    told = [column.value, column.half, column.own, column.single, column.is_coarse, column.is_rounded]
    return [*told, None if column.blank is None else column.blank]


FLOATS = (
    np.array([12.0, 120.0, 3.0]), np.array([0.44, 0.472]), np.array([0.1, 1 / 3]), np.array([1 / 3], dtype=np.float32),
    np.array([0.0, 5.0]),
    np.array([np.inf, 0.25]), np.array([1e300, 2.5e-300]), np.array([100.0, 1e16]), np.array([0.5, 7.0, 1e-3]),
)  # fmt: skip


def floats(column: Any) -> Any:
    return given(lambda: _column(printed.from_numbers(column)))


def beside() -> Any:
    """Cells printed to some digits beside numbers that are a little off, in every way of looking."""
    found = {}
    for text, expected in (
        ("0.44", 0.445), ("0.44", 0.4449999), ("0.44", 0.4450001), ("0.44", 0.4499), ("0.44", 0.45), ("-0.44", -0.4499),
        ("0.44", 0.435),
        ("0.30000000000000004", 0.3), ("0.1", np.nan), ("nan", np.nan), ("inf", np.inf), ("inf", np.nan),
        ("0.33333334", np.float32(1 / 3)),
        ("1000", 1000.4), ("1000", 1000.6), ("0.000", 4e-4), ("0.000", 6e-4), ("0.577350", 0.57735027), ("2.0", 2.05),
        ("2.0", 1.95),
        (repr(float(np.sqrt(np.float64(np.float32(0.1))))), 0.3),
    ):  # fmt: skip
        column, rows = printed.from_texts(["0.125", text], "x", "the text"), slice(1, 2)
        numbers = np.array([float(expected)])
        looks = [column.agrees(rows, numbers, how) for how in ("column", "own", "cut", "near")]
        looks += [column.agrees(rows, numbers, "near", 1e-3), column.agrees(rows, numbers, "column", 0.0, True)]
        may = [column.may_be(1, float(expected)), column.may_be(1, float(expected), 0.1), column.may_all_be(rows, numbers)]
        single = [column.is_float32(rows), column.is_float32(rows, root=True)]
        found[f"{text} {float(expected)!r}"] = "".join("01"[bool(np.all(one))] for one in [*looks, *may, *single])
    return found


SLIPS = (
    (-0.5, 0.5), (0.5005, -0.5), (5.0, 0.5), (0.05, 0.5), (500.0, 0.5), (0.0005, 0.5), (0.00005, 0.5), (5000.0, 0.5), (0.45, 0.54),
    (0.4452, 0.4542),
    (0.4452, 0.5442), (0.44, 0.45), (0.0, 0.5), (0.5, 0.0), (np.nan, 0.5), (0.5, np.inf), (12.0, 21.0), (1.23456, 1.32456789),
    (0.5, 0.5004),
)  # fmt: skip


def cell(was: float, right: float, column: str = "weight") -> grades.WrongCell:
    return grades.WrongCell(3, column, was, right)


# ---- texts and things ----

TEXTS = {
    "a column": "0.42\n0.438\n0.4542\n", "one line": "0.42 0.438 0.4542", "commas": "0.42, 0.438, 0.4542",
    "a list": "[0.42, 0.438]",
    "decimal commas": "0,42\n0,438\n", "decimal commas, semicolons": "0,42; 0,1\n0,438; 0,2\n", "rows": "0.42 0.1\n0.438 0.2\n",
    "ragged": "0.42 0.1\n0.438\n", "a header": "weight,bias\n0.42,0.1\n0.438,0.2\n", "a header alone": "weight,bias\n",
    "a header, tabs": "weight\tbias\n0.42\t0.1\n", "a header, bars": "| weight | bias |\n|---|---|\n| 0.42 | 0.1 |\n",
    "a header, blanks": "new weight  bias\n0.42        0.1\n", "a header, single blanks": "weight bias\n0.42 0.1\n",
    "a header, decimal commas": "weight;bias\n0,42;0,1\n", "a header twice": "w,w\n1,2\n", "a header, ragged": "w,b\n1,2,3\n",
    "a comma in a name": "weight[0, 1];bias\n0.5;1\n", "a quoted name": '"weight, first",bias\n0.42,0.1\n',
    "remarks": "# mine\n0.42\n# half\n0.438\n",
    "names in a remark": "# w b\n0.42 0.1\n0.438 0.2\n", "a remark and a bar": "# | w\n1 | 0.5\n",
    "blank cells": "w,b\n,0.1\n0.4,\n",
    "an unclosed quote": 'w,b\n"0.4,0.1\n', "counted": "1: 0.42\n2: 0.438\n", "arrows": "0 -> 0.42\n1 -> 0.438\n",
    "brackets": "1) 0.42\n2) 0.438\n",
    "numpy": "[[0.42]\n [0.438]]\n", "numpy, rows": "[[0.42 0.1]\n [0.438 0.2]]",
    "a tensor": "tensor([0.42, 0.438], grad_fn=<Sub>)",
    "np.float64": "np.float64(0.42)\nnp.float64(0.438)\n",
    "a loop": "Prediction: 0.4 delta: -0.19\nPrediction: 0.42 delta: -0.18\n",
    "a loop, epochs": "Epoch 1/2 w = 0.42, loss: 0.02\nEpoch 2/2 w = 0.438, loss: 0.01\n",
    "a loop, of": "step 1 of 9: w 0.42\nstep 2 of 9: w 0.438\n",
    "a loop, lists": "w: [0.42, 0.1] b: 1\nw: [0.438, 0.2] b: 2\n", "a loop, lines": "w: 0.42\nloss: 0.02\nw: 0.438\nloss: 0.01\n",
    "a loop, decimal commas": "w: 0,42 loss: 0,02\nw: 0,438 loss: 0,01\n", "a loop, nan": "w: nan loss: inf\nw: nan loss: inf\n",
    "a loop, words between": "start\nw: 0.42\ndone\nw: 0.438\n", "a loop, uneven": "w: 0.42 b: 1\nw: 0.438\nw: 0.45 b: 2 c: 3\n",
    "a loop, indices": "w[0] = 0.42 w[1] = 0.1\nw[0] = 0.438 w[1] = 0.2\n",
    "a loop, no sign": "weight 0.42 error 0.02\nweight 0.438 error 0.01\n",
    "a loop, none in common": "w: 0.42\nb: 1\nw: 0.5 b: 2 c: 3\nc: 4\n", "nothing": "\n\n",
    "words": "weight prediction\nnone some\n", "ruled": "w b\n----\n0.4 1\n",
    "minus": "−0.42\n−0.438\n", "exponents": "4.2e-1\n4.38E-1\n",
    "a long label": f"{'very ' * 20}long: 0.42\n{'very ' * 20}long: 0.43\n",
}  # fmt: skip


def read(text: str) -> Any:
    """Where numbers without names are one column, where they are several, and where cells may be blank."""
    return [
        given(lambda o=one, b=blanks: _read(texts.read_text(text, "the text", o, b)))
        for one, blanks in ((True, False), (False, True))
    ]


def _read(found: list[texts.Columns]) -> Any:
    told = [columns if isinstance(columns, dict) else dict(enumerate(columns)) for columns in found]
    return [{str(name): _column(column) for name, column in columns.items()} for columns in told]


THINGS: dict[str, Any] = {
    "a list of floats": [0.42, 0.438], "rows of floats": [[0.42, 0.1], [0.438, 0.2]], "an array": np.array([0.42, 0.438]),
    "integers": [1, 2],
    "float32": np.array([0.42, 0.438], dtype=np.float32), "a cube": np.zeros((2, 2, 2)), "a number": 0.42, "nothing": [],
    "a word": "nowhere.csv",
    "words": ["0.42", "0.438"], "ragged rows": [[0.42], [0.438, 0.1]], "mappings": [{"w": 0.42, "b": 1.0}, {"w": 0.438, "b": 2.0}],
    "truth": [True, False],
    "mappings of other names": [{"w": 0.42}, {"b": 0.438}], "a mapping": {"w": [0.42, 0.438], "b": ["0.10", "0.20"]},
    "no rows": {"w": []},
    "a mapping of rows": {"w": [[0.42, 1.0], [0.438, 2.0]]}, "uneven columns": {"w": [0.42, 0.438], "b": [1.0]},
    "a scalar": {"w": 0.42},
    "a table": pa.table({"w": [0.42, 0.438], "b": [1.0, None]}),
    "a table of words": pa.table({"w": ["0.42", "0.438"], "b": ["x", "y"]}),
}  # fmt: skip


def taken(thing: Any) -> Any:
    return [given(lambda o=one: _read(tables.read_printed(thing, o))) for one in (True, False)]


# ---- columns beside a trace ----

LAID = [
    *(("one weight", headers) for headers in (
        "weight", "w b", "step w", "epoch w loss", "new_weight delta", "a", "a b", "slope intercept", "theta0", "wieght", "x y",
        "w w1", "error", "weight weight[0]",
        "step", "loss grad", "0", "00", "000", "0000000000",
    )),
    *(("two weights and a bias", headers) for headers in (
        "w1 w2 b", "w0 w1 b", "theta0 theta1 theta2", "b0 b1 b2", "w1 w2", "weight[0] weight[1] bias new_weight[0]",
        "iteration w1 w2 b J", "slope1 slope2 intercept",
        "w1 w2 w3", "bias", "a1 a2 c", "prediction delta", "new_w1 new_w2", "dw1 dw2 db", "delta[0] delta[1]", "x1 x2 y w1", "00",
        "000", "0000", "00000", "000000",
    )),
    *(("two outputs", headers) for headers in (
        "weight[0, 0] weight[0, 1] weight[1, 0] weight[1, 1]", "w0 w1 w2 w3 b0 b1", "b0 b1", "cost",
        "prediction[0, 1] w1 w2 w3 w4", "0000", "000000", "0000000",
    )),
    ("momentum, one frozen", "w1 w2 b velocity1"), ("drawn, a schedule", "step w1 w2 mse"),
    ("one at a time, added up", "epoch w sse"),
]  # fmt: skip
ROWS = 5


def laid_out(node: str, headers: str) -> Any:
    """What each column may be, and in which ways the sheet is read; columns without names are as many as there are noughts."""
    recipe = make_recipe(**NODES[node])
    column = {name: printed.from_texts(_numbers(name, i), name, "") for i, name in enumerate(_names(headers))}
    columns: Any = column
    if set(headers) == {"0"}:
        counted = [printed.from_texts([str(row) for row in range(ROWS)], "0", "")] if len(headers) % 2 else []
        columns = [*counted, *list(column.values())[len(counted) :]]

    def told() -> Any:
        found = sheet.lay_out(columns, recipe, go(recipe.with_steps(1)).trace)
        layouts = [
            " | ".join(" ".join(f"{slot.quantity}{slot.place}" for slot in slots) for slots in layout) for layout in found.layouts
        ]
        step = None if found.step is None else " ".join(map(str, found.step))
        facts = [
            found.headers,
            found.own,
            found.rows,
            step,
            found.counts_epochs,
            str(found.refusal or ""),
            found.digits(),
            found.last_step,
        ]
        return {"facts": facts, "layouts": layouts, "readings": _readings(readings.Readings(found, recipe))}

    return given(told)


def _numbers(name: str, place: int) -> list[str]:
    counts = names.word_of(name).is_counter
    return [str(row + 1) if counts else f"{0.5 + place + 0.1 * row:.3f}" for row in range(ROWS)]


def _names(headers: str) -> list[str]:
    return headers.replace(", ", ",").split() if set(headers) != {"0"} else [str(number) for number in range(len(headers))]


def _readings(found: readings.Readings) -> Any:
    groups = {
        "plain": found.plain(),
        "after": list(found.errors_after()),
        "shifted": list(found.shifted()),
        "stridden": list(found.stridden(90)),
    }
    return {name: [len(group), *map(_reading, group[:8])] for name, group in groups.items()}


def _reading(reading: readings.Reading) -> str:
    meant = " | ".join(
        " ".join(f"{m.quantity}{m.place}:{m.at}:{m.scale}" for m in meanings[:4]) + f" {len(meanings)}"
        for meanings in reading.columns
    )
    clock = f"{reading.clock.begin[0]}-{reading.clock.last_step} {reading.clock.unit} {reading.clock.note}"
    return f"{clock}; {reading.name}; {reading.says}; {reading.note}; {reading.by_meanings}; {meant}"


# ---- a class ----


def to_fill_in(seed: int, inputs: int, bias: bool) -> Any:
    made = worksheets.worksheets(students=2, steps=3, seed=seed, inputs=inputs, bias=bias, digits=3 + seed)
    return [[one.name, one.keywords, one.blank, one.filled, worksheets.keywords_in(one.filled) == one.keywords] for one in made]


def of_a_class() -> Any:
    bare = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
    sheets = {"ada.csv": "0.42\n0.438\n0.4542\n", "bo.csv": "0.44\n0.472\n", "cy.csv": "0.42\n0.7\n"}
    made = {name: ns.grade(text, **bare) for name, text in sheets.items()}
    lists = [ns.ClassList(made | {"dee.csv": "no such column"}), ns.ClassList(made).with_marks(10)]
    told = [[attributes(one), str(one), [" ".join(map(str, row)) for row in one.csv_rows()]] for one in lists]
    return [told, [given(lambda o=one, n=name: o.page(n)) for one in lists for name in (*sheets, "dee.csv")]]
