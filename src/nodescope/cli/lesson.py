"""`lesson`: guess first, then see it run, then why."""

import sys
import textwrap
from typing import Any

import click

from nodescope.arithmetic.checks import closest, shown
from nodescope.cli.output import plain_lines, refuse_precious, tell_written, terminal, writer
from nodescope.errors import InputError
from nodescope.views.lessons.lesson import LETTERS, Lesson, choices, judged
from nodescope.views.lessons.pages import as_html, as_markdown
from nodescope.views.lessons.six import LESSONS
from nodescope.views.values import as_json

HELP = """\b
Examples:
  nodescope lesson                                  the six lessons
  nodescope lesson stalls                           guess, see, be told why
  nodescope lesson stalls --guess B                 where there is no terminal
  nodescope lesson stalls --quiz --out stalls.html  a page that asks first
  nodescope lesson stalls --quiz --out stalls.md    without --quiz, the key
"""


@click.command(epilog=HELP)
@click.argument("name", required=False)
@click.option("--guess", help="Your guess: a letter; asked for on a terminal.")
@click.option("--out", type=click.Path(), help="Write the lesson to this file, which ends in .html or .md.")
@click.option("--quiz", is_flag=True, help="With --out: the answer is not shown (.html: before a guess is made).")
@click.option("--json", "as_values", is_flag=True, help="For machines.")
def lesson(name: str | None, guess: str | None, out: str | None, quiz: bool, as_values: bool) -> None:
    """Learn by guessing. NAME is one of the six lessons; without it they are listed."""
    if quiz and out is None:
        raise InputError("--quiz goes with --out, such as --out lesson.html: on a terminal the answer waits for your guess anyway")
    if name is None:
        if guess is not None or out is not None:
            raise InputError(f"{'--guess' if guess is not None else '--out'} goes with a lesson's name: {_names()}")
        click.echo(as_json({"lessons": [_told(found) for found in LESSONS]}) if as_values else "\n".join(_list()))
        return
    chosen = _found(name)
    if out is not None:
        _write(chosen, out, quiz)
        return
    guessed = None if guess is None else _letter(chosen, guess)
    if as_values:
        click.echo(as_json(_told(chosen) | _answer(chosen, guessed)))
        return
    _teach(chosen, guessed)


def _names() -> str:
    return ", ".join(found.name for found in LESSONS)


def _list() -> list[str]:
    wide = max(len(found.name) for found in LESSONS)
    rows = [f"  {found.name.ljust(wide)}  {found.title}" for found in LESSONS]
    return ["Six lessons: guess first, then see, then why.", "", *rows, "", f"Begin with: nodescope lesson {LESSONS[0].name}"]


def _found(name: str) -> Lesson:
    for found in LESSONS:
        if name == found.name:
            return found
    near = closest(name[:99], [found.name for found in LESSONS])
    raise InputError(f"there is no lesson {shown(name)}; {f'did you mean {near}? ' if near else ''}The lessons are {_names()}")


def _letter(of: Lesson, guess: str) -> int:
    at = LETTERS[: len(of.options)].find(guess.strip().upper() or "?")
    if at < 0 or len(guess.strip()) != 1:
        raise InputError(f"--guess is {shown(guess)}; the answers to choose from are {', '.join(LETTERS[: len(of.options)])}")
    return at


def _teach(of: Lesson, guess: int | None) -> None:
    width = min(terminal()[0], 100)
    number = LESSONS.index(of) + 1
    click.echo("\n".join(["", f"Lesson {number} of {len(LESSONS)}: {of.title}", "", *of.given, "", of.question, *choices(of), ""]))
    if guess is None:
        guess = _asked(of)
    answered = of.answered()
    click.echo("\n".join(["", judged(of, guess, answered), "", *answered.seen, ""]))
    click.echo("\n".join([*textwrap.wrap(plain_lines(answered.why), width), ""]))
    after = LESSONS[number].name if number < len(LESSONS) else None
    click.echo(f"Go on: {of.go_on}" + (f"\nNext:  nodescope lesson {after}" if after else ""))


def _asked(of: Lesson) -> int:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError(
            f"a lesson asks for a guess, and there is no terminal to type one into: --guess {LETTERS[0]} says it, "
            "and --quiz --out lesson.html makes a page of it"
        )
    letters = LETTERS[: len(of.options)]
    typed: str = click.prompt("Your guess", type=click.Choice(list(letters), case_sensitive=False), show_choices=True)
    return letters.index(typed.upper())


def _write(of: Lesson, out: str, quiz: bool) -> None:
    forms = {".html": as_html, ".md": as_markdown}
    form = next((form for form in forms if out.lower().endswith(form)), None)
    if form is None:
        raise InputError(f"--out is {shown(out)}; a lesson can be written as {', '.join(forms)}")
    refuse_precious(out, [])
    with writer(out) as write:
        write(forms[form](of, quiz))
    tell_written(out)


def _told(of: Lesson) -> dict[str, Any]:
    return {"name": of.name, "title": of.title, "given": of.given, "question": of.question, "options": of.options}


def _answer(of: Lesson, guess: int | None) -> dict[str, Any]:
    answered = of.answered()
    return {"guess": guess, "right": answered.right, "seen": answered.seen, "why": answered.why, "go_on": of.go_on}
