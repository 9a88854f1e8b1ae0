"""An explanation as a value, and as text, Markdown and HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from nodescope.views.explanation.lines import Line, Part
from nodescope.views.explanation.tex import as_tex
from nodescope.views.numbers import exact, in_markdown, later, plain_text, told_apart

WIDEST = 100
"""A line of text has at most so many letters; a formula that would be wider is broken at its equals signs."""


class Explanation:
    """One step written out.

    Attributes
    ----------
    step : int
        Counted from 0.
    text, markdown, html, tex : str
        The page, for a terminal, for a Markdown file, for a notebook, and as a piece of LaTeX for a document that has amsmath.
    lines : tuple of Line
        Every number shown, exact, with its formula.
    numbers : dict
        All numbers of the step by the names of the trace's columns, exact.

    Examples
    --------
    >>> import nodescope as ns
    >>> page = ns.explain(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1), step=1)
    >>> page.lines[-1].name, page.lines[-1].exactly
    ('new weight', '0.42000000000000004 - (-0.017999999999999995)')
    >>> page.numbers["new_weight"]
    0.43800000000000006
    """

    def __init__(self, step: int, title: str, parts: Sequence[Part], numbers: dict[str, Any]) -> None:
        parts = _with_numbers(parts)
        self.step = step
        self.numbers = numbers
        self.lines = tuple(line for part in parts for line in part.lines)
        self.text = "\n".join(_text(title, parts))
        self.markdown = "\n".join(_markdown(title, parts))
        self.html = "".join(_html(title, parts))
        self._title, self._parts = title, parts

    @property
    def tex(self) -> str:
        return "\n".join(as_tex(self._title, self._parts)) + "\n"

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_html_(self) -> str:
        return self.html


def _with_numbers(parts: Sequence[Part]) -> list[Part]:
    """With short numbers in their places, different ones told apart."""
    lines = [replace(line, shown=later(line.value)) for part in parts for line in part.lines]
    cells = [text for part in parts for row in part.table for text in row]
    put = told_apart([*(text for line in lines for text in (line.numbers, line.shown)), *cells])
    return [
        replace(
            part,
            lines=[replace(line, numbers=put(line.numbers), shown=put(later(line.value))) for line in part.lines],
            table=[[put(text) for text in row] for row in part.table],
        )
        for part in parts
    ]


def _text(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield title
    for part in parts:
        yield ""
        yield part.title
        yield from (f"  {row}" for row in _aligned(part.table, "<" + ">><>" + ">>"))
        yield from (f"  {row}" for row in _lines(part.lines[part.in_table :]))
        yield from (f"  {remark}" for remark in part.remarks)
    yield from ("", "Exactly")
    yield from (f"  {row}" for row in _exactly(parts))


def _exactly(parts: Sequence[Part]) -> list[str]:
    rows = [[line.name, "=", exact(line.value), "=", line.exactly] for part in parts for line in part.lines]
    return _aligned(rows, "<<<<<")


def _lines(lines: Sequence[Line]) -> list[str]:
    """Words, numbers and value beside each other; below each other where that would be too wide for a page."""
    rows = [[line.name, "=", line.words, "=", line.numbers, f"= {line.shown}"] for line in lines]
    beside = _aligned(rows, "<<<<<<")
    if all(len(row) <= WIDEST for row in beside):
        return beside
    return [
        row
        for line in lines
        for row in (
            f"{line.name} = {line.words}",
            *(" " * len(line.name) + f" = {text}" for text in (line.numbers, line.shown)),
        )
    ]


def _aligned(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return [
        " ".join(f"{text:{side}{width}}" for text, side, width in zip(row, sides, widths, strict=False)).rstrip() for row in rows
    ]


def _markdown(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield f"**{in_markdown(title)}**"
    for part in parts:
        yield from ("", f"*{in_markdown(part.title)}*")
        if part.table:
            head, *rows = part.table
            yield from ("", _cells(head), "| :-- |" + " --: |" * (len(head) - 1), *map(_cells, rows))
        if part.lines:
            yield from ("", "| | | | |", "| :-- | :-- | :-- | --: |")
            shown = part.lines[part.in_table :]
            yield from (_cells([line.name, line.words, line.numbers, line.shown]) for line in shown)
        for remark in part.remarks:
            yield from ("", in_markdown(remark))
    yield from ("", "Exactly:", "", "```text", *_exactly(parts), "```")


def _cells(row: Sequence[str]) -> str:
    return "| " + " | ".join(map(in_markdown, row)) + " |"


def _html(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield f"<p><b>{escape(plain_text(title))}</b></p>"
    for part in parts:
        yield f"<p><i>{escape(plain_text(part.title))}</i></p>"
        yield _rows(part.table)
        yield _rows([[line.name, line.words, line.numbers, line.shown] for line in part.lines[part.in_table :]])
        yield from (f"<p>{escape(plain_text(remark))}</p>" for remark in part.remarks)
    exactly = escape("\n".join(_exactly(parts)))
    yield f"<p>Exactly:</p><pre>{exactly}</pre>"


def _rows(rows: Sequence[Sequence[str]]) -> str:
    """A table; no text where it has no row."""
    cells = (
        "".join(f'<td style="text-align:{"right" if i else "left"}">{escape(text)}</td>' for i, text in enumerate(row))
        for row in rows
    )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>" if rows else ""
