"""nodescope: the instrument for seeing, running and understanding gradient descent, one node at a time."""

from nodescope import starting  # noqa: F401  # before all that takes its time

# isort: split
from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.diagnosis.before.forecast import Forecast, forecast
from nodescope.diagnosis.checks.bisect import Boundary, bisect_alpha
from nodescope.diagnosis.checks.certificate import Certificate
from nodescope.diagnosis.checks.compare import Comparison, compare
from nodescope.diagnosis.checks.gradients import GradientCheck, check_gradients
from nodescope.diagnosis.checks.verify import verify
from nodescope.diagnosis.homework.grade import grade
from nodescope.diagnosis.homework.grades import ClassList, Grade
from nodescope.errors import DataChanged, FileError, InputError, NodescopeError
from nodescope.hosts import widget
from nodescope.hosts.export import export
from nodescope.hosts.widget import show
from nodescope.run.descend import descend
from nodescope.run.ending import Ending
from nodescope.run.file.saving import load, resume, save
from nodescope.run.network import Network, network
from nodescope.run.offers import offer
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.run.schedule import schedule
from nodescope.run.toml import read_recipe
from nodescope.views import display
from nodescope.views.explanation.explain import explain
from nodescope.views.explanation.value import Explanation

offer(diagnose=diagnose, explain=explain, verify=verify, show=show, export=export, save=save, compare=compare)
display.install()
widget.install()

__version__ = "0.1.0"

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
    "Forecast",
    "Grade",
    "GradientCheck",
    "InputError",
    "Network",
    "NodescopeError",
    "Recipe",
    "Recorded",
    "Run",
    "bisect_alpha",
    "check_gradients",
    "compare",
    "descend",
    "diagnose",
    "explain",
    "export",
    "forecast",
    "grade",
    "load",
    "network",
    "read_recipe",
    "resume",
    "save",
    "schedule",
    "show",
    "verify",
]
