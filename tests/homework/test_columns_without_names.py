"""What each column of a printed table is taken for by its place, where it has no name."""

import re

import pytest
from homework.laid_out import COUNTING, lay_out, named, nameless, told

import nodescope as ns

NAMELESS = {
    "w": {
        (1, False): "weight0 as weight",
        (1, True): "weight0 as weight",
        (2, False): "weight0 * / * weight0?",
        (2, True): "weight0 as weight",
        (3, False): "weight0 2* / 2* weight0?",
        (3, True): "weight0 * / * weight0?",
        (9, False): "weight0 8* / 8* weight0?",
        (9, True): "weight0 7* / 7* weight0?",
        (10, False): "refused",
        (10, True): "weight0 8* / 8* weight0?",
        (11, False): "refused",
        (11, True): "refused",
    },
    "w b": {
        (1, False): "weight0 as weight",
        (1, True): "weight0 as weight",
        (2, False): "weight0 bias0 / bias0 weight0 / weight0 * / * weight0 as weight bias",
        (2, True): "weight0 bias0 / bias0 weight0 / weight0 * / * weight0 as weight bias",
        (3, False): "weight0 bias0 * / * weight0 bias0 / bias0 weight0 * / * bias0 weight0 / weight0 2* / 2* weight0?",
        (3, True): "weight0 bias0 / bias0 weight0 / weight0 * / * weight0 as weight bias",
        (4, False): "weight0 bias0 2* / 2* weight0 bias0 / bias0 weight0 2* / 2* bias0 weight0 / weight0 3* / 3* weight0?",
        (4, True): "weight0 bias0 * / * weight0 bias0 / bias0 weight0 * / * bias0 weight0 / weight0 2* / 2* weight0?",
        (10, False): "weight0 bias0 8* / 8* weight0 bias0 / bias0 weight0 8* / 8* bias0 weight0 / weight0 9* / 9* weight0?",
        (10, True): "weight0 bias0 7* / 7* weight0 bias0 / bias0 weight0 7* / 7* bias0 weight0 / weight0 8* / 8* weight0?",
        (11, False): "refused",
        (11, True): "weight0 bias0 8* / 8* weight0 bias0 / bias0 weight0 8* / 8* bias0 weight0 / weight0 9* / 9* weight0?",
        (12, False): "refused",
        (12, True): "refused",
    },
    "w w": {
        (1, False): "refused",
        (1, True): "refused",
        (2, False): "weights as weights",
        (2, True): "weights as weights",
        (3, False): "weights * / * weights?",
        (3, True): "weights as weights",
        (10, False): "weights 8* / 8* weights?",
        (10, True): "weights 7* / 7* weights?",
        (11, False): "refused",
        (11, True): "weights 8* / 8* weights?",
        (12, False): "refused",
        (12, True): "refused",
    },
    "w w b": {
        (1, False): "refused",
        (1, True): "refused",
        (2, False): "weights as weights",
        (2, True): "refused",
        (3, False): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (3, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (4, False): "weights bias0 * / * weights bias0 / bias0 weights * / * bias0 weights / weights 2* / 2* weights?",
        (4, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (11, False): "weights bias0 8* / 8* weights bias0 / bias0 weights 8* / 8* bias0 weights / weights 9* / 9* weights?",
        (11, True): "weights bias0 7* / 7* weights bias0 / bias0 weights 7* / 7* bias0 weights / weights 8* / 8* weights?",
        (12, False): "refused",
        (12, True): "weights bias0 8* / 8* weights bias0 / bias0 weights 8* / 8* bias0 weights / weights 9* / 9* weights?",
        (13, False): "refused",
        (13, True): "refused",
    },
    "ww ww": {
        (3, False): "refused",
        (3, True): "refused",
        (4, False): "weights as weights",
        (4, True): "weights as weights",
        (5, False): "weights * / * weights?",
        (5, True): "weights as weights",
        (12, False): "weights 8* / 8* weights?",
        (12, True): "weights 7* / 7* weights?",
        (13, False): "refused",
        (13, True): "weights 8* / 8* weights?",
    },
    "wwb wwb": {
        (3, False): "refused",
        (3, True): "refused",
        (4, False): "weights as weights",
        (4, True): "refused",
        (6, False): "weights biases / biases weights / weights 2* / 2* weights as weights bias[0] bias[1]",
        (6, True): "weights biases / biases weights / weights 2* / 2* weights as weights bias[0] bias[1]",
        (7, False): "weights biases * / * weights biases / biases weights * / * biases weights / weights 3* / 3* weights?",
        (7, True): "weights biases / biases weights / weights 2* / 2* weights as weights bias[0] bias[1]",
        (14, False): "weights biases 8* / 8* weights biases / biases weights 8* / 8* biases weights / weights 10* / 10* weights?",
        (14, True): "weights biases 7* / 7* weights biases / biases weights 7* / 7* biases weights / weights 9* / 9* weights?",
        (15, False): "refused",
        (15, True): "weights biases 8* / 8* weights biases / biases weights 8* / 8* biases weights / weights 10* / 10* weights?",
    },
    "10w b": {
        (9, False): "refused",
        (9, True): "refused",
        (10, False): "weights as weights",
        (10, True): "refused",
        (11, False): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (11, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (12, False): "refused",
        (12, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (13, False): "refused",
        (13, True): "weights bias0 * / * weights bias0 / bias0 weights * / * bias0 weights / weights 2* / 2* weights?",
        (19, False): "refused",
        (19, True): "weights bias0 7* / 7* weights bias0 / bias0 weights 7* / 7* bias0 weights / weights 8* / 8* weights?",
        (20, False): "refused",
        (20, True): "weights bias0 8* / 8* weights bias0 / bias0 weights 8* / 8* bias0 weights / weights 9* / 9* weights?",
    },
    "9w": {
        (8, False): "refused",
        (8, True): "refused",
        (9, False): "weights as weights",
        (9, True): "weights as weights",
        (10, False): "refused",
        (10, True): "weights as weights",
        (11, False): "refused",
        (11, True): "weights * / * weights?",
    },
    "8w": {
        (7, False): "refused",
        (7, True): "refused",
        (8, False): "weights as weights",
        (8, True): "weights as weights",
        (9, False): "weights * / * weights?",
        (9, True): "weights as weights",
        (16, False): "weights 8* / 8* weights?",
        (16, True): "weights 7* / 7* weights?",
        (17, False): "refused",
        (17, True): "weights 8* / 8* weights?",
    },
}  # fmt: skip
"""By the number of columns, and whether the first counts upward; ? where it is refused if none of the layouts fits."""


def test_columns_without_names():
    assert {node: {key: _placed(node, *key) for key in every} for node, every in NAMELESS.items()} == NAMELESS


def _placed(node: str, count: int, counts: bool) -> str:
    try:
        found = lay_out(node, nameless(count, *(COUNTING if counts else ())))
    except ns.InputError as error:
        return "refused" if str(error).startswith(f"each row has {count} number(s); ") else str(error)
    short = re.sub(r"\*( \*)+", lambda stars: f"{len(stars[0].split())}*", told(found.layouts))
    short = re.sub(r"weight0( weight\d)+", "weights", short).replace("bias0 bias1", "biases")
    if found.refusal is None:
        return f"{short} as {re.sub(r'weight.0.( weight.[0-9].)+', 'weights', ' '.join(found.headers))}"
    assert found.headers == tuple(f"column {i}" for i in range(found.step is not None, count))
    return f"{short}?"


def test_why_columns_without_names_are_refused():
    says = "each row has {} number(s); the recipe has {} weight(s): give rows of {}, or a table with column names"
    for node, count, weights, rows in (("w w", 1, 2, "2"), ("w w b", 1, 2, "2 (or 3, the biases last)")):
        with pytest.raises(ns.InputError, match="^" + re.escape(says.format(count, weights, rows)) + "$"):
            lay_out(node, nameless(count))


def test_what_a_column_of_no_name_may_be():
    """Of at most four numbers a step, the likeliest first; settings last."""
    found = lay_out("wwb wwb", named("zq w0")).layouts[0][0]
    assert " ".join(f"{slot.quantity}{slot.place}" for slot in found) == (
        "mse0 prediction0 prediction1 delta0 delta1 weight0 weight1 weight2 weight3 bias0 bias1 weighted_delta0 weighted_delta1 "
        "weighted_delta2 weighted_delta3 alpha_delta0 alpha_delta1 alpha_delta2 alpha_delta3 bias_weighted_delta0 "
        "bias_weighted_delta1 bias_delta0 bias_delta1 goal0 goal1 input0 input1 alpha0 epoch0"
    )
    assert "weight" not in {slot.quantity for slot in lay_out("9w", named("zq w0")).layouts[0][0]}
