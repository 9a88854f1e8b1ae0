"""Pages of the reference that follow from the code, written anew at each build: keywords, quantities, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from examples_of_findings import examples

from nodescope.cli import cli
from nodescope.run.quantities import QUANTITIES
from nodescope.run.settings import defaults, table

CSS = """
:root { --pst-font-size-base: 16px; }
.bd-main .bd-content .bd-article-container { max-width: 66rem; }
div[data-nodescope] { margin: 1rem 0; }
.cell_output pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.bd-article table { font-size: .9rem; }
details.reveal { margin: 0 0 1.15rem; border-left: .2rem solid var(--pst-color-primary); padding: .1rem 1rem; }
details.reveal > summary { cursor: pointer; font-weight: 600; }
details.reveal > :last-child { margin-bottom: .4rem; }
"""


def write_all(folder: Path, loader: str) -> None:
    """The generated pages and the site's own script and styles."""
    static = folder / "static"
    static.mkdir(parents=True, exist_ok=True)
    script = re.sub(r"^<script>\n|</script>$", "", loader)
    ready = 'document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", live) : live();'
    _write(static / "live.js", f"function live() {{\n{script}}}\n{ready}\n")
    _write(static / "site.css", CSS)
    _write(folder / "keywords.md", "\n".join(_keywords()))
    _write(folder / "quantities.md", "\n".join(_quantities()))
    _write(folder / "findings.md", "\n".join(_findings()))
    _write(folder / "shell.md", "\n".join(_shell()))


def _write(path: Path, text: str) -> None:
    """Only where it differs: Sphinx goes by the time of a file."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _keywords() -> Iterator[str]:
    yield from (
        "# The recipe's keywords",
        "",
        "A recipe is everything needed to do a run again. `ns.descend`, `ns.forecast`, `ns.bisect_alpha` and `ns.grade` take these",
        "keywords, a TOML file has them as keys, and the shell has a flag for most of them. `None` means: not given.",
        "",
        "| keyword | values | default | what it does | in the shell |",
        "|---|---|---|---|---|",
    )
    for name, setting in table().items():
        flag = f"`--{name.replace('_', '-')}`" if setting.shell else ""
        words = re.sub(r"\s+", " ", setting.words)
        yield f"| `{name}` | {_cell(setting.kind)} | `{defaults()[name]!r}` | {_cell(words)} | {flag} |"


def _quantities() -> Iterator[str]:
    yield from (
        "# Every quantity of a step",
        "",
        "`run.trace[t]` has these for one step, `run.trace[a:b]` for a window, as columns. Axes: T steps, b examples of a step,",
        "k output nodes, d inputs; an axis of length 1 that the recipe does not have is dropped.",
        "",
        "| name | the field's term | axes | how it is computed |",
        "|---|---|---|---|",
    )
    for quantity in QUANTITIES:
        yield f"| `{quantity.name}` | {_cell(quantity.term)} | {quantity.axes} | {_cell(quantity.formula)} |"


def _findings() -> Iterator[str]:
    yield from (
        "# An example of every finding",
        "",
        "Runs, most of which the verdicts are tested on, and what is said of them. When a finding is made, and how often it",
        "is right, stands in {doc}`../verdicts`. A run or a PyTorch training named in words stands in `tests/verdicts`.",
        "",
        "| finding | severity | a run that has it | what is said |",
        "|---|---|---|---|",
    )
    found = list(examples())
    named = set(re.findall(r"^\| `([^`]+)`", Path(__file__).with_name("verdicts.md").read_text(encoding="utf-8"), re.MULTILINE))
    if missing := named - {name for name, *_ in found}:
        raise SystemExit(f"docs/examples_of_findings.py has no example of {', '.join(sorted(missing))}")
    for name, severity, run, text in found:
        yield f"| `{name}` | {severity} | {_cell(run)} | {_cell(text)} |"


def _shell() -> Iterator[str]:
    yield from ("# The shell", "", "Every command has `--json`, exits 0 when it did its work and 2 for bad input.", "")
    with click.Context(cli, info_name="nodescope") as top:
        for name in cli.list_commands(top):
            command = cli.get_command(top, name)
            if command is None or command.hidden:
                continue
            with click.Context(command, info_name=f"nodescope {name}", terminal_width=100, max_content_width=100) as context:
                yield from (f"## nodescope {name}", "", "```text", command.get_help(context), "```", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
