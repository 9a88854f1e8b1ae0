"""One row done otherwise than the rest: which way explains it, and where none is looked for."""

from types import SimpleNamespace
from typing import Any

import pytest

import nodescope as ns
from nodescope.diagnosis.homework.grades import WrongCell
from nodescope.diagnosis.homework.slips import _state_at, cell_text

NODE: dict[str, Any] = {"weight": 0.5, "input": 2, "goal": 0.25, "alpha": 0.125}
"""It goes from w to w / 2 + 1/16; with the full derivative it would go to 1/8."""


def rows(count: int) -> list[float]:
    weights = [0.5]
    for _ in range(count - 1):
        weights.append(weights[-1] / 2 + 0.0625)
    return weights


def slip(wrong: dict[int, float], header: str = "step,weight", first: int = 0, **more: Any) -> str:
    """Of a sheet whose rows go on rightly after the wrong ones."""
    weights = rows(8 + first)
    for row, weight in wrong.items():
        weights[row] = weight
    text = "\n".join([header, *(f"{step},{weights[step]:.8f}" for step in range(first, 8 + first))])
    return ns.grade(text, **NODE | more).slip


def test_a_row_done_with_the_full_derivative_is_told():
    """The weight of 5 steps is made of that of 4, which was right."""
    assert "derivative" in slip({5: 0.125})
    assert slip({5: 0.1349}) == ""
    assert slip({0: 0.125}) == ""


def test_a_new_weight_is_made_in_its_own_row():
    weights = rows(9)
    text = ["step,weight,new_weight", *(f"{step},{weights[step]:.8f},{weights[step + 1]:.8f}" for step in range(8))]
    text[6] = f"5,{weights[5]:.8f},{0.125:.8f}"
    assert "derivative" in ns.grade("\n".join(text), **NODE).slip


def test_of_a_rule_that_remembers_no_row_is_explained():
    momentum = {"rule": {"name": "momentum", "momentum": 0.0}}
    assert slip({5: 0.125}, **momentum) == ""


def test_weights_of_several_nodes_stand_node_by_node():
    source: Any = SimpleNamespace(at=lambda name, place, step: f"{name} {place} {step}")
    recipe: Any = SimpleNamespace(d=2, k=2, bias=[0.0, 0.0])
    assert _state_at(recipe, source, 5) == [["weight 0 5", "weight 1 5", "bias 0 5"], ["weight 2 5", "weight 3 5", "bias 1 5"]]
    recipe.bias = None
    assert _state_at(recipe, source, 3) == [["weight 0 3", "weight 1 3"], ["weight 2 3", "weight 3 3"]]


@pytest.mark.parametrize(("letters", "told"), [(40, "c" * 40), (41, "c" * 39 + "…")])
def test_a_long_name_is_cut(letters: int, told: str):
    assert cell_text(WrongCell(2, "c" * letters, 0.5, 0.25)) == f"row 2, {told}: printed 0.5, expected 0.25"
