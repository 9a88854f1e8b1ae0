"""What a person gave as a run is one."""

from nodescope.arithmetic.checks import shown
from nodescope.errors import InputError
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run


def refuse_no_run(run: object, name: str = "run") -> None:
    """Raise InputError where it is neither a run nor one that was observed."""
    if not isinstance(run, (Run, Recorded)):
        raise InputError(f"{name} is {shown(run)}; it must be a run, as ns.descend or ns.load gives it")
