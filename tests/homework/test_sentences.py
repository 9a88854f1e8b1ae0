"""What is said of sheets of one weight, sentence by sentence: each mistake alone."""

from typing import Any

from homework.told_of_sheets import said

SAID: dict[tuple[str, str], dict[str, Any]] = {
    ("w", "0.36 | 0.336 | 0.3216"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("w", "0.4 | 0.36 | 0.336"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("w", "0.36"): {
        "says": "Right: the one row agrees in the printed digits.",
        "convention": "right",
        "rows": (1, 1),
        "mistakes": 0,
    },
    ("w", "0.32 | 0.304 | 0.3008"): {
        "says": (
            "Full derivative: the step is the full derivative, 2 × delta × input: twice the step. That reproduces all 3 "
            "rows. The first cell that is not right: row 0, weight: printed 0.32, expected 0.36."
        ),
        "convention": "full derivative",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (0, "weight", 0.32, 0.36),
        "slip": "The likely slip: the step is the full derivative, 2 × delta × input: twice the step.",
    },
    ("w", "0.44 | 0.496 | 0.5744"): {
        "says": (
            "Wrong sign: alpha delta is added (weight +=) where it is to be subtracted. That reproduces all 3 rows. The "
            "first cell that is not right: row 0, weight: printed 0.44, expected 0.36."
        ),
        "convention": "wrong sign",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (0, "weight", 0.44, 0.36),
        "slip": "The likely slip: alpha delta is added (weight +=) where it is to be subtracted.",
    },
    ("w", "0.36 | 0.336 | 0.5 | 0.42"): {
        "says": (
            "Wrong: it agrees in the first 2 of 4 rows. The first wrong cell: row 2, weight: printed 0.5, expected 0.3216. "
            "1 mistake in all; errors carried forward are counted once."
        ),
        "convention": None,
        "rows": (2, 4),
        "mistakes": 1,
        "wrong": (2, "weight", 0.5, 0.3216),
    },
    ("w", "0.36 | 0.336 | 0.5 | 0.42 | 0.9"): {
        "says": (
            "Wrong: it agrees in the first 2 of 5 rows. The first wrong cell: row 2, weight: printed 0.5, expected 0.3216. "
            "2 mistakes in all; errors carried forward are counted once."
        ),
        "convention": None,
        "rows": (2, 5),
        "mistakes": 2,
        "wrong": (2, "weight", 0.5, 0.3216),
    },
    ("w", "0.9 | 0.8 | 0.7"): {
        "says": (
            "Wrong: it agrees in no row with any known convention. The first wrong cell: row 0, weight: printed 0.9, "
            "expected 0.36. 3 mistakes in all; errors carried forward are counted once."
        ),
        "convention": None,
        "rows": (0, 3),
        "mistakes": 3,
        "wrong": (0, "weight", 0.9, 0.36),
    },
    ("w", "0.36 | 0.363 | 0.3216"): {
        "says": (
            "Wrong: it agrees in the first 1 of 3 rows. The first wrong cell: row 1, weight: printed 0.363, expected "
            "0.33599999999999997. The likely slip: two digits are swapped. 1 mistake in all; errors carried forward are "
            "counted once."
        ),
        "convention": None,
        "rows": (1, 3),
        "mistakes": 1,
        "wrong": (1, "weight", 0.363, 0.336),
        "slip": "The likely slip: two digits are swapped.",
    },
    ("w", "0.36 | 3.36 | 0.3216"): {
        "says": (
            "Wrong: it agrees in the first 1 of 3 rows. The first wrong cell: row 1, weight: printed 3.36, expected "
            "0.33599999999999997. The likely slip: the decimal point. 1 mistake in all; errors carried forward are counted "
            "once."
        ),
        "convention": None,
        "rows": (1, 3),
        "mistakes": 1,
        "wrong": (1, "weight", 3.36, 0.336),
        "slip": "The likely slip: the decimal point.",
    },
    ("w", "0.36 | -0.336 | 0.3216"): {
        "says": (
            "Wrong: it agrees in the first 1 of 3 rows. The first wrong cell: row 1, weight: printed -0.336, expected "
            "0.33599999999999997. The likely slip: its sign. 1 mistake in all; errors carried forward are counted once."
        ),
        "convention": None,
        "rows": (1, 3),
        "mistakes": 1,
        "wrong": (1, "weight", -0.336, 0.336),
        "slip": "The likely slip: its sign.",
    },
    ("w", "w: 0.36 loss: 0.02 | w: 0.336 loss: 0.0072"): {
        "says": ("Right: all 2 rows agree in the printed digits. (Its loss is half the mean of the squares, the cost 1/(2m).)"),
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("w", "w: 0.36 loss: 0.0144 | w: 0.336 loss: 0.005184"): {
        "says": "Right: all 2 rows agree in the printed digits. (Its loss is the mean of the squares.)",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("w", "weight,prediction | 0.4,0.8 | 0.36,0.72 | 0.336,0.672"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("w", "weight,prediction | 0.4,0.72 | 0.36,0.672 | 0.336,0.6432"): {
        "says": (
            "Error after: prediction printed after the update, from the new weight. That reproduces all 3 rows. The first "
            "cell that is not right: row 0, prediction: printed 0.72, expected 0.8. The same numbers come of: off by one; "
            "the sheet does not tell which it was."
        ),
        "convention": "error after",
        "rows": (3, 3),
        "mistakes": 1,
        "wrong": (0, "prediction", 0.72, 0.8),
        "slip": "The likely slip: prediction printed after the update, from the new weight.",
        "also": ("off by one",),
    },
    ("w", "weight,rmse | 0.4,0.2 | 0.36,0.12"): {
        "says": "Right: all 2 rows agree in the printed digits. (Its rmse is the root of the mean of the squares.)",
        "convention": "right",
        "rows": (2, 2),
        "mistakes": 0,
    },
    ("w", "step,new_weight | 1,0.36 | 2,0.336 | 3,0.3216"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("w", "step,weight | 1,0.4 | 2,0.36 | 3,0.336"): {
        "says": "Right: all 3 rows agree in the printed digits. (steps counted from 1.)",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("w", "0.4 | 0.336 | 0.31296 | 0.3046656"): {
        "says": "Right: all 4 rows agree in the printed digits. (it prints every 2nd step, the first of them step 0.)",
        "convention": "right",
        "rows": (4, 4),
        "mistakes": 0,
    },
    ("w", "0.36 | 0.34 | 0.32 | 0.31"): {
        "says": "Right: all 4 rows agree in the printed digits.",
        "convention": "right",
        "rows": (4, 4),
        "mistakes": 0,
    },
    ("w", "0.36 | 0.34 | 0.32 | 0.35"): {
        "says": ("Wrong: it agrees in the first 3 of 4 rows. The first wrong cell: row 3, weight: printed 0.35, expected 0.31296."),
        "convention": None,
        "rows": (3, 4),
        "mistakes": 1,
        "wrong": (3, "weight", 0.35, 0.31296),
    },
    ("w", "0.36 | 0.33 | 0.32 | 0.31 | 0.30"): {
        "says": "Right: all 5 rows agree in the printed digits. Its digits are cut off, not rounded.",
        "convention": "right",
        "rows": (5, 5),
        "mistakes": 0,
    },
    ("w", "0.396 | 0.39238 | 0.38909"): {
        "says": (
            "Wrong: it agrees in the first 1 of 3 rows if alpha delta × weighted delta is subtracted where it is alpha "
            "delta alone (the seed's slip); and delta × alpha is subtracted, without the input. The first wrong cell: row "
            "1, weight: printed 0.39238, expected 0.39231360000000004. 2 mistakes in all; errors carried forward are "
            "counted once."
        ),
        "convention": None,
        "rows": (1, 3),
        "mistakes": 2,
        "wrong": (1, "weight", 0.39238, 0.3923136),
    },
    ("w", "0.38 | 0.368 | 0.3608 | 0.35648"): {
        "says": (
            "Wrong: it agrees in no row with any known convention. The first wrong cell: row 0, weight: printed 0.38, "
            "expected 0.384."
        ),
        "convention": None,
        "rows": (0, 4),
        "mistakes": None,
        "wrong": (0, "weight", 0.38, 0.384),
    },
    ("w", "0.352 | 0.3208 | 0.29768"): {
        "says": (
            "Wrong: it agrees in the first 1 of 3 rows if weight decay is added: 0.2 × weight beside each weighted delta. "
            "The first wrong cell: row 1, weight: printed 0.3208, expected 0.32416. 2 mistakes in all; errors carried "
            "forward are counted once."
        ),
        "convention": None,
        "rows": (1, 3),
        "mistakes": 2,
        "wrong": (1, "weight", 0.3208, 0.32416),
    },
    ("w", "error,w | -0.2,0.36 | -0.12,0.336 | -0.072,0.3216"): {
        "says": "Right: all 3 rows agree in the printed digits.",
        "convention": "right",
        "rows": (3, 3),
        "mistakes": 0,
    },
    ("w", "weight,alpha_delta,new_weight | 0.4,0.04,0.36 | 0.36,0.24,0.336"): {
        "says": (
            "Wrong: it agrees in the first 1 of 2 rows. The first wrong cell: row 1, alpha_delta: printed 0.24, expected "
            "0.024. The likely slip: the decimal point."
        ),
        "convention": None,
        "rows": (1, 2),
        "mistakes": 1,
        "wrong": (1, "alpha_delta", 0.24, 0.024),
        "slip": "The likely slip: the decimal point.",
    },
    ("w", "0.36 0.336 0.3216 0.31296"): {
        "says": "Right: all 4 rows agree in the printed digits.",
        "convention": "right",
        "rows": (4, 4),
        "mistakes": 0,
    },
}


def test_what_is_said_of_a_sheet_of_one_weight():
    assert {sheet: said(*sheet) for sheet in SAID} == SAID
