"""Each schedule's alpha at steps worked out by hand, what it keeps, and what is refused, in whole sentences."""

import math
import pickle

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.schedule import NoAlpha, Plateau, Schedule, as_schedule

NAMES = "constant, steps, 1/t, exponential, cosine, warm-up, invscaling, plateau"
ALPHAS = [
    ("constant", {"start": 0.75}, {0: 0.75, 9: 0.75}),
    ("steps", {"start": 8, "factor": 0.5, "every": 3}, {0: 8.0, 2: 8.0, 3: 4.0, 5: 4.0, 6: 2.0, 7: 2.0}),
    ("steps", {"start": 1, "every": 1}, {0: 1.0, 1: 0.1}),
    ("1/t", {"start": 6, "decay": 0.5}, {0: 6.0, 2: 3.0, 4: 2.0}),
    ("1/t", {"start": 6, "decay": 0}, {5: 6.0}),
    ("exponential", {"start": 3, "factor": 2}, {0: 3.0, 1: 6.0, 4: 48.0}),
    ("exponential", {"start": -3, "factor": -2}, {1: 6.0, 2: -12.0}),
    ("cosine", {"start": 3, "steps": 6}, {0: 3.0, 2: 2.25, 3: 1.5, 4: 0.75, 6: 0.0, 7: 0.0, 60: 0.0}),
    ("cosine", {"start": 3, "steps": 6, "end": 1}, {0: 3.0, 2: 2.5, 3: 2.0, 6: 1.0, 7: 1.0, 9: 1.0}),
    ("cosine", {"start": 3, "steps": 1, "end": 1}, {0: 3.0, 1: 1.0}),
    ("warm-up", {"start": 6, "steps": 4}, {0: 1.5, 1: 3.0, 2: 4.5, 3: 6.0, 4: 6.0, 9: 6.0}),
    ("warm-up", {"start": 6, "steps": 1}, {0: 6.0, 1: 6.0}),
    ("invscaling", {"start": 6}, {0: 6.0, 3: 3.0, 8: 2.0}),
    ("invscaling", {"start": 6, "power": 1}, {0: 6.0, 1: 3.0, 2: 2.0}),
    ("plateau", {"start": 6}, {0: 6.0, 9: 6.0}),
    ("constant", {"start": 8, "warm_up": 4}, {0: 2.0, 1: 4.0, 3: 8.0, 4: 8.0}),
    ("exponential", {"start": 8, "factor": 0.5, "warm_up": 2}, {0: 4.0, 1: 8.0, 2: 8.0, 3: 4.0, 4: 2.0}),
    ("exponential", {"start": 8, "factor": 0.5, "warm_up": 0}, {0: 8.0, 1: 4.0}),
    ("plateau", {"start": 8, "warm_up": 4}, {0: 2.0, 2: 6.0, 3: 8.0, 4: 8.0, 90: 8.0}),
    ("plateau", {"start": 8, "warm_up": 1}, {0: 8.0}),
]


@pytest.mark.parametrize(("name", "settings", "alphas"), ALPHAS)
def test_alpha_at_a_step(name, settings, alphas):
    alpha = ns.schedule(name, **settings)
    assert {step: pytest.approx(value, rel=1e-14, abs=1e-15) for step, value in alphas.items()} == {
        step: alpha(step) for step in alphas
    }
    assert {type(alpha(step)) for step in alphas} == {float}


@pytest.mark.parametrize("name", ["Warm_Up", "WARMUP", "warm-up", "warm_up"])
def test_other_ways_to_write_a_name(name):
    assert ns.schedule(name, start=1, steps=2)(0) == 0.5


REFUSED = [
    (("cosin", {}), f"schedule is 'cosin'; the schedules are {NAMES}; did you mean 'cosine'?"),
    ((3, {}), f"schedule is 3; the schedules are {NAMES}"),
    ((None, {}), f"schedule is None; the schedules are {NAMES}"),
    (("steps", {"start": 1}), "schedule 'steps' needs every; it has start, factor, every and warm_up"),
    (("constant", {}), "schedule 'constant' needs start; it has start and warm_up"),
    (("cosine", {"start": 1, "stps": 3}),
     "schedule 'cosine' has no setting 'stps'; it has start, steps, end and warm_up; did you mean 'steps'?"),
    (("constant", {"start": "a"}), "start of schedule 'constant' is 'a'; it must be a number"),
    (("constant", {"start": math.inf}), "start of schedule 'constant' is inf; it must be finite"),
    (("1/t", {"start": 1, "decay": -0.5}), "decay of schedule '1/t' is -0.5; it must be finite and at least 0"),
    (("steps", {"start": 1, "every": 0}), "every of schedule 'steps' is 0; it must be at least 1"),
    (("steps", {"start": 1, "every": 1.5}), "every of schedule 'steps' is 1.5; it must be a whole number"),
    (("cosine", {"start": 1, "steps": 0}), "steps of schedule 'cosine' is 0; it must be at least 1"),
    (("plateau", {"start": 1, "factor": 1}), "factor of schedule 'plateau' is 1; it must be at least 0 and below 1"),
    (("plateau", {"start": 1, "factor": -0.1}), "factor of schedule 'plateau' is -0.1; it must be at least 0 and below 1"),
    (("plateau", {"start": 1, "change": 1.0}), "change of schedule 'plateau' is 1.0; it must be at least 0 and below 1"),
    (("plateau", {"start": 1, "patience": -1}), "patience of schedule 'plateau' is -1; it must be at least 0"),
    (("plateau", {"start": 1, "patience": 0.5}), "patience of schedule 'plateau' is 0.5; it must be a whole number"),
    (("plateau", {"start": 1, "least": -1}), "least of schedule 'plateau' is -1; it must be finite and at least 0"),
    (("constant", {"start": 1, "warm_up": -1}), "warm_up of schedule 'constant' is -1; it must be at least 0"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "said"), REFUSED, ids=str)
def test_refused(asked, said):
    name, settings = asked
    with pytest.raises(ns.InputError) as refused:
        ns.schedule(name, **settings)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("name", "settings", "alphas"),
    [
        ("steps", {"every": 1, "factor": -3}, [-1.0, 3.0, -9.0]),
        ("cosine", {"steps": 1, "end": -3}, [-1.0, -3.0, -3.0]),
        ("invscaling", {"power": -1}, [-1.0, -2.0, -3.0]),
    ],
)
def test_what_is_allowed_at_the_bounds(name, settings, alphas):
    alpha = ns.schedule(name, start=-1.0, **settings)
    assert [alpha(step) for step in range(3)] == alphas


def test_a_plateau_at_its_bounds_changes_at_the_first_error_that_is_no_lower():
    alpha, told = ns.schedule("plateau", start=-1.0, factor=0, patience=0, change=0, least=1e9), []
    for error in (2.0, 1.0, 1.0):
        alpha.note(error)
        told.append(alpha(0))
    assert told == [-1.0, -1.0, 1e9]


@pytest.mark.parametrize("alpha", [ns.schedule("constant", start=1), ns.schedule("plateau", start=1), Plateau(3, **{
    "start": 1.0, "factor": 0.5, "patience": 1, "change": 0.0, "least": 0.0})])  # fmt: skip
def test_steps_are_counted_from_0_in_whole_numbers(alpha):
    if not isinstance(alpha, Plateau) or alpha.warm_up:
        for wrong in (-1, 0.5, "0"):
            with pytest.raises(ns.InputError, match=f"^step is {wrong!r}"):
                alpha(wrong)
    alpha(0)


# ---- a plateau ----


def noted(errors, **settings):
    """Alpha after each of some errors."""
    usual = {"start": 8.0, "factor": 0.5, "patience": 1, "change": 0.0, "least": 0.0}
    alpha, seen = Plateau(0, **(usual | settings)), []
    for error in errors:
        alpha.note(error)
        seen.append(alpha(0))
    return seen


@pytest.mark.parametrize(
    ("errors", "settings", "alphas"),
    [
        ([5, 5, 5, 5, 5, 5], {}, [8, 8, 4, 4, 2, 2]),
        ([5, 5, 5, 5, 5, 5], {"patience": 0}, [8, 4, 2, 1, 0.5, 0.25]),
        ([5, 5, 5, 5, 5, 5], {"patience": 2}, [8, 8, 8, 4, 4, 4]),
        ([5, 5, 4, 4, 4, 3], {}, [8, 8, 8, 8, 4, 4]),
        ([5, 4, 3, 2, 1, 0], {"patience": 0}, [8] * 6),
        ([8, 6, 4, 3, 2, 1], {"patience": 0, "change": 0.5}, [8, 4, 2, 2, 1, 1]),
        ([5, 5, 5, 5, 5, 5], {"patience": 0, "least": 3.0}, [8, 4, 3, 3, 3, 3]),
        ([math.nan, math.inf, 5, 5], {"patience": 0}, [4, 2, 2, 1]),
        ([5, math.nan, 4, 4], {"patience": 0}, [8, 4, 4, 2]),
        ([math.inf, math.inf, 7, 7], {"patience": 0, "change": 0.5}, [4, 2, 2, 1]),
        ([0, 0, 0], {"patience": 0}, [8, 4, 2]),
        ([math.nan, math.nan, math.nan], {}, [8, 4, 4]),
        ([5, 6, 7, 6, 4.9], {"patience": 3}, [8, 8, 8, 8, 8]),
        ([5, 6, 4.9, 5, 4.9, 5], {"patience": 2}, [8, 8, 8, 8, 8, 4]),
    ],
)
def test_a_plateau_falls_where_the_error_stands(errors, settings, alphas):
    assert noted(errors, **settings) == alphas


def test_a_plateau_that_nothing_is_said_of():
    alpha = ns.schedule("plateau", start=8)
    assert (alpha.factor, alpha.patience, alpha.change, alpha.least, alpha.warm_up) == (0.1, 10, 1e-4, 0.0, 0)


def test_a_schedule_has_its_own_plateau():
    """What one run has seen is not told to another."""
    alpha = ns.schedule("plateau", start=8, factor=0.5, patience=0)
    one, other = Schedule(alpha), Schedule(alpha)
    for _ in range(3):
        one.note(5.0)
    assert (one.at(0), other.at(0), alpha(0)) == (2.0, 8.0, 8.0)
    assert one.follows_the_error
    assert not Schedule([1.0]).follows_the_error
    assert not Schedule(ns.schedule("constant", start=1)).follows_the_error
    Schedule([1.0]).note(5.0)
    Schedule(ns.schedule("constant", start=1)).note(5.0)


# ---- a schedule as a run has it ----


def test_a_list_of_alphas():
    schedule = Schedule([0.5, 2, np.float32(0.25)])
    assert (schedule.length, schedule.at(0), schedule.at(2), schedule.values.dtype) == (3, 0.5, 0.25, np.float64)
    assert schedule.until(0).tolist() == schedule.until(3).tolist() == [0.5, 2.0, 0.25]
    assert schedule.reach(0, 2)[0] == 2
    assert schedule.reach(1, 2)[0] == 2
    assert schedule.reach(1, 9)[0] == 2
    assert schedule.reach(2, 9)[0] == 1
    for step in (3, 4):
        with pytest.raises(NoAlpha, match=f"^alpha gives 3 values; there is none for step {step + 1}$"):
            schedule.reach(step, 2)
    with pytest.raises(NoAlpha, match=r"^alpha gives 3 values; there is none for step 3$"):
        schedule.until(4)
    schedule.refuse_too_short(3)
    with pytest.raises(ns.InputError, match=r"^alpha gives 3 values, but 4 steps are asked for; give a value for each step$"):
        schedule.refuse_too_short(4)


def test_a_function_is_asked_once_for_each_step():
    asked = []
    schedule = Schedule(lambda step: asked.append(step) or 1.0 + step)
    assert (schedule.length, schedule.values.tolist(), asked) == (None, [], [])
    assert schedule.at(2) == 3.0
    assert schedule.until(2).tolist() == [1.0, 2.0, 3.0]
    steps, values = schedule.reach(3, 2)
    assert (steps, values.tolist(), asked) == (2, [1.0, 2.0, 3.0, 4.0, 5.0], [0, 1, 2, 3, 4])
    schedule.refuse_too_short(10**9)
    kept = pickle.loads(pickle.dumps(schedule))
    assert (kept.length, kept.values.tolist(), kept.at(4)) == (5, [1.0, 2.0, 3.0, 4.0, 5.0], 5.0)
    with pytest.raises(NoAlpha):
        kept.at(5)


def raises(_step):
    raise KeyError("a\n  b" + "!" * 200)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (raises, f"alpha of step 0: the function raised KeyError: 'a\\n b{'!' * 104}; it must give a finite number"),
        (lambda _: math.nan, "alpha of step 0 is nan; it must be finite"),
        (lambda _: None, "alpha of step 0 is None; it must be a finite number"),
        (lambda _: "1", "alpha of step 0 is '1'; it must be a finite number"),
    ],
)
def test_a_function_that_gives_no_alpha(function, said):
    with pytest.raises(NoAlpha) as refused:
        Schedule(function).at(0)
    assert str(refused.value) == said


def test_what_a_function_gave_before_it_failed_is_kept():
    schedule = Schedule(lambda step: 1.0 if step < 3 else math.inf)
    with pytest.raises(NoAlpha, match=r"^alpha of step 3 is inf"):
        schedule.until(9)
    assert schedule.values.tolist() == [1.0] * 3
    assert schedule.reach(1, 9)[0] == 2


def test_an_empty_list():
    with pytest.raises(ns.InputError, match=r"^alpha is an empty list; give a value for each step$"):
        Schedule([])


@pytest.mark.parametrize("alpha", [0.1, "auto", None, b"ab", bytearray(b"ab"), np.float64(0.1), np.array(0.1), {1, 2}])
def test_no_schedule(alpha):
    assert as_schedule(alpha) is None


@pytest.mark.parametrize("alpha", [[0.1], (0.1,), np.array([0.1]), {"name": "constant", "start": 0.1}, lambda _: 0.1, range(1, 2)])
def test_schedules(alpha):
    assert as_schedule(alpha).at(0) in (0.1, 1.0)


def test_a_mapping_without_a_name():
    with pytest.raises(ns.InputError, match=r"^schedule is None; the schedules are "):
        as_schedule({"start": 1})


def test_alphas_that_grow_too_large():
    """By hand: 2¹⁰²³ is the last power of two that is a double."""
    alpha = ns.schedule("exponential", start=1, factor=2)
    assert (alpha(1023), alpha(1024), alpha(5000)) == (2.0**1023, math.inf, math.inf)
    schedule = Schedule(alpha)
    schedule.refuse_too_short(1024)
    with pytest.raises(ns.InputError) as refused:
        schedule.refuse_too_short(1025)
    assert str(refused.value) == (
        "alpha of step 1024 of schedule 'exponential' is too large for a double: "
        "ask for at most 1024 steps, or give a smaller factor"
    )
    assert ns.schedule("exponential", start=1, factor=2, warm_up=10).end_within(2000) == 1034
    assert ns.schedule("exponential", start=1.7e308, factor=2, warm_up=3)(2) == math.inf
