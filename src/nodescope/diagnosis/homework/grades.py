"""What grading gives back: of one sheet, and of a class."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from nodescope.arithmetic.checks import number, shown
from nodescope.errors import InputError
from nodescope.run.offers import Faced

SCHEME = (
    "Marks: each printed row is worth the same; a row loses its mark where it is wrong and does not follow from the row before it, "
    "so an error carried forward counts once; a wrong convention kept throughout counts once for each thing done otherwise; "
    "a row with a blank has no mark."
)
"""How marks are given."""


class WrongCell(NamedTuple):
    """A printed number that is not what it should be; `row` counts from 0."""

    row: int
    column: str
    printed: float
    expected: float


@dataclass(frozen=True)
class Grade(Faced):
    """What `grade` found; its text is the sentence.

    Attributes
    ----------
    correct : bool
        Every cell is the right number, in the digits that were printed.
    convention : str or None
        Which convention reproduces every cell; "right" where it is correct; several are joined by commas: "sum, full derivative".
    agrees_until : int
        Rows that agree from the first, under the convention that agrees longest.
    first_wrong : (row, column, printed, expected) or None
        The first cell that is not the right number; where no convention reproduces the sheet, the first on which the one
        that agrees longest fails.
    sentence : str
    mistakes : int or None
        Independent ones: an error carried forward counts once. None where the printed columns do not tell.
    rows : int
        Printed rows.
    also : tuple of str
        Other conventions that print the same numbers: the sheet does not tell which it was.
    blank : int
        Rows with a cell that was left empty.
    slip : str
        The likely slip, in words; "" where none is seen.

    Examples
    --------
    >>> import nodescope as ns
    >>> graded = ns.grade([0.44, 0.472, 0.4976], weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> graded.correct, graded.convention, graded.rows
    (False, 'full derivative', 3)
    """

    correct: bool
    convention: str | None
    agrees_until: int
    first_wrong: WrongCell | None
    sentence: str
    mistakes: int | None
    rows: int
    also: tuple[str, ...] = ()
    blank: int = 0
    slip: str = ""

    @property
    def marks(self) -> int:
        """Rows that have earned their mark (`SCHEME`)."""
        if self.correct:
            return self.rows - self.blank
        if self.mistakes is None:
            return max(0, self.agrees_until - self.blank)
        return max(0, self.rows - self.blank - self.mistakes)

    def marks_of(self, out_of: float) -> float:
        """Marks out of so many, to one decimal.

        Parameters
        ----------
        out_of : float
            What full marks are.

        Returns
        -------
        float
            Of the marks that the rows have earned, the same part.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.grade([0.42, 0.438, 0.4542], weight=0.4, input=1, goal=0.6, alpha=0.1).marks_of(10)
        10.0
        """
        return round(out_of * self.marks / self.rows, 1)

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class ClassList(Faced):
    """The grades of a folder of tables.

    Attributes
    ----------
    grades : dict of str to Grade or str
        By file name; of a file that cannot be graded, the reason.
    out_of : float or None
        What full marks are; None: as many as a sheet has rows.
    scheme : str
        How marks are given.

    Examples
    --------
    >>> import nodescope as ns
    >>> sheet = ns.grade([0.42, 0.438, 0.4542], weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> ns.ClassList({"ada.csv": sheet, "bo.csv": "no such column"}, out_of=10).marks("ada.csv")
    '10 / 10'
    """

    grades: Mapping[str, Grade | str]
    out_of: float | None = None
    scheme: str = field(default=SCHEME, repr=False)

    def with_marks(self, out_of: float) -> "ClassList":
        """The same list with so many as full marks. Raises InputError where it is no number of at least 0."""
        return replace(self, out_of=number("out_of", out_of, least=0.0))

    def marks(self, name: str) -> str:
        """Marks of one sheet, "6 / 8"; "" where it cannot be graded."""
        one = self.grades[name]
        if isinstance(one, str):
            return ""
        return f"{one.marks} / {one.rows}" if self.out_of is None else f"{one.marks_of(self.out_of):g} / {self.out_of:g}"

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Name, verdict, rows that agree, marks and sentence of each sheet."""
        rows = []
        for name, one in self.grades.items():
            if isinstance(one, str):
                rows.append((name, "not graded", "", "", one))
            else:
                rows.append((name, one.convention or "wrong", f"{one.agrees_until} of {one.rows}", self.marks(name), one.sentence))
        return rows

    def csv_rows(self) -> list[list[object]]:
        """A header, and a row for each sheet, for a table of marks."""
        head: list[object] = ["name", "marks", "out_of", "convention", "agrees_until", "rows", "mistakes", "first_wrong_row",
                              "first_wrong_column", "printed", "expected", "slip", "sentence"]  # fmt: skip
        return [head, *(self._csv_row(name, one) for name, one in self.grades.items())]

    def _csv_row(self, name: str, one: Grade | str) -> list[object]:
        if isinstance(one, str):
            return [name, *[""] * 11, one]
        marks, out_of = (one.marks, one.rows) if self.out_of is None else (one.marks_of(self.out_of), self.out_of)
        cell = one.first_wrong or ("", "", "", "")
        mistakes = "" if one.mistakes is None else one.mistakes
        return [name, marks, out_of, one.convention or "wrong", one.agrees_until, one.rows, mistakes, *cell, one.slip, one.sentence]

    def page(self, name: str) -> str:
        """One sheet's page: its marks, its first wrong cell and the likely slip."""
        if not isinstance(name, str) or name not in self.grades:
            raise InputError(f"there is no sheet {shown(name)}; there are {', '.join(map(shown, list(self.grades)[:6]))}")
        one = self.grades[name]
        if isinstance(one, str):
            return f"{name}\n\nNot graded: {one}\n"
        lines = [name, "", f"Marks: {self.marks(name)}", f"Convention: {one.convention or 'none that is known'}"]
        by = "" if one.correct or one.convention is None else " by that convention"
        lines.append(f"Agrees{by} in the first {one.agrees_until} of {one.rows} rows.")
        if one.first_wrong is not None:
            row, column, printed, expected = one.first_wrong
            lines.append(
                f"First wrong cell: row {row} (counted from 0), column {column}: {printed!r} is printed, {expected!r} is right."
            )
        lines += [one.slip] if one.slip else []
        return "\n".join([*lines, "", one.sentence, "", self.scheme, ""])

    def __str__(self) -> str:
        rows = [("name", "verdict", "agrees until", "marks", "sentence"), *self.rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = ["  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=False)), row[4]]) for row in rows]
        return "\n".join(lines)

    __repr__ = __str__
