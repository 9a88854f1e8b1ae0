"""One HTML file that shows a run, replays every step of it and runs it again, offline; of an observed run, what was recorded.

It holds the bundle and the scene (`offline.py` is the shell around them). Words from a table reach it inside JSON, with no `<` in
it, and the page as text only.
"""

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nodescope.hosts.offline import shell
from nodescope.later import Later
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.recorded_scene import scene_of_recorded
from nodescope.views.scene import scene
from nodescope.views.values import as_json

if TYPE_CHECKING:
    from nodescope.hosts import advice
else:
    advice = Later("nodescope.hosts.advice")

_STYLE = "body{margin:0;background:light-dark(#f7f7f5,#101317)}"
_BODY = (
    '<div data-nodescope="scene"></div>\n<noscript>This page needs JavaScript, which is inside it: nothing is loaded.</noscript>\n'
    '<script type="application/json" id="scene">{scene}</script>'
)

SCREENS = ("start", "several", "network", "judged", "fit", "observed", "both")
"""Screens that not every run needs, each a file beside the first one."""


def bundle(document: dict[str, Any] | None = None) -> str:
    """The front end, built from frontend/: with the screens that a run's document needs, or with all of them."""
    names = SCREENS if document is None else screens_of(document)
    static = files("nodescope.hosts").joinpath("static")
    return "\n".join(static.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in ("nodescope", *names))


def screens_of(document: dict[str, Any]) -> list[str]:
    """Of `SCREENS`, those that a run's document is shown with."""
    if document.get("kind") == "recorded":
        return ["observed"]
    if document.get("kind") == "both":
        # of the second run's recipe stands there only what differs; neither verdict nor result is shown
        whole = {**document["b"], "recipe": {**document["a"]["recipe"], **document["b"]["recipe"]}}
        of_both = {*screens_of(document["a"]), *screens_of(whole)} - {"judged", "fit"}
        return [name for name in SCREENS if name in of_both] + ["both"]
    recipe = document["recipe"]
    several = recipe["n"] > 1 or recipe["d"] > 1 or recipe["layers"][0]["bias"]
    network = len(recipe["layers"]) > 1
    of_network = {"network": network, "judged": network}
    needed = {"several": several and not network, **of_network, "fit": document["fit"] is not None}
    return [name for name, is_needed in needed.items() if is_needed]


def scene_of(run: Run | Recorded) -> dict[str, Any]:
    """What every host hands to the front end."""
    return scene_of_recorded(run) if isinstance(run, Recorded) else scene(run)


def document_of(run: Run | Recorded, place: "advice.Place") -> dict[str, Any]:
    """The same with advice that can be followed at a place other than Python; that of a training is about its code, and stays."""
    return scene_of(run) if isinstance(run, Recorded) else advice.in_words_of(place, scene_of(run))


def page(run: Run | Recorded) -> str:
    """The whole text of the file: the page, its program and the document of the run."""
    document = document_of(run, advice.ALONE)
    body = _BODY.format(scene=safe_json(document))
    return shell(f"nodescope: {document['title']}", body, bundle(document), _STYLE, compiles=True)


def safe_json(document: object) -> str:
    """JSON that cannot end the script element it stands in, nor break a line of JavaScript."""
    text = as_json(document)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
