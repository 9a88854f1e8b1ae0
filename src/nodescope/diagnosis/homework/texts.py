"""Printed text as columns: tables with a header, rows of numbers, and lines that a loop printed ("Prediction: 0.4 delta: -0.19").

Cells may be parted by commas, semicolons, tabs, bars or blanks, and have decimal commas. Lines that begin with # are remarks.
"""

import csv
import io
import re

from nodescope.diagnosis.homework.names import is_said, word_of
from nodescope.diagnosis.homework.printed import Printed, from_texts, is_number, quoted
from nodescope.errors import InputError

Columns = dict[str, Printed] | list[Printed]
"""By name, or without names in their order."""

MOST_CELLS = 1_000_000
MOST_BYTES = 64 * 2**20
MOST_LABEL = 60
_NUMERAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_ALONE = rf"(?:{_NUMERAL})(?!\w|\.\d)"
_IN_A_LINE = re.compile(rf"(?<![\w.,\]\[]){_ALONE}|(?<=\[){_ALONE}(?!\]\s*[:=])|(?<=[:=\s])[+-]?(?:nan|inf)\b")
_WRAPPED = re.compile(r"\b(?:np\.|torch\.)?(?:tensor|array|float64|float32)(?=\()|,?\s*(?:dtype|grad_fn|requires_grad)=[\w.<>]+")
_RULER = re.compile(r"[\s|:\-=+*_]+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


def read_text(text: str, where: str, one: bool = True, blanks: bool = False) -> list[Columns]:
    """The ways to read a text, the likelier first. `one`: numbers without names are one column; `blanks`: cells may be empty."""
    lines = [line for line in _without_remarks(text.replace("\u2212", "-")) if line.strip() and not _RULER.fullmatch(line)]
    if not lines:
        raise InputError(f"{where} is empty; give a line of column names and the rows below it, or one number a line")
    refuse_size(len(lines))
    lines = [_WRAPPED.sub("", line) for line in lines]
    if _is_labelled(lines):
        return [_labelled(lines, where)]
    bare = [_bare(line) for line in lines]
    if all(is_number(cell) for cell in bare[0]):
        return _nameless(lines, bare, where, one)
    return [_with_header(lines, where, blanks)]


def _without_remarks(text: str) -> list[str]:
    """Lines that are no remarks. A remark above them that names each column (NumPy's `savetxt`) is the header."""
    lines = _whole_arrays(text.splitlines())
    kept = [line for line in lines if not line.lstrip().startswith("#") or re.match(r"\s*#\s*[,;\t|]", line)]
    filled = [line for line in kept if line.strip()]
    above = lines[: lines.index(filled[0])] if filled else []
    if remarks := [line.lstrip().lstrip("#") for line in above if line.strip()]:
        cells, names = _bare(filled[0]), re.split(r"[\s,;]+", remarks[-1].strip())
        said = any(is_said(word_of(name)) for name in names)
        if len(cells) == len(names) and all(map(is_number, cells)) and not any(map(is_number, names)) and said:
            return [remarks[-1], *kept]
    return kept


def _whole_arrays(lines: list[str]) -> list[str]:
    """Lines of one printed array, [[0.1]⏎ [0.2]], as one line."""
    joined: list[str] = []
    still_open = 0
    for line in lines:
        if still_open > 0:
            joined[-1] += " " + line
        else:
            joined.append(line)
        still_open = max(0, still_open + line.count("[") - line.count("]"))
    return joined


def _bare(line: str) -> list[str]:
    """Cells of a line of numbers; "3: 0.42" and "3 -> 0.42" have two."""
    line = re.sub(r"^(\s*\d+)\s*(?::|\)|->|→|=>)\s+", r"\1 ", line)
    return re.split(r"[\s,;|]+", re.sub(r"[\[\]()]", " ", line).strip(" \t,;|"))


def _nameless(lines: list[str], bare: list[list[str]], where: str, one: bool) -> list[Columns]:
    ways = [bare]
    commas = [line for line in lines if re.search(r"\d,\d", line)]
    if commas and not any("." in line for line in lines):
        cells = [re.split(r"[\s;|]+|,\s+", line.strip(" \t[](),;|")) for line in lines]
        ways.append([[cell.replace(",", ".") for cell in row] for row in cells])
        if any(";" in line for line in commas):
            ways.reverse()
    found: list[Columns] = []
    for rows in ways:
        even = len({len(row) for row in rows}) == 1
        if one:
            found.append(_columns([[cell] for row in rows for cell in row], where))
        if not one or (even and len(rows[0]) > 1 and len(rows) > 1):
            found.append(_columns(rows, where))
    return found


def _columns(rows: list[list[str]], where: str) -> list[Printed]:
    _refuse_ragged(rows, where, first=0)
    return [from_texts(column, str(i), where) for i, column in enumerate(zip(*rows, strict=True))]


# --- a header and rows


def _with_header(lines: list[str], where: str, blanks: bool) -> dict[str, Printed]:
    rows = _with_points(_split(lines, where))
    names = [name.strip() for name in rows[0]]
    if len(rows) == 1:
        raise InputError(f"{where} has column names but no rows; give at least one row of numbers")
    _refuse_ragged(rows, where)
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise InputError(f"{where}: the column name {quoted(twice)} occurs twice; rename one of them")
    return {name: from_texts([row[i] for row in rows[1:]], name, where, 1, blanks) for i, name in enumerate(names)}


def _with_points(rows: list[list[str]]) -> list[list[str]]:
    """Decimal commas as points, where no cell has a point."""
    cells = [cell.strip() for row in rows[1:] for cell in row]
    if not any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells) or any("." in cell for cell in cells):
        return rows
    return [rows[0], *([cell.replace(",", ".") for cell in row] for row in rows[1:])]


def _split(lines: list[str], where: str) -> list[list[str]]:
    header = lines[0]
    if "|" in header:
        return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    outside = re.sub(r"\[[^\]]*\]|\([^)]*\)", "", header)  # the comma in weight[0, 1] parts no columns
    for delimiter in "\t;,":
        if delimiter in outside:
            return _csv(lines, delimiter, where)
    apart = [re.split(r"\s{2,}", line.strip()) for line in lines]
    if len(apart[0]) > 1 and all(len(row) == len(apart[0]) for row in apart):
        return apart
    return [line.split() for line in lines]


def _csv(lines: list[str], delimiter: str, where: str) -> list[list[str]]:
    limit = csv.field_size_limit(MOST_BYTES)
    try:
        return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise InputError(f"{where} cannot be read as a table: {error}") from error
    finally:
        csv.field_size_limit(limit)


def _refuse_ragged(rows: list[list[str]], where: str, first: int = 1) -> None:
    refuse_size(sum(map(len, rows)))
    for number, row in enumerate(rows[first:]):
        if len(row) != len(rows[0]):
            what = f"there are {len(rows[0])} column names" if first else f"row 0 has {len(rows[0])}"
            raise InputError(f"{where}: row {number} has {len(row)} cells, but {what}; correct the row")


def refuse_size(cells: int) -> None:
    """Raise InputError where there are more cells than are graded."""
    if cells > MOST_CELLS:
        raise InputError(f"the printed table has {cells:,} cells; up to {MOST_CELLS:,} are graded: leave rows or columns out")


# --- lines that a loop printed


def _is_labelled(lines: list[str]) -> bool:
    """Whether words stand before the numbers of each line that has any."""
    looked_at = lines[:50]
    found = [line for line in looked_at if _IN_A_LINE.search(line)]
    if not found or (_IN_A_LINE.search(lines[0]) is None and len(found) == len(looked_at) - 1 and not _begins_with_words(found[0])):
        return False
    return all(_begins_with_words(line) for line in found)


def _begins_with_words(line: str) -> bool:
    first = _IN_A_LINE.search(line)
    return first is not None and bool(re.search(r"[^\W\d_]", line[: first.start()]))


def _labelled(lines: list[str], where: str) -> dict[str, Printed]:
    """A row ends where a label comes again; only labels that each row has are columns."""
    rows: list[dict[str, str]] = [{}]
    for line in _with_point_in_lines(lines):
        for label, number in _labels(line):
            if label in rows[-1]:
                rows.append({})
            rows[-1][label] = number
    whole = [label for label in rows[0] if all(label in row for row in rows)]
    if not whole:
        most = max(rows, key=len)
        rows = [row for row in rows if row.keys() == most.keys()]
        whole = list(most)
    refuse_size(len(rows) * len(whole))
    return {label: from_texts([row[label] for row in rows], label, where) for label in whole}


def _with_point_in_lines(lines: list[str]) -> list[str]:
    if any(re.search(r"\d\.\d", line) for line in lines) or not any(re.search(r"\d,\d", line) for line in lines):
        return lines
    return [re.sub(r"(?<=\d),(?=\d)", ".", line) for line in lines]


def _labels(line: str) -> list[tuple[str, str]]:
    """Labels and numbers of a line in their order; numbers of one label are its parts, [0], [1] …"""
    found: list[tuple[str, list[str]]] = []
    end = 0
    for match in _IN_A_LINE.finditer(line):
        between, end = line[end : match.start()], match.end()
        label = between.strip(" \t,;|:=-–—>→([{)}\"'#*/").strip()
        label = label + "]" if "[" in label and "]" not in label else label.lstrip("]").strip(" ,;|:")
        if found and between.strip() in ("/", "of"):
            continue  # Epoch 3/100
        if label or not found:
            found.append((label[-MOST_LABEL:], [match[0]]))
        else:
            found[-1][1].append(match[0])
    return [
        (f"{label}[{i}]" if len(numbers) > 1 else label, number) for label, numbers in found for i, number in enumerate(numbers)
    ]
