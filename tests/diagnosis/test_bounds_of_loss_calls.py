"""What is found in a call of a loss function, and from where on: both sides of each bound, worked out by hand."""

import math
from typing import Any

import pytest
from diagnosis.evidence_by_hand import evidence

from nodescope.diagnosis.after.observed import about_loss_call as calls
from nodescope.run.facts import LossCall

INF = math.inf


def call(function: str, **more: Any) -> LossCall:
    return LossCall(function, 7, **more)


OF_TWO = {"given": (8, 2), "made_by": "linear"}
FOUND: dict[str, tuple[Any, LossCall, str]] = {
    "a column and a line": (calls.shapes_that_broadcast, call("mse_loss", given=(8, 1), goals=(8,)), "shapes broadcast"),
    "alike": (calls.shapes_that_broadcast, call("mse_loss", given=(8, 1), goals=(8, 1)), ""),
    "one prediction": (calls.shapes_that_broadcast, call("mse_loss", given=(1,), goals=(8, 1)), ""),
    "one goal": (calls.shapes_that_broadcast, call("mse_loss", given=(8, 1), goals=(1,)), ""),
    "a distribution": (calls.shapes_that_broadcast, call("kl_div", given=(8, 2), goals=(2,)), "shapes broadcast"),
    "classes": (calls.shapes_that_broadcast, call("cross_entropy", given=(8, 2), goals=(8,)), ""),
    "every one with every one": (calls.shapes_that_broadcast, call("mse_loss", given=(8, 1), goals=(1, 8)), ""),
    "one axis alone": (calls.shapes_that_broadcast, call("mse_loss", given=(8, 3), goals=(1, 3)), "shapes broadcast"),
    "one axis alone, the other way": (
        calls.shapes_that_broadcast, call("mse_loss", given=(1, 3), goals=(8, 3)), "shapes broadcast",
    ),
    "an axis more": (calls.shapes_that_broadcast, call("mse_loss", given=(8,), goals=(1, 8)), "shapes broadcast"),
    "by hand, alone": (calls.shapes_that_broadcast, call("sub", given=(8, 1), goals=(8,), alone=True), "shapes broadcast"),
    "by hand, both ways, alone": (
        calls.shapes_that_broadcast, call("sub", given=(8, 1), goals=(1, 8), alone=True), "shapes broadcast",
    ),
    "by hand, among others": (calls.shapes_that_broadcast, call("sub", given=(8, 1), goals=(8,)), ""),
    "weights of a loss": (calls.shapes_that_broadcast, call("mul", given=(8,), goals=(8, 1), alone=True), "shapes broadcast"),
    "softmax twice": (
        calls.activation_before_logits, call("cross_entropy", made_by="softmax"), "softmax before cross_entropy",
    ),
    "sigmoid twice": (
        calls.activation_before_logits, call("binary_cross_entropy_with_logits", made_by="sigmoid"),
        "sigmoid before binary_cross_entropy_with_logits",
    ),
    "a logarithm too many": (
        calls.activation_before_logits, call("cross_entropy", made_by="log_softmax"), "log_softmax before cross_entropy",
    ),
    "a logarithm before a sigmoid": (
        calls.activation_before_logits, call("binary_cross_entropy_with_logits", made_by="log_softmax"),
        "log_softmax before binary_cross_entropy_with_logits",
    ),
    "above 0": (calls.activation_before_logits, call("cross_entropy", made_by="relu"), "relu before cross_entropy"),
    "from −1 to 1": (calls.activation_before_logits, call("cross_entropy", made_by="tanh"), "tanh before cross_entropy"),
    "0 to 1": (calls.activation_before_logits, call("cross_entropy", made_by="sigmoid"), "sigmoid before cross_entropy"),
    "0 to 1, of rows": (
        calls.activation_before_logits, call("binary_cross_entropy_with_logits", made_by="softmax"),
        "softmax before binary_cross_entropy_with_logits",
    ),
    "sums": (calls.activation_before_logits, call("cross_entropy", made_by="linear"), ""),
    "of probabilities": (calls.activation_before_logits, call("binary_cross_entropy", made_by="sigmoid"), ""),
    "over the batch": (
        calls.not_log_probabilities, call("nll_loss", given=(8, 2), made_by="log_softmax", axis=0), "softmax over the batch",
    ),
    "over the classes": (calls.not_log_probabilities, call("nll_loss", given=(8, 2), made_by="log_softmax", axis=1), ""),
    "over the classes of places": (calls.not_log_probabilities, call("nll_loss", given=(8, 2, 5), made_by="softmax", axis=1), ""),
    "over the last axis": (calls.not_log_probabilities, call("kl_div", given=(8, 2, 5), made_by="softmax", axis=2), ""),
    "over the middle": (
        calls.not_log_probabilities, call("kl_div", given=(8, 2, 5), made_by="softmax", axis=1), "softmax over the batch",
    ),
    "a single row": (calls.not_log_probabilities, call("nll_loss", given=(2,), made_by="softmax", axis=0), ""),
    "no softmax": (calls.not_log_probabilities, call("nll_loss", given=(8, 2), made_by="sum", axis=0), ""),
    "nearly 1": (calls.not_log_probabilities, call("nll_loss", given=(8, 2), row_sum=1.0499), ""),
    "a twentieth": (calls.not_log_probabilities, call("nll_loss", given=(8, 2), row_sum=1.0 - 0.0501), "not log-probabilities"),
    "probabilities": (
        calls.not_log_probabilities, call("nll_loss", given=(8, 2), row_sum=2.7, low=0.0, high=1.0), "not log-probabilities",
    ),
    "numbers": (
        calls.not_log_probabilities, call("kl_div", given=(8, 2), row_sum=2.7, low=-0.5, high=1.0), "not log-probabilities",
    ),
    "numbers above 1": (
        calls.not_log_probabilities, call("kl_div", given=(8, 2), row_sum=9.0, low=0.5, high=1.5), "not log-probabilities",
    ),
    "endless": (calls.not_log_probabilities, call("nll_loss", given=(8, 2), row_sum=INF), ""),
    "of another loss": (calls.not_log_probabilities, call("mse_loss", given=(8, 2), row_sum=2.7), ""),
    "one class": (calls.one_class_alone, call("cross_entropy", given=(8, 1)), "softmax of one"),
    "two classes": (calls.one_class_alone, call("cross_entropy", given=(8, 2)), ""),
    "a line of classes": (calls.one_class_alone, call("cross_entropy", given=(1,)), ""),
    "one number": (calls.one_class_alone, call("mse_loss", given=(8, 1)), ""),
    "goals of 0 to 1": (calls.goals_it_is_not_made_for, call("binary_cross_entropy", goal_low=0.0, goal_high=1.0), ""),
    "signs": (calls.goals_it_is_not_made_for, call("binary_cross_entropy", goal_low=-1.0, goal_high=1.0), "goal out of range"),
    "1 and 2": (
        calls.goals_it_is_not_made_for, call("binary_cross_entropy_with_logits", goal_low=1.0, goal_high=2.0), "goal out of range",
    ),
    "bytes": (calls.goals_it_is_not_made_for, call("binary_cross_entropy", goal_low=0.0, goal_high=255.0), "goal out of range"),
    "−1 to 2": (calls.goals_it_is_not_made_for, call("binary_cross_entropy", goal_low=-1.0, goal_high=2.0), "goal out of range"),
    "0 and 1 for signs": (
        calls.goals_it_is_not_made_for, call("margin_ranking_loss", goal_low=0.0, goal_high=1.0), "goal out of range",
    ),
    "signs for signs": (calls.goals_it_is_not_made_for, call("margin_ranking_loss", goal_low=-1.0, goal_high=1.0), ""),
    "a distribution of classes": (
        calls.goals_it_is_not_made_for, call("cross_entropy", goal_low=0.0, goal_high=1.0, goal_sum=1.0499), "",
    ),
    "two classes at once": (
        calls.goals_it_is_not_made_for, call("cross_entropy", goal_low=0.0, goal_high=1.0, goal_sum=1.0501), "goal out of range",
    ),
    "less than one class": (
        calls.goals_it_is_not_made_for, call("cross_entropy", goal_low=0.0, goal_high=1.0, goal_sum=0.0), "goal out of range",
    ),
    "numbers of classes": (calls.goals_it_is_not_made_for, call("cross_entropy", goal_sum=3.0), ""),
    "a square, any goals": (calls.goals_it_is_not_made_for, call("mse_loss", goal_low=-5.0, goal_high=5.0, goal_sum=3.0), ""),
    "within reach of a tanh": (calls.goals_out_of_reach, call("mse_loss", made_by="tanh", goal_low=-1.25, goal_high=1.25), ""),
    "too low for a tanh": (
        calls.goals_out_of_reach, call("mse_loss", made_by="tanh", goal_low=-1.3, goal_high=1.0), "goal out of range",
    ),
    "too high for a tanh": (
        calls.goals_out_of_reach, call("mse_loss", made_by="tanh", goal_low=-1.0, goal_high=1.3), "goal out of range",
    ),
    "all low for a relu": (
        calls.goals_out_of_reach, call("l1_loss", made_by="relu", goal_low=-1.0, goal_high=-1.0), "goal out of range",
    ),
    "at the end of a sigmoid": (calls.goals_out_of_reach, call("l1_loss", made_by="sigmoid", goal_low=1.0, goal_high=1.0), ""),
    "no goals": (calls.goals_out_of_reach, call("l1_loss", made_by="relu"), ""),
    "goals of a model": (
        calls.goals_out_of_reach, call("l1_loss", made_by="relu", goal_low=-9.0, goal_high=0.0, goals_from="network"), "",
    ),
    "sums that reach all": (calls.goals_out_of_reach, call("l1_loss", made_by="linear", goal_low=-9.0, goal_high=0.0), ""),
    "not of a difference": (calls.goals_out_of_reach, call("nll_loss", made_by="relu", goal_low=-9.0, goal_high=0.0), ""),
    "the wrong way round": (calls.arguments_swapped, call("kl_div", swapped=True), "arguments swapped"),
    "the right way round": (calls.arguments_swapped, call("kl_div"), ""),
    "either way round": (calls.arguments_swapped, call("mse_loss", swapped=True), ""),
    "no label": (calls.all_ignored, call("cross_entropy", ignored=1.0), "no labels"),
    "a label": (calls.all_ignored, call("cross_entropy", ignored=0.99), ""),
    "one class of all": (
        calls.goals_all_the_same, call("cross_entropy", alone=True, calls=3, counts=[0, 9, 0], **OF_TWO), "goals all the same",
    ),
    "one class of two": (
        calls.goals_all_the_same, call("cross_entropy", alone=True, calls=3, counts=[0, 9], **OF_TWO), "goals all the same",
    ),
    "two classes of all": (calls.goals_all_the_same, call("cross_entropy", alone=True, calls=3, counts=[0, 9, 1], **OF_TWO), ""),
    "the only class": (calls.goals_all_the_same, call("cross_entropy", alone=True, calls=3, counts=[9], **OF_TWO), ""),
    "one class, two calls": (
        calls.goals_all_the_same, call("cross_entropy", alone=True, calls=2, counts=[0, 9, 0], **OF_TWO), "",
    ),
    "one class, among others": (calls.goals_all_the_same, call("cross_entropy", calls=3, counts=[0, 9, 0], **OF_TWO), ""),
    "one class, of no layer": (
        calls.goals_all_the_same, call("cross_entropy", alone=True, calls=3, counts=[0, 9, 0], made_by="relu"), "",
    ),
    "one goal of all": (
        calls.goals_all_the_same,
        call("mse_loss", alone=True, calls=3, goals=(2,), goal_low=0.5, goal_high=0.5, **OF_TWO), "goals all the same",
    ),
    "a single goal": (
        calls.goals_all_the_same, call("mse_loss", alone=True, calls=3, goals=(1,), goal_low=0.5, goal_high=0.5, **OF_TWO), "",
    ),
    "goals that differ": (
        calls.goals_all_the_same, call("mse_loss", alone=True, calls=3, goals=(2,), goal_low=0.5, goal_high=0.6, **OF_TWO), "",
    ),
    "a class that is left out": (
        calls.class_ignored, call("cross_entropy", ignored_class=0, ignored=0.25, **OF_TWO), "class ignored",
    ),
    "a filling that is left out": (calls.class_ignored, call("cross_entropy", ignored=0.25, **OF_TWO), ""),
    "sequences": (calls.class_ignored, call("cross_entropy", ignored_class=0, reshaped=True, **OF_TWO), ""),
    "places": (calls.class_ignored, call("cross_entropy", ignored_class=0, given=(8, 2, 5), made_by="linear"), ""),
    "of no layer": (calls.class_ignored, call("cross_entropy", ignored_class=0, given=(8, 2), made_by="relu"), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found_in_a_call(name: str):
    judge, asked, expected = FOUND[name]
    found = judge(asked)
    assert ("" if found is None else found.name) == expected


def test_each_is_found_in_the_first_call_that_has_it_and_once():
    fine, low = call("mse_loss"), {"goal_low": 0.0, "goal_high": 9.0}
    signs, reach = call("binary_cross_entropy", **low), call("l1_loss", made_by="sigmoid", **low)
    seen = evidence(
        {"recorded.facts.loss_calls": [fine, call("kl_div", swapped=True), signs, call("nll_loss", ignored=1.0), reach]}
    )
    found = [look(seen) for look in calls.LOSS_CALL]
    assert [f"{one.name} {one.where}" for one in found if one is not None] == [
        "goal out of range the loss (binary_cross_entropy)",
        "arguments swapped the loss (kl_div)",
        "no labels the loss (nll_loss)",
    ]
    alone = evidence({"recorded.facts.loss_calls": [fine, reach]})
    assert [one.name for look in calls.LOSS_CALL if (one := look(alone)) is not None] == ["goal out of range"]
