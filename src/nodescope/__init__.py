"""nodescope: the instrument for seeing, running and understanding gradient descent, one node at a time.

Each public name is imported when it is first asked for: a run needs a third of the modules, and its proof more than the run.
"""

from nodescope import starting  # noqa: F401  # before all that takes its time, `typing` too

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nodescope._version import __version__ as __version__
from nodescope.run.offers import offer

if TYPE_CHECKING:
    from nodescope.diagnosis.after.finding import Finding
    from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
    from nodescope.diagnosis.before.forecast import Forecast
    from nodescope.diagnosis.before.foretelling import forecast
    from nodescope.diagnosis.before.inspected import Inspection
    from nodescope.diagnosis.before.inspection import inspect
    from nodescope.diagnosis.checks.bisect import Boundary, bisect_alpha
    from nodescope.diagnosis.checks.certificate import Certificate
    from nodescope.diagnosis.checks.compare import Comparison, compare
    from nodescope.diagnosis.checks.gradients import GradientCheck, check_gradients
    from nodescope.diagnosis.checks.verify import verify
    from nodescope.diagnosis.homework.grade import grade
    from nodescope.diagnosis.homework.grades import ClassList, Grade
    from nodescope.diagnosis.sweeps.sweep import Sweep, sweep
    from nodescope.errors import DataChanged, FileError, InputError, NodescopeError
    from nodescope.hosts.export import export
    from nodescope.hosts.widget import show
    from nodescope.run.descend import descend
    from nodescope.run.ending import Ending
    from nodescope.run.file.saving import load, resume, save
    from nodescope.run.fit import Fit, fit
    from nodescope.run.network import Network, network
    from nodescope.run.recipe import Recipe
    from nodescope.run.recorded import Recorded
    from nodescope.run.run import Run
    from nodescope.run.schedule import schedule
    from nodescope.run.toml import read_recipe
    from nodescope.views.explanation.explain import explain
    from nodescope.views.explanation.value import Explanation

_NAMES_OF = {
    "diagnosis.after.finding": "Finding",
    "diagnosis.after.verdict": "Diagnosis diagnose",
    "diagnosis.before.forecast": "Forecast",
    "diagnosis.before.foretelling": "forecast",
    "diagnosis.before.inspected": "Inspection",
    "diagnosis.before.inspection": "inspect",
    "diagnosis.checks.bisect": "Boundary bisect_alpha",
    "diagnosis.checks.certificate": "Certificate",
    "diagnosis.checks.compare": "Comparison compare",
    "diagnosis.checks.gradients": "GradientCheck check_gradients",
    "diagnosis.checks.verify": "verify",
    "diagnosis.homework.grade": "grade",
    "diagnosis.homework.grades": "ClassList Grade",
    "diagnosis.sweeps.sweep": "Sweep sweep",
    "errors": "DataChanged FileError InputError NodescopeError",
    "hosts.export": "export",
    "hosts.widget": "show",
    "run.descend": "descend",
    "run.ending": "Ending",
    "run.fit": "Fit fit",
    "run.file.saving": "load resume save",
    "run.network": "Network network",
    "run.recipe": "Recipe",
    "run.recorded": "Recorded",
    "run.run": "Run",
    "run.schedule": "schedule",
    "run.toml": "read_recipe",
    "views.explanation.explain": "explain",
    "views.explanation.value": "Explanation",
}
"""Where each public name stands; a test holds it to the imports above, which are for checkers of types."""
_PLACES = {name: f"nodescope.{module}" for module, names in _NAMES_OF.items() for name in names.split()}

offer(
    **{name: f"{_PLACES[name]}.{name}" for name in ("diagnose", "explain", "verify", "show", "export", "save", "compare")},
    text="nodescope.views.display.text_of",
    html="nodescope.views.display.html_of",
    mimebundle="nodescope.hosts.widget.mimebundle",
)

__all__ = [
    "Boundary",
    "Certificate",
    "ClassList",
    "Comparison",
    "DataChanged",
    "Diagnosis",
    "Ending",
    "Explanation",
    "FileError",
    "Finding",
    "Fit",
    "Forecast",
    "Grade",
    "GradientCheck",
    "InputError",
    "Inspection",
    "Network",
    "NodescopeError",
    "Recipe",
    "Recorded",
    "Run",
    "Sweep",
    "bisect_alpha",
    "check_gradients",
    "compare",
    "descend",
    "diagnose",
    "explain",
    "export",
    "fit",
    "forecast",
    "grade",
    "inspect",
    "load",
    "network",
    "read_recipe",
    "resume",
    "save",
    "schedule",
    "show",
    "sweep",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'nodescope' has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
