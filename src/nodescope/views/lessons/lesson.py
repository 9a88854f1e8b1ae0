"""What a lesson is: a problem, a question with answers to choose from, the run that answers it, and why."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nodescope.run.run import Run

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Answered:
    """What is seen once a guess was made.

    Attributes
    ----------
    right : int
        Which of the lesson's options is so. It is asked of the run, never written down beforehand.
    seen : tuple of str
        Lines of what happened, with its numbers.
    why : str
        The same for a right guess and for a wrong one.
    """

    right: int
    seen: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Number:
    """A guess that is a number, for those who would rather move a mark than choose.

    Attributes
    ----------
    name : str
        What is guessed.
    low, high, step, first : float
        From where to where, how finely, and where the mark stands at first, which is no hint.
    said : callable
        The guess in words.
    right : callable
        The number that is so, from what is seen.
    """

    name: str
    low: float
    high: float
    step: float
    first: float
    said: Callable[[float], str]
    right: Callable[[Answered], float]

    def takes(self, guess: float) -> bool:
        """Whether the mark can stand there."""
        return self.low <= guess <= self.high


@dataclass(frozen=True)
class Lesson:
    """A question, and the way to its answer.

    Attributes
    ----------
    name, title : str
        For the shell, and for people.
    given : tuple of str
        What the learner is told.
    question : str
    options : tuple of str
    answered : callable
        Runs it.
    go_on : str
        A line of the shell for those who want to try more.
    run : callable
        The run that a page shows once a guess was made.
    has_picture : bool
        Whether its first step as a picture gives nothing away.
    number : Number, optional
        What can be guessed as a number.
    """

    name: str
    title: str
    given: tuple[str, ...]
    question: str
    options: tuple[str, ...]
    answered: Callable[[], Answered]
    go_on: str
    run: Callable[[], Run]
    has_picture: bool = False
    number: Number | None = None


def choices(lesson: Lesson) -> list[str]:
    """The options with their letters."""
    return [f"{letter}  {option}" for letter, option in zip(LETTERS, lesson.options, strict=False)]


def judged(lesson: Lesson, guess: int | None, answered: Answered) -> str:
    """What became of a guess; without one only what is so."""
    so = f"{LETTERS[answered.right]}: {lesson.options[answered.right]}"
    if guess is None:
        return f"It is {so}."
    return f"Your guess was {LETTERS[guess]}, and so it is: {lesson.options[guess]}." if guess == answered.right else (
        f"Your guess was {LETTERS[guess]}; it is {so}."
    )  # fmt: skip


def judged_number(lesson: Lesson, guess: float, answered: Answered) -> str:
    """What became of a guess that is a number."""
    assert lesson.number is not None
    said, right = lesson.number.said, lesson.number.right(answered)
    if math.isclose(guess, right, abs_tol=lesson.number.step / 2):
        return f"Your guess was {said(guess)}, and so it is."
    return f"Your guess was {said(guess)}; it is {said(right)}."


def columns(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Rows beside each other, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return tuple("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
