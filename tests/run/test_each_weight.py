"""What is said of single weights and of settings, in every shape that is allowed and in those next to them."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.each_weight import booleans, factors_in, frozen_in
from nodescope.run.keywords import documented
from nodescope.run.setting import Method, as_memory, as_method
from nodescope.run.settings import defaults, table
from nodescope.run.toml import _value, parse_recipe, written

NETWORK = ns.network(weights=[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]], biases=[[0.5, 0.25], None])
"""Its state: 1 2 ½, 3 4 ¼; 5 6."""
LAYER = [[True, False], [False, False]]


def bits(mask: Any) -> str | None:
    return None if mask is None else "".join(str(int(bit)) for bit in mask)


@pytest.mark.parametrize(
    ("frozen", "freeze_bias", "mask"),
    [
        (None, False, None), (None, True, "00100100"), ([None, None], False, None), ([False, None], False, None),
        ([True, None], False, "11011000"), ([True, None], True, "11111100"), ([None, True], False, "00000011"),
        ([LAYER, None], False, "10000000"), ([LAYER, [[False, True]]], True, "10100101"), (([True, False]), False, "11011000"),
        ([True, False, True, False, False, False, False, True], False, "10100001"),
        ((False,) * 7 + (True,), True, "00000001"), (np.array([True] + [False] * 7), False, "10000000"),
        ([False] * 8, True, None), (np.zeros(8, bool), False, None),
    ],
)  # fmt: skip
def test_frozen(frozen: Any, freeze_bias: bool, mask: str | None):
    assert bits(frozen_in(NETWORK, frozen, freeze_bias)) == mask


def test_as_many_weights_as_layers_are_layers():
    two = ns.network(weights=[[[1.0]], [[2.0]]])
    assert bits(frozen_in(two, [True, None], False)) == "10"
    assert factors_in(two, [2.0, None], None).tolist() == [2.0, 1.0]
    with pytest.raises(
        ns.InputError, match=r"^frozen has 3 entries for 2 layers; give an entry for each of the network's 2 layers: "
    ):
        frozen_in(two, [True] * 3, False)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([True], "frozen has shape (1,) of bool; it must be None, or booleans in the shape of the weights, (2, 2)"),
        (1.0, "frozen has shape scalar of float64; it must be None, or booleans in the shape of the weights, (2, 2)"),
        ([[True], [True, False]], "frozen is [[True], [True, False]], which is no rectangle; it must be None, or booleans in "
         "the shape of the weights, (2, 2)"),
    ],
)  # fmt: skip
def test_no_booleans(value: Any, said: str):
    with pytest.raises(ns.InputError) as refused:
        booleans("frozen", value, "None, or ", (), (2, 2))
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("factors", "told"),
    [
        (None, None), ([None, None], None), ([1.0, 1.0], None), ([2.0, None], [2, 2, 2, 2, 2, 2, 1, 1]),
        ([[[2.0, 1.0], [1.0, 0.0]], None], [2, 1, 1, 1, 0, 1, 1, 1]), ([None, [[0.5, 3.0]]], [1, 1, 1, 1, 1, 1, 0.5, 3]),
        ([1.0, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]), ((1.0,) * 8, None), (np.full(8, 2.0), [2] * 8), ([0, 0], [0] * 8),
    ],
)  # fmt: skip
def test_factors(factors: Any, told: list[float] | None):
    found = factors_in(NETWORK, factors, None)
    assert (found is None) if told is None else (found.tolist() == told)


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ([2.0], "alpha_factors has 1 entries for 2 layers; give an entry for each layer: None, a number, or "
         "numbers in the shape of its weights"),
        ([[2.0], None], "alpha_factors[0] has shape (1,); it must be a number or (2, 2)"),
        ([-0.5, None], "alpha_factors[0] has -0.5; what alpha is multiplied by is at least 0"),
        ([[[0.0, -2.0], [-1.0, 5.0]], None], "alpha_factors[0] has -2.0; what alpha is multiplied by is at least 0"),
        ([np.inf, None], "alpha_factors[0] is inf; every number must be finite: mend or leave out what is not"),
    ],
)  # fmt: skip
def test_factors_refused(factors: Any, said: str):
    with pytest.raises(ns.InputError) as refused:
        factors_in(NETWORK, factors, None)
    assert str(refused.value) == said


def test_factors_of_a_node():
    node = ns.network(weights=[[[1.0, 2.0]]], biases=[[0.5]])
    assert factors_in(node, 2.0, (2,)).tolist() == [2.0, 2.0, 1.0]
    assert factors_in(node, [2.0, 3.0], (2,)).tolist() == [2.0, 3.0, 1.0]
    assert factors_in(node, [[2.0, 3.0]], (1, 2)).tolist() == [2.0, 3.0, 1.0]
    assert factors_in(node, 1.0, (2,)) is None
    with pytest.raises(ns.InputError, match=re.escape("alpha_factors has shape (1, 2); it must be a number or (2,)")):
        factors_in(node, [[2.0, 3.0]], (2,))


# ---- settings ----


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("auto", "auto"), (" ALL ", "all"), (1, 1), (10**12, 10**12), ("500", 500), ("500 b", 500), ("1 kB", 1000),
        ("2MB", 2_000_000),
        ("3 gb", 3 * 10**9), ("1 KiB", 1024), ("1.5 MiB", 3 * 2**19), ("2 GiB", 2**31), ("0.5 kb", 500),
    ],
)  # fmt: skip
def test_memory(value: Any, told: Any):
    assert as_memory(value) == told


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *[(text, f'memory is {text!r}; it is "auto", "all", a number of bytes, or text such as "500 MB"')
          for text in ("much", "1 ib", "1 tb", "-1", "1.", ".5", "1e9", "1" * 31, "")],
        (0, "memory is 0; it must be at least 1"), ("0.5", "memory is 0; it must be at least 1"),
    ],
)  # fmt: skip
def test_memory_refused(value: Any, said: str):
    with pytest.raises(ns.InputError) as refused:
        as_memory(value)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("value", "method"),
    [
        ("steps", Method()), ("moments", Method("moments")), ({"name": "moments", "rows": 1}, Method("moments", 1)),
        ({"name": "steps"}, Method()), (Method("moments", 3), Method("moments", 3)),
    ],
)  # fmt: skip
def test_methods(value: Any, method: Method):
    assert as_method(value) == method
    assert as_method(method.told()) == method


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"name": "moments", "row": 1}, "method has name, row; it may have name and rows"),
        ({"name": "moments", "rows": 0}, "rows of method is 0; it must be at least 1"),
        ({"name": "steps", "rows": 3}, 'rows of method go with "moments"; "steps" are taken on all there are'),
    ],
)
def test_methods_refused(value: Any, said: str):
    with pytest.raises(ns.InputError) as refused:
        as_method(value)
    assert str(refused.value) == said


def test_the_words_of_each_setting():
    """A line that names it, and its words in lines of at most 120 characters, as many words in each as there is room for."""
    for indent in ("    ", ""):
        lines = documented(indent).split("\n")
        assert lines.pop() == ""
        for name, setting in table().items():
            default = defaults()[name]
            says = "" if default is None or "optional" in setting.kind else f", default {default!r}"
            assert lines.pop(0) == f"{indent}{name} : {setting.kind}{says}"
            own = []
            while lines and " ".join(line.removeprefix(2 * indent) for line in own) != setting.words:
                own.append(lines.pop(0))
            assert all(line.startswith(2 * indent) and len(line) <= 120 for line in own), name
            for line, following in pairwise(own):
                assert len(line) + 1 + len(following.split()[0]) > 120, name
        assert lines == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"), (False, "false"), (1, "1"), (0.1, "0.1"), (5e-324, "5e-324"), (np.float64(0.5), "0.5"), (np.int64(3), "3"),
        ("a\"b\\c/\n\x7fé", '"a\\"b\\\\c/\\n\\u007f\\u00e9"'), ([1, [2.5, "x"]], '[1, [2.5, "x"]]'), ((True,), "[true]"),
        ({"a-B_9": 1, "a b": {"é": 2}}, '{a-B_9 = 1, "a b" = {"\\u00e9" = 2}}'), ({"": 1}, '{"" = 1}'),
    ],
)  # fmt: skip
def test_values_of_toml(value: Any, text: str):
    assert _value(value) == text


def test_a_recipe_with_a_key_that_nothing_has():
    assert written({"steps": 3, "alpha": 0.5}) == "steps = 3\nalpha = 0.5\n"
    with pytest.raises(ns.InputError) as refused:
        parse_recipe("zzzzzz = 1")
    assert str(refused.value) == "the recipe has an unknown key 'zzzzzz'; help(ns.descend) lists them all"
