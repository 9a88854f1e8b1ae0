"""Modules of ours that are imported when something of them is first asked for: what does not use them does not pay for them.

if TYPE_CHECKING:
    from nodescope.views import report
else:
    report = Later("nodescope.views.report")
"""

from importlib import import_module
from typing import Any


class Later:
    """A module that stands where it would be imported."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
