"""The known ways of doing a step, right and wrong: independent choices, and what is said of each.

A `Way` is a step in which some choices were made otherwise than the definition makes them (`arithmetic/step.py`). `Choice`
is one of them; choices of different *axes* combine. They are tried one, two, three at a time, the likelier first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from nodescope.arithmetic.rules import RULES, Momentum, Rule
from nodescope.run.recipe import Recipe

MOVES = frozenset({"weighted_delta", "alpha_delta", "bias_weighted_delta", "bias_delta"})
"""Columns by which a doubled step can be seen where it is doubled."""
DECAYS = (0.1, 0.01, 0.001, 0.5, 1.0, 0.05, 0.2, 0.005, 0.0001)
MOMENTA = (0.9, 0.5, 0.99, 0.8)
MOST_COMBINED = 1500
"""Combinations that are tried."""
PARTS = ("sum", "mean", "n − 1", "all at once", "full derivative", "half the step", "wrong sign", "slip", "shared", "thresholded",
         "stale", "weight decay", "momentum", "rule forgotten", "one after another", "off by one", "float32", "error after",
         "rounded on")  # fmt: skip
"""Names of conventions, in the order in which combined ones are joined: "sum, full derivative"."""
CENTRED, SCALED = 1e-6, 1e-6
"""Inputs are standardised whose means are so near 0, and whose deviations so near 1."""
VARIED = 1e-12
"""An input varies whose variance is more."""


@dataclass(frozen=True)
class Way:
    """One way of doing a step. All as it should be unless told.

    Attributes
    ----------
    factor : what the step is multiplied by; 2 for the full derivative, −1 for a sign that is wrong
    doubled : the column in which the factor is first seen
    added : the sign is wrong: the alpha delta is added
    slip : alpha delta × weighted delta is subtracted
    grouped : the order of a step's operations where it is another one, "alpha × delta" or "alpha × input" first
    shared : whose alpha delta all weights of a node get
    mean : whether a batch is averaged; None: as the recipe says
    turn : what is updated one after another: "slopes", "intercept", "slopes at once", "intercept, slopes at once", "examples"
    shown : of weights in turn, the "first" or the "last" prediction is printed
    stale : "run" or "epoch": since when the predictions are no longer taken anew
    threshold : what the error is taken of: "±1" or "0 or 1", "> " before it where a sum of 0 counts as low
    decay : times weight, added to each weighted delta (of the bias too where `decays_bias`)
    rule : another rule than the recipe's
    whole : each step sees all examples, where the recipe takes fewer
    late, late_goal : examples (goals) by which the data are read too late
    stretch : what standardised inputs are multiplied by
    single : float32
    """

    factor: float = 1.0
    doubled: str = "weighted_delta"
    added: bool = False
    slip: bool = False
    grouped: str = ""
    shared: str = ""
    shares_bias: bool = True
    shows_own: bool = False
    mean: bool | None = None
    over_outputs: bool = False
    turn: str = ""
    shown: str = "first"
    stale: str = ""
    threshold: str = ""
    decay: float = 0.0
    decays_bias: bool = True
    rule: Rule | None = None
    whole: bool = False
    late: int = 0
    late_goal: int = 0
    stretch: float = 1.0
    single: bool = False


@dataclass(frozen=True)
class Choice:
    """One thing done otherwise: its name, its sentence, its axis, and what it changes in a `Way`."""

    name: str
    says: str
    axis: str
    changes: dict[str, Any] = field(default_factory=dict, hash=False)
    weak: bool = False
    """A variant that is not tried in combination."""
    fitted: bool = False
    """It has a number that was found in the sheet: one row is no evidence for it."""


RIGHT = Way()


@dataclass(frozen=True)
class Done:
    """Choices made together: the way, its joined name and sentence. No choices: right."""

    choices: tuple[Choice, ...] = ()

    @cached_property
    def way(self) -> Way:
        changes: dict[str, Any] = {}
        for choice in self.choices:
            changes.update(choice.changes)
        return replace(RIGHT, **changes)

    @cached_property
    def name(self) -> str:
        return joined(choice.name for choice in self.choices) or "right"

    @property
    def says(self) -> str:
        return "; and ".join(choice.says for choice in self.choices)

    @cached_property
    def is_fitted(self) -> bool:
        return any(choice.fitted for choice in self.choices)


def joined(names: Any) -> str:
    """Names of conventions as one name, in the order of `PARTS`."""
    return ", ".join(sorted(set(names), key=lambda name: PARTS.index(name) if name in PARTS else len(PARTS)))


def single_choices(recipe: Recipe, printed: frozenset[str]) -> list[Choice]:
    """All that could make a difference in the printed columns, simplest first."""
    many, width = recipe.batch_size > 1, recipe.d + (recipe.bias is not None)
    seed = "alpha delta × weighted delta is subtracted where it is alpha delta alone (the seed's slip)"
    single = Choice("float32", "the arithmetic is done in float32 (about 7 digits)", "float", {"single": True})
    return [
        *_sizes(printed),
        Choice("wrong sign", "alpha delta is added (weight +=) where it is to be subtracted", "sign", {"added": True}),
        Choice("slip", seed, "taken", {"slip": True}),
        *_shared(recipe, printed),
        *_reductions(recipe, many),
        *_late(recipe),
        *_in_turn(recipe, printed, width),
        *_examples_in_turn(recipe, many),
        *_stale(recipe),
        *_thresholds(),
        *_rules(recipe),
        *_stretched(recipe),
        *_decays(recipe),
        *_half(printed),
        *([single] if recipe.rule.name == "plain" else []),
    ]


def _sizes(printed: frozenset[str]) -> Iterator[Choice]:
    yield Choice("full derivative", "the step is the full derivative, 2 × delta × input: twice the step", "size", {"factor": 2.0})
    if printed & MOVES:
        for doubled in ("alpha_delta", "new_weight"):
            yield Choice("full derivative", "the step is doubled: the full derivative", "size", {"factor": 2.0, "doubled": doubled})


def _half(printed: frozenset[str]) -> Iterator[Choice]:
    says = "the step is half as large: the mean is divided by 2 once more"
    yield Choice("half the step", says, "size", {"factor": 0.5})
    if printed & MOVES:
        for doubled in ("alpha_delta", "new_weight"):
            yield Choice("half the step", says, "size", {"factor": 0.5, "doubled": doubled}, weak=True)


def _shared(recipe: Recipe, printed: frozenset[str]) -> Iterator[Choice]:
    says = {
        "no input": "delta × alpha is subtracted, without the input",
        "first": "all weights get the alpha delta of the first input",
        "last": "all weights get the alpha delta of the last input",
        "sum": "all weights get one alpha delta, that of the inputs' sum",
        "mean": "all weights get one alpha delta, that of the inputs' mean",
    }
    for shared, words in says.items():
        if recipe.d > 1 or shared == "no input":
            for shares_bias in (True, False) if recipe.bias is not None else (True,):
                for shows_own in (False, True) if "weighted_delta" in printed else (False,):
                    changes = {"shared": shared, "shares_bias": shares_bias, "shows_own": shows_own}
                    yield Choice("shared", words, "input", changes, weak=shows_own or shared in ("sum", "mean"))


def _reductions(recipe: Recipe, many: bool) -> Iterator[Choice]:
    is_mean = recipe.reduction == "mean"
    if many:
        done = "added up" if is_mean else "averaged"
        says = f"the batch's weighted deltas are {done}, the recipe has reduction={recipe.reduction!r}"
        yield Choice("sum" if is_mean else "mean", says, "reduction", {"mean": not is_mean})
    if recipe.k > 1:
        yield Choice("mean", "the step is divided by the number of outputs too", "outputs", {"over_outputs": True})
    if recipe.batch_size < recipe.n:
        for mean, how in ((True, "averaged"), (False, "added up")):
            says = f"each step takes all {recipe.n} examples, {how}, where the recipe takes {recipe.batch_size}"
            yield Choice("all at once", says, "reduction", {"whole": True, "mean": mean})


def _late(recipe: Recipe) -> Iterator[Choice]:
    if recipe.n == 1:
        return
    if recipe.batch_size < recipe.n:
        yield Choice("off by one", "the examples are one late: the first step is the second example's", "data", {"late": 1})
        yield Choice(
            "off by one", "the examples are one early: the first step is the last example's", "data", {"late": -1}, weak=True
        )
    yield Choice("off by one", "each input has the goal of the next example", "data", {"late_goal": 1})
    yield Choice("off by one", "each input has the goal of the example before", "data", {"late_goal": -1}, weak=True)


def _in_turn(recipe: Recipe, printed: frozenset[str], width: int) -> Iterator[Choice]:
    if width == 1:
        return
    says = "the weights of a step are updated one after another, later ones from a delta that has moved"
    orders = {"slopes": says}
    if recipe.bias is not None:
        orders["intercept"] = says + " (the intercept first)"
        if recipe.d > 1:
            orders["slopes at once"] = "the intercept is updated last, from a delta that the new slopes have moved"
            orders["intercept, slopes at once"] = "the intercept is updated first and used at once for the slopes"
    for turn, words in orders.items():
        for shown in ("first", "last") if printed & {"prediction", "delta", "mse"} else ("first",):
            yield Choice("one after another", words, "turn", {"turn": turn, "shown": shown}, weak=shown == "last")


def _examples_in_turn(recipe: Recipe, many: bool) -> Iterator[Choice]:
    says = "the weights are updated after each example of a batch, not once for all of it"
    for mean in (None, recipe.reduction != "mean") if many else ():
        yield Choice("one after another", says, "turn", {"turn": "examples", "mean": mean}, weak=True)


def _stale(recipe: Recipe) -> Iterator[Choice]:
    yield Choice(
        "stale", "the gradient is never taken anew: each step uses the predictions of the start weights", "fresh", {"stale": "run"}
    )
    if recipe.batch_size < recipe.n:
        yield Choice("stale", "the predictions are taken once an epoch, not anew for each step", "fresh", {"stale": "epoch"})


def _thresholds() -> Iterator[Choice]:
    for threshold in ("±1", "0 or 1", "> ±1", "> 0 or 1"):
        output = threshold.removeprefix("> ")
        says = f"the error is that of the thresholded output ({output}), the perceptron's rule, where it is the sum's own"
        yield Choice("thresholded", says, "output", {"threshold": threshold}, weak=threshold.startswith(">"))


def _rules(recipe: Recipe) -> Iterator[Choice]:
    has = recipe.rule.name
    if has != "plain":
        name = "momentum" if has in ("momentum", "nesterov") else "rule forgotten"
        yield Choice(name, f"the {has} is forgotten: each step is the plain one", "rule", {"rule": Rule()})
        for other in ("momentum", "nesterov"):
            if has in ("momentum", "nesterov") and other != has:
                rule = RULES[other](recipe.rule.momentum)  # type: ignore[attr-defined, call-arg]
                yield Choice("momentum", f"the rule is {other}, where it is to be {has}", "rule", {"rule": rule})
        return
    for beta in MOMENTA:
        says = f"the rule is momentum {beta}, where it is to be the plain one"
        yield Choice("momentum", says, "rule", {"rule": Momentum(beta)}, weak=beta != MOMENTA[0], fitted=True)


def _stretched(recipe: Recipe) -> Iterator[Choice]:
    """Deviations of n − 1 where they are of n, or the other way round."""
    n = recipe.n
    if n < 2:
        return
    x = recipe.examples.input
    variance = x.var(axis=0)
    spread = variance > VARIED
    if not spread.any() or np.abs(x.mean(axis=0)[spread]).max() > CENTRED:
        return
    for of, other, share in (("n", "n − 1", (n - 1) / n), ("n − 1", "n", n / (n - 1))):
        size = variance[spread] if of == "n" else variance[spread] * share
        if np.abs(size - 1.0).max() < SCALED:
            says = f"the inputs are scaled by deviations of {other}, where they are of {of}"
            yield Choice("n − 1", says, "scale", {"stretch": float(np.sqrt(share))})


def _decays(recipe: Recipe) -> Iterator[Choice]:
    if recipe.rule.name == "adamw":
        return
    for decay in DECAYS:
        yield decayed(decay, True, weak=decay not in DECAYS[:3])
        if recipe.bias is not None:
            yield decayed(decay, False, weak=True)
    if recipe.batch_size > 1:
        for decay in DECAYS[:5]:
            yield decayed(decay / recipe.batch_size, False, weak=True)
            yield decayed(decay / recipe.batch_size, True, weak=True)


def decayed(decay: float, with_bias: bool, weak: bool = False) -> Choice:
    """Weight decay of this size, with or without the bias."""
    says = f"weight decay is added: {decay:.6g} × weight beside each weighted delta{'' if with_bias else ', the bias left out'}"
    return Choice("weight decay", says, "decay", {"decay": decay, "decays_bias": with_bias}, weak=weak, fitted=True)


def right_choices(recipe: Recipe) -> Iterator[Choice]:
    """Ways that lead to the right weights: products taken in another order."""
    if recipe.batch_size == 1 and recipe.rule.name == "plain":
        for grouped in ("alpha × delta", "alpha × input"):
            says = f"It takes {grouped} first, which is right and may differ in the last digit."
            yield Choice("right", says, "grouped", {"grouped": grouped})


def combined(choices: list[Choice]) -> Iterator[Done]:
    """Two choices at a time, then three of the likeliest, each of another axis; `MOST_COMBINED` at most."""
    strong = [choice for choice in choices if not choice.weak]
    pairs = [pair for pair in combinations(strong, 2) if _fit(pair)]
    likely = [
        choice
        for choice in strong
        if choice.name in ("sum", "mean", "full derivative", "half the step", "wrong sign", "one after another", "stale")
    ]
    triples = [three for three in combinations(likely, 3) if _fit(three)]
    for together in [*pairs, *triples][:MOST_COMBINED]:
        yield Done(together)


def _fit(choices: tuple[Choice, ...]) -> bool:
    """Of different axes; what is shared or slipped has no sum of its own to be doubled in another place."""
    return len({choice.axis for choice in choices}) == len(choices) and sum(choice.fitted for choice in choices) <= 1
