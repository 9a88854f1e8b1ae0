"""Which findings a verdict tells, what it advises, and how its proof is judged: both sides of each bound."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.after import convex, proof, remedies, verdict
from nodescope.diagnosis.after.finding import CLASSES, GOALS, LINEAR, SIDES, STEPS, Finding
from nodescope.diagnosis.after.proof import CHANGED, PREDICTION_IS_OFF, Row
from nodescope.diagnosis.after.remedies import ScaledInputs
from nodescope.diagnosis.after.snapshot import LayerSnapshot
from nodescope.diagnosis.after.too_many import finding_of_too_many
from nodescope.run.ending import Ending
from nodescope.run.making import make_recipe

# ---- what is told ----


def findings(names: str) -> list[Finding]:
    """By their first letters faults, warnings and notes; "open" is one that a healthy verdict tells, "fine" that all is well."""
    severity = {"F": "fault", "W": "warning"}
    named = {"open": "not converged", "fine": verdict.HEALTHY}
    return [Finding(named.get(n, n), severity.get(n[0], "note"), f"{n} text.", f"{n.capitalize()} line.") for n in names.split()]


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("F1 W1 W2 N1", "F1 W1"), ("W1 N1 N2", "W1"), ("fine N1 N2", "fine N1"), ("fine N1 open", "fine open"),
        ("N1", "N1"), ("F1 open", "F1"),
    ],
)  # fmt: skip
def test_two_findings_are_told(there: str, told: str):
    named = {one.name: text.removesuffix(" text.") for one in findings(there) for text in [one.text]}
    assert [named[one.name] for one in verdict._told(findings(there))] == told.split()


def test_a_headline_says_that_it_is_open_still():
    told = [verdict._headline(findings(there)) for there in ("fine N1", "fine N1 open", "W1 open", "N1 open")]
    assert told == ["Fine line.", "Fine line, but open line.", "W1 line.", "N1 line."]


def test_a_sentence_is_said_once():
    assert (
        verdict._once(["It grew. Take less.", "", "Take less. Wait: It is so.", "grew."]) == "It grew. Take less. Wait: It is so."
    )


def test_what_is_to_be_done():
    first = Finding("F", "fault", "the error grew.", "It grew.", remedy="Take less.")
    rest = [
        Finding("mse reached", "note", "t.", "Reached.", remedy="R1."),
        Finding("not converged", "note", "t.", "Open.", remedy="R2."),
    ]
    rest += [
        Finding("rounding floor", "note", "t.", "Floor.", remedy="R3."),
        Finding("rounding floor", "warning", "t.", "Early.", remedy="R4."),
    ]
    assert verdict._what_to_do([first, *rest]) == [
        "The error grew.",
        "Take less.",
        "",
        "R1.",
        "",
        "R2.",
        "Floor.",
        "",
        "Early.",
        "R4.",
    ]
    assert verdict._what_to_do(rest[2:3]) == ["", ""]
    assert verdict._what_to_do([Finding("N", "note", "t.", remedy="R.")]) == ["", "R."]


@pytest.mark.parametrize(
    ("end", "ending", "name", "severity"),
    [
        (1.21, "STEPS_USED", "unknown", "note"), (1.22, "STEPS_USED", "diverges", "warning"),
        (4.0, "STEPS_USED", "diverges", "warning"),
        (4.1, "STEPS_USED", "diverges", "fault"), (math.nan, "STEPS_USED", "diverges", "fault"),
        (0.5, "DIVERGED", "diverges", "fault"),
    ],
)  # fmt: skip
def test_what_is_said_of_too_many_rows(end: float, ending: str, name: str, severity: str):
    run: Any = SimpleNamespace(start_mse=1.0, mse=end, ending=Ending[ending], steps=9)
    told = finding_of_too_many(run, "why")
    assert (told.name, told.severity, told.step) == (name, severity, 9)


# ---- proofs ----


def test_digits_in_common():
    asked = [(1.0, 1.001), (1.0, 1.0009), (1234.0, 1235.0), (-1.0, 1.0), (1.0, math.inf), (0.0, 1.0)]
    assert [proof._common_digits(*pair) for pair in asked] == [3, 3, 3, 0, 0, 0]
    assert proof._common_digits(1.0, 1.0011) == 2


@pytest.mark.parametrize(
    ("predicted", "recorded", "relation", "told"),
    [
        (1.0, 1.0, "about", "mse recorded 1.0, exactly as predicted"), (1.0, 2.0, "=", "mse recorded 2.0, exactly as predicted"),
        (1.0, 2.0, "≥", "mse recorded 2.0, not below the least possible, 1.0"),
        (1.0, 1.0009, "about", "mse recorded 1.0009, predicted 1.0: the same to 3 digits"),
        (1.0, 1.0011, "about", "mse recorded 1.0011, predicted 1.0: apart by no more than rounding may do, 0.12"),
    ],
)  # fmt: skip
def test_rows_in_words(predicted: float, recorded: float, relation: str, told: str):
    assert str(Row(1200, "mse", predicted, recorded, relation, True, uncertain=0.123)) == f"step 1,200: {told}"
    odd = Row(3, "mse", predicted, recorded, relation, False, CHANGED)
    assert str(odd) == f"step 3: mse recorded {recorded!r}, predicted {predicted!r}: they do not agree. {CHANGED}"
    assert odd.withholds
    assert not Row(3, "mse", 1.0, 2.0, "about", False, f"{PREDICTION_IS_OFF}: so.").withholds
    assert not Row(3, "mse", 1.0, 2.0, "about", True, CHANGED).withholds


@pytest.mark.parametrize(
    ("predicted", "recorded", "slack", "close"),
    [
        (1.0, (1 + 0.9e-6) ** 2, 0.0, True), (1.0, (1 + 1.1e-6) ** 2, 0.0, False), ((1 + 1.1e-6) ** 2, 1.0, 0.0, False),
        (0.0, 0.25, 0.51, True), (0.0, 0.25, 0.49, False), (math.inf, 1.0, 0.0, True), (math.inf, math.inf, 0.0, True),
        (1.0, math.inf, 0.0, True), (1.0, math.nan, 0.0, False),
    ],
)  # fmt: skip
def test_which_errors_are_as_good_as_the_same(predicted: float, recorded: float, slack: float, close: bool):
    """By their roots, to a millionth and what rounding may do."""
    assert proof._close(predicted, recorded, slack) is close


def test_which_of_two_is_wrong(monkeypatch: pytest.MonkeyPatch):
    known: Any = SimpleNamespace(recipe=None)
    for made, said in ((None, CHANGED), (0.5, PREDICTION_IS_OFF), (0.25, "Its recipe gives 0.25 there")):
        monkeypatch.setattr(proof, "made_again", lambda _recipe, _step, made=made: made)
        assert proof._decided(known, 3, 0.5).startswith(said)


def test_a_run_is_made_again_where_that_is_quick(monkeypatch: pytest.MonkeyPatch):
    """The seed's node, of one product a step: from 0.4 to 0.42, so that it is off by 0.18."""
    recipe = make_recipe(weight=0.4, input=1, goal=0.6, alpha=0.1)
    assert [proof.made_again(recipe, step) for step in (0, 1)] == pytest.approx([0.04, 0.0324])
    assert proof.made_again(make_recipe(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.1]), 1) is None
    asked: list[str] = []
    real = proof.engine
    monkeypatch.setattr(proof, "engine", lambda name="": (asked.append(name), real())[1])
    monkeypatch.setattr(proof, "MOST_BY_DEFINITION", 3)
    monkeypatch.setattr(proof, "MOST_AGAIN", 5)
    assert [proof.made_again(recipe, step) is None for step in (3, 4, 5, 6)] == [False, False, False, True]
    assert asked == ["plain", "", ""]


# ---- what would have helped ----


def bowl(**known: Any) -> Any:
    """A linear run whose limit is 2 and whose best alpha is 1.5."""
    forecast = SimpleNamespace(limit=known.pop("limit", 2.0), islands=known.pop("islands", ()))
    system = SimpleNamespace(condition=known.pop("condition", 1.0), best_alpha=1.5, together=known.pop("together", True))
    recipe = SimpleNamespace(alpha=known.pop("alpha", 0.1))
    return SimpleNamespace(forecast=forecast, system=system, recipe=recipe, **known)


def test_limits_that_can_be_named():
    assert [remedies.usable(limit) for limit in (None, 0.0, -1.0, math.inf, 1e-300)] == [False, False, False, False, True]
    assert [remedies.times(*pair) for pair in ((3.0, 2.0), (3.0, 0.0), (-3.0, 0.0))] == [1.5, math.inf, -math.inf]
    assert [remedies.steps_in_words(count) for count in (0, 1, 2, 1000)] == ["0 steps", "1 step", "2 steps", "1,000 steps"]
    assert remedies.good_alpha(bowl()) == "Half the limit, 1, is a good alpha."
    assert remedies.good_alpha(bowl(limit=math.inf)) == "Take an alpha above 0."


def test_which_alpha_is_faster(monkeypatch: pytest.MonkeyPatch):
    steps: dict[float, int | None] = {1.5: 12, 1.0: None}
    monkeypatch.setattr(remedies, "steps_with", lambda _linear, alpha: steps[alpha])
    none = "No alpha is much faster: the inputs need scaling, or momentum."
    asked: list[tuple[dict[str, Any], str]] = [
        ({}, "Alpha 1.5 would do it in about 12 steps."), ({"together": False}, "Alpha 1 would do it 10 times faster."),
        ({"alpha": 1.35}, none), ({"alpha": 1.34}, "Alpha 1.5 would do it in about 12 steps."),
        ({"limit": None}, "Take a larger alpha."),
        ({"alpha": 0.9, "together": False}, none), ({"alpha": 0.89, "together": False}, "Alpha 1 would do it 1.12 times faster."),
    ]  # fmt: skip
    assert [remedies.faster(bowl(**known)) for known, _ in asked] == [said for _, said in asked]


def test_which_alpha_holds(monkeypatch: pytest.MonkeyPatch):
    def scaled(condition: float, steps: int | None = 7) -> None:
        monkeypatch.setattr(remedies, "scaled_inputs", lambda _: ScaledInputs(condition, 4000.0, 0.5, steps))
        monkeypatch.setattr(remedies, "steps_with", lambda _linear, _alpha: steps)

    scaled(9.0)
    assert remedies.holds(bowl()) == remedies.holds(bowl(condition=1000.0)) == "An alpha below 2 holds."
    assert remedies.holds(bowl(limit=math.inf)) == "Take a smaller alpha."
    lands = "An alpha below 2 holds. So does one from 3 to 4 or from 5 to 6 or from 7 to 8."
    assert remedies.holds(bowl(islands=[(3, 4), (5, 6), (7, 8), (9, 10)])) == lands
    cured = "Standardising the inputs lowers the condition to 9"
    quick = "; alpha 0.5, all examples in a step, then takes about 7 steps."
    assert remedies.holds(bowl(condition=1001.0)) == f"An alpha below 2 holds, and alpha 1 takes about 7 steps. {cured}{quick}"
    scaled(9.0, None)
    assert remedies.holds(bowl(condition=1001.0)) == f"An alpha below 2 holds, but takes very long. {cured}."
    scaled(1001.0)
    assert remedies.holds(bowl(condition=1001.0)) == "An alpha below 2 holds."


@pytest.mark.parametrize(
    ("condition", "before", "begins"),
    [
        (1000.0, 2000.0, "Standardising the inputs lowers"), (1001.0, 3000.0, "Standardising lowers the condition only to 1e+03"),
        (900.0, 1800.0, "Standardising the inputs lowers"), (901.0, 1800.0, "Standardising does not help"),
        (1500.0, 3000.0, "Standardising does not help"), (math.nan, 9.0, "Standardising does not help"),
    ],
)  # fmt: skip
def test_what_standardising_does(condition: float, before: float, begins: str):
    assert ScaledInputs(condition, before, 0.5, None).remedy.startswith(begins)


def test_inputs_are_standardised_where_they_vary():
    x = np.array([[1.0, 5.0, 1.0], [3.0, 5.0, 1.0 + 3e-13]])
    biased: Any = SimpleNamespace(recipe=SimpleNamespace(examples=SimpleNamespace(input=x), bias=0.0))
    assert remedies.standardised(biased).tolist() == pytest.approx(np.array([[-1.0, -1.0, 1.0], [1.0, 1.0, 1.0]]), abs=1e-2)
    x[1, 2] = 1.0 + 1.5e-13
    assert remedies.standardised(biased).tolist() == [[-1.0, 1.0], [1.0, 1.0]]
    biased.recipe.bias = None
    assert remedies.standardised(biased)[:, 0].tolist() == pytest.approx([1 / 5**0.5, 3 / 5**0.5])


# ---- losses with one lowest point ----


def at(*activations: str) -> Any:
    ones = np.ones((2, 1))
    return SimpleNamespace(layers=[
        LayerSnapshot(name, ones[:1], None, ones[:1], None, ones, ones, ones, ones, ones, np.arange(1), 1) for name in activations
    ])  # fmt: skip


def test_what_is_convex_and_what_is_straight():
    asked = [
        ({GOALS, STEPS}, at("identity"), True), ({GOALS, STEPS, LINEAR}, at("identity"), False), ({GOALS}, at("identity"), False),
        ({GOALS, STEPS, CLASSES}, at("identity"), False), ({GOALS, STEPS, SIDES}, at("identity"), False),
        ({GOALS, STEPS}, at("tanh"), False), ({GOALS, STEPS}, at("identity", "identity"), False),
    ]  # fmt: skip
    for offers, last, is_so in asked:
        known: Any = SimpleNamespace(offers=frozenset(offers), last=last, depth=len(last.layers))
        assert convex.is_convex(known) is is_so
    straight: list[Any] = [SimpleNamespace(last=last, depth=len(last.layers)) for last in (
        at("identity"), at("identity", "identity"), at("tanh", "identity"), at("identity", "tanh"))]  # fmt: skip
    assert [convex.is_straight(one) for one in straight] == [False, True, False, False]


def test_the_least_mean_size_of_errors():
    """A line through 0 along three points, the fourth 8 off; the two goals are worked out apart."""
    x, line = np.array([[1.0], [2.0], [3.0], [0.5]]), np.array([2.0, 4.0, 6.0, 9.0])
    assert convex.least_absolute(x, line[:, None]) == pytest.approx(2.0, rel=1e-6)
    assert convex.least_absolute(x, np.column_stack([line, x[:, 0]])) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({}, True), ({"goal": 1.06}, False), ({"finite": False}, False), ({"penalised_excess": 1e-3}, True),
        ({"penalised_excess": 1.1e-3}, False), ({"keeps_its_stride": False}, False), ({"frozen": True}, False),
        ({"most": 3}, False),
        ({"most": 4}, True), ({"penalised_excess": 1e-3, "goal": 1.06}, True),
    ],
)  # fmt: skip
def test_whether_an_absolute_error_is_at_its_least(change: dict[str, Any], least: bool, monkeypatch: pytest.MonkeyPatch):
    """Of goals 1 and −1 of inputs 1 the least mean size is 1: within 5 % it is there."""
    monkeypatch.setattr(convex, "MOST_NUMBERS", change.get("most", 4))
    monkeypatch.setattr(convex, "mean_absolute", lambda _: change.get("goal", 1.04))
    run = ns.descend(input=[[1.0], [1.0], [1.0], [1.0]], goal=[1.0, -1.0, 1.0, -1.0], weight=[0.0], alpha=0.1, steps=1)
    problem: Any = run.recipe.problem if not change.get("frozen") else ns.descend(
        input=[[1.0]] * 4, goal=[1.0] * 4, weight=[0.0], alpha=0.1, steps=1, frozen=[True]).recipe.problem  # fmt: skip
    known: Any = SimpleNamespace(
        offers=frozenset({GOALS, STEPS}), last=at("identity"), depth=1, finite=change.get("finite", True), problem=problem,
        penalised_excess=change.get("penalised_excess"), keeps_its_stride=change.get("keeps_its_stride", True), recipe=run.recipe,
    )  # fmt: skip
    assert convex.at_the_least(known) is least
