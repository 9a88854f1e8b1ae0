"""What observing a PyTorch training costs in time, memory and page (`make bench-observe`): eight loops as people publish them.

Besides a network 2-8-8-1 over 200 steps and a transformer of a million weights over 1,000. Each has a process of its own, in which
it is trained alone and observed in turn; the table goes into docs/verdicts.md. Under three minutes on an idle machine of two cores.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS, TABLE = str(ROOT / "tests"), ROOT / "docs" / "verdicts.md"
BEGIN, END = "<!-- make bench-observe -->\n", "<!-- end of make bench-observe -->\n"
LOOPS = {
    "transformer": ("real", "language_model", {}, 2),
    "LSTM language model": ("more_real", "carried_state", {}, 2),
    "VAE": ("real", "variational", {}, 2),
    "GAN": ("real", "gan", {}, 2),
    "actor and critic": ("real", "actor_critic", {}, 2),
    "CNN with a schedule": ("more_real", "normed_residuals", {}, 2),
    "fine-tuning, frozen layers": ("more_real", "frozen_norms", {}, 2),
    "accumulated and clipped": ("more_real", "parts_of_a_batch", {}, 2),
    "2-8-8-1, 200 steps": ("real_layers", "small_network", {}, 2),
    "GPT of a million weights, 1,000 steps": ("real", "language_model", {"width": 200, "steps": 1000, "size": 4}, 1),
}
"""Module and name of each loop, what is asked of it, and how often it is trained."""
ONCE = """
import importlib, json, os, resource, sys, tempfile, time
sys.path.insert(0, {tests!r})
import torch
torch.set_num_threads(1)
import nodescope as ns
import nodescope.torch
from verdicts.observed import trained
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
kind, costs = getattr(importlib.import_module("verdicts.{module}"), {name!r}), {{False: [], True: []}}
def once(observed, run=None):
    loop = kind(1, **{asked})
    began = time.process_time()
    if observed:
        run = trained(loop)
    else:
        loop.run()
    costs[observed].append((time.process_time() - began) / loop.steps)
    return run, loop
once(False)
before = peak()
run, loop = once(True)
grew = peak() - before
for _ in range({times} - 1):
    once(False)
    once(True)
with tempfile.TemporaryDirectory() as folder:
    ns.export(run, folder + "/run.html")
    page = os.path.getsize(folder + "/run.html")
weights = sum(p.numel() for p in loop.model.parameters())
print(json.dumps([min(costs[False]), min(costs[True]), grew, page, len(run.records), loop.steps, weights]))
"""


def measured(module: str, name: str, asked: dict[str, int], times: int) -> list[float]:
    """Seconds a step alone and observed, megabytes more at the peak, bytes of the page, records, steps, weights."""
    code = ONCE.format(tests=TESTS, module=module, name=name, asked=asked, times=times)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    lines = [
        "| training | weights | steps | alone, ms a step | observed | times | records | more memory, MB | page, MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines))
    for told, (module, name, asked, times) in LOOPS.items():
        alone, seen, grew, page, records, steps, weights = measured(module, name, asked, times)
        cost = f"{1000 * alone:.2f} | {1000 * seen:.2f} | {seen / alone:.2f}"
        lines.append(f"| {told} | {weights:,.0f} | {steps:,.0f} | {cost} | {records:.0f} | {grew:.0f} | {page / 1e6:.2f} |")
        print(lines[-1], flush=True)
    text = TABLE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    TABLE.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + after)


if __name__ == "__main__":
    main()
