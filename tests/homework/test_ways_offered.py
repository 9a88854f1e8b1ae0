"""Which ways of doing a step are offered, and which are tried together."""

from typing import Any

import pytest

from nodescope.diagnosis.homework.ways import Choice, Done, combined, joined, right_choices, single_choices
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


NODE: dict[str, Any] = {"weight": 0.4, "input": 2.0, "goal": 0.6, "alpha": 0.1}
TABLE: dict[str, Any] = {"input": [[1.0, 2.0], [0.0, 1.0], [3.0, 1.0], [1.0, 1.0]], "goal": [1.0, 2.0, 0.0, 1.0], "alpha": 0.1}
TWO: dict[str, Any] = {"input": [[1.0], [2.0], [4.0]], "goal": [[1.0, 2.0]] * 3, "alpha": 0.1}
OF_ONE = {"size": (2, 0), "sign": (1, 0), "taken": (1, 0), "input": (1, 0), "fresh": (1, 0), "output": (4, 2)}
OFFERED: list[tuple[dict[str, Any], set[str], dict[str, tuple[int, int]]]] = [
    # the recipe, what is printed, and how many ways of each axis are offered, and of these how many are never combined
    (NODE, {"weight"}, OF_ONE | {"rule": (4, 3), "decay": (9, 6), "float": (1, 0)}),
    (NODE, {"weighted_delta"}, OF_ONE | {"size": (6, 2), "input": (2, 1), "rule": (4, 3), "decay": (9, 6), "float": (1, 0)}),
    (NODE | {"bias": 0.0}, {"mse"}, OF_ONE | {
        "input": (2, 0), "turn": (4, 2), "rule": (4, 3), "decay": (18, 15), "float": (1, 0)}),
    (TABLE | {"bias": True, "batch": 2}, {"delta"}, OF_ONE | {
        "input": (10, 4), "reduction": (3, 0), "data": (4, 2), "turn": (10, 6), "fresh": (2, 0), "rule": (4, 3), "decay": (28, 25),
        "float": (1, 0)}),
    (TABLE, {"weight"}, OF_ONE | {
        "input": (5, 2), "reduction": (2, 0), "data": (4, 2), "turn": (1, 0), "fresh": (2, 0), "rule": (4, 3), "decay": (9, 6),
        "float": (1, 0)}),
    (TWO | {"batch": "all", "rule": "adam", "reduction": "sum"}, {"weight"}, OF_ONE | {
        "reduction": (1, 0), "outputs": (1, 0), "data": (2, 1), "turn": (2, 2), "rule": (1, 0), "decay": (19, 16)}),
    (NODE | {"rule": "momentum"}, {"weight"}, OF_ONE | {"rule": (2, 0), "decay": (9, 6)}),
    (NODE | {"rule": "nesterov"}, {"weight"}, OF_ONE | {"rule": (2, 0), "decay": (9, 6)}),
    (NODE | {"rule": "adamw"}, {"weight"}, OF_ONE | {"rule": (1, 0)}),
]  # fmt: skip


@pytest.mark.parametrize(("keywords", "printed", "offered"), OFFERED, ids=range(len(OFFERED)))
def test_how_many_ways_are_offered(keywords: dict[str, Any], printed: set[str], offered: dict[str, tuple[int, int]]):
    found: dict[str, tuple[int, int]] = {}
    for one in single_choices(make_recipe(**keywords), frozenset(printed)):
        count, weak = found.get(one.axis, (0, 0))
        found[one.axis] = (count + 1, weak + one.weak)
    assert found == offered


def test_what_the_ways_change():
    def changed(axis: str, keywords: dict[str, Any], *printed: str) -> list[dict[str, Any]]:
        return [one.changes for one in single_choices(make_recipe(**keywords), frozenset(printed)) if one.axis == axis]

    doubled = [{"factor": 2.0}, {"factor": 2.0, "doubled": "alpha_delta"}, {"factor": 2.0, "doubled": "new_weight"}]
    assert changed("size", NODE, "bias_delta") == [*doubled, *({**one, "factor": 0.5} for one in doubled)]
    assert changed("data", TABLE) == [{"late": 1}, {"late": -1}, {"late_goal": 1}, {"late_goal": -1}]
    assert changed("reduction", TABLE | {"batch": 2, "reduction": "sum"}) == [
        {"mean": True}, {"whole": True, "mean": True}, {"whole": True, "mean": False},
    ]  # fmt: skip
    assert changed("turn", TABLE | {"batch": "all", "reduction": "sum"})[-2:] == [
        {"turn": "examples", "mean": None}, {"turn": "examples", "mean": True},
    ]  # fmt: skip
    assert [one["rule"].name for one in changed("rule", NODE | {"rule": "nesterov"})] == ["plain", "momentum"]
    assert [one["rule"].momentum for one in changed("rule", NODE)] == [0.9, 0.5, 0.99, 0.8]
    decays = [one["decay"] for one in changed("decay", TABLE | {"batch": 2})]
    assert decays == [0.1, 0.01, 0.001, 0.5, 1.0, 0.05, 0.2, 0.005, 0.0001] + [
        one for half in (0.05, 0.005, 0.0005, 0.25, 0.5) for one in (half, half)
    ]
    said = [one.says for one in single_choices(make_recipe(**NODE), frozenset()) if one.axis == "output"]
    assert [says.partition("(")[2].partition(")")[0] for says in said] == ["±1", "0 or 1", "±1", "0 or 1"]
    assert [done.name for done in map(Done, [(one,) for one in right_choices(make_recipe(**NODE))])] == ["right", "right"]
    for other in ({"rule": "momentum"}, {"input": [1.0, 2.0], "goal": [1.0, 2.0], "batch": 2}):
        assert list(right_choices(make_recipe(**NODE | other))) == []
