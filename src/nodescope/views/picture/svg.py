"""A picture as SVG text: the same bytes for the same run, and words that stay words."""

from html import escape

from nodescope.views.numbers import exact, plain_text
from nodescope.views.picture.look import PALETTES, look_of
from nodescope.views.picture.marks import Outline, Picture, Words

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', sans-serif"


def svg(picture: Picture, theme: str = "light") -> str:
    """The picture's SVG, with its sentence for those who cannot see it."""
    colours = PALETTES[theme]
    clips = sorted({mark.within for mark in picture.marks if isinstance(mark, Outline) and mark.within is not None})
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" '
        f'width="{_n(picture.width)}" height="{_n(picture.height)}" role="img" font-family="{FONT}">',
        f"<title>{escape(plain_text(picture.title), quote=False)}</title>",
        f"<desc>{escape(plain_text(picture.says), quote=False)}</desc>",
        *(
            f'<clipPath id="c{i}"><rect x="{_n(x)}" y="{_n(y)}" width="{_n(right - x)}" height="{_n(bottom - y)}"/></clipPath>'
            for i, (x, y, right, bottom) in enumerate(clips)
        ),
        f'<rect width="100%" height="100%" fill="{colours["page"]}"/>',
    ]
    for mark in picture.marks:
        lines.append(_words(mark, colours) if isinstance(mark, Words) else _outline(mark, colours, clips))
    return "\n".join([*lines, "</svg>", ""])


def _n(x: float) -> str:
    return f"{x:.2f}".rstrip("0").rstrip(".")


def _outline(mark: Outline, colours: dict[str, str], clips: list[tuple[float, float, float, float]]) -> str:
    look = look_of(mark.style)
    way = "".join(p.kind + " ".join(f"{_n(x)} {_n(y)}" for x, y in p.points) for p in mark.pieces)
    fill = colours[look.fill] if look.fill else "none"
    stroke = f' stroke="{colours[look.stroke]}" stroke-width="{_n(look.width)}" stroke-linejoin="round"' if look.stroke else ""
    dashes = f' stroke-dasharray="{_n(look.dashes[0])} {_n(look.dashes[1])}"' if look.dashes else ""
    clip = "" if mark.within is None else f' clip-path="url(#c{clips.index(mark.within)})"'
    return f'<path d="{way}" fill="{fill}"{stroke}{dashes}{clip}/>'


def _words(mark: Words, colours: dict[str, str]) -> str:
    weight = ' font-weight="650"' if mark.strong else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    value = "" if mark.value is None else f' data-value="{exact(float(mark.value))}"'
    place = f'x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}" fill="{colours[mark.style]}"'
    return f"<text {place}{weight}{anchor}{value}>{escape(plain_text(mark.text), quote=False)}</text>"
