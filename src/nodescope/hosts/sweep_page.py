"""The page of a sweep: its best run, its map, and what became of its runs; with the same words as a file that works offline."""

from collections.abc import Callable
from html import escape

import numpy as np

from nodescope.diagnosis.sweeps import said
from nodescope.diagnosis.sweeps.outcomes import ENDINGS, in_order
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.hosts.offline import shell, static
from nodescope.hosts.pages import name_of, page_around, wrong_of
from nodescope.hosts.sweep_job import SweepJob
from nodescope.hosts.sweep_map import Link, map_of
from nodescope.views.heat_words import best_of
from nodescope.views.numbers import plain_text, short

_BACK = '<nav><a href="/">All runs</a></nav>'
LISTED = 60
"""Rows that the table has: those with the least error."""
EXPORTS = {
    "html": "a page that works offline (.html)",
    "svg": "the map as a picture (.svg)",
    "csv": "the table (.csv)",
    "parquet": "the sweep itself (.parquet)",
}


def shown(job: SweepJob) -> str:
    """The local page's, of a sweep that is done, or was left unfinished."""
    sweep = job.opened_sweep()
    if sweep.done:
        return page(job, sweep)
    body = f'<h1>None of {len(sweep):,} runs is done yet</h1><p class="soft">{escape(plain_text(job.name))}</p>{_go_on(job, sweep)}'
    return page_around("nodescope: a sweep", f'{_BACK}<main class="start sweep">{body}</main>')


def page(job: SweepJob, sweep: Sweep) -> str:
    """The local page's: each cell and each row opens its run, which is made when it is asked for."""
    at = job.place
    ways = "".join(
        f'<li><a href="{at}/export/{kind}">{text}</a></li>' for kind, text in EXPORTS.items() if kind != "parquet" or job.file
    )
    away = f"<section><h2>Take it away</h2><ul>{ways}</ul></section>"
    told = f'<p class="soft">{escape(plain_text(job.name))}</p>{_go_on(job, sweep)}'
    body = _body(sweep, lambda row: f"{at}/row/{row}", lambda row: f"{at}/row/{row}", told)
    head = '<link rel="stylesheet" href="/static/sweep.css"><script type="module" src="/static/map.js"></script>'
    return page_around("nodescope: a sweep", f'{_BACK}<main class="start sweep">{body}{away}</main>', head)


def _go_on(job: SweepJob, sweep: Sweep) -> str:
    """The way on, of one that was left unfinished."""
    if not job.left:
        kept = "It is in memory alone, and gone when nodescope ends"
        return f'<p class="soft">{kept}: {escape(plain_text(job.unkept))}</p>' if job.unkept else ""
    left = len(sweep) - sweep.done
    words = f"Go on with the {left:,} that are left" if left else "Finish its file: all its runs are done"
    return f'{wrong_of(job.why_left)}<form method="post" action="{job.place}/go-on"><button>{words}</button></form>'


def file(sweep: Sweep) -> str:
    """One HTML file: a cell leads to its row in the table, where that is listed; nothing leads out of it."""
    listed = set(_order(sweep).tolist())
    body = _body(sweep, lambda row: f"#row-{row}" if row in listed else None, lambda _row: None)
    style = static("start.css") + static("sweep.css")
    return shell("nodescope: a sweep", f'<main class="start sweep">{body}</main>', static("map.js"), style)


def _body(sweep: Sweep, of_cell: Link, of_row: Link, told: str = "") -> str:
    best, count = best_of(sweep), len(sweep)
    title = f"Best: {best}" if best else "No run of this sweep came to a finite error"
    axes = " × ".join(f"{len(axis):,} of {axis.name}" for axis in sweep.grid.axes)
    part = "" if sweep.done == count else f" {sweep.done:,} of them were done when it was stopped."
    words = said.sentence(sweep.counts(), sweep.done)
    way = "A cell opens its run." if of_row(0) else "A cell leads to its row in the table."
    keys = '<p class="soft keys" hidden>Arrow keys walk from cell to cell.</p>'
    return (
        f"<h1>{escape(plain_text(title))}</h1>{told}"
        f'<p class="soft">{count:,} runs: {escape(plain_text(axes))}.{part} {escape(plain_text(words))}.</p>'
        f'<section><h2>Map</h2><p class="soft">{way} The darker, the larger the error. <a href="#runs">Past the map</a></p>'
        f"{keys}{map_of(sweep, of_cell)}</section>{_table(sweep, of_row)}"
    )


def _order(sweep: Sweep) -> "np.ndarray[tuple[int, ...], np.dtype[np.intp]]":
    """The rows that are listed, the best first."""
    return in_order(sweep.rows[: sweep.done], sweep.error)[:LISTED]


def _table(sweep: Sweep, of_row: Callable[[int], str | None]) -> str:
    order = _order(sweep)
    names = ["run", *(axis.name for axis in sweep.grid.axes), "ending", "steps", "settled after", "final mse"]
    unseen = sweep.error_is[0] == "unseen_rmse"
    names += ["RMSE on unseen rows"] * unseen + ["verdict"]
    head = "".join(f'<th scope="col">{escape(plain_text(name))}</th>' for name in names)
    rows = "".join(_row(sweep, int(row), unseen, of_row(int(row))) for row in order)
    title = f"The {len(order):,} best of {sweep.done:,} runs" if len(order) < sweep.done else "All runs, the best first"
    return (
        f'<section id="runs"><h2>{title}</h2><div class="runs" tabindex="0" role="group" aria-label="Runs">'
        f'<table aria-label="Runs"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _row(sweep: Sweep, row: int, unseen: bool, to: str | None) -> str:
    was, grid = sweep.rows[row], sweep.grid
    name = f"row {row:,}" if to is None else f'<a href="{to}">row {row:,}</a>'
    axes = [name_of(axis.text(place)) for axis, place in zip(grid.axes, grid.places(row), strict=True)]
    settled = "" if was["settled_after"] < 0 else f"{was['settled_after']:,}"
    told = [ENDINGS[was["ending"]].name.lower().replace("_", " "), f"{was['steps']:,}", settled, short(was["mse"])]
    told += [short(was["unseen_rmse"])] * unseen + [name_of(sweep.words[was["word"]])]
    return f'<tr id="row-{row}"><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in (*axes, *told))}</tr>'
