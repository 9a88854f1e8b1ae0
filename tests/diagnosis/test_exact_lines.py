"""Where a rule of a finding, a grade or a sweep draws its line, at both sides of it."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.after.about_progress import _is_slow
from nodescope.diagnosis.after.linear import Linear
from nodescope.diagnosis.after.observed.about_loss_call import _every_one_with_every_one
from nodescope.diagnosis.after.observed.about_progress import _against_chance
from nodescope.diagnosis.after.observed.about_trouble import HIDDEN, RATE, remedy_of
from nodescope.diagnosis.after.observed.about_wiring import layers_of, named
from nodescope.diagnosis.homework.slips import WrongCell, typing_slip


def slip(printed: float, expected: float) -> str:
    return typing_slip(WrongCell(0, "weight", printed, expected))


@pytest.mark.parametrize("power", [-3, -2, -1, 1, 2, 3])
def test_a_point_in_the_wrong_place(power: int):
    assert slip(0.4375 * 10.0**power, 0.4375) == "The likely slip: the decimal point."
    assert slip(0.4375 * 10.0**power * 1.0009, 0.4375) == "The likely slip: the decimal point."
    assert slip(0.4375 * 10.0**power * 1.002, 0.4375) == ""


def test_slips_of_the_pen():
    assert slip(-0.4375, 0.4375) == "The likely slip: its sign."
    assert slip(-0.4375 * 1.002, 0.4375) == ""
    assert slip(4375.0, 0.4375) == slip(0.00004375, 0.4375) == ""
    assert slip(0.4735, 0.4375) == "The likely slip: two digits are swapped."
    assert slip(0.4735, 0.43751) == "The likely slip: two digits are swapped."
    assert slip(0.4385, 0.4375) == slip(0.4573, 0.4375) == slip(0.7345, 0.4375) == ""
    assert slip(0.0, 0.4375) == slip(0.4375, 0.0) == slip(np.nan, 0.4375) == slip(0.4375, np.inf) == ""


@pytest.mark.parametrize(("steps", "most"), [(3, 100), (10, 100), (11, 110), (500, 5000)])
def test_what_is_slow_takes_more_than_ten_times_as_long(steps: int, most: int):
    evidence = SimpleNamespace(run=SimpleNamespace(steps=steps))
    assert (_is_slow(evidence, most), _is_slow(evidence, most + 1), _is_slow(evidence, None)) == (False, True, True)


def test_shapes_that_both_spread_over_the_other_are_meant():
    assert _every_one_with_every_one((1, 3), (3, 1))
    assert not any(
        _every_one_with_every_one(*pair) for pair in [((3, 3), (3, 3)), ((1, 3), (3, 3)), ((3, 3), (3, 1)), ((3,), (3, 1))]
    )


def test_layers_are_named_by_what_is_known_of_them():
    def parameter(layer: str, kind: str) -> SimpleNamespace:
        return SimpleNamespace(layer=layer, kind=kind, name=f"{layer}.weight")

    evidence = SimpleNamespace(recorded=SimpleNamespace(layers=[SimpleNamespace(name="0"), SimpleNamespace(name="2")]))
    told = layers_of(evidence, [parameter("2", "Linear"), parameter("gate", "Mixer"), parameter("scale", "")])
    assert told == "layer 1 (2), gate (Mixer), scale.weight"
    assert named(["a", "b", "a", "c", "d", "e"]) == "a, b, c, d, e"
    assert named(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_an_input_of_zeros_whose_weights_are_frozen_is_no_finding():
    problem = {"input": [[1.0, 0.0], [2.0, 0.0]], "goal": [1.0, 2.0], "weight": [0.0, 0.0], "alpha": 0.1, "steps": 9}
    free, frozen = (ns.diagnose(ns.descend(**problem, frozen=[False, one])) for one in (False, True))
    assert "zero input" in [finding.name for finding in free.findings]
    assert "zero input" not in [finding.name for finding in frozen.findings]


def test_weights_of_one_run_are_not_swept_over():
    problem = {"input": [[1.0, 0.5], [2.0, 0.0]], "goal": [1.0, 2.0], "alpha": [0.01, 0.1], "steps": 9}
    assert len(ns.sweep(**problem, weight=[0.1, 0.2])) == 2
    assert len(ns.sweep(**problem, weight=[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])) == 6
    with pytest.raises(ns.InputError, match="weight has 0 axes; of one run it has 1 here, and to be swept over 2"):
        ns.sweep(**problem, weight=0.1)


@pytest.mark.parametrize(("end", "too"), [(1.1, True), (1.1000001, False)])
def test_as_good_as_chance_is_up_to_a_tenth_more(end: float, too: bool):
    recorded = SimpleNamespace(facts=SimpleNamespace(main_call=None), steps=40)
    found = _against_chance(SimpleNamespace(recorded=recorded, chance=1.0, end=end, faded=1.0))
    assert ("would have 1 too" in found.text) is too
    assert found.text.startswith(f"the loss stands at {end:.4g}, and always saying the goals' mean would have 1")


@pytest.mark.parametrize(
    ("text", "where", "quantity", "remedy"),
    [
        (
            "eps is 1e-8, which is 0 in float16",
            "layer 0",
            "weights",
            "Keep the weights in float32 (torch.autocast for half precision)",
        ),
        ("eps is 1e-8", "layer 0", "nothing known", RATE),
        ("which is 0 in float16", "layer 0", "nothing known", RATE),
        ("where() hides it", "layer 0", "slope of log", HIDDEN),
        ("so from the start", "layer 0", "weights", "Look at how it is drawn or loaded."),
        ("a row", "the data", "input", "Look at the data: leave such rows out, or fill them in."),
    ],
)
def test_remedies_of_troubles(text: str, where: str, quantity: str, remedy: str):
    assert remedy_of(SimpleNamespace(text=text, where=where, quantity=quantity)).startswith(remedy)


def test_a_network_that_goes_to_and_fro_in_its_last_bits_is_told():
    """One tanh node that passes its goal at each step comes to two neighbouring doubles, and goes between them for ever."""
    network = ns.network(weights=[[[0.3]]], activations="tanh")
    run = ns.descend(network=network, input=[[1.0]], goal=[0.3], alpha=1.9, steps=20_000)
    assert run.ending is ns.Ending.CYCLING
    finding = next(finding for finding in run.diagnose().findings if finding.name == "last-bit cycle")
    assert (finding.severity, run.cycle[1]) == ("note", 2)


@pytest.mark.parametrize(("groups", "ordered"), [(1, [10.0, 30.0, 20.0]), (2, [30.0, 20.0, 10.0])])
def test_numbers_of_several_groups_directions_come_strongest_first(groups: int, ordered: list[float]) -> None:
    """Directions of one group lie in that order already."""
    linear: Any = SimpleNamespace(_eigenvalues=np.array([1.0, 3.0, 2.0]), system=SimpleNamespace(groups=[None] * groups))
    assert Linear.in_order_of_bowl(linear, np.array([10.0, 30.0, 20.0])).tolist() == ordered
