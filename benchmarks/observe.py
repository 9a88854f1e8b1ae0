"""What observing a PyTorch training costs in time, memory and page (`make bench-observe`): eight loops as people publish them.

Each alone and observed in turn, in processes of their own; under three minutes on an idle machine of two cores.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

TESTS = str(Path(__file__).parents[1] / "tests")
TIMES = 2
LOOPS = (
    ("real", "language_model"), ("more_real", "carried_state"), ("real", "variational"), ("real", "gan"), ("real", "actor_critic"),
    ("more_real", "normed_residuals"), ("more_real", "frozen_norms"), ("more_real", "parts_of_a_batch"),
)  # fmt: skip
ONCE = """
import importlib, json, os, resource, sys, tempfile, time
sys.path.insert(0, {tests!r})
import torch
torch.set_num_threads(1)
import nodescope as ns
from verdicts.observed import trained
loop = getattr(importlib.import_module("verdicts.{module}"), {name!r})(1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
run = trained(loop) if {observed} else loop.run()
took, grew = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
page = 0
if run is not None:
    with tempfile.TemporaryDirectory() as folder:
        ns.export(run, folder + "/run.html")
        page = os.path.getsize(folder + "/run.html")
print(json.dumps([took / loop.steps, grew / 1024, page, 0 if run is None else len(run.records)]))
"""


def once(module: str, name: str, observed: bool) -> list[float]:
    """Seconds a step, megabytes more, bytes of the page, records."""
    code = ONCE.format(tests=TESTS, module=module, name=name, observed=observed)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    print(f"processor time a step, median of {TIMES}")
    print(f"{'loop':<20}{'alone':>10}{'observed':>10}{'ratio':>7}{'records':>9}{'more memory':>13}{'page':>10}")
    for module, name in LOOPS:
        pairs = [(once(module, name, False), once(module, name, True)) for _ in range(TIMES)]
        alone, seen = (1000 * median(pair[which][0] for pair in pairs) for which in (0, 1))
        more = median(pair[1][1] - pair[0][1] for pair in pairs)
        _, _, page, records = pairs[0][1]
        print(f"{name:<20}{alone:>7.2f} ms{seen:>7.2f} ms{seen / alone:>7.2f}{records:>9.0f}{more:>10.0f} MB{page / 1e6:>7.2f} MB")


if __name__ == "__main__":
    main()
