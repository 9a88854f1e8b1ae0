"""What is said of sheets of nodes with several examples, weights or outputs, sentence by sentence: each mistake alone."""

from typing import Any

from homework.told_of_sheets import said

SAID: dict[tuple[str, str], dict[str, Any]] = {
    ("two", "0.425 | 0.36875 | 0.3265625"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("two", "0.35 | 0.275 | 0.2375"): {
        "says": (
            "Full derivative: the step is the full derivative, 2 × delta × input: twice the step. That reproduces all 3 "
            "rows. The first cell that is not right: row 0, weight: printed 0.35, expected 0.425. The same numbers come "
            "of: sum; the sheet does not tell which it was."
        ),
        "convention": "full derivative",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (0, "weight", 0.35, 0.425),
        "slip": "The likely slip: the step is the full derivative, 2 × delta × input: twice the step.",
        "also": ("sum",),
    },
    ("two", "w,loss | 0.5,0.625 | 0.425,0.527"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("two", "w,sse | 0.5,1.25 | 0.425,1.0531"): {
        "says": "Right: all 2 rows agree in the printed digits. (Its sse is the sum of the squares.)",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("two", "w,mse | 0.5,1.25 | 0.425,1.0531"): {
        "says": "Sum: mse is the sum of the squares, not their mean. That reproduces all 2 rows.",
        "convention": "sum",
        "rows": (2, 2),
        "mistakes": 1,
        "slip": "The likely slip: mse is the sum of the squares, not their mean.",
    },
    ("two", "0.35 | 0.29 | 0.25"): {
        "says": (
            "Wrong: it agrees in the first 1 of 3 rows if the step is the full derivative, 2 × delta × input: twice the "
            "step. The first wrong cell: row 1, weight: printed 0.29, expected 0.27499999999999997. 1 mistake in all; "
            "errors carried forward are counted once."
        ),
        "convention": None,
        "rows": (1, 3),
        "mistakes": 1,
        "wrong": (1, "weight", 0.29, 0.275),
    },
    ("two", "0.2 | 0.05 | -0.025"): {
        "says": (
            "Wrong: it agrees in no row with any known convention. The first wrong cell: row 0, weight: printed 0.2, "
            "expected 0.425. 3 mistakes in all; errors carried forward are counted once."
        ),
        "convention": None,
        "rows": (0, 3),
        "mistakes": 3,
        "wrong": (0, "weight", 0.2, 0.425),
    },
    ("two", "0.425 | 0.36875 | 0.4"): {
        "says": (
            "Wrong: it agrees in the first 2 of 3 rows. The first wrong cell: row 2, weight: printed 0.4, expected 0.3265625."
        ),
        "convention": None,
        "rows": (2, 3),
        "mistakes": 1,
        "wrong": (2, "weight", 0.4, 0.3265625),
    },
    ("in turn", "0.55 | 0.33 | 0.397"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("in turn", "0.5 | 0.55 | 0.33"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("in turn", "0.3 | 0.37 | 0.222"): {
        "says": (
            "Off by one: the examples are one late: the first step is the second example's. That reproduces all 3 rows. "
            "The first cell that is not right: row 0, weight: printed 0.3, expected 0.55."
        ),
        "convention": "off by one",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (0, "weight", 0.3, 0.55),
        "slip": "The likely slip: the examples are one late: the first step is the second example's.",
    },
    ("in turn", "0.425 | 0.36875"): {
        "says": (
            "All at once: each step takes all 2 examples, averaged, where the recipe takes 1. That reproduces all 2 rows. "
            "The first cell that is not right: row 0, weight: printed 0.425, expected 0.55."
        ),
        "convention": "all at once",
        "rows": (2, 2),
        "mistakes": 1,
        "wrong": (0, "weight", 0.425, 0.55),
        "slip": "The likely slip: each step takes all 2 examples, averaged, where the recipe takes 1.",
    },
    ("in turn", "epoch,w | 1,0.33 | 2,0.2382"): {
        "says": "Right: all 2 rows agree in the printed digits. (a row for each epoch.)",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("in turn", "epoch,w | 0,0.33 | 1,0.2382"): {
        "says": "Right: all 2 rows agree in the printed digits. (a row for each epoch.)",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("in turn", "0.6 | 0.12 | 0.296"): {
        "says": (
            "Full derivative: the step is the full derivative, 2 × delta × input: twice the step. That reproduces all 3 "
            "rows. The first cell that is not right: row 0, weight: printed 0.6, expected 0.55."
        ),
        "convention": "full derivative",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (0, "weight", 0.6, 0.55),
        "slip": "The likely slip: the step is the full derivative, 2 × delta × input: twice the step.",
    },
    ("in turn", "0.33 | 0.2382"): {
        "says": "Right: all 2 rows agree in the printed digits. (a row for each epoch.)",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("bias", "0.45 0.225 | 0.425 0.2125"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("bias", "w,b | 0.5,0.25 | 0.45,0.225"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("bias", "w,b | 0.45,0.225 | 0.425,0.22"): {
        "says": "Wrong: it agrees in the first 1 of 2 rows. The first wrong cell: row 1, b: printed 0.22, expected 0.2125.",
        "convention": None,
        "rows": (1, 2),
        "mistakes": 1,
        "wrong": (1, "b", 0.22, 0.2125),
    },
    ("bias", "0.225 0.45 | 0.2125 0.425"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("bias", "0.4 0.2 | 0.4 0.2"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("bias", "0.45 0.25 | 0.42 0.25"): {
        "says": ("Wrong: it agrees in the first 1 of 2 rows. The first wrong cell: row 1, bias: printed 0.25, expected 0.125."),
        "convention": None,
        "rows": (1, 2),
        "mistakes": None,
        "wrong": (1, "bias", 0.25, 0.125),
    },
    ("bias", "b | 0.225 | 0.2125"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("heavy", "0.36 | 0.3 | 0.234"): {
        "says": (
            "Wrong: it agrees in the first 2 of 3 rows. The first wrong cell: row 2, weight: printed 0.234, expected "
            "0.24599999999999997."
        ),
        "convention": None,
        "rows": (2, 3),
        "mistakes": None,
        "wrong": (2, "weight", 0.234, 0.246),
    },
    ("heavy", "0.36 | 0.336 | 0.3216"): {
        "says": (
            "Momentum: the momentum is forgotten: each step is the plain one. That reproduces all 3 rows. The first cell "
            "that is not right: row 1, weight: printed 0.336, expected 0.3."
        ),
        "convention": "momentum",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (1, "weight", 0.336, 0.3),
        "slip": "The likely slip: the momentum is forgotten: each step is the plain one.",
    },
    ("heavy", "0.36 | 0.3 | 0.5"): {
        "says": (
            "Wrong: it agrees in the first 2 of 3 rows. The first wrong cell: row 2, weight: printed 0.5, expected "
            "0.24599999999999997."
        ),
        "convention": None,
        "rows": (2, 3),
        "mistakes": None,
        "wrong": (2, "weight", 0.5, 0.246),
    },
    ("outputs", "0.525 0.2"): {
        "says": (
            "Wrong: it agrees in no row with any known convention. The first wrong cell: row 0, weight[0]: printed 0.525, "
            "expected 0.5."
        ),
        "convention": None,
        "rows": (0, 1),
        "mistakes": 1,
        "wrong": (0, "weight[0]", 0.525, 0.5),
    },
    ("outputs", "w0,w1 | 0.5,0.25 | 0.425,0.2875"): {
        "says": "Right: all 2 rows agree in the printed digits.",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("outputs", "0.4 0.3 | 0.3 0.4"): {
        "says": (
            "Full derivative: the step is the full derivative, 2 × delta × input: twice the step. That reproduces all 2 "
            "rows. The first cell that is not right: row 1, weight[1]: printed 0.4, expected 0.33671875. The same numbers "
            "come of: sum; stale; the sheet does not tell which it was."
        ),
        "convention": "full derivative",
        "rows": (2, 2),
        "mistakes": 1,
        "wrong": (1, "weight[1]", 0.4, 0.33671875),
        "slip": "The likely slip: the step is the full derivative, 2 × delta × input: twice the step.",
        "also": ("sum", "stale"),
    },
}


def test_what_is_said_of_a_sheet_of_a_node():
    assert {sheet: said(*sheet) for sheet in SAID} == SAID
