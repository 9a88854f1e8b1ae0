"""How often verdicts are right: named runs and generated ones, misses and false alarms as a table. Run by `make check-verdicts`."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from verdicts import (
    classes,
    extreme,
    moments,
    networks,
    pytorch,
    real,
    remedies,
    silent,
    steps_missing,
    times,
    unfinished,
    withheld,
)
from verdicts import observed as loops
from verdicts.cases import Case, judged
from verdicts.generated import generate
from verdicts.named import HEALTHY, SICK

import nodescope as ns

GENERATED, SEED = 2000, 2
NETWORKS = 500
CLASSES, CLASSES_SEED = 500, 18
UNFINISHED, REMEDIES, OF_EACH_KIND = 1000, 2000, 500
KINDS: dict[str, Any] = {
    "verdicts withheld": withheld,
    "what one step shows of a layer": moments,
    "steps that are missing": steps_missing,
    "times what it was at the start": times,
    "numbers of any finite size": extreme,
}
"""Other kinds in which verdicts were once wrong, each with its own truth."""
MOST_WRONG, MOST_WRONG_OBSERVED = 0.005, 0.03


def wrong_in(case: Case) -> list[str]:
    """Misses and false alarms in one case; a withheld verdict is a miss."""
    diagnosis = ns.diagnose(ns.descend(**case.recipe))
    return [*judged(case, diagnosis.findings), *(["withheld"] if diagnosis.withheld else [])]


def tell(cases: Iterable[tuple[str, Any]], wrong_in: Callable[[Any], list[str]] = wrong_in) -> tuple[int, int]:
    """Print a table by kinds, and every case that was judged wrongly; give their number, and that of all."""
    runs, misses, alarms, bad = Counter[str](), Counter[str](), Counter[str](), 0
    for kind, case in cases:
        wrong = wrong_in(case)
        runs[kind] += 1
        misses[kind] += sum("alarm" not in text for text in wrong)
        alarms[kind] += sum("alarm" in text for text in wrong)
        bad += bool(wrong)
        if wrong:
            print(f"  {getattr(case, 'name', kind)}: {'; '.join(wrong)}")
    print(f"{'kind':<28}{'runs':>6}{'misses':>8}{'false alarms':>14}")
    for kind in runs:
        print(f"{kind:<28}{runs[kind]:>6}{misses[kind]:>8}{alarms[kind]:>14}")
    print(f"{'all':<28}{runs.total():>6}{misses.total():>8}{alarms.total():>14}\n")
    return bad, runs.total()


def main() -> None:
    bad_named, _ = tell([*(("named: healthy", c) for c in HEALTHY), *(("named: sick", c) for c in SICK)])
    bad, total = tell(generate(GENERATED, int(sys.argv[1]) if sys.argv[1:] else SEED))
    named = [*(("networks: healthy", c) for c in networks.HEALTHY), *(("networks: sick", c) for c in networks.SICK)]
    bad_networks, _ = tell(named)
    more_bad, more = tell(networks.generate(NETWORKS, int(sys.argv[1]) if sys.argv[1:] else SEED))
    sorts = {True: "classes: healthy", False: "classes: sick"}
    bad_classes, _ = tell((sorts[well], one) for well, one in classes.NAMED)
    made_of_classes, of_classes = tell(classes.kinds(CLASSES, CLASSES_SEED))
    left_bad, left = tell(unfinished.generate(UNFINISHED, SEED), unfinished.wrong_in)
    for name, kind in KINDS.items():
        print(name)
        wrong, runs = tell(kind.generate(OF_EACH_KIND, SEED), kind.wrong_in)
        left_bad, left = left_bad + wrong, left + runs
    applied = ((one.kind, one) for one in remedies.remedied(REMEDIES, SEED))
    remedies_bad, remedies_total = tell(applied, lambda one: [] if one.worked else [f"did not work: {one.remedy}"])
    print(f"remedies that name a number: {remedies_total - remedies_bad} of {remedies_total} worked when applied\n")
    observed = ((training.kind, training) for training in chain(pytorch.sick(), pytorch.healthy()))
    observed_bad, observed_total = tell(observed, pytorch.judged)
    print(f"PyTorch trainings judged wrongly: {observed_bad} of {observed_total}")
    told = ((loop.kind, loop) for loop in chain(silent.silent(), real.real()))
    loops_bad, loops_total = tell(told, loops.judged)
    print(f"silent bugs and real loops judged wrongly: {loops_bad} of {loops_total}")
    bad_named, bad = bad_named + bad_networks + bad_classes, bad + more_bad + left_bad + made_of_classes
    total += more + left + of_classes
    print(f"judged wrongly: {bad_named} of the named, {bad} of {total:,} generated ({bad / total:.2%})")
    too_many = bad > MOST_WRONG * total or remedies_bad > MOST_WRONG * remedies_total
    wrong_observed = observed_bad + loops_bad > MOST_WRONG_OBSERVED * (observed_total + loops_total)
    sys.exit(int(bad_named > 0 or too_many or wrong_observed))


if __name__ == "__main__":
    main()
