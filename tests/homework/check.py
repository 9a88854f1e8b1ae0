"""How often homework is called by its right name: each convention, layout and number of digits. Run by `make check-grades`."""

import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import product
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


def tried(convention, layout, digits, nodes):
    """How so many nodes are judged, and what was missed."""
    found, missed = Counter[str](), []
    for seed in range(nodes):
        verdict, why = judged(convention, layout, digits, seed)
        found[verdict] += 1
        if verdict in ("wronged", "missed"):
            missed.append(" | ".join([convention, layout, str(digits), str(seed), why[:600]]))
    del found[""]
    return found, missed


def main() -> None:
    nodes = int(sys.argv[1]) if sys.argv[1:] else NODES
    every, all_missed = Counter[str](), []
    heads = "".join(f"{digits if digits < 17 else 'full':>8}" for digits in DIGITS)
    print(f"{'convention':<40}{heads}   (missed of tried)")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        kinds = list(product(CONVENTIONS, DIGITS, LAYOUTS))
        results = pool.map(tried, *zip(*[(name, layout, digits, nodes) for name, digits, layout in kinds], strict=True))
        for convention in CONVENTIONS:
            print(f"{convention:<40}", end="")
            for _ in DIGITS:
                found = Counter[str]()
                for counted, missed in (next(results) for _ in LAYOUTS):
                    found += counted
                    all_missed += missed
                every += found
                text = f"{found['missed'] + found['wronged']}/{found.total():,}" if found.total() else "–"
                print(f"{text:>8}", end="", flush=True)
            print()
    print(*(f"  {text}" for text in all_missed), sep="\n")
    _tell(every)


def _tell(every: Counter[str]) -> None:
    sheets = every.total()
    print(f"\n{sheets:,} sheets: {every['right']:,} by their name, {every['told']:,} named beside another,")
    print(f"{every['same']:,} by another name for the same numbers, {every['missed']:,} missed,")
    print(f"{every['wronged']:,} right sheets called wrong")
    sys.exit(int(every["wronged"] > 0 or every["missed"] > ALLOWED * sheets))


if __name__ == "__main__":
    main()
