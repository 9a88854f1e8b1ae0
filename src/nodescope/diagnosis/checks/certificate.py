"""What a verification found: what was recomputed, and the first number that differs."""

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np

from nodescope.arithmetic.doubles import ordinal
from nodescope.run.offers import Faced
from nodescope.run.run import Run


class Mismatch(NamedTuple):
    """The first number that is not what recomputing gives.

    step : updates made before it was there; counted from 0
    node : which output node, None where the number belongs to none
    quantity : a column of the trace, or a fact of the run; inputs by number ("weight[2]")
    expected, found : what recomputing gives, and what the run says
    ulps : how many doubles apart; None where they are not two numbers
    """

    step: int
    node: int | None
    quantity: str
    expected: Any
    found: Any
    ulps: int | None = None


class Checked(NamedTuple):
    """How much of a run was recomputed.

    updates : made again by the core, from the start weights
    of : updates that the run made
    states : kept states met on the way, the last one included
    steps : ranges of steps of the trace whose every column the plain definition gave again
    facts : names of the recorded facts that were compared
    """

    updates: int
    of: int
    states: int
    steps: tuple[range, ...]
    facts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Certificate(Faced):
    """What `verify` found.

    Attributes
    ----------
    passed : bool
        Nothing that was recomputed differs in any bit.
    complete : bool
        The core went the whole way; False where `time_limit` stopped it.
    first_difference : Mismatch or None
    checked : Checked
    sentence : str
        Also its text.

    Examples
    --------
    >>> import nodescope as ns
    >>> found = ns.verify(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1))
    >>> found.passed, found.complete, found.first_difference
    (True, True, None)
    """

    passed: bool
    complete: bool
    first_difference: Mismatch | None
    checked: Checked
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__


def differing(step: int, node: int | None, quantity: str, expected: Any, found: Any) -> Mismatch:
    expected, found = (value.item() if isinstance(value, np.generic) else value for value in (expected, found))
    return Mismatch(step, node, quantity, expected, found, _ulps(expected, found))


def _ulps(a: Any, b: Any) -> int | None:
    """How many doubles apart two numbers are."""
    if not (isinstance(a, float) and isinstance(b, float)) or math.isnan(a) or math.isnan(b):
        return None
    return abs(ordinal(a) - ordinal(b))


def sentence(run: Run, found: Mismatch | None, checked: Checked, complete: bool) -> str:
    if found is not None:
        where = f"step {found.step:,}, " + ("" if found.node is None else f"node {found.node}, ") + found.quantity
        apart = "" if found.ulps is None else f" ({found.ulps:,} ulp{'' if found.ulps == 1 else 's'} apart)"
        return f"Not verified: {where}: recomputing gives {found.expected!r}, the run has {found.found!r}{apart}."
    updates = f"all {checked.updates:,} updates" if complete else f"{checked.updates:,} of {checked.of:,} updates"
    way = f"the core made {'the one update' if complete and checked.updates == 1 else updates} again"
    through = f", through {checked.states:,} kept state{'' if checked.states == 1 else 's'}"
    opening = "Verified, bit for bit" if complete else "Verified as far as the time allowed, bit for bit"
    return f"{opening}: {way}{through}; the definition gave {_rows(run, checked.steps)} again."


def _rows(run: Run, rows: tuple[range, ...]) -> str:
    count = sum(map(len, rows))
    if count == run.steps:
        return "the one step" if count == 1 else f"all {count:,} steps"
    shown = ", ".join(f"{r.start:,} to {r.stop - 1:,}" for r in rows[:4])
    more = f" and {len(rows) - 4} more windows" if len(rows) > 4 else ""
    return f"{count:,} of {run.steps:,} steps ({shown}{more})" if rows else "none of the steps (one would take too long)"
