"""`runs`: the run files of a folder, and any two of them beside each other."""

import dataclasses

import click

import nodescope as ns
from nodescope.cli.output import note, plain_lines, refuse_precious, tell_written, writer
from nodescope.diagnosis.checks.listing import Listed, run_in, runs_in
from nodescope.errors import InputError
from nodescope.views import tables
from nodescope.views.run_list import exact_rows, list_rows, wrong_lines
from nodescope.views.values import as_json as json_of

HELP = """\b
Examples:
  nodescope runs .
  nodescope runs kept --format csv --out runs.csv
  nodescope runs kept --compare slow fast
"""


@click.command(epilog=HELP)
@click.argument("folder", type=click.Path())
@click.option("--compare", nargs=2, metavar="A B", help="Hold two of them beside each other, by name (.nodescope may be left off).")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "md"]), default="table")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def runs(folder: str, compare: tuple[str, str] | None, form: str, as_json: bool, out: str | None) -> None:
    """List the run files of a FOLDER. Each with its ending, errors, and verdict in a word; damaged ones by name, with why."""
    form = "json" if as_json else form
    if compare is not None:
        if form in ("csv", "md"):
            raise InputError(f"--compare is told as text or with --json, not as {form}")
        compared = ns.compare(*(run_in(folder, name) for name in compare))
        text = json_of(dataclasses.asdict(compared)) if form == "json" else plain_lines(str(compared))
    else:
        text = _listed(folder, list(runs_in(folder)), form)
    refuse_precious(out, [])
    with writer(out) as write:
        write(f"{text}\n")
    tell_written(out)


def _listed(folder: str, listed: list[Listed], form: str) -> str:
    wrong = wrong_lines(listed)
    if form == "json":
        return json_of({"folder": folder, "runs": [dataclasses.asdict(run) for run in listed]})
    if form == "csv":
        return "".join(tables.csv_lines(exact_rows(listed))).rstrip("\r\n")
    rows = list_rows(listed)
    for sentence in wrong:
        note(sentence)
    return "\n".join(tables.markdown(rows) if form == "md" else tables.aligned(rows))
