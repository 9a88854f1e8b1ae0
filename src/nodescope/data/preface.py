"""Lines above the names that are no part of a table: blank ones, what a spreadsheet says of its delimiter, remarks, a title."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_SEPARATOR = re.compile(r"\"?sep=([^\w\s\"]|\t)\"?", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[+-]?[.,]?\d")
MOST, LOOKED_AT = 50, 200
"""Of lines above the names, and of lines that tell how many cells a row has."""


@dataclass(frozen=True)
class Preface:
    """What stands above the line of names.

    Attributes
    ----------
    lines : int
        How many there are, blank ones too.
    told : int
        Those of them that are not blank, and say nothing of how the file is written.
    delimiter : str
        Named in a line ``sep=;``; "" where there is none.
    end : int
        Where the line of names begins in the text.
    """

    lines: int = 0
    told: int = 0
    delimiter: str = ""
    end: int = 0


def preface_of(text: str, marks: tuple[str, ...]) -> Preface:
    """The preface of a text whose cells are divided by one of some marks.

    A remark begins with #, as a line of names may too: then it has as many cells as the rows, and no names follow. A title is one
    cell above the names of several columns.
    """
    lines = list(islice((match[0] for match in _LINE.finditer(text) if match[0]), MOST + LOOKED_AT))
    above = Preface()
    for i, line in enumerate(lines[:MOST]):
        said = _SEPARATOR.fullmatch(line.strip()) if not above.told and not above.delimiter else None
        blank, mark = not line.strip(), above.delimiter or (said[1] if said else "")
        if not (blank or said or _is_apart(line, lines[i + 1 :], (mark,) if mark else marks)):
            return above
        above = Preface(i + 1, above.told + (not blank and not said), mark, above.end + len(line))
    return Preface(delimiter=above.delimiter) if above.lines == len(lines) else above


def _is_apart(line: str, after: list[str], marks: tuple[str, ...]) -> bool:
    """Whether it is a remark or a title, and not the names, by the lines after it."""
    rows = [row for row in after if row.strip()]
    remark = line.lstrip().startswith("#")
    while rows and rows[0].lstrip().startswith("#"):
        rows = rows[1:]
    if not rows or line.count('"') % 2:
        return False
    mark = max(marks, key=lambda mark: _usual_width(rows, mark))
    width, named = _usual_width(rows, mark), not any(map(_begins_as_number, _cells(rows[0], mark)))
    if remark:
        above_names = named and any(_begins_as_number(cell) for row in rows[1:2] for cell in _cells(row, mark))
        return len(_cells(line, mark)) != width or above_names
    title = line.strip().rstrip(mark)
    return width > 1 and named and not any(other in title for other in marks)


def _begins_as_number(cell: str) -> bool:
    return bool(_NUMBER.match(cell.strip()))


def _usual_width(rows: list[str], mark: str) -> int:
    """Cells of most rows; 0 where the first of them has not so many, so that the mark does not divide the names."""
    widths = [len(_cells(row, mark)) for row in rows]
    width = Counter(widths).most_common(1)[0][0]
    return width if width == widths[0] else 0


def _cells(line: str, mark: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=mark), [])
