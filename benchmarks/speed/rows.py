"""A row of the table: our work, its peers' and the limit's, how much of it each does, and what was aimed at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

from timing import Timed, Work, by_turns

PEERS = {"NumPy": "numpy", "scikit-learn": "sklearn", "PyTorch": "torch", "JAX": "jax", "river": "river", "LAPACK": "numpy"}


@dataclass
class Row:
    """One line: `units` is what one call of ours does, in `unit`s; a peer or the limit may do less of the same."""

    what: str
    unit: str
    units: float
    ours: Work
    peers: dict[str, tuple[float, Work]] = field(default_factory=dict)
    limit: tuple[str, float, Work | None] | None = None
    targets: dict[str, float] = field(default_factory=dict)
    bound: str = ""

    def measured(self, turns: int) -> "Measured":
        """All of it by turns."""
        contenders = {"ours": self.ours, **{name: work for name, (_, work) in self.peers.items()}}
        if self.limit is not None and self.limit[2] is not None:
            contenders["limit"] = self.limit[2]
        return Measured(self, by_turns(contenders, turns))


@dataclass
class Measured:
    row: Row
    timed: dict[str, Timed]

    def faster_than(self, peer: str) -> float:
        """So many times the peer's speed."""
        return self.timed["ours"].times_faster_than(self.timed[peer], self.row.units / self.row.peers[peer][0])

    @property
    def share(self) -> float | None:
        """Of the limit's speed."""
        if "limit" not in self.timed or self.row.limit is None:
            return None
        return self.timed["ours"].times_faster_than(self.timed["limit"], self.row.units / self.row.limit[1])


def there(name: str) -> bool:
    """Whether a peer is installed."""
    return find_spec(PEERS[name]) is not None


def peers(**made: Callable[[], tuple[float, Work]]) -> dict[str, tuple[float, Work]]:
    """Those that are installed, by their names with _ for a hyphen; the others are not even made."""
    named = {name.replace("scikit_learn", "scikit-learn"): make for name, make in made.items()}
    return {name: make() for name, make in named.items() if there(name)}
