"""A sweep's map drawn in characters: the darker, the larger the error; what diverged; the forecast's limit over it."""

import math

from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.views.heat import HIGH, Heat, heat
from nodescope.views.numbers import short

SHADES = (" ░▒▓█", " .:*#")
DIVERGED, LIMIT, BEST = ("×", "x"), ("│", "|"), ("◆", "o")
NOT_DONE = "?"
MOST_OF_A_LABEL = 12


def heat_map(sweep: Sweep, width: int = 72, unicode: bool = True) -> list[str]:
    """Lines of the map with what its signs mean."""
    ways = 0 if unicode else 1
    shown = heat(sweep, max(10, min(width - MOST_OF_A_LABEL - 4, 100)), HIGH)
    labels = _labels(shown)
    margin, cells = max(map(len, labels)), shown.error.shape[1]
    wide = max(1, min(8, (width - margin - 4) // cells))
    lines = [
        f"{label:>{margin}} {'│' if unicode else '|'}{row}"
        for label, row in zip(labels, (_row(shown, r, wide, ways) for r in range(len(labels))), strict=True)
    ]
    corner, rule = ("└", "─") if unicode else ("+", "-")
    first, last = shown.across.text(0), shown.across.text(len(shown.across) - 1)
    space = max(1, wide * cells - len(first) - len(last))
    axis = f"{'':>{margin}}  {first}{' ' * space}{last}  {shown.across.name}"
    return [*_order(lines, shown), f"{'':>{margin}} {corner}{rule * (wide * cells)}", axis, *_legend(shown, ways)]


def _order(lines: list[str], shown: Heat) -> list[str]:
    """Larger values stand above smaller ones."""
    return lines[::-1] if shown.down is not None and shown.down.numeric else lines


def _labels(shown: Heat) -> list[str]:
    if shown.down is None:
        return [""]
    return [_label(shown.down.text(int(place)), shown.down.name if r == 0 else "") for r, place in enumerate(shown.firsts[1])]


def _label(value: str, name: str) -> str:
    return f"{name} {value}".strip()[: MOST_OF_A_LABEL + len(name)]


def _row(shown: Heat, r: int, wide: int, ways: int) -> str:
    shades = SHADES[ways]
    signs = {-1: DIVERGED[ways], -2: NOT_DONE}
    text = [signs.get(shade, shades[shade]) for shade in shown.shade(len(shades))[r].tolist() for _ in range(wide)]
    if shown.best is not None and shown.best[0] == r:
        text[shown.best[1] * wide + wide // 2] = BEST[ways]
    if not math.isnan(shown.limits[r]):
        text[min(len(text) - 1, int(shown.limits[r] * wide))] = LIMIT[ways]
    return "".join(text)


def _legend(shown: Heat, ways: int) -> list[str]:
    low, high = shown.span
    shades = SHADES[ways]
    signs = [f"{shown.of}: '{shades[0]}' {short(low, 3)} to '{shades[-1]}' {short(high, 3)} (log scale)", f"{BEST[ways]} the best"]
    shade = shown.shade(2)
    signs += [f"{DIVERGED[ways]} diverged"] * bool((shade == -1).any()) + [f"{NOT_DONE} not done"] * bool((shade == -2).any())
    if any(not math.isnan(limit) for limit in shown.limits):
        signs.append(f"{LIMIT[ways]} alpha's limit, as forecast")
    return [", ".join(signs)]
