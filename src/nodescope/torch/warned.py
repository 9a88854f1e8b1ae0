"""Warnings of a training that is observed keep the file and line that they are about.

An observed call goes through `Watch`, so Python takes that for the place of what PyTorch warns of. Told is the first place on
the way out that is neither PyTorch's nor ours.
"""

import sys
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

import torch

OURS = str(Path(__file__).parent)
INNER = (OURS, str(Path(torch.__file__).parent))

_shown: list[Any] = []
"""What showed warnings before, for each observer that is on."""


def keep_places() -> None:
    """From now on."""
    _shown.append(warnings.showwarning)
    warnings.showwarning = _show


def as_before() -> None:
    """For this observer no longer; where the training has set a way of its own meanwhile, that stays."""
    before = _shown.pop(0) if len(_shown) > 1 else _shown.pop()
    if _shown:
        _shown[0] = before
    elif warnings.showwarning is _show:
        warnings.showwarning = before


def _show(message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None) -> None:
    shown = _shown[0] if _shown else warnings._showwarning_orig  # type: ignore[attr-defined]
    if filename.startswith(OURS):
        filename, lineno = _place(filename, lineno)
    shown(message, category, filename, lineno, file, line)


def _place(filename: str, lineno: int) -> tuple[str, int]:
    frame: FrameType | None = sys._getframe(1)
    inside = False
    while frame is not None:
        name = frame.f_code.co_filename
        inside |= name.startswith(OURS) and not name.endswith("warned.py")
        if inside and not name.startswith(INNER):
            return name, frame.f_lineno
        frame = frame.f_back
    return filename, lineno
