"""A run as a file for others: a page, a picture of a step, a table of its numbers, its model. The end of the name says which."""

import math
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodescope.arithmetic.checks import choice, path_of, step_of, whole, yes_or_no
from nodescope.errors import InputError
from nodescope.hosts.file import page
from nodescope.hosts.fragment import fragment as as_fragment
from nodescope.later import Later
from nodescope.run.file.lock import beside
from nodescope.run.given_run import refuse_no_run
from nodescope.run.held import held
from nodescope.run.recorded import Recorded, RecordedWindow
from nodescope.run.run import Run
from nodescope.run.tabular import Tabular
from nodescope.views.picture.drawn import drawn
from nodescope.views.picture.look import PALETTES
from nodescope.views.picture.sheet import sheet, telling_step
from nodescope.views.picture.svg import svg
from nodescope.views.report import markdown
from nodescope.views.tables import csv_lines, window_rows

if TYPE_CHECKING:
    from nodescope.diagnosis.sweeps import sweep
    from nodescope.hosts import export_sweep
    from nodescope.views import as_arrays, as_notebook
    from nodescope.views.explanation import explain
    from nodescope.views.model import in_c, in_onnx, in_python
else:
    export_sweep = Later("nodescope.hosts.export_sweep")
    sweep = Later("nodescope.diagnosis.sweeps.sweep")
    as_arrays, as_notebook = Later("nodescope.views.as_arrays"), Later("nodescope.views.as_notebook")
    explain = Later("nodescope.views.explanation.explain")
    in_c, in_onnx, in_python = (Later(f"nodescope.views.model.in_{what}") for what in ("c", "onnx", "python"))

BLOCK = 2**24
"""Numbers of a table that are in memory at a time, about."""
MOST_NUMBERS = 10**9
"""Numbers that a table is given."""
MOST_COLUMNS = 2**18
"""Columns that it is given: more, and other programs no longer open it."""


def export(
    run: "Run | Recorded | sweep.Sweep",
    path: str | PathLike[str] | None = None,
    step: int | None = None,
    theme: str = "light",
    *,
    fragment: bool = False,
) -> str | None:
    """Write a run to a file, which appears under its name only when it is whole; or give it as a piece of HTML.

    =================  ====================================================================================
    ``.html``          one offline page that replays every step and runs it again
    ``.md``            the report as text
    ``.svg``           a picture of one step
    ``.png`` ``.pdf``  the same, drawn by matplotlib (extra ``plot``)
    ``.csv``           every number of every step, a row each, exact; of a run that settled or cycles, up to there
    ``.parquet``       the same
    ``.npz``           the same as NumPy's arrays, each in its own shape, with the last weights and the recipe
    ``.ipynb``         a notebook that makes the run again and checks that its bits are the same
    ``.tex``           the arithmetic of one step, a piece for a document that has amsmath
    ``.py``            what was learned, as a function of plain Python: the same bits, and nothing to install
    ``.c``             the same in C; of a table and of classes it takes and gives numbers
    ``.onnx``          the same for other programs, in float32 (extra ``onnx``)
    =================  ====================================================================================

    A run that was observed in another program is written as a page of its recorded steps (they cannot be run again there), as text
    (verdict, findings with their evidence, layers), or as a table of every recorded number: a row for each recorded step, NaN
    where an example was not there. The column `layers[0].weight[3, 1]` is `run.trace[t].layers[0].weight[3, 1]`: nodes are counted
    among those that were kept (`run.layers[0].shown`). Mind the factor 2: our weighted delta is *half* the derivative of the
    squared error, an observed one the derivative of the program's own loss.

    A sweep is written as a page that works offline (.html), as a picture of its map (.svg, .png, .pdf) or as its table (.csv,
    .parquet).

    Parameters
    ----------
    run : Run, Recorded or Sweep
        Made now, loaded or observed.
    path : path, optional
        Its ending says what is written. Not needed for a fragment.
    step : int, optional
        Of a picture or .tex: which step, counted from 0, negative from the end. Without it the one that tells most: the first after
        which no weight moves, else the last.
    theme : {"light", "dark"}
        Of a picture.
    fragment : bool
        The page as a piece of HTML for somebody else's page, with all it needs in it; several of one page load the view once.

    Returns
    -------
    str or None
        The piece of HTML where one is asked for and no path is given.

    Raises
    ------
    InputError
        Neither a path nor `fragment=True`; another ending, no such step or theme, more numbers than a page or table holds, no
        matplotlib or onnx; a picture or model of an observed run, a model whose weights are not finite.
    FileError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from nodescope.run.descend import descend
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(run, path := pathlib.Path(folder, "sticks.csv"))
    ...     len(path.read_text().splitlines())
    319
    """
    if yes_or_no("fragment", fragment):
        return _fragment(run, path, step)
    theme = choice("theme", theme, *PALETTES)
    if not isinstance(run, Run | Recorded) and isinstance(run, sweep.Sweep):
        if step is not None:
            raise InputError("step goes with a picture of a run, not of a sweep; export one of its runs: sweep[i]")
        export_sweep.export_sweep(run, path_of("path", path), theme)
        return None
    target, form = _target(run, path)
    step = None if step is None else whole("step", step, least=-(2**62))
    if form in _OF_A_STEP:
        if isinstance(run, Run) and run.recipe.streams and form in (".svg", ".png", ".pdf"):
            run = held(run, "a picture")
        drawn_or_told = _OF_A_STEP[form](run, step, theme)  # type: ignore[arg-type]  # an observed run has been refused
        _write_beside(target, lambda part: part.write_bytes(drawn_or_told))
    elif step is not None:
        raise InputError(
            f"step goes with one step's picture or arithmetic ({', '.join(_OF_A_STEP)}), not with {form}: {_why_no_step(form)}"
        )
    elif form in _WHOLE:
        whole_file = _WHOLE[form](run)
        _write_beside(target, lambda part: part.write_bytes(whole_file))
    else:
        _TABLES_AND_TEXT[form](run, target)
    return None


def _fragment(run: "Run | Recorded | sweep.Sweep", path: object, step: int | None) -> str | None:
    refuse_no_run(run)
    assert isinstance(run, Run | Recorded)
    if step is not None:
        raise InputError("step goes with a picture, not with a fragment: that holds every step")
    if path is None:
        return as_fragment(run)
    target, form = _target(run, path)
    if form != ".html":
        raise InputError(f"a fragment is a piece of HTML; name a file that ends in .html, not in {form}")
    _write_text(target, as_fragment(run))
    return None


def _target(run: object, path: object) -> tuple[Path, str]:
    """The file, and the ending of its name that says what is written of such a run."""
    if path is None:
        raise InputError(f"no path is given: name a file that ends in {', '.join(_ENDINGS)}; or give fragment=True")
    target = path_of("path", path)
    form = target.suffix.lower()
    if form not in _ENDINGS:
        raise InputError(f"{target.name!r:.80} ends in {target.suffix!r:.20}; a run can be written as {', '.join(_ENDINGS)}")
    refuse_no_run(run)
    if isinstance(run, Recorded) and form not in _OF_OBSERVED:
        raise InputError(f"this run was observed in {run.program}; it can be written as {', '.join(_OF_OBSERVED)}, not as {form}")
    return target, form


def _page(run: Run | Recorded, target: Path) -> None:
    _write_text(target, page(run))


def _markdown(run: Run | Recorded, target: Path) -> None:
    _write_text(target, markdown(run))


def _write_text(target: Path, text: str) -> None:
    _write_beside(target, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def _csv(run: Run | Recorded, target: Path) -> None:
    windows = _windows(run)

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            for i, window in enumerate(windows):
                rows = window_rows(window)
                head = next(rows)
                file.writelines(csv_lines([head] if i == 0 else []))
                file.writelines(csv_lines(rows))

    _write_beside(target, write)


def _parquet(run: Run | Recorded, target: Path) -> None:
    from pyarrow import parquet

    windows = (window.to_arrow() for window in _windows(run))

    def write(part: Path) -> None:
        first = next(windows)
        with part.open("wb") as opened, parquet.ParquetWriter(opened, first.schema) as file:
            file.write_table(first)
            for table in windows:
                file.write_table(table)

    _write_beside(target, write)


def _npz(run: Run | Recorded, target: Path) -> None:
    if isinstance(run, Recorded):
        window: Tabular = _recorded(run)
    else:
        end, wide = extent_of(run)
        as_arrays.refuse_too_many(end * wide)
        window = run.trace[0:end]
    arrays = as_arrays.as_arrays(run, window)
    _write_beside(target, lambda part: as_arrays.write_arrays(arrays, part))


def _tex(run: Run, step: int | None, _theme: str) -> bytes:
    if not run.steps:
        raise InputError("the run made no step: there is none to write out")
    return explain.explain(run, telling_step(run) if step is None else step_of("step", step, run.steps)).tex.encode()


def _windows(run: Run | Recorded) -> Iterator[Tabular]:
    """Every step up to where nothing new comes, so many at a time that memory holds them; what was recorded is in memory."""
    if isinstance(run, Recorded):
        return iter([_recorded(run)])
    end, wide = extent_of(run)
    if wide * end > MOST_NUMBERS:
        raise InputError(
            f"{end:,} steps of {wide:,} numbers are more than a table of {MOST_NUMBERS:,} holds: "
            'write fewer with run.trace[a:b:stride].to_arrow(), or export a page (".html")'
        )
    rows = max(1, BLOCK // wide)
    return (run.trace[start : min(end, start + rows)] for start in range(0, max(1, end), rows))


def extent_of(run: Run) -> tuple[int, int]:
    """Steps up to where nothing new comes, and about how many numbers each has."""
    recipe = run.recipe
    end = run.steps if run.settled_after is None else min(run.steps, run.settled_after + 1)
    if run.cycle is not None:
        end = min(end, run.cycle.first + run.cycle.period)
    nodes = recipe.problem.nodes if recipe.in_layers else 0
    wide = 5 * recipe.problem.size + recipe.batch_size * (recipe.d + 4 * recipe.k + 5 * nodes)
    return end, wide


def _recorded(run: Recorded) -> RecordedWindow:
    window = run.trace[:]
    wide = sum(math.prod(column.shape[1:]) for part in (window, *window.layers) for column in part.read().values())
    if wide > MOST_COLUMNS:
        raise InputError(
            f"{wide:,} columns are more than a table of {MOST_COLUMNS:,} holds: observe fewer nodes (observe(…, nodes=…)), "
            'or read a layer\'s: run.trace[:].layers[0]["weight"]'
        )
    return window


def _why_no_step(form: str) -> str:
    return "that is what the last weights predict" if form in _MODELS else "that holds every step"


_PICTURES: dict[str, Callable[[Any, int | None, str], bytes]] = {
    ".svg": lambda run, step, theme: svg(sheet(run, step), theme).encode(),
    ".png": lambda run, step, theme: drawn(sheet(run, step), "png", theme),
    ".pdf": lambda run, step, theme: drawn(sheet(run, step), "pdf", theme),
}
_OF_A_STEP = {**_PICTURES, ".tex": _tex}
_MODELS: dict[str, Callable[[Any], bytes]] = {
    ".py": lambda run: in_python.in_python(run).encode(),
    ".c": lambda run: in_c.in_c(run).encode(),
    ".onnx": lambda run: in_onnx.in_onnx(run),
}
_WHOLE: dict[str, Callable[[Any], bytes]] = {**_MODELS, ".ipynb": lambda run: as_notebook.as_notebook(run).encode()}
_TABLES_AND_TEXT: dict[str, Callable[[Any, Path], None]] = {
    ".html": _page, ".md": _markdown, ".csv": _csv, ".parquet": _parquet, ".npz": _npz,
}  # fmt: skip
_OF_OBSERVED = tuple(_TABLES_AND_TEXT)
_ENDINGS = (*_TABLES_AND_TEXT, *_OF_A_STEP, *_WHOLE)


def _write_beside(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its target, then rename it."""
    with beside(target) as part:
        write(part)
