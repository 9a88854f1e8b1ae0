"""What can be asked of a run from the run itself: `run.diagnose()` is `ns.diagnose(run)`.

That is the way people look for things. The functions live in rooms above this one and know runs, not the other way round: where
they stand is registered here once (`offer`, called by the package's `__init__`), and each is imported when it is first asked for.
So do the ways in which runs, and what is made of them, show themselves (`Faced`).
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from os import PathLike
from typing import Any

_PLACES: dict[str, str] = {}


def offer(**places: str) -> None:
    """Register what the methods below do: "module.function" of each."""
    _PLACES.update(places)


@cache
def _offered(name: str) -> Callable[..., Any]:
    module, _, function = _PLACES[name].rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


class Faced:
    """What a notebook shows as HTML."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(_offered("html")(self))


class FacedInText(Faced):
    """What tells itself in lines of text too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(_offered("text")(self))


class FacedInWidgets(Faced):
    """What a notebook shows as a widget where it can, else as HTML."""

    __slots__ = ()

    def _repr_mimebundle_(self, **keywords: Any) -> Any:
        return _offered("mimebundle")(self, **keywords)


class Offers:
    """Methods that runs of every kind have."""

    def diagnose(self) -> Any:
        """Why it went as it did, as `ns.diagnose` says it.

        Returns
        -------
        Diagnosis
            The verdict, its findings and their proof.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).diagnose().withheld
        False
        """
        return _offered("diagnose")(self)

    def show(self) -> Any:
        """The view in a notebook, as `ns.show` gives it.

        Returns
        -------
        anywidget.AnyWidget
            What a notebook shows.

        Raises
        ------
        InputError
            anywidget is not installed, or the run has more numbers than a page can hold.

        Examples
        --------
        >>> import nodescope as ns
        >>> "Settled after 317 steps" in ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).show().scene
        True
        """
        return _offered("show")(self)

    def export(
        self, path: str | PathLike[str] | None = None, step: int | None = None, theme: str = "light", *, fragment: bool = False
    ) -> str | None:
        """Write it as a page, a picture, a table, text or a model, as `ns.export` does.

        Parameters
        ----------
        path : path, optional
            Its ending says what is written.
        step : int, optional
            Of a picture: which step, negative from the end.
        theme : {"light", "dark"}
            Of a picture.
        fragment : bool
            The page as a piece of HTML for somebody else's page.

        Returns
        -------
        str or None
            The piece of HTML where one is asked for and no path is given.

        Raises
        ------
        InputError
            Another ending, no such step or theme, or more numbers than such a file holds.
        FileError
            The file cannot be written.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import nodescope as ns
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).export(pathlib.Path(folder) / "sticks.csv")
        ...     len((pathlib.Path(folder) / "sticks.csv").read_text().splitlines())
        319
        """
        piece: str | None = _offered("export")(self, path, step, theme, fragment=fragment)
        return piece

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write it into a run file, as `ns.save` does.

        Parameters
        ----------
        path : path
            Any name; ".nodescope" is the custom.
        overwrite : bool
            Replace a run that is there.

        Raises
        ------
        FileError
            The file cannot be written, or is there.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import nodescope as ns
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).save(pathlib.Path(folder) / "sticks.nodescope")
        ...     ns.load(pathlib.Path(folder) / "sticks.nodescope").settled_after
        317
        """
        _offered("save")(self, path, overwrite=overwrite)


class OffersOfReplayed(Offers):
    """Methods of runs that can be replayed."""

    def explain(self, step: int, layer: int | None = None, node: int | None = None) -> Any:
        """The arithmetic of a step written out, as `ns.explain` does.

        Parameters
        ----------
        step : int
            Counted from 0; from the end where negative.
        layer, node : int, optional
            Only this layer, or this node of it.

        Returns
        -------
        Explanation
            Every number with its formula.

        Raises
        ------
        IndexError, InputError
            There is no such step, layer or node.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).explain(1).lines[-1].exactly
        '0.42000000000000004 - (-0.017999999999999995)'
        """
        return _offered("explain")(self, step, layer, node)

    def verify(self, *, most_steps: int | None = None, time_limit: float | None = None) -> Any:
        """Every number recomputed by the plain definition, as `ns.verify` does.

        Parameters
        ----------
        most_steps : int, optional
            Steps of the trace that the plain definition recomputes; as many as take about two seconds unless given.
        time_limit : float, optional
            Seconds for the core.

        Returns
        -------
        Certificate
            Whether it passed, and the first difference.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).verify().passed
        True
        """
        return _offered("verify")(self, most_steps=most_steps, time_limit=time_limit)

    def compare(self, other: Any) -> Any:
        """What is better and what differs, as `ns.compare` says it.

        Parameters
        ----------
        other : Run
            One that learned the same goals from the same rows.

        Returns
        -------
        Comparison
            Itself is a, the other b.

        Raises
        ------
        InputError
            It has other goals, or other rows unseen.

        Examples
        --------
        >>> import nodescope as ns
        >>> slow, fast = (ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=20) for alpha in (0.1, 0.5))
        >>> slow.compare(fast).better
        'b'
        """
        return _offered("compare")(self, other)
