"""Which ways of doing a step are offered, and which are tried together."""

from typing import Any

import pytest

from nodescope.diagnosis.homework.ways import Choice, Done, combined, joined, single_choices
from nodescope.run.making import make_recipe


def names(**keywords: Any) -> list[str]:
    recipe = make_recipe(goal=[1.0, 2.0, 0.0, 1.0][: len(keywords["input"])], alpha=0.1, **keywords)
    return [choice.name for choice in single_choices(recipe, frozenset({"weight"}))]


SCALED = {
    # by its mean (0 within a millionth), its variance (1 so, by n or by n − 1), and where it does not vary
    "standardised": ([-1.0, 1.0, -1.0, 1.0], ["of n − 1"]), "by n − 1": ([-(0.75**0.5), 0.75**0.5] * 2, ["of n"]),
    "mean nearly 0": ([-1.0 + 9e-7, 1.0 + 9e-7] * 2, ["of n − 1"]), "mean not 0": ([-1.0 + 1.5e-6, 1.0 + 1.5e-6] * 2, []),
    "variance nearly 1": ([-1.0 - 4e-7, 1.0 + 4e-7] * 2, ["of n − 1"]), "variance not 1": ([-1.0 - 8e-7, 1.0 + 8e-7] * 2, []),
    "variance below 1": ([-1.0 + 8e-7, 1.0 - 8e-7] * 2, []), "of another size": ([-2.0, 2.0, -2.0, 2.0], []),
    "it does not vary": ([3.0] * 4, []), "two": ([-1.0, 1.0], ["of n − 1"]), "two by n − 1": ([-(0.5**0.5), 0.5**0.5], ["of n"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", SCALED)
def test_inputs_scaled_by_the_other_deviation(kind: str):
    inputs, offered = SCALED[kind]
    recipe = make_recipe(input=inputs, goal=[1.0] * len(inputs), alpha=0.1)
    found = [choice for choice in single_choices(recipe, frozenset()) if choice.name == "n − 1"]
    assert [choice.says.removeprefix("the inputs are scaled by deviations ").split(",")[0] for choice in found] == offered
    n = len(inputs)
    factors = {"of n − 1": ((n - 1) / n) ** 0.5, "of n": (n / (n - 1)) ** 0.5}
    assert [choice.changes["stretch"] for choice in found] == pytest.approx([factors[one] for one in offered])


def test_an_input_that_hardly_varies_is_left_out_of_it():
    varied = [-1.0, 1.0, -1.0, 1.0]
    assert "n − 1" in names(input=[[v, 3.0 + 0.9e-6 * v] for v in varied])
    assert "n − 1" not in names(input=[[v, 1.2e-6 * v] for v in varied])


def test_one_example_has_no_deviation():
    assert "n − 1" not in names(input=[2.0])


def choice(name: str, axis: str, **settings: bool) -> Choice:
    return Choice(name, name, axis, **settings)  # type: ignore[arg-type]


def together(choices: list[Choice]) -> list[str]:
    return [" + ".join(one.says for one in done.choices) for done in combined(choices)]


def test_ways_that_are_tried_together():
    """Two at a time, each of another axis, three of the likely; of those with a number found in the sheet one; never the weak."""
    sizes, signs, batches = choice("full derivative", "size"), choice("wrong sign", "sign"), choice("sum", "reduction")
    assert together([sizes, choice("half the step", "size"), signs]) == [
        "full derivative + wrong sign",
        "half the step + wrong sign",
    ]
    pairs = ["full derivative + wrong sign", "full derivative + sum", "wrong sign + sum"]
    assert together([sizes, signs, batches]) == [*pairs, "full derivative + wrong sign + sum"]
    slip = choice("slip", "taken")
    assert together([sizes, signs, slip]) == ["full derivative + wrong sign", "full derivative + slip", "wrong sign + slip"]
    assert together([sizes, choice("sum", "reduction", weak=True)]) == []
    decay, heavy = choice("weight decay", "decay", fitted=True), choice("momentum", "rule", fitted=True)
    assert together([decay, heavy, slip]) == ["weight decay + slip", "momentum + slip"]
    assert len(together([choice(str(number), str(number)) for number in range(60)])) == 1500
    assert len(together([choice(str(number), str(number)) for number in range(50)])) == 50 * 49 // 2


def test_names_that_are_joined():
    assert joined(["wrong sign", "sum", "full derivative", "sum"]) == "sum, full derivative, wrong sign"
    assert joined(["of no kind", "rounded on", "sum"]) == "sum, rounded on, of no kind"
    assert Done().name == "right"
    assert Done((choice("sum", "x"), choice("weight decay", "y", fitted=True))).is_fitted
    assert not Done((choice("sum", "x"),)).is_fitted
