"""The command line: parse, call, print. Bad input gets one clear message and exit code 2; a diverged run is a result."""

import errno
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

import nodescope as ns
from nodescope.cli.output import plain_lines
from nodescope.errors import FileError, NodescopeError
from nodescope.later import Later
from nodescope.starting import end_quietly, heed, heeding_too

if TYPE_CHECKING:
    from nodescope.cli import examples, words
else:
    examples = Later("nodescope.cli.examples")
    words = Later("nodescope.cli.words")

_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""Of an error without a file's name: it was standard output that could take no more."""


_PLACES = {
    "compare": "judge.compare",
    "diagnose": "judge.diagnose",
    "explain": "judge.explain",
    "export": "judge.export",
    "fit": "fitting.fit",
    "forecast": "judge.forecast",
    "grade": "homework.grade",
    "inspect": "read.inspect",
    "lesson": "lesson.lesson",
    "open": "opening.open_page",
    "predict": "read.predict",
    "run": "judge.run",
    "runs": "runs.runs",
    "sweep": "sweep.sweep",
    "trace": "read.trace",
    "verify": "judge.verify",
    "worksheet": "homework.worksheet",
}
"""Each command stands there, and is imported when it is asked for."""


def _end_help_with_examples(command: click.Command, name: str) -> None:
    """Examples are loaded where help is asked for, and nowhere else."""
    if "format_epilog" in vars(command):  # it was asked for before
        return
    own = command.format_epilog

    def format_epilog(ctx: click.Context, formatter: click.HelpFormatter) -> None:
        command.epilog = command.epilog or examples.examples_of(name)
        own(ctx, formatter)

    command.format_epilog = format_epilog  # type: ignore[method-assign]


class _Commands(click.Group):
    """The commands, none of which costs another its time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _PLACES:
            return None
        module, _, function = _PLACES[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"nodescope.cli.{module}"), function)
        _end_help_with_examples(command, cmd_name)
        heed()
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ns.__version__)
def cli() -> None:
    """See, run and understand gradient-descent nodes: every number of every step, exactly."""


def main() -> None:
    """Entry point: a failure that has an explanation is one message on stderr and exit code 2; Ctrl-C ends it without a word."""
    sys.unraisablehook = heeding_too
    try:
        _do_and_tell()
    except (KeyboardInterrupt, click.Abort):  # also while something is being told
        sys.exit(130)
    except RuntimeError as error:
        if not isinstance(error.__cause__, KeyboardInterrupt):  # what Python makes of it within the making of a class
            raise
        sys.exit(130)
    finally:
        end_quietly()


def _do_and_tell() -> None:
    try:
        if sys.stdout is None:
            raise FileError("standard output is closed: there is nowhere to write to")
        cli(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except NodescopeError as error:
        click.echo(f"nodescope: {plain_lines(words.in_shell_words(str(error)))}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        _write_no_more()
    except OSError as error:
        if error.filename is not None or error.errno not in _OF_WRITING:
            raise
        _write_no_more()
        click.echo(f"nodescope: standard output cannot be written: {error.strerror or error}", err=True)
        sys.exit(2)


def _write_no_more() -> None:
    """Python would write the rest at its end, and fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
