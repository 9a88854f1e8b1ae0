"""How often homework is called by its right name: each convention, layout and number of digits. Run by `make check-grades`."""

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from homework.sheets import CONVENTIONS, DIGITS, LAYOUTS, generated, same_as

import nodescope as ns

NODES = 200
ALLOWED = 0.005


def judged(convention, layout, digits, seed):
    """By its name "right", as "same" or "told" beside another, "missed", or a right sheet "wronged"; "" where nothing is shown."""
    made = generated(convention, layout, digits, seed)
    if made is None:
        return "", ""
    printed, keywords, more = made
    expected = convention.partition(" (")[0]
    try:
        found = ns.grade(printed, **keywords)
    except ns.NodescopeError as error:
        return ("wronged" if convention == "right" else "missed"), str(error)
    if found.convention == expected:
        return "right", ""
    if convention == "right":
        return "wronged", found.sentence
    if expected in found.also:
        return "told", ""
    if found.convention is not None and same_as(found.convention, printed, layout, digits, more):
        return "same", ""
    return "missed", f"{printed!r} {keywords} {found.sentence}"


def main() -> None:
    nodes = int(sys.argv[1]) if sys.argv[1:] else NODES
    every = Counter[str]()
    heads = "".join(f"{digits if digits < 17 else 'full':>8}" for digits in DIGITS)
    print(f"{'convention':<40}{heads}   (missed of tried)")
    for convention in CONVENTIONS:
        cells = []
        for digits in DIGITS:
            found = Counter[str]()
            for layout in LAYOUTS:
                for seed in range(nodes):
                    verdict, why = judged(convention, layout, digits, seed)
                    found[verdict] += 1
                    if verdict in ("wronged", "missed") and "-v" in sys.argv:
                        print("  ", " | ".join([convention, layout, str(digits), str(seed), why[:600]]))
            del found[""]
            every += found
            cells.append(f"{found['missed'] + found['wronged']}/{found.total()}" if found.total() else "–")
        print(f"{convention:<40}" + "".join(f"{text:>8}" for text in cells), flush=True)
    tried = every.total()
    print(f"\n{tried:,} sheets: {every['right']:,} by their name, {every['told']:,} named beside another,")
    print(f"{every['same']:,} by another name for the same numbers, {every['missed']:,} missed,")
    print(f"{every['wronged']:,} right sheets called wrong")
    sys.exit(int(every["wronged"] > 0 or every["missed"] > ALLOWED * tried))


if __name__ == "__main__":
    main()
