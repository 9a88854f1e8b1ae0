"""What can be asked of a run from the run itself: `run.diagnose()` is `ns.diagnose(run)`.

That is the way people look for things. The functions live in rooms above this one and know runs, not the other way round: they are
registered here once (`offer`, called by the package's `__init__`), as faces are in `views/display.py`.
"""

from collections.abc import Callable
from os import PathLike
from typing import Any

_OFFERED: dict[str, Callable[..., Any]] = {}


def offer(**functions: Callable[..., Any]) -> None:
    """Register what the methods below do."""
    _OFFERED.update(functions)


class Offers:
    """Methods that runs of every kind have."""

    def diagnose(self) -> Any:
        """Why it went as it did: a `Diagnosis`, as `ns.diagnose` gives it."""
        return _OFFERED["diagnose"](self)

    def show(self) -> Any:
        """The view in a notebook, as `ns.show` gives it."""
        return _OFFERED["show"](self)

    def export(self, path: str | PathLike[str], step: int | None = None, theme: str = "light") -> None:
        """Write it as a page, a picture, a table or text, by the path's ending; see `ns.export`."""
        _OFFERED["export"](self, path, step, theme)

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write it into a run file; see `ns.save`."""
        _OFFERED["save"](self, path, overwrite=overwrite)


class OffersOfReplayed(Offers):
    """Methods of runs that can be replayed."""

    def explain(self, step: int, layer: int | None = None, node: int | None = None) -> Any:
        """The arithmetic of a step written out: an `Explanation`, as `ns.explain` gives it."""
        return _OFFERED["explain"](self, step, layer, node)

    def verify(self, *, most_steps: int | None = None, time_limit: float | None = None) -> Any:
        """Every number recomputed by the plain definition: a `Certificate`, as `ns.verify` gives it."""
        return _OFFERED["verify"](self, most_steps=most_steps, time_limit=time_limit)

    def compare(self, other: Any) -> Any:
        """What is better and what differs: a `Comparison`, as `ns.compare` gives it."""
        return _OFFERED["compare"](self, other)
