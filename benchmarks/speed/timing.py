"""Times that can be compared: everything of a row in one process, by turns, each time several times; the middle and the spread.

Neighbours on the machine change absolute times by half, but those of a turn alike: only ratios are told as results.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Timed:
    """Seconds of one contender in every turn, an entry each."""

    seconds: list[float]

    @property
    def middle(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Half the way between the quartiles, as a share of the middle."""
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return (high - low) / 2 / self.middle

    def times_faster_than(self, other: "Timed", per: float = 1.0) -> float:
        """The middle of the ratios of each turn; `per`: how much more work this one did."""
        return per * statistics.median(b / a for a, b in zip(self.seconds, other.seconds, strict=True))


def by_turns(contenders: dict[str, Work], turns: int, clock: Callable[[], float] = time.process_time) -> dict[str, Timed]:
    """Each is called once unmeasured, then once a turn."""
    for work in contenders.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(turns):
        names = list(contenders) if turn % 2 == 0 else list(contenders)[::-1]
        for name in names:
            began = clock()
            contenders[name]()
            seconds[name].append(clock() - began)
    return {name: Timed(taken) for name, taken in seconds.items()}
