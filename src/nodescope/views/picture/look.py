"""Colours and widths of the pictures: one colour one meaning, as in the page (frontend/src/style)."""

from dataclasses import dataclass

PALETTES = {
    "light": {
        "page": "#f7f7f5", "card": "#ffffff", "rule": "#d9d9d4", "ink": "#16191d", "soft": "#555c64", "go": "#005f9e",
        "go-tint": "#e6f1f9", "fix": "#ad4300", "fix-tint": "#fdeee3", "w": "#00694d", "w-tint": "#e3f5ee", "goal": "#8a3a72",
    },
    "dark": {
        "page": "#101317", "card": "#181c22", "rule": "#2d343d", "ink": "#eef1f4", "soft": "#a9b3bd", "go": "#6cc0f5",
        "go-tint": "#14293a", "fix": "#ffab66", "fix-tint": "#33210f", "w": "#4fd3a8", "w-tint": "#0f2c23", "goal": "#e6a3cf",
    },
}  # fmt: skip


HEAT = {
    "light": ("#fff7e6", "#fde3b5", "#f9c784", "#f0a45d", "#de7f45", "#c25b3a", "#9c3d38", "#712a38", "#451a30"),
    "dark": ("#fff0d0", "#f9d69a", "#f0b56c", "#df914f", "#c36f43", "#9f5140", "#773a3d", "#512937", "#301b2b"),
}
"""From the least error to the largest: each is darker than the one before, so that it can be read without colours."""
for _theme, _heat in HEAT.items():
    PALETTES[_theme] |= {f"heat-{level}": colour for level, colour in enumerate(_heat)}


@dataclass(frozen=True)
class Look:
    """Names of colours (None: nothing drawn), width of the line in pixels, dashes."""

    fill: str | None = None
    stroke: str | None = None
    width: float = 0
    dashes: tuple[float, float] | None = None


_KINDS = {
    "line": lambda colour: Look(stroke=colour, width=3),
    "thin": lambda colour: Look(stroke=colour, width=1.5),
    "thick": lambda colour: Look(stroke=colour, width=6),
    "line dashed": lambda colour: Look(stroke=colour, width=3, dashes=(7, 5)),
    "thin dashed": lambda colour: Look(stroke=colour, width=2, dashes=(6, 5)),
    "fill": lambda colour: Look(fill=colour),
    "box": lambda colour: Look(fill=f"{colour}-tint", stroke=colour, width=2),
    "ring": lambda colour: Look(fill="card", stroke=colour, width=2.5),
}


def look_of(style: str) -> Look:
    """A style is a colour's name and a kind: "go box", "fix line dashed"; "card" is a card's ground."""
    if style == "card":
        return Look(fill="card", stroke="rule", width=1)
    colour, _, kind = style.partition(" ")
    return _KINDS[kind](colour)
