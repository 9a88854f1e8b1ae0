"""Law: what the page says of a run that is changed under the hand are Python's words for the run that this makes.

Each case is a run that is shown and another that it is made into: other alpha, weights, inputs, goals, steps, batch. The page is
given the first one's scene and what is changed, and makes the second one itself; Python makes it anew and judges it in full. Where
all follows from the recipe (one layer, plain steps that see all examples) headline, reason, forecast and the verdict's headline are
compared; elsewhere the headline, and the others where the page knows as much as Python.
"""

import json
import subprocess
from typing import Any

import numpy as np
import pytest
from conftest import cases
from laws.test_networks import recipe as network_recipe
from laws.test_page import FRONTEND
from laws.test_page import pytestmark as pytestmark

import nodescope as ns
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.live.run_facts import RunFacts
from nodescope.diagnosis.live.say import say
from nodescope.diagnosis.live.table import numbers
from nodescope.hosts.again import changed_recipe
from nodescope.views.scene import recipe_of_page, scene
from nodescope.views.values import plain

CHANGED = ("alpha", "start", "input", "goal", "steps", "batch", "until_mse")
TIDY = [0, 0.1, 0.2, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, -1, -0.5, 5, 10]


def pick(rng: np.random.Generator, size: tuple[int, ...], tidy: bool, scale: float) -> Any:
    return rng.choice(TIDY, size) * scale if tidy else rng.normal(size=size) * scale


def keywords(seed: int) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """A run, what becomes of it, and whether all that is said of it follows from its recipe."""
    rng = np.random.default_rng(seed)
    live = bool(rng.random() < 0.8)
    n = int(rng.choice([1, 1, 1, 2, 3, 5, 12, 30]))
    d = int(rng.choice([1, 1, 1, 2, 3, 4])) if n > 1 or rng.random() < 0.3 else 1
    k = 1 if rng.random() < 0.85 else 2
    biased = rng.random() < 0.4
    rule = "plain" if live else str(rng.choice(["plain", "momentum", "adam", "rmsprop"]))
    batch: Any = "all" if live or n == 1 else int(rng.integers(1, n + 1))
    one = n == d == k == 1 and not biased

    def made() -> dict[str, Any]:
        tidy = bool(rng.random() < 0.5)
        scale = float(rng.choice([1, 1, 1, 0.1, 10, 1e-3]))
        x, goal, weight = pick(rng, (n, d), tidy, scale), pick(rng, (n, k), tidy, 1.0), pick(rng, (k, d), tidy, 1.0)
        if n > 1 and rng.random() < 0.3:
            goal = x @ rng.normal(size=(d, k)) + float(rng.choice([0, 1e-3, 0.3])) * rng.normal(size=(n, k))
        if d > 1 and rng.random() < 0.2:
            x[:, 1] = x[:, 0] * (1 + 1e-3 * rng.normal(size=n)) if rng.random() < 0.5 else x[:, 1] * 300.0
        if rng.random() < 0.05:
            x[:, 0] = 0.0
        alpha = float(rng.choice([0.01, 0.1, 0.1, 0.3, 0.5, 0.9, 1, 1, 1.5, 1.9, 2, 2, 2.05, 3, -0.1, 0, 1e-3, 1e-5]))
        square = float((x * x).sum() / n) + biased
        if rng.random() < 0.6 and square > 0:
            alpha = alpha / square
        steps = int(rng.choice([1, 5, 20, 100, 325, 2000])) if rng.random() < 0.98 else 0
        common = {"alpha": alpha, "steps": steps, "until_mse": 1e-6 if rng.random() < 0.1 else None}
        if one:
            return {**common, "weight": float(weight[0, 0]), "input": float(x[0, 0]), "goal": float(goal[0, 0])}
        bias = {"bias": rng.normal(size=k)} if biased else {}
        return {**common, "weight": weight, "input": x, "goal": goal, **bias}

    fixed = {"rule": rule, "batch": batch, "reduction": str(rng.choice(["mean", "mean", "sum"]))}
    first = made()
    other = made() if live else first | {"alpha": first["alpha"] * float(rng.choice([0.5, 1.0]))}
    return first | fixed, other | fixed, live


def words_of(run: Any, is_live: bool) -> dict[str, Any]:
    facts = RunFacts(run)
    words = {name: say(name, facts) for name in ("head", "why", "step", "fate")}
    found = ns.diagnose(run)
    live = {"forecast": found.forecast.sentence, "verdict": found.headline} if is_live else {}
    return words | live | {"regime": facts.regime, "ending": run.ending.name, "steps": run.steps}


def said_by_the_page(lines: list[str]) -> list[dict[str, Any]]:
    asked = ["node", "program.mjs", "words"]
    done = subprocess.run(asked, cwd=FRONTEND, input="\n".join(lines), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_unheard_of(run: Any, page: dict[str, Any]) -> bool:
    """Whether Python found where a slow node stops without going there, as no page does."""
    foretold = Forecast(run.recipe)
    return run.recipe.n == 1 and not foretold.settles_exactly and page["forecast"] is not None


def knows_less(name: str, python: dict[str, Any], page: dict[str, Any]) -> bool:
    """Whether another alpha's regime is not the page's to tell: then it knows a limit at most, and says no more than that."""
    of_alpha = name in ("why", "step", "fate", "regime") and "forecast" not in python
    return of_alpha and page["step"] == "" and page["regime"] in ("", "stable", python["regime"])


@pytest.mark.timeout(3000)
def test_the_page_says_what_python_says():
    lines, expected, made = [], [], []
    for seed in range(cases(2000)):
        first, other, live = keywords(seed)
        shown, run = ns.descend(**first), ns.descend(**other)
        before, after = plain(scene(shown)), plain(recipe_of_page(run.recipe))
        changed = {name: after[name] for name in CHANGED if after[name] != before["recipe"][name]}
        lines.append(json.dumps({"scene": before, "recipe": changed}))
        expected.append(words_of(run, live))
        made.append((seed, other, run))
    wrong, compared = [], 0
    for (seed, other, run), python, page in zip(made, expected, said_by_the_page(lines), strict=True):
        for name, words in python.items():
            if (name == "forecast" and is_unheard_of(run, page)) or knows_less(name, python, page):
                continue
            compared += 1
            wrong += [] if page[name] == words else [(seed, name, words, page[name], other)]
    assert not wrong, wrong
    print(f"{len(made):,} runs, {compared:,} words and sentences alike")


@pytest.mark.timeout(3000)
def test_forecasts_of_networks_are_those_of_python():
    """Alpha and weights are changed; the page finds curvature by itself, and says as many of its digits as Python does."""
    lines, expected = [], []
    for seed in range(cases(2000)):
        rng = np.random.default_rng(seed)
        first = network_recipe(seed)
        if len(first["network"].sizes) < 3:
            continue
        shown = ns.descend(**first)
        start = shown.recipe.start_weights()
        moved = start + (0.0 if rng.random() < 0.3 else 1.0) * rng.normal(size=start.shape) * 0.3
        changed: dict[str, Any] = {"start": moved.tolist()}
        if shown.recipe.schedule is None:
            changed["alpha"] = shown.recipe.alpha * float(rng.choice([1.0, 0.1, 0.5, 3.0, 30.0, -1.0, 0.0]))
        other = changed_recipe(shown.recipe, changed)
        lines.append(json.dumps({"scene": plain(scene(shown)), "recipe": changed}))
        expected.append((seed, Forecast(other).sentence))
    told = [page["network"] for page in said_by_the_page(lines)]
    compared = [(page, seed, python) for page, (seed, python) in zip(told, expected, strict=True) if page is not None]
    assert len(compared) > 0.8 * len(told)
    wrong = [one for one in compared if one[0] != one[2]]
    assert not wrong, "\n".join(map(str, wrong))
    print(f"{len(compared):,} of {len(told):,} forecasts of networks alike")


def test_numbers_of_the_table_are_those_that_findings_are_made_by():
    from nodescope.diagnosis.after import (
        about_alpha,
        about_classes,
        about_data,
        about_layers,
        about_nodes,
        about_progress,
        about_squares,
        evidence,
        linear,
        remedies,
    )  # fmt: skip
    from nodescope.diagnosis.before import regime, stopping

    known = {
        "DONE": linear.DONE, "LAST_BITS": linear.LAST_BITS, "LEAST_GOAL": linear.LEAST_GOAL, "ROUNDED": linear.ROUNDED,
        "STANDARD_ERROR": linear.STANDARD_ERROR, "MARGINAL": linear.MARGINAL, "SAME": regime.SAME,
        "ILL_CONDITIONED": remedies.ILL_CONDITIONED, "GUESSING": about_data.GUESSING, "MISSED": about_squares.MISSED,
        "MANY_TIMES": about_progress.MANY_TIMES, "A_LOOK": about_progress.A_LOOK, "OTHER_STEPS": stopping.OTHER_STEPS,
        "CONVERGING_STEPS": stopping.CONVERGING_STEPS, "SLOW": stopping.SLOW, "FIT": evidence.FIT,
        "LOST": about_alpha.LOST, "WORSE": about_alpha.WORSE, "STILL_AS_HIGH": about_alpha.STILL_AS_HIGH,
        "MOST_OF_IT": about_nodes.MOST_OF_IT, "WORTH_TELLING": about_nodes.WORTH_TELLING, "NEARLY_ALL": about_nodes.NEARLY_ALL,
        "FLAT_END": about_nodes.FLAT_END, "CANCELLED": about_nodes.CANCELLED, "HEAVY": about_layers.HEAVY,
        "EXPLODED": about_layers.EXPLODED, "VANISHED": about_layers.VANISHED, "HARDLY": about_layers.HARDLY,
        "UNLIKE": about_data.UNLIKE, "FADED": evidence.FADED, "FAR_BELOW": evidence.SLOW,
        "SMALL_WEIGHTS": about_progress.SMALL_WEIGHTS, "STOOD": about_progress.STOOD, "FALLING": about_progress.FALLING,
        "FREQUENCIES": about_classes.GUESSING,
    }  # fmt: skip
    assert {name: numbers()[name] for name in known} == known


def test_a_size_beside_1_is_never_told_as_1():
    """Else a run that converges would leave "1 of what was missing", and one that diverges would end "1 times as far off"."""
    told = {alpha: say("step", RunFacts(ns.descend(input=1.0, goal=0.6, weight=0.1, alpha=alpha, steps=5)))
            for alpha in (1.99, 1.9995, 1.99999, 2.0005, 2.0002, 2.01)}  # fmt: skip
    assert told == {
        1.99: "Each step overshoots and leaves 0.99 of what was missing, on the other side.",
        1.9995: "Each step overshoots and leaves 0.9995 of what was missing, on the other side.",
        1.99999: "Each step overshoots and leaves (1 − 1e-05) of what was missing, on the other side.",
        2.0002: "Each step overshoots and ends 1.0002 times as far off on the other side.",
        2.0005: "Each step overshoots and ends 1.0005 times as far off on the other side.",
        2.01: "Each step overshoots and ends 1.01 times as far off on the other side.",
    }
