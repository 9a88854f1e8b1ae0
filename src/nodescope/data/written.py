"""How a CSV file is written: what divides its cells and its numbers, in what encoding, and whether its first line has names.

What a person says goes; the rest is found in the first block of the file, and what is not usual is told.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from nodescope.arithmetic.checks import shown, yes_or_no
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import preface
else:
    preface = Later("nodescope.data.preface")

Rows = list[list[str]]
DELIMITERS = (",", ";", "\t", "|")
NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "none": "", "point": ".", "apostrophe": "'"}
"""What cannot be typed easily has a word."""
SAMPLED = 1000
"""So many rows of the first block are looked at."""
_SPACES = " \u00a0\u202f"
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
    " ": re.compile(rf"[+-]?\d{{1,3}}([{_SPACES}]\d{{3}})+([.,]\d+)?"),
    "'": re.compile("[+-]?\\d{1,3}(['\u2019]\\d{3})+([.,]\\d+)?"),
}
_COMMA, _POINT = re.compile(r"[+-]?\d*,\d+"), re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Written:
    """How a CSV file is written.

    Attributes
    ----------
    delimiter : str
        It divides the cells.
    decimal : "." or ","
    thousands : str
        It divides the digits of large numbers in groups of three; "" where nothing does.
    encoding : str
    header : bool
        The first line has the columns' names.
    """

    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    header: bool = True

    def told(self) -> dict[str, Any]:
        """The keywords that say it, but for what is usual."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) != field.default}

    def __str__(self) -> str:
        """In words, what is not usual: "cells divided by ';', decimal comma"; nothing where all is."""
        named = {" ": "blanks", "\t": "tabs"}
        words = {
            "delimiter": f"cells divided by {named.get(self.delimiter, repr(self.delimiter))}",
            "decimal": "decimal comma",
            "thousands": f"thousands divided by {named.get(self.thousands, repr(self.thousands))}",
            "encoding": f"encoding {self.encoding}",
            "header": "no line of names (columns are called 0, 1, …)",
        }
        return ", ".join(words[name] for name in self.told())

    def plain(self, cell: str) -> str:
        """A cell's number as Python writes it; other text as it is."""
        text = cell.strip()
        if self.thousands and _GROUPED[self.thousands].fullmatch(text):
            text = re.sub(f"[{_group_class(self.thousands)}]", "", text)
        elif self.decimal == "," and "." in text:
            return text.replace(".", "·")
        return text.replace(",", ".") if self.decimal == "," else text


def _group_class(mark: str) -> str:
    return {" ": _SPACES, "'": "'\u2019"}.get(mark, re.escape(mark))


def grouped_pattern(mark: str) -> tuple[str, str]:
    """Patterns of a number in groups of three, and of what divides them."""
    return f"^{_GROUPED[mark].pattern}$", f"[{_group_class(mark)}]"


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a person says of a file, without what was left open.

    Raises
    ------
    InputError
        A mark, an encoding or a yes that is none.
    """
    given = {name: value for name, value in said.items() if value is not None}
    for name in ("delimiter", "decimal", "thousands"):
        if name in given:
            given[name] = _mark(name, given[name])
    if given.get("decimal", ".") not in (".", ","):
        raise InputError(f'decimal is {shown(said["decimal"])}; it is "." or ","')
    if given.get("thousands", "") not in ("", *_GROUPED):
        raise InputError(f'thousands is {shown(said["thousands"])}; it is ",", ".", "space", "apostrophe" or "none"')
    if "decimal" in given and given["decimal"] == given.get("thousands"):
        raise InputError(f"decimal and thousands are both {shown(given['decimal'])}; they have to differ")
    if "header" in given:
        given["header"] = yes_or_no("header", given["header"])
    if "encoding" in given:
        given["encoding"] = _known_encoding(given["encoding"])
    return given


def _mark(name: str, value: Any) -> str:
    mark = NAMED.get(value, value) if isinstance(value, str) else None
    if mark is None or len(mark) > 1 or mark in ('"', "\n", "\r", "\0") or not mark.isascii() or (name == "delimiter" and not mark):
        raise InputError(f'{name} is {shown(value)}; it is a single character, or a word such as "tab"')
    return mark


_WITH_A_MARK = ("utf-16", "utf-32")
"""Their order of bytes stands in the file."""


def _known_encoding(value: Any) -> str:
    try:
        known = codecs.lookup(value)
        "".encode(known.name)
        if known.name not in _WITH_A_MARK:
            codecs.getincrementaldecoder(known.name)("replace").decode(b"a,\xff\xe9\n1\x81", True)  # idna and its like cannot
    except (LookupError, TypeError, ValueError):
        raise InputError(f'encoding is {shown(value)}, which is not known; "utf-8", "latin-1" and "utf-16" are') from None
    return "utf-8" if known.name == "utf-8-sig" else str(value)


def found(head: bytes, usual: Written, said: Mapping[str, Any]) -> tuple[Written, Rows, "preface.Preface"]:
    """How a file is written that begins with `head`, cut at the end of a line, its first rows, and what stands above them.

    What is not `said`, and cannot be told from the file, is as `usual`.
    """
    encoding = said.get("encoding") or _encoding(head)
    text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace").lstrip("\ufeff")
    above = preface.preface_of(text, (said["delimiter"],) if "delimiter" in said else DELIMITERS)
    text = text[above.end :]
    delimiter = said.get("delimiter") or above.delimiter or _delimiter(text, usual.delimiter)
    rows = rows_of(text, delimiter)
    decimal, thousands = _marks(rows, delimiter, usual)
    if "decimal" in said and said["decimal"] != decimal:
        decimal, thousands = said["decimal"], "" if thousands == said["decimal"] else thousands
    if "thousands" in said:
        thousands = said["thousands"]
        decimal = decimal if decimal != thousands else {",": ".", ".": ","}[thousands]
    written = Written(delimiter, decimal, thousands, encoding)
    has_names = said["header"] if "header" in said else not _begins_with_a_row(rows, written)
    return Written(delimiter, decimal, thousands, encoding, has_names), rows, above


def rows_of(text: str, delimiter: str) -> Rows:
    """The first rows, without blank lines; as far as they can be read."""
    rows: Rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        rows.extend(islice((row for row in reader if row), SAMPLED))
    return rows


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head[1:2] + head[3:4] and head[:1] != b"\0":
        return "utf-16-le"
    if b"\0" in head[0:1] and b"\0" not in head[1:2]:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1252" if re.search(rb"[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]", head) else "latin-1"


def _delimiter(text: str, usual: str) -> str:
    """What divides the line of names, and most rows into as many cells; where several do, what leaves the most numbers whole."""
    tried = []
    for mark in sorted(DELIMITERS, key=lambda mark: mark != usual):
        rows = rows_of(text, mark)
        if not rows or len(rows[0]) < 2:
            continue
        width = Counter(map(len, rows)).most_common(1)[0][0]
        whole = sum(map(_may_be_number, (cell for row in rows for cell in row)))
        cells = sum(map(len, rows))
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        tried.append((width > 1, alike >= 0.5, whole / cells, mark == usual, mark))
    return max(tried)[-1] if tried else usual


def _may_be_number(cell: str) -> bool:
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text) or _COMMA.fullmatch(text) or any(form.fullmatch(text) for form in _GROUPED.values()))


def _marks(rows: Sequence[Sequence[str]], delimiter: str, usual: Written) -> tuple[str, str]:
    """Decimal and thousands mark, by the cells that can be read in one way only."""
    seen: Counter[str] = Counter()
    for row in rows:
        for cell in row:
            seen.update(_evidence(cell.strip()))
    if not any(count for kind, count in seen.items() if not kind.startswith("one")) and usual.decimal == ",":
        return usual.decimal, usual.thousands
    if seen["decimal ,"] > seen["decimal ."] or (seen["groups ."] and not seen["decimal ."]):
        decimal, others = ",", ["groups .", "one group ."]
    else:
        sure = seen["decimal ."] or delimiter == ","
        decimal, others = ".", ["groups ,", "one group ,"] if sure else ["groups ,"]
    if any(seen[kind] for kind in others):
        return decimal, others[0][-1]
    return decimal, next((mark for mark in (" ", "'") if seen[f"groups {mark}"]), "")


def _evidence(text: str) -> list[str]:
    """What a cell says of the marks; "one group" where it may be either."""
    if not text or text[-1] not in "0123456789":
        return []
    if _ONE_GROUP.fullmatch(text):
        return [f"one group {',' if ',' in text else '.'}"]
    for mark, form in _GROUPED.items():
        if (match := form.fullmatch(text)) and not text.lstrip("+-").startswith("0"):
            last = match[2]
            return [f"groups {mark}", *([f"decimal {last[0]}"] if last else [])]
    return [f"decimal {mark}" for mark, form in ((",", _COMMA), (".", _POINT)) if form.fullmatch(text)]


def _begins_with_a_row(rows: Sequence[Sequence[str]], written: Written) -> bool:
    """Whether the first line is numbers, as no names are: all of them, or one with decimals. Counted names and years are names."""
    if not rows:
        return False
    texts = [written.plain(cell) for cell in rows[0]]
    while texts and not texts[-1]:
        texts.pop()
    numbers = [float(text) for text in texts if _NUMBER.fullmatch(text)]
    if len(numbers) == len(texts) > 0:
        counted = all(after - before == 1 for before, after in pairwise(numbers)) and numbers[0] in (0, 1, *range(1000, 3000))
        return not (counted and all(text.isdigit() for text in texts))
    return any(not number.is_integer() for number in numbers)
