"""Numbers for recipes that are the same for ever: a small integer generator, and fractions that doubles hold exactly.

NumPy's random streams may change between versions; this arithmetic cannot.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A linear congruential generator modulo 2^64 (Knuth, "The Art of Computer Programming" 2, section 3.3.4: MMIX)."""

    def __init__(self, seed: int) -> None:
        self.state = seed
        for _ in range(8):
            self.below(2)

    def below(self, most: int) -> int:
        """0 … most − 1."""
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return (self.state >> 33) % most

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def fraction(self) -> float:
        """A sixty-fourth of a whole number from −127 to 127."""
        return (self.below(255) - 127) / 64.0

    def row(self, length: int) -> list[float]:
        return [self.fraction() for _ in range(length)]

    def block(self, rows: int, length: int) -> list[list[float]]:
        return [self.row(length) for _ in range(rows)]

    def mask(self, rows: int, length: int) -> list[list[bool]]:
        """About a third of the places."""
        return [[self.below(3) == 0 for _ in range(length)] for _ in range(rows)]
