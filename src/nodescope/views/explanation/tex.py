"""An explanation as LaTeX: a piece for a document that has amsmath, a display for each part."""

import re
from collections.abc import Iterator, Sequence

from nodescope.views.explanation.lines import Line, Part

WIDEST = 60
"""A line of more letters is broken at its equals signs, and a longer formula before a plus."""
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
    yield rf"\noindent\textbf{{{escaped(title)}}}"
    for part in parts:
        yield from ("", rf"\medskip\noindent\textit{{{escaped(part.title)}}}")
        yield from _table(part.table)
        yield from _formulas(part.lines[part.in_table :])
        yield from (rf"\noindent {escaped(remark)}\par" for remark in part.remarks)


def escaped(text: str) -> str:
    """Text as LaTeX's text: what it would obey is shown instead."""
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


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
    if not lines:
        return
    yield r"\begin{align*}"
    yield " \\\\\n".join(_aligned(line) for line in lines)
    yield r"\end{align*}"


def _aligned(line: Line) -> str:
    said = (line.words, line.numbers, line.shown)
    name = rf"\text{{{escaped(line.name)}}}"
    if len(line.name) + sum(map(len, said)) <= WIDEST:
        return f"{name} &= " + " = ".join(formula(text) for text in said)
    return name + " \\\\\n".join(f" &= {_broken(text)}" for text in said)


def _broken(text: str) -> str:
    """A long formula in rows of a page's width, cut before a plus."""
    rows = [""]
    for term in re.split(r"(?= \+ )", text):
        if rows[-1] and len(rows[-1]) + len(term) > WIDEST:
            rows.append("")
        rows[-1] += term
    return " \\\\\n &\\quad ".join(formula(row) for row in rows)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield r"\[\begin{array}{l" + "r" * (max(map(len, rows)) - 1) + "}"
    yield " \\\\\n".join(" & ".join(formula(cell) for cell in row) for row in rows)
    yield r"\end{array}\]"
