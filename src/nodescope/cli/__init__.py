"""The command line: parse, call, print. Bad input gets one clear message and exit code 2; a diverged run is a result."""

import errno
import os
import sys
from functools import cache
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


_COMMANDS = {
    "compare": ("judge.compare", "Say which of two RUNs is better, and how their recipes differ."),
    "diagnose": ("judge.diagnose", "Say why a RUN went as it did, with the proof."),
    "explain": ("judge.explain", "Write out the arithmetic of one step of a RUN, as on paper."),
    "export": ("judge.export", "Write a RUN to OUT, whose ending says as what."),
    "fit": ("fitting.fit", "Fit a TABLE well without being told how."),
    "forecast": ("judge.forecast", "Say before a run what will happen."),
    "grade": ("homework.grade", "Hold the printed numbers of a TABLE against the right ones."),
    "inspect": ("read.inspect", "Look at a TABLE before it is used."),
    "lesson": ("lesson.lesson", "Learn by guessing."),
    "open": ("opening.open_page", "Open a page on this machine."),
    "predict": ("read.predict", "Predict the rows of a TABLE by a RUN."),
    "run": ("judge.run", "Run a RECIPE (TOML), or what the options say."),
    "runs": ("runs.runs", "List the run files of a FOLDER."),
    "sweep": ("sweep.sweep", "Run once for each combination of settings."),
    "trace": ("read.trace", "Write every number of some steps of a RUN."),
    "verify": ("judge.verify", "Recompute a RUN, bit for bit."),
    "worksheet": ("homework.worksheet", "Write sheets for a class to fill in by hand, and the key."),
}
"""Where each command stands, to be imported when it is asked for, and the first sentence of its help, which the list of all has."""


@cache
def _command(name: str) -> click.Command:
    """It ends its help with examples, which are loaded where help is asked for, and nowhere else."""
    module, _, function = _COMMANDS[name][0].partition(".")
    command: click.Command = getattr(import_module(f"nodescope.cli.{module}"), function)
    own = command.format_epilog

    def format_epilog(ctx: click.Context, formatter: click.HelpFormatter) -> None:
        command.epilog = command.epilog or examples.examples_of(name)
        own(ctx, formatter)

    command.format_epilog = format_epilog  # type: ignore[method-assign]
    return command


class _Commands(click.Group):
    """The commands, none of which costs another its time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = _command(cmd_name) if cmd_name in _COMMANDS else None
        heed()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        room = formatter.width - 6 - max(map(len, _COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, click.Command(name, help=words).get_short_help_str(room)) for name, (_, words) in _COMMANDS.items()]
            )


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
    except Exception as error:
        if not _is_ctrl_c(error):
            raise
        sys.exit(130)
    finally:
        end_quietly()


def _is_ctrl_c(error: Exception) -> bool:
    """What Python makes of it within the making of a class; what ctypes makes of it while an argument is looked at."""
    of_argument = type(error).__name__ == "ArgumentError" and ": KeyboardInterrupt:" in str(error)
    return of_argument or isinstance(error.__cause__, KeyboardInterrupt)


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
