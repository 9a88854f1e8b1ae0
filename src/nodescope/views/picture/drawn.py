"""A picture as PNG or PDF, by matplotlib (extra `plot`): the same bytes for the same run."""

import io
from typing import Any

from nodescope.errors import InputError
from nodescope.views.numbers import plain_text
from nodescope.views.picture.look import PALETTES, look_of
from nodescope.views.picture.marks import Outline, Picture, Words

_DPI = 100
_SHARP = 2
"""A PNG has so many pixels to one of the picture."""
_CODES = {"M": 1, "L": 2, "C": 4, "Z": 79}
"""These are matplotlib.path.Path's."""


def drawn(picture: Picture, form: str, theme: str = "light") -> bytes:
    """The picture's bytes; `form` is png or pdf.

    Raises
    ------
    InputError
        matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            f"a {form.upper()} needs matplotlib: pip install 'nodescope[plot]'; a file that ends in .svg needs nothing"
        ) from error
    colours = PALETTES[theme]
    fonts: Any = {"font.family": "sans-serif", "font.sans-serif": ["Inter", "DejaVu Sans"], "pdf.fonttype": 42}
    with rc_context(fonts):
        figure = Figure(figsize=(picture.width / _DPI, picture.height / _DPI), dpi=_DPI, facecolor=colours["page"])
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, picture.width), ylim=(picture.height, 0))
        axes.set_axis_off()
        for order, mark in enumerate(picture.marks):
            _draw(axes, mark, colours, order)
        file = io.BytesIO()
        unmarked = {"CreationDate": None} if form == "pdf" else {"Software": None}
        figure.savefig(file, format=form, dpi=_DPI * _SHARP, metadata=unmarked, facecolor=colours["page"])
    return file.getvalue()


def _draw(axes: Any, mark: Outline | Words, colours: dict[str, str], order: int) -> None:
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    points_per_pixel = 72 / _DPI
    if isinstance(mark, Words):
        aligned = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
        size, weight = mark.size * points_per_pixel * 0.94, "bold" if mark.strong else "normal"
        axes.text(
            mark.x, mark.y, plain_text(mark.text), parse_math=False, color=colours[mark.style], fontsize=size, ha=aligned,
            va="baseline", weight=weight, zorder=order,
        )  # fmt: skip
        return
    look = look_of(mark.style)
    points, codes = [], []
    for piece in mark.pieces:
        points += list(piece.points) or [(0.0, 0.0)]
        codes += [_CODES[piece.kind]] * max(1, len(piece.points))
    width = look.width * points_per_pixel
    patch = PathPatch(
        Path(points, codes), facecolor=colours[look.fill] if look.fill else "none", lw=width, zorder=order, joinstyle="round",
        edgecolor=colours[look.stroke] if look.stroke else "none", capstyle="butt",
        linestyle="-" if look.dashes is None else (0, tuple(d / look.width for d in look.dashes)),
    )  # fmt: skip
    axes.add_patch(patch)
    if mark.within is not None:
        x, y, right, bottom = mark.within
        patch.set_clip_path(Rectangle((x, y), right - x, bottom - y, transform=axes.transData))
