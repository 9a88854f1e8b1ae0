"""Every recipe of the corpus gives what it gave when the corpus was written: bits, numbers of theory, names of findings.

Three tests, so that each can be held to while another part of the project is being rebuilt.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import pytest
from conftest import PLAIN
from corpus import record
from corpus.known import CHANGED, REGIMES, RENAMED

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.losses import CROSS_ENTROPY, LOSSES
from nodescope.arithmetic.rules import RULES
from nodescope.run.ending import Ending

STORED = record.stored()
MOST_STEPS = 400
"""Of a recipe that the plain engine is given; every sixth of those."""
TOLD = 60
"""Differences that a failing test lists."""


def chosen() -> list[str]:
    if not PLAIN:
        return list(STORED)
    return [name for name, kept in STORED.items() if kept["bits"]["steps"] <= MOST_STEPS][::6]


def translated(value: Any) -> Any:
    """Stored names of findings as they are called now."""
    if isinstance(value, str):
        return RENAMED.get(value, value)
    if isinstance(value, list):
        return [translated(item) for item in value]
    return {key: translated(item) for key, item in value.items()} if isinstance(value, dict) else value


def written_as_nodes(name: str) -> str:
    """The recipe whose theory and words a recipe is held to: of a node written as a network of one layer, the node's own.

    The first edition judged the two apart; since the second they are one.
    """
    twin = name.replace("/network", "/node")
    linear = twin in STORED and STORED[twin]["words"].get("is_linear") is not None
    return twin if name.startswith("twin/") and linear else name


def compared(part: str, names: Iterable[str]) -> list[str]:
    """A line for each difference that is not explained, and for each explanation of none."""
    lines, met = [], set()
    for name in names:
        before = STORED[name]["bits"] if part == "bits" else translated(STORED[written_as_nodes(name)][part])
        if "regime" in before:
            before |= {"regime": REGIMES.get(before["regime"], before["regime"])}
        after = record.recorded(part, name)
        for facts in (before, after):  # which is told first is another matter
            facts |= {"findings": sorted(facts["findings"])} if "findings" in facts else {}
        for field, old, new in record.differences(before, after, near=part == "numbers"):
            met.add((name, f"{part}.{field}"))
            if not any(fnmatchcase(name, pattern) and f"{part}.{field}" in fields for pattern, fields in CHANGED.items()):
                lines.append(f"{name}: {part}.{field} was {old!r}, is {new!r}")
    return lines + list(unneeded(part, names, met))


def unneeded(part: str, names: Iterable[str], met: set[tuple[str, str]]) -> Iterable[str]:
    for pattern, fields in CHANGED.items():
        if pattern.startswith("run/"):  # test_runs.py looks at these
            continue
        of_pattern = [name for name in names if fnmatchcase(name, pattern)]
        if not of_pattern and not PLAIN:
            yield f"CHANGED names {pattern!r}, which no recipe is called"
        for field in (field for field in fields if field.startswith(f"{part}.")):
            as_it_was = (name for name in of_pattern if (name, field) not in met)
            yield from (f"{name}: CHANGED explains {field}, which is as it was" for name in as_it_was)


def hold(part: str) -> None:
    lines = compared(part, chosen())
    more = f"\n… and {len(lines) - TOLD} more" if len(lines) > TOLD else ""
    assert not lines, f"{len(lines)} differences from the corpus:\n" + "\n".join(lines[:TOLD]) + more


def test_bits_are_what_they_were():
    """Every column, final weight, ending and mean squared error."""
    hold("bits")


@pytest.mark.skipif(PLAIN, reason="the engines give the same bits; what is said of them is held to once")
def test_numbers_of_theory_are_what_they_were():
    """To a relative 1e-9: eigenvalues may differ in their last bits between processors."""
    hold("numbers")


@pytest.mark.skipif(PLAIN, reason="the engines give the same bits; what is said of them is held to once")
def test_words_are_what_they_were():
    """Names and severities of findings, regimes, sentences of endings."""
    hold("words")


def test_every_recipe_is_stored():
    assert list(STORED) == list(record.all_recipes())
    assert len(STORED) >= 300


@pytest.mark.skipif(PLAIN, reason="of all recipes, and the plain engine is given some")
def test_everything_that_a_recipe_can_have_is_somewhere():
    made = [record.run_of(name).recipe for name in STORED]
    networks = [recipe.network for recipe in made if recipe.in_layers]
    assert {recipe.rule.name for recipe in made} == set(RULES)
    assert {recipe.loss.name for recipe in made} == set(LOSSES) - {CROSS_ENTROPY}  # the first edition had none: tests/laws
    assert {activation.name for network in networks for activation in network.activations} == set(ACTIVATIONS)
    assert {len(network.weights) for network in networks} == {1, 2, 3, 4}
    assert {STORED[name]["bits"]["ending"] for name in STORED} == {e.name for e in Ending} - {
        "INTERRUPTED",
        "TIME_USED",
        "TOLERANCE",
    }
    for choice in ("order", "update_order", "reduction", "summation", "freeze_bias", "has_outputs_axis", "has_inputs_axis"):
        assert len({getattr(recipe, choice) for recipe in made}) == 2, choice
    assert any(recipe.n % recipe.batch_size for recipe in made)
    assert {recipe.batch for recipe in made} >= {1, 2, 3, "all"}
    assert any(recipe.frozen is not None and not recipe.in_layers for recipe in made)
    assert any(recipe.frozen is not None and recipe.in_layers for recipe in made)
    assert {recipe.d > 16 for recipe in made if recipe.summation == "lanes"} == {True, False}
