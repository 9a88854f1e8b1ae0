"""The command line: parse, call, print. Bad input gets one clear message and exit code 2; a diverged run is a result."""

import errno
import os
import sys

import click

import nodescope as ns
from nodescope.cli.homework import grade, worksheet
from nodescope.cli.judge import compare, diagnose, explain, export, forecast, run, verify
from nodescope.cli.opening import open_page
from nodescope.cli.output import plain_lines
from nodescope.cli.read import predict, trace
from nodescope.cli.words import in_shell_words
from nodescope.errors import FileError, NodescopeError
from nodescope.starting import end_quietly, heed

_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""Of an error without a file's name: it was standard output that could take no more."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ns.__version__)
def cli() -> None:
    """See, run and understand gradient-descent nodes: every number of every step, exactly."""


for command in (run, forecast, trace, diagnose, explain, verify, predict, compare, grade, worksheet, export, open_page):
    cli.add_command(command)


def main() -> None:
    """Entry point: every failure that has an explanation is one message on stderr and exit code 2."""
    try:
        heed()
        if sys.stdout is None:
            raise FileError("standard output is closed: there is nowhere to write to")
        cli(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except NodescopeError as error:
        click.echo(f"nodescope: {plain_lines(in_shell_words(str(error)))}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        _write_no_more()
    except OSError as error:
        if error.filename is not None or error.errno not in _OF_WRITING:
            raise
        _write_no_more()
        click.echo(f"nodescope: standard output cannot be written: {error.strerror or error}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    finally:
        end_quietly()


def _write_no_more() -> None:
    """Python would write the rest at its end, and fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
