"""What can be odd about an observed training: each is put into one that learned and into one that hardly moved.

Findings ask which of the two it was; numbers lie at both sides of the lines that are drawn.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from said.recordings import (
    STEPS,
    Change,
    attributes_of_run,
    bends,
    call,
    columns,
    facts,
    layer,
    losses,
    modes,
    odd,
    optimizer,
    parameter,
    rates,
    together,
    trouble,
    without,
)

import nodescope as ns
from nodescope.run.facts import LossCall, Stray
from nodescope.run.recorded import Curvature


def _zero(value: Any) -> Any:
    return 0.0 * value


def _off(value: Any) -> Any:
    return -1.0 - 0.0 * value


def _alike(value: Any) -> Any:
    return np.broadcast_to(value[:1], value.shape)


def _ones(value: Any) -> Any:
    return np.ones(value.shape)


def _every_second(value: Any) -> Any:
    return np.arange(value.size).reshape(value.shape) % 2 * 1.0


def steady(value: float) -> Callable[[float], float]:
    """The same all along."""
    return lambda _: value


def in_both(**values: Callable[[Any], Any]) -> Change:
    return together(columns(0, **values), columns(1, **values))


def stepping(length: float) -> Change:
    """Every weight by so much in each step."""
    return in_both(alpha_delta=lambda value: 0 * value + length)


def shrinking(decay: float, left: float) -> Change:
    """By a decay, to this part of what the weights were, at a rate of 0.1."""
    return together(optimizer(weight_decay=decay), parameter(0, 2, start=1.0, end=left), facts(rates=[0.1] * STEPS))


NOTHING: Change = facts()
LEFT = {"gradients": 0, "uses": STEPS, "moved": False, "largest": 0.0}
"""Of a parameter at work that nothing comes back to."""
STRAYS = [Stray("blocks[0].weight", "Linear", 40), Stray("blocks[0].bias", "Linear", 40), Stray("blocks[1].weight", "Linear", 40)]
WIRING: dict[str, Change] = {
    "as it is": NOTHING,
    "no update": attributes_of_run(losses=[], records=[], facts=ns.Recorded("a loop", {}, ()).facts) ,
    "backward passes without an update": together(attributes_of_run(losses=[], records=[]), facts(backwards=40, reached=40)),
    "nothing reached, made anew": facts(reached=0, rootless=STEPS),
    "nothing reached, cut": facts(reached=0, rootless=3),
    "body under no_grad": parameter(0, 1, gradients=0, uses=0, uses_apart=40, moved=False),
    "body sometimes under no_grad": parameter(0, 1, gradients=0, uses=3, uses_apart=40, moved=False),
    "body under no_grad, moved by others": parameter(0, 1, gradients=0, uses=0, uses_apart=40, moved=True),
    "body cut off by detach": parameter(0, 1, **LEFT, cut_by="detach"),
    "body cut off": parameter(0, 1, **LEFT),
    "body cut off, nothing reached": together(parameter(0, 1, **LEFT), facts(reached=0)),
    "a parameter of no layer cut off": parameter(0, **LEFT, layer="scale", kind=""),
    "a layer of an unknown kind cut off": parameter(0, **LEFT, layer="norm", kind="RMSNorm"),
    "not the model's, cut off": parameter(0, 1, **LEFT, of_model=False),
    "asks for none, cut off": parameter(0, 1, **LEFT, asks=False),
    "zero gradients": parameter(0, 1, largest=0.0, moved=False),
    "zero gradients behind a step": parameter(0, 1, largest=0.0, cut_by="sign"),
    "zero gradients, moved by decay": parameter(0, 1, largest=0.0),
    "zero gradients everywhere": parameter(largest=0.0, moved=False),
    "zero gradients in two updates": parameter(0, 1, largest=0.0, moved=False, gradients=2),
    "zero gradients in three updates": parameter(0, 1, largest=0.0, moved=False, gradients=3),
    "never cleared": parameter(uncleared=39),
    "body never cleared": parameter(0, 1, uncleared=39),
    "cleared in a quarter": parameter(uncleared=10),
    "cleared in more than a quarter": parameter(uncleared=11),
    "not cleared twice": parameter(uncleared=2, gradients=4),
    "not cleared three times": parameter(uncleared=3, gradients=4),
    "not cleared, no gradient": parameter(uncleared=3, gradients=0),
    "wiped twice": facts(wiped=2),
    "wiped in a quarter": facts(wiped=10),
    "wiped in more than a quarter": facts(wiped=11),
    "wiped in nearly all": facts(wiped=36),
    "wiped in fewer": facts(wiped=35),
    "in a list": facts(strays=STRAYS),
    "in a list, moved": facts(strays=[dataclasses.replace(one, moved=True) for one in STRAYS]),
    "many in a list": facts(strays=[Stray(f"parts[{i}].weight", "Linear", 40) for i in range(7)]),
    "one name": facts(strays=[Stray("weight", "Linear", 40)]),
    "a plain tensor": facts(strays=[Stray("scale", "Tensor", 40), Stray("body.shift", "Tensor", 40)]),
    "five made anew": facts(strays=[Stray("", "Linear", 1) for _ in range(5)]),
    "six made anew": facts(strays=[Stray("", "Linear", 1) for _ in range(6)]),
    "six made anew, used twice": facts(strays=[Stray("", "Linear", 2) for _ in range(6)]),
    "head not given": parameter(2, 3, stepped=False, moved=False),
    "head not given, nothing comes": parameter(2, 3, stepped=False, moved=False, gradients=0),
    "head not given, not at work": parameter(2, 3, stepped=False, moved=False, gradients=0, uses=0),
    "head not given, old ones instead": together(
        parameter(2, 3, stepped=False, moved=False), parameter(0, of_model=False, gradients=0, moved=False)
    ),
    "head not given, moved by another": parameter(2, 3, stepped=False),
    "body frozen": together(parameter(0, 1, asks=False, moved=False, gradients=0), layer(0, kept_from="requires_grad is off")),
    "body frozen, moved": parameter(0, 1, asks=False),
    "another's frozen": parameter(0, 1, asks=False, moved=False, of_model=False),
    "rate of 0": together(
        layer(1, kept_from="its rate is 0"), columns(1, alpha_delta=_zero, bias_delta=_zero, weight=_ones)
    ),
    "rate of 0, moved by others": layer(1, kept_from="its rate is 0"),
    "rate of 0 and frozen": together(
        parameter(0, 1, asks=False, moved=False, gradients=0), layer(1, kept_from="its rate is 0"),
        columns(1, weight=_ones),
    ),
    "evaluating": modes(training=0, evaluating=40),
    "evaluating in nine of ten": modes(training=4, evaluating=36),
    "evaluating in fewer": modes(training=5, evaluating=35),
    "evaluating, nothing that minds": modes(layers=[], training=0, evaluating=40),
    "evaluating since": modes(training=10, evaluating=30, since=10),
    "evaluating since the last tenth": modes(training=36, evaluating=4, since=36),
    "evaluating since after": modes(training=37, evaluating=3, since=37),
    "apart": modes(apart=4),
    "apart in a third": modes(apart=13),
    "apart in more": modes(apart=14),
    "always on": modes(always_on=3),
    "steps: 2": attributes_of_run(losses=[1.0, 0.9], records=[]),
    "steps: 2, evaluating": together(attributes_of_run(losses=[1.0, 0.9], records=[]), modes(training=0, evaluating=2)),
}  # fmt: skip
WAYS: dict[str, Change] = {
    "parts of a batch lost": odd(set_back=40, looks=10),
    "parts of a batch lost in half": odd(set_back=20, looks=10),
    "parts of a batch lost in fewer": odd(set_back=19, looks=10),
    "parts of a batch lost twice": odd(set_back=2, looks=10),
    "put back": odd(put_back=3),
    "put back twice": odd(put_back=2),
    "axes swapped": odd(mixed=[("view", (12, 5, 3), (12, 3, 5), 9)]),
    "three axes mixed": odd(mixed=[("reshape", (2, 3, 4), (4, 2, 3), 3)]),
    "alike axes mixed": odd(mixed=[("reshape", (2, 3, 3, 2), (3, 2, 2, 3), 3)]),
    "axes mixed twice": odd(mixed=[("reshape", (2, 3, 4), (4, 2, 3), 2)]),
    "softmax over the batch": odd(looks=8, over_batch=4),
    "softmax over the batch in fewer": odd(looks=8, over_batch=3),
    "softmax over the batch, told by the call": together(
        odd(looks=8, over_batch=8), call(function="nll_loss", axis=0, made_by="log_softmax")
    ),
    "softmax over the batch, another call": together(odd(looks=8, over_batch=8), call(function="nll_loss", axis=1)),
    "upside down": odd(looks=8, upside_down=4),
    "upside down in fewer": odd(looks=8, upside_down=3),
    "a minus before it": together(call(factor=-1.0), losses(lambda part: -1.0 - part)),
    "a minus before it, not smaller": together(call(factor=-1.0), losses(steady(-1.0))),
    "a minus before another's": together(call(factor=-1.0, goals_from="network"), losses(lambda part: -1.0 - part)),
}  # fmt: skip
ADAM = {"name": "Adam", "eps": 1e-8, "betas": (0.9, 0.999)}
SETTINGS: dict[str, Change] = {
    "decay": shrinking(0.5, 0.1),
    "decay, half is left": shrinking(0.5, 0.5),
    "decay, more is left": shrinking(0.5, 0.6),
    "decay, as much as all": shrinking(0.25, 0.1),
    "decay, less": shrinking(0.2, 0.1),
    "decay of a tenth": together(shrinking(0.1, 0.1), facts(rates=[0.5] * STEPS)),
    "decay, very much": shrinking(20.0, 0.1),
    "decay, uphill": together(shrinking(0.5, 0.1), facts(rates=[-0.1] * STEPS)),
    "decay, no rates": together(shrinking(0.5, 0.1), facts(rates=[])),
    "decay of norms": together(shrinking(0.5, 0.1), parameter(kind="LayerNorm")),
    "clipped": facts(kept=[1e-3] * STEPS, norms=[1e-4] * STEPS),
    "clipped to a hundredth": facts(kept=[0.01] * STEPS, norms=[1e-4] * STEPS),
    "clipped to more": facts(kept=[0.011] * STEPS, norms=[1e-4] * STEPS),
    "clipped in nine of ten": facts(kept=[1e-3] * 36 + [1.0] * 4, norms=[math.nan] * 40),
    "clipped in fewer": facts(kept=[1e-3] * 35 + [1.0] * 5, norms=[]),
    "clipped, three times known": facts(kept=[1e-3] * 3 + [math.nan] * 37, norms=[1e-4] * STEPS),
    "clipped, hardly known": facts(kept=[1e-3] * 2 + [math.nan] * 38),
    "clipped, under Adam": together(optimizer(**ADAM), facts(kept=[1e-3] * STEPS, norms=[1e-9] * STEPS)),
    "clipped, under Adam, above its eps": together(optimizer(**ADAM), facts(kept=[1e-3] * STEPS, norms=[1e-6] * STEPS)),
    "clipped, under Adam without eps": together(optimizer(name="Adam"), facts(kept=[1e-3] * STEPS, norms=[1e-9] * STEPS)),
    "schedule ends": rates(lambda part: 0.1 if part < 0.5 else 1e-5),
    "schedule ends late": rates(lambda part: 0.1 if part < 0.81 else 1e-5),
    "schedule ends at four fifths": rates(lambda part: 0.1 if part < 0.8 else 1e-5),
    "schedule ends at a thousandth": rates(lambda part: 0.1 if part < 0.5 else 1.001e-4),
    "schedule never began": together(rates(steady(1e-6)), facts(first_rate=0.1)),
    "schedule comes back": rates(lambda part: 1e-5 if part < 0.5 else 0.1),
    "schedule ends, by hand": together(optimizer(name="updates by hand"), rates(lambda part: 0.1 if part < 0.5 else 1e-5)),
    "seven rates": facts(rates=[0.1] * 3 + [1e-5] * 4),
    "eight rates": facts(rates=[0.1] * 3 + [1e-5] * 5),
    "no rate at all": together(rates(steady(0.0)), facts(first_rate=0.0)),
    "warms up": together(rates(lambda part: 1e-4 * (1 + part)), facts(first_rate=0.1)),
    "warms up to a twentieth": together(rates(lambda part: 0.005 * part), facts(first_rate=0.1)),
    "warms up to less": together(rates(lambda part: 0.0049 * part), facts(first_rate=0.1)),
    "does not warm up": together(rates(steady(1e-4)), facts(first_rate=0.1)),
    "zeros": together(columns(0, weight=_zero), columns(1, weight=_zero)),
    "zeros in the body": columns(0, weight=_zero),
    "zeros in the head": columns(1, weight=_zero),
    "alike": columns(0, weight=_alike, bias=_alike),
    "ones": columns(0, weight=_ones),
    "far start": together(losses(steady(40.0)), call(counts=[4, 4, 4], function="cross_entropy", right=[])),
    "ten times guessing": together(losses(steady(10.0 * math.log(3))), call(counts=[4, 4, 4], function="cross_entropy")),
    "a thousand times guessing": together(losses(steady(1000.0)), call(goal_variance=0.9, counts=[])),
    "less than a thousand times guessing": together(losses(steady(1000.0)), call(goal_variance=1.1, counts=[])),
    "far start, large inputs": together(
        losses(steady(1000.0)), call(goal_variance=0.9, counts=[]), columns(0, input=lambda v: v * [1, 100, 1])
    ),
    "Adam, large steps": together(optimizer(**ADAM), stepping(1.0)),
    "Adam, steps of a fifth": together(
        optimizer(**ADAM), in_both(weight=_ones), stepping(0.2)
    ),
    "Adam, steps of more than a fifth": together(
        optimizer(**ADAM), in_both(weight=_ones), stepping(0.21)
    ),
    "AdamW, steps of decay": together(
        optimizer(**ADAM | {"name": "AdamW", "weight_decay": 0.5}), facts(rates=[0.1] * STEPS),
        in_both(weight=_ones), stepping(0.24),
    ),
    "Adam, large steps, no rates": together(optimizer(**ADAM), facts(rates=[]), stepping(1.0)),
    "Adam, large steps, then twice its lowest": together(
        optimizer(**ADAM), losses(lambda part: 1 + 20 * (part - 0.5) ** 2), stepping(1.0)
    ),
    "goals far": together(call(goal_low=-10.0, goal_high=900.0, goal_variance=1e4)),
    "goals of 30": call(goal_low=-30.0, goal_high=10.0, goal_variance=1e4),
    "goals of 29": call(goal_low=-29.0, goal_high=10.0, goal_variance=1e4),
    "goals far, predictions too": call(goal_low=0.0, goal_high=900.0, goal_variance=1e4, size=800.0),
    "goals far, little variance": call(goal_low=899.0, goal_high=900.0, goal_variance=0.01, size=800.0),
    "goals far, another function": call(function="nll_loss", goal_low=-10.0, goal_high=900.0),
    "half precision": together(parameter(dtype="bfloat16"), stepping(0.0)),
    "half precision, half lost": together(
        parameter(dtype="float16"), in_both(alpha_delta=_every_second)
    ),
    "single precision, lost": stepping(0.0),
    "eps lost": together(optimizer(**ADAM), parameter(0, dtype="float16")),
    "eps kept": together(optimizer(**ADAM | {"eps": 1e-4}), parameter(0, dtype="float16")),
    "eps of 0": together(optimizer(**ADAM | {"eps": 0.0}), parameter(0, dtype="float16")),
    "betas swapped": optimizer(**ADAM | {"betas": (0.999, 0.9)}),
    "betas at the line": optimizer(**ADAM | {"betas": (0.9, 0.81)}),
    "betas of 1": optimizer(**ADAM | {"betas": [1.0, 0.5]}),
    "one beta": optimizer(**ADAM | {"betas": (0.9,)}),
    "momentum of 1": optimizer(momentum=1.0),
    "momentum of 0.999": optimizer(momentum=0.999),
    "momentum of 0.998": optimizer(momentum=0.998),
    "momentum within the run": together(optimizer(momentum=0.999), attributes_of_run(losses=[1.0] * 1001)),
    "dropout of nine tenths": modes(dropped=0.9, dropped_by="drop"),
    "dropout of less": modes(dropped=0.89, dropped_by="drop"),
    "dropout of all": modes(dropped=1.0, dropped_by="drop"),
}  # fmt: skip


def trembling(part: float) -> float:
    """Around 1, by a tenth."""
    return 1.0 + 0.1 * math.sin(400 * part)


COURSES: dict[str, Change] = {
    "rises": losses(lambda part: 1.0 + part),
    "rises a little": losses(lambda part: 1.0 + 0.01 * part),
    "twenty times": losses(lambda part: 1.0 + 30 * part),
    "a thousand times": losses(lambda part: math.exp(8 * part)),
    "stands": losses(steady(1.0)),
    "trembles": losses(trembling),
    "falls at first": losses(lambda part: max(0.6, 1.0 - part)),
    "falls at first to little": losses(lambda part: max(0.05, 1.0 - 3 * part)),
    "falls and turns": losses(lambda part: 1.0 - part if part < 0.5 else part),
    "halves": losses(lambda part: 1.0 - 0.5 * part),
    "falls to nothing": losses(lambda part: 1.0 - part),
    "below 0": losses(lambda part: -1.0 - part),
    "without end": losses(lambda part: 1.0 - 400 * part**2),
    "down to a hundred times": losses(lambda part: 1.0 - 101 * part**2),
    "gaps": losses(lambda part: math.nan if 0.3 < part < 0.6 else 1.0 - part),
    "never seen": losses(steady(math.nan)),
    "never seen, nothing reached": together(losses(steady(math.nan)), facts(reached=0)),
    "never seen, no backward": together(losses(steady(math.nan)), facts(reached=0, backwards=0)),
    "thrown up at first": losses(lambda part: 50.0 if 0 < part < 0.2 else 1.0 - 0.4 * part),
    "told to rise": together(optimizer(maximize=True), losses(lambda part: 1.0 + part)),
    "told to rise below 0": together(optimizer(maximize=True), losses(lambda part: -2.0 + part)),
    "told to rise, and falls": together(optimizer(maximize=True), losses(lambda part: 2.0 - part)),
    "sums": facts(counts=[12 if t % 2 else 6 for t in range(STEPS)]),
    "sums of nearly as many": facts(counts=[12 if t % 2 else 10 for t in range(STEPS)]),
    "sums of as many": facts(counts=[12] * STEPS),
    "counts of fewer": facts(counts=[12] * 3),
    "of two parts": together(facts(loss_calls=[LossCall("mse_loss", 0), LossCall("l1_loss", 0)]), losses(steady(1.0))),
    "of two parts, trembling": together(facts(loss_calls=[LossCall("mse_loss", 0), LossCall("l1_loss", 0)]), losses(trembling)),
    "of two parts, twenty-one times": together(facts(loss_calls=[LossCall("mse_loss", 0)]), losses(lambda part: 1.0 + 21 * part)),
    "of two parts, thousands": together(facts(loss_calls=[LossCall("mse_loss", 0)]), losses(lambda part: math.exp(10 * part))),
    "of two parts, below 0": together(facts(loss_calls=[LossCall("mse_loss", 0)]), losses(lambda part: 1.0 - 90 * part)),
    "of no call": facts(loss_calls=[]),
    "of no call, rising": together(facts(loss_calls=[]), losses(lambda part: 1.0 + part)),
    "against a network": together(call(goals_from="network"), losses(steady(1.0))),
    "unseen turns up": facts(noted={"validation": [(4 * i, abs(i - 4) + 1.0) for i in range(10)]}),
    "unseen turns up a tenth": facts(noted={"validation": [(4 * i, 1.0 if i == 4 else 1.1) for i in range(10)]}),
    "unseen falls": facts(noted={"validation": [(4 * i, 10.0 - i) for i in range(10)]}),
    "unseen at three": facts(noted={"validation": [(4 * i, 1.0 + i) for i in range(3)]}),
    "unseen at four": facts(noted={"validation": [(4 * i, 1.0 + i) for i in range(4)]}),
    "unseen, not finite": facts(noted={"validation": [(4 * i, math.inf if i == 5 else 1.0 + i) for i in range(9)]}),
    "all right": call(right=[(step, 0.97) for step in range(0, STEPS, 4)]),
    "nearly all right": call(right=[(step, 0.96) for step in range(0, STEPS, 4)]),
    "faded": together(rates(lambda part: 0.1 * 1e-4**part), losses(steady(1.0))),
    "log gave inf": trouble("log"),
    "log gave inf, after growing": trouble("log", since=12),
    "the slope of a root": trouble("slope of sqrt"),
    "a bad row": trouble("input", where="the data"),
    "behind where": trouble("slope of log", text="slope of log behind where() gave nan"),
    "eps of half precision": trouble("alpha_delta", text="eps 1e-08 is 0 in float16"),
    "so from the start": trouble("weight", text="weight is nan, and was so from the start"),
    "of the rate": trouble("weighted_delta", since=3),
    "of the rate, went on": together(trouble("weighted_delta", since=3), facts(recovered=True)),
    "of a rate above its limit": together(trouble("sum", since=20), bends((1, 0.3, 0.5), (16, 0.6, 0.5), (24, 0.1, 0.5))),
    "of a rate at its limit": together(trouble("sum", since=20), bends((16, 0.5, 0.5))),
    "of the first step": together(trouble("sum", since=0), bends((1, 0.6, 0.5), (2, 0.7, 0.5))),
}  # fmt: skip
RECORDING: dict[str, Change] = {
    "limit of 0": bends((1, 0.3, 0.0)),
    "no limit": bends((1, 0.3, math.inf)),
    "no look": bends(),
    "far above its limit": bends((1, 0.3, 0.5), (16, 1.6, 0.5)),
    "three times its limit": bends((16, 1.5, 0.5)),
    "far above its limit, and rising": together(bends((16, 1.6, 0.5)), losses(lambda part: 1.0 + part)),
    "set by others": attributes_of_run(bends=[Curvature(4, 0.3, 4.0, 0.5, (0.1, 0.1, 0.8))]),
    "a hundredth of its limit": bends((0, 0.3, 31.0), (20, 0.3, 0.1)),
    "a tenth of its limit": bends((0, 0.3, 3.0)),
    "ended": facts(ended=17),
    "nothing recorded": attributes_of_run(records=[]),
    "nothing recorded, not finite": together(attributes_of_run(records=[]), trouble("log")),
    "no step": attributes_of_run(records=[], losses=[]),
    "no layer": attributes_of_run(records=[], layers=(), bends=[]),
    "a weight not finite": columns(0, weight=lambda v: v * math.inf),
    "four nodes of forty": layer(0, nodes=40),
    "an unknown activation": layer(0, activation=""),
    "of an unknown kind": layer(0, kind="MyLayer"),
    "of an unknown kind, only weights": together(layer(0, kind="MyLayer"), without(0, "sum", "prediction", "delta", "input")),
    "both of an unknown kind": together(
        *(together(layer(n, kind="MyLayer"), without(n, "sum", "prediction", "delta", "input")) for n in (0, 1))
    ),
    "no predictions": without(0, "prediction"),
    "no gradients": without(0, "weighted_delta", "bias_weighted_delta", "alpha_delta", "bias_delta", "delta"),
    "no biases": together(*(without(n, "bias", "bias_delta", "bias_weighted_delta") for n in (0, 1))),
    "body still": columns(0, weight=_ones, bias=_zero, alpha_delta=_zero, bias_delta=_zero),
    "body still, but for its updates": columns(0, weight=_ones, bias=_zero),
    "body dead": together(layer(0, activation="relu"), columns(0, sum=_off, prediction=_zero, delta=_zero)),
    "half dead": together(layer(0, activation="relu"), columns(0, sum=lambda v: v - [0, 0, 99, 99])),
    "body flat": columns(0, sum=lambda v: 0 * v + 9.0),
    "half flat": columns(0, sum=lambda v: v + np.array([0, 0, 99, 99])),
    "inputs large": columns(0, input=lambda v: v * [1, 500, 1]),
    "inputs large, not from outside": together(facts(from_data=False), columns(0, input=lambda v: v * [1, 500, 1])),
    "inputs rare": columns(0, input=lambda v: np.where(np.abs(v) > 1, 90.0, 0.0)),
    "inputs small": columns(0, input=lambda v: v / 10),
    "deltas vanish": columns(0, delta=lambda v: 1e-9 * v),
    "deltas hardly arrive": columns(0, delta=lambda v: 1e-5 * v),
    "deltas explode": columns(0, delta=lambda v: 1e9 * v),
    "deltas are heavy": columns(0, delta=lambda v: 1e5 * v),
    "one record": lambda run: setattr(run, "records", run.records[-1:]),
    "two records": lambda run: setattr(run, "records", run.records[-2:]),
    "nine records": lambda run: setattr(run, "records", run.records[-9:]),
    "every fourth record": lambda run: setattr(run, "records", run.records[::4]),
    "under RMSprop": optimizer(name="RMSprop"),
    "moved by a hundredth": columns(0, weight=_ones),
}  # fmt: skip
