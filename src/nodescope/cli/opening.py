"""`open`: the local page."""

import sys
import webbrowser
from pathlib import Path
from typing import Any

import click

from nodescope.cli.ended import tidied_up
from nodescope.cli.opened import opened
from nodescope.diagnosis.sweeps.stored import is_sweep_file
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts.folder import folder_of_runs

NO_PAGE = (
    "the local page needs {}: pip install 'nodescope[page]'; nodescope export RUN run.html makes a page of a run that needs nothing"
)


def _opened(path: str) -> Any:
    """A run, or a sweep, by its file."""
    return Sweep.load(path) if is_sweep_file(Path(path)) else opened(path)


@click.command("open")
@click.argument("run", required=False, type=click.Path())
@click.option("--data", type=click.Path(), help="A table to fit: CSV or Parquet.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of this machine (default: any free one).")
@click.option("--browser/--no-browser", default=True, help="Open the browser by itself.")
def open_page(run: str | None, data: str | None, port: int, browser: bool) -> None:
    """Open a page on this machine. Of a RUN (a recipe, a sweep's file), of a table, or to start from.

    Runs made there are kept in a folder of yours (NODESCOPE_RUNS names another) and listed when it is opened again.
    """
    try:
        from nodescope.hosts.page import served
        from nodescope.hosts.server import server_of
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        raise InputError(NO_PAGE.format(error.name)) from error

    if run is not None and data is not None:
        raise InputError("name a run or --data, not both")
    try:
        of, table = None if run is None else _opened(run), None if data is None else Path(data)
        with tidied_up() as ended, served(of, table, port, folder_of_runs()) as (guard, bound):
            click.echo(f"nodescope is at {guard.address}\nCtrl-C ends it.")
            sys.stdout.flush()
            if browser:
                webbrowser.open(guard.address)
            server = server_of(guard)
            ended.ask = server.end
            server.run(sockets=[bound])
            ended.leave()
    except NodescopeError:
        raise
    except OSError as error:
        raise InputError(f"port {port} cannot be used: {error.strerror or error}; leave --port out for a free one") from error
