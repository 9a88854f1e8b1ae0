"""An explanation as LaTeX: a piece for a document that has amsmath, a display for each part."""

import re
from collections.abc import Iterator, Sequence

from nodescope.views.explanation.lines import Line, Part

WIDEST = 60
"""A line of more letters is broken at its equals signs: a page of LaTeX's own width has room for so many."""
ROW = 46
"""A formula of more letters is broken before one of its signs, so that it has room with LaTeX's wider spaces."""
_OPERATORS = {
    "×": r"\times ", "÷": r"\div ", "−": "-", "√": r"\surd ", "…": r"\dots ", "+": "+", "=": "=", "(": "(", ")": ")", ",": ",",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>(?<![A-Za-z\d.])-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?![A-Za-z\d]))|(?P<operator>[×÷−√…+=(),])|(?P<text>[^×÷−√…+=(),]+)"
)
_WORDS = re.compile(r"(?<=\s)(?=-?\d)|(?<=\d)(?=\s)")
_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "≤": r"$\le$", "≥": r"$\ge$", "×": r"$\times$", "−": r"$-$",
    "÷": r"$\div$", "√": r"$\surd$", "²": r"\textsuperscript{2}", "…": r"\dots{}",
}  # fmt: skip


def as_tex(title: str, parts: Sequence[Part]) -> Iterator[str]:
    """Lines of LaTeX: the title, and each part with its table, formulas and remarks."""
    yield "% a step of a nodescope run; \\input it into a document that has \\usepackage{amsmath}"
    yield rf"{{\raggedright\noindent\textbf{{{_breakable(title)}}}\par}}"
    for part in parts:
        yield from ("", rf"\medskip{{\raggedright\noindent\textit{{{_breakable(part.title)}}}\par}}")
        yield from _table(part.table)
        yield from _formulas(part.lines[part.in_table :])
        yield from (rf"{{\raggedright\noindent {_breakable(remark)}\par}}" for remark in part.remarks)


def escaped(text: str) -> str:
    """Text as LaTeX's text: what it would obey is shown instead."""
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


def _breakable(text: str) -> str:
    """Text in which a line may end within a column's name."""
    return escaped(text).replace(r"\_", r"\_\allowbreak{}")


def formula(text: str) -> str:
    """A formula in words or numbers as LaTeX's mathematics: words upright, signs as signs."""
    return "".join(_token(found) for piece in _WORDS.split(text) for found in _TOKEN.finditer(piece))


def _token(found: re.Match[str]) -> str:
    if found["number"]:
        digits, _, power = found["number"].replace(",", "{,}").partition("e")
        return rf"{digits} \times 10^{{{int(power)}}}" if power else digits
    if found["operator"]:
        return _OPERATORS[found["operator"]]
    return rf"\text{{{escaped(found['text'])}}}" if found["text"].strip() else " "


def _formulas(lines: Sequence[Line]) -> Iterator[str]:
    """Names to the left of the equals signs, or in rows of their own where one of them leaves no room for what it is."""
    if not lines:
        return
    crowded = any(not _fits(line) and len(line.name) + max(len(row) for row in _rows_of(line)) > WIDEST for line in lines)
    yield r"\begin{align*}"
    yield " \\\\\n".join((_below if crowded else _beside)(line) for line in lines)
    yield r"\end{align*}"


def _fits(line: Line) -> bool:
    return len(line.name) + len(line.words) + len(line.numbers) + len(line.shown) <= WIDEST


def _beside(line: Line) -> str:
    name = rf"\text{{{escaped(line.name)}}}"
    if _fits(line):
        return f"{name} &= " + " = ".join(formula(text) for text in (line.words, line.numbers, line.shown))
    return name + " \\\\\n".join(f" &= {_joined(text)}" for text in (line.words, line.numbers, line.shown))


def _below(line: Line) -> str:
    rows = [rf"&\text{{{escaped(line.name)}}}", *(f"&\\quad = {_joined(text)}" for text in (line.words, line.numbers, line.shown))]
    return " \\\\\n".join(rows)


def _joined(text: str) -> str:
    return " \\\\\n &\\quad\\quad ".join(formula(row) for row in _rows(text))


def _rows_of(line: Line) -> list[str]:
    return [row for text in (line.words, line.numbers, line.shown) for row in _rows(text)]


def _rows(text: str) -> list[str]:
    """A formula in rows that a page has room for, cut before a sign: a plus where that will do, else any."""
    rows = [""]
    for term in re.split(r"(?= \+ )", text):
        for piece in [term] if len(term) <= ROW else re.split(r"(?= [−×÷+] )|(?<=,)(?= )", term):
            if rows[-1] and len(rows[-1]) + len(piece) > ROW:
                rows.append("")
            rows[-1] += piece
    return rows


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield r"\[\begin{array}{l" + "r" * (max(map(len, rows)) - 1) + "}"
    yield " \\\\\n".join(" & ".join(formula(cell) for cell in row) for row in rows)
    yield r"\end{array}\]"
