"""Every option and argument of the shell times rubbish: it works, or one line on stderr and exit code 2; never a traceback."""

import sys
from pathlib import Path

import click
import pytest

import nodescope as ns
from nodescope import cli

WORDS = [
    "", " ", "0", "-1", "1e400", "nan", "inf", "²", "0,1", "1,,2", "[", "[[1,2],[3]]", '[{"a":1}]', "[null]", "9" * 5000,
    "a" * 5000,
    "a\nb", "\x1b[31m", "\udcff", "/dev/null", "/", "None", "[true]", "1e-400", "1.5", "--", "[" * 5000, "=1+1", "∞", "١",
]  # fmt: skip
NODE = ["--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1", "--steps", "3"]


def said_by(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["nodescope", *arguments])
    try:
        cli.main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def options_of(command: click.Command) -> list[str]:
    return [option.opts[0] for option in command.params if isinstance(option, click.Option) and not option.is_flag]


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=9), "r.nodescope")
    Path("t.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    ns.save(ns.descend(data="t.csv", goal="b", epochs=2), "f.nodescope")
    return tmp_path


ARGUMENTS = {
    "run": NODE, "forecast": NODE, "trace": ["r.nodescope"], "diagnose": ["r.nodescope"], "explain": ["r.nodescope", "--step", "1"],
    "verify": ["r.nodescope"], "predict": ["f.nodescope", "t.csv"], "compare": ["r.nodescope", "r.nodescope"],
    "grade": ["t.csv", *NODE], "export": ["r.nodescope", "x.svg"],
}  # fmt: skip


def clear(code: int, err: str) -> None:
    assert code in (0, 2), err[-500:]
    assert "Traceback" not in err
    if code == 2 and "Usage:" not in err:
        assert err.startswith("nodescope: ")
        assert err.count("\n") <= 1
        assert len(err) < 900
    assert "\x1b" not in err


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.usefixtures("at_home")
def test_options(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    good = ARGUMENTS[name]
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert command is not None
    for option in options_of(command):
        for word in WORDS:
            if option == "--time-limit" and word in ("1e400", "inf"):
                continue
            code, _, err = said_by([name, *good, option, word], monkeypatch, capsys)
            clear(code, err)


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.usefixtures("at_home")
def test_arguments(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for word in WORDS:
        for place in range(min(2, len(ARGUMENTS[name]))):
            arguments = [*ARGUMENTS[name]]
            if arguments[place].startswith("--"):
                arguments = [word, *arguments]
            else:
                arguments[place] = word
            code, _, err = said_by([name, *arguments], monkeypatch, capsys)
            clear(code, err)
