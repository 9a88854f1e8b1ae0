"""A run in a notebook: the same bundle, handed the same scene, through anywidget. Extra `[notebook]`."""

import importlib.util
from html import escape
from typing import TYPE_CHECKING, Any

from nodescope.errors import InputError, NodescopeError
from nodescope.hosts.again import judged_again
from nodescope.hosts.file import bundle, scene_of
from nodescope.hosts.fragment import fragment
from nodescope.later import Later
from nodescope.run.given_run import refuse_no_run
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.display import run_text
from nodescope.views.values import as_json

if TYPE_CHECKING:
    from nodescope.diagnosis.sweeps import sweep
    from nodescope.hosts import sweep_page
else:
    sweep, sweep_page = Later("nodescope.diagnosis.sweeps.sweep"), Later("nodescope.hosts.sweep_page")


class SweepView:
    """A sweep's page in a frame of a notebook: its map, whose cells lead to their rows in the table below it."""

    def __init__(self, swept: "sweep.Sweep") -> None:
        self.page, self.told = sweep_page.file(swept), str(swept)

    def __repr__(self) -> str:
        return self.told

    def _repr_html_(self) -> str:
        frame = 'sandbox="allow-scripts" title="Map of a sweep" style="width:100%;height:760px;border:0"'
        return f'<iframe {frame} srcdoc="{escape(self.page)}"></iframe>'


def show(run: "Run | Recorded | sweep.Sweep") -> Any:
    """The view of a run, as a notebook widget; of a sweep its page, in a frame.

    A saved notebook without a kernel shows no widget: the same view as a piece of HTML, and the verdict as text, are kept with it.

    Parameters
    ----------
    run : Run, Recorded or Sweep
        Made now, loaded or observed.

    Returns
    -------
    anywidget.AnyWidget or SweepView
        What a notebook shows.

    Raises
    ------
    InputError
        anywidget is not installed, or the run has more numbers than a page can hold.

    Examples
    --------
    >>> import nodescope as ns
    >>> view = ns.show(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1))
    >>> "Settled after 317 steps" in view.scene
    True
    """
    if not isinstance(run, Run | Recorded) and isinstance(run, sweep.Sweep):
        return SweepView(run)
    refuse_no_run(run)
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise InputError(
            "a widget needs anywidget: pip install 'nodescope[notebook]'; ns.export(run, 'run.html') needs nothing"
        ) from error

    assert isinstance(run, Run | Recorded)
    viewed, document = run, scene_of(run)

    class RunWidget(anywidget.AnyWidget):
        """The view of one run."""

        _esm = bundle(document)
        scene = traitlets.Unicode().tag(sync=True)

        def __init__(self, **keywords: Any) -> None:
            super().__init__(**keywords)
            self.on_msg(lambda _widget, message, _buffers: self.send(answered(viewed, message)))

        def _repr_mimebundle_(self, **keywords: Any) -> Any:
            shown = super()._repr_mimebundle_(**keywords)
            data = shown[0] if isinstance(shown, tuple) else shown
            if data is not None:
                data["text/plain"] = told
                data["text/html"] = fragment(viewed)
            return shown

    told = f"{repr(run) if isinstance(run, Recorded) else run_text(run)}\n  {document['verdict']}"
    return RunWidget(scene=as_json(document))


def answered(run: Run | Recorded, message: object) -> dict[str, Any]:
    """What is sent back to a view that was changed: the judgement of what it was changed to, under the question's number."""
    asked = message if isinstance(message, dict) else {}
    number = asked.get("number")
    try:
        if isinstance(run, Recorded):
            raise InputError("an observed run cannot be made again")
        return {"number": number, "judged": judged_again(run, asked.get("changed"))}
    except NodescopeError as error:
        return {"number": number, "wrong": str(error)}


def mimebundle(run: Run | Recorded, **keywords: Any) -> Any:
    """The widget; nothing where anywidget is not installed, or no page can hold the run: then its text and tables are shown."""
    if importlib.util.find_spec("anywidget") is None:
        return None
    try:
        return show(run)._repr_mimebundle_(**keywords)
    except InputError:
        return None
