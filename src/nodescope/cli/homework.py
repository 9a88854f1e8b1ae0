"""`grade`, `worksheet`: somebody's printed numbers held against the right ones, and sheets for a class to fill in."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import nodescope as ns
from nodescope.cli.output import plain_lines, refuse_precious, say, standard_input, tell_written, writer
from nodescope.cli.recipe_options import Options, keywords_of, recipe_options
from nodescope.diagnosis.homework.grade import KEY
from nodescope.diagnosis.homework.worksheets import Worksheet, worksheets
from nodescope.errors import FileError, InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.views import values
else:
    values = Later("nodescope.views.values")

GRADE_HELP = """\b
Examples:
  nodescope grade sheet.csv --weight 0.4 --input 1 --goal 0.6 --alpha 0.1
  nodescope grade handed_in --recipe task.toml --csv grades.csv --pages pages --marks 10
  python my_loop.py | nodescope grade - --weight 0.4 --input 1 --goal 0.6 --alpha 0.1
  nodescope grade worksheets          (sheets of `nodescope worksheet` say their own numbers)
"""
WORKSHEET_HELP = """\b
Examples:
  nodescope worksheet --students 30 --steps 8 --seed 7 --out worksheets
  nodescope worksheet --students 5 --steps 4 --inputs 2 --bias --digits 3 --out harder
"""


@click.command(epilog=GRADE_HELP)
@click.argument("table", type=click.Path())
@click.option("--recipe", type=click.Path(), help="What was to be done, as a recipe (TOML); options go before its keys.")
@recipe_options
@click.option("--csv", "csv_out", type=click.Path(), help="Of a folder: write its marks to this table.")
@click.option(
    "--pages", type=click.Path(), help="Of a folder: write a page for each sheet, with its first wrong cell, into this folder."
)
@click.option("--marks", type=float, help="Of a folder: what full marks are (default: as many as a sheet has rows).")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def grade(
    table: str, recipe: str | None, csv_out: str | None, pages: str | None, marks: float | None, as_json: bool, **given: Any
) -> None:
    """Hold the printed numbers of a TABLE against the right ones. Or of each in a folder; - is standard input."""
    printed = standard_input() if table == "-" else Path(table)
    graded = ns.grade(printed, **_keywords(recipe, given))
    if isinstance(graded, ns.ClassList):
        graded = graded if marks is None else graded.with_marks(marks)
        _write_class(graded, table, csv_out, pages)
    elif csv_out is not None or pages is not None or marks is not None:
        raise InputError(f"--csv, --pages and --marks are for a folder of sheets, and {table} is one sheet")
    if as_json:
        click.echo(values.as_json(values.grade_values(graded)))
    else:
        scheme = f"\n\n{graded.scheme}" if isinstance(graded, ns.ClassList) else ""
        say(f"{graded}{scheme}")


def _keywords(recipe: str | None, given: Options) -> Options:
    """Of the recipe and the options; none where neither is given: worksheets say their own numbers."""
    if recipe is None and all(value is None for value in given.values()):
        return {}
    return keywords_of(recipe, given)


def _write_class(graded: ns.ClassList, table: str, csv_out: str | None, pages: str | None) -> None:
    if csv_out is not None:
        refuse_precious(csv_out, [str(Path(table) / name) for name in graded.grades])
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(graded.csv_rows())
        with writer(csv_out) as write:
            write(text.getvalue())
        tell_written(csv_out)
    if pages is not None:
        folder = _folder(pages)
        for name in graded.grades:
            with writer(str(folder / f"{name}.page.md")) as write:
                write(plain_lines(graded.page(name)))


@click.command(epilog=WORKSHEET_HELP)
@click.option("--students", type=int, default=30, show_default=True, help="Sheets, each with its own numbers.")
@click.option("--steps", type=int, default=8, show_default=True, help="Rows of a sheet.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same sheets.")
@click.option("--inputs", type=int, default=1, show_default=True, help="Inputs of the node.")
@click.option("--bias", is_flag=True, help="The node has a bias.")
@click.option("--digits", type=int, default=4, show_default=True, help="Decimals that are to be written.")
@click.option(
    "--out", type=click.Path(), required=True, help="The folder to write them into; the filled sheets go into its folder key."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: what was written, and each sheet's numbers.")
def worksheet(out: str, as_json: bool, **asked: Any) -> None:
    """Write sheets for a class to fill in by hand, and the key. Each has its own numbers; `grade` knows them."""
    sheets = worksheets(**asked)
    folder = _folder(out)
    key = _folder(str(folder / KEY))
    _refuse_filled(folder, sheets)
    for sheet in sheets:
        for path, text in ((folder / sheet.name, sheet.blank), (key / sheet.name, sheet.filled)):
            with writer(str(path)) as write:
                write(text)
    if as_json:
        click.echo(values.as_json({"folder": out, "key": str(key), "sheets": {sheet.name: sheet.keywords for sheet in sheets}}))
    else:
        click.echo(f"{len(sheets)} worksheets in {out}, the filled ones in {key}; grade them: nodescope grade {out}")


def _folder(path: str) -> Path:
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be made a folder: {getattr(error, 'strerror', None) or error}") from error
    return Path(path)


def _refuse_filled(folder: Path, sheets: list[Worksheet]) -> None:
    """Somebody's filled sheet is never written over."""
    for sheet in sheets:
        path = folder / sheet.name
        if path.exists() and not (path.is_file() and path.stat().st_size < 2**20 and path.read_bytes() == sheet.blank.encode()):
            raise FileError(f"{path} is there already, and is not this worksheet with its blanks; name another folder")
