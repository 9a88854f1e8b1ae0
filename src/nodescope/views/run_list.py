"""The run files of a folder as rows of text."""

from collections.abc import Sequence

from nodescope.diagnosis.checks.listing import Listed
from nodescope.views.numbers import exact, plain_text, short

HEAD = ["run", "ending", "steps", "mse", "unseen", "verdict"]
UNREADABLE = "cannot be read"


def list_rows(listed: Sequence[Listed]) -> list[list[str]]:
    """Header and a row for each run, short enough for a terminal."""
    return [HEAD, *(_row(run) for run in listed)]


def wrong_lines(listed: Sequence[Listed]) -> list[str]:
    """A sentence for each file that cannot be read."""
    return [plain_text(run.wrong) for run in listed if run.wrong]


def exact_rows(listed: Sequence[Listed]) -> list[list[str]]:
    """Header and rows with every number exact, and why a file cannot be read."""
    names = ["run", "ending", "steps", "settled_after", "mse", "unseen_rmse", "unseen_right", "verdict", "being_written", "wrong"]
    values = ("ending", "steps", "settled_after", "mse", "unseen_rmse", "unseen_right", "word", "being_written", "wrong")
    return [names, *([plain_text(run.name), *(_exact(getattr(run, name)) for name in values)] for run in listed)]


def _row(run: Listed) -> list[str]:
    if run.wrong:
        return [plain_text(run.name), UNREADABLE, "", "", "", ""]
    ending = "still running" if run.being_written else run.ending
    unseen = "" if run.unseen_rmse is None else short(run.unseen_rmse)
    unseen = unseen if run.unseen_right is None else f"{100 * run.unseen_right:.4g} % right"
    return [plain_text(run.name), ending, f"{run.steps:,}", "" if run.mse is None else short(run.mse), unseen, run.word]


def _exact(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return plain_text(value) if isinstance(value, str) else exact(value)
